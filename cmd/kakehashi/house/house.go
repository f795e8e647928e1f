// SPDX-License-Identifier: Apache-2.0

// Package house runs one network: a store, its desk, the relay and whatever runs by itself, each in a loop of its own.
//
// Everything below it is stepped and starts nothing; here are the goroutines, the clock and the waiting. A process that
// serves a sandbox runs a second house on a store of its own.
package house

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// CodeStopping is the code of what is refused while the process stops.
const CodeStopping fault.Code = "stopping"

// Config says how a house is run.
type Config struct {
	Books    store.Location
	Lanes    int
	BatchMax int    // movements in one batch; 0: the desk's own bound
	Holder   string // this process: its address and pid
	Now      func() time.Time
	// Connect gives the connector of a wallet as its facts now are.
	Connect func(w wallet.Wallet) wallet.Connector
	// Closed opens the house without new payments and refunds, until Reopen: its books were restored.
	Closed bool
	// Alarm is told what an operator must know: a name and what it is about.
	Alarm func(name, about string)
}

// House is one running network.
//
// Concurrency: safe for any number of callers.
type House struct {
	config Config
	found  []*payment.Payment // open at the start
	db     *store.DB
	desk   *flow.Desk
	relay  *relay.Relay
	wakes  [ident.LanesMax]chan struct{}

	calls   context.Context // of calls to wallets: they outlive their callers
	hangUp  context.CancelFunc
	quit    chan struct{}
	loops   sync.WaitGroup
	callers sync.WaitGroup

	awaiting atomic.Int64 // callers who wait for what a wallet says
	calling  atomic.Int64 // calls to wallets under way

	mutex      sync.Mutex
	closing    closing
	stopping   bool
	failed     error
	connectors map[wallet.ID]connected
	followers  []func(rows []ledger.Row, changed []*payment.Payment)
}

// connected is a connector and the facts it was made from.
type connected struct {
	facts     wallet.Wallet
	connector wallet.Connector
}

// Open opens the store and takes its lanes. Nothing moves before Begin, and no wallet is asked anything before Ask.
//
// Errors: as store.Open and flow.OpenDesk.
func Open(ctx context.Context, c Config) (*House, error) {
	db, err := store.Open(ctx, c.Books)
	if err != nil {
		return nil, err
	}
	h := &House{config: c, db: db, quit: make(chan struct{}), connectors: map[wallet.ID]connected{}}
	h.calls, h.hangUp = context.WithCancel(context.WithoutCancel(ctx))
	desk, err := flow.OpenDesk(ctx, db, flow.Opening{Lanes: c.Lanes, Holder: c.Holder, Now: c.Now(),
		Hooks: flow.Hooks{Committed: h.committed, Alarm: c.Alarm}})
	if err != nil {
		h.hangUp()
		db.Close()
		return nil, err
	}
	h.desk = desk
	h.relay = relay.New(h.submit, desk.Facts(), c.Alarm)
	for _, t := range desk.Tellers() {
		if c.BatchMax > 0 {
			t.BatchMax(c.BatchMax)
		}
		h.wakes[t.Lane()] = make(chan struct{}, 1)
		h.found = append(h.found, t.Open()...)
	}
	if c.Closed {
		h.closing.close(h.found)
	}
	return h, nil
}

// Begin serves movements from here on. It is called once, by whoever opened the house, when it is known as far as the lanes'
// movements are concerned.
func (h *House) Begin() {
	for _, t := range h.desk.Tellers() {
		h.loop(func() { h.tend(t) })
	}
}

// Ask asks the wallets about whatever is open, from here on. It is called once, when connectors can be made. A house that is
// opened for a command asks nobody.
func (h *House) Ask() {
	h.relay.Recover(h.found, h.config.Now())
	h.loop(h.ask)
}

func (h *House) loop(run func()) {
	h.loops.Add(1)
	go func() {
		defer h.loops.Done()
		run()
	}()
}

// Every calls step again and again with a pause between the end of one and the beginning of the next, until the house
// stops.
func (h *House) Every(pause time.Duration, step func(ctx context.Context, now time.Time)) {
	h.loop(func() {
		for {
			step(h.calls, h.config.Now())
			select {
			case <-time.After(pause):
			case <-h.quit:
				return
			}
		}
	})
}

// Go runs something beside everything else, once. Its context ends when the house stops, and the house waits for it. It is
// for what runs in the house already: a step, a follower.
func (h *House) Go(run func(ctx context.Context)) {
	h.loop(func() { run(h.calls) })
}

// Follow calls tell with every batch that is committed from now on. tell must not wait.
func (h *House) Follow(tell func(rows []ledger.Row, changed []*payment.Payment)) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.followers = append(h.followers[:len(h.followers):len(h.followers)], tell)
}

// DB is the store.
func (h *House) DB() *store.DB { return h.db }

// Desk is the desk.
func (h *House) Desk() *flow.Desk { return h.desk }

// Facts is the catalogue.
func (h *House) Facts() *store.Catalogue { return h.desk.Facts() }

// Reader is the store's reading half.
func (h *House) Reader() *store.Reader { return h.db.Reader() }

// Relay is what asks the wallets.
func (h *House) Relay() *relay.Relay { return h.relay }

// Open are the payments that were open when the house was opened, oldest first in each lane.
func (h *House) Open() []*payment.Payment { return h.found }

// Now is the house's time.
func (h *House) Now() time.Time { return h.config.Now() }

// Awaiting is how many callers wait for what a wallet says.
func (h *House) Awaiting() int { return int(h.awaiting.Load()) }

// Calling is how many calls to wallets are under way, from when they are to leave until their answers are taken.
func (h *House) Calling() int { return int(h.calling.Load()) }

// Failed is why the house no longer serves its lanes; nil while it does.
func (h *House) Failed() error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.failed
}

// Stop makes the house refuse what is new, waits for what is under way no longer than the context lasts, and lets go of the
// store. What is still open is asked about after the next start.
func (h *House) Stop(ctx context.Context) {
	h.mutex.Lock()
	h.stopping = true
	h.mutex.Unlock()
	settled := make(chan struct{})
	go func() {
		h.callers.Wait()
		close(settled)
	}()
	select {
	case <-settled:
	case <-ctx.Done():
	}
	h.hangUp()
	close(h.quit)
	h.loops.Wait()
	h.desk.Close()
	h.db.Close()
}

// enter counts a caller, unless the house is stopping.
func (h *House) enter() error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.stopping {
		return &fault.Error{Op: "house.Do", Kind: fault.Unavailable, Code: CodeStopping, Detail: "the service is stopping"}
	}
	h.callers.Add(1)
	return nil
}
