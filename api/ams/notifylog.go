// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Endpoint names, in events and in what the books say of them, where clients are told of their payments and
// refunds.
const Endpoint = "notify"

// CodeEventMissing is the code of an event that is not in the list.
const CodeEventMissing fault.Code = "event_missing"

// NotifyLog reads what clients were told, are to be told, and could not be told.
//
// Concurrency: safe for any number of callers.
type NotifyLog struct {
	Reader *store.Reader
	Shelf  *store.ShelfReader
}

// Notice is an event with every attempt to tell it, in order.
type Notice struct {
	Event    store.Event
	Attempts []store.Delivery
}

// Of are the notices of a payment and its refunds, or of one refund, in the order of what happened; none where
// there is no such payment or refund, or nobody is told of it. While the list is derived again, an event that
// is not in it yet is shown as the books know it.
//
// Errors: Unavailable store_busy.
func (l NotifyLog) Of(ctx context.Context, id ident.ID) ([]Notice, error) {
	rows, err := l.family(ctx, id)
	if err != nil {
		return nil, fault.Wrap("ams.NotifyLog", err)
	}
	var notices []Notice
	for i := range rows {
		switch rows[i].Kind {
		case ledger.PaymentSucceeded, ledger.PaymentFailed, ledger.RefundSucceeded, ledger.RefundFailed:
			some, err := l.ofRow(ctx, &rows[i])
			if err != nil {
				return nil, fault.Wrap("ams.NotifyLog", err)
			}
			notices = append(notices, some...)
		}
	}
	return notices, nil
}

// family are the journal rows of a payment and its refunds, or those of one refund.
func (l NotifyLog) family(ctx context.Context, id ident.ID) ([]ledger.Row, error) {
	p, err := l.Reader.Payment(ctx, id)
	if err != nil {
		return nil, err
	}
	if p != nil {
		return l.Reader.Family(ctx, id.Lane, p.Origin)
	}
	r, err := l.Reader.Refund(ctx, id)
	if err != nil || r == nil {
		return nil, err
	}
	if p, err = l.Reader.Payment(ctx, r.Payment); err != nil || p == nil {
		return nil, err
	}
	all, err := l.Reader.Family(ctx, id.Lane, p.Origin)
	var own []ledger.Row
	for i := range all {
		if all[i].Subject == id.Digest {
			own = append(own, all[i])
		}
	}
	return own, err
}

func (l NotifyLog) ofRow(ctx context.Context, row *ledger.Row) ([]Notice, error) {
	events, err := l.Shelf.Events(ctx, row.Lane, row.N)
	if err != nil {
		return nil, err
	}
	listed := len(events) > 0
	if !listed {
		events = []store.Event{{Lane: row.Lane, N: row.N, Endpoint: Endpoint, Kind: row.Kind, Subject: row.Subject,
			Origin: row.Origin, At: time.UnixMicro(row.At).UTC(), State: store.EventPending}}
	}
	var notices []Notice
	for _, e := range events {
		attempts, err := l.Reader.Deliveries(ctx, e.ID())
		if err != nil {
			return nil, err
		}
		if listed || len(attempts) > 0 {
			notices = append(notices, Notice{Event: asTold(e, attempts), Attempts: attempts})
		}
	}
	return notices, nil
}

// asTold is an event with what the books know of it and the list does not.
func asTold(e store.Event, attempts []store.Delivery) store.Event {
	if len(attempts) == 0 || attempts[len(attempts)-1].Attempt <= e.Attempt {
		return e
	}
	last := attempts[len(attempts)-1]
	e.Attempt, e.Detail = last.Attempt, last.Detail
	switch last.Outcome {
	case store.Delivered:
		e.State = store.EventDelivered
	case store.Abandoned:
		e.State = store.EventDead
	}
	return e
}

// Dead is the next page, after an event, of those that were given up: the latest first. The zero Event is
// before all of them.
//
// Errors: Unavailable store_busy.
func (l NotifyLog) Dead(ctx context.Context, after store.Event, limit int) ([]store.Event, error) {
	return l.Shelf.Dead(ctx, after, limit)
}

// Again lets events be told once more, now, whatever became of them: their attempts are kept and counted on.
// One that is just being told is left alone. Where it is not acknowledged and its 30 days are over, it is dead
// again.
//
// Errors: NotFound event_missing: nothing was changed; Unavailable store_busy, store_unreachable.
func (n *Notifier) Again(ctx context.Context, events ...store.Event) error {
	now := n.house.Now()
	again := make([]store.Event, 0, len(events))
	for i := range events {
		e, err := n.listed(ctx, &events[i])
		if err != nil {
			return fault.Wrap("ams.Again", err)
		}
		n.mutex.Lock()
		_, taken := n.taken[e.ID()]
		n.mutex.Unlock()
		if !taken {
			e.State, e.Due, e.Detail = store.EventPending, now, "it is to be told again"
			again = append(again, e)
		}
	}
	return fault.Wrap("ams.Again", n.shelf.Told(ctx, again...))
}

// listed is an event as the list has it, with the attempts that the books know of.
func (n *Notifier) listed(ctx context.Context, e *store.Event) (store.Event, error) {
	events, err := n.shelf.Events(ctx, e.Lane, e.N)
	if err != nil {
		return store.Event{}, err
	}
	for i := range events {
		if events[i].Endpoint == e.Endpoint {
			attempts, err := n.house.Reader().Deliveries(ctx, events[i].ID())
			return asTold(events[i], attempts), err
		}
	}
	return store.Event{}, &fault.Error{Op: "ams.Again", Kind: fault.NotFound, Code: CodeEventMissing,
		Subject: e.ID().String(), Detail: "there is no such event in the list"}
}
