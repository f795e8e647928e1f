// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// waiting is a movement in a queue.
type waiting struct {
	movement Movement
	reply    Reply
	since    time.Time
}

// Bounds of the queues and of a batch. Source: decisions A13, reference/storage.md 1.
const (
	waitingMax  = 8192                   // movements in one queue
	batchMax    = 512                    // movements in one batch
	lowMax      = 64                     // of them from the low queue while others wait
	lowEvery    = 10                     // every tenth batch serves the low queue first
	payPatience = 500 * time.Millisecond // a pay that has waited longer is refused before any row
)

// lines are the three queues of a lane.
//
// Concurrency: any number of callers.
type lines struct {
	mutex     sync.Mutex
	waiting   [queues][]waiting
	bound     int
	patient   time.Duration // how long a pay waits at most
	turn      int
	suspended map[ident.Client]time.Time // until when nothing is taken from a client
	closed    error
}

func overloaded() error {
	return &fault.Error{Op: "flow.Submit", Kind: fault.Unavailable, Code: CodeOverloaded,
		Detail: "too many requests are waiting: try again"}
}

// push puts a movement at the end of its queue.
func (l *lines) push(w waiting) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.closed != nil {
		return l.closed
	}
	if err := l.admits(&w); err != nil {
		return err
	}
	q := w.movement.Queue()
	if len(l.waiting[q]) >= l.bound {
		return overloaded()
	}
	l.waiting[q] = append(l.waiting[q], w)
	return nil
}

// pop takes what the next batch serves, and what has waited too long to be served.
func (l *lines) pop(now time.Time, most int) (batch, late []waiting) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.turn++
	if l.turn%lowEvery == 0 {
		batch = l.take(batch, Low, min(lowMax, most))
	}
	batch = l.take(batch, First, most)
	for len(l.waiting[Second]) > 0 && len(batch) < most {
		w := l.waiting[Second][0]
		l.waiting[Second] = l.waiting[Second][1:]
		if now.Sub(w.since) > l.patient {
			late = append(late, w)
			continue
		}
		batch = append(batch, w)
	}
	if len(batch) == 0 {
		batch = l.take(batch, Low, most)
	}
	return batch, late
}

func (l *lines) take(batch []waiting, q Queue, most int) []waiting {
	n := min(len(l.waiting[q]), most-len(batch))
	batch = append(batch, l.waiting[q][:n]...)
	l.waiting[q] = l.waiting[q][n:]
	if len(l.waiting[q]) == 0 {
		l.waiting[q] = nil
	}
	return batch
}

// lengths are how many movements wait in each queue.
func (l *lines) lengths() (counts [queues]int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for q := range l.waiting {
		counts[q] = len(l.waiting[q])
	}
	return counts
}

// close refuses every later movement with an error and gives back what still waits.
func (l *lines) close(why error) []waiting {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.closed = why
	var rest []waiting
	for q := range l.waiting {
		rest = append(rest, l.waiting[q]...)
		l.waiting[q] = nil
	}
	return rest
}
