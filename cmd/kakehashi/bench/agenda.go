// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"sync"
	"time"
)

// The agenda's slots: what is put further ahead than all of them together would come too early.
const (
	slotWidth = 10 * time.Millisecond
	slotCount = 1024
)

// agenda keeps sales until they do the next thing: a wheel of slots, so that keeping one costs the same whatever waits.
//
// Concurrency: safe for any number of callers.
type agenda struct {
	mutex sync.Mutex
	slots [slotCount][]*sale
	taken int64 // the last slot that was taken
}

func newAgenda(now time.Time) *agenda { return &agenda{taken: slotOf(now)} }

func slotOf(t time.Time) int64 { return t.UnixNano() / int64(slotWidth) }

// put keeps a sale until a time.
func (a *agenda) put(s *sale, until time.Time) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	slot := max(slotOf(until), a.taken+1)
	a.slots[slot%slotCount] = append(a.slots[slot%slotCount], s)
}

// take takes out whatever is due.
func (a *agenda) take(now time.Time) []*sale {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var due []*sale
	for last := slotOf(now); a.taken < last; {
		a.taken++
		due = append(due, a.slots[a.taken%slotCount]...)
		a.slots[a.taken%slotCount] = nil
	}
	return due
}
