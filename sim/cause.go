// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// resolveMax is how long 999 of 1,000 unknown payments may take where nothing is in the way, and resolveHard how long the
// rest: an inquiry, a cancel and a clock that was ahead come on top. Source: reference/reliability.md R-15.
const (
	resolveMax  = 75 * time.Second
	resolveHard = 90 * time.Second
)

// change compares a committed change with the facts that must have brought it about.
func (o *oracle) change(p *payment.Payment) {
	d := o.deal(p.ID)
	from, prev := payment.None, d.last
	if prev != nil {
		from = prev.State
	} else {
		if p.State != payment.Tombstone {
			o.w.count.payments++
			o.w.count.today++
		}
		d.sentAt = o.w.now
		o.accepted(d, p)
	}
	d.last = p
	if d.passAt != o.w.now {
		d.passAt, d.passed = o.w.now, d.passed[:0]
	}
	d.passed = append(d.passed, o.w.toldOf(p).class)
	if p.State != from {
		o.entered(d, from, p)
	}
	o.strays(d, prev, p)
	o.refunds(d, prev, p)
	if (p.State == payment.Cancelling || p.State == payment.Refunding) && prev != nil && len(p.Refunds) > 0 {
		if s := p.GivenBack(); !s.Price.IsZero() {
			o.w.fail("I-10", d.id, "%v although %v is given back", p.State, s.Price)
		}
	}
}

// entered: each state has its cause. FAILED needs a signed F, or nothing was ever sent; SUCCESS a signed S with our amounts;
// CANCELLED a confirmed cancel, a wallet that never charged, or a confirmed return.
func (o *oracle) entered(d *deal, from payment.State, p *payment.Payment) {
	f := &d.facts
	why := ""
	switch p.State {
	case payment.Success:
		if !slices.Contains(f.charged, p.Partner) {
			why = "no wallet has said that it charged " + p.Partner
		}
	case payment.Failed:
		switch {
		case from == payment.None && d.begun:
			why = "it was refused after the wallet was asked"
		case from != payment.None && !f.declined:
			why = "no wallet has declined it"
		}
	case payment.Cancelled:
		switch {
		case from == payment.Refunding && !slices.Contains(f.returned, p.Partner) && !f.undone:
			why = "no wallet has given the charge " + p.Partner + " back"
		case from == payment.Cancelling && !f.undone && !f.ended:
			why = "no wallet has confirmed the cancel"
		case from == payment.Refunding:
			o.w.cover.happened(refundingEnded)
		}
	case payment.Refunding:
		if !slices.Contains(f.charged, p.Partner) {
			why = "no wallet has said that it charged " + p.Partner
		}
	case payment.Unknown:
		d.doubtful = true
	}
	if why != "" {
		o.w.fail("I-06", d.id, "the payment became %v, and %s", p.State, why)
	}
	o.timely(d, p)
}

// timely counts how long an unknown payment took, where nothing was in the way.
func (o *oracle) timely(d *deal, p *payment.Payment) {
	switch p.State {
	case payment.Success, payment.Failed, payment.Cancelled, payment.Refunding:
	default:
		return
	}
	if d.ended {
		return
	}
	d.ended = true
	if !d.doubtful || d.obstructed {
		return
	}
	o.w.count.unknown++
	took := time.Duration(o.w.now - d.sentAt)
	if took > resolveMax {
		o.w.count.slow++
	}
	if took > resolveHard {
		o.w.fail("R-15", d.id, "the payment was unknown for %v although the wallet answered", took)
	}
}

// strays: a stray charge was told by the wallet, and ends when the wallet gave it back or never took it.
func (o *oracle) strays(d *deal, prev, p *payment.Payment) {
	was := ""
	if prev != nil {
		was = prev.Stray
	}
	switch {
	case p.Stray == was:
	case p.Stray != "" && !slices.Contains(d.facts.charged, p.Stray):
		o.w.fail("I-06", d.id, "no wallet has told the stray charge %s", p.Stray)
	case p.Stray == "" && slices.Contains(d.facts.returned, was):
		o.w.cover.happened(strayReturned)
	case p.Stray == "" && !d.facts.unstray:
		o.w.fail("I-08", d.id, "no wallet has given the stray charge %s back", was)
	}
}

// refunds: each has its cause, and together they stay within the payment.
func (o *oracle) refunds(d *deal, prev, p *payment.Payment) {
	for i := range p.Refunds {
		r := &p.Refunds[i]
		was := payment.RefundNone
		if prev != nil {
			if q := prev.Refund(r.ID); q != nil {
				was = q.State
			}
		}
		switch {
		case r.State == was:
		case was == payment.RefundNone && r.State != payment.RefundFailed && p.State != payment.Success:
			o.w.fail("I-10", d.id, "a refund is made of a payment that is %v", p.State)
		case r.State == payment.RefundSuccess && r.Amounts.Payer.IsZero():
			o.w.cover.happened(shareOfNothing) // nothing goes back in the payer's currency, so no wallet was asked
		case r.State == payment.RefundSuccess && !slices.Contains(d.facts.gaveBack, r.ID):
			o.w.fail("I-10", d.id, "a refund succeeded that no wallet has confirmed")
		case r.State == payment.RefundFailed && was != payment.RefundNone && !slices.Contains(d.facts.refusals, r.ID):
			o.w.fail("I-10", d.id, "a refund failed that no wallet has declined")
		case r.State == payment.RefundFailed && r.Result == wire.MerchantBalanceNotEnough:
			o.w.cover.happened(unfunded)
		}
	}
	if p.State == payment.Success || len(p.Refunds) > 0 {
		s := p.GivenBack()
		if s.Price.Compare(p.Price) > 0 || s.Payer.Compare(p.Payer) > 0 {
			o.w.fail("I-10", d.id, "refunds of %v and %v of a payment of %v and %v", s.Price, s.Payer, p.Price, p.Payer)
		}
	}
}
