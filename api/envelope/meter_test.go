// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

func TestAMeterGivesAPeriodsWorthAtOnceAndThenOneByOne(t *testing.T) {
	t.Parallel()
	m := NewMeter()
	for i := range 6 {
		if !m.Left("a", PerMinute(6), noon) || !m.Take("a", PerMinute(6), noon) {
			t.Fatalf("the %dth of six a minute is refused", i+1)
		}
	}
	if m.Left("a", PerMinute(6), noon) || m.Take("a", PerMinute(6), noon) {
		t.Fatal("a seventh is taken")
	}
	if !m.Take("b", PerMinute(6), noon) {
		t.Fatal("another key is refused")
	}
	if m.Take("a", PerMinute(6), noon.Add(10*time.Second-1)) || !m.Take("a", PerMinute(6), noon.Add(10*time.Second)) {
		t.Fatal("the seventh must come ten seconds later, no sooner")
	}
	m.Back("a", PerMinute(6))
	if !m.Take("a", PerMinute(6), noon.Add(10*time.Second)) || m.Take("a", PerMinute(6), noon.Add(10*time.Second)) {
		t.Fatal("what is given back can be taken once")
	}
}

func TestARateOfNoneAllowsNone(t *testing.T) {
	t.Parallel()
	m := NewMeter()
	if m.Take("a", PerMinute(0), noon) || m.Left("a", PerMinute(-1), noon) {
		t.Fatal("something is allowed")
	}
	m.Back("a", PerMinute(0))
	m.Back("nobody", PerMinute(5))
}

// In any span of time no more is taken than was saved up, and what the span brings.
func TestNoSpanOfTimeGetsMoreThanItsShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 50).Draw(t, "most")
		pauses := rapid.SliceOfN(rapid.Int64Range(0, int64(5*time.Second)), 1, 300).Draw(t, "pauses")
		m, now, taken := NewMeter(), noon, []time.Time{}
		for _, pause := range pauses {
			now = now.Add(time.Duration(pause))
			if m.Take("a", PerMinute(most), now) {
				taken = append(taken, now)
			}
		}
		for i := range taken {
			for j := i; j < len(taken); j++ {
				span := taken[j].Sub(taken[i])
				allowed := most + int(span*time.Duration(most)/time.Minute) + 1
				if j-i+1 > allowed {
					t.Fatalf("%d in %v at %d a minute", j-i+1, span, most)
				}
			}
		}
	})
}

func TestAMeterForgetsWhoHasEverythingFirst(t *testing.T) {
	t.Parallel()
	m := NewMeter()
	for range 5 {
		m.Take("busy", PerMinute(5), noon)
	}
	for i := range metersMax + 10 {
		m.Take(fmt.Sprint(i), PerMinute(1000), noon)
	}
	if len(m.full) > metersMax {
		t.Fatalf("%d keys", len(m.full))
	}
	if m.Take("busy", PerMinute(5), noon) {
		t.Fatal("the key that has nothing left was forgotten")
	}
}

func TestADoorKeepsRoomForWhatIsUrgent(t *testing.T) {
	t.Parallel()
	d := door{most: 8}
	for range 8 {
		if !d.enter(false) {
			t.Fatal("there is room")
		}
	}
	if d.enter(false) || !d.enter(true) || d.enter(true) {
		t.Fatal("one more is let in, if it is urgent")
	}
	d.leave()
	d.leave()
	if !d.enter(false) || d.enter(false) {
		t.Fatal("who leaves makes room for one")
	}
}
