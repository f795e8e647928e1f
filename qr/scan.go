// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// source is a text that is being read, and on whose behalf.
//
// Invariant: valid UTF-8, so that characters can be stepped over by their first byte.
type source struct {
	op, text string
	plain    int // so many bytes at the beginning are characters of ASCII: most of a code
}

// newSource refuses a text that is too long to be a code or is no text.
func newSource(op, text string) (source, error) {
	s := source{op: op, text: text}
	for s.plain < min(len(text), CharactersMax+1) && text[s.plain] < utf8.RuneSelf {
		s.plain++
	}
	if len(text) > utf8.UTFMax*CharactersMax || s.plain+utf8.RuneCountInString(text[s.plain:]) > CharactersMax {
		return s, refuseText(op, CodeTooLong, CharactersMax, "must end: it may have no more characters")
	}
	if !utf8.ValidString(text[s.plain:]) {
		at := s.plain
		for r, size := utf8.DecodeRuneInString(text[at:]); r != utf8.RuneError || size > 1; {
			at += size
			r, size = utf8.DecodeRuneInString(text[at:])
		}
		return s, s.refuse(CodeMalformed, "?", at, "is not text in UTF-8")
	}
	return s, nil
}

// refuse is the error about an object whose identifier stands at a byte of the text.
//
// Units: the sentence counts characters from 0.
func (s source) refuse(code fault.Code, path string, at int, what string) error {
	return &fault.Error{Op: s.op, Kind: fault.Invalid, Code: code, Subject: path,
		Detail: path + " at character " + strconv.Itoa(utf8.RuneCountInString(s.text[:at])) + " " + what}
}

// span is where an object stands in its text.
//
// Units: bytes from the beginning of the text.
type span struct {
	id       ID
	at       int // its identifier
	from, to int // its value
}

func (s source) value(o span) string { return s.text[o.from:o.to] }

// level walks over the objects that stand side by side in the value of one object, or in the whole text.
type level struct {
	source
	path string // of the object whose value it is; empty for the root
	at   int
	end  int
	seen idSet
}

func (s source) level(path string, o span) level {
	return level{source: s, path: path, at: o.from, end: o.to}
}

func (l *level) more() bool { return l.at < l.end }

// next is the next object.
//
// Errors: Invalid qr_malformed, qr_object_repeated.
func (l *level) next() (span, error) {
	start := l.at
	if l.end-start < 4 {
		return span{}, l.broken("is cut off: an object is two digits, two digits of length, and a value")
	}
	id, okID := twoDigits(l.text[start], l.text[start+1])
	length, okLength := twoDigits(l.text[start+2], l.text[start+3])
	if !okID {
		return span{}, l.broken("must begin with an identifier of two digits")
	}
	o := span{id: ID(id), at: start, from: start + 4}
	if !okLength || length == 0 {
		return span{}, l.refuse(CodeMalformed, join(l.path, o.id), start, "must have a length of 01 to 99")
	}
	if o.to = l.skip(o.from, length); o.to < 0 {
		return span{}, l.refuse(CodeMalformed, join(l.path, o.id), start,
			"must have "+strconv.Itoa(length)+" characters as its length says, but only "+
				strconv.Itoa(utf8.RuneCountInString(l.text[o.from:l.end]))+" follow")
	}
	if l.seen.has(o.id) {
		return span{}, l.refuse(CodeObjectRepeated, join(l.path, o.id), start, "stands a second time")
	}
	l.seen.add(o.id)
	l.at = o.to
	return o, nil
}

// broken refuses what stands where an object should begin.
func (l *level) broken(what string) error {
	path := "?"
	if l.path != "" {
		path = l.path + ".?"
	}
	return l.refuse(CodeMalformed, path, l.at, what)
}

// idSet is a set of identifiers: one bit for each.
type idSet [2]uint64

func (s *idSet) has(id ID) bool { return s[id/64]&(1<<(id%64)) != 0 }

func (s *idSet) add(id ID) { s[id/64] |= 1 << (id % 64) }

// skip is where so many characters end, or -1 where the level ends before them. A length counts characters, not
// bytes: 0104 is followed by four characters of Chinese in twelve bytes.
func (l *level) skip(at, count int) int {
	if end := at + count; end <= l.plain {
		if end > l.end {
			return -1
		}
		return end
	}
	for ; count > 0; count-- {
		if at >= l.end {
			return -1
		}
		switch first := l.text[at]; {
		case first < 0x80:
			at++
		case first < 0xE0:
			at += 2
		case first < 0xF0:
			at += 3
		default:
			at += 4
		}
	}
	return at
}

// Locate is at which character of a merchant-presented code the object with a path stands ("62.05"); where there is
// none, it is where its level ends, or the checksum begins.
func Locate(text, path string) int {
	s, err := newSource("qr.Locate", text)
	if err != nil {
		return 0
	}
	parent, end, walked := span{to: len(text)}, len(text), ""
	for part := range strings.SplitSeq(path, ".") {
		found := false
		for level := s.level(walked, parent); level.more() && !found; {
			o, err := level.next()
			if err != nil {
				break
			}
			if walked == "" && o.id == idChecksum {
				end = o.at
			}
			if found = o.id.String() == part; found {
				parent, end = o, o.at
			}
		}
		if !found {
			break
		}
		if walked = join(walked, parent.id); walked != path {
			end = parent.to
		}
	}
	return utf8.RuneCountInString(text[:end])
}

func twoDigits(tens, ones byte) (int, bool) {
	if tens < '0' || tens > '9' || ones < '0' || ones > '9' {
		return 0, false
	}
	return int(tens-'0')*10 + int(ones-'0'), true
}
