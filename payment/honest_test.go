// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// honest is a wallet that keeps its contract: every call is idempotent, what it signed stays true, a cancel within the
// window undoes whatever was or will be, and a reversal is never declined.
type honest struct {
	request   payment.Request
	fate      wire.ResultCode // why it will decline the payment; empty: it will charge
	place     string          // "", asked, charged, declined, cancelled
	closed    bool            // the cancel window
	net       int64           // what it took from the payer, less what it gave back
	returned  map[ident.Digest]wallet.Answer
	stubborn  bool // it declines callers' refunds
	reversals int
}

func (w *honest) pay() wallet.Answer {
	if w.place == "" {
		w.place = "asked"
	}
	return w.inquire()
}

// decide is the wallet making up its mind.
func (w *honest) decide() {
	switch {
	case w.place != "asked":
	case w.fate != "":
		w.place = "declined"
	default:
		w.place, w.net = "charged", w.request.Payer.Minor()
	}
}

func (w *honest) inquire() wallet.Answer {
	switch w.place {
	case "":
		return never
	case "asked":
		return wallet.Answer{Code: wire.PaymentInProcess}
	case "declined":
		return wallet.Answer{Verdict: wallet.Declined, Code: w.fate}
	case "cancelled":
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderIsCanceled}
	}
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "W1", PartnerAt: noon, Price: w.request.Price,
		Payer: w.request.Payer}
}

func (w *honest) cancel() wallet.Answer {
	if w.closed {
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.CancelWindowExceed}
	}
	if w.place != "declined" {
		w.place, w.net = "cancelled", 0
	}
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
}

func (w *honest) refund(id ident.Digest, payer money.Amount, ours bool) wallet.Answer {
	if a, seen := w.returned[id]; seen {
		return a
	}
	a := refused
	if w.place == "charged" && (ours || !w.stubborn) && payer.Minor() <= w.net {
		a = returned
		w.net -= payer.Minor()
		if ours {
			w.reversals++
		}
	}
	w.returned[id] = a
	return a
}

// letter is an answer on its way, with the one who waits for it.
type letter struct {
	answer  wallet.Answer
	deliver func(wallet.Answer)
}

// journey is a payment, an honest wallet, and a network between them that loses, delays and repeats.
type journey struct {
	*book
	w        *honest
	requests []func()
	letters  []letter
	paid     bool // the pay has left
	tooLate  bool // the wallet has said that the window is closed
	standing bool // an inquiry has said that a stray charge stands
}

// ask sends the question that the payment's state calls for.
func (j *journey) ask() {
	switch p := j.p; {
	case p.State == payment.Sent && !j.paid:
		j.paid = true
		j.send(j.w.pay, j.hear)
	case p.State == payment.Sent || p.State == payment.Unknown:
		j.send(j.w.inquire, j.hear)
	case p.State == payment.Cancelling && j.tooLate:
		j.send(j.w.inquire, func(a wallet.Answer) { j.write(j.p.HearAfterWindow(a)...) })
	case p.State == payment.Cancelling:
		j.send(j.w.cancel, j.hearCancel)
	case p.State == payment.Refunding || p.Stray != "" && j.standing:
		id := ident.DigestOf(ident.Reversal, p.Partner, p.Stray)
		j.send(func() wallet.Answer { return j.w.refund(id, p.Payer, true) },
			func(a wallet.Answer) { j.write(j.p.HearReturn(a)...) })
	case p.Stray != "":
		j.send(j.w.inquire, func(a wallet.Answer) {
			j.standing = j.standing || a.Verdict == wallet.Succeeded
			j.write(j.p.HearOfStray(a)...)
		})
	default:
		j.askRefunds()
	}
}

func (j *journey) askRefunds() {
	for _, r := range j.p.Refunds {
		if r.State.Open() {
			j.send(func() wallet.Answer { return j.w.refund(r.ID, r.Amounts.Payer, false) },
				func(a wallet.Answer) { j.write(j.p.HearRefund(r.ID, a)...) })
			return
		}
	}
}

func (j *journey) hear(a wallet.Answer) { j.write(j.p.Hear(a)...) }

func (j *journey) hearCancel(a wallet.Answer) {
	j.tooLate = j.tooLate || a.Declares(wire.CancelWindowExceed)
	if j.p.State == payment.Cancelling && a.Verdict == wallet.Succeeded {
		j.write(j.p.CancelConfirmed(payment.ByWallet))
	}
}

// send puts a request on its way; when it arrives, its answer is put on its way.
func (j *journey) send(call func() wallet.Answer, deliver func(wallet.Answer)) {
	j.requests = append(j.requests, func() { j.letters = append(j.letters, letter{call(), deliver}) })
}

func (j *journey) actions() map[string]func(*rapid.T) {
	which := func(t *rapid.T, count int) int { return rapid.IntRange(0, count-1).Draw(t, "which") }
	return map[string]func(*rapid.T){
		"we ask": func(*rapid.T) { j.ask() },
		"a request arrives": func(t *rapid.T) {
			if len(j.requests) > 0 {
				j.requests[which(t, len(j.requests))]() // and may arrive again: it stays
			}
		},
		"a request is lost": func(t *rapid.T) {
			if n := len(j.requests); n > 0 {
				i := which(t, n)
				j.requests = append(j.requests[:i:i], j.requests[i+1:]...)
			}
		},
		"an answer arrives": func(t *rapid.T) {
			if len(j.letters) > 0 {
				l := j.letters[which(t, len(j.letters))]
				l.deliver(l.answer)
			}
		},
		"a call is silent":    func(*rapid.T) { j.hear(nothing) },
		"the wallet decides":  func(*rapid.T) { j.w.decide() },
		"the wallet notifies": func(*rapid.T) { j.notify() },
		"the window closes":   func(t *rapid.T) { j.w.closed = j.w.closed || rarely(t) },
		"our clock gives up": func(t *rapid.T) {
			if rarely(t) {
				j.giveUp()
			}
		},
		"the caller cancels": func(t *rapid.T) {
			if rarely(t) {
				j.cancel()
			}
		},
		"the caller refunds":       j.giveBack,
		"we ask, and are answered": func(*rapid.T) { j.ask(); j.settle() },
		"":                         func(*rapid.T) { j.checkSums() },
	}
}

// rarely keeps an action that ends most stories from ending them all early.
func rarely(t *rapid.T) bool { return rapid.IntRange(0, 7).Draw(t, "rarely") == 7 }

func (j *journey) giveUp() {
	if j.p.State == payment.Sent || j.p.State == payment.Unknown {
		j.write(j.p.CancelIntended(payment.ByClock))
	}
}

// cancel is refused where the window has closed, before it is intended: decisions B21.
func (j *journey) cancel() {
	if j.p.Cancellable() && !(j.p.State == payment.Success && j.w.closed) {
		j.write(j.p.CancelIntended(payment.ByCaller))
	}
}

func (j *journey) giveBack(t *rapid.T) {
	if left := j.p.Price.Sub(j.p.GivenBack().Price).Minor(); j.p.State == payment.Success && left > 0 {
		j.reserve(len(j.p.Refunds)+1, yen(rapid.Int64Range(1, left).Draw(t, "amount")))
	}
}

func (j *journey) notify() {
	if j.w.place == "charged" || j.w.place == "declined" {
		j.letters = append(j.letters, letter{j.w.inquire(), j.hear})
	}
}

// settle delivers whatever is on its way, once.
func (j *journey) settle() {
	requests := j.requests
	j.requests = nil
	for _, request := range requests {
		request()
	}
	letters := j.letters
	j.letters = nil
	for _, l := range letters {
		l.deliver(l.answer)
	}
}

// heal ends all faults and goes on until nobody need be asked any more.
func (j *journey) heal() {
	j.t.Helper()
	for round := range 100 {
		j.settle()
		j.w.decide()
		j.notify()
		j.settle()
		if !j.p.Open() {
			return
		}
		if round == 20 {
			j.giveUp()
		}
		j.ask()
	}
	j.t.Fatalf("still %v, stray %q, after all faults ended", j.p.State, j.p.Stray)
}

// At rest, what an honest wallet took from its payer is what it owes us and what the merchant is credited, whatever the
// network did (invariant I-08), and nobody is accused of anything.
func TestHonestWalletOwesExactlyWhatItCharged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		request := drawRequest(t)
		j := &journey{book: sent(t, request), w: &honest{request: request, returned: map[ident.Digest]wallet.Answer{},
			fate:     rapid.SampledFrom([]wire.ResultCode{"", "", "", wire.UserBalanceNotEnough}).Draw(t, "fate"),
			stubborn: rapid.IntRange(0, 4).Draw(t, "stubborn") == 0}}
		j.begin(rapid.SampledFrom([]string{"sent", "paid", "charged unheard", "too late", "cancelled unheard"}).Draw(t,
			"story"))
		t.Repeat(j.actions())
		j.heal()
		j.checkRest()
	})
}

// begin lets the story begin where chance alone seldom leads.
func (j *journey) begin(story string) {
	if story == "sent" {
		return
	}
	j.ask()
	j.requests[0]()
	j.w.decide()
	j.notify()
	if story == "paid" {
		j.settle()
		return
	}
	j.hear(nothing)
	if story == "charged unheard" {
		return
	}
	j.w.closed = story == "too late"
	j.giveUp()
	j.ask()
	j.requests[1]()
	cancel := j.letters[len(j.letters)-1]
	cancel.deliver(cancel.answer)
}

func (j *journey) checkRest() {
	j.t.Helper()
	if len(j.p.Contradictions) > 0 || j.w.reversals > 1 {
		j.t.Fatalf("%d reversals, contradictions %q", j.w.reversals, j.p.Contradictions)
	}
	m := newModel(j.p.Request)
	for _, r := range j.p.Refunds {
		place := map[payment.RefundState]string{payment.RefundSuccess: "DONE", payment.RefundFailed: "FAILED"}[r.State]
		m.refunds[r.ID] = &modelRefund{place: place, shares: r.Amounts}
	}
	if j.p.State != payment.Success {
		if j.p.State != payment.Failed && j.p.State != payment.Cancelled {
			j.t.Fatalf("at rest it is %v", j.p.State)
		}
		if j.w.net != 0 {
			j.t.Fatalf("%v, but the wallet keeps %d", j.p.State, j.w.net)
		}
		j.checkEmpty()
		return
	}
	m.place = "SUCCESS"
	owed := j.side(ledger.WalletReceivable, j.p.Payer.Currency())
	if want := j.p.Payer.Minor() - m.sum(payer, "DONE"); j.w.net != want || owed != want {
		j.t.Fatalf("the wallet keeps %d and owes %d; it should be %d", j.w.net, owed, want)
	}
	credit := j.side(ledger.MerchantPayable, j.p.Price.Currency())
	if want := j.p.Net().Minor() - m.sum(price, "DONE") + m.sum(fee, "DONE"); credit != want {
		j.t.Fatalf("the merchant is credited %d, not %d", credit, want)
	}
}
