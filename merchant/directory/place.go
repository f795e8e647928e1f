// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// Rank says how well a merchant fits a query: the lowest comes first.
type Rank uint8

// The ranks. The zero Rank is none.
const (
	Exact  Rank = 1 + iota // the query is its id or its reference
	Begins                 // its name begins with the query's first word
	Within                 // the words are in its name, its reference, or those of a store
)

// How much of a folded name, and of a tail, which begins with the reference, is looked at to put merchants in order.
//
// Units: bytes.
const (
	nameOrdered = 48
	tailOrdered = 24
)

// Place is where a page ends: the next one goes on behind it. The zero Place is before everything.
//
// Invariant: a merchant that is not changed has the same place for a query for ever, so pages give it once, whoever is
// added between them.
type Place struct {
	rank Rank
	name string // the beginning of the folded name
	tail string
	key  ident.Digest
}

func placeOf(rank Rank, t text, key ident.Digest) Place {
	return Place{rank: rank, name: string(front(t.folded(), nameOrdered)),
		tail: string(front(t.tail(), tailOrdered)), key: key}
}

// compare puts places in order: by rank, by name, by reference, by id.
func (p *Place) compare(rank Rank, t text, key *ident.Digest) int {
	if p.rank != rank {
		return cmp.Compare(p.rank, rank)
	}
	return cmp.Or(strings.Compare(p.name, string(front(t.folded(), nameOrdered))),
		strings.Compare(p.tail, string(front(t.tail(), tailOrdered))), bytes.Compare(p.key[:], key[:]))
}

func front(part []byte, most int) []byte { return part[:min(len(part), most)] }

// String is the place as ParsePlace reads it; empty for the zero Place.
func (p Place) String() string {
	if p.rank == 0 {
		return ""
	}
	return string('0'+byte(p.rank)) + hex.EncodeToString(p.key[:]) + base64.RawURLEncoding.EncodeToString([]byte(p.name)) +
		"." + base64.RawURLEncoding.EncodeToString([]byte(p.tail))
}

// ParsePlace reads a place.
//
// Errors: Invalid merchant_place_malformed.
func ParsePlace(text string) (Place, error) {
	const fixed = 1 + 2*len(ident.Digest{})
	if text == "" {
		return Place{}, nil
	}
	malformed := &fault.Error{Op: "directory.ParsePlace", Kind: fault.Invalid, Code: CodePlace, Subject: "after",
		Detail: "after: must be the place that an earlier page ended at"}
	if len(text) < fixed || len(text) > fixed+base64.RawURLEncoding.EncodedLen(nameOrdered+tailOrdered)+2 {
		return Place{}, malformed
	}
	p := Place{rank: Rank(text[0] - '0')}
	key, err := hex.DecodeString(text[1:fixed])
	if err != nil || p.rank < Exact || p.rank > Within {
		return Place{}, malformed
	}
	first, second, _ := strings.Cut(text[fixed:], ".")
	name, err1 := base64.RawURLEncoding.DecodeString(first)
	tail, err2 := base64.RawURLEncoding.DecodeString(second)
	if err1 != nil || err2 != nil {
		return Place{}, malformed
	}
	p.key, p.name, p.tail = ident.Digest(key), string(name), string(tail)
	if p.String() != text { // one place has one text
		return Place{}, malformed
	}
	return p, nil
}
