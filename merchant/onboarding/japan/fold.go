// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is a name as it is looked for: NFKC, kana and Latin letters as lower-case Hepburn without long vowels, other
// letters as they are, and no digits, spaces, marks or punctuation. さくら, ｻｸﾗ, Sakura and SAKURA are one; so are とうきょう,
// トーキョー, Tōkyō and Tokyo, and なんば, Namba and Nanba. Kanji stay kanji: nothing here knows how they are read.
//
// Invariant: Fold of a folded name is itself. Spaces count for nothing, so a long vowel can also arise between two
// words.
func Fold(name string) string {
	var space [96]byte
	return string(AppendFold(space[:0], name))
}

// AppendFold appends Fold of a name to folded and returns it: for folding many names into one piece of memory.
func AppendFold(folded []byte, name string) []byte {
	w := folder{text: folded, start: len(folded)}
	if !w.write(name) {
		// Something in it may be written in more than one way, or belong to what stands before it.
		w = folder{text: folded, start: len(folded), normal: true}
		w.write(norm.NFKC.String(strings.ToValidUTF8(name, " "))) // beside broken bytes NFKC leaves much as it is
	}
	// What was dropped no longer keeps its neighbours apart, so two letters may have become one.
	if text := w.text[w.start:]; w.foreign && !norm.NFKC.IsNormal(text) {
		return append(w.text[:w.start], norm.NFKC.Bytes(text)...)
	}
	return w.text
}

// folder writes one folded name behind what was there before.
type folder struct {
	text    []byte
	start   int
	normal  bool // what is read is in NFKC
	double  bool // a ッ waits for its consonant
	foreign bool // a letter was written that is neither a to z nor a common kanji
}

// write reads a name, and reports false at the first character that must be brought into NFKC before it is read.
func (w *folder) write(name string) bool {
	for i := 0; i < len(name); {
		if c := name[i]; c < utf8.RuneSelf {
			w.latin(c)
			i++
			continue
		}
		r, size := simple(name[i:])
		i += size
		switch {
		case r >= 'ァ' && r <= 'ヺ':
			next, nextSize := simple(name[i:])
			if w.pair(r, next) {
				i += nextSize
			} else {
				w.kana(r)
			}
		case r < utf8.RuneSelf:
			w.latin(byte(r))
		case r >= kanjiFirst && r <= kanjiLast:
			w.double = false
			w.text = utf8.AppendRune(w.text, r)
		case !w.normal && !(r >= '\u3000' && r <= '〠' || r == '・' || r == 'ー'):
			return false
		default:
			w.other(r)
		}
	}
	return true
}

// last is the letter before, or 0.
func (w *folder) last() byte {
	if len(w.text) == w.start {
		return 0
	}
	return w.text[len(w.text)-1]
}

// latin writes an ASCII letter and drops all else.
func (w *folder) latin(c byte) {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	if c >= 'a' && c <= 'z' {
		w.letter(c)
	}
}

// letter writes one of a to z, unless it only makes the vowel before it long.
func (w *folder) letter(c byte) {
	w.double = false
	last := w.last()
	switch c {
	case 'a', 'e', 'i':
		if last == c {
			return
		}
	case 'u', 'o':
		if last == c || last == 'o' {
			return
		}
	case 'v':
		c = 'b' // ヴ and バ
	}
	if last == 'm' && (c == 'b' || c == 'm' || c == 'p') {
		w.text[len(w.text)-1] = 'n' // Namba is Nanba
	}
	w.text = append(w.text, c)
}

func (w *folder) letters(text string) {
	if w.double && text != "" && !vowelLetter(text[0]) {
		first := text[0]
		if first == 'c' { // まっちゃ is matcha
			first = 't'
		}
		w.letter(first)
	}
	w.double = false
	for i := range len(text) {
		w.letter(text[i])
	}
}

func vowelLetter(c byte) bool { return c == 'a' || c == 'i' || c == 'u' || c == 'e' || c == 'o' }

// kana writes one katakana.
func (w *folder) kana(r rune) {
	if r == 'ッ' {
		w.double = true
		return
	}
	w.letters(hepburn[r-'ァ'])
}

// pair writes a kana with a small one behind it, and reports whether the two are one syllable.
func (w *folder) pair(r, next rune) bool {
	var vowel byte
	glide := false
	switch next {
	case 'ャ', 'ュ', 'ョ':
		vowel, glide = "auo"[(next-'ャ')/2], true
	case 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ':
		vowel = "aiueo"[(next-'ァ')/2]
	default:
		return false
	}
	full := hepburn[r-'ァ']
	if len(full) < 2 && !(full == "u" && !glide) {
		return false
	}
	stem := full[:len(full)-1]
	switch {
	case full == "u":
		stem = "w" // ウィ
	case glide && stem != "sh" && stem != "ch" && stem != "j":
		stem += "y"
	case !glide && (r == 'ク' || r == 'グ'):
		stem += "w" // クォ
	}
	w.letters(stem)
	w.letter(vowel)
	return true
}

// other writes what is neither ASCII nor kana: letters without their marks.
func (w *folder) other(r rune) {
	if r == 'ー' || !unicode.IsLetter(r) {
		return
	}
	if r < 0x370 || r >= 0x1e00 && r < 0x1f00 { // Latin: ō is o, é is e
		var space [utf8.UTFMax]byte
		if d := norm.NFD.Properties(space[:utf8.EncodeRune(space[:], r)]).Decomposition(); len(d) > 0 {
			r, _ = utf8.DecodeRune(d)
		}
		if r < utf8.RuneSelf {
			w.latin(byte(r))
			return
		}
	}
	w.double, w.foreign = false, true
	w.text = utf8.AppendRune(w.text, unicode.ToLower(r))
}
