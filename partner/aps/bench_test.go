// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/partner/partnertest"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// BenchmarkPay is one pay over an open connection of this machine: our side and the wallet's, which verifies and signs too.
func BenchmarkPay(b *testing.B) {
	for _, algorithm := range []wire.Algorithm{wire.Ed25519, wire.RSA256} {
		b.Run(algorithm.String(), func(b *testing.B) {
			server := partnertest.Start(b, algorithm)
			connector, c := connect(b, server), charge(server)
			b.ReportAllocs()
			for b.Loop() {
				if a := connector.Pay(b.Context(), c); a.Verdict != wallet.Succeeded {
					b.Fatalf("%+v", a)
				}
			}
		})
	}
}
