// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"sync"
	"time"
)

// Rate is so many in so long. A rate of none allows none.
type Rate struct {
	Max int
	Per time.Duration
}

// PerMinute is a rate of so many a minute.
func PerMinute(most int) Rate { return Rate{Max: most, Per: time.Minute} }

// metersMax bounds how many keys one meter remembers.
const metersMax = 100_000

// Meter bounds how often something happens under a key. What was not used is saved up to one period's worth, no
// further.
//
// A key is one instant: when it will have everything again. When more keys are in use than can be remembered, those
// that are nearest to having everything are forgotten first.
// Concurrency: safe for any number of callers; nothing of it waits.
type Meter struct {
	mutex sync.Mutex
	full  map[string]time.Time // when the key has everything again
}

// NewMeter is a meter under which nothing has happened yet.
func NewMeter() *Meter { return &Meter{full: map[string]time.Time{}} }

// Take counts one under a key, or reports that nothing is left.
func (m *Meter) Take(key string, r Rate, now time.Time) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	next, ok := m.next(key, r, now)
	if !ok {
		return false
	}
	m.put(key, next, now)
	return true
}

// Left reports whether Take would count, and counts nothing.
func (m *Meter) Left(key string, r Rate, now time.Time) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	_, ok := m.next(key, r, now)
	return ok
}

// Back undoes one Take.
func (m *Meter) Back(key string, r Rate) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if at, ok := m.full[key]; ok && r.Max > 0 {
		m.full[key] = at.Add(-r.Per / time.Duration(r.Max))
	}
}

func (m *Meter) next(key string, r Rate, now time.Time) (next time.Time, ok bool) {
	if r.Max <= 0 {
		return now, false
	}
	next = m.full[key]
	if next.Before(now) {
		next = now
	}
	next = next.Add(r.Per / time.Duration(r.Max))
	return next, next.Sub(now) <= r.Per
}

func (m *Meter) put(key string, next, now time.Time) {
	if _, known := m.full[key]; !known && len(m.full) >= metersMax {
		m.shrink(now)
	}
	m.full[key] = next
}

// shrink forgets the keys that have everything; where there are few of them, those nearest to it too.
func (m *Meter) shrink(now time.Time) {
	for horizon := time.Duration(0); len(m.full) > metersMax/2; horizon = 2*horizon + time.Second {
		for key, at := range m.full {
			if !at.After(now.Add(horizon)) {
				delete(m.full, key)
			}
		}
	}
}
