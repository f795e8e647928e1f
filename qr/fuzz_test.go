// SPDX-License-Identifier: Apache-2.0

package qr_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/qr"
)

// mustBeTold holds an error to what every caller counts on.
func mustBeTold(t *testing.T, err error) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid || e.Code == "" || e.Detail == "" || e.Op == "" {
		t.Fatalf("refused with %#v", err)
	}
	if e.Subject == "" || !strings.HasPrefix(e.Detail, e.Subject+" at ") {
		t.Fatalf("refused without a place: %v", err)
	}
}

// mustReadBack holds a text that may be a code to its promises.
func mustReadBack(t *testing.T, text string) {
	t.Helper()
	code, err := qr.Decode(text)
	if err != nil {
		mustBeTold(t, err)
		return
	}
	written, err := code.Encode()
	if err != nil {
		t.Fatalf("%q was read, but cannot be written: %v", text, err)
	}
	end := len(text) - 4
	if written[:end] != text[:end] || !strings.EqualFold(written[end:], text[end:]) {
		t.Fatalf("%q was written back as %q", text, written)
	}
	if again, err := qr.Decode(written); err != nil || !reflect.DeepEqual(again, code) {
		t.Fatalf("%q was read again as %+v, not %+v: %v", written, again, code, err)
	}
	for _, account := range code.Accounts {
		if account.ID >= 26 && account.Template().GUID() == "" {
			t.Fatalf("account %v of %q is nobody's", account.ID, text)
		}
	}
	if (code.Amount.Currency() != 0) && (!code.Amount.Positive() || code.Amount.Currency() != code.Currency) {
		t.Fatalf("%q has the amount %v", text, code.Amount)
	}
}

func FuzzDecode(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.text)
	}
	for _, text := range []string{"", "000201", vector6, vector8, strings.ToLower(vector1), "00020163041D3D", "\xff",
		"0002016410最佳运输"} {
		f.Add(text)
	}
	f.Fuzz(mustReadBack)
}

// FuzzDecodeOfASealedText gets past the checksum, which no random change of a text would.
func FuzzDecodeOfASealedText(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.text[:len(v.text)-8])
	}
	f.Add(changed("", "550203", "570403.0", "62060902ME", "6509reserved.")[:100])
	f.Fuzz(func(t *testing.T, body string) { mustReadBack(t, seal(body)) })
}

func FuzzTemplate(f *testing.F) {
	for _, text := range []string{"0012D156000000000510A93FO3230Q", "0019jp.or.paymentsjapan", "0104最佳运输", "",
		"\xe3\x81", "0099"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		template := qr.Template(text)
		objects := template.Objects()
		if objects == nil {
			return
		}
		var whole strings.Builder
		for _, o := range objects {
			if value, ok := template.Lookup(o.ID); !ok || value != o.Value {
				t.Fatalf("%q holds %v, but %q is found", text, o, value)
			}
			fmt.Fprintf(&whole, "%v%02d%s", o.ID, len([]rune(o.Value)), o.Value)
		}
		if len(whole.String()) != len(text) {
			t.Fatalf("%q fell into %v", text, objects)
		}
		if again, err := qr.NewTemplate(objects...); err == nil && string(again) != text {
			t.Fatalf("%q was written back as %q", text, again)
		}
	})
}

func mustReadBackPayer(t *testing.T, text string) {
	t.Helper()
	code, err := qr.DecodePayer(text)
	if err != nil {
		mustBeTold(t, err)
		return
	}
	written, err := code.Encode()
	if fault.CodeOf(err) == qr.CodeTooLong && len(text)%4 != 0 {
		return // padding made it longer than it may be
	}
	if err != nil {
		t.Fatalf("%q was read, but cannot be written: %v", text, err)
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	if strings.TrimRight(written, "=") != plain {
		t.Fatalf("%q was written back as %q", text, written)
	}
	if again, err := qr.DecodePayer(written); err != nil || !reflect.DeepEqual(again, code) {
		t.Fatalf("%q was read again as something else: %v", written, err)
	}
	for _, application := range code.Applications {
		if _, ok := application.Lookup(qr.TagAID); !ok {
			t.Fatalf("%q has an application of nobody", text)
		}
	}
}

func FuzzDecodePayer(f *testing.F) {
	for _, text := range []string{payerPlain, payerSample, payerOfCardRange, payerJPQR, strings.TrimRight(payerPlain,
		"="), "",
		"hQVDUFYwMQ==", "----", "hQVDUFYwMWGBgA"} {
		f.Add(text)
	}
	f.Fuzz(mustReadBackPayer)
}

// FuzzDecodePayerOfBytes gets past the Base64.
func FuzzDecodePayerOfBytes(f *testing.F) {
	for _, text := range []string{payerPlain, payerSample, payerOfCardRange, payerJPQR} {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[7:])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		mustReadBackPayer(t, base64.StdEncoding.EncodeToString(append([]byte("\x85\x05CPV01"), data...)))
		set := qr.DataSet(data)
		if elements := set.Elements(); elements != nil {
			if again, err := qr.NewDataSet(elements...); err != nil || again != set {
				t.Fatalf("%x was written back as %x: %v", data, string(again), err)
			}
		}
	})
}

func FuzzParseTrack2(f *testing.F) {
	for _, value := range []string{"\x31\x58\x99\x00\x79\x24\x29\x43\xd4\x91\x21\x21\x00\x00\x05\x12\x00\x00\x0f", "",
		"\xdd", "\x1d\xff",
		"\x1d\x12\x34\x56\x7f"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if number, err := qr.UnpackPAN(value); err == nil {
			if back, err := qr.PackPAN(number); err != nil || back != value {
				t.Fatalf("%x was written back as %x: %v", value, back, err)
			}
		}
		track, err := qr.ParseTrack2(value)
		if err != nil {
			mustBeTold(t, err)
			return
		}
		if back, err := track.Value(); len(value) <= 19 && (err != nil || back != value) {
			t.Fatalf("%x was written back as %x: %v", value, back, err)
		}
	})
}

func FuzzRecognise(f *testing.F) {
	for _, text := range []string{vector1, payerPlain, payerJPQR, "https://pay.example.jp/m/1", "135112298638468293",
		"281010897274821897274821", "900081818812345678901234", "１３５１", " - ", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		normal, candidates := qr.Recognise(text)
		for i, c := range candidates {
			if c.Family.String() == "unknown" || (i > 0 && c.Family <= candidates[i-1].Family) {
				t.Fatalf("%q: candidate %d is %v", text, i, c)
			}
		}
		again, same := qr.Recognise(normal)
		if candidates != nil && (again != normal || !reflect.DeepEqual(same, candidates)) {
			t.Fatalf("%q became %q, and that %q: %v, %v", text, normal, again, candidates, same)
		}
	})
}

func FuzzLocate(f *testing.F) {
	f.Add(vector1, "62.05")
	f.Add(vector11, "26.04")
	f.Add("0002", "")
	f.Fuzz(func(t *testing.T, text, path string) {
		if at := qr.Locate(text, path); at < 0 || at > len([]rune(text)) {
			t.Fatalf("%q stands at %d of %q", path, at, text)
		}
	})
}
