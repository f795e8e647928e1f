// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// signing is what the machine can sign when it does nothing else.
type signing struct {
	rate float64       // signatures a second, on all processors
	each time.Duration // processor time of one

	during time.Duration // that it stands for
}

// signingOf signs texts of a request's size on all processors, with the library that the network signs with.
func signingOf(ctx context.Context, key wire.PrivateKey, length time.Duration) (signing, error) {
	text := []byte(strings.Repeat("the text of an ordinary request. ", 32))
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var failed atomic.Pointer[error]
	before := usage("")
	m := together("signatures", runtime.GOMAXPROCS(0), func(_ int, mine *measured) {
		for ctx.Err() == nil {
			if _, err := key.Sign(text); err != nil {
				failed.Store(&err)
				return
			}
			mine.paid++
		}
	})
	if err := failed.Load(); err != nil {
		return signing{}, *err
	}
	return signing{rate: m.rate(), each: usage("").since(before).cpu / time.Duration(max(m.paid, 1))}, nil
}

// and adds one more look at the same machine, for a time that it stands for.
func (s signing) and(look signing, during time.Duration) signing {
	all := s.during + during
	weigh := func(before, now float64) float64 {
		return (before*s.during.Seconds() + now*during.Seconds()) / all.Seconds()
	}
	return signing{rate: weigh(s.rate, look.rate), each: time.Duration(weigh(float64(s.each), float64(look.each))), during: all}
}
