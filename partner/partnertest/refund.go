// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// refunds are the specifications of a refund alone.
func refunds() []spec {
	var all []spec
	add := func(name string, does behaviour, w want) { all = append(all, one(refund, name, does, w)) }
	told := func(change func(w *want)) want { return succeeded(change, returned) }
	add("S without the wallet's id is no answer", says(edit{"refundId", ""}), doubt)
	add("S with an id that is too long is no answer", says(edit{"refundId", text(long(65))}), doubt)
	add("S without a time tells none", says(edit{"refundTime", ""}), told(func(w *want) { w.at = time.Time{} }))
	add("S with a time that is none is no answer", says(edit{"refundTime", text("today")}), doubt)
	add("S without an echo of the request's id counts", says(edit{"refundRequestId", ""}), returned)
	add("S about another refund is no answer", says(edit{"refundRequestId", text(payment.String())}), doubt)
	add("S without amounts tells none", says(edit{"refundAmount", ""}, edit{"refundFromAmount", ""}),
		told(func(w *want) { w.price, w.payer = money.Amount{}, money.Amount{} }))
	for _, minor := range []int64{1, 399, 401, 40_000} {
		value := text(strconv.FormatInt(minor, 10))
		add("S with another amount tells that amount: "+value, says(edit{"refundAmount.value", value}),
			told(func(w *want) { w.price = money.New(minor, money.JPY) }))
		add("S with another amount of the payer's tells it: "+value, says(edit{"refundFromAmount.value", value}),
			told(func(w *want) { w.payer = money.New(minor, money.HKD) }))
	}
	add("S with another currency tells that currency", says(edit{"refundAmount.currency", text("KRW")}),
		told(func(w *want) { w.price = money.New(400, money.KRW) }))
	add("S with another currency of the payer's tells it", says(edit{"refundFromAmount.currency", text("CNY")}),
		told(func(w *want) { w.payer = money.New(2_060, money.CNY) }))
	for _, field := range []string{"refundAmount", "refundFromAmount"} {
		for _, value := range []string{`"0"`, `"-400"`, `"400.00"`, `""`, `"4e2"`} {
			add("S over "+field+" "+value+" is no answer", says(edit{field + ".value", value}), doubt)
		}
		for _, value := range []string{`"XXX"`, `"jpy"`, `""`} {
			add("S over "+field+" in "+value+" is no answer", says(edit{field + ".currency", value}), doubt)
		}
	}
	for _, code := range []string{"PROCESS_FAIL", "SYSTEM_ERROR", "BUSINESS_NOT_SUPPORT", "CURRENCY_NOT_SUPPORT",
		"ORDER_NOT_EXIST", "ORDER_STATUS_INVALID", "ORDER_IS_CLOSED", "ORDER_IS_CANCELED", "REFUND_WINDOW_EXCEED",
		"REFUND_AMOUNT_EXCEED", "REFUND_NOT_SUPPORTED", "PARTIAL_REFUND_NOT_SUPPORTED", "USER_NOT_EXIST",
		"USER_STATUS_ABNORMAL", "REGULATION_RESTRICTION", "RISK_REJECT", "FRAUD_REJECT"} {
		add("F "+code+" declines", answers(result("F", code)), declined(wire.ResultCode(code)))
	}
	for _, code := range []string{"PARAM_ILLEGAL", "MERCHANT_BALANCE_NOT_ENOUGH", "INVALID_CONTRACT", "EXPIRED_CODE",
		"A_REASON_OF_ITS_OWN", canary} {
		add("F "+code+" declines with PROCESS_FAIL", answers(result("F", code)), declined(wire.ProcessFail))
	}
	add("F REPEAT_REQ_INCONSISTENT leaves open what became of the first request",
		answers(result("F", "REPEAT_REQ_INCONSISTENT")), openWith(wire.UnknownException))
	for _, code := range ourFault() {
		add("F "+code+" is a wallet that did not hear the refund", answers(result("F", code)), doubt)
	}
	add("F about another refund is no answer", answers(`{"result":`+bare("F", "REFUND_AMOUNT_EXCEED")+
		`,"refundRequestId":"`+payment.String()+`"}`), doubt)
	add("U REFUND_IN_PROCESS leaves it open", answers(result("U", "REFUND_IN_PROCESS")), openWith(wire.RefundInProcess))
	return append(all, returns()...)
}

// returns are about what a refund must say, so that anything leaves at all.
func returns() []spec {
	var all []spec
	for _, c := range []struct {
		name   string
		change func(r *wallet.Return)
		want   want
	}{
		{"a refund without the wallet's id is asked by ours", func(r *wallet.Return) { r.Partner = "" }, returned},
		{"a whole refund is asked", func(r *wallet.Return) { r.Amount, r.Payer = price, payer },
			succeeded(func(w *want) { w.price, w.payer = price, payer }, returned)},
		{"a refund of another charge is declined", func(r *wallet.Return) { r.Partner = "WALLET-PAYMENT-99" },
			declined(wire.OrderNotExist)},
		{"a refund of nothing lets nothing leave", func(r *wallet.Return) { r.Amount = money.Zero(money.JPY) }, notSent},
		{"a refund without the payer's part lets nothing leave", func(r *wallet.Return) { r.Payer = money.Amount{} }, notSent},
	} {
		s := one(refund, c.name, nil, c.want)
		s.steps[0].change = func(_ *wallet.Charge, r *wallet.Return) { c.change(r) }
		all = append(all, s)
	}
	return all
}
