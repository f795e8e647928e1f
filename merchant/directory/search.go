// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
)

// PageMax is how many merchants a page has at most.
const PageMax = 200

// Page is a part of what was found, in order.
type Page struct {
	Found   []Found
	Matches int   // how many there are, on all pages
	Next    Place // behind the last of this page; the zero Place: there are no more
}

// Found is one merchant that was found.
type Found struct {
	ID    merchant.ID
	Rank  Rank
	Store string // reference of the store by which it was found; empty: by itself
}

// Search is the page of merchants behind a place that pass a filter and hold every word of a query, each once: first those
// whose id or reference the query is, then those whose name begins with its first word, then the others; by their names,
// then by their references. Each word is in the merchant's name or reference, or in those of one store of it. An empty
// query finds everyone who passes. Upper and lower case, and full and half width, are the same.
//
// Errors: Invalid merchant_query_malformed, merchant_filter_malformed, name_malformed, naming the field.
func (d *Directory) Search(query string, f Filter, after Place, limit int) (Page, error) {
	if limit < 1 || limit > PageMax {
		return Page{}, &fault.Error{Op: "directory.Search", Kind: fault.Invalid, Code: CodeQuery, Subject: "limit",
			Detail: "limit: must be 1 to 200"}
	}
	if err := f.Check(); err != nil {
		return Page{}, err
	}
	words, err := wordsOf(query)
	if err != nil {
		return Page{}, err
	}
	if len(words) == 0 && strings.TrimSpace(query) != "" {
		return Page{}, nil // nothing that can be looked for
	}
	s := search{directory: d, words: words, after: after, limit: limit, whole: appendPlain(nil, strings.TrimSpace(query))}
	s.id, s.byID = ident.ID{}, false
	if id, err := ident.Parse(strings.ToUpper(string(s.whole))); err == nil {
		s.id, s.byID = id, true
	}
	if sieve, ok := d.sieve(f); ok {
		s.scan(&sieve)
	}
	return s.page(), nil
}

// search is one search under way.
type search struct {
	directory *Directory
	words     []word
	whole     []byte // the query as a reference
	id        ident.ID
	byID      bool
	after     Place
	limit     int

	best    []hit // in order, at most limit and one more
	matches int
}

// hit is a merchant that fits.
type hit struct {
	merchant uint32
	shop     uint32 // as entry.shops
	rank     Rank
}

// scan looks at every merchant.
func (s *search) scan(f *sieve) {
	n := uint32(0)
	for _, chunk := range s.directory.merchants.chunks {
		for i := range chunk {
			e := &chunk[i]
			if f.lets(e) {
				t := s.directory.texts.of(e.text)
				if h, ok := s.fits(e, t); ok {
					h.merchant = n
					s.matches++
					s.keep(h, e, t)
				}
			}
			n++
		}
	}
}

// fits reports whether a merchant holds every word, by itself or together with one store.
func (s *search) fits(e *entry, t text) (h hit, ok bool) {
	if len(s.whole) > 0 && (s.byID && e.key == s.id.Digest && e.lane == s.id.Lane || t.called(s.whole)) {
		return hit{rank: Exact}, true
	}
	first := 0 // of the words that it does not hold by itself
	for first < len(s.words) && s.words[first].in(t) {
		first++
	}
	h.rank = Within
	if first > 0 && s.words[0].begins(t) {
		h.rank = Begins
	}
	if first == len(s.words) {
		return h, true
	}
	h.shop = s.shop(e, t, first)
	return h, h.shop != 0
}

// shop is the store of a merchant that holds every word from a first on which the merchant itself does not; of several the
// one whose reference comes first; 0 where there is none.
func (s *search) shop(e *entry, own text, first int) (found uint32) {
	var best text
next:
	for at := e.shops; at != 0; {
		this, one := at, s.directory.shops.at(at-1)
		at = one.next
		if one.gone {
			continue
		}
		t := s.directory.texts.of(one.text)
		if !s.words[first].in(t) {
			continue
		}
		for i := first + 1; i < len(s.words); i++ {
			if !s.words[i].in(t) && !s.words[i].in(own) {
				continue next
			}
		}
		if found == 0 || bytes.Compare(t.exact(), best.exact()) < 0 {
			found, best = this, t
		}
	}
	return found
}

// keep puts a hit among the best, unless it is before the page or behind its end.
func (s *search) keep(h hit, e *entry, t text) {
	if s.after.rank != 0 && s.after.compare(h.rank, t, &e.key) >= 0 {
		return
	}
	if len(s.best) > s.limit && s.compare(s.best[s.limit], h, e, t) < 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(s.best, h, func(of, h hit) int { return s.compare(of, h, e, t) })
	if len(s.best) > s.limit {
		s.best = s.best[:s.limit]
	}
	s.best = slices.Insert(s.best, at, h)
}

// compare puts a hit that is kept and another, whose merchant is at hand, in order.
func (s *search) compare(of, h hit, e *entry, t text) int {
	if of.rank != h.rank {
		return cmp.Compare(of.rank, h.rank)
	}
	other := s.directory.merchants.at(of.merchant)
	o := s.directory.texts.of(other.text)
	if c := bytes.Compare(front(o.folded(), nameOrdered), front(t.folded(), nameOrdered)); c != 0 {
		return c
	}
	if c := bytes.Compare(front(o.tail(), tailOrdered), front(t.tail(), tailOrdered)); c != 0 {
		return c
	}
	return bytes.Compare(other.key[:], e.key[:])
}

// page is what was found.
func (s *search) page() Page {
	p := Page{Matches: s.matches}
	for _, h := range s.best[:min(len(s.best), s.limit)] {
		e := s.directory.merchants.at(h.merchant)
		f := Found{ID: merchant.ID{Lane: e.lane, Digest: e.key}, Rank: h.rank}
		if h.shop != 0 {
			f.Store = string(s.directory.texts.of(s.directory.shops.at(h.shop - 1).text).exact())
		}
		p.Found = append(p.Found, f)
		if len(s.best) > s.limit {
			p.Next = placeOf(h.rank, s.directory.texts.of(e.text), e.key)
		}
	}
	return p
}
