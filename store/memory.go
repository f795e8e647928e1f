// SPDX-License-Identifier: Apache-2.0

package store

import (
	"maps"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// recentMax is how many closed payments and claims a lane remembers, so that repeats and refunds soon after need no read.
const recentMax = 32_768

// ring is the order in which things were last closed or claimed.
type ring struct {
	payments []ident.Digest
	claims   []payment.Mark
}

func (v *View) openOrigins() []int64 { return slices.Sorted(maps.Keys(v.open)) }

// put remembers a payment as it now is.
func (v *View) put(p *payment.Payment) {
	_, was := v.open[p.Origin]
	name := order{client: p.Client, account: p.Account, order: p.Order}
	v.payments[p.ID.Digest] = p
	switch is := p.Open(); {
	case is && !was:
		v.open[p.Origin] = p.ID.Digest
	case !is && was:
		delete(v.open, p.Origin)
	}
	pending := p.State == payment.Sent || p.State == payment.Unknown
	switch {
	case pending && p.Order != "":
		v.orders[name] = p.ID.Digest
	case v.orders[name] == p.ID.Digest && p.Order != "":
		delete(v.orders, name)
	}
	if !p.Open() {
		v.recent.payments = append(v.recent.payments, p.ID.Digest)
	}
	for i := range p.Refunds {
		v.refunds[p.Refunds[i].ID] = p.ID.Digest
	}
}

func (v *View) claim(c Claim) {
	v.claims[c.Mark] = c
	v.recent.claims = append(v.recent.claims, c.Mark)
}

// forget drops what was closed or claimed longest ago, down to the bound, some thousands at a time.
func (v *View) forget() {
	if extra := len(v.recent.payments) - recentMax; extra > recentMax/8 {
		for _, id := range v.recent.payments[:extra] {
			p := v.payments[id]
			if p == nil || p.Open() {
				continue
			}
			for i := range p.Refunds {
				delete(v.refunds, p.Refunds[i].ID)
			}
			delete(v.payments, id)
		}
		v.recent.payments = slices.Delete(v.recent.payments, 0, extra)
	}
	if extra := len(v.recent.claims) - recentMax; extra > recentMax/8 {
		for _, mark := range v.recent.claims[:extra] {
			delete(v.claims, mark)
		}
		v.recent.claims = slices.Delete(v.recent.claims, 0, extra)
	}
}

// move books a transfer of row n in the balances.
func (v *View) move(t ledger.Transfer, n int64) {
	d, c := v.mover(t.Debit, n), v.mover(t.Credit, n)
	d.delta.Debits += t.Minor
	c.delta.Credits += t.Minor
	if d.delta.Debits < 0 || c.delta.Credits < 0 {
		invariant.Unreachable("store: an account's balance overflows at row %d", n)
	}
}

func (v *View) mover(a ledger.Number, n int64) *moved {
	m := v.moved[a]
	if m == nil {
		m = &moved{}
		v.moved[a] = m
	}
	if m.since == 0 {
		m.since = n
		v.ripe = append(v.ripe, a)
	}
	m.last = n
	return m
}

// SetNow tells the view the time of the batch. Claims are looked up in its hour and the one before.
func (v *View) SetNow(now time.Time) { v.now = now }

// ClaimHours is for how many hours a claim counts: issuers refuse codes that are older. Source: decisions B23.
const ClaimHours = 24

// HourOf is the hour that a claim made at a time belongs to.
func HourOf(t time.Time) int64 { return t.Unix() / 3600 }

// moveAfter books a transfer of row n in those of its accounts whose balance row does not hold it.
func (v *View) moveAfter(t ledger.Transfer, n int64, held map[ledger.Number]int64) {
	if n > held[t.Debit] {
		v.mover(t.Debit, n).delta.Debits += t.Minor
	}
	if n > held[t.Credit] {
		v.mover(t.Credit, n).delta.Credits += t.Minor
	}
}
