// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"maps"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// slotWidth is how finely due times are kept.
const slotWidth = 50 * time.Millisecond

// wheel keeps payments by the slot of time in which they are due. What became moot is not taken out: whoever takes a slot
// looks.
type wheel struct {
	slots map[int64][]ident.ID
	done  int64 // every slot up to here was taken
}

func slot(t time.Time) int64 { return t.UnixMilli() / slotWidth.Milliseconds() }

// put keeps an id for a time; one in the past goes into the next slot to be taken.
func (w *wheel) put(id ident.ID, due time.Time) {
	s := max(slot(due)+1, w.done+1) // a slot is taken when all of it has passed
	w.slots[s] = append(w.slots[s], id)
}

// due takes out what is due at a time, in the order of the slots.
func (w *wheel) due(now time.Time) []ident.ID {
	last := slot(now)
	var ids []ident.ID
	if last-w.done > int64(len(w.slots)) {
		for _, s := range slices.Sorted(maps.Keys(w.slots)) {
			if s > last {
				break
			}
			ids = append(ids, w.slots[s]...)
			delete(w.slots, s)
		}
	} else {
		for s := w.done + 1; s <= last; s++ {
			ids = append(ids, w.slots[s]...)
			delete(w.slots, s)
		}
	}
	w.done = max(w.done, last)
	return ids
}

// next is when the first slot is due.
func (w *wheel) next() (due time.Time, ok bool) {
	if len(w.slots) == 0 {
		return time.Time{}, false
	}
	first := slices.Min(slices.Collect(maps.Keys(w.slots)))
	return time.UnixMilli(first * slotWidth.Milliseconds()).UTC(), true
}
