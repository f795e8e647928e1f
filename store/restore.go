// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// Restore brings back what the lane's memory must hold: the open payments, and what accounts moved since their balance
// rows. It reads the last checkpoint and the journal's tail, and loads the payments that may be open and no others. After
// an error the view is not to be used.
//
// Invariant: the view is empty before.
// Errors: Unavailable lane_lost, store_unreachable; Internal row_damaged.
func (w *Writer) Restore(ctx context.Context, v *View) error {
	invariant.Check(len(v.payments) == 0 && len(v.moved) == 0, "store: lane %d is restored into a memory", v.lane)
	if w.session.lost() {
		if err := w.mend(ctx); err != nil {
			return fault.Wrap("store.Restore", err)
		}
	}
	from, saved, err := savedOpen(ctx, w.session, v.lane)
	open := mayBeOpen{}
	if err == nil {
		err = w.replay(ctx, v, from, open)
	}
	if err == nil {
		err = openFamilies(ctx, w.session, v.lane, together(saved, open), v.put)
	}
	w.saved = from
	return fault.Wrap("store.Restore", w.readFault(err))
}

// replay reads the journal's tail: it follows what its rows open and close, and books what table balance does not hold yet.
func (w *Writer) replay(ctx context.Context, v *View, from int64, open mayBeOpen) error {
	held := map[ledger.Number]int64{} // the row up to which table balance holds an account's movements
	return tail(ctx, w.session, v.lane, from, func(rows []ledger.Row) error {
		for i := range rows {
			open.follow(&rows[i])
		}
		return w.refold(ctx, v, rows, held)
	})
}

// refold books the transfers of some rows that are not in table balance yet.
func (w *Writer) refold(ctx context.Context, v *View, rows []ledger.Row, held map[ledger.Number]int64) error {
	moves := make([][]ledger.Transfer, len(rows))
	var missing []cell
	learn := func(a ledger.Number) {
		if _, ok := held[a]; !ok {
			held[a], missing = 0, append(missing, number(int64(a)))
		}
	}
	for i := range rows {
		transfers, err := ledger.ParseTransfers(rows[i].Transfers)
		if err != nil {
			return err
		}
		moves[i] = transfers
		for _, t := range transfers {
			learn(t.Debit)
			learn(t.Credit)
		}
	}
	if len(missing) > 0 {
		err := w.session.lookup(ctx, &loadBalances, []cell{number(v.lane.Key())}, missing, func(c []cell) error {
			held[ledger.Number(c[0].number)] = c[1].number
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i := range rows {
		for _, t := range moves[i] {
			v.moveAfter(t, rows[i].N, held)
		}
	}
	return nil
}

// paymentsOf are the ids of the payments whose first rows are given.
func paymentsOf(ctx context.Context, r reads, lane ident.Lane, first []cell) (ids []cell, err error) {
	err = r.lookup(ctx, &subjectsOf, []cell{number(lane.Key())}, first, func(c []cell) error {
		if k := ledger.Kind(c[0].number); k >= ledger.PaymentSent && k < ledger.RefundSent {
			ids = append(ids, blob(c[1].bytes))
		}
		return nil
	})
	return ids, err
}

// subjectsOf says what some journal rows are about.
var subjectsOf = lookup{sql: "SELECT kind, subject FROM journal WHERE lane = $1 AND n", in: "n", key: kindNumber, out: "nb"}
