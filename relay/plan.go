// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// timers are how patiently a task's wallet is asked.
func (r *Relay) timers(t *task) wallet.Timers {
	w, _ := r.facts.Wallet(t.payment.Wallet)
	return w.Timers.Or(wallet.DefaultTimers())
}

// plan decides when the task's next question is asked.
func (r *Relay) plan(t *task, now time.Time) {
	p, timers := t.payment, r.timers(t)
	switch {
	case p.State == payment.Sent && !t.recovered:
		if _, held := r.charge(p); held {
			t.due = now
			break
		}
		// The pay's call is under way; its own deadline ends it. This is the net below it.
		t.due = later(now, p.At.Add(timers.Deadline+timers.InquiryEvery))
		if t.inquiries > 0 {
			t.due = now.Add(timers.InquiryEvery)
		}
	case p.State == payment.Sent || p.State == payment.Unknown:
		t.due = now.Add(timers.InquiryEvery)
		if t.recovered && t.inquiries == 0 {
			t.due = now
		}
	case t.attempts == 0:
		t.due = now
	default:
		t.due = now.Add(backoff(timers, t.attempts))
	}
	if !t.due.After(now) {
		r.ask(t, now)
		return
	}
	r.wheel.put(p.ID, t.due)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// backoff is 1, 2, 4 … times the first pause, up to the longest.
func backoff(timers wallet.Timers, attempts int) time.Duration {
	pause := timers.CancelBackoff
	for range attempts - 1 {
		if pause *= 2; pause >= timers.CancelMax {
			return timers.CancelMax
		}
	}
	return min(pause, timers.CancelMax)
}

// ask makes the task's next question ready to leave.
func (r *Relay) ask(t *task, now time.Time) {
	p, timers := t.payment, r.timers(t)
	c := Call{Wallet: p.Wallet, Payment: p.ID, Deadline: timers.Deadline}
	charge, held := r.charge(p)
	switch {
	case p.State == payment.Sent && held:
		c.Act, c.Question, c.Charge = Pay, flow.AskedToPay, priced(charge, p)
		delete(r.charges, p.ID)
	case p.State == payment.Sent || p.State == payment.Unknown:
		c.Act, c.Question = Inquire, flow.AskedWhatHappened
		if t.inquiries > 0 && r.givenUp(t, timers, now) {
			c.Act = GiveUp
		}
		t.inquiries++
	case p.State == payment.Cancelling:
		c.Act, c.Question = Cancel, flow.AskedToCancel
		if t.tooLate || !now.Before(calendar.NetworkWindowEnds(p.At)) {
			c.Act, c.Question = Inquire, flow.AskedAfterWindow
		}
		t.attempts++
	case p.State == payment.Refunding:
		c.Act, c.Question, c.Return = GiveBack, flow.AskedToGiveBack, reversal(p, "window")
		t.attempts++
	case p.Stray != "":
		c.Act, c.Question = Inquire, flow.AskedAboutStray
		if t.charged {
			c.Act, c.Question, c.Return = GiveBack, flow.AskedToGiveBack, reversal(p, p.Stray)
		}
		t.attempts++
	default:
		if !r.askRefund(&c, p) {
			return
		}
		t.attempts++
	}
	t.asking = true
	r.depart(c)
	r.ready = append(r.ready, c)
}

// priced is a charge with what the lane decided: the wallet is asked for what is in the books, and nothing else.
func priced(c wallet.Charge, p *payment.Payment) wallet.Charge {
	c.Price, c.Payer, c.ExpiresAt = p.Price, p.Payer, p.ExpiresAt
	if p.Converted() {
		c.Quote = ident.ID{Lane: ident.House, Digest: p.Quote}.String()
		c.Pair = p.Price.Currency().String() + "/" + p.Payer.Currency().String()
		c.Rate = fx.PriceText(p.Customer)
	}
	return c
}

// askRefund makes the call for the payment's oldest open refund.
func (r *Relay) askRefund(c *Call, p *payment.Payment) bool {
	for i := range p.Refunds {
		if f := &p.Refunds[i]; f.State.Open() {
			c.Act, c.Refund = GiveBack, f.ID
			c.Return = wallet.Return{Payment: p.ID, Refund: ident.ID{Lane: p.ID.Lane, Digest: f.ID}, Partner: p.Partner,
				Amount: f.Amounts.Price, Payer: f.Amounts.Payer}
			return true
		}
	}
	return false
}

// reversal is a refund of our own for a whole payment, named after its cause.
func reversal(p *payment.Payment, cause string) wallet.Return {
	partner := p.Partner
	if p.Stray != "" {
		partner = p.Stray
	}
	return wallet.Return{Payment: p.ID, Refund: ident.Name(p.ID.Lane, ident.Reversal, p.ID.String(), cause),
		Partner: partner, Amount: p.Price, Payer: p.Payer}
}

// givenUp reports whether an unknown payment has been asked about long enough.
func (r *Relay) givenUp(t *task, timers wallet.Timers, now time.Time) bool {
	p := t.payment
	patience := timers.Deadline + time.Duration(timers.InquiryMax)*timers.InquiryEvery
	expired := !p.ExpiresAt.IsZero() && now.After(later(p.ExpiresAt, p.At.Add(timers.Deadline)))
	return t.inquiries >= timers.InquiryMax || !now.Before(p.At.Add(patience)) || expired
}

// learn remembers what an answer says about the next question.
func (r *Relay) learn(t *task, c Call, a wallet.Answer) {
	switch {
	case c.Act == Cancel && a.Verdict == wallet.Declined && a.Code == wire.CancelWindowExceed:
		t.tooLate, t.attempts = true, 0
	case c.Question == flow.AskedAboutStray && c.Act == Inquire && a.Verdict == wallet.Succeeded:
		t.charged, t.attempts = true, 0
	case c.Act == GiveBack && a.Verdict == wallet.Declined && c.Refund == ident.Digest{} &&
		!t.payment.CancelledAfterAll(a):
		r.alarm(AlarmReversal, c.Payment.String()+": the wallet "+string(c.Wallet)+" declines to give a charge back: "+
			string(a.Code))
	}
}
