// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"embed"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// minimal is the smallest body with which a scanned code is paid.
//
//go:embed testdata/pay_documents.json
var minimal string

// payments are the same payment as each official SDK writes it: Go with real booleans and a line feed, Python on many
// lines with three spaces, PHP with escaped slashes and characters, .NET with a null for all that is not set, and every
// scalar a string, as the documents say. Source: reference/alipay-wire-api.md 1.2 and 1.7.
//
//go:embed testdata/pay_*.json
var payments embed.FS

func bodies(t testing.TB) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range []string{"documents", "go", "python", "php", "dotnet", "strings", "ams-java"} {
		body, err := payments.ReadFile("testdata/pay_" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		found[name] = string(body)
	}
	return found
}

func TestThePaymentOfEverySDKIsTheSamePayment(t *testing.T) {
	t.Parallel()
	for name, body := range bodies(t) {
		var r ams.PayRequest
		if err := wire.Decode([]byte(body), &r); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		amount, err := r.PaymentAmount.Money("paymentAmount")
		if err != nil || amount != money.New(1000, money.JPY) || r.Scenario() != ams.PaymentCode ||
			string(r.PaymentMethod.PaymentMethodID) != "281012345678901234" || r.PaymentRequestID != "p-0001" ||
			r.Order.OrderDescription != "抹茶 / matcha" || r.Order.Merchant.Store.StoreMCC != "5812" {
			t.Errorf("%s: read as %+v", name, r)
		}
	}
}

// Trap 57, S-02 and S-11 together: whatever an SDK sends is signed over its own bytes, and its meaning is fixed by them.
func TestEveryBodyIsSignedAsItIsWritten(t *testing.T) {
	t.Parallel()
	for name, body := range bodies(t) {
		var r ams.PayRequest
		if err := wire.Decode([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		again, err := wire.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if string(again) == body {
			t.Errorf("%s: re-encoding changes nothing, so the case proves nothing", name)
		}
		var second ams.PayRequest
		if err := wire.Decode(again, &second); err != nil || second.Validate() != nil {
			t.Errorf("%s: what we would send is not what we accept: %v", name, err)
		}
	}
}

func TestADuplicatedOrMisspelledAmountIsRefused(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]fault.Code{
		`{"paymentAmount":{"currency":"JPY","value":"1"},"paymentAmount":{"currency":"JPY","value":"9"}}`: wire.CodeKeyRepeated,
		`{"paymentAmount":{"currency":"JPY","value":"1"},"PAYMENTAMOUNT":{"currency":"JPY","value":"9"}}`: wire.CodeKeyCase,
		`{"PAYMENTAMOUNT":{"currency":"JPY","value":"9"}}`:                                                wire.CodeKeyCase,
		`{"paymentAmount":{"currency":"JPY","Value":"9"}}`:                                                wire.CodeKeyCase,
		`{"order":{"goods":[{"goodsname":"x"}]}}`:                                                         wire.CodeKeyCase,
	} {
		var r ams.PayRequest
		if err := wire.Decode([]byte(body), &r); fault.CodeOf(err) != want {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func FuzzDecodePay(f *testing.F) {
	for _, body := range bodies(f) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var r ams.PayRequest
		err := wire.Decode(body, &r)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.DetailOf(err) == "" {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		verdict := r.Validate()
		if verdict != nil && (fault.KindOf(verdict) != fault.Invalid || fault.DetailOf(verdict) == "") {
			t.Fatalf("%q: %v", body, verdict)
		}
		if verdict == nil {
			if _, err := r.PaymentAmount.Money("paymentAmount"); err != nil {
				t.Fatalf("%q is valid and has no amount: %v", body, err)
			}
		}
		first, err := wire.Encode(r)
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", body, err)
		}
		if len(first) > wire.BodyMax {
			return
		}
		var again ams.PayRequest
		if err := wire.Decode(first, &again); err != nil {
			t.Fatalf("%s: what we write we do not read: %v", first, err)
		}
		second, err := wire.Encode(again)
		if err != nil || string(second) != string(first) {
			t.Fatalf("%s is not stable: %s, %v", first, second, err)
		}
		if (again.Validate() == nil) != (verdict == nil) {
			t.Fatalf("%q: %v before, %v after", body, verdict, again.Validate())
		}
	})
}

func BenchmarkDecodePay(b *testing.B) {
	body := []byte(minimal)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var r ams.PayRequest
		if err := wire.Decode(body, &r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidatePay(b *testing.B) {
	var r ams.PayRequest
	if err := wire.Decode([]byte(minimal), &r); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Validate(); err != nil {
			b.Fatal(err)
		}
	}
}
