// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// lexicon is the words of word.go, folded and ready.
type lexicon struct {
	legal    map[string]bool // words or sequences of them
	common   map[string]int  // word or sequence to meaning
	slip     map[string]int  // a long common word with a letter dropped to its meaning
	plain    map[string]bool
	particle map[string]bool
	name     map[string]bool // by spelling
	longest  int             // runes of the longest word in unspaced writing
}

var words = readLexicon()

func readLexicon() lexicon {
	l := lexicon{legal: map[string]bool{}, common: map[string]int{}, particle: map[string]bool{},
		plain: map[string]bool{}, slip: map[string]int{}, name: map[string]bool{}}
	for text := range entriesOf(legalForms) {
		l.legal[text] = true
		l.longest = max(l.longest, utf8.RuneCountInString(text))
	}
	meaning := 0
	for line := range strings.FieldsFuncSeq(commonWords, func(r rune) bool { return r == '|' || r == '\n' }) {
		meaning++
		for text := range entriesOf(line) {
			if l.common[text] == 0 && !l.legal[text] {
				l.common[text] = meaning
				l.addSlips(text, meaning)
			}
		}
	}
	for text := range entriesOf(plainWords) {
		l.plain[text] = true
	}
	for text := range entriesOf(particles) {
		l.particle[text] = true
	}
	for text := range strings.FieldsSeq(knownNames) {
		l.name[spellingKey(text)] = true
	}
	return l
}

// meaning is what a common word means, 0 for any other; a Latin word may have an s at its end.
func (l *lexicon) meaning(text string) int {
	if found := l.common[text]; found != 0 || len(text) < 4 || text[0] >= utf8.RuneSelf {
		return found
	}
	if found := l.common[strings.TrimSuffix(text, "s")]; found != 0 || len(text) < slipLettersMin {
		return found
	}
	if found := l.slip[text]; found != 0 {
		return found
	}
	for i := range len(text) {
		rest := text[:i] + text[i+1:]
		if found := max(l.common[rest], l.slip[rest]); found != 0 {
			return found
		}
	}
	return 0
}

func (l *lexicon) addSlips(text string, meaning int) {
	if len(text) < slipLettersMin || text[0] >= utf8.RuneSelf {
		return
	}
	for i := range len(text) {
		l.slip[text[:i]+text[i+1:]] = meaning
	}
}

// slipLettersMin is how long a common word must be to be known with a slip in it: else a misspelt "precison" would
// count as a name.
const slipLettersMin = 8

// entriesOf are the folded texts between semicolons and line ends.
func entriesOf(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ';' || r == '\n' }) {
			if folded := Fold(text); folded != "" && !yield(folded) {
				return
			}
		}
	}
}
