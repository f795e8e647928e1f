// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"github.com/kakehashi-pay/kakehashi/wire"
)

// cancels are the specifications of a cancel alone: it is repeated until S, so nothing but S and a closed window ends it.
func cancels() []spec {
	var all []spec
	add := func(name string, does behaviour, w want) { all = append(all, one(cancel, name, does, w)) }
	add("F CANCEL_WINDOW_EXCEED is too late", answers(result("F", "CANCEL_WINDOW_EXCEED")), tooLate)
	add("U CANCEL_WINDOW_EXCEED is not yet too late", answers(result("U", "CANCEL_WINDOW_EXCEED")),
		openWith(wire.UnknownException))
	add("S CANCEL_WINDOW_EXCEED is no answer", answers(result("S", "CANCEL_WINDOW_EXCEED")), doubt)
	for _, code := range []string{"ORDER_NOT_EXIST", "ORDER_STATUS_INVALID", "ORDER_IS_CLOSED", "ORDER_IS_CANCELED",
		"PROCESS_FAIL", "SYSTEM_ERROR", "PARAM_ILLEGAL", "REPEAT_REQ_INCONSISTENT", "REFUND_WINDOW_EXCEED",
		"A_REASON_OF_ITS_OWN", canary} {
		add("F "+code+" leaves the cancel open", answers(result("F", code)), openWith(wire.UnknownException))
	}
	for _, code := range ourFault() {
		add("F "+code+" is a wallet that did not hear the cancel", answers(result("F", code)), doubt)
	}
	add("S about another payment is no answer", says(edit{"paymentRequestId", text(giving.String())}), doubt)
	add("S that repeats our id counts", says(edit{"paymentRequestId", text(payment.String())}), undone)
	add("F CANCEL_WINDOW_EXCEED about another payment is no answer", answers(`{"result":`+
		bare("F", "CANCEL_WINDOW_EXCEED")+`,"paymentRequestId":"`+giving.String()+`"}`), doubt)
	unseen := one(cancel, "a payment that the wallet has never seen is undone", nil, undone)
	unseen.seen = false
	return append(all, unseen)
}
