// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Pay is movement 1 of a payment by a payer's code: it makes the intent durable. Only after it may the wallet be asked.
//
// Whatever is refused from the look-up of the name on is a FAILED payment with its row and the same answer for ever.
type Pay struct {
	ID          ident.ID
	Client      ident.Client
	Holder      ident.Holder
	Account     string
	RequestID   string
	Order       string
	Reference   string // the holder's own id of the merchant
	Store       string
	Terminal    string
	Price       money.Amount
	Fingerprint payment.Mark
	ExpiresAt   time.Time
	QuoteID     ident.Digest // a line the caller was quoted; zero: the line of the moment
	Expected    money.Amount // what the caller was told the payer pays at that line; zero Amount: it does not say

	Wallet     wallet.ID       // whose code it is; empty: nobody's
	WalletLane ident.Lane      // where its codes are claimed
	Marks      wallet.Marks    // of the code
	Claim      ClaimState      // what became of the claim, where it lives in another lane
	Refusal    wire.ResultCode // decided before: the breaker is open, the code cannot be read
	Why        string          // its sentence
	Sealed     payment.Commitment
	Record     []byte // the caller's free text, sealed
	Tell       payment.Tell
}

// ClaimState says what became of the claim of a code that lives in another lane.
type ClaimState uint8

// The states of a claim.
const (
	ClaimHere   ClaimState = iota // the claim lives in the payment's own lane, and is made with it
	ClaimMade                     // by this payment
	ClaimTaken                    // another payment has it
	ClaimNobody                   // no wallet knows the code
)

// Name is "pay/1".
func (Pay) Name() string { return "pay/1" }

// Lane is the home of the payment.
func (p Pay) Lane() ident.Lane { return p.ID.Lane }

// Queue is the second one.
func (Pay) Queue() Queue { return Second }

// Needs names the payment, the code's marks and the merchant.
func (p Pay) Needs() store.Keys {
	k := store.Keys{Payments: []ident.Digest{p.ID.Digest}, Merchants: []merchant.ID{p.merchant()}}
	if p.Claim == ClaimHere && p.Wallet != "" {
		k.Marks = p.Marks[:]
	}
	return k
}

func (p Pay) merchant() merchant.ID { return merchant.NameOf(p.ID.Lane, p.Holder, p.Reference) }

// Decide makes the intent, or says why not.
//
// Errors: Conflict repeat_differs when the name was used with another amount or code; nothing is written then.
func (p Pay) Decide(v *store.View, now time.Time) (Outcome, store.Changes, error) {
	if seen := v.Payment(p.ID.Digest); seen != nil {
		return p.repeat(seen)
	}
	if !p.Price.Positive() {
		return Outcome{}, store.Changes{}, nothing("flow.Pay", "paymentAmount.value")
	}
	r := payment.Request{ID: p.ID, Client: p.Client, Account: p.Account, RequestID: p.RequestID, At: now, Order: p.Order,
		Merchant: p.merchant(), Store: p.Store, Terminal: p.Terminal, Wallet: p.Wallet, Code: p.Marks[0],
		Fingerprint: p.Fingerprint, Price: p.Price, Payer: money.Zero(p.Price.Currency()),
		Base: money.Zero(p.Price.Currency()), Fee: money.Zero(p.Price.Currency()), ExpiresAt: p.ExpiresAt, Sealed: p.Sealed}
	refusal, why := p.price(v, now, &r)
	if refusal == "" {
		refusal, why = p.spend(v)
	}
	change := r.SentBy()
	if refusal != "" {
		change = r.RefusedFor(refusal, why)
	}
	change.Tell = p.Tell
	c := store.Changes{Payments: []*payment.Request{&r}, Entries: entries(r.ID.Digest, []payment.Change{change})}
	if len(p.Record) > 0 {
		c.Sealed = []store.Sealed{{Object: r.ID.Digest, Record: p.Record}}
	}
	if refusal == "" && p.Claim == ClaimHere {
		c.Claims = []store.Claim{{Lane: p.ID.Lane, Hour: store.HourOf(now), Mark: p.Marks[0], Payment: p.ID}}
	}
	next, err := after(&payment.Payment{Request: r}, []payment.Change{change}, now)
	return Outcome{Payment: next, Fresh: true}, c, err
}

// repeat answers from the present: the same request finds the same payment, another one under its name is refused.
func (p Pay) repeat(seen *payment.Payment) (Outcome, store.Changes, error) {
	if seen.State != payment.Tombstone && (seen.Price != p.Price || seen.Fingerprint != p.Fingerprint) {
		return Outcome{}, store.Changes{}, &fault.Error{Op: "flow.Pay", Kind: fault.Conflict, Code: CodeRepeatDiffers,
			Subject: p.ID.String(), Detail: "paymentRequestId was used before with another paymentAmount or paymentMethodId"}
	}
	return Outcome{Payment: seen}, store.Changes{}, nil
}

// price fills in what the payment costs whom, or says why it may not be made.
func (p Pay) price(v *store.View, now time.Time, r *payment.Request) (wire.ResultCode, string) {
	m, known := v.Facts.Merchant(r.Merchant)
	w, routed := v.Facts.Wallet(p.Wallet)
	switch {
	case p.Refusal != "":
		return p.Refusal, p.Why
	case !known:
		return wire.MerchantNotRegistered, "order.merchant.referenceMerchantId " + p.Reference + " is not registered"
	case m.Status != merchant.Live:
		return wire.InvalidMerchantStatus, "the merchant is " + string(m.Status)
	case m.Currency != p.Price.Currency():
		return wire.CurrencyNotSupport, fmt.Sprintf("paymentAmount.currency must be %v for this merchant", m.Currency)
	case !p.ExpiresAt.IsZero() && !now.Before(p.ExpiresAt):
		return wire.OrderIsClosed, "paymentExpiryTime has passed"
	case !routed:
		return wire.InvalidPaymentCode, "the payment code belongs to no wallet of this network"
	case w.Status != wallet.Live:
		return wire.UnavailablePaymentMethod, "the wallet " + w.Brand + " takes no payments at present"
	}
	if open, ok := v.OpenOrder(p.Client, p.Account, p.Order); ok {
		return wire.ProcessFail, "order.referenceOrderId has a payment under way: " +
			ident.ID{Lane: p.ID.Lane, Digest: open}.String()
	}
	plan, ok := v.Facts.Plan(m.Plan)
	if !ok {
		return wire.InvalidContract, "the merchant has no fee plan"
	}
	fee, err := plan.Fee(p.Price)
	if err != nil {
		return wire.PaymentAmountExceedLimit, fault.DetailOf(err)
	}
	r.Fee, r.FeeBack = fee, plan.FeeBack
	return p.convert(v, now, w, r)
}

// convert fills in the payer's amount from the price list.
func (p Pay) convert(v *store.View, now time.Time, w wallet.Wallet, r *payment.Request) (wire.ResultCode, string) {
	c := fx.Same(p.Price)
	switch {
	case w.Currency == p.Price.Currency() && p.QuoteID != ident.Digest{}:
		return wire.ParamIllegal, "paymentQuote.quoteId names no quote for this payment"
	case w.Currency != p.Price.Currency():
		q, code, why := p.quote(v, now, w)
		if code != "" {
			return code, why
		}
		converted, err := q.Convert(p.Price)
		if err != nil {
			return wire.PaymentAmountExceedLimit, fault.DetailOf(err)
		}
		if sold := v.Sold(p.Client, w.ID, p.Price.Currency(), now) + converted.Payer.Minor(); w.MinuteMax > 0 && q.Guaranteed &&
			sold > w.MinuteMax {
			return wire.PaymentAmountExceedLimit, fmt.Sprintf("at most %v are sold a minute at the rate of %v to %v",
				money.New(w.MinuteMax, w.Currency), p.Price.Currency(), w.Currency)
		}
		c = converted
		r.Quote, r.Customer, r.BaseRate, r.Rounding = q.ID.Digest, q.Customer.Price(), q.Base.Price(), q.Rounding
		if r.ExpiresAt.IsZero() || r.ExpiresAt.After(q.To) {
			r.ExpiresAt = q.To // the wallet must not debit at a rate that has ended
		}
	}
	r.Payer, r.Base = c.Payer, c.Base
	if p.Expected.Currency().Valid() && p.Expected != c.Payer {
		return wire.ParamIllegal, fmt.Sprintf("processingAmount must be %v at this paymentQuote", c.Payer)
	}
	if w.PayMax > 0 && c.Payer.Minor() > w.PayMax {
		return wire.PaymentAmountExceedLimit, fmt.Sprintf("the wallet %s takes at most %v in one payment", w.Brand,
			money.New(w.PayMax, w.Currency))
	}
	return "", ""
}

// quote is the line of the price list that the payment names, or the line of the moment.
func (p Pay) quote(v *store.View, now time.Time, w wallet.Wallet) (fx.Quote, wire.ResultCode, string) {
	if p.QuoteID != (ident.Digest{}) {
		q, ok := v.Facts.QuoteNamed(p.QuoteID)
		switch {
		case !ok || q.Wallet != string(w.ID) || q.Base.Base() != p.Price.Currency():
			return q, wire.ParamIllegal, "paymentQuote.quoteId names no quote for this payment"
		case !q.ValidAt(now):
			return q, wire.ParamIllegal, "paymentQuote.quoteId has expired: ask inquireExchangeRate again"
		}
		return q, "", ""
	}
	q, ok := v.Facts.Quote(w.ID, p.Price.Currency(), now)
	if !ok {
		return q, wire.CurrencyNotSupport, fmt.Sprintf("there is no current exchange rate from %v to %v",
			p.Price.Currency(), w.Currency)
	}
	return q, "", ""
}

// spend says why the payer's code cannot be spent.
func (p Pay) spend(v *store.View) (wire.ResultCode, string) {
	const spent = "the payment code was used before: ask for a new one"
	switch p.Claim {
	case ClaimTaken:
		return wire.ExpiredCode, spent
	case ClaimMade:
		return "", ""
	}
	invariant.Check(p.Claim == ClaimHere && p.WalletLane == p.ID.Lane, "flow: the claim of %v lives in lane %d", p.ID,
		p.WalletLane)
	for _, mark := range p.Marks {
		if c, ok := v.Claim(mark); ok && c.Payment != p.ID {
			return wire.ExpiredCode, spent
		}
	}
	return "", ""
}
