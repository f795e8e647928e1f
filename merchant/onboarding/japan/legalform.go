// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// legalForm is a sort of corporation with what account names write for it.
type legalForm struct {
	mark     string   // before ")" at the beginning, after "(" at the end, between both in the middle
	readings []string // as BankKana writes them, longest first
	kanji    string   // as people write it among kana
}

// legalForms is in no order that matters: no reading begins or ends another's name.
//
// Source: reference/japan.md 3.2, corporate abbreviations.
var legalForms = [...]legalForm{
	{"ｶ", []string{"ｶﾌﾞｼｷｶﾞｲｼﾔ", "ｶﾌﾞｼｷｶｲｼﾔ"}, "株式会社"},
	{"ﾕ", []string{"ﾕｳｹﾞﾝｶﾞｲｼﾔ", "ﾕｳｹﾞﾝｶｲｼﾔ"}, "有限会社"},
	{"ﾄﾞ", []string{"ｺﾞｳﾄﾞｳｶﾞｲｼﾔ", "ｺﾞｳﾄﾞｳｶｲｼﾔ"}, "合同会社"},
	{"ﾒ", []string{"ｺﾞｳﾒｲｶﾞｲｼﾔ", "ｺﾞｳﾒｲｶｲｼﾔ"}, "合名会社"},
	{"ｼ", []string{"ｺﾞｳｼｶﾞｲｼﾔ", "ｺﾞｳｼｶｲｼﾔ"}, "合資会社"},
	{"ｲ", []string{"ｲﾘﾖｳﾎｳｼﾞﾝ"}, "医療法人"},
	{"ｻﾞｲ", []string{"ｲﾂﾊﾟﾝｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｺｳｴｷｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ"}, "財団法人"},
	{"ｼﾔ", []string{"ｲﾂﾊﾟﾝｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｺｳｴｷｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾔﾀﾞﾝﾎｳｼﾞﾝ"}, "社団法人"},
	{"ｶﾞｸ", []string{"ｶﾞﾂｺｳﾎｳｼﾞﾝ"}, "学校法人"},
	{"ｼﾕｳ", []string{"ｼﾕｳｷﾖｳﾎｳｼﾞﾝ"}, "宗教法人"},
	{"ﾌｸ", []string{"ｼﾔｶｲﾌｸｼﾎｳｼﾞﾝ"}, "社会福祉法人"},
	{"ﾄｸﾋ", []string{"ﾄｸﾃｲﾋｴｲﾘｶﾂﾄﾞｳﾎｳｼﾞﾝ"}, "特定非営利活動法人"},
}

// bracketed are legal forms shortened to a kanji: (株). 合同, 合名 and 合資 share theirs, so it says nothing.
var bracketed = [...]struct{ kanji, mark string }{{"(株)", "(ｶ)"}, {"(有)", "(ﾕ)"}, {"(医)", "(ｲ)"}, {"(財)", "(ｻﾞｲ)"},
	{"(社)", "(ｼﾔ)"}, {"(学)", "(ｶﾞｸ)"}, {"(宗)", "(ｼﾕｳ)"}, {"(福)", "(ﾌｸ)"}}

// spelled writes the legal forms that a name has in kanji with their marks.
func spelled(name string) string {
	name = norm.NFKC.String(name)
	for _, b := range bracketed {
		name = strings.ReplaceAll(name, b.kanji, b.mark)
	}
	for _, f := range legalForms {
		if rest, ok := strings.CutPrefix(name, f.kanji); ok {
			return f.mark + ")" + rest
		}
		if rest, ok := strings.CutSuffix(name, f.kanji); ok {
			return rest + "(" + f.mark
		}
	}
	return name
}

// place says where a legal form stands.
type place uint8

const (
	nowhere place = iota
	before
	after
)

// splitForm takes the legal form off a name without spaces; mark is empty when it has none.
func splitForm(name string) (core, mark string, at place) {
	for _, f := range legalForms {
		if rest, ok := cutPrefixes(name, append([]string{"(" + f.mark + ")", f.mark + ")"}, f.readings...)); ok {
			return rest, f.mark, before
		}
		if rest, ok := cutSuffixes(name, append([]string{"(" + f.mark + ")", "(" + f.mark}, f.readings...)); ok {
			return rest, f.mark, after
		}
	}
	for _, f := range legalForms { // a branch behind it: ﾃﾞﾓ(ｶ)ｵｵｻｶｼﾃﾝ
		if left, right, ok := strings.Cut(name, "("+f.mark+")"); ok {
			return left + right, f.mark, after
		}
	}
	return name, "", nowhere
}

// cutPrefixes never leaves nothing.
func cutPrefixes(name string, prefixes []string) (rest string, ok bool) {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(name, p); ok && rest != "" {
			return rest, true
		}
	}
	return name, false
}

func cutSuffixes(name string, suffixes []string) (rest string, ok bool) {
	for _, s := range suffixes {
		if rest, ok := strings.CutSuffix(name, s); ok && rest != "" {
			return rest, true
		}
	}
	return name, false
}
