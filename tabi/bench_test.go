// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// BenchmarkPay is whole payments over loopback: 64 tills at once, each signed, verified, debited, durable and answered.
// The client and both signatures of the platform are in it.
func BenchmarkPay(b *testing.B) {
	for _, algorithm := range []wire.Algorithm{wire.Ed25519, wire.RSA256} {
		b.Run(algorithm.String(), func(b *testing.B) {
			w := newWorld(b, func(w *world) {
				w.brands[0].Limits, w.brands[0].Prefetch = tabi.Limits{}, 10
				if algorithm == wire.RSA256 {
					own, err := wire.GenerateRSA(rand.Reader)
					if err != nil {
						b.Fatal(err)
					}
					w.brands[0].Key = own
					w.platform.wallets[w.brands[0].ClientID] = own.Public()
				}
			})
			user := w.user(1, 1_000_000_00)
			codes := make([]string, b.N)
			for i := range codes {
				codes[i] = w.code(user)
			}
			var n atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1) - 1
					var out aps.PayResponse
					if err := w.send(aps.PathPay, payRequest(fmt.Sprintf("p-%d", i), codes[i], 10, 1), &out); err != nil ||
						out.Result.ResultCode != wire.Success {
						b.Errorf("%v %v", out.Result, err)
					}
				}
			})
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "payments/s")
			w.check()
		})
	}
}
