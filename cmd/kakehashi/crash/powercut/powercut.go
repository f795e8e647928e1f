// SPDX-License-Identifier: Apache-2.0

// Package powercut says what a machine that has lost its power may find on its disk: whatever a file was given before its
// last sync, and of what came after it any part, in any order, torn between sectors.
//
// A Recording takes down everything that a program does to its files, and what it acknowledged in between; Image makes one
// of the disks that could be found after a cut. It touches no file itself.
//
// Source: reference/reliability.md F03, R-03.
package powercut

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// sector is what a disk writes wholly or not at all. Units: bytes.
const sector = 512

// deed is one thing that was done to a file.
type deed struct {
	file string
	what act
	at   int64 // of written: where; of cut: the new length
	data []byte
}

type act int

const (
	made    act = iota // the file is there, and empty
	written            // bytes
	cut                // the length
	synced             // everything up to here is on the disk
	removed
	listed // which files there are is on the disk, in the whole folder
)

// Recording is everything that was done, in its order.
//
// Concurrency: recorded by anybody; read once nothing is recorded any more.
type Recording struct {
	mutex sync.Mutex
	deeds []deed
	acks  []int // how many deeds came before each acknowledgement
}

func (r *Recording) add(d deed) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.deeds = append(r.deeds, d)
}

// Make records that a file which was not there is made.
func (r *Recording) Make(file string) { r.add(deed{file: file, what: made}) }

// Write records bytes; it keeps a copy of them.
func (r *Recording) Write(file string, at int64, data []byte) {
	r.add(deed{file: file, what: written, at: at, data: slices.Clone(data)})
}

// Cut records a new length.
func (r *Recording) Cut(file string, length int64) { r.add(deed{file: file, what: cut, at: length}) }

// Sync records that a file, and that it is there, is on the disk.
func (r *Recording) Sync(file string) { r.add(deed{file: file, what: synced}) }

// Remove records that a file is gone.
func (r *Recording) Remove(file string) { r.add(deed{file: file, what: removed}) }

// SyncFolder records that which files there are, and which are gone, is on the disk.
func (r *Recording) SyncFolder() { r.add(deed{what: listed}) }

// Acknowledge records that somebody was told: from here on it must not be lost.
func (r *Recording) Acknowledge() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.acks = append(r.acks, len(r.deeds))
}

// Count is how many things were done: a cut comes after so many of them, from none to all.
func (r *Recording) Count() int { return len(r.deeds) }

// Acknowledged is how many acknowledgements came before a cut.
func (r *Recording) Acknowledged(cut int) int {
	n, _ := slices.BinarySearch(r.acks, cut+1)
	return n
}

// state is a file on its way to the disk.
type state struct {
	disk    []byte // nil: it is not there
	pending []deed // since its last sync
}

// Image is one of the disks that may be found when the power goes after so many deeds: what each file holds.
func (r *Recording) Image(cut int, dice *rand.Rand) map[string][]byte {
	files := map[string]*state{}
	for _, d := range r.deeds[:cut] {
		if d.what == listed {
			for _, s := range files {
				s.list()
			}
			continue
		}
		s := files[d.file]
		if s == nil {
			s = &state{}
			files[d.file] = s
		}
		if s.pending = append(s.pending, d); d.what == synced {
			s.sync()
		}
	}
	image, mood := map[string][]byte{}, lossOf(dice)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		s := files[name]
		s.lose(mood, dice)
		if s.disk != nil {
			image[name] = s.disk
		}
	}
	return image
}

// sync brings everything to the disk.
func (s *state) sync() {
	for _, d := range s.pending {
		s.apply(d)
	}
	s.pending = nil
}

// list brings to the disk that the file is there, or gone: what was written before it went no longer matters.
func (s *state) list() {
	for i := len(s.pending) - 1; i >= 0; i-- {
		if s.pending[i].what == removed {
			s.disk, s.pending = nil, s.pending[i+1:]
			break
		}
	}
	if len(s.pending) > 0 && s.pending[0].what == made {
		s.apply(s.pending[0])
		s.pending = s.pending[1:]
	}
}

// loss is which part of what was not synced reaches the disk.
type loss int

const (
	all     loss = iota // nothing of it does
	none                // all of it does
	some                // any part, in any order
	tail                // what came first does, and the next write is torn
	lossCut             // how many there are
)

func lossOf(dice *rand.Rand) loss { return loss(dice.IntN(int(lossCut))) }

// lose lets the power go.
func (s *state) lose(mood loss, dice *rand.Rand) {
	kept := len(s.pending)
	if mood == tail && kept > 0 {
		kept = dice.IntN(kept)
	}
	for i, d := range s.pending {
		switch {
		case mood == all:
		case mood == none, mood == tail && i < kept, mood == some && dice.IntN(2) == 0:
			s.apply(d)
		case mood == some && dice.IntN(2) == 0, mood == tail && i == kept:
			s.tear(d, dice)
		}
	}
}

// apply does to the disk what was done to the file. What is not there because its making was lost is made by its bytes.
func (s *state) apply(d deed) {
	switch d.what {
	case made:
		s.disk = []byte{}
	case removed:
		s.disk = nil
	case cut:
		s.reach(d.at)
		s.disk = s.disk[:d.at]
	case written:
		s.reach(d.at + int64(len(d.data)))
		copy(s.disk[d.at:], d.data)
	}
}

// reach fills a file with zeros up to a length, as a file system does.
func (s *state) reach(length int64) {
	if short := length - int64(len(s.disk)); short > 0 {
		s.disk = append(s.disk, make([]byte, short)...)
	}
}

// tear lets some sectors of a write reach the disk.
func (s *state) tear(d deed, dice *rand.Rand) {
	if d.what != written {
		return
	}
	for from := 0; from < len(d.data); {
		to := min(len(d.data), from+sector-int((d.at+int64(from))%sector))
		if dice.IntN(2) == 0 {
			s.apply(deed{what: written, at: d.at + int64(from), data: d.data[from:to]})
		}
		from = to
	}
}
