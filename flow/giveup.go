// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// GiveUp ends the inquiries of an unknown payment: our clock intends the cancel, since nobody could say what happened.
type GiveUp struct {
	Payment ident.ID
}

// Name is "give_up/1".
func (GiveUp) Name() string { return "give_up/1" }

// Lane is the payment's home.
func (g GiveUp) Lane() ident.Lane { return g.Payment.Lane }

// Queue is the first one.
func (GiveUp) Queue() Queue { return First }

// Needs names the payment.
func (g GiveUp) Needs() store.Keys { return store.Keys{Payments: []ident.Digest{g.Payment.Digest}} }

// Decide intends the cancel where the payment is still unknown; else it changes nothing.
//
// Errors: NotFound payment_missing.
func (g GiveUp) Decide(v *store.View, now time.Time) (Outcome, store.Changes, error) {
	p := v.Payment(g.Payment.Digest)
	if p == nil {
		return Outcome{}, store.Changes{}, missing("flow.GiveUp", g.Payment)
	}
	if p.State != payment.Sent && p.State != payment.Unknown {
		return Outcome{Payment: p}, store.Changes{}, nil
	}
	changes := []payment.Change{p.CancelIntended(payment.ByClock)}
	next, err := after(p, changes, now)
	return Outcome{Payment: next, Fresh: true}, store.Changes{Entries: entries(g.Payment.Digest, changes)}, err
}
