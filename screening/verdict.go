// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Level says what a verdict asks for. The zero Level is that of somebody nobody has screened.
type Level uint8

// The levels, the gravest last.
const (
	Unscreened Level = iota
	Clear            // nothing on the list comes near
	Review           // a person must look
	Block            // nothing may be paid until a person has looked
)

// String is the level in lower case.
func (l Level) String() string {
	return [...]string{"unscreened", "clear", "review", "block"}[min(l, Block)]
}

// Thresholds are the scores from which an entry is reviewed and from which it blocks.
//
// Units: ten-thousandths.
type Thresholds struct {
	Review int
	Block  int
}

// Standard are the thresholds that docs/reference/screening.md gives the figures for.
func Standard() Thresholds { return Thresholds{Review: 8_100, Block: 9_400} }

// Valid reports whether the thresholds are in order; the zero Thresholds, by which everything would be a hit, are not.
func (t Thresholds) Valid() bool {
	return t.Review > nearEnough && t.Review <= t.Block && t.Block <= full
}

// Hit is an entry that a subject could be, with all that counted.
type Hit struct {
	Entry   string // its identifier
	Version Digest // of the entry
	Dataset string
	Level   Level
	Score   int      // ten-thousandths
	Name    string   // which of the subject's names
	Alias   string   // which of the entry's names
	Reasons []string // in plain words, in the order in which they counted
}

// Verdict is what a list says about a subject, complete enough to be kept as a record.
//
// Invariant: Level is that of the gravest hit that no decision cleared.
type Verdict struct {
	Level      Level
	Hits       []Hit // the gravest first
	Cleared    []Hit // those that a decision holds for a false positive
	Subject    Digest
	List       Digest
	Thresholds Thresholds
}

// Screen compares a subject with the list.
//
// Invariant: the thresholds are valid. Errors: Invalid screening_subject_unnamed: a subject without a name would be clear
// of everything.
func (x *Index) Screen(s Subject, limits Thresholds) (Verdict, error) {
	invariant.Check(limits.Valid(), "screening: thresholds %d and %d are out of order", limits.Review, limits.Block)
	readings := readingsOf(s)
	if len(readings) == 0 {
		return Verdict{}, &fault.Error{Op: "screening.Screen", Kind: fault.Invalid, Code: CodeSubjectNamed,
			Detail: "names must hold a name with a letter"}
	}
	v := Verdict{Level: Clear, Subject: s.Digest(), List: x.list.digest, Thresholds: limits}
	best := x.best(readings, limits.Review-liftMax)
	best = append(best, x.identified(s, readings, best)...)
	for i := range best {
		if hit, ok := x.judge(&s, &best[i], limits); ok {
			v.Hits = append(v.Hits, hit)
		}
	}
	v.settle()
	return v, nil
}

// settle puts the hits in order and makes the level that of the gravest.
func (v *Verdict) settle() {
	slices.SortFunc(v.Hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Score, a.Score), strings.Compare(a.Entry, b.Entry))
	})
	v.Level = Clear
	for i := range v.Hits {
		v.Level = max(v.Level, v.Hits[i].Level)
	}
}

// spoken is one of the subject's names in one reading.
type spoken struct {
	text string
	name name
}

func readingsOf(s Subject) []spoken {
	names := slices.Compact(slices.Sorted(slices.Values(s.Names)))
	var list []spoken
	for _, text := range names {
		if Fold(text) == "" {
			continue
		}
		company, person := read(text, asCompany), read(text, asPerson)
		list = append(list, spoken{text, company})
		if !sameName(&person, &company) {
			list = append(list, spoken{text, person})
		}
	}
	return list
}

func sameName(a, b *name) bool {
	return a.key == b.key && slices.Equal(a.common, b.common) &&
		slices.EqualFunc(a.terms, b.terms, func(t, u term) bool { return t.text == u.text })
}

// match is the best pair of a name of the subject and one of an entry.
type match struct {
	entry  int32
	listed int32
	said   *spoken
	score  int
}

// best answers the best match of each entry that reaches a score, in order of entries.
func (x *Index) best(readings []spoken, floor int) []match {
	var found []match
	for i := range readings {
		said := &readings[i]
		for _, at := range x.candidates(&said.name, floor) {
			other := x.taken(at)
			if score := compare(&said.name, &other, x.weigh).score; score >= floor {
				found = append(found, match{entry: x.names[at].entry, listed: at, said: said, score: score})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.entry, b.entry), cmp.Compare(b.score, a.score), cmp.Compare(a.listed, b.listed),
			strings.Compare(a.said.text, b.said.text))
	})
	return slices.CompactFunc(found, func(a, b match) bool { return a.entry == b.entry })
}

// identified answers the entries that share an identifier with the subject and are not among the matches already.
func (x *Index) identified(s Subject, readings []spoken, already []match) []match {
	var found []match
	for _, identifier := range s.Identifiers {
		key := identifierKey(identifier)
		if key == "" {
			continue
		}
		for _, entry := range x.marked[key] {
			same := func(m match) bool { return m.entry == entry }
			if !slices.ContainsFunc(already, same) && !slices.ContainsFunc(found, same) {
				found = append(found, x.closest(entry, readings))
			}
		}
	}
	return found
}

// closest is the best match of one entry, whatever it scores.
func (x *Index) closest(entry int32, readings []spoken) match {
	byEntry := func(n listed, entry int32) int { return cmp.Compare(n.entry, entry) }
	first, _ := slices.BinarySearchFunc(x.names, entry, byEntry)
	best := match{entry: entry, listed: int32(first), said: &readings[0], score: -1}
	for at := first; at < len(x.names) && x.names[at].entry == entry; at++ {
		other := x.taken(int32(at))
		for i := range readings {
			if score := compare(&readings[i].name, &other, x.weigh).score; score > best.score {
				best.listed, best.said, best.score = int32(at), &readings[i], score
			}
		}
	}
	return best
}

// judge makes a hit of a match when it reaches a threshold with all that is known beside the name.
func (x *Index) judge(s *Subject, m *match, limits Thresholds) (Hit, bool) {
	e := &x.list.entries[m.entry]
	beside := besides(s, e)
	score := beside.on(m.score, limits)
	if score < limits.Review {
		return Hit{}, false
	}
	other := x.taken(m.listed)
	p := compare(&m.said.name, &other, x.weigh)
	level := Review
	if score >= limits.Block && (beside.agrees || solid(&p, &m.said.name, &other)) {
		level = Block
	}
	reasons := append(nameReasons(&p, &m.said.name, &other), beside.reasons...)
	if score >= limits.Block && level == Review {
		reasons = append(reasons, "one word alone agrees and nothing beside it: reviewed before anything is blocked")
	}
	return Hit{Entry: e.ID, Version: x.list.digests[m.entry], Dataset: e.Dataset, Level: level, Score: score,
		Name: m.said.text, Alias: x.names[m.listed].text, Reasons: reasons}, true
}

// solid reports whether a match of names is enough to block by itself: more than one word, or four Han characters or
// kana.
func solid(p *pairing, a, b *name) bool {
	telltale := 0
	for i := range p.pairs {
		telltale += telling(p.pairs[i].a, p.pairs[i].b)
		if p.pairs[i].a.script != latin && len(p.pairs[i].a.letters) >= 4 {
			telltale++
		}
	}
	shared, _, _ := sharedCommon(a.common, b.common)
	return telltale >= 2 || telltale == 1 && shared > 0
}

// nameReasons says what in two names counted.
func nameReasons(p *pairing, a, b *name) []string {
	var list []string
	if len(p.pairs) == 0 && p.score > 0 {
		list = append(list, fmt.Sprintf("both names are made of the same common words: %q", a.key))
	}
	for i := range p.pairs {
		t, u := p.pairs[i].a, p.pairs[i].b
		switch {
		case t.text == u.text:
			list = append(list, fmt.Sprintf("%q is the same word", t.text))
		case t.soundsLike(u):
			list = append(list, fmt.Sprintf("%q and %q are spellings of one word", t.text, u.text))
		default:
			list = append(list, fmt.Sprintf("%q and %q are alike by %s", t.text, u.text, percent(p.pairs[i].alike)))
		}
	}
	list = append(list, lonely("only the subject's name has %q", a.terms, p, func(q *pair) *term { return q.a })...)
	list = append(list, lonely("only the list's name has %q", b.terms, p, func(q *pair) *term { return q.b })...)
	if common := slices.Concat(a.spoken, b.spoken); len(common) > 0 {
		list = append(list, "common words counted little: "+listOf(common))
	}
	if left := slices.Concat(a.left, b.left); len(left) > 0 && len(p.pairs) > 0 {
		list = append(list, "not counted: "+listOf(left))
	}
	return list
}

// listOf writes a set of words in order of the alphabet.
func listOf(set []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(set))), ", ")
}

// lonely names the terms that no pair holds; terms joined for a pair are no longer in the list under their own text.
func lonely(format string, terms []term, p *pairing, side func(*pair) *term) []string {
	var list []string
	for i := range terms {
		held := false
		for j := range p.pairs {
			of := side(&p.pairs[j])
			part := len(of.text) > len(terms[i].text) && strings.Contains(of.text, terms[i].text)
			held = held || part || of.text == terms[i].text
		}
		if !held {
			list = append(list, fmt.Sprintf(format, terms[i].text))
		}
	}
	return list
}

func percent(share int) string { return fmt.Sprintf("%d %%", share/100) }
