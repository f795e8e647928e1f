// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"strconv"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// refuseByte is the error about an object of BER-TLV.
//
// Units: the sentence counts bytes from 0.
func refuseByte(op string, code fault.Code, path string, at int, what string) error {
	return &fault.Error{Op: op, Kind: fault.Invalid, Code: code, Subject: path,
		Detail: path + " at byte " + strconv.Itoa(at) + " " + what}
}

// block is where an object of BER-TLV stands.
//
// Units: bytes from the beginning of the data.
type block struct {
	tag      Tag // 0 when not even the tag could be read
	at       int
	from, to int
}

// nextElement reads the object at a place, and says what is wrong with it instead. A tag goes on when the low five
// bits of its first byte are all ones; a length of 128 and more needs a byte 81 before it, of 256 and more 82.
func nextElement(data string, at, end int) (block, string) {
	o := block{at: at}
	first := data[at]
	if first == 0x00 || first == 0xFF {
		return o, "must be an object: filling bytes have no place here"
	}
	tag, place := Tag(first), at+1
	if first&0x1F == 0x1F {
		for more := true; more; place++ {
			if place >= end {
				return o, "is cut off in its tag"
			}
			if place-at == 3 || (place == at+1 && data[place] == 0x80) {
				return o, "must have a tag of one to three bytes"
			}
			tag = tag<<8 | Tag(data[place])
			more = data[place]&0x80 != 0
		}
	}
	o.tag = tag
	length, size, what := readLength(data[place:end])
	if what != "" {
		return o, what
	}
	o.from = place + size
	o.to = o.from + length
	if o.to > end {
		return o, "must have " + strconv.Itoa(length) + " bytes as its length says, but only " +
			strconv.Itoa(end-o.from) + " follow"
	}
	return o, ""
}

// readLength reads a length and says how many bytes it took.
func readLength(data string) (length, size int, what string) {
	switch {
	case len(data) == 0:
		return 0, 0, "is cut off before its length"
	case data[0] < 0x80:
		return int(data[0]), 1, ""
	case data[0] != 0x81 && data[0] != 0x82:
		return 0, 0, "must have a length of one to three bytes"
	}
	size = int(data[0]-0x80) + 1
	if len(data) < size {
		return 0, 0, "is cut off in its length"
	}
	for i := 1; i < size; i++ {
		length = length<<8 | int(data[i])
	}
	if length < 0x80 || (size == 3 && length < 0x100) {
		return 0, 0, "must have its length in as few bytes as it needs"
	}
	return length, size, ""
}

// appendElement writes an object; ok is false where its tag or its length cannot be written.
func appendElement(data []byte, e Element) (_ []byte, ok bool) {
	start := len(data)
	for shift := 16; shift >= 0; shift -= 8 {
		if b := byte(e.Tag >> shift); b != 0 || len(data) > start || shift == 0 {
			data = append(data, b)
		}
	}
	switch length := len(e.Value); {
	case length < 0x80:
		data = append(data, byte(length))
	case length < 0x100:
		data = append(data, 0x81, byte(length))
	case length < 0x10000:
		data = append(data, 0x82, byte(length>>8), byte(length))
	default:
		return data[:start], false
	}
	// What was written must be read as the same tag: a number of our own may be none at all.
	o, what := nextElement(string(data)+e.Value, start, len(data)+len(e.Value))
	if what != "" || o.tag != e.Tag {
		return data[:start], false
	}
	return append(data, e.Value...), true
}
