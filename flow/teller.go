// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Teller commits the movements of one lane. It is stepped: nothing in it waits, sleeps or starts anything.
//
// Invariant: its view holds committed rows only, between steps; while it is not known what is committed there is no view.
// Concurrency: Submit by anybody; Step, Recover and Close by one owner.
type Teller struct {
	lane   ident.Lane
	facts  *store.Catalogue
	writer *store.Writer
	view   *store.View // nil: to be restored before anything is decided
	lines  lines
	hooks  Hooks
	doubt  *doubt
	most   int
	poison poison

	settling bool // this step has settled a doubt
}

// Hooks are told what a teller did; they are called by Step and must not wait.
type Hooks struct {
	// Committed is told after each batch, before the callers are answered: the new rows and the payments they changed. The
	// slices are used again; the payments may be kept.
	Committed func(rows []ledger.Row, changed []*payment.Payment)
	// Alarm is told what an operator must know: an alarm's name and what it is about.
	Alarm func(name, about string)
}

// The names of a teller's alarms.
const (
	AlarmInvariant = "invariant"
	AlarmParked    = "parked"
	AlarmDoubt     = "doubt"
	AlarmLaneLost  = "lane_lost"
	AlarmSuspended = "client_suspended"
)

// doubt is a batch of which it is not known whether it was committed.
type doubt struct {
	batch   *store.Batch
	decided []decided
}

// decided is a movement of a batch with what came of it.
type decided struct {
	waiting
	outcome Outcome
	err     error
}

// newTeller takes a lane and brings its memory back: from here on no other teller's batch is written.
func newTeller(ctx context.Context, db *store.DB, lane ident.Lane, facts *store.Catalogue, o Opening) (*Teller, error) {
	writer, err := db.Take(ctx, lane, o.Holder, o.Now)
	if err != nil {
		return nil, fault.Wrap("flow.Teller", err)
	}
	t := &Teller{lane: lane, facts: facts, writer: writer, hooks: o.Hooks, most: batchMax,
		lines: lines{bound: waitingMax, patient: payPatience}}
	if err := t.remember(ctx); err != nil {
		writer.Close()
		return nil, fault.Wrap("flow.Teller", err)
	}
	return t, nil
}

// remember empties the lane's memory and reads it again.
func (t *Teller) remember(ctx context.Context) error {
	t.view = nil
	view := store.NewView(t.lane, t.facts)
	if err := t.writer.Restore(ctx, view); err != nil {
		return err
	}
	t.view = view
	return nil
}

// Lane is the teller's lane.
func (t *Teller) Lane() ident.Lane { return t.lane }

// Row is where the lane stands, as committed.
func (t *Teller) Row() store.LaneRow { return t.writer.Row() }

// Open are the payments about which somebody must still be asked, oldest first; none while a batch is in doubt, since what
// is not durable must not be asked about.
func (t *Teller) Open() []*payment.Payment {
	if t.view == nil {
		return nil
	}
	return t.view.Open()
}

// BatchMax sets how many movements one batch holds, from 1 up to the house's own bound.
func (t *Teller) BatchMax(n int) { t.most = min(max(n, 1), batchMax) }

// Unbounded lifts the bounds of the queues and lets pays wait for ever. It is for benches that show what the bounds are for:
// no configuration reaches it. Call it before the first Submit.
func (t *Teller) Unbounded() { t.lines.bound, t.lines.patient = math.MaxInt, math.MaxInt64 }

// CheckpointEvery sets after how many rows the lane's open set and balances are saved: about so many rows a restart reads.
func (t *Teller) CheckpointEvery(rows int) { t.writer.CheckpointEvery(rows) }

// Submit queues a movement; reply is called once, by a later Step or by Close.
//
// Errors: Unavailable overloaded, lane_closed: the movement was not taken and reply is not called.
func (t *Teller) Submit(m Movement, now time.Time, reply Reply) error {
	return t.lines.push(waiting{movement: m, reply: reply, since: now})
}

// Waiting is how many movements wait in each queue.
func (t *Teller) Waiting() (first, second, low int) {
	n := t.lines.lengths()
	return n[First], n[Second], n[Low]
}

// Step serves one batch of what waits, and reports whether there was anything to do.
//
// Errors: Unavailable lane_lost: another process has the lane, close the teller. Every other error has been told to the
// callers it concerns; the next step goes on.
func (t *Teller) Step(ctx context.Context, now time.Time) (worked bool, err error) {
	clock := now // by which callers were queued: the lane's own time may be far ahead of it
	if now = now.UTC().Truncate(time.Microsecond); now.UnixMicro() < t.writer.Row().At {
		now = payment.TimeOf(t.writer.Row().At)
	}
	if t.doubt != nil {
		return true, t.settle(ctx, now)
	}
	if t.view == nil {
		if err := t.remember(ctx); err != nil {
			return true, fault.Wrap("flow.Step", err)
		}
	}
	batch, late := t.lines.pop(clock, t.most)
	for _, w := range late {
		w.reply(Outcome{}, &fault.Error{Op: "flow.Step", Kind: fault.Unavailable, Code: CodeWaitedTooLong,
			Detail: "the request waited too long: try again"})
	}
	if len(batch) == 0 && !t.sealDue(now) {
		return len(late) > 0, nil
	}
	return true, t.serve(ctx, batch, now)
}

// sealDue reports whether a quarter hour has ended since the lane's last row.
func (t *Teller) sealDue(now time.Time) bool {
	at := t.writer.Row().At
	return at > 0 && calendar.Quarter(now).After(payment.TimeOf(at))
}

// serve decides a batch and commits it.
func (t *Teller) serve(ctx context.Context, batch []waiting, now time.Time) error {
	draft := t.writer.Begin(t.view, now)
	if t.sealDue(now) {
		draft.Seal(calendar.Quarter(now))
	}
	if err := t.fill(ctx, batch); err != nil {
		t.refuse(batch, err)
		return t.forget(ctx, err)
	}
	done := make([]decided, len(batch))
	for i, w := range batch {
		done[i] = decided{waiting: w}
		done[i].outcome, done[i].err = t.decide(ctx, draft, w.movement, now)
	}
	// A batch that changes nothing is committed too: its answers are true only while nobody else has taken the lane, and only
	// the lane's row says so.
	return t.commit(ctx, draft.Finish(), done, now)
}

func (t *Teller) fill(ctx context.Context, batch []waiting) error {
	keys := make([]store.Keys, len(batch))
	for i, w := range batch {
		keys[i] = w.movement.Needs()
	}
	return t.writer.Fill(ctx, t.view, store.Union(keys...))
}

// decide runs one movement under recover: a broken invariant drops that movement alone, before anything is written.
func (t *Teller) decide(ctx context.Context, draft *store.Draft, m Movement, now time.Time) (o Outcome, err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		v, known := r.(invariant.Violation)
		if !known {
			v = invariant.Violation{Message: fmt.Sprint(r)}
		}
		t.alarm(AlarmInvariant, m.Name()+": "+v.Message)
		o, err = Outcome{}, &fault.Error{Op: "flow." + m.Name(), Kind: fault.Internal, Code: CodeInvariant, Err: v}
	}()
	o, changes, err := m.Decide(t.view, now)
	if err != nil {
		return Outcome{}, err
	}
	if changes.Empty() && changes.Act == nil {
		return o, nil
	}
	return o, draft.Add(ctx, &changes)
}

func (t *Teller) commit(ctx context.Context, b *store.Batch, done []decided, now time.Time) error {
	if answerFirst {
		t.committed(b)
		answer(done)
		return t.writer.Commit(ctx, b)
	}
	err := t.writer.Commit(ctx, b)
	switch fault.CodeOf(err) {
	case "":
		if err != nil {
			break
		}
		t.committed(b)
		answer(done)
		return nil
	case store.CodeRefusedByRow:
		return t.bisect(ctx, done, err, now)
	case store.CodeLaneLost, store.CodeDisk:
		return t.lose(done, err)
	}
	t.alarm(AlarmDoubt, err.Error())
	t.view, t.doubt = nil, &doubt{batch: b, decided: done}
	if t.settling {
		return fault.Wrap("flow.Step", err) // what fails again and again must not keep the step from ending
	}
	return t.settle(ctx, now)
}

func (t *Teller) committed(b *store.Batch) {
	if t.hooks.Committed != nil && len(b.Rows()) > 0 {
		t.hooks.Committed(b.Rows(), b.Changed())
	}
}

func answer(done []decided) {
	for i := range done {
		done[i].reply(done[i].outcome, done[i].err)
	}
}

// bisect finds the movement whose write the database refuses, parks it, and serves the others. Memory is emptied first: it
// holds what was not written.
func (t *Teller) bisect(ctx context.Context, done []decided, why error, now time.Time) error {
	if err := t.remember(ctx); err != nil {
		t.refuseDecided(done, err)
		return fault.Wrap("flow.Bisect", err)
	}
	if len(done) == 1 {
		return t.park(ctx, done[0], why, now)
	}
	half := len(done) / 2
	for i, part := range [2][]decided{done[:half], done[half:]} {
		batch := make([]waiting, len(part))
		for i := range part {
			batch[i] = part[i].waiting
		}
		if err := t.serve(ctx, batch, now); err != nil {
			if i == 0 {
				t.refuseDecided(done[half:], err) // of these nothing is written
			}
			return err
		}
	}
	return nil
}

// park keeps a movement that cannot be written, with its data, for the operator.
func (t *Teller) park(ctx context.Context, d decided, why error, now time.Time) error {
	t.alarm(AlarmParked, d.movement.Name()+": "+why.Error())
	data, encodeErr := Encode(d.movement)
	if encodeErr != nil {
		data = []byte(encodeErr.Error())
	}
	if client := clientOf(d.movement); t.poison.add(client, now) {
		t.lines.suspend(client, now.Add(suspendFor))
		t.alarm(AlarmSuspended, string(client)+": three of its movements were parked within a minute; "+
			"nothing of it is taken until "+now.Add(suspendFor).Format(time.RFC3339))
	}
	err := t.writer.Park(ctx, store.Parked{At: now, Kind: d.movement.Name(), Data: data, Reason: why.Error()})
	if fault.CodeOf(err) == store.CodeDisk {
		return t.lose([]decided{d}, err)
	}
	d.reply(Outcome{}, &fault.Error{Op: "flow." + d.movement.Name(), Kind: fault.Internal, Code: CodeParked, Err: why})
	return fault.Wrap("flow.Park", err)
}

// settle ends the doubt about a batch. While the store cannot be reached the doubt stays, and nothing else is served.
func (t *Teller) settle(ctx context.Context, now time.Time) error {
	t.settling = true
	defer func() { t.settling = false }()
	d := t.doubt
	committed, err := t.writer.Settle(ctx, d.batch, now)
	switch fault.CodeOf(err) {
	case store.CodeLaneLost, store.CodeDisk:
		return t.lose(d.decided, err)
	}
	if err != nil {
		return err
	}
	t.doubt = nil
	if committed { // it is told first: where the memory cannot be brought back now, the next step tries again
		t.committed(d.batch)
		answer(d.decided)
		return t.remember(ctx)
	}
	if err := t.remember(ctx); err != nil {
		t.refuseDecided(d.decided, err)
		return err
	}
	batch := make([]waiting, len(d.decided))
	for i := range d.decided {
		batch[i] = d.decided[i].waiting
	}
	return t.serve(ctx, batch, now)
}

// lose answers a batch that may or may not be written, after another process has taken the lane, or the disk has failed.
func (t *Teller) lose(done []decided, err error) error {
	t.alarm(AlarmLaneLost, err.Error())
	t.view, t.doubt = nil, nil
	t.refuseDecided(done, &fault.Error{Op: "flow.Step", Kind: fault.Unknown, Code: store.CodeLaneLost, Err: err})
	return &fault.Error{Op: "flow.Step", Kind: fault.Unavailable, Code: store.CodeLaneLost, Err: err}
}

// forget empties a memory that may hold what a failed batch put there.
func (t *Teller) forget(ctx context.Context, why error) error {
	if err := t.remember(ctx); err != nil {
		return fault.Wrap("flow.Step", err)
	}
	return why
}

func (t *Teller) refuse(batch []waiting, err error) {
	for _, w := range batch {
		w.reply(Outcome{}, err)
	}
}

func (t *Teller) refuseDecided(done []decided, err error) {
	for i := range done {
		done[i].reply(Outcome{}, err)
	}
}

func (t *Teller) alarm(name, about string) {
	if t.hooks.Alarm != nil {
		t.hooks.Alarm(name, about)
	}
}

// Renew says that the teller lives.
//
// Errors: Unavailable lane_lost when another has taken the lane, or the disk has failed.
func (t *Teller) Renew(ctx context.Context, now time.Time) error {
	if t.doubt != nil {
		return nil
	}
	err := t.writer.Renew(ctx, now)
	if fault.CodeOf(err) == store.CodeDisk {
		return t.lose(nil, err)
	}
	return err
}

// Close refuses whatever waits and lets go of the lane.
func (t *Teller) Close() {
	closed := &fault.Error{Op: "flow.Close", Kind: fault.Unavailable, Code: CodeLaneClosed, Detail: "the service is stopping"}
	t.refuse(t.lines.close(closed), closed)
	if t.doubt != nil {
		t.refuseDecided(t.doubt.decided, &fault.Error{Op: "flow.Close", Kind: fault.Unknown, Code: store.CodeDoubt})
	}
	t.writer.Close()
}
