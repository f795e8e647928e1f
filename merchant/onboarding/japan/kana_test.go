// SPDX-License-Identifier: Apache-2.0

package japan_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

func TestReadingsBecomeFullWidthKatakana(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"さくら": "サクラ", "ｻｸﾗ": "サクラ", "ｶﾞｷﾞﾊﾟｳﾞ": "ガギパヴ", "か\u3099": "ガ",
		"ｷｬｯﾄｰ": "キャットー", "Ａ１ さく": "A1 サク", "東京": "東京", "ゞ": "ヾ"} {
		if got := japan.FullKana(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]bool{"サンプルショテン": true, "さんぷる": true, "ｻﾝﾌﾟﾙ ﾎﾝﾃﾝ": true, "カフェ・A1": true,
		"SAMPLE": false, "サンプル店": false, "": false, "コーヒー": true, "サンプル!": false, "\xff": false} {
		if got := japan.Kana(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestNamesAreWrittenAsBanksWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"サンプルショテン":       "ｻﾝﾌﾟﾙｼﾖﾃﾝ",
		"さんぷる　しょてん":      "ｻﾝﾌﾟﾙ ｼﾖﾃﾝ",
		"ｻﾝﾌﾟﾙ":          "ｻﾝﾌﾟﾙ",
		"コーヒー":           "ｺ-ﾋ-",
		"ソニ－":            "ｿﾆ-", // U+FF0D, as lists of banks write it
		"ガギグパヴ":          "ｶﾞｷﾞｸﾞﾊﾟｳﾞ",
		"か\u3099":        "ｶﾞ",
		"ァィゥェォャュョッ":      "ｱｲｳｴｵﾔﾕﾖﾂ",
		"カ）デモ":           "ｶ)ﾃﾞﾓ",
		"デモペイ（カ":         "ﾃﾞﾓﾍﾟｲ(ｶ",
		"abc１２３":         "ABC123",
		"ヵヶヮ":            "ｶｹﾜ",
		"A.B-C":          "A.B-C",
		"  サンプル ":        "ｻﾝﾌﾟﾙ",
		"ﾔﾏﾀﾞ ﾀﾛｳ":       "ﾔﾏﾀﾞ ﾀﾛｳ",
		"トウキョウ‐オオサカ":     "ﾄｳｷﾖｳ-ｵｵｻｶ",
		"サンプル\u2212ショップ": "ｻﾝﾌﾟﾙ-ｼﾖﾂﾌﾟ",
	} {
		got, err := japan.BankKana(text)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	for _, bad := range []string{"", " ", "山田", "ヲタク", "A&B", "サンプル,", "サンプル・ショテン", "ﾞ", "ア\u3099", "ﾅﾟ", "O'HARA",
		"ヰ", "é", "\xff", ".", "()-. ", strings.Repeat("ア", 400)} {
		_, err := japan.BankKana(bad)
		refused(t, bad, err, japan.CodeKana)
	}
}

func TestBankNamesAreOneByteACharacterInShiftJIS(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("アガパァッャンーあがんヴＡａ1 ()-.ｶﾞｱｰ")), 1, 20, -1).Draw(t, "text")
		name, err := japan.BankKana(text)
		if err != nil {
			return
		}
		encoded, err := japanese.ShiftJIS.NewEncoder().String(name)
		if err != nil || len(encoded) != utf8.RuneCountInString(name) {
			t.Fatalf("%q is %q: %x, %v", text, name, encoded, err)
		}
		if again, err := japan.BankKana(name); err != nil || again != name {
			t.Fatalf("%q becomes %q, then %q, %v", text, name, again, err)
		}
	})
}

func TestHoldersAreFoundUnderEveryWayToWriteTheirName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		holder, name string
		want         bool
	}{
		{"ｶ)ｻﾝﾌﾟﾙ", "カブシキガイシャ サンプル", true},
		{"ｶ)ｻﾝﾌﾟﾙ", "かぶしきかいしゃさんぷる", true},
		{"ｻﾝﾌﾟﾙ(ｶ", "サンプルカブシキガイシャ", true},
		{"ｻﾝﾌﾟﾙ(ｶ", "サンプル株式会社", true},
		{"ｻﾝﾌﾟﾙ(ｶ", "サンプル㈱", true},
		{"(ｶ)ｻﾝﾌﾟﾙ", "（株）サンプル", true},
		{"ｶ)ｻﾝﾌﾟﾙ", "サンプル", true}, // the reading leaves the form out
		{"ｶ)ｻﾝﾌﾟﾙ", "サンプルカブシキガイシャ", false},
		{"ｶ)ｻﾝﾌﾟﾙ", "ユウゲンガイシャサンプル", false},
		{"ﾕ)ｻﾝﾌﾟﾙ", "有限会社サンプル", true},
		{"ﾄﾞ)ｻﾝﾌﾟﾙ", "ゴウドウガイシャサンプル", true},
		{"ｻﾝﾌﾟﾙ(ｶ)ｵｵｻｶｼﾃﾝ", "サンプルオオサカシテン", true},
		{"ﾄｸﾋ)ｻﾝﾌﾟﾙ", "トクテイヒエイリカツドウホウジンサンプル", true},
		{"ｲ)ｻﾝﾌﾟﾙｶｲ", "イリョウホウジンサンプルカイ", true},
		{"ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ", true},
		{"ﾔﾏﾀﾞ ﾀﾛ-", "ヤマダ　タロウ", true},
		{"ﾄ-ｷﾖ-ｶﾌｴ", "トウキョウカフェ", true},
		{"ｵｵﾀ", "オオタ", true},
		{"ｵｵﾀ", "オータ", true},
		{"ｵｵﾀ", "オタ", false},
		{"ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマタタロウ", false},
		{"ｻﾝﾌﾟﾙ", "", false},
		{"ｻﾝﾌﾟﾙ", "見本", false},
	} {
		m, err := japan.MatchHolder(c.holder, c.name)
		if err != nil || m.Matched != c.want || m.Holder == "" || len(m.Names) != 1 {
			t.Errorf("%s and %s: %+v, %v", c.holder, c.name, m, err)
		}
	}
	m, err := japan.MatchHolder("ｶ)ﾃﾞﾓｼﾖﾂﾌﾟ", "サンプル", "デモショップ")
	if err != nil || !m.Matched || m.Holder != "ｶ)ﾃﾞﾓｼﾖﾂﾌﾟ" || m.Names[0] != "ｻﾝﾌﾟﾙ" {
		t.Errorf("%+v, %v", m, err)
	}
	_, err = japan.MatchHolder("山田", "ヤマダ")
	refused(t, "山田", err, japan.CodeKana)
}

func TestAccountsKeepTheirZeros(t *testing.T) {
	t.Parallel()
	a, err := japan.ParseAccount(japan.Account{Bank: "０００１", Branch: "001", Type: japan.Ordinary, Number: "12345",
		Holder: "カ）サンプル"})
	want := japan.Account{Bank: "0001", Branch: "001", Type: "1", Number: "0012345", Holder: "ｶ)ｻﾝﾌﾟﾙ"}
	if err != nil || a != want || a.Unassigned() {
		t.Fatalf("%+v, %v", a, err)
	}
	good := want
	for name, spoil := range map[string]func(*japan.Account){
		"bank":     func(a *japan.Account) { a.Bank = "1" },
		"branch":   func(a *japan.Account) { a.Branch = "0001" },
		"type":     func(a *japan.Account) { a.Type = "9" },
		"number":   func(a *japan.Account) { a.Number = "12345678" },
		"number ":  func(a *japan.Account) { a.Number = "" },
		"number  ": func(a *japan.Account) { a.Number = "12a" },
		"holder":   func(a *japan.Account) { a.Holder = strings.Repeat("ガ", 16) }, // 32 with the voicing marks
	} {
		bad := good
		spoil(&bad)
		_, err := japan.ParseAccount(bad)
		refused(t, "", err, japan.CodeAccount)
		if !strings.HasPrefix(err.Error(), "japan.ParseAccount: bank_account_malformed: "+strings.TrimSpace(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := good
	bad.Holder = "山田"
	_, err = japan.ParseAccount(bad)
	refused(t, bad.Holder, err, japan.CodeKana)
}

func FuzzKana(f *testing.F) {
	for _, seed := range []string{"カブシキガイシャ サンプル", "ｶ)ｻﾝﾌﾟﾙ", "㈱ｻﾝﾌﾟﾙ", "か\u3099\u309a", "ソニ－", "\xff", "(ｶ)",
		".", "ｶ)."} {
		f.Add(seed, "サンプル")
	}
	f.Fuzz(func(t *testing.T, holder, name string) {
		if kana, err := japan.BankKana(holder); err == nil {
			if again, err := japan.BankKana(kana); err != nil || again != kana {
				t.Fatalf("%q becomes %q, then %q", holder, kana, again)
			}
			encoded, err := japanese.ShiftJIS.NewEncoder().String(kana)
			if err != nil || len(encoded) != utf8.RuneCountInString(kana) {
				t.Fatalf("%q is no text of one byte a character", kana)
			}
		}
		m, err := japan.MatchHolder(holder, name)
		if err == nil && m.Holder == "" {
			t.Fatalf("%q is compared as nothing", holder)
		}
		if same, err := japan.MatchHolder(holder, holder); err == nil && !same.Matched {
			t.Fatalf("%q is not itself: %+v", holder, same)
		}
		japan.Kana(holder)
		if a, err := japan.ParseAccount(japan.Account{Bank: holder, Branch: holder, Type: "1", Number: name,
			Holder: name}); err == nil {
			t.Fatalf("%q is both four and three digits: %v", holder, a)
		}
	})
}
