// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// Parked is a movement that the database refused to write, kept with its data until a person has looked.
type Parked struct {
	Lane   ident.Lane
	At     time.Time
	Kind   string
	Data   []byte
	Reason string
}

var insertParked = statement{
	sql: "INSERT INTO parked (lane, at, place, kind, data, reason) SELECT $1, $2, COUNT(*) + 1, $3, $4, $5 FROM parked " +
		"WHERE lane = $6 AND at = $7",
	in: "nntbtnn",
}

var listParked = statement{
	sql: "SELECT lane, at, kind, data, reason FROM parked ORDER BY at DESC, lane, place LIMIT $1", in: "n", out: "nntbt",
}

// Park keeps a movement for the operator. It does not touch the lane's row: nothing of it is in the books.
//
// Errors: Unavailable commit_in_doubt: it may be parked, or lost; the caller was told that it did not happen either way.
func (w *Writer) Park(ctx context.Context, p Parked) error {
	key, at := w.row.Lane.Key(), p.At.UnixMicro()
	_, err := w.session.begin(ctx, []operation{{statement: &insertParked, args: []cell{number(key), number(at), text(p.Kind),
		blob(p.Data), text(p.Reason), number(key), number(at)}}})
	if err == nil {
		err = w.session.commit()
	}
	if err != nil {
		return &fault.Error{Op: "store.Park", Kind: fault.Unavailable, Code: CodeDoubt, Err: err}
	}
	return nil
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
