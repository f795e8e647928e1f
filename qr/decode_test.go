// SPDX-License-Identifier: Apache-2.0

package qr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/qr"
)

// sampleObjects is a plain code, an object a line, to be changed line by line.
var sampleObjects = []string{"000201", "010211", "2614" + "0010org.sample", "52045812", "5303392", "5802JP",
	"5909DEMO CAFE",
	"6005KYOTO"}

// changed is the sample with the objects of the given identifiers taken out and others put behind.
func changed(out string, in ...string) string {
	var b strings.Builder
	for _, object := range sampleObjects {
		if out == "" || !strings.Contains(out, object[:2]) {
			b.WriteString(object)
		}
	}
	return seal(b.String() + strings.Join(in, ""))
}

// behind is at which character an object stands that is put behind the whole sample.
const behind = 6 + 6 + 18 + 8 + 7 + 6 + 13 + 9

func TestEachBrokenRuleIsNamedWithItsObjectAndPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"empty", "", qr.CodeObjectMissing, "00", 0},
		{"another version", seal("000202"), qr.CodeObjectMalformed, "00", 0},
		{"00 later", changed("", "000201"), qr.CodeObjectRepeated, "00", behind},
		{"something before 00", seal("010211000201"), qr.CodeObjectMissing, "00", 0},
		{"something behind 63", changed("") + "0102", qr.CodeMalformed, "01", behind + 8},
		{"an object behind 63", changed("") + "6103abc", qr.CodeObjectMisplaced, "63", behind},
		{"cut off", "000201010", qr.CodeMalformed, "?", 6},
		{"no identifier", "000201A1021101", qr.CodeMalformed, "?", 6},
		{"no length", "00020101A211", qr.CodeMalformed, "01", 6},
		{"length zero", "0002016200", qr.CodeMalformed, "62", 6},
		{"too short for its length", "0002015925DEMO", qr.CodeMalformed, "59", 6},
		{"a length in bytes", "0002016410" + "0002JA0106日本6304", qr.CodeMalformed, "?", 20},
		{"no UTF-8", "0002015903\xff\xfea", qr.CodeMalformed, "?", 10},
		{"a checksum of two digits", changed("")[:behind] + "6302AB", qr.CodeObjectMalformed, "63", behind},
		{"a checksum of no digits", changed("")[:behind] + "6304GGGG", qr.CodeObjectMalformed, "63", behind},
		{"no point of initiation", changed("01", "010213"), qr.CodeObjectMalformed, "01", behind - 6},
		{"no account", changed("26"), qr.CodeObjectMissing, "02-51", behind - 18},
		{"no category", changed("52"), qr.CodeObjectMissing, "52", behind - 8},
		{"no currency", changed("53"), qr.CodeObjectMissing, "53", behind - 7},
		{"no country", changed("58"), qr.CodeObjectMissing, "58", behind - 6},
		{"no name", changed("59"), qr.CodeObjectMissing, "59", behind - 13},
		{"no city", changed("60"), qr.CodeObjectMissing, "60", behind - 9},
		{"a plain account that is no ASCII", changed("", "0202ああ"), qr.CodeObjectMalformed, "02", behind},
		{"a template that is none", changed("", "2704abcd"), qr.CodeMalformed, "27.?", behind + 4},
		{"a template of nobody", changed("", "27050101a"), qr.CodeObjectMissing, "27.00", behind + 9},
		{"a template of a long name", changed("", "2737"+"0033"+strings.Repeat("x", 33)), qr.CodeObjectMalformed,
			"27.00",
			behind + 4},
		{"a template of two names", changed("", "2710"+"0001a"+"0001b"), qr.CodeObjectRepeated, "27.00", behind + 9},
		{"a template that leaves its value", changed("", "2705"+"0009a"), qr.CodeMalformed, "27.00", behind + 4},
		{"a category of letters", changed("52", "5204abcd"), qr.CodeObjectMalformed, "52", behind - 8},
		{"a currency of letters", changed("53", "5303JPY"), qr.CodeObjectMalformed, "53", behind - 7},
		{"a currency of nobody", changed("53", "5303000"), qr.CodeCurrencyUnknown, "53", behind - 7},
		{"a currency without amounts", changed("53", "5303999"), qr.CodeCurrencyUnknown, "53", behind - 7},
		{"a tip of four", changed("", "550204"), qr.CodeObjectMalformed, "55", behind},
		{"a fee without its indicator", changed("", "560210"), qr.CodeObjectMisplaced, "56", behind},
		{"a fee with another indicator", changed("", "550201560210"), qr.CodeObjectMisplaced, "56", behind + 6},
		{"an indicator without its fee", changed("", "550202"), qr.CodeObjectMissing, "56", behind + 6},
		{"a share without its indicator", changed("", "57013"), qr.CodeObjectMisplaced, "57", behind},
		{"an indicator without its share", changed("", "550203"), qr.CodeObjectMissing, "57", behind + 6},
		{"a country in lower case", changed("58", "5802jp"), qr.CodeObjectMalformed, "58", behind - 6},
		{"a long name", changed("59", "5926ABCDEFGHIJKLMNOPQRSTUVWXYZ"), qr.CodeObjectMalformed, "59", behind - 13},
		{"a name in Japanese", changed("59", "5902日本"), qr.CodeObjectMalformed, "59", behind - 13},
		{"a long city", changed("60", "6016ABCDEFGHIJKLMNOP"), qr.CodeObjectMalformed, "60", behind - 9},
		{"a long postal code", changed("", "611112345678901"), qr.CodeObjectMalformed, "61", behind},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := qr.Decode(c.text)
			c.mustBe(t, err, "character")
		})
	}
}

func TestEachBrokenRuleInsideATemplateIsNamedWithItsPathAndPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"62.00", changed("", "62050001a"), qr.CodeObjectMalformed, "62.00", behind + 4},
		{"a long bill", changed("", "6230"+"0126"+strings.Repeat("b", 26)), qr.CodeObjectMalformed, "62.01",
			behind + 4},
		{"a long reference", changed("", "6235"+"0101b"+"0526"+strings.Repeat("b", 26)), qr.CodeObjectMalformed,
			"62.05",
			behind + 9},
		{"a repeated request", changed("", "62060902AA"), qr.CodeObjectMalformed, "62.09", behind + 4},
		{"a request for a phone", changed("", "62050901P"), qr.CodeObjectMalformed, "62.09", behind + 4},
		{"a long tax number", changed("", "6225"+"1021"+strings.Repeat("1", 21)), qr.CodeObjectMalformed, "62.10",
			behind + 4},
		{"a channel of two digits", changed("", "62061102"+"00"), qr.CodeObjectMalformed, "62.11", behind + 4},
		{"a system of nobody", changed("", "6209"+"5005"+"0101a"), qr.CodeObjectMissing, "62.50.00", behind + 13},
		{"no language", changed("", "64050101a"), qr.CodeObjectMissing, "64.00", behind + 9},
		{"no name in the language", changed("", "64060002JA"), qr.CodeObjectMissing, "64.01", behind + 10},
		{"a language of three letters", changed("", "6412"+"0003jpn"+"0101a"), qr.CodeObjectMalformed, "64.00",
			behind + 4},
		{"a long name in the language", changed("", "6436"+"0002JA"+"0126"+strings.Repeat("あ", 26)),
			qr.CodeObjectMalformed,
			"64.01", behind + 10},
		{"a long city in the language", changed("", "6431"+"0002JA"+"0101あ"+"0216"+strings.Repeat("い", 16)),
			qr.CodeObjectMalformed, "64.02", behind + 15},
		{"an unreserved template of nobody", changed("", "8504abcd"), qr.CodeMalformed, "85.?", behind + 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := qr.Decode(c.text)
			c.mustBe(t, err, "character")
		})
	}
}

func TestATextThatIsTooLongIsNotLookedInto(t *testing.T) {
	t.Parallel()
	fits := changed("", "8099"+"0001a"+"0190"+strings.Repeat("x", 90), "8199"+"0001a"+"0190"+strings.Repeat("x", 90),
		"8299"+"0001a"+"0190"+strings.Repeat("x", 90), "8399"+"0001a"+"0190"+strings.Repeat("x", 90))
	if _, err := qr.Decode(fits); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strings.Repeat("0", qr.CharactersMax+1), strings.Repeat("日", 10_000)} {
		_, err := qr.Decode(text)
		refusal{code: qr.CodeTooLong, path: "?", at: qr.CharactersMax}.mustBe(t, err, "character")
	}
}

func TestAmountsAreReadAsTheSpecificationWritesThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		currency string
		text     string
		want     money.Amount // zero: refused
	}{
		{"392", "1980", money.New(1980, money.JPY)}, {"392", "1980.", money.New(1980, money.JPY)},
		{"392", "0001980", money.New(1980, money.JPY)}, {"392", "1980.5", money.Amount{}},
		{"392", "1980.00", money.Amount{}}, {"392", "1980.0", money.Amount{}}, {"392", "0", money.Amount{}},
		{"392", "0000.", money.Amount{}}, {"392", ".", money.Amount{}}, {"392", "1980..", money.Amount{}},
		{"392", "1,980", money.Amount{}}, {"392", "-1980", money.Amount{}}, {"392", "+1980", money.Amount{}},
		{"392", " 1980", money.Amount{}}, {"392", "1980 ", money.Amount{}}, {"392", "JPY1980", money.Amount{}},
		{"392", "１９８０", money.Amount{}}, {"392", "1e3", money.Amount{}},
		{"392", "9999999999999", money.New(9_999_999_999_999, money.JPY)}, {"392", "10000000000000", money.Amount{}},
		{"156", "23.72", money.New(2372, money.CNY)}, {"156", "23.7", money.New(2370, money.CNY)},
		{"156", "23.", money.New(2300, money.CNY)}, {"156", "23", money.New(2300, money.CNY)},
		{"156", "0.01", money.New(1, money.CNY)}, {"156", ".01", money.Amount{}}, {"156", "0.00", money.Amount{}},
		{"156", "23.725", money.Amount{}}, {"156", "2.3.7", money.Amount{}}, {"156", "1.23.", money.Amount{}},
		{"414", "1.234", money.New(1234, money.KWD)}, {"414", "9999999999999", money.Amount{}},
	} {
		text := changed("53", "5303"+c.currency, fmt.Sprintf("54%02d%s", len([]rune(c.text)), c.text))
		got, err := qr.Decode(text)
		if (c.want == money.Amount{}) {
			if fault.CodeOf(err) != qr.CodeAmountMalformed || !strings.Contains(fault.DetailOf(err),
				"54 at character 73 ") {
				t.Errorf("%s %q: %v", c.currency, c.text, err)
			}
			continue
		}
		if err != nil || got.Amount != c.want {
			t.Errorf("%s %q: %v, %v", c.currency, c.text, got.Amount, err)
			continue
		}
		mustReturn(t, text)
	}
}

func TestFeesAreReadAsTheSpecificationWritesThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want int // basis points; 0: refused
	}{
		{"3", 300}, {"3.0", 300}, {"03.00", 300}, {"00.01", 1}, {"99.99", 9999}, {"3.5", 350}, {"0.5", 50}, {"12",
			1200},
		{"0", 0}, {"00.00", 0}, {"3%", 0}, {"100", 0}, {"3.", 0}, {".5", 0}, {"3.001", 0}, {"-3", 0}, {"1.2.3", 0},
	} {
		text := changed("", "550203", fmt.Sprintf("57%02d%s", len(c.text), c.text))
		got, err := qr.Decode(text)
		if c.want == 0 {
			if fault.CodeOf(err) != qr.CodeAmountMalformed {
				t.Errorf("%q: %v", c.text, err)
			}
			continue
		}
		if err != nil || got.FeeBasisPoints != c.want || got.Tip != qr.PercentFee {
			t.Errorf("%q: %d, %v", c.text, got.FeeBasisPoints, err)
			continue
		}
		mustReturn(t, text)
	}
	fixed := mustReturn(t, changed("", "550202", "5603150"))
	if fixed.Fee != money.New(150, money.JPY) || fixed.Tip != qr.FixedFee {
		t.Errorf("a fixed fee was read as %v", fixed.Fee)
	}
	if _, err := qr.Decode(changed("", "550202", "56050.500")); fault.CodeOf(err) != qr.CodeAmountMalformed {
		t.Errorf("half a yen of fee: %v", err)
	}
}

func TestReservedObjectsAndOrderSurvive(t *testing.T) {
	t.Parallel()
	text := changed("", "6507unknown", "6233"+"12020a"+"5005"+"0001s"+"1103000"+"1302zz"+"0101b", "7902??",
		"6422"+"0302日本"+"0101あ"+"0002ja"+"9901x")
	code := mustReturn(t, text)
	if got := code.Reserved(); len(got) != 2 || got[0] != (qr.Object{ID: 65, Value: "unknown"}) || got[1].ID != 79 {
		t.Errorf("reserved: %v", got)
	}
	if code.Language.Preference != "ja" || code.Language.Name != "あ" || code.Additional.Channel != "000" ||
		code.Additional.Bill != "b" || code.Additional.Systems[0].Template().GUID() != "s" {
		t.Errorf("read %+v", code)
	}
	code.Name, code.Initiation = "OTHER", qr.Dynamic
	code.Amount = money.New(500, money.JPY)
	written, err := code.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"010212", "5905OTHER", "5403500", "6507unknown", "1302zz", "0302日本"} {
		if !strings.Contains(written, part) {
			t.Errorf("%s is not in %s", part, written)
		}
	}
}

func TestLowerCaseAndZerosOfAChecksumAreAccepted(t *testing.T) {
	t.Parallel()
	lower := zeroPadded8[:len(zeroPadded8)-4] + "0f92"
	code, err := qr.Decode(lower)
	if err != nil {
		t.Fatal(err)
	}
	if written, err := code.Encode(); err != nil || written != zeroPadded8 {
		t.Fatalf("written as %s, %v", written, err)
	}
	for _, short := range []string{zeroPadded8[:len(zeroPadded8)-8] + "6303F92",
		zeroPadded8[:len(zeroPadded8)-4] + " F92"} {
		if _, err := qr.Decode(short); fault.CodeOf(err) != qr.CodeObjectMalformed {
			t.Errorf("%s: %v", short, err)
		}
	}
}

func TestChecksumsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint16{"": 0xFFFF, "123456789": 0x29B1, "a": 0x9D77, "abc": 0x514A,
		"abcdefghij": 0x4213} {
		if got := qr.Checksum(text); got != want {
			t.Errorf("%q: %04X, want %04X", text, got, want)
		}
	}
}

func TestEveryChangedCharacterIsNoticed(t *testing.T) {
	t.Parallel()
	for i := range len(vector11) {
		for _, other := range []byte{'0', '7', 'x'} {
			damaged := vector11[:i] + string(other) + vector11[i+1:]
			if damaged == vector11 {
				continue
			}
			if _, err := qr.Decode(damaged); fault.KindOf(err) != fault.Invalid {
				t.Fatalf("byte %d as %q: %v", i, other, err)
			}
		}
	}
}

func TestLocateFindsWhatErrorsName(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{"00": 0, "26": 12, "26.00": 16, "26.04": 16 + 23 + 17 + 8 + 10, "64": 138,
		"64.01": 148,
		"63":    161, "54": 161, "26.09": 84, "26.00.01": 39, "?": 161} {
		if got := qr.Locate(vector11, path); got != want {
			t.Errorf("%s stands at %d, not %d", path, got, want)
		}
	}
	if qr.Locate("\xff", "00") != 0 || qr.Locate("0002019", "59") != 7 {
		t.Error("a text that is no code must be no trouble")
	}
}
