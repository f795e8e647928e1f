// SPDX-License-Identifier: Apache-2.0

package process

import (
	"errors"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/house"
)

func TestBusyIsWhoWaitsForTheProcessAndNotWhoWaitsForAWallet(t *testing.T) {
	t.Parallel()
	p := &Process{Live: &Network{House: &house.House{}}}
	p.opened.Store(true)
	most := unservedMax * runtime.GOMAXPROCS(0)
	if p.busy(most-1) || !p.busy(most) {
		t.Errorf("busy with %d under way: %v; with %d: %v", most-1, p.busy(most-1), most, p.busy(most))
	}
	p.Live.away.Add(2) // two calls have left
	if p.busy(most+1) || !p.busy(most+2) {
		t.Error("who waits for a wallet is counted")
	}
	p.Config.Unbounded = true
	if p.busy(1 << 30) {
		t.Error("the control has a bound")
	}
}

// trip is a transport that asks something while a call is away.
type trip func() error

// RoundTrip asks.
func (f trip) RoundTrip(*http.Request) (*http.Response, error) { return nil, f() }

func TestACallIsAwayUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	var n Network
	failed := errors.New("refused")
	_, err := away{trip(func() error {
		if n.away.Load() != 1 {
			t.Errorf("%d calls are away", n.away.Load())
		}
		return failed
	}), &n.away}.RoundTrip(nil)
	if !errors.Is(err, failed) || n.away.Load() != 0 {
		t.Errorf("%v; afterwards %d calls are away", err, n.away.Load())
	}
}

func TestSignaturesTakeTurns(t *testing.T) {
	t.Parallel()
	var p Process
	p.bound()
	var now, most atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			p.inTurn(func() {
				n := now.Add(1)
				for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
				}
				runtime.Gosched()
				now.Add(-1)
			})
		})
	}
	all.Wait()
	if most.Load() < 1 || most.Load() > int64(runtime.GOMAXPROCS(0)) {
		t.Errorf("%d at once", most.Load())
	}
}
