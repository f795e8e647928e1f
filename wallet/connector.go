// SPDX-License-Identifier: Apache-2.0

package wallet

import (
	"context"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Verdict is what an answer says about the money.
type Verdict uint8

// The verdicts. Silence, a timeout, a bad signature and every text that is not an explicit S or F are Unknown.
const (
	Unknown Verdict = iota
	Succeeded
	Declined
)

var verdictNames = [...]string{"unknown", "succeeded", "declined"}

// String is the verdict in lower case.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict %d", uint8(v))
}

// Answer is what a wallet said, after its signature was verified; the zero Answer says nothing.
type Answer struct {
	Verdict   Verdict
	Code      wire.ResultCode // the wallet's reason
	Partner   string          // the wallet's own id of the payment or refund
	PartnerAt time.Time       // when the wallet says it happened
	Price     money.Amount    // what it says the price, or the refunded part of it, was; zero Amount: it did not say
	Payer     money.Amount    // what it says it owes, or gave back; zero Amount: it did not say
	Detail    string          // for operators: why it is Unknown
}

// Declares reports whether the wallet declined with a code. The code beside any other verdict is no reason.
func (a Answer) Declares(code wire.ResultCode) bool { return a.Verdict == Declined && a.Code == code }

// Charge asks a wallet to take money from the holder of a payment code.
type Charge struct {
	Payment   ident.ID
	Code      string // the payer's code: a bearer token, never stored or logged
	Customer  string // the wallet's own customer id, where the code was minted by us; may be empty
	Price     money.Amount
	Payer     money.Amount // what the wallet shall owe us
	Quote     string       // id of the price-list line; empty within one currency
	Pair      string       // "JPY/HKD"
	Rate      string       // decimal
	ExpiresAt time.Time    // after it the wallet must not debit
	Order     string
	About     string // what the payer sees: one line
	Merchant  Shop
}

// Shop is what a wallet shows of the place that is paid.
type Shop struct {
	ID, Name, MCC, Region string
	Store, StoreName      string
}

// Return asks a wallet to give money back.
type Return struct {
	Payment, Refund ident.ID
	Partner         string       // the wallet's id of the payment
	Amount          money.Amount // in the merchant's currency
	Payer           money.Amount // in the wallet's currency
}

// Connector speaks one wallet's dialect. Each call is safe to repeat under the same id.
//
// Errors: none; what cannot be known is an Answer that is Unknown.
// Concurrency: any number of calls at once; each ends by its context's deadline.
type Connector interface {
	// Pay takes the money. Declined is final; after Unknown only Inquire, Cancel or the same Pay may follow.
	Pay(ctx context.Context, c Charge) Answer
	// Inquire says what became of a payment. Declined with ORDER_NOT_EXIST: the wallet has never seen it.
	Inquire(ctx context.Context, payment ident.ID) Answer
	// Cancel undoes a payment whatever its state. Succeeded: nothing is charged and a late Pay will be refused. Declined
	// with CANCEL_WINDOW_EXCEED: too late, refund instead.
	Cancel(ctx context.Context, payment ident.ID) Answer
	// Refund gives money back. It may be repeated under the same refund id until it is Succeeded or Declined.
	Refund(ctx context.Context, r Return) Answer
}
