// SPDX-License-Identifier: Apache-2.0

// Package screening compares merchants, owners and companies with a watch list, and says what it found and why.
//
// It downloads nothing, keeps nothing and decides nothing for good: Read takes the bytes of a list, an Index of it
// answers a Verdict for a Subject, and a person's Decision clears a hit for as long as neither the subject nor the
// entry changes. It knows Japanese, Chinese and Latin writing; names in other scripts are compared letter by letter,
// and no Han character is read aloud: a list must carry the Latin form of a Han name as an alias, as the open lists
// do.
//
// Invariants: everything is counted in whole numbers, so two machines answer the same; a name always hits itself;
// neither the order of the list nor that of the subject's names matters. Read fold.go, then name.go, score.go and
// index.go.
package screening

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of this package.
const (
	CodeListHeader     fault.Code = "screening_list_header"     // a list whose first line lacks or repeats a column
	CodeListUnreadable fault.Code = "screening_list_unreadable" // a list whose bytes ended in an error
	CodeSubjectNamed   fault.Code = "screening_subject_unnamed" // a subject without a name that holds a letter
	CodeHitMissing     fault.Code = "screening_hit_missing"     // a decision about an entry that was not hit
	CodeDecision       fault.Code = "screening_decision"        // a decision without reviewer, reason or time
)

// Digest is the SHA-256 of what it stands for: a list, an entry or a subject. The zero Digest stands for nothing.
type Digest [sha256.Size]byte

// String is the digest in lower-case hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// IsZero reports whether d stands for nothing.
func (d Digest) IsZero() bool { return d == Digest{} }

// digestOf covers length-prefixed parts, so that the end of one can't be taken for the beginning of the next.
func digestOf(parts ...string) Digest {
	var text []byte
	for _, part := range parts {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}

// Kind says what a subject is. The zero Kind is a subject nobody has classified: it's compared as both.
type Kind uint8

// The kinds of subjects.
const (
	Anything Kind = iota
	Person
	Company
)

// Subject is whom one screens, in as many writings as are known: kanji, kana and Latin each as a name of their own.
type Subject struct {
	Kind        Kind
	Names       []string
	Births      []string // 1990-02-03, 1990-02 or 1990, as a list writes them
	Countries   []string // ISO 3166-1 alpha-2, either case
	Identifiers []string // corporate number, passport, registration; punctuation and case are of no account
}

// Digest changes exactly when something about the subject does that screening looks at.
func (s Subject) Digest() Digest {
	return digestOf(string('0'+rune(s.Kind)), packed(s.Names), packed(s.Births), packed(s.Countries),
		packed(s.Identifiers))
}

// packed writes a set of texts as one, whatever their order.
func packed(list []string) string {
	sorted := slices.Compact(slices.Sorted(slices.Values(list)))
	var text []byte
	for _, item := range sorted {
		text = binary.AppendUvarint(text, uint64(len(item)))
		text = append(text, item...)
	}
	return string(text)
}

// identifierKey is an identifier without punctuation and case, or empty where too little is left to identify anybody.
func identifierKey(text string) string {
	key := strings.ToUpper(strings.ReplaceAll(Fold(text), " ", ""))
	if len(key) < identifierLettersMin {
		return ""
	}
	return key
}

// identifierLettersMin is how long an identifier must be to count: shorter ones are shared by strangers.
const identifierLettersMin = 6
