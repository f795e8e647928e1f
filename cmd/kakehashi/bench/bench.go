// SPDX-License-Identifier: Apache-2.0

// Package bench measures the network, and fails where a bar is missed.
//
// Engine measures complete payments through the whole house: the idempotency read, the code claim, the quote, the durable
// intent, the call to a wallet, the durable outcome with its transfers and hash chain, the lane's row and the event, with
// every projection running, against a store that already holds payments and merchants. Inquiry reads payments back by their
// ids. Wire measures the same over HTTP, signed and verified both ways, against the rate at which the machine can sign.
// Overload asks for more than the network can do, as callers do who follow the protocol.
//
// Read bench.go, then engine.go, wire.go and overload.go.
package bench

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"time"
)

// Missed are the bars that a measurement did not reach.
type Missed []string

// Error names them.
func (m Missed) Error() string { return "missed: " + strings.Join(m, "; ") }

// verdict is the error of a measurement: none where no bar was missed.
func (m Missed) verdict() error {
	if len(m) == 0 {
		return nil
	}
	return m
}

// profile writes a processor profile to a file until stop is called, and then, into PATH.heap, what memory holds.
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
	heap, err := os.Create(path + ".heap")
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		runtime.GC() // the profile is of the last collection
		if err := errors.Join(f.Close(), pprof.WriteHeapProfile(heap), heap.Close()); err != nil {
			fmt.Fprintln(os.Stderr, "kakehashi: the profile:", err)
		}
	}, nil
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
