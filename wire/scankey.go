// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"slices"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// bodySubject is the path of the outermost object.
const bodySubject = "body"

// pairwiseMax is the number of keys up to which comparing each with each is cheaper than sorting them.
const pairwiseMax = 24

// key is a string between its quotes. A plain one is ASCII without escapes, and so means its own bytes.
type key struct {
	start, end int32
	plain      bool
}

// distinct refuses two keys of one object that are equal, or equal but for case, after unescaping. Sorting by content
// keeps an object of ten thousand keys from costing ten thousand squared.
func (s *scanner) distinct(keys []key) bool {
	if len(keys) <= pairwiseMax {
		for i := 1; i < len(keys); i++ {
			for j := range i {
				if s.alike(keys[j], keys[i]) {
					return s.repeated(keys[i])
				}
			}
		}
		return true
	}
	raw := s.raw
	slices.SortFunc(keys, func(a, b key) int { return compareFolded(raw, a, b) })
	for i := 1; i < len(keys); i++ {
		if compareFolded(raw, keys[i-1], keys[i]) == 0 {
			return s.repeated(keys[i])
		}
	}
	return true
}

func (s *scanner) repeated(k key) bool {
	s.steps[s.depth-1] = step{key: k, begun: true}
	return s.fail(CodeKeyRepeated, "is a name given twice in one object")
}

func (s *scanner) alike(a, b key) bool {
	if a.plain && b.plain && a.end-a.start != b.end-b.start {
		return false
	}
	return compareFolded(s.raw, a, b) == 0
}

// compareFolded orders two scanned strings by their characters, unescaped and folded as encoding/json folds names.
func compareFolded(raw []byte, a, b key) int {
	i, j := int(a.start), int(b.start)
	for i < int(a.end) && j < int(b.end) {
		r, size := character(raw[i:a.end])
		q, width := character(raw[j:b.end])
		if r != q {
			if r, q = fold(r), fold(q); r != q {
				return int(r - q)
			}
		}
		i += size
		j += width
	}
	return (int(a.end) - i) - (int(b.end) - j)
}

// character is the first character of a scanned string, unescaped, and the number of bytes it takes.
func character(text []byte) (rune, int) {
	if text[0] != '\\' {
		if text[0] < utf8.RuneSelf {
			return rune(text[0]), 1
		}
		return utf8.DecodeRune(text)
	}
	switch text[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		return escapedRune(text)
	}
	return rune(text[1]), 2
}

// escapedRune reads \uXXXX, or two of them that make one character; half a character is the replacement character. The
// size is 0 when the digits are not there.
func escapedRune(text []byte) (r rune, size int) {
	high := unit(text)
	if high < 0 {
		return 0, 0
	}
	if !utf16.IsSurrogate(high) {
		return high, 6
	}
	if len(text) >= 12 && text[6] == '\\' && text[7] == 'u' {
		if r = utf16.DecodeRune(high, unit(text[6:])); r != utf8.RuneError {
			return r, 12
		}
	}
	return utf8.RuneError, 6
}

// unit is the value of the four digits of \uXXXX, or −1.
func unit(text []byte) rune {
	if len(text) < 6 {
		return -1
	}
	value := rune(0)
	for _, c := range text[2:6] {
		digit := unhex(c)
		if digit < 0 {
			return -1
		}
		value = value<<4 | rune(digit)
	}
	return value
}

// fold is the least of the characters that differ from r by case alone: "K", "k" and the Kelvin sign are one.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'a' && r <= 'z' {
			return r - ('a' - 'A')
		}
		return r
	}
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next
		}
		r = next
	}
}

func (s *scanner) malformed() bool {
	return s.fail(CodeBodyMalformed, "is not valid JSON at byte "+strconv.Itoa(s.pos))
}

// fail refuses the body at the place where the scanner stands, and reports false.
func (s *scanner) fail(code fault.Code, problem string) bool {
	path := s.path()
	detail := path + " " + problem
	if path == bodySubject {
		detail = "the body " + problem
	}
	s.err = &fault.Error{Op: s.op, Kind: fault.Invalid, Code: code, Subject: path, Detail: detail}
	return false
}

// path is where the scanner stands: order.goods[3].goodsName.
func (s *scanner) path() string {
	var path []byte
	for _, at := range s.steps[:s.depth] {
		switch {
		case !at.begun:
		case at.array:
			path = append(path, '[')
			path = strconv.AppendInt(path, int64(at.index), 10)
			path = append(path, ']')
		default:
			if len(path) > 0 {
				path = append(path, '.')
			}
			path = append(path, printable(s.raw[at.key.start:at.key.end])...)
		}
	}
	if len(path) == 0 {
		return bodySubject
	}
	return string(path)
}

// printable is a foreign key as it may appear in an error: names of fields only, never what someone put in their place.
func printable(name []byte) []byte {
	if len(name) > 64 {
		return []byte("?")
	}
	for _, c := range name {
		letter := (c|0x20 >= 'a' && c|0x20 <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'
		if !letter {
			return []byte("?")
		}
	}
	return name
}
