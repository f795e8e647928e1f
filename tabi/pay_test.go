// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
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

func TestAPaymentTakesTheMoneyOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(17, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	first := w.pay(r)
	w.want("pay", first.Result.ResultCode, wire.Success)
	if first.PaymentID == "" || first.CustomerID != wire.Text(user) || first.AcquirerID != "acq-1" ||
		*first.PayToAmount != *fen(45_50) || *first.PaymentAmount != *yen(1000) ||
		first.WalletBrandName != "Tabi CNY (sample)" || first.PaymentTime != "2026-11-20T12:00:00+08:00" {
		t.Errorf("answered %+v", first)
	}
	w.clock.move(3 * time.Hour)
	again := w.pay(r)
	if again.PaymentID != first.PaymentID || again.PaymentTime != first.PaymentTime || again.Result != first.Result {
		t.Errorf("the repeat is answered %+v", again)
	}
	w.wantBalance(user, 54_50)
	w.want("inquiry", w.outcome("p-1"), wire.Success)
	w.check()
}

func TestSixtyFourIdenticalPaysDebitOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	answers := make([]aps.PayResponse, 64)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			if err := w.send(aps.PathPay, r, &answers[i]); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, a := range answers {
		if a.Result.ResultCode != wire.Success || a.PaymentID != answers[0].PaymentID {
			t.Errorf("answered %+v", a)
		}
	}
	w.wantBalance(user, 54_50)
	w.check()
}

func TestOneCodePaysOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 500_00)
	code := w.code(user)
	codes := make([]wire.ResultCode, 32)
	var group sync.WaitGroup
	for i := range codes {
		group.Go(func() {
			var out aps.PayResponse
			if err := w.send(aps.PathPay, payRequest("p-"+string(rune('A'+i)), code, 100, 5_00), &out); err != nil {
				t.Error(err)
			}
			codes[i] = out.Result.ResultCode
		})
	}
	group.Wait()
	paid := 0
	for _, c := range codes {
		if c == wire.Success {
			paid++
		} else {
			w.want("the others", c, wire.ExpiredCode)
		}
	}
	if paid != 1 {
		t.Errorf("%d payments with one code", paid)
	}
	w.wantBalance(user, 495_00)
	w.check()
}

func TestARefusalIsRememberedForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 10_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	w.want("too little money", w.pay(r).Result.ResultCode, wire.UserBalanceNotEnough)
	if _, err := w.issuer.TopUp(user, money.New(100_00, money.CNY), "more"); err != nil {
		t.Fatal(err)
	}
	w.clock.move(48 * time.Hour)
	w.restart()
	w.want("the repeat", w.pay(r).Result.ResultCode, wire.UserBalanceNotEnough)
	w.want("inquiry", w.outcome("p-1"), wire.UserBalanceNotEnough)
	w.wantBalance(user, 110_00)
}

func TestARefusedCodeIsSpent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	code := w.code(w.user(1, 10_00))
	w.want("first", w.pay(payRequest("p-1", code, 1000, 45_50)).Result.ResultCode, wire.UserBalanceNotEnough)
	w.want("second", w.pay(payRequest("p-2", code, 10, 50)).Result.ResultCode, wire.ExpiredCode)
}

// payCase is a request to pay as a world and an edit make it, and its answer.
type payCase struct {
	open   func(*world)
	before func(w *world, user string)
	edit   func(*aps.PayRequest)
	want   wire.ResultCode
}

func limits(l tabi.Limits) func(*world) { return func(w *world) { w.brands[0].Limits = l } }

func status(s book.Status) func(*world, string) {
	return func(w *world, user string) {
		if err := w.issuer.SetStatus(user, s); err != nil {
			w.t.Error(err)
		}
	}
}

func paidBefore(w *world, user string) {
	w.want("the payment before", w.pay(payRequest("p-0", w.code(user), 100, 40_00)).Result.ResultCode, wire.Success)
}

// payCases are the rows of wire 3.2.
var payCases = map[string]payCase{
	"nothing":         {want: wire.Success},
	"just the limit":  {open: limits(tabi.Limits{PaymentMax: 45_50}), want: wire.Success},
	"one payment":     {open: limits(tabi.Limits{PaymentMax: 45_49}), want: wire.PaymentAmountExceedLimit},
	"the day's limit": {open: limits(tabi.Limits{DayMax: 85_50}), before: paidBefore, want: wire.Success},
	"one day":         {open: limits(tabi.Limits{DayMax: 85_49}), before: paidBefore, want: wire.UserAmountExceedLimit},
	"one day's count": {open: limits(tabi.Limits{DayCount: 1}), before: paidBefore, want: wire.PaymentCountExceedLimit},
	"blocked":         {before: status(book.Blocked), want: wire.UserStatusAbnormal},
	"not identified":  {before: status(book.Unverified), want: wire.UserKycNotQualified},
	"closed":          {before: status(book.Closed), want: wire.UserNotExist},
	"unknown code": {want: wire.InvalidCode,
		edit: func(r *aps.PayRequest) { r.PaymentMethod.PaymentMethodID = "281001999" }},
	"another customer": {want: wire.InvalidCode,
		edit: func(r *aps.PayRequest) { r.PaymentMethod.CustomerID = "tabi-cny-000002" }},
	"its customer": {want: wire.Success,
		edit: func(r *aps.PayRequest) { r.PaymentMethod.CustomerID = "tabi-cny-000001" }},
	"another currency": {want: wire.CurrencyNotSupport,
		edit: func(r *aps.PayRequest) { r.PayToAmount = yen(1000) }},
	"too much": {want: wire.UserBalanceNotEnough,
		edit: func(r *aps.PayRequest) { r.PayToAmount = fen(200_01) }},
	"payment expired": {want: wire.OrderIsClosed,
		edit: func(r *aps.PayRequest) { r.PaymentExpiryTime = "2026-11-20T12:00:00+08:00" }},
	"payment in time": {want: wire.Success,
		edit: func(r *aps.PayRequest) { r.PaymentExpiryTime = "2026-11-20T12:00:01+08:00" }},
	"no amount": {edit: func(r *aps.PayRequest) { r.PayToAmount = nil }, want: wire.ParamIllegal},
	"no code": {want: wire.ParamIllegal,
		edit: func(r *aps.PayRequest) { r.PaymentMethod.PaymentMethodID = "" }},
	"auto-debit": {want: wire.BusinessNotSupport,
		edit: func(r *aps.PayRequest) { r.PaymentFactor.IsAgreementPayment = true }},
	"a code to scan": {want: wire.BusinessNotSupport,
		edit: func(r *aps.PayRequest) { r.PaymentFactor.InStorePaymentScenario = "OrderCode" }},
	"a time of nobody": {want: wire.ParamIllegal,
		edit: func(r *aps.PayRequest) { r.PaymentExpiryTime = "noon" }},
	"a largest amount": {want: wire.PaymentAmountExceedLimit,
		edit: func(r *aps.PayRequest) { r.PayToAmount = fen(wire.AmountMax) }},
	"beyond any amount": {want: wire.ParamIllegal,
		edit: func(r *aps.PayRequest) { r.PayToAmount.Value = "1000000000000001" }},
}

func TestEachRefusalHasItsCode(t *testing.T) {
	t.Parallel()
	for name, c := range payCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.open)
			user := w.user(1, 200_00)
			if c.before != nil {
				c.before(w, user)
			}
			r := payRequest("p-1", w.code(user), 1000, 45_50)
			if c.edit != nil {
				c.edit(&r)
			}
			before := w.balance(user)
			w.want("pay", w.pay(r).Result.ResultCode, c.want)
			w.want("the repeat", w.pay(r).Result.ResultCode, c.want)
			if c.want == wire.Success {
				before -= 45_50
			}
			w.wantBalance(user, before)
			w.check()
		})
	}
}

func TestACodeLivesOneMinute(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int]wire.ResultCode{59: wire.Success, 60: wire.ExpiredCode, 3600: wire.ExpiredCode} {
		w := newWorld(t, nil)
		user := w.user(1, 200_00)
		r := payRequest("p-1", w.code(user), 1000, 45_50)
		w.clock.move(time.Duration(seconds) * time.Second)
		w.want("pay", w.pay(r).Result.ResultCode, want)
		w.check()
	}
}

func TestALongerLifeThanAMinuteIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.platform.set(func(p *platform) {
		p.codes = func(out *aps.GetPaymentCodeResponse) {
			for i := range out.PaymentCodeInfoList {
				out.PaymentCodeInfoList[i].CodeExpiryTime = "2026-11-21T12:00:00+08:00"
			}
		}
	})
	_, until, err := w.issuer.Code(t.Context(), w.user(1, 0))
	if err != nil || !until.Equal(noon.Add(time.Minute)) {
		t.Errorf("good until %v, %v", until, err)
	}
}

func TestOtherParametersUnderOneNameAreRefused(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*aps.PayRequest){
		"price": func(r *aps.PayRequest) { r.PaymentAmount = yen(1001) },
		"payer": func(r *aps.PayRequest) { r.PayToAmount = fen(45_51) },
		"code":  func(r *aps.PayRequest) { r.PaymentMethod.PaymentMethodID = "281001000" },
	} {
		w := newWorld(t, nil)
		user := w.user(1, 200_00)
		r := payRequest("p-1", w.code(user), 1000, 45_50)
		w.want("first", w.pay(r).Result.ResultCode, wire.Success)
		r.Order.OrderDescription = "another description is no other payment"
		w.want("described anew", w.pay(r).Result.ResultCode, wire.Success)
		edit(&r)
		w.want(name, w.pay(r).Result.ResultCode, wire.RepeatReqInconsistent)
		w.wantBalance(user, 154_50)
	}
}

func TestTheMarkupIsTheUsersAndNotTheNetworks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].MarkupBasisPoints = 150 })
	user := w.user(1, 100_00)
	out := w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	if *out.PayToAmount != *fen(45_50) {
		t.Errorf("the network is told %v", out.PayToAmount)
	}
	w.wantBalance(user, 100_00-45_50-68) // 68.25 rounds to 68
	position, err := w.issuer.Position(w.brand.ID)
	if err != nil || position.Owed.Minor() != 45_50 || position.Fees.Minor() != 68 || position.Held.Minor() != 100_00 ||
		position.Users.Minor() != 100_00-45_50-68 {
		t.Errorf("position %+v, %v", position, err)
	}
	w.check()
}

func TestALimitCountsByTheNetworksDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].Limits.DayCount = 1 })
	user := w.user(1, 100_00)
	w.want("today", w.pay(payRequest("p-1", w.code(user), 100, 1)).Result.ResultCode, wire.Success)
	w.clock.move(12*time.Hour - time.Second) // 23:59:59 in UTC+8
	before := w.pay(payRequest("p-2", w.code(user), 100, 1))
	w.want("before midnight", before.Result.ResultCode, wire.PaymentCountExceedLimit)
	w.clock.move(time.Second)
	w.want("after midnight", w.pay(payRequest("p-3", w.code(user), 100, 1)).Result.ResultCode, wire.Success)
}

func TestBrandsAreStrangersToEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	r.PayToAmount = wire.AmountOf(money.New(5_000, money.KRW))
	var out aps.PayResponse
	if err := w.sendTo(w.brands[2], aps.PathPay, r, &out); err != nil || out.Result.ResultCode != wire.InvalidCode {
		t.Errorf("another brand's code: %+v, %v", out.Result, err)
	}
	r = payRequest("p-1", string(r.PaymentMethod.PaymentMethodID), 1000, 45_50)
	w.want("the same name at its own brand", w.pay(r).Result.ResultCode, wire.Success)
	if _, err := w.issuer.Payment("nobody", "p-1"); fault.CodeOf(err) != book.CodeBrandUnknown {
		t.Errorf("a brand that is none: %v", err)
	}
}
