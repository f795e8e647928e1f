// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// change is one edit of a body: the value at a path, as JSON, or nothing to take it away.
type change struct{ path, value string }

// edited is a body with edits made to it. Objects on the way are made where they are missing.
func edited(t *testing.T, body string, changes ...change) []byte {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal([]byte(body), &root); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		at := root
		names := strings.Split(c.path, ".")
		for _, name := range names[:len(names)-1] {
			below, ok := at[name].(map[string]any)
			if !ok {
				below = map[string]any{}
				at[name] = below
			}
			at = below
		}
		last := names[len(names)-1]
		if c.value == "" {
			delete(at, last)
			continue
		}
		at[last] = json.RawMessage(c.value)
	}
	out, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// row is one rule: what is changed in a good body, and what is said about it. An empty detail means the body stays good.
type row struct {
	changes []change
	code    fault.Code
	detail  string
}

func one(path, value string, code fault.Code, detail string) row {
	return row{[]change{{path, value}}, code, detail}
}

type message interface{ Validate() error }

func checkRows(t *testing.T, body string, fresh func() message, rows []row) {
	t.Helper()
	for _, r := range rows {
		m := fresh()
		sent := edited(t, body, r.changes...)
		if err := wire.Decode(sent, m); err != nil {
			t.Errorf("%v: %v", r.changes, err)
			continue
		}
		err := m.Validate()
		if r.detail == "" {
			if err != nil {
				t.Errorf("%v: got %v", r.changes, err)
			}
			continue
		}
		var problem *fault.Error
		if !errors.As(err, &problem) || problem.Code != r.code || problem.Detail != r.detail ||
			problem.Kind != fault.Invalid ||
			!strings.HasPrefix(problem.Detail, problem.Subject+" ") {
			t.Errorf("%v: got %v, want %s %q", r.changes, err, r.code, r.detail)
		}
	}
}

func quoted(text string) string { return strconv.Quote(text) }

func long(n int) string { return quoted(strings.Repeat("x", n)) }

const (
	missing   = wire.CodeFieldMissing
	malformed = wire.CodeFieldMalformed
	tooLong   = wire.CodeFieldTooLong
	refused   = wire.CodeNotSupported
	clock     = " must be an ISO 8601 time with an offset, such as 2025-06-01T12:00:00+09:00"
	address   = " must be an http or https address without user and fragment"
	smallest  = " must be digits in the currency's smallest unit, without sign, point or leading zero"
)

// payRows are the rules of a payment, in the order of the specification.
var payRows = []row{
	{},
	one("productCode", "", missing, "productCode is required"),
	one("productCode", `"IN_STORE"`, malformed,
		"productCode must be one of IN_STORE_PAYMENT, CASHIER_PAYMENT, AGREEMENT_PAYMENT"),
	one("productCode", `"in_store_payment"`, malformed,
		"productCode must be one of IN_STORE_PAYMENT, CASHIER_PAYMENT, AGREEMENT_PAYMENT"),
	one("productCode", `"AGREEMENT_PAYMENT"`, refused, "productCode is not supported"),
	one("paymentRequestId", "", missing, "paymentRequestId is required"),
	one("paymentRequestId", "null", missing, "paymentRequestId is required"),
	one("paymentRequestId", `""`, missing, "paymentRequestId is required"),
	one("paymentRequestId", long(64), "", ""),
	one("paymentRequestId", long(65), tooLong, "paymentRequestId is longer than 64 characters"),
	one("paymentRequestId", `"p\n1"`, malformed, "paymentRequestId must not contain control characters"),
	one("order", "", missing, "order is required"),
	one("paymentAmount", "", missing, "paymentAmount is required"),
	one("paymentAmount", `{}`, missing, "paymentAmount is required"),
	one("paymentAmount.currency", "", missing, "paymentAmount.currency is required"),
	one("paymentAmount.currency", `"jpy"`, malformed, "paymentAmount.currency must be a currency of ISO 4217 in upper case"),
	one("paymentAmount.value", "", missing, "paymentAmount.value is required"),
	one("paymentAmount.value", `1000`, "", ""),
	one("paymentAmount.value", `"0"`, malformed, "paymentAmount.value must be at least 1"),
	one("paymentAmount.value", `0`, malformed, "paymentAmount.value must be at least 1"),
	one("paymentAmount.value", `"-1"`, malformed, "paymentAmount.value"+smallest),
	one("paymentAmount.value", `-1`, malformed, "paymentAmount.value"+smallest),
	one("paymentAmount.value", `"1e3"`, malformed, "paymentAmount.value"+smallest),
	one("paymentAmount.value", `1e3`, malformed, "paymentAmount.value"+smallest),
	one("paymentAmount.value", `"10.00"`, malformed, "paymentAmount.value"+smallest),
	one("paymentAmount.value", `"9223372036854775808"`, malformed, "paymentAmount.value must be at most 1000000000000000"),
	one("paymentMethod", "", missing, "paymentMethod is required"),
	one("paymentMethod.paymentMethodType", "", missing, "paymentMethod.paymentMethodType is required"),
	one("paymentMethod.paymentMethodType", `"ALIPAY_CN"`, malformed,
		"paymentMethod.paymentMethodType must be one of CONNECT_WALLET"), // trap 33
	one("paymentMethod.paymentMethodId", "", missing, "paymentMethod.paymentMethodId is required"),
	one("paymentMethod.paymentMethodId", long(129), tooLong, "paymentMethod.paymentMethodId is longer than 128 characters"),
	one("paymentMethod.customerId", long(65), tooLong, "paymentMethod.customerId is longer than 64 characters"),
	one("paymentMethod.extendInfo", long(2049), tooLong, "paymentMethod.extendInfo is longer than 2048 characters"),
	one("paymentFactor", "", missing, "paymentFactor is required"),
	one("paymentFactor.inStorePaymentScenario", "", missing, "paymentFactor.inStorePaymentScenario is required"),
	one("paymentFactor.inStorePaymentScenario", `"PAYMENT_CODE"`, malformed, // trap 32
		"paymentFactor.inStorePaymentScenario must be one of PaymentCode, OrderCode, EntryCode"),
	one("paymentFactor.presentmentMode", `"LIST"`, malformed,
		"paymentFactor.presentmentMode must be one of BUNDLE, TILE, UNIFIED"),
	one("paymentFactor.captureMode", `"AUTOMATIC"`, "", ""),
	one("paymentFactor.captureMode", `"MANUAL"`, refused, "paymentFactor.captureMode is not supported"),
	one("paymentFactor.captureMode", `"LATER"`, malformed, "paymentFactor.captureMode must be one of AUTOMATIC, MANUAL"),
	one("paymentFactor.isAuthorization", `"true"`, refused, "paymentFactor.isAuthorization is not supported"),
	one("paymentFactor.isPaymentEvaluation", `true`, refused, "paymentFactor.isPaymentEvaluation is not supported"),
	one("paymentExpiryTime", `"2025-06-01T12:00:00+0900"`, "", ""),
	one("paymentExpiryTime", `"2025-06-01T12:00:00"`, malformed, "paymentExpiryTime"+clock),
	one("paymentExpiryTime", `1685599933871`, malformed, "paymentExpiryTime"+clock),
	one("paymentNotifyUrl", `"https://shop.example/n?a=1"`, "", ""),
	one("paymentNotifyUrl", `"shop.example/n"`, malformed, "paymentNotifyUrl"+address),
	one("paymentNotifyUrl", `"gopher://shop.example/n"`, malformed, "paymentNotifyUrl"+address),
	one("paymentNotifyUrl", `"https://u:p@shop.example/n"`, malformed, "paymentNotifyUrl"+address),
	one("paymentNotifyUrl", quoted("https://a.example/"+strings.Repeat("x", 2031)), tooLong,
		"paymentNotifyUrl is longer than 2048 characters"),
	one("paymentRedirectUrl", `"shopapp://done"`, "", ""),
	one("paymentRedirectUrl", `"javascript:alert(1)"`, malformed, "paymentRedirectUrl must be an absolute address"),
	one("settlementStrategy.settlementCurrency", `"JPY"`, "", ""),
	one("settlementStrategy.settlementCurrency", `"YEN"`, malformed,
		"settlementStrategy.settlementCurrency must be a currency of ISO 4217 in upper case"),
	one("merchantRegion", `"JP"`, "", ""),
	one("merchantRegion", `"JPN"`, malformed, "merchantRegion must be two capital letters of ISO 3166"),
	one("userRegion", `"jp"`, malformed, "userRegion must be two capital letters of ISO 3166"),
	one("env.terminalType", `"KIOSK"`, malformed, "env.terminalType must be one of WEB, WAP, APP, MINI_APP"),
	one("merchant.merchantMCC", `"58"`, malformed, "merchant.merchantMCC must be a merchant category code of four digits"),
	one("extendInfo", long(2049), tooLong, "extendInfo is longer than 2048 characters"),
	one("merchantAccountId", long(33), tooLong, "merchantAccountId is longer than 32 characters"),
	one("metadata", long(2049), tooLong, "metadata is longer than 2048 characters"),
	one("customizedInfo.customizedField5", long(257), tooLong,
		"customizedInfo.customizedField5 is longer than 256 characters"),
	one("paymentQuote.quoteId", long(65), tooLong, "paymentQuote.quoteId is longer than 64 characters"),
	one("paymentQuote.quoteCurrencyPair", long(17), tooLong, "paymentQuote.quoteCurrencyPair is longer than 16 characters"),
	one("paymentQuote.quoteExpiryTime", `"soon"`, malformed, "paymentQuote.quoteExpiryTime"+clock),
	one("processingAmount", `{"currency":"JPY","value":"0"}`, malformed, "processingAmount.value must be at least 1"),
	one("appId", long(33), tooLong, "appId is longer than 32 characters"),
	one("dualOfflinePayment", `true`, refused, "dualOfflinePayment is not supported"),
	one("isAuthorization", `true`, refused, "isAuthorization is not supported"),
	one("isAuthorization", `"true"`, refused, "isAuthorization is not supported"),
	one("isAuthorization", `false`, "", ""),
	one("creditPayPlan", `{"installmentNum":"3"}`, refused, "creditPayPlan is not supported"),
	one("creditPayPlan", `{}`, "", ""),
	one("agreementInfo", `{"authState":"x"}`, refused, "agreementInfo is not supported"),
	one("subscriptionInfo", `{"subscriptionStartTime":"x"}`, refused, "subscriptionInfo is not supported"),
	one("subscriptionId", `"ignored"`, "", ""),
	{[]change{{"order", ""}, {"productCode", ""}}, missing, "productCode is required"},
	{[]change{{"isAuthorization", "true"}, {"order.env", ""}}, missing, "order.env is required"},
}

func TestPayIsRefusedForTheFirstRuleItBreaks(t *testing.T) {
	t.Parallel()
	checkRows(t, minimal, func() message { return &ams.PayRequest{} }, payRows)
}

// goods are the goods of an order: one article that costs nothing.
const goods = `[{"referenceGoodsId":"g-1","goodsName":"matcha","goodsUnitAmount":{"currency":"JPY","value":"0"}}]`

// orderRows are the rules of an order, in the order of the specification.
var orderRows = []row{
	one("order.referenceOrderId", "", missing, "order.referenceOrderId is required"),
	one("order.referenceOrderId", long(65), tooLong, "order.referenceOrderId is longer than 64 characters"),
	one("order.orderDescription", "", missing, "order.orderDescription is required"),
	one("order.orderDescription", quoted(strings.Repeat("茶", 256)), "", ""),
	one("order.orderDescription", quoted(strings.Repeat("茶", 257)), tooLong,
		"order.orderDescription is longer than 256 characters"),
	one("order.orderAmount", "", missing, "order.orderAmount is required"),
	one("order.orderAmount.value", `"0"`, malformed, "order.orderAmount.value must be at least 1"),
	one("order.orderDiscountAmount", `{"currency":"JPY","value":"0"}`, "", ""),
	one("order.orderDiscountAmount", `{"currency":"JPY","value":"-5"}`, malformed,
		"order.orderDiscountAmount.value"+smallest),
	one("order.subTotalOrderAmount", `{"value":"5"}`, missing, "order.subTotalOrderAmount.currency is required"),
	one("order.merchant", "", missing, "order.merchant is required"),
	one("order.merchant.referenceMerchantId", "", missing, "order.merchant.referenceMerchantId is required"),
	one("order.merchant.referenceMerchantId", long(65), tooLong,
		"order.merchant.referenceMerchantId is longer than 64 characters"),
	one("order.merchant.merchantMCC", "", missing, "order.merchant.merchantMCC is required"),
	one("order.merchant.merchantMCC", `"581"`, malformed,
		"order.merchant.merchantMCC must be a merchant category code of four digits"),
	one("order.merchant.merchantName", "", missing, "order.merchant.merchantName is required"),
	one("order.merchant.merchantName", long(257), tooLong, "order.merchant.merchantName is longer than 256 characters"),
	one("order.merchant.merchantDisplayName", long(65), tooLong,
		"order.merchant.merchantDisplayName is longer than 64 characters"),
	one("order.merchant.merchantAddress", `{"city":"Kyoto"}`, missing, "order.merchant.merchantAddress.region is required"),
	one("order.merchant.merchantAddress", `{"region":"JP","state":"more than eight"}`, tooLong,
		"order.merchant.merchantAddress.state is longer than 8 characters"),
	one("order.merchant.merchantAddress", `{"region":"JP","zipCode":`+long(33)+`}`, tooLong,
		"order.merchant.merchantAddress.zipCode is longer than 32 characters"),
	one("order.merchant.merchantRegisterDate", `"2019-11-27"`, "", ""),
	one("order.merchant.merchantRegisterDate", `"yesterday"`, malformed,
		"order.merchant.merchantRegisterDate must be an ISO 8601 date"),
	one("order.merchant.merchantType", `"SOLE"`, malformed,
		"order.merchant.merchantType must be one of INDIVIDUAL, ENTERPRISE"),
	one("order.merchant.store", "", missing, "order.merchant.store is required"),
	one("order.merchant.store.referenceStoreId", "", missing, "order.merchant.store.referenceStoreId is required"),
	one("order.merchant.store.storeName", "", missing, "order.merchant.store.storeName is required"),
	one("order.merchant.store.storeMCC", "", missing, "order.merchant.store.storeMCC is required"),
	one("order.merchant.store.storeMCC", `"abcd"`, malformed,
		"order.merchant.store.storeMCC must be a merchant category code of four digits"),
	one("order.merchant.store.storeTerminalId", long(65), tooLong,
		"order.merchant.store.storeTerminalId is longer than 64 characters"),
	one("order.merchant.store.storeOperatorId", long(65), tooLong,
		"order.merchant.store.storeOperatorId is longer than 64 characters"),
	one("order.merchant.store.storePhoneNo", long(17), tooLong,
		"order.merchant.store.storePhoneNo is longer than 16 characters"),
	one("order.goods", `[]`, "", ""),
	one("order.goods", goods, "", ""),
	one("order.goods", `[`+strings.Repeat(goods[1:len(goods)-1]+",", 100)+goods[1:], tooLong,
		"order.goods has more than 100 items"),
	one("order.goods", `[`+goods[1:len(goods)-1]+`,{"goodsName":"x"}]`, missing,
		"order.goods[1].referenceGoodsId is required"),
	one("order.goods", `[{"referenceGoodsId":"g"}]`, missing, "order.goods[0].goodsName is required"),
	one("order.goods", `[{"referenceGoodsId":"g","goodsName":`+long(257)+`}]`, tooLong,
		"order.goods[0].goodsName is longer than 256 characters"),
	one("order.goods", `[{"referenceGoodsId":"g","goodsName":"x","goodsCategory":`+long(65)+`}]`, tooLong,
		"order.goods[0].goodsCategory is longer than 64 characters"),
	one("order.goods", `[{"referenceGoodsId":"g","goodsName":"x","goodsUnitAmount":{"currency":"JPY","value":"1.5"}}]`,
		malformed, "order.goods[0].goodsUnitAmount.value"+smallest),
	one("order.goods", `[{"referenceGoodsId":"g","goodsName":"x","deliveryMethodType":"DRONE"}]`, malformed,
		"order.goods[0].deliveryMethodType must be one of PHYSICAL, DIGITAL"),
	one("order.goods", `[{"referenceGoodsId":"g","goodsName":"x","goodsUrl":`+long(2049)+`}]`, tooLong,
		"order.goods[0].goodsUrl is longer than 2048 characters"),
	one("order.env", "", missing, "order.env is required"),
	one("order.env.osType", `"HARMONY"`, malformed, "order.env.osType must be one of IOS, ANDROID"),
	one("order.env.deviceTokenId", long(65), tooLong, "order.env.deviceTokenId is longer than 64 characters"),
	one("order.env.storeTerminalId", "", missing, "order.env.storeTerminalId is required"),
	one("order.env.storeTerminalRequestTime", "", missing, "order.env.storeTerminalRequestTime is required"),
	one("order.env.storeTerminalRequestTime", `"12:00"`, malformed, "order.env.storeTerminalRequestTime"+clock),
	one("order.env.timeZoneOffset", `"720"`, "", ""),
	one("order.env.timeZoneOffset", `721`, malformed, "order.env.timeZoneOffset must be between -720 and 720"),
	one("order.env.timeZoneOffset", `-721`, malformed, "order.env.timeZoneOffset must be between -720 and 720"),
	one("order.env.browserInfo", `{"javaEnabled":"true","language":"ja-JP"}`, "", ""),
	one("order.env.browserInfo.language", long(65), tooLong, "order.env.browserInfo.language is longer than 64 characters"),
	one("order.env.browserInfo.userAgent", long(2049), tooLong,
		"order.env.browserInfo.userAgent is longer than 2048 characters"),
	one("order.env.deviceModel", long(129), tooLong, "order.env.deviceModel is longer than 128 characters"),
	one("order.env.extendInfo", long(2049), tooLong, "order.env.extendInfo is longer than 2048 characters"),
	one("order.buyer.referenceBuyerId", long(65), tooLong, "order.buyer.referenceBuyerId is longer than 64 characters"),
	one("order.buyer.buyerName.firstName", long(33), tooLong, "order.buyer.buyerName.firstName is longer than 32 characters"),
	one("order.buyer.buyerName.fullName", long(129), tooLong, "order.buyer.buyerName.fullName is longer than 128 characters"),
	one("order.buyer.buyerPhoneNo", long(25), tooLong, "order.buyer.buyerPhoneNo is longer than 24 characters"),
	one("order.buyer.buyerEmail", long(65), tooLong, "order.buyer.buyerEmail is longer than 64 characters"),
	one("order.shipping.shippingCarrier", long(129), tooLong, "order.shipping.shippingCarrier is longer than 128 characters"),
	one("order.shipping.shippingAddress", `{"region":"japan"}`, malformed,
		"order.shipping.shippingAddress.region must be two capital letters of ISO 3166"),
	one("order.extendInfo", long(2049), tooLong, "order.extendInfo is longer than 2048 characters"),
}

func TestAnOrderIsRefusedForTheFirstRuleItBreaks(t *testing.T) {
	t.Parallel()
	checkRows(t, minimal, func() message { return &ams.PayRequest{} }, orderRows)
}

// reference/alipay-wire-api.md 2.1.4, column by column.
func TestEachScenarioHasItsOwnRequiredFields(t *testing.T) {
	t.Parallel()
	factor := "paymentFactor.inStorePaymentScenario"
	orderCode := []change{{factor, `"OrderCode"`}, {"paymentMethod.paymentMethodId", ""}, {"order.env.storeTerminalId", ""},
		{"order.env.storeTerminalRequestTime", ""}}
	entryCode := []change{{factor, `"EntryCode"`}, {"paymentMethod.paymentMethodId", ""},
		{"order.env", `{"userAgent":"SampleWallet/1.0"}`}, {"paymentRedirectUrl", `"https://shop.example/done"`}}
	cashier := []change{{"productCode", `"CASHIER_PAYMENT"`}, {"paymentFactor", ""}, {"order.merchant", ""},
		{"order.env", ""},
		{"paymentMethod", `{"paymentMethodType":"KAKAOPAY"}`}, {"env", `{"terminalType":"WEB"}`},
		{"paymentRedirectUrl", `"https://shop.example/done"`}}
	and := func(base []change, path, value string) []change {
		return append(append([]change{}, base...), change{path, value})
	}
	checkRows(t, minimal, func() message { return &ams.PayRequest{} }, []row{
		{orderCode, "", ""},
		{and(orderCode, "order.merchant", ""), missing, "order.merchant is required"},
		{and(orderCode, "order.merchant.store.storeName", ""), missing, "order.merchant.store.storeName is required"},
		{and(orderCode, "order.env", ""), missing, "order.env is required"},
		{and(orderCode, "paymentMethod.paymentMethodType", `"GCASH"`), malformed,
			"paymentMethod.paymentMethodType must be one of CONNECT_WALLET"},
		{entryCode, "", ""},
		{and(entryCode, "order.env.userAgent", ""), missing, "order.env.userAgent is required"},
		{and(entryCode, "paymentRedirectUrl", ""), missing, "paymentRedirectUrl is required"},
		{and(entryCode, "order.merchant.referenceMerchantId", ""), missing, "order.merchant.referenceMerchantId is required"},
		{cashier, "", ""},
		{and(cashier, "env", ""), missing, "env is required"},
		{and(cashier, "env", `{"userAgent":"x"}`), missing, "env.terminalType is required"},
		{and(cashier, "paymentRedirectUrl", ""), missing, "paymentRedirectUrl is required"},
		{and(cashier, "paymentMethod", `{"x":1}`), missing, "paymentMethod.paymentMethodType is required"},
	})
	for scenario, changes := range map[ams.Scenario][]change{ams.PaymentCode: nil, ams.OrderCode: orderCode,
		ams.EntryCode: entryCode, ams.Cashier: cashier, 0: {{"productCode", `"AGREEMENT_PAYMENT"`}}} {
		var r ams.PayRequest
		if err := wire.Decode(edited(t, minimal, changes...), &r); err != nil || r.Scenario() != scenario {
			t.Errorf("%v: scenario %d, %v", changes, r.Scenario(), err)
		}
	}
}

func TestInquiryCancelAndRefundNeedAName(t *testing.T) {
	t.Parallel()
	names := []row{
		{},
		one("paymentId", "", "", ""),
		one("paymentRequestId", "", "", ""),
		{[]change{{"paymentId", ""}, {"paymentRequestId", `""`}}, missing, "paymentRequestId or paymentId is required"},
		one("paymentId", long(65), tooLong, "paymentId is longer than 64 characters"),
		one("paymentRequestId", long(65), tooLong, "paymentRequestId is longer than 64 characters"),
		one("paymentRequestId", `"a\u0007"`, malformed, "paymentRequestId must not contain control characters"),
		one("merchantAccountId", long(33), tooLong, "merchantAccountId is longer than 32 characters"),
	}
	both := `{"paymentId":"2025060111111111111111","paymentRequestId":"p-1"}`
	checkRows(t, both, func() message { return &ams.InquiryPaymentRequest{} }, names)
	checkRows(t, both, func() message { return &ams.CancelRequest{} }, names)
	checkRows(t, `{"refundId":"r","refundRequestId":"r-1"}`, func() message { return &ams.InquiryRefundRequest{} }, []row{
		{},
		one("refundId", "", "", ""),
		{[]change{{"refundId", ""}, {"refundRequestId", ""}}, missing, "refundRequestId or refundId is required"},
		one("refundId", long(65), tooLong, "refundId is longer than 64 characters"),
		one("refundRequestId", long(65), tooLong, "refundRequestId is longer than 64 characters"),
		one("merchantAccountId", long(33), tooLong, "merchantAccountId is longer than 32 characters"),
	})
	refund := `{"refundRequestId":"r-1","paymentId":"2025060111111111111111","refundAmount":{"currency":"JPY","value":"500"}}`
	checkRows(t, refund, func() message { return &ams.RefundRequest{} }, []row{
		{},
		one("refundRequestId", "", missing, "refundRequestId is required"),
		one("refundRequestId", long(65), tooLong, "refundRequestId is longer than 64 characters"),
		one("paymentId", "", missing, "paymentId is required"),
		one("paymentId", long(65), tooLong, "paymentId is longer than 64 characters"),
		one("refundAmount", "", missing, "refundAmount is required"),
		one("refundAmount.value", `"0"`, malformed, "refundAmount.value must be at least 1"),
		one("refundAmount.value", `"-500"`, malformed, "refundAmount.value"+smallest),
		one("referenceRefundId", long(65), tooLong, "referenceRefundId is longer than 64 characters"),
		one("refundReason", long(257), tooLong, "refundReason is longer than 256 characters"),
		one("refundNotifyUrl", quoted("https://a.example/"+strings.Repeat("x", 1006)), "", ""),
		one("refundNotifyUrl", quoted("https://a.example/"+strings.Repeat("x", 1007)), tooLong,
			"refundNotifyUrl is longer than 1024 characters"),
		one("refundNotifyUrl", `"file:///x"`, malformed, "refundNotifyUrl"+address),
		one("isAsyncRefund", `"true"`, "", ""),
		one("extendInfo", long(513), tooLong, "extendInfo is longer than 512 characters"),
		one("refundDetails", `[{"refundFrom":"SELLER"}]`, refused, "refundDetails is not supported"),
		one("refundDetails", `[]`, "", ""),
		one("refundToBankInfo", `{"bankCode":"1"}`, refused, "refundToBankInfo is not supported"),
		one("refundSourceAccountNo", `"1"`, refused, "refundSourceAccountNo is not supported"),
		one("refundSourceAccountNo", `""`, "", ""),
		one("captureId", `"ignored"`, "", ""),
		one("refundRequestTime", `"2025-06-01T12:00:00+09:00"`, "", ""),
		one("merchantAccountId", long(33), tooLong, "merchantAccountId is longer than 32 characters"),
		one("metadata", long(2049), tooLong, "metadata is longer than 2048 characters"),
		one("customizedInfo.customizedField1", long(257), tooLong,
			"customizedInfo.customizedField1 is longer than 256 characters"),
	})
}

func TestExchangeRateAndConsultRules(t *testing.T) {
	t.Parallel()
	pair := `{"sellCurrency":"JPY","buyCurrency":"HKD"}`
	checkRows(t, `{"paymentCurrency":"JPY"}`, func() message { return &ams.InquireExchangeRateRequest{} }, []row{
		{},
		one("paymentCurrency", "", missing, "paymentCurrency or currencyPairs is required"),
		one("paymentCurrency", `"yen"`, malformed, "paymentCurrency must be a currency of ISO 4217 in upper case"),
		{[]change{{"paymentCurrency", ""}, {"currencyPairs", "[" + pair + "]"}}, "", ""},
		one("currencyPairs", `[`+pair+`,{"sellCurrency":"JPY"}]`, missing, "currencyPairs[1].buyCurrency is required"),
		one("currencyPairs", `[{"buyCurrency":"JPY"}]`, missing, "currencyPairs[0].sellCurrency is required"),
		one("currencyPairs", `[`+strings.Repeat(pair+",", 100)+pair+`]`, tooLong, "currencyPairs has more than 100 items"),
		one("sellCurrency", `"JPY"`, missing, "buyCurrency is required"),
		one("buyCurrency", `"JPY"`, missing, "sellCurrency is required"),
		{[]change{{"paymentCurrency", ""}, {"sellCurrency", `"JPY"`}, {"buyCurrency", `"CNY"`}}, "", ""},
		one("productCode", `"X"`, malformed,
			"productCode must be one of IN_STORE_PAYMENT, CASHIER_PAYMENT, AGREEMENT_PAYMENT"),
		one("rateType", `"TRADE"`, "", ""),
		one("rateType", `"SPOT"`, malformed, "rateType must be one of TRADE, REFERENCE, REFERENCE_TRADE"),
		one("merchantAccountId", long(33), tooLong, "merchantAccountId is longer than 32 characters"),
	})
	consult := `{"productCode":"CASHIER_PAYMENT","paymentAmount":{"currency":"JPY","value":"1000"},
		"env":{"terminalType":"WEB"}}`
	checkRows(t, consult, func() message { return &ams.ConsultRequest{} }, []row{
		{},
		one("productCode", "", missing, "productCode is required"),
		one("productCode", `"AGREEMENT_PAYMENT"`, refused, "productCode is not supported"),
		one("paymentAmount", "", missing, "paymentAmount is required"),
		one("merchantRegion", `"japan"`, malformed, "merchantRegion must be two capital letters of ISO 3166"),
		one("userRegion", `"j1"`, malformed, "userRegion must be two capital letters of ISO 3166"),
		one("env", "", missing, "env is required"),
		one("env", `{"osType":"IOS"}`, missing, "env.terminalType is required"),
		one("settlementStrategy.settlementCurrency", `"x"`, malformed,
			"settlementStrategy.settlementCurrency must be a currency of ISO 4217 in upper case"),
		one("paymentFactor.inStorePaymentScenario", `"orderCode"`, malformed,
			"paymentFactor.inStorePaymentScenario must be one of PaymentCode, OrderCode, EntryCode"),
		one("paymentFactor.isPaymentEvaluation", `true`, "", ""),
		one("paymentFactor.captureMode", `"MANUAL"`, refused, "paymentFactor.captureMode is not supported"),
		one("allowedPaymentMethodRegions", `["GLOBAL","JP"]`, "", ""),
		one("allowedPaymentMethodRegions", `["JP","CN","HK","KR","TH","PH","MY"]`, tooLong,
			"allowedPaymentMethodRegions has more than 6 items"),
		one("allowedPaymentMethodRegions", `["global"]`, malformed,
			"allowedPaymentMethodRegions must be two capital letters of ISO 3166"),
		one("allowedPaymentMethods", `[""]`, missing, "allowedPaymentMethods is required"),
		one("blockedPaymentMethods", `[`+long(65)+`]`, tooLong, "blockedPaymentMethods is longer than 64 characters"),
		one("buyer.buyerEmail", long(65), tooLong, "buyer.buyerEmail is longer than 64 characters"),
		one("referenceUserId", long(65), tooLong, "referenceUserId is longer than 64 characters"),
	})
}

func TestANotificationIsCheckedByItsReceiver(t *testing.T) {
	t.Parallel()
	payment := `{"notifyType":"PAYMENT_RESULT","result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"success"},
		"paymentRequestId":"p-1","paymentId":"2025","paymentAmount":{"currency":"JPY","value":"1000"}}`
	checkRows(t, payment, func() message { return &ams.NotifyPayment{} }, []row{
		{},
		one("result", "", missing, "result.resultStatus is required"),
		one("result.resultStatus", `"A"`, malformed, "result.resultStatus must be one of S, F, U"),
		one("result.resultCode", "", missing, "result.resultCode is required"),
		one("paymentRequestId", "", missing, "paymentRequestId is required"),
		one("paymentId", "", missing, "paymentId is required"),
		one("paymentAmount", "", missing, "paymentAmount is required"),
		one("actualPaymentAmount", `{"currency":"CNY","value":"0"}`, malformed,
			"actualPaymentAmount.value must be at least 1"),
		one("paymentTime", `"now"`, malformed, "paymentTime"+clock),
	})
	refund := `{"notifyType":"REFUND_RESULT","result":{"resultStatus":"S","resultCode":"SUCCESS"},"refundStatus":"SUCCESS",
		"refundRequestId":"r-1","refundId":"r","refundAmount":{"currency":"JPY","value":"1000"}}`
	checkRows(t, refund, func() message { return &ams.NotifyRefund{} }, []row{
		{},
		one("refundStatus", "", missing, "refundStatus is required"),
		one("refundStatus", `"PROCESSING"`, malformed, "refundStatus must be one of SUCCESS, FAIL"),
		one("refundRequestId", "", missing, "refundRequestId is required"),
		one("refundId", "", missing, "refundId is required"),
		one("refundAmount", "", missing, "refundAmount is required"),
		one("refundTime", `"now"`, malformed, "refundTime"+clock),
	})
}

// The payment code of a request must not end in a log through an error or a print of the request.
func TestAPaymentCodeIsNotShown(t *testing.T) {
	t.Parallel()
	var r ams.PayRequest
	code := strings.Repeat("9", 129)
	if err := wire.Decode(edited(t, minimal, change{"paymentMethod.paymentMethodId", quoted(code)}), &r); err != nil {
		t.Fatal(err)
	}
	if err := r.Validate(); err == nil || strings.Contains(err.Error(), "999") {
		t.Errorf("got %v", err)
	}
}
