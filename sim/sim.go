// SPDX-License-Identifier: Apache-2.0

// Package sim is the whole network on one goroutine, from a seed: tills, the house (store, desk, relay, pricer) and wallets,
// in virtual time. It is no server and proves nothing by itself; it looks for a story in which a promise does not hold.
//
// A seed decides everything: how much goes wrong and what, who pays whom, when the house is killed. After every event that
// wrote something the auditor looks at the new rows, and a model that was written from the documents compares what each till
// was told and what each wallet did. After the last day everything heals, and a week later nothing may be open and no money
// may be anywhere it should not be.
//
// Invariant: the same seed gives the same trace. So nothing here reads a clock, ranges over a map, or waits.
// Read world.go, house.go, counter.go and purse.go, then oracle.go and end.go.
package sim

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"
)

// daysDefault is how many days a run has unless its options say otherwise.
const daysDefault = 10

// Options say what is run.
type Options struct {
	Seed  uint64
	Days  int       // with everything that goes wrong; 0: ten. A quiet week follows
	Bug   Bug       // a mistake that is made on purpose and must be found; NoBug: none
	Trace io.Writer // gets every event as a line; may be nil
	Night func()    // is called after each day, to show how far the run is; may be nil
}

// Result is what a run came to.
type Result struct {
	Seed      uint64
	Days      int
	Swarm     string            // the options that the seed became
	Hash      [sha256.Size]byte // of the trace: equal for equal options
	Events    int
	Payments  int
	Fewest    int      // payments of the day that had the fewest
	Rows      int      // of the journal
	Unknown   int      // payments whose outcome was unknown for a while although nothing was in the way
	Slow      int      // those of them that took longer than 75 seconds
	Violation string   // what should not be, in one line; empty: nothing
	Last      []string // the last events before it
	Coverage  Coverage
}

// OK reports whether nothing was found.
func (r *Result) OK() bool { return r.Violation == "" }

// String is the result in one line; with a violation, everything that is needed to understand and repeat it.
func (r *Result) String() string {
	if r.OK() {
		return fmt.Sprintf("seed %d: ok, %d days, %d payments, at least %d a day, %d rows, %d events, trace %x", r.Seed,
			r.Days, r.Payments, r.Fewest, r.Rows, r.Events, r.Hash[:8])
	}
	return fmt.Sprintf("seed %d: VIOLATION %s\noptions: %s\nthe last events:\n  %s\n"+
		"replay: kakehashi sim --seed %d --days %d\n", r.Seed, r.Violation, r.Swarm, strings.Join(r.Last, "\n  "), r.Seed,
		r.Days)
}

// Run plays one seed to its end, or to the first thing that should not be.
//
// Errors: what the store or the auditor answers when it cannot be opened or read. A violation is no error.
func Run(o Options) (Result, error) {
	if o.Days <= 0 {
		o.Days = daysDefault
	}
	w, err := newWorld(o)
	if err != nil {
		return Result{}, err
	}
	defer w.close()
	err = w.play()
	n := &w.count
	r := Result{Seed: o.Seed, Days: o.Days, Swarm: w.swarm.String(), Hash: w.trace.sum(), Events: n.events,
		Payments: n.payments, Fewest: n.fewest, Rows: n.rows, Unknown: n.unknown, Slow: n.slow, Coverage: w.cover}
	if w.found != nil {
		r.Violation = w.found.invariant + ": " + w.found.text
		if !w.found.about.IsZero() {
			r.Violation += " (payment " + w.found.about.String() + ")"
		}
		r.Last = w.trace.lines()
	}
	return r, err
}

// ended counts a day that is over.
func (w *world) ended(day int) {
	if c := &w.count; day == 1 || c.today < c.fewest {
		c.fewest = c.today
	}
	w.count.today = 0
	if w.options.Night != nil {
		w.options.Night()
	}
}

// play is the whole story: the days, the healing, the quiet week, and what must hold in the end.
func (w *world) play() error {
	if err := w.open(); err != nil {
		return err
	}
	begins := w.now
	w.live()
	for day := 1; day <= w.options.Days && w.found == nil; day++ {
		if err := w.run(begins + int64(day)*int64(24*time.Hour)); err != nil {
			return err
		}
		if err := w.night(); err != nil {
			return err
		}
		w.ended(day)
	}
	if w.found != nil {
		return nil
	}
	return w.end()
}
