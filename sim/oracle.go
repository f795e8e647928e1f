// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// oracle is what must be true of each payment, by the documents: which facts a wallet has given the house, what the house
// may have committed because of them, and what it may have told whom.
//
// Source: reference/reliability.md 2.1 and 3; decisions B18 to B25.
type oracle struct {
	w     *world
	deals map[ident.ID]*deal
	order []*deal
	at    [3]int64 // rows of each lane that the oracle has heard of
}

// deal is a payment as the oracle sees it.
type deal struct {
	id      ident.ID
	orders  []*order         // the different requests that were sent under this name
	order   *order           // the one that was accepted; before it is, the first
	last    *payment.Payment // as committed
	passed  []class          // what could be told of it at this very instant, one after another
	passAt  int64
	sentAt  int64
	askedAt int64     // when a call left last
	begun   bool      // a pay has left for the wallet
	begunAt time.Time // … when, by the clock of the house
	facts   facts

	obstructed, doubtful bool // by the network; it was unknown for a while
	ended                bool

	said     class // the last definite class that was told: 0, S, F or C
	saidCode wire.ResultCode
	exists   bool // somebody was told that it exists
	backs    map[ident.Digest]told
}

// facts are what wallets have said with a signature, as far as the house has heard it.
type facts struct {
	charged  []string // names of charges, told with our own amounts
	declined bool
	undone   bool           // S to a cancel
	ended    bool           // a decline to the inquiry after the window
	returned []string       // charges of which a refund of our own was confirmed
	unstray  bool           // a decline to the inquiry about a stray charge
	gaveBack []ident.Digest // refunds that were confirmed
	refusals []ident.Digest // and declined
}

// deal is the oracle's record of a payment, new or known.
func (o *oracle) deal(id ident.ID) *deal {
	d := o.deals[id]
	if d == nil {
		d = &deal{id: id, backs: map[ident.Digest]told{}}
		o.deals[id], o.order = d, append(o.order, d)
	}
	return d
}

// asks remembers a request that is sent under a payment's name.
func (d *deal) asks(o *order) {
	if d.order == nil {
		d.order = o
	}
	if !slices.ContainsFunc(d.orders, func(e *order) bool { return e.price == o.price && e.code == o.code }) {
		d.orders = append(d.orders, o)
	}
}

// accepted finds out which of the requests a payment was made of.
func (o *oracle) accepted(d *deal, p *payment.Payment) {
	if p.State == payment.Tombstone {
		return
	}
	for _, sent := range d.orders {
		if sent.price == p.Price && wallet.Fingerprint(claimSecret, p.ID, sent.code) == p.Fingerprint {
			d.order = sent
			return
		}
	}
	o.w.fail("I-11", d.id, "the payment is of %v and a code that nobody asked for", p.Price)
}

// hit counts a fault that a payment meets where it stands.
func (o *oracle) hit(f mishap, d *deal) { o.w.cover.hit(f, columnOf(d.last)) }

// hitRefunds counts it for each of the payment's refunds too.
func (o *oracle) hitRefunds(f mishap, d *deal) {
	if d.last != nil {
		for i := range d.last.Refunds {
			o.w.cover.hit(f, columnOfRefund(d.last.Refunds[i].State))
		}
	}
}

// metAll counts a fault that everything meets which may still change, and what has ended lately.
func (o *oracle) metAll(f mishap) {
	for _, d := range o.order[max(0, len(o.order)-40):] {
		o.hit(f, d)
		o.hitRefunds(f, d)
	}
	for _, d := range o.order {
		if d.last != nil && d.last.Open() {
			o.hit(f, d)
			o.hitRefunds(f, d)
		}
	}
}

// met counts a fault that the payments of a batch meet, as they were before it.
func (o *oracle) met(f mishap, changed []*payment.Payment) {
	for _, p := range changed {
		d := o.deal(p.ID)
		o.hit(f, d)
		o.hitRefunds(f, d)
	}
}

// obstruct says that something kept a payment from being resolved in time.
func (o *oracle) obstruct(id ident.ID) { o.deal(id).obstructed = true }

func (o *oracle) obstructAll() {
	for _, d := range o.order {
		if !d.ended {
			d.obstructed = true
		}
	}
}

// crashed is told that a house is gone.
func (o *oracle) crashed(*house) { o.obstructAll() }

// committed is told of every batch, before anybody else hears of it.
func (o *oracle) committed(h *house, rows []ledger.Row, changed []*payment.Payment) {
	if len(rows) > 0 {
		o.at[rows[0].Lane] = rows[len(rows)-1].N
	}
	if h.lapsed {
		o.w.cover.happened(map[bool]sometime{true: doubtWritten, false: doubtNotWritten}[o.w.lapse == store.NotAnswered])
	}
	for _, p := range changed {
		if h.lapsed {
			d := o.deal(p.ID)
			o.hit(f07, d)
			o.hitRefunds(f07, d)
		}
		o.change(p)
	}
}
