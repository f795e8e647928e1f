// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// doubtsView is what is not known, and how it is being found out.
type doubtsView struct {
	Unknown, More int
	Crowded       bool
	List          []doubtView
}

// doubtView is one payment that is not known, or was not until a moment ago.
type doubtView struct {
	rowView
	Age   time.Duration
	Doing string
	Break string // what the wallet said last that cannot be true; empty: nothing
	Trail []trailView
	Known bool
}

// trailView is one step of a trail.
type trailView struct {
	Word string // its key
	At   time.Time
}

func (s *console) doubts(ctx context.Context, l look.Lang, g *glance) doubtsView {
	v := doubtsView{Unknown: g.unknown, Crowded: g.crowded}
	open := 0
	for i := range g.doubts {
		d := &g.doubts[i]
		known := !d.resolved.IsZero()
		if !known {
			open++
		}
		item := doubtView{rowView: s.row(ctx, d.payment), Age: g.now.Sub(d.began), Known: known}
		if known {
			item.Doing = s.known(l, d)
		} else {
			item.Doing = s.doing(l, d.payment)
		}
		if c := d.payment.Contradictions; len(c) > 0 {
			item.Break = c[len(c)-1]
		}
		item.Trail = d.steps()
		v.List = append(v.List, item)
	}
	v.More = g.unknown - open
	return v
}

// steps are what happened since it was asked for.
func (d *doubt) steps() (list []trailView) {
	begun := d.refund == ident.Digest{}
	for _, step := range d.trail {
		begun = begun || step.subject == d.refund
		if word := stepWord(step.kind); word != "" && begun {
			list = append(list, trailView{Word: word, At: step.at})
		}
	}
	return list
}

// doing says what the machine does about a payment that is open.
func (s *console) doing(l look.Lang, p *payment.Payment) string {
	key := "doing.sent"
	switch p.State {
	case payment.Unknown:
		key = "doing.unknown"
	case payment.Cancelling:
		key = "doing.cancel"
		if p.Cause == payment.ByClock {
			key = "doing.clock"
		}
	case payment.Refunding:
		key = "doing.return"
	case payment.Success:
		for i := range p.Refunds {
			if f := &p.Refunds[i]; f.State.Open() {
				return s.kit.Say(l, "doing.refund", look.Money(f.Amounts.Price, l))
			}
		}
	case payment.Failed, payment.Cancelled:
		return s.kit.Say(l, "doing.stray")
	}
	if p.State == payment.Sent || s.Asked == nil {
		return s.kit.Say(l, key)
	}
	if n := s.Asked(p.ID); n > 0 {
		return s.kit.Say(l, key+".nth", look.Nth(n, l))
	}
	return s.kit.Say(l, key)
}

// known says how a payment that was not known turned out.
func (s *console) known(l look.Lang, d *doubt) string {
	key := "known.paid"
	switch p := d.payment; {
	case d.refund != ident.Digest{}:
		key = "known.refund"
		if f := p.Refund(d.refund); f != nil && f.State == payment.RefundFailed {
			key = "known.refused"
		}
	case len(p.Reversed) > 0:
		key = "known.reversed"
	case p.State == payment.Failed:
		key = "known.declined"
	case p.State == payment.Cancelled:
		key = "known.cancelled"
	}
	return s.kit.Say(l, key, look.Span(d.resolved.Sub(d.began), l))
}

// stepWord is the key of what a row is called in a trail; empty for rows that are not told there.
func stepWord(k ledger.Kind) string {
	switch k {
	case ledger.PaymentSent:
		return "step.sent"
	case ledger.PaymentUnknown, ledger.RefundUnknown:
		return "step.unknown"
	case ledger.PaymentSucceeded:
		return "step.paid"
	case ledger.PaymentFailed, ledger.RefundFailed:
		return "step.declined"
	case ledger.PaymentCancelling:
		return "step.cancelling"
	case ledger.PaymentCancelled:
		return "step.cancelled"
	case ledger.PaymentRefunding:
		return "step.returning"
	case ledger.PaymentStray:
		return "step.stray"
	case ledger.PaymentStrayReversed:
		return "step.reversed"
	case ledger.PaymentContradiction:
		return "step.break"
	case ledger.RefundSent:
		return "step.refund"
	case ledger.RefundSucceeded:
		return "step.refunded"
	}
	return ""
}

// walletView is one wallet.
type walletView struct {
	ID             wallet.ID
	Brand          brandView
	Begun          int
	Paid, Declined int
	State          look.State
	Word           string // what is said of it
	Fails          bool   // it is made to fail
	Behaviour      Choice
	Choices        []Choice // empty outside a demo
}

func (s *console) wallets(l look.Lang, g *glance) []walletView {
	var list []walletView
	for _, w := range s.Network.Facts().Wallets() {
		h := g.wallets[w.ID]
		v := walletView{ID: w.ID, Brand: brandView{Name: w.Brand, Region: w.Region}, Begun: h.begun, Paid: h.paid,
			Declined: h.declined}
		v.State, v.Word = s.health(l, w, h, g.now)
		if s.Demo != nil {
			v.Behaviour = s.Demo.Behaviour(w.ID)
			if v.Behaviour != "" {
				v.Choices = Choices()
				v.Fails = v.Behaviour != Normal
			}
		}
		list = append(list, v)
	}
	return list
}

// health says how a wallet does: what its contract forbids, then the breaker, then what it has left unanswered.
func (s *console) health(l look.Lang, w wallet.Wallet, h health, now time.Time) (look.State, string) {
	switch {
	case w.Status == wallet.Suspended:
		return look.Declined, s.kit.Say(l, "wallet.suspended")
	case w.Status == wallet.Ended:
		return look.Still, s.kit.Say(l, "wallet.ended")
	case s.Resting != nil && s.Resting(w.ID):
		return look.Declined, s.kit.Say(l, "wallet.resting")
	case h.unknown > 0:
		return look.Waiting, s.kit.Say(l, "wallet.unanswered", look.Grouped(h.unknown),
			look.Age(now.Sub(h.oldest), l))
	case now.Sub(h.answered) < recentWindow*time.Minute:
		return look.Paid, s.kit.Say(l, "wallet.answering")
	}
	return look.Still, s.kit.Say(l, "wallet.quiet")
}
