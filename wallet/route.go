// SPDX-License-Identifier: Apache-2.0

package wallet

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the errors of routing.
const (
	CodePaymentCodeMalformed fault.Code = "payment_code_malformed"
	CodePaymentCodeUnknown   fault.Code = "payment_code_unknown"
)

// Route is one line of the table that says whose a payment code is. The table is data: the operator edits it.
type Route struct {
	ID        string
	Prefix    string // leading digits
	LengthMin int    // digits, inclusive
	LengthMax int
	Marks     string // further digits at fixed places, "14:6" is a 6 as the 14th; comma-separated; may be empty
	Wallet    ID
	Priority  int       // smaller first among lines that match equally well
	From      time.Time // valid from, inclusive
	Until     time.Time // valid until, exclusive; zero: no end
}

// matches reports whether a code of digits is described by the line.
func (r Route) matches(code string) bool {
	if len(code) < r.LengthMin || len(code) > r.LengthMax || !strings.HasPrefix(code, r.Prefix) {
		return false
	}
	for mark := range strings.SplitSeq(r.Marks, ",") {
		if mark == "" {
			continue
		}
		place, digit, ok := parseMark(mark)
		if !ok || place > len(code) || code[place-1] != digit {
			return false
		}
	}
	return true
}

// Check says whether the line can ever match: a line that cannot is a mistake of whoever wrote it.
//
// Errors: Invalid payment_code_malformed, naming the field.
func (r Route) Check() error {
	field, why := "", ""
	switch {
	case r.ID == "":
		field, why = "id", "is missing"
	case r.LengthMin < codeLengthMin || r.LengthMax > codeLengthMax || r.LengthMin > r.LengthMax:
		field, why = "length", "must lie between 16 and 32"
	case strings.Trim(r.Prefix, "0123456789") != "" || len(r.Prefix) > r.LengthMax:
		field, why = "prefix", "must be digits, no more than the code has"
	case r.Wallet == "":
		field, why = "wallet", "is missing"
	case !r.Until.IsZero() && !r.From.Before(r.Until):
		field, why = "until", "must be after from"
	default:
		if why = r.checkMarks(); why == "" {
			return nil
		}
		field = "marks"
	}
	return &fault.Error{Op: "wallet.Route", Kind: fault.Invalid, Code: CodePaymentCodeMalformed, Subject: r.ID,
		Detail: field + " " + why}
}

// checkMarks says why the marks can never fit, or nothing.
func (r Route) checkMarks() string {
	seen := map[int]byte{}
	for i := range len(r.Prefix) {
		seen[i+1] = r.Prefix[i]
	}
	for mark := range strings.SplitSeq(r.Marks, ",") {
		if mark == "" {
			continue
		}
		place, digit, ok := parseMark(mark)
		switch {
		case !ok:
			return "must be place:digit pairs, such as 14:6"
		case place > r.LengthMax:
			return "must lie within the code"
		case seen[place] != 0 && seen[place] != digit:
			return "must not contradict the prefix or one another"
		}
		seen[place] = digit
	}
	return ""
}

// The shortest and longest payment codes of digits. Source: reference/alipay-wire-api.md 3.7.
const (
	codeLengthMin = 16
	codeLengthMax = 32
)

// NormalCode is a payment code as the till sent it without spaces and hyphens, full-width digits made plain, and without
// the line end or tab that a scanner puts after it.
//
// Errors: Invalid payment_code_malformed. The code itself is in no error: it is a bearer token.
// Source: reference/japan.md 2.2.
func NormalCode(text string) (string, error) {
	malformed := &fault.Error{Op: "wallet.NormalCode", Kind: fault.Invalid, Code: CodePaymentCodeMalformed,
		Detail: "paymentMethod.paymentMethodId must be 16 to 32 digits"}
	code := make([]byte, 0, codeLengthMax)
	for _, c := range strings.Trim(text, "\t\r\n ") {
		switch {
		case c >= '０' && c <= '９':
			c += '0' - '０'
		case c == ' ' || c == '\u3000' || c == '-' || c == '\uff0d':
			continue
		}
		if c < '0' || c > '9' || len(code) == codeLengthMax {
			return "", malformed
		}
		code = append(code, byte(c))
	}
	if len(code) < codeLengthMin {
		return "", malformed
	}
	return string(code), nil
}

// Candidates are the wallets that a normal code may belong to, best first: the longest prefix wins, then a line with marks,
// then the narrower range of lengths, then the priority, then the line's id.
//
// Errors: NotFound payment_code_unknown.
func Candidates(table []Route, code string, at time.Time) ([]ID, error) {
	var lines []Route
	for _, r := range table {
		if r.matches(code) && !at.Before(r.From) && (r.Until.IsZero() || at.Before(r.Until)) {
			lines = append(lines, r)
		}
	}
	if len(lines) == 0 {
		return nil, &fault.Error{Op: "wallet.Candidates", Kind: fault.NotFound, Code: CodePaymentCodeUnknown,
			Detail: "the payment code belongs to no wallet of this network"}
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i].before(lines[j]) })
	wallets := make([]ID, 0, len(lines))
	for _, r := range lines {
		if !slices.Contains(wallets, r.Wallet) {
			wallets = append(wallets, r.Wallet)
		}
	}
	return wallets, nil
}

func (r Route) before(s Route) bool {
	switch {
	case len(r.Prefix) != len(s.Prefix):
		return len(r.Prefix) > len(s.Prefix)
	case (r.Marks == "") != (s.Marks == ""):
		return r.Marks != ""
	case r.LengthMax-r.LengthMin != s.LengthMax-s.LengthMin:
		return r.LengthMax-r.LengthMin < s.LengthMax-s.LengthMin
	case r.Priority != s.Priority:
		return r.Priority < s.Priority
	}
	return r.ID < s.ID
}

func parseMark(mark string) (place int, digit byte, ok bool) {
	before, after, found := strings.Cut(mark, ":")
	if !found || len(after) != 1 || after[0] < '0' || after[0] > '9' || len(before) == 0 || len(before) > 2 {
		return 0, 0, false
	}
	for i := range len(before) {
		if before[i] < '0' || before[i] > '9' {
			return 0, 0, false
		}
		place = place*10 + int(before[i]-'0')
	}
	return place, after[0], place >= 1 && place <= codeLengthMax
}
