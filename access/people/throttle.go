// SPDX-License-Identifier: Apache-2.0

package people

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeThrottled is the code of an attempt that came before its waiting time was over.
const CodeThrottled fault.Code = "sign_in_throttled"

// Pace says how attempts that fail slow down the next ones.
type Pace struct {
	Free   int           // failures without a wait
	First  time.Duration // the wait after the next one; each further failure doubles it
	Most   time.Duration // it doubles no further
	Forget time.Duration // after so long without a failure all are forgotten; zero: never all at once
	Each   time.Duration // one failure is forgotten in so long; zero: none is by itself
}

// PerName is the pace of the name that a person signs in with, so that a password and a code of six digits cannot be
// tried through.
//
// Source: NIST SP 800-63B-4, section 3.2.2.
func PerName() Pace {
	return Pace{Free: 4, First: 30 * time.Second, Most: time.Hour, Forget: 24 * time.Hour}
}

// PerAddress is the pace of an address, so that one password cannot be tried on everyone. An office shares one: what
// its people mistype in a day is forgotten as fast.
func PerAddress() Pace {
	return Pace{Free: 20, First: 30 * time.Second, Most: time.Hour, Each: 10 * time.Minute}
}

// Throttle is how often attempts failed lately, by one name or from one address. Names that nobody has get one too,
// so that waiting tells nothing.
type Throttle struct {
	Key      Digest
	Failures int
	Last     time.Time
	Until    time.Time
	Revision int64
}

// Admit counts an attempt before it is looked at, so that attempts at one time cannot all pass; Cleared takes it back.
//
// Errors: Exhausted sign_in_throttled, naming the seconds to wait; the throttle stays as it was then.
func (t Throttle) Admit(p Pace, at time.Time) (Throttle, error) {
	if at.Before(t.Until) {
		wait := int64((t.Until.Sub(at) + time.Second - 1) / time.Second)
		return t, refuse("people.Admit", fault.Exhausted, CodeThrottled,
			"too many attempts failed: wait "+strconv.FormatInt(wait, 10)+" seconds")
	}
	t = t.eased(p, at)
	t.Failures++
	if p.Each == 0 || t.Failures == 1 {
		t.Last = at
	}
	if t.Failures > p.Free {
		t.Until = at.Add(p.wait(t.Failures - p.Free))
	}
	return t, nil
}

// eased is the throttle without what is forgotten by a time. Where failures are forgotten one by one, Last is the
// time up to which that was done.
func (t Throttle) eased(p Pace, at time.Time) Throttle {
	quiet := at.Sub(t.Last)
	if p.Forget > 0 && quiet >= p.Forget {
		t.Failures = 0
	}
	if p.Each > 0 && quiet >= p.Each {
		gone := quiet / p.Each
		if gone >= time.Duration(t.Failures) {
			t.Failures = 0
		} else {
			t.Failures -= int(gone)
			t.Last = t.Last.Add(gone * p.Each)
		}
	}
	return t
}

// wait is the wait after the nth failure that costs one.
func (p Pace) wait(n int) time.Duration {
	wait := p.First
	for ; n > 1 && wait < p.Most; n-- {
		wait *= 2
	}
	return min(wait, p.Most)
}

// Cleared is the throttle of a name after the right answer.
func (t Throttle) Cleared() Throttle { return Throttle{Key: t.Key, Revision: t.Revision} }

// Restored is the throttle of an address after a right answer, as it was before the attempt: nothing more is taken
// back, because whoever has one account could else clear the way for guessing at others.
func (t Throttle) Restored(before Throttle) Throttle {
	before.Revision = t.Revision
	return before
}
