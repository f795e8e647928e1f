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
	acknowledged event = iota // a caller was told S or F
	refundTold                // a caller was told what became of a refund
	cancelTold                // a caller was told that a payment is cancelled
	walletPay                 // a wallet is asked to charge
	walletCancel              // a wallet is asked to cancel
	walletRefund              // a wallet is asked to give back
	eventsCount
)

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

	mutex  sync.Mutex
	wanted event // -1: none
	seen   chan struct{}
}

func newMoments(dice *rand.Rand, inFlight func() int) *moments {
	return &moments{dice: dice, inFlight: inFlight, wanted: -1, seen: make(chan struct{}, 1)}
}

// see is told of every event. The one that is waited for counts only while the network is under load.
func (m *moments) see(e event) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.wanted != e || m.inFlight() < inFlightMin {
		return
	}
	m.wanted = -1
	m.seen <- struct{}{}
}

// next waits for the next moment and says how many payments were under way; the caller kills at once.
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
	if m.dice.IntN(2) == 0 { // else it is the very first event after the start
		rest(ctx, time.Duration(m.dice.Int64N(int64(pauseMax))))
	}
	m.mutex.Lock()
	m.wanted = event(m.dice.IntN(int(eventsCount)))
	m.mutex.Unlock()
	select {
	case <-m.seen:
	case <-ctx.Done():
		m.mutex.Lock()
		defer m.mutex.Unlock()
		if m.wanted = -1; len(m.seen) > 0 {
			<-m.seen
		}
	}
	if m.dice.IntN(2) == 0 {
		rest(ctx, time.Duration(m.dice.Int64N(int64(2*time.Millisecond))))
	}
	return m.inFlight()
}
