// SPDX-License-Identifier: Apache-2.0

// Package vault seals what may be erased: callers' free text, and private keys of the house.
//
// Each record has a data key of its own, which encrypts the text and lies beside it, wrapped under a key-encryption key of
// the operator's Ring. The journal keeps only the commitment, SHA-256 over a salt and the text; the salt is sealed with the
// text. So erasing is deleting the record: the text and its key are gone, nobody can try texts against the commitment, and
// no hash of the journal changes.
//
// What that does not erase: copies of the record. Backups, replicas that lag, and pages a database has freed hold it until
// they are overwritten, and can be opened while its key-encryption key exists. To erase them too, bring a new key into the
// Ring, Rewrap every record that stays, and destroy the old key: what was deleted before can then be opened nowhere. Nor
// does it erase what left the house, or what a process still has in memory.
//
// Read ring.go, then record.go. It is pure: entropy comes in as an argument.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Codes of the errors of this package.
const (
	CodeKeyMalformed    fault.Code = "key_encryption_key_malformed"
	CodeKeyMissing      fault.Code = "key_missing"
	CodeRecordMalformed fault.Code = "record_malformed"
	CodeRecordForged    fault.Code = "record_forged"
	CodeTextTooLong     fault.Code = "text_too_long"
	CodeEntropyFailed   fault.Code = "entropy_failed"
)

// keyBytes is the length of every key here. Source: FIPS 197, AES-256.
const keyBytes = 32

// Version names a key-encryption key; versions begin at 1.
type Version uint32

// Ring is the key-encryption keys of a house: the current one seals, and all of them open. The zero Ring has none.
//
// A version seals at most 2^32 records, because its nonces are random: at a thousand a second take a new one each month, and
// never later than after a year.
//
// Invariant: no way of printing, formatting or encoding a Ring shows a key.
// Concurrency: safe for any number of callers.
// Source: NIST SP 800-38D 8.3 for the number of records.
type Ring struct {
	current Version
	lookup  func(Version) (cipher.AEAD, bool) // a function: package fmt prints what a map or pointer in a struct holds
}

// NewRing is a ring of keys, each 32 uniformly random bytes, that seals under the current version.
//
// Errors: Invalid key_encryption_key_malformed for version 0, a key of zeros, or one key under two versions; Invalid
// key_missing when there is no key of the current version.
func NewRing(current Version, keys map[Version][keyBytes]byte) (Ring, error) {
	sealers := make(map[Version]cipher.AEAD, len(keys))
	seen := make(map[[keyBytes]byte]bool, len(keys))
	for _, version := range slices.Sorted(maps.Keys(keys)) {
		key := keys[version]
		if version == 0 || key == [keyBytes]byte{} || seen[key] {
			return Ring{}, &fault.Error{Op: "vault.NewRing", Kind: fault.Invalid, Code: CodeKeyMalformed,
				Subject: version.String(), Detail: "a key-encryption key needs a version above 0, and bytes of its own"}
		}
		seen[key], sealers[version] = true, sealer(key[:])
	}
	lookup := func(version Version) (cipher.AEAD, bool) {
		s, ok := sealers[version]
		return s, ok
	}
	r := Ring{current: current, lookup: lookup}
	if _, err := r.key("vault.NewRing", current); err != nil {
		return Ring{}, &fault.Error{Op: "vault.NewRing", Kind: fault.Invalid, Code: CodeKeyMissing, Subject: current.String(),
			Detail: "the current key-encryption key is missing"}
	}
	return r, nil
}

// Current is the version that seals.
func (r Ring) Current() Version { return r.current }

// key is the key of a version.
func (r Ring) key(op string, version Version) (cipher.AEAD, error) {
	if r.lookup != nil {
		if s, ok := r.lookup(version); ok {
			return s, nil
		}
	}
	return nil, &fault.Error{Op: op, Kind: fault.Internal, Code: CodeKeyMissing, Subject: version.String()}
}

// sealer is AES-256-GCM under a key.
func sealer(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	invariant.Check(err == nil, "vault: a key of %d bytes", len(key))
	s, err := cipher.NewGCM(block)
	invariant.Check(err == nil, "vault: GCM over AES")
	return s
}

// String is the version as people write it: "v3".
func (v Version) String() string { return "v" + strconv.FormatUint(uint64(v), 10) }

const redactedRing = "[key ring]"

// String hides the keys.
func (r Ring) String() string { return redactedRing }

// GoString hides the keys.
func (r Ring) GoString() string { return redactedRing }

// Format hides the keys under every verb.
func (r Ring) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redactedRing) }

// MarshalText hides the keys from encoders, and so from structured logs.
func (r Ring) MarshalText() ([]byte, error) { return []byte(redactedRing), nil }
