// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// refundRequest gives back so many yen of a payment, as so many fen.
func refundRequest(id, payment string, price, payer int64) aps.RefundRequest {
	return aps.RefundRequest{AcquirerID: "acq-1", PspID: "tabi-cny", PaymentRequestID: wire.Text(payment),
		RefundRequestID: wire.Text(id), RefundAmount: yen(price), RefundFromAmount: fen(payer)}
}

func TestARefundIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	paid := w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	r := refundRequest("r-1", "p-1", 300, 13_65)
	first := w.refund(r)
	w.want("refund", first.Result.ResultCode, wire.Success)
	if first.RefundID == "" || *first.RefundAmount != *yen(300) || *first.RefundFromAmount != *fen(13_65) ||
		first.RefundTime != "2026-11-20T12:00:00+08:00" || first.RefundRequestID != "r-1" {
		t.Errorf("answered %+v", first)
	}
	w.clock.move(time.Hour)
	w.restart()
	r.PaymentID = paid.PaymentID // the same payment, named twice
	if again := w.refund(r); again.RefundID != first.RefundID || again.RefundTime != first.RefundTime {
		t.Errorf("the repeat is answered %+v", again)
	}
	w.wantBalance(user, 100_00-45_50+13_65)
	w.check()
}

func TestRefundsNeverExceedThePayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	w.want("part", w.refund(refundRequest("r-1", "p-1", 600, 27_30)).Result.ResultCode, wire.Success)
	w.want("price too high", w.refund(refundRequest("r-2", "p-1", 401, 18_20)).Result.ResultCode, wire.RefundAmountExceed)
	w.want("payer too high", w.refund(refundRequest("r-3", "p-1", 400, 18_21)).Result.ResultCode, wire.RefundAmountExceed)
	w.want("the rest", w.refund(refundRequest("r-4", "p-1", 400, 18_20)).Result.ResultCode, wire.Success)
	w.want("nothing is left", w.refund(refundRequest("r-5", "p-1", 1, 1)).Result.ResultCode, wire.RefundAmountExceed)
	w.want("remembered", w.refund(refundRequest("r-2", "p-1", 401, 18_20)).Result.ResultCode, wire.RefundAmountExceed)
	w.want("inquiry", w.outcome("p-1"), wire.Success)
	w.wantBalance(user, 100_00)
	w.check()
}

func TestSixtyFourRefundsAtOnceStayWithinThePayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 50_00))
	codes := make([]wire.ResultCode, 64)
	var group sync.WaitGroup
	for i := range codes {
		group.Go(func() {
			var out aps.RefundResponse
			if err := w.send(aps.PathRefund, refundRequest(fmt.Sprintf("r-%d", i/2), "p-1", 100, 5_00), &out); err != nil {
				t.Error(err)
			}
			codes[i] = out.Result.ResultCode
		})
	}
	group.Wait()
	done := 0
	for i := 0; i < len(codes); i += 2 {
		w.want("the twin", codes[i+1], codes[i])
		if codes[i] == wire.Success {
			done++
		}
	}
	if done != 10 {
		t.Errorf("%d refunds of a tenth each", done)
	}
	w.wantBalance(user, 100_00)
	w.check()
}

func TestEachRefundRefusalHasItsCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*world)
		edit   func(*aps.RefundRequest)
		want   wire.ResultCode
	}{
		"nothing":        {want: wire.Success},
		"after 366 days": {before: func(w *world) { w.clock.move(366 * 24 * time.Hour) }, want: wire.Success},
		"after 366 days 1 s": {want: wire.RefundWindowExceed,
			before: func(w *world) { w.clock.move(366*24*time.Hour + time.Second) }},
		"unknown payment": {want: wire.OrderNotExist,
			edit: func(r *aps.RefundRequest) { r.PaymentRequestID = "p-2" }},
		"two payments": {want: wire.OrderNotExist,
			edit: func(r *aps.RefundRequest) { r.PaymentID = "another" }},
		"cancelled": {before: func(w *world) { w.cancel("p-1") }, want: wire.OrderIsCanceled},
		"price's currency": {want: wire.CurrencyNotSupport,
			edit: func(r *aps.RefundRequest) { r.RefundAmount = fen(100) }},
		"payer's currency": {want: wire.CurrencyNotSupport,
			edit: func(r *aps.RefundRequest) { r.RefundFromAmount = yen(100) }},
		"nothing asked": {edit: func(r *aps.RefundRequest) { r.RefundAmount = nil }, want: wire.ParamIllegal},
		"no payment": {want: wire.ParamIllegal,
			edit: func(r *aps.RefundRequest) { r.PaymentRequestID = "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.want("pay", w.pay(payRequest("p-1", w.code(w.user(1, 100_00)), 1000, 45_50)).Result.ResultCode, wire.Success)
			if c.before != nil {
				c.before(w)
			}
			r := refundRequest("r-1", "p-1", 1000, 45_50)
			if c.edit != nil {
				c.edit(&r)
			}
			w.want("refund", w.refund(r).Result.ResultCode, c.want)
			w.want("the repeat", w.refund(r).Result.ResultCode, c.want)
			w.check()
		})
	}
	w := newWorld(t, nil)
	w.pay(payRequest("p-1", w.code(w.user(1, 1)), 1000, 45_50))
	w.want("of a failed payment", w.refund(refundRequest("r-1", "p-1", 1, 1)).Result.ResultCode, wire.OrderStatusInvalid)
}

func TestARefundByOurOwnPaymentID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	paid := w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	r := refundRequest("r-1", "", 1000, 45_50)
	r.PaymentID = paid.PaymentID
	w.want("refund", w.refund(r).Result.ResultCode, wire.Success)
	w.wantBalance(user, 100_00)
}

func TestOtherRefundParametersUnderOneNameAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	w.pay(payRequest("p-2", w.code(user), 1000, 45_50))
	w.want("first", w.refund(refundRequest("r-1", "p-1", 300, 13_65)).Result.ResultCode, wire.Success)
	for name, r := range map[string]aps.RefundRequest{
		"price": refundRequest("r-1", "p-1", 301, 13_65), "payer": refundRequest("r-1", "p-1", 300, 13_66),
		"payment": refundRequest("r-1", "p-2", 300, 13_65),
	} {
		w.want(name, w.refund(r).Result.ResultCode, wire.RepeatReqInconsistent)
	}
	w.wantBalance(user, 100_00-91_00+13_65)
	w.check()
}

func TestTheMarkupGoesBackInProportionAndWhollyAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].MarkupBasisPoints = 150 })
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 900, 33_33)) // the fee is 50
	for i := range 9 {
		payer := int64(3_70)
		if i == 8 {
			payer = 33_33 - 8*3_70
		}
		w.want("refund", w.refund(refundRequest(fmt.Sprintf("r-%d", i), "p-1", 100, payer)).Result.ResultCode, wire.Success)
	}
	w.wantBalance(user, 100_00)
	if p, err := w.issuer.Position(w.brand.ID); err != nil || !p.Fees.IsZero() || !p.Owed.IsZero() {
		t.Errorf("position %+v, %v", p, err)
	}
	w.check()
}

func TestTheNetworkIsPaidWhatItIsOwed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.pay(payRequest("p-1", w.code(w.user(1, 100_00)), 1000, 45_50))
	settle := func(n int64, reference string) error {
		return w.issuer.Settle(w.brand.ID, money.New(n, money.CNY), reference)
	}
	if err := settle(45_51, "s-1"); err == nil {
		t.Error("more was paid than was owed")
	}
	for range 2 {
		if err := settle(40_00, "s-1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := settle(5_00, "s-1"); err == nil {
		t.Error("one reference paid two amounts")
	}
	w.want("refund", w.refund(refundRequest("r-1", "p-1", 1000, 45_50)).Result.ResultCode, wire.Success)
	p, err := w.issuer.Position(w.brand.ID)
	if err != nil || p.Owed.Minor() != -40_00 || p.Held.Minor() != 60_00 || p.Users.Minor() != 100_00 {
		t.Errorf("position %+v, %v", p, err)
	}
	w.check()
}
