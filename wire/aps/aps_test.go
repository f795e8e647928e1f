// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

const (
	missing   = wire.CodeFieldMissing
	malformed = wire.CodeFieldMalformed
	tooLong   = wire.CodeFieldTooLong
	clock     = " must be an ISO 8601 time with an offset, such as 2025-06-01T12:00:00+09:00"
	ok        = `{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"success"}`
	order     = `{"referenceOrderId":"o-1","orderDescription":"matcha","orderAmount":{"currency":"JPY","value":"1000"},` +
		`"merchant":{"referenceMerchantId":"m-1","merchantMCC":"5812","merchantName":"Sample Cafe"}}`
	yen  = `{"currency":"JPY","value":"1000"}`
	yuan = `{"currency":"CNY","value":"4550"}`
)

type message interface{ Validate() error }

// row is one rule: the value, as JSON, put at a path of a good body (or nothing: taken away), and what is said about it.
type row struct {
	path, value string
	code        fault.Code
	detail      string
}

func checkRows(t *testing.T, fresh message, body string, rows ...row) {
	t.Helper()
	for _, r := range append([]row{{}}, rows...) {
		m := reflect.New(reflect.TypeOf(fresh).Elem()).Interface().(message)
		if err := wire.Decode(edited(t, body, r.path, r.value), m); err != nil {
			t.Errorf("%T %s: %v", fresh, r.path, err)
			continue
		}
		err := m.Validate()
		if r.detail == "" && err == nil {
			continue
		}
		var problem *fault.Error
		if !errors.As(err, &problem) || problem.Code != r.code || problem.Detail != r.detail ||
			problem.Kind != fault.Invalid ||
			!strings.HasPrefix(problem.Detail, problem.Subject+" ") {
			t.Errorf("%T %s=%s: got %v, want %s %q", fresh, r.path, r.value, err, r.code, r.detail)
		}
	}
}

func edited(t *testing.T, body, path, value string) []byte {
	t.Helper()
	if path == "" {
		return []byte(body)
	}
	var root map[string]any
	if err := json.Unmarshal([]byte(body), &root); err != nil {
		t.Fatal(err)
	}
	at, names := root, strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		below, isObject := at[name].(map[string]any)
		if !isObject {
			below = map[string]any{}
			at[name] = below
		}
		at = below
	}
	if value == "" {
		delete(at, names[len(names)-1])
	} else {
		at[names[len(names)-1]] = json.RawMessage(value)
	}
	out, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func long(n int) string { return `"` + strings.Repeat("x", n) + `"` }

func TestLookupKnowsBothSides(t *testing.T) {
	t.Parallel()
	byWallet := map[string]aps.Operation{aps.PathPay: aps.Pay, aps.PathInquiryPayment: aps.InquiryPayment,
		aps.PathCancelPayment: aps.CancelPayment, aps.PathRefund: aps.Refund}
	byPlatform := map[string]aps.Operation{aps.PathGetPaymentCode: aps.GetPaymentCode,
		aps.PathUserInitiatedPay: aps.UserInitiatedPay, aps.PathNotifyPayment: aps.NotifyPayment}
	for path, want := range byWallet {
		got, known := aps.Lookup(path)
		if !known || got != want || !got.ServedByWallet() || got.ServedByPlatform() || !strings.HasSuffix(path,
			"/"+got.String()) {
			t.Errorf("%s: %v %v", path, got, known)
		}
	}
	for path, want := range byPlatform {
		got, known := aps.Lookup(path)
		if !known || got != want || got.ServedByWallet() || !got.ServedByPlatform() || !strings.HasSuffix(path,
			"/"+got.String()) {
			t.Errorf("%s: %v %v", path, got, known)
		}
	}
	for path, want := range map[string]bool{
		"/aps/api/v1/payments/consultPayment": true,
		"/aps/api/v1/merchants/registration":  true,
		"/aps/api/v1/payments/cancel":         false,
		"/aps/api/v1/payments/inquiryRefund":  false,
		"/aps/api//v1/payments/pay":           false,
		"/aps/api/v1/payments/pay/":           false,
		"/aps/sandbox/api/v1/payments/pay":    false,
		"/ams/api/v1/payments/pay":            false,
		"":                                    false,
	} {
		got, known := aps.Lookup(path)
		if known != want || got.ServedByWallet() || got.ServedByPlatform() || got.String() == "" {
			t.Errorf("%s: %v %v", path, got, known)
		}
	}
}

func TestWhatTheWalletIsAskedIsChecked(t *testing.T) {
	t.Parallel()
	pay := `{"acquirerId":"a","pspId":"w","paymentRequestId":"p-1","order":` + order + `,"paymentAmount":` + yen +
		`,"payToAmount":` + yuan + `,"paymentQuote":{"quoteId":"q","quoteCurrencyPair":"JPY/CNY","quotePrice":"0.0455",
		"guaranteed":"true"},"paymentMethod":{"paymentMethodType":"CONNECT_WALLET","paymentMethodId":"281012345678901234",
		"paymentMethodMetaData":{"paymentCodeRegion":"JP","more":{}}},"paymentFactor":{"isInStorePayment":"true",
		"inStorePaymentScenario":"PaymentCode"},"paymentExpiryTime":"2025-06-01T12:01:00+09:00"}`
	checkRows(t, &aps.PayRequest{}, pay,
		row{"acquirerId", long(65), tooLong, "acquirerId is longer than 64 characters"},
		row{"pspId", long(65), tooLong, "pspId is longer than 64 characters"},
		row{"paymentRequestId", "", missing, "paymentRequestId is required"},
		row{"paymentRequestId", long(65), tooLong, "paymentRequestId is longer than 64 characters"},
		row{"order", "", missing, "order is required"},
		row{"order.merchant", "", missing, "order.merchant is required"},
		row{"order.merchant.merchantName", "", missing, "order.merchant.merchantName is required"},
		row{"order.merchant.store", `{"referenceStoreId":"s"}`, "", ""},
		row{"order.env", `{"storeTerminalRequestTime":"x"}`, malformed, "order.env.storeTerminalRequestTime" + clock},
		row{"paymentAmount", "", missing, "paymentAmount is required"},
		row{"payToAmount", "", missing, "payToAmount is required"},
		row{"payToAmount.value", `"0"`, malformed, "payToAmount.value must be at least 1"},
		row{"paymentQuote.quoteId", long(65), tooLong, "paymentQuote.quoteId is longer than 64 characters"},
		row{"paymentQuote", "", "", ""},
		row{"paymentMethod", "", missing, "paymentMethod is required"},
		row{"paymentMethod.paymentMethodId", "", missing, "paymentMethod.paymentMethodId is required"},
		row{"paymentMethod.paymentMethodId", long(129), tooLong,
			"paymentMethod.paymentMethodId is longer than 128 characters"},
		row{"paymentFactor", "", missing, "paymentFactor is required"},
		row{"paymentFactor.isInStorePayment", "", missing, "paymentFactor.isInStorePayment is required"},
		row{"paymentFactor.isAgreementPayment", "true", wire.CodeNotSupported,
			"paymentFactor.isAgreementPayment is not supported"},
		row{"paymentFactor.isCashierPayment", `"true"`, wire.CodeNotSupported,
			"paymentFactor.isCashierPayment is not supported"},
		row{"paymentFactor.inStorePaymentScenario", `"Paymentcode"`, malformed,
			"paymentFactor.inStorePaymentScenario must be one of PaymentCode, OrderCode, EntryCode"},
		row{"paymentExpiryTime", `"soon"`, malformed, "paymentExpiryTime" + clock},
		row{"paymentPromoInfo",
			`{"paymentPromoDetails":[{"promoId":"c","savingsAmount":{"currency":"JPY","value":"x"}}]}`, malformed,
			"paymentPromoInfo.paymentPromoDetails[0].savingsAmount.value must be digits in the currency's smallest unit, " +
				"without sign, point or leading zero"},
		row{"passThroughInfo", long(2049), tooLong, "passThroughInfo is longer than 2048 characters"},
	)
	checkRows(t, &aps.InquiryPaymentRequest{}, `{"paymentRequestId":"p-1"}`,
		row{"paymentRequestId", "", missing, "paymentRequestId is required"},
		row{"pspId", long(65), tooLong, "pspId is longer than 64 characters"})
	checkRows(t, &aps.CancelPaymentRequest{}, `{"paymentRequestId":"p-1"}`,
		row{"paymentRequestId", `""`, missing, "paymentRequestId is required"},
		row{"acquirerId", long(65), tooLong, "acquirerId is longer than 64 characters"})
	checkRows(t, &aps.RefundRequest{}, `{"paymentRequestId":"p-1","refundRequestId":"r-1","refundAmount":`+yen+
		`,"refundFromAmount":`+yuan+`}`,
		row{"paymentRequestId", "", missing, "paymentRequestId or paymentId is required"},
		row{"paymentId", `"w-1"`, "", ""},
		row{"refundRequestId", "", missing, "refundRequestId is required"},
		row{"refundAmount", "", missing, "refundAmount is required"},
		row{"refundFromAmount", "", missing, "refundFromAmount is required"},
		row{"refundQuote.quoteStartTime", `"x"`, malformed, "refundQuote.quoteStartTime" + clock},
		row{"refundReason", long(257), tooLong, "refundReason is longer than 256 characters"},
		row{"extendInfo", long(2049), tooLong, "extendInfo is longer than 2048 characters"})
}

func TestWhatTheWalletAnswersIsChecked(t *testing.T) {
	t.Parallel()
	result := []row{
		{"result", "", missing, "result.resultStatus is required"},
		{"result.resultStatus", `"A"`, malformed, "result.resultStatus must be one of S, F, U"},
		{"result.resultStatus", `"s"`, malformed, "result.resultStatus must be one of S, F, U"},
		{"result.resultCode", "", missing, "result.resultCode is required"},
		{"result.resultCode", `"A_CODE_OF_ITS_OWN"`, "", ""},
	}
	pay := `{"result":` + ok + `,"paymentId":"w-1","paymentTime":"2025-06-01T11:00:01+08:00","customerId":"c"}`
	checkRows(t, &aps.PayResponse{}, pay, append(result,
		row{"paymentId", "", missing, "paymentId is required"},
		row{"paymentTime", `"1685599933871"`, malformed, "paymentTime" + clock},
		row{"paymentTime", "", "", ""},
		row{"paymentAmount", `{"currency":"JPY","value":"-1"}`, malformed,
			"paymentAmount.value must be digits in the currency's smallest unit, without sign, point or leading zero"},
		row{"customerId", long(65), tooLong, "customerId is longer than 64 characters"})...)
	checkRows(t, &aps.PayResponse{}, `{"result":{"resultStatus":"F","resultCode":"USER_BALANCE_NOT_ENOUGH"}}`)
	checkRows(t, &aps.PayResponse{}, `{"result":{"resultStatus":"U","resultCode":"PAYMENT_IN_PROCESS"}}`)
	inquiry := `{"result":` + ok + `,"paymentResult":` + ok + `,"paymentId":"w-1","paymentAmount":` + yen + `}`
	checkRows(t, &aps.InquiryPaymentResponse{}, inquiry, append(result,
		row{"paymentResult", "", missing, "paymentResult is required"},
		row{"paymentResult.resultStatus", `"SUCCESS"`, malformed, "paymentResult.resultStatus must be one of S, F, U"},
		row{"paymentResult.resultCode", "", missing, "paymentResult.resultCode is required"},
		row{"paymentId", "", missing, "paymentId is required"})...)
	checkRows(t, &aps.InquiryPaymentResponse{}, `{"result":{"resultStatus":"F","resultCode":"ORDER_NOT_EXIST"}}`)
	checkRows(t, &aps.InquiryPaymentResponse{}, `{"result":`+ok+`,"paymentResult":{"resultStatus":"U","resultCode":"X"}}`)
	checkRows(t, &aps.CancelPaymentResponse{}, `{"result":`+ok+`}`, result...)
	checkRows(t, &aps.RefundResponse{}, `{"result":`+ok+`,"refundId":"w-r","refundTime":"2025-06-01T11:00:01+08:00"}`,
		append(result,
			row{"refundId", "", missing, "refundId is required"},
			row{"refundTime", `"x"`, malformed, "refundTime" + clock},
			row{"refundAmount", `{"currency":"JPY","value":"0"}`, malformed, "refundAmount.value must be at least 1"})...)
	checkRows(t, &aps.NotifyPaymentResponse{}, `{"result":`+ok+`}`, result...)
}

func TestWhatThePlatformIsAskedIsChecked(t *testing.T) {
	t.Parallel()
	checkRows(t, &aps.GetPaymentCodeRequest{},
		`{"region":"JP","customerId":"c-1","codeQuantity":"3","env":{"deviceTokenId":"d"}}`,
		row{"region", "", "", ""},
		row{"region", `"Japan"`, malformed, "region must be two capital letters of ISO 3166"},
		row{"customerId", "", missing, "customerId is required"},
		row{"customerId", long(65), tooLong, "customerId is longer than 64 characters"},
		row{"codeQuantity", "", "", ""},
		row{"codeQuantity", "10", "", ""},
		row{"codeQuantity", "11", malformed, "codeQuantity must be between 1 and 10"},
		row{"codeQuantity", `"-1"`, malformed, "codeQuantity must be between 1 and 10"},
		row{"env.deviceTokenId", long(65), tooLong, "env.deviceTokenId is longer than 64 characters"})
	checkRows(t, &aps.UserInitiatedPayRequest{}, `{"codeValue":"HTTPS://gate.example/MPM/1/AAAA","customerId":"c-1"}`,
		row{"codeValue", "", missing, "codeValue is required"},
		row{"codeValue", long(512), "", ""},
		row{"codeValue", long(513), tooLong, "codeValue is longer than 512 characters"},
		row{"customerId", "", missing, "customerId is required"},
		row{"amount", yen, "", ""},
		row{"amount", `{"currency":"JPY","value":"0"}`, malformed, "amount.value must be at least 1"})
	notify := `{"paymentResult":` + ok +
		`,"paymentRequestId":"p-1","paymentId":"w-1","paymentTime":"2025-06-01T11:00:01+08:00",
		"paymentAmount":` + yen + `,"payToAmount":` + yuan + `,"customerId":"c-1"}`
	checkRows(t, &aps.NotifyPaymentRequest{}, notify,
		row{"paymentResult", "", missing, "paymentResult is required"},
		row{"paymentResult.resultStatus", `"U"`, malformed, "paymentResult.resultStatus must be one of S, F"},
		row{"paymentResult.resultStatus", "", missing, "paymentResult.resultStatus is required"},
		row{"paymentResult.resultCode", "", missing, "paymentResult.resultCode is required"},
		row{"paymentRequestId", "", missing, "paymentRequestId is required"},
		row{"paymentId", "", missing, "paymentId is required"},
		row{"paymentTime", "", missing, "paymentTime is required"},
		row{"paymentAmount", "", missing, "paymentAmount is required"},
		row{"payToAmount", "", "", ""},
		row{"payToAmount.value", `"0"`, malformed, "payToAmount.value must be at least 1"},
		row{"customerId", long(65), tooLong, "customerId is longer than 64 characters"})
	checkRows(t, &aps.NotifyPaymentRequest{},
		`{"paymentResult":{"resultStatus":"F","resultCode":"RISK_REJECT"},"paymentRequestId":"p"}`)
}

func TestWhatThePlatformAnswersIsChecked(t *testing.T) {
	t.Parallel()
	codes := `{"result":` + ok + `,"paymentCodeInfoList":[{"paymentCode":"281012345678901234","codeValidityStartTime":
		"2025-06-01T12:00:00+09:00","codeExpiryTime":"2025-06-01T12:01:00+09:00"}]}`
	one := `{"paymentCode":"1","codeExpiryTime":"2025-06-01T12:01:00+09:00"}`
	checkRows(t, &aps.GetPaymentCodeResponse{}, codes,
		row{"result", "", missing, "result.resultStatus is required"},
		row{"paymentCodeInfoList", "[]", missing, "paymentCodeInfoList is required"},
		row{"paymentCodeInfoList", "[" + strings.Repeat(one+",", 10) + one + "]", tooLong,
			"paymentCodeInfoList has more than 10 items"},
		row{"paymentCodeInfoList", "[" + one + `,{"codeExpiryTime":"x"}]`, missing,
			"paymentCodeInfoList[1].paymentCode is required"},
		row{"paymentCodeInfoList", `[{"paymentCode":"1"}]`, missing, "paymentCodeInfoList[0].codeExpiryTime is required"})
	scan := `{"result":` + ok + `,"codeType":"ORDER_CODE","paymentRequestId":"p-1","order":` + order +
		`,"paymentAmount":` + yen +
		`,"payToAmount":` + yuan + `,"paymentFactor":{"isInStorePayment":true,"inStorePaymentScenario":"OrderCode"}}`
	checkRows(t, &aps.UserInitiatedPayResponse{}, scan,
		row{"result.resultCode", "", missing, "result.resultCode is required"},
		row{"codeType", `"QR"`, malformed, "codeType must be one of ORDER_CODE, STORE_CODE"},
		row{"paymentRequestId", "", missing, "paymentRequestId is required"},
		row{"order", "", missing, "order is required"},
		row{"paymentAmount", "", missing, "paymentAmount is required"},
		row{"payToAmount", "", missing, "payToAmount is required"},
		row{"paymentFactor", "", missing, "paymentFactor is required"},
		row{"paymentExpiryTime", `"x"`, malformed, "paymentExpiryTime" + clock},
		row{"paymentRedirectUrl", `"javascript:x"`, malformed, "paymentRedirectUrl must be an absolute address"})
	checkRows(t, &aps.UserInitiatedPayResponse{}, `{"result":{"resultStatus":"F","resultCode":"EXPIRED_CODE"}}`)
}

func TestAQuantityThatIsNotGivenIsOne(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{`{}`: 1, `{"codeQuantity":""}`: 1, `{"codeQuantity":"7"}`: 7,
		`{"codeQuantity":7}`: 7} {
		var r aps.GetPaymentCodeRequest
		if err := wire.Decode([]byte(body), &r); err != nil || r.Quantity() != want {
			t.Errorf("%s: got %d, %v", body, r.Quantity(), err)
		}
	}
}

var (
	jpy     = wire.AmountOf(money.New(1000, money.JPY))
	cny     = wire.AmountOf(money.New(4550, money.CNY))
	success = wire.NewResult(wire.Success, "success")
)

// shapes are messages and the bytes they are sent as.
var shapes = []struct {
	message any
	want    string
}{
	{aps.PayRequest{AcquirerID: "a", PspID: "w", PaymentRequestID: "p-1", PaymentAmount: jpy, PayToAmount: cny,
		PaymentQuote: &wire.Quote{QuoteID: "q", QuoteCurrencyPair: "JPY/CNY", QuotePrice: "0.0455", Guaranteed: true},
		PaymentMethod: &wire.PaymentMethod{PaymentMethodType: wire.ConnectWallet, PaymentMethodID: "2810",
			PaymentMethodMetaData: &wire.PaymentMethodMetaData{PaymentCodeRegion: "JP"}},
		PaymentFactor: &aps.PaymentFactor{IsInStorePayment: true, InStorePaymentScenario: wire.ScenarioPaymentCode}},
		`{"acquirerId":"a","pspId":"w","paymentRequestId":"p-1","paymentAmount":` + yen + `,"payToAmount":` + yuan +
			`,"paymentQuote":{"quoteId":"q","quoteCurrencyPair":"JPY/CNY","quotePrice":0.0455,"guaranteed":true},` +
			`"paymentMethod":{"paymentMethodType":"CONNECT_WALLET","paymentMethodId":"2810","paymentMethodMetaData":` +
			`{"paymentCodeRegion":"JP"}},"paymentFactor":{"isInStorePayment":true,"inStorePaymentScenario":"PaymentCode"}}`},
	{aps.InquiryPaymentResponse{Result: success, PaymentResult: &success, PaymentID: "w-1"},
		`{"result":` + ok + `,"paymentResult":` + ok + `,"paymentId":"w-1"}`},
	{aps.CancelPaymentRequest{PaymentRequestID: "p-1"}, `{"paymentRequestId":"p-1"}`},
	{aps.RefundRequest{PaymentRequestID: "p-1", RefundRequestID: "r-1", RefundAmount: jpy, RefundFromAmount: cny},
		`{"paymentRequestId":"p-1","refundRequestId":"r-1","refundAmount":` + yen + `,"refundFromAmount":` + yuan + `}`},
	{aps.GetPaymentCodeResponse{Result: success, PaymentCodeInfoList: []aps.PaymentCodeInfo{
		{PaymentCode: "2810", CodeExpiryTime: "2025-06-01T12:01:00+09:00"}}},
		`{"result":` + ok + `,"paymentCodeInfoList":[{"paymentCode":"2810","codeExpiryTime":"2025-06-01T12:01:00+09:00"}]}`},
	{aps.UserInitiatedPayRequest{CodeValue: "28", CustomerID: "c", Amount: jpy},
		`{"codeValue":"28","customerId":"c","amount":` + yen + `}`},
	{aps.NotifyPaymentRequest{PaymentResult: &success, PaymentRequestID: "p-1", PaymentID: "w-1"},
		`{"paymentResult":` + ok + `,"paymentRequestId":"p-1","paymentId":"w-1"}`},
}

func TestMessagesHaveTheShapeOfTheDialect(t *testing.T) {
	t.Parallel()
	for _, shape := range shapes {
		got, err := wire.Encode(shape.message)
		if err != nil || string(got) != shape.want {
			t.Errorf("%T:\n got %s\nwant %s (%v)", shape.message, got, shape.want, err)
		}
		again := reflect.New(reflect.TypeOf(shape.message))
		if err := wire.Decode(got, again.Interface()); err != nil ||
			!reflect.DeepEqual(again.Elem().Interface(), shape.message) {
			t.Errorf("%T came back as %+v, %v", shape.message, again.Elem(), err)
		}
	}
}
