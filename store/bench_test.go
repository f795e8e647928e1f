// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

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

// BenchmarkTailSQLite says how long the slowest batches take: where the log is checkpointed beside the writer, as the house
// does it, and where the writer has to do that itself.
func BenchmarkTailSQLite(b *testing.B) {
	b.Run("beside", func(b *testing.B) {
		w := storetest.Open(b, store.Location(filepath.Join(b.TempDir(), "books.db")))
		done := make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-done:
					return
				case <-tick.C:
				}
				if err := w.DB.CheckpointLog(context.Background()); err != nil {
					b.Error(err)
				}
			}
		})
		tail(b, w)
		close(done)
		group.Wait()
	})
	b.Run("by the writer", func(b *testing.B) {
		w := storetest.Open(b, store.Location(filepath.Join(b.TempDir(), "books.db")))
		store.Autocheckpoint(b, w.Writer, 20_000)
		tail(b, w)
	})
}

// tail makes payments and reports the batches' times.
func tail(b *testing.B, w *storetest.World) {
	var took []time.Duration
	made := 0
	for b.Loop() {
		took = append(took, makePayments(b, w, made)...)
		made++
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(took)*batchSize)/2/b.Elapsed().Seconds(), "payments/s")
	b.ReportMetric(took[len(took)/2].Seconds()*1e3, "p50-ms")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1e3, "p99-ms")
	b.ReportMetric(took[len(took)-1].Seconds()*1e3, "max-ms")
}

func benchmarkPayments(b *testing.B, location store.Location) {
	w := storetest.Open(b, location)
	b.ReportAllocs()
	made := 0
	for b.Loop() {
		makePayments(b, w, made)
		made++
	}
	payments := float64(made * batchSize)
	b.ReportMetric(payments/b.Elapsed().Seconds(), "payments/s")
	b.ReportMetric(b.Elapsed().Seconds()*1e6/payments, "µs/payment")
}

// makePayments sends a batch of payments and hears of them in another; it says how long each took.
func makePayments(b *testing.B, w *storetest.World, number int) []time.Duration {
	b.Helper()
	names, changes := make([]string, batchSize), make([]store.Changes, batchSize)
	var k store.Keys
	for i := range names {
		names[i] = fmt.Sprintf("%d-%d", number, i)
		r := w.Request(names[i], 1000)
		k.Payments, k.Marks = append(k.Payments, r.ID.Digest), append(k.Marks, r.Code)
		changes[i] = storetest.Sent(r)
	}
	begun := time.Now()
	w.Fill(k)
	w.Must(changes...)
	sent := time.Now()
	for i := range names {
		changes[i] = w.Heard(names[i], w.Charged("W"+names[i]))
	}
	w.Must(changes...)
	return []time.Duration{sent.Sub(begun), time.Since(sent)}
}
