// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodePhone is the code of a text that is no Japanese telephone number.
const CodePhone fault.Code = "phone_malformed"

// PhoneKind says what sort of number it is.
type PhoneKind string

// The kinds.
const (
	Landline PhoneKind = "landline"
	Mobile   PhoneKind = "mobile"    // 060, 070, 080, 090
	Internet PhoneKind = "internet"  // 050
	FreeCall PhoneKind = "free_call" // 0120, 0800: paid by the called
	NaviDial PhoneKind = "navi_dial" // 0570: one number for the country
)

const phoneRule = "phone must be a Japanese number of 10 digits, or of 11 that begins with 050, 060, 070, 080 or 090"

// Phone is a telephone number in Japan. The zero Phone is none.
type Phone struct {
	Number string // 10 or 11 digits, the first 0
	Kind   PhoneKind
}

// ParsePhone reads a telephone number in either width, with or without +81, hyphens, spaces and brackets.
//
// Errors: Invalid phone_malformed. Whether anybody answers is not known. Source: reference/japan.md 4.4.
func ParsePhone(text string) (Phone, error) {
	if len(text) > textMax {
		return Phone{}, malformed("ParsePhone", CodePhone, phoneRule)
	}
	text = strings.TrimSpace(norm.NFKC.String(text))
	abroad, international := strings.CutPrefix(text, "+81")
	if international {
		text = strings.ReplaceAll(abroad, "(0)", "")
	}
	number, ok := digits(text)
	if international && !strings.HasPrefix(number, "0") {
		number = "0" + number
	}
	kind := phoneKind(number)
	if !ok || kind == "" {
		return Phone{}, malformed("ParsePhone", CodePhone, phoneRule)
	}
	return Phone{Number: number, Kind: kind}, nil
}

// phoneKind is empty for digits that are no number.
func phoneKind(number string) PhoneKind {
	if len(number) < 10 || len(number) > 11 || number[0] != '0' || number[1] == '0' {
		return ""
	}
	long := len(number) == 11
	switch number[:3] {
	case "080":
		if long && number[3] == '0' {
			return FreeCall
		}
		fallthrough
	case "060", "070", "090":
		if long && number[3] != '0' {
			return Mobile
		}
		return ""
	case "050":
		if long {
			return Internet
		}
		return ""
	}
	if long || number[:3] == "020" { // machines
		return ""
	}
	switch number[:4] {
	case "0120":
		return FreeCall
	case "0570":
		return NaviDial
	}
	return Landline
}

// E164 is the number as it is dialled from abroad: +81312345678; ok is false for numbers that only Japan can dial.
func (p Phone) E164() (number string, ok bool) {
	if len(p.Number) < 10 || p.Kind == FreeCall || p.Kind == NaviDial {
		return "", false
	}
	return "+81" + p.Number[1:], true
}
