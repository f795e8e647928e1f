// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// giving is a request to refund.
type giving struct {
	client  ident.Client
	payment ident.ID
	request string
	amount  money.Amount
}

func (g *giving) id() ident.ID {
	return ident.Name(g.payment.Lane, ident.Refund, string(g.client), "", g.request)
}

// refund gives back a part of a payment, or all of it.
func (h *house) refund(g *giving, reply func(told)) {
	id := g.id()
	p, err := h.Reader().Payment(h.w.ctx, g.payment)
	switch {
	case err != nil:
		reply(failed(err))
		return
	case p == nil || p.Client != g.client:
		reply(told{class: absent, code: wire.OrderNotExist, id: g.payment})
		return
	}
	ended := func(p *payment.Payment) bool {
		f := p.Refund(id.Digest)
		return f != nil && !f.State.Open()
	}
	a := h.await(g.payment, ended, func(p *payment.Payment, err error) {
		switch {
		case err != nil:
			t := failed(err)
			t.id = g.payment
			reply(t)
		case p == nil || p.Refund(id.Digest) == nil:
			reply(told{class: doubted, code: wire.UnknownException, id: g.payment})
		default:
			reply(h.w.toldOfRefund(p, id.Digest))
		}
	})
	m := flow.Refund{ID: id, Payment: g.payment, Client: g.client, RequestID: g.request, Amount: g.amount,
		Merchant: p.Merchant}
	err = h.submit(m, func(o flow.Outcome, err error) {
		if err != nil {
			a.finish(nil, err)
			return
		}
		a.arm(o.Payment)
	})
	if err != nil {
		a.finish(nil, err)
	}
}

func (w *world) toldOfRefund(p *payment.Payment, id ident.Digest) told {
	f := p.Refund(id)
	t := told{id: p.ID, class: openU, code: wire.RefundInProcess}
	switch f.State {
	case payment.RefundSuccess:
		t.class, t.code = yes, wire.Success
	case payment.RefundFailed:
		t.class, t.code = no, f.Result
	}
	return t
}

// hear takes a wallet's notification; heard is called once it is durable.
func (h *house) hear(from wallet.ID, id ident.ID, a wallet.Answer, heard func()) {
	p, err := h.Reader().Payment(h.w.ctx, id)
	if err != nil || p == nil || p.Wallet != from {
		return
	}
	if late := p.State == payment.Failed || p.State == payment.Cancelled; late && h.w.options.Bug == BugDropsLateS {
		heard()
		return
	}
	h.w.oracle.delivered(id, flow.AskedToPay, a)
	_ = h.submit(flow.Heard{Payment: id, Question: flow.AskedToPay, Answer: a}, func(o flow.Outcome, err error) {
		if err == nil {
			h.w.oracle.durable(o.Payment, a)
			heard()
		}
	}) // where it is not taken, the wallet tells it again
}
