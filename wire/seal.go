// SPDX-License-Identifier: Apache-2.0

// Package wire owns the bytes exchanged with merchants and wallets: the signed text, keys, headers, times, the result
// object, strict JSON, lenient scalars, and the shapes both dialects share. It opens no socket and reads no clock.
//
// A receiver calls Open on the bytes as they arrived, before it reads a single field, then Decode, then Validate of the
// dialect's message. A sender calls Encode, then one of the Seal functions, and sends exactly those bytes.
// The dialects are wire/ams (merchants and acquirers) and wire/aps (wallets).
// Read seal.go first, then decode.go, then inspection.go and order.go.
package wire

import (
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the errors about signatures and keys.
const (
	CodeEnvelopeMalformed  fault.Code = "envelope_malformed"
	CodeSignatureMissing   fault.Code = "signature_missing"
	CodeSignatureMalformed fault.Code = "signature_malformed"
	CodeSignatureInvalid   fault.Code = "signature_invalid"
	CodeKeyNotFound        fault.Code = "key_not_found"
	CodeKeyMalformed       fault.Code = "key_malformed"
)

// Envelope is everything a signature covers, exactly as it travels.
//
// A response carries the path and client id of its request. Path is the raw path, with the query when there is one; in
// the sandbox it is the rewritten path. Time is the text of the time header, never a time printed anew.
type Envelope struct {
	Method   string
	Path     string
	ClientID string
	Time     string
	Body     []byte
}

// SignedText is the text a signature is made over: method, space, path, line feed, client id, dot, time, dot, body.
//
// Source: reference/alipay-wire-api.md 1.3.
func SignedText(e Envelope) []byte {
	text := make([]byte, 0, len(e.Method)+len(e.Path)+len(e.ClientID)+len(e.Time)+len(e.Body)+4)
	text = append(text, e.Method...)
	text = append(text, ' ')
	text = append(text, e.Path...)
	text = append(text, '\n')
	text = append(text, e.ClientID...)
	text = append(text, '.')
	text = append(text, e.Time...)
	text = append(text, '.')
	return append(text, e.Body...)
}

// SealRequest signs a request and returns the headers to send with it, the signature last.
//
// Errors: Invalid envelope_malformed, Internal key_malformed for a key that was never set or a version below 1.
func SealRequest(key PrivateKey, version int, e Envelope) ([]Header, error) {
	return seal(key, version, e, HeaderRequestTime)
}

// SealResponse signs the answer to a request and returns the headers to send with it, the signature last. The Envelope
// holds the method, path and client id of the request, the time of the response and the body of the response.
//
// Errors: Invalid envelope_malformed, Internal key_malformed for a key that was never set or a version below 1.
func SealResponse(key PrivateKey, version int, e Envelope) ([]Header, error) {
	return seal(key, version, e, HeaderResponseTime)
}

// SealNotification signs a message to an address its receiver chose and returns the headers to send with it. On the wire
// it is a request whose path is SignedPath of that address and whose client id is the receiver's.
//
// Errors: Invalid envelope_malformed, Internal key_malformed for a key that was never set or a version below 1.
func SealNotification(key PrivateKey, version int, e Envelope) ([]Header, error) {
	return seal(key, version, e, HeaderRequestTime)
}

func seal(key PrivateKey, version int, e Envelope, timeHeader string) ([]Header, error) {
	if err := e.check("wire.Seal"); err != nil {
		return nil, err
	}
	if version < 1 {
		return nil, &fault.Error{Op: "wire.Seal", Kind: fault.Internal, Code: CodeKeyMalformed, Subject: "keyVersion",
			Detail: "the version of a key we sign with must be at least 1"}
	}
	value, err := key.Sign(SignedText(e))
	if err != nil {
		return nil, err
	}
	signature := Signature{Algorithm: key.Algorithm(), KeyVersion: version, Value: value}
	return []Header{
		{Name: HeaderContentType, Value: ContentType},
		{Name: HeaderClientID, Value: e.ClientID},
		{Name: timeHeader, Value: e.Time},
		{Name: HeaderSignature, Value: signature.Header()},
	}, nil
}

// Open succeeds only when the signature header was made over this envelope by the holder of the key that keys names for
// the header's version. The algorithm is the key's; a header that names another one is refused.
//
// keys is asked once, after the header was read and before any arithmetic. Version 0 is a header without a version: the
// sender's key in use.
// Errors: Unauthenticated signature_missing, signature_malformed, key_not_found, signature_invalid; Invalid
// envelope_malformed.
func Open(e Envelope, signatureHeader string, keys func(version int) (PublicKey, bool)) error {
	if err := e.check("wire.Open"); err != nil {
		return err
	}
	signature, err := ParseSignature(signatureHeader)
	if err != nil {
		return err
	}
	key, ok := keys(signature.KeyVersion)
	if !ok {
		return &fault.Error{Op: "wire.Open", Kind: fault.Unauthenticated, Code: CodeKeyNotFound, Subject: "keyVersion",
			Detail: "there is no public key of this keyVersion"}
	}
	if signature.Algorithm != key.Algorithm() {
		return &fault.Error{Op: "wire.Open", Kind: fault.Unauthenticated, Code: CodeSignatureInvalid,
			Subject: HeaderSignature, Detail: "the algorithm of the signature is not the algorithm of the key"}
	}
	if !key.Verify(SignedText(e), signature.Value) {
		return &fault.Error{Op: "wire.Open", Kind: fault.Unauthenticated, Code: CodeSignatureInvalid,
			Subject: HeaderSignature, Detail: "the signature does not match the request"}
	}
	return nil
}

// check refuses an envelope with a part that is missing, or that could be cut at another place and still give the same
// signed text: the parts are joined by a space, a line feed and dots, and none of them is escaped.
func (e Envelope) check(op string) error {
	problem := ""
	switch {
	case e.Method == "" || strings.ContainsFunc(e.Method, notUpper):
		problem = "the method is missing or not in upper case"
	case !strings.HasPrefix(e.Path, "/") || strings.ContainsFunc(e.Path, control):
		problem = "the path is missing or malformed"
	case e.ClientID == "" || strings.ContainsFunc(e.ClientID, control) || strings.Contains(e.ClientID, "."):
		problem = "the header client-id is missing or malformed"
	case e.Time == "" || strings.ContainsFunc(e.Time, control):
		problem = "the header request-time or response-time is missing or malformed"
	default:
		return nil
	}
	return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeEnvelopeMalformed, Detail: problem}
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func notUpper(r rune) bool { return r < 'A' || r > 'Z' }
