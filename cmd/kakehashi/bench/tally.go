// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// inTime is how long after a payment should have begun its till must know for certain that it was paid. A payer at a counter
// waits no longer. Source: reference/alipay-wire-api.md 2.10, the time-out of a pay.
const inTime = 10 * time.Second

// tally counts what became of the sales of one stretch of time. Each sale is counted once.
//
// Concurrency: safe for any number of callers.
type tally struct {
	began, until time.Time
	begun        atomic.Int64
	atOnce       atomic.Int64 // paid by the first answer
	inTime       atomic.Int64 // paid, in time and before the stretch ended: goodput
	late         atomic.Int64 // paid, for certain, later than that
	ends         [doubtful + 1]atomic.Int64
	busy         atomic.Int64 // answers 503 to anything but a cancel
	inquiries    atomic.Int64
	cancels      cancels
	cpu          time.Duration // that the process used meanwhile, the load's own included
	signed       int64         // signatures that the network made meanwhile

	mutex   sync.Mutex
	latency *hdrhistogram.Histogram // microseconds, of what was paid by the first answer
}

// cancels counts each cancel that was sent, the same one again included.
type cancels struct{ sent, served atomic.Int64 }

func newTally(began time.Time, length time.Duration) *tally {
	return &tally{began: began, until: began.Add(length), latency: hdrhistogram.New(1, 60_000_000, 3)}
}

// pay counts a payment whose till knows now that it was paid.
func (t *tally) pay(due, now time.Time, atOnce bool) {
	if took := now.Sub(due); took <= inTime && !now.After(t.until) {
		t.inTime.Add(1)
	} else {
		t.late.Add(1)
	}
	if !atOnce {
		return
	}
	t.atOnce.Add(1)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	_ = t.latency.RecordValue(now.Sub(due).Microseconds()) // refuses what took longer than a minute
}

// goodput is how many payments a second were paid in time.
func (t *tally) goodput() float64 { return float64(t.inTime.Load()) / t.until.Sub(t.began).Seconds() }

// each is how many payments were paid in time for each second of processor time. What others use of the machine does not
// matter to it.
func (t *tally) each() float64 { return float64(t.inTime.Load()) / t.cpu.Seconds() }

// signatures are how many the network made for each payment that was paid in time.
func (t *tally) signatures() float64 { return float64(t.signed) / float64(t.inTime.Load()) }

// p is the latency that a share, in hundredths, did not exceed.
func (t *tally) p(share float64) time.Duration {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return time.Duration(t.latency.ValueAtQuantile(share)) * time.Microsecond
}

// per is a share in hundredths; all of nothing.
func per(part, all int64) float64 {
	if all == 0 {
		return 100
	}
	return 100 * float64(part) / float64(all)
}

// normal reports whether a stretch of half the peak's load went as such a load must: at least 99 of 100 were paid by the
// first answer, and 99 of 100 of those within the limit.
func (t *tally) normal(limit time.Duration) bool {
	return per(t.atOnce.Load(), t.begun.Load()) >= 99 && t.p(99) <= limit
}

// recovery is how many seconds after the overload everything is normal and stays it, from what each second saw; len(seconds)
// where it never is.
func recovery(seconds []*tally, limit time.Duration) int {
	for i := len(seconds); i > 0; i-- {
		if !seconds[i-1].normal(limit) {
			return i
		}
	}
	return 0
}
