// SPDX-License-Identifier: Apache-2.0

package wallet_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Each timer that a wallet's contract does not give is the default's, and no other. A new one must be added to Or.
func TestOrFillsOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	other := wallet.DefaultTimers()
	whole := reflect.TypeFor[wallet.Timers]()
	for i := range whole.NumField() {
		name := whole.Field(i).Name
		var own wallet.Timers
		field := reflect.ValueOf(&own).Elem().Field(i)
		field.SetInt(7)
		got := reflect.ValueOf(own.Or(other))
		for j := range whole.NumField() {
			want := reflect.ValueOf(other).Field(j).Int()
			if i == j {
				want = 7
			}
			if got.Field(j).Int() != want {
				t.Errorf("with %s set, %s is %d, not %d", name, whole.Field(j).Name, got.Field(j).Int(), want)
			}
		}
		field.SetInt(-1)
		if own.Or(other) != other {
			t.Errorf("a negative %s stays", name)
		}
		if reflect.ValueOf(other).Field(i).Int() <= 0 {
			t.Errorf("the default has no %s", name)
		}
	}
}

// Source: reference/reliability.md 2.1.
func TestDefaultTimersAreThoseOfTheDefaultProfile(t *testing.T) {
	t.Parallel()
	d := wallet.DefaultTimers()
	if d.Deadline != 10*time.Second || d.InquiryEvery*time.Duration(d.InquiryMax) != time.Minute ||
		d.InquiryEvery != 3*time.Second || d.CancelBackoff != time.Second || d.CancelMax != time.Minute {
		t.Errorf("%+v", d)
	}
}

func TestStatusIsOneOfThree(t *testing.T) {
	t.Parallel()
	for status, valid := range map[wallet.Status]bool{wallet.Live: true, wallet.Suspended: true, wallet.Ended: true, "": false,
		"LIVE": false} {
		if status.Valid() != valid {
			t.Errorf("%q is valid: %v", status, !valid)
		}
	}
}

// Nothing but an explicit answer counts: the zero answer is Unknown, and a code beside it is no reason.
func TestZeroAnswerIsUnknown(t *testing.T) {
	t.Parallel()
	var a wallet.Answer
	if a.Verdict != wallet.Unknown {
		t.Errorf("the zero answer is %v", a.Verdict)
	}
	for v, name := range map[wallet.Verdict]string{0: "unknown", 1: "succeeded", 2: "declined", 3: "verdict 3"} {
		if v.String() != name {
			t.Errorf("verdict %d is %v", uint8(v), v)
		}
		a := wallet.Answer{Verdict: v, Code: wire.CancelWindowExceed}
		if a.Declares(wire.CancelWindowExceed) != (v == wallet.Declined) || a.Declares(wire.OrderNotExist) {
			t.Errorf("%v declares its code: %v", v, a.Declares(wire.CancelWindowExceed))
		}
	}
}
