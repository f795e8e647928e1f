// SPDX-License-Identifier: Apache-2.0

package onboarding

import "github.com/kakehashi-pay/kakehashi/money"

// Tier says how far a merchant is trusted.
type Tier string

// The tiers. The zero Tier is none.
const (
	NewTier      Tier = "new"
	StandardTier Tier = "standard"
	TrustedTier  Tier = "trusted"
)

// Valid reports whether t is one of the tiers.
func (t Tier) Valid() bool { return t == NewTier || t == StandardTier || t == TrustedTier }

// Limits are what a merchant of a tier may take, and how far refunds may take its credit below zero.
//
// Units: yen. Invariant: PerPayment ≤ PerDay ≤ PerMonth.
type Limits struct {
	PerPayment   money.Amount
	PerDay       money.Amount
	PerMonth     money.Amount
	RefundCredit money.Amount
}

// Default are the limits of a tier unless a contract says otherwise; ok is false for a tier there is not.
//
// Source: the refund credit of a new merchant is 0, decisions B 29; all other figures are this house's policy.
func (t Tier) Default() (limits Limits, ok bool) {
	switch t {
	case NewTier:
		return yen(300_000, 1_000_000, 10_000_000, 0), true
	case StandardTier:
		return yen(1_000_000, 10_000_000, 100_000_000, 500_000), true
	case TrustedTier:
		return yen(5_000_000, 50_000_000, 1_000_000_000, 5_000_000), true
	}
	return Limits{}, false
}

func yen(payment, day, month, credit int64) Limits {
	return Limits{PerPayment: money.New(payment, money.JPY), PerDay: money.New(day, money.JPY),
		PerMonth: money.New(month, money.JPY), RefundCredit: money.New(credit, money.JPY)}
}
