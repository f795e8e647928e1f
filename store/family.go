// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// pageMax is how many rows a page holds. Source: decisions A11: nothing takes more than 512 rows.
const pageMax = 512

// families are payments that are read by their ids, each folded from its journal rows: requests first, then journal.
type families struct {
	lane     ident.Lane
	byOrigin map[int64]*payment.Payment
	all      []*payment.Payment
	origins  []cell
}

// requests looks for the payments' own rows.
func (f *families) requests(ids []cell) search {
	return search{lookup: &loadPayments, args: []cell{number(f.lane.Key())}, keys: ids, row: func(c []cell) error {
		request, origin, err := paymentRow(c)
		if err != nil || f.byOrigin[origin] != nil {
			return err
		}
		if f.byOrigin == nil {
			f.byOrigin = map[int64]*payment.Payment{}
		}
		p := &payment.Payment{Request: *request}
		f.byOrigin[origin], f.all, f.origins = p, append(f.all, p), append(f.origins, number(origin))
		return nil
	}}
}

// journal reads the rows of the payments that were found.
//
// Errors: Internal row_damaged.
func (f *families) journal(ctx context.Context, r reads) ([]*payment.Payment, error) {
	if len(f.all) == 0 {
		return nil, nil
	}
	err := r.lookup(ctx, &journalFamilies, []cell{number(f.lane.Key())}, f.origins, func(c []cell) error {
		row, err := journalRow(c)
		if err != nil {
			return err
		}
		p := f.byOrigin[row.Origin]
		change, err := payment.ChangeOf(&row, &p.Request)
		if err != nil {
			return err
		}
		return p.Apply(&change, row.N, time.UnixMicro(row.At).UTC())
	})
	if err != nil {
		return nil, err
	}
	for _, p := range f.all {
		if p.Origin == 0 {
			return nil, damaged("store.Payment", "payment %v has no journal row", p.ID)
		}
	}
	return f.all, nil
}

// loadFamilies reads payments by their ids and folds each from its journal rows.
func loadFamilies(ctx context.Context, r reads, lane ident.Lane, ids []cell) ([]*payment.Payment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	f := families{lane: lane}
	if err := inOrder(ctx, r, []search{f.requests(ids)}); err != nil {
		return nil, err
	}
	return f.journal(ctx, r)
}

// journalPage is the next rows of a lane after one.
func journalPage(ctx context.Context, r reads, lane ident.Lane, after int64) ([]ledger.Row, error) {
	return list(ctx, r, &journalAfter, []cell{number(lane.Key()), number(after), number(pageMax)}, journalRow)
}
