// SPDX-License-Identifier: Apache-2.0

package wire

import "sync/atomic"

// Signers bounds how many signatures are made at once. Whoever finds no hand free waits, asleep, for its turn.
//
// An RSA signature takes a processor for most of a millisecond. Without a bound, hundreds that are begun together share the
// processors in turns: none is ready soon, and whatever else the process does waits behind all of them.
//
// Concurrency: safe for any number of callers.
type Signers struct {
	hands   chan struct{}
	waiting atomic.Int64
}

// NewSigners is so many hands; at least one.
func NewSigners(hands int) *Signers { return &Signers{hands: make(chan struct{}, max(hands, 1))} }

// Waiting is how many wait for a hand.
func (s *Signers) Waiting() int { return int(s.waiting.Load()) }

func (s *Signers) take() {
	select {
	case s.hands <- struct{}{}:
		return
	default:
	}
	s.waiting.Add(1)
	s.hands <- struct{}{}
	s.waiting.Add(-1)
}

func (s *Signers) give() { <-s.hands }

// By is the key, whose signatures are made by these hands.
func (k PrivateKey) By(s *Signers) PrivateKey {
	k.signers = s
	return k
}
