// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// quietWeek is how long everything has time to settle after it has healed.
const quietWeek = 7 * 24 * time.Hour

// end heals everything, lets a week pass, and checks that nothing is open, that no money is where it should not be, and that
// what is held in memory is what the store says. A year later refunds are too late, and names mean what they meant.
func (w *world) end() error {
	w.calm = true
	w.note("heal", ident.ID{})
	for _, p := range w.purses {
		p.flush()
	}
	for _, h := range w.older {
		if !h.dead {
			h.fenced()
		}
	}
	w.restart() // with a clock that is right
	if err := w.run(w.now + int64(quietWeek)); err != nil {
		return err
	}
	if w.found != nil {
		return nil
	}
	if err := w.settled(); err != nil || w.found != nil {
		return err
	}
	if err := w.night(); err != nil || w.found != nil {
		return err
	}
	if err := w.rebuilt(); err != nil || w.found != nil {
		return err
	}
	return w.yearLater()
}

// restart ends the house in good order and starts another: it must find what this one held.
func (w *world) restart() {
	if h := w.house; h != nil {
		h.dead = true
		h.desk.Close()
		w.oracle.crashed(h)
		w.house = nil
	}
	w.start()
}

// settled checks what must hold once everything was heard: no payment is open, and each wallet has taken what we say it
// owes, payment by payment.
func (w *world) settled() error {
	books, err := w.addUp()
	if err != nil {
		return err
	}
	for _, d := range w.oracle.order {
		p, r := d.last, w.about(d.id)
		if p == nil {
			if r != nil && len(r.takings) > 0 {
				w.fail("I-08", d.id, "a wallet has charged a payment that is not committed")
			}
			continue
		}
		// A person must decide about what contradicts itself. A wallet that confirms a cancel, keeps the money and goes on
		// saying what it had said before is shown by its clearing file only, which is not of this layer.
		broken := r != nil && (r.odd && len(p.Contradictions) > 0 || r.kept)
		if p.Open() && !broken {
			w.fail("I-08", d.id, "the payment is %v and open a week after everything has healed%s", p.State, openWhy(p))
		}
		payer, price := int64(0), int64(0)
		if r != nil {
			payer, price = r.net()
		}
		b := books.payments[d.id]
		if b.receivable != payer && !broken {
			w.fail("I-08", d.id, "the wallet has charged %d net, and owes us %d; the payment is %v", payer, b.receivable,
				p.State)
		}
		for i := range p.Refunds {
			if f := &p.Refunds[i]; f.State == payment.RefundSuccess && f.Amounts.Payer.IsZero() {
				price -= f.Amounts.Price.Minor() // too little to be anything in the wallet's currency
			}
		}
		if b.gross != price && !broken && p.Stray == "" {
			w.fail("I-08", d.id, "the payer has paid %d net, and the merchant's side holds %d; the payment is %v", price,
				b.gross, p.State)
		}
	}
	return nil
}

func openWhy(p *payment.Payment) string {
	why := ""
	if p.Stray != "" {
		why += ", the stray charge " + p.Stray + " has not gone back"
	}
	for i := range p.Refunds {
		if r := &p.Refunds[i]; r.State.Open() {
			why += fmt.Sprintf(", a refund of %v and %v is %v", r.Amounts.Price, r.Amounts.Payer, r.State)
		}
	}
	return why
}

// yearLater asks again for what was told long ago, and for refunds that nobody need give any more.
func (w *world) yearLater() error {
	w.events.heap = nil // nothing was planned but quarters
	w.now += int64(366 * 24 * time.Hour)
	w.restart()
	asked := 0
	for i := len(w.oracle.order) - 1; i >= 0 && asked < 12; i-- {
		d := w.oracle.order[i]
		if d.last == nil || d.order == nil || d.last.State == payment.Tombstone {
			continue
		}
		asked++
		v := &visit{w: w, o: d.order}
		v.pay(func(told) {})
		v.inquire(func(told) {})
		if d.last.State != payment.Success {
			continue
		}
		w.cover.happened(longAgo)
		g := &giving{client: d.order.shop.client, payment: d.id, request: d.order.request + "-late", amount: v.part(1, 1)}
		w.refund(g, func(t told) {
			late := t.code == wire.RefundWindowExceed || t.code == wire.RefundAmountExceed
			if t.class != no || !late {
				w.fail("I-10", d.id, "a refund is asked for a year later, and answered with %v", t)
			}
		})
	}
	if err := w.run(w.now + int64(time.Minute)); err != nil {
		return err
	}
	return w.whole()
}
