// SPDX-License-Identifier: Apache-2.0

// Package ident makes identifiers: the lane an object lives in, and a digest of its name.
//
// A name is (kind, client, account, request id), or the cause for what we name ourselves; its digest is the primary key of
// the object. So the same request finds the same row for ever, and idempotency needs no table of its own. Nothing here is
// random and nothing is counted: two processes that never met mint the same identifier for the same name.
package ident

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// CodeMalformed is the code of a text that is no identifier.
const CodeMalformed fault.Code = "identifier_malformed"

// Kind says what sort of object a name names; it is part of the digest, so names of two kinds never meet.
type Kind string

// The kinds of names.
const (
	Payment  Kind = "payment"  // (client, merchant account, paymentRequestId)
	Refund   Kind = "refund"   // (client, merchant account, refundRequestId)
	Reversal Kind = "reversal" // (payment, cause): a refund we owe by ourselves
	Quote    Kind = "quote"    // (client, pair, start, price)
	Event    Kind = "event"    // (lane, n, endpoint): one message to one subscriber
	Proposal Kind = "proposal" // (digest of what will happen)
)

// Digest is the first 16 bytes of SHA-256 over the length-prefixed parts of a name.
type Digest [16]byte

// ID names one object of one lane. The zero ID names nothing.
type ID struct {
	Lane   Lane
	Digest Digest
}

// TextLength is the length of an ID's text.
const TextLength = 28

// Name is the identifier of the object so named, in its lane.
//
// Invariant: equal parts give equal identifiers, for ever; a part's end can't be mistaken for the next one's beginning.
func Name(lane Lane, kind Kind, parts ...string) ID {
	return ID{Lane: lane, Digest: DigestOf(kind, parts...)}
}

// DigestOf is the digest of a name.
func DigestOf(kind Kind, parts ...string) Digest {
	var space [512]byte
	text := binary.AppendUvarint(space[:0], uint64(len(kind)))
	text = append(text, kind...)
	for _, part := range parts {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	sum := sha256.Sum256(text)
	return Digest(sum[:16])
}

// IsZero reports whether id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// alphabet is Crockford's base 32: no I, L, O or U, so that nobody misreads an identifier aloud.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// String is 28 characters: two for the lane, 26 for the digest. It sorts by lane, holds no dot and is safe in a URL.
func (id ID) String() string {
	var text [TextLength]byte
	text[0], text[1] = alphabet[id.Lane>>5&31], alphabet[id.Lane&31]
	high, low := binary.BigEndian.Uint64(id.Digest[:8]), binary.BigEndian.Uint64(id.Digest[8:])
	for i := TextLength - 1; i >= 2; i-- {
		text[i] = alphabet[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return string(text[:])
}

// Parse reads an identifier's text exactly as String writes it.
//
// Errors: Invalid identifier_malformed.
func Parse(text string) (ID, error) {
	malformed := &fault.Error{Op: "ident.Parse", Kind: fault.Invalid, Code: CodeMalformed,
		Detail: "an identifier is 28 characters of 0-9 and A-Z without I, L, O, U"}
	if len(text) != TextLength {
		return ID{}, malformed
	}
	var high, low uint64
	lane := uint64(0)
	for i := range TextLength {
		v := value(text[i])
		if v < 0 {
			return ID{}, malformed
		}
		if i < 2 {
			lane = lane<<5 | uint64(v)
			continue
		}
		if high>>59 != 0 {
			return ID{}, malformed // more than 128 bits
		}
		high = high<<5 | low>>59
		low = low<<5 | uint64(v)
	}
	id := ID{Lane: Lane(lane)}
	binary.BigEndian.PutUint64(id.Digest[:8], high)
	binary.BigEndian.PutUint64(id.Digest[8:], low)
	return id, nil
}

// Ours reads a text that this program wrote itself. Invariant: it is an identifier.
func Ours(text string) ID {
	id, err := Parse(text)
	invariant.Check(err == nil, "ident: %q is no identifier of ours", text)
	return id
}

func value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'H':
		return int(c-'A') + 10
	case c == 'J' || c == 'K':
		return int(c-'J') + 18
	case c == 'M' || c == 'N':
		return int(c-'M') + 20
	case c >= 'P' && c <= 'T':
		return int(c-'P') + 22
	case c >= 'V' && c <= 'Z':
		return int(c-'V') + 27
	}
	return -1
}
