// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"slices"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// told checks an answer against what is committed, and against everything that was told before.
func (o *oracle) told(h *house, r *request, t told) {
	d := o.deal(r.id)
	switch t.class {
	case busy, doubted, silent, differs:
		return
	case absent:
		if d.exists && d.last != nil && d.last.Client == r.client && d.last.State != payment.Tombstone {
			o.w.fail("I-20", d.id, "it is not there, and somebody was told that it is")
		}
		return
	}
	d.exists = true
	if t.read != nil {
		o.toldPayment(h, d, t)
		return
	}
	if d.last == nil {
		o.w.fail("I-20", d.id, "somebody is told %v of a payment that is not committed", t)
		return
	}
	switch {
	case r.refund != (ident.Digest{}):
		o.toldRefund(d, r, t)
	case r.cancels:
		o.toldCancel(d, t)
	default:
		o.toldPayment(h, d, t)
	}
}

// toldPayment: what is told of a payment is a prefix of U*,S,C or U*,F or U*,C, and is what is committed.
func (o *oracle) toldPayment(h *house, d *deal, t told) {
	state := t.read // while a commit is in doubt the store may know more than anybody was told
	switch {
	case state == nil:
		state = d.last
	case d.last != nil && state.Last < d.last.Last:
		o.w.fail("I-20", d.id, "somebody is told of row %d, and row %d is committed", state.Last, d.last.Last)
	}
	current := o.w.toldOf(state)
	stale := h != o.w.house && t.class == openU // from before another took over
	// A batch may hold several of a payment's changes, each of which is told.
	now := d.passAt == o.w.now && slices.Contains(d.passed, t.class)
	if t.class != current.class && !stale && !now {
		o.w.fail("I-20", d.id, "somebody is told %v, and %v is committed", t, current)
	}
	why := ""
	switch {
	case t.class == openU:
		if !stale && (d.said == no || d.said == undone || d.said == yes && state.State == payment.Success) {
			why = "U"
		}
	case d.said == 0:
	case d.said == yes && t.class == no, d.said == no && t.class != no, d.said == undone && t.class != undone:
		why = string(t.class)
	case t.class == no && t.code != d.saidCode:
		why = "F " + string(t.code) + " after F " + string(d.saidCode)
	}
	if why != "" {
		o.w.fail("I-06", d.id, "somebody is told %s after %c", why, d.said)
	}
	if t.class != openU {
		d.said, d.saidCode = t.class, t.code
	}
}

// fingerprinted: a name means one request, for ever. Another amount or code under it is refused, and the same one is not.
func (o *oracle) fingerprinted(d *deal, sent *order, t told) {
	p := d.last
	if p == nil || p.State == payment.Tombstone {
		return
	}
	same := sent.price == d.order.price && sent.code == d.order.code
	switch {
	case !same && t.class != differs && t.class != busy && t.class != doubted:
		o.w.fail("I-05", d.id, "another request under the same name is answered with %v", t)
	case same && t.class == differs:
		o.w.fail("I-05", d.id, "the same request is answered with %v", t)
	}
}

// toldCancel: S says that nothing is charged any more.
func (o *oracle) toldCancel(d *deal, t told) {
	switch s := d.last.State; {
	case t.class == yes && s != payment.Cancelled && s != payment.Failed && s != payment.Tombstone:
		o.w.fail("I-07", d.id, "a cancel is confirmed of a payment that is %v", s)
	case t.class == yes && s == payment.Cancelled:
		if d.said == no {
			o.w.fail("I-06", d.id, "a cancel is confirmed of a payment that has failed")
		}
		d.said, d.saidCode = undone, wire.OrderIsCanceled
	case t.code == wire.CancelWindowExceed:
		o.w.cover.happened(windowRefused)
		if p := d.last; p.BookedAt.IsZero() {
			o.w.fail("I-07", d.id, "a cancel is refused as too late before the payment succeeded")
		}
	}
}

// toldRefund: one name has one outcome, for ever, and means one amount.
func (o *oracle) toldRefund(d *deal, r *request, t told) {
	before, seen := d.backs[r.refund]
	if seen && before.class != openU && (t.class != before.class || t.code != before.code) {
		o.w.fail("I-05", d.id, "a refund is told %v after %v", t, before)
	}
	d.backs[r.refund] = t
	switch f := d.last.Refund(r.refund); {
	case f == nil:
		o.w.fail("I-20", d.id, "a refund is told %v, and is not committed", t)
	case f.Asked != r.amount:
		o.w.fail("I-05", d.id, "a refund of %v is answered with %v, and its name is that of one of %v", r.amount, t, f.Asked)
	}
}
