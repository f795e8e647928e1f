// SPDX-License-Identifier: Apache-2.0

package japan

import "unicode/utf8"

// The kanji that NFKC leaves alone.
const (
	kanjiFirst = '\u4e00'
	kanjiLast  = '\u9fff'
)

// halfKana are the katakana of ｦ to ﾝ.
var halfKana = [...]rune{'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク',
	'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ',
	'ミ', 'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン'}

// simple is the first character of a text as NFKC has it and its length, for those that names in Japan are made of:
// kana as katakana, half-width kana with its voicing mark, full-width ASCII. Any other character is answered as it is.
func simple(text string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(text)
	switch {
	case r >= 'ぁ' && r <= 'ゖ':
		return r + kanaShift, size
	case r >= '！' && r <= '～':
		return r - '！' + '!', size
	case r >= 'ｦ' && r <= 'ﾝ':
		r = halfKana[r-'ｦ']
		mark, more := utf8.DecodeRuneInString(text[size:])
		if voiced := voice(r, mark); voiced != 0 {
			return voiced, size + more
		}
	}
	return r, size
}

// voice is a katakana with a half-width voicing mark, or 0 when the two make none.
func voice(r, mark rune) rune {
	switch {
	case mark == 'ﾞ' && r == 'ウ':
		return 'ヴ'
	case mark == 'ﾞ' && r == 'ワ':
		return 'ヷ'
	case mark == 'ﾞ' && r == 'ヲ':
		return 'ヺ'
	case mark == 'ﾞ' && (r >= 'カ' && r <= 'ト' && r != 'ッ' || r >= 'ハ' && r <= 'ホ'):
		return r + 1
	case mark == 'ﾟ' && r >= 'ハ' && r <= 'ホ':
		return r + 2
	}
	return 0
}
