// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/store/storetest"
)

// batchSize is how many movements a full batch of the desk holds.
const batchSize = 512

// BenchmarkPaymentsSQLite writes whole payments in full batches: 512 that are sent, then their 512 outcomes.
func BenchmarkPaymentsSQLite(b *testing.B) {
	benchmarkPayments(b, store.Location(filepath.Join(b.TempDir(), "books.db")))
}

// BenchmarkPaymentsPostgres does the same on a server on loopback.
func BenchmarkPaymentsPostgres(b *testing.B) {
	benchmarkPayments(b, store.Location(shared.Database(b)))
}

func benchmarkPayments(b *testing.B, location store.Location) {
	w := storetest.Open(b, location)
	names := make([]string, batchSize)
	changes := make([]store.Changes, batchSize)
	b.ReportAllocs()
	made := 0
	for b.Loop() {
		var k store.Keys
		for i := range names {
			names[i] = fmt.Sprintf("%d-%d", made, i)
			r := w.Request(names[i], 1000)
			k.Payments, k.Marks = append(k.Payments, r.ID.Digest), append(k.Marks, r.Code)
			changes[i] = storetest.Sent(r)
		}
		w.Fill(k)
		w.Must(changes...)
		for i := range names {
			changes[i] = w.Heard(names[i], w.Charged("W"+names[i]))
		}
		w.Must(changes...)
		made++
	}
	payments := float64(made * batchSize)
	b.ReportMetric(payments/b.Elapsed().Seconds(), "payments/s")
	b.ReportMetric(b.Elapsed().Seconds()*1e6/payments, "µs/payment")
}
