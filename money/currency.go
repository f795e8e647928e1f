// SPDX-License-Identifier: Apache-2.0

package money

import (
	"slices"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

//go:generate go run ./generate

// Currency is a currency of ISO 4217, held as its numeric code (392 is the yen). The zero Currency is
// invalid, and so are the codes of list one that have no minor unit (metals, SDR, XTS for tests, XXX for
// none): no amount can be counted in them.
//
// Source: ISO 4217:2015, list one, through currencies.csv.
type Currency uint16

// currency is what the table holds of one code.
type currency struct {
	alphabetic string
	name       string
	exponent   int8
}

// ParseCurrency reads an alphabetic code in upper case: "JPY".
//
// Errors: Invalid currency_unknown.
func ParseCurrency(alphabetic string) (Currency, error) {
	place, ok := slices.BinarySearchFunc(byAlphabetic[:], alphabetic, func(c Currency, text string) int {
		return strings.Compare(currencies[c].alphabetic, text)
	})
	if !ok {
		return 0, &fault.Error{Op: "money.ParseCurrency", Kind: fault.Invalid, Code: CodeCurrencyUnknown,
			Detail: "the currency is not a code of ISO 4217"}
	}
	return byAlphabetic[place], nil
}

// Valid reports whether c is in the table.
func (c Currency) Valid() bool { return int(c) < len(currencies) && currencies[c].alphabetic != "" }

// String is the alphabetic code, or "???" for an invalid currency.
func (c Currency) String() string {
	if !c.Valid() {
		return "???"
	}
	return currencies[c].alphabetic
}

// Name is the English name of the currency, or the empty string for an invalid one.
func (c Currency) Name() string {
	if !c.Valid() {
		return ""
	}
	return currencies[c].name
}

// Exponent is the number of decimals between the major and the minor unit: 0 for JPY, 2 for HKD, 3 for KWD.
// It is 0 for an invalid currency.
func (c Currency) Exponent() int {
	if !c.Valid() {
		return 0
	}
	return int(currencies[c].exponent)
}
