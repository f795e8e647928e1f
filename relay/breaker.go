// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/wallet"
)

// The names of the relay's alarms.
const (
	AlarmBreaker  = "breaker"
	AlarmReversal = "reversal"
)

// When a wallet's breaker opens, and for how long. Only pays are kept back: inquiries, cancels and refunds always go, and
// their answers close it again.
const (
	unansweredMax = 8                // calls in a row without an answer
	restFirst     = 5 * time.Second  // before a pay is tried again
	restMax       = 60 * time.Second // after failing again and again
	probeTime     = 15 * time.Second // how long one pay may try, before another does
)

// line is what the relay knows of one wallet's health.
type line struct {
	inFlight   int
	unanswered int // calls in a row without an answer that counts
	restUntil  time.Time
	rest       time.Duration // zero: the breaker is closed
	probeUntil time.Time     // one pay is trying whether the wallet is back
}

func (r *Relay) line(id wallet.ID) *line {
	l := r.lines[id]
	if l == nil {
		l = &line{}
		r.lines[id] = l
	}
	return l
}

// Admission says whether a new pay may go to a wallet.
type Admission uint8

// The admissions.
const (
	Admitted Admission = iota
	Resting            // its breaker is open: refuse the payment
	Full               // too many calls are under way: refuse the request, nothing has happened
)

// Admit says whether a new pay may go to a wallet now. After the breaker's rest one pay is let through to try.
func (r *Relay) Admit(w wallet.Wallet, now time.Time) Admission {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	l := r.line(w.ID)
	switch {
	case l.inFlight >= w.Timers.Or(wallet.DefaultTimers()).InFlightMax:
		return Full
	case l.rest == 0:
		return Admitted
	case now.Before(l.restUntil) || now.Before(l.probeUntil):
		return Resting
	}
	l.probeUntil = now.Add(probeTime)
	return Admitted
}

// Resting reports whether a wallet's breaker is open.
func (r *Relay) Resting(id wallet.ID) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.line(id).rest > 0
}

func (r *Relay) depart(c Call) {
	if c.Act != GiveUp {
		r.line(c.Wallet).inFlight++
	}
}

// landed counts a call's answer for or against its wallet's health.
func (r *Relay) landed(c Call, a wallet.Answer, now time.Time) {
	if c.Act == GiveUp {
		return
	}
	l := r.line(c.Wallet)
	l.inFlight--
	if c.Act == Pay {
		l.probeUntil = time.Time{}
	}
	if a.Verdict != wallet.Unknown || a.Code != "" {
		if l.rest > 0 {
			r.alarm(AlarmBreaker, string(c.Wallet)+" answers again")
		}
		l.unanswered, l.rest = 0, 0
		return
	}
	l.unanswered++
	if l.unanswered < unansweredMax || (l.rest > 0 && now.Before(l.restUntil)) {
		return
	}
	if l.rest == 0 {
		r.alarm(AlarmBreaker, string(c.Wallet)+" does not answer")
	}
	l.rest = min(max(2*l.rest, restFirst), restMax)
	l.restUntil = now.Add(l.rest)
}
