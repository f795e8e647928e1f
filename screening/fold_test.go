// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFoldBringsWritingsOfOneNameTogether(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b string }{
		{"ＳＡＭＰＬＥ　Ｓｈｏｐ", "sample shop"},
		{"ﾀﾞﾐｰ", "ダミー"},
		{"だみー", "ダミー"},
		{"ダミー", "ダミ-"},
		{"ショップ", "シヨツプ"},
		{"ヴァイオリン", "バイオリン"},
		{"佐々木", "佐佐木"},
		{"例澤", "例沢"},
		{"渡邊", "渡辺"},
		{"高﨑", "髙崎"},
		{"樣麗華", "样丽华"},
		{"㈱見本", "(株)見本"},
		{"㍿見本", "株式会社見本"},
		{"José Ñandú", "jose nandu"},
		{"Łukasz Ørsted Weiß", "lukasz orsted weiss"},
		{"O’Sample", "osample"},
		{"Sample-Shop & Co., Ltd.", "sample shop co ltd"},
		{"見本・太郎", "見本 太郎"},
		{"A\u0301gnes", "agnes"},
	} {
		if Fold(c.a) != Fold(c.b) {
			t.Errorf("%q folds to %q, %q to %q", c.a, Fold(c.a), c.b, Fold(c.b))
		}
	}
}

func TestFoldKeepsOtherLettersApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b string }{
		{"ダイ", "タイ"}, {"パン", "ハン"}, {"й", "и"}, {"山田", "山本"}, {"大", "犬"}, {"가", "각"},
	} {
		if Fold(c.a) == Fold(c.b) {
			t.Errorf("%q and %q fold to %q", c.a, c.b, Fold(c.a))
		}
	}
}

func TestFoldOfFoldIsFold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		foldsOnce(t, names().Draw(t, "name"))
		foldsOnce(t, rapid.String().Draw(t, "text"))
	})
}

func foldsOnce(t interface{ Fatalf(string, ...any) }, text string) {
	folded := Fold(text)
	if again := Fold(folded); again != folded {
		t.Fatalf("%q folds to %q and that to %q", text, folded, again)
	}
	if !utf8.ValidString(folded) || strings.TrimSpace(folded) != folded || strings.Contains(folded, "  ") {
		t.Fatalf("%q folds to %q", text, folded)
	}
}

func TestNoVariantStandsInTwoGroups(t *testing.T) {
	t.Parallel()
	seen := map[rune]string{}
	for group := range strings.FieldsSeq(variantGroups) {
		for _, letter := range group {
			if seen[letter] != "" {
				t.Errorf("%c stands in %s and %s", letter, seen[letter], group)
			}
			seen[letter] = group
		}
		first, _ := utf8.DecodeRuneInString(group)
		if Fold(group) != strings.Repeat(string(first), utf8.RuneCountInString(group)) {
			t.Errorf("%s folds to %s", group, Fold(group))
		}
	}
	if len(seen) < 4_000 {
		t.Errorf("%d variants only", len(seen))
	}
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"ﾀﾞﾐｰ商事㈱", "José O’Sample", "\xff\xfe",
		"ダ\u3099", "İx\u0307", "ー-々々", "ヴ゙ァ", "\u0345ͅa"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { foldsOnce(t, text) })
}
