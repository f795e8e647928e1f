// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/house"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// EngineOptions say how the engine is measured.
type EngineOptions struct {
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

// Engine measures payments inside the process, and prints what it saw.
func Engine(ctx context.Context, o EngineOptions) error {
	e, err := openEngine(ctx, o)
	if err != nil {
		return err
	}
	defer e.close(ctx)
	var single float64
	if o.Compare {
		e.batches(1)
		single = e.measured(ctx, "batches of one").rate()
	}
	e.batches(o.BatchMax)
	stop, err := profile(o.Profile)
	if err != nil {
		return err
	}
	m := e.measured(ctx, "group commit")
	stop()
	if o.Compare && single > 0 {
		fmt.Fprintf(o.Out, "group commit is %.1f times batches of one\n", m.rate()/single)
	}
	return nil
}

// engine is a house that is measured without a wire.
type engine struct {
	options    EngineOptions
	house      *house.House
	shelf      *store.Shelf
	world      *world
	run        uint64 // no two names of a payment are the same
	projectors []*worker.Projector
}

// openEngine opens the house, with its merchants and payments.
func openEngine(ctx context.Context, o EngineOptions) (*engine, error) {
	w := &instant{}
	h, err := house.Open(ctx, house.Config{Books: o.Books, Lanes: o.Lanes, Holder: "bench", Now: time.Now,
		Connect: func(wallet.Wallet) wallet.Connector { return w },
		Alarm:   func(name, about string) { fmt.Fprintf(o.Out, "ALARM %s: %s\n", name, about) }})
	if err != nil {
		return nil, err
	}
	e := &engine{options: o, house: h, run: uint64(time.Now().UnixNano())}
	if e.shelf, err = store.OpenShelf(ctx, o.Books); err != nil {
		h.Stop(ctx)
		return nil, err
	}
	h.Begin()
	h.Ask()
	e.work()
	if e.world, err = furnish(ctx, h, o.Merchants, nil, progress(o.Out, "merchants")); err == nil {
		err = e.load(ctx)
	}
	if err != nil {
		e.close(ctx)
		return nil, err
	}
	return e, nil
}

// work runs the projections and what keeps the store's log short.
func (e *engine) work() {
	h, out := e.house, e.options.Out
	for _, t := range h.Desk().Tellers() {
		p := worker.NewProjector(t.Lane(), h.Reader(), e.shelf)
		e.projectors = append(e.projectors, p)
		h.Every(20*time.Millisecond, func(ctx context.Context, now time.Time) {
			for worked := true; worked && ctx.Err() == nil; {
				var err error
				if worked, err = p.Step(ctx, 32); err != nil {
					fmt.Fprintln(out, "projector:", err)
				}
			}
		})
	}
	h.Every(100*time.Millisecond, func(ctx context.Context, _ time.Time) {
		if err := h.DB().CheckpointLog(ctx); err != nil && ctx.Err() == nil {
			fmt.Fprintln(out, "log:", err)
		}
	})
}

func (e *engine) close(ctx context.Context) {
	e.house.Stop(ctx)
	e.shelf.Close()
}

func (e *engine) batches(most int) {
	if most == 0 {
		most = 1 << 20
	}
	for _, t := range e.house.Desk().Tellers() {
		t.BatchMax(most)
	}
}

// measured is one measurement, printed.
func (e *engine) measured(ctx context.Context, what string) *measured {
	e.run++
	o := &e.options
	before := usage(o.Books)
	m := e.measure(ctx)
	used := usage(o.Books).since(before)
	m.lag = e.lag(ctx)
	fmt.Fprintf(o.Out, "%s, %s, %d lanes, %d callers:\n", what, o.Books.Engine(), o.Lanes, o.Callers)
	m.print(o.Out, used)
	fmt.Fprintf(o.Out, "  projections: %.2f s behind at the end\n", m.lag.Seconds())
	if m.lag > lagMax {
		fmt.Fprintf(o.Out, "  DOES NOT COUNT: the projections were more than %v behind\n", lagMax)
	}
	return m
}

func (e *engine) measure(ctx context.Context) *measured {
	o := &e.options
	ctx, cancel := context.WithTimeout(ctx, time.Duration(o.Seconds)*time.Second)
	defer cancel()
	payer := func(id int) visit {
		c := newCaller(e.world, e.run, id)
		return func(ctx context.Context, m *measured, due time.Time) { m.pay(ctx, e.house, c, due) }
	}
	if o.Rate > 0 {
		return openLoop(ctx, "payments", o.Callers, o.Rate, payer)
	}
	return closedLoop(ctx, "payments", o.Callers, payer)
}

func (m *measured) pay(ctx context.Context, h *house.House, c *caller, due time.Time) {
	p, charge := c.next()
	got, err := h.Pay(context.WithoutCancel(ctx), p, charge)
	switch {
	case err == nil && got.State == payment.Success:
		m.done(due)
	case fault.KindOf(err) == fault.Unavailable:
		m.shed++
	default:
		m.failed++
	}
}

// lag is how long the projections take to come to where the journals are now.
func (e *engine) lag(ctx context.Context) time.Duration {
	began := time.Now()
	for i, t := range e.house.Desk().Tellers() {
		for n := t.Row().N; e.projectors[i].At() < n && ctx.Err() == nil && time.Since(began) < time.Minute; {
			time.Sleep(5 * time.Millisecond)
		}
	}
	return time.Since(began)
}

// load pays until the store holds as many payments as the measurement asks for.
func (e *engine) load(ctx context.Context) error {
	rows, o := int64(0), &e.options
	for _, t := range e.house.Desk().Tellers() {
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
			c := newCaller(e.world, e.run, 100_000+id)
			for ctx.Err() == nil && made.Add(1) <= int64(o.Payments) {
				p, charge := c.next()
				_, _ = e.house.Pay(ctx, p, charge) // a pay that is shed while loading is made up for by the next
				if n := made.Load(); n%10_000 == 0 {
					show(int(n), o.Payments)
				}
			}
		}()
	}
	wait.Wait()
	return ctx.Err()
}
