// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/kakehashi-pay/kakehashi/internal/golden"
)

// written is a body as an SDK writes it: Python over several lines, PHP with escapes, .NET with a null for all that is
// not set.
//
// Source: reference/alipay-wire-api.md 1.2.
func (s sdk) written(t *testing.T, body string) string {
	t.Helper()
	switch s.name {
	case "python":
		var out bytes.Buffer
		if err := json.Indent(&out, []byte(body), "", "   "); err != nil {
			t.Fatal(err)
		}
		return out.String()
	case "php":
		var out strings.Builder
		for _, r := range strings.ReplaceAll(body, "/", `\/`) {
			if r < 0x80 {
				out.WriteRune(r)
				continue
			}
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, `\u%04x`, unit)
			}
		}
		return out.String()
	case "dotnet":
		return strings.TrimSuffix(body, "}") + `,"merchantAccountId":null,"extendInfo":null,"customizedInfo":null}`
	}
	return body
}

// payBody is the payment as the SDK itself wrote it, under another name and with another code.
func (s sdk) payBody(t *testing.T, request, code string) string {
	t.Helper()
	name := s.name
	if name == "java" {
		name = "documents" // the Java SDK writes what the documents show
	}
	body, err := os.ReadFile("../../wire/ams/testdata/pay_" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("p-0001", request, `"o-1"`, `"o-`+request+`"`, "281012345678901234", code).
		Replace(string(body))
}

// life is everything an SDK does, in order: its name, its path and its body. PAID stands for the id of the first
// payment.
var life = []struct{ name, operation, body string }{
	{"a payment that is paid", "pay", "p-1 281000000000000100"},
	{"the same again", "pay", "p-1 281000000000000100"},
	{"a payment that waits for its payer", "pay", "p-2 281000000000000202"},
	{"a payment that is refused", "pay", "p-3 281000000000000301"},
	{"a payment whose code is spent", "pay", "p-4 281000000000000100"},
	{"an inquiry of what is paid", "inquiryPayment", `{"paymentRequestId":"p-1"}`},
	{"an inquiry of what waits", "inquiryPayment", `{"paymentRequestId":"p-2"}`},
	{"an inquiry of what failed", "inquiryPayment", `{"paymentRequestId":"p-3"}`},
	{"a cancel", "cancel", `{"paymentRequestId":"p-2"}`},
	{"an inquiry of what is cancelled", "inquiryPayment", `{"paymentRequestId":"p-2"}`},
	{"an inquiry of nothing", "inquiryPayment", `{"paymentRequestId":"抹茶"}`},
	{"a refund of a part", "refund", refundOf("r-1", "400")},
	{"a refund of the rest", "refund", refundOf("r-2", "600")},
	{"a refund too many", "refund", refundOf("r-3", "1")},
	{"an inquiry of a refund", "inquiryRefund", `{"refundRequestId":"r-1"}`},
	{"an inquiry after the refunds", "inquiryPayment", `{"paymentId":"PAID"}`},
	{"a cancel after the refunds", "cancel", `{"paymentId":"PAID"}`},
	{"a question for a rate", "inquireExchangeRate",
		`{"paymentCurrency":"JPY","currencyPairs":[{"sellCurrency":"HKD","buyCurrency":"JPY"}]}`},
	{"a question for wallets", "consult", `{"productCode":"IN_STORE_PAYMENT","paymentAmount":{"currency":"JPY",` +
		`"value":"1000"},"env":{"terminalType":"WEB"},"allowedPaymentMethodRegions":["HK"]}`},
	{"an operation that is not served", "createPaymentSession", `{"productCode":"CASHIER_PAYMENT"}`},
}

func refundOf(request, yen string) string {
	return `{"refundRequestId":"` + request + `","paymentId":"PAID","refundAmount":{"currency":"JPY","value":"` + yen + `"}}`
}

// Each SDK's headers, times and bodies are its own; what it is answered is the same, and verifies by its own rules.
func TestEverySDKLivesAWholeLife(t *testing.T) {
	t.Parallel()
	for _, s := range sdks {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			var record strings.Builder
			paid := ""
			for _, step := range life {
				path := "/ams/api/v1/payments/" + step.operation
				body := step.body
				if request, code, ok := strings.Cut(body, " "); ok && step.operation == "pay" {
					body = s.payBody(t, request, code)
				} else {
					body = s.written(t, strings.ReplaceAll(body, "PAID", paid))
				}
				answer := w.through(s, path, body)
				if paid == "" {
					paid = value(t, answer, "paymentId")
				}
				fmt.Fprintf(&record, "%s\n%s\n\n", step.name, answer.Body)
			}
			golden.Equal(t, "life.golden", record.String()) // one file for all: the answers do not depend on who asks
		})
	}
}

// through sends a body as one SDK sends it, and verifies the answer by the rules of all.
func (w *world) through(s sdk, path, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.post("SHOP_1", path, body, func(r *http.Request) {
		r.Header = http.Header{}
		for _, h := range s.headers(w.house.Now(), people["SHOP_1"], path, []byte(body)) {
			r.Header.Add(h[0], h[1])
		}
	})
}

// value is a field of an answer, as text: "result.resultCode".
func value(t testing.TB, answer *httptest.ResponseRecorder, path string) string {
	t.Helper()
	var at any
	if err := json.Unmarshal(answer.Body.Bytes(), &at); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	for key := range strings.SplitSeq(path, ".") {
		object, ok := at.(map[string]any)
		if !ok {
			return ""
		}
		at = object[key]
	}
	text, _ := at.(string)
	return text
}

// code is the result code of an answer, and the status before it: "F PARAM_ILLEGAL". A bare status is itself.
func code(t testing.TB, answer *httptest.ResponseRecorder) string {
	t.Helper()
	if answer.Body.Len() == 0 {
		return fmt.Sprint(answer.Code)
	}
	return value(t, answer, "result.resultStatus") + " " + value(t, answer, "result.resultCode")
}
