// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/kakehashi-pay/kakehashi/sim"
)

// simParsed is what a command line asks of the simulator.
func simParsed(t *testing.T, args ...string) (*simCommand, error) {
	t.Helper()
	var c struct {
		Sim simCommand `cmd:""`
	}
	k, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Parse(append([]string{"sim"}, args...)); err != nil {
		return nil, err
	}
	return &c.Sim, c.Sim.check()
}

func TestSimTakesSeedsInEachForm(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]seedRange{"": {1, 100}, "--seed 7": {7, 7}, "--seed 0": {0, 0},
		"--seeds 3..9": {3, 9}, "--seeds 5": {5, 5}} {
		c, err := simParsed(t, strings.Fields(args)...)
		if err != nil || c.Seeds != want || c.Days != 10 || c.Workers != 2 {
			t.Errorf("%q: %+v, %v", args, c, err)
		}
	}
}

func TestSimNamesTheFlagThatIsWrong(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{"--seed x": "--seed", "--seeds a..b": "--seeds", "--seeds 5..2": "--seeds",
		"--seeds 1..99999999": "--seeds", "--seed 1 --seeds 1..2": "--seeds", "--days 0": "--days", "--days two": "--days",
		"--workers 0": "--workers", "--bug none-such": "--bug", "--trace t": "--trace", "--sedes 1": "--sedes"} {
		if _, err := simParsed(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestSeasonTellsResultsInTheOrderOfSeedsHoweverManyWork(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("three seeds")
	}
	s := newSeason(sim.Options{Days: 1}, seedRange{11, 13}, newMeter(os.Stderr))
	var seeds []uint64
	total, err := s.play(t.Context(), 3, func(r sim.Result) { seeds = append(seeds, r.Seed) })
	if err != nil || total.Runs != 3 || len(total.Red()) != 0 {
		t.Fatalf("%v\n%s", err, total.String())
	}
	if len(seeds) != 3 || seeds[0] != 11 || seeds[1] != 12 || seeds[2] != 13 || s.days.Load() != 3 {
		t.Fatalf("seeds %v, %d days", seeds, s.days.Load())
	}
}

func TestSeasonPlaysWhatIsUnderWayAndNothingMoreOnceItIsStopped(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a seed")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := newSeason(sim.Options{Days: 1}, seedRange{1, 1000}, newMeter(os.Stderr))
	total, err := s.play(ctx, 1, func(sim.Result) { stop() })
	if err == nil || !strings.Contains(err.Error(), "not played") || total.Runs < 1 || total.Runs > 2 {
		t.Fatalf("%d runs, %v", total.Runs, err)
	}
}

func TestSimFailsOnABugAndWritesItsTrace(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a seed")
	}
	file := filepath.Join(t.TempDir(), "trace")
	c, err := simParsed(t, "--seed", "1", "--days", "1", "--bug", "charges-more", "--trace", file)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "I-11") {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "VIOLATION") {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
}
