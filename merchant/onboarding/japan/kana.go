// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeKana is the code of a text that cannot be written in the characters of a bank transfer.
const CodeKana fault.Code = "kana_unwritable"

// kanaShift is the distance from a hiragana to its katakana.
const kanaShift = 'ア' - 'あ'

// FullKana is a text in NFKC with its hiragana as katakana: readings as a form shows them. Whatever is no kana stays.
func FullKana(text string) string {
	return strings.Map(katakana, norm.NFKC.String(text))
}

func katakana(r rune) rune {
	if r >= 'ぁ' && r <= 'ゖ' || r == 'ゝ' || r == 'ゞ' {
		return r + kanaShift
	}
	return r
}

// Kana reports whether a text is a reading: katakana or hiragana in either width, with digits, Latin letters, spaces
// and the marks that names have, and at least one kana.
func Kana(text string) bool {
	if len(text) > textMax || !utf8.ValidString(text) {
		return false
	}
	found := false
	for _, r := range FullKana(text) {
		switch {
		case r >= 'ァ' && r <= 'ヺ' || r == 'ー':
			found = true
		case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
		case strings.ContainsRune(" ・-.&'()", r):
		default:
			return false
		}
	}
	return found
}

// BankKana writes a name in the characters of a bank transfer: half-width katakana with a voicing mark of its own,
// capital letters, digits, space and ( ) - . as party names may hold them. Small kana become full ones and long
// vowels a hyphen.
//
// Errors: Invalid kana_unwritable for whatever is left (kanji, ヲ, other marks), and where there is nothing but marks.
// Invariant: one byte per character in JIS X 0201. Source: reference/japan.md 3.2.
func BankKana(text string) (string, error) {
	refusal := malformed("BankKana", CodeKana, "name must be kana, Latin letters, digits, spaces and ( ) - . only")
	if len(text) > textMax || !utf8.ValidString(text) {
		return "", refusal
	}
	var b strings.Builder
	var before rune
	named := false
	for _, r := range width.Narrow.String(norm.NFD.String(FullKana(text))) {
		r = plain(r)
		if !writable(r, before) {
			return "", refusal
		}
		b.WriteRune(r)
		before = r
		named = named || !strings.ContainsRune(" ()-.", r)
	}
	if !named {
		return "", refusal
	}
	return strings.TrimSpace(b.String()), nil
}

// small are the half-width small kana, and large what is written for them; ヵ, ヶ and ヮ have no half width.
const (
	small = "ｧｨｩｪｫｬｭｮｯヵヶヮ"
	large = "ｱｲｳｴｵﾔﾕﾖﾂｶｹﾜ"
)

// plain is the character that a transfer has for a half-width one.
func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return r - 'a' + 'A'
	case r == 'ｰ' || r != ' ' && r != '(' && r != ')' && separator(r):
		return '-'
	case r == '\u3099':
		return 'ﾞ'
	case r == '\u309a':
		return 'ﾟ'
	}
	if at := strings.IndexRune(small, r); at >= 0 {
		return []rune(large)[utf8.RuneCountInString(small[:at])]
	}
	return r
}

// writable reports whether a character may follow another in a party's name.
func writable(r, before rune) bool {
	switch {
	case r == 'ﾞ':
		return before >= 'ｶ' && before <= 'ﾄ' || before >= 'ﾊ' && before <= 'ﾎ' || before == 'ｳ'
	case r == 'ﾟ':
		return before >= 'ﾊ' && before <= 'ﾎ'
	case r >= 'ｱ' && r <= 'ﾝ', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	}
	return r == ' ' || r == '(' || r == ')' || r == '-' || r == '.'
}
