// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"slices"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/books"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

const sample = "sample-wallet"

// three is what three sides wrote about the same payments: the callers, the network, and a wallet.
type three struct {
	journal []string
	books   *books.Books
	wallet  *walletBook
}

func nameOf(kind ident.Kind, request string) ident.ID {
	return ident.Name(0, kind, string(tillClient), "", request)
}

// world is a success with a refund, a failure, a success that was cancelled, and a name that was cancelled before it came.
func world() *three {
	id := func(request string) string { return nameOf(ident.Payment, request).String() }
	w := &three{books: books.New(), journal: []string{
		"ask pay p-1 1000", "told pay p-1 S SUCCESS " + id("p-1"),
		"ask refund r-1 400 p-1", "told refund r-1 S SUCCESS " + nameOf(ident.Refund, "r-1").String(),
		"ask pay p-2 700", "told pay p-2 F RISK_REJECT " + id("p-2"),
		"ask pay p-3 600", "told pay p-3 S SUCCESS " + id("p-3"),
		"ask cancel p-3 600", "told cancel p-3 S SUCCESS " + id("p-3"),
		"ask pay p-4 500", "told pay p-4 - - -", "ask cancel p-4 500", "told cancel p-4 F ORDER_NOT_EXIST -",
	}}
	add := func(request string, price int64, last ledger.Kind, result string) {
		w.books.Add(&books.Payment{ID: nameOf(ident.Payment, request), Client: string(tillClient), Request: request,
			Wallet: sample, Price: price, Payer: price, Last: last, Result: result})
	}
	add("p-1", 1000, ledger.PaymentSucceeded, "SUCCESS")
	add("p-2", 700, ledger.PaymentFailed, "RISK_REJECT")
	add("p-3", 600, ledger.PaymentCancelled, canceled)
	add("p-4", 0, ledger.PaymentTombstone, canceled)
	w.books.AddRefund(w.payment("p-1"), &books.Refund{ID: nameOf(ident.Refund, "r-1"), Client: string(tillClient),
		Request: "r-1", Amount: 400, Payer: 400, Last: ledger.RefundSucceeded, Result: "SUCCESS"})
	w.books.Balances[1] = &books.Balance{Debits: 1600, Credits: 1000, Account: ledger.Account{Holder: sample,
		Purpose: ledger.WalletReceivable, Currency: money.JPY}}
	w.books.Balances[2] = &books.Balance{Debits: 600, Credits: 600, Account: ledger.Account{Holder: sample,
		Purpose: ledger.WalletSuspense, Currency: money.JPY}}
	w.wallet = &walletBook{brand: sample, owed: 600, charges: map[string]int{id("p-1"): 1, id("p-3"): 1},
		kept: map[string]int64{id("p-1"): 600}}
	return w
}

func (w *three) payment(request string) *books.Payment {
	return w.books.Named(string(tillClient), request)
}

// compare holds the three against one another.
func (w *three) compare(t *testing.T) *findings {
	t.Helper()
	h, f := heard(t, w.journal...)
	h.compare(w.books, f)
	w.wallet.compare(w.books, f)
	compareSuspense(w.books, f)
	return f
}

// without are the books without one payment.
func (w *three) without(request string) {
	left := books.New()
	left.Balances = w.books.Balances
	for _, p := range w.books.Payments {
		if p.Request != request {
			left.Add(p)
		}
	}
	w.books = left
}

func TestThreeHonestSidesAgree(t *testing.T) {
	t.Parallel()
	if f := world().compare(t); !f.empty() {
		t.Fatal(f.text())
	}
}

// tamperings are what one side may have done, and which promise is then broken.
var tamperings = []struct {
	name   string
	tamper func(w *three)
	want   promise
}{
	{"the books have lost a success", func(w *three) { w.without("p-1") }, missing},
	{"the books have lost a failure", func(w *three) { w.without("p-2") }, missing},
	{"the books have lost a buried name", func(w *three) { w.without("p-4") }, missing},
	{"the success is a failure", func(w *three) { w.payment("p-1").Last = ledger.PaymentFailed }, missing},
	{"the failure is a success", func(w *three) { w.payment("p-2").Last = ledger.PaymentSucceeded }, missing},
	{"the failure has another reason", func(w *three) { w.payment("p-2").Result = "USER_BALANCE" }, missing},
	{"the cancelled payment stands", func(w *three) { w.payment("p-3").Last = ledger.PaymentSucceeded }, missing},
	{"a payment is still open", func(w *three) { w.payment("p-1").Last = ledger.PaymentUnknown }, unended},
	{"a stray charge was not given back", func(w *three) { w.payment("p-2").Stray = true }, unended},
	{"a payment is of another amount", func(w *three) { w.payment("p-1").Price++ }, disagree},
	{"a payment has another id", func(w *three) { w.payment("p-1").ID = nameOf(ident.Payment, "else") }, duplicated},
	{"the books hold more than was asked for", func(w *three) {
		w.books.Add(&books.Payment{ID: nameOf(ident.Payment, "p-9"), Client: string(tillClient), Request: "p-9",
			Last: ledger.PaymentFailed})
	}, duplicated},
	{"a name stands for two payments", func(w *three) {
		w.books.Add(&books.Payment{ID: nameOf(ident.Payment, "x"), Client: string(tillClient), Request: "p-2", Price: 700,
			Last: ledger.PaymentFailed, Result: "RISK_REJECT"})
	}, duplicated},
	{"a refund is lost", func(w *three) {
		w.journal = append(w.journal, "ask refund r-2 1 p-1", "told refund r-2 S SUCCESS X")
	}, missing},
	{"a refund did not succeed", func(w *three) { w.payment("p-1").Refunds[0].Last = ledger.RefundFailed }, missing},
	{"a refund is still open", func(w *three) { w.payment("p-1").Refunds[0].Last = ledger.RefundSent }, unended},
	{"a refund is of another amount", func(w *three) { w.payment("p-1").Refunds[0].Amount++ }, disagree},
	{"the journal claims a success more", func(w *three) {
		w.journal = append(w.journal, "ask pay p-5 100", "told pay p-5 S SUCCESS "+nameOf(ident.Payment, "p-5").String())
	}, missing},
	{"the wallet has charged twice", func(w *three) {
		w.wallet.charges[nameOf(ident.Payment, "p-1").String()] = 2
	}, duplicated},
	{"the wallet has charged what nobody knows", func(w *three) {
		w.wallet.charges[nameOf(ident.Payment, "p-7").String()] = 1
	}, missing},
	{"the wallet's name of a charge is none", func(w *three) { w.wallet.charges["nonsense"] = 1 }, missing},
	{"another wallet has charged, too", func(w *three) { w.payment("p-3").Wallet = "another" }, duplicated},
	{"the wallet has not charged a success", func(w *three) { w.wallet.kept = map[string]int64{} }, disagree},
	{"the wallet has taken more", func(w *three) { w.wallet.kept[nameOf(ident.Payment, "p-1").String()]++ }, disagree},
	{"the wallet has kept a cancelled charge", func(w *three) {
		w.wallet.kept[nameOf(ident.Payment, "p-3").String()] = 600
	}, disagree},
	{"the wallet owes something else in sum", func(w *three) { w.wallet.owed-- }, disagree},
	{"the ledger says something else", func(w *three) { w.books.Balances[1].Debits++ }, disagree},
	{"money is left in suspense", func(w *three) { w.books.Balances[2].Credits++ }, disagree},
}

func TestEveryTamperedBookIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range tamperings {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := world()
			c.tamper(w)
			if f := w.compare(t); f.count(c.want) == 0 {
				t.Fatalf("want %q:\n%s", c.want, f.text())
			}
		})
	}
}

func TestFindingsSayWhichPromiseIsBroken(t *testing.T) {
	t.Parallel()
	f := &findings{}
	if got := f.word("good"); got != "good" {
		t.Errorf("%q", got)
	}
	for range linesMax + 3 {
		f.add(missing, "payment p-1 is gone")
	}
	f.add(duplicated, "payment p-2 is there twice")
	if got := f.word("good"); got != "VIOLATED: 15 acknowledged but missing, 1 duplicated" {
		t.Errorf("%q", got)
	}
	want := "VIOLATION acknowledged but missing: and 3 more\nVIOLATION duplicated: payment p-2 is there twice\n"
	if got := f.text(); len(got) <= len(want) || got[len(got)-len(want):] != want {
		t.Errorf("%q", got)
	}
}

func TestQuestionsThatComeTooLateAreNamed(t *testing.T) {
	t.Parallel()
	const second = int64(1_000_000)
	b := world().books
	p := b.Payments[0]
	b.Steps = []books.Step{{At: 1 * second, Payment: p, Open: true, Unknown: true}, {At: 30 * second, Payment: p}}
	starts := []start{{began: 0, ready: 1, ended: 2 * second}, {began: 3 * second, ready: 4 * second, ended: 40 * second}}
	for _, c := range []struct {
		name  string
		at    int64
		never int
		after int64
	}{
		{"in time", 6 * second, 0, 2 * second}, {"before it was ready", 3*second + 1, 0, 0}, {"too late", 10 * second, 1, -1},
	} {
		q := questionsOf(b, starts, []arrival{{at: c.at, start: 2, payment: p.ID.Digest}})
		if q.open != 1 || q.unknown != 1 || len(q.never) != c.never {
			t.Errorf("%s: %+v", c.name, q)
		}
		if c.never == 0 && !slices.Equal(q.after, []int64{c.after}) {
			t.Errorf("%s: first asked %v after ready", c.name, q.after)
		}
	}
	starts[1].ended = 5 * second
	if q := questionsOf(b, starts, nil); q.short != 1 || len(q.never) != 0 {
		t.Errorf("cut short: %+v", q)
	}
	starts[1].ended, b.Steps[1].At = 40*second, 5*second
	if q := questionsOf(b, starts, nil); q.ended != 1 || len(q.never) != 0 {
		t.Errorf("ended before: %+v", q)
	}
}
