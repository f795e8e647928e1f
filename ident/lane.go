// SPDX-License-Identifier: Apache-2.0

package ident

//go:generate go run ./generate

import (
	"math/bits"
	"sort"

	"github.com/kakehashi-pay/kakehashi/invariant"
)

// LanesMax is how many lanes there can be.
const LanesMax = 1024

// Lane is the number of a lane, from 0: the home of some account holders, whose payments, refunds, claims and accounts live
// there and are decided there by one teller. Lane 0 is also the home of the catalogue's acts.
type Lane uint16

// House is the lane in which acts on the catalogue are journaled.
const House Lane = 0

// Key is the value of the column `lane`.
//
// Invariant: keys are positive, differ, never change, and fill 16, 32, 64 and 128 shards evenly (HashInt8).
func (l Lane) Key() int64 {
	invariant.Check(int(l) < LanesMax, "ident: lane %d", uint16(l))
	return laneKeys[l]
}

// LaneOf is the lane whose key is key; ok is false when no lane has it.
func LaneOf(key int64) (lane Lane, ok bool) {
	i := sort.Search(LanesMax, func(i int) bool { return laneKeys[lanesByKey[i]] >= key })
	if i == LanesMax || laneKeys[lanesByKey[i]] != key {
		return 0, false
	}
	return lanesByKey[i], true
}

// HashInt8 is PostgreSQL's hashint8, which decides the shard of a BIGINT distribution column.
//
// Source: PostgreSQL 15, hashint8 over hash_bytes_uint32 (Bob Jenkins' lookup3, final mix).
func HashInt8(value int64) uint32 {
	low, high := uint32(value), uint32(uint64(value)>>32)
	if value < 0 {
		high = ^high
	}
	const initial = 0x9e3779b9 + 4 + 3923095
	a, b, c := uint32(initial)+(low^high), uint32(initial), uint32(initial)
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	c = (c ^ b) - bits.RotateLeft32(b, 24)
	return c
}
