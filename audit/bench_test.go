// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// fill makes so many successful payments, in full batches.
func (w *world) fill(payments int) {
	reply := func(_ flow.Outcome, err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	submit := func(m flow.Movement) {
		if err := w.desk.Submit(context.Background(), m, w.now, reply); err != nil {
			w.t.Fatal(err)
		}
	}
	for payments > 0 {
		count := min(payments, 512)
		batch := make([]flow.Pay, count)
		for i := range batch {
			s := w.shops[w.chance.IntN(len(w.shops))]
			purse := int(s.lane) // a wallet of the same lane: no claim before the payment
			if w.lanes == 1 {
				purse = w.chance.IntN(len(purses))
			}
			batch[i] = w.pay(s, purse, 1+w.chance.Int64N(30_000))
			submit(batch[i])
		}
		w.step()
		for i := range batch {
			submit(flow.Heard{Payment: batch[i].ID, Answer: wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success,
				Partner: "W" + strconv.Itoa(i), PartnerAt: w.now}})
		}
		w.step()
		w.now = w.now.Add(100 * time.Millisecond)
		payments -= count
	}
}

// BenchmarkFull audits a file of payments: KAKEHASHI_AUDIT_PAYMENTS says how many, 20,000 by default.
func BenchmarkFull(b *testing.B) {
	payments := 20_000
	if n, err := strconv.Atoi(os.Getenv("KAKEHASHI_AUDIT_PAYMENTS")); err == nil {
		payments = n
	}
	file := filepath.Join(b.TempDir(), "books.db")
	w := newWorld(b, file, 1, 1)
	w.fill(payments)
	w.desk.Close()
	w.db.Close()
	var rows, paid int64
	for b.Loop() {
		r := full(b, file, audit.Options{})
		if !r.OK() {
			b.Fatal(r.String())
		}
		rows, paid = rows+r.Counts.Rows, paid+r.Counts.Payments
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(paid)/b.Elapsed().Seconds(), "payments/s")
}

// BenchmarkStep audits after every movement, as a simulation does.
func BenchmarkStep(b *testing.B) {
	location := "memory:step" + fmt.Sprint(b.N)
	w := newWorld(b, location, 1, 1)
	a := opened(b, location).Auditor(audit.Options{})
	step(b, a)
	before := a.Report().Counts.Rows
	var took time.Duration
	w.after = func() {
		began := time.Now()
		step(b, a)
		took += time.Since(began)
	}
	for b.Loop() {
		w.anyPaid()
	}
	rows := a.Report().Counts.Rows - before
	b.ReportMetric(float64(took.Microseconds())/float64(rows), "µs/row")
}
