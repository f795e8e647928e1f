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
	"github.com/kakehashi-pay/kakehashi/wire"
)

// resolveMax is how long an unknown payment may take where nothing is in the way. Source: reference/reliability.md R-15.
const resolveMax = 75 * time.Second

// change compares a committed change with the facts that must have brought it about.
func (m *model) change(p *payment.Payment) {
	d := m.deal(p.ID)
	from, prev := payment.None, d.last
	if prev != nil {
		from = prev.State
	} else {
		m.w.count.payments++
		d.sentAt = m.w.now
	}
	d.last = p
	if d.passAt != m.w.now {
		d.passAt, d.passed = m.w.now, d.passed[:0]
	}
	d.passed = append(d.passed, m.w.toldOf(p).class)
	if p.State != from {
		m.entered(d, from, p)
	}
	m.strays(d, prev, p)
	m.refunds(d, prev, p)
	if (p.State == payment.Cancelling || p.State == payment.Refunding) && prev != nil && len(p.Refunds) > 0 {
		if s := p.GivenBack(); !s.Price.IsZero() {
			m.w.fail("I-10", d.id, "%v although %v is given back", p.State, s.Price)
		}
	}
}

// entered: each state has its cause. FAILED needs a signed F, or nothing was ever sent; SUCCESS a signed S with our amounts;
// CANCELLED a confirmed cancel, a wallet that never charged, or a confirmed return.
func (m *model) entered(d *deal, from payment.State, p *payment.Payment) {
	f := &d.facts
	why := ""
	switch p.State {
	case payment.Success:
		if !slices.Contains(f.charged, p.Partner) {
			why = "no wallet has said that it charged " + p.Partner
		}
	case payment.Failed:
		switch {
		case from == payment.None && d.begun:
			why = "it was refused after the wallet was asked"
		case from != payment.None && !f.declined:
			why = "no wallet has declined it"
		}
	case payment.Cancelled:
		switch {
		case from == payment.Refunding && !slices.Contains(f.returned, p.Partner):
			why = "no wallet has given the charge " + p.Partner + " back"
		case from == payment.Cancelling && !f.undone && !f.ended:
			why = "no wallet has confirmed the cancel"
		case from == payment.Refunding:
			m.w.cover.some1(refundingEnded)
		}
	case payment.Refunding:
		if !slices.Contains(f.charged, p.Partner) {
			why = "no wallet has said that it charged " + p.Partner
		}
	case payment.Unknown:
		d.doubtful = true
	}
	if why != "" {
		m.w.fail("I-06", d.id, "the payment became %v, and %s", p.State, why)
	}
	m.timely(d, p)
}

// timely counts how long an unknown payment took, where nothing was in the way.
func (m *model) timely(d *deal, p *payment.Payment) {
	switch p.State {
	case payment.Success, payment.Failed, payment.Cancelled, payment.Refunding:
	default:
		return
	}
	if d.ended {
		return
	}
	d.ended = true
	if !d.doubtful || d.obstructed {
		return
	}
	m.w.count.unknown++
	if took := time.Duration(m.w.now - d.sentAt); took > resolveMax {
		m.w.count.slow++
		m.w.fail("R-15", d.id, "the payment was unknown for %v although the wallet answered", took)
	}
}

// strays: a stray charge was told by the wallet, and ends when the wallet gave it back or never took it.
func (m *model) strays(d *deal, prev, p *payment.Payment) {
	was := ""
	if prev != nil {
		was = prev.Stray
	}
	switch {
	case p.Stray == was:
	case p.Stray != "" && !slices.Contains(d.facts.charged, p.Stray):
		m.w.fail("I-06", d.id, "no wallet has told the stray charge %s", p.Stray)
	case p.Stray == "" && slices.Contains(d.facts.returned, was):
		m.w.cover.some1(strayReturned)
	case p.Stray == "" && !d.facts.unstray:
		m.w.fail("I-08", d.id, "no wallet has given the stray charge %s back", was)
	}
}

// refunds: each has its cause, and together they stay within the payment.
func (m *model) refunds(d *deal, prev, p *payment.Payment) {
	for i := range p.Refunds {
		r := &p.Refunds[i]
		was := payment.RefundNone
		if prev != nil {
			if q := prev.Refund(r.ID); q != nil {
				was = q.State
			}
		}
		switch {
		case r.State == was:
		case r.State == payment.RefundSuccess && r.Amounts.Payer.IsZero():
			m.w.cover.some1(shareOfNothing) // nothing goes back in the payer's currency, so no wallet was asked
		case r.State == payment.RefundSuccess && !slices.Contains(d.facts.gaveBack, r.ID):
			m.w.fail("I-10", d.id, "a refund succeeded that no wallet has confirmed")
		case r.State == payment.RefundFailed && was != payment.RefundNone && !slices.Contains(d.facts.refusals, r.ID):
			m.w.fail("I-10", d.id, "a refund failed that no wallet has declined")
		case r.State == payment.RefundFailed && r.Result == wire.MerchantBalanceNotEnough:
			m.w.cover.some1(unfunded)
		}
	}
	if p.State == payment.Success || len(p.Refunds) > 0 {
		s := p.GivenBack()
		if s.Price.Compare(p.Price) > 0 || s.Payer.Compare(p.Payer) > 0 {
			m.w.fail("I-10", d.id, "refunds of %v and %v of a payment of %v and %v", s.Price, s.Payer, p.Price, p.Payer)
		}
	}
}

// told checks an answer against what is committed, and against everything that was told before.
func (m *model) told(h *house, r *request, t told) {
	d := m.deal(r.id)
	switch t.class {
	case busy, doubted, silent, differs:
		return
	case absent:
		if d.exists && d.last != nil && d.last.Client == r.client && d.last.State != payment.Tombstone {
			m.w.fail("I-20", d.id, "it is not there, and somebody was told that it is")
		}
		return
	}
	d.exists = true
	if t.read != nil {
		m.toldPayment(h, d, t)
		return
	}
	if d.last == nil {
		m.w.fail("I-20", d.id, "somebody is told %v of a payment that is not committed", t)
		return
	}
	switch {
	case r.refund != (ident.Digest{}):
		m.toldRefund(d, r, t)
	case r.cancels:
		m.toldCancel(d, t)
	default:
		m.toldPayment(h, d, t)
	}
}

// toldPayment: what is told of a payment is a prefix of U*,S,C or U*,F or U*,C, and is what is committed.
func (m *model) toldPayment(h *house, d *deal, t told) {
	state := t.read // while a commit is in doubt the store may know more than anybody was told
	switch {
	case state == nil:
		state = d.last
	case d.last != nil && state.Last < d.last.Last:
		m.w.fail("I-20", d.id, "somebody is told of row %d, and row %d is committed", state.Last, d.last.Last)
	}
	current := m.w.toldOf(state)
	stale := h != m.w.house && t.class == openU // from before another took over
	// A batch may hold several of a payment's changes, each of which is told.
	now := d.passAt == m.w.now && slices.Contains(d.passed, t.class)
	if t.class != current.class && !stale && !now {
		m.w.fail("I-20", d.id, "somebody is told %v, and %v is committed", t, current)
	}
	why := ""
	switch {
	case t.class == openU:
		if d.said == no || d.said == undone || d.said == yes && state.State == payment.Success && !stale {
			why = "U"
		}
	case d.said == 0:
	case d.said == yes && t.class == no, d.said == no && t.class != no, d.said == undone && t.class != undone:
		why = string(t.class)
	case t.class == no && t.code != d.saidCode:
		why = "F " + string(t.code) + " after F " + string(d.saidCode)
	}
	if why != "" {
		m.w.fail("I-06", d.id, "somebody is told %s after %c", why, d.said)
	}
	if t.class != openU {
		d.said, d.saidCode = t.class, t.code
	}
}

// toldCancel: S says that nothing is charged any more.
func (m *model) toldCancel(d *deal, t told) {
	switch s := d.last.State; {
	case t.class == yes && s != payment.Cancelled && s != payment.Failed && s != payment.Tombstone:
		m.w.fail("I-07", d.id, "a cancel is confirmed of a payment that is %v", s)
	case t.class == yes && s == payment.Cancelled:
		if d.said == no {
			m.w.fail("I-06", d.id, "a cancel is confirmed of a payment that has failed")
		}
		d.said, d.saidCode = undone, wire.OrderIsCanceled
	case t.code == wire.CancelWindowExceed:
		m.w.cover.some1(windowRefused)
		if p := d.last; p.BookedAt.IsZero() {
			m.w.fail("I-07", d.id, "a cancel is refused as too late before the payment succeeded")
		}
	}
}

// toldRefund: one name has one outcome, for ever.
func (m *model) toldRefund(d *deal, r *request, t told) {
	before, seen := d.backs[r.refund]
	if seen && before.class != openU && (t.class != before.class || t.code != before.code) {
		m.w.fail("I-05", d.id, "a refund is told %v after %v", t, before)
	}
	d.backs[r.refund] = t
	f := d.last.Refund(r.refund)
	if f == nil {
		m.w.fail("I-20", d.id, "a refund is told %v, and is not committed", t)
	}
}

// remembered compares what a start has found open with what the model knows, after it has learnt of what was committed
// without anybody hearing of it.
func (m *model) remembered(h *house, before map[ident.ID]*payment.Payment) {
	for _, t := range h.tellers {
		lane := t.Lane()
		if n := t.Row().N; n != m.at[lane] {
			if n < m.at[lane] {
				m.w.fail("I-20", ident.ID{Lane: lane}, "the lane stands at row %d, and row %d was committed", n, m.at[lane])
				return
			}
			m.learn(lane, n)
		}
	}
	open := m.held()
	for _, t := range h.tellers {
		for _, p := range t.Open() {
			known := open[p.ID]
			switch {
			case known == nil:
				m.w.fail("I-02", p.ID, "a start finds the payment open, and it has ended")
			case !reflect.DeepEqual(known, p):
				m.w.fail("I-02", p.ID, "a start finds %+v, and it was %+v", *p, *known)
			}
			delete(open, p.ID)
		}
	}
	for _, d := range m.order { // in order: a map is not ranged over
		if open[d.id] != nil {
			m.w.fail("I-02", d.id, "a start does not find the payment open, which is %v", open[d.id].State)
		}
	}
	_ = before
}

// learn reads what a lane has committed without anybody hearing of it.
func (m *model) learn(lane ident.Lane, until int64) {
	w := m.w
	w.fresh = true
	reader := w.db.Reader()
	var changed []ident.ID
	for m.at[lane] < until {
		rows, err := reader.Journal(w.ctx, lane, m.at[lane])
		if err != nil || len(rows) == 0 {
			w.fail("I-20", ident.ID{Lane: lane}, "the journal after row %d: %d rows, %v", m.at[lane], len(rows), err)
			return
		}
		for i := range rows {
			w.note("found row", ident.ID{Lane: lane, Digest: rows[i].Subject}, rows[i].Kind.String())
			w.count.rows++
			if id := m.paymentOf(&rows[i]); !id.IsZero() && !slices.Contains(changed, id) {
				changed = append(changed, id)
			}
		}
		m.at[lane] = rows[len(rows)-1].N
	}
	for _, id := range changed {
		p, err := reader.Payment(w.ctx, id)
		if err != nil || p == nil {
			w.fail("I-20", id, "a payment with journal rows cannot be read: %v", err)
			return
		}
		m.change(p)
	}
}

// paymentOf is the payment that a journal row speaks of; none for a row that speaks of no payment.
func (m *model) paymentOf(r *ledger.Row) ident.ID {
	id := ident.ID{Lane: r.Lane, Digest: r.Subject}
	switch {
	case r.Origin == 0:
		return ident.ID{}
	case r.Kind < ledger.RefundSent:
		return id
	}
	request, err := m.w.db.Reader().Refund(m.w.ctx, id)
	if err != nil || request == nil {
		m.w.fail("I-20", id, "a refund with journal rows cannot be read: %v", fault.DetailOf(err))
		return ident.ID{}
	}
	return request.Payment
}
