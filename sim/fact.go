// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// left is told that a call leaves for a wallet: only for what is committed.
func (o *oracle) left(h *house, c *relay.Call) {
	d := o.deal(c.Payment)
	d.askedAt = o.w.now
	if d.last == nil || d.last.State == payment.Tombstone {
		o.w.fail("I-20", d.id, "a %v leaves for a payment that is not committed", c.Act)
		return
	}
	switch c.Act {
	case relay.Pay:
		o.payLeft(h, d, c)
	case relay.Cancel:
		if s := d.last.State; h == o.w.house && s != payment.Cancelling {
			o.w.fail("I-07", d.id, "a cancel leaves while the payment is %v", s)
		}
	case relay.GiveBack:
		o.returnLeft(d, c)
	}
}

// clocksApart is how far the clocks of two houses may be apart while one code is good: its claim is looked for under the
// hour of the lane's time and the one before. Beyond that only the wallet keeps a code from being spent twice.
//
// Source: decisions B23.
const clocksApart = time.Hour

// payLeft: one code is sent to its wallet for one payment, with the amounts that are on record.
func (o *oracle) payLeft(h *house, d *deal, c *relay.Call) {
	switch p := d.last; {
	case d.begun:
		o.w.fail("I-05", d.id, "the wallet is asked to pay a second time")
	case c.Charge.Price != p.Price || c.Charge.Payer != p.Payer:
		o.w.fail("I-11", d.id, "the wallet is asked for %v and %v instead of %v and %v", c.Charge.Price, c.Charge.Payer,
			p.Price, p.Payer)
	case d.order != nil && c.Charge.Code != d.order.code:
		o.w.fail("I-09", d.id, "the wallet is asked with another code than the payer showed")
	}
	d.begun, d.begunAt = true, h.clock()
	for _, e := range o.order {
		if e != d && e.begun && e.order != nil && e.order.code == c.Charge.Code && o.w.now-e.sentAt < int64(time.Hour) &&
			d.begunAt.Sub(e.begunAt).Abs() < clocksApart {
			o.w.fail("I-09", d.id, "one code is spent twice: also for payment %v", e.id)
		}
	}
}

func (o *oracle) returnLeft(d *deal, c *relay.Call) {
	if c.Refund == (ident.Digest{}) {
		if c.Return.Amount != d.last.Price || c.Return.Payer != d.last.Payer {
			o.w.fail("I-11", d.id, "a return of our own of %v, and the payment is of %v", c.Return.Payer, d.last.Payer)
		}
		return
	}
	if f := d.last.Refund(c.Refund); f == nil || f.Amounts.Price != c.Return.Amount || f.Amounts.Payer != c.Return.Payer {
		o.w.fail("I-11", d.id, "the wallet is asked to give back %v, which no refund says", c.Return.Amount)
	}
}

// answered is told what a wallet said to a call, before the house hears it.
func (o *oracle) answered(c *relay.Call, a wallet.Answer) {
	d := o.deal(c.Payment)
	f := &d.facts
	switch {
	case c.Act == relay.Cancel:
		f.undone = f.undone || a.Verdict == wallet.Succeeded
		if a.Verdict != wallet.Succeeded {
			o.hit(f15, d)
			d.obstructed = true
		}
	case c.Act == relay.GiveBack && c.Refund != ident.Digest{}:
		o.answeredRefund(d, c, a)
	case c.Act == relay.GiveBack:
		if a.Verdict == wallet.Succeeded && !otherThan(a, c.Return.Amount, c.Return.Payer) {
			f.returned = append(f.returned, c.Return.Partner)
		} else if a.Declares(wire.OrderIsCanceled) {
			f.undone = true
		} else if a.Verdict != wallet.Unknown {
			o.hit(f14, d)
		}
	default:
		o.delivered(c.Payment, c.Question, a)
	}
}

func (o *oracle) answeredRefund(d *deal, c *relay.Call, a wallet.Answer) {
	f := &d.facts
	at := columnOf(d.last)
	if r := d.last.Refund(c.Refund); r != nil {
		at = columnOfRefund(r.State)
	}
	switch {
	case a.Verdict == wallet.Declined:
		f.refusals = append(f.refusals, c.Refund)
	case a.Verdict == wallet.Succeeded && otherThan(a, c.Return.Amount, c.Return.Payer):
		o.w.cover.hit(f14, at)
	case a.Verdict == wallet.Succeeded:
		f.gaveBack = append(f.gaveBack, c.Refund)
		o.w.cover.hit(f12, at)
	}
}

// otherThan reports whether an answer tells other amounts than these; what it does not tell differs not.
func otherThan(a wallet.Answer, price, payer money.Amount) bool {
	return a.Price.Currency().Valid() && a.Price != price || a.Payer.Currency().Valid() && a.Payer != payer
}

// delivered is told of an answer about a charge that reaches the house.
func (o *oracle) delivered(id ident.ID, q flow.Question, a wallet.Answer) {
	d := o.deal(id)
	f := &d.facts
	if d.last == nil {
		return
	}
	switch {
	case a.Verdict == wallet.Succeeded && otherThan(a, d.last.Price, d.last.Payer):
		o.hit(f14, d)
	case a.Verdict == wallet.Succeeded:
		if o.speaksAgainst(d, a) {
			o.hit(f14, d)
		}
		if !slices.Contains(f.charged, a.Partner) {
			f.charged = append(f.charged, a.Partner)
		}
		if d.sentAt > 0 && o.w.now-d.sentAt > int64(time.Hour) {
			o.w.cover.happened(hourLateS)
		}
		if o.w.now-d.sentAt > int64(10*time.Second) {
			o.hit(f12, d)
		}
	case a.Verdict == wallet.Declined:
		if a.Code != wire.OrderNotExist {
			f.declined = true
			f.unstray = f.unstray || q == flow.AskedAboutStray
		}
		f.ended = f.ended || q == flow.AskedAfterWindow
	}
}

// speaksAgainst reports whether an S cannot be true beside what was said before.
func (o *oracle) speaksAgainst(d *deal, a wallet.Answer) bool {
	switch d.last.State {
	case payment.Success, payment.Refunding:
		return a.Partner != d.last.Partner
	case payment.Failed, payment.Cancelled:
		return true
	}
	return false
}

// late is told of an S that the network brings when nobody waits for it any more.
func (o *oracle) late(c *relay.Call) { o.hit(f12, o.deal(c.Payment)) }

// durable checks, once a notification is acknowledged, that it was not swallowed: a charge is on record as the payment's
// own, as a stray one, as one that went back, or as a contradiction. While a cancel of what nobody had told before is under
// way, the cancel answers for it.
func (o *oracle) durable(p *payment.Payment, a wallet.Answer) {
	waits := p != nil && p.State == payment.Cancelling && p.Partner == ""
	if a.Verdict != wallet.Succeeded || p == nil || waits || len(p.Contradictions) >= 8 {
		return
	}
	switch {
	case otherThan(a, p.Price, p.Payer):
		if len(p.Contradictions) == 0 {
			o.w.fail("I-16", p.ID, "an S with other amounts is acknowledged and written nowhere")
		}
	case a.Partner == p.Partner || a.Partner == p.Stray || slices.Contains(p.Reversed, a.Partner):
	case slices.ContainsFunc(p.Contradictions, func(c string) bool { return strings.Contains(c, a.Partner) }):
	default:
		o.w.fail("I-16", p.ID, "the charge %s of a payment that is %v is acknowledged and written nowhere", a.Partner,
			p.State)
	}
}
