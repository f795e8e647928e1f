// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// bounds says which values an object may have.
type bounds struct {
	tag      Tag
	min, max int // bytes
	allowed  class
}

// elementRules are the objects of a payer-presented code whose values have a rule.
//
// Source: reference/japan.md 1.9. Binary values are of any text.
var elementRules = [...]bounds{
	{TagAID, 5, 16, anyText},
	{TagLabel, 1, 16, printable},
	{TagTrack2, 1, 19, anyText},
	{TagPAN, 1, 10, anyText},
	{TagCardholder, 2, 26, printable},
	{TagLanguages, 2, 8, letters},
	{TagIssuerURL, 1, CharactersMax, printable},
	{TagApplicationVersion, 2, 2, anyText},
	{TagIssuerData, 1, 32, anyText},
	{TagTokenRequestor, 6, 6, anyText},
	{TagAccountReference, 29, 29, printable},
	{TagLastDigits, 2, 2, anyText},
	{TagCryptogram, 8, 8, anyText},
	{TagTransactionCounter, 2, 2, anyText},
	{TagUnpredictable, 4, 4, anyText},
}

// checkElement says what is wrong with the value of an object, or nothing.
func checkElement(tag Tag, value string, by Indicator) string {
	for _, rule := range elementRules {
		if rule.tag != tag {
			continue
		}
		if len(value) < rule.min || len(value) > rule.max {
			if rule.min == rule.max {
				return "must have " + strconv.Itoa(rule.min) + " bytes"
			}
			return "must have " + strconv.Itoa(rule.min) + " to " + strconv.Itoa(rule.max) + " bytes"
		}
		if !rule.allowed.holds(value) {
			return "must be " + classNames[rule.allowed]
		}
	}
	switch {
	case tag == TagLanguages && len(value)%2 != 0:
		return "must be pairs of letters"
	case tag == TagTrack2 && by == EMV: // JPQR puts the digits of a payer's code there, as text
		_, what := splitTrack2(value)
		return what
	case tag == TagPAN && by == EMV:
		_, what := unpackDigits(value)
		return what
	}
	return ""
}

// Track2 is what a card's second track says, without its frame. It hides itself wherever it is printed.
type Track2 struct {
	PAN           string // up to 19 digits
	Expiry        string // year and month, four digits
	Service       string // three digits
	Discretionary string // the issuer's own digits; may be empty
}

// Format hides the track.
func (t Track2) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "[track 2]") }

// The parts of a track.
const (
	panMax     = 19
	expiryLen  = 4
	serviceLen = 3
)

// ParseTrack2 reads the value of TagTrack2 of an EMV code: two digits in a byte, D between the number and the rest,
// F behind an odd number of them.
//
// Errors: Invalid qr_object_malformed.
func ParseTrack2(value string) (Track2, error) {
	track, what := splitTrack2(value)
	if what != "" {
		return Track2{}, refuseByte("qr.ParseTrack2", CodeObjectMalformed, TagTrack2.String(), 0, what)
	}
	return track, nil
}

const whatTrack2 = "must be a card number, D, four digits of expiry, three of service, and any others, closed by F " +
	"when they are odd"

func splitTrack2(value string) (Track2, string) {
	pan, rest, separated := strings.Cut(unpackNibbles(value), "D")
	rest = strings.TrimSuffix(rest, "F")
	if !separated || pan == "" || len(pan) > panMax || len(rest) < expiryLen+serviceLen || !digits.holds(pan) ||
		!digits.holds(rest) {
		return Track2{}, whatTrack2
	}
	return Track2{PAN: pan, Expiry: rest[:expiryLen], Service: rest[expiryLen : expiryLen+serviceLen],
		Discretionary: rest[expiryLen+serviceLen:]}, ""
}

// Value is the track as the value of TagTrack2.
//
// Errors: Invalid qr_object_malformed when a part is not made of as many digits as it must be.
func (t Track2) Value() (string, error) {
	value := packNibbles(t.PAN + "D" + t.Expiry + t.Service + t.Discretionary)
	if back, what := splitTrack2(value); what != "" || back != t || len(value) > 19 {
		return "", refuseByte("qr.Track2", CodeObjectMalformed, TagTrack2.String(), 0, whatTrack2)
	}
	return value, nil
}

// UnpackPAN reads the value of TagPAN: two digits in a byte, F behind an odd number of them.
//
// Errors: Invalid qr_object_malformed.
func UnpackPAN(value string) (string, error) {
	number, what := unpackDigits(value)
	if what != "" {
		return "", refuseByte("qr.UnpackPAN", CodeObjectMalformed, TagPAN.String(), 0, what)
	}
	return number, nil
}

// PackPAN is a card number as the value of TagPAN.
//
// Errors: Invalid qr_object_malformed when it is not 1 to 19 digits.
func PackPAN(number string) (string, error) {
	if number == "" || len(number) > panMax || !digits.holds(number) {
		return "", refuseByte("qr.PackPAN", CodeObjectMalformed, TagPAN.String(), 0, whatPAN)
	}
	return packNibbles(number), nil
}

const whatPAN = "must be 1 to 19 digits, closed by F when they are odd"

func unpackDigits(value string) (string, string) {
	number := strings.TrimSuffix(unpackNibbles(value), "F")
	if number == "" || len(number) > panMax || !digits.holds(number) {
		return "", whatPAN
	}
	return number, ""
}

// unpackNibbles writes each half of each byte as a hexadecimal digit, in upper case.
func unpackNibbles(value string) string {
	const digits = "0123456789ABCDEF"
	text := make([]byte, 0, 2*len(value))
	for i := range len(value) {
		text = append(text, digits[value[i]>>4], digits[value[i]&0xF])
	}
	return string(text)
}

// packNibbles is the reverse of unpackNibbles for digits and D, with F behind an odd number of them. What is no digit
// becomes an F, which no reader takes.
func packNibbles(text string) string {
	if len(text)%2 == 1 {
		text += "F"
	}
	value := make([]byte, 0, len(text)/2)
	for i := 0; i < len(text); i += 2 {
		value = append(value, nibble(text[i])<<4|nibble(text[i+1]))
	}
	return string(value)
}

func nibble(digit byte) byte {
	switch {
	case digit >= '0' && digit <= '9':
		return digit - '0'
	case digit == 'D':
		return 0xD
	}
	return 0xF
}
