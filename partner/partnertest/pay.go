// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// payings are the specifications of a pay alone.
func payings() []spec {
	var all []spec
	add := func(name string, does behaviour, w want) { all = append(all, one(pay, name, does, w)) }
	for _, f := range facts() {
		add(f.name, f.does, f.want)
	}
	for _, r := range refusals() {
		add("F "+r.theirs+" declines with "+string(r.ours), answers(result("F", r.theirs)), declined(r.ours))
	}
	for _, code := range []string{"REPEAT_REQ_INCONSISTENT", "ORDER_STATUS_INVALID", "ORDER_NOT_EXIST"} {
		add("F "+code+" leaves open what became of the first request", answers(result("F", code)),
			openWith(wire.UnknownException))
	}
	add("F with the wallet's id tells it", answers(`{"result":`+bare("F", "RISK_REJECT")+`,"paymentId":"W-7"}`),
		want{verdict: wallet.Declined, code: wire.RiskReject, partner: "W-7"})
	add("F with an amount that is none is no answer", answers(`{"result":`+bare("F", "RISK_REJECT")+
		`,"paymentAmount":{"currency":"JPY","value":"-1"}}`), doubt)
	add("F about another payment is no answer", answers(`{"result":`+bare("F", "RISK_REJECT")+
		`,"paymentRequestId":"`+giving.String()+`"}`), doubt)
	return append(all, charges()...)
}

// charges are about what a charge must say, so that anything leaves at all.
func charges() []spec {
	var all []spec
	for _, c := range []struct {
		name   string
		change func(c *wallet.Charge)
		want   want
	}{
		{"a charge within one currency needs no quote", func(c *wallet.Charge) {
			c.Payer, c.Quote, c.Pair, c.Rate = c.Price, "", "", ""
		}, succeeded(func(w *want) { w.payer = price }, charged)},
		{"a charge that never expires is asked", func(c *wallet.Charge) { c.ExpiresAt = time.Time{} }, charged},
		{"a charge that has expired is still asked about under its name", func(c *wallet.Charge) {
			c.ExpiresAt = now.Add(-time.Minute)
		}, charged},
		{"a charge for a code of the network's own is asked", func(c *wallet.Charge) { c.Customer = "CUSTOMER-1" }, charged},
		{"a charge without a store is asked", func(c *wallet.Charge) {
			c.Merchant.Store, c.Merchant.StoreName = "", ""
		}, charged},
		{"a charge with a long text is asked with less of it", func(c *wallet.Charge) { c.About = long(1000) }, charged},
		{"a charge without a text is asked", func(c *wallet.Charge) { c.About = "" }, charged},
		{"a charge without a code lets nothing leave", func(c *wallet.Charge) { c.Code = "" }, notSent},
		{"a charge without a price lets nothing leave", func(c *wallet.Charge) { c.Price = money.Amount{} }, notSent},
		{"a charge of nothing lets nothing leave", func(c *wallet.Charge) { c.Payer = money.Zero(money.HKD) }, notSent},
		{"a charge without an order lets nothing leave", func(c *wallet.Charge) { c.Order = "" }, notSent},
		{"a charge with a rate that is none lets nothing leave", func(c *wallet.Charge) { c.Rate = "a twentieth" }, notSent},
	} {
		s := one(pay, c.name, nil, c.want)
		s.steps[0].change = func(charge *wallet.Charge, _ *wallet.Return) { c.change(charge) }
		all = append(all, s)
	}
	return all
}

// fact is an S, told in some way, with what the answer must then be.
type fact struct {
	name string
	does behaviour
	want want
}

// facts are what an S tells about a charge, to a pay or in an inquiry.
func facts() []fact {
	told := func(change func(w *want)) want { return succeeded(change, charged) }
	all := []fact{
		{"S without the wallet's id is no answer", says(edit{"paymentId", ""}), doubt},
		{"S with an empty id is no answer", says(edit{"paymentId", `""`}), doubt},
		{"S with an id that is an object is no answer", says(edit{"paymentId", `{}`}), doubt},
		{"S with an id that is too long is no answer", says(edit{"paymentId", text(long(65))}), doubt},
		{"S with a control character in its id is no answer", says(edit{"paymentId", `"W\u0001"`}), doubt},
		{"S with an id that is a number tells its digits", says(edit{"paymentId", `20261124`}),
			told(func(w *want) { w.partner = "20261124" })},
		{"S without a time tells none", says(edit{"paymentTime", ""}), told(func(w *want) { w.at = time.Time{} })},
		{"S with a time that is none is no answer", says(edit{"paymentTime", text("today")}), doubt},
		{"S with a time without an offset is no answer", says(edit{"paymentTime", text("2026-11-24T03:00:00")}), doubt},
		{"S on 30 February is no answer", says(edit{"paymentTime", text("2026-02-30T03:00:00Z")}), doubt},
		{"S without an echo of the request's id counts", says(edit{"paymentRequestId", ""}), charged},
		{"S about another payment is no answer", says(edit{"paymentRequestId", text(giving.String())}), doubt},
		{"S without amounts tells none", says(edit{"paymentAmount", ""}, edit{"payToAmount", ""}),
			told(func(w *want) { w.price, w.payer = money.Amount{}, money.Amount{} })},
		{"S with amounts that are null tells none", says(edit{"paymentAmount", "null"}, edit{"payToAmount", "null"}),
			told(func(w *want) { w.price, w.payer = money.Amount{}, money.Amount{} })},
		{"S with another amount tells that amount", says(edit{"paymentAmount.value", text("999")}),
			told(func(w *want) { w.price = money.New(999, money.JPY) })},
		{"S with another currency tells that currency", says(edit{"paymentAmount.currency", text("KRW")}),
			told(func(w *want) { w.price = money.New(1_000, money.KRW) })},
		{"S with another amount of the payer's tells it", says(edit{"payToAmount.value", text("1")}),
			told(func(w *want) { w.payer = money.New(1, money.HKD) })},
		{"S with another currency of the payer's tells it", says(edit{"payToAmount.currency", text("CNY")}),
			told(func(w *want) { w.payer = money.New(5_150, money.CNY) })},
		{"S with an amount written as a number counts", says(edit{"paymentAmount.value", "1000"}), charged},
	}
	for _, field := range []string{"paymentAmount", "payToAmount"} {
		for _, value := range []string{`"0"`, `"-1000"`, `"+1000"`, `"01000"`, `"1000.00"`, `"1,000"`, `"1e3"`, `1e3`, `1000.5`,
			`" 1000"`, `"１０００"`, `""`, `true`, `"1000000000000001"`, `"99999999999999999999999"`, `{}`} {
			all = append(all, fact{"S with " + field + " " + value + " is no answer",
				says(edit{field + ".value", value}), doubt})
		}
		for _, value := range []string{`"jpy"`, `"392"`, `""`, `"XXX"`, `"JPYY"`, `["JPY"]`} {
			all = append(all, fact{"S with " + field + " in currency " + value + " is no answer",
				says(edit{field + ".currency", value}), doubt})
		}
		for _, value := range []string{`"1000"`, `1000`, `[]`} {
			all = append(all, fact{"S with " + field + " being " + value + " is no answer", says(edit{field, value}), doubt})
		}
	}
	return all
}

// refusals are the codes with which a charge is declined for good, and what they are called towards merchants.
func refusals() []renaming {
	var all []renaming
	for _, code := range []string{"PROCESS_FAIL", "SYSTEM_ERROR", "BUSINESS_NOT_SUPPORT", "CURRENCY_NOT_SUPPORT",
		"ORDER_IS_CLOSED", "ORDER_IS_CANCELED", "EXPIRED_CODE", "INVALID_PAYMENT_CODE", "NO_PAY_OPTIONS",
		"UNAVAILABLE_PAYMENT_METHOD", "PAYMENT_METHOD_NOT_SUPPORTED", "PAYMENT_AMOUNT_EXCEED_LIMIT",
		"PAYMENT_COUNT_EXCEED_LIMIT", "USER_AMOUNT_EXCEED_LIMIT", "USER_BALANCE_NOT_ENOUGH", "USER_NOT_EXIST",
		"USER_STATUS_ABNORMAL", "USER_KYC_NOT_QUALIFIED", "USER_PAYMENT_VERIFICATION_FAILED", "VERIFY_TIMES_EXCEED_LIMIT",
		"VERIFY_UNMATCHED", "AUTHENTICATION_REQUIRED", "PAYMENT_NOT_QUALIFIED", "PAYMENT_PROHIBITED",
		"REGULATION_RESTRICTION", "RISK_REJECT", "FRAUD_REJECT", "INVALID_MERCHANT_STATUS", "MERCHANT_NOT_REGISTERED",
		"MERCHANT_KYB_NOT_QUALIFIED"} {
		all = append(all, renaming{code, wire.ResultCode(code)})
	}
	for _, code := range append(ourFault(), "PARAM_ILLEGAL", "INVALID_CONTRACT", "SETTLE_CONTRACT_NOT_MATCH",
		"MERCHANT_BALANCE_NOT_ENOUGH", "REFUND_AMOUNT_EXCEED", "CANCEL_WINDOW_EXCEED", "A_REASON_OF_ITS_OWN", canary) {
		all = append(all, renaming{code, wire.ProcessFail})
	}
	return append(all, renaming{"INVALID_CODE", wire.InvalidPaymentCode}, renaming{"INVALID_TOKEN", wire.InvalidPaymentCode},
		renaming{"INVALID_ACCESS_TOKEN", wire.InvalidPaymentCode}, renaming{"EXPIRED_ACCESS_TOKEN", wire.ExpiredCode})
}

// renaming is a wallet's code and ours.
type renaming struct {
	theirs string
	ours   wire.ResultCode
}

// ourFault are the codes with which a wallet says that it does not know us, or not our key.
func ourFault() []string {
	return []string{"INVALID_SIGNATURE", "SIGNATURE_INVALID", "KEY_NOT_FOUND", "INVALID_CLIENT", "INVALID_CLIENT_STATUS",
		"ACCESS_DENIED", "OAUTH_FAILED", "INVALID_API", "NO_INTERFACE_DEF", "METHOD_NOT_SUPPORTED",
		"MEDIA_TYPE_NOT_ACCEPTABLE"}
}
