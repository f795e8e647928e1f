// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

const refundColumns = "id, n, at, payment, client, account, request, reference, amount, currency, sealed"

var refundsByID = find{
	single: "SELECT " + refundColumns + " FROM refund WHERE lane = $1 AND id = $2",
	many:   "SELECT " + refundColumns + " FROM refund WHERE lane = $1 AND id IN " + manyKeys,
}

// refundRow is a row of table refund.
type refundRow struct {
	id, payment                         ident.Digest
	n, at, amount                       int64
	client, account, request, reference string
	currency                            money.Currency
	sealed                              []byte
	damage                              string
}

// refundsOf reads the refund rows of some ids.
func (a *Auditor) refundsOf(ctx context.Context, l *lane, ids [][]byte) (map[ident.Digest]*refundRow, error) {
	found := make(map[ident.Digest]*refundRow, len(ids))
	err := a.books.keyed(ctx, refundsByID, []any{l.key}, ids, func(rows *sql.Rows) error {
		r := &refundRow{}
		var id, payment []byte
		var currency int64
		err := rows.Scan(&id, &r.n, &r.at, &payment, &r.client, &r.account, &r.request, &r.reference, &r.amount,
			&currency, &r.sealed)
		if err != nil {
			return err
		}
		copy(r.id[:], id)
		copy(r.payment[:], payment)
		r.currency = currencyOf(currency)
		if len(id) != len(r.id) || len(payment) != len(r.payment) || len(r.sealed) != 0 && len(r.sealed) != sha256.Size {
			r.damage = "a column has not the length it must have"
		}
		found[r.id] = r
		return nil
	})
	return found, err
}

// commitment is SHA-256 over all that never changes of a refund, in the order of the table's columns, without n,
// each written as in a payment's. A refund is of its payment's lane.
//
// Source: payment, commitment.go.
func (r *refundRow) commitment(lane int64) [sha256.Size]byte {
	var t canon
	t.id(lane, r.id)
	t.id(lane, r.payment)
	t.number(r.at)
	t.texts(r.client, r.account, r.request, r.reference)
	t.number(r.amount, int64(r.currency))
	t.sealed(r.sealed)
	return sha256.Sum256(t.text)
}

// ask checks a refund's first row against its row in table refund.
func (a *Auditor) ask(f *family, r *record, row *refundRow) {
	tell := func(invariant, format string, args ...any) {
		a.add(Finding{invariant, "refund", idText(f.lane.id, row.id), sum(row.amount, row.currency),
			fmt.Sprintf(format, args...)})
	}
	if row.damage != "" {
		tell(Chained, "%s", row.damage)
	}
	if row.n == r.N {
		f.lane.asked++
	} else {
		tell(Idempotent, "it names row %d as its first, which is row %d", row.n, r.N)
	}
	if row.at != r.At {
		tell(Chained, "its time is not that of its first row, %d", r.N)
	}
	if row.id != ident.DigestOf(ident.Refund, row.client, row.account, row.request) {
		tell(Idempotent, "its id is not the digest of its client, account and request")
	}
	if row.payment != f.id {
		tell(Idempotent, "it names another payment than its rows, which are of the %s", f.name())
	}
	if row.client != f.terms.client {
		tell(Idempotent, "its client is not the client of the %s", f.name())
	}
	if c := row.commitment(f.lane.key); r.body.commitment != string(c[:]) {
		tell(Chained, "it is not what its first row, %d, is bound to", r.N)
	}
	if want := string(row.sealed); r.body.sealed != want && (r.Kind == ledger.RefundSent || r.body.sealed != "") {
		tell(Chained, "its free text is not the one that its first row, %d, names", r.N)
	}
	if len(row.sealed) != 0 {
		f.lane.free.set(r.N) // of a refused refund the request alone is bound to the record
	}
	if row.amount <= 0 || !row.currency.Valid() {
		tell(Faithful, "nothing is asked for")
	}
	if r.body.amount != row.amount || r.body.currency != row.currency {
		a.add(Finding{Faithful, "journal", place(f.lane.id, r.N), sum(r.body.amount, r.body.currency) + " instead of " +
			sum(row.amount, row.currency), "the row tells another amount than the refund"})
	}
	if r.Kind == ledger.RefundSent && row.currency != f.terms.currency {
		tell(Faithful, "it is not in the currency of the %s, %v", f.name(), f.terms.currency)
	}
}

// reserved checks the parts that a refund reserves: within the payment, and exactly its proportion.
func (a *Auditor) reserved(f *family, r *record, d parts) {
	t, b, row := &f.terms, &r.body, place(f.lane.id, r.N)
	before := f.sumOf(refundState.live)
	if total := before.price + b.amount; total > t.price || total < before.price {
		a.add(Finding{Bounded, "journal", row, sum(total, t.currency) + " of " + sum(t.price, t.currency),
			"the refunds of the " + f.name() + " are more than its price"})
	}
	for _, part := range [...]struct {
		name     string
		is, want int64
		in       money.Currency
	}{{"payer's amount", b.payer, d.payer, t.payerCurrency}, {"base part", b.base, d.base, t.payerCurrency},
		{"fee", b.fee, d.fee, t.currency}} {
		if part.is != part.want {
			a.add(Finding{Exchanged, "journal", row, instead(part.is, part.want, part.in),
				"the refund's share of the " + part.name + " of the " + f.name() + " is not its proportion"})
		}
	}
}

// lined checks that a refund was covered by the merchant's credit, and the credit line of its plan beyond it.
//
// Source: decisions B29.
func (a *Auditor) lined(ctx context.Context, f *family, r *record) error {
	c := f.lane.byName[f.accountOf(payable)]
	if c == nil || c.stands() >= 0 {
		return nil
	}
	shop, err := a.facts.merchant(ctx, a.books, f.terms.merchant)
	if err != nil || shop == nil {
		return err
	}
	deal, err := a.facts.plan(ctx, a.books, shop.plan)
	if err != nil {
		return err
	}
	if deal == nil || !shop.settled(r.At) || !deal.settled(r.At) {
		a.counts.LinesUnsure++
		return nil
	}
	if c.stands() < -deal.creditLine {
		a.add(Finding{Covered, "journal", place(f.lane.id, r.N), instead(c.stands(), -deal.creditLine, c.Currency),
			"after this refund " + c.String() + " is further below zero than the credit line of plan " + deal.id})
	}
	return nil
}
