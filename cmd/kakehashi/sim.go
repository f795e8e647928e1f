// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/kakehashi-pay/kakehashi/sim"
)

// simCommand plays seeds of the simulator.
type simCommand struct {
	Seed    *uint64   `help:"Play this seed alone." placeholder:"N"`
	Seeds   seedRange `help:"Play these seeds, the last one too; without it 1..100." placeholder:"A..B"`
	Days    int       `default:"10" help:"Days of each seed on which things go wrong; a quiet week follows them."`
	Workers int       `default:"2" help:"Seeds at once, each on one goroutine."`
	Bug     bugName   `help:"Make a mistake on purpose, which must be found; the names are above." placeholder:"NAME"`
	Trace   string    `help:"Write everything that happens in the one seed to this file." placeholder:"FILE"`
}

// Help lists the bugs.
func (*simCommand) Help() string {
	return "The table at the end says which fault met a payment or refund in which state. It fails when a promise did not " +
		"hold and, from " + strconv.Itoa(sim.CoverageDays) + " days on, when a fault that can meet a state never did.\n\n" +
		"Bugs for --bug: " + bugNames() + "."
}

func bugNames() string {
	var names []string
	for _, b := range sim.Bugs {
		names = append(names, string(b))
	}
	return strings.Join(names, ", ")
}

// bugName is one of the simulator's bugs.
type bugName sim.Bug

// UnmarshalText reads a name.
func (b *bugName) UnmarshalText(text []byte) error {
	if *b = bugName(text); !slices.Contains(sim.Bugs, sim.Bug(*b)) {
		return fmt.Errorf("no bug is called %q; there are %s", text, bugNames())
	}
	return nil
}

// seedsMax is how many seeds one call plays.
const seedsMax = 10_000_000

// seedRange is seeds from one to another, both played.
type seedRange struct{ from, to uint64 }

// count is how many they are.
func (r *seedRange) count() uint64 { return r.to - r.from + 1 }

// UnmarshalText reads "A..B", or one seed.
func (r *seedRange) UnmarshalText(text []byte) error {
	first, last, many := strings.Cut(string(text), "..")
	if !many {
		last = first
	}
	from, err := strconv.ParseUint(first, 10, 64)
	to, lastErr := strconv.ParseUint(last, 10, 64)
	switch {
	case err != nil || lastErr != nil:
		return fmt.Errorf("%q is neither a seed nor of the form A..B with two whole numbers", text)
	case to < from:
		return fmt.Errorf("%q ends before it begins", text)
	case to-from >= seedsMax:
		return fmt.Errorf("%q is more than %d seeds", text, seedsMax)
	}
	*r = seedRange{from: from, to: to}
	return nil
}

// check fills in what was not given, and says which flag cannot be meant.
func (c *simCommand) check() error {
	switch given := c.Seeds != (seedRange{}); {
	case given && c.Seed != nil:
		return errors.New("--seed and --seeds cannot both be given")
	case c.Seed != nil:
		c.Seeds, c.Seed = seedRange{from: *c.Seed, to: *c.Seed}, nil
	case !given:
		c.Seeds = seedRange{from: 1, to: 100}
	}
	switch {
	case c.Days < 1:
		return fmt.Errorf("--days is %d: at least 1", c.Days)
	case c.Workers < 1:
		return fmt.Errorf("--workers is %d: at least 1", c.Workers)
	case c.Trace != "" && c.Seeds.from != c.Seeds.to:
		return errors.New("--trace tells the story of one seed: give --seed too")
	}
	return nil
}

// Run plays the seeds, tells what each came to, and fails when anything is not as it should be.
func (c *simCommand) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	// A run allocates little and keeps less: collecting seldom saves a sixth of the time.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt, syscall.SIGTERM) }) // the second time, at once
	o := sim.Options{Days: c.Days, Bug: sim.Bug(c.Bug)}
	summary, err := c.traced(o, func(o sim.Options) (sim.Summary, error) {
		s := newSeason(o, c.Seeds, newMeter(os.Stderr))
		return s.play(ctx, c.Workers, func(r sim.Result) { fmt.Println(r.String()) })
	})
	if summary.Runs > 0 {
		fmt.Print("\n" + summary.String())
	}
	if err != nil {
		return err
	}
	if red := summary.Red(); len(red) > 0 {
		return fmt.Errorf("the simulation is red:\n  %s", strings.Join(red, "\n  "))
	}
	return nil
}

// traced plays with the trace file, where one is asked for.
func (c *simCommand) traced(o sim.Options, play func(sim.Options) (sim.Summary, error)) (s sim.Summary, err error) {
	if c.Trace == "" {
		return play(o)
	}
	f, err := os.Create(c.Trace)
	if err != nil {
		return s, fmt.Errorf("--trace: %w", err)
	}
	w := bufio.NewWriter(f)
	o.Trace = w
	s, err = play(o)
	return s, errors.Join(err, w.Flush(), f.Close())
}
