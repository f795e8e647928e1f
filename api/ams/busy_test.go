// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
)

// A13: a process with more to do than it can turns away pays and inquiries before their body is read, and serves cancels.
func TestABusyProcessServesCancelsAndTurnsTheRestAway(t *testing.T) {
	t.Parallel()
	busy := false
	w := setup(t, func(c *ams.Config) { c.Busy = func(int) bool { return busy } })
	paid := w.post("SHOP_1", payPath, good["pay"])
	if got := code(t, paid); got != "S SUCCESS" {
		t.Fatal(got)
	}
	busy = true
	for _, path := range []string{payPath, "/ams/api/v1/payments/inquiryPayment", "/ams/api/v1/payments/refund", "/nowhere"} {
		got := code(t, w.post("SHOP_1", path, good["pay"], func(r *http.Request) { r.Body = io.NopCloser(unread{t}) }))
		if got != "503" {
			t.Errorf("%s: %s", path, got)
		}
	}
	body := `{"paymentId":"` + value(t, paid, "paymentId") + `"}`
	if got := code(t, w.post("SHOP_1", "/ams/api/v1/payments/cancel", body)); got != "S SUCCESS" {
		t.Errorf("cancel: %s", got)
	}
	busy = false
	if got := code(t, w.post("SHOP_1", payPath, good["pay"])); got != "F ORDER_IS_CANCELED" {
		t.Errorf("afterwards: %s", got)
	}
}

// B31: what is refused in the same words is signed once in five seconds, whoever's payment it is about: tills that were turned
// away ask about, and cancel, what never was.
func TestARefusalIsSignedOnceInFiveSeconds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, operation := range []string{"inquiryPayment", "cancel"} {
		path, before := "/ams/api/v1/payments/"+operation, w.steps(envelope.Signing)
		for _, name := range []string{"never-1", "never-2", "never-3"} {
			if got := code(t, w.post("SHOP_1", path, `{"paymentRequestId":"`+name+`"}`)); got != "F ORDER_NOT_EXIST" {
				t.Fatalf("%s: %s", operation, got)
			}
		}
		if n := w.steps(envelope.Signing) - before; n != 1 {
			t.Errorf("3 answers to %s were signed %d times", operation, n)
		}
	}
	w.house.Run(5 * time.Second)
	before := w.steps(envelope.Signing)
	w.post("SHOP_1", "/ams/api/v1/payments/cancel", `{"paymentRequestId":"never-4"}`)
	if n := w.steps(envelope.Signing) - before; n != 1 {
		t.Errorf("five seconds later an answer was signed %d times", n)
	}
	before = w.steps(envelope.Signing)
	w.post("SHOP_2", "/ams/api/v1/payments/cancel", `{"paymentRequestId":"never-1"}`)
	if n := w.steps(envelope.Signing) - before; n != 1 {
		t.Errorf("another client's answer was signed %d times", n)
	}
}
