// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Desk is the tellers of all lanes that this process holds, with the facts they decide on.
//
// Concurrency: Submit by any number of callers; everything else by the owner.
type Desk struct {
	facts   *store.Catalogue
	tellers [ident.LanesMax]*Teller
	lanes   []ident.Lane
}

// Opening says how a desk is opened.
type Opening struct {
	Lanes  int    // how many lanes it takes, from lane 0 on
	Holder string // the process: its address and pid
	Hooks  Hooks
	Now    time.Time
}

// OpenDesk takes the lanes of a store.
//
// Errors: Unavailable store_unreachable; Internal where the store is damaged.
func OpenDesk(ctx context.Context, db *store.DB, o Opening) (*Desk, error) {
	d := &Desk{facts: store.NewCatalogue(db.Reader())}
	if err := d.facts.Refresh(ctx, o.Now); err != nil {
		return nil, fault.Wrap("flow.Desk", err)
	}
	for l := range ident.Lane(max(o.Lanes, 1)) {
		t, err := newTeller(ctx, db, l, d.facts, o)
		if err != nil {
			d.Close()
			return nil, err
		}
		d.tellers[l], d.lanes = t, append(d.lanes, l)
	}
	return d, nil
}

// Facts is the catalogue.
func (d *Desk) Facts() *store.Catalogue { return d.facts }

// Tellers are the tellers, in the order of their lanes.
func (d *Desk) Tellers() []*Teller {
	all := make([]*Teller, len(d.lanes))
	for i, l := range d.lanes {
		all[i] = d.tellers[l]
	}
	return all
}

// Home is the lane that a new account holder gets: the same for the same name, spread evenly over the lanes.
func (d *Desk) Home(holder ident.Holder) ident.Lane {
	digest := ident.DigestOf("holder", string(holder))
	return d.lanes[(int(digest[0])<<8|int(digest[1]))%len(d.lanes)]
}

// Submit makes sure of the facts a movement needs and queues it with its lane's teller; reply is called once.
//
// Errors: Unavailable overloaded, lane_closed, store_busy: the movement was not taken and reply is not called.
func (d *Desk) Submit(ctx context.Context, m Movement, now time.Time, reply Reply) error {
	if err := d.facts.Keep(ctx, now, m.Needs()); err != nil {
		return err
	}
	t := d.tellers[m.Lane()]
	if t == nil {
		return &fault.Error{Op: "flow.Submit", Kind: fault.Unavailable, Code: CodeLaneClosed,
			Detail: "this process does not hold the lane"}
	}
	return t.Submit(m, now, reply)
}

// Close closes every teller.
func (d *Desk) Close() {
	for _, l := range d.lanes {
		d.tellers[l].Close()
	}
}
