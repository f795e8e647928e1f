// SPDX-License-Identifier: Apache-2.0

package japan_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

func TestWaysToWriteANameFoldToOne(t *testing.T) {
	t.Parallel()
	for want, texts := range map[string][]string{
		"sakura":      {"さくら", "サクラ", "ｻｸﾗ", "Sakura", "SAKURA", "ｓａｋｕｒａ", "さ く ら", "sa-ku-ra", "さくら１２３"},
		"tokyo":       {"とうきょう", "トーキョー", "ﾄｳｷｮｳ", "Tōkyō", "Tokyo", "TOUKYOU", "Tookyoo"},
		"osaka":       {"おおさか", "オオサカ", "Osaka", "Ōsaka"},
		"nanba":       {"なんば", "Namba", "Nanba", "ナンバ"},
		"shinbashi":   {"しんばし", "Shimbashi", "シンバシ"},
		"matcha":      {"まっちゃ", "マッチャ", "Matcha"},
		"nippori":     {"にっぽり", "Nippori"},
		"kohi":        {"コーヒー", "ｺｰﾋｰ", "kōhī"},
		"jinja":       {"じんじゃ", "ジンジャ"},
		"fuji":        {"ふじ", "フヂ"},
		"party":       {"PARTY"},
		"patifairu":   {"パーティーファイル"},
		"chekku":      {"チェック"},
		"biorin":      {"ヴィオリン", "ビオリン"},
		"wisuki":      {"ウィスキー"},
		"jeto":        {"ジェト"},
		"dyuo":        {"デュオ"},
		"gakko":       {"がっこう", "Gakkō"},
		"honya":       {"ほんや", "ほん'や"},
		"山田商店":        {"山田商店", "山田 商店", "山田・商店", "山田商店 2"},
		"sanpuru書店":   {"サンプル書店", "さんぷる 書店", "ｻﾝﾌﾟﾙ書店"},
		"cafe":        {"Café", "Cafe\u0301", "CAFÉ"},
		"":            {"", " ", "123", "!?", "ー", "ッ", "\u3099"},
		"ga":          {"が", "か\u3099", "ｶﾞ"},
		"한국":          {"한국", "한 국"},
		"sanpurubank": {"サンプル　BANK"},
	} {
		for _, text := range texts {
			if got := japan.Fold(text); got != want {
				t.Errorf("%q: %q, want %q", text, got, want)
			}
		}
	}
}

func TestEveryKanaHasItsLetters(t *testing.T) {
	t.Parallel()
	for r := 'ァ'; r <= 'ヺ'; r++ {
		got := japan.Fold(string(r))
		if (got == "") != (r == 'ッ') || strings.Trim(got, "abcdefghijklmnopqrstuwxyz") != "" {
			t.Errorf("%c is %q", r, got)
		}
	}
	for text, want := range map[string]string{"ァ": "a", "オ": "o", "カ": "ka", "ゴ": "go", "サ": "sa", "シ": "shi",
		"ゾ": "zo",
		"チ": "chi", "ツ": "tsu", "ド": "do", "ナ": "na", "ノ": "no", "ハ": "ha", "フ": "fu", "ポ": "po", "マ": "ma",
		"モ": "mo", "ヤ": "ya", "ヨ": "yo", "ラ": "ra", "ロ": "ro", "ワ": "wa", "ヲ": "o", "ン": "n", "ヶ": "ke",
		"リャ": "rya", "ギョ": "gyo", "ピュ": "pyu", "シュ": "shu", "ヂョ": "jo", "クォ": "kwo", "トゥ": "tu", "ティ": "ti"} {
		if got := japan.Fold(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestFoldingIsDoneOnceAndForAll(t *testing.T) {
	t.Parallel()
	letters := rapid.RuneFrom([]rune("あいうえおかがさしつっゃゅょんーアイウヴッァォマbmpouavV éō\u3099\u0301漢字12-각가"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(letters, 0, 16, -1).Draw(t, "text")
		once := japan.Fold(text)
		if again := japan.Fold(once); again != once {
			t.Fatalf("%q: %q, then %q", text, once, again)
		}
		before := []byte("before")
		if got := string(japan.AppendFold(before, text)); got != "before"+once {
			t.Fatalf("%q behind another: %q", text, got)
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"さくら", "ｻｸﾗ", "Tōkyō", "㈱サンプル", "か\u3099", "ᄀ1ᅡ", "İ", "\xff",
		"\x80-6E\xb7\xf5\u037a", "ﬁ", "ß"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := japan.Fold(text)
		if again := japan.Fold(once); again != once {
			t.Fatalf("%q: %q, then %q", text, once, again)
		}
		if whole := japan.Fold(norm.NFKC.String(strings.ToValidUTF8(text, " "))); whole != once {
			t.Fatalf("%q: %q, and %q in NFKC", text, once, whole)
		}
		if !utf8.ValidString(once) || strings.ContainsAny(once, " 0123456789-ー") {
			t.Fatalf("%q: %q", text, once)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	names := []string{"サンプル書店 本店", "ｻﾝﾌﾟﾙｼｮﾃﾝ", "さくら食堂", "Sample Coffee Tokyo", "株式会社サンプル", "コーヒーハウス・サンプル"}
	var space [128]byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if len(japan.AppendFold(space[:0], names[i%len(names)])) == 0 {
			b.Fatal("nothing is left")
		}
	}
}

// How long it takes to fold as many names as a country has shops, and to look through them once.
func BenchmarkSearchAmong300000(b *testing.B) {
	const shops = 300_000
	names := []string{"サンプル書店 本店", "ｻﾝﾌﾟﾙｼｮﾃﾝ", "さくら食堂", "Sample Coffee Tokyo", "株式会社サンプル", "コーヒーハウス・サンプル"}
	var text []byte
	var ends []int
	for i := range shops {
		text = japan.AppendFold(text, names[i%len(names)])
		ends = append(ends, len(text))
	}
	wanted := []byte(japan.Fold("さくら"))
	b.ReportAllocs()
	for b.Loop() {
		start, found := 0, 0
		for _, end := range ends {
			if bytes.Contains(text[start:end], wanted) {
				found++
			}
			start = end
		}
		if found != shops/len(names) {
			b.Fatalf("found %d", found)
		}
	}
}
