// SPDX-License-Identifier: Apache-2.0

// Package qr reads and writes the codes that a payment begins with: EMVCo merchant-presented and payer-presented
// codes, and it recognises which family of codes a scanned text belongs to.
//
// A Code is what a shop shows (Decode, Code.Encode), a PayerCode what a payer shows (DecodePayer,
// PayerCode.Encode); Recognise looks at any scanned text and asks nobody. Reading is strict: a text that breaks a
// rule is refused with the path of the object ("62.05"), its offset and the rule. What a later version of the
// specification may add is kept and written back as it was. Every text that Decode accepts is written back
// unchanged, save that the checksum's letters become upper case. No error ever holds a value of the code: a
// payer's code is money. Read code.go first, then decode.go, then payer.go and family.go.
package qr

import (
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Codes of the errors of this package.
const (
	CodeMalformed        fault.Code = "qr_malformed"         // objects cannot be told apart
	CodeTooLong          fault.Code = "qr_too_long"          // more than a code may hold
	CodeObjectMissing    fault.Code = "qr_object_missing"    // a mandatory object is not there
	CodeObjectRepeated   fault.Code = "qr_object_repeated"   // an object stands twice in one level
	CodeObjectMisplaced  fault.Code = "qr_object_misplaced"  // an object stands where it may not
	CodeObjectMalformed  fault.Code = "qr_object_malformed"  // a value breaks the rule of its object
	CodeAmountMalformed  fault.Code = "qr_amount_malformed"  // an amount or fee breaks the rule of its text
	CodeCurrencyUnknown  fault.Code = "qr_currency_unknown"  // no currency in which amounts can be counted
	CodeChecksumMismatch fault.Code = "qr_checksum_mismatch" // the text was damaged or changed
	CodeAmountFixed      fault.Code = "qr_amount_fixed"      // the payer typed an amount beside the code's own
	CodeAmountNeeded     fault.Code = "qr_amount_needed"     // neither the code nor the payer names an amount
)

// CharactersMax is how long a merchant-presented code may be, and the Base64 text of a payer-presented one.
//
// Units: characters.
// Source: reference/japan.md 1.1 and 1.9.
const CharactersMax = 512

// Prompt is the value of an object of Additional, Bill to Purpose, that the wallet must ask its payer for.
const Prompt = "***"

// Object is one data object of a merchant-presented code: its identifier and its value as it is written.
type Object struct {
	ID    ID
	Value string
}

// Template is the object's value as the template it is, where it is one.
func (o Object) Template() Template { return Template(o.Value) }

// Initiation says whether a code is made for one payment or for many. The zero Initiation is a code that does not
// say it.
type Initiation uint8

// The points of initiation.
const (
	Unstated Initiation = iota
	Static              // "11": printed once, paid often
	Dynamic             // "12": made for one payment
)

// Tip says what is added to the amount. The zero Tip is nothing.
type Tip uint8

// The indicators of a tip or a convenience fee.
const (
	NoTip      Tip = iota
	AskTip         // "01": the wallet asks the payer for a tip
	FixedFee       // "02": Code.Fee is added
	PercentFee     // "03": Code.FeeBasisPoints are added
)

// Code is a merchant-presented code of EMVCo. The zero Code is of no use: Encode names what it needs.
//
// Invariant: a Code from Decode keeps every rule of the specification, and remembers in which order and with which
// superfluous zeros it was written.
// Source: EMV QRCPS merchant-presented mode 1.1; reference/japan.md 1.1 to 1.7.
type Code struct {
	Initiation Initiation
	Accounts   []Object       // 02 to 51, in order: plain text up to 25, from 26 on a Template
	Category   string         // 52, four digits of ISO 18245
	Currency   money.Currency // 53
	// Amount (54) is zero, without a currency, when the payer is to name it. See Price.
	Amount         money.Amount
	Tip            Tip          // 55
	Fee            money.Amount // 56, with FixedFee only
	FeeBasisPoints int          // 57, with PercentFee only: hundredths of a percent, 1 to 9999
	Country        string       // 58, two capital letters of ISO 3166-1
	Name           string       // 59, at most 25 printable characters of ASCII
	City           string       // 60, at most 15
	Postal         string       // 61, at most 10; may be empty
	Additional     Additional   // 62
	Language       Language     // 64
	Unreserved     []Object     // 80 to 99, in order: each value is a Template

	reserved []Object // 65 to 79: read and written back, never made
	written  writing
}

// writing is how a code was written where it could have been written otherwise. It is empty for the form in which
// Encode writes by itself, so that two codes of one content are equal.
type writing struct {
	order                string // ranks of the root's objects as they came, when they were not in Encode's order
	amount, fee, percent string // texts with superfluous zeros or a point at the end
}

// Additional is the additional data of a code (62). Each text has at most 25 characters and may be empty.
type Additional struct {
	Bill      string   // 01
	Mobile    string   // 02
	Store     string   // 03
	Loyalty   string   // 04
	Reference string   // 05
	Customer  string   // 06
	Terminal  string   // 07
	Purpose   string   // 08
	Request   string   // 09, what the wallet is to tell: each of A (address), M (mobile), E (mail) at most once
	TaxID     string   // 10, at most 20
	Channel   string   // 11, three digits: medium, place, presence
	Systems   []Object // 50 to 99, in order: each value is a Template

	reserved []Object // 12 to 49
	order    string
}

// Language is the merchant's name in another language (64).
type Language struct {
	Preference string // 00, two letters of ISO 639-1; they cannot tell the two scripts of Chinese
	Name       string // 01, at most 25 characters
	City       string // 02, at most 15; may be empty

	reserved []Object // 03 to 99
	order    string
}

// Reusable reports whether the code may be paid more than once: it is static, or does not say.
func (c *Code) Reusable() bool { return c.Initiation != Dynamic }

// Reserved are the objects 65 to 79, whose meaning EMVCo has not told yet, in order.
func (c *Code) Reserved() []Object { return c.reserved }

// Price is what the payer has to pay before a tip or fee: the code's own amount, or the amount that was typed when
// the code has none. The zero Amount means that nothing was typed.
//
// Errors: Invalid qr_amount_fixed when an amount is typed beside the code's own, qr_amount_needed when neither
// is there, qr_amount_malformed when the typed one is not positive or in another currency.
func (c *Code) Price(typed money.Amount) (money.Amount, error) {
	refuse := func(code fault.Code, what string) (money.Amount, error) {
		return money.Amount{}, &fault.Error{Op: "qr.Price", Kind: fault.Invalid, Code: code, Subject: "54",
			Detail: "54 " + what}
	}
	untyped := typed == money.Amount{}
	switch {
	case c.Amount != money.Amount{} && untyped:
		return c.Amount, nil
	case c.Amount != money.Amount{}:
		return refuse(CodeAmountFixed, "is in the code, so the payer must not type an amount")
	case untyped:
		return refuse(CodeAmountNeeded, "is not in the code, so the payer must type an amount")
	case typed.Currency() != c.Currency || !typed.Positive():
		return refuse(CodeAmountMalformed, "must be more than zero, in the currency of 53")
	}
	return typed, nil
}
