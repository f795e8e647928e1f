// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// house is one process: a desk and a relay over the store, until it is killed or fenced. It makes the running house's loops
// into events.
type house struct {
	w       *world
	number  int
	desk    *flow.Desk
	tellers []*flow.Teller
	relay   *relay.Relay
	pricer  *worker.Pricer

	offset   time.Duration // its clock's error
	dead     bool          // nothing it does is seen by anybody any more
	inStep   bool
	stepping []bool // by lane: a step is planned
	tick     int64  // when the relay is looked at next; 0: never
	lapsed   bool   // a connection was lost in this step
	unasked  map[ident.ID]bool
	readyAt  int64

	early     map[ident.ID]func(told) // who waits for an answer; only for a bug
	firstTold map[ident.ID]told       // what was told first; only for a bug
}

// serviceTime is how long a movement may wait for its lane's next batch.
const serviceTime = 8 * time.Millisecond

// start starts a process. Where the store cannot be reached it is tried again a second later.
func (w *world) start() {
	w.number++
	h := &house{w: w, number: w.number, stepping: make([]bool, w.swarm.lanes)}
	if w.options.Bug == BugAnswersEarly {
		h.early = map[ident.ID]func(told){}
	}
	if !w.calm && w.process.hit(w.swarm.chance[steps]) {
		h.offset = w.process.lasting(-10*time.Minute, 10*time.Minute)
		if w.process.hit(0.05) {
			h.offset = w.process.lasting(-24*time.Hour, 24*time.Hour)
		}
	}
	desk, err := flow.OpenDesk(w.ctx, w.db, flow.Opening{Lanes: w.swarm.lanes, Holder: "sim " + strconv.Itoa(h.number),
		Now: h.clock(), Hooks: flow.Hooks{Committed: h.committed, Alarm: h.alarm}})
	if err != nil {
		w.note("start failed", ident.ID{}, string(fault.CodeOf(err)))
		if fault.KindOf(err) != fault.Unavailable {
			w.fail("I-20", ident.ID{}, "the house does not start: %v", err)
		}
		w.after(time.Second, func() {
			if w.house == nil {
				w.start()
			}
		})
		return
	}
	h.desk, h.tellers = desk, desk.Tellers()
	h.relay = relay.New(h.relayed, desk.Facts(), h.alarm)
	h.pricer = worker.NewPricer(h, w.market.connect, quoteLifetime, func(string, string) {})
	w.note("started", ident.ID{}, strconv.Itoa(h.number), h.offset.String())
	w.count.starts++
	w.house = h
	w.oracle.remembered(h)
	h.recover()
}

// recover tells the relay what is open, and remembers which first questions must leave within seconds.
func (h *house) recover() {
	h.readyAt, h.unasked = h.w.now, map[ident.ID]bool{}
	for _, t := range h.tellers {
		t.BatchMax(h.w.swarm.batch)
		t.CheckpointEvery(h.w.swarm.checkpoint)
		open := t.Open()
		for _, p := range open {
			h.unasked[p.ID] = true
		}
		if h.w.options.Bug != BugForgetsOpen {
			h.relay.Recover(open, h.clock())
		}
		h.wake(int(t.Lane()), serviceTime)
	}
	if len(h.unasked) > 0 {
		h.w.cover.happened(memoryRestored)
	}
	h.look()
	h.w.after(firstQuestion, h.asked)
}

// firstQuestion is how soon after a start every open payment must have been asked about. Source: reliability.md R-02.
const firstQuestion = 5 * time.Second

// asked checks that the first question about each payment that was found open has left, unless it is not open any more.
func (h *house) asked() {
	if h.dead || h.w.house != h {
		return
	}
	for _, t := range h.tellers {
		for _, p := range t.Open() {
			if h.unasked[p.ID] {
				h.w.fail("R-02", p.ID, "found %v at the start and nobody was asked within %v", p.State, firstQuestion)
			}
		}
	}
}

// clock is what the process thinks the time is.
func (h *house) clock() time.Time { return h.w.time().Add(h.offset) }

// submit queues a movement; reply is called once, unless the process is killed before.
func (h *house) submit(m flow.Movement, reply flow.Reply) error {
	err := h.desk.Submit(h.w.ctx, m, h.clock(), func(o flow.Outcome, err error) {
		if !h.dead {
			reply(o, err)
		}
	})
	if err == nil {
		h.wake(int(m.Lane()), h.w.process.lasting(0, serviceTime))
	}
	return err
}

// relayed is how the relay submits.
func (h *house) relayed(m flow.Movement, _ time.Time, reply flow.Reply) error {
	return h.submit(m, reply)
}

// wake plans the next step of a lane.
func (h *house) wake(lane int, d time.Duration) {
	if h.stepping[lane] {
		return
	}
	h.stepping[lane] = true
	h.w.after(d, func() { h.step(lane) })
}

// step lets a lane's teller serve one batch.
func (h *house) step(lane int) {
	h.stepping[lane] = false
	if h.dead {
		return
	}
	h.inStep, h.lapsed, h.w.acting = true, false, h
	_, err := h.tellers[lane].Step(h.w.ctx, h.clock())
	h.inStep = false
	if h.dead { // killed between the commit and the answers
		h.desk.Close()
		return
	}
	switch code := fault.CodeOf(err); {
	case code == store.CodeLaneLost:
		h.fenced()
		return
	case err != nil && fault.KindOf(err) != fault.Unavailable && fault.KindOf(err) != fault.Unknown:
		h.w.fail("I-20", ident.ID{}, "lane %d cannot be served: %v", lane, err)
	case err != nil:
		h.w.note("step failed", ident.ID{}, string(code))
		h.wake(lane, 50*time.Millisecond)
	}
	if a, b, c := h.tellers[lane].Waiting(); a+b+c > 0 {
		h.wake(lane, time.Millisecond)
	}
	h.look()
}

// committed is told of every batch: first what the world learns of it, then what must leave, leaves.
func (h *house) committed(rows []ledger.Row, changed []*payment.Payment) {
	w := h.w
	w.fresh = true
	w.count.rows += len(rows)
	for i := range rows {
		r := &rows[i]
		w.note("row", ident.ID{Lane: r.Lane, Digest: r.Subject}, strconv.FormatInt(r.N, 10), r.Kind.String(),
			hex.EncodeToString(r.Hash[:8]))
	}
	if len(changed) >= 3 {
		w.cover.happened(largeBatch)
	}
	w.oracle.committed(h, rows, changed)
	if !w.calm && w.process.hit(w.swarm.chance[killsCommit]*rarity(changed)) {
		w.oracle.met(f02, changed)
		h.kill("after a commit")
		return
	}
	h.relay.Committed(changed, h.clock())
	h.dispatch(h.relay.Step(h.clock()))
}

// rarity is how much more often a kill is worth its while after a commit that is seldom made.
func rarity(changed []*payment.Payment) float64 {
	for _, p := range changed {
		if p.State == payment.Refunding || p.Stray != "" {
			return 8
		}
	}
	return 1
}

// look plans the next look at the relay.
func (h *house) look() {
	due, ok := h.relay.Next()
	if !ok || h.dead {
		return
	}
	at := max(due.Add(-h.offset).UnixNano(), h.w.now)
	if h.tick != 0 && h.tick <= at {
		return
	}
	h.tick = at
	h.w.events.plan(at, func() {
		if h.dead || h.tick != at {
			return
		}
		h.tick = 0
		h.dispatch(h.relay.Step(h.clock()))
		h.look()
	})
}

// dispatch lets calls leave.
func (h *house) dispatch(calls []relay.Call) {
	for _, c := range calls {
		delete(h.unasked, c.Payment)
		h.w.carry(h, c)
	}
}

// alarm takes what an operator must know. A broken invariant or a movement that cannot be written is never right.
func (h *house) alarm(name, about string) {
	if h.dead {
		return
	}
	h.w.note("alarm", ident.ID{}, name, about)
	switch name {
	case flow.AlarmInvariant, flow.AlarmParked:
		h.w.fail("I-01", ident.ID{}, "alarm %s: %s", name, about)
	case relay.AlarmBreaker:
		h.w.cover.happened(breakerOpened)
	}
}

// Do serves a movement at once; workers call it.
func (h *house) Do(ctx context.Context, m flow.Movement) (got flow.Outcome, err error) {
	answered := false
	submitErr := h.desk.Submit(ctx, m, h.clock(), func(o flow.Outcome, e error) { got, err, answered = o, e, true })
	if submitErr != nil {
		return flow.Outcome{}, submitErr
	}
	for tries := 0; !answered && !h.dead && tries < 100; tries++ {
		h.step(int(m.Lane()))
	}
	if !answered {
		return flow.Outcome{}, &fault.Error{Op: "sim.Do", Kind: fault.Unknown, Subject: m.Name(),
			Err: errors.New("it is not answered")}
	}
	return got, err
}

// Facts is the catalogue.
func (h *house) Facts() *store.Catalogue { return h.desk.Facts() }

// Reader is the store's reading half.
func (h *house) Reader() *store.Reader { return h.w.db.Reader() }
