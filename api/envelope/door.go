// SPDX-License-Identifier: Apache-2.0

package envelope

import "sync/atomic"

// urgentShare is the part of the room that is kept for requests which take back what is under way: one in so many.
const urgentShare = 8

// door bounds how many are inside at once.
//
// Concurrency: safe for any number of callers.
type door struct {
	inside atomic.Int64
	most   int64
}

// enter lets one in, or reports that there is no room. Who was let in must leave.
func (d *door) enter(urgent bool) bool {
	most := d.most
	if urgent {
		most += max(1, d.most/urgentShare)
	}
	if d.inside.Add(1) <= most {
		return true
	}
	d.inside.Add(-1)
	return false
}

func (d *door) leave() { d.inside.Add(-1) }

// back lets one in again who was inside and must leave in any case.
func (d *door) back() { d.inside.Add(1) }
