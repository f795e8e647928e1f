// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/money"
)

// succeeded is what may come after a payment that the till knows to be paid.
func (v *visit) succeeded() {
	if v.paid {
		return
	}
	v.paid = true
	c, k, w := v.w.tills, v.w.loss, v.w
	switch {
	case c.hit(k(cancels)):
		w.after(c.spread(time.Second, 6*time.Hour), func() { v.cancel(0, c.hit(0.5)) })
	case c.hit(k(atTheEdge)):
		v.cancelAtTheEdge()
	case c.hit(k(races)):
		v.race()
	case c.hit(k(refunds)):
		v.refunds()
	}
	if c.hit(k(returns)) {
		v.comeBack()
	}
	if c.hit(k(peeks)) {
		v.peek()
	}
}

// cancelAtTheEdge cancels within seconds of the end of the window.
func (v *visit) cancelAtTheEdge() {
	c := v.w.tills
	edge := calendar.CancelWindowEnds(v.w.time())
	if c.hit(0.3) {
		edge = calendar.NetworkWindowEnds(v.w.time())
	}
	v.w.after(edge.Sub(v.w.time())+c.lasting(-20*time.Second, 20*time.Second), func() { v.cancel(0, c.hit(0.5)) })
}

// refund asks for a part back, and again under the same name until there is an answer.
func (v *visit) refund(n int, amount money.Amount, tries int) {
	if !amount.Positive() {
		return
	}
	w := v.w
	d := w.oracle.deal(v.o.id())
	w.oracle.hit(f25, d)
	w.oracle.hitRefunds(f25, d)
	g := &giving{client: v.o.shop.client, payment: d.id, request: v.o.request + "-r-" + strconv.Itoa(n), amount: amount}
	w.refund(g, func(t told) {
		if t.class != yes && t.class != no && t.class != absent && tries < 6 {
			w.after(w.tills.spread(2*time.Second, time.Hour), func() { v.refund(n, amount, tries+1) })
		}
	})
}

func (w *world) refund(g *giving, then func(told)) {
	w.deliver(&request{what: "refund", id: g.payment, client: g.client, refund: g.id().Digest, amount: g.amount,
		patience: w.tills.lasting(5*time.Second, 10*time.Second),
		serve:    func(h *house, reply func(told)) { h.refund(g, reply) }, then: then})
}

func (v *visit) refundAll() { v.refund(0, v.o.price, 0) }

// part is a share of the price, at least one yen.
func (v *visit) part(num, den int64) money.Amount {
	return money.New(max(v.o.price.Minor()*num/den, 1), money.JPY)
}

// refunds gives back in one of many ways.
func (v *visit) refunds() {
	c, w := v.w.tills, v.w
	later := c.spread(time.Minute, 8*time.Hour)
	switch c.IntN(6) {
	case 0:
		w.after(later, v.refundAll)
	case 1: // parts, one after another, down to single yen
		left, n := v.o.price.Minor(), 0
		for left > 0 && n < 5 {
			part := min(left, 1+c.Int64N(max(v.o.price.Minor()/3, 2)))
			if c.hit(0.3) {
				part = 1
			}
			number := n
			w.after(later, func() { v.refund(number, money.New(part, money.JPY), 0) })
			later += c.spread(time.Second, 4*time.Hour)
			left, n = left-part, n+1
		}
	case 2: // in parallel, three times the price altogether
		for n := range 6 {
			w.after(later+c.lasting(0, 500*time.Millisecond), func() { v.refund(n, v.part(1, 2), 0) })
		}
	case 3: // days later, maybe after the wallet's own limit
		w.after(c.spread(24*time.Hour, 9*24*time.Hour), func() { v.refund(0, v.part(1, 2), 0) })
	case 4: // the same name with another amount
		w.after(later, func() {
			v.refund(0, v.part(1, 3), 0)
			v.refund(0, v.part(1, 4), 0)
		})
	default:
		w.after(later, func() { v.refund(0, v.part(2, 3), 0) })
		w.after(later+c.lasting(0, 2*time.Second), func() { v.refund(1, v.part(2, 3), 0) })
	}
}

// race lets refunds and a cancel leave at once.
func (v *visit) race() {
	c, w := v.w.tills, v.w
	at := c.spread(time.Second, 2*time.Hour)
	w.after(at+c.lasting(0, 100*time.Millisecond), func() { v.refund(0, v.part(1, 2), 0) })
	w.after(at+c.lasting(0, 100*time.Millisecond), func() { v.cancel(0, c.hit(0.5)) })
	w.after(at+c.lasting(0, 2*time.Second), func() { v.refund(1, v.part(1, 3), 0) })
}

// comeBack repeats the pay, and asks again, hours or days later.
func (v *visit) comeBack() {
	c := v.w.tills
	v.w.after(c.spread(time.Hour, 6*24*time.Hour), func() {
		v.pay(func(told) {})
		v.inquire(func(told) {})
	})
}

// peek lets another client ask about, cancel and refund the payment: it must hear that there is none.
func (v *visit) peek() {
	w := v.w
	stranger := oneOf(w.tills, w.shops)
	if stranger == v.o.shop {
		return
	}
	id := v.o.id()
	none := func(t told) {
		if t.class != absent && t.class != silent && t.class != busy && t.class != doubted {
			w.fail("S-08", id, "another client is told %v", t)
		}
	}
	w.after(w.tills.lasting(time.Second, time.Minute), func() {
		w.inquire(stranger.client, id, none)
		w.deliver(&request{what: "stranger's cancel", id: id, client: stranger.client, cancels: true,
			patience: 5 * time.Second, then: none,
			serve: func(h *house, reply func(told)) { h.cancel(stranger.client, id, "", reply) }})
		w.refund(&giving{client: stranger.client, payment: id, request: "stolen", amount: v.o.price}, none)
	})
}
