// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// benchmarkBody is a payment of ordinary size.
var benchmarkBody = []byte(`{"productCode":"IN_STORE_PAYMENT","paymentRequestId":"p-0001","paymentAmount":{"currency":"JPY",` +
	`"value":"1000"},"paymentMethod":{"paymentMethodType":"CONNECT_WALLET","paymentMethodId":"281012345678901234"},` +
	`"paymentFactor":{"inStorePaymentScenario":"PaymentCode"},"order":{"referenceOrderId":"o-1","orderDescription":"抹茶",` +
	`"orderAmount":{"currency":"JPY","value":"1000"},"merchant":{"referenceMerchantId":"m-1","merchantName":"Sample Cafe",` +
	`"merchantMCC":"5812","store":{"referenceStoreId":"s-1","storeName":"Sample Cafe Ueno","storeMCC":"5812"}},` +
	`"env":{"storeTerminalId":"t-1","storeTerminalRequestTime":"2025-06-01T12:00:00+09:00"}}}`)

func BenchmarkCheckJSON(b *testing.B) {
	b.SetBytes(int64(len(benchmarkBody)))
	b.ReportAllocs()
	for b.Loop() {
		if err := wire.CheckJSON(benchmarkBody); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	for name, key := range map[string]wire.PrivateKey{"RSA256": rsaKey(b), "Ed25519": ed25519Key(b)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := key.Sign(benchmarkBody); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for name, key := range map[string]wire.PrivateKey{"RSA256": rsaKey(b), "Ed25519": ed25519Key(b)} {
		signature, err := key.Sign(benchmarkBody)
		if err != nil {
			b.Fatal(err)
		}
		public := key.Public()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !public.Verify(benchmarkBody, signature) {
					b.Fatal("the signature does not verify")
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	key := rsaKey(b)
	e := payEnvelope()
	e.Body = benchmarkBody
	headers, err := wire.SealRequest(key, 1, e)
	if err != nil {
		b.Fatal(err)
	}
	header, keys := valueOf(b, headers, wire.HeaderSignature), only(1, key.Public())
	b.ReportAllocs()
	for b.Loop() {
		if err := wire.Open(e, header, keys); err != nil {
			b.Fatal(err)
		}
	}
}
