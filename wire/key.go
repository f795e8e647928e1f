// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Algorithm is a way to sign. It belongs to a key; the header only repeats it. The zero Algorithm signs nothing.
type Algorithm uint8

// The algorithms. There is no third: "none" and keyed hashes have no name here.
const (
	_       Algorithm = iota
	RSA256            // RSASSA-PKCS1-v1_5 over SHA-256, at least 2048 bits: the partners' algorithm
	Ed25519           // RFC 8032: an extension of ours, fifty times cheaper to sign with
)

// The sizes of RSA keys that are accepted. A larger modulus would let a stranger's key burn our processor.
const (
	rsaBitsMin      = 2048
	rsaBitsMax      = 8192
	rsaExponentMin  = 65537
	rsaBitsOfOurKey = 2048
)

// String is the algorithm's name in the signature header.
func (a Algorithm) String() string {
	switch a {
	case RSA256:
		return "RSA256"
	case Ed25519:
		return "Ed25519"
	}
	return ""
}

func parseAlgorithm(name string) (Algorithm, bool) {
	for a := RSA256; a <= Ed25519; a++ {
		if strings.EqualFold(name, a.String()) {
			return a, true
		}
	}
	return 0, false
}

// PublicKey verifies. The zero PublicKey verifies nothing.
//
// Concurrency: safe for any number of callers.
type PublicKey struct {
	algorithm Algorithm
	rsa       *rsa.PublicKey
	ed25519   ed25519.PublicKey
}

// Algorithm is the only algorithm the key verifies with.
func (k PublicKey) Algorithm() Algorithm { return k.algorithm }

// Verify reports whether signature was made over text by the holder of the private half of k.
func (k PublicKey) Verify(text, signature []byte) bool {
	switch k.algorithm {
	case RSA256:
		digest := sha256.Sum256(text)
		return rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, digest[:], signature) == nil
	case Ed25519:
		return len(signature) == ed25519.SignatureSize && ed25519.Verify(k.ed25519, text, signature)
	}
	return false
}

// PrivateKey signs. The zero PrivateKey signs nothing.
//
// Invariant: no way of printing, formatting or encoding a PrivateKey shows the key; only PKCS8 and PKCS1 do.
// Concurrency: safe for any number of callers.
type PrivateKey struct {
	algorithm Algorithm
	rsa       *rsa.PrivateKey
	ed25519   *ed25519.PrivateKey // a pointer too: package fmt shows a slice under verbs that call no method
	turn      func(sign func())   // nil: nobody waits
}

// Algorithm is the only algorithm the key signs with.
func (k PrivateKey) Algorithm() Algorithm { return k.algorithm }

// Public is the half to hand out.
func (k PrivateKey) Public() PublicKey {
	switch k.algorithm {
	case RSA256:
		return PublicKey{algorithm: RSA256, rsa: &k.rsa.PublicKey}
	case Ed25519:
		return PublicKey{algorithm: Ed25519, ed25519: k.ed25519.Public().(ed25519.PublicKey)}
	}
	return PublicKey{}
}

// Sign is the signature over text. The same text always gives the same signature.
//
// Errors: Internal key_malformed for a key that was never set.
func (k PrivateKey) Sign(text []byte) ([]byte, error) {
	if k.turn != nil {
		turn := k.turn
		k.turn = nil
		var signature []byte
		var err error
		turn(func() { signature, err = k.Sign(text) })
		return signature, err
	}
	switch k.algorithm {
	case RSA256:
		digest := sha256.Sum256(text)
		signature, err := rsa.SignPKCS1v15(nil, k.rsa, crypto.SHA256, digest[:])
		if err != nil {
			return nil, &fault.Error{Op: "wire.Sign", Kind: fault.Internal, Code: CodeKeyMalformed, Err: err}
		}
		return signature, nil
	case Ed25519:
		return ed25519.Sign(*k.ed25519, text), nil
	}
	return nil, &fault.Error{Op: "wire.Sign", Kind: fault.Internal, Code: CodeKeyMalformed,
		Detail: "the private key was never set"}
}

// InTurn is the key whose signatures are made inside turn, which calls what it is handed once and may keep it waiting: an RSA
// signature takes a processor for most of a millisecond, and a process bounds how many are made at once.
func (k PrivateKey) InTurn(turn func(sign func())) PrivateKey {
	k.turn = turn
	return k
}

const redactedKey = "[private key]"

// String hides the key.
func (k PrivateKey) String() string { return redactedKey }

// GoString hides the key.
func (k PrivateKey) GoString() string { return redactedKey }

// Format hides the key under every verb.
func (k PrivateKey) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redactedKey) }

// MarshalText hides the key from encoders, and so from structured logs.
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(redactedKey), nil }

// GenerateRSA makes a new key of 2048 bits, the size every official SDK works with.
//
// The standard library draws RSA keys from the operating system whatever reader it is handed; entropy is passed on for
// the settings under which it is honoured.
// Errors: Internal key_malformed.
func GenerateRSA(entropy io.Reader) (PrivateKey, error) {
	key, err := rsa.GenerateKey(entropy, rsaBitsOfOurKey)
	if err != nil {
		return PrivateKey{}, &fault.Error{Op: "wire.GenerateRSA", Kind: fault.Internal, Code: CodeKeyMalformed, Err: err}
	}
	return PrivateKey{algorithm: RSA256, rsa: key}, nil
}

// GenerateEd25519 makes a new key from the next 32 bytes of entropy.
//
// Errors: Internal key_malformed when entropy ends early.
func GenerateEd25519(entropy io.Reader) (PrivateKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(entropy, seed); err != nil {
		return PrivateKey{}, &fault.Error{Op: "wire.GenerateEd25519", Kind: fault.Internal, Code: CodeKeyMalformed, Err: err}
	}
	key := ed25519.NewKeyFromSeed(seed)
	return PrivateKey{algorithm: Ed25519, ed25519: &key}, nil
}
