// SPDX-License-Identifier: Apache-2.0

package process

import (
	"math"
	"runtime"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// signaturesMax is how many signatures for each processor may wait before whatever is not urgent is turned away: an RSA
// signature takes most of a millisecond, so these are some 25 ms of work.
//
// Source: docs/evidence/overload.md.
const signaturesMax = 32

// bound sets how much the process takes on: as many signatures at once as there are processors, and so many that wait.
func (p *Process) bound() {
	if p.Config.Unbounded {
		p.Config.InFlightMax = math.MaxInt32
		return
	}
	p.signers = wire.NewSigners(runtime.GOMAXPROCS(0))
}

// busy reports whether the process has more to sign than it soon can.
func (p *Process) busy() bool {
	return p.signers != nil && p.signers.Waiting() > signaturesMax*runtime.GOMAXPROCS(0)
}

// unbind lifts the bounds of a network's queues.
func (n *Network) unbind() {
	for _, t := range n.House.Desk().Tellers() {
		t.Unbounded()
	}
}
