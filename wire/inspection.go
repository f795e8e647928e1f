// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Codes of the errors about the fields of a message.
const (
	CodeFieldMissing   fault.Code = "field_missing"
	CodeFieldMalformed fault.Code = "field_malformed"
	CodeFieldTooLong   fault.Code = "field_too_long"
	CodeNotSupported   fault.Code = "not_supported"
)

// Presence says whether a field may be left out.
type Presence uint8

// The presences.
const (
	Optional Presence = iota
	Required
)

// Inspection walks a message field by field, in the order of the specification, and keeps the first problem it meets.
// After that it looks no further.
//
// Lengths are counted in characters. The message's Validate makes an Inspection, hands it through the parts of the
// message, and ends with Err.
type Inspection struct {
	op  string
	at  []place
	err *fault.Error
}

// place is one level of the path to the field that is looked at.
type place struct {
	name  string
	index int
}

// Inspect begins an inspection for the operation that is named in its error.
func Inspect(op string) *Inspection { return &Inspection{op: op} }

// Err is the first problem, or nil.
//
// Errors: Invalid field_missing, field_malformed, field_too_long, not_supported; the Subject is the JSON path.
func (in *Inspection) Err() error {
	if in.err == nil {
		return nil
	}
	return in.err
}

// Enter goes into the object of this name; Leave comes back.
func (in *Inspection) Enter(name string) { in.at = append(in.at, place{name: name, index: -1}) }

// EnterItem goes into one item of the array of this name; Leave comes back.
func (in *Inspection) EnterItem(name string, index int) {
	in.at = append(in.at, place{name: name, index: index})
}

// Leave comes back to where the last Enter was called.
func (in *Inspection) Leave() { in.at = in.at[:len(in.at)-1] }

// Missing refuses the message for a field that is not there.
func (in *Inspection) Missing(name string) { in.refuse(CodeFieldMissing, name, problemMissing) }

// MissingEither refuses the message because neither of two fields is there.
func (in *Inspection) MissingEither(name, other string) {
	in.refuse(CodeFieldMissing, name, "or "+other+" is required")
}

// Unsupported refuses the message when it asks for something that changes what happens to money and that we do not do.
func (in *Inspection) Unsupported(name string, asked bool) {
	if asked {
		in.refuse(CodeNotSupported, name, "is not supported")
	}
}

// Text checks a text's length.
func (in *Inspection) Text(name string, value Text, charactersMax int, presence Presence) {
	in.text(name, string(value), charactersMax, presence)
}

// Identifier checks the length of an identifier, and that no control character hides in it.
func (in *Inspection) Identifier(name string, value Text, charactersMax int, presence Presence) {
	if in.text(name, string(value), charactersMax, presence) && strings.ContainsFunc(string(value), control) {
		in.refuse(CodeFieldMalformed, name, "must not contain control characters")
	}
}

// Secret checks an identifier that must not be shown.
func (in *Inspection) Secret(name string, value Secret, charactersMax int, presence Presence) {
	in.Identifier(name, Text(value), charactersMax, presence)
}

// OneOf checks that a value is one of those listed, letter by letter.
func (in *Inspection) OneOf(name string, value Text, presence Presence, listed ...Text) {
	if !in.given(name, string(value), presence) {
		return
	}
	for _, known := range listed {
		if value == known {
			return
		}
	}
	var words strings.Builder
	for i, known := range listed {
		if i > 0 {
			words.WriteString(", ")
		}
		words.WriteString(string(known))
	}
	in.refuse(CodeFieldMalformed, name, "must be one of "+words.String())
}

// Time checks that a value is an ISO 8601 time with an offset.
func (in *Inspection) Time(name string, value Text, presence Presence) {
	if !in.given(name, string(value), presence) {
		return
	}
	if _, err := parseCalendarTime(string(value)); err != nil {
		in.refuse(CodeFieldMalformed, name, "must be an ISO 8601 time with an offset, such as 2025-06-01T12:00:00+09:00")
	}
}

// Date checks that a value is an ISO 8601 date, alone or with a time and an offset.
func (in *Inspection) Date(name string, value Text, presence Presence) {
	if !in.given(name, string(value), presence) {
		return
	}
	text := string(value)
	if len(text) == len("2006-01-02") {
		text += "T00:00:00Z"
	}
	if _, err := parseCalendarTime(text); err != nil {
		in.refuse(CodeFieldMalformed, name, "must be an ISO 8601 date")
	}
}

// Address checks that a value is an http or https address we could call: a host, no user, no fragment.
func (in *Inspection) Address(name string, value Text, charactersMax int, presence Presence) {
	if !in.text(name, string(value), charactersMax, presence) {
		return
	}
	u, err := parseAddress(string(value))
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil ||
		u.Fragment != "" || u.Opaque != "" {
		in.refuse(CodeFieldMalformed, name, "must be an http or https address without user and fragment")
	}
}

// Link checks that a value is an address a person's device may be sent to: any scheme of an app, none that runs a script
// or reads a file.
func (in *Inspection) Link(name string, value Text, charactersMax int, presence Presence) {
	if !in.text(name, string(value), charactersMax, presence) {
		return
	}
	u, err := parseAddress(string(value))
	problem := err != nil || u.User != nil
	if !problem {
		switch u.Scheme {
		case "", "javascript", "vbscript", "data", "file", "blob", "about":
			problem = true
		case "http", "https":
			problem = u.Hostname() == "" || u.Opaque != ""
		}
	}
	if problem {
		in.refuse(CodeFieldMalformed, name, "must be an absolute address")
	}
}

// Region checks a country or region of two capital letters.
func (in *Inspection) Region(name string, value Text, presence Presence) {
	if in.given(name, string(value), presence) && (len(value) != 2 || strings.ContainsFunc(string(value), notUpper)) {
		in.refuse(CodeFieldMalformed, name, "must be two capital letters of ISO 3166")
	}
}

// Category checks a merchant category code of four digits.
func (in *Inspection) Category(name string, value Text, presence Presence) {
	if in.given(name, string(value), presence) && (len(value) != 4 || !allDigits(string(value))) {
		in.refuse(CodeFieldMalformed, name, "must be a merchant category code of four digits")
	}
}

// Currency checks a currency of ISO 4217.
func (in *Inspection) Currency(name string, value Text, presence Presence) {
	if !in.given(name, string(value), presence) {
		return
	}
	if _, err := money.ParseCurrency(string(value)); err != nil {
		in.refuse(CodeFieldMalformed, name, "must be a currency of ISO 4217 in upper case")
	}
}

// Amount checks an amount that is to be moved: at least one minor unit.
func (in *Inspection) Amount(name string, value *Amount, presence Presence) {
	if amount, ok := in.amount(name, value, presence); ok && amount.IsZero() {
		in.refuse(CodeFieldMalformed, name+".value", "must be at least 1")
	}
}

// Figure checks an amount that only informs, such as a discount or the price of one article: zero is allowed.
func (in *Inspection) Figure(name string, value *Amount) { in.amount(name, value, Optional) }

// Range checks that a whole number lies between two bounds, both included.
func (in *Inspection) Range(name string, value Count, bounds Bounds) {
	if value < bounds.Min || value > bounds.Max {
		in.refuse(CodeFieldMalformed, name, "must be between "+strconv.FormatInt(int64(bounds.Min), 10)+" and "+
			strconv.FormatInt(int64(bounds.Max), 10))
	}
}

// Bounds are the least and the largest value of a Count.
type Bounds struct{ Min, Max Count }

// Items checks that an array has at most so many items.
func (in *Inspection) Items(name string, count, itemsMax int) {
	if count > itemsMax {
		in.refuse(CodeFieldTooLong, name, "has more than "+strconv.Itoa(itemsMax)+" items")
	}
}

func (in *Inspection) amount(name string, value *Amount, presence Presence) (money.Amount, bool) {
	amount, part, problem := value.read()
	if problem == "" {
		return amount, true
	}
	if part == "" && presence == Optional {
		return money.Amount{}, false
	}
	if part != "" {
		name += "." + part
	}
	code := CodeFieldMalformed
	if problem == problemMissing {
		code = CodeFieldMissing
	}
	in.refuse(code, name, problem)
	return money.Amount{}, false
}

// text checks presence and length, and reports whether there is anything left to check.
func (in *Inspection) text(name, value string, charactersMax int, presence Presence) bool {
	if !in.given(name, value, presence) {
		return false
	}
	if len(value) > charactersMax && utf8.RuneCountInString(value) > charactersMax {
		in.refuse(CodeFieldTooLong, name, "is longer than "+strconv.Itoa(charactersMax)+" characters")
		return false
	}
	return true
}

func (in *Inspection) given(name, value string, presence Presence) bool {
	if value == "" && presence == Required {
		in.Missing(name)
	}
	return value != "" && in.err == nil
}

func (in *Inspection) refuse(code fault.Code, name, problem string) {
	if in.err != nil {
		return
	}
	path := in.path(name)
	in.err = &fault.Error{Op: in.op, Kind: fault.Invalid, Code: code, Subject: path, Detail: path + " " + problem}
}

func (in *Inspection) path(name string) string {
	var path strings.Builder
	for _, at := range in.at {
		path.WriteString(at.name)
		if at.index >= 0 {
			path.WriteString("[" + strconv.Itoa(at.index) + "]")
		}
		path.WriteByte('.')
	}
	path.WriteString(name)
	return path.String()
}

// parseAddress is url.Parse for text that is all visible ASCII: what else may stand in an address is escaped.
func parseAddress(text string) (*url.URL, error) {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f || text[i] == '\\' {
			return nil, errors.New("wire: an address is visible ASCII")
		}
	}
	return url.Parse(text)
}
