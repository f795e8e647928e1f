// SPDX-License-Identifier: Apache-2.0

package store

// What reads across lanes is in this file, and nowhere else: each of these is a report or a sweep, never a decision. On a
// distributed store they ask every node, and see each lane at a time of its own.

import (
	"context"
	"math"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
)

var listLanes = statement{sql: "SELECT " + laneColumns + " FROM lane ORDER BY lane", out: laneKinds}

// Lanes are the lanes that were ever taken, in the order of their keys.
func (r *Reader) Lanes(ctx context.Context) ([]LaneRow, error) {
	lanes, err := list(ctx, r, &listLanes, nil, laneRow)
	return lanes, fault.Wrap("store.Lanes", err)
}

var listParked = statement{
	sql: "SELECT lane, at, kind, data, reason FROM parked ORDER BY at DESC, lane, place LIMIT $1", in: "n", out: "nntbt",
}

// Parked are the movements parked last, newest first.
func (r *Reader) Parked(ctx context.Context, most int) ([]Parked, error) {
	return list(ctx, r, &listParked, []cell{number(int64(most))}, func(c []cell) (Parked, error) {
		lane, ok := ident.LaneOf(c[0].number)
		if !ok {
			return Parked{}, damaged("store.Parked", "lane key %d", c[0].number)
		}
		return Parked{Lane: lane, At: time.UnixMicro(c[1].number).UTC(), Kind: c[2].text, Data: c[3].bytes,
			Reason: c[4].text}, nil
	})
}

var listCursors = statement{sql: "SELECT lane, n FROM cursor ORDER BY lane", out: "nn"}

// Cursors are the rows up to which lanes were derived, in the order of the lanes' keys.
func (r *ShelfReader) Cursors(ctx context.Context) (map[ident.Lane]int64, error) {
	cursors := map[ident.Lane]int64{}
	err := r.query(ctx, &listCursors, nil, func(c []cell) error {
		lane, ok := ident.LaneOf(c[0].number)
		if !ok {
			return damaged("store.Cursors", "lane key %d", c[0].number)
		}
		cursors[lane] = c[1].number
		return nil
	})
	return cursors, fault.Wrap("store.Cursors", err)
}

var dueEvents = statement{
	sql: "SELECT " + eventColumns + " FROM event WHERE state = 1 AND due >= $2 AND due <= $1 AND " +
		"(due, lane, n, id) > ($2, $3, $4, $5) ORDER BY due, lane, n, id LIMIT $6",
	in: "nnnnbn", out: eventKinds,
}

// Due is the next page, after an event, of the pending events whose time has come: the most overdue first. The zero Event
// is before all of them, and one without a row before all of its Due.
func (r *ShelfReader) Due(ctx context.Context, now time.Time, after Event, limit int) ([]Event, error) {
	args := append([]cell{number(now.UnixMicro())}, place(after.Due, &after)...)
	events, err := list(ctx, r, &dueEvents, append(args, number(int64(limit))), eventRow)
	return events, fault.Wrap("store.Due", err)
}

var deadEvents = statement{
	sql: "SELECT " + eventColumns + " FROM event WHERE state = 3 AND (at, lane, n, id) < ($1, $2, $3, $4) " +
		"ORDER BY at DESC, lane DESC, n DESC, id DESC LIMIT $5",
	in: "nnnbn", out: eventKinds,
}

// Dead is the next page, after an event, of those that were given up: the latest first. The zero Event is before all of
// them.
func (r *ShelfReader) Dead(ctx context.Context, after Event, limit int) ([]Event, error) {
	args := place(after.At, &after)
	if after.N == 0 {
		args[0] = number(math.MaxInt64)
	}
	events, err := list(ctx, r, &deadEvents, append(args, number(int64(limit))), eventRow)
	return events, fault.Wrap("store.Dead", err)
}

// place is where an event stands among those of a time; without a row it is before all of them.
func place(at time.Time, e *Event) []cell {
	if e.N == 0 {
		return []cell{number(payment.Micros(at)), number(math.MinInt64), number(0), blob([]byte{})}
	}
	id := e.ID()
	return []cell{number(payment.Micros(at)), number(e.Lane.Key()), number(e.N), blob(id.Digest[:])}
}
