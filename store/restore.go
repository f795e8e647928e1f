// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// Restore brings back what the lane's memory must hold: the open payments, and what accounts moved since their balance
// rows. It reads the last checkpoint and the journal's tail. After an error the view is not to be used.
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
	from, origins, err := w.savedOpen(ctx)
	if err == nil {
		err = w.replay(ctx, v, from, origins)
	}
	if err == nil {
		err = w.restoreOpen(ctx, v, slices.Sorted(maps.Keys(origins)))
	}
	w.saved = from
	return fault.Wrap("store.Restore", w.readFault(err))
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

// replay reads the journal's tail: it adds the families that it speaks of, and books what table balance does not hold yet.
func (w *Writer) replay(ctx context.Context, v *View, from int64, origins map[int64]bool) error {
	held := map[ledger.Number]int64{} // the row up to which table balance holds an account's movements
	for {
		page, err := journalPage(ctx, w.session, v.lane, from)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if page[i].Origin != 0 {
				origins[page[i].Origin] = true
			}
			if page[i].N != from+1 {
				return damaged("store.Restore", "row %d of lane %d follows row %d", page[i].N, v.lane, from)
			}
			from = page[i].N
		}
		if err := w.refold(ctx, v, page, held); err != nil {
			return err
		}
	}
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

// restoreOpen loads the families of some origins, a page at a time, and keeps those that are open.
func (w *Writer) restoreOpen(ctx context.Context, v *View, origins []int64) error {
	for len(origins) > 0 {
		n := min(len(origins), pageMax)
		first := make([]cell, n)
		for i := range first {
			first[i] = number(origins[i])
		}
		ids, err := w.paymentsOf(ctx, v.lane, first)
		if err != nil {
			return err
		}
		loaded, err := loadFamilies(ctx, w.session, v.lane, ids)
		if err != nil {
			return err
		}
		for _, p := range loaded {
			if p.Open() {
				v.put(p)
			}
		}
		origins = origins[n:]
	}
	return nil
}

// paymentsOf are the ids of the payments whose first rows are given.
func (w *Writer) paymentsOf(ctx context.Context, lane ident.Lane, first []cell) (ids []cell, err error) {
	err = w.session.lookup(ctx, &subjectsOf, []cell{number(lane.Key())}, first, func(c []cell) error {
		if k := ledger.Kind(c[0].number); k >= ledger.PaymentSent && k < ledger.RefundSent {
			ids = append(ids, blob(c[1].bytes))
		}
		return nil
	})
	return ids, err
}

// subjectsOf says what some journal rows are about.
var subjectsOf = lookup{sql: "SELECT kind, subject FROM journal WHERE lane = $1 AND n", in: "n", key: kindNumber, out: "nb"}
