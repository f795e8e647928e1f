// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/wire"
	dialect "github.com/kakehashi-pay/kakehashi/wire/ams"
)

// finders are the operations that find something by an id, those that change something last.
var finders = []struct {
	operation dialect.Operation
	message   any
}{
	{dialect.InquiryPayment, dialect.InquiryPaymentRequest{}},
	{dialect.InquiryRefund, dialect.InquiryRefundRequest{}},
	{dialect.Refund, dialect.RefundRequest{}},
	{dialect.Cancel, dialect.CancelRequest{}},
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
	tenant := strings.TrimPrefix(as, "SHOP_")
	for i, ending := range []string{"00", "02", "01", "00"} {
		body := strings.NewReplacer("n-1", as+"-"+names[i], `"o-1"`, `"`+as+names[i]+`"`, "281000000000000100",
			fmt.Sprintf("2830000000%s0000%d%s", tenant, i, ending)).Replace(good["pay"])
		answer := w.post(as, payPath, body)
		ids = append(ids, as+"-"+names[i], value(w.t, answer, "paymentId"))
	}
	w.post(as, cancelPath, `{"paymentRequestId":"`+as+`-d"}`)
	refund := w.post(as, refundPath,
		`{"refundRequestId":"`+as+`-r","paymentId":"`+ids[1]+`","refundAmount":{"currency":"JPY","value":"10"}}`)
	return append(ids, as+"-r", value(w.t, refund, "refundId"))
}

// told is everything that a tenant is told about its own.
func (w *world) told(as string) string {
	var all strings.Builder
	for _, name := range []string{"a", "b", "c", "d"} {
		all.WriteString(w.post(as, inquiryPath, `{"paymentRequestId":"`+as+`-`+name+`"}`).Body.String())
	}
	all.WriteString(w.post(as, "/ams/api/v1/payments/inquiryRefund", `{"refundRequestId":"`+as+`-r"}`).Body.String())
	return all.String()
}

// S-08: every operation that finds something, every field that holds an id, every id of the other tenant. What belongs
// to somebody else is answered as what does not exist, to the byte, and is not changed.
func TestAnotherTenantsThingsDoNotExist(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	owned := map[string][]string{"SHOP_1": holdings(w, "SHOP_1"), "SHOP_2": holdings(w, "SHOP_2")}
	before := w.told("SHOP_1") + w.told("SHOP_2")
	asked := 0
	ask := func(as string, o dialect.Operation, field, id string) string {
		asked++
		return w.post(as, o.Path(false), asking(t, o, field, id, asked)).Body.String()
	}
	for _, f := range finders {
		for _, field := range idFields(f.message) {
			for _, tenants := range [][2]string{{"SHOP_1", "SHOP_2"}, {"SHOP_2", "SHOP_1"}} {
				for _, id := range owned[tenants[1]] {
					missing := fmt.Sprintf("000123456789ABCDEFGHJKMNP%03d", asked%1000)
					got, want := ask(tenants[0], f.operation, field, id), ask(tenants[0], f.operation, field, missing)
					if got != want || !strings.Contains(got, "ORDER_NOT_EXIST") {
						t.Errorf("%s asks %v for %s %s: %s, for a missing one %s", tenants[0], f.operation, field, id,
							got, want)
					}
				}
			}
		}
	}
	if asked < 400 {
		t.Errorf("only %d questions", asked)
	}
	if after := w.told("SHOP_1") + w.told("SHOP_2"); after != before {
		t.Errorf("what the tenants are told has changed:\n%s\n%s", before, after)
	}
}

// asking is a request with an id in one field, and whatever else the operation needs to be looked at, under names of
// its own.
func asking(t *testing.T, o dialect.Operation, field, id string, n int) string {
	t.Helper()
	fields := map[string]any{}
	if field == "merchantAccountId" {
		name := fmt.Sprint("never-", n)
		fields["paymentRequestId"], fields["refundRequestId"] = name, name
	}
	if o == dialect.Refund {
		fields = map[string]any{"refundRequestId": fmt.Sprint("r-", n), "paymentId": "000123456789ABCDEFGHJKMNPQRS",
			"refundAmount": map[string]string{"currency": "JPY", "value": "1"}}
	}
	fields[field] = id
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Every operation that is served is either swept above, or finds nothing by an id.
func TestTheSweepCoversEveryOperation(t *testing.T) {
	t.Parallel()
	swept := map[dialect.Operation]bool{dialect.Pay: true, dialect.InquireExchangeRate: true, dialect.Consult: true}
	for _, f := range finders {
		swept[f.operation] = true
	}
	for _, p := range dialect.Paths() {
		if p.Operation != dialect.NotSupported && !swept[p.Operation] {
			t.Errorf("%v is served and not swept", p.Operation)
		}
	}
}
