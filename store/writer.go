// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// Writer is the one writer of a lane. What it commits is written under the lane's epoch: once another has taken the lane,
// nothing of this one's is written any more.
//
// Concurrency: one owner, the lane's teller.
type Writer struct {
	db         *DB
	session    session
	row        LaneRow // as it is committed
	holder     string
	checkpoint int64 // last row when the open set was saved
	draft      Draft
}

// Take makes the caller the lane's writer by raising its epoch. That write queues behind a batch that another still has
// under way, so what is read afterwards is settled.
//
// Errors: Unavailable store_unreachable.
func (db *DB) Take(ctx context.Context, lane ident.Lane, holder string, now time.Time) (*Writer, error) {
	w := &Writer{db: db, holder: holder, row: LaneRow{Lane: lane}}
	if err := w.connect(ctx); err != nil {
		return nil, err
	}
	if err := w.raise(ctx, &takeLane, now, number(lane.Key())); err != nil {
		w.session.close()
		return nil, err
	}
	return w, nil
}

func (w *Writer) connect(ctx context.Context) error {
	s, err := w.db.session(ctx)
	if err != nil {
		return err
	}
	w.session = s
	return nil
}

// raise makes the epoch this writer's own by a durable write, then reads where the lane stands.
func (w *Writer) raise(ctx context.Context, how *statement, now time.Time, which ...cell) error {
	var zero ledger.Hash
	take := append([]cell{text(w.holder), number(backendOf(w.session)), number(now.UnixMicro())}, which...)
	affected, err := w.session.begin(ctx, []operation{
		{statement: &openLane, args: []cell{number(w.row.Lane.Key()), blob(zero[:])}},
		{statement: how, args: take},
	})
	if err == nil {
		err = w.session.commit()
	}
	if err != nil {
		return &fault.Error{Op: "store.Take", Kind: fault.Unavailable, Code: CodeOpen, Err: err}
	}
	if affected[1] != 1 {
		return w.lost()
	}
	row, ok, err := one(ctx, w.session, &loadLane, []cell{number(w.row.Lane.Key())}, laneRow)
	if err != nil {
		return err
	}
	if !ok {
		return damaged("store.Take", "lane %d has no row", w.row.Lane)
	}
	w.row = row
	return nil
}

func backendOf(s session) int64 {
	if p, ok := s.(*postgresSession); ok {
		return int64(p.conn.PgConn().PID())
	}
	return 0
}

func (w *Writer) lost() error {
	return &fault.Error{Op: "store.Writer", Kind: fault.Unavailable, Code: CodeLaneLost, Detail: "another process has the lane"}
}

// Row is where the lane stands, as committed.
func (w *Writer) Row() LaneRow { return w.row }

// Renew says that the holder lives.
//
// Errors: Unavailable lane_lost when another has taken the lane.
func (w *Writer) Renew(ctx context.Context, now time.Time) error {
	affected, err := w.session.begin(ctx, []operation{{statement: &renewLane,
		args: []cell{number(now.UnixMicro()), number(w.row.Lane.Key()), number(w.row.Epoch)}}})
	if err == nil {
		err = w.session.commit()
	}
	if err != nil {
		return &fault.Error{Op: "store.Renew", Kind: fault.Unavailable, Code: CodeDoubt, Err: err}
	}
	if affected[0] != 1 {
		return w.lost()
	}
	return nil
}

// Commit writes a batch, durably and whole.
//
// Errors: Conflict constraint_refused: nothing is written, a row is refused; Unavailable lane_lost: nothing is written;
// Unknown commit_in_doubt: Settle must say whether it is written.
func (w *Writer) Commit(ctx context.Context, b *Batch) error {
	affected, err := w.session.begin(ctx, b.operations())
	switch {
	case err != nil && w.db.dialect.constraint(err):
		return &fault.Error{Op: "store.Commit", Kind: fault.Conflict, Code: CodeRefusedByRow, Err: err}
	case err != nil:
		return &fault.Error{Op: "store.Commit", Kind: fault.Unknown, Code: CodeDoubt, Err: err}
	case affected[0] != 1:
		if err := w.session.rollback(); err != nil {
			return fault.Wrap("store.Commit", err)
		}
		return w.lost()
	}
	if err := w.session.commit(); err != nil {
		return &fault.Error{Op: "store.Commit", Kind: fault.Unknown, Code: CodeDoubt, Err: err}
	}
	w.row = b.after
	w.draft.view.forget()
	return nil
}

// Settle ends the doubt about a batch by a durable write on a new connection: it raises the epoch, which queues behind
// whatever the old connection still does, and compares the lane's head.
//
// Errors: Unavailable store_unreachable: ask again; Unavailable lane_lost: another has the lane, the batch is not answered.
func (w *Writer) Settle(ctx context.Context, b *Batch, now time.Time) (committed bool, err error) {
	w.session.close()
	if err := w.connect(ctx); err != nil {
		return false, err
	}
	if err := w.raise(ctx, &retakeLane, now, number(w.row.Lane.Key()), number(w.row.Epoch)); err != nil {
		return false, err
	}
	switch r := &w.row; {
	case r.Batch == b.after.Batch && r.Head == b.after.Head && r.N == b.after.N:
		return true, nil
	case r.Batch == b.before.Batch && r.Head == b.before.Head && r.N == b.before.N:
		return false, nil
	}
	return false, w.lost()
}

// retakeLane raises the epoch only where it is still the caller's.
var retakeLane = statement{
	sql: "UPDATE lane SET epoch = epoch + 1, holder = $1, backend = $2, renewed = $3 WHERE lane = $4 AND epoch = $5",
	in:  "tnnnn",
}

// Close lets go of the connection. The lane stays taken until another takes it.
func (w *Writer) Close() { w.session.close() }

// Fill loads what some movements must see and the view does not hold.
func (w *Writer) Fill(ctx context.Context, v *View, k Keys) error {
	if err := w.fillRefunds(ctx, v, &k); err != nil {
		return fault.Wrap("store.Fill", err)
	}
	if err := w.fillPayments(ctx, v, k.Payments); err != nil {
		return fault.Wrap("store.Fill", err)
	}
	if err := w.fillClaims(ctx, v, k.Marks); err != nil {
		return fault.Wrap("store.Fill", err)
	}
	for _, a := range k.Balances {
		if err := w.fillBalance(ctx, v, a); err != nil {
			return fault.Wrap("store.Fill", err)
		}
	}
	return nil
}

// fillRefunds finds the payments of refunds, and adds them to what is to be loaded.
func (w *Writer) fillRefunds(ctx context.Context, v *View, k *Keys) error {
	var missing []cell
	for _, id := range k.Refunds {
		if p, ok := v.refunds[id]; ok {
			k.Payments = append(k.Payments, p)
		} else {
			missing = append(missing, blob(id[:]))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return w.session.lookup(ctx, &loadRefunds, []cell{number(v.lane.Key())}, missing, func(c []cell) error {
		r, err := refundRow(c)
		if err != nil {
			return err
		}
		v.refunds[r.ID.Digest] = r.Payment.Digest
		k.Payments = append(k.Payments, r.Payment.Digest)
		return nil
	})
}

func (w *Writer) fillPayments(ctx context.Context, v *View, ids []ident.Digest) error {
	var missing []cell
	for i := range ids {
		if v.payments[ids[i]] == nil {
			missing = append(missing, blob(ids[i][:]))
		}
	}
	loaded, err := loadFamilies(ctx, w.session, v.lane, missing)
	if err != nil {
		return err
	}
	for _, p := range loaded {
		v.put(p)
	}
	return nil
}

func (w *Writer) fillClaims(ctx context.Context, v *View, marks []payment.Mark) error {
	var missing []cell
	for i := range marks {
		if _, ok := v.claims[marks[i]]; !ok {
			missing = append(missing, blob(marks[i][:]))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	hour := HourOf(v.now)
	for h := hour - 1; h <= hour; h++ {
		args := []cell{number(v.lane.Key()), number(h)}
		err := w.session.lookup(ctx, &claimsOf, args, missing, func(c []cell) error {
			claim, err := claimRow(v.lane, c)
			if err == nil {
				v.claim(claim)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fillBalance reads what table balance holds of an account, where the account exists.
func (w *Writer) fillBalance(ctx context.Context, v *View, a ledger.Account) error {
	n, ok, err := w.accountNumber(ctx, v, a)
	if err != nil || !ok {
		return err
	}
	m := v.moved[n]
	if m != nil && m.loaded {
		return nil
	}
	if m == nil {
		m = &moved{}
		v.moved[n] = m
	}
	err = w.session.lookup(ctx, &loadBalances, []cell{number(v.lane.Key())}, []cell{number(int64(n))}, func(c []cell) error {
		m.stored = ledger.Balance{Debits: c[2].number, Credits: c[3].number}
		return nil
	})
	m.loaded = err == nil
	return err
}

// accountNumber is the number of an account that was opened before.
func (w *Writer) accountNumber(ctx context.Context, v *View, a ledger.Account) (ledger.Number, bool, error) {
	if n, ok := v.accounts[a]; ok {
		return n, true, nil
	}
	args := []cell{number(v.lane.Key()), number(int64(a.Purpose)), text(a.Holder), number(int64(a.Currency))}
	n, ok, err := one(ctx, w.session, &findAccount, args, func(c []cell) (ledger.Number, error) {
		return ledger.Number(c[0].number), nil
	})
	if ok {
		v.accounts[a] = n
	}
	return n, ok, err
}

// Restore brings back what the lane's memory must hold: the open payments, and what accounts moved since their balance
// rows. It reads the last checkpoint and the journal's tail.
func (w *Writer) Restore(ctx context.Context, v *View) error {
	from, origins, err := w.savedOpen(ctx)
	if err != nil {
		return fault.Wrap("store.Restore", err)
	}
	w.checkpoint = from
	balances := map[ledger.Number]int64{}
	for n := from; ; {
		page, err := journalPage(ctx, w.session, v.lane, n)
		if err != nil {
			return fault.Wrap("store.Restore", err)
		}
		if len(page) == 0 {
			break
		}
		for i := range page {
			if page[i].Origin != 0 {
				origins[page[i].Origin] = true
			}
		}
		if err := w.refold(ctx, v, page, balances); err != nil {
			return fault.Wrap("store.Restore", err)
		}
		n = page[len(page)-1].N
	}
	return fault.Wrap("store.Restore", w.restoreOpen(ctx, v, origins))
}

func (w *Writer) savedOpen(ctx context.Context) (from int64, origins map[int64]bool, err error) {
	origins = map[int64]bool{}
	err = w.session.query(ctx, &loadCheckpoint, []cell{number(w.row.Lane.Key())}, func(c []cell) error {
		from = c[0].number
		for rest := c[1].bytes; len(rest) > 0; {
			o, size := binary.Uvarint(rest)
			if size <= 0 {
				return damaged("store.Restore", "the open set of lane %d", w.row.Lane)
			}
			origins[int64(o)], rest = true, rest[size:]
		}
		return nil
	})
	return from, origins, err
}

// refold books the transfers of some rows that are not in table balance yet.
func (w *Writer) refold(ctx context.Context, v *View, rows []ledger.Row, balances map[ledger.Number]int64) error {
	for i := range rows {
		transfers, err := ledger.ParseTransfers(rows[i].Transfers)
		if err != nil {
			return err
		}
		for _, t := range transfers {
			if err := w.balanceRow(ctx, v, t.Debit, balances); err != nil {
				return err
			}
			if err := w.balanceRow(ctx, v, t.Credit, balances); err != nil {
				return err
			}
			v.moveAfter(t, rows[i].N, balances)
		}
	}
	return nil
}

// balanceRow learns up to which row table balance holds an account's movements.
func (w *Writer) balanceRow(ctx context.Context, v *View, a ledger.Number, balances map[ledger.Number]int64) error {
	if _, ok := balances[a]; ok {
		return nil
	}
	balances[a] = 0
	return w.session.lookup(ctx, &loadBalances, []cell{number(v.lane.Key())}, []cell{number(int64(a))}, func(c []cell) error {
		balances[a] = c[1].number
		return nil
	})
}

// restoreOpen loads the families of some origins and keeps those that are open.
func (w *Writer) restoreOpen(ctx context.Context, v *View, origins map[int64]bool) error {
	var first []cell
	for _, o := range slices.Sorted(maps.Keys(origins)) {
		first = append(first, number(o))
	}
	var ids []cell
	err := w.session.lookup(ctx, &subjectsOf, []cell{number(v.lane.Key())}, first, func(c []cell) error {
		if k := ledger.Kind(c[0].number); k >= ledger.PaymentSent && k < ledger.RefundSent {
			ids = append(ids, blob(c[1].bytes))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for len(ids) > 0 {
		n := min(len(ids), pageMax)
		loaded, err := loadFamilies(ctx, w.session, v.lane, ids[:n])
		if err != nil {
			return err
		}
		for _, p := range loaded {
			if p.Open() {
				v.put(p)
			}
		}
		ids = ids[n:]
	}
	return nil
}

// subjectsOf says what some journal rows are about.
var subjectsOf = lookup{sql: "SELECT kind, subject FROM journal WHERE lane = $1 AND n", in: "n", key: kindNumber, out: "nb"}
