// SPDX-License-Identifier: Apache-2.0

package relay_test

import (
	"context"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// scripted is a wallet whose answers a test sets; it counts what it was asked.
type scripted struct {
	pay, inquire, cancel, refund func(n int) wallet.Answer
	pays, inquiries, cancels     int
	refunds                      []wallet.Return
}

func answer(script func(n int) wallet.Answer, n int) wallet.Answer {
	if script == nil {
		return wallet.Answer{}
	}
	return script(n)
}

func (s *scripted) Pay(context.Context, wallet.Charge) wallet.Answer {
	s.pays++
	return answer(s.pay, s.pays)
}

func (s *scripted) Inquire(context.Context, ident.ID) wallet.Answer {
	s.inquiries++
	return answer(s.inquire, s.inquiries)
}

func (s *scripted) Cancel(context.Context, ident.ID) wallet.Answer {
	s.cancels++
	return answer(s.cancel, s.cancels)
}

func (s *scripted) Refund(_ context.Context, r wallet.Return) wallet.Answer {
	s.refunds = append(s.refunds, r)
	return answer(s.refund, len(s.refunds))
}

func says(a wallet.Answer) func(int) wallet.Answer { return func(int) wallet.Answer { return a } }

var (
	yes      = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "W1"}
	no       = wallet.Answer{Verdict: wallet.Declined, Code: wire.UserBalanceNotEnough}
	never    = wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderNotExist}
	tooLate  = wallet.Answer{Verdict: wallet.Declined, Code: wire.CancelWindowExceed}
	undecide = wallet.Answer{Code: wire.PaymentInProcess}
)

func setup(t *testing.T) (*stage.House, *scripted) {
	t.Helper()
	h := stage.Open(t, time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC))
	h.Put(store.Facts{
		Holders: []access.Holder{{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active}},
		Plans:   []merchant.Plan{{ID: "std", Percent: money.BasisPoints(200), Rounding: money.Down, FeeBack: true}},
		Merchants: []merchant.Merchant{{ID: merchant.NameOf(0, "acq", "m-1"), Holder: "acq", Reference: "m-1",
			Name: "Sample cafe", MCC: "5812", Region: "JP", Prefecture: 26, Currency: money.JPY, Status: merchant.Live,
			Plan: "std"}},
		Wallets: []wallet.Wallet{{ID: "jp", Client: "JP_WALLET", Holder: "jp", Brand: "Sample JP", Region: "JP",
			Currency: money.JPY, OurKey: 1, Status: wallet.Live, Rounding: money.HalfEven, PartialRefunds: true}},
	})
	w := &scripted{}
	h.Wallets["jp"] = w
	return h, w
}

func pay(h *stage.House, request string) *payment.Payment {
	h.T.Helper()
	id := ident.Name(0, ident.Payment, "SHOP", "", request)
	m := flow.Pay{ID: id, Client: "SHOP", Holder: "acq", RequestID: request, Order: request, Reference: "m-1",
		Price: money.New(1000, money.JPY), Wallet: "jp"}
	copy(m.Marks[0][:], request)
	copy(m.Marks[1][:], "old "+request)
	p, err := h.Pay(context.Background(), m, wallet.Charge{Payment: id, Code: "2810010000000000", Price: m.Price})
	if err != nil {
		h.T.Fatal(err)
	}
	return p
}

func TestAnsweredPayIsSentOnce(t *testing.T) {
	t.Parallel()
	h, w := setup(t)
	w.pay = says(yes)
	if p := pay(h, "p"); p.State != payment.Success || p.Partner != "W1" {
		t.Fatalf("%v %v", p.State, p.Partner)
	}
	if p := pay(h, "p"); p.State != payment.Success || w.pays != 1 {
		t.Fatalf("%v after %d pays", p.State, w.pays)
	}
	h.Run(24 * time.Hour)
	if w.pays != 1 || w.inquiries != 0 {
		t.Fatalf("%d pays, %d inquiries", w.pays, w.inquiries)
	}
}

func TestUnknownPaymentIsInquiredUntilItIsKnown(t *testing.T) {
	t.Parallel()
	h, w := setup(t)
	w.inquire = func(n int) wallet.Answer {
		if n < 5 {
			return undecide
		}
		return yes
	}
	p := pay(h, "p")
	if p.State != payment.Unknown || w.pays != 1 {
		t.Fatalf("%v after %d pays", p.State, w.pays)
	}
	h.Run(16 * time.Second)
	if p = h.Payment(p.ID); p.State != payment.Success || w.inquiries != 5 || w.pays != 1 {
		t.Fatalf("%v after %d inquiries, %d pays", p.State, w.inquiries, w.pays)
	}
}

func TestSilentWalletIsCancelledAfterAMinuteAndUntilConfirmed(t *testing.T) {
	t.Parallel()
	h, w := setup(t)
	w.inquire = says(never)
	w.cancel = func(n int) wallet.Answer {
		if n < 4 {
			return wallet.Answer{}
		}
		return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
	}
	p := pay(h, "p")
	h.Run(2 * time.Minute)
	if p = h.Payment(p.ID); p.State != payment.Cancelled || p.Cause != payment.ByWallet || w.cancels != 4 {
		t.Fatalf("%v after %d cancels", p.State, w.cancels)
	}
	if w.inquiries < 15 || w.inquiries > 21 {
		t.Fatalf("%d inquiries", w.inquiries)
	}
}

func TestChargeFoundAfterTheWindowIsGivenBack(t *testing.T) {
	t.Parallel()
	h, w := setup(t)
	w.cancel = says(tooLate)
	w.inquire = func(n int) wallet.Answer {
		if w.cancels == 0 {
			return undecide
		}
		return yes
	}
	w.refund = func(n int) wallet.Answer {
		if n < 3 {
			return wallet.Answer{}
		}
		return yes
	}
	p := pay(h, "p")
	h.Run(5 * time.Minute)
	if p = h.Payment(p.ID); p.State != payment.Cancelled || len(w.refunds) != 3 {
		t.Fatalf("%v after %d refunds", p.State, len(w.refunds))
	}
	if w.refunds[0] != w.refunds[2] || w.refunds[0].Amount != p.Price {
		t.Fatalf("refunds differ: %v", w.refunds)
	}
}

func TestWalletThatLiesAboutItsCancelIsMadeToGiveBack(t *testing.T) {
	t.Parallel()
	h, w := setup(t)
	w.inquire = says(never)
	w.cancel = says(wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success})
	p := pay(h, "p")
	h.Run(2 * time.Minute)
	w.inquire, w.refund = says(yes), says(yes)
	late := flow.Heard{Payment: p.ID, Answer: yes}
	for range 3 {
		if _, err := h.Do(context.Background(), late); err != nil {
			t.Fatal(err)
		}
	}
	h.Run(time.Minute)
	if p = h.Payment(p.ID); p.State != payment.Cancelled || p.Stray != "" || len(p.Reversed) != 1 || len(w.refunds) != 1 {
		t.Fatalf("%v, stray %q, reversed %v, %d refunds", p.State, p.Stray, p.Reversed, len(w.refunds))
	}
}

func TestRestartAsksAboutWhatIsOpenWithinSeconds(t *testing.T) {
	t.Parallel()
	h, w := setup(t)
	p := pay(h, "p")
	h.Restart()
	w.inquire = says(no)
	h.Run(5 * time.Second)
	if p = h.Payment(p.ID); p.State != payment.Failed || p.Result != wire.UserBalanceNotEnough || w.pays != 1 {
		t.Fatalf("%v %v after %d pays", p.State, p.Result, w.pays)
	}
}

func TestBreakerKeepsPaysBackAndLetsOneTry(t *testing.T) {
	t.Parallel()
	h, w := setup(t)
	for _, request := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		pay(h, request)
	}
	if !h.Relay().Resting("jp") {
		t.Fatal("the breaker is closed after eight silent calls")
	}
	w.pay, w.inquire = says(yes), says(yes)
	h.Run(10 * time.Second)
	if h.Relay().Resting("jp") {
		t.Fatal("the breaker is open although the wallet answers")
	}
	if p := pay(h, "i"); p.State != payment.Success {
		t.Fatal(p.State)
	}
}
