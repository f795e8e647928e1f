// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// fact is something authentic that an honest wallet says, whenever it arrives and however often.
type fact struct {
	name   string
	arrive func(b *book)
}

// history is one true story of an honest wallet: where it begins for us, what the wallet may say in it, what it answers when
// it is asked at the end, and where every telling of it ends.
type history struct {
	name   string
	before func(b *book)
	facts  []fact
	ask    func(b *book)
	state  payment.State
	left   map[ledger.Purpose]int64 // what stands on the accounts at the end, in the payer's or the merchant's currency
}

func heard(name string, a wallet.Answer) fact {
	return fact{name, func(b *book) { b.write(b.p.Hear(a)...) }}
}

var (
	inquired = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "W1", PartnerAt: noon, Price: yen(1000),
		Payer: hkd(5150)}
	notified   = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "W1"}
	processing = wallet.Answer{Code: wire.PaymentInProcess}
	cancelled  = wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderIsCanceled}

	silence   = heard("silence", nothing)
	neverSeen = heard("never seen, says an early inquiry", never)
	undecided = heard("in process", processing)
	charged   = heard("charged", yes)
	inquiredS = heard("charged, says an inquiry", inquired)
	notifiedS = heard("charged, says a notification", notified)
	declined  = heard("declined", no)
	declinedI = heard("declined, says an inquiry", wallet.Answer{Verdict: wallet.Declined, Code: wire.UserBalanceNotEnough,
		Detail: "again"})
	undone    = heard("cancelled, says an inquiry", cancelled)
	confirmed = fact{"the cancel is confirmed", func(b *book) {
		if b.p.State == payment.Cancelling {
			b.write(b.p.CancelConfirmed(payment.ByWallet))
		}
	}}
	stands = fact{"charged, says the inquiry after the window", func(b *book) { b.write(b.p.HearAfterWindow(inquired)...) }}
	gone   = fact{"given back", func(b *book) { b.write(b.p.HearReturn(returned)...) }}
)

func intended(b *book) { b.write(b.p.CancelIntended(payment.ByCaller)) }

// credited is a payment that succeeded before its cancel was intended.
func credited(b *book) {
	b.write(b.p.Hear(yes)...)
	intended(b)
}

// askCancelled is an honest wallet that has cancelled, asked until nothing is open.
func askCancelled(b *book) {
	confirmed.arrive(b)
	b.write(b.p.HearOfStray(cancelled)...)
}

func askTooLate(b *book) {
	stands.arrive(b)
	gone.arrive(b)
}

func histories() []history {
	refundHeard := func(name string, n int, a wallet.Answer) fact {
		return fact{name, func(b *book) { b.write(b.p.HearRefund(b.refund(n, yen(1)).ID.Digest, a)...) }}
	}
	first, second, third := refundHeard("1 is given back", 1, returned), refundHeard("2 is declined", 2, refused),
		refundHeard("3 is given back", 3, returned)
	paid := map[ledger.Purpose]int64{ledger.WalletReceivable: 5150, ledger.SpreadIncome: 30, ledger.MerchantPayable: 980,
		ledger.FeeIncome: 20}
	return []history{
		{"charged", func(*book) {}, []fact{silence, neverSeen, undecided, charged, inquiredS, notifiedS}, charged.arrive,
			payment.Success, paid},
		{"declined", func(*book) {}, []fact{silence, neverSeen, undecided, declined, declinedI}, declined.arrive,
			payment.Failed, nil},
		{"charged, cancelled unheard", intended, []fact{silence, neverSeen, charged, notifiedS, confirmed, undone},
			askCancelled, payment.Cancelled, nil},
		{"charged, credited, cancelled", credited, []fact{silence, neverSeen, charged, notifiedS, confirmed, undone},
			askCancelled, payment.Cancelled, nil},
		{"charged, too late to cancel", intended, []fact{silence, charged, notifiedS, stands, gone, undecided}, askTooLate,
			payment.Cancelled, nil},
		{"charged, credited, too late to cancel", credited, []fact{silence, charged, notifiedS, stands, gone, undecided},
			askTooLate, payment.Cancelled, nil},
		{"three refunds", func(b *book) {
			b.write(b.p.Hear(yes)...)
			b.reserve(1, yen(333))
			b.reserve(2, yen(300))
			b.reserve(3, yen(367))
		}, []fact{charged, first, second, third, refundHeard("1 is silent", 1, nothing),
			refundHeard("2 is silent", 2, nothing)},
			func(b *book) { first.arrive(b); second.arrive(b); third.arrive(b) }, payment.Success,
			map[ledger.Purpose]int64{ledger.WalletReceivable: 1545, ledger.SpreadIncome: 9, ledger.MerchantPayable: 294,
				ledger.FeeIncome: 6}},
	}
}

// fork is a second book that goes on from here.
func (b *book) fork() *book {
	p := *b.p
	return &book{t: b.t, p: &p, rows: b.rows[:len(b.rows):len(b.rows)], balances: maps.Clone(b.balances),
		intended: b.intended}
}

// ending is where a telling ends: the payment, its refunds and the books, but not the way that led there.
type ending struct {
	state          payment.State
	result         wire.ResultCode
	charged, open  bool
	stray          string
	contradictions int
	refunds        [3]payment.Refund
	balances       [ledger.WalletSuspense + 1][2]int64 // debits less credits, in the payer's and the merchant's currency
}

// end asks the wallet once more, and says where the telling ends.
func (h *history) end(b *book) ending {
	h.ask(b)
	e := ending{state: b.p.State, result: b.p.Result, charged: b.p.Partner != "", open: b.p.Open(), stray: b.p.Stray,
		contradictions: len(b.p.Contradictions)}
	for i, r := range b.p.Refunds {
		e.refunds[i] = payment.Refund{State: r.State, Result: r.Result, Amounts: r.Amounts}
	}
	for a, balance := range b.balances {
		column := 0
		if a.Currency == b.p.Price.Currency() {
			column = 1
		}
		e.balances[a.Purpose][column] += balance
	}
	return e
}

// checkLeft holds one end against what the history says, by hand.
func (h *history) checkLeft(b *book) {
	b.t.Helper()
	if b.p.State != h.state || b.p.Open() || len(b.p.Contradictions) > 0 {
		b.t.Fatalf("%s ends %v, open %v, contradictions %q", h.name, b.p.State, b.p.Open(), b.p.Contradictions)
	}
	for purpose := ledger.WalletReceivable; purpose.Valid(); purpose++ {
		if purpose == ledger.Liquidity {
			continue // it follows from the others: the sums are zero
		}
		if got := b.side(purpose, b.p.Payer.Currency()) + b.side(purpose, b.p.Price.Currency()); got != h.left[purpose] {
			b.t.Fatalf("%s leaves %d on %v, not %d", h.name, got, purpose, h.left[purpose])
		}
	}
	b.checkSums()
}

// Every telling of a true story, in any order and with repetitions, ends in the same state and the same books: all tellings
// of up to six facts (invariant I-18).
func TestEveryTellingOfAStoryEndsTheSame(t *testing.T) {
	t.Parallel()
	length := 6
	if testing.Short() {
		length = 4
	}
	for _, h := range histories() {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			root := sent(t, converted())
			h.before(root)
			straight := root.fork()
			want := h.end(straight)
			h.checkLeft(straight)
			tellings := 0
			var walk func(b *book, told []string)
			walk = func(b *book, told []string) {
				tellings++
				if got := h.end(b.fork()); got != want {
					t.Fatalf("told %q it ends\n%+v, not\n%+v", told, got, want)
				}
				if len(told) == length {
					return
				}
				for _, f := range h.facts {
					next := b.fork()
					f.arrive(next)
					walk(next, append(told[:len(told):len(told)], f.name))
				}
			}
			walk(root, nil)
			all, words := 0, 1
			for range length + 1 {
				all, words = all+words, words*len(h.facts)
			}
			if tellings != all {
				t.Errorf("%d tellings, not %d", tellings, all)
			}
		})
	}
}

// Longer tellings are drawn.
func TestLongTellingsEndTheSameToo(t *testing.T) {
	t.Parallel()
	for _, h := range histories() {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				b := sent(t, converted())
				h.before(b)
				straight := b.fork()
				want := h.end(straight)
				for _, n := range rapid.SliceOfN(rapid.IntRange(0, len(h.facts)-1), 7, 40).Draw(t, "telling") {
					h.facts[n].arrive(b)
				}
				if got := h.end(b); got != want {
					t.Fatalf("it ends\n%+v, not\n%+v", got, want)
				}
			})
		})
	}
}
