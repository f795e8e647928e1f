// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Cancel is the caller's wish that a payment shall not be, whatever has become of it. It is served before the pays that
// wait: one it overtakes meets its tombstone.
type Cancel struct {
	ID        ident.ID
	Client    ident.Client // who asks: another's payment is as good as none
	Account   string
	RequestID string // set when the caller named the payment by its own id: then an unknown one leaves a tombstone
}

// Name is "cancel/1".
func (Cancel) Name() string { return "cancel/1" }

// Lane is the payment's home.
func (c Cancel) Lane() ident.Lane { return c.ID.Lane }

// Queue is the first one.
func (Cancel) Queue() Queue { return First }

// Needs names the payment.
func (c Cancel) Needs() store.Keys { return store.Keys{Payments: []ident.Digest{c.ID.Digest}} }

// Decide intends the cancel, or finds it done. The outcome's payment says which; the wallet is asked afterwards.
//
// Errors: NotFound payment_missing (also where a tombstone was just left); Conflict cancel_window_exceeded,
// cancel_after_refund.
func (c Cancel) Decide(v *store.View, now time.Time) (Outcome, store.Changes, error) {
	p := v.Payment(c.ID.Digest)
	switch {
	case p == nil && c.RequestID != "":
		return c.bury(now)
	case p == nil || p.Client != c.Client:
		return Outcome{}, store.Changes{}, missing("flow.Cancel", c.ID)
	case p.State == payment.Success && !now.Before(calendar.CancelWindowEnds(p.BookedAt)):
		return Outcome{}, store.Changes{}, &fault.Error{Op: "flow.Cancel", Kind: fault.Conflict, Code: CodeCancelTooLate,
			Subject: c.ID.String(), Detail: "the cancel window has ended: refund the payment instead"}
	case p.State == payment.Success && !p.Cancellable():
		return Outcome{}, store.Changes{}, &fault.Error{Op: "flow.Cancel", Kind: fault.Conflict, Code: CodeCancelAfterRefund,
			Subject: c.ID.String(), Detail: "the payment was refunded, at least in part: refund the rest instead"}
	case !p.Cancellable():
		return Outcome{Payment: p}, store.Changes{}, nil
	}
	changes := []payment.Change{p.CancelIntended(payment.ByCaller)}
	next, err := after(p, changes, now)
	return Outcome{Payment: next, Fresh: true}, store.Changes{Entries: entries(c.ID.Digest, changes)}, err
}

// bury leaves a tombstone under a name that was never seen. The caller hears that there is no such payment; asked again it
// hears that it is cancelled.
func (c Cancel) bury(now time.Time) (Outcome, store.Changes, error) {
	r := payment.Request{ID: c.ID, Client: c.Client, Account: c.Account, RequestID: c.RequestID, At: now,
		Merchant: ident.ID{Lane: c.ID.Lane}, Price: money.Amount{}}
	changes := []payment.Change{r.Buried()}
	return Outcome{Fresh: true}, store.Changes{Payments: []*payment.Request{&r}, Entries: entries(c.ID.Digest, changes)}, nil
}
