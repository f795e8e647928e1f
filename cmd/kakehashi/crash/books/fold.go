// SPDX-License-Identifier: Apache-2.0

package books

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// home is the lane that is read.
const home ident.Lane = 0

const (
	selectPayments = "SELECT id, client, request, wallet, price, payer FROM payment WHERE lane = $1 ORDER BY n"
	selectRefunds  = "SELECT id, payment, client, request, amount FROM refund WHERE lane = $1 ORDER BY n"
	selectJournal  = "SELECT n, at, kind, subject, origin, body, transfers FROM journal WHERE lane = $1 ORDER BY n"
)

func each(ctx context.Context, db *sql.DB, query string, read func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, query, home.Key())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (b *Books) payments(ctx context.Context, db *sql.DB) error {
	return each(ctx, db, selectPayments, func(rows *sql.Rows) error {
		var id sql.RawBytes
		p := &Payment{}
		if err := rows.Scan(&id, &p.Client, &p.Request, &p.Wallet, &p.Price, &p.Payer); err != nil {
			return err
		}
		p.ID = ident.ID{Lane: home, Digest: ident.Digest(id)}
		b.Add(p)
		return nil
	})
}

func (b *Books) refundRows(ctx context.Context, db *sql.DB) error {
	return each(ctx, db, selectRefunds, func(rows *sql.Rows) error {
		var id, of sql.RawBytes
		r := &Refund{}
		if err := rows.Scan(&id, &of, &r.Client, &r.Request, &r.Amount); err != nil {
			return err
		}
		r.ID = ident.ID{Lane: home, Digest: ident.Digest(id)}
		p := b.byID[ident.Digest(of)]
		if p == nil {
			return fmt.Errorf("the refund %v belongs to no payment", r.ID)
		}
		b.AddRefund(p, r)
		return nil
	})
}

// row is what is read of a journal row.
type row struct {
	n, at, kind, origin      int64
	subject, body, transfers sql.RawBytes
}

func (b *Books) journal(ctx context.Context, db *sql.DB) error {
	families := map[int64]*Payment{}
	return each(ctx, db, selectJournal, func(rows *sql.Rows) error {
		var r row
		if err := rows.Scan(&r.n, &r.at, &r.kind, &r.subject, &r.origin, &r.body, &r.transfers); err != nil {
			return err
		}
		if b.Rows++; r.n != b.Rows {
			return fmt.Errorf("journal row %d is where %d must be", r.n, b.Rows)
		}
		fields, err := ledger.ParseFields(r.body)
		if err != nil {
			return err
		}
		if err := b.book(r.transfers); err != nil {
			return err
		}
		return b.move(&r, fields, families)
	})
}

func (b *Books) book(column []byte) error {
	transfers, err := ledger.ParseTransfers(column)
	if err != nil {
		return err
	}
	for _, t := range transfers {
		debit, credit := b.Balances[t.Debit], b.Balances[t.Credit]
		if debit == nil || credit == nil {
			return fmt.Errorf("a transfer between accounts %d and %d, which were not opened", t.Debit, t.Credit)
		}
		debit.Debits += t.Minor
		credit.Credits += t.Minor
	}
	return nil
}

// move follows one row.
func (b *Books) move(r *row, fields []ledger.Field, families map[int64]*Payment) error {
	var found [ledger.TagTold + 1]ledger.Field
	for _, f := range fields {
		if int(f.Tag) < len(found) {
			found[f.Tag] = f
		}
	}
	switch kind := ledger.Kind(r.kind); {
	case kind == ledger.AccountOpened:
		b.Balances[ledger.Number(found[ledger.TagNumber].Number)] = &Balance{Account: ledger.Account{
			Purpose: ledger.Purpose(found[ledger.TagPurpose].Number), Holder: found[ledger.TagHolder].Text,
			Currency: money.Currency(found[ledger.TagCurrency].Number)}}
		return nil
	case kind < ledger.PaymentSent:
		return nil
	}
	subject := ident.Digest(r.subject)
	p := families[r.origin]
	if p == nil {
		if p = b.byID[subject]; p == nil || r.origin != r.n {
			return fmt.Errorf("journal row %d is of no payment", r.n)
		}
		families[r.origin] = p
	}
	if err := b.apply(p, r, subject, found[:]); err != nil {
		return err
	}
	b.Steps = append(b.Steps, Step{At: r.at, Payment: p, Open: p.Open(), Unknown: p.Unknown()})
	return nil
}

func (b *Books) apply(p *Payment, r *row, subject ident.Digest, found []ledger.Field) error {
	kind, result := ledger.Kind(r.kind), found[ledger.TagResult].Text
	switch {
	case kind == ledger.PaymentContradiction:
	case kind == ledger.PaymentStray:
		p.Stray = true
	case kind == ledger.PaymentStrayReversed:
		p.Stray = false
	case kind < ledger.RefundSent:
		p.Last, p.Result = kind, result
	default:
		f := b.refunds[subject]
		if f == nil {
			return fmt.Errorf("journal row %d is of no refund", r.n)
		}
		f.Last, f.Result = kind, result
		if kind == ledger.RefundSent {
			f.Payer = found[ledger.TagPayer].Number
		}
	}
	return nil
}
