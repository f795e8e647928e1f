// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
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

// Park keeps a movement for the operator, where the lane is still this writer's. Nothing of it is in the books.
//
// Errors: Unavailable lane_lost; Unavailable commit_in_doubt: it may be parked, or lost; the caller was told that it did not
// happen either way; Unknown store_disk_failed: close the writer and look at the disk.
func (w *Writer) Park(ctx context.Context, p Parked) error {
	key, at := w.row.Lane.Key(), p.At.UnixMicro()
	err := w.session.whole(ctx, []operation{
		{statement: &renewLane, must: true, args: []cell{number(w.now.UnixMicro()), number(key), number(w.row.Epoch)}},
		{statement: &insertParked, args: []cell{number(key), number(at), text(p.Kind), blob(p.Data), text(p.Reason),
			number(key), number(at)}}})
	switch {
	case errors.Is(err, errMissed):
		return w.lost()
	case err != nil:
		return w.failed(&fault.Error{Op: "store.Park", Kind: fault.Unavailable, Code: CodeDoubt, Err: err})
	}
	return nil
}
