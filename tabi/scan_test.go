// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// shopCode makes the platform know a code that stands for 1,000 yen, or for what the payer typed.
func shopCode(w *world, edit func(*aps.UserInitiatedPayResponse)) {
	w.platform.set(func(p *platform) {
		p.order = func(in aps.UserInitiatedPayRequest) aps.UserInitiatedPayResponse {
			r := payRequest("p-1", "", 1000, 45_50)
			out := aps.UserInitiatedPayResponse{Result: wire.NewResult(wire.Success, ""), CodeType: aps.CodeTypeOrder,
				PaymentRequestID: "p-1", Order: r.Order, PaymentAmount: r.PaymentAmount, PayToAmount: r.PayToAmount,
				PaymentFactor:     &aps.PaymentFactor{IsInStorePayment: true, InStorePaymentScenario: wire.ScenarioOrderCode},
				PaymentExpiryTime: "2026-11-20T12:10:00+08:00"}
			if in.Amount != nil {
				out.PaymentAmount = in.Amount
			}
			if edit != nil {
				edit(&out)
			}
			return out
		}
	})
}

func (w *world) scan(user string) tabi.Payment {
	w.t.Helper()
	p, err := w.issuer.Scan(w.t.Context(), user, "https://shop.test/q/1", money.Amount{})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func TestAScannedCodeIsPaidOnTheUsersWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].MarkupBasisPoints = 100 })
	shopCode(w, nil)
	user := w.user(1, 100_00)
	offer := w.scan(user)
	if offer.State != book.Offered || offer.Total().Minor() != 45_96 || offer.Merchant != "Sample Tea House" ||
		offer.Price.String() != "JPY 1000" || !offer.Expires.Equal(noon.Add(10*time.Minute)) {
		t.Errorf("offered %+v", offer)
	}
	w.want("before the word", w.outcome("p-1"), wire.PaymentInProcess)
	w.wantBalance(user, 100_00)
	for range 3 {
		if p, err := w.issuer.Confirm(user, "p-1"); err != nil || p.State != book.Debited {
			t.Errorf("confirmed %+v, %v", p, err)
		}
	}
	w.wantBalance(user, 54_04)
	w.step()
	w.step()
	heard := w.platform.heard()
	if len(heard) != 1 || heard[0].PaymentResult.ResultCode != wire.Success || *heard[0].PayToAmount != *fen(45_50) ||
		heard[0].CustomerID != wire.Text(user) {
		t.Errorf("told %+v", heard)
	}
	w.want("inquiry", w.outcome("p-1"), wire.Success)
	w.want("refund", w.refund(refundRequest("r-1", "p-1", 1000, 45_50)).Result.ResultCode, wire.Success)
	w.wantBalance(user, 100_00)
	w.check()
}

func TestSixtyFourWordsPayOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	shopCode(w, nil)
	user := w.user(1, 100_00)
	w.scan(user)
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			if p, err := w.issuer.Confirm(user, "p-1"); err != nil || p.State != book.Debited {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
	group.Wait()
	w.step()
	w.wantBalance(user, 54_50)
	if heard := w.platform.heard(); len(heard) != 1 {
		t.Errorf("told %d times", len(heard))
	}
	w.check()
}

func TestAScannedPaymentThatIsRefusedIsToldSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	shopCode(w, nil)
	user := w.user(1, 10_00)
	w.scan(user)
	if p, err := w.issuer.Confirm(user, "p-1"); err != nil || p.State != book.Failed || p.Result != wire.UserBalanceNotEnough {
		t.Errorf("%+v, %v", p, err)
	}
	w.step()
	heard := w.platform.heard()
	if len(heard) != 1 || heard[0].PaymentResult.ResultCode != wire.UserBalanceNotEnough || heard[0].PaymentID != "" {
		t.Errorf("told %+v", heard)
	}
}

func TestAnOfferEndsByTimeByCancelOrByTheUser(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(w *world, user string)
		want   wire.ResultCode
	}{
		"expired":   {func(w *world, _ string) { w.clock.move(10 * time.Minute) }, wire.OrderIsClosed},
		"cancelled": {func(w *world, _ string) { w.want("cancel", w.cancel("p-1"), wire.Success) }, wire.OrderIsCanceled},
		"withdrawn": {func(w *world, user string) {
			if err := w.issuer.Withdraw(user, "p-1"); err != nil {
				w.t.Error(err)
			}
		}, wire.ProcessFail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			shopCode(w, nil)
			user := w.user(1, 100_00)
			w.scan(user)
			c.before(w, user)
			if p, err := w.issuer.Confirm(user, "p-1"); err != nil || p.State == book.Debited || p.Answer() != c.want {
				t.Errorf("%+v, %v", p, err)
			}
			w.want("inquiry", w.outcome("p-1"), c.want)
			w.wantBalance(user, 100_00)
			w.check()
		})
	}
}

func TestWithdrawingWhatIsPaidChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	shopCode(w, nil)
	user := w.user(1, 100_00)
	w.scan(user)
	if _, err := w.issuer.Confirm(user, "p-1"); err != nil {
		t.Fatal(err)
	}
	if err := w.issuer.Withdraw(user, "p-1"); err != nil {
		t.Fatal(err)
	}
	w.want("inquiry", w.outcome("p-1"), wire.Success)
}

func TestScannedAgainTheLaterTermsHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	shopCode(w, nil)
	user := w.user(1, 100_00)
	w.scan(user)
	shopCode(w, func(out *aps.UserInitiatedPayResponse) {
		out.PayToAmount, out.PaymentExpiryTime = fen(45_80), "2026-11-20T12:20:00+08:00"
	})
	if p := w.scan(user); p.Payer.Minor() != 45_80 {
		t.Errorf("offered %v", p.Payer)
	}
	w.clock.move(15 * time.Minute)
	if p, err := w.issuer.Confirm(user, "p-1"); err != nil || p.State != book.Debited {
		t.Errorf("%+v, %v", p, err)
	}
	w.wantBalance(user, 54_20)
	if _, err := w.issuer.Scan(t.Context(), user, "again", money.Amount{}); fault.CodeOf(err) != book.CodePaymentState {
		t.Errorf("scanned after it was paid: %v", err)
	}
	w.check()
}

func TestAnOfferIsTheUsersOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	shopCode(w, nil)
	w.scan(w.user(1, 100_00))
	other := w.user(2, 100_00)
	if _, err := w.issuer.Confirm(other, "p-1"); fault.CodeOf(err) != book.CodePaymentMissing {
		t.Errorf("another's offer: %v", err)
	}
	if err := w.issuer.Withdraw(other, "p-1"); fault.CodeOf(err) != book.CodePaymentMissing {
		t.Errorf("another's offer: %v", err)
	}
	if _, err := w.issuer.Scan(t.Context(), other, "q", money.Amount{}); fault.CodeOf(err) != book.CodePaymentState {
		t.Errorf("scanned by another: %v", err)
	}
}

func TestATypedAmountTravelsAndOtherCurrenciesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	shopCode(w, nil)
	user := w.user(1, 100_00)
	p, err := w.issuer.Scan(t.Context(), user, "entry", money.New(800, money.JPY))
	if err != nil || p.Price.Minor() != 800 || *w.platform.scans[0].Amount != *yen(800) ||
		w.platform.scans[0].CustomerID != wire.Text(user) {
		t.Errorf("%+v, %v", p, err)
	}
	shopCode(w, func(out *aps.UserInitiatedPayResponse) {
		out.PaymentRequestID, out.PayToAmount = "p-2", yen(1000)
	})
	if _, err := w.issuer.Scan(t.Context(), user, "q", money.Amount{}); fault.CodeOf(err) != book.CodeAmountMalformed {
		t.Errorf("an offer in yen: %v", err)
	}
	shopCode(w, func(out *aps.UserInitiatedPayResponse) { out.Result = wire.NewResult(wire.ExpiredCode, "") })
	if _, err := w.issuer.Scan(t.Context(), user, "q", money.Amount{}); fault.CodeOf(err) != tabi.CodePlatformRefused ||
		fault.KindOf(err) != fault.Conflict {
		t.Errorf("an expired code: %v", err)
	}
}

// TestAMessageIsRepeatedUntilItIsHeard: silence, U and refusals of the message itself say nothing about the payment.
func TestAMessageIsRepeatedUntilItIsHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	shopCode(w, nil)
	user := w.user(1, 100_00)
	w.scan(user)
	if _, err := w.issuer.Confirm(user, "p-1"); err != nil {
		t.Fatal(err)
	}
	answers := []wire.ResultCode{wire.UnknownException, wire.InvalidSignature, wire.SystemError,
		wire.RequestTrafficExceedLimit, wire.ParamIllegal, wire.Success}
	w.platform.set(func(p *platform) {
		p.hear = func(aps.NotifyPaymentRequest) wire.ResultCode { return answers[len(p.notices)-1] }
	})
	for tries := range answers {
		next, err := w.issuer.Step(t.Context())
		if err != nil || len(w.platform.heard()) != tries+1 {
			t.Fatalf("told %d times after %d steps, %v", len(w.platform.heard()), tries+1, err)
		}
		if tries == len(answers)-1 {
			if !next.IsZero() {
				t.Errorf("still due at %v", next)
			}
			break
		}
		if pause := next.Sub(w.clock.now()); pause != time.Second<<tries {
			t.Errorf("pause %d is %v", tries, pause)
		}
		w.step() // not due yet
		w.clock.move(time.Second << tries)
		w.restart()
	}
	w.wantBalance(user, 54_50)
}

func TestAChargeThePlatformRefusesGoesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].MarkupBasisPoints = 100 })
	shopCode(w, nil)
	user := w.user(1, 100_00)
	w.scan(user)
	if _, err := w.issuer.Confirm(user, "p-1"); err != nil {
		t.Fatal(err)
	}
	w.platform.set(func(p *platform) {
		p.hear = func(aps.NotifyPaymentRequest) wire.ResultCode { return wire.OrderIsClosed }
	})
	for range 3 {
		w.step()
		w.clock.move(time.Hour)
	}
	if heard := w.platform.heard(); len(heard) != 1 {
		t.Errorf("told %d times", len(heard))
	}
	w.want("inquiry", w.outcome("p-1"), wire.OrderIsCanceled)
	w.wantBalance(user, 100_00)
	w.check()
}

func TestABrandThatWasDownTellsItsBacklog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.misbehave(tabi.Behaviour{Late: always, LateFor: time.Second})
	for i := range 10 {
		w.pay(payRequest(fmt.Sprintf("p-%d", i), w.code(user), 100, 1_00))
	}
	w.misbehave(tabi.Behaviour{Down: true})
	if _, _, err := w.issuer.Code(t.Context(), user); fault.CodeOf(err) != tabi.CodeWalletDown {
		t.Errorf("a code from a wallet that is down: %v", err)
	}
	if _, err := w.issuer.Scan(t.Context(), user, "q", money.Amount{}); fault.CodeOf(err) != tabi.CodeWalletDown {
		t.Errorf("a scan by a wallet that is down: %v", err)
	}
	for range 48 {
		w.clock.move(time.Hour)
		w.step()
	}
	if heard := w.platform.heard(); len(heard) != 0 {
		t.Errorf("told %d while down", len(heard))
	}
	w.misbehave(tabi.Normal())
	w.clock.move(time.Minute)
	w.step()
	if heard := w.platform.heard(); len(heard) != 10 {
		t.Errorf("told %d of 10", len(heard))
	}
	w.wantBalance(user, 90_00)
	w.check()
}

func TestAStaleMessageAfterACancelIsAWhimOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.misbehave(tabi.Behaviour{Notices: 8, NoticesWithin: time.Minute})
	w.pay(payRequest("p-1", w.code(user), 100, 1_00))
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.clock.move(time.Minute)
	w.platform.set(func(p *platform) {
		p.hear = func(aps.NotifyPaymentRequest) wire.ResultCode { return wire.OrderIsCanceled }
	})
	w.step()
	for _, n := range w.platform.heard() {
		w.want("what was true when it was decided", n.PaymentResult.ResultCode, wire.Success)
	}
	if len(w.platform.heard()) == 0 {
		t.Error("no message at all: choose another seed")
	}
	w.wantBalance(user, 100_00)
	w.check()
}
