// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"strconv"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
)

// AmountMax is the largest amount a message may carry. The sum of nine thousand of them still fits 63 bits.
//
// Units: minor units of the amount's currency.
const AmountMax = 1_000_000_000_000_000

// Amount is money on the wire: a currency of ISO 4217 and a whole number of its smallest unit, both written as strings.
// The value is accepted as a number too.
//
// Units: minor units; one yen is "1".
type Amount struct {
	Currency Text `json:"currency"`
	Value    Text `json:"value"`
}

// AmountOf is how an amount travels; nil for the zero Amount. Invariant: it is not negative.
func AmountOf(amount money.Amount) *Amount {
	if !amount.Currency().Valid() {
		return nil
	}
	invariant.Check(!amount.Negative(), "wire: sending the negative amount %v", amount)
	return &Amount{Currency: Text(amount.Currency().String()), Value: Text(strconv.FormatInt(amount.Minor(), 10))}
}

// Money reads an amount of at least one minor unit and at most AmountMax: digits only, without sign, point, exponent or
// leading zero. The error names the field and the part of it.
//
// Errors: Invalid field_missing, field_malformed.
func (a *Amount) Money(field string) (money.Amount, error) {
	amount, part, problem := a.read()
	if problem == "" && amount.IsZero() {
		part, problem = "value", "must be at least 1"
	}
	if problem == "" {
		return amount, nil
	}
	code := CodeFieldMalformed
	if problem == problemMissing {
		code = CodeFieldMissing
	}
	if part != "" {
		field += "." + part
	}
	return money.Amount{}, &fault.Error{Op: "wire.Money", Kind: fault.Invalid, Code: code, Subject: field,
		Detail: field + " " + problem}
}

const problemMissing = "is required"

// read is the amount, or what is wrong with which part of it. Zero is let through.
func (a *Amount) read() (amount money.Amount, part, problem string) {
	if a == nil || *a == (Amount{}) {
		return money.Amount{}, "", problemMissing
	}
	if a.Currency == "" {
		return money.Amount{}, "currency", problemMissing
	}
	if a.Value == "" {
		return money.Amount{}, "value", problemMissing
	}
	currency, err := money.ParseCurrency(string(a.Currency))
	if err != nil {
		return money.Amount{}, "currency", "must be a currency of ISO 4217 in upper case"
	}
	if !allDigits(string(a.Value)) || (len(a.Value) > 1 && a.Value[0] == '0') {
		return money.Amount{}, "value",
			"must be digits in the currency's smallest unit, without sign, point or leading zero"
	}
	amount, err = money.ParseMinor(string(a.Value), currency)
	if err != nil || amount.Minor() > AmountMax {
		return money.Amount{}, "value", "must be at most " + strconv.Itoa(AmountMax)
	}
	return amount, "", ""
}

// Quote is an exchange rate on the wire. The price is a number in major units, so that one unit of the currency on the
// left of the pair is price units of the one on the right; guaranteed is always present.
//
// Source: reference/alipay-wire-api.md 2.3.
type Quote struct {
	QuoteID           Text   `json:"quoteId,omitempty"`
	QuoteCurrencyPair Text   `json:"quoteCurrencyPair,omitempty"`
	QuotePrice        Number `json:"quotePrice,omitempty"`
	QuoteStartTime    Text   `json:"quoteStartTime,omitempty"`
	QuoteExpiryTime   Text   `json:"quoteExpiryTime,omitempty"`
	Guaranteed        Flag   `json:"guaranteed"`
}
