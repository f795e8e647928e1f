// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/sim"
)

func run(t *testing.T, o sim.Options) sim.Result {
	t.Helper()
	r, err := sim.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEverySeedKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	seeds := uint64(4)
	if testing.Short() {
		seeds = 1
	}
	for seed := uint64(1); seed <= seeds; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := run(t, sim.Options{Seed: seed, Days: 1})
			if !r.OK() {
				t.Fatal(r.String())
			}
			if r.Fewest < sim.PaymentsLeast || r.Payments < r.Fewest {
				t.Fatalf("%d payments, and a day of %d", r.Payments, r.Fewest)
			}
		})
	}
}

func TestSameSeedTellsTheSameStory(t *testing.T) {
	t.Parallel()
	first, again := run(t, sim.Options{Seed: 7, Days: 1}), run(t, sim.Options{Seed: 7, Days: 1})
	if first.Hash != again.Hash || first.Events != again.Events || first.Swarm != again.Swarm {
		t.Fatalf("one seed, two stories:\n%s\n%s", first.String(), again.String())
	}
	if other := run(t, sim.Options{Seed: 8, Days: 1}); other.Hash == first.Hash || other.Swarm == first.Swarm {
		t.Fatal("two seeds, one story")
	}
}

func TestTraceIsTheStoryThatIsHashed(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("two runs")
	}
	var trace strings.Builder
	plain, traced := run(t, sim.Options{Seed: 9, Days: 1}), run(t, sim.Options{Seed: 9, Days: 1, Trace: &trace})
	if plain.Hash != traced.Hash {
		t.Fatal("who looks on changes the story")
	}
	if lines := strings.Count(trace.String(), "\n"); lines < 1000 {
		t.Fatalf("%d lines", lines)
	}
}

// TestEachBugIsFound is the negative control: a simulator that does not see these mistakes sees nothing.
func TestEachBugIsFound(t *testing.T) {
	t.Parallel()
	const seedsMax = 20
	for i, bug := range sim.Bugs {
		if testing.Short() && i%3 > 0 {
			continue
		}
		t.Run(string(bug), func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= seedsMax; seed++ {
				if r := run(t, sim.Options{Seed: seed, Days: 1, Bug: bug}); !r.OK() {
					if len(r.Last) == 0 || !strings.Contains(r.String(), fmt.Sprintf("--seed %d", seed)) {
						t.Fatalf("nobody can replay %s", r.String())
					}
					t.Logf("seed %d: %s", seed, r.Violation)
					return
				}
			}
			t.Fatalf("not found in %d seeds", seedsMax)
		})
	}
}

// TestSeedsThatOnceFailedHold replays every seed that has found something: testdata/seeds says what, and in which seed.
func TestSeedsThatOnceFailedHold(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/seeds/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for i, file := range files {
		if testing.Short() && i > 0 {
			break
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var o sim.Options
			for line := range strings.Lines(string(text)) {
				if strings.HasPrefix(line, "#") {
					continue
				}
				if _, err := fmt.Sscanf(line, "seed %d days %d", &o.Seed, &o.Days); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				if raced && o.Days > 1 {
					t.Skip("many days take too long with the race detector")
				}
				if r := run(t, o); !r.OK() {
					t.Fatal(r.String())
				}
			}
		})
	}
}

func TestManyCountsEveryRunAndNamesWhatWasNeverMet(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("two runs")
	}
	told := 0
	s, err := sim.Many(sim.Options{Days: 1}, 21, 22, func(r sim.Result) {
		told++
		if r.Seed != 20+uint64(told) {
			t.Errorf("seed %d is told as number %d", r.Seed, told)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if told != 2 || s.Runs != 2 || s.Days != 2 || len(s.Failed) != 0 || s.Payments < 600 {
		t.Fatalf("%d told, %+v", told, s)
	}
	if missing := s.Coverage.Missing(); len(missing) == 0 {
		t.Fatal("two days have met everything there is")
	}
	both := s
	both.Add(s)
	if both.Runs != 4 || both.Payments != 2*s.Payments {
		t.Fatalf("%+v", both)
	}
	if table := s.Coverage.String(); !strings.Contains(table, "F01 killed") || !strings.Contains(table, "EMPTY") {
		t.Fatal(table)
	}
}

// BenchmarkTenDays plays whole seeds, the next one each time: how long a hundred of them take.
func BenchmarkTenDays(b *testing.B) {
	seed, payments := uint64(0), 0
	for b.Loop() {
		seed++
		r, err := sim.Run(sim.Options{Seed: seed})
		if err != nil || !r.OK() {
			b.Fatal(err, r.String())
		}
		payments += r.Payments
	}
	b.ReportMetric(float64(payments)/b.Elapsed().Seconds(), "payments/s")
}
