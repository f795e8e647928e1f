// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"slices"
	"strings"

	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// subject is what a result speaks about.
type subject uint8

const (
	charge subject = iota // the money of a payment, told to a pay or in an inquiry's paymentResult
	giving                // the money of a refund
)

// judge is what a result says about the money, in the words of the network. The answer has no ids and amounts yet.
func judge(about subject, r wire.Result) wallet.Answer {
	if a, open := leftOpen(r); open {
		return a
	}
	if r.Status() == wire.Succeeded {
		return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
	}
	return refusal(about, r.ResultCode)
}

// leftOpen reports whether a result leaves its question open, with the answer that says so: U does, and so does a result
// that contradicts itself, for each code of the specification has one status for ever. A code that a wallet made up follows
// its status.
//
// Source: reference/alipay-wire-api.md 1.6 and 1.8.
func leftOpen(r wire.Result) (a wallet.Answer, open bool) {
	status, code := r.Status(), r.ResultCode
	switch {
	case code == wire.Success && status != wire.Succeeded,
		code.Known() && code.Status() != status && status != wire.Unknown:
		return unknown("the wallet contradicts itself: " + string(r.ResultStatus) + " with " + shown(code)), true
	case status == wire.Unknown:
		return undecided(openCode(code), "the wallet has not decided: "+shown(code)), true
	}
	return wallet.Answer{}, false
}

// unanswered is what a signed F says that is about a question and not about money.
func unanswered(question string, code wire.ResultCode) wallet.Answer {
	if slices.Contains(accessReasons, code) {
		return unknown(messageRefused + shown(code))
	}
	return undecided(wire.UnknownException, "the wallet refused the "+question+": "+shown(code))
}

const messageRefused = "the wallet refused our message itself: "

// openCode is the code of a question that the wallet leaves open.
func openCode(code wire.ResultCode) wire.ResultCode {
	if code.Known() && code.Status() == wire.Unknown {
		return code
	}
	return wire.UnknownException
}

// refusal is what a signed F says. It is definite: nothing happened and nothing will.
//
// Three sorts of F need care. Those about another request under the same id say nothing about the money of the first, and
// stay open. Those about our message (its signature, our client id, a field) or our contract are no business of the
// merchant's: a pay that was refused so is declined with PROCESS_FAIL, since the payer waits and nothing happened; a
// refund stays open where it is us whom the wallet does not know, since the same refund can be repeated once that is
// mended. All else that a merchant would not understand is PROCESS_FAIL with the wallet's code in Detail.
func refusal(about subject, code wire.ResultCode) wallet.Answer {
	told := chargeReasons
	if about == giving {
		told = refundReasons
	}
	switch {
	case slices.Contains(told, code):
		return wallet.Answer{Verdict: wallet.Declined, Code: code}
	case slices.Contains(earlierReasons, code):
		return undecided(wire.UnknownException, "the wallet speaks of another request under the same id, which leaves the "+
			"money open: "+shown(code))
	case slices.Contains(accessReasons, code):
		if about == giving {
			return unknown(messageRefused + shown(code))
		}
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.ProcessFail, Detail: messageRefused + shown(code)}
	case slices.Contains(formReasons, code):
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.ProcessFail, Detail: messageRefused + shown(code)}
	case slices.Contains(contractReasons, code):
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.ProcessFail,
			Detail: "the wallet refused under its contract with us: " + shown(code)}
	}
	for _, r := range renamed {
		if r.theirs == code && about == charge {
			return wallet.Answer{Verdict: wallet.Declined, Code: r.ours}
		}
	}
	return wallet.Answer{Verdict: wallet.Declined, Code: wire.ProcessFail, Detail: "the wallet declines with " + shown(code)}
}

// chargeReasons mean to a merchant what they mean to the wallet, when a payment was asked for.
var chargeReasons = []wire.ResultCode{
	wire.ProcessFail, wire.SystemError, wire.BusinessNotSupport, wire.CurrencyNotSupport,
	wire.OrderIsClosed, wire.OrderIsCanceled,
	wire.ExpiredCode, wire.InvalidPaymentCode, wire.NoPayOptions, wire.UnavailablePaymentMethod,
	wire.PaymentMethodNotSupported,
	wire.PaymentAmountExceedLimit, wire.PaymentCountExceedLimit, wire.UserAmountExceedLimit, wire.UserBalanceNotEnough,
	wire.UserNotExist, wire.UserStatusAbnormal, wire.UserKycNotQualified, wire.UserPaymentVerificationFailed,
	wire.VerifyTimesExceedLimit, wire.VerifyUnmatched, wire.AuthenticationRequired,
	wire.PaymentNotQualified, wire.PaymentProhibited, wire.RegulationRestriction, wire.RiskReject, wire.FraudReject,
	wire.InvalidMerchantStatus, wire.MerchantNotRegistered, wire.MerchantKybNotQualified,
}

// refundReasons are the same when a refund was asked for.
var refundReasons = []wire.ResultCode{
	wire.ProcessFail, wire.SystemError, wire.BusinessNotSupport, wire.CurrencyNotSupport,
	wire.OrderNotExist, wire.OrderStatusInvalid, wire.OrderIsClosed, wire.OrderIsCanceled,
	wire.RefundWindowExceed, wire.RefundAmountExceed, wire.RefundNotSupported, wire.PartialRefundNotSupported,
	wire.UserNotExist, wire.UserStatusAbnormal, wire.RegulationRestriction, wire.RiskReject, wire.FraudReject,
}

// earlierReasons speak of an earlier request under the same id. OrderStatusInvalid and OrderNotExist are among them when a
// payment was asked for: they name the state of a payment that the wallet has, or claims not to have, and a pay is what
// makes it.
var earlierReasons = []wire.ResultCode{wire.RepeatReqInconsistent, wire.OrderStatusInvalid, wire.OrderNotExist}

// accessReasons say that the wallet does not know us, or not our key. SIGNATURE_INVALID is an old name.
var accessReasons = []wire.ResultCode{wire.InvalidSignature, "SIGNATURE_INVALID", wire.KeyNotFound, wire.InvalidClient,
	wire.InvalidClientStatus, wire.AccessDenied, wire.OAuthFailed, wire.InvalidAPI, wire.NoInterfaceDef,
	wire.MethodNotSupported, wire.MediaTypeNotAcceptable}

// formReasons say that the wallet cannot read what we ask, and never will.
var formReasons = []wire.ResultCode{wire.ParamIllegal, wire.InvalidPaymentMethodMetaData}

// contractReasons speak of the contract or the account that we have with the wallet, whose merchant we are.
var contractReasons = []wire.ResultCode{wire.InvalidContract, wire.SettleContractNotMatch, wire.MerchantBalanceNotEnough}

// renamed are codes of this dialect that have another name towards merchants. Tokens stand where codes do.
//
// Source: reference/alipay-wire-api.md 1.8 and 3.2.
var renamed = [...]struct{ theirs, ours wire.ResultCode }{
	{wire.InvalidCode, wire.InvalidPaymentCode},
	{wire.InvalidToken, wire.InvalidPaymentCode},
	{wire.InvalidAccessToken, wire.InvalidPaymentCode},
	{wire.ExpiredAccessToken, wire.ExpiredCode},
}

// The most that is shown of a wallet's result code. A payer's code has sixteen digits and more.
const (
	shownMax       = 64
	shownDigitsMax = 8
)

// shown is a wallet's result code as it may stand in a sentence: upper snake case with few digits, or nothing of it.
func shown(code wire.ResultCode) string {
	digits := 0
	for i := range len(code) {
		c := code[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z', c == '_':
		default:
			digits = shownDigitsMax + 1
		}
	}
	if code == "" || len(code) > shownMax || digits > shownDigitsMax || strings.Trim(string(code), "_") == "" {
		return "a code that is none"
	}
	return string(code)
}
