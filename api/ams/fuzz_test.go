// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/api/ams"
)

// Whatever a client signs, the API does not break: the answer is signed, or a bare 503, and no invariant was touched.
func FuzzASignedBody(f *testing.F) {
	operations := []string{"pay", "inquiryPayment", "cancel", "refund", "inquiryRefund", "inquireExchangeRate", "consult",
		"createPaymentSession"}
	for i, operation := range operations {
		f.Add(uint8(i), []byte(good[operation]))
		f.Add(uint8(i), []byte(strings.Replace(good[operation], `"n-1"`, `"\u0000"`, 1)))
	}
	f.Add(uint8(0), []byte(strings.Replace(good["pay"], "281000000000000100", "2８ 1 ０", 1)))
	f.Add(uint8(0), []byte(strings.Replace(good["pay"], `"1000"`, `"1000000000000000"`, 1)))
	f.Add(uint8(0), []byte(strings.Replace(good["pay"], "{", `{"paymentQuote":{"quoteId":"00"},`, 1)))
	var log bytes.Buffer
	w := setup(f, patient, func(c *ams.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	f.Fuzz(func(t *testing.T, operation uint8, body []byte) {
		w.belongTo(t)
		path := "/ams/api/v1/payments/" + operations[int(operation)%len(operations)]
		answer := w.post("SHOP_1", path, string(body))
		if got := code(t, answer); got == "503" || strings.HasSuffix(got, " UNKNOWN_EXCEPTION") {
			t.Errorf("%s %q: %s\n%s", path, body, got, log.String())
		}
		for _, alarm := range w.house.Alarms {
			if !strings.HasPrefix(alarm, "breaker") {
				t.Errorf("%s %q: %s", path, body, alarm)
			}
		}
		if strings.Contains(log.String(), "broke") {
			t.Errorf("%s %q: %s", path, body, log.String())
		}
	})
}

// Whatever stands in the headers, the answer is signed or bare.
func FuzzHeaders(f *testing.F) {
	headers := goSDK(noon, people["SHOP_1"], payPath, []byte(good["pay"]))
	f.Add("SHOP_1", headers[1][1], headers[2][1], "application/json")
	f.Add("", "", "", "")
	f.Add("SHOP.1", "2026-11-24T12:00:00+09:00", "algorithm=RSA256,keyVersion=1,signature=%3D", "text/plain; charset=x")
	f.Add("SANDBOX_SHOP", "1764", "signature=eA==, keyVersion=2, algorithm=rsa256", `application/json; charset="UTF8"`)
	w := setup(f, patient)
	f.Fuzz(func(t *testing.T, client, at, signature, form string) {
		w.belongTo(t)
		answer := w.post("SHOP_1", payPath, good["pay"], set("client-id", client), set("request-time", at),
			set("signature", signature), set("Content-Type", form))
		if got := code(t, answer); got == "503" || strings.HasSuffix(got, " UNKNOWN_EXCEPTION") {
			t.Errorf("%q %q %q %q: %s", client, at, signature, form, got)
		}
	})
}
