// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"errors"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Number is a plain decimal number, zero or positive, kept as its digits: no float ever holds it. It is accepted as a
// JSON number or string, with or without an exponent, and written as a JSON number. The empty Number is absent.
type Number string

// UnmarshalJSON accepts a decimal number, written as itself or as a string.
//
// Errors: *json.UnmarshalTypeError for everything else, a sign included.
func (n *Number) UnmarshalJSON(raw []byte) error {
	text, ok := scalar(raw)
	if ok && text == "" {
		*n = ""
		return nil
	}
	plain, plainOK := plainDecimal(text)
	if !ok || !plainOK {
		return mistyped[Number](raw)
	}
	*n = Number(plain)
	return nil
}

// MarshalJSON writes the digits as a JSON number.
//
// Errors: for a text that is not a plain decimal number, so that nothing unreadable leaves the process.
func (n Number) MarshalJSON() ([]byte, error) {
	plain, ok := plainDecimal(string(n))
	if !ok || plain != string(n) {
		return nil, errors.New("wire: not a plain decimal number")
	}
	return []byte(n), nil
}

// Ratio is the number as an exact fraction. The error names the field.
//
// Errors: Invalid field_malformed.
func (n Number) Ratio(field string) (money.Ratio, error) {
	ratio, err := money.ParseRatio(string(n))
	if err != nil {
		return money.Ratio{}, &fault.Error{Op: "wire.Ratio", Kind: fault.Invalid, Code: CodeFieldMalformed,
			Subject: field, Detail: field + " must be a decimal number of at most 18 digits", Err: err}
	}
	return ratio, nil
}

// plainDecimal rewrites an unsigned JSON number without its exponent: 4.5E-3 is 0.0045.
func plainDecimal(text string) (string, bool) {
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		digits := text[i+1:]
		negative := strings.HasPrefix(digits, "-")
		if negative || strings.HasPrefix(digits, "+") {
			digits = digits[1:]
		}
		if !allDigits(digits) || len(digits) > 2 {
			return "", false
		}
		if mantissa, exponent = text[:i], number(digits); negative {
			exponent = -exponent
		}
	}
	whole, fraction, point := strings.Cut(mantissa, ".")
	if !allDigits(whole) || (len(whole) > 1 && whole[0] == '0') || (point && !allDigits(fraction)) {
		return "", false
	}
	if exponent != 0 {
		mantissa = shifted(whole, fraction, exponent)
	}
	return mantissa, len(mantissa) <= numberCharsMax
}

// shifted is whole.fraction with its point moved by exponent places to the right.
func shifted(whole, fraction string, exponent int) string {
	for ; exponent > 0; exponent-- {
		next := "0"
		if fraction != "" {
			next, fraction = fraction[:1], fraction[1:]
		}
		whole += next
	}
	for ; exponent < 0; exponent++ {
		last := "0"
		if whole != "" {
			whole, last = whole[:len(whole)-1], whole[len(whole)-1:]
		}
		fraction = last + fraction
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
