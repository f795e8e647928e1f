// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"cmp"
	"context"
	"slices"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/store"
)

// ended is what became of an event, not yet durable.
type ended struct {
	event    store.Event
	delivery store.Delivery // the zero Delivery: nothing was sent
}

// recordMax is how many attempts one movement records.
const recordMax = 64

// end takes how an attempt of a run ended.
func (n *Notifier) end(to *endpoint, e store.Event, a attempt) {
	now := n.house.Now()
	n.mutex.Lock()
	switch a.verdict {
	case dropped:
		delete(n.taken, e.ID())
	case unsent:
		e.Due, e.Detail = now.Add(retrySoon), a.detail
		n.ended = append(n.ended, ended{event: e})
	default:
		n.answered(to, a.verdict != silent, now)
		n.ended = append(n.ended, outcome(e, a))
	}
	n.mutex.Unlock()
	n.tell(&e, a)
}

// settleNow takes how an attempt ended that made no run.
func (n *Notifier) settleNow(e *store.Event, a attempt) {
	n.mutex.Lock()
	n.taken[e.ID()] = struct{}{}
	n.ended = append(n.ended, outcome(*e, a))
	n.mutex.Unlock()
	n.tell(e, a)
}

// tell alarms where a person must look.
func (n *Notifier) tell(e *store.Event, a attempt) {
	switch _, more := resend(e, e.Attempt+1, a.at); {
	case a.verdict == unsent:
		n.raise(AlarmNotifyUnsent, e, a.detail)
	case a.verdict == refused, (a.verdict == silent || a.verdict == unwilling) && !more:
		n.raise(AlarmNotifyDead, e, a.detail)
	}
}

// outcome is an event after one more attempt, and the attempt as the books keep it.
func outcome(e store.Event, a attempt) ended {
	e.Attempt, e.Detail = e.Attempt+1, a.detail
	delivery := store.Delivery{Event: e.ID().Digest, Attempt: e.Attempt, At: a.at, Outcome: store.Postponed,
		Detail: a.detail}
	due, more := resend(&e, e.Attempt, a.at)
	switch {
	case a.verdict == acknowledged:
		e.State, delivery.Outcome = store.EventDelivered, store.Delivered
	case a.verdict == refused, !more:
		e.State, delivery.Outcome = store.EventDead, store.Abandoned
	default:
		e.State, e.Due = store.EventPending, due
	}
	return ended{e, delivery}
}

// Record makes durable how attempts ended: first in the books, which are the truth of it, then on the shelf.
// What cannot be recorded now is kept for the next call.
//
// Errors: whatever the desk and the shelf answer.
func (n *Notifier) Record(ctx context.Context) error {
	n.mutex.Lock()
	list := n.ended
	n.ended = nil
	n.mutex.Unlock()
	slices.SortStableFunc(list, func(a, b ended) int { return cmp.Compare(a.event.Lane, b.event.Lane) })
	for len(list) > 0 {
		size := 1
		for size < min(recordMax, len(list)) && list[size].event.Lane == list[0].event.Lane {
			size++
		}
		if err := n.record(ctx, list[:size]); err != nil {
			n.mutex.Lock()
			n.ended = append(list, n.ended...)
			n.mutex.Unlock()
			return fault.Wrap("ams.Notifier", err)
		}
		list = list[size:]
	}
	return nil
}

// record writes some attempts of one lane down. One that is there already stays as it is.
func (n *Notifier) record(ctx context.Context, some []ended) error {
	tell := flow.Tell{In: some[0].event.Lane}
	events := make([]store.Event, len(some))
	for i := range some {
		events[i] = some[i].event
		if some[i].delivery.Attempt > 0 {
			tell.Attempts = append(tell.Attempts, some[i].delivery)
		}
	}
	if len(tell.Attempts) > 0 {
		if _, err := n.house.Do(ctx, tell); err != nil {
			return err
		}
	}
	if err := n.shelf.Told(ctx, events...); err != nil {
		return err
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for i := range events {
		delete(n.taken, events[i].ID())
	}
	return nil
}
