// SPDX-License-Identifier: Apache-2.0

package jpqr_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/qr"
	"github.com/kakehashi-pay/kakehashi/qr/jpqr"
)

// The codes of the profile in reference/japan.md 1.8, by their numbers there; 8 has the checksum that it should have
// had.
const (
	beside = "0002016003xxx01021129300012D156000000000510A93FO3230Q31280012D156000000010308123456782668" +
		"0019jp.or.payme" +
		"ntsjapan01130000000000001020400010306000001040600000153033925903xxx64180002JA0108メルペイ カフェ52044111" +
		"5802JP610710661436304DEE9"
	scrambled = "00020164210002JA0111JPQRMPM本舗食堂53033925903xxx6003xxx610710600325802JP01021126680019jp.or.payments" +
		"japan0113000000000000102040001030600000104060000015204412163040F92"
	dynamic = "00020101021226680019jp.or.paymentsjapan011300000000000010204000103060000010406000001520458125303392540" +
		"419805802JP5909DEMO SHOP6008SHINJUKU6107160002262220509ORDER00010705POS0164140002JA0104デモ商店6304B246"
	static = "00020101021126680019jp.or.paymentsjapan01130000000000001020400010306000001040600000152045" +
		"91253033925802JP" +
		"5909DEMO DRUG6005OSAKA6107542007164190002JA0109デモ薬局 道頓堀店63048574"
)

const store jpqr.StoreID = "00000000000010001000001000001"

var (
	shop = jpqr.Merchant{Store: store, Category: "5812", Name: "DEMO SHOP", City: "SHINJUKU", Postal: "1600022",
		Japanese: "デモ商店"}
	drugstore = jpqr.Merchant{Store: store, Category: "5912", Name: "DEMO DRUG", City: "OSAKA", Postal: "5420071",
		Japanese: "デモ薬局 道頓堀店"}
	sale = jpqr.Sale{Amount: money.New(1980, money.JPY), Reference: "ORDER0001", Terminal: "POS01"}
)

func TestPublishedCodesOfTheProfileAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       jpqr.Merchant
		reusable   bool
	}{
		{"3", beside, jpqr.Merchant{Store: store, Category: "4111", Name: "xxx", City: "xxx", Postal: "1066143",
			Japanese: "メルペイ カフェ"}, true},
		{"8", scrambled, jpqr.Merchant{Store: store, Category: "4121", Name: "xxx", City: "xxx", Postal: "1060032",
			Japanese: "JPQRMPM本舗食堂"}, true},
		{"10", dynamic, shop, false},
		{"11", static, drugstore, true},
	} {
		code, got, err := jpqr.Decode(c.text)
		if err != nil || got != c.want || code.Reusable() != c.reusable {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

func TestCodesOfTheProfileAreWrittenAsPublished(t *testing.T) {
	t.Parallel()
	one, err := jpqr.Dynamic(shop, sale)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := one.Encode(); err != nil || text != dynamic {
		t.Errorf("wrote %s: %v", text, err)
	}
	many, err := jpqr.Static(drugstore)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := many.Encode(); err != nil || text != static {
		t.Errorf("wrote %s: %v", text, err)
	}
}

func TestTheTemplateIsFoundByItsNameUnderAnyIdentifier(t *testing.T) {
	t.Parallel()
	for id := qr.ID(26); id <= 51; id++ {
		code, err := jpqr.Static(drugstore)
		if err != nil {
			t.Fatal(err)
		}
		if code.Accounts[0].ID = id; id > 26 {
			code.Accounts = append(code.Accounts, qr.Object{ID: 26, Value: "0010org.sample"})
		}
		if got, err := jpqr.Read(&code); err != nil || got != drugstore {
			t.Errorf("under %v: %+v, %v", id, got, err)
		}
	}
}

func TestEachRuleOfTheProfileHasAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	account := func(levels string) func(*qr.Code) {
		return func(c *qr.Code) { c.Accounts[0].Value = "0019" + jpqr.GUID + levels }
	}
	const one, two, three, four = "01130000000000001", "02040001", "0306000001", "0406000001"
	for _, c := range []struct {
		name   string
		change func(*qr.Code)
		code   fault.Code
		path   string
	}{
		{"another network's", func(c *qr.Code) { c.Accounts[0].Value = "0010org.sample" }, jpqr.CodeTemplateMissing,
			"26-51"},
		{"a plain account of that name", func(c *qr.Code) { c.Accounts[0].ID = 2 }, jpqr.CodeTemplateMissing, "26-51"},
		{"two shops", func(c *qr.Code) {
			c.Accounts = append(c.Accounts, qr.Object{ID: 40,
				Value: c.Accounts[0].Value})
		},
			jpqr.CodeTemplateRepeated, "40"},
		{"no first level", account(two + three + four), jpqr.CodeStoreMalformed, "26.01"},
		{"a short first level", account("0112000000000001" + two + three + four), jpqr.CodeStoreMalformed, "26.01"},
		{"a long second level", account(one + "020500001" + three + four), jpqr.CodeStoreMalformed, "26.02"},
		{"a third level of signs", account(one + two + "030600-001" + four), jpqr.CodeStoreMalformed, "26.03"},
		{"no fourth level", account(one + two + three), jpqr.CodeStoreMalformed, "26.04"},
		{"a fifth level", account(one + two + three + four + "05011"), jpqr.CodeTemplateMalformed, "26"},
		{"a shop in Korea", func(c *qr.Code) { c.Country = "KR" }, jpqr.CodeCountryForeign, "58"},
		{"a price in won", func(c *qr.Code) { c.Currency = money.KRW }, jpqr.CodeCurrencyForeign, "53"},
		{"no postal code", func(c *qr.Code) { c.Postal = "" }, jpqr.CodePostalMalformed, "61"},
		{"a hyphen", func(c *qr.Code) { c.Postal = "542-071" }, jpqr.CodePostalMalformed, "61"},
		{"a long postal code", func(c *qr.Code) { c.Postal = "54200711" }, jpqr.CodePostalMalformed, "61"},
		{"no language", func(c *qr.Code) { c.Language = qr.Language{} }, jpqr.CodeLanguageMissing, "64.00"},
		{"another language", func(c *qr.Code) { c.Language.Preference = "EN" }, jpqr.CodeLanguageMissing, "64.00"},
		{"lower case", func(c *qr.Code) { c.Language.Preference = "ja" }, jpqr.CodeLanguageMissing, "64.00"},
		{"no Japanese name", func(c *qr.Code) { c.Language.Name = "" }, jpqr.CodeLanguageMissing, "64.01"},
		{"a Japanese city", func(c *qr.Code) { c.Language.City = "大阪" }, jpqr.CodeCityForbidden, "64.02"},
		{"one payment of nothing", func(c *qr.Code) { c.Initiation = qr.Dynamic }, jpqr.CodeAmountMissing, "54"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, err := jpqr.Static(drugstore)
			if err != nil {
				t.Fatal(err)
			}
			c.change(&code)
			_, err = jpqr.Read(&code)
			mustBe(t, err, c.code, c.path, c.path+" must be ", c.path+" must hold ", c.path+" must not ",
				c.path+" is a second ")
			text, err := code.Encode()
			if err != nil {
				return // no code at all, and so no text
			}
			_, _, err = jpqr.Decode(text)
			place := fmt.Sprintf("%s at character %d ", c.path, qr.Locate(text, c.path))
			mustBe(t, err, c.code, c.path, place)
		})
	}
}

// mustBe holds an error to its code, its subject, and to one of the beginnings of its sentence.
func mustBe(t *testing.T, err error, code fault.Code, path string, beginnings ...string) {
	t.Helper()
	refused, ok := err.(*fault.Error)
	if !ok || refused.Kind != fault.Invalid || refused.Code != code || refused.Subject != path {
		t.Fatalf("got %v, want %s about %s", err, code, path)
	}
	for _, beginning := range beginnings {
		if strings.HasPrefix(refused.Detail, beginning) {
			return
		}
	}
	t.Fatalf("the sentence is %q, want one of %q", refused.Detail, beginnings)
}

func TestErrorsOfTheTextSayWhereTheObjectStands(t *testing.T) {
	t.Parallel()
	korean := strings.Replace(static, "5802JP", "5802KR", 1)
	korean = korean[:len(korean)-4]
	korean += fmt.Sprintf("%04X", qr.Checksum(korean))
	_, _, err := jpqr.Decode(korean)
	mustBe(t, err, jpqr.CodeCountryForeign, "58", "58 at character 99 must be JP")
	if _, _, err := jpqr.Decode(static[:40]); fault.CodeOf(err) != qr.CodeMalformed {
		t.Errorf("a text that is cut off: %v", err)
	}
}

func TestWhatTheProfileForbidsIsNotMade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*jpqr.Merchant, *jpqr.Sale)
		code   fault.Code
	}{
		{"no store", func(m *jpqr.Merchant, _ *jpqr.Sale) { m.Store = "" }, jpqr.CodeStoreMalformed},
		{"a store of signs", func(m *jpqr.Merchant, _ *jpqr.Sale) { m.Store = "0000000000001-001000001000001" },
			jpqr.CodeStoreMalformed},
		{"a long store", func(m *jpqr.Merchant, _ *jpqr.Sale) { m.Store += "1" }, jpqr.CodeStoreMalformed},
		{"no postal code", func(m *jpqr.Merchant, _ *jpqr.Sale) { m.Postal = "" }, jpqr.CodePostalMalformed},
		{"no Japanese name", func(m *jpqr.Merchant, _ *jpqr.Sale) { m.Japanese = "" }, jpqr.CodeLanguageMissing},
		{"a Japanese name in the wrong place", func(m *jpqr.Merchant, _ *jpqr.Sale) { m.Name = "デモ" },
			qr.CodeObjectMalformed},
		{"a long name", func(m *jpqr.Merchant, _ *jpqr.Sale) { m.Name = strings.Repeat("X", 26) },
			qr.CodeObjectMalformed},
		{"no category", func(m *jpqr.Merchant, _ *jpqr.Sale) { m.Category = "" }, qr.CodeObjectMissing},
		{"no amount", func(_ *jpqr.Merchant, s *jpqr.Sale) { s.Amount = money.Amount{} }, jpqr.CodeAmountMissing},
		{"an amount of zero", func(_ *jpqr.Merchant, s *jpqr.Sale) { s.Amount = money.Zero(money.JPY) },
			jpqr.CodeAmountMissing},
		{"an amount in dollars", func(_ *jpqr.Merchant, s *jpqr.Sale) { s.Amount = money.New(5, money.USD) },
			qr.CodeAmountMalformed},
		{"a long reference", func(_ *jpqr.Merchant, s *jpqr.Sale) { s.Reference = strings.Repeat("1", 26) },
			qr.CodeObjectMalformed},
	} {
		m, s := shop, sale
		c.change(&m, &s)
		code, err := jpqr.Dynamic(m, s)
		if fault.CodeOf(err) != c.code || fault.KindOf(err) != fault.Invalid || !reflect.DeepEqual(code, qr.Code{}) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestStoreIdentifiersFallIntoTheirLevels(t *testing.T) {
	t.Parallel()
	id, err := jpqr.ParseStoreID("1234567890123abcd000ABC999999")
	if want := [4]string{"1234567890123", "abcd", "000ABC", "999999"}; err != nil || id.Levels() != want {
		t.Errorf("%q: %v", id.Levels(), err)
	}
	for _, bad := range []string{"", "12345678901230001", "0000000000001000100000100000-",
		"００00000001000100000100000001"} {
		if _, err := jpqr.ParseStoreID(bad); fault.CodeOf(err) != jpqr.CodeStoreMalformed {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if jpqr.StoreID("1").Levels() != [4]string{} {
		t.Error("what is no store has no levels")
	}
}

func TestEveryMerchantIsReadFromItsCodes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := func(name, pattern string) string { return rapid.StringMatching(pattern).Draw(t, name) }
		m := jpqr.Merchant{Store: jpqr.StoreID(text("store", `[0-9A-Za-z]{29}`)), Category: text("category",
			`[0-9]{4}`),
			Name: text("name", `[ -~]{1,25}`), City: text("city", `[ -~]{1,15}`), Postal: text("postal", `[0-9]{7}`),
			Japanese: text("japanese", `[ぁ-んァ-ヶ一-龠 ]{1,25}`)}
		s := jpqr.Sale{Amount: money.New(rapid.Int64Range(1, 9_999_999).Draw(t, "amount"), money.JPY),
			Reference: text("reference", `[A-Z0-9]{0,25}`), Terminal: text("terminal", `[A-Z0-9]{0,25}`)}
		many, err := jpqr.Static(m)
		if err != nil {
			t.Fatal(err)
		}
		one, err := jpqr.Dynamic(m, s)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []qr.Code{many, one} {
			written, err := code.Encode()
			if err != nil {
				t.Fatal(err)
			}
			back, got, err := jpqr.Decode(written)
			if err != nil || got != m || !reflect.DeepEqual(back, code) {
				t.Fatalf("%s was read as %+v: %v", written, got, err)
			}
		}
		if one.Amount != s.Amount || one.Additional.Reference != s.Reference || many.Amount != (money.Amount{}) {
			t.Fatalf("the sale became %+v", one)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{beside, scrambled, dynamic, static, "", "000201"} {
		f.Add(text[:max(0, len(text)-4)])
	}
	f.Fuzz(func(t *testing.T, body string) {
		text := fmt.Sprintf("%s%04X", body, qr.Checksum(body))
		code, m, err := jpqr.Decode(text)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) == "" || fault.DetailOf(err) == "" {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if len(m.Store) != 29 || code.Currency != money.JPY || code.Country != "JP" {
			t.Fatalf("%q was read as %+v", text, m)
		}
		if written, err := code.Encode(); err != nil || written != text {
			t.Fatalf("%q was written back as %q: %v", text, written, err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := jpqr.Decode(static); err != nil {
			b.Fatal(err)
		}
	}
}
