// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"strconv"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// contract checks a payment's price, conversion and fee against the catalogue: what a payment names must be there,
// and its amounts must follow from it.
func (a *Auditor) contract(ctx context.Context, l *lane, r *record, p *paymentRow) error {
	if r.Kind == ledger.PaymentTombstone || !p.currency.Valid() || !p.payerCurrency.Valid() {
		return nil
	}
	if p.converted {
		if err := a.exchange(ctx, l, p); err != nil {
			return err
		}
	} else {
		a.unchanged(l, r, p)
	}
	if r.Kind == ledger.PaymentSent {
		if err := a.parties(ctx, l, p); err != nil {
			return err
		}
	}
	return a.fee(ctx, l, r, p)
}

func (a *Auditor) priced(invariant string, l *lane, p *paymentRow, amount, message string) {
	a.add(Finding{invariant, "payment", idText(l.id, p.id), amount, message})
}

// unchanged checks a payment in the wallet's own currency: the payer pays the price, and there are no rates.
func (a *Auditor) unchanged(l *lane, r *record, p *paymentRow) {
	nothing := r.Kind == ledger.PaymentRefused && p.payer == 0 && p.base == 0
	switch {
	case p.payerCurrency != p.currency:
		a.priced(Exchanged, l, p, sum(p.payer, p.payerCurrency), "the currency changes, and no quote is named")
	case !nothing && p.payer != p.price:
		a.priced(Exchanged, l, p, instead(p.payer, p.price, p.currency), "the payer pays another amount than the price")
	case !nothing && p.base != p.price:
		a.priced(Exchanged, l, p, instead(p.base, p.price, p.currency), "the base part is another amount than the price")
	case p.rateNum != 0 || p.rateDen != 0 || p.baseNum != 0 || p.baseDen != 0 || p.roundingAs != 0:
		a.priced(Exchanged, l, p, sum(p.price, p.currency), "there are rates, and no quote is named")
	}
}

// exchange checks a conversion: its quote is there and was valid, its rates are the quote's, and its amounts are
// round(price × rate), each once.
//
// Source: decisions B26, B27.
func (a *Auditor) exchange(ctx context.Context, l *lane, p *paymentRow) error {
	q, err := a.facts.quote(ctx, a.books, p.quote)
	if err != nil {
		return err
	}
	payer := sum(p.payer, p.payerCurrency)
	if q == nil {
		a.priced(Exchanged, l, p, payer, "the quote "+idText(ident.House, p.quote)+" that it names is not there")
		return nil
	}
	name := idText(ident.House, q.id)
	switch {
	case p.at < q.from || p.at >= q.to:
		a.priced(Exchanged, l, p, payer, "the quote "+name+" was not valid at its time")
	case p.expires == 0 || p.expires > q.to:
		a.priced(Exchanged, l, p, payer, "the wallet may debit it after the quote "+name+" has ended")
	}
	if q.wallet != p.wallet || q.base != p.currency || q.quoted != p.payerCurrency {
		a.priced(Exchanged, l, p, payer, "the quote "+name+" is for another wallet or pair of currencies")
	}
	if q.rateNum != p.rateNum || q.rateDen != p.rateDen || q.baseNum != p.baseNum || q.baseDen != p.baseDen ||
		q.rounds != p.roundingAs {
		a.priced(Exchanged, l, p, payer, "its rates or its rounding are not those of the quote "+name)
	}
	want, ok := rounded(converted(p.price, p.currency, p.payerCurrency, p.rateNum, p.rateDen), p.rounding)
	if !ok || want != p.payer {
		a.priced(Exchanged, l, p, instead(p.payer, want, p.payerCurrency),
			"the payer's amount is not the price at its rate")
	}
	want, ok = rounded(converted(p.price, p.currency, p.payerCurrency, p.baseNum, p.baseDen), p.rounding)
	if !ok || want != p.base {
		a.priced(Exchanged, l, p, instead(p.base, want, p.payerCurrency),
			"the base part is not the price at its base rate")
	}
	a.counts.Conversions++
	return nil
}

// sound checks that a price-list line is what its name says: the digest of everything in it.
//
// Source: fx, the comment of Quote.
func (a *Auditor) sound(q *quoteFact) {
	digest := ident.DigestOf(ident.Quote, q.wallet, q.base.String()+"/"+q.quoted.String(), decimal(q.from), decimal(q.to),
		ratio(q.baseNum, q.baseDen), ratio(q.rateNum, q.rateDen), money.Rounding(q.rounds).String(), q.source,
		strconv.FormatBool(q.guaranteed == 1))
	row := idText(ident.House, q.id)
	if digest != q.id {
		a.add(Finding{Exchanged, "quote", row, ratio(q.rateNum, q.rateDen), "its id is not the digest of what it says"})
	}
	if q.from >= q.to {
		a.add(Finding{Exchanged, "quote", row, "", "it ends before it begins"})
	}
	if low := product(1, q.baseNum, q.baseDen); low == nil || low.Cmp(product(1, q.rateNum, max(q.rateDen, 1))) > 0 {
		a.add(Finding{Exchanged, "quote", row, ratio(q.rateNum, q.rateDen), "its customer rate is below its base rate"})
	}
	a.counts.Quotes++
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func ratio(num, den int64) string { return decimal(num) + "/" + decimal(den) }

// parties checks that the merchant and the wallet of a payment are there, with its currencies.
//
// Source: decisions A9.
func (a *Auditor) parties(ctx context.Context, l *lane, p *paymentRow) error {
	shop, err := a.facts.merchant(ctx, a.books, p.merchant)
	if err != nil {
		return err
	}
	from, err := a.facts.wallet(ctx, a.books, p.wallet)
	if err != nil {
		return err
	}
	price := sum(p.price, p.currency)
	switch {
	case shop == nil:
		a.priced(Faithful, l, p, price, "its merchant is not in the catalogue")
	case shop.lane != l.key:
		a.priced(Faithful, l, p, price, "its merchant is at home in another lane")
	case shop.currency != p.currency:
		a.priced(Faithful, l, p, price, "its merchant is paid in "+shop.currency.String())
	}
	switch {
	case from == nil:
		a.priced(Faithful, l, p, price, "its wallet, "+quoted(p.wallet)+", is not in the catalogue")
	case from.currency != p.payerCurrency:
		a.priced(Faithful, l, p, sum(p.payer, p.payerCurrency), "its wallet owes in "+from.currency.String())
	}
	return nil
}

// fee checks our fee against the merchant's plan, where neither has changed since: round(price × percentage) +
// fixed part, at most the price.
//
// Source: decisions B33; merchant, the comment of Plan.
func (a *Auditor) fee(ctx context.Context, l *lane, r *record, p *paymentRow) error {
	if r.Kind == ledger.PaymentRefused && p.fee == 0 {
		return nil
	}
	shop, err := a.facts.merchant(ctx, a.books, p.merchant)
	if err != nil || shop == nil {
		return err
	}
	deal, err := a.facts.plan(ctx, a.books, shop.plan)
	switch {
	case err != nil:
		return err
	case deal == nil && shop.settled(p.at):
		a.priced(Split, l, p, sum(p.fee, p.currency), "the plan of its merchant, "+quoted(shop.plan)+", is not there")
		return nil
	case deal == nil || !shop.settled(p.at) || !deal.settled(p.at):
		a.counts.FeesUnsure++
		return nil
	}
	want, ok := rounded(product(p.price, deal.percentNum, deal.percentDen), money.Rounding(deal.rounds))
	if want = min(want+deal.fixed, p.price); !ok || want != p.fee {
		a.priced(Split, l, p, instead(p.fee, want, p.currency), "the fee is not that of plan "+deal.id)
	}
	if deal.feeBack != p.feeBackAs {
		a.priced(Split, l, p, sum(p.fee, p.currency),
			"whether a refund gives the fee back is not as plan "+deal.id+" says")
	}
	a.counts.Fees++
	return nil
}
