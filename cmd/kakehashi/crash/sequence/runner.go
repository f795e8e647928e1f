// SPDX-License-Identifier: Apache-2.0

package sequence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// savedEvery is after how many rows the lane's open set and balances are saved: often enough that the story meets it.
const savedEvery = 16

// triesMax is how often a step is served before it is given up: a store that cannot be written now may be later.
const triesMax = 4

// ErrGivenUp is the error of a step that could not be served; nothing was acknowledged.
var ErrGivenUp = errors.New("the step could not be served")

// Runner tells the story to one store.
//
// Concurrency: one owner.
type Runner struct {
	db        *store.DB
	desk      *flow.Desk
	shelf     *store.Shelf
	projector *worker.Projector
	now       time.Time
	marks     []Mark // of the batches since the last step
	alarms    []string
}

// Open opens the store of a file and takes its lane, from the time of a step on.
func Open(ctx context.Context, location store.Location, from int) (*Runner, error) {
	db, err := store.Open(ctx, location)
	if err != nil {
		return nil, err
	}
	r := &Runner{db: db, now: begin.Add(story()[min(from, Count()-1)].at)}
	r.desk, err = flow.OpenDesk(ctx, db, flow.Opening{Lanes: 1, Holder: "crash", Now: r.now,
		Hooks: flow.Hooks{Committed: r.committed, Alarm: r.alarm}})
	if err != nil {
		db.Close()
		return nil, err
	}
	r.teller().CheckpointEvery(savedEvery)
	if r.shelf, err = store.OpenShelf(ctx, location); err != nil {
		r.desk.Close()
		db.Close()
		return nil, err
	}
	r.projector = worker.NewProjector(0, db.Reader(), r.shelf)
	return r, nil
}

// Close lets go of the store.
func (r *Runner) Close() {
	r.desk.Close()
	r.shelf.Close()
	r.db.Close()
}

func (r *Runner) teller() *flow.Teller { return r.desk.Tellers()[0] }

func (r *Runner) committed(rows []ledger.Row, _ []*payment.Payment) {
	last := &rows[len(rows)-1]
	r.marks = append(r.marks, Mark{N: last.N, Head: last.Hash})
}

func (r *Runner) alarm(name, about string) { r.alarms = append(r.alarms, name+": "+about) }

// Mark is where the journal ends now.
func (r *Runner) Mark() Mark {
	row := r.teller().Row()
	return Mark{N: row.N, Head: row.Head}
}

// Run tells a step, and what came of it once that is durable. Along is every mark that was passed on the way.
//
// Errors: the store's; ErrGivenUp.
func (r *Runner) Run(ctx context.Context, i int) (told Told, along []Mark, err error) {
	s := story()[i]
	r.marks, r.now = r.marks[:0], begin.Add(s.at)
	outcome, err := s.do(ctx, r)
	if err != nil {
		return Told{}, r.marks, fmt.Errorf("step %d, %s: %w", i, s.name, err)
	}
	return Told{Step: i, Outcome: outcome, Mark: r.Mark()}, r.marks, nil
}

// reply is what came of one movement.
type reply struct {
	outcome flow.Outcome
	err     error
	given   bool
}

// serve hands movements over at once and serves until each has its reply.
func (r *Runner) serve(ctx context.Context, movements ...flow.Movement) ([]reply, error) {
	replies := make([]reply, len(movements))
	for i, m := range movements {
		err := r.desk.Submit(ctx, m, r.now, func(o flow.Outcome, err error) { replies[i] = reply{o, err, true} })
		if err != nil {
			return nil, err
		}
	}
	var last error
	for range triesMax {
		for worked := true; worked && last == nil; {
			worked, last = r.teller().Step(ctx, r.now)
		}
		if fault.CodeOf(last) == store.CodeLaneLost {
			return nil, last
		}
		if !waits(replies) {
			return replies, nil
		}
		last = nil
	}
	return nil, ErrGivenUp
}

func waits(replies []reply) bool {
	for _, r := range replies {
		if !r.given {
			return true
		}
	}
	return false
}

// do serves one movement. An answer that says that nothing is certain is an error; a refusal is an outcome.
func (r *Runner) do(ctx context.Context, m flow.Movement) (string, error) {
	replies, err := r.serve(ctx, m)
	if err != nil {
		return "", err
	}
	return replies[0].text()
}

// text is what came of a movement in a few words that are the same each time.
func (r reply) text() (string, error) {
	switch kind := fault.KindOf(r.err); {
	case r.err == nil:
	case kind == fault.Unknown || kind == fault.Unavailable:
		return "", r.err
	case kind == fault.Internal && fault.CodeOf(r.err) != flow.CodeParked:
		return "", r.err
	default:
		return string(fault.CodeOf(r.err)), nil
	}
	p := r.outcome.Payment
	if p == nil {
		return "done", nil
	}
	if f := p.Refund(r.outcome.Refund); f != nil {
		return fmt.Sprintf("refund %v %s", f.State, f.Result), nil
	}
	text := fmt.Sprintf("%v %s", p.State, p.Result)
	if p.Stray != "" {
		text += ", stray"
	}
	return text, nil
}

// keep refreshes what the desk knows of the catalogue.
func (r *Runner) keep(ctx context.Context) error { return r.desk.Facts().Refresh(ctx, r.now) }
