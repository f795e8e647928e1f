// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the errors about the form of a body.
const (
	CodeBodyTooLarge  fault.Code = "body_too_large"
	CodeBodyTooDeep   fault.Code = "body_too_deep"
	CodeBodyMalformed fault.Code = "body_malformed"
	CodeBodyEncoding  fault.Code = "body_encoding"
	CodeBodyNumber    fault.Code = "body_number"
	CodeKeyRepeated   fault.Code = "key_repeated"
	CodeKeyCase       fault.Code = "key_case"
)

// BodyMax is the largest body that is read. Units: bytes.
//
// Source: reference/reliability.md 5.2.
const BodyMax = 64 << 10

// The limits inside a body. Every number within them fits a float64, for those who read it into one.
const (
	depthMax          = 16
	numberCharsMax    = 40
	exponentDigitsMax = 2
)

// CheckJSON succeeds only for one JSON object that every parser reads the same way: at most 64 KiB and 16 levels, valid
// UTF-8 without byte order mark or NUL, nothing after the object, no two keys of one object equal but for case after
// unescaping, no unpaired surrogate, no negative zero, no number of more than 40 characters or two digits of exponent.
//
// Whatever it accepts, encoding/json accepts. It builds no tree.
// Errors: Invalid body_too_large, body_too_deep, body_malformed, body_encoding, body_number, key_repeated; the Subject is
// the JSON path.
func CheckJSON(raw []byte) error {
	if err := scan("wire.CheckJSON", raw, nil); err != nil {
		return err
	}
	return nil
}

// scanner reads one body once, from left to right. Its steps say where it is, for the path of an error.
type scanner struct {
	op    string
	raw   []byte
	pos   int
	depth int
	steps [depthMax]step
	err   *fault.Error
}

// step is one level of the way down: the key read last in an object, or the place in an array.
type step struct {
	key   key
	index int
	array bool
	begun bool
}

// scan checks raw, and its keys against the names of a message where a shape is given.
func scan(op string, raw []byte, sh *shape) *fault.Error {
	if len(raw) > BodyMax {
		return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeBodyTooLarge, Subject: bodySubject,
			Detail: "the body is larger than 65536 bytes"}
	}
	s := scanner{op: op, raw: raw}
	s.skipSpace()
	switch {
	case s.peek() != '{' && len(raw) >= 3 && string(raw[:3]) == "\xef\xbb\xbf":
		s.fail(CodeBodyEncoding, "begins with a byte order mark")
	case s.peek() != '{':
		s.fail(CodeBodyMalformed, "must be one JSON object")
	case s.object(sh):
		s.skipSpace()
		if s.pos < len(s.raw) {
			s.fail(CodeBodyMalformed, "has something after its object")
		}
	}
	return s.err
}

// value scans any value; like every scanning method it reports false once the body is refused.
func (s *scanner) value(sh *shape) bool {
	switch c := s.peek(); {
	case c == '{':
		return s.object(sh)
	case c == '[':
		return s.array(sh)
	case c == '"':
		_, ok := s.text()
		return ok
	case c == '-' || (c >= '0' && c <= '9'):
		return s.number()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	}
	return s.malformed()
}

func (s *scanner) object(sh *shape) bool {
	var room [pairwiseMax]key
	keys := room[:0]
	if !s.enter(false) {
		return false
	}
	for more := s.peek() != '}'; more; {
		if s.peek() != '"' {
			return s.malformed()
		}
		name, ok := s.text()
		if !ok {
			return false
		}
		keys = append(keys, name)
		s.steps[s.depth-1].key, s.steps[s.depth-1].begun = name, true
		below, ok := s.below(sh, name)
		if !ok || !s.separator(':') || !s.value(below) {
			return false
		}
		s.skipSpace()
		if more = s.peek() == ','; more {
			s.pos++
			s.skipSpace()
		}
	}
	if s.peek() != '}' {
		return s.malformed()
	}
	if !s.distinct(keys) {
		return false
	}
	s.leave()
	return true
}

func (s *scanner) array(sh *shape) bool {
	if !s.enter(true) {
		return false
	}
	for more := s.peek() != ']'; more; {
		s.steps[s.depth-1].begun = true
		if !s.value(sh.item()) {
			return false
		}
		s.skipSpace()
		if more = s.peek() == ','; more {
			s.pos++
			s.skipSpace()
			s.steps[s.depth-1].index++
		}
	}
	if s.peek() != ']' {
		return s.malformed()
	}
	s.leave()
	return true
}

func (s *scanner) enter(array bool) bool {
	if s.depth == depthMax {
		return s.fail(CodeBodyTooDeep, "is nested deeper than 16 levels")
	}
	s.steps[s.depth] = step{array: array}
	s.depth++
	s.pos++
	s.skipSpace()
	return true
}

func (s *scanner) leave() {
	s.depth--
	s.pos++
}

func (s *scanner) separator(c byte) bool {
	s.skipSpace()
	if s.peek() != c {
		return s.malformed()
	}
	s.pos++
	s.skipSpace()
	return true
}

func (s *scanner) literal(word string) bool {
	if len(s.raw)-s.pos < len(word) || string(s.raw[s.pos:s.pos+len(word)]) != word {
		return s.malformed()
	}
	s.pos += len(word)
	return true
}

// number scans -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? within the limits.
func (s *scanner) number() bool {
	start := s.pos
	negative := s.peek() == '-'
	if negative {
		s.pos++
	}
	zero := s.peek() == '0'
	whole, nonzero := s.digits()
	if whole == 0 || (zero && whole > 1) {
		return s.malformed()
	}
	if s.peek() == '.' {
		s.pos++
		n, some := s.digits()
		if n == 0 {
			return s.malformed()
		}
		nonzero = nonzero || some
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c = s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		n, _ := s.digits()
		if n == 0 {
			return s.malformed()
		}
		if n > exponentDigitsMax {
			return s.fail(CodeBodyNumber, "is a number with an exponent of more than two digits")
		}
	}
	if s.pos-start > numberCharsMax {
		return s.fail(CodeBodyNumber, "is a number of more than 40 characters")
	}
	if negative && !nonzero {
		return s.fail(CodeBodyNumber, "is a negative zero")
	}
	return true
}

// digits skips digits and says how many there were and whether any was not zero.
func (s *scanner) digits() (count int, nonzero bool) {
	start := s.pos
	for ; s.pos < len(s.raw) && s.raw[s.pos] >= '0' && s.raw[s.pos] <= '9'; s.pos++ {
		nonzero = nonzero || s.raw[s.pos] != '0'
	}
	return s.pos - start, nonzero
}

// text scans a string and gives back what lies between its quotes.
func (s *scanner) text() (key, bool) {
	s.pos++
	found := key{start: int32(s.pos), plain: true}
	for s.pos < len(s.raw) {
		switch c := s.raw[s.pos]; {
		case c == '"':
			found.end = int32(s.pos)
			s.pos++
			return found, true
		case c == '\\':
			found.plain = false
			if !s.escape() {
				return key{}, false
			}
		case c == 0:
			return key{}, s.fail(CodeBodyEncoding, "contains a NUL")
		case c < ' ':
			return key{}, s.malformed()
		case c < utf8.RuneSelf:
			s.pos++
		default:
			found.plain = false
			r, size := utf8.DecodeRune(s.raw[s.pos:])
			if r == utf8.RuneError && size == 1 {
				return key{}, s.fail(CodeBodyEncoding, "is not valid UTF-8")
			}
			s.pos += size
		}
	}
	return key{}, s.malformed()
}

// escape scans one escape sequence, or two that make one character.
func (s *scanner) escape() bool {
	if s.pos+1 >= len(s.raw) {
		return s.malformed()
	}
	switch s.raw[s.pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos += 2
		return true
	case 'u':
		r, size := escapedRune(s.raw[s.pos:])
		switch {
		case size == 0:
			return s.malformed()
		case r == 0:
			return s.fail(CodeBodyEncoding, "contains a NUL")
		case r == utf8.RuneError && size == 6 && s.surrogate():
			return s.fail(CodeBodyEncoding, "contains an unpaired surrogate")
		}
		s.pos += size
		return true
	}
	return s.malformed()
}

// surrogate reports whether the escape at the scanner's place names half a character.
func (s *scanner) surrogate() bool {
	return s.raw[s.pos+2]|0x20 == 'd' && s.raw[s.pos+3] >= '8'
}

func (s *scanner) skipSpace() {
	for s.pos < len(s.raw) && space(s.raw[s.pos]) {
		s.pos++
	}
}

// peek is the next byte, or 0 at the end; no JSON token begins with a 0.
func (s *scanner) peek() byte {
	if s.pos < len(s.raw) {
		return s.raw[s.pos]
	}
	return 0
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
