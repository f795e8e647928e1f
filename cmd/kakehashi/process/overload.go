// SPDX-License-Identifier: Apache-2.0

package process

import (
	"math"
	"net/http"
	"runtime"
	"sync/atomic"
)

// unservedMax is how many requests and calls for each processor may wait for it before whatever is not urgent is turned away:
// two RSA signatures of a payment take most of two milliseconds, so these are some 50 ms of work.
//
// Source: docs/evidence/overload.md.
const unservedMax = 32

// bound sets how much the process takes on at once: as many signatures as there are processors.
func (p *Process) bound() {
	if p.Config.Unbounded {
		p.Config.InFlightMax = math.MaxInt32
		return
	}
	p.signers = make(chan struct{}, runtime.GOMAXPROCS(0))
}

// inTurn makes a signature when it is its turn. Hundreds that are begun together would share the processors: none would be
// ready soon, and whatever else the process does would wait behind all of them. Whatever else is ready to run goes before the
// next signature: it is short, and what waits for it is a payment that is nearly through.
func (p *Process) inTurn(sign func()) {
	p.signed.Add(1)
	if p.signers == nil {
		sign()
		return
	}
	p.signers <- struct{}{}
	defer func() { <-p.signers }()
	sign()
	runtime.Gosched()
}

// Signatures are how many the process has made so far: most of what a payment costs.
func (p *Process) Signatures() int64 { return p.signed.Load() }

// busy reports whether the process has more to do than it soon can, with so many requests under way at one of its APIs. Who
// waits for a wallet costs nothing and is not counted, but a call that has not left yet, or whose answer is being read, is.
func (p *Process) busy(underWay int) bool {
	if p.Config.Unbounded {
		return false
	}
	for _, n := range p.networks() {
		underWay += n.House.Calling() - int(n.away.Load()) - n.House.Awaiting()
	}
	return underWay >= unservedMax*runtime.GOMAXPROCS(0)
}

// away counts the calls to wallets that have left and were not answered yet.
type away struct {
	http.RoundTripper
	count *atomic.Int64
}

// RoundTrip makes a call.
func (a away) RoundTrip(r *http.Request) (*http.Response, error) {
	a.count.Add(1)
	defer a.count.Add(-1)
	return a.RoundTripper.RoundTrip(r)
}

// unbind lifts the bounds of a network's queues.
func (n *Network) unbind() {
	for _, t := range n.House.Desk().Tellers() {
		t.Unbounded()
	}
}
