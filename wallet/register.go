// SPDX-License-Identifier: Apache-2.0

package wallet

import (
	"container/heap"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Codes of the errors of the register.
const (
	CodeRegisterFull fault.Code = "payment_code_register_full"
	CodeMarkTaken    fault.Code = "payment_code_mark_taken"
)

// expiredKept is how long a code is remembered after its end, so that an old one is told from one that never was.
//
// Source: reference/alipay-wire-api.md 3.7: known but too old is EXPIRED_CODE, not INVALID_PAYMENT_CODE.
const expiredKept = 10 * time.Minute

// Minted is a payment code that we minted for a wallet's user, without the code.
type Minted struct {
	Wallet   ID
	Customer string    // the wallet's own id of its user
	Expires  time.Time // the first instant at which the code is too old
}

// Expired reports whether the code is too old at a time.
func (m Minted) Expired(at time.Time) bool { return !at.Before(m.Expires) }

// Register remembers the codes that were minted lately, by their marks alone. It lives in memory: after a restart a code is
// routed by its digits, as one that a wallet minted itself.
//
// Invariant: it never holds more than its bound, and every code it holds ends, or ended no longer than ten minutes ago.
// Concurrency: one owner.
type Register struct {
	bound int
	codes map[Mark]Minted
	ends  ends
}

// NewRegister is an empty register for so many codes at once.
//
// Invariant: bound is above zero.
func NewRegister(bound int) *Register {
	invariant.Check(bound > 0, "wallet: a register for %d codes", bound)
	return &Register{bound: bound, codes: map[Mark]Minted{}}
}

// Add remembers a code under its mark, after forgetting those that are long past at now.
//
// Errors: Exhausted payment_code_register_full; Conflict payment_code_mark_taken: mint another code.
func (r *Register) Add(mark Mark, m Minted, now time.Time) error {
	r.Expire(now)
	if _, taken := r.codes[mark]; taken {
		return &fault.Error{Op: "wallet.Register", Kind: fault.Conflict, Code: CodeMarkTaken, Subject: string(m.Wallet),
			Detail: "the payment code is in use: mint another one"}
	}
	if len(r.codes) >= r.bound {
		return &fault.Error{Op: "wallet.Register", Kind: fault.Exhausted, Code: CodeRegisterFull, Subject: string(m.Wallet),
			Detail: "too many payment codes are valid at once: ask again in a minute"}
	}
	r.codes[mark] = m
	heap.Push(&r.ends, end{mark: mark, at: m.Expires})
	return nil
}

// Find is the code that was minted under one of the marks, valid or expired; ok is false when none is remembered.
func (r *Register) Find(marks Marks) (m Minted, ok bool) {
	for _, mark := range marks {
		if m, ok = r.codes[mark]; ok {
			return m, true
		}
	}
	return Minted{}, false
}

// Expire forgets the codes that ended more than ten minutes before now, and says how many they were.
func (r *Register) Expire(now time.Time) int {
	before := len(r.ends)
	for len(r.ends) > 0 && r.ends[0].at.Add(expiredKept).Before(now) {
		delete(r.codes, heap.Pop(&r.ends).(end).mark)
	}
	return before - len(r.ends)
}

// Len is how many codes are remembered.
func (r *Register) Len() int { return len(r.codes) }

// end says when a code ends.
type end struct {
	mark Mark
	at   time.Time
}

// ends is a heap, soonest end first.
type ends []end

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(end)) }
func (e *ends) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}
