// SPDX-License-Identifier: Apache-2.0

// Package bench measures complete payments through the whole house: the idempotency read, the code claim, the quote, the
// durable intent, the call to a wallet, the durable outcome with its transfers and hash chain, the lane's row and the event,
// with every projection running, against a store that already holds payments and merchants.
package bench

import (
	"context"
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
)

// Options say what is measured.
type Options struct {
	Books     store.Location
	Lanes     int
	Merchants int
	Payments  int // in the store before anything is measured
	Callers   int
	Seconds   int
	BatchMax  int // 1 switches group commit off; 0 is the desk's own bound
	Rate      int // payments a second, open loop; 0: closed loop
	Profile   string
	Out       io.Writer
}

// Run measures, and prints what it saw.
func Run(ctx context.Context, o Options) error {
	w := &instant{}
	h, err := house.Open(ctx, house.Config{Books: o.Books, Lanes: o.Lanes, Holder: "bench", Now: time.Now,
		Connect: func(wallet.Wallet) wallet.Connector { return w },
		Alarm:   func(name, about string) { fmt.Fprintf(o.Out, "ALARM %s: %s\n", name, about) }})
	if err != nil {
		return err
	}
	defer h.Stop(ctx)
	started := time.Now()
	world, err := furnish(ctx, h, o.Merchants, progress(o.Out, "merchants"))
	if err != nil {
		return err
	}
	run := uint64(started.UnixNano())
	if err := load(ctx, h, world, run, o); err != nil {
		return err
	}
	for _, t := range h.Desk().Tellers() {
		if o.BatchMax > 0 {
			t.BatchMax(o.BatchMax)
		}
	}
	if o.Profile != "" {
		f, err := os.Create(o.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	before := usage(o.Books)
	m := measure(ctx, h, world, run+1, o)
	m.print(o, usage(o.Books).since(before))
	return nil
}

// load pays until the store holds as many payments as the measurement asks for.
func load(ctx context.Context, h *house.House, w *world, run uint64, o Options) error {
	rows := int64(0)
	for _, t := range h.Desk().Tellers() {
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
			c := newCaller(w, run, 100_000+id)
			for ctx.Err() == nil && made.Add(1) <= int64(o.Payments) {
				p, charge := c.next()
				_, _ = h.Pay(ctx, p, charge) // a pay that is shed while loading is made up for by the next
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
	elapsed            time.Duration
	latency            *hdrhistogram.Histogram // microseconds
}

func measure(ctx context.Context, h *house.House, w *world, run uint64, o Options) measured {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(o.Seconds)*time.Second)
	defer cancel()
	var wait sync.WaitGroup
	var m measured
	var mutex sync.Mutex
	m.latency = hdrhistogram.New(1, 60_000_000, 3)
	started := time.Now()
	for id := range o.Callers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			c := newCaller(w, run, id)
			mine := measured{latency: hdrhistogram.New(1, 60_000_000, 3)}
			for ctx.Err() == nil {
				mine.one(ctx, h, c)
			}
			mutex.Lock()
			defer mutex.Unlock()
			m.paid, m.shed, m.failed = m.paid+mine.paid, m.shed+mine.shed, m.failed+mine.failed
			m.latency.Merge(mine.latency)
		}()
	}
	wait.Wait()
	m.elapsed = time.Since(started)
	return m
}

func (m *measured) one(ctx context.Context, h *house.House, c *caller) {
	p, charge := c.next()
	began := time.Now()
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

func (m *measured) print(o Options, used resources) {
	paid := float64(max(m.paid, 1))
	at := func(q float64) float64 { return float64(m.latency.ValueAtQuantile(q)) / 1000 }
	fmt.Fprintf(o.Out, "%d payments in %.1f s: %.0f payments/s (%d shed, %d failed)\n", m.paid, m.elapsed.Seconds(),
		paid/m.elapsed.Seconds(), m.shed, m.failed)
	fmt.Fprintf(o.Out, "latency: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms\n", at(50), at(99), at(99.9))
	fmt.Fprintf(o.Out, "per payment: %.1f µs processor time, %.0f bytes written; peak memory %.0f MiB\n",
		float64(used.cpu.Microseconds())/paid, float64(used.written)/paid, float64(used.peak)/(1<<20))
}
