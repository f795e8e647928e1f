// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"reflect"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// idleMax is how long nobody may be asked about an open payment, beyond the wallet's own pauses.
const idleMax = 2 * time.Minute

// neglected looks for open payments about which nobody is asked although the house has been up for long enough.
func (o *oracle) neglected() {
	h := o.w.house
	if h == nil {
		return
	}
	for _, d := range o.order {
		p := d.last
		if p == nil || !p.Open() {
			continue
		}
		most := int64(idleMax)
		if purse := o.w.purseOf(p.Wallet); purse != nil {
			most += int64(purse.facts.Timers.Deadline + purse.facts.Timers.CancelMax)
		}
		if since := max(d.askedAt, h.readyAt, p.ChangedAt.Add(-h.offset).UnixNano()); o.w.now-since > most {
			o.w.fail("I-08", d.id, "the payment is %v%s, and nobody has been asked for %v", p.State, openWhy(p),
				time.Duration(o.w.now-since))
		}
	}
}

// held is what the house had open before it ended, as far as the oracle has heard; to be compared with what a start finds.
func (o *oracle) held() map[ident.ID]*payment.Payment {
	open := map[ident.ID]*payment.Payment{}
	for _, d := range o.order {
		if d.last != nil && d.last.Open() {
			open[d.id] = d.last
		}
	}
	return open
}

// remembered compares what a start has found open with what the oracle knows, after it has learnt of what was committed
// without anybody hearing of it.
func (o *oracle) remembered(h *house) {
	for _, t := range h.tellers {
		lane := t.Lane()
		if n := t.Row().N; n != o.at[lane] {
			if n < o.at[lane] {
				o.w.fail("I-20", ident.ID{Lane: lane}, "the lane stands at row %d, and row %d was committed", n, o.at[lane])
				return
			}
			o.learn(lane, n)
		}
	}
	open := o.held()
	for _, t := range h.tellers {
		for _, p := range t.Open() {
			known := open[p.ID]
			switch {
			case known == nil:
				o.w.fail("I-02", p.ID, "a start finds the payment open, and it has ended")
			case !reflect.DeepEqual(known, p):
				o.w.fail("I-02", p.ID, "a start finds %+v, and it was %+v", *p, *known)
			}
			delete(open, p.ID)
		}
	}
	for _, d := range o.order { // in order: a map is not ranged over
		if open[d.id] != nil {
			o.w.fail("I-02", d.id, "a start does not find the payment open, which is %v", open[d.id].State)
		}
	}
}

// learn reads what a lane has committed without anybody hearing of it.
func (o *oracle) learn(lane ident.Lane, until int64) {
	w := o.w
	w.fresh = true
	reader := w.db.Reader()
	var changed []ident.ID
	for o.at[lane] < until {
		rows, err := reader.Journal(w.ctx, lane, o.at[lane])
		if err != nil || len(rows) == 0 {
			w.fail("I-20", ident.ID{Lane: lane}, "the journal after row %d: %d rows, %v", o.at[lane], len(rows), err)
			return
		}
		for i := range rows {
			w.note("found row", ident.ID{Lane: lane, Digest: rows[i].Subject}, rows[i].Kind.String())
			w.count.rows++
			if id := o.paymentOf(&rows[i]); !id.IsZero() && !slices.Contains(changed, id) {
				changed = append(changed, id)
			}
		}
		o.at[lane] = rows[len(rows)-1].N
	}
	for _, id := range changed {
		p, err := reader.Payment(w.ctx, id)
		if err != nil || p == nil {
			w.fail("I-20", id, "a payment with journal rows cannot be read: %v", err)
			return
		}
		o.change(p)
	}
}

// paymentOf is the payment that a journal row speaks of; none for a row that speaks of no payment.
func (o *oracle) paymentOf(r *ledger.Row) ident.ID {
	id := ident.ID{Lane: r.Lane, Digest: r.Subject}
	switch {
	case r.Origin == 0:
		return ident.ID{}
	case r.Kind < ledger.RefundSent:
		return id
	}
	request, err := o.w.db.Reader().Refund(o.w.ctx, id)
	if err != nil || request == nil {
		o.w.fail("I-20", id, "a refund with journal rows cannot be read: %v", fault.DetailOf(err))
		return ident.ID{}
	}
	return request.Payment
}
