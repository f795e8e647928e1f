// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// measured is what a measurement saw.
type measured struct {
	what               string // "payments"
	paid, shed, failed int64
	elapsed, lag       time.Duration
	latency            *hdrhistogram.Histogram // microseconds
	signatures         int64
}

func newMeasured(what string) *measured {
	return &measured{what: what, latency: hdrhistogram.New(1, 60_000_000, 3)}
}

func (m *measured) rate() float64 { return float64(m.paid) / m.elapsed.Seconds() }

func (m *measured) add(o *measured) {
	m.paid, m.shed, m.failed = m.paid+o.paid, m.shed+o.shed, m.failed+o.failed
	m.elapsed, m.signatures = m.elapsed+o.elapsed, m.signatures+o.signatures
	m.latency.Merge(o.latency)
}

// done counts what succeeded, by when it should have begun.
func (m *measured) done(due time.Time) {
	m.paid++
	_ = m.latency.RecordValue(time.Since(due).Microseconds()) // refuses what took longer than a minute
}

// milliseconds is the latency that a share of all, in hundredths, did not exceed.
func (m *measured) milliseconds(share float64) float64 {
	return float64(m.latency.ValueAtQuantile(share)) / 1000
}

func (m *measured) print(out io.Writer, used resources) {
	each := float64(max(m.paid, 1))
	fmt.Fprintf(out, "  %d %s in %.1f s: %.0f %s/s (%d shed, %d failed)\n", m.paid, m.what, m.elapsed.Seconds(), m.rate(),
		m.what, m.shed, m.failed)
	fmt.Fprintf(out, "  latency: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms\n", m.milliseconds(50), m.milliseconds(99),
		m.milliseconds(99.9))
	fmt.Fprintf(out, "  for each: %.1f µs processor time, %.0f bytes written; peak memory %.0f MiB; signatures made: %d\n",
		float64(used.cpu.Microseconds())/each, float64(used.written)/each, float64(used.peak)/(1<<20), m.signatures)
}

// visit is one thing that a caller does and that should have begun at a time; what comes of it goes into m.
type visit func(ctx context.Context, m *measured, due time.Time)

// together is what callers see who run at once, added up.
func together(what string, callers int, run func(id int, mine *measured)) *measured {
	var wait sync.WaitGroup
	var mutex sync.Mutex
	all := newMeasured(what)
	began := time.Now()
	for id := range callers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			mine := newMeasured(what)
			run(id, mine)
			mutex.Lock()
			defer mutex.Unlock()
			all.add(mine)
		}()
	}
	wait.Wait()
	all.elapsed = time.Since(began)
	return all
}

// closedLoop lets each caller go on as soon as it was answered, until the context ends.
func closedLoop(ctx context.Context, what string, callers int, caller func(id int) visit) *measured {
	return together(what, callers, func(id int, mine *measured) {
		for one := caller(id); ctx.Err() == nil; {
			one(ctx, mine, time.Now())
		}
	})
}

// openLoop begins so many a second, whoever is answered, until the context ends.
func openLoop(ctx context.Context, what string, callers, perSecond int, caller func(id int) visit) *measured {
	jobs := make(chan time.Time, 1<<16)
	shed := int64(0)
	go func() {
		defer close(jobs)
		pause := time.Second / time.Duration(perSecond)
		for due := time.Now(); ctx.Err() == nil; due = due.Add(pause) {
			if wait := time.Until(due); wait > 0 {
				time.Sleep(wait)
			}
			select {
			case jobs <- due:
			default:
				shed++ // every caller is waiting, and 65,536 jobs wait for a caller
			}
		}
	}()
	all := together(what, callers, func(id int, mine *measured) {
		one := caller(id)
		for due := range jobs {
			one(ctx, mine, due)
		}
	})
	all.shed += shed // the jobs are closed: nobody counts any more
	return all
}
