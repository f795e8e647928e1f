// SPDX-License-Identifier: Apache-2.0

package qr_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/qr"
)

// The published codes, numbered as in reference/japan.md 1.8.
const (
	vector1 = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST " +
		"TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A6008667" +
		"0902ME91320016A0112233449988770708123456786304A13A"
	vector2 = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115303156540523.72" +
		"5502015802CN5914BEST TRANSPORT6007BEIJING6233030412340603***0708A60086670902ME64200002ZH0104最佳运输" +
		"0202北京8036003239401ff0c21a4543a8ed5fbaa30ab02e81360032c2fbf6dd646f4f36b617f10747c0b96163046F32"
	vector3 = "0002016003xxx01021129300012D156000000000510A93FO3230Q31280012D15600000001030812345678266" +
		"80019jp.or.payme" +
		"ntsjapan01130000000000001020400010306000001040600000153033925903xxx64180002JA0108メルペイ カフェ52044111" +
		"5802JP610710661436304DEE9"
	vector4 = "00020101021252044131153137210116372101160123456789ABCDE6010Phnom Penh5913Merchant Shop58" +
		"02KH540510.0053" +
		"03840622501081234567802090124444446304A0BA"
	vector5 = "00020101021115312031041800520446JDBMSZZXE44BFS038680016A0052662846625770108321704180203002" +
		"0325mchVKyozC3MbjS51h67qal4Os5204581253034185802LA5915JDBMSZZXE44BFS06009Vientiane63043F88"
	vector6 = "0002010102121313JCB12345678900416MASTER12345678905204531153033925407999.1235802JP5906DONGRI6005TOKYO" +
		"62240104hoge0504fuga0704piyo6304C343"
	vector7 = "000201010211057704736a2f41a3-c54c-fce8-32d2-0324e1c32e22*3440e5bf-81ca-4c5f-a1b2-cf989f09a0395204502" +
		"4530384054031005802US5913Test Merchant6008New York62080304123463046F6D"
	vector8 = "00020164210002JA0111JPQRMPM本舗食堂53033925903xxx6003xxx610710600325802JP01021126680019jp.or.payments" +
		"japan0113000000000000102040001030600000104060000015204412163046D60"
	vector10 = "00020101021226680019jp.or.paymentsjapan01130000000000001020400010306000001040600000152045812530339254" +
		"0419805802JP5909DEMO SHOP6008SHINJUKU6107160002262220509ORDER00010705POS0164140002JA0104デモ商店6304B246"
	vector11 = "00020101021126680019jp.or.paymentsjapan01130000000000001020400010306000001040600000152045912530339258" +
		"02JP5909DEMO DRUG6005OSAKA6107542007164190002JA0109デモ薬局 道頓堀店63048574"
)

// zeroPadded8 is vector 8 with the checksum that it should have had.
var zeroPadded8 = vector8[:len(vector8)-4] + "0F92"

// vectors are those that Decode accepts, with their length.
var vectors = []struct {
	name, text       string
	characters, size int
}{
	{"1", vector1, 248, 260}, {"2", vector2, 292, 304}, {"3", vector3, 226, 240}, {"4", vector4, 145, 145},
	{"5", vector5, 180, 180}, {"7", vector7, 170, 170}, {"8 with its true checksum", zeroPadded8, 163, 171},
	{"10", vector10, 201, 209}, {"11", vector11, 169, 185},
}

func TestPublishedCodesAreReadAndWrittenBackUnchanged(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			if n := utf8.RuneCountInString(v.text); n != v.characters || len(v.text) != v.size {
				t.Fatalf("the text has %d characters in %d bytes", n, len(v.text))
			}
			mustReturn(t, v.text)
		})
	}
}

// mustReturn holds a code that is accepted to its text, and to itself.
func mustReturn(t *testing.T, text string) qr.Code {
	t.Helper()
	code, err := qr.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	written, err := code.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if written != text {
		t.Fatalf("%s\nwas written back as\n%s", text, written)
	}
	again, err := qr.Decode(written)
	if err != nil || !reflect.DeepEqual(again, code) {
		t.Fatalf("read again as %+v, not %+v: %v", again, code, err)
	}
	return code
}

func TestTheSampleOfTheSpecificationSaysWhatItSays(t *testing.T) {
	t.Parallel()
	got := mustReturn(t, vector1)
	plain := qr.Code{
		Initiation: qr.Dynamic,
		Accounts: []qr.Object{{ID: 29, Value: "0012D156000000000510A93FO3230Q"},
			{ID: 31, Value: "0012D15600000001030812345678"}},
		Category: "4111", Currency: money.CNY, Amount: money.New(2372, money.CNY), Tip: qr.AskTip, Country: "CN",
		Name: "BEST TRANSPORT", City: "BEIJING",
		Additional: qr.Additional{Store: "1234", Customer: qr.Prompt, Terminal: "A6008667", Request: "ME"},
		Language:   qr.Language{Preference: "ZH", Name: "最佳运输", City: "北京"},
		Unreserved: []qr.Object{{ID: 91, Value: "0016A011223344998877070812345678"}},
	}
	text, err := plain.Encode() // in the order of the fields
	if err != nil {
		t.Fatal(err)
	}
	if same := mustReturn(t, text); !reflect.DeepEqual(same, plain) {
		t.Fatalf("read %+v, wrote %+v", same, plain)
	}
	if vector1 == text || got.Reusable() {
		t.Fatal("the sample is dynamic, and its objects come in another order")
	}
	if guid := got.Accounts[0].Template().GUID(); guid != "D15600000000" {
		t.Errorf("account 29 is of %q", guid)
	}
	if value, ok := got.Unreserved[0].Template().Lookup(7); !ok || value != "12345678" {
		t.Errorf("91.07 is %q", value)
	}
	if objects := got.Accounts[1].Template().Objects(); len(objects) != 2 || objects[1] != (qr.Object{ID: 3,
		Value: "12345678"}) {
		t.Errorf("account 31 holds %v", objects)
	}
}

func TestPublishedCodesHoldWhatTheirOriginSays(t *testing.T) {
	t.Parallel()
	two := mustReturn(t, vector2)
	if len(two.Unreserved) != 2 || two.Unreserved[1].Template().GUID() != "c2fbf6dd646f4f36b617f10747c0b961" {
		t.Errorf("2: %+v", two.Unreserved)
	}
	three := mustReturn(t, vector3)
	if len(three.Accounts) != 3 || three.Accounts[2].ID != 26 || three.Language.Name != "メルペイ カフェ" ||
		three.Postal != "1066143" || !three.Reusable() {
		t.Errorf("3: %+v", three)
	}
	four := mustReturn(t, vector4)
	if four.Amount != money.New(1000, money.USD) || four.Additional.Mobile != "012444444" ||
		four.Accounts[0] != (qr.Object{ID: 15, Value: "37210116372101160123456789ABCDE"}) {
		t.Errorf("4: %+v", four)
	}
	five := mustReturn(t, vector5)
	if five.Currency != money.LAK || five.Accounts[1].Template().GUID() != "A005266284662577" || five.Country != "LA" {
		t.Errorf("5: %+v", five)
	}
	seven := mustReturn(t, vector7)
	if seven.Amount != money.New(10000, money.USD) || len(seven.Accounts[0].Value) != 77 ||
		seven.Additional.Store != "1234" {
		t.Errorf("7: %+v", seven)
	}
	eight := mustReturn(t, zeroPadded8)
	if eight.Language.Name != "JPQRMPM本舗食堂" || eight.Category != "4121" {
		t.Errorf("8: %+v", eight)
	}
	ten := mustReturn(t, vector10)
	if ten.Amount != money.New(1980, money.JPY) || ten.Additional.Reference != "ORDER0001" ||
		ten.Additional.Terminal != "POS01" || ten.Reusable() {
		t.Errorf("10: %+v", ten)
	}
	eleven := mustReturn(t, vector11)
	if (eleven.Amount != money.Amount{}) || eleven.Language.Name != "デモ薬局 道頓堀店" || !eleven.Reusable() {
		t.Errorf("11: %+v", eleven)
	}
}

func TestPublishedNegativesAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"6: decimals of a yen", vector6, qr.CodeAmountMalformed, "54", 64},
		{"8 as printed", vector8, qr.CodeChecksumMismatch, "63", 155},
		{"9: checksum 0000", vector1[:len(vector1)-4] + "0000", qr.CodeChecksumMismatch, "63", 240},
		{"9: no checksum", vector1[:len(vector1)-8], qr.CodeObjectMissing, "63", 240},
		{"9: no 00", vector1[len("000201"):], qr.CodeObjectMissing, "00", 0},
		{"9: in lower case", strings.ToLower(vector1), qr.CodeChecksumMismatch, "63", 240},
		{"a repeated 53", seal(vector11[:len(vector11)-8] + "5303392"), qr.CodeObjectRepeated, "53", 161},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := qr.Decode(c.text)
			c.mustBe(t, err, "character")
		})
	}
}

// refusal is a text that is refused, with the object and the place that must be named.
type refusal struct {
	name, text string
	code       fault.Code
	path       string
	at         int
}

func (c refusal) mustBe(t *testing.T, err error, unit string) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) {
		t.Fatalf("the answer is %v", err)
	}
	want := fmt.Sprintf("%s at %s %d ", c.path, unit, c.at)
	if e.Kind != fault.Invalid || e.Code != c.code || e.Subject != c.path || !strings.HasPrefix(e.Detail, want) {
		t.Fatalf("got %v of kind %v, want %s and %q", e, e.Kind, c.code, want)
	}
}

// seal writes the checksum behind a text.
func seal(body string) string {
	return fmt.Sprintf("%s6304%04X", body, qr.Checksum(body+"6304"))
}
