// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// amountMax is how long the text of an amount may be.
const amountMax = 13

// parseAmount reads an amount in major units: digits, with at most one point among or after them and no more
// decimals than the currency has. It says what is wrong instead.
//
// Source: reference/japan.md 1.4.
func parseAmount(text string, currency money.Currency) (money.Amount, string) {
	if len(text) > amountMax {
		return money.Amount{}, "must have at most " + strconv.Itoa(amountMax) + " characters"
	}
	if strings.IndexByte(text, '.') == len(text)-1 {
		text = strings.TrimSuffix(text, ".")
	}
	amount, err := money.ParseMajor(text, currency)
	switch {
	case fault.CodeOf(err) == money.CodeAmountRange:
		return money.Amount{}, "is more than any payment"
	case err != nil:
		return money.Amount{}, "must be digits with at most one point and " + strconv.Itoa(currency.Exponent()) +
			" decimals, as " + currency.String() + " has"
	case !amount.Positive():
		return money.Amount{}, "must be more than zero"
	}
	return amount, ""
}

// asWritten is the text of a value where it is not how Encode would write it.
func asWritten(text string, canonical []byte) string {
	if text == string(canonical) {
		return ""
	}
	return text
}

// appendAmount writes an amount with all the decimals of its currency: 1980 yen, 23.72 yuan.
func appendAmount(text []byte, amount money.Amount) []byte {
	if amount.Currency().Exponent() == 0 { // the yen, without the detour of a string
		return strconv.AppendInt(text, amount.Minor(), 10)
	}
	return append(text, amount.Major()...)
}

// percentMax is how long the text of a percentage may be.
const percentMax = 5

// basisPointsMax is the largest convenience fee: 99.99 %.
const basisPointsMax = 9999

// parsePercent reads 3, 3.0 or 03.00 as 300 basis points, and says what is wrong instead.
func parsePercent(text string) (basisPoints int, what string) {
	whole, decimals, point := strings.Cut(text, ".")
	if len(text) > percentMax || len(whole) == 0 || len(whole) > 2 || len(decimals) > 2 || (point && decimals == "") ||
		!digits.holds(whole) || !digits.holds(decimals) {
		return 0, "must be a percentage of 00.01 to 99.99, without a sign"
	}
	for i := range 2 {
		basisPoints = basisPoints*10 + digitAt(whole, i+len(whole)-2)
	}
	for i := range 2 {
		basisPoints = basisPoints*10 + digitAt(decimals, i)
	}
	if basisPoints == 0 {
		return 0, "must be more than zero"
	}
	return basisPoints, ""
}

// digitAt is the digit at a place of a text, 0 before its first and behind its last.
func digitAt(text string, place int) int {
	if place < 0 || place >= len(text) {
		return 0
	}
	return int(text[place] - '0')
}

// appendPercent writes a percentage as the specification writes the bounds of one: 03.00.
func appendPercent(text []byte, basisPoints int) []byte {
	if basisPoints < 0 || basisPoints > basisPointsMax {
		return strconv.AppendInt(text, int64(basisPoints), 10) // Encode refuses it
	}
	return append(text, byte('0'+basisPoints/1000), byte('0'+basisPoints/100%10), '.', byte('0'+basisPoints/10%10),
		byte('0'+basisPoints%10))
}

// checkPercent says what is wrong with basis points that are to be written, or nothing.
func checkPercent(basisPoints int) string {
	if basisPoints < 0 || basisPoints > basisPointsMax {
		return "must be a percentage of 00.01 to 99.99, without a sign"
	}
	return ""
}

// putAmount writes an amount as it was read, if it is still the same, else with all decimals.
func (b *builder) putAmount(id ID, c *Code, amount money.Amount, written string) {
	switch {
	case amount == money.Amount{}:
		return
	case amount.Currency() != c.Currency:
		b.refuse(CodeAmountMalformed, id, "must be in the currency of 53")
		return
	}
	if read, what := parseAmount(written, c.Currency); written != "" && what == "" && read == amount {
		b.put(Object{id, written})
		return
	}
	var room [32]byte
	b.put(Object{id, string(appendAmount(room[:0], amount))})
}

// putPercent writes a percentage as it was read, if it is still the same.
func (b *builder) putPercent(c *Code) {
	if c.FeeBasisPoints == 0 {
		return
	}
	if read, _ := parsePercent(c.written.percent); read == c.FeeBasisPoints {
		b.put(Object{idPercent, c.written.percent})
		return
	}
	if what := checkPercent(c.FeeBasisPoints); what != "" {
		b.refuse(CodeAmountMalformed, idPercent, what)
		return
	}
	var room [percentMax]byte
	b.put(Object{idPercent, string(appendPercent(room[:0], c.FeeBasisPoints))})
}
