// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// Writer is the one writer of a lane. What it commits is written under the lane's epoch: once another has taken the lane,
// nothing of this one's is written any more.
//
// A connection that is lost between two batches is replaced by the next call: the lane is retaken under this writer's own
// epoch, and nothing else may have happened to it.
//
// Concurrency: one owner, the lane's teller.
type Writer struct {
	db      *DB
	session session
	row     LaneRow   // as it is committed
	now     time.Time // the last time that was told
	every   int64     // CheckpointEvery
	saved   int64     // last row when the open set was saved
	draft   Draft
}

// Take makes the caller the lane's writer by raising its epoch. That write queues behind a batch that another still has
// under way, so what is read afterwards is settled.
//
// Errors: Unavailable store_unreachable; Unknown store_disk_failed.
func (db *DB) Take(ctx context.Context, lane ident.Lane, holder string, now time.Time) (*Writer, error) {
	w := &Writer{db: db, now: now, row: LaneRow{Lane: lane}, every: checkpointEvery}
	var err error
	if w.session, err = db.session(ctx); err != nil {
		return nil, err
	}
	var zero ledger.Hash
	err = w.raise(ctx, operation{statement: &openLane, args: []cell{number(lane.Key()), blob(zero[:])}},
		operation{statement: &takeLane, must: true, args: []cell{text(holder), number(w.session.backend()),
			number(now.UnixMicro()), number(lane.Key())}})
	if err != nil {
		w.session.close()
		return nil, err
	}
	return w, nil
}

// CheckpointEvery sets after how many rows the lane's open set and balances are saved: about so many rows a restart reads.
func (w *Writer) CheckpointEvery(rows int) { w.every = int64(max(rows, 1)) }

// raise makes the epoch this writer's own by a durable write that must find the lane's row, and learns in the same
// transaction where the lane stands: a row read afterwards could be another's.
func (w *Writer) raise(ctx context.Context, operations ...operation) error {
	err := w.session.begin(ctx, operations)
	if errors.Is(err, errMissed) {
		return w.lost()
	}
	var row LaneRow
	if err == nil {
		row, _, err = one(ctx, w.session, &loadLane, []cell{number(w.row.Lane.Key())}, laneRow)
		if fault.CodeOf(err) == CodeDamaged {
			return err
		}
	}
	if err == nil {
		err = w.session.commit()
	}
	if err != nil {
		return w.failed(&fault.Error{Op: "store.Take", Kind: fault.Unavailable, Code: CodeOpen, Err: err})
	}
	w.row = row
	return nil
}

// retake takes the lane again on a new connection, where nobody else has taken it since this writer did. It may be repeated
// when its outcome is not known.
func (w *Writer) retake(ctx context.Context) error {
	w.session.close()
	s, err := w.db.session(ctx)
	if err != nil {
		return err
	}
	w.session = s
	return w.raise(ctx, operation{statement: &retakeLane, must: true, args: []cell{number(s.backend()),
		number(w.now.UnixMicro()), number(w.row.Lane.Key()), number(w.row.Taken)}})
}

// mend replaces a lost connection where no batch is in doubt: the lane must stand where this writer left it.
func (w *Writer) mend(ctx context.Context) error {
	before := w.row
	if err := w.retake(ctx); err != nil {
		return err
	}
	if !w.row.standsAt(&before) {
		return w.lost()
	}
	return nil
}

func (w *Writer) lost() error {
	return &fault.Error{Op: "store.Writer", Kind: fault.Unavailable, Code: CodeLaneLost, Detail: "another process has the lane"}
}

// Row is where the lane stands, as committed.
func (w *Writer) Row() LaneRow { return w.row }

// Renew says that the holder lives.
//
// Errors: Unavailable lane_lost when another has taken the lane; Unavailable commit_in_doubt, store_unreachable: say it
// again; Unknown store_disk_failed: close the writer and look at the disk.
func (w *Writer) Renew(ctx context.Context, now time.Time) error {
	w.now = now
	if w.session.lost() {
		return w.mend(ctx) // which renews
	}
	err := w.session.whole(ctx, []operation{{statement: &renewLane, must: true,
		args: []cell{number(now.UnixMicro()), number(w.row.Lane.Key()), number(w.row.Epoch)}}})
	switch {
	case errors.Is(err, errMissed):
		return w.lost()
	case err != nil:
		return w.failed(&fault.Error{Op: "store.Renew", Kind: fault.Unavailable, Code: CodeDoubt, Err: err})
	}
	return nil
}

// Commit writes a batch, durably and whole.
//
// Errors: Conflict constraint_refused: nothing is written, a row is refused; Unavailable lane_lost: nothing is written;
// Unknown commit_in_doubt: Settle must say whether it is written; Unknown store_disk_failed: it may be written, and nothing
// more may be: close the writer and look at the disk.
func (w *Writer) Commit(ctx context.Context, b *Batch) error {
	b.after.Epoch = w.row.Epoch // a connection may have been mended since the draft began
	err := w.session.whole(ctx, b.operations())
	switch {
	case errors.Is(err, errMissed):
		return w.lost()
	case err != nil && w.db.dialect.refused(err):
		return &fault.Error{Op: "store.Commit", Kind: fault.Conflict, Code: CodeRefusedByRow, Err: err}
	case err != nil:
		return w.failed(&fault.Error{Op: "store.Commit", Kind: fault.Unknown, Code: CodeDoubt, Err: err})
	}
	w.row = b.after
	w.draft.view.forget()
	return nil
}

// failed is the error of a write. Where the disk has failed it says so, whatever else it would say: asked again, the system
// may show as kept what it has lost.
func (w *Writer) failed(e *fault.Error) error {
	if w.db.dialect.broken(e.Err) {
		e.Kind, e.Code = fault.Unknown, CodeDisk
	}
	return e
}

// Settle ends the doubt about a batch by a durable write on a new connection: it raises the epoch, which queues behind
// whatever the old connection still does, and compares the lane's head. The view must be emptied and restored afterwards,
// however it ends.
//
// Errors: Unavailable store_unreachable: ask again; Unavailable lane_lost: another has the lane, the batch is not answered;
// Unknown store_disk_failed: nobody can say any more, close the writer.
func (w *Writer) Settle(ctx context.Context, b *Batch, now time.Time) (committed bool, err error) {
	w.now = now
	if err := w.retake(ctx); err != nil {
		return false, err
	}
	switch {
	case w.row.standsAt(&b.after):
		return true, nil
	case w.row.standsAt(&b.before):
		return false, nil
	}
	return false, w.lost()
}

// Close lets go of the connection. The lane stays taken until another takes it.
func (w *Writer) Close() { w.session.close() }
