// SPDX-License-Identifier: Apache-2.0

// Package merchant holds merchants, their stores and tills, and the fees they agreed to.
//
// A merchant belongs to one account holder and is found by the reference its holder gave it. What is paid to it is booked to
// accounts under its own id. A store may be unknown until the first order that names it; then it is recorded.
package merchant

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
)

// ID names a merchant: the digest of (holder, reference) in the holder's lane.
type ID = ident.ID

// kind is the kind of a merchant's name.
const kind ident.Kind = "merchant"

// NameOf is the id of the merchant that a holder calls by a reference.
func NameOf(lane ident.Lane, holder ident.Holder, reference string) ID {
	return ident.Name(lane, kind, string(holder), reference)
}

// Status says whether a merchant may be paid.
type Status string

// The statuses.
const (
	Live      Status = "live"
	Suspended Status = "suspended"  // no new payments; refunds and cancels go on
	Ended     Status = "terminated" // for good
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { return s == Live || s == Suspended || s == Ended }

// Merchant is a shop or chain that is paid through the network.
type Merchant struct {
	ID         ID
	Holder     ident.Holder
	Reference  string // the holder's own id of the merchant: referenceMerchantId
	Name       string
	MCC        string         // ISO 18245 merchant category code, four digits
	Region     string         // ISO 3166-1 alpha-2
	Prefecture int            // JIS X 0401, 1 to 47; 0 outside Japan
	Currency   money.Currency // what it prices and is paid in
	Status     Status
	Plan       PlanID
}

// Store is one place of a merchant.
type Store struct {
	Merchant  ID
	Reference string // referenceStoreId
	Name      string
	MCC       string
	Terminals int // tills seen there
}

// PlanID names a fee plan.
type PlanID string

// Plan is what a merchant pays us per payment.
//
// Units: Fixed is minor units of the payment's currency. Invariant: the fee is never above the price.
type Plan struct {
	ID         PlanID
	Percent    money.Ratio // of the price: 198/10000 is 1.98 %
	Fixed      int64
	Rounding   money.Rounding
	FeeBack    bool // a refund gives the fee back in proportion
	From       time.Time
	CreditLine int64 // how far refunds may take the merchant's credit below zero, in minor units; 0 for new merchants
}

// Fee is our fee for a payment of a price, at most the price itself.
//
// Errors: Invalid amount_out_of_range.
func (p Plan) Fee(price money.Amount) (money.Amount, error) {
	fee, err := price.Scale(p.Percent, p.Rounding)
	if err != nil {
		return money.Amount{}, err
	}
	// Compared with what is left of the price, because the sum of two numbers from a contract need not fit.
	fixed := money.New(p.Fixed, price.Currency())
	if fixed.Compare(price.Sub(fee)) >= 0 {
		return price, nil
	}
	return fee.Add(fixed), nil
}
