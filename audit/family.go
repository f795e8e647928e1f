// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"database/sql"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// state is where a payment stands.
//
// Source: reference/reliability.md 2.1, decisions B21.
type state uint8

const (
	none state = iota
	sent
	unknown
	success
	failed
	cancelling
	cancelled
	refunding
	tombstone
)

var stateNames = [...]string{"nothing", "sent", "unknown", "success", "failed", "cancelling", "cancelled", "refunding",
	"tombstone"}

// refundState is where a refund stands.
type refundState uint8

const (
	refundNone refundState = iota
	refundSent
	refundUnknown
	refundSuccess
	refundFailed
)

var refundNames = [...]string{"nothing", "sent", "unknown", "success", "failed"}

func (s refundState) open() bool { return s == refundSent || s == refundUnknown }

// live reports whether the refund's amount is reserved or given back.
func (s refundState) live() bool { return s.open() || s == refundSuccess }

// family is a payment with its refunds, as the rows of one origin tell it.
type family struct {
	lane   *lane
	id     ident.Digest
	origin int64
	last   int64
	muted  bool // its payment row or its beginning is not there, as was told: nothing follows from it

	terms   terms
	state   state
	held    bool // the merchant had been credited when the cancel began
	intent  bool // a cancel was intended
	partner string
	stray   string // a charge that must be given back
	refunds []refund
}

// refund is a refund of a family, with its parts of the payment.
type refund struct {
	id    ident.Digest
	state refundState
	parts
}

// parts are parts of a payment: of the price and the fee in the merchant's currency, of the others in the wallet's.
type parts struct{ price, payer, base, fee int64 }

func (p parts) plus(q parts) parts {
	return parts{p.price + q.price, p.payer + q.payer, p.base + q.base, p.fee + q.fee}
}

// sumOf adds up the refunds whose state is meant.
func (f *family) sumOf(meant func(refundState) bool) (total parts) {
	for i := range f.refunds {
		if meant(f.refunds[i].state) {
			total = total.plus(f.refunds[i].parts)
		}
	}
	return total
}

func (f *family) refund(id ident.Digest) *refund {
	for i := range f.refunds {
		if f.refunds[i].id == id {
			return &f.refunds[i]
		}
	}
	return nil
}

// pending reports whether somebody must still be asked about the payment or one of its refunds.
func (f *family) pending() bool {
	switch f.state {
	case sent, unknown, cancelling, refunding:
		return true
	}
	for i := range f.refunds {
		if f.refunds[i].state.open() {
			return true
		}
	}
	return f.stray != ""
}

// after is the state that a kind of row leads to; ok is false for kinds that leave the state as it is.
func after(k ledger.Kind) (to state, ok bool) {
	switch k {
	case ledger.PaymentSent:
		return sent, true
	case ledger.PaymentRefused, ledger.PaymentFailed:
		return failed, true
	case ledger.PaymentUnknown:
		return unknown, true
	case ledger.PaymentSucceeded:
		return success, true
	case ledger.PaymentCancelling:
		return cancelling, true
	case ledger.PaymentCancelled:
		return cancelled, true
	case ledger.PaymentRefunding:
		return refunding, true
	case ledger.PaymentTombstone:
		return tombstone, true
	}
	return none, false
}

func refundAfter(k ledger.Kind) refundState {
	switch k {
	case ledger.RefundSent:
		return refundSent
	case ledger.RefundUnknown:
		return refundUnknown
	case ledger.RefundSucceeded:
		return refundSuccess
	}
	return refundFailed
}

// ofRefund reports whether rows of a kind speak of a refund.
func ofRefund(k ledger.Kind) bool { return k >= ledger.RefundSent && k <= ledger.RefundFailed }

// begins reports whether a row of the kind is the first of a payment.
func begins(k ledger.Kind) bool {
	return k == ledger.PaymentSent || k == ledger.PaymentRefused || k == ledger.PaymentTombstone
}

// asks reports whether a row of the kind is the first of a refund.
func asks(k ledger.Kind) bool { return k == ledger.RefundSent || k == ledger.RefundRefused }

// advance follows a row, legal or not: what is illegal was told, and the rows after it stand on it.
func (f *family) advance(r *record) {
	f.last = r.N
	if ofRefund(r.Kind) {
		g := f.refund(r.Subject)
		if g == nil {
			f.refunds = append(f.refunds, refund{id: r.Subject})
			g = &f.refunds[len(f.refunds)-1]
		}
		g.state = refundAfter(r.Kind)
		if r.Kind == ledger.RefundSent {
			g.parts = parts{r.body.amount, r.body.payer, r.body.base, r.body.fee}
		}
		return
	}
	switch r.Kind {
	case ledger.PaymentSucceeded, ledger.PaymentRefunding:
		f.partner = r.body.partner
	case ledger.PaymentCancelling:
		f.held, f.intent = f.state == success, true
	case ledger.PaymentStray:
		f.stray = r.body.partner
	case ledger.PaymentStrayReversed:
		f.stray = ""
	}
	if to, ok := after(r.Kind); ok {
		f.state = to
	}
}

// families remembers payments in two generations: when the younger is full the older is forgotten. What is asked
// for again is read again, row by row, without a word about what was told the first time.
type families struct {
	young, old map[familyKey]*family
	max        int
}

type familyKey struct {
	lane   ident.Lane
	origin int64
}

func (m *families) get(k familyKey) *family {
	if f, ok := m.young[k]; ok {
		return f
	}
	f, ok := m.old[k]
	if ok {
		m.put(k, f)
	}
	return f
}

func (m *families) put(k familyKey, f *family) {
	if m.young == nil || len(m.young) >= m.max {
		m.old, m.young = m.young, map[familyKey]*family{}
	}
	m.young[k] = f
}

// recall is a family from memory, or read again from its rows before one; nil when there is none.
func (a *Auditor) recall(ctx context.Context, l *lane, origin, before int64) (*family, error) {
	key := familyKey{l.id, origin}
	if f := a.families.get(key); f != nil {
		return f, nil
	}
	if origin <= 0 || origin >= before {
		return nil, nil
	}
	var f *family
	for n := origin - 1; ; {
		count := 0
		err := a.books.each(ctx, journalFamily, []any{l.key, origin, n, before, pageMax}, func(rows *sql.Rows) error {
			r, err := readJournal(rows, l.id)
			if err != nil {
				return err
			}
			if f == nil && r.N == origin && begins(r.Kind) {
				f = &family{lane: l, id: r.Subject, origin: origin}
			}
			switch {
			case f != nil && r.damage == "":
				f.advance(r)
			case f != nil:
				f.muted, f.last = true, r.N
			}
			n = r.N
			count++
			return nil
		})
		if err != nil || f == nil {
			return nil, err
		}
		if count < pageMax {
			break
		}
	}
	found, err := a.paymentsOf(ctx, l, [][]byte{f.id[:]})
	if err != nil {
		return nil, err
	}
	if p := found[f.id]; p != nil {
		f.terms = p.terms
	} else {
		f.muted = true
	}
	a.counts.Again++
	a.families.put(key, f)
	return f, nil
}
