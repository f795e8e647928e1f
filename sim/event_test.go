// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEventsComeInTheOrderOfTimeThenOfPlanning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var q events
		planned := rapid.SliceOf(rapid.Int64Range(0, 20)).Draw(t, "times")
		var ran []int
		for i, at := range planned {
			q.plan(at, func() { ran = append(ran, i) })
		}
		last := event{at: -1}
		for {
			e, ok := q.next(15)
			if !ok {
				break
			}
			if e.before(&last) || e.at > 15 {
				t.Fatalf("%d after %d", e.at, last.at)
			}
			last = e
			e.run()
			if planned[ran[len(ran)-1]] != e.at {
				t.Fatal("an event ran at another time than it was planned for")
			}
		}
		due := 0
		for _, at := range planned {
			if at <= 15 {
				due++
			}
		}
		if len(ran) != due {
			t.Fatalf("%d events ran of %d", len(ran), due)
		}
	})
}

func TestChanceStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newChance(rapid.Uint64().Draw(t, "seed"), 1)
		least := time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "least"))
		most := least + time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "more"))
		for range 20 {
			if d := c.spread(least, most); d < least || d > most {
				t.Fatalf("%v of %v to %v", d, least, most)
			}
			if d := c.lasting(least, most); d < least || d > most {
				t.Fatalf("%v of %v to %v", d, least, most)
			}
		}
		if c.hit(0) || !c.hit(1) {
			t.Fatal("what never happens happens, or what always does not")
		}
		if i := c.weighted([]float64{0, 3, 0}); i != 1 {
			t.Fatalf("index %d has no weight", i)
		}
	})
}

func TestCoverageNamesExactlyTheCellsThatWereNotMet(t *testing.T) {
	t.Parallel()
	var c Coverage
	for f := range legal {
		for _, at := range legal[f] {
			c.hit(mishap(f), at)
		}
	}
	for s := range sometimes {
		c.happened(s)
	}
	if missing := c.Missing(); len(missing) != 0 {
		t.Fatal(missing)
	}
	c.cells[f01][inSent], c.some[fencedBatch] = 0, 0
	missing := c.Missing()
	if len(missing) != 2 || missing[0] != "F01 killed × sent" ||
		missing[1] != "a batch was fenced after a take-over" {
		t.Fatal(missing)
	}
}

func TestKnobsHaveNamesAndProbabilities(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := range knobs {
		s := knobSettings[k]
		if s.name == "" || seen[s.name] || s.most <= 0 || s.most > 1 {
			t.Errorf("knob %d is %q with at most %v", k, s.name, s.most)
		}
		seen[s.name] = true
	}
}
