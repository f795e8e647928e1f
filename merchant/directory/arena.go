// SPDX-License-Identifier: Apache-2.0

package directory

import "unicode/utf8"

// chunkLength is how many bytes of text lie together. It is above twice what a span can say.
const chunkLength = 1 << 18

// rowsTogether is how many records lie together.
const rowsTogether = 1 << 12

// span is where a text lies: the folded name, then the tail.
type span struct {
	at   uint32 // number of the chunk, and place in it
	name uint16
	tail uint16 // and foreignTail
}

// foreignTail marks the length of a tail that is not all ASCII: few are.
const foreignTail = 1 << 15

func (s span) length() int { return int(s.name) + int(s.tail&^foreignTail) }

// arena is texts one after another, in chunks, so that growing copies nothing and leaves nothing unused but the last chunk.
type arena struct {
	chunks [][]byte
	used   int
	old    int // bytes of used that no span names any more
}

func (a *arena) of(s span) text {
	if s.length() == 0 {
		return text{}
	}
	c := a.chunks[s.at/chunkLength][s.at%chunkLength:]
	return text{all: c[:s.length()], name: int(s.name), foreign: s.tail&foreignTail != 0}
}

// put makes a span hold a text, in place where there is room.
func (a *arena) put(s *span, fresh *laid) {
	name, tail := fresh.cut()
	length := len(name) + len(tail)
	if length > s.length() {
		a.old += s.length()
		s.at = a.room(length)
	} else {
		a.old += s.length() - length
	}
	s.name, s.tail = uint16(len(name)), uint16(len(tail))
	for _, c := range tail {
		if c >= utf8.RuneSelf {
			s.tail |= foreignTail
			break
		}
	}
	c := a.chunks[s.at/chunkLength][s.at%chunkLength:]
	copy(c[copy(c, name):], tail)
}

// move brings a span's text here from another arena.
func (a *arena) move(s *span, from *arena) {
	t := from.of(*s)
	s.at = a.room(s.length())
	if s.length() > 0 {
		copy(a.chunks[s.at/chunkLength][s.at%chunkLength:], t.all)
	}
}

// room is where so many bytes are free.
func (a *arena) room(length int) uint32 {
	last := len(a.chunks) - 1
	if last < 0 || len(a.chunks[last])+length > chunkLength {
		a.chunks = append(a.chunks, make([]byte, 0, chunkLength))
		last++
	}
	at := len(a.chunks[last])
	a.chunks[last] = a.chunks[last][:at+length]
	a.used += length
	return uint32(last*chunkLength + at)
}

// wasteful reports whether more than half of what is held is old.
func (a *arena) wasteful() bool { return a.old > chunkLength && a.old > a.used/2 }

// rows are records by their numbers, in chunks.
type rows[T any] struct {
	chunks [][]T
	count  uint32
}

func (r *rows[T]) len() uint32 { return r.count }

func (r *rows[T]) at(n uint32) *T { return &r.chunks[n/rowsTogether][n%rowsTogether] }

func (r *rows[T]) add(one T) uint32 {
	if r.count%rowsTogether == 0 {
		r.chunks = append(r.chunks, make([]T, 0, rowsTogether))
	}
	last := len(r.chunks) - 1
	r.chunks[last] = append(r.chunks[last], one)
	r.count++
	return r.count - 1
}
