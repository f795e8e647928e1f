// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/wire"
	dialect "github.com/kakehashi-pay/kakehashi/wire/ams"
)

// messages are the requests of the operations that find something by an id.
var messages = map[dialect.Operation]any{
	dialect.InquiryPayment: dialect.InquiryPaymentRequest{},
	dialect.Cancel:         dialect.CancelRequest{},
	dialect.Refund:         dialect.RefundRequest{},
	dialect.InquiryRefund:  dialect.InquiryRefundRequest{},
}

// idFields are the fields of a message that hold an id, as they are written.
func idFields(message any) []string {
	var names []string
	t := reflect.TypeOf(message)
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if strings.HasSuffix(name, "Id") && t.Field(i).Type == reflect.TypeFor[wire.Text]() {
			names = append(names, name)
		}
	}
	return names
}

// holdings are the ids of everything that a tenant has: paid, waiting, failed, cancelled, refunded.
func holdings(w *world, as string) (ids []string) {
	w.t.Helper()
	names := []string{"a", "b", "c", "d"}
	for i, ending := range []string{"00", "02", "01", "00"} {
		body := strings.NewReplacer("n-1", as+"-"+names[i], `"o-1"`, `"`+as+names[i]+`"`, "281000000000000100",
			"2830000000"+map[string]string{"SHOP_1": "1", "SHOP_2": "2"}[as]+"0000"+string(rune('0'+i))+ending).Replace(good["pay"])
		answer := w.post(as, payPath, body)
		ids = append(ids, as+"-"+names[i], value(w.t, answer, "paymentId"))
	}
	w.post(as, "/ams/api/v1/payments/cancel", `{"paymentRequestId":"`+as+`-d"}`)
	refund := w.post(as, "/ams/api/v1/payments/refund",
		`{"refundRequestId":"`+as+`-r","paymentId":"`+ids[1]+`","refundAmount":{"currency":"JPY","value":"10"}}`)
	return append(ids, as+"-r", value(w.t, refund, "refundId"))
}

// told is everything that a tenant is told about its own.
func (w *world) told(as string) string {
	var all strings.Builder
	for _, name := range []string{"a", "b", "c", "d"} {
		all.WriteString(w.post(as, "/ams/api/v1/payments/inquiryPayment", `{"paymentRequestId":"`+as+`-`+name+`"}`).Body.String())
	}
	all.WriteString(w.post(as, "/ams/api/v1/payments/inquiryRefund", `{"refundRequestId":"`+as+`-r"}`).Body.String())
	return all.String()
}

// S-08: every operation that finds something, every field that holds an id, every id of the other tenant. What belongs to
// somebody else is answered as what does not exist, to the byte, and is not changed.
func TestAnotherTenantsThingsDoNotExist(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	owned := map[string][]string{"SHOP_1": holdings(w, "SHOP_1"), "SHOP_2": holdings(w, "SHOP_2")}
	before := w.told("SHOP_1") + w.told("SHOP_2")
	tried := 0
	for _, path := range dialect.Paths() {
		message, finds := messages[path.Operation]
		if !finds {
			continue
		}
		for _, field := range idFields(message) {
			for _, tenants := range [][2]string{{"SHOP_1", "SHOP_2"}, {"SHOP_2", "SHOP_1"}} {
				for _, id := range owned[tenants[1]] {
					ask := func(id string) string {
						body := theirs(t, path.Operation, field, id)
						return w.post(tenants[0], path.Path, body).Body.String()
					}
					missing := "00ZZZZZZZZZZZZZZZZZZZZZZZZZZ"[:2] + "0123456789ABCDEFGHJKMNPQRS"
					if len(id) != 28 {
						missing = "nobody's-" + id
					}
					if got, want := ask(id), ask(missing); got != want {
						t.Errorf("%s asks %v for %s %s: %s, for a missing one %s", tenants[0], path.Operation, field, id, got, want)
					}
					tried++
				}
			}
		}
	}
	if tried < 150 {
		t.Errorf("only %d tries", tried)
	}
	if after := w.told("SHOP_1") + w.told("SHOP_2"); after != before {
		t.Errorf("what the tenants are told has changed:\n%s\n%s", before, after)
	}
}

// theirs is a request with an id in one field, and whatever else the operation needs to be looked at.
func theirs(t *testing.T, o dialect.Operation, field, id string) string {
	t.Helper()
	fields := map[string]any{}
	if o == dialect.Refund {
		fields = map[string]any{"refundRequestId": "theirs", "paymentId": "000123456789ABCDEFGHJKMNPQRS",
			"refundAmount": map[string]string{"currency": "JPY", "value": "1"}}
	}
	if field == "merchantAccountId" {
		fields["paymentRequestId"], fields["refundRequestId"] = "never", "never"
		if len(id) > 32 {
			id = id[:32]
		}
	}
	fields[field] = id
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
