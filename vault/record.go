// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// A record of format 1:
//
//	 1 byte    the format
//	 4 bytes   version of the key-encryption key, big-endian
//	12 bytes   nonce of the wrapping
//	48 bytes   the data key under that key: AES-256-GCM, bound to format, version, purpose and name
//	12 bytes   nonce of the text
//	 n bytes   16 bytes of salt and the text under the data key: AES-256-GCM, bound to format, purpose and name
//
// A format once written is read for ever.
const (
	format     = 1
	nonceBytes = 12
	tagBytes   = 16
	saltBytes  = 16

	versionAt    = 1
	wrapAt       = versionAt + 4
	textAt       = wrapAt + nonceBytes + keyBytes + tagBytes
	overhead     = textAt + nonceBytes + saltBytes + tagBytes
	recordMax    = overhead + TextMax
	nameBytesMax = 255
)

// TextMax is the longest text that is sealed: a request's body. Units: bytes.
const TextMax = 64 << 10

// purpose keeps a record that was sealed as one thing from being opened as another. The values are sealed: they never change.
type purpose string

const (
	callersText purpose = "kakehashi caller's text"
	privateKey  purpose = "kakehashi private key"
)

// Seal encrypts a caller's free text under a data key of its own. The name is the object it belongs to: under another one the
// record does not open. The commitment is SHA-256 over the salt and the text, and says nothing about it without the salt.
//
// Invariant: name is 1 to 255 bytes; entropy is uniformly random.
// Errors: Invalid text_too_long; Internal key_missing for a ring without keys; Unavailable entropy_failed.
func Seal(entropy io.Reader, ring Ring, name, text []byte) (record []byte, commitment [sha256.Size]byte, err error) {
	return seal(entropy, ring, bound{callersText, name}, text)
}

// Open decrypts what Seal made for a name, and gives the commitment that the journal must hold for it.
//
// Errors: Internal record_malformed: the record is cut off, or newer than this program; Internal key_missing: the ring does
// not hold the version, which the subject names; Internal record_forged: it was changed, or belongs to another name.
func Open(ring Ring, name, record []byte) (text []byte, commitment [sha256.Size]byte, err error) {
	return open(ring, bound{callersText, name}, record)
}

// Rewrap is a caller's record with its data key under the ring's current version; the sealed text is the same to the byte. A
// record that is there already comes back as it is.
//
// Errors: those of Open, and Unavailable entropy_failed.
func Rewrap(entropy io.Reader, ring Ring, name, record []byte) ([]byte, error) {
	return rewrap(entropy, ring, bound{callersText, name}, record)
}

// SealKey is Seal for a private key of the house. No commitment to it is kept anywhere.
//
// Errors: those of Seal.
func SealKey(entropy io.Reader, ring Ring, name, key []byte) (record []byte, err error) {
	record, _, err = seal(entropy, ring, bound{privateKey, name}, key)
	return record, err
}

// OpenKey is Open for what SealKey made.
//
// Errors: those of Open.
func OpenKey(ring Ring, name, record []byte) (key []byte, err error) {
	key, _, err = open(ring, bound{privateKey, name}, record)
	return key, err
}

// RewrapKey is Rewrap for what SealKey made.
//
// Errors: those of Rewrap.
func RewrapKey(entropy io.Reader, ring Ring, name, record []byte) ([]byte, error) {
	return rewrap(entropy, ring, bound{privateKey, name}, record)
}

// VersionOf is the version of the key-encryption key that a record needs, so that those under an old one are found.
//
// Errors: Internal record_malformed.
func VersionOf(record []byte) (Version, error) {
	if err := check("vault.VersionOf", record); err != nil {
		return 0, err
	}
	return versionOf(record), nil
}

// bound is what a record is bound to.
type bound struct {
	purpose purpose
	name    []byte
}

// wrapping is what the wrapped data key is authenticated with.
func (b bound) wrapping(version Version) []byte {
	return b.text(binary.BigEndian.AppendUint32([]byte{format}, uint32(version)))
}

// content is what the sealed text is authenticated with. It leaves the version out: Rewrap changes it.
func (b bound) content() []byte { return b.text([]byte{format}) }

// text puts what a record is bound to behind a beginning whose length is the format's or the format's and the version's.
func (b bound) text(beginning []byte) []byte {
	invariant.Check(len(b.name) >= 1 && len(b.name) <= nameBytesMax, "vault: a name of %d bytes", len(b.name))
	t := append(beginning, byte(len(b.purpose)))
	t = append(t, b.purpose...)
	return append(t, b.name...)
}

func seal(entropy io.Reader, ring Ring, b bound, text []byte) (record []byte, commitment [sha256.Size]byte, err error) {
	if len(text) > TextMax {
		return nil, commitment, &fault.Error{Op: "vault.Seal", Kind: fault.Invalid, Code: CodeTextTooLong,
			Detail: "the text is longer than " + strconv.Itoa(TextMax) + " bytes"}
	}
	var fresh [keyBytes + nonceBytes + saltBytes]byte
	defer clear(fresh[:])
	if err := draw("vault.Seal", entropy, fresh[:]); err != nil {
		return nil, commitment, err
	}
	key, nonce, salt := fresh[:keyBytes], fresh[keyBytes:keyBytes+nonceBytes], fresh[keyBytes+nonceBytes:]
	record = make([]byte, 0, overhead+len(text))
	if record, err = wrap(entropy, ring, b, record, key); err != nil {
		return nil, commitment, err
	}
	salted := slices.Concat(salt, text)
	defer clear(salted)
	record = append(record, nonce...)
	return sealer(key).Seal(record, nonce, salted, b.content()), sha256.Sum256(salted), nil
}

// wrap appends the beginning of a record: the data key under the ring's current version.
func wrap(entropy io.Reader, ring Ring, b bound, record, key []byte) ([]byte, error) {
	current, err := ring.key("vault.Seal", ring.current)
	if err != nil {
		return nil, err
	}
	var nonce [nonceBytes]byte
	if err := draw("vault.Seal", entropy, nonce[:]); err != nil {
		return nil, err
	}
	record = append(record, format)
	record = binary.BigEndian.AppendUint32(record, uint32(ring.current))
	record = append(record, nonce[:]...)
	return current.Seal(record, nonce[:], key, b.wrapping(ring.current)), nil
}

// unwrap is the data key of a record.
func unwrap(ring Ring, b bound, record []byte) ([]byte, error) {
	if err := check("vault.Open", record); err != nil {
		return nil, err
	}
	version := versionOf(record)
	s, err := ring.key("vault.Open", version)
	if err != nil {
		return nil, err
	}
	nonce, sealed := record[wrapAt:wrapAt+nonceBytes], record[wrapAt+nonceBytes:textAt]
	key, err := s.Open(nil, nonce, sealed, b.wrapping(version))
	if err != nil {
		return nil, forged()
	}
	return key, nil
}

func open(ring Ring, b bound, record []byte) (text []byte, commitment [sha256.Size]byte, err error) {
	key, err := unwrap(ring, b, record)
	if err != nil {
		return nil, commitment, err
	}
	defer clear(key)
	nonce, sealed := record[textAt:textAt+nonceBytes], record[textAt+nonceBytes:]
	salted, err := sealer(key).Open(nil, nonce, sealed, b.content())
	if err != nil {
		return nil, commitment, forged()
	}
	return salted[saltBytes:], sha256.Sum256(salted), nil
}

func rewrap(entropy io.Reader, ring Ring, b bound, record []byte) ([]byte, error) {
	key, err := unwrap(ring, b, record)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	if versionOf(record) == ring.current {
		return bytes.Clone(record), nil
	}
	renewed, err := wrap(entropy, ring, b, make([]byte, 0, len(record)), key)
	if err != nil {
		return nil, err
	}
	return append(renewed, record[textAt:]...), nil
}

// check says whether a record has the shape of one.
func check(op string, record []byte) error {
	var problem error
	switch {
	case len(record) < overhead || len(record) > recordMax:
		problem = fmt.Errorf("a record of %d bytes", len(record))
	case record[0] != format:
		problem = fmt.Errorf("format %d is not known", record[0])
	default:
		return nil
	}
	return &fault.Error{Op: op, Kind: fault.Internal, Code: CodeRecordMalformed, Err: problem}
}

// versionOf reads the version of a record that was checked.
func versionOf(record []byte) Version {
	return Version(binary.BigEndian.Uint32(record[versionAt:wrapAt]))
}

func draw(op string, entropy io.Reader, into []byte) error {
	if _, err := io.ReadFull(entropy, into); err != nil {
		return &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodeEntropyFailed, Err: err}
	}
	return nil
}

// forged does not say which part does not fit: whoever forges is told nothing.
func forged() error {
	return &fault.Error{Op: "vault.Open", Kind: fault.Internal, Code: CodeRecordForged}
}
