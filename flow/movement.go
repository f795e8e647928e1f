// SPDX-License-Identifier: Apache-2.0

// Package flow holds the movements of money, one file each, the acts that move none, and the desk whose tellers commit them.
//
// A movement is plain data: it names what it must see, and decides from what it sees what changes. It waits for nothing and
// reads no clock. The teller of its lane drains what waits, decides each in the order of arrival, writes everything in one
// transaction and then answers. Nothing goes to a wallet before the intent is committed, and nothing is told to a caller
// before the outcome is.
//
// Read movement.go, pay.go and heard.go, then teller.go.
package flow

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Codes of the errors of this package.
const (
	CodeOverloaded        fault.Code = "overloaded"
	CodeWaitedTooLong     fault.Code = "waited_too_long"
	CodeLaneClosed        fault.Code = "lane_closed"
	CodeInvariant         fault.Code = "invariant_violated"
	CodeParked            fault.Code = "movement_parked"
	CodeAmountZero        fault.Code = "amount_zero"
	CodeRepeatDiffers     fault.Code = "repeat_differs"
	CodePaymentMissing    fault.Code = "payment_missing"
	CodeRefundMissing     fault.Code = "refund_missing"
	CodeCancelTooLate     fault.Code = "cancel_window_exceeded"
	CodeCancelAfterRefund fault.Code = "cancel_after_refund"
	CodeFactMalformed     fault.Code = "fact_malformed"
	CodeKeyVersionTaken   fault.Code = "key_version_taken"
	CodeFactConflict      fault.Code = "fact_conflict"
	CodeFactMissing       fault.Code = "fact_missing"
)

// Queue says how soon a movement is served.
type Queue uint8

// The queues, in the order in which they are served.
const (
	First  Queue = iota // outcomes and cancels: they free what others wait for
	Second              // pays and refunds
	Low                 // long writers: when the others are empty, and at least a tenth of the time
	queues
)

// Movement is one movement of money, or one act.
type Movement interface {
	// Name is the movement's kind with the version of its encoding: "pay/1".
	Name() string
	// Lane is the lane in which it is decided.
	Lane() ident.Lane
	// Queue is where it waits.
	Queue() Queue
	// Needs names what Decide must see.
	Needs() store.Keys
	// Decide says what changes. It is pure; now is the lane's time.
	Decide(v *store.View, now time.Time) (Outcome, store.Changes, error)
}

// Outcome is what a movement came to.
type Outcome struct {
	Payment *payment.Payment // as it is now; nil when the movement concerns none, or there is none. Do not change it
	Refund  ident.Digest     // the refund it concerns
	Fresh   bool             // the movement brought about what it asked for, rather than finding it done
}

// Reply takes a movement's outcome, once it is durable, or the error that kept it from happening.
type Reply func(Outcome, error)

// nothing is the error of an amount that must be above zero. The edges refuse it first.
func nothing(op, field string) error {
	return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeAmountZero, Subject: field, Detail: field + " must be above 0"}
}

// entries are changes of one payment, ready to be drafted.
func entries(id ident.Digest, changes []payment.Change) []store.Entry {
	out := make([]store.Entry, len(changes))
	for i := range changes {
		out[i] = store.Entry{Payment: id, Change: changes[i]}
	}
	return out
}

// after is the payment as changes leave it, for the answer; the draft applies the same changes under their numbers.
func after(p *payment.Payment, changes []payment.Change, now time.Time) (*payment.Payment, error) {
	if len(changes) == 0 {
		return p, nil
	}
	next := *p
	for i := range changes {
		if err := next.Apply(&changes[i], max(next.Last, 1), now); err != nil {
			return nil, err
		}
	}
	return &next, nil
}
