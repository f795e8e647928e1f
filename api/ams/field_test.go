// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fieldCase is one thing wrong with one field of a request that is right otherwise.
type fieldCase struct {
	operation string
	path      string // of the field, as the answer must name it
	what      string
	body      string
	code      string
}

// good are requests with which nothing is wrong. Source: reference/alipay-wire-api.md 2.1 to 2.11.
var good = map[string]string{
	"pay": `{"paymentRequestId":"n-1",` + upm + `,"paymentAmount":{"currency":"JPY","value":"1000"},` +
		`"paymentMethod":{"paymentMethodType":"CONNECT_WALLET","paymentMethodId":"281000000000000100"},` +
		`"order":{"referenceOrderId":"o-1",` + cafe + `}}`,
	"inquiryPayment": `{"paymentRequestId":"n-1"}`,
	"cancel":         `{"paymentId":"00ABCDEFGHJKMNPQRSTVWXYZ0123"}`,
	"refund": `{"refundRequestId":"n-1","paymentId":"00ABCDEFGHJKMNPQRSTVWXYZ0123",` +
		`"refundAmount":{"currency":"JPY","value":"1"}}`,
	"inquiryRefund":       `{"refundRequestId":"n-1"}`,
	"inquireExchangeRate": `{"sellCurrency":"HKD","buyCurrency":"JPY"}`,
	"consult": `{"productCode":"IN_STORE_PAYMENT","paymentAmount":{"currency":"JPY","value":"1000"},` +
		`"env":{"terminalType":"WEB"}}`,
}

// required are the fields that each operation cannot do without. Source: 2.1.4.
var required = map[string]string{
	"pay": "productCode paymentRequestId order paymentAmount paymentMethod paymentFactor " +
		"paymentFactor.inStorePaymentScenario paymentMethod.paymentMethodType paymentMethod.paymentMethodId " +
		"paymentAmount.currency paymentAmount.value order.referenceOrderId order.orderDescription order.orderAmount " +
		"order.merchant order.merchant.referenceMerchantId order.merchant.merchantName order.merchant.merchantMCC " +
		"order.merchant.store order.merchant.store.referenceStoreId order.merchant.store.storeName " +
		"order.merchant.store.storeMCC order.env order.env.storeTerminalId order.env.storeTerminalRequestTime",
	"inquiryPayment":      "paymentRequestId",
	"cancel":              "paymentId",
	"refund":              "refundRequestId paymentId refundAmount refundAmount.currency refundAmount.value",
	"inquiryRefund":       "refundRequestId",
	"inquireExchangeRate": "sellCurrency buyCurrency",
	"consult":             "productCode paymentAmount env env.terminalType",
}

// longest are the fields with the greatest number of characters each may have. Source: 2.1 to 2.6.
var longest = map[string]map[string]int{
	"pay": {"paymentRequestId": 64, "order.referenceOrderId": 64, "order.orderDescription": 256,
		"order.merchant.referenceMerchantId": 64, "order.merchant.merchantName": 256,
		"order.merchant.merchantDisplayName": 64, "order.merchant.store.referenceStoreId": 64,
		"order.merchant.store.storeName": 256, "order.merchant.store.storeTerminalId": 64, "order.extendInfo": 2048,
		"order.env.storeTerminalId": 64, "order.env.deviceTokenId": 64, "order.buyer.referenceBuyerId": 64,
		"order.buyer.buyerPhoneNo": 24, "order.buyer.buyerEmail": 64, "order.buyer.buyerName.fullName": 128,
		"order.shipping.shippingCarrier": 128, "paymentMethod.paymentMethodId": 128, "paymentNotifyUrl": 2048,
		"paymentRedirectUrl": 2048, "extendInfo": 2048, "merchantAccountId": 32, "metadata": 2048, "appId": 32,
		"paymentQuote.quoteId": 64, "customizedInfo.customizedField1": 256},
	"inquiryPayment": {"paymentRequestId": 64, "paymentId": 64, "merchantAccountId": 32},
	"cancel":         {"paymentRequestId": 64, "paymentId": 64, "merchantAccountId": 32},
	"refund": {"refundRequestId": 64, "paymentId": 64, "referenceRefundId": 64, "refundReason": 256,
		"refundNotifyUrl": 1024, "extendInfo": 512, "metadata": 2048},
	"inquiryRefund": {"refundRequestId": 64, "refundId": 64},
}

// malformed are fields with a value of the wrong form each.
var malformed = map[string][][2]string{
	"pay": {
		{"productCode", `"in_store_payment"`}, {"productCode", `"CARD"`},
		{"paymentFactor.inStorePaymentScenario", `"PAYMENT_CODE"`}, {"paymentFactor.captureMode", `"LATER"`},
		{"paymentFactor.presentmentMode", `"ROW"`}, {"paymentMethod.paymentMethodType", `"ALIPAY_HK"`},
		{"order.merchant.merchantMCC", `"58"`}, {"order.merchant.merchantMCC", `"cafe"`},
		{"order.merchant.store.storeMCC", `"58120"`}, {"order.merchant.merchantType", `"SHOP"`},
		{"order.merchant.merchantRegisterDate", `"spring"`}, {"order.merchant.merchantAddress.region", `"JPN"`},
		{"order.env.storeTerminalRequestTime", `"yesterday"`}, {"order.env.osType", `"BEOS"`},
		{"order.env.storeTerminalRequestTime", `"2026-11-24T12:00:00"`}, {"order.env.timeZoneOffset", `721`},
		{"order.goods.0.deliveryMethodType", `"DRONE"`}, {"paymentExpiryTime", `"2026-13-24T12:00:00+09:00"`},
		{"paymentExpiryTime", `"1764000000000"`}, {"paymentNotifyUrl", `"shop.example/notify"`},
		{"paymentNotifyUrl", `"ftp://shop.example/"`}, {"paymentNotifyUrl", `"https://user@shop.example/"`},
		{"paymentRedirectUrl", `"javascript:alert(1)"`}, {"merchantRegion", `"Japan"`}, {"userRegion", `"jp"`},
		{"settlementStrategy.settlementCurrency", `"YEN"`}, {"paymentQuote.quoteStartTime", `"now"`},
	},
	"refund": {{"refundNotifyUrl", `"notify me"`}},
	"inquireExchangeRate": {{"sellCurrency", `"hkd"`}, {"buyCurrency", `"¥"`}, {"rateType", `"SPOT"`},
		{"productCode", `"CARD"`}},
	"consult": {{"env.terminalType", `"TILL"`}, {"merchantRegion", `"JPN"`}, {"userRegion", `"x"`}},
}

// amounts are values that are no amount. Source: 1.7; S-12.
var amounts = []string{`"0"`, `0`, `"-1"`, `-1`, `"1.0"`, `1.5`, `"01"`, `"1,000"`, `" 1"`, `"1e3"`, `1e3`, `"0x10"`,
	`"１０"`, `"9223372036854775808"`, `"1000000000000001"`, `true`, `"ten"`}

// strange are values of another kind than the field's.
var strange = map[string][][2]string{
	"pay": {{"paymentRequestId", `{}`}, {"paymentRequestId", `["n-1"]`}, {"order", `"coffee"`}, {"order", `[]`},
		{"paymentAmount", `1000`}, {"paymentMethod", `"281000000000000100"`}, {"paymentFactor", `"PaymentCode"`},
		{"order.merchant", `"m-1"`}, {"order.merchant.store", `[1]`}, {"order.goods", `{}`}, {"order.env", `7`},
		{"paymentAmount.value", `{}`}, {"paymentAmount.value", `["1000"]`}, {"metadata", `{"a":1}`},
		{"extendInfo", `[1]`}, {"dualOfflinePayment", `"perhaps"`}, {"paymentQuote.quotePrice", `"-1"`},
		{"paymentQuote.guaranteed", `"maybe"`}, {"order.buyer.successfulOrderCount", `1.5`},
		{"order.env.timeZoneOffset", `"east"`}},
	"inquiryPayment": {{"paymentRequestId", `{}`}, {"paymentId", `[]`}},
	"cancel":         {{"paymentId", `{}`}},
	"refund":         {{"refundAmount", `"1"`}, {"isAsyncRefund", `"2"`}, {"paymentId", `["x"]`}},
	"consult":        {{"allowedPaymentMethods", `"hk"`}, {"env", `"WEB"`}},
}

// unsupported are fields that would change what happens to money.
var unsupported = map[string][][2]string{
	"pay": {{"isAuthorization", `true`}, {"creditPayPlan", `{"a":1}`}, {"agreementInfo", `{"a":1}`},
		{"subscriptionInfo", `{"a":1}`}, {"dualOfflinePayment", `true`}, {"paymentFactor.isAuthorization", `"true"`},
		{"paymentFactor.isPaymentEvaluation", `true`}},
	"refund": {{"refundDetails", `[{"refundFrom":"SELLER"}]`}, {"refundToBankInfo", `{"a":1}`},
		{"refundSourceAccountNo", `"1"`}},
}

func fieldCases(t *testing.T) []fieldCase {
	t.Helper()
	var all []fieldCase
	add := func(operation, path, what, value, code string) {
		all = append(all, fieldCase{operation, path, what, with(t, good[operation], path, value), code})
	}
	for _, operation := range []string{"pay", "inquiryPayment", "cancel", "refund", "inquiryRefund", "inquireExchangeRate",
		"consult"} {
		for path := range strings.FieldsSeq(required[operation]) {
			add(operation, path, "missing", "", "F PARAM_ILLEGAL")
			add(operation, path, "null", "null", "F PARAM_ILLEGAL")
			if value := at(t, good[operation], path); strings.HasPrefix(value, `"`) {
				add(operation, path, "empty", `""`, "F PARAM_ILLEGAL")
			}
		}
		paths := make([]string, 0, len(longest[operation]))
		for path := range longest[operation] {
			paths = append(paths, path)
		}
		slices.Sort(paths)
		for _, path := range paths {
			text := strings.Repeat("x", longest[operation][path]+1)
			if strings.HasSuffix(path, "Url") {
				text = "https://shop.example/" + text
			}
			add(operation, path, "too long", strconv.Quote(text), "F PARAM_ILLEGAL")
		}
		for _, c := range malformed[operation] {
			add(operation, c[0], "malformed "+c[1], c[1], "F PARAM_ILLEGAL")
		}
		for _, c := range strange[operation] {
			add(operation, c[0], "strange "+c[1], c[1], "F PARAM_ILLEGAL")
		}
		for _, c := range unsupported[operation] {
			add(operation, c[0], "unsupported "+c[1], c[1], "F BUSINESS_NOT_SUPPORT")
		}
	}
	for _, field := range [][2]string{{"pay", "paymentAmount"}, {"pay", "order.orderAmount"}, {"refund", "refundAmount"},
		{"consult", "paymentAmount"}} {
		for _, value := range amounts {
			add(field[0], field[1]+".value", "the value "+value, value, "F PARAM_ILLEGAL")
		}
		for _, value := range []string{`"jpy"`, `"YEN"`, `"392"`, `"XXX1"`, `7`} {
			add(field[0], field[1]+".currency", "the currency "+value, value, "F PARAM_ILLEGAL")
		}
	}
	return all
}

// Whatever is wrong with a field is F, names the field, and leaves no row and no call behind.
func TestEachBadFieldIsNamedAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	cases := fieldCases(t)
	if len(cases) < 250 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		answer := w.post("SHOP_1", "/ams/api/v1/payments/"+c.operation, c.body)
		message := value(t, answer, "result.resultMessage")
		if got := code(t, answer); got != c.code || !names(message, c.path) {
			t.Errorf("%s, %s %s: %s, %q\n%s", c.operation, c.path, c.what, got, message, c.body)
		}
	}
	if rows := w.rows(); rows != w.furnished() {
		t.Errorf("%d rows were written", rows-w.furnished())
	}
	for id, s := range w.wallets {
		if len(s.charges) > 0 {
			t.Errorf("the wallet %s was asked", id)
		}
	}
}

// names reports whether a sentence speaks of a field: by its whole path, or by that of the object or array around it.
func names(message, path string) bool {
	path = strings.ReplaceAll(path, ".0.", "[0].")
	return strings.Contains(message, path)
}

// with is a body with the value of one field replaced, put in, or taken out where the value is empty.
func with(t *testing.T, body, path, value string) string {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal([]byte(body), &root); err != nil {
		t.Fatal(err)
	}
	var at any = root
	keys := strings.Split(path, ".")
	for i, key := range keys[:len(keys)-1] {
		object := at.(map[string]any)
		if object[key] == nil && keys[i+1] == "0" {
			object[key] = []any{map[string]any{"referenceGoodsId": "g-1", "goodsName": "cup"}}
		}
		if list, ok := object[key].([]any); ok {
			at = map[string]any{"0": list[0]}
			continue
		}
		if object[key] == nil {
			object[key] = map[string]any{}
		}
		at = object[key]
	}
	last := keys[len(keys)-1]
	if value == "" {
		delete(at.(map[string]any), last)
	} else {
		at.(map[string]any)[last] = json.RawMessage(value)
	}
	changed, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return string(changed)
}

// at is the value of a field, as it is written.
func at(t *testing.T, body, path string) string {
	t.Helper()
	raw := json.RawMessage(body)
	for key := range strings.SplitSeq(path, ".") {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(raw, &object); err != nil {
			t.Fatalf("%s of %s: %v", path, body, err)
		}
		raw = object[key]
	}
	return string(raw)
}
