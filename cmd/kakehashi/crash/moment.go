// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// event is something that was seen from outside of the network.
type event int

// The events after which the network is killed.
const (
	answered     event = iota // an answer to a pay has arrived
	acknowledged              // a caller was told S or F
	refundTold                // a caller was told what became of a refund
	cancelTold                // a caller was told that a payment is cancelled
	walletPay                 // a wallet is asked to charge
	walletCancel              // a wallet is asked to cancel
	walletRefund              // a wallet is asked to give back
)

// awaited are the events by how often one is waited for: an intent that leaves and a word that is given promise most.
var awaited = []event{answered, answered, answered, answered, acknowledged, walletPay, walletPay, walletPay, refundTold,
	cancelTold, walletCancel, walletRefund}

// The moments by chance: after a pause from 20 to 600 ms, exponential about its mean.
const (
	pauseMin  = 20 * time.Millisecond
	pauseMean = 180 * time.Millisecond
	pauseMax  = 600 * time.Millisecond
)

// loadMax is how long a moment waits for enough payments to be under way.
const loadMax = 5 * time.Second

// moments finds the next moment to kill. Half of them come by chance, the others right after an event.
//
// Concurrency: see by anybody; the rest by one owner.
type moments struct {
	dice     *rand.Rand
	inFlight func() int
	strike   func() // kills

	mutex  sync.Mutex
	wanted event // -1: none
	direct bool  // whoever sees the event strikes: a word that was given a moment ago is the one that may be broken
	seen   chan int
}

func newMoments(dice *rand.Rand, inFlight func() int, strike func()) *moments {
	return &moments{dice: dice, inFlight: inFlight, strike: strike, wanted: -1, seen: make(chan int, 1)}
}

// see is told of every event. The one that is waited for counts only while the network is under load.
func (m *moments) see(e event) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	n := m.inFlight()
	if m.wanted != e || n < inFlightMin {
		return
	}
	m.wanted = -1
	if m.direct {
		m.strike()
	}
	m.seen <- n
}

// next waits for the next moment and says how many payments were under way; the caller kills at once, where whoever saw the
// moment has not done so.
func (m *moments) next(ctx context.Context) (inFlight int) {
	ctx, cancel := context.WithTimeout(ctx, loadMax)
	defer cancel()
	if m.dice.IntN(2) == 0 {
		pause := min(pauseMin+time.Duration(m.dice.ExpFloat64()*float64(pauseMean)), pauseMax)
		rest(ctx, pause)
		for m.inFlight() < inFlightMin && ctx.Err() == nil {
			rest(ctx, time.Millisecond)
		}
		return m.inFlight()
	}
	if m.dice.IntN(3) == 0 { // else it is the very first event after the start, when everybody asks at once
		rest(ctx, time.Duration(m.dice.Int64N(int64(pauseMax))))
	}
	return m.await(ctx)
}

// await waits for an event.
func (m *moments) await(ctx context.Context) (inFlight int) {
	later := time.Duration(m.dice.Int64N(int64(2 * time.Millisecond)))
	m.mutex.Lock()
	m.wanted, m.direct = awaited[m.dice.IntN(len(awaited))], m.dice.IntN(4) > 0
	m.mutex.Unlock()
	select {
	case n := <-m.seen:
		if !m.direct {
			rest(ctx, later)
		}
		return n
	case <-ctx.Done():
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.wanted = -1; len(m.seen) > 0 {
		return <-m.seen
	}
	return m.inFlight()
}

// gate holds back whoever has found the network gone, until it is there again.
//
// Concurrency: safe for any number of callers.
type gate struct {
	mutex sync.Mutex
	open  chan struct{} // closed while the network is there
}

func newGate() *gate { return &gate{open: make(chan struct{})} }

// set says whether the network is there.
func (g *gate) set(there bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if there {
		close(g.open)
		return
	}
	g.open = make(chan struct{})
}

// wait returns when the network is there, or the context ends.
func (g *gate) wait(ctx context.Context) {
	g.mutex.Lock()
	open := g.open
	g.mutex.Unlock()
	select {
	case <-open:
	case <-ctx.Done():
	}
}
