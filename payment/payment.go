// SPDX-License-Identifier: Apache-2.0

// Package payment says what a payment is, how it and its refunds may change, and what each change does to the books.
//
// A payment is an immutable request and the fold of its journal rows: Apply is the only way its state changes, and state.go
// lists which changes are legal. A refund belongs to its payment and is folded with it, so that what was given back can
// never exceed what was taken. Decisions that need a clock or another object are made in package flow.
//
// Read payment.go, state.go, change.go and fold.go, then hear.go, cancel.go, refund.go and posting.go.
package payment

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Mark is a keyed digest of a payer's code; the code itself is never kept.
type Mark = wallet.Mark

// Request is what never changes of a payment: the row of table payment.
//
// Invariant: Payer − Base is the spread and at least zero. In one currency Payer = Base = Price and Quote is zero.
type Request struct {
	ID        ident.ID
	Client    ident.Client
	Account   string // merchantAccountId; may be empty
	RequestID string // paymentRequestId: with client and account the payment's name
	At        time.Time

	Order    string // referenceOrderId
	Merchant merchant.ID
	Store    string // referenceStoreId
	Terminal string

	Wallet      wallet.ID
	Code        Mark // under the day's key: one code, one success
	Fingerprint Mark // under the payment's own name: is a repeated request the same one?

	Price    money.Amount // what the merchant is owed before fees
	Payer    money.Amount // what the wallet owes us
	Base     money.Amount // the part of Payer at the base rate
	Quote    ident.Digest // the price-list line; zero within one currency
	Customer money.Ratio  // the line's customer rate, Payer's currency per Price's; zero within one currency
	BaseRate money.Ratio  // the line's base rate
	Rounding money.Rounding
	Fee      money.Amount
	FeeBack  bool // refunds give the fee back in proportion

	ExpiresAt time.Time // the wallet must not debit after it
	Sealed    Commitment
}

// Payment is a request and what has become of it.
//
// Invariant: it is the fold of the journal rows whose origin is Origin.
type Payment struct {
	Request
	Origin int64 // n of its first row
	Last   int64 // n of its last row

	State     State
	Result    wire.ResultCode // why it is what it is
	Detail    string          // one sentence for the caller beside Result, where we refused; the wallet's words are not told
	Partner   string          // the wallet's own id of the payment
	PartnerAt time.Time       // when the wallet says it was paid
	BookedAt  time.Time       // when it succeeded in its lane
	ChangedAt time.Time
	Held      bool // the merchant had been credited when the cancel began
	Cause     Cause

	Stray          string   // the wallet's id of a charge that must be given back; empty: none
	Reversed       []string // such charges that were given back
	Contradictions []string // what was said against the record, each once
	Refunds        []Refund
}

// Open reports whether somebody must still be asked about the payment or one of its refunds.
func (p *Payment) Open() bool {
	switch p.State {
	case Sent, Unknown, Cancelling, Refunding:
		return true
	}
	if p.Stray != "" {
		return true
	}
	for i := range p.Refunds {
		if p.Refunds[i].State.Open() {
			return true
		}
	}
	return false
}

// Spread is what the customer rate brings above the base rate, in the payer's currency.
func (r *Request) Spread() money.Amount { return r.Payer.Sub(r.Base) }

// Net is what the merchant is credited: the price less our fee.
func (r *Request) Net() money.Amount { return r.Price.Sub(r.Fee) }

// Converted reports whether the payer's currency is another than the merchant's.
func (r *Request) Converted() bool { return r.Quote != ident.Digest{} }

// Micros is a time as the store keeps it: microseconds since 1970 UTC, and 0 for the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// TimeOf reads what Micros wrote.
func TimeOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
