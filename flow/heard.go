// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Question says what a wallet was asked when it gave an answer; a notification answers none.
type Question uint8

// The questions.
const (
	AskedToPay        Question = iota // or notified: the answer is about the charge
	AskedWhatHappened                 // an inquiry while the payment was unknown
	AskedToCancel                     // after the cancel was intended
	AskedAfterWindow                  // an inquiry after the cancel came too late
	AskedToGiveBack                   // a refund of our own, of a payment that could not be cancelled or of a stray charge
	AskedAboutStray                   // an inquiry after a stray charge
)

// Heard is movement 2: what the wallet said becomes durable, and only then is it told to anybody.
type Heard struct {
	Payment  ident.ID
	Question Question
	Answer   wallet.Answer
}

// Name is "heard/1".
func (Heard) Name() string { return "heard/1" }

// Lane is the payment's home.
func (h Heard) Lane() ident.Lane { return h.Payment.Lane }

// Queue is the first one.
func (Heard) Queue() Queue { return First }

// Needs names the payment.
func (h Heard) Needs() store.Keys { return store.Keys{Payments: []ident.Digest{h.Payment.Digest}} }

// Decide hears the answer: what is nothing new changes nothing, in whatever order and number answers come.
//
// Errors: NotFound payment_missing.
func (h Heard) Decide(v *store.View, now time.Time) (Outcome, store.Changes, error) {
	p := v.Payment(h.Payment.Digest)
	if p == nil || p.State == payment.Tombstone {
		return Outcome{}, store.Changes{}, missing("flow.Heard", h.Payment)
	}
	changes := h.changes(p)
	next, err := after(p, changes, now)
	return Outcome{Payment: next, Fresh: len(changes) > 0}, store.Changes{Entries: entries(h.Payment.Digest, changes)}, err
}

func (h Heard) changes(p *payment.Payment) []payment.Change {
	switch h.Question {
	case AskedToCancel:
		if h.Answer.Verdict == wallet.Succeeded && p.State == payment.Cancelling {
			return []payment.Change{p.CancelConfirmed(payment.ByWallet)}
		}
		return nil
	case AskedAfterWindow:
		return p.HearAfterWindow(h.Answer)
	case AskedToGiveBack:
		return p.HearReturn(h.Answer)
	case AskedAboutStray:
		return p.HearOfStray(h.Answer)
	}
	return p.Hear(h.Answer)
}

func missing(op string, id ident.ID) error {
	return &fault.Error{Op: op, Kind: fault.NotFound, Code: CodePaymentMissing, Subject: id.String(),
		Detail: "there is no such payment"}
}
