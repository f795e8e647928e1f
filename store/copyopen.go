// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// mayBeOpen are the families of a lane about which somebody may still have to be asked, by the kinds of their rows alone:
// to know them no family need be loaded.
//
// Invariant: every family that is open after the rows it was told of, and was opened by one of them, is in it. What was
// opened before the first of them is not seen here: the lane's checkpoint lists it.
type mayBeOpen map[int64]openParts

// openParts are what of a family is open.
type openParts struct {
	payment bool
	stray   bool
	unknown bool // a row of a kind that this program does not know: whoever loads the family must judge
	refunds []ident.Digest
}

func (o *openParts) any() bool { return o.payment || o.stray || o.unknown || len(o.refunds) > 0 }

// follow takes the next row of the lane.
func (m mayBeOpen) follow(r *ledger.Row) {
	if r.Origin == 0 {
		return
	}
	o := m[r.Origin]
	switch r.Kind {
	case ledger.PaymentSent, ledger.PaymentUnknown, ledger.PaymentCancelling, ledger.PaymentRefunding:
		o.payment = true
	case ledger.PaymentRefused, ledger.PaymentSucceeded, ledger.PaymentFailed, ledger.PaymentCancelled,
		ledger.PaymentTombstone:
		o.payment = false
	case ledger.PaymentStray:
		o.stray = true
	case ledger.PaymentStrayReversed:
		o.stray = false
	case ledger.RefundSent, ledger.RefundUnknown:
		if !slices.Contains(o.refunds, r.Subject) {
			o.refunds = append(o.refunds, r.Subject)
		}
	case ledger.RefundRefused, ledger.RefundSucceeded, ledger.RefundFailed:
		o.refunds = slices.DeleteFunc(o.refunds, func(d ident.Digest) bool { return d == r.Subject })
	case ledger.PaymentContradiction:
	default:
		o.unknown = true
	}
	if o.any() {
		m[r.Origin] = o
	} else {
		delete(m, r.Origin)
	}
}

// origins are the families, in order.
func (m mayBeOpen) origins() []int64 { return slices.Sorted(maps.Keys(m)) }

// originsText is how a checkpoint keeps its families.
func originsText(origins []int64) (text []byte) {
	for _, o := range origins {
		text = binary.AppendUvarint(text, uint64(o))
	}
	return text
}

// savedOpen is a lane's checkpoint: the row after which its tail begins, and the families that were open.
func savedOpen(ctx context.Context, r reads, lane ident.Lane) (from int64, origins []int64, err error) {
	err = r.query(ctx, &loadCheckpoint, []cell{number(lane.Key())}, func(c []cell) error {
		from = c[0].number
		for rest := c[1].bytes; len(rest) > 0; {
			o, size := binary.Uvarint(rest)
			if size <= 0 {
				return damaged("store.Restore", "the open set of lane %d", lane)
			}
			origins, rest = append(origins, int64(o)), rest[size:]
		}
		return nil
	})
	return from, origins, err
}

// tail hands a lane's rows after one to each, some at a time.
func tail(ctx context.Context, r reads, lane ident.Lane, from int64, each func([]ledger.Row) error) error {
	for {
		page, err := journalPage(ctx, r, lane, from)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if page[i].N != from+1 {
				return damaged("store.Restore", "row %d of lane %d follows row %d", page[i].N, lane, from)
			}
			from = page[i].N
		}
		if err := each(page); err != nil {
			return err
		}
	}
}

// openFamilies loads the families of some origins, a page at a time, and hands those that are open to keep.
func openFamilies(ctx context.Context, r reads, lane ident.Lane, origins []int64, keep func(*payment.Payment)) error {
	for len(origins) > 0 {
		n := min(len(origins), pageMax)
		first := make([]cell, n)
		for i := range first {
			first[i] = number(origins[i])
		}
		ids, err := paymentsOf(ctx, r, lane, first)
		if err != nil {
			return err
		}
		loaded, err := loadFamilies(ctx, r, lane, ids)
		if err != nil {
			return err
		}
		for _, p := range loaded {
			if p.Open() {
				keep(p)
			}
		}
		origins = origins[n:]
	}
	return nil
}

// together are the families of a checkpoint and of its tail, in order.
func together(saved []int64, m mayBeOpen) []int64 {
	all := slices.Concat(saved, m.origins())
	slices.Sort(all)
	return slices.Compact(all)
}

// OpenPayments are the payments of a lane about which somebody must still be asked, as committed, in the order of their
// first rows.
//
// Errors: Unavailable store_busy; Internal row_damaged, payment_change_illegal.
func (r *Reader) OpenPayments(ctx context.Context, lane ident.Lane) ([]*payment.Payment, error) {
	from, saved, err := savedOpen(ctx, r, lane)
	open := mayBeOpen{}
	if err == nil {
		err = tail(ctx, r, lane, from, func(rows []ledger.Row) error {
			for i := range rows {
				open.follow(&rows[i])
			}
			return nil
		})
	}
	var all []*payment.Payment
	if err == nil {
		err = openFamilies(ctx, r, lane, together(saved, open), func(p *payment.Payment) { all = append(all, p) })
	}
	slices.SortFunc(all, func(a, b *payment.Payment) int { return int(a.Origin - b.Origin) })
	return all, fault.Wrap("store.OpenPayments", err)
}
