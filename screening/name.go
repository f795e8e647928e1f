// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A reading says by which rules a text is taken apart: a person's name has no legal form, and a company's no particle.
type reading uint8

const (
	asCompany reading = iota
	asPerson
)

// name is a text taken apart into the terms that are compared.
//
// Invariant: a name that has a letter has a term, or it is generic and has a key.
type name struct {
	terms  []term   // what tells it from others, in order
	common []int    // meanings of common words, sorted
	spoken []string // the common words as written
	left   []string // legal forms and particles, which don't count
	key    string   // of a generic name: all its words in order of the alphabet, the only way in which it's compared
}

// generic reports whether nothing in the name tells it from others: "International Trading", "CORP".
func (n *name) generic() bool { return len(n.terms) == 0 }

// namesWordsMax bounds how much of one name is compared; no real one is longer.
const namesWordsMax = 40

// read takes a text apart.
func read(text string, how reading) name {
	var n name
	list := split(Fold(text))
	if len(list) > namesWordsMax {
		list = list[:namesWordsMax]
	}
	for i := 0; i < len(list); {
		if how == asCompany && i > 0 && branch(list[i]) {
			n.left = append(n.left, list[i])
			i++
			continue
		}
		if how == asPerson {
			n.person(list[i])
			i++
			continue
		}
		i += n.company(list[i:])
	}
	if n.generic() {
		slices.Sort(list)
		n.key = strings.Join(list, " ")
	}
	slices.Sort(n.common)
	return n
}

func (n *name) person(word string) {
	if words.particle[word] {
		n.left = append(n.left, word)
		return
	}
	n.terms = append(n.terms, newTerm(word))
}

// sequenceMax is the number of words in the longest legal form or common expression.
const sequenceMax = 5

// company takes what the words begin with, and answers how many words that was.
func (n *name) company(list []string) int {
	for length := min(sequenceMax, len(list)); length > 0; length-- {
		text := strings.Join(list[:length], " ")
		if words.legal[text] {
			n.left = append(n.left, text)
			return length
		}
		if meaning := words.meaning(text); meaning != 0 {
			n.common, n.spoken = append(n.common, meaning), append(n.spoken, text)
			return length
		}
	}
	if unspaced(list[0]) {
		n.segment([]rune(list[0]))
	} else {
		n.terms = append(n.terms, newTerm(list[0]))
	}
	return 1
}

// segment finds legal forms and common words inside writing that has no spaces, the longest first at each place. In
// kana they count at the ends alone: ランド ends ブランド without being a word there.
func (n *name) segment(letters []rune) {
	start := 0
	flush := func(end int) {
		if end > start {
			n.terms = append(n.terms, newTerm(string(letters[start:end])))
		}
	}
	for i := 0; i < len(letters); {
		length := n.known(letters, i)
		if length == 0 || kana(letters[i]) && !kanaEnd(start, i, length, len(letters)) {
			i++
			continue
		}
		flush(i)
		n.take(string(letters[i : i+length]))
		i += length
		if i < len(letters) && strings.ContainsRune(placeEnds, letters[i]) {
			i++ // 深圳市, 大阪府
		}
		start = i
	}
	flush(len(letters))
}

// branch reports whether a word after the first says which shop or branch of a company is meant: 函館支店, 渋谷店.
func branch(word string) bool {
	for _, end := range branchEnds {
		if len(word) > len(end) && strings.HasSuffix(word, end) {
			return words.common[word] == 0
		}
	}
	return false
}

var branchEnds = []string{Fold("店"), Fold("営業所"), Fold("出張所")}

// placeEnds are what may follow the name of a place and belongs to it.
var placeEnds = Fold("市省県府都区")

// kanaEnd reports whether a word at i of a run of kana stands at an end, leaving at least two letters of a name.
func kanaEnd(start, i, length, size int) bool {
	if length < 3 {
		return false
	}
	return i == start && size-length >= 2 && i == 0 || i+length == size && i-start >= 2 || length == size
}

// known is the length of the longest word of the lexicon at a place, 0 where there is none.
func (n *name) known(letters []rune, at int) int {
	for length := min(words.longest, len(letters)-at); length >= 2; length-- {
		text := string(letters[at : at+length])
		if words.legal[text] || words.common[text] != 0 {
			return length
		}
	}
	return 0
}

func (n *name) take(text string) {
	if words.legal[text] {
		n.left = append(n.left, text)
		return
	}
	n.common, n.spoken = append(n.common, words.common[text]), append(n.spoken, text)
}

// script says by which rules a term is compared.
type script uint8

const (
	other script = iota
	latin
	han
	katakana
)

func scriptOf(letter rune) script {
	switch {
	case letter < utf8.RuneSelf || unicode.Is(unicode.Latin, letter):
		return latin
	case kana(letter):
		return katakana
	case unicode.Is(unicode.Han, letter):
		return han
	}
	return other
}

func unspaced(word string) bool {
	letter, _ := utf8.DecodeRuneInString(word)
	s := scriptOf(letter)
	return s == han || s == katakana
}

// split cuts a folded text at spaces and where one script meets another, but for a single kana between two Han
// characters (井ノ上), which belongs to them.
func split(folded string) []string {
	var list []string
	for word := range strings.FieldsSeq(folded) {
		letters := []rune(word)
		start := 0
		for i := 1; i < len(letters); i++ {
			before, here := scriptOf(letters[i-1]), scriptOf(letters[i])
			if before == here || unicode.IsMark(letters[i]) || between(letters, i) || between(letters, i-1) {
				continue
			}
			list = append(list, string(letters[start:i]))
			start = i
		}
		list = append(list, string(letters[start:]))
	}
	return list
}

func between(letters []rune, i int) bool {
	return i > 0 && i+1 < len(letters) && scriptOf(letters[i]) == katakana &&
		scriptOf(letters[i-1]) == han && scriptOf(letters[i+1]) == han
}
