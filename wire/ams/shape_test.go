// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

var (
	thousandYen = wire.AmountOf(money.New(1000, money.JPY))
	success     = wire.NewResult(wire.Success, "success")
)

const (
	yen = `{"currency":"JPY","value":"1000"}`
	s   = `{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"success"}`
)

// quote is a rate without an id, as the oldest messages have it.
var quote = &wire.Quote{QuoteCurrencyPair: "JPY/CNY", QuotePrice: "0.064622"}

// shapes are messages and the bytes they are sent as.
var shapes = map[string]struct {
	message any
	want    string
}{
	"paid": {ams.PayResponse{Result: success, PaymentRequestID: "p-1", PaymentID: "2025", PaymentAmount: thousandYen,
		ActualPaymentAmount: wire.AmountOf(money.New(6462, money.CNY)), PaymentQuote: quote,
		PaymentTime: "2025-06-01T12:00:01+09:00", PspCustomerInfo: &ams.PspCustomerInfo{PspName: "SampleWallet"}},
		`{"result":` + s + `,"paymentRequestId":"p-1","paymentId":"2025","paymentAmount":` + yen +
			`,"actualPaymentAmount":{"currency":"CNY","value":"6462"},"paymentQuote":{"quoteCurrencyPair":"JPY/CNY",` +
			`"quotePrice":0.064622,"guaranteed":false},"paymentTime":"2025-06-01T12:00:01+09:00",` +
			`"pspCustomerInfo":{"pspName":"SampleWallet"}}`},
	"a code to scan": {ams.PayResponse{Result: success, PaymentID: "2025", OrderCodeForm: &wire.OrderCodeForm{
		PaymentMethodType: wire.ConnectWallet, ExpireTime: "2025-06-01T12:20:00+09:00", CodeDetails: []wire.CodeDetail{
			{CodeValueType: "QRCODE", CodeValue: "https://gate.example/q/28?a=1&b=2", DisplayType: "TEXT"}}}},
		`{"result":` + s + `,"paymentId":"2025","orderCodeForm":{"paymentMethodType":"CONNECT_WALLET","expireTime":` +
			`"2025-06-01T12:20:00+09:00","codeDetails":[{"codeValueType":"QRCODE","codeValue":` +
			`"https://gate.example/q/28?a=1&b=2","displayType":"TEXT"}]}}`},
	"a page to open": {ams.PayResponse{Result: success, RedirectActionForm: &wire.RedirectActionForm{Method: "SCAN",
		RedirectURL: "https://gate.example/e/1"}},
		`{"result":` + s + `,"redirectActionForm":{"method":"SCAN","redirectUrl":"https://gate.example/e/1"}}`},
	"only a failure": {ams.PayResponse{Result: wire.NewResult(wire.ParamIllegal, "order is required")},
		`{"result":{"resultStatus":"F","resultCode":"PARAM_ILLEGAL","resultMessage":"order is required"}}`},
	"a failed payment was inquired": {ams.InquiryPaymentResponse{Result: success, PaymentStatus: ams.PaymentFail,
		PaymentResultCode: wire.UserBalanceNotEnough},
		`{"result":` + s + `,"paymentStatus":"FAIL","paymentResultCode":"USER_BALANCE_NOT_ENOUGH"}`}, // trap 18
	"a refunded payment was inquired": {ams.InquiryPaymentResponse{Result: success, PaymentStatus: ams.PaymentSuccess,
		PaymentAmount: thousandYen, Transactions: []ams.Transaction{{TransactionType: ams.TransactionRefund,
			TransactionID: "r", TransactionStatus: ams.RefundSuccess, TransactionAmount: thousandYen}}},
		`{"result":` + s + `,"paymentStatus":"SUCCESS","paymentAmount":` + yen + `,"transactions":[{"transactionType":` +
			`"REFUND","transactionId":"r","transactionStatus":"SUCCESS","transactionAmount":` + yen + `}]}`}, // trap 46
	"cancelled": {ams.CancelResponse{Result: success, PaymentID: "2025", CancelTime: "2025-06-01T12:00:05+09:00"},
		`{"result":` + s + `,"paymentId":"2025","cancelTime":"2025-06-01T12:00:05+09:00"}`},
	"refunded": {ams.RefundResponse{Result: success, RefundRequestID: "r-1", RefundID: "r", RefundAmount: thousandYen},
		`{"result":` + s + `,"refundRequestId":"r-1","refundId":"r","refundAmount":` + yen + `}`},
	"a refund was inquired": {ams.InquiryRefundResponse{Result: success, RefundStatus: ams.RefundProcessing},
		`{"result":` + s + `,"refundStatus":"PROCESSING"}`},
	"rates": {ams.InquireExchangeRateResponse{Result: success, Quotes: []wire.Quote{*quote},
		PaymentQuotes: []ams.PaymentQuote{
			{BuyCurrency: "JPY", SellCurrency: "CNY", QuoteID: "q", ExchangeRate: "0.064622"}}},
		`{"result":` + s + `,"quotes":[{"quoteCurrencyPair":"JPY/CNY","quotePrice":0.064622,"guaranteed":false}],` +
			`"paymentQuotes":[{"buyCurrency":"JPY","sellCurrency":"CNY","quoteId":"q","exchangeRate":0.064622}]}`},
	"a wallet that cannot pay": {ams.ConsultResponse{Result: success, PaymentOptions: []ams.PaymentOption{{
		PaymentMethodType: "GCASH", DisableReason: "PAYMENT_AMOUNT_EXCEED_LIMIT",
		AmountLimitInfoMap: map[wire.Text]ams.AmountLimitInfo{
			"PHP": {SingleLimit: &ams.AmountLimit{MaxAmount: "5000000"}}}}}},
		`{"result":` + s + `,"paymentOptions":[{"paymentMethodType":"GCASH","enabled":false,"disableReason":` +
			`"PAYMENT_AMOUNT_EXCEED_LIMIT","amountLimitInfoMap":{"PHP":{"singleLimit":{"maxAmount":"5000000"}}}}]}`},
	"a notified payment": {ams.NotifyPayment{NotifyType: ams.NotifyTypePayment, Result: success, PaymentRequestID: "p-1",
		PaymentID: "2025", PaymentAmount: thousandYen, PaymentTime: "2025-06-01T12:00:01+09:00"},
		`{"notifyType":"PAYMENT_RESULT","result":` + s +
			`,"paymentRequestId":"p-1","paymentId":"2025","paymentAmount":` + yen +
			`,"paymentTime":"2025-06-01T12:00:01+09:00"}`},
	"a notified refund": {ams.NotifyRefund{NotifyType: ams.NotifyTypeRefund, Result: success,
		RefundStatus:    ams.RefundSuccess,
		RefundRequestID: "r-1", RefundID: "r", RefundAmount: thousandYen},
		`{"notifyType":"REFUND_RESULT","result":` + s +
			`,"refundStatus":"SUCCESS","refundRequestId":"r-1","refundId":"r",` +
			`"refundAmount":` + yen + `}`},
	"an acknowledgement": {ams.NewAcknowledgement(), `{"result":` + s + `}`},
}

func TestResponsesHaveTheShapeTheSDKsRead(t *testing.T) {
	t.Parallel()
	for name, c := range shapes {
		got, err := wire.Encode(c.message)
		if err != nil || string(got) != c.want {
			t.Errorf("%s:\n got %s\nwant %s (%v)", name, got, c.want, err)
		}
		again := reflect.New(reflect.TypeOf(c.message))
		if err := wire.Decode(got, again.Interface()); err != nil || !reflect.DeepEqual(again.Elem().Interface(), c.message) {
			t.Errorf("%s: came back as %+v, %v", name, again.Elem(), err)
		}
	}
}

// Trap 31: the names that differ between messages, and the one that is misspelled everywhere.
func TestNamesDifferWhereTheSpecificationDiffers(t *testing.T) {
	t.Parallel()
	names := func(message any) string {
		var b strings.Builder
		typ := reflect.TypeOf(message)
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			b.WriteString(" " + name + " ")
		}
		return b.String()
	}
	for _, c := range []struct {
		message       any
		has, hasNever string
	}{
		{ams.PayResponse{}, "nonGuaranteeCouponValue", "nonGuaranteeCouponAmount"},
		{ams.InquiryPaymentResponse{}, "nonGuaranteeCouponAmount", "nonGuaranteeCouponValue"},
		{ams.PayResponse{}, "promotionResult", "promotionResults"},
		{ams.NotifyPayment{}, "promotionResult", "promotionResults"},
		{ams.InquiryPaymentResponse{}, "promotionResults", "promotionResult"},
		{ams.InquiryPaymentResponse{}, "paymentStatus", "paymentResult"},
		{ams.NotifyPayment{}, "result", "paymentStatus"}, // ams-java takes a notification without it for paid
		{ams.PayResponse{}, "grossSettlementAmount", "settlementAmount"},
		{ams.PayResponse{}, "applinkUrl", "appLinkUrl"},
		{ams.PayResponse{}, "schemeUrl", "schemeURL"},
		{wire.Buyer{}, "buyerPhoneNoContryCode", "buyerPhoneNoCountryCode"},
	} {
		listed := names(c.message)
		if !strings.Contains(listed, " "+c.has+" ") || strings.Contains(listed, " "+c.hasNever+" ") {
			t.Errorf("%T must have %s and not %s", c.message, c.has, c.hasNever)
		}
	}
}

// Trap 51: metadata and extendInfo hold JSON inside a string.
func TestMetadataIsAStringThatHoldsJSON(t *testing.T) {
	t.Parallel()
	var r ams.PayRequest
	if err := wire.Decode(edited(t, minimal, change{"metadata", `"{\"till\":\"3\"}"`}), &r); err != nil ||
		r.Metadata != `{"till":"3"}` {
		t.Fatalf("got %q, %v", r.Metadata, err)
	}
	body, err := wire.Encode(ams.InquiryPaymentResponse{Result: success, Metadata: r.Metadata})
	if err != nil || !strings.Contains(string(body), `"metadata":"{\"till\":\"3\"}"`) {
		t.Fatalf("got %s, %v", body, err)
	}
	if err := wire.Decode(edited(t, minimal, change{"metadata", `{"till":"3"}`}), &r); err == nil {
		t.Fatal("an object was taken for a string")
	}
}

// Measured with the Go SDK: a number as amount.value, or a string as quotePrice or guaranteed, is an error to it.
func TestTheTypesOfTheGoSDKFit(t *testing.T) {
	t.Parallel()
	body, err := wire.Encode(ams.PayResponse{Result: success, PaymentAmount: thousandYen,
		PaymentQuote: &wire.Quote{QuotePrice: "0.064622", Guaranteed: true}})
	if err != nil {
		t.Fatal(err)
	}
	var sdk struct {
		Result struct {
			ResultStatus, ResultCode, ResultMessage string
		} `json:"result"`
		PaymentAmount struct{ Currency, Value string } `json:"paymentAmount"`
		PaymentQuote  struct {
			QuotePrice float32 `json:"quotePrice"`
			Guaranteed bool    `json:"guaranteed"`
		} `json:"paymentQuote"`
	}
	if err := json.Unmarshal(body, &sdk); err != nil || sdk.Result.ResultStatus != "S" || sdk.PaymentAmount.Value != "1000" ||
		!sdk.PaymentQuote.Guaranteed || sdk.PaymentQuote.QuotePrice != 0.064622 {
		t.Fatalf("got %+v, %v", sdk, err)
	}
}

func TestAnAcknowledgementIsReadLeniently(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}`: true,
		`{"result":{"resultStatus":"s"}}`:                                                  true,
		`{"result":{"resultStatus":"S","resultCode":"OK"},"more":1}`:                       true,
		`{"result":{"resultStatus":"F","resultCode":"SUCCESS"}}`:                           false,
		`{"result":{"resultStatus":"U"}}`:                                                  false,
		`{"result":null}`:                                                                  false,
		`{}`:                                                                               false,
	} {
		var a ams.Acknowledgement
		if err := wire.Decode([]byte(body), &a); err != nil || a.Accepted() != want {
			t.Errorf("%s: got %v, %v", body, a.Accepted(), err)
		}
	}
}
