// SPDX-License-Identifier: Apache-2.0

package people_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/access/people"
)

func TestWaitsGrowAndStopGrowing(t *testing.T) {
	t.Parallel()
	var throttle people.Throttle
	var err error
	now := noon
	for n, want := range []time.Duration{0, 0, 0, 0, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute,
		8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
		if throttle, err = throttle.Admit(people.PerName(), now); err != nil {
			t.Fatal(err)
		}
		if want > 0 {
			if throttle.Until.Sub(now) != want {
				t.Errorf("after failure %d: a wait of %v, want %v", n+1, throttle.Until.Sub(now), want)
			}
			_, err = throttle.Admit(people.PerName(), throttle.Until.Add(-1))
			refused(t, err, people.CodeThrottled)
			now = throttle.Until
		}
	}
	throttle = throttle.Cleared()
	if throttle, err = throttle.Admit(people.PerName(), now); err != nil || throttle.Failures != 1 {
		t.Errorf("the right answer did not begin anew: %+v, %v", throttle, err)
	}
}

// TestNobodyTriesManyTimesADay holds for whatever times attempts come at.
func TestNobodyTriesManyTimesADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		pace := rapid.SampledFrom([]people.Pace{people.PerName(), people.PerAddress()}).Draw(rt, "pace")
		var throttle people.Throttle
		now, admitted := noon, 0
		for range 400 {
			now = now.Add(time.Duration(rapid.IntRange(0, 900).Draw(rt, "seconds")) * time.Second)
			if now.Sub(noon) >= 24*time.Hour {
				break
			}
			next, err := throttle.Admit(pace, now)
			if err == nil {
				admitted++
			} else if next != throttle {
				rt.Fatal("an attempt that was refused changed the throttle")
			}
			throttle = next
		}
		// 24 hours hold at most 24 waits of an hour after those that grow to it.
		bound := pace.Free + 8 + 24
		if pace.Each > 0 {
			bound += int(24 * time.Hour / pace.Each)
		}
		if admitted > bound {
			rt.Fatalf("%d attempts in a day, more than %d", admitted, bound)
		}
	})
}

// TestOwnAccountClearsNoWayForGuessing: signing in with one account between guesses at others gains nothing.
func TestOwnAccountClearsNoWayForGuessing(t *testing.T) {
	t.Parallel()
	pace := people.PerAddress()
	var throttle people.Throttle
	guesses, now := 0, noon
	for range 1000 {
		now = now.Add(time.Second)
		next, err := throttle.Admit(pace, now)
		if err != nil {
			continue
		}
		throttle = next
		guesses++
		if own, err := throttle.Admit(pace, now); err == nil {
			throttle = own.Restored(throttle)
		}
	}
	if guesses > pace.Free+6 {
		t.Errorf("%d guesses in 1000 seconds", guesses)
	}
}

// TestOfficeThatMistypesNowAndThenNeverWaits: failures of an address are forgotten one by one, whatever lies between
// them.
func TestOfficeThatMistypesNowAndThenNeverWaits(t *testing.T) {
	t.Parallel()
	var throttle people.Throttle
	var err error
	now := noon
	for range 1000 {
		now = now.Add(11 * time.Minute)
		if throttle, err = throttle.Admit(people.PerAddress(), now); err != nil {
			t.Fatalf("%v at %v: %+v", err, now, throttle)
		}
	}
	for range 30 { // a morning on which everything goes wrong
		now = now.Add(time.Second)
		throttle, _ = throttle.Admit(people.PerAddress(), now)
	}
	_, err = throttle.Admit(people.PerAddress(), now)
	refused(t, err, people.CodeThrottled)
	if _, err = throttle.Admit(people.PerAddress(), now.Add(time.Minute)); err != nil {
		t.Error(err)
	}
}
