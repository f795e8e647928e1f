// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// beside are the rows of other tables that a page of the journal speaks of.
type beside struct {
	payments map[ident.Digest]*paymentRow
	refunds  map[ident.Digest]*refundRow
	acts     map[int64]*actRow
}

// gather reads what a page speaks of.
func (a *Auditor) gather(ctx context.Context, l *lane, page []*record) (b beside, err error) {
	var payments, refunds [][]byte
	for _, r := range page {
		switch {
		case begins(r.Kind):
			payments = append(payments, r.Subject[:])
		case asks(r.Kind):
			refunds = append(refunds, r.Subject[:])
		case r.Kind == ledger.Acted:
			if b.acts == nil {
				b.acts = map[int64]*actRow{}
			}
			if b.acts[r.N], err = a.act(ctx, l.key, r.N); err != nil {
				return b, err
			}
		}
	}
	if b.payments, err = a.paymentsOf(ctx, l, payments); err != nil {
		return b, err
	}
	if b.refunds, err = a.refundsOf(ctx, l, refunds); err != nil {
		return b, err
	}
	return b, a.claimed(ctx, l, page, b.payments)
}

// fold checks the rows of a page, in order.
func (a *Auditor) fold(ctx context.Context, l *lane, page []*record) error {
	b, err := a.gather(ctx, l, page)
	if err != nil {
		return err
	}
	for _, r := range page {
		if err := a.row(ctx, l, r, &b); err != nil {
			return err
		}
	}
	return nil
}

func (a *Auditor) row(ctx context.Context, l *lane, r *record, b *beside) error {
	before := l.at
	a.link(l, r)
	a.counts.Rows++
	if r.body.holds(ledger.TagSealed) {
		l.free.set(r.N)
	}
	a.book(l, r)
	if r.damage != "" {
		a.found(Chained, "journal", place(l.id, r.N), r.damage)
		f, err := a.recall(ctx, l, r.Origin, r.N)
		if f != nil {
			f.muted, f.last = true, r.N
		}
		a.neutral(l, r)
		return err
	}
	switch r.Kind {
	case ledger.Seal:
		a.alone(l, r)
		a.seal(l, r, before)
	case ledger.AccountOpened:
		a.alone(l, r)
		a.openAccount(l, r)
	case ledger.Acted:
		a.alone(l, r)
		a.acted(l, r, b.acts[r.N])
	default:
		return a.member(ctx, l, r, b)
	}
	return nil
}

// alone checks a row that belongs to no payment.
func (a *Auditor) alone(l *lane, r *record) {
	if r.Origin != 0 || r.Previous != 0 || r.Subject != (ident.Digest{}) {
		a.found(Chained, "journal", place(l.id, r.N), r.Kind.String()+" belongs to no payment, and names one")
	}
	if len(r.transfers) > 0 {
		a.add(Finding{Faithful, "journal", place(l.id, r.N), l.moneyOf(r.transfers[0]), r.Kind.String() + " moves money"})
	}
}

// neutral lets what a row moved stand as it is, where what it should have moved cannot be known.
func (a *Auditor) neutral(l *lane, r *record) {
	for _, t := range r.transfers {
		for _, side := range [...]struct {
			n     ledger.Number
			minor int64
			debit bool
		}{{t.Debit, t.Minor, true}, {t.Credit, t.Minor, false}} {
			c := l.numbered(side.n)
			if c == nil {
				continue
			}
			if c.Purpose.DebitNormal() != side.debit {
				side.minor = -side.minor
			}
			c.due += side.minor
		}
	}
}

// member checks a row of a payment's family.
func (a *Auditor) member(ctx context.Context, l *lane, r *record, b *beside) error {
	f, err := a.familyOf(ctx, l, r, b)
	if err != nil {
		return err
	}
	if f.muted {
		f.advance(r)
		a.neutral(l, r)
		a.remain(l, f)
		return nil
	}
	before := f.worth()
	if asks(r.Kind) {
		if row := b.refunds[r.Subject]; row != nil {
			a.ask(f, r, row)
		} else {
			a.add(Finding{Idempotent, "refund", idText(l.id, r.Subject), sum(r.body.amount, r.body.currency),
				"the refund of row " + place(l.id, r.N) + " has no row"})
		}
		a.counts.Refunds++
	}
	var d parts
	if r.Kind == ledger.RefundSent {
		d = f.terms.due(r.body.amount, f.sumOf(refundState.live))
		a.reserved(f, r, d)
	}
	if a.legal(f, r) {
		a.posted(f, r, f.moves(r.Kind, f.refund(r.Subject), d))
	}
	a.absorbed(f, r)
	a.floor(l, r)
	f.advance(r)
	f.settle(before, f.worth())
	a.remain(l, f)
	switch r.Kind {
	case ledger.RefundSent:
		return a.lined(ctx, f, r)
	case ledger.PaymentSucceeded:
		return a.spent(ctx, f, r)
	}
	return nil
}

// familyOf is the family of a row; one that begins with the row, or whose beginning is missing, is made.
func (a *Auditor) familyOf(ctx context.Context, l *lane, r *record, b *beside) (*family, error) {
	row := place(l.id, r.N)
	if r.Origin == r.N {
		f := &family{lane: l, id: r.Subject, origin: r.N}
		a.families.put(familyKey{l.id, r.N}, f)
		if r.Previous != 0 {
			a.found(Chained, "journal", row, "it begins a payment, and names a row before it")
		}
		return f, a.beginning(ctx, l, r, f, b.payments[r.Subject])
	}
	f, err := a.recall(ctx, l, r.Origin, r.N)
	if err != nil {
		return nil, err
	}
	if f == nil {
		a.found(Chained, "journal", row, fmt.Sprintf("its origin, row %d, begins no payment", r.Origin))
		f = &family{lane: l, id: r.Subject, origin: r.Origin, muted: true}
		if r.Origin > 0 {
			a.families.put(familyKey{l.id, r.Origin}, f)
		}
		return f, nil
	}
	if r.Previous != f.last && f.last != 0 {
		a.found(Chained, "journal", row,
			fmt.Sprintf("it names row %d as the one before it in its family, which is row %d", r.Previous, f.last))
	}
	return f, nil
}

// beginning checks the first row of a payment with the payment's own row.
func (a *Auditor) beginning(ctx context.Context, l *lane, r *record, f *family, p *paymentRow) error {
	a.counts.Payments++
	if !begins(r.Kind) {
		f.muted = true
		a.found(OneOutcome, "journal", place(l.id, r.N), r.Kind.String()+" cannot be the first row of a payment")
		return nil
	}
	if p == nil {
		f.muted = true
		a.found(Idempotent, "payment", idText(l.id, r.Subject), "the payment of row "+place(l.id, r.N)+" has no row")
		return nil
	}
	f.terms = p.terms
	a.begin(l, r, p)
	return a.contract(ctx, l, r, p)
}

// remain keeps the set of families that somebody must still be asked about.
func (a *Auditor) remain(l *lane, f *family) {
	if f.pending() {
		l.open[f.origin] = f.last
	} else {
		delete(l.open, f.origin)
	}
}

// absorbed checks that nothing credits the merchant once a cancel was intended.
func (a *Auditor) absorbed(f *family, r *record) {
	if !f.intent {
		return
	}
	for _, t := range r.transfers {
		if c := f.lane.numbered(t.Credit); c != nil && c.Purpose == ledger.MerchantPayable {
			a.add(Finding{Absorbed, "journal", place(f.lane.id, r.N), sum(t.Minor, c.Currency),
				"it credits " + c.String() + " after a cancel of " + f.name() + " was intended"})
		}
	}
}

// spent checks that a payer's code has paid no other payment.
func (a *Auditor) spent(ctx context.Context, f *family, r *record) error {
	code := f.terms.code
	if code == (ident.Digest{}) { // not paid by a payer's code
		return nil
	}
	beginning := binary.BigEndian.Uint64(code[:8])
	here := familyKey{f.lane.id, f.origin}
	there, ok := a.marks[beginning]
	if !ok {
		a.marks[beginning] = here
		return nil
	}
	l := a.lane(there.lane)
	if there == here || l == nil {
		return nil
	}
	other, err := a.recall(ctx, l, there.origin, l.n+1)
	if err != nil || other == nil || other.terms.code != code {
		return err
	}
	a.add(Finding{OneSuccess, "payment", idText(f.lane.id, f.id), sum(f.terms.price, f.terms.currency),
		"it succeeds at row " + place(f.lane.id, r.N) + " with the code that had paid the " + other.name()})
	return nil
}
