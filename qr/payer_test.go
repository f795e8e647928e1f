// SPDX-License-Identifier: Apache-2.0

package qr_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/qr"
)

// The published codes of payers, in the order of reference/japan.md 1.9.
const (
	payerPlain  = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8="
	payerSample = "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8g" +
		"DkNBUkRIT0xERVIvR" +
		"U1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw=="
	payerOfCardRange = "hQVDUFYwMWEfTwigAAAAZQOSAlcTMViZAHkkKUPUkSEhAAAFEgAADw=="
	payerJPQR        = "hQVKUFFSMWElTwgxMjM0NTY3OFcIODc2NTQzMjGZD3sia2V5IjoidmFsdWUifQ=="
)

// mustReturnPayer holds a payer's code that is accepted to its text, and to itself.
func mustReturnPayer(t *testing.T, text string) qr.PayerCode {
	t.Helper()
	code, err := qr.DecodePayer(text)
	if err != nil {
		t.Fatal(err)
	}
	written, err := code.Encode()
	if err != nil || written != text {
		t.Fatalf("%s\nwas written back as\n%s: %v", text, written, err)
	}
	if again, err := qr.DecodePayer(written); err != nil || !reflect.DeepEqual(again, code) {
		t.Fatalf("read again as something else: %v", err)
	}
	return code
}

func bytesOf(t *testing.T, digits string) string {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestThePlainPayerCodeIsRead(t *testing.T) {
	t.Parallel()
	code := mustReturnPayer(t, payerPlain)
	application := code.Applications[0]
	if aid, _ := application.Lookup(qr.TagAID); code.Indicator != qr.EMV || aid != bytesOf(t, "A0000000555555") {
		t.Errorf("%v, application %x", code.Indicator, aid)
	}
	value, _ := application.Lookup(qr.TagTrack2)
	track, err := qr.ParseTrack2(value)
	want := qr.Track2{PAN: "1234567890123458", Expiry: "1912", Service: "201", Discretionary: "12345"}
	if err != nil || track != want {
		t.Errorf("the track is another: %v", err)
	}
	if back, err := want.Value(); err != nil || back != value {
		t.Errorf("the track was written as %x: %v", back, err)
	}
}

func TestTheSampleOfAPayerCodeIsRead(t *testing.T) {
	t.Parallel()
	code := mustReturnPayer(t, payerSample)
	if len(code.Applications) != 2 || len(code.Others) != 0 {
		t.Fatalf("%d applications, %d others", len(code.Applications), len(code.Others))
	}
	for i, want := range []string{"Product1", "Product2"} {
		if label, _ := code.Applications[i].Lookup(qr.TagLabel); label != want {
			t.Errorf("application %d is %q", i, label)
		}
	}
	for tag, want := range map[qr.Tag]string{qr.TagCardholder: "CARDHOLDER/EMV", qr.TagLanguages: "ruesdeen"} {
		if got, ok := code.Common.Lookup(tag); !ok || got != want {
			t.Errorf("%v is %q", tag, got)
		}
	}
	packed, _ := code.Common.Lookup(qr.TagPAN)
	if number, err := qr.UnpackPAN(packed); err != nil || number != "1234567890123458" {
		t.Errorf("the number is another: %v", err)
	}
	transparent := code.Common.Nested(qr.TagCommonTransparent)
	want := []qr.Element{{Tag: qr.TagIssuerData, Value: bytesOf(t, "06010A03000000")},
		{Tag: qr.TagCryptogram, Value: bytesOf(t, "584FD385FA234BCC")}, {Tag: qr.TagTransactionCounter,
			Value: bytesOf(t, "0001")},
		{Tag: qr.TagUnpredictable, Value: bytesOf(t, "6D58EF13")}}
	if got := transparent.Elements(); !reflect.DeepEqual(got, want) {
		t.Errorf("64 holds %v", got)
	}
	if code.Common.Nested(qr.TagApplicationTransparent) != "" {
		t.Error("there is no 63 in the common data")
	}
}

func TestAPayerCodeOfACardRangeIsRead(t *testing.T) {
	t.Parallel()
	code := mustReturnPayer(t, payerOfCardRange)
	aid, _ := code.Applications[0].Lookup(qr.TagAID)
	value, _ := code.Applications[0].Lookup(qr.TagTrack2)
	track, err := qr.ParseTrack2(value)
	if err != nil || aid != bytesOf(t, "A000000065039202") || track.PAN != "3158990079242943" ||
		track.Expiry != "4912" ||
		track.Service != "121" {
		t.Errorf("application %x: %v", aid, err)
	}
}

func TestAPayerCodeOfJPQRIsRead(t *testing.T) {
	t.Parallel()
	code := mustReturnPayer(t, payerJPQR)
	want := []qr.Element{{Tag: qr.TagAID, Value: "12345678"}, {Tag: qr.TagTrack2, Value: "87654321"},
		{Tag: 0x99, Value: `{"key":"value"}`}}
	if got := code.Applications[0].Elements(); code.Indicator != qr.JPQR || !reflect.DeepEqual(got, want) {
		t.Errorf("%v holds %v", code.Indicator, got)
	}
}

func TestBase64WithoutPaddingAndForAddressesIsAccepted(t *testing.T) {
	t.Parallel()
	bare := strings.TrimRight(payerSample, "=")
	address := strings.NewReplacer("+", "-", "/", "_").Replace(payerSample)
	if address == payerSample {
		t.Fatal("the sample has none of the letters that differ")
	}
	for _, text := range []string{bare, address, strings.TrimRight(address, "=")} {
		code, err := qr.DecodePayer(text)
		if err != nil {
			t.Fatal(err)
		}
		if written, err := code.Encode(); err != nil || written != payerSample {
			t.Fatalf("written as %s: %v", written, err)
		}
	}
}

func TestLengthsOf128AndMoreAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for size, head := range map[int]string{127 - 9: "617F", 128 - 9: "618180", 200: "6181D2", 255 - 10: "6181FF",
		256 - 10: "61820100", 300: "61820137"} {
		value := strings.Repeat("v", size)
		data, err := qr.NewDataSet(qr.Element{Tag: qr.TagAID, Value: "\xA0\x00\x00\x00\x01"}, qr.Element{Tag: 0xC1,
			Value: value})
		if err != nil {
			t.Fatal(err)
		}
		code := qr.PayerCode{Indicator: qr.EMV, Applications: []qr.DataSet{data}}
		text, err := code.Encode()
		if err != nil {
			t.Fatal(size, err)
		}
		raw, _ := base64.StdEncoding.DecodeString(text)
		if got := fmt.Sprintf("%X", raw[7:7+len(head)/2]); got != head {
			t.Errorf("%d bytes begin with %s, not %s", size, got, head)
		}
		back := mustReturnPayer(t, text)
		if got, _ := back.Applications[0].Lookup(0xC1); got != value || !reflect.DeepEqual(back, code) {
			t.Errorf("%d bytes came back as %d", size, len(got))
		}
	}
}

func TestEachBrokenRuleOfAPayerCodeIsNamedWithItsTagAndPlace(t *testing.T) {
	t.Parallel()
	const format, aid = "85 05 4350563031", "4F 05 A000000001" // seven bytes, seven bytes
	for _, c := range []refusal{
		{"empty", "", qr.CodeObjectMissing, "85", 0},
		{"no indicator", "61 07" + aid, qr.CodeObjectMissing, "85", 0},
		{"another indicator", "85 05 4350563032" + "61 07" + aid, qr.CodeObjectMalformed, "85", 0},
		{"an indicator twice", format + format, qr.CodeObjectRepeated, "85", 7},
		{"no application", format, qr.CodeObjectMissing, "61", 7},
		{"an empty application", format + "61 00", qr.CodeObjectMalformed, "61", 7},
		{"an application of nobody", format + "61 03 50 01 41", qr.CodeObjectMissing, "61.4F", 12},
		{"an application of a short name", format + "61 06 4F 04 A0000000", qr.CodeObjectMalformed, "61.4F", 9},
		{"a name twice", format + "61 0E" + aid + aid, qr.CodeObjectRepeated, "61.4F", 16},
		{"common data twice", format + "61 07" + aid + "62 03 50 01 41" + "62 03 50 01 41", qr.CodeObjectRepeated,
			"62", 21},
		{"something unknown twice", format + "61 07" + aid + "C1 00 C1 00", qr.CodeObjectRepeated, "C1", 18},
		{"a transparent template in the root", format + "63 00", qr.CodeObjectMisplaced, "63", 7},
		{"63 in the common data", format + "61 07" + aid + "62 02 63 00", qr.CodeObjectMisplaced, "62.63", 18},
		{"64 in an application", format + "61 09" + aid + "64 00", qr.CodeObjectMisplaced, "61.64", 16},
		{"an application in an application", format + "61 09" + aid + "61 00", qr.CodeObjectMisplaced, "61.61", 16},
		{"a template in a template in a template", format + "61 0B" + aid + "63 02 63 00", qr.CodeObjectMisplaced,
			"61.63.63", 18},
		{"a long label", format + "61 1A" + aid + "50 11" + strings.Repeat("41", 17), qr.CodeObjectMalformed, "61.50",
			16},
		{"a label in Japanese", format + "61 0C" + aid + "50 03 E38182", qr.CodeObjectMalformed, "61.50", 16},
		{"a number of letters", format + "61 0B" + aid + "5A 02 1A34", qr.CodeObjectMalformed, "61.5A", 16},
		{"a number of filling", format + "61 0B" + aid + "5A 02 12FF", qr.CodeObjectMalformed, "61.5A", 16},
		{"a track without its mark", format + "61 0C" + aid + "57 03 123456", qr.CodeObjectMalformed, "61.57", 16},
		{"a track without its service", format + "61 0E" + aid + "57 05 12D491211F",
			qr.CodeObjectMalformed, "61.57", 16},
		{"three letters of language", format + "61 0D" + aid + "5F2D 03 6A6165", qr.CodeObjectMalformed, "61.5F2D", 16},
		{"a counter of one byte", format + "61 0D" + aid + "63 04 9F36 01 00", qr.CodeObjectMalformed, "61.63.9F36",
			18},
		{"cut off in a tag", format + "61 08" + aid + "5F", qr.CodeMalformed, "61.?", 16},
		{"cut off before a length", format + "61 08" + aid + "50", qr.CodeMalformed, "61.50", 16},
		{"cut off in a length", format + "61 09" + aid + "C1 81", qr.CodeMalformed, "61.C1", 16},
		{"cut off in a value", format + "61 07 4F 05 A0000000", qr.CodeMalformed, "61", 7},
		{"a length that is longer than need be", format + "61 81 07" + aid, qr.CodeMalformed, "61", 7},
		{"a length in three bytes without need", format + "61 82 0007" + aid, qr.CodeMalformed, "61", 7},
		{"a length without end", format + "61 80" + aid + "0000", qr.CodeMalformed, "61", 7},
		{"a length of four bytes", format + "61 83 000007" + aid, qr.CodeMalformed, "61", 7},
		{"a tag of four bytes", format + "9F818101 00", qr.CodeMalformed, "?", 7},
		{"a tag that begins with nothing", format + "9F8001 00", qr.CodeMalformed, "?", 7},
		{"filling", format + "00 00", qr.CodeMalformed, "?", 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := qr.DecodePayer(base64.StdEncoding.EncodeToString([]byte(bytesOf(t, c.text))))
			c.mustBe(t, err, "byte")
		})
	}
}

func TestTextsThatAreNoBase64AreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"a line end", payerPlain[:8] + "\n" + payerPlain[8:], qr.CodeBase64Malformed, "?", 8},
		{"a space", payerPlain[:8] + " " + payerPlain[8:], qr.CodeBase64Malformed, "?", 8},
		{"two alphabets", "hQVDUFYw+-__", qr.CodeBase64Malformed, "?", 8},
		{"bits that mean nothing", payerPlain[:len(payerPlain)-2] + "9=", qr.CodeBase64Malformed, "?",
			len(payerPlain) - 1},
		{"too long", strings.Repeat("A", qr.CharactersMax+4), qr.CodeTooLong, "?", qr.CharactersMax},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := qr.DecodePayer(c.text)
			c.mustBe(t, err, "character")
		})
	}
}

func TestWhatCannotBeReadIsNotWrittenAsAPayerCode(t *testing.T) {
	t.Parallel()
	application, err := qr.NewDataSet(qr.Element{Tag: qr.TagAID, Value: "\xA0\x00\x00\x00\x01"})
	if err != nil {
		t.Fatal(err)
	}
	long, err := qr.NewDataSet(qr.Element{Tag: 0xC1, Value: strings.Repeat("x", 400)})
	if err != nil {
		t.Fatal(err)
	}
	one := []qr.DataSet{application}
	for _, c := range []struct {
		name string
		in   qr.PayerCode
		code fault.Code
		path string
	}{
		{"nothing", qr.PayerCode{}, qr.CodeObjectMalformed, "85"},
		{"an unnamed indicator", qr.PayerCode{Indicator: 7, Applications: one}, qr.CodeObjectMalformed, "85"},
		{"no application", qr.PayerCode{Indicator: qr.EMV}, qr.CodeObjectMissing, "61"},
		{"bytes that are no objects", qr.PayerCode{Indicator: qr.EMV, Applications: []qr.DataSet{"\x4F"}},
			qr.CodeMalformed, "61.4F"},
		{"an application among the others", qr.PayerCode{Indicator: qr.EMV, Applications: one,
			Others: []qr.Element{{Tag: qr.TagApplication, Value: string(application)}}}, qr.CodeObjectMisplaced, "61"},
		{"no tag", qr.PayerCode{Indicator: qr.EMV, Applications: one, Others: []qr.Element{{Tag: 0, Value: "x"}}},
			qr.CodeMalformed, "00"},
		{"a tag that goes on", qr.PayerCode{Indicator: qr.EMV, Applications: one, Others: []qr.Element{{Tag: 0x9F,
			Value: "x"}}},
			qr.CodeMalformed, "9F"},
		{"too long", qr.PayerCode{Indicator: qr.EMV, Applications: one, Common: long}, qr.CodeTooLong, "?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text, err := c.in.Encode()
			refused, ok := err.(*fault.Error)
			if !ok || text != "" || refused.Kind != fault.Invalid || refused.Code != c.code ||
				refused.Subject != c.path {
				t.Fatalf("wrote %q: %v", text, err)
			}
		})
	}
	for _, tag := range []qr.Tag{0, 0x1F, 0x5F, 0x9F80, 0x4F4F, 0x01020304, 0xFF} {
		if _, err := qr.NewDataSet(qr.Element{Tag: tag, Value: "x"}); fault.CodeOf(err) != qr.CodeMalformed {
			t.Errorf("tag %v: %v", tag, err)
		}
	}
	if _, err := qr.NewDataSet(qr.Element{Tag: 0xC1, Value: strings.Repeat("x",
		65536)}); fault.CodeOf(err) != qr.CodeMalformed {
		t.Errorf("65536 bytes: %v", err)
	}
}

func TestTracksAndNumbersOfAllLengthsReturn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[0-9]{1,19}`).Draw(t, "number")
		packed, err := qr.PackPAN(number)
		if err != nil || len(packed) != (len(number)+1)/2 {
			t.Fatalf("%d bytes: %v", len(packed), err)
		}
		if back, err := qr.UnpackPAN(packed); err != nil || back != number {
			t.Fatalf("%s came back as %s: %v", number, back, err)
		}
		track := qr.Track2{PAN: number, Expiry: rapid.StringMatching(`[0-9]{4}`).Draw(t, "expiry"),
			Service:       rapid.StringMatching(`[0-9]{3}`).Draw(t, "service"),
			Discretionary: rapid.StringMatching(`[0-9]{0,11}`).Draw(t, "discretionary")}
		value, err := track.Value()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := qr.ParseTrack2(value); err != nil || back != track {
			t.Fatalf("%x came back as another track: %v", value, err)
		}
	})
	for _, bad := range []string{"", "12345678901234567890", "12a", "１"} {
		if _, err := qr.PackPAN(bad); fault.CodeOf(err) != qr.CodeObjectMalformed {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, bad := range []qr.Track2{{}, {PAN: "1", Expiry: "123", Service: "1234"}, {PAN: "1D", Expiry: "1234",
		Service: "123"},
		{PAN: "1", Expiry: "1234", Service: "123", Discretionary: strings.Repeat("1", 40)}} {
		if _, err := bad.Value(); fault.CodeOf(err) != qr.CodeObjectMalformed {
			t.Errorf("a bad track: %v", err)
		}
	}
}

func TestOrderAndUnknownObjectsOfAPayerCodeSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		objects := []string{"6107" + "4F05A000000001", "6109" + "C200" + "4F05A000000002", "6203" + "500141", "C100",
			"DF0A0199",
			"E103FFFFFF"}
		body := "85054350563031" + strings.Join(rapid.Permutation(objects).Draw(t, "objects"), "")
		data, err := hex.DecodeString(body)
		if err != nil {
			t.Fatal(err)
		}
		text := base64.StdEncoding.EncodeToString(data)
		code, err := qr.DecodePayer(text)
		if err != nil {
			t.Fatal(err)
		}
		written, err := code.Encode()
		if err != nil || written != text || len(code.Others) != 3 || len(code.Applications) != 2 {
			t.Fatalf("%s\nwas written back as\n%s: %v", text, written, err)
		}
	})
}

func TestAPayerCodeNeverPrintsItself(t *testing.T) {
	t.Parallel()
	code := mustReturnPayer(t, payerSample)
	value, _ := mustReturnPayer(t, payerPlain).Applications[0].Lookup(qr.TagTrack2)
	track, err := qr.ParseTrack2(value)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown := fmt.Sprintf(verb+verb+verb+verb+verb, code, code.Common, code.Applications, code.Common.Elements(),
			track)
		for _, secret := range []string{"CARDHOLDER", "Product", "43415244", "4f07", "12345678"} {
			if strings.Contains(strings.ToUpper(shown), strings.ToUpper(secret)) {
				t.Errorf("%s shows %s", verb, secret)
			}
		}
	}
	if got := fmt.Sprint(code, code.Common.Elements()[1]); got != "[payer code] 5F20[14]" {
		t.Errorf("shown as %s", got)
	}
}
