// SPDX-License-Identifier: Apache-2.0

package wallet

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Mark is a keyed digest of a payer's code. The code itself is a bearer token and is never kept.
type Mark [16]byte

// Secret keys the marks of one house. Without it nobody can find a code to a mark by trying them all.
//
// Invariant: no way of printing, formatting or encoding a Secret shows it.
type Secret struct {
	key func() []byte // a function: inside another struct package fmt calls no method, and prints what pointers point to
}

// NewSecret is the secret with the given bytes, which are uniformly random and known to this house alone.
func NewSecret(key [sha256.Size]byte) Secret { return Secret{key: func() []byte { return key[:] }} }

// bytes is the key of the first derivation.
func (s Secret) bytes() []byte {
	invariant.Check(s.key != nil, "wallet: a secret that was never set")
	return s.key()
}

const redactedSecret = "[secret]"

// String hides the secret.
func (s Secret) String() string { return redactedSecret }

// GoString hides the secret.
func (s Secret) GoString() string { return redactedSecret }

// Format hides the secret under every verb.
func (s Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redactedSecret) }

// MarshalText hides the secret from encoders, and so from structured logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redactedSecret), nil }

// The labels keep what is derived for one purpose from meeting what is derived for another. They are stored with the marks
// they made: they never change.
const (
	claimLabel       = "kakehashi claim key"
	fingerprintLabel = "kakehashi fingerprint"
)

// claimOverlap is how long after a change of the daily key a code is still looked for under the last one.
//
// Source: decisions B23. A payer's code is good for a minute; issuers refuse older ones.
const claimOverlap = time.Hour

// ClaimMarks are the marks under which a code is spent: under the key of the day of at, which is the one to write, and under
// the key of one hour before. They are equal but for the first hour of a UTC day. Marks of different days cannot be linked
// without the secret.
//
// Invariant: s was made by NewSecret.
// Source: decisions B23.
func ClaimMarks(s Secret, code string, at time.Time) [2]Mark {
	return [2]Mark{claimMark(s, code, at), claimMark(s, code, at.Add(-claimOverlap))}
}

func claimMark(s Secret, code string, at time.Time) Mark {
	day := binary.BigEndian.AppendUint64(nil, uint64(at.UTC().Truncate(24*time.Hour).Unix()))
	return Mark(keyed(keyed(s.bytes(), []byte(claimLabel), day), []byte(code)))
}

// Fingerprint is the mark that shows whether a repeated payment request names the same code. Marks of different payments
// cannot be linked without the secret, so it may be kept as long as the payment.
//
// Invariant: s was made by NewSecret.
func Fingerprint(s Secret, payment ident.ID, code string) Mark {
	lane := binary.BigEndian.AppendUint64(nil, uint64(payment.Lane.Key()))
	return Mark(keyed(s.bytes(), []byte(fingerprintLabel), lane, payment.Digest[:], []byte(code)))
}

// keyed is HMAC-SHA-256 over the parts; all but the last are of one length for each label.
func keyed(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		_, _ = mac.Write(part) // a hash never fails
	}
	return mac.Sum(nil)
}
