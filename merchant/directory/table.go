// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"encoding/binary"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// tableMin is how many slots a table begins with.
const tableMin = 1 << 10

// table finds the number of a record by a hash: open addressing, and nothing in it but numbers.
//
// Invariant: a record that is in it stays.
type table struct {
	slots []uint32 // 1 + the number of a record; 0: free
	count int
}

// find is the number of the record of a hash that is meant; ok is false where there is none.
func (t *table) find(hash uint64, meant func(n uint32) bool) (n uint32, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(t.slots) - 1)
	for at := hash & mask; t.slots[at] != 0; at = (at + 1) & mask {
		if n := t.slots[at] - 1; meant(n) {
			return n, true
		}
	}
	return 0, false
}

// add puts a record in, and makes room where it becomes scarce.
func (t *table) add(hash uint64, n uint32, hashOf func(n uint32) uint64) {
	if t.count >= len(t.slots)/4*3 {
		grown := table{slots: make([]uint32, max(tableMin, 2*len(t.slots))), count: t.count}
		for _, slot := range t.slots {
			if slot != 0 {
				grown.lay(hashOf(slot-1), slot-1)
			}
		}
		*t = grown
	}
	t.lay(hash, n)
	t.count++
}

func (t *table) lay(hash uint64, n uint32) {
	mask := uint64(len(t.slots) - 1)
	at := hash & mask
	for t.slots[at] != 0 {
		at = (at + 1) & mask
	}
	t.slots[at] = n + 1
}

// idHash is the hash of a merchant: its id is a digest already.
func idHash(key ident.Digest) uint64 { return binary.LittleEndian.Uint64(key[:8]) }

// placeHash is the hash of a store. References come from orders, so it is one that nobody can steer.
func placeHash(key ident.Digest, reference string) uint64 {
	return idHash(ident.DigestOf("store", string(key[:]), reference))
}
