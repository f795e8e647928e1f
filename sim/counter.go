// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// The counter is the house's API without HTTP: it does for a request what api/ams does, in events instead of waits.

// class is what an answer says.
type class byte

// The classes.
const (
	silent  class = '-' // no answer came
	busy    class = 'B' // nothing has happened, come again
	doubted class = 'X' // U: it may have happened
	absent  class = 'N' // there is no such payment
	openU   class = 'U' // under way
	yes     class = 'S'
	no      class = 'F'
	undone  class = 'C' // cancelled
	differs class = 'R' // the name was used for something else
)

// told is an answer.
type told struct {
	class class
	code  wire.ResultCode
	id    ident.ID
	read  *payment.Payment // from which it was answered, where it was read from the store
}

func (t told) String() string {
	if t.code == "" {
		return string(t.class)
	}
	return string(t.class) + " " + string(t.code)
}

// patience is how long a caller is kept waiting. Source: decisions B25.
const patience = 3700 * time.Millisecond

// claimSecret keys the marks of payers' codes.
var claimSecret = wallet.NewSecret([32]byte{7, 7, 7})

// order is a request to pay.
type order struct {
	shop     *shop
	request  string
	order    string
	price    money.Amount
	code     string
	expires  time.Time
	terminal string
}

func (o *order) id() ident.ID {
	return ident.Name(o.shop.lane, ident.Payment, string(o.shop.client), "", o.request)
}

// underWay reports whether nobody can say yet what becomes of a payment.
func underWay(p *payment.Payment) bool {
	switch p.State {
	case payment.Sent, payment.Unknown, payment.Cancelling, payment.Refunding:
		return true
	}
	return false
}

// failed is what a caller hears of an error.
func failed(err error) told {
	switch fault.CodeOf(err) {
	case flow.CodeRepeatDiffers:
		return told{class: differs, code: wire.RepeatReqInconsistent}
	case flow.CodePaymentMissing, flow.CodeRefundMissing:
		return told{class: absent, code: wire.OrderNotExist}
	case flow.CodeCancelTooLate:
		return told{class: no, code: wire.CancelWindowExceed}
	case flow.CodeCancelAfterRefund:
		return told{class: no, code: wire.ProcessFail}
	}
	if fault.KindOf(err) == fault.Unavailable {
		return told{class: busy}
	}
	return told{class: doubted, code: wire.UnknownException}
}

// waiter is a caller who waits for a payment to change, no longer than his patience.
type waiter struct {
	h     *house
	armed bool // his own movement is committed: from now on its payment's changes are his answer
	done  bool
	stop  func()
	since *payment.Payment
	ready func(*payment.Payment) bool
	reply func(p *payment.Payment, err error)
}

// finish answers once.
func (a *waiter) finish(p *payment.Payment, err error) {
	if a.done || a.h.dead {
		return
	}
	a.done = true
	if a.stop != nil {
		a.stop()
	}
	a.reply(p, err)
}

// arm gives the waiter what his own movement came to.
func (a *waiter) arm(p *payment.Payment) {
	a.armed, a.since = true, p
	if a.ready(p) {
		a.finish(p, nil)
	}
}

// await answers as soon as a payment is as ready wants it, once the waiter is armed.
func (h *house) await(id ident.ID, ready func(*payment.Payment) bool, reply func(*payment.Payment, error)) *waiter {
	a := &waiter{h: h, ready: ready, reply: reply}
	a.stop = h.relay.Watch(id, func(p *payment.Payment) {
		a.since = p
		if a.armed && ready(p) {
			a.finish(p, nil)
		}
	})
	h.w.after(patience, func() {
		if !a.armed {
			a.since = nil
		}
		a.finish(a.since, nil)
	})
	return a
}

// pay makes a payment's intent durable and waits for what the wallet says.
func (h *house) pay(o *order, reply func(told)) {
	id := o.id()
	m, c, full := h.price(o)
	if full {
		reply(told{class: busy})
		return
	}
	fresh := true
	a := h.await(id, func(p *payment.Payment) bool {
		if fresh {
			return p.State != payment.Sent
		}
		return !underWay(p)
	}, func(p *payment.Payment, err error) {
		switch {
		case err != nil:
			t := failed(err)
			t.id = id
			reply(t)
		case p == nil: // it still waits to be decided
			reply(told{class: doubted, code: wire.UnknownException, id: id})
		default:
			reply(h.w.toldOf(p))
		}
	})
	h.claim(m, func(err error) {
		if err != nil {
			a.finish(nil, err)
			return
		}
		h.relay.Hold(m.Fingerprint, *c)
		err = h.submit(*m, func(out flow.Outcome, err error) {
			if err != nil || !out.Fresh || out.Payment.State != payment.Sent {
				h.relay.Drop(id, m.Fingerprint)
			}
			if err != nil {
				a.finish(nil, err)
				return
			}
			fresh = out.Fresh
			a.arm(out.Payment)
		})
		if err != nil {
			h.relay.Drop(id, m.Fingerprint)
			a.finish(nil, err)
		}
	})
}

// claim spends the payer's code in its wallet's home lane, where that is another than the payment's.
func (h *house) claim(m *flow.Pay, then func(error)) {
	if m.Wallet == "" || m.WalletLane == m.ID.Lane || m.Refusal != "" {
		then(nil)
		return
	}
	if p, err := h.Reader().Payment(h.w.ctx, m.ID); err != nil || p != nil {
		then(err) // a repeat claims nothing: it may come days later, or name another code
		return
	}
	h.w.cover.happened(claimedElsewhere)
	err := h.submit(flow.Claim{In: m.WalletLane, Payment: m.ID, Marks: m.Marks}, func(_ flow.Outcome, err error) {
		switch {
		case fault.CodeOf(err) == flow.CodeSpent:
			h.w.cover.happened(codeSpentElsewhere)
			m.Claim, err = flow.ClaimTaken, nil
		case err == nil:
			m.Claim = flow.ClaimMade
		}
		then(err)
	})
	if err != nil {
		then(err)
	}
}

// price routes the code and names the line of the price list; full says that the wallet has too much to do.
func (h *house) price(o *order) (m *flow.Pay, c *wallet.Charge, full bool) {
	now := h.clock()
	id := o.id()
	m = &flow.Pay{ID: id, Client: o.shop.client, Holder: o.shop.holder, RequestID: o.request, Order: o.order,
		Reference: o.shop.reference, Store: "s-1", Terminal: o.terminal, Price: o.price, ExpiresAt: o.expires,
		Fingerprint: wallet.Fingerprint(claimSecret, id, o.code), Marks: h.w.marks(o, now)}
	c = &wallet.Charge{Payment: id, Code: o.code, Price: o.price, Order: o.order, ExpiresAt: o.expires}
	var candidates []wallet.ID
	if code, err := wallet.NormalCode(o.code); err == nil {
		candidates, _ = wallet.Candidates(h.Facts().Routes(), code, now) // an unknown code belongs to nobody
	}
	if len(candidates) == 0 {
		m.Refusal, m.Why = wire.InvalidPaymentCode, "the payment code belongs to no wallet of this network"
		return m, c, false
	}
	w, _ := h.Facts().Wallet(candidates[0])
	m.Wallet, m.WalletLane = w.ID, w.Lane
	live, err := h.live(o, now)
	if err != nil {
		return m, c, true
	}
	h.quote(m, c, w, live)
	if m.Refusal != "" || !live {
		return m, c, false
	}
	if h.relay.Resting(w.ID) {
		if p, err := h.Reader().Payment(h.w.ctx, id); err != nil || p != nil {
			return m, c, err != nil
		}
	}
	switch h.relay.Admit(w, now) {
	case relay.Full:
		return m, c, true
	case relay.Resting:
		h.w.cover.happened(breakerRefused)
		m.Refusal, m.Why = wire.UnavailablePaymentMethod, "the wallet does not answer at present"
	}
	return m, c, false
}

// live reports whether the merchant may be paid.
func (h *house) live(o *order, now time.Time) (bool, error) {
	id := merchant.NameOf(o.shop.lane, o.shop.holder, o.shop.reference)
	if err := h.Facts().Keep(h.w.ctx, now, store.Keys{Merchants: []merchant.ID{id}}); err != nil {
		return false, err
	}
	m, known := h.Facts().Merchant(id)
	return known && m.Status == merchant.Live && m.Currency == o.price.Currency(), nil
}

// unlisted is the digest of no line of a price list.
var unlisted = ident.DigestOf(ident.Quote)

// quote fills in what the wallet shall owe.
func (h *house) quote(m *flow.Pay, c *wallet.Charge, w wallet.Wallet, live bool) {
	if w.Currency == m.Price.Currency() {
		c.Payer = m.Price
		return
	}
	q, ok := h.Facts().Quote(w.ID, m.Price.Currency(), h.clock())
	var conversion fx.Conversion
	var err error
	if ok {
		m.QuoteID = q.ID.Digest
		conversion, err = q.Convert(m.Price)
	}
	switch {
	case !ok && live:
		h.w.cover.hit(f19, inNone)
		m.Refusal, m.Why = wire.CurrencyNotSupport, "there is no current exchange rate"
	case !ok:
		m.QuoteID = unlisted
	case err != nil:
		m.Refusal, m.Why = wire.PaymentAmountExceedLimit, fault.DetailOf(err)
	default:
		c.Payer, c.Quote, c.Pair, c.Rate = conversion.Payer, q.ID.String(), q.Pair(), q.PriceText()
		if c.ExpiresAt.After(q.To) {
			c.ExpiresAt = q.To
		}
	}
}

// toldOf is what callers hear of a payment.
func (w *world) toldOf(p *payment.Payment) told {
	t := told{id: p.ID}
	switch p.State {
	case payment.Success:
		t.class, t.code = yes, wire.Success
	case payment.Failed:
		t.class, t.code = no, p.Result
	case payment.Cancelled, payment.Tombstone:
		t.class, t.code = undone, wire.OrderIsCanceled
	default:
		t.class, t.code = openU, wire.PaymentInProcess
	}
	return t
}

// inquire says what became of a payment, from what is committed.
func (h *house) inquire(client ident.Client, id ident.ID, reply func(told)) {
	p, err := h.Reader().Payment(h.w.ctx, id)
	switch {
	case err != nil:
		reply(failed(err))
	case p == nil || p.Client != client:
		reply(told{class: absent, code: wire.OrderNotExist, id: id})
	default:
		t := h.w.toldOf(p)
		t.read = p
		reply(t)
	}
}

// cancel takes back a payment; request is set where the caller names it by its own id.
func (h *house) cancel(client ident.Client, id ident.ID, request string, reply func(told)) {
	a := h.await(id, func(p *payment.Payment) bool { return !underWay(p) }, func(p *payment.Payment, err error) {
		switch {
		case err != nil:
			t := failed(err)
			t.id = id
			reply(t)
		case p == nil:
			reply(told{class: doubted, code: wire.UnknownException, id: id})
		case underWay(p):
			reply(told{class: openU, code: wire.PaymentInProcess, id: id})
		default:
			reply(told{class: yes, code: wire.Success, id: id})
		}
	})
	err := h.submit(flow.Cancel{ID: id, Client: client, RequestID: request}, func(o flow.Outcome, err error) {
		switch {
		case err == nil && o.Payment == nil: // a tombstone was left
			h.w.cover.happened(buriedFirst)
			a.finish(nil, &fault.Error{Kind: fault.NotFound, Code: flow.CodePaymentMissing})
		case err != nil:
			a.finish(nil, err)
		default:
			a.arm(o.Payment)
		}
	})
	if err != nil {
		a.finish(nil, err)
	}
}
