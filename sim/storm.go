// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
)

// The second generator knows nothing of shops: any operation on any of a few names, codes and orders, again and again. What
// it makes no shop would do, and each of its calls is one that the house must answer rightly.
//
// Source: reference/reliability.md 2.2.

// stormNames are how many of each there are in a storm.
const (
	stormRequests = 7
	stormCodes    = 5
	stormOrders   = 3
	stormRefunds  = 4
)

// storm is a minute of random operations.
func (w *world) storm() {
	if w.calm {
		return
	}
	c := w.tills
	s := oneOf(c, w.shops)
	s.visits++
	base := "s-" + strconv.Itoa(s.visits) + "-"
	codes := make([]string, stormCodes)
	for i := range codes {
		codes[i] = oneOf(c, w.purses).mint().code
	}
	orders := make([]*order, stormRequests)
	for i := range orders {
		orders[i] = &order{shop: s, request: base + strconv.Itoa(i), order: base + "o" + strconv.Itoa(c.IntN(stormOrders)),
			code: oneOf(c, codes), price: money.New(int64(c.between(1, 3))*int64(c.between(1, 700)), money.JPY),
			terminal: "t-9"}
	}
	w.note("storm", orders[0].id(), base)
	at := time.Duration(0)
	for range c.between(20, 60) {
		at += c.spread(time.Millisecond, 4*time.Second)
		w.after(at, func() { w.gust(oneOf(c, orders)) })
	}
}

// gust is one operation of a storm.
func (w *world) gust(o *order) {
	c := w.tills
	v := &visit{w: w, o: o}
	quiet := func(told) {}
	switch c.weighted([]float64{40, 12, 8, 20, 16, 4, 7}) {
	case 0:
		w.pay(o, quiet)
	case 1:
		w.cancelOf(o, true, quiet)
	case 2:
		w.cancelOf(o, false, quiet)
	case 3:
		v.inquire(quiet)
	case 4:
		v.refund(c.IntN(stormRefunds), v.part(int64(c.between(1, 4)), 2), 6)
	case 6:
		other := *o
		other.price = money.New(o.price.Minor()+int64(c.between(0, 1)), money.JPY)
		other.code = oneOf(c, w.purses).mint().code
		w.pay(&other, quiet)
	default:
		for _, p := range w.purses {
			if r := p.records[o.id()]; r != nil {
				p.notify(r, p.charge(r), nil)
			}
		}
	}
}
