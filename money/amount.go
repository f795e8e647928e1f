// SPDX-License-Identifier: Apache-2.0

// Package money holds amounts, currencies, ratios and exchange rates. Integers only.
//
// An Amount is a whole number of minor units (the smallest unit ISO 4217 gives a currency: 1 yen, 1 cent, 1
// fils) beside its currency. Arithmetic on two currencies, or beyond 63 bits, is a programmer's error and
// stops through package invariant; whatever comes from outside enters through the Parse functions, NewRate
// and Convert, which answer an error instead. A Ratio is an exact fraction; multiplying by one goes through
// 128 bits and must name its Rounding. Read amount.go first, then ratio.go, then rate.go.
package money

import (
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Codes of the errors of this package.
const (
	CodeAmountMalformed fault.Code = "amount_malformed"
	CodeAmountRange     fault.Code = "amount_out_of_range"
	CodeCurrencyUnknown fault.Code = "currency_unknown"
	CodeRatioMalformed  fault.Code = "ratio_malformed"
	CodeRatioRange      fault.Code = "ratio_out_of_range"
)

// ParsedMax is the largest amount that the Parse functions accept. Any 9,000 amounts from outside can be
// added without leaving 63 bits, so that no single request can drive Add into its
// invariant.
//
// Units: minor units of any currency.
const ParsedMax int64 = 1_000_000_000_000_000

// Amount is money: a whole number of minor units of one currency. The zero Amount has no currency and can
// only be compared and printed.
//
// Units: minor units as ISO 4217 gives them.
type Amount struct {
	minor    int64
	currency Currency
}

// New is an amount of so many minor units.
//
// Invariant: c is in the ISO 4217 table.
func New(minor int64, c Currency) Amount {
	if !c.Valid() {
		invariant.Unreachable("money: amount in unknown currency %d", uint16(c))
	}
	return Amount{minor: minor, currency: c}
}

// Zero is nothing, in a currency.
//
// Invariant: c is in the ISO 4217 table.
func Zero(c Currency) Amount { return New(0, c) }

// Minor is the number of minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency is the currency of the amount; invalid for the zero Amount.
func (a Amount) Currency() Currency { return a.currency }

// IsZero reports whether the amount is nothing, whatever its currency.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Positive reports whether the amount is more than nothing.
func (a Amount) Positive() bool { return a.minor > 0 }

// Negative reports whether the amount is less than nothing.
func (a Amount) Negative() bool { return a.minor < 0 }

// Add is a + b.
//
// Invariant: one currency, no overflow.
func (a Amount) Add(b Amount) Amount {
	a.same(b)
	sum := a.minor + b.minor
	if (sum > a.minor) != (b.minor > 0) {
		invariant.Unreachable("money: %v + %v overflows", a, b)
	}
	return Amount{minor: sum, currency: a.currency}
}

// Sub is a − b.
//
// Invariant: one currency, no overflow.
func (a Amount) Sub(b Amount) Amount {
	a.same(b)
	difference := a.minor - b.minor
	if (difference < a.minor) != (b.minor > 0) {
		invariant.Unreachable("money: %v - %v overflows", a, b)
	}
	return Amount{minor: difference, currency: a.currency}
}

// Compare is −1, 0 or +1 as a is less than, equal to or more than b.
//
// Invariant: one currency.
func (a Amount) Compare(b Amount) int {
	a.same(b)
	switch {
	case a.minor < b.minor:
		return -1
	case a.minor > b.minor:
		return 1
	}
	return 0
}

// Scale is a × r, rounded once to a whole minor unit.
//
// Invariant: a is not negative, r is set and m is named.
// Errors: Invalid amount_out_of_range when the result does not fit 63 bits.
func (a Amount) Scale(r Ratio, m Rounding) (Amount, error) {
	minor, ok := mulDiv(a.minor, r.num, r.den, m)
	if !ok {
		return Amount{}, &fault.Error{Op: "money.Scale", Kind: fault.Invalid, Code: CodeAmountRange,
			Detail: "the amount is too large"}
	}
	return Amount{minor: minor, currency: a.currency}, nil
}

// Share is a × part ÷ whole, rounded once: what belongs to the first part units when a belongs to whole of
// them. As part grows the share never decreases, and the share of the whole is a itself. So the differences
// of the shares of growing parts add up to a exactly, whichever the rounding: a partial refund is such a
// difference.
//
// Invariant: 0 ≤ part ≤ whole, whole is not zero, a is not negative and m is named.
// Errors: those of Scale; none can occur, since a share is at most a.
func (a Amount) Share(part, whole int64, m Rounding) (Amount, error) {
	if part < 0 || part > whole || whole == 0 {
		invariant.Unreachable("money: a share of %d parts in %d", part, whole)
	}
	return a.Scale(Ratio{num: part, den: whole}, m)
}

// String is the currency and the amount in major units: "JPY 1000", "HKD 51.20".
func (a Amount) String() string { return a.currency.String() + " " + a.Major() }

// Major is the amount in major units without its currency: "1000", "51.20", "-0.05".
func (a Amount) Major() string {
	exponent := a.currency.Exponent()
	digits := strconv.FormatInt(a.minor, 10)
	sign := ""
	if a.minor < 0 {
		sign, digits = "-", digits[1:]
	}
	if exponent == 0 {
		return sign + digits
	}
	for len(digits) <= exponent {
		digits = "0" + digits
	}
	return sign + digits[:len(digits)-exponent] + "." + digits[len(digits)-exponent:]
}

// ParseMinor reads an unsigned whole number of minor units, at most ParsedMax: decimal digits only, no
// sign, point or leading zero.
//
// Errors: Invalid currency_unknown, amount_malformed, amount_out_of_range.
func ParseMinor(text string, c Currency) (Amount, error) {
	if !plainDigits(text) || (len(text) > 1 && text[0] == '0') {
		return Amount{}, &fault.Error{Op: "money.ParseMinor", Kind: fault.Invalid, Code: CodeAmountMalformed,
			Detail: "the amount must be digits in the currency's smallest unit, without sign, point or leading zero"}
	}
	return parseDigits("money.ParseMinor", text, c)
}

// ParseMajor reads an unsigned amount in major units with at most the currency's number of decimals, at most
// ParsedMax: "51.2" is HKD 51.20. Digits stand on both sides of a point; leading zeros are allowed.
//
// Errors: Invalid currency_unknown, amount_malformed, amount_out_of_range.
func ParseMajor(text string, c Currency) (Amount, error) {
	whole, fraction, point := strings.Cut(text, ".")
	if !plainDigits(whole) || (point && !plainDigits(fraction)) || (c.Valid() && len(fraction) > c.Exponent()) {
		return Amount{}, &fault.Error{Op: "money.ParseMajor", Kind: fault.Invalid, Code: CodeAmountMalformed,
			Detail: "the amount must be a plain number with at most " + strconv.Itoa(c.Exponent()) + " decimals"}
	}
	for len(fraction) < c.Exponent() {
		fraction += "0"
	}
	return parseDigits("money.ParseMajor", whole+fraction, c)
}

func parseDigits(op, digits string, c Currency) (Amount, error) {
	if !c.Valid() {
		return Amount{}, &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeCurrencyUnknown,
			Detail: "the currency is not in ISO 4217"}
	}
	minor, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || minor > ParsedMax {
		return Amount{}, &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeAmountRange,
			Detail: "the amount must be at most " + strconv.FormatInt(ParsedMax, 10) + " of the smallest unit"}
	}
	return Amount{minor: minor, currency: c}, nil
}

// same branches by itself because the arguments of a Check are built even when it holds, and sums are
// everywhere.
func (a Amount) same(b Amount) {
	if a.currency != b.currency {
		invariant.Unreachable("money: %v and %v are different currencies", a.currency, b.currency)
	}
}

func plainDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
