// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// Cost is what a password's hash takes: the memory in KiB, the passes over it, and the threads.
type Cost struct {
	Memory  uint32
	Passes  uint32
	Threads uint8
}

// Standard is the cost of new hashes.
//
// Source: RFC 9106 for the function; OWASP Password Storage Cheat Sheet for the cost, 19 MiB in two passes.
func Standard() Cost { return Cost{Memory: 19 << 10, Passes: 2, Threads: 1} }

// What a hash is made of, and how much of it is read from a stored one.
const (
	saltBytes = 16
	sumBytes  = 32
	memoryMax = 1 << 20 // KiB
	passesMax = 16
	phcMax    = 256
)

// Codes of the errors of hashing.
const (
	CodeHashMalformed fault.Code = "password_hash_malformed"
	CodeNoEntropy     fault.Code = "password_entropy_failed"
)

// Hasher hashes passwords with argon2id, a bounded number at once: each takes the memory of its cost.
//
// Concurrency: safe for any number of callers.
type Hasher struct {
	cost    Cost
	entropy io.Reader
	seats   chan struct{}
	decoy   people.Secret
}

// NewHasher is a hasher that works on so many passwords at once; the others wait.
//
// Errors: Unavailable password_entropy_failed.
func NewHasher(cost Cost, entropy io.Reader, atOnce int) (*Hasher, error) {
	h := &Hasher{cost: cost, entropy: entropy, seats: make(chan struct{}, max(1, atOnce))}
	var err error
	h.decoy, err = h.Hash(context.Background(), "a password that nobody has")
	return h, err
}

// Hash is a password's hash as a PHC string, with a salt of its own.
//
// Errors: Unavailable password_entropy_failed, sign_in_busy when the caller gave up waiting.
// Source: PHC string format.
func (h *Hasher) Hash(ctx context.Context, password string) (people.Secret, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.entropy, salt); err != nil {
		return people.Secret{}, &fault.Error{Op: "signin.Hash", Kind: fault.Unavailable, Code: CodeNoEntropy, Err: err}
	}
	sum, err := h.sum(ctx, password, phc{cost: h.cost, salt: salt, sum: make([]byte, sumBytes)})
	if err != nil {
		return people.Secret{}, err
	}
	return people.NewSecret(phc{cost: h.cost, salt: salt, sum: sum}.String()), nil
}

// Verify reports whether a password has a hash, and whether the hash should be made anew at the present cost. For an
// empty hash, nobody's, it works as long as for one of the present cost.
//
// Errors: Internal password_hash_malformed; Unavailable sign_in_busy when the caller gave up waiting.
func (h *Hasher) Verify(ctx context.Context, hash people.Secret, password string) (right, old bool, err error) {
	nobody := hash.Empty()
	if nobody {
		hash = h.decoy
	}
	p, err := parsePHC(hash.Reveal())
	if err != nil {
		return false, false, err
	}
	sum, err := h.sum(ctx, password, p)
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(sum, p.sum) == 1
	return same && !nobody, p.cost != h.cost || len(p.sum) != sumBytes || len(p.salt) != saltBytes, nil
}

// sum takes a seat and hashes.
func (h *Hasher) sum(ctx context.Context, password string, p phc) ([]byte, error) {
	select {
	case h.seats <- struct{}{}:
		defer func() { <-h.seats }()
	case <-ctx.Done():
		return nil, &fault.Error{Op: "signin.Hash", Kind: fault.Unavailable, Code: CodeBusy,
			Detail: "too many people sign in at this moment", Err: ctx.Err()}
	}
	text := norm.NFKC.String(password) // a full-width letter is the same key on another keyboard
	return argon2.IDKey([]byte(text), p.salt, p.cost.Passes, p.cost.Memory, p.cost.Threads, uint32(len(p.sum))), nil
}

// phc is a PHC string of argon2id.
type phc struct {
	cost Cost
	salt []byte
	sum  []byte
}

// String is what parsePHC reads.
func (p phc) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.Memory, p.cost.Passes,
		p.cost.Threads,
		b.EncodeToString(p.salt), b.EncodeToString(p.sum))
}

// parsePHC reads a PHC string exactly as it is written, within what this program is ready to spend.
func parsePHC(text string) (phc, error) {
	wrong := &fault.Error{Op: "signin.Verify", Kind: fault.Internal, Code: CodeHashMalformed}
	parts := strings.Split(text, "$")
	if len(text) > phcMax || len(parts) != 6 {
		return phc{}, wrong
	}
	var p phc
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.Memory, &p.cost.Passes, &p.cost.Threads); n != 3 ||
		err != nil {
		return phc{}, wrong
	}
	var errSalt, errSum error
	p.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	p.sum, errSum = base64.RawStdEncoding.DecodeString(parts[5])
	switch {
	case errSalt != nil || errSum != nil || len(p.salt) < 8 || len(p.sum) < 16 || len(p.salt) > 64 || len(p.sum) > 64,
		p.cost.Memory < 8*uint32(p.cost.Threads) || p.cost.Memory > memoryMax,
		p.cost.Passes < 1 || p.cost.Passes > passesMax || p.cost.Threads < 1,
		p.String() != text:
		return phc{}, wrong
	}
	return p, nil
}

// How names and passwords may be.
//
// Source: NIST SP 800-63B-4, section 3.1.1.2: length counts, composition does not.
const (
	passwordMin = 12
	passwordMax = 256
	nameMin     = 3
	nameMax     = 128
	shownMax    = 100
)

// plainName is a name that people sign in with as it is digested: however it was typed.
func plainName(name string) string {
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(name)))
}

// checkName says whether a name may be signed in with.
//
// Errors: Invalid sign_in_field_malformed, its subject the phrase that says why.
func checkName(name string) error {
	plain := plainName(name)
	n := utf8.RuneCountInString(plain)
	odd := func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == utf8.RuneError }
	if n < nameMin || n > nameMax || strings.ContainsFunc(plain, odd) {
		return field("wrong.name", "name must be 3 to 128 characters without blanks")
	}
	return nil
}

// checkPassword says whether a password may be one.
//
// Errors: Invalid sign_in_field_malformed.
func checkPassword(name, password string) error {
	n := utf8.RuneCountInString(norm.NFKC.String(password))
	switch {
	case n < passwordMin || n > passwordMax || !utf8.ValidString(password):
		return field("wrong.password", "password must be 12 to 256 characters")
	case plainName(password) == plainName(name):
		return field("wrong.password.name", "password must not be the name")
	}
	return nil
}

// checkShown says whether a name may be shown to others.
//
// Errors: Invalid sign_in_field_malformed.
func checkShown(shown string) error {
	n := utf8.RuneCountInString(strings.TrimSpace(shown))
	if n < 1 || n > shownMax || !utf8.ValidString(shown) || strings.ContainsFunc(shown, unicode.IsControl) {
		return field("wrong.shown", "shown must be 1 to 100 characters")
	}
	return nil
}

func field(phrase, detail string) error {
	return &fault.Error{Op: "signin.Check", Kind: fault.Invalid, Code: CodeFields, Subject: phrase, Detail: detail}
}
