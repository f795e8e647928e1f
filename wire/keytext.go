// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// keyTextMax holds a private key of the largest size with room to spare.
const keyTextMax = 16 << 10

// ParsePublicKey reads an X.509 SubjectPublicKeyInfo, as base64 on one line or with line breaks, or as PEM. The kind of
// key decides the algorithm.
//
// Errors: Invalid key_malformed.
func ParsePublicKey(text string) (PublicKey, error) {
	der, err := keyBytes("wire.ParsePublicKey", text, "PUBLIC KEY")
	if err != nil {
		return PublicKey{}, err
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return PublicKey{}, keyMalformed("wire.ParsePublicKey",
			"the public key must be an X.509 SubjectPublicKeyInfo in base64 or PEM")
	}
	switch key := parsed.(type) {
	case *rsa.PublicKey:
		if problem := weakness(key); problem != "" {
			return PublicKey{}, keyMalformed("wire.ParsePublicKey", problem)
		}
		return PublicKey{algorithm: RSA256, rsa: key}, nil
	case ed25519.PublicKey:
		return PublicKey{algorithm: Ed25519, ed25519: key}, nil
	}
	return PublicKey{}, keyMalformed("wire.ParsePublicKey", "the public key must be an RSA or Ed25519 key")
}

// ParsePrivateKey reads PKCS#8 (RSA or Ed25519) or PKCS#1 (RSA), as base64 on one line or with line breaks, or as PEM
// without a passphrase. The kind of key decides the algorithm.
//
// Errors: Invalid key_malformed; no part of the text appears in the error.
func ParsePrivateKey(text string) (PrivateKey, error) {
	const op = "wire.ParsePrivateKey"
	der, err := keyBytes(op, text, "PRIVATE KEY", "RSA PRIVATE KEY")
	if err != nil {
		return PrivateKey{}, err
	}
	var parsed any
	if parsed, err = x509.ParsePKCS8PrivateKey(der); err != nil {
		parsed, err = x509.ParsePKCS1PrivateKey(der)
	}
	if err != nil {
		return PrivateKey{}, keyMalformed(op, "the private key must be PKCS#8 or PKCS#1 in base64 or PEM")
	}
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		if problem := weakness(&key.PublicKey); problem != "" {
			return PrivateKey{}, keyMalformed(op, problem)
		}
		if len(key.Primes) != 2 {
			return PrivateKey{}, keyMalformed(op, "the RSA key must have two primes")
		}
		key.Precompute()
		return PrivateKey{algorithm: RSA256, rsa: key}, nil
	case ed25519.PrivateKey:
		return PrivateKey{algorithm: Ed25519, ed25519: &key}, nil
	}
	return PrivateKey{}, keyMalformed(op, "the private key must be an RSA or Ed25519 key")
}

// SPKI is the key as one line of base64, in the form every partner registers. Invariant: the key was set.
func (k PublicKey) SPKI() string {
	invariant.Check(k.algorithm != 0, "wire: printing a key that was never set")
	var key any = k.rsa
	if k.algorithm == Ed25519 {
		key = k.ed25519
	}
	return printed(x509.MarshalPKIXPublicKey(key))
}

// PKCS8 is the key as one line of base64, in the form the Go, Java and .NET SDKs read. Invariant: the key was set.
func (k PrivateKey) PKCS8() string {
	invariant.Check(k.algorithm != 0, "wire: printing a key that was never set")
	var key any = k.rsa
	if k.algorithm == Ed25519 {
		key = *k.ed25519
	}
	return printed(x509.MarshalPKCS8PrivateKey(key))
}

// PKCS1 is an RSA key as one line of base64, in the form the Python and PHP SDKs read; ok is false for another algorithm.
func (k PrivateKey) PKCS1() (text string, ok bool) {
	if k.algorithm != RSA256 {
		return "", false
	}
	return printed(x509.MarshalPKCS1PrivateKey(k.rsa), nil), true
}

func printed(der []byte, err error) string {
	invariant.Check(err == nil, "wire: printing a key that was read before: %v", err)
	return base64.StdEncoding.EncodeToString(der)
}

func keyBytes(op, text string, pemTypes ...string) ([]byte, error) {
	if len(text) > keyTextMax {
		return nil, keyMalformed(op, "the key is longer than 16384 characters")
	}
	if strings.Contains(text, "-----BEGIN") {
		block, rest := pem.Decode([]byte(text))
		if block == nil || strings.TrimSpace(string(rest)) != "" {
			return nil, keyMalformed(op, "the key must be exactly one PEM block")
		}
		for _, known := range pemTypes {
			if block.Type == known {
				return block.Bytes, nil
			}
		}
		return nil, keyMalformed(op, "the PEM block must be of type "+strings.Join(pemTypes, " or "))
	}
	joined := strings.Join(strings.Fields(text), "")
	der, err := base64.StdEncoding.DecodeString(joined)
	if err != nil || len(der) == 0 {
		return nil, keyMalformed(op, "the key must be base64 or PEM")
	}
	return der, nil
}

func weakness(key *rsa.PublicKey) string {
	switch {
	case key.N.BitLen() < rsaBitsMin:
		return "the RSA key must have at least 2048 bits"
	case key.N.BitLen() > rsaBitsMax:
		return "the RSA key must have at most 8192 bits"
	case key.E < rsaExponentMin || key.E%2 == 0:
		return "the public exponent of the RSA key must be odd and at least 65537"
	}
	return ""
}

func keyMalformed(op, detail string) error {
	return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeKeyMalformed, Detail: detail}
}

// MarshalText writes the key as SPKI does; the zero PublicKey is empty.
func (k PublicKey) MarshalText() ([]byte, error) {
	if k.algorithm == 0 {
		return nil, nil
	}
	return []byte(k.SPKI()), nil
}

// UnmarshalText reads what MarshalText writes.
//
// Errors: Invalid key_malformed.
func (k *PublicKey) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*k = PublicKey{}
		return nil
	}
	parsed, err := ParsePublicKey(string(text))
	if err != nil {
		return err
	}
	*k = parsed
	return nil
}
