// SPDX-License-Identifier: Apache-2.0

package money

import (
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Rate is the price of one major unit of Base in major units of Quote, as an exact ratio: JPY/HKD 0.0512
// means that one yen costs 0.0512 Hong Kong dollars. The zero Rate is invalid.
//
// Units: major per major. Convert brings both currencies' minor units in.
type Rate struct {
	base, quote Currency
	price       Ratio
	minor       Ratio // price in minor units of quote per minor unit of base: a rate that converts nothing is none
}

// NewRate is the rate at which one base costs price quote.
//
// Errors: Invalid currency_unknown, ratio_malformed when the price is not above zero, ratio_out_of_range
// when it has too many digits to convert minor units exactly.
func NewRate(base, quote Currency, price Ratio) (Rate, error) {
	if !base.Valid() || !quote.Valid() {
		return Rate{}, &fault.Error{Op: "money.NewRate", Kind: fault.Invalid, Code: CodeCurrencyUnknown,
			Detail: "a rate needs two currencies of ISO 4217"}
	}
	if !price.Valid() || price.IsZero() {
		return Rate{}, &fault.Error{Op: "money.NewRate", Kind: fault.Invalid, Code: CodeRatioMalformed,
			Detail: "a rate must be above zero"}
	}
	shift := quote.Exponent() - base.Exponent()
	minor, err := price.Mul(Ratio{num: pow10(max(shift, 0)), den: pow10(max(-shift, 0))})
	if err != nil {
		return Rate{}, err
	}
	return Rate{base: base, quote: quote, price: price, minor: minor}, nil
}

// Base is the currency whose unit is priced.
func (r Rate) Base() Currency { return r.base }

// Quote is the currency in which it is priced.
func (r Rate) Quote() Currency { return r.quote }

// Price is quote per base, in major units.
func (r Rate) Price() Ratio { return r.price }

// Valid reports whether r was made by a constructor.
func (r Rate) Valid() bool { return r.price.Valid() }

// Inverse is the same rate seen from its quote currency, exactly: HKD/JPY for JPY/HKD.
//
// Invariant: r is valid.
func (r Rate) Inverse() Rate {
	invariant.Check(r.Valid(), "money: inverse of a rate that was never set")
	return Rate{base: r.quote, quote: r.base, price: Ratio{num: r.price.den, den: r.price.num},
		minor: Ratio{num: r.minor.den, den: r.minor.num}}
}

// Cross is the rate from r's base to s's quote through the currency they share.
//
// Invariant: r and s are valid, r's quote is s's base.
// Errors: Invalid ratio_out_of_range.
func (r Rate) Cross(s Rate) (Rate, error) {
	if r.quote != s.base {
		invariant.Unreachable("money: crossing %v with %v", r, s)
	}
	price, err := r.price.Mul(s.price)
	if err != nil {
		return Rate{}, err
	}
	return NewRate(r.base, s.quote, price)
}

// Marked is the rate with its price times (1 + mark): what a customer is quoted.
//
// Invariant: r and mark are valid.
// Errors: Invalid ratio_out_of_range.
func (r Rate) Marked(mark Ratio) (Rate, error) {
	factor := mark.num + mark.den // beside den in lowest terms, since num is
	if factor < 0 {
		return Rate{}, &fault.Error{Op: "money.Marked", Kind: fault.Invalid, Code: CodeRatioRange,
			Detail: "the mark has too many digits"}
	}
	price, err := r.price.Mul(Ratio{num: factor, den: mark.den})
	if err != nil {
		return Rate{}, err
	}
	return NewRate(r.base, r.quote, price)
}

// Convert is a in the quote currency, rounded once to its minor unit.
//
// Invariant: a is in the base currency and not negative, r is valid and m is named.
// Errors: Invalid amount_out_of_range when the result does not fit 63 bits.
func (r Rate) Convert(a Amount, m Rounding) (Amount, error) {
	if a.currency != r.base {
		invariant.Unreachable("money: converting %v at %v", a, r)
	}
	minor, ok := mulDiv(a.minor, r.minor.num, r.minor.den, m)
	if !ok {
		return Amount{}, &fault.Error{Op: "money.Convert", Kind: fault.Invalid, Code: CodeAmountRange,
			Detail: "the amount is too large"}
	}
	return Amount{minor: minor, currency: r.quote}, nil
}

// String is the pair and the fraction: "JPY/HKD 32/625".
func (r Rate) String() string {
	return r.base.String() + "/" + r.quote.String() + " " + r.price.String()
}
