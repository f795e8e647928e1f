// SPDX-License-Identifier: Apache-2.0

package jpqr_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/qr"
	"github.com/kakehashi-pay/kakehashi/qr/jpqr"
)

// published is the payer's code of the profile in reference/japan.md 1.9.
const published = "hQVKUFFSMWElTwgxMjM0NTY3OFcIODc2NTQzMjGZD3sia2V5IjoidmFsdWUifQ=="

func TestThePublishedPayerIsReadAndWritten(t *testing.T) {
	t.Parallel()
	code, err := qr.DecodePayer(published)
	if err != nil {
		t.Fatal(err)
	}
	want := jpqr.Payer{Provider: "12345678", Number: "87654321", More: []qr.Element{{Tag: 0x99,
		Value: `{"key":"value"}`}}}
	got, err := jpqr.ReadPayer(code)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("read as another payer: %v", err)
	}
	made, err := want.Code()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := made.Encode(); err != nil || text != published {
		t.Fatalf("wrote %s: %v", text, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if shown := fmt.Sprintf(verb, want); strings.Contains(shown, "87654321") {
			t.Errorf("%s shows the number: %s", verb, shown)
		}
	}
}

func TestWhatIsNoPayerOfTheProfileIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   jpqr.Payer
		code fault.Code
		path string
	}{
		{"no provider", jpqr.Payer{Number: "1"}, jpqr.CodeProviderMalformed, "61.4F"},
		{"a short provider", jpqr.Payer{Provider: "1234", Number: "1"}, jpqr.CodeProviderMalformed, "61.4F"},
		{"a provider of letters", jpqr.Payer{Provider: "1234x", Number: "1"}, jpqr.CodeProviderMalformed, "61.4F"},
		{"no number", jpqr.Payer{Provider: "12345678"}, jpqr.CodeNumberMalformed, "61.57"},
		{"a long number", jpqr.Payer{Provider: "12345678", Number: strings.Repeat("1", 20)}, jpqr.CodeNumberMalformed,
			"61.57"},
		{"two numbers", jpqr.Payer{Provider: "12345678", Number: "1", More: []qr.Element{{Tag: qr.TagTrack2,
			Value: "2"}}},
			qr.CodeObjectRepeated, "61.57"},
	} {
		_, err := c.in.Code()
		mustBe(t, err, c.code, c.path, c.path+" ")
	}
	card, err := qr.DecodePayer("hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=")
	if err != nil {
		t.Fatal(err)
	}
	_, err = jpqr.ReadPayer(card)
	mustBe(t, err, jpqr.CodeProviderMalformed, "85", "85 must be JPQR1")
}

func TestEveryPayerIsReadFromItsCode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		payer := jpqr.Payer{Provider: rapid.StringMatching(`[0-9]{5,16}`).Draw(t, "provider"),
			Number: rapid.StringMatching(`[0-9]{1,19}`).Draw(t, "number")}
		if more := rapid.StringMatching(`[ -~]{0,200}`).Draw(t, "more"); more != "" {
			payer.More = []qr.Element{{Tag: 0x99, Value: more}}
		}
		code, err := payer.Code()
		if err != nil {
			t.Fatal(err)
		}
		text, err := code.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := qr.DecodePayer(text)
		if err != nil || !reflect.DeepEqual(back, code) {
			t.Fatalf("%s was read as another code: %v", text, err)
		}
		if got, err := jpqr.ReadPayer(back); err != nil || !reflect.DeepEqual(got, payer) {
			t.Fatalf("%s was read as another payer: %v", text, err)
		}
	})
}

func FuzzReadPayer(f *testing.F) {
	f.Add(published)
	f.Add("hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=")
	f.Fuzz(func(t *testing.T, text string) {
		code, err := qr.DecodePayer(text)
		if err != nil {
			return
		}
		payer, err := jpqr.ReadPayer(code)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) == "" {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if code.Indicator != qr.JPQR || len(payer.Provider) < 5 || payer.Number == "" {
			t.Fatalf("%q was read as a payer", text)
		}
	})
}
