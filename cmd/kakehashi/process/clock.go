// SPDX-License-Identifier: Apache-2.0

package process

import (
	"fmt"
	"sync"
	"time"
)

// jumpMax is how far the wall clock may move against the monotonic clock between two readings.
//
// Source: decisions A5.
const jumpMax = 5 * time.Second

// Clock is the machine's wall clock, watched: when it jumps against the monotonic clock, the time stands still for the house
// and whoever watches is told, until the process is started again.
//
// Concurrency: safe for any number of callers.
type Clock struct {
	read   func() time.Time // with the monotonic reading
	jumped func(about string)

	mutex   sync.Mutex
	last    time.Time
	stopped time.Time
}

// NewClock watches the machine's clock; jumped is told once.
func NewClock(jumped func(about string)) *Clock { return &Clock{read: time.Now, jumped: jumped} }

// Now is the time in UTC.
func (c *Clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.stopped.IsZero() {
		return c.stopped
	}
	now := c.read()
	if !c.last.IsZero() {
		passed := now.Sub(c.last)                  // by the monotonic clock
		moved := now.Round(0).Sub(c.last.Round(0)) // by the wall
		if off := moved - passed; off > jumpMax || off < -jumpMax {
			c.stopped = c.last.Add(passed).Round(0).UTC()
			c.jumped(fmt.Sprintf("the clock jumped by %v", off.Round(time.Millisecond)))
			return c.stopped
		}
	}
	c.last = now
	return now.Round(0).UTC()
}

// Stopped reports whether the clock has jumped.
func (c *Clock) Stopped() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return !c.stopped.IsZero()
}
