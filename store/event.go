// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// Event is a journal row that an endpoint is to be told of.
//
// Invariant: there is one for a journal row and an endpoint.
type Event struct {
	Lane     ident.Lane
	N        int64
	Endpoint string // its name: who is told, never where
	Client   ident.Client
	Kind     ledger.Kind
	Subject  ident.Digest
	Origin   int64     // of the family the row belongs to
	At       time.Time // of the row
	Due      time.Time // when it is told, or told again
	Attempt  int       // how often it was told
	State    EventState
	Detail   string // how the last attempt ended
}

// EventState says whether an event is still to be told. The values are stored.
type EventState int64

// The states.
const (
	EventPending   EventState = 1
	EventDelivered EventState = 2
	EventDead      EventState = 3 // not acknowledged to the last: a person must look
)

// ID is the event's identifier: what the endpoint is told, and the books' name of its deliveries.
func (e *Event) ID() ident.ID {
	return ident.Name(e.Lane, ident.Event, strconv.FormatInt(e.N, 10), e.Endpoint)
}

const eventColumns = "lane, n, id, endpoint, client, kind, subject, origin, at, due, attempt, state, detail"

const eventKinds = "nnbttnbnnnnnt"

var (
	insertEvent = insertion{table: "event", columns: eventColumns, kinds: eventKinds,
		suffix: "ON CONFLICT (lane, n, id) DO NOTHING"}
	writeEvent = insertion{table: "event", columns: eventColumns, kinds: eventKinds,
		suffix: "ON CONFLICT (lane, n, id) DO UPDATE SET due = excluded.due, attempt = excluded.attempt, " +
			"state = excluded.state, detail = excluded.detail"}
	eventsOf = statement{sql: "SELECT " + eventColumns + " FROM event WHERE lane = $1 AND n = $2 ORDER BY id", in: "nn",
		out: eventKinds}
)

func eventCells(events []Event) []cell {
	rows := make([]cell, 0, len(eventKinds)*len(events))
	for i := range events {
		e := &events[i]
		id := e.ID()
		rows = append(rows, number(e.Lane.Key()), number(e.N), blob(id.Digest[:]), text(e.Endpoint),
			text(string(e.Client)), number(int64(e.Kind)), blob(e.Subject[:]), number(e.Origin), number(e.At.UnixMicro()),
			number(payment.Micros(e.Due)), number(int64(e.Attempt)), number(int64(e.State)), text(e.Detail))
	}
	return rows
}

func eventRow(c []cell) (Event, error) {
	lane, ok := ident.LaneOf(c[0].number)
	if !ok || len(c[6].bytes) != len(ident.Digest{}) || c[5].number > 255 {
		return Event{}, damaged("store.Event", "event of row %d in lane key %d", c[1].number, c[0].number)
	}
	return Event{Lane: lane, N: c[1].number, Endpoint: c[3].text, Client: ident.Client(c[4].text),
		Kind: ledger.Kind(c[5].number), Subject: ident.Digest(c[6].bytes), Origin: c[7].number,
		At: time.UnixMicro(c[8].number).UTC(), Due: payment.TimeOf(c[9].number), Attempt: int(c[10].number),
		State: EventState(c[11].number), Detail: c[12].text}, nil
}

// Told saves how attempts to tell events ended: their Due, Attempt, State and Detail. An event that a reset removed in the
// meantime is there again. Of one that is named twice the last counts.
//
// Errors: Conflict constraint_refused; Unavailable store_unreachable: save it again.
func (s *Shelf) Told(ctx context.Context, events ...Event) error {
	last := make([]Event, 0, len(events))
	seen := map[ident.ID]int{}
	for i := range events {
		id := events[i].ID()
		if at, ok := seen[id]; ok {
			last[at] = events[i]
			continue
		}
		seen[id] = len(last)
		last = append(last, events[i])
	}
	if len(last) == 0 {
		return nil
	}
	return s.write(ctx, operation{insertion: &writeEvent, rows: eventCells(last)})
}

// Events are the events of a journal row.
func (r *ShelfReader) Events(ctx context.Context, lane ident.Lane, n int64) ([]Event, error) {
	events, err := list(ctx, r, &eventsOf, []cell{number(lane.Key()), number(n)}, eventRow)
	return events, fault.Wrap("store.Events", err)
}
