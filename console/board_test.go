// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/console"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

var positions = regexp.MustCompile(`data-events="[^"]*"`)

// seenBy is the live page of a console, without the place of its stream.
func (w *world) seenBy(h http.Handler) string {
	w.t.Helper()
	w.handler = h
	return positions.ReplaceAllString(w.page("/"), "")
}

// A console that was there all along and one that has just started show the same.
func TestStartFindsAgainWhatWasFollowed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.busy()
	w.wallets["kr"].mute = true
	w.pay("open", "m-1", "kr", 3200)
	p := w.pay("refunded", "m-1", "hk", 3200)
	w.wallets["hk"].mute = true
	w.refund(p, "open refund", 200)
	w.run(6 * time.Second)
	followed := w.seenBy(w.handler)
	started := w.seenBy(console.New(w.config))
	if followed != started {
		at := 0
		for at < min(len(followed), len(started)) && followed[at] == started[at] {
			at++
		}
		t.Fatalf("they differ: …%s\nand …%s", followed[max(0, at-200):min(len(followed), at+300)],
			started[max(0, at-200):min(len(started), at+300)])
	}
	has(t, started, "The outcome of 2 payments is not known yet", "asked <time>", "refund begun <time>")
}

func TestOpenPaymentsThatTheStartIsToldOfAreShown(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.wallets["kr"].mute = true
	p := w.pay("open", "m-1", "kr", 3200)
	w.run(5 * time.Second)
	w.config.Open = func() []*payment.Payment { return []*payment.Payment{w.network.Payment(p.ID)} }
	has(t, w.seenBy(console.New(w.config)), "doubt-"+p.ID.String())
}

// A batch that the board is not told of is read from the journal before the page is shown.
func TestBatchThatSlippedByIsReadAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.pay("a", "m-1", "hk", 1000)
	tell := w.network.tell
	w.network.tell = nil
	w.pay("b", "m-1", "hk", 2000)
	w.network.tell = tell
	w.pay("c", "m-1", "hk", 4000)
	has(t, part(t, w.page("/"), "strip", "</section>"), `<dd id="begun">3</dd>`, `<dd class="paid">3</dd>`, "7,000")
	w.pay("d", "m-1", "hk", 8000)
	has(t, part(t, w.page("/"), "strip", "</section>"), `<dd id="begun">4</dd>`, `<dd class="paid">4</dd>`, "15,000")
}

func TestDayWhoseBeginningIsNotReadSaysSinceWhen(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range 20 {
		w.pay(fmt.Sprint(i), "m-1", "hk", 1000)
		w.run(time.Minute)
	}
	b := console.NewBoard(tokyo, w.network.Now())
	b.ReadAtMost(10)
	if err := b.CatchUp(context.Background(), w.network.Reader(), w.network.Now()); err != nil {
		t.Fatal(err)
	}
	begun, paid, _, _, since := b.Counted()
	if begun < 3 || begun > 5 || paid != 5 && paid != 4 || since < noon.Add(14*time.Minute).UnixMicro() {
		t.Errorf("%d begun, %d paid since %v", begun, paid, time.UnixMicro(since))
	}
	whole := console.NewBoard(tokyo, w.network.Now())
	if err := whole.CatchUp(context.Background(), w.network.Reader(), w.network.Now()); err != nil {
		t.Fatal(err)
	}
	if begun, paid, _, _, since := whole.Counted(); begun != 20 || paid != 20 || since != 0 {
		t.Errorf("%d begun, %d paid since %d", begun, paid, since)
	}
}

// However a journal is cut into batches, and whichever of them are told twice or not at all, each row is
// counted once.
func TestRowsAreCountedOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.busy()
	var rows []ledger.Row
	for last := int64(0); ; {
		page, err := w.network.Reader().Journal(context.Background(), 0, last)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		rows, last = append(rows, page...), page[len(page)-1].N
	}
	count := func(kinds ...ledger.Kind) (n int) {
		for i := range rows {
			for _, k := range kinds {
				if rows[i].Kind == k {
					n++
				}
			}
		}
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		b := console.NewBoard(tokyo, noon)
		for from := 0; from < len(rows); {
			to := min(len(rows), from+rapid.IntRange(1, 12).Draw(t, "size"))
			for range rapid.IntRange(0, 2).Draw(t, "times") {
				b.Follow(rows[from:to], nil)
			}
			if rapid.IntRange(0, 9).Draw(t, "look") == 0 {
				if err := b.CatchUp(context.Background(), w.network.Reader(), noon); err != nil {
					t.Fatal(err)
				}
			}
			from = to
		}
		if err := b.CatchUp(context.Background(), w.network.Reader(), noon); err != nil {
			t.Fatal(err)
		}
		begun, paid, declined, cancelled, since := b.Counted()
		if begun != count(ledger.PaymentSent, ledger.PaymentRefused) || paid != count(ledger.PaymentSucceeded) ||
			declined != count(ledger.PaymentFailed, ledger.PaymentRefused) ||
			cancelled != count(ledger.PaymentCancelled) ||
			since != 0 {
			t.Fatalf("%d begun, %d paid, %d declined, %d cancelled since %d", begun, paid, declined, cancelled, since)
		}
	})
}

// Follow is called before callers are answered: it must be quick.
func BenchmarkFollow(b *testing.B) {
	w := setup(b)
	var batches [][]ledger.Row
	var changes [][]*payment.Payment
	w.network.tell = func(rows []ledger.Row, changed []*payment.Payment) {
		batches, changes = append(batches, append([]ledger.Row(nil), rows...)), append(changes, changed)
	}
	w.busyAgain(1000)
	board := console.NewBoard(tokyo, noon)
	for b.Loop() {
		for i := range batches {
			board.Follow(batches[i], changes[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/payment")
}

func TestPageHoldsNoCodeOfPayers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay("a", "m-1", "hk", 1000)
	for _, path := range []string{"/", "/payment/" + p.ID.String()} {
		if strings.Contains(w.page(path), "2810010000000000") {
			t.Errorf("%s shows the payer's code", path)
		}
	}
}
