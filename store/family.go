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

// loadFamilies reads payments by their ids and folds each from its journal rows.
func loadFamilies(ctx context.Context, r reads, lane ident.Lane, ids []cell) ([]*payment.Payment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	byOrigin := map[int64]*payment.Payment{}
	var all []*payment.Payment
	var origins []cell
	err := r.lookup(ctx, &loadPayments, []cell{number(lane.Key())}, ids, func(c []cell) error {
		request, origin, err := paymentRow(c)
		if err != nil || byOrigin[origin] != nil {
			return err
		}
		p := &payment.Payment{Request: *request}
		byOrigin[origin], all, origins = p, append(all, p), append(origins, number(origin))
		return nil
	})
	if err != nil || len(origins) == 0 {
		return nil, err
	}
	err = r.lookup(ctx, &journalFamilies, []cell{number(lane.Key())}, origins, func(c []cell) error {
		row, err := journalRow(c)
		if err != nil {
			return err
		}
		p := byOrigin[row.Origin]
		change, err := payment.ChangeOf(&row, &p.Request)
		if err != nil {
			return err
		}
		return p.Apply(&change, row.N, time.UnixMicro(row.At).UTC())
	})
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Origin == 0 {
			return nil, damaged("store.Payment", "payment %v has no journal row", p.ID)
		}
	}
	return all, nil
}

// journalPage is the next rows of a lane after one.
func journalPage(ctx context.Context, r reads, lane ident.Lane, after int64) ([]ledger.Row, error) {
	return list(ctx, r, &journalAfter, []cell{number(lane.Key()), number(after), number(pageMax)}, journalRow)
}
