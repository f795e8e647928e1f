// SPDX-License-Identifier: Apache-2.0

package process

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// alarmMemory is how long an alarm that something happened stays raised.
const alarmMemory = 10 * time.Minute

// Alarms are what an operator must know. An alarm that something happened stays raised for ten minutes after the last time;
// one about a condition stays raised while the condition holds.
//
// Concurrency: safe for any number of callers.
type Alarms struct {
	log *slog.Logger
	now func() time.Time

	mutex  sync.Mutex
	raised map[string]*Raised
}

// Raised is an alarm that is, or was, up.
type Raised struct {
	Name  string
	About string
	Since time.Time
	Last  time.Time
	Count int
	Holds bool // a condition that holds now
}

// NewAlarms is alarms of which none is raised.
func NewAlarms(log *slog.Logger, now func() time.Time) *Alarms {
	return &Alarms{log: log, now: now, raised: map[string]*Raised{}}
}

// Raise says that something happened. The first of a row is logged; the others are counted.
func (a *Alarms) Raise(name, about string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := a.now()
	r := a.raised[name]
	if r == nil || now.Sub(r.Last) > alarmMemory {
		r = &Raised{Name: name, Since: now}
		a.raised[name] = r
	}
	if r.About != about || r.Count == 0 {
		a.log.Warn("alarm", "name", name, "about", about)
	}
	r.About, r.Last, r.Count = about, now, r.Count+1
}

// Condition says whether something holds. Its beginning and its end are logged.
func (a *Alarms) Condition(name string, holds bool, about string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now, r := a.now(), a.raised[name]
	switch {
	case holds && (r == nil || !r.Holds):
		a.raised[name] = &Raised{Name: name, About: about, Since: now, Last: now, Count: 1, Holds: true}
		a.log.Warn("alarm", "name", name, "about", about)
	case holds:
		r.About, r.Last = about, now
	case r != nil && r.Holds:
		delete(a.raised, name)
		a.log.Info("alarm ended", "name", name)
	}
}

// Up are the alarms that are raised now, by name.
func (a *Alarms) Up() []Raised {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	up := []Raised{}
	now := a.now()
	for _, name := range slices.Sorted(maps.Keys(a.raised)) {
		if r := a.raised[name]; r.Holds || now.Sub(r.Last) <= alarmMemory {
			up = append(up, *r)
		}
	}
	return up
}
