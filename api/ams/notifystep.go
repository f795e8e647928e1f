// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"errors"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// The bounds of one step.
const (
	pageMax        = 256             // events that are read at once
	pagesMax       = 8               // pages of them
	looksMax       = 64              // events whose matter is read
	looksClientMax = 32              // of them of one client
	recallMax      = 64              // events that the books are asked about at once
	fullMax        = 8               // endpoints of one client that are found full, before its other events must wait
	frontSpan      = 2 * time.Second // what fell due within it is looked at in every step, whatever else waits
)

// step is one Step in the making.
type step struct {
	now     time.Time
	looks   int // that are left
	looked  map[ident.Client]int
	full    map[ident.Client]int
	settled []store.Event // what the shelf is told although nothing was sent
}

// Step looks at what is due and gives the runs that may begin, each of which must be sent once, also when an
// error comes with them. An endpoint that rests keeps its events from being looked at again before their next
// time; one whose runs are all taken keeps them waiting, and no others: what fell due lately is looked at in
// every step, what has waited longer in turn.
//
// Errors: Unavailable store_busy, store_unreachable: the next step goes on.
func (n *Notifier) Step(ctx context.Context, now time.Time) ([]Sending, error) {
	s := &step{now: now, looked: map[ident.Client]int{}, full: map[ident.Client]int{}}
	whole, err := n.look(ctx, s, &n.sweep, store.Event{})
	if err == nil && !whole {
		_, err = n.look(ctx, s, &n.front, store.Event{Due: now.Add(-frontSpan)})
	}
	return n.start(), fault.Wrap("ams.Notifier", err)
}

// look goes on through the list from a place, and begins anew at its start when it has come to the end. whole
// reports whether it has seen everything.
func (n *Notifier) look(ctx context.Context, s *step, place *store.Event, start store.Event) (
	whole bool, err error) {
	whole = place.N == 0
	if whole {
		*place = start
	}
	s.looks, s.settled = looksMax, nil
	defer func() {
		if told := n.shelf.Told(ctx, s.settled...); err == nil {
			err = told
		}
	}()
	for range pagesMax {
		rows, err := n.shelf.Due(ctx, s.now, *place, pageMax)
		if err != nil {
			return false, err
		}
		all, err := n.consider(ctx, s, rows, place)
		if err != nil || !all {
			return false, err
		}
		if len(rows) < pageMax {
			*place = store.Event{}
			return whole, nil
		}
	}
	return false, nil
}

// consider looks at events in order, and moves the place along, until the step has done enough. all reports
// whether it came to their end.
func (n *Notifier) consider(ctx context.Context, s *step, rows []store.Event, place *store.Event) (
	all bool, err error) {
	for len(rows) > 0 {
		some := rows[:min(recallMax, len(rows))]
		rows = rows[len(some):]
		books, err := n.recall(ctx, s, some)
		if err != nil {
			return false, err
		}
		for i := range some {
			if s.looks == 0 || n.held() >= takenMax {
				return false, nil
			}
			e := some[i]
			if told, known := books[e.ID()]; known && !n.skips(s, &e) {
				if err := n.weigh(ctx, s, &e, told); err != nil {
					return false, err
				}
			}
			*place = some[i]
		}
	}
	return true, nil
}

func (n *Notifier) held() int {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return len(n.taken)
}

// skips reports whether an event is in hand already, or known to find no room.
func (n *Notifier) skips(s *step, e *store.Event) bool {
	n.mutex.Lock()
	_, taken := n.taken[e.ID()]
	n.mutex.Unlock()
	if taken || s.full[e.Client] >= fullMax || s.looked[e.Client] >= looksClientMax {
		return true
	}
	name, known := n.places.get(e.ID())
	return known && n.roomAt(name, s.now) == roomFull
}

// recall asks the books what was told of the events that are not skipped: the list may be behind them, whatever
// became of it. The zero Delivery is of one that was never told.
//
// Source: decisions A16.
func (n *Notifier) recall(ctx context.Context, s *step, rows []store.Event) (map[ident.ID]store.Delivery, error) {
	var lanes []ident.Lane
	asked := map[ident.Lane][]ident.Digest{}
	found := map[ident.ID]store.Delivery{}
	for i := range rows {
		if n.skips(s, &rows[i]) {
			continue
		}
		id := rows[i].ID()
		if asked[id.Lane] == nil {
			lanes = append(lanes, id.Lane)
		}
		asked[id.Lane] = append(asked[id.Lane], id.Digest)
		found[id] = store.Delivery{}
	}
	for _, lane := range lanes {
		last, err := n.house.Reader().LastDeliveries(ctx, lane, asked[lane])
		if err != nil {
			return nil, err
		}
		for _, digest := range asked[lane] {
			found[ident.ID{Lane: lane, Digest: digest}] = last[digest]
		}
	}
	return found, nil
}

// weigh decides what happens to an event that is due.
func (n *Notifier) weigh(ctx context.Context, s *step, e *store.Event, told store.Delivery) error {
	if told.Attempt > e.Attempt && !s.resume(e, told) {
		return nil
	}
	if e.Attempt == 0 && e.Due.Equal(e.At) && s.now.After(lastSend(e)) {
		n.give(s, e, "it is older than 30 days and was never told")
		return nil
	}
	s.looks--
	s.looked[e.Client]++
	_, m, err := n.matter(ctx, e, s.now)
	switch {
	case ctx.Err() != nil || fault.KindOf(err) == fault.Unavailable:
		return errors.Join(err, ctx.Err())
	case fault.KindOf(err) == fault.Denied:
		s.settle(e, store.EventDead, e.Due, fault.DetailOf(err)) // as an operator wants it: no alarm
		return nil
	case err != nil:
		n.raise(AlarmNotifyUnsent, e, reason(err))
		n.move(s, e, reason(err))
		return nil
	case m.open:
		n.wait(s, e, "nobody can say yet what becomes of the payment")
		return nil
	}
	n.route(s, e, m.address)
	return nil
}

// resume takes over what the books say was told, and reports whether the event is due all the same.
func (s *step) resume(e *store.Event, told store.Delivery) bool {
	e.Attempt, e.Detail = told.Attempt, told.Detail
	switch told.Outcome {
	case store.Delivered:
		s.settle(e, store.EventDelivered, e.Due, told.Detail)
		return false
	case store.Abandoned:
		s.settle(e, store.EventDead, e.Due, told.Detail)
		return false
	}
	due, ok := resend(e, told.Attempt, told.At)
	switch {
	case !ok:
		s.settle(e, store.EventDead, e.Due, told.Detail)
	case due.After(s.now):
		s.settle(e, store.EventPending, due, told.Detail)
	default:
		e.Due = due
		return true
	}
	return false
}

// route lets an event wait for a run to where it goes, or moves it on where its endpoint rests.
func (n *Notifier) route(s *step, e *store.Event, address string) {
	u, err := n.reach.target(address)
	if err != nil {
		n.settleNow(e, attempt{s.now, refused, err.Error()})
		return
	}
	name := endpointOf(e.Client, u)
	switch n.roomAt(name, s.now) {
	case roomRest:
		n.move(s, e, "the endpoint has not answered of late")
	case roomFull:
		n.places.put(e.ID(), name)
		s.full[e.Client]++
	default:
		n.put(name, *e)
	}
}

// move puts an event off to its next time, without an attempt. Where there is none it is dead.
func (n *Notifier) move(s *step, e *store.Event, why string) {
	due, ok := nextTime(e, s.now)
	if !ok {
		n.give(s, e, why)
		return
	}
	s.settle(e, store.EventPending, due, why)
}

// wait puts an event off for a moment, without an attempt.
func (n *Notifier) wait(s *step, e *store.Event, why string) {
	if s.now.After(lastSend(e)) {
		n.give(s, e, why)
		return
	}
	s.settle(e, store.EventPending, s.now.Add(retrySoon), why)
}

// give gives an event up without an attempt.
func (n *Notifier) give(s *step, e *store.Event, why string) {
	n.raise(AlarmNotifyDead, e, why)
	s.settle(e, store.EventDead, e.Due, why)
}

// settle notes what becomes of an event of which nothing is sent.
func (s *step) settle(e *store.Event, state store.EventState, due time.Time, why string) {
	told := *e
	told.State, told.Due, told.Detail = state, due, why
	s.settled = append(s.settled, told)
}
