// SPDX-License-Identifier: Apache-2.0

package people

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeEntropyFailed is the code of a secret that could not be drawn.
const CodeEntropyFailed fault.Code = "sign_in_entropy_failed"

// Digest is SHA-256 of something that is not kept itself.
type Digest [sha256.Size]byte

// IsZero reports whether nothing was digested.
func (d Digest) IsZero() bool { return d == Digest{} }

// Equal compares in constant time.
func (d Digest) Equal(other Digest) bool { return subtle.ConstantTimeCompare(d[:], other[:]) == 1 }

// String is the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Secret is a text that no way of printing shows: a token, a recovery code, a password's hash.
type Secret struct{ reveal func() string } // a function: package fmt prints what a string in a struct holds

const redactedSecret = "[secret]"

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{reveal: func() string { return text }} }

// Reveal is the text itself. Whoever calls it answers for where it goes.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// Digest is what is kept of the secret.
func (s Secret) Digest() Digest { return sha256.Sum256([]byte(s.Reveal())) }

// String hides the text.
func (s Secret) String() string { return redactedSecret }

// GoString hides the text.
func (s Secret) GoString() string { return redactedSecret }

// Format hides the text under every verb.
func (s Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redactedSecret) }

// MarshalText hides the text from encoders, and so from structured logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redactedSecret), nil }

// tokenBytes is the length of a token. Units: bytes; 256 bits cannot be guessed.
const tokenBytes = 32

// NewToken draws a secret of 256 bits: 43 characters that are safe in a URL and in a cookie.
//
// Errors: Unavailable sign_in_entropy_failed.
func NewToken(entropy io.Reader) (Secret, error) {
	var drawn [tokenBytes]byte
	defer clear(drawn[:])
	if err := draw("people.NewToken", entropy, drawn[:]); err != nil {
		return Secret{}, err
	}
	return NewSecret(base64.RawURLEncoding.EncodeToString(drawn[:])), nil
}

func draw(op string, entropy io.Reader, into []byte) error {
	if _, err := io.ReadFull(entropy, into); err != nil {
		return &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodeEntropyFailed, Err: err}
	}
	return nil
}
