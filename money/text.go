// SPDX-License-Identifier: Apache-2.0

package money

import (
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// MarshalText writes the amount as its currency and minor units: "HKD 5120". The zero Amount is empty.
func (a Amount) MarshalText() ([]byte, error) {
	if !a.currency.Valid() {
		return nil, nil
	}
	return []byte(a.currency.String() + " " + strconv.FormatInt(a.minor, 10)), nil
}

// UnmarshalText reads what MarshalText writes.
//
// Errors: Invalid amount_malformed, currency_unknown.
func (a *Amount) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Amount{}
		return nil
	}
	code, minor, _ := strings.Cut(string(text), " ")
	c, err := ParseCurrency(code)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(minor, 10, 64)
	if err != nil {
		return &fault.Error{Op: "money.UnmarshalText", Kind: fault.Invalid, Code: CodeAmountMalformed,
			Detail: "the amount must be a currency and a whole number of minor units"}
	}
	*a = New(n, c)
	return nil
}

// MarshalText writes the fraction: "16/3125". The zero Ratio is empty.
func (r Ratio) MarshalText() ([]byte, error) {
	if !r.Valid() {
		return nil, nil
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads what MarshalText writes.
//
// Errors: Invalid ratio_malformed.
func (r *Ratio) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = Ratio{}
		return nil
	}
	num, den, _ := strings.Cut(string(text), "/")
	n, err1 := strconv.ParseInt(num, 10, 64)
	d, err2 := strconv.ParseInt(den, 10, 64)
	if err1 != nil || err2 != nil {
		return &fault.Error{Op: "money.UnmarshalText", Kind: fault.Invalid, Code: CodeRatioMalformed,
			Detail: "a ratio must be two whole numbers with a slash between them"}
	}
	read, err := RatioOf(n, d)
	if err != nil {
		return err
	}
	*r = read
	return nil
}

// MarshalText writes the pair and the price: "JPY/HKD 32/625". The zero Rate is empty.
func (r Rate) MarshalText() ([]byte, error) {
	if !r.Valid() {
		return nil, nil
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads what MarshalText writes.
//
// Errors: Invalid ratio_malformed, currency_unknown, ratio_out_of_range.
func (r *Rate) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = Rate{}
		return nil
	}
	pair, price, _ := strings.Cut(string(text), " ")
	base, quote, _ := strings.Cut(pair, "/")
	b, err := ParseCurrency(base)
	if err != nil {
		return err
	}
	q, err := ParseCurrency(quote)
	if err != nil {
		return err
	}
	var p Ratio
	if err := p.UnmarshalText([]byte(price)); err != nil {
		return err
	}
	read, err := NewRate(b, q, p)
	if err != nil {
		return err
	}
	*r = read
	return nil
}
