// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// The merchant-shaped generator: visitors come as they come to shops, and tills do what tills do.

// hourWeights are how many of a hundred visits come in each hour of the day in Japan. Source: reference/japan.md 8.6.
var hourWeights = [24]float64{.6, .3, .2, .1, .1, .3, .9, 1.8, 3.0, 4.2, 6.0, 7.6, 8.6, 7.8, 7.2, 7.2, 7.4, 7.8, 8.4, 7.6,
	5.8, 3.9, 2.1, 1.1}

// tokyo is Japan's distance from UTC, in hours.
const tokyo = 9

// planVisits plans the visits of the next 24 hours.
func (w *world) planVisits() {
	for hour := range 24 {
		weight := hourWeights[(hour+tokyo)%24]
		for range int(float64(w.swarm.visits)*weight/100 + w.tills.Float64()) {
			w.after(time.Duration(hour)*time.Hour+w.tills.lasting(0, time.Hour), w.visit)
		}
	}
}

// visit is one visitor who wants to pay, and the till's dealings about it.
type visit struct {
	w     *world
	o     *order
	purse *purse
	tries int // new names that were tried
	paid  bool
}

// visit begins with a payer who shows a code.
func (w *world) visit() {
	c := w.tills
	s := w.shops[c.IntN(len(w.shops)-1)]
	if c.hit(0.03) {
		s = w.shops[len(w.shops)-1]
	}
	v := &visit{w: w, purse: oneOf(c, w.purses)}
	v.o = w.newOrder(s, v.purse.mint().code, ticket(c))
	k := w.loss
	switch {
	case c.hit(k(overtakes)):
		v.overtake()
	case c.hit(k(doubleClick)):
		w.after(c.lasting(0, 300*time.Millisecond), func() { v.pay(func(told) {}) })
		v.pay(v.heard)
	case c.hit(k(twoTills)):
		v.twice()
	default:
		v.pay(v.heard)
	}
	if c.hit(k(pollsHard)) {
		v.pollHard(c.between(20, 60))
	}
}

// ticket is what a visitor buys: lognormal, in whole yen, often ending in 0 or 8.
func ticket(c chance) money.Amount {
	yen := int64(c.lognormal(1800, 0.9))
	switch c.IntN(4) {
	case 0:
		yen = yen / 10 * 10
	case 1:
		yen = yen/10*10 + 8
	}
	if c.hit(0.02) {
		yen = int64(c.between(1, 9))
	}
	return money.New(min(max(yen, 1), 2_000_000), money.JPY)
}

// newOrder is an order of a shop under names of its own.
func (w *world) newOrder(s *shop, code string, price money.Amount) *order {
	s.visits++
	n := strconv.Itoa(s.visits)
	o := &order{shop: s, request: "p-" + n, order: "o-" + n, price: price, code: code,
		terminal: "t-" + strconv.Itoa(s.visits%4)}
	if w.tills.hit(0.5) || w.tills.hit(w.loss(tillSkew)) {
		life := w.tills.lasting(50*time.Second, 3*time.Minute).Truncate(time.Second)
		o.expires = w.time().Truncate(time.Microsecond).Add(life)
		if w.tills.hit(w.loss(tillSkew)) {
			o.expires = o.expires.Add(w.tills.lasting(-24*time.Hour, 24*time.Hour).Truncate(time.Second))
		}
	}
	return o
}

// pay sends the order to the house.
func (v *visit) pay(then func(told)) {
	v.w.pay(v.o, then)
}

func (w *world) pay(o *order, then func(told)) {
	d := w.oracle.deal(o.id())
	if d.order != nil {
		w.oracle.hit(f22, d)
	}
	d.asks(o)
	w.deliver(&request{what: "pay", id: d.id, client: o.shop.client,
		patience: w.tills.lasting(5*time.Second, 10*time.Second),
		serve: func(h *house, reply func(told)) {
			h.pay(o, func(t told) {
				w.oracle.fingerprinted(d, o, t)
				reply(t)
			})
		}, then: then})
}

// heard is what the till does with the answer to its pay.
func (v *visit) heard(t told) {
	c, k := v.w.tills, v.w.loss
	switch {
	case c.hit(0.01): // the till breaks down, and nobody asks again
	case t.class == yes:
		v.succeeded()
	case t.class == no || t.class == undone || t.class == differs:
		if v.tries < 2 && c.hit(0.3) {
			v.again(c.hit(0.3))
		}
	case t.class == busy || t.class == silent && c.hit(0.3):
		v.w.after(c.lasting(500*time.Millisecond, 3*time.Second), func() { v.pay(v.heardAgain) })
	case c.hit(k(newName)):
		v.again(c.hit(0.6))
	case c.hit(k(otherTerms)):
		v.changed()
	default:
		v.poll(0)
	}
}

// heardAgain is the same for the second time: a till does not repeat a pay for ever.
func (v *visit) heardAgain(t told) {
	if t.class == yes {
		v.succeeded()
	} else if t.class != no && t.class != undone {
		v.poll(0)
	}
}

// again tries the same order under a new request id, with the same code or a new one.
func (v *visit) again(sameCode bool) {
	o := *v.o
	v.tries++
	o.request += "-" + strconv.Itoa(v.tries)
	old := v.w.oracle.deal(v.o.id())
	v.w.oracle.hit(f22, old)
	if !sameCode {
		o.code = v.purse.mint().code
	} else {
		v.w.oracle.hit(f23, old)
	}
	next := &visit{w: v.w, o: &o, purse: v.purse, tries: v.tries}
	next.pay(next.heard)
	v.poll(0)
}

// changed repeats the request id with another amount: it must be refused, whatever became of the first.
func (v *visit) changed() {
	o := *v.o
	o.price = money.New(o.price.Minor()+100, money.JPY)
	d := v.w.oracle.deal(o.id())
	v.w.oracle.hit(f22, d)
	v.w.pay(&o, func(told) {})
	v.poll(0)
}

// pollWaits are the seconds between the inquiries of a common till. Source: reference/alipay-wire-api.md 2.10.
var pollWaits = []time.Duration{2, 3, 3, 5, 5, 5, 5, 5, 5}

// poll asks what became of the payment, and cancels when nobody can say.
func (v *visit) poll(n int) {
	if n >= len(pollWaits) {
		v.cancel(0, v.w.tills.hit(0.5))
		return
	}
	v.w.after(pollWaits[n]*time.Second, func() {
		v.inquire(func(t told) {
			switch t.class {
			case yes:
				v.succeeded()
			case no, undone:
			default:
				v.poll(n + 1)
			}
		})
	})
}

func (v *visit) inquire(then func(told)) { v.w.inquire(v.o.shop.client, v.o.id(), then) }

func (w *world) inquire(client ident.Client, id ident.ID, then func(told)) {
	w.deliver(&request{what: "inquiry", id: id, client: client, patience: 5 * time.Second,
		serve: func(h *house, reply func(told)) { h.inquire(client, id, reply) }, then: then})
}

// pollHard asks twenty times a second.
func (v *visit) pollHard(times int) {
	for i := range times {
		v.w.after(time.Duration(i)*50*time.Millisecond, func() { v.inquire(func(told) {}) })
	}
}

// cancelWaits are the seconds between the cancels of a common till.
var cancelWaits = []time.Duration{2, 3, 3, 5, 5}

// cancel takes the payment back, some times; then somebody must look.
func (v *visit) cancel(n int, byName bool) {
	v.w.cancelOf(v.o, byName, func(t told) {
		switch {
		case t.class == yes || t.class == no && t.code != wire.CancelWindowExceed:
		case t.code == wire.CancelWindowExceed:
			v.refundAll()
		case n < len(cancelWaits):
			v.w.after(cancelWaits[n]*time.Second, func() { v.cancel(n+1, byName) })
		}
	})
}

func (w *world) cancelOf(o *order, byName bool, then func(told)) {
	d := w.oracle.deal(o.id())
	w.oracle.hitRefunds(f25, d)
	name := ""
	if byName {
		name = o.request
	}
	w.deliver(&request{what: "cancel", id: d.id, client: o.shop.client, cancels: true,
		patience: w.tills.lasting(5*time.Second, 10*time.Second), then: then,
		serve: func(h *house, reply func(told)) {
			p := d.last
			if p != nil && p.State == payment.Success && !h.clock().Before(calendar.CancelWindowEnds(p.BookedAt)) {
				w.oracle.hit(f15, d)
			}
			h.cancel(o.shop.client, d.id, name, reply)
		}})
}

// overtake sends a cancel that may arrive before its pay.
func (v *visit) overtake() {
	c := v.w.tills
	v.w.after(c.lasting(0, 200*time.Millisecond), func() { v.pay(v.heardAgain) })
	v.w.after(c.lasting(0, 200*time.Millisecond), func() { v.cancel(0, true) })
}

// twice lets two tills, of any shops, scan one code at once.
func (v *visit) twice() {
	c := v.w.tills
	other := &visit{w: v.w, purse: v.purse, o: v.w.newOrder(oneOf(c, v.w.shops), v.o.code, ticket(c))}
	later := c.lasting(0, 3*time.Second)
	if c.hit(0.4) {
		later = c.lasting(0, codeLife)
	}
	v.w.after(later, func() {
		v.w.oracle.hit(f23, v.w.oracle.deal(v.o.id()))
		other.pay(other.heard)
	})
	v.pay(v.heard)
}
