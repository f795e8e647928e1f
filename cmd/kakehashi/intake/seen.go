// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"hash/maphash"
	"math"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// seen remembers which merchants and stores a file has named, and what it said of each merchant: about 60 bytes for
// each, whatever their names.
type seen struct {
	seed      maphash.Seed
	merchants map[ident.Digest]stated
	stores    map[ident.Digest]uint32
}

// stated is what a file said of a merchant.
type stated struct {
	sum   uint64                // of all its columns
	marks [StoreReference]uint8 // of each, to name the one that differs
	row   uint32
	alone uint32 // the row that names it without a store; 0: none
}

func newSeen() *seen {
	return &seen{seed: maphash.MakeSeed(), merchants: map[ident.Digest]stated{}, stores: map[ident.Digest]uint32{}}
}

// note remembers a row that is good so far, and finds whether the file has said it before or has said something else.
func (s *seen) note(r *row) {
	at := uint32(min(r.record.row,
		math.MaxUint32)) // only a reason names it, and four thousand million rows are no file
	id := r.merchant.ID.Digest
	before, known := s.merchants[id]
	now := s.state(r, at)
	switch {
	case !known:
	case before.sum != now.sum:
		column := MerchantReference
		for c := range now.marks {
			if now.marks[c] != before.marks[c] {
				column = Column(c)
				break
			}
		}
		r.flaw(column, CodeRowsDisagree,
			"differs from row "+decimal(int(before.row))+", which is about the same merchant")
		return
	default:
		now.row, now.alone = before.row, before.alone
	}
	if !r.hasStore {
		if now.alone > 0 {
			r.flaw(MerchantReference, CodeRowTwice, "row "+decimal(int(now.alone))+" is about the same merchant alone")
			return
		}
		now.alone = at
	} else {
		store := ident.DigestOf("store", string(id[:]), r.store.Reference)
		if row, twice := s.stores[store]; twice {
			r.flaw(StoreReference, CodeRowTwice, "row "+decimal(int(row))+" is about the same store")
			return
		}
		s.stores[store] = at
	}
	r.first = !known
	s.merchants[id] = now
}

// state is the merchant's columns of a row, condensed.
func (s *seen) state(r *row, at uint32) stated {
	state := stated{row: at}
	var all maphash.Hash
	all.SetSeed(s.seed)
	for c := range state.marks {
		sum := maphash.String(s.seed, r.texts[c])
		state.marks[c] = uint8(sum)
		maphash.WriteComparable(&all, sum)
	}
	state.sum = all.Sum64()
	return state
}
