// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"strconv"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// foreign are texts that have broken readers of numbers elsewhere.
var foreign = []string{"", "0", "00", "1", "01", "-1", "+1", "1000", "51.20", "0.05", "1.", ".5", ".", "1.2.3",
	"1e9", "NaN", "0x1f", "1_000", "1,000", " 1", "１２３", "٣", "\xff", "1000000000000000", "1000000000000001",
	"9223372036854775807", "9223372036854775808", "0.000000000000000001", "0.0000000000000000001",
	"999999999999999999.999999999999999999"}

func FuzzParseMinor(f *testing.F) {
	for _, text := range foreign {
		f.Add(text, uint16(money.JPY))
		f.Add(text, uint16(money.HKD))
	}
	f.Fuzz(func(t *testing.T, text string, numeric uint16) {
		a, err := money.ParseMinor(text, money.Currency(numeric))
		if err != nil {
			mustBeTold(t, err)
			return
		}
		if a.Negative() || a.Minor() > money.ParsedMax || a.Currency() != money.Currency(numeric) {
			t.Fatalf("%q was read as %v", text, a)
		}
		if strconv.FormatInt(a.Minor(), 10) != text {
			t.Fatalf("%q was read as %v", text, a)
		}
		mustCalculate(t, a)
	})
}

func FuzzParseMajor(f *testing.F) {
	for _, text := range foreign {
		f.Add(text, uint16(money.JPY))
		f.Add(text, uint16(money.HKD))
		f.Add(text, uint16(money.CLF))
	}
	f.Fuzz(func(t *testing.T, text string, numeric uint16) {
		a, err := money.ParseMajor(text, money.Currency(numeric))
		if err != nil {
			mustBeTold(t, err)
			return
		}
		if a.Negative() || a.Minor() > money.ParsedMax || a.Currency() != money.Currency(numeric) {
			t.Fatalf("%q was read as %v", text, a)
		}
		if back, err := money.ParseMajor(a.Major(), a.Currency()); err != nil || back != a {
			t.Fatalf("%q was read as %v and back as %v: %v", text, a, back, err)
		}
		mustCalculate(t, a)
	})
}

func FuzzParseRatio(f *testing.F) {
	for _, text := range foreign {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := money.ParseRatio(text)
		if err != nil {
			mustBeTold(t, err)
			return
		}
		for _, m := range roundings {
			if back, err := money.ParseRatio(r.Decimal(18, m)); err != nil || back != r {
				t.Fatalf("%q was read as %v and back as %v: %v", text, r, back, err)
			}
		}
		num, den := r.Terms()
		if back, err := money.RatioOf(num, den); err != nil || back != r || r.Compare(back) != 0 {
			t.Fatalf("%q was read as %v and back as %v: %v", text, r, back, err)
		}
		for _, quote := range []money.Currency{money.JPY, money.CNY, money.KWD, money.CLF} {
			if made, err := money.NewRate(money.HKD, quote, r); err != nil {
				mustBeTold(t, err)
			} else if _, err := made.Convert(money.New(money.ParsedMax, money.HKD), money.HalfEven); err != nil {
				mustBeTold(t, err)
			}
		}
	})
}

// mustBeTold holds that a refusal is the caller's to mend and says so in a sentence.
func mustBeTold(t *testing.T, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) == "" || fault.DetailOf(err) == "" {
		t.Fatalf("refused without a reason: %v", err)
	}
}

// mustCalculate holds that what was read can enter any arithmetic: a violated invariant would end the run.
func mustCalculate(t *testing.T, a money.Amount) {
	t.Helper()
	twice, err := a.Scale(money.BasisPoints(20_000), money.HalfEven)
	if err != nil || a.Add(a) != twice || !a.Sub(a).IsZero() || a.Compare(twice) > 0 {
		t.Fatalf("%v + itself is %v, × 2 is %v: %v", a, a.Add(a), twice, err)
	}
}
