// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold writes a name as screening compares it: compatibility forms and widths made one (NFKC), lower case, hiragana
// as katakana, small kana as large, one form for each group of Han variants, marks taken off Latin letters and off no
// others, and everything that is neither letter, digit nor a mark of another script as a single space.
//
// Invariant: Fold of Fold is Fold; the result is valid UTF-8 without a space at either end.
//
// Taking marks off every script would turn ダ into タ and й into и, which are other letters.
func Fold(text string) string {
	text = norm.NFKC.String(strings.ToValidUTF8(text, " "))
	folded := foldOnce(vu.Replace(text))
	// Lower case and variants can bring letters that compose anew: a second pass finds the fixed point.
	for range foldPassesMax {
		again := foldOnce(norm.NFKC.String(folded))
		if again == folded {
			break
		}
		folded = again
	}
	return folded
}

const foldPassesMax = 4

// vu brings the two ways of writing a foreign v to one: ヴァイオリン and バイオリン.
var vu = strings.NewReplacer("ヴァ", "バ", "ヴィ", "ビ", "ヴェ", "ベ", "ヴォ", "ボ", "ヴア", "バ", "ヴイ", "ビ", "ヴエ", "ベ",
	"ヴオ", "ボ", "ヴ", "ブ", "ゔぁ", "バ", "ゔぃ", "ビ", "ゔぇ", "ベ", "ゔぉ", "ボ", "ゔ", "ブ")

func foldOnce(text string) string {
	out := make([]byte, 0, len(text))
	state := folding{out: out}
	for _, letter := range text {
		state.put(letter)
	}
	return strings.TrimRight(string(state.out), " ")
}

// folding is what has been written, and what of it the next letter depends on.
type folding struct {
	out   []byte
	last  rune // as written, 0 at the start
	latin bool // the last letter is Latin: a mark that follows is dropped
}

func (f *folding) put(letter rune) {
	switch {
	case letter < utf8.RuneSelf:
		f.ascii(byte(letter))
	case unicode.Is(unicode.Mn, letter) && f.latin:
	case apostrophe(letter) && f.latin:
	case letter == '々' && unicode.Is(unicode.Han, f.last):
		f.write(f.last)
	case (longMark(letter) || letter == '-') && kana(f.last):
		f.write('ー')
	case unicode.IsLetter(letter) || unicode.IsMark(letter) && f.last != 0 && f.last != ' ' || unicode.IsNumber(letter):
		f.letter(letter)
	default:
		f.space()
	}
}

func (f *folding) ascii(letter byte) {
	switch {
	case letter >= 'a' && letter <= 'z' || letter >= '0' && letter <= '9':
		f.out, f.last, f.latin = append(f.out, letter), rune(letter), true
	case letter >= 'A' && letter <= 'Z':
		f.out, f.last, f.latin = append(f.out, letter+'a'-'A'), rune(letter+'a'-'A'), true
	case letter == '\'' && f.latin:
	case letter == '-' && kana(f.last):
		f.write('ー')
	default:
		f.space()
	}
}

func (f *folding) letter(letter rune) {
	letter = unicode.ToLower(letter)
	if plain, ok := latinLetters[letter]; ok {
		f.out = append(f.out, plain...)
		f.last, f.latin = rune(plain[len(plain)-1]), true
		return
	}
	if unicode.Is(unicode.Latin, letter) {
		bare, _ := utf8.DecodeRuneInString(norm.NFD.String(string(letter)))
		f.write(bare)
		f.latin = true
		return
	}
	if first, ok := variants[letter]; ok {
		letter = first
	}
	f.write(foldKana(letter))
}

func (f *folding) write(letter rune) {
	f.out, f.last, f.latin = utf8.AppendRune(f.out, letter), letter, false
}

func (f *folding) space() {
	if f.last != 0 && f.last != ' ' {
		f.out = append(f.out, ' ')
		f.last = ' '
	}
	f.latin = false
}

// latinLetters are those that carry no mark to take off and are still written otherwise on a keyboard.
var latinLetters = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th",
	'ı': "i", 'ŋ': "n", 'ħ': "h", 'ŧ': "t", 'ĸ': "k", 'ə': "a"}

func apostrophe(letter rune) bool { return strings.ContainsRune("’‘ʼʻ`´", letter) }

// longMark reports whether a letter is what people type for the long mark of kana.
func longMark(letter rune) bool {
	return strings.ContainsRune("ー‐‑‒–—―−－ｰ", letter)
}

func kana(letter rune) bool { return letter >= 'ァ' && letter <= 'ヿ' }

// foldKana is hiragana as katakana and small kana as large: bank files know no small ones.
func foldKana(letter rune) rune {
	if letter >= 'ぁ' && letter <= 'ゖ' || letter == 'ゝ' || letter == 'ゞ' {
		letter += 'ァ' - 'ぁ'
	}
	if large, ok := largeKana[letter]; ok {
		return large
	}
	return letter
}

var largeKana = map[rune]rune{'ァ': 'ア', 'ィ': 'イ', 'ゥ': 'ウ', 'ェ': 'エ', 'ォ': 'オ', 'ッ': 'ツ', 'ャ': 'ヤ', 'ュ': 'ユ',
	'ョ': 'ヨ', 'ヮ': 'ワ', 'ヵ': 'カ', 'ヶ': 'ケ', 'ヂ': 'ジ', 'ヅ': 'ズ', 'ヲ': 'オ'}
