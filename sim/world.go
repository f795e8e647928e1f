// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// The streams of chance.
const (
	streamFacts = 10 + iota
	streamTills
	streamNetwork
	streamPurses
	streamHouse
)

// world is everything there is in a run.
type world struct {
	ctx     context.Context
	options Options
	swarm   swarm

	now    int64 // virtual time, nanoseconds since 1970 UTC
	events events
	trace  trace
	cover  Coverage
	count  counts
	found  *violation
	calm   bool // nothing goes wrong any more

	tills, network, wallets, process chance

	location store.Location
	db       *store.DB
	books    *audit.Books
	auditor  *audit.Auditor
	fresh    bool // rows were committed since the auditor looked

	house  *house      // whom tills and wallets reach; nil while it is down
	older  []*house    // desks that were taken over and do not know it yet
	number int         // of the last house that was started
	acting *house      // whose teller steps, or stepped last
	lapse  store.Lapse // what befell the last commit that lost its connection
	facts  store.Facts // as the house was furnished
	shops  []*shop
	purses []*purse
	market market
	oracle oracle

	strikes int // kills and take-overs after any event, today
}

// counts are how much happened.
type counts struct {
	events, rows, payments, calls, starts int
	today, fewest                         int // payments of this day, and of the day that had the fewest
	// Payments that were unknown although nothing was in the way, and those of them that took more than 75 s.
	unknown, slow int
}

// violation is what should not be.
type violation struct {
	invariant string
	about     ident.ID
	text      string
}

// stores numbers the stores of this process: two runs must not share one.
var stores atomic.Uint64

// newWorld opens an empty store and furnishes it.
func newWorld(o Options) (*world, error) {
	w := &world{ctx: context.Background(), options: o, swarm: swarmOf(o.Seed), trace: newTrace(o.Trace),
		tills: newChance(o.Seed, streamTills), network: newChance(o.Seed, streamNetwork),
		wallets: newChance(o.Seed, streamPurses), process: newChance(o.Seed, streamHouse)}
	w.oracle = oracle{w: w, deals: map[ident.ID]*deal{}}
	w.now = w.swarm.begins.UnixNano()
	w.location = store.Location("memory:sim-" + strconv.FormatUint(stores.Add(1), 10))
	db, err := store.Open(w.ctx, w.location)
	if err != nil {
		return nil, err
	}
	w.db = db
	db.Interfere(w.lapseOf)
	if w.books, err = audit.Open(w.ctx, string(w.location)); err != nil {
		db.Close()
		return nil, err
	}
	w.auditor = w.books.Auditor(audit.Options{})
	return w, nil
}

func (w *world) close() {
	for _, h := range append(w.older, w.house) {
		if h != nil {
			h.desk.Close()
		}
	}
	w.books.Close()
	w.db.Close()
}

// time is the true time.
func (w *world) time() time.Time { return time.Unix(0, w.now).UTC() }

// after plans an event.
func (w *world) after(d time.Duration, run func()) { w.events.plan(w.now+int64(max(d, 0)), run) }

// note tells the trace what happened.
func (w *world) note(what string, id ident.ID, details ...string) {
	l := line{at: w.now, what: what, id: id}
	copy(l.details[:], details)
	w.trace.add(l)
}

// fail writes down the first thing that should not be; the run ends with it.
func (w *world) fail(invariant string, about ident.ID, format string, args ...any) {
	if w.found == nil {
		w.found = &violation{invariant: invariant, about: about, text: fmt.Sprintf(format, args...)}
		w.note("VIOLATION", about, invariant, w.found.text)
	}
}

// run lets events happen until a time, or until something is wrong.
func (w *world) run(until int64) error {
	for w.found == nil {
		e, ok := w.events.next(until)
		if !ok {
			w.now = until
			break
		}
		w.now = e.at
		e.run()
		w.count.events++
		w.strike()
		if w.fresh {
			if err := w.step(); err != nil {
				return err
			}
		}
	}
	return nil
}

// step lets the auditor look at the rows that are new.
func (w *world) step() error {
	w.fresh = false
	found, err := w.auditor.Step(w.ctx)
	if err != nil {
		return err
	}
	w.accuse(found)
	return nil
}

func (w *world) accuse(found []audit.Finding) {
	if len(found) > 0 {
		w.fail(found[0].Invariant, ident.ID{}, "audit: %s (%d findings)", found[0].String(), len(found))
	}
}

// night is the audit at the end of a simulated day: what is new, then every table against what the journal made of it.
func (w *world) night() error {
	found, err := w.auditor.Sweep(w.ctx)
	w.accuse(found)
	return err
}

// whole reads everything again, with an auditor that has seen nothing yet.
func (w *world) whole() error {
	report, err := w.books.Full(w.ctx, audit.Options{})
	w.accuse(report.Findings)
	return err
}
