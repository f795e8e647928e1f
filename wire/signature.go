// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// signatureHeaderMax holds the signature of the largest key, every character of it escaped.
const signatureHeaderMax = 4096

// Signature is what the signature header says.
//
// KeyVersion counts from 1; 0 is a header that named no version or version 0.
type Signature struct {
	Algorithm  Algorithm
	KeyVersion int
	Value      []byte
}

// Header is the value of the signature header. Receivers cut it by position and unescape it, so there is one way to write
// it: no spaces, this order, base64 with padding, and '+', '/' and '=' escaped.
func (s Signature) Header() string {
	encoded := base64.StdEncoding.EncodeToString(s.Value)
	header := make([]byte, 0, len(encoded)+len(encoded)/8+64)
	header = append(header, "algorithm="...)
	header = append(header, s.Algorithm.String()...)
	header = append(header, ",keyVersion="...)
	header = strconv.AppendInt(header, int64(s.KeyVersion), 10)
	header = append(header, ",signature="...)
	for i := range len(encoded) {
		switch encoded[i] {
		case '+':
			header = append(header, "%2B"...)
		case '/':
			header = append(header, "%2F"...)
		case '=':
			header = append(header, "%3D"...)
		default:
			header = append(header, encoded[i])
		}
	}
	return string(header)
}

// ParseSignature reads the value of a signature header as every known sender writes it: parts in any order, spaces around
// them, names in any case, unknown parts; the signature escaped or not, in either base64 alphabet, padded or not.
//
// What would be ambiguous is refused: a part given twice, an unknown algorithm, a value that is still escaped after it
// was unescaped once.
// Errors: Unauthenticated signature_missing, signature_malformed.
// Source: reference/alipay-wire-api.md 1.2.
func ParseSignature(header string) (Signature, error) {
	if strings.TrimSpace(header) == "" {
		return Signature{}, &fault.Error{Op: "wire.ParseSignature", Kind: fault.Unauthenticated,
			Code: CodeSignatureMissing, Subject: HeaderSignature, Detail: "the header signature is missing"}
	}
	if len(header) > signatureHeaderMax {
		return Signature{}, signatureMalformed("the header signature is longer than 4096 characters")
	}
	var algorithm, version, value string
	for part := range strings.SplitSeq(header, ",") {
		name, text, _ := strings.Cut(part, "=")
		var target *string
		switch name = strings.TrimSpace(name); {
		case strings.EqualFold(name, "algorithm"):
			target = &algorithm
		case strings.EqualFold(name, "keyVersion"):
			target = &version
		case strings.EqualFold(name, "signature"):
			target = &value
		default:
			continue
		}
		if *target != "" {
			return Signature{}, signatureMalformed("the header signature has a part twice")
		}
		*target = text
	}
	return assembleSignature(strings.TrimSpace(algorithm), strings.TrimSpace(version), withLostPlus(value))
}

// withLostPlus is a signature without the spaces around it, save those that were its first characters: padded base64 is a
// multiple of four, so where it is short of that a space before it was a '+'.
func withLostPlus(value string) string {
	trimmed := strings.TrimSpace(value)
	start := strings.Index(value, trimmed)
	for strings.HasSuffix(trimmed, "=") && len(trimmed)%4 != 0 && start > 0 && value[start-1] == ' ' {
		start--
		trimmed = "+" + trimmed
	}
	return trimmed
}

func assembleSignature(algorithm, version, value string) (Signature, error) {
	a, ok := parseAlgorithm(algorithm)
	if !ok {
		return Signature{}, signatureMalformed("the algorithm of the header signature must be RSA256 or Ed25519")
	}
	number, ok := parseKeyVersion(version)
	if !ok {
		return Signature{}, signatureMalformed("the keyVersion of the header signature must be a whole number")
	}
	bytes, ok := decodeSignatureValue(value)
	if !ok {
		return Signature{}, signatureMalformed("the signature of the header signature must be base64, URL-encoded once")
	}
	return Signature{Algorithm: a, KeyVersion: number, Value: bytes}, nil
}

func signatureMalformed(detail string) error {
	return &fault.Error{Op: "wire.ParseSignature", Kind: fault.Unauthenticated, Code: CodeSignatureMalformed,
		Subject: HeaderSignature, Detail: detail}
}

func parseKeyVersion(text string) (int, bool) {
	if text == "" {
		return 0, true
	}
	if len(text) > 9 || strings.ContainsFunc(text, notDigit) {
		return 0, false
	}
	number, err := strconv.Atoi(text)
	return number, err == nil
}

// decodeSignatureValue undoes one URL-encoding and reads what is left as base64. A space is a '+' that something on the
// way took for an encoded space.
func decodeSignatureValue(text string) ([]byte, bool) {
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' {
			if i+2 >= len(text) {
				return nil, false
			}
			high, low := unhex(text[i+1]), unhex(text[i+2])
			if high < 0 || low < 0 {
				return nil, false
			}
			c = byte(high<<4 | low)
			i += 2
		}
		switch c {
		case ' ', '-':
			c = '+'
		case '_':
			c = '/'
		case '\r', '\n': // the decoder would skip them
			return nil, false
		}
		plain = append(plain, c)
	}
	for range 2 {
		if n := len(plain); n > 0 && plain[n-1] == '=' {
			plain = plain[:n-1]
		}
	}
	value := make([]byte, base64.RawStdEncoding.DecodedLen(len(plain)))
	n, err := base64.RawStdEncoding.Strict().Decode(value, plain)
	return value[:n], err == nil && n > 0
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func notDigit(r rune) bool { return r < '0' || r > '9' }
