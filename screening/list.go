// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"cmp"
	"slices"
	"strings"
)

// Entry is one target of a watch list. Its fields are the columns of the open format.
//
// Source: OpenSanctions, targets.simple.csv; lists of an operator's own use the same columns.
type Entry struct {
	ID          string
	Schema      string // Person, Company, Organization, LegalEntity, Vessel, ...
	Name        string
	Aliases     []string
	Births      []string // 1970-01-31, 1970-01 or 1970
	Countries   []string // lower case
	Addresses   []string
	Identifiers []string
	Sanctions   []string
	Phones      []string
	Emails      []string
	Dataset     string
	FirstSeen   string
	LastSeen    string
	LastChange  string
}

// Digest changes exactly when something about the entry does that a decision could rest on. When the publisher last
// saw it is no such thing: that changes every day, and would reopen every decision with it.
func (e *Entry) Digest() Digest {
	return digestOf(e.ID, e.Schema, e.Name, packed(e.Aliases), packed(e.Births), packed(e.Countries),
		packed(e.Addresses), packed(e.Identifiers), packed(e.Sanctions), packed(e.Phones), packed(e.Emails), e.Dataset)
}

// names are the entry's name and aliases, without repetition.
func (e *Entry) names() []string {
	list := append([]string{e.Name}, e.Aliases...)
	slices.Sort(list[1:])
	return slices.Compact(list)
}

// reading is how its names are taken apart.
func (e *Entry) reading() reading {
	if e.Schema == "Person" {
		return asPerson
	}
	return asCompany
}

// List is a watch list in order of identifiers, each of which is there once. The zero List has no entry.
type List struct {
	entries []Entry
	digests []Digest
	digest  Digest
}

// NewList is the list of the entries. Of those with one identifier the first counts.
func NewList(entries []Entry) List {
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	sorted = slices.CompactFunc(sorted, func(a, b Entry) bool { return a.ID == b.ID })
	l := List{entries: sorted, digests: make([]Digest, len(sorted))}
	whole := make([]string, len(sorted))
	for i := range sorted {
		l.digests[i] = sorted[i].Digest()
		whole[i] = string(l.digests[i][:])
	}
	l.digest = digestOf(whole...)
	return l
}

// Len is the number of entries.
func (l List) Len() int { return len(l.entries) }

// Digest is the same for two lists exactly when their entries are, in whatever order they came.
func (l List) Digest() Digest { return l.digest }

// Entry is the entry with that identifier.
func (l List) Entry(id string) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(l.entries, id, func(e Entry, id string) int { return cmp.Compare(e.ID, id) })
	if !ok {
		return Entry{}, false
	}
	return l.entries[i], true
}

// Change is what makes one list another: identifiers in order.
type Change struct {
	Added   []string
	Changed []string
	Removed []string
}

// None reports whether the lists are the same.
func (c Change) None() bool { return len(c.Added)+len(c.Changed)+len(c.Removed) == 0 }

// Diff says what makes list a into list b. Whoever screened against a screens again when it isn't none.
func Diff(a, b List) Change {
	var c Change
	i, j := 0, 0
	for i < len(a.entries) || j < len(b.entries) {
		switch {
		case j == len(b.entries) || i < len(a.entries) && a.entries[i].ID < b.entries[j].ID:
			c.Removed = append(c.Removed, a.entries[i].ID)
			i++
		case i == len(a.entries) || a.entries[i].ID > b.entries[j].ID:
			c.Added = append(c.Added, b.entries[j].ID)
			j++
		default:
			if a.digests[i] != b.digests[j] {
				c.Changed = append(c.Changed, b.entries[j].ID)
			}
			i, j = i+1, j+1
		}
	}
	return c
}
