// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"testing"
	"time"
)

func TestGoodputCountsWhatIsPaidInTimeAndBeforeTheEnd(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	w := newTally(began, 20*time.Second)
	for _, p := range []struct{ due, now time.Duration }{
		{0, time.Second}, {0, inTime}, {19 * time.Second, 20 * time.Second}, // these three
		{0, inTime + 1}, {15 * time.Second, 20*time.Second + 1},
	} {
		w.pay(began.Add(p.due), began.Add(p.now), true)
	}
	if w.goodput() != 3.0/20 || w.late.Load() != 2 {
		t.Errorf("%v a second, %d late", w.goodput(), w.late.Load())
	}
	w.cpu = 2 * time.Second
	if w.each() != 1.5 {
		t.Errorf("%v for each second of processor time", w.each())
	}
}

func TestLatencyIsOfWhatWasPaidByTheFirstAnswer(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	w := newTally(now, time.Minute)
	for i := range 100 {
		w.pay(now, now.Add(time.Duration(i+1)*time.Millisecond), true)
		w.pay(now, now.Add(5*time.Second), false)
	}
	for share, want := range map[float64]time.Duration{50: 50 * time.Millisecond, 99: 99 * time.Millisecond} {
		if got := w.p(share); got < want || got > want+want/500 {
			t.Errorf("p%v is %v, want %v", share, got, want)
		}
	}
}

func TestRecoveryIsTheLastSecondThatWasNotNormal(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	second := func(atOnce int, took time.Duration) *tally {
		w := newTally(now, time.Second)
		w.begun.Store(100)
		for range atOnce {
			w.pay(now, now.Add(took), true)
		}
		return w
	}
	good, slow, turnedAway := second(99, 10*time.Millisecond), second(100, time.Second), second(98, time.Millisecond)
	for _, c := range []struct {
		seconds []*tally
		want    int
	}{
		{[]*tally{good, good}, 0}, {[]*tally{slow, good, good}, 1}, {[]*tally{slow, good, turnedAway, good}, 3},
		{[]*tally{good, slow}, 2}, {nil, 0},
	} {
		if got := recovery(c.seconds, 100*time.Millisecond); got != c.want {
			t.Errorf("%d seconds, want %d", got, c.want)
		}
	}
}

func TestBarsAreReachedOrNamed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	missed := append(bar(&out, "per cent", 94.9, 95), bar(&out, "cancels", per(99, 100), 99)...)
	missed = append(missed, bar(&out, "of nothing", per(0, 0), 100)...)
	if err := missed.verdict(); err == nil || err.Error() != "missed: per cent: 94.9 of 95" {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := bar(&out, "a", 1, 1).verdict(); err != nil {
		t.Error(err)
	}
	for times, want := range map[int]float64{2: 95, 5: 90, 10: 85} {
		if goodputMin(times) != want {
			t.Errorf("×%d: %v", times, goodputMin(times))
		}
	}
}

func TestLooksAtTheMachineAreWeighedByTheTimeTheyStandFor(t *testing.T) {
	t.Parallel()
	got := signing{}.and(signing{rate: 100, each: time.Millisecond}, 3*time.Second).
		and(signing{rate: 300, each: 3 * time.Millisecond}, time.Second)
	if got != (signing{rate: 150, each: 1500 * time.Microsecond, during: 4 * time.Second}) {
		t.Errorf("%+v", got)
	}
}
