// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// spoil changes a value in every way that its type knows, one at a time, and calls visit after each. A type that it does not
// know fails the test, so that a field of a new type cannot be forgotten.
func spoil(t *testing.T, path string, v reflect.Value, visit func(what string)) {
	t.Helper()
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	try := func(what string, value any) {
		v.Set(reflect.ValueOf(value).Convert(v.Type()))
		visit(path + ", " + what)
		v.Set(old)
	}
	switch value := v.Interface().(type) {
	case money.Amount:
		try("one more", money.New(value.Minor()+1, value.Currency()))
		try("another currency", money.New(value.Minor(), money.USD))
		return
	case money.Ratio:
		num, den := value.Terms()
		for what, terms := range map[string][2]int64{"numerator": {num + den, den}, "denominator": {num, den * 3}} {
			other, err := money.RatioOf(terms[0], terms[1])
			if err != nil {
				t.Fatal(err)
			}
			try(what, other)
		}
		return
	case time.Time:
		try("a microsecond later", value.Add(time.Microsecond))
		return
	}
	switch v.Kind() {
	case reflect.String:
		try("a letter more", v.String()+"x")
		try("nothing", "")
	case reflect.Bool:
		try("the contrary", !v.Bool())
	case reflect.Uint8, reflect.Uint16:
		try("one more", v.Uint()+1)
	case reflect.Array:
		for i := range v.Len() {
			spoil(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			spoil(t, path+"."+v.Type().Field(i).Name, v.Field(i), visit)
		}
	default:
		t.Fatalf("%s is a %v: say how to change it, and commit to it", path, v.Type())
	}
}

// A full request has no zero field, so that every change is a change.
func fullRequest(t *testing.T) *payment.Request {
	t.Helper()
	r := converted()
	r.Account, r.Terminal, r.ExpiresAt = "account", "till 1", noon.Add(time.Minute)
	var err1, err2 error
	r.Customer, err1 = money.RatioOf(103, 2000)
	r.BaseRate, err2 = money.RatioOf(32, 625)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	r.Code, r.Fingerprint, r.Sealed = payment.Mark{1}, payment.Mark{2}, payment.Commitment{3}
	checkFull(t, reflect.ValueOf(r))
	return &r
}

func checkFull(t *testing.T, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Fatalf("%s is not set", v.Type().Field(i).Name)
		}
	}
}

func fullRefund(t *testing.T) *payment.RefundRequest {
	t.Helper()
	r := *open(t, converted()).refund(1, yen(300))
	r.Account, r.Reference, r.Sealed = "account", "reference", payment.Commitment{3}
	checkFull(t, reflect.ValueOf(r))
	return &r
}

func TestCommitmentChangesWithEveryPartOfTheRequest(t *testing.T) {
	t.Parallel()
	request, refund := fullRequest(t), fullRefund(t)
	for name, c := range map[string]struct {
		value reflect.Value
		of    func() payment.Commitment
		least int
	}{
		"request": {reflect.ValueOf(request).Elem(), request.CommitmentOf, 140},
		"refund":  {reflect.ValueOf(refund).Elem(), refund.CommitmentOf, 70},
	} {
		seen, count := map[payment.Commitment]string{c.of(): "the " + name + " itself"}, 0
		spoil(t, name, c.value, func(what string) {
			count++
			sum := c.of()
			if strings.HasPrefix(what, "request.Merchant.Lane,") {
				if _, same := seen[sum]; !same {
					t.Error("the merchant's lane, which is the payment's and not stored, changes the commitment")
				}
				return
			}
			if other, there := seen[sum]; there {
				t.Errorf("%s has the commitment of %s", what, other)
			}
			seen[sum] = what
		})
		if count < c.least {
			t.Errorf("only %d changes of the %s", count, name)
		}
	}
}

// The end of one text cannot be taken for the beginning of the next.
func TestCommitmentTellsWhereATextEnds(t *testing.T) {
	t.Parallel()
	one, two := fullRequest(t), fullRequest(t)
	one.RequestID, one.Order = "p-1", "o-1"
	two.RequestID, two.Order = "p-1o", "-1"
	if one.CommitmentOf() == two.CommitmentOf() {
		t.Error("two requests have one commitment")
	}
}

// The commitments are in journals: what is hashed never changes.
func TestCommitmentIsTheSameForEver(t *testing.T) {
	t.Parallel()
	request, refund := fullRequest(t).CommitmentOf(), fullRefund(t).CommitmentOf()
	name := ident.Name(0, ident.Payment, "SHOP", "", "p-1")
	tombstone := payment.Request{ID: name, Client: "SHOP", RequestID: "p-1", At: noon}
	buried := tombstone.CommitmentOf()
	for what, c := range map[string]struct {
		got  payment.Commitment
		want string
	}{
		"request":   {request, "1764f7c18c1c059cd9870f386159d95d5b183ef788e885f362b3a74f51683658"},
		"refund":    {refund, "eaa73d5874f9030d1742505d25af6c26a0be9a3f779685dd4b02f8522e663e65"},
		"tombstone": {buried, "3963031b40b7d548bfb2f21270b60d7de09c00201c8b8f1a18006452a2ade55c"},
	} {
		if got := hex.EncodeToString(c.got[:]); got != c.want {
			t.Errorf("the commitment of the %s is %s", what, got)
		}
	}
}
