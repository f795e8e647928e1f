// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
	dialect "github.com/kakehashi-pay/kakehashi/wire/ams"
	"github.com/kakehashi-pay/kakehashi/worker"
)

func TestTheEndpointOfEventsIsTheOneThatIsTold(t *testing.T) {
	t.Parallel()
	if ams.Endpoint != worker.Endpoint {
		t.Errorf("events are for %q, and %q is told", worker.Endpoint, ams.Endpoint)
	}
}

// helperVerifies is what the Go and the Java helper for notifications do: they are given the path, without the query.
//
// Source: reference/alipay-wire-api.md 2.7.
func helperVerifies(m message, path, key string) error {
	_, signature, _ := strings.Cut(m.header.Get("signature"), "signature=")
	text := "POST " + path + "\n" + m.header.Get("client-id") + "." + m.header.Get("request-time") + "." + m.body
	return verified(&keys()[key].rsa.PublicKey, text, signature)
}

func TestANotificationIsWhatTheHelpersOfTheSDKsVerify(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL+"/notify%20here")
	w.notify("SHOP_2", shop.URL)
	w.bulk("SHOP_1", "a", 1)
	w.bulk("SHOP_2", "b", 1)
	w.pay("SHOP_1", "own", "283000000000000100", `"paymentNotifyUrl":"`+shop.URL+`/own?shop=%E6%9D%B1&a=b|c",`)
	w.round()
	got := shop.messages()
	slices.SortFunc(got, func(a, b message) int { return strings.Compare(a.target, b.target) })
	want := []struct{ target, client, key, version string }{
		{"/", "SHOP_2", "house 2", "keyVersion=2,"},
		{"/notify%20here", "SHOP_1", "house", "keyVersion=1,"},
		{"/own?shop=%E6%9D%B1&a=b|c", "SHOP_1", "house", "keyVersion=1,"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d messages", len(got))
	}
	for i, m := range got {
		if m.target != want[i].target || m.header.Get("client-id") != want[i].client ||
			m.header.Get("request-time") != wire.FormatTime(w.house.Now(), envelopeZone) ||
			!strings.Contains(m.header.Get("signature"), want[i].version) ||
			m.header.Get("Content-Type") != "application/json; charset=UTF-8" {
			t.Errorf("%s, %v", m.target, m.header)
		}
		if err := helperVerifies(m, m.target, want[i].key); err != nil {
			t.Errorf("%s: %v", m.target, err)
		}
	}
}

var envelopeZone = time.FixedZone("JST", 9*60*60)

// A notification and the inquiry say the same of the same payment, in the fields that both have.
func TestAPaymentIsNotifiedAsItIsInquired(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	id := w.pay("SHOP_1", "n-1", "281000000000000100", `"paymentNotifyUrl":"`+shop.URL+`/own","metadata":"{\"table\":7}",`+
		`"customizedInfo":{"customizedField1":"matcha"},`)
	w.round()
	var told dialect.NotifyPayment
	if err := wire.Decode([]byte(shop.messages()[0].body), &told); err != nil {
		t.Fatal(err)
	}
	if err := told.Validate(); err != nil {
		t.Error(err)
	}
	if told.NotifyType != "PAYMENT_RESULT" || told.Result != wire.NewResult(wire.Success, "") ||
		told.PaymentID != wire.Text(id.String()) || told.Metadata != `{"table":7}` || told.PaymentTime == "" {
		t.Errorf("%+v", told)
	}
	answer := w.post("SHOP_1", "/ams/api/v1/payments/inquiryPayment", `{"paymentRequestId":"n-1"}`)
	inquired := fields(t, answer.Body.String())
	same := 0
	for name, value := range fields(t, shop.messages()[0].body) {
		if name == "result" || name == "notifyType" {
			continue
		}
		if same++; inquired[name] != value {
			t.Errorf("%s is notified as %s and inquired as %s", name, value, inquired[name])
		}
	}
	if same != 11 {
		t.Errorf("%d fields are the same: %s", same, shop.messages()[0].body)
	}
	if strings.Contains(shop.messages()[0].body, "paymentStatus") {
		t.Error("ams-java takes a message with a paymentStatus for no success")
	}
}

// fields are the fields of a message with their values as they are written.
func fields(t *testing.T, body string) map[string]string {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &raw); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for name, value := range raw {
		all[name] = string(value)
	}
	return all
}

func TestARefundIsNotifiedWithItsOwnText(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop, own := receive(t, acknowledge), receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL+"/all")
	for _, c := range []struct{ name, code, status, result string }{
		{"good", "283000000000000100", "SUCCESS", "S SUCCESS"},
		{"bad", "283000000000000110", "FAIL", "F USER_STATUS_ABNORMAL"},
	} {
		paid := w.pay("SHOP_1", c.name, c.code, "")
		w.post("SHOP_1", refundPath, `{"refundRequestId":"r-`+c.name+`","paymentId":"`+paid.String()+`","refundNotifyUrl":"`+
			own.URL+`/refunds","metadata":"about `+c.name+`","refundAmount":{"currency":"JPY","value":"400"}}`)
	}
	w.round()
	if len(shop.messages()) != 2 || len(own.messages()) != 2 {
		t.Fatalf("%d and %d messages", len(shop.messages()), len(own.messages()))
	}
	for i, want := range []struct{ status, result, metadata string }{
		{"SUCCESS", "S SUCCESS", "about good"}, {"FAIL", "F USER_STATUS_ABNORMAL", "about bad"}} {
		var told dialect.NotifyRefund
		if err := wire.Decode([]byte(own.messages()[i].body), &told); err != nil {
			t.Fatal(err)
		}
		if err := told.Validate(); err != nil {
			t.Error(err)
		}
		got := string(told.Result.ResultStatus) + " " + string(told.Result.ResultCode)
		if told.NotifyType != "REFUND_RESULT" || string(told.RefundStatus) != want.status || got != want.result ||
			string(told.Metadata) != want.metadata || told.RefundAmount.Value != "400" ||
			(told.RefundTime == "") != (want.status == "FAIL") {
			t.Errorf("%s", own.messages()[i].body)
		}
	}
}

// Decisions B19 and E: what is told is what is true when it is told.
func TestWhatWasCancelledIsNotToldAsPaid(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, func(w http.ResponseWriter, r *http.Request, nth int) {
		if nth > 1 {
			acknowledge(w, r, nth)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	w.notify("SHOP_1", shop.URL)
	id := w.pay("SHOP_1", "n-1", "283000000000000100", "")
	w.round()
	w.post("SHOP_1", cancelPath, `{"paymentRequestId":"n-1"}`)
	w.pass(time.Hour)
	var results []string
	for _, m := range shop.messages() {
		var told dialect.NotifyPayment
		if err := wire.Decode([]byte(m.body), &told); err != nil {
			t.Fatal(err)
		}
		results = append(results, string(told.Result.ResultCode))
	}
	if fmt.Sprint(results) != "[SUCCESS ORDER_IS_CANCELED]" {
		t.Errorf("%v", results)
	}
	if got := state(w.only(id)); got != "delivered postponed delivered" {
		t.Error(got)
	}
}

// While a cancel is under way nobody can say what to tell: nothing is told, and no attempt is counted.
func TestWhatIsBeingCancelledIsToldAfterwards(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL)
	id := w.pay("SHOP_1", "n-1", "283000000000000108", "") // pending until the house gives it up, and then never confirmed
	w.house.Wallets["jp"].(*scripted).codes[id] = "00"     // the wallet changes its mind: it was paid
	w.house.Run(10 * time.Second)
	w.house.Wallets["jp"].(*scripted).codes[id] = "08"
	w.post("SHOP_1", cancelPath, `{"paymentRequestId":"n-1"}`)
	if runs := w.round(); runs != 0 {
		t.Errorf("%d runs", runs)
	}
	if len(shop.messages()) != 0 || state(w.only(id)) != "pending" || len(w.told) != 0 {
		t.Fatalf("%d messages, %s, %v", len(shop.messages()), state(w.only(id)), w.told)
	}
	w.house.Wallets["jp"].(*scripted).codes[id] = "00"
	w.house.Run(5 * time.Minute)
	w.pass(5 * time.Minute)
	got := state(w.only(id))
	if got != "delivered delivered" || !strings.Contains(shop.messages()[0].body, "ORDER_IS_CANCELED") {
		t.Errorf("%s: %+v", got, shop.messages())
	}
}

// Decisions E: the 8 sends within a day, then daily to day 30, then dead and visible with an alarm.
func TestAnEndpointThatIsDownIsTriedForThirtyDays(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusBadGateway) })
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 1)
	w.pass(29*24*time.Hour + 23*time.Hour)
	if got := w.only(id); got.Event.State != store.EventPending || len(w.told) != 0 {
		t.Fatalf("before its 30 days are over: %s, %v", state(got), w.told)
	}
	w.pass(10 * 24 * time.Hour)
	n := w.only(id)
	want := []time.Duration{0, 2 * time.Minute, 12 * time.Minute, 22 * time.Minute, 82 * time.Minute, 202 * time.Minute,
		562 * time.Minute, 1462 * time.Minute}
	for day := 1; day <= 28; day++ {
		want = append(want, 1462*time.Minute+time.Duration(day)*24*time.Hour)
	}
	want = append(want, 30*24*time.Hour)
	var got []time.Duration
	for i, a := range n.Attempts {
		got = append(got, a.At.Sub(n.Event.At).Round(time.Minute))
		if a.Attempt != i+1 || (a.Outcome == store.Abandoned) != (i == len(want)-1) ||
			a.Detail != "the answer has status 502" {
			t.Errorf("attempt %+v", a)
		}
	}
	if !slices.Equal(got, want) || len(shop.messages()) != len(want) || n.Event.State != store.EventDead {
		t.Errorf("told after %v, %d messages, %s", got, len(shop.messages()), state(n))
	}
	alarm := ams.AlarmNotifyDead + ": SHOP_1: payment.succeeded of " + id.String()
	if len(w.told) != 1 || !strings.HasPrefix(w.told[0], alarm) {
		t.Errorf("%v", w.told)
	}
	dead, err := w.log().Dead(context.Background(), store.Event{}, 10)
	if err != nil || len(dead) != 1 || dead[0] != n.Event {
		t.Errorf("%+v, %v", dead, err)
	}
	times := map[string]bool{}
	for _, m := range shop.messages() {
		times[m.header.Get("request-time")] = true
		if err := helperVerifies(m, "/", "house"); err != nil {
			t.Error(err)
		}
	}
	if len(times) != len(want) {
		t.Errorf("%d messages have %d times", len(want), len(times))
	}
}

// Neither an event of which nothing came for 30 days nor one whose client has gone is told; only the first is an alarm.
func TestWhatMayNotBeToldAnyMoreIsDead(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	for _, client := range []ident.Client{"SHOP_1", "SHOP_2", "SHOP_LIMITED"} {
		w.notify(client, shop.URL)
	}
	left, closed := w.bulk("SHOP_1", "a", 1), w.bulk("SHOP_2", "a", 1)
	w.project()
	w.client("SHOP_1", func(c *access.Client) { c.NotifyURL = "" })
	w.client("SHOP_2", func(c *access.Client) { c.Status = access.Closed })
	w.round()
	if len(w.told) != 0 {
		t.Errorf("%v", w.told)
	}
	late := w.bulk("SHOP_LIMITED", "a", 1)
	w.house.Run(31 * 24 * time.Hour)
	w.round()
	for id, detail := range map[ident.ID]string{left: "the client names no address any more",
		closed: "the client is closed", late: "it is older than 30 days and was never told"} {
		if n := w.only(id); state(n) != "dead" || n.Event.Detail != detail {
			t.Errorf("%s: %q", state(n), n.Event.Detail)
		}
	}
	if len(shop.messages()) != 0 || len(w.told) != 1 ||
		!strings.HasPrefix(w.told[0], ams.AlarmNotifyDead+": SHOP_LIMITED") {
		t.Errorf("%d messages, %v", len(shop.messages()), w.told)
	}
}

// A suspended client is told: it may come back, and its money is where it is.
func TestASuspendedClientIsTold(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 1)
	w.client("SHOP_1", func(c *access.Client) { c.Status = access.Suspended })
	w.round()
	if got := state(w.only(id)); got != "delivered delivered" {
		t.Error(got)
	}
}

// Of what a caller is told is decided when its request comes, so the list is the same whenever it is derived. Only where it
// is told is as it wants it now. Source: decisions A16.
func TestWhatACallerIsToldOfIsDecidedWithItsRequest(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	before := w.pay("SHOP_1", "before", "283000000000000100", "")
	own := w.pay("SHOP_1", "own", "283000000000000200", `"paymentNotifyUrl":"`+shop.URL+`/own",`)
	w.notify("SHOP_1", shop.URL+"/first")
	after := w.pay("SHOP_1", "after", "283000000000000300", "")
	w.notify("SHOP_1", shop.URL+"/second")
	w.round()
	var targets []string
	for _, m := range shop.messages() {
		targets = append(targets, m.target)
	}
	slices.Sort(targets)
	if want := []string{"/own", "/second"}; !slices.Equal(targets, want) {
		t.Errorf("told %v, want %v", targets, want)
	}
	for id, want := range map[ident.ID]int{before: 0, own: 1, after: 1} {
		notices, err := w.log().Of(context.Background(), id)
		if err != nil || len(notices) != want {
			t.Errorf("%d notices of %v, want %d; %v", len(notices), id, want, err)
		}
	}
}
