// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"strings"
)

// term is one word of a name with what it is compared by.
type term struct {
	text    string
	letters []rune
	script  script
	spell   string // how it sounds in Latin letters, as far as spelling tells; empty for Han and other scripts
	spell2  string // the other way in which ツ can be meant, or empty
	bones   string // the consonants of a Latin word that has enough of them
	pinyin  bool   // Chinese in Latin letters
	known   bool   // a common name of Japan
	plain   bool   // an ordinary word that many shops are called by
}

func newTerm(text string) term {
	t := term{text: text, letters: []rune(text), script: other}
	t.script = scriptOf(t.letters[0])
	switch t.script {
	case latin:
		t.spell = spellingKey(text)
		t.pinyin = pinyin(text)
		t.bones = bones(t.spell)
	case katakana:
		t.spell = spellingKey(romanised(t.letters, false))
		if t.spell2 = spellingKey(romanised(t.letters, true)); t.spell2 == t.spell {
			t.spell2 = ""
		}
	}
	t.plain = words.plain[text]
	t.known = words.name[t.spell]
	return t
}

// soundsLike reports whether two terms are spellings of one word.
func (t *term) soundsLike(u *term) bool {
	if t.spell == "" || u.spell == "" {
		return false
	}
	return t.spell == u.spell || t.spell2 != "" && t.spell2 == u.spell || u.spell2 != "" && u.spell2 == t.spell ||
		t.spell2 != "" && t.spell2 == u.spell2
}

// The replacers bring the romanisations of Japanese (Hepburn, Kunrei, and what passports write) and the commonest
// doublets of others to one spelling. Each is one pass from left to right.
var (
	spellingFirst = strings.NewReplacer("shu", "shu", "chu", "chu", "zhu", "zhu", "tch", "ch", "ck", "k", "ph", "f",
		"sy", "sh", "ty", "ch", "zy", "j", "lyu", "lu", "x", "ks", "si", "shi", "ti", "chi", "tu", "tsu",
		"hu", "fu", "zi", "ji", "di", "ji",
		"du", "zu", "iya", "ya", "iyu", "yu", "iyo", "yo")
	spellingSecond = strings.NewReplacer("shy", "sh", "chy", "ch", "jy", "j", "mb", "nb", "mp", "np", "mm", "nm",
		"ou", "o", "ohb", "ob", "ohd", "od", "ohf", "of", "ohg", "og", "ohh", "oh", "ohj", "oj", "ohk", "ok",
		"ohm", "om", "ohn", "on", "ohr", "or", "ohs", "os", "oht", "ot", "ohw", "ow", "ohz", "oz", "ee", "i",
		"fua", "fa", "fui", "fi", "fue", "fe", "fuo", "fo")
)

// spellingKey is the one spelling of a Latin word: satoh, satou and sato are one, and so are si and shi.
func spellingKey(text string) string {
	text = spellingSecond.Replace(spellingFirst.Replace(text))
	if len(text) > 3 {
		text = strings.TrimSuffix(text, "h")
	}
	out := make([]byte, 0, len(text))
	for i := range len(text) {
		if i > 0 && text[i] == text[i-1] && (text[i] < '0' || text[i] > '9') {
			continue
		}
		out = append(out, text[i])
	}
	return string(out)
}

const kanaOrder = "アイウエオカキクケコガギグゲゴサシスセソザジズゼゾタチツテトダデドナニヌネノハヒフヘホバビブベボパピプペポマミムメモヤユヨラリルレロワンヰヱ"

var kanaLatin = strings.Fields(`a i u e o ka ki ku ke ko ga gi gu ge go sa shi su se so za ji zu ze zo ta chi tsu te to
da de do na ni nu ne no ha hi fu he ho ba bi bu be bo pa pi pu pe po ma mi mu me mo ya yu yo ra ri ru re ro wa n i e`)

var kanaTable = readKana()

func readKana() map[rune]string {
	table := map[rune]string{}
	i := 0
	for _, letter := range kanaOrder {
		table[letter] = kanaLatin[i]
		i++
	}
	return table
}

// romanised is kana in Latin letters. Large kana stand for small ones too, so a ツ before k, s, t or p may double the
// consonant (サッポロ) or be one (マツカワ); doubled says which.
func romanised(letters []rune, doubled bool) string {
	var out strings.Builder
	for i, letter := range letters {
		if doubled && letter == 'ツ' && i > 0 && i+1 < len(letters) {
			if next := kanaTable[letters[i+1]]; next != "" && strings.ContainsRune("kstpc", rune(next[0])) {
				continue
			}
		}
		out.WriteString(kanaTable[letter])
	}
	return out.String()
}

// pinyin reports whether a word can be Chinese in pinyin and nothing else. Two different ones are two different names,
// though only a letter apart: Wang and Weng, Xiaoming and Xiaohong.
//
// Source: GB/T 16159, the initials and finals; the grid is taken as full, which admits a few syllables that don't
// exist.
func pinyin(word string) bool {
	return syllable(word) || !morae(word) && (syllables(word, 2) || syllables(word, 3))
}

// syllables reports whether a word can be so many syllables of Chinese.
func syllables(word string, count int) bool {
	if count == 1 || len(word) > count*syllableLettersMax {
		return syllable(word)
	}
	for i := 1; i <= min(syllableLettersMax, len(word)-1); i++ {
		if syllable(word[:i]) && syllables(word[i:], count-1) {
			return true
		}
	}
	return false
}

// morae reports whether a word can be Japanese: consonants end in a vowel, but for n.
func morae(word string) bool {
	for i := 0; i < len(word); {
		length := min(3, len(word)-i)
		for length > 0 && !moraeKnown[word[i:i+length]] {
			length--
		}
		if length == 0 {
			return false
		}
		i += length
	}
	return true
}

var moraeKnown = setOf(kanaLatin)

// bones are the consonants of a word, three and more: what writings of Arabic and Persian names agree on.
func bones(spell string) string {
	var out []byte
	for i := range len(spell) {
		letter := spell[i]
		vowel := strings.IndexByte("aeiou", letter) >= 0 || letter == 'y' && i > 0
		if vowel || len(out) > 0 && out[len(out)-1] == letter {
			continue
		}
		out = append(out, letter)
	}
	if len(out) < 3 {
		return ""
	}
	return string(out)
}

// syllable reports whether a word can be one syllable of Chinese.
func syllable(word string) bool {
	return len(word) <= syllableLettersMax && pinyinSyllables[word]
}

const syllableLettersMax = 6

var pinyinSyllables = pinyinGrid("b p m f d t n l g k h j q x zh ch sh r z c s y w",
	"a o e i u v ai ei ao ou an en ang eng ong er ia ie iao iu ian in iang ing iong ua uo uai ui uan un uang ue ve")

// pinyinGrid is every final by itself and after every initial.
func pinyinGrid(initials, finals string) map[string]bool {
	set := map[string]bool{}
	for final := range strings.FieldsSeq(finals) {
		set[final] = true
		for initial := range strings.FieldsSeq(initials) {
			set[initial+final] = true
		}
	}
	return set
}

func setOf(list []string) map[string]bool {
	set := map[string]bool{}
	for _, word := range list {
		set[word] = true
	}
	return set
}
