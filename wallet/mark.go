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

// claimOverlap is how long after a change of the daily key a code is still looked for under the last one, and how long before
// it under the next.
//
// Source: decisions B23. A payer's code is good for a minute; issuers refuse older ones. The next key was found to be needed by
// simulation: a clock that is set back over midnight, or another process's that is behind, meets codes spent tomorrow.
const claimOverlap = time.Hour

// Marks are the marks under which a code is looked for: under the key of the moment, which is the one to write, of an hour
// before, and of an hour later. They are equal but for the first and the last hour of a UTC day.
type Marks [3]Mark

// ClaimMarks are the marks of a code at a time. Marks of different days cannot be linked without the secret.
//
// Invariant: s was made by NewSecret.
// Source: decisions B23.
func ClaimMarks(s Secret, code string, at time.Time) Marks {
	now, before, after := dayOf(at), dayOf(at.Add(-claimOverlap)), dayOf(at.Add(claimOverlap))
	m := claimMark(s, code, now)
	marks := Marks{m, m, m}
	if before != now {
		marks[1] = claimMark(s, code, before)
	}
	if after != now {
		marks[2] = claimMark(s, code, after)
	}
	return marks
}

// dayOf is when the UTC day of a time began, in seconds since 1970.
func dayOf(at time.Time) int64 { return at.UTC().Truncate(24 * time.Hour).Unix() }

func claimMark(s Secret, code string, day int64) Mark {
	key := keyed(s.bytes(), []byte(claimLabel), binary.BigEndian.AppendUint64(nil, uint64(day)))
	return Mark(keyed(key, []byte(code)))
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
