// SPDX-License-Identifier: Apache-2.0

package look_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/money"
)

func TestAmountsAlwaysNameTheirCurrency(t *testing.T) {
	t.Parallel()
	kwd, err := money.ParseCurrency("KWD")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		amount            money.Amount
		english, japanese string
	}{
		{money.New(1980, money.JPY), "JPY 1,980", "1,980円"},
		{money.New(0, money.JPY), "JPY 0", "0円"},
		{money.New(999, money.JPY), "JPY 999", "999円"},
		{money.New(-1234567, money.JPY), "JPY −1,234,567", "−1,234,567円"},
		{money.New(5151, money.HKD), "HKD 51.51", "HKD 51.51"},
		{money.New(-5, money.HKD), "HKD −0.05", "HKD −0.05"},
		{money.New(123456789, money.HKD), "HKD 1,234,567.89", "HKD 1,234,567.89"},
		{money.New(1234567, kwd), "KWD 1,234.567", "KWD 1,234.567"},
		{money.New(-9223372036854775808, money.JPY), "JPY −9,223,372,036,854,775,808", "−9,223,372,036,854,775,808円"},
		{money.Amount{}, "", ""},
	} {
		if got := look.Money(c.amount, look.English); got != c.english {
			t.Errorf("%v in English is %q, not %q", c.amount, got, c.english)
		}
		if got := look.Money(c.amount, look.Japanese); got != c.japanese {
			t.Errorf("%v in Japanese is %q, not %q", c.amount, got, c.japanese)
		}
	}
}

func TestGroupingChangesNoDigit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := money.New(rapid.Int64().Draw(t, "minor"), rapid.SampledFrom([]money.Currency{money.JPY,
			money.HKD}).Draw(t, "currency"))
		f := look.FigureOf(a, look.English)
		plain := strings.NewReplacer(",", "", "−", "-").Replace(f.Digits)
		if plain != a.Major() {
			t.Fatalf("%v is shown as %q", a, f.Digits)
		}
		for i, group := range strings.Split(strings.TrimPrefix(strings.SplitN(f.Digits, ".", 2)[0], "−"), ",") {
			if len(group) > 3 || i > 0 && len(group) != 3 {
				t.Fatalf("%v is grouped as %q", a, f.Digits)
			}
		}
	})
}

func TestFigureIsSetInItsParts(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]look.Figure{
		`<span class="amount"><span class="unit">JPY</span> 1,980</span>`: look.FigureOf(money.New(1980,
			money.JPY), look.English),
		`<span class="amount">1,980<span class="unit after">円</span></span>`: look.FigureOf(money.New(1980,
			money.JPY), look.Japanese),
		``: {},
	} {
		if got := string(f.HTML()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
