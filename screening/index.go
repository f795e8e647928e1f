// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"cmp"
	"slices"
	"sync"
	"unicode/utf8"
)

// Index finds the entries of a list that a name could be, and knows how frequent each word of the list is.
//
// A name is never compared with the whole list. Each of its terms is looked up in the list's vocabulary, exactly, by
// sound, with a letter dropped on either side (which meets every single slip), by its first and last letters when
// long, and by bigrams when in Han; the names that hold what was found are compared, as far as they can still reach a
// score.
//
// Concurrency: after NewIndex nothing changes but a pool of scratch space; any number may screen at once.
type Index struct {
	list    List
	names   []listed
	extents []extent // of the names
	terms   []term   // the vocabulary
	known   []int32
	weights []int32
	places  map[string]int32   // text to its place in terms
	keys    []uint64           // hash of a key above the place of a term, sorted
	joints  []uint64           // hash of two neighbours above the place of a name, sorted
	holders [][]int32          // by term: the names that hold it
	generic map[string][]int32 // by key: names without terms
	marked  map[string][]int32 // by identifier: entries
	scratch sync.Pool          // of *scratch
}

// listed is one name of one entry.
type listed struct {
	entry  int32
	text   string
	terms  []int32
	common []int
	key    string
}

// extent is what of a listed name bounds its score; kept apart, so that what is looked at most lies close together.
type extent struct {
	weight int32 // of its terms
	stubs  int16 // terms of a single letter
	common int16 // common words
}

// scratch is what one screening writes to.
type scratch struct {
	reach   []int64 // by name: alike × weight found so far, above the number of terms found
	touched []int32
	near    []near
	ids     []int32
}

type near struct {
	place int32
	alike int
}

// NewIndex is the index of a list, which it keeps. It takes seconds for 100,000 entries: once a list, not once a name.
func NewIndex(list List) *Index {
	x := &Index{list: list, places: map[string]int32{}, generic: map[string][]int32{}, marked: map[string][]int32{}}
	for i := range list.entries {
		x.add(int32(i))
	}
	x.weights = make([]int32, len(x.terms))
	for place := range x.terms {
		x.weights[place] = int32(termWeight(&x.terms[place], int(x.known[place]), len(list.entries)))
	}
	for i := range x.names {
		for _, place := range x.names[i].terms {
			x.extents[i].weight += x.weights[place]
		}
	}
	for place := range x.terms {
		x.keys = appendKeys(x.keys, &x.terms[place], uint64(place))
	}
	slices.Sort(x.keys)
	slices.Sort(x.joints)
	return x
}

// List is the list that the index is of.
func (x *Index) List() List { return x.list }

// add takes the names and identifiers of an entry.
func (x *Index) add(entry int32) {
	e := &x.list.entries[entry]
	var seen []int32
	for _, text := range e.names() {
		n := read(text, e.reading())
		at := int32(len(x.names))
		item := listed{entry: entry, text: text, common: n.common, key: n.key}
		size := extent{common: int16(len(n.common))}
		if n.generic() {
			x.generic[n.key] = append(x.generic[n.key], at)
		}
		for i := range n.terms {
			place := x.place(&n.terms[i])
			item.terms = append(item.terms, place)
			if initial(&n.terms[i]) {
				size.stubs++
			}
			if !slices.Contains(seen, place) {
				seen = append(seen, place)
				x.known[place]++
			}
			if !slices.Contains(item.terms[:i], place) {
				x.holders[place] = append(x.holders[place], at)
			}
			if i > 0 {
				x.joints = append(x.joints, jointKeys(&n.terms[i-1], &n.terms[i], at)...)
			}
		}
		if !n.generic() {
			item.key = ""
		}
		x.names, x.extents = append(x.names, item), append(x.extents, size)
	}
	for _, identifier := range e.Identifiers {
		if key := identifierKey(identifier); key != "" && !slices.Contains(x.marked[key], entry) {
			x.marked[key] = append(x.marked[key], entry)
		}
	}
}

// place is where a term is in the vocabulary; a new one is put there.
func (x *Index) place(t *term) int32 {
	if place, ok := x.places[t.text]; ok {
		return place
	}
	place := int32(len(x.terms))
	x.places[t.text] = place
	x.terms = append(x.terms, *t)
	x.known = append(x.known, 0)
	x.holders = append(x.holders, nil)
	return place
}

// weigh is the weight of a term by the list's frequencies.
func (x *Index) weigh(t *term) int {
	if place, ok := x.places[t.text]; ok {
		return int(x.weights[place])
	}
	return termWeight(t, 0, len(x.list.entries))
}

func termWeight(t *term, known, entries int) int {
	switch {
	case initial(t):
		return weightInitial
	case t.plain:
		return min(weightPlain, weightOf(known, entries))
	}
	return weightOf(known, entries)
}

// neighbours fills s.near with the terms of the vocabulary that are similar to one.
func (x *Index) neighbours(t *term, s *scratch) {
	s.ids, s.near = s.ids[:0], s.near[:0]
	for _, key := range appendKeys(nil, t, 0) {
		each(x.keys, key, func(place int32) { s.ids = append(s.ids, place) })
	}
	slices.Sort(s.ids)
	s.ids = slices.Compact(s.ids)
	for _, place := range s.ids {
		if alike := similarity(t, &x.terms[place]); alike > 0 {
			s.near = append(s.near, near{place: place, alike: alike})
		}
	}
	slices.SortFunc(s.near, func(a, b near) int { return cmp.Or(b.alike-a.alike, int(a.place-b.place)) })
}

// candidates answers the names that could reach a score with n, in order of the list.
func (x *Index) candidates(n *name, floor int) []int32 {
	if n.generic() {
		return x.generic[n.key]
	}
	s, ok := x.scratch.Get().(*scratch)
	if !ok {
		s = &scratch{reach: make([]int64, len(x.names))}
	}
	weight, stubs := 0, 0
	for i := range n.terms {
		weight += x.weigh(&n.terms[i])
		if initial(&n.terms[i]) {
			stubs++
		}
		x.reach(&n.terms[i], s)
	}
	var found []int32
	for _, at := range s.touched {
		if bound(n, x.extents[at], weight, s.reach[at]+stubsReach(stubs, x.extents[at])) >= floor {
			found = append(found, at)
		}
		s.reach[at] = 0
	}
	s.touched = s.touched[:0]
	found = x.joint(n, found)
	x.scratch.Put(s)
	slices.Sort(found)
	return slices.Compact(found)
}

// reachCount is the room for the number of terms found, below what they add up to.
const reachCount = 16

func (x *Index) reach(t *term, s *scratch) {
	x.neighbours(t, s)
	own := x.weigh(t)
	for _, near := range s.near {
		add := int64(near.alike*(own+int(x.weights[near.place]))/2)<<reachCount + 1
		for _, at := range x.holders[near.place] {
			if s.reach[at] == 0 {
				s.touched = append(s.touched, at)
			}
			s.reach[at] += add
		}
	}
}

// stubsReach is what initials could add, which no key finds.
func stubsReach(stubs int, other extent) int64 {
	return int64((stubs+int(other.stubs))*initialAlike*(weightInitial+weightMax)/2) << reachCount
}

// bound is at least the score of two names of which only the terms found are known.
func bound(n *name, other extent, weight int, reach int64) int {
	shared := min(len(n.common), int(other.common)) * weightCommon
	matched := int(reach>>reachCount) + full*shared
	a, b := weight+shared, int(other.weight)+shared
	return blend(min(full, matched/max(1, min(a, b))), min(full, matched/max(1, a, b)), int(reach&(1<<reachCount-1)))
}

// joint adds the names in which two neighbours are one word of n, or one is two neighbours of n.
func (x *Index) joint(n *name, found []int32) []int32 {
	for i := range n.terms {
		t := &n.terms[i]
		add := func(at int32) { found = append(found, at) }
		each(x.joints, hashOf(keyJoint, t.letters), add)
		if t.spell != "" {
			each(x.joints, hashOf(keyJoint, []rune(t.spell)), add)
		}
		if i == 0 {
			continue
		}
		found = x.wholes(&n.terms[i-1], t, found)
	}
	return found
}

// wholes adds the names that hold two neighbours of n as one word.
func (x *Index) wholes(a, b *term, found []int32) []int32 {
	holders := func(place int32) { found = append(found, x.holders[place]...) }
	each(x.keys, hashOf(keyWhole, a.letters, b.letters), holders)
	each(x.keys, hashOf(keyWhole, b.letters, a.letters), holders)
	if a.spell != "" && b.spell != "" && utf8.RuneCountInString(a.spell) > 1 {
		each(x.keys, hashOf(keySound, []rune(spellingKey(a.spell+b.spell))), holders)
		each(x.keys, hashOf(keySound, []rune(spellingKey(b.spell+a.spell))), holders)
	}
	return found
}

// taken is a listed name with its terms.
func (x *Index) taken(at int32) name {
	item := &x.names[at]
	n := name{common: item.common, key: item.key, terms: make([]term, len(item.terms))}
	for i, place := range item.terms {
		n.terms[i] = x.terms[place]
	}
	return n
}
