// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// stories are specifications of several calls, and of what has become of the payer's money in the end.
//
// Source: reference/reliability.md 2, F12 to F16, and 2.4.
func stories() []spec { return append(chargeStories(), undoStories()...) }

// chargeStories are about a charge whose answer was lost, late or open.
func chargeStories() []spec {
	stillOpen := openWith(wire.PaymentInProcess)
	inProcess := answers(`{"result":` + bare("S", "SUCCESS") + `,"paymentResult":` + bare("U", "PAYMENT_IN_PROCESS") + `}`)
	return []spec{
		{name: "an answer that was dropped is found by inquiry", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, does: dropsAnswer, want: doubt}, {asks: inquire, want: charged}}},
		{name: "a late success is found by inquiry", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, does: late, want: doubt}, {asks: inquire, want: charged}}},
		{name: "a request that was dropped was never seen", moved: &moved{}, steps: []step{
			{asks: pay, does: dropsRequest, want: doubt}, {asks: inquire, want: neverSeen}}},
		{name: "the same pay again finds the same charge", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, want: charged}, {asks: pay, want: charged}}},
		{name: "the same pay after a dropped answer finds the same charge", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, does: dropsAnswer, want: doubt}, {asks: pay, want: charged}, {asks: inquire, want: charged}}},
		{name: "the same pay after a dropped request charges once", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, does: dropsRequest, want: doubt}, {asks: pay, want: charged}}},
		{name: "the same pay over another price leaves the first one open", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, does: dropsAnswer, want: doubt},
			{asks: pay, change: func(c *wallet.Charge, _ *wallet.Return) { c.Price = back },
				want: openWith(wire.UnknownException)},
			{asks: inquire, want: charged}}},
		{name: "U three times, then S", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, does: answers(result("U", "PAYMENT_IN_PROCESS")), want: stillOpen},
			{asks: inquire, does: inProcess, want: stillOpen}, {asks: inquire, does: inProcess, want: stillOpen},
			{asks: pay, want: charged}, {asks: inquire, want: charged}}},
		{name: "U three times, then F", moved: &moved{}, steps: []step{
			{asks: pay, does: answers(result("U", "PAYMENT_IN_PROCESS")), want: stillOpen},
			{asks: inquire, does: inProcess, want: stillOpen}, {asks: inquire, does: inProcess, want: stillOpen},
			{asks: inquire, does: answers(`{"result":` + bare("S", "SUCCESS") + `,"paymentResult":` +
				bare("F", "USER_BALANCE_NOT_ENOUGH") + `}`), want: declined(wire.UserBalanceNotEnough)}}},
		{name: "ORDER_NOT_EXIST for a while, then S", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, does: dropsAnswer, want: doubt},
			{asks: inquire, does: answers(result("F", "ORDER_NOT_EXIST")), want: neverSeen},
			{asks: inquire, does: answers(result("F", "ORDER_NOT_EXIST")), want: neverSeen},
			{asks: inquire, want: charged}}},
		{name: "F and then S are both told", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, does: answers(result("F", "RISK_REJECT")), want: declined(wire.RiskReject)},
			{asks: pay, want: charged}}},
		{name: "S with two ids are both told", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, want: charged},
			{asks: inquire, does: says(edit{"paymentId", text("W-2")}),
				want: succeeded(func(w *want) { w.partner = "W-2" }, charged)}}},
		{name: "a wallet that comes back is heard", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, dial: reset, want: notSent}, {asks: inquire, dial: closes, want: notSent},
			{asks: inquire, does: page(503), want: doubt}, {asks: inquire, want: neverSeen}, {asks: pay, want: charged}}},
	}
}

// undoStories are about cancels and refunds whose answers were lost, late or open.
func undoStories() []spec {
	canceled := declined(wire.OrderIsCanceled)
	return []spec{
		{name: "a cancel before the pay lets no charge through", moved: &moved{}, steps: []step{
			{asks: cancel, want: undone}, {asks: pay, want: canceled}, {asks: inquire, want: canceled}}},
		{name: "a cancel whose answer was dropped is repeated", moved: &moved{charges: 1, returns: 1}, steps: []step{
			{asks: pay, does: dropsAnswer, want: doubt}, {asks: cancel, does: dropsAnswer, want: doubt},
			{asks: cancel, want: undone}, {asks: cancel, want: undone}, {asks: inquire, want: canceled}}},
		{name: "a cancel that comes too late is followed by a refund", moved: &moved{charges: 1, returns: 1}, steps: []step{
			{asks: pay, want: charged}, {asks: cancel, does: answers(result("F", "CANCEL_WINDOW_EXCEED")), want: tooLate},
			{asks: inquire, want: charged}, {asks: refund, want: returned}}},
		{name: "a cancel of a wallet that lies leaves the charge", moved: &moved{charges: 1}, steps: []step{
			{asks: pay, want: charged}, {asks: cancel, does: answers(result("S", "SUCCESS")), want: undone},
			{asks: inquire, want: charged}}},
		{name: "a refund whose answer was dropped is repeated", moved: &moved{charges: 1, returns: 1}, steps: []step{
			{asks: pay, want: charged}, {asks: refund, does: dropsAnswer, want: doubt},
			{asks: refund, want: returned}, {asks: refund, want: returned}}},
		{name: "a refund that is U for a while is repeated", moved: &moved{charges: 1, returns: 1}, steps: []step{
			{asks: pay, want: charged},
			{asks: refund, does: answers(result("U", "REFUND_IN_PROCESS")), want: openWith(wire.RefundInProcess)},
			{asks: refund, does: answers(result("U", "UNKNOWN_EXCEPTION")), want: openWith(wire.UnknownException)},
			{asks: refund, want: returned}}},
		{name: "a refund that a stranger confirms is repeated", moved: &moved{charges: 1, returns: 1}, steps: []step{
			{asks: pay, want: charged},
			{asks: refund, does: keyed(func(k keys) wire.PrivateKey { return k.stranger }, walletVersion), want: doubt},
			{asks: refund, want: returned}}},
	}
}
