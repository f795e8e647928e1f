// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func TestAmountTakesAStringOrANumber(t *testing.T) {
	t.Parallel()
	for _, sent := range []string{`{"currency":"JPY","value":"1000"}`, `{"currency":"JPY","value":1000}`,
		`{"value":"\u0031000","currency":"\u004a\u0050Y"}`} {
		var amount wire.Amount
		if err := json.Unmarshal([]byte(sent), &amount); err != nil {
			t.Fatal(err)
		}
		got, err := amount.Money("paymentAmount")
		if err != nil || got != money.New(1000, money.JPY) {
			t.Errorf("%s: got %v, %v", sent, got, err)
		}
		body, err := wire.Encode(amount)
		if err != nil || string(body) != `{"currency":"JPY","value":"1000"}` {
			t.Errorf("an amount is always written as strings: %s, %v", body, err)
		}
	}
}

// S-12 and trap 26.
func TestMoneyRefusesWhatIsNotAnAmount(t *testing.T) {
	t.Parallel()
	const digits = "paymentAmount.value must be digits in the currency's smallest unit, without sign, point or leading zero"
	const most = "paymentAmount.value must be at most 1000000000000000"
	const currency = "paymentAmount.currency must be a currency of ISO 4217 in upper case"
	cases := map[string]struct {
		currency, value wire.Text
		code            fault.Code
		detail          string
	}{
		"nothing":           {"", "", wire.CodeFieldMissing, "paymentAmount is required"},
		"no currency":       {"", "1", wire.CodeFieldMissing, "paymentAmount.currency is required"},
		"no value":          {"JPY", "", wire.CodeFieldMissing, "paymentAmount.value is required"},
		"negative":          {"JPY", "-1", wire.CodeFieldMalformed, digits},
		"a plus":            {"JPY", "+1", wire.CodeFieldMalformed, digits},
		"zero":              {"JPY", "0", wire.CodeFieldMalformed, "paymentAmount.value must be at least 1"},
		"zeros":             {"JPY", "00", wire.CodeFieldMalformed, digits},
		"a leading zero":    {"JPY", "01", wire.CodeFieldMalformed, digits},
		"a point":           {"JPY", "1.00", wire.CodeFieldMalformed, digits},
		"a comma":           {"JPY", "1,000", wire.CodeFieldMalformed, digits},
		"an exponent":       {"JPY", "1e3", wire.CodeFieldMalformed, digits},
		"hexadecimal":       {"JPY", "0x10", wire.CodeFieldMalformed, digits},
		"a space":           {"JPY", " 1", wire.CodeFieldMalformed, digits},
		"full-width digits": {"JPY", "１０００", wire.CodeFieldMalformed, digits},
		"true":              {"JPY", "true", wire.CodeFieldMalformed, digits},
		"one too many":      {"JPY", "1000000000000001", wire.CodeFieldMalformed, most},
		"2^63":              {"JPY", "9223372036854775808", wire.CodeFieldMalformed, most},
		"without end":       {"JPY", wire.Text(strings.Repeat("9", 500)), wire.CodeFieldMalformed, most},
		"lower case":        {"jpy", "1", wire.CodeFieldMalformed, currency},
		"numeric":           {"392", "1", wire.CodeFieldMalformed, currency},
		"not a currency":    {"ZZZ", "1", wire.CodeFieldMalformed, currency},
	}
	for name, c := range cases {
		_, err := (&wire.Amount{Currency: c.currency, Value: c.value}).Money("paymentAmount")
		var problem *fault.Error
		if !errors.As(err, &problem) || problem.Code != c.code || problem.Detail != c.detail ||
			problem.Kind != fault.Invalid ||
			!strings.HasPrefix(c.detail, problem.Subject+" ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := (*wire.Amount)(nil).Money("refundAmount"); fault.DetailOf(err) != "refundAmount is required" {
		t.Errorf("an absent amount: %v", err)
	}
	if got, err := (&wire.Amount{Currency: "JPY", Value: "1000000000000000"}).Money("x"); err != nil ||
		got.Minor() != wire.AmountMax {
		t.Errorf("the largest amount: %v, %v", got, err)
	}
}

func TestAmountOfComesBackAsTheSameMoney(t *testing.T) {
	t.Parallel()
	currencies := []money.Currency{money.JPY, money.CNY, money.HKD, money.USD, money.KWD, money.KRW}
	rapid.Check(t, func(t *rapid.T) {
		sent := money.New(rapid.Int64Range(1, wire.AmountMax).Draw(t, "minor"),
			rapid.SampledFrom(currencies).Draw(t, "currency"))
		got, err := wire.AmountOf(sent).Money("x")
		if err != nil || got != sent {
			t.Fatalf("%v came back as %v, %v", sent, got, err)
		}
	})
	if wire.AmountOf(money.Amount{}) != nil {
		t.Error("the zero Amount is not sent")
	}
	if got := wire.AmountOf(money.Zero(money.JPY)); *got != (wire.Amount{Currency: "JPY", Value: "0"}) {
		t.Errorf("nothing is %v", got)
	}
	defer func() {
		if _, ok := recover().(invariant.Violation); !ok {
			t.Error("a negative amount was sent")
		}
	}()
	wire.AmountOf(money.New(-1, money.JPY))
}

// Trap 29: quotePrice is a number, guaranteed a boolean that is always there.
func TestAQuoteIsWrittenAsTheSDKsReadIt(t *testing.T) {
	t.Parallel()
	body, err := wire.Encode(wire.Quote{QuoteID: "q-1", QuoteCurrencyPair: "JPY/CNY", QuotePrice: "0.064622"})
	if err != nil ||
		string(body) != `{"quoteId":"q-1","quoteCurrencyPair":"JPY/CNY","quotePrice":0.064622,"guaranteed":false}` {
		t.Fatalf("got %s, %v", body, err)
	}
	var typed struct {
		QuotePrice float32 `json:"quotePrice"`
		Guaranteed bool    `json:"guaranteed"`
	}
	if err := json.Unmarshal(body, &typed); err != nil || typed.QuotePrice != 0.064622 {
		t.Fatalf("the Go SDK reads %+v, %v", typed, err)
	}
	body, err = wire.Encode(wire.Quote{QuoteID: "q-1", Guaranteed: true})
	if err != nil || string(body) != `{"quoteId":"q-1","guaranteed":true}` {
		t.Fatalf("got %s, %v", body, err)
	}
}

func TestNumberKeepsItsDigits(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]wire.Number{
		`0.064622`: "0.064622", `"0.064622"`: "0.064622", `1.02487562`: "1.02487562", `7`: "7", `0`: "0",
		`null`: "", `""`: "",
		`4.5E-3`: "0.0045", `"4.5e-3"`: "0.0045", `1.5e2`: "150", `15e-1`: "1.5", `1E+2`: "100", `0.00e0`: "0.00",
		`12.345e1`: "123.45",
		`0.1e1`:    "1", `123456789.123456789123`: "123456789.123456789123", `1e-38`: "0." +
			wire.Number(strings.Repeat("0", 37)) + "1",
	} {
		got := wire.Number("old")
		if err := json.Unmarshal([]byte(sent), &got); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", sent, got, err, want)
		}
	}
	for _, sent := range []string{`-1`, `"-1"`, `"+1"`, `"1,5"`, `"1."`, `".5"`, `"01"`, `"1e"`, `"1e+-5"`,
		`"1e999"`, `1e99`, `1e-39`,
		`true`, `{}`, `"NaN"`, `"0x1"`, `" 1"`} {
		var got wire.Number
		if err := json.Unmarshal([]byte(sent), &got); err == nil {
			t.Errorf("%s: got %q", sent, got)
		}
	}
	for _, bad := range []wire.Number{"", "1e5", "-1", "x", "01", "1.", "null", `1,"a":2`} {
		if body, err := bad.MarshalJSON(); err == nil {
			t.Errorf("%q was written as %s", bad, body)
		}
	}
}

func TestNumberIsAnExactRatio(t *testing.T) {
	t.Parallel()
	ratio, err := wire.Number("0.0512").Ratio("paymentQuote.quotePrice")
	if err != nil || ratio.String() != "32/625" {
		t.Fatalf("got %v, %v", ratio, err)
	}
	for _, bad := range []wire.Number{"", "1.2345678901234567890123"} {
		_, err := bad.Ratio("paymentQuote.quotePrice")
		if fault.CodeOf(err) != wire.CodeFieldMalformed ||
			fault.DetailOf(err) != "paymentQuote.quotePrice must be a decimal number of at most 18 digits" {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func FuzzAmount(f *testing.F) {
	for _, seed := range []string{`{"currency":"JPY","value":"1000"}`, `{"currency":"JPY","value":1000}`,
		`{"currency":"HKD","value":"1000000000000001"}`, `{"currency":"JPY","value":"-1"}`, `{"currency":"jpy","value":"0"}`,
		`{"currency":"JPY","value":1e3}`, `{"currency":"JPY","value":{}}`, `{"currency":true,"value":null}`} {
		f.Add([]byte(seed))
	}
	whole := regexp.MustCompile(`^[1-9][0-9]*$`)
	f.Fuzz(func(t *testing.T, body []byte) {
		var amount wire.Amount
		if err := wire.Decode(body, &amount); err != nil {
			return
		}
		got, err := amount.Money("x")
		value, ok := new(big.Int).SetString(string(amount.Value), 10)
		good := ok && whole.MatchString(string(amount.Value)) && value.Cmp(big.NewInt(wire.AmountMax)) <= 0
		_, unknown := money.ParseCurrency(string(amount.Currency))
		good = good && unknown == nil
		if (err == nil) != good {
			t.Fatalf("%s: got %v, %v", body, got, err)
		}
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.DetailOf(err) == "" {
				t.Fatalf("%s: %v", body, err)
			}
			return
		}
		if *wire.AmountOf(got) != amount {
			t.Fatalf("%s is not stable: %v", body, got)
		}
	})
}
