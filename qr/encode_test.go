// SPDX-License-Identifier: Apache-2.0

package qr_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/qr"
)

// sample is a code that needs nothing more.
func sample(t interface{ Fatal(...any) }) qr.Code {
	template, err := qr.NewTemplate(qr.Object{ID: 0, Value: "org.sample"}, qr.Object{ID: 1, Value: "ぶどう"})
	if err != nil {
		t.Fatal(err)
	}
	return qr.Code{Initiation: qr.Static, Accounts: []qr.Object{{ID: 26, Value: string(template)}}, Category: "5812",
		Currency: money.JPY, Country: "JP", Name: "DEMO CAFE", City: "KYOTO"}
}

func TestWhatCannotBeReadIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*qr.Code)
		code   fault.Code
		path   string
	}{
		{"no account", func(c *qr.Code) { c.Accounts = nil }, qr.CodeObjectMissing, "02-51"},
		{"an account that is a name", func(c *qr.Code) { c.Accounts[0].ID = 59 }, qr.CodeObjectMisplaced, "59"},
		{"an account of another's number", func(c *qr.Code) { c.Accounts[0].ID = 152 }, qr.CodeObjectMisplaced, "??"},
		{"an account twice", func(c *qr.Code) { c.Accounts = append(c.Accounts, c.Accounts[0]) },
			qr.CodeObjectRepeated, "26"},
		{"an account of nothing", func(c *qr.Code) { c.Accounts[0].Value = "" }, qr.CodeMalformed, "26"},
		{"an account that is no template", func(c *qr.Code) { c.Accounts[0].Value = "plain" }, qr.CodeMalformed,
			"26.?"},
		{"a long account", func(c *qr.Code) { c.Accounts[0] = qr.Object{ID: 2, Value: strings.Repeat("1", 100)} },
			qr.CodeMalformed, "02"},
		{"no currency", func(c *qr.Code) { c.Currency = 0 }, qr.CodeCurrencyUnknown, "53"},
		{"a currency of nobody", func(c *qr.Code) { c.Currency = 60000 }, qr.CodeCurrencyUnknown, "53"},
		{"an amount in another currency", func(c *qr.Code) { c.Amount = money.New(1, money.USD) },
			qr.CodeAmountMalformed, "54"},
		{"nothing to pay", func(c *qr.Code) { c.Amount = money.Zero(money.JPY) }, qr.CodeAmountMalformed, "54"},
		{"less than nothing", func(c *qr.Code) { c.Amount = money.New(-5, money.JPY) }, qr.CodeAmountMalformed, "54"},
		{"more than fits", func(c *qr.Code) { c.Amount = money.New(10_000_000_000_000, money.JPY) },
			qr.CodeAmountMalformed, "54"},
		{"a fee without its indicator", func(c *qr.Code) { c.Fee = money.New(5, money.JPY) }, qr.CodeObjectMisplaced,
			"56"},
		{"an indicator without its fee", func(c *qr.Code) { c.Tip = qr.FixedFee }, qr.CodeObjectMissing, "56"},
		{"a share above all", func(c *qr.Code) { c.Tip, c.FeeBasisPoints = qr.PercentFee, 10000 },
			qr.CodeAmountMalformed, "57"},
		{"a share below none", func(c *qr.Code) { c.Tip, c.FeeBasisPoints = qr.PercentFee, -1 },
			qr.CodeAmountMalformed, "57"},
		{"an unnamed initiation", func(c *qr.Code) { c.Initiation = 3 }, qr.CodeObjectMalformed, "01"},
		{"an unnamed tip", func(c *qr.Code) { c.Tip = 9 }, qr.CodeObjectMalformed, "55"},
		{"a long name", func(c *qr.Code) { c.Name = strings.Repeat("x", 26) }, qr.CodeObjectMalformed, "59"},
		{"no UTF-8", func(c *qr.Code) { c.Additional.Bill = "\xff" }, qr.CodeMalformed, "?"},
		{"too much additional data", func(c *qr.Code) {
			c.Additional = qr.Additional{Bill: strings.Repeat("b", 25), Mobile: strings.Repeat("b", 25),
				Store: strings.Repeat("b", 25), Loyalty: strings.Repeat("b", 25)}
		}, qr.CodeMalformed, "62"},
		{"a system that is a bill", func(c *qr.Code) { c.Additional.Systems = []qr.Object{{ID: 1, Value: "0001s"}} },
			qr.CodeObjectMisplaced, "62.01"},
		{"a name without a language", func(c *qr.Code) { c.Language.Name = "あ" }, qr.CodeObjectMissing, "64.00"},
		{"an unreserved object elsewhere", func(c *qr.Code) { c.Unreserved = []qr.Object{{ID: 79, Value: "0001s"}} },
			qr.CodeObjectMisplaced, "79"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code := sample(t)
			c.change(&code)
			text, err := code.Encode()
			refused, ok := err.(*fault.Error)
			if !ok || text != "" || refused.Kind != fault.Invalid || refused.Code != c.code ||
				refused.Subject != c.path ||
				!strings.HasPrefix(refused.Detail, c.path+" at character ") || refused.Op != "qr.Encode" {
				t.Fatalf("wrote %q: %v", text, err)
			}
		})
	}
}

func TestTemplatesAreHeldToTheirRules(t *testing.T) {
	t.Parallel()
	for name, objects := range map[string][]qr.Object{
		"of nobody": {{ID: 1, Value: "a"}}, "empty": nil, "twice": {{ID: 0, Value: "a"}, {ID: 0, Value: "b"}},
		"too long": {{ID: 0, Value: strings.Repeat("a", 33)}}, "of no number": {{ID: 100, Value: "a"}},
		"of no value": {{ID: 0, Value: "a"}, {ID: 1}},
	} {
		if template, err := qr.NewTemplate(objects...); fault.KindOf(err) != fault.Invalid || template != "" {
			t.Errorf("%s: %q, %v", name, template, err)
		}
	}
	for _, text := range []string{"plain text", "0005abc", "00", "\xff\xfe\xff\xfe", "0001\xe3"} {
		broken := qr.Template(text)
		if guid := broken.GUID(); guid != "" || broken.Objects() != nil {
			t.Errorf("%q is of %q and holds %v", text, guid, broken.Objects())
		}
	}
}

func TestTheAmountIsTheCodesOrTheTypedOneAndNeverBoth(t *testing.T) {
	t.Parallel()
	yen := func(n int64) money.Amount { return money.New(n, money.JPY) }
	for _, c := range []struct {
		name          string
		inCode, typed money.Amount
		want          money.Amount
		code          fault.Code
	}{
		{"of the code", yen(500), money.Amount{}, yen(500), ""},
		{"typed", money.Amount{}, yen(700), yen(700), ""},
		{"both", yen(500), yen(700), money.Amount{}, qr.CodeAmountFixed},
		{"both the same", yen(500), yen(500), money.Amount{}, qr.CodeAmountFixed},
		{"neither", money.Amount{}, money.Amount{}, money.Amount{}, qr.CodeAmountNeeded},
		{"typed zero", money.Amount{}, yen(0), money.Amount{}, qr.CodeAmountMalformed},
		{"typed zero beside the code's", yen(500), yen(0), money.Amount{}, qr.CodeAmountFixed},
		{"typed in dollars", money.Amount{}, money.New(7, money.USD), money.Amount{}, qr.CodeAmountMalformed},
	} {
		code := sample(t)
		code.Amount = c.inCode
		got, err := code.Price(c.typed)
		if got != c.want || fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

// anyCode draws a code that Encode must be able to write: only the total length may be too much.
func anyCode(t *rapid.T) qr.Code {
	text := func(name, pattern string) string { return rapid.StringMatching(pattern).Draw(t, name) }
	code := sample(t)
	code.Initiation = rapid.SampledFrom([]qr.Initiation{qr.Unstated, qr.Static, qr.Dynamic}).Draw(t, "initiation")
	code.Currency = rapid.SampledFrom([]money.Currency{money.JPY, money.CNY, money.KWD, money.ALL}).Draw(t, "currency")
	code.Name, code.City = text("name", `[ -~]{1,25}`), text("city", `[ -~]{1,15}`)
	code.Postal = text("postal", `[0-9]{0,10}`)
	if rapid.Bool().Draw(t, "has amount") {
		code.Amount = money.New(rapid.Int64Range(1, 999_999_999).Draw(t, "amount"), code.Currency)
	}
	switch code.Tip = qr.Tip(rapid.IntRange(0, 3).Draw(t, "tip")); code.Tip {
	case qr.FixedFee:
		code.Fee = money.New(rapid.Int64Range(1, 99_999).Draw(t, "fee"), code.Currency)
	case qr.PercentFee:
		code.FeeBasisPoints = rapid.IntRange(1, 9999).Draw(t, "basis points")
	}
	ids := rapid.SliceOfNDistinct(rapid.IntRange(2, 51), 1, 4, rapid.ID[int]).Draw(t, "accounts")
	code.Accounts = nil
	for _, id := range ids {
		value := text("account", `[ -~]{1,20}`)
		if id >= 26 {
			value = "0001s" + "0104" + text("template", `[a-zあ-ん]{4}`)
		}
		code.Accounts = append(code.Accounts, qr.Object{ID: qr.ID(id), Value: value})
	}
	code.Additional = qr.Additional{Bill: text("bill", `([a-zあ-ん]{0,25})?`), Purpose: text("purpose", `[a-z]{0,25}`),
		Channel: text("channel", `([0-9]{3})?`), Request: text("request", `A?M?E?`)}
	if rapid.Bool().Draw(t, "has language") {
		code.Language = qr.Language{Preference: "JA", Name: text("name", `[ぁ-ん]{1,25}`), City: text("city",
			`[ぁ-ん]{0,15}`)}
	}
	if rapid.Bool().Draw(t, "has unreserved") {
		code.Unreserved = []qr.Object{{ID: 99, Value: "0001u"}, {ID: 80, Value: "0102zz0001u"}}
	}
	return code
}

func TestEveryCodeIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := anyCode(t)
		text, err := code.Encode()
		if fault.CodeOf(err) == qr.CodeTooLong {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := qr.Decode(text)
		if err != nil || !reflect.DeepEqual(got, code) {
			t.Fatalf("%s\nwas read as %+v\nnot as     %+v: %v", text, got, code, err)
		}
	})
}

func TestEveryOrderOfObjectsIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		objects := []string{"010212", "02031ab", "2614" + "0010org.sample", "52045812", "5303392", "540519800",
			"550203", "57013",
			"5802JP", "5909DEMO CAFE", "6005KYOTO", "61071234567", "6210" + "0101b" + "0201m",
			"6411" + "0101あ" + "0002JA",
			"6501r", "7001q", "8005" + "0001u", "9905" + "0001v"}
		text := seal("000201" + strings.Join(rapid.Permutation(objects).Draw(t, "objects"), ""))
		code, err := qr.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		written, err := code.Encode()
		if err != nil || written != text {
			t.Fatalf("%s\nwas written back as\n%s: %v", text, written, err)
		}
		if utf8.RuneCountInString(text) != 6+162+8 {
			t.Fatalf("the text has %d characters", utf8.RuneCountInString(text))
		}
	})
}
