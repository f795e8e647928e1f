// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"github.com/kakehashi-pay/kakehashi/wire"
)

// inquiries are the specifications of an inquiry alone: its result is about the question, its paymentResult about the
// money.
func inquiries() []spec {
	var all []spec
	add := func(name string, does behaviour, w want) { all = append(all, one(inquire, name, does, w)) }
	for _, f := range facts() {
		add(f.name, f.does, f.want)
	}
	became := func(status, code string) behaviour {
		return answers(`{"result":` + bare("S", "SUCCESS") + `,"paymentResult":` + bare(status, code) + `}`)
	}
	for _, r := range refusals() {
		add("paymentResult F "+r.theirs+" declines with "+string(r.ours), became("F", r.theirs), declined(r.ours))
	}
	add("F ORDER_NOT_EXIST is a payment the wallet has never seen", answers(result("F", "ORDER_NOT_EXIST")), neverSeen)
	add("paymentResult F ORDER_NOT_EXIST is one too", became("F", "ORDER_NOT_EXIST"), neverSeen)
	add("F ORDER_NOT_EXIST about another payment is no answer", answers(`{"result":`+bare("F", "ORDER_NOT_EXIST")+
		`,"paymentRequestId":"`+giving.String()+`"}`), doubt)
	add("F ORDER_NOT_EXIST with an empty paymentResult is a payment never seen",
		answers(`{"result":`+bare("F", "ORDER_NOT_EXIST")+`,"paymentResult":{}}`), neverSeen)
	for _, status := range []string{"S", "F", "U"} {
		add("F ORDER_NOT_EXIST with paymentResult "+status+" is no answer", answers(`{"result":`+
			bare("F", "ORDER_NOT_EXIST")+`,"paymentResult":`+bare(status, "A_CODE")+`,"paymentId":"W"}`), doubt)
	}
	for _, code := range []string{"PROCESS_FAIL", "SYSTEM_ERROR", "PARAM_ILLEGAL", "RISK_REJECT", "ORDER_IS_CANCELED",
		"A_REASON_OF_ITS_OWN"} {
		add("F "+code+" refuses the question and says nothing about the money", answers(result("F", code)),
			openWith(wire.UnknownException))
	}
	for _, code := range ourFault() {
		add("F "+code+" is a wallet that did not hear the question", answers(result("F", code)), doubt)
	}
	for _, code := range []string{"REPEAT_REQ_INCONSISTENT", "ORDER_STATUS_INVALID"} {
		add("paymentResult F "+code+" leaves the money open", became("F", code), openWith(wire.UnknownException))
	}
	add("paymentResult U PAYMENT_IN_PROCESS leaves the money open", became("U", "PAYMENT_IN_PROCESS"),
		openWith(wire.PaymentInProcess))
	add("paymentResult U with a code nobody knows leaves it open", became("U", "STILL_TYPING"),
		openWith(wire.UnknownException))
	add("S without a paymentResult is no answer", says(edit{"paymentResult", ""}), doubt)
	add("S with an empty paymentResult is no answer", says(edit{"paymentResult", "{}"}), doubt)
	add("S with paymentResult null is no answer", says(edit{"paymentResult", "null"}), doubt)
	for _, value := range []string{`"A"`, `"s"`, `""`, `null`} {
		add("paymentResult with status "+value+" is no answer", says(edit{"paymentResult.resultStatus", value}), doubt)
	}
	add("paymentResult F SUCCESS is no answer", became("F", "SUCCESS"), doubt)
	add("paymentResult S RISK_REJECT is no answer", says(edit{"paymentResult.resultCode", text("RISK_REJECT")}), doubt)
	add("paymentResult F PAYMENT_IN_PROCESS is no answer", became("F", "PAYMENT_IN_PROCESS"), doubt)
	add("U with paymentResult S leaves the money open", says(edit{"result", bare("U", "UNKNOWN_EXCEPTION")}),
		openWith(wire.UnknownException))
	return all
}
