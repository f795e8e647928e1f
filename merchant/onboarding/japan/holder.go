// SPDX-License-Identifier: Apache-2.0

package japan

import "strings"

// Match is whether an account's holder is one of the names of the applicant, and what was compared.
//
// Invariant: the forms are shown to a reviewer and not kept where they may be a natural person's.
type Match struct {
	Matched bool
	Holder  string   // the holder's name as compared
	Names   []string // the applicant's names as compared, in order; empty where one cannot be written in kana
}

// MatchHolder compares the holder of an account, as the bank has it, with the readings of the applicant: company,
// trade name or representative. Spaces, points, small kana, widths, the abbreviation of a legal form and the way a
// long vowel is written make no difference. A name without its legal form is the same as with it; two different
// forms, or a form at the other end, are not: those are two companies.
//
// Errors: Invalid kana_unwritable when the holder's name is none that a bank can have. Source: reference/japan.md 4.4.
func MatchHolder(holder string, names ...string) (Match, error) {
	account, err := named(holder)
	if err != nil {
		return Match{}, err
	}
	m := Match{Holder: account.String()}
	for _, text := range names {
		name, err := named(text)
		if err != nil {
			m.Names = append(m.Names, "")
			continue
		}
		m.Names = append(m.Names, name.String())
		if name.core == account.core && (name.mark == "" || account.mark == "" ||
			name.mark == account.mark && name.at == account.at) {
			m.Matched = true
		}
	}
	return m, nil
}

// partyName is a name taken apart for comparing.
type partyName struct {
	core string
	mark string
	at   place
}

// String puts the name together as account names write it.
func (n partyName) String() string {
	switch n.at {
	case before:
		return n.mark + ")" + n.core
	case after:
		return n.core + "(" + n.mark
	}
	return n.core
}

func named(text string) (partyName, error) {
	kana, err := BankKana(spelled(text))
	if err != nil {
		return partyName{}, err
	}
	core, mark, at := splitForm(strings.NewReplacer(" ", "", ".", "").Replace(kana))
	return partyName{core: lengthened(core), mark: mark, at: at}, nil
}

// rows are the kana by their vowel.
var rows = map[rune]string{
	'a': "ｱｶｻﾀﾅﾊﾏﾔﾗﾜ",
	'i': "ｲｷｼﾁﾆﾋﾐﾘ",
	'u': "ｳｸｽﾂﾇﾌﾑﾕﾙ",
	'e': "ｴｹｾﾃﾈﾍﾒﾚ",
	'o': "ｵｺｿﾄﾉﾎﾓﾖﾛ",
}

// lengthening are the kana that make the vowel before them long.
var lengthening = map[rune]string{'a': "ｱ-", 'i': "ｲ-", 'u': "ｳ-", 'e': "ｲｴ-", 'o': "ｳｵ-"}

// lengthened writes every long vowel with a hyphen, however it was written. It drops none: ｵｵﾀ and ｵﾀ are two names.
func lengthened(name string) string {
	var b strings.Builder
	var vowel rune
	for _, r := range name {
		switch {
		case r == 'ﾞ' || r == 'ﾟ':
			b.WriteRune(r)
		case vowel != 0 && strings.ContainsRune(lengthening[vowel], r):
			b.WriteByte('-')
			vowel = 0
		default:
			b.WriteRune(r)
			vowel = vowelOf(r)
		}
	}
	return b.String()
}

func vowelOf(r rune) rune {
	for _, v := range "aiueo" {
		if strings.ContainsRune(rows[v], r) {
			return v
		}
	}
	return 0
}
