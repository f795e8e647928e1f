// SPDX-License-Identifier: Apache-2.0

// Package japan says what can be checked about a shop in Japan without asking anybody: register and invoice numbers,
// postal codes, telephone numbers, readings in kana, bank accounts and whether their holder is the applicant.
//
// A check that passes is a filter for slips of the pen, never proof: whether a number is somebody's is for the
// register to say. Texts are taken as people type them, in full or half width; what is answered is in one form. Fold
// makes one form of names for searching. The plain values of natural persons are looked at and forgotten: no finding
// repeats them.
//
// Source: reference/japan.md 3.2 and 4. Read check.go first.
package japan

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// textMax bounds what any reader here looks at.
//
// Units: bytes.
const textMax = 1_000

// malformed is the refusal of a text, which is not repeated.
func malformed(op string, code fault.Code, detail string) error {
	return &fault.Error{Op: "japan." + op, Kind: fault.Invalid, Code: code, Detail: detail}
}

// digits is a number as people write it, in either width, without its hyphens, spaces and brackets; ok is false when
// there is anything else in it.
func digits(text string) (number string, ok bool) {
	if len(text) > textMax {
		return "", false
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(text) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !separator(r):
			return "", false
		}
	}
	return b.String(), true
}

// separator reports whether people put the character between the digits of a number, after NFKC.
func separator(r rune) bool {
	switch r {
	case ' ', '-', '(', ')', 'ー', '‐', '‑', '‒', '–', '—', '―', '−':
		return true
	}
	return false
}
