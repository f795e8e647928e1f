// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

// Codes of the errors of this package.
const (
	CodeQuery  fault.Code = "merchant_query_malformed"
	CodeFilter fault.Code = "merchant_filter_malformed"
	CodePlace  fault.Code = "merchant_place_malformed"
)

// What a query may be at most.
const (
	queryMax = 200 // characters
	wordsMax = 8
)

// word is one word of a query, in the forms in which it may be found.
type word struct {
	plain    []byte   // in a tail: it is part of a reference
	runs     [][]byte // of digits: a tail lacks none of them, or does not hold the word
	numbers  [][]byte // in a tail, together with the segments
	segments []letters
	whole    letters // its letters without its digits
	foreign  bool    // the plain word is not all ASCII, as few tails are
	same     bool    // the first form of its letters is the plain word
}

// letters are found in a folded name in any of their forms.
type letters struct {
	forms [][]byte
	core  []byte // is part of every form: where it is not, no form is
	head  int    // how many of the forms a name that begins with the letters may begin with
}

// wordsOf are the words of a query; none of an empty one.
//
// Errors: Invalid merchant_query_malformed.
func wordsOf(query string) ([]word, error) {
	switch {
	case !utf8.ValidString(query):
		return nil, badQuery("must be text in UTF-8")
	case utf8.RuneCountInString(query) > queryMax:
		return nil, badQuery("must be at most 200 characters")
	}
	parts := strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, query))
	if len(parts) > wordsMax {
		return nil, badQuery("must be at most 8 words")
	}
	words := make([]word, 0, len(parts))
	for _, part := range parts {
		if w := wordOf(part); len(w.plain) > 0 {
			words = append(words, w)
		}
	}
	return words, nil
}

func badQuery(why string) error {
	return &fault.Error{Op: "directory.Search", Kind: fault.Invalid, Code: CodeQuery, Subject: "query",
		Detail: "query: " + why}
}

// looseMin is how many letters of a word with digits are enough to be looked for apart from the digits: m-3 has too few.
const looseMin = 3

// wordOf is a word in its forms.
func wordOf(part string) word {
	w := word{plain: appendPlain(nil, part), whole: lettersOf(part)}
	w.foreign = bytes.ContainsFunc(w.plain, func(r rune) bool { return r >= utf8.RuneSelf })
	w.same = len(w.whole.forms) > 0 && bytes.Equal(w.plain, w.whole.forms[0])
	w.runs = bytes.FieldsFunc(w.plain, func(r rune) bool { return r < '0' || r > '9' })
	if len(w.runs) == 0 {
		return w
	}
	numbers(w.plain, func(run []byte) { w.numbers = append(w.numbers, run) }, func(rest []byte) {
		if l := lettersOf(string(rest)); len(l.forms) > 0 {
			w.segments = append(w.segments, l)
		}
	})
	return w
}

// lettersOf are letters in their forms. A name is folded whole, so what stands before and behind them in it may have
// changed their ends: きょうとうどん is kyotodon, and しんばし begins like shim.
func lettersOf(part string) (l letters) {
	folded := []byte(japan.Fold(part))
	if len(folded) == 0 {
		return l
	}
	l.forms, l.core = [][]byte{folded}, folded
	if last := len(folded) - 1; folded[last] == 'm' {
		l.forms = append(l.forms, append(bytes.Clone(folded[:last]), 'n'))
		l.core = folded[:last]
	}
	l.head = len(l.forms)
	if folded[0] != 'u' {
		return l
	}
	for _, form := range l.forms[:l.head] {
		// A single o would find nearly everyone.
		if long := japan.Fold("o" + string(form)); len(long) > 1 {
			l.forms = append(l.forms, []byte(long))
			for !bytes.Contains([]byte(long), l.core) {
				l.core = l.core[1:]
			}
		}
	}
	return l
}

// in reports whether a text holds the word: as part of its reference; as numbers and letters of its name; or, where the
// letters are many enough, as letters of its name and digits of either.
func (w *word) in(t text) bool {
	switch {
	case len(w.runs) > 0:
	case w.same: // in both at once: most merchants are looked at only for this
		return bytes.Contains(t.all, w.plain) || len(w.whole.forms) > 1 && w.whole.in(t.folded())
	case w.foreign && !t.foreign:
		return w.whole.in(t.folded())
	default:
		return w.whole.in(t.folded()) || bytes.Contains(t.tail(), w.plain)
	}
	tail := t.tail()
	for _, run := range w.runs {
		if !bytes.Contains(tail, run) {
			return false
		}
	}
	return bytes.Contains(tail, w.plain) || w.apart(t) ||
		len(w.whole.forms) > 0 && len(w.whole.forms[0]) >= looseMin && w.whole.in(t.folded())
}

// apart reports whether a text holds each number and each segment of the word.
func (w *word) apart(t text) bool {
	for _, number := range w.numbers {
		if !bytes.Contains(t.tail(), number) {
			return false
		}
	}
	for i := range w.segments {
		if !w.segments[i].in(t.folded()) {
			return false
		}
	}
	return true
}

// in reports whether a folded name holds the letters.
func (l *letters) in(name []byte) bool {
	if len(l.forms) > 1 && !bytes.Contains(name, l.core) {
		return false
	}
	for _, form := range l.forms {
		if bytes.Contains(name, form) {
			return true
		}
	}
	return false
}

// begins reports whether a name begins with the word.
func (w *word) begins(t text) bool {
	for _, form := range w.whole.forms[:w.whole.head] {
		if bytes.HasPrefix(t.all[:t.name], form) {
			return true
		}
	}
	return false
}
