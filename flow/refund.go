// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// refundDays is how long after a payment a refund is taken where the wallet's contract says nothing.
//
// Source: reference/alipay-wire-api.md 2.6.
const refundDays = 365

// Refund is movement 1 of a refund: it reserves the amount out of the merchant's credit and makes the intent durable.
//
// Whatever is refused once the payment is known is a failed refund with its row and the same answer for ever.
type Refund struct {
	ID        ident.ID
	Payment   ident.ID
	Client    ident.Client
	Account   string
	RequestID string
	Reference string
	Amount    money.Amount
	Merchant  merchant.ID // of the payment, as the caller's edge read it; it decides which balance is loaded
	Sealed    payment.Commitment
	Record    []byte
	Tell      payment.Tell
}

// Name is "refund/1".
func (Refund) Name() string { return "refund/1" }

// Lane is the payment's home.
func (r Refund) Lane() ident.Lane { return r.Payment.Lane }

// Queue is the second one.
func (Refund) Queue() Queue { return Second }

// Needs names the payment, the refund, and the merchant's credit.
func (r Refund) Needs() store.Keys {
	k := store.Keys{Payments: []ident.Digest{r.Payment.Digest}, Refunds: []ident.Digest{r.ID.Digest}}
	if !r.Merchant.IsZero() {
		k.Merchants = []merchant.ID{r.Merchant}
		k.Balances = []ledger.Account{{Purpose: ledger.MerchantPayable, Holder: r.Merchant.String(),
			Currency: r.Amount.Currency()}}
	}
	return k
}

// Decide reserves the refund, or says why not.
//
// Errors: NotFound payment_missing; Conflict repeat_differs when the name was used for another payment or amount; nothing is
// written then.
func (r Refund) Decide(v *store.View, now time.Time) (Outcome, store.Changes, error) {
	p := v.Payment(r.Payment.Digest)
	if of, ok := v.PaymentOfRefund(r.ID.Digest); ok {
		return r.repeat(v, of)
	}
	if p == nil || p.Client != r.Client || p.State == payment.Tombstone {
		return Outcome{}, store.Changes{}, missing("flow.Refund", r.Payment)
	}
	if !r.Amount.Positive() {
		return Outcome{}, store.Changes{}, nothing("flow.Refund", "refundAmount.value")
	}
	request := payment.RefundRequest{ID: r.ID, Payment: r.Payment, Client: r.Client, Account: r.Account,
		RequestID: r.RequestID, At: now, Reference: r.Reference, Amount: r.Amount, Sealed: r.Sealed}
	changes := r.changes(v, now, p, &request)
	c := store.Changes{Refunds: []*payment.RefundRequest{&request}, Entries: entries(r.Payment.Digest, changes)}
	if len(r.Record) > 0 {
		c.Sealed = []store.Sealed{{Object: r.ID.Digest, Record: r.Record}}
	}
	next, err := after(p, changes, now)
	return Outcome{Payment: next, Refund: r.ID.Digest, Fresh: true}, c, err
}

// changes are what a new refund does to its payment: refused, or reserved. One so small that nothing goes back in the
// payer's currency is done at once: there is nothing to ask the wallet for.
func (r Refund) changes(v *store.View, now time.Time, p *payment.Payment, request *payment.RefundRequest) []payment.Change {
	if code, why := r.refusal(v, now, p); code != "" {
		refused := request.RefundRefused(code, why)
		refused.Tell = r.Tell
		return []payment.Change{refused}
	}
	reserved := p.RefundReserved(request)
	reserved.Tell = r.Tell
	changes := []payment.Change{reserved}
	if reserved.Amounts.Payer.IsZero() {
		if next, err := after(p, changes, now); err == nil {
			changes = append(changes, next.HearRefund(r.ID.Digest, wallet.Answer{Verdict: wallet.Succeeded,
				Code: wire.Success})...)
		}
	}
	return changes
}

func (r Refund) repeat(v *store.View, of ident.Digest) (Outcome, store.Changes, error) {
	p := v.Payment(of)
	differs := &fault.Error{Op: "flow.Refund", Kind: fault.Conflict, Code: CodeRepeatDiffers, Subject: r.ID.String(),
		Detail: "refundRequestId was used before with another paymentId or refundAmount"}
	if p == nil || of != r.Payment.Digest {
		return Outcome{}, store.Changes{}, differs
	}
	seen := p.Refund(r.ID.Digest)
	if seen == nil || seen.Asked != r.Amount {
		return Outcome{}, store.Changes{}, differs
	}
	return Outcome{Payment: p, Refund: r.ID.Digest}, store.Changes{}, nil
}

// refusal says why a refund may not be made; an empty code when it may.
func (r Refund) refusal(v *store.View, now time.Time, p *payment.Payment) (wire.ResultCode, string) {
	left := p.Price.Sub(p.GivenBack().Price)
	w, known := v.Facts.Wallet(p.Wallet)
	days := w.RefundDays
	if days == 0 {
		days = refundDays
	}
	switch {
	case p.State == payment.Cancelled || p.State == payment.Cancelling || p.State == payment.Refunding:
		return wire.OrderIsCanceled, "the payment is cancelled"
	case p.State != payment.Success:
		return wire.OrderStatusInvalid, "the payment is not successful"
	case r.Amount.Currency() != p.Price.Currency():
		return wire.CurrencyNotSupport, fmt.Sprintf("refundAmount.currency must be %v", p.Price.Currency())
	case r.Amount.Compare(left) > 0:
		return wire.RefundAmountExceed, fmt.Sprintf("refundAmount is above what is left of the payment, %v", left)
	case now.After(p.BookedAt.AddDate(0, 0, days)):
		return wire.RefundWindowExceed, fmt.Sprintf("a refund is taken up to %d days after the payment", days)
	case !known:
		return wire.RefundNotSupported, "the payment's wallet is no longer connected"
	case !w.PartialRefunds && r.Amount.Compare(p.Price) < 0:
		return wire.PartialRefundNotSupported, "the wallet " + w.Brand + " gives back whole payments only"
	}
	return r.funded(v, p)
}

// funded says whether the merchant's credit covers what a refund takes out of it.
//
// Source: decisions B29: unsettled payable, and the credit line of the plan beyond it.
func (r Refund) funded(v *store.View, p *payment.Payment) (wire.ResultCode, string) {
	s := p.SharesOf(r.Amount)
	needed := s.Price.Sub(s.Fee).Minor()
	line := int64(0)
	if m, ok := v.Facts.Merchant(p.Merchant); ok {
		if plan, ok := v.Facts.Plan(m.Plan); ok {
			line = plan.CreditLine
		}
	}
	credit := v.Balance(p.Payable()).Of(ledger.MerchantPayable)
	if credit+line < needed {
		return wire.MerchantBalanceNotEnough, "the merchant's credit does not cover the refund"
	}
	return "", ""
}

// RefundHeard is movement 2 of a refund: what the wallet said becomes durable.
type RefundHeard struct {
	Payment ident.ID
	Refund  ident.Digest
	Answer  wallet.Answer
}

// Name is "refund_heard/1".
func (RefundHeard) Name() string { return "refund_heard/1" }

// Lane is the payment's home.
func (h RefundHeard) Lane() ident.Lane { return h.Payment.Lane }

// Queue is the first one.
func (RefundHeard) Queue() Queue { return First }

// Needs names the payment.
func (h RefundHeard) Needs() store.Keys {
	return store.Keys{Payments: []ident.Digest{h.Payment.Digest}}
}

// Decide hears the answer: what is nothing new changes nothing.
//
// Errors: NotFound payment_missing, refund_missing.
func (h RefundHeard) Decide(v *store.View, now time.Time) (Outcome, store.Changes, error) {
	p := v.Payment(h.Payment.Digest)
	if p == nil {
		return Outcome{}, store.Changes{}, missing("flow.RefundHeard", h.Payment)
	}
	if p.Refund(h.Refund) == nil {
		return Outcome{}, store.Changes{}, &fault.Error{Op: "flow.RefundHeard", Kind: fault.NotFound, Code: CodeRefundMissing,
			Subject: h.Payment.String(), Detail: "there is no such refund"}
	}
	changes := p.HearRefund(h.Refund, h.Answer)
	next, err := after(p, changes, now)
	return Outcome{Payment: next, Refund: h.Refund, Fresh: len(changes) > 0},
		store.Changes{Entries: entries(h.Payment.Digest, changes)}, err
}
