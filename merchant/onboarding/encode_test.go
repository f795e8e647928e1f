// SPDX-License-Identifier: Apache-2.0

package onboarding_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
	"github.com/kakehashi-pay/kakehashi/money"
)

// A change of this text would make every approval name another form.
func TestDigestOfAnApplicationNeverChanges(t *testing.T) {
	t.Parallel()
	const want = "a356b334bb1751a538e1b98130517c78a7f99b693811c4c444518781fd3273c9"
	if got := papered(t).Digest().String(); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestEveryFieldOfAFormIsInItsDigest(t *testing.T) {
	t.Parallel()
	a := papered(t)
	whole := a.Digest()
	fields := 0
	eachLeaf("form", reflect.ValueOf(&a.Form).Elem(), func(path string, leaf reflect.Value) {
		before := reflect.New(leaf.Type()).Elem()
		before.Set(leaf)
		change(t, path, leaf)
		if a.Digest() == whole {
			t.Errorf("%s is not in the digest", path)
		}
		leaf.Set(before)
		fields++
	})
	if a.Digest() != whole || fields < 50 {
		t.Fatalf("%d fields were looked at", fields)
	}
	other := a
	other.ID = onboarding.NameOf(3, "SHOP_1", "sample-2")
	if other.Digest() == whole {
		t.Error("two applications share a digest")
	}
}

// eachLeaf visits every field that holds no fields of its own; of lists, those of the first element.
func eachLeaf(path string, v reflect.Value, visit func(string, reflect.Value)) {
	switch {
	case v.Type() == reflect.TypeFor[money.Amount]() || v.Type() == reflect.TypeFor[time.Time]():
		visit(path, v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			eachLeaf(path+"."+v.Type().Field(i).Name, v.Field(i), visit)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		eachLeaf(path+"[0]", v.Index(0), visit)
	default:
		visit(path, v)
	}
}

func change(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Interface().(type) {
	case money.Amount:
		v.Set(reflect.ValueOf(money.New(1, money.HKD)))
		return
	case time.Time:
		v.Set(reflect.ValueOf(noon.Add(7 * time.Minute)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Uint16:
		v.SetUint(v.Uint() + 1)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Array:
		v.Index(0).SetUint(v.Index(0).Uint() ^ 0xff)
	default:
		t.Fatalf("%s has the kind %v, which this test does not know", path, v.Kind())
	}
}

func TestFieldsOfAFormDoNotRunTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ab]{0,3}`)
		draw := func(label string) onboarding.Form {
			f := sampleForm()
			f.TradeName, f.MCC, f.Plan = text.Draw(t, label), text.Draw(t, label), text.Draw(t, label)
			f.Stores[0].Reference, f.Stores[0].Name = text.Draw(t, label), text.Draw(t, label)
			for range rapid.IntRange(0, 2).Draw(t, label) {
				f.People = append(f.People, onboarding.Person{Sealed: onboarding.Token(text.Draw(t, label))})
			}
			return f
		}
		one, two := draw("one"), draw("two")
		if same := reflect.DeepEqual(one, two); same != (string(one.Encode()) == string(two.Encode())) {
			t.Fatalf("equal forms: %v\n%+v\n%+v", same, one, two)
		}
	})
}
