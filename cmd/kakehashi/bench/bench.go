// SPDX-License-Identifier: Apache-2.0

// Package bench measures complete payments through the whole house: the idempotency read, the code claim, the quote, the
// durable intent, the call to a wallet, the durable outcome with its transfers and hash chain, the lane's row and the event,
// with every projection running, against a store that already holds payments and merchants.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/house"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// Options say what is measured.
type Options struct {
	Books     store.Location
	Lanes     int
	Merchants int
	Payments  int // in the store before anything is measured
	Callers   int
	Seconds   int
	BatchMax  int  // 1 switches group commit off; 0 is the desk's own bound
	Rate      int  // payments a second, open loop; 0: closed loop
	Compare   bool // measure batches of one, too, in the same run
	Profile   string
	Out       io.Writer
}

// lagMax is how far the projections may be behind at the end for a figure to count.
const lagMax = 2 * time.Second

// Run measures, and prints what it saw.
func Run(ctx context.Context, o Options) error {
	b, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer b.close(ctx)
	if b.world, err = furnish(ctx, b.house, o.Merchants, progress(o.Out, "merchants")); err != nil {
		return err
	}
	b.run = uint64(time.Now().UnixNano())
	if err := b.load(ctx); err != nil {
		return err
	}
	var single float64
	if o.Compare {
		b.batches(1)
		single = b.measured(ctx, "batches of one").rate()
	}
	b.batches(o.BatchMax)
	stop, err := profile(o.Profile)
	if err != nil {
		return err
	}
	m := b.measured(ctx, "group commit")
	stop()
	if o.Compare && single > 0 {
		fmt.Fprintf(o.Out, "group commit is %.1f times batches of one\n", m.rate()/single)
	}
	return nil
}

// bench is a house that is measured.
type bench struct {
	options    Options
	house      *house.House
	shelf      *store.Shelf
	world      *world
	run        uint64 // no two names of a payment are the same
	projectors []*worker.Projector
}

func open(ctx context.Context, o Options) (*bench, error) {
	w := &instant{}
	h, err := house.Open(ctx, house.Config{Books: o.Books, Lanes: o.Lanes, Holder: "bench", Now: time.Now,
		Connect: func(wallet.Wallet) wallet.Connector { return w },
		Alarm:   func(name, about string) { fmt.Fprintf(o.Out, "ALARM %s: %s\n", name, about) }})
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, house: h}
	if b.shelf, err = store.OpenShelf(ctx, o.Books); err != nil {
		h.Stop(ctx)
		return nil, err
	}
	for _, t := range h.Desk().Tellers() {
		p := worker.NewProjector(t.Lane(), h.Reader(), h.Facts(), b.shelf)
		b.projectors = append(b.projectors, p)
		h.Every(20*time.Millisecond, func(ctx context.Context, now time.Time) {
			for worked := true; worked && ctx.Err() == nil; {
				if worked, err = p.Step(ctx, now, 32); err != nil {
					fmt.Fprintln(o.Out, "projector:", err)
				}
			}
		})
	}
	h.Every(100*time.Millisecond, func(ctx context.Context, _ time.Time) {
		if err := h.DB().CheckpointLog(ctx); err != nil && ctx.Err() == nil {
			fmt.Fprintln(o.Out, "log:", err)
		}
	})
	return b, nil
}

func (b *bench) close(ctx context.Context) {
	b.house.Stop(ctx)
	b.shelf.Close()
}

func (b *bench) batches(most int) {
	if most == 0 {
		most = 1 << 20
	}
	for _, t := range b.house.Desk().Tellers() {
		t.BatchMax(most)
	}
}

// profile writes a processor profile to a file until stop is called.
func profile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}, nil
}

// measured is one measurement, printed.
func (b *bench) measured(ctx context.Context, what string) *measured {
	b.run++
	before := usage(b.options.Books)
	m := b.measure(ctx)
	used := usage(b.options.Books).since(before)
	m.lag = b.lag(ctx)
	fmt.Fprintf(b.options.Out, "%s, %s, %d lanes, %d callers:\n", what, b.options.Books.Engine(), b.options.Lanes,
		b.options.Callers)
	m.print(b.options.Out, used)
	return m
}

// lag is how long the projections take to come to where the journals are now.
func (b *bench) lag(ctx context.Context) time.Duration {
	began := time.Now()
	for i, t := range b.house.Desk().Tellers() {
		for n := t.Row().N; b.projectors[i].At() < n && ctx.Err() == nil && time.Since(began) < time.Minute; {
			time.Sleep(5 * time.Millisecond)
		}
	}
	return time.Since(began)
}

// load pays until the store holds as many payments as the measurement asks for.
func (b *bench) load(ctx context.Context) error {
	rows, o := int64(0), b.options
	for _, t := range b.house.Desk().Tellers() {
		rows += t.Row().N
	}
	have := int(rows / 2)
	show := progress(o.Out, "payments")
	var made atomic.Int64
	made.Store(int64(have))
	var wait sync.WaitGroup
	for id := range 1024 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			c := newCaller(b.world, b.run, 100_000+id)
			for ctx.Err() == nil && made.Add(1) <= int64(o.Payments) {
				p, charge := c.next()
				_, _ = b.house.Pay(ctx, p, charge) // a pay that is shed while loading is made up for by the next
				if n := made.Load(); n%10_000 == 0 {
					show(int(n), o.Payments)
				}
			}
		}()
	}
	wait.Wait()
	return ctx.Err()
}

func progress(out io.Writer, what string) func(done, all int) {
	started, last := time.Now(), time.Time{}
	var mutex sync.Mutex
	return func(done, all int) {
		mutex.Lock()
		defer mutex.Unlock()
		if now := time.Now(); now.Sub(last) > 2*time.Second || done == all {
			last = now
			fmt.Fprintf(out, "loading %s: %d of %d, %.0f/s\n", what, done, all, float64(done)/now.Sub(started).Seconds())
		}
	}
}

// measured is what a measurement saw.
type measured struct {
	paid, shed, failed int64
	elapsed, lag       time.Duration
	latency            *hdrhistogram.Histogram // microseconds
}

func (m *measured) rate() float64 { return float64(m.paid) / m.elapsed.Seconds() }

func (m *measured) add(o *measured) {
	m.paid, m.shed, m.failed = m.paid+o.paid, m.shed+o.shed, m.failed+o.failed
	m.latency.Merge(o.latency)
}

func newMeasured() *measured { return &measured{latency: hdrhistogram.New(1, 60_000_000, 3)} }

func (b *bench) measure(ctx context.Context) *measured {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(b.options.Seconds)*time.Second)
	defer cancel()
	began := time.Now()
	var m *measured
	if b.options.Rate > 0 {
		m = b.openLoop(ctx)
	} else {
		m = b.closedLoop(ctx)
	}
	m.elapsed = time.Since(began)
	return m
}

// closedLoop lets each caller pay again as soon as it was answered.
func (b *bench) closedLoop(ctx context.Context) *measured {
	var wait sync.WaitGroup
	var mutex sync.Mutex
	all := newMeasured()
	for id := range b.options.Callers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			c, mine := newCaller(b.world, b.run, id), newMeasured()
			for ctx.Err() == nil {
				mine.one(ctx, b.house, c, time.Now())
			}
			mutex.Lock()
			defer mutex.Unlock()
			all.add(mine)
		}()
	}
	wait.Wait()
	return all
}

// openLoop pays at a rate, whoever is answered: a payment's time counts from when it should have left.
func (b *bench) openLoop(ctx context.Context) *measured {
	type job struct{ due time.Time }
	jobs := make(chan job, 1<<16)
	var wait sync.WaitGroup
	var mutex sync.Mutex
	all := newMeasured()
	for id := range b.options.Callers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			c, mine := newCaller(b.world, b.run, id), newMeasured()
			for j := range jobs {
				mine.one(ctx, b.house, c, j.due)
			}
			mutex.Lock()
			defer mutex.Unlock()
			all.add(mine)
		}()
	}
	pause := time.Second / time.Duration(b.options.Rate)
	for due := time.Now(); ctx.Err() == nil; due = due.Add(pause) {
		if wait := time.Until(due); wait > 0 {
			time.Sleep(wait)
		}
		select {
		case jobs <- job{due}:
		default:
			all.shed++ // every caller is waiting, and 65,536 payments wait for a caller
		}
	}
	close(jobs)
	wait.Wait()
	return all
}

func (m *measured) one(ctx context.Context, h *house.House, c *caller, began time.Time) {
	p, charge := c.next()
	got, err := h.Pay(context.WithoutCancel(ctx), p, charge)
	switch {
	case err == nil && got.State == payment.Success:
		m.paid++
		_ = m.latency.RecordValue(time.Since(began).Microseconds())
	case fault.KindOf(err) == fault.Unavailable:
		m.shed++
	default:
		m.failed++
	}
}

func (m *measured) print(out io.Writer, used resources) {
	paid := float64(max(m.paid, 1))
	at := func(q float64) float64 { return float64(m.latency.ValueAtQuantile(q)) / 1000 }
	fmt.Fprintf(out, "  %d payments in %.1f s: %.0f payments/s (%d shed, %d failed)\n", m.paid, m.elapsed.Seconds(), m.rate(),
		m.shed, m.failed)
	fmt.Fprintf(out, "  latency: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms\n", at(50), at(99), at(99.9))
	fmt.Fprintf(out, "  per payment: %.1f µs processor time, %.0f bytes written; peak memory %.0f MiB\n",
		float64(used.cpu.Microseconds())/paid, float64(used.written)/paid, float64(used.peak)/(1<<20))
	fmt.Fprintf(out, "  projections: %.2f s behind at the end; signatures made: 0\n", m.lag.Seconds())
	if m.lag > lagMax {
		fmt.Fprintf(out, "  DOES NOT COUNT: the projections were more than %v behind\n", lagMax)
	}
}
