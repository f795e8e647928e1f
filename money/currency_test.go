// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"math"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// everyCurrency is found by asking about each number, not by reading the table.
func everyCurrency() []money.Currency {
	var all []money.Currency
	for c := range money.Currency(math.MaxUint16) {
		if c.Valid() {
			all = append(all, c)
		}
	}
	return all
}

func TestEveryCurrencyIsReadBackFromItsAlphabeticCode(t *testing.T) {
	t.Parallel()
	for _, c := range everyCurrency() {
		got, err := money.ParseCurrency(c.String())
		if err != nil || got != c || c.Name() == "" || len(c.String()) != 3 || c > 999 {
			t.Errorf("%d is %v %q, read back as %v: %v", uint16(c), c, c.Name(), got, err)
		}
	}
}

func TestNumbersOfCurrenciesByDecimalsAreThoseOfISO4217(t *testing.T) {
	t.Parallel()
	got := map[int]int{}
	for _, c := range everyCurrency() {
		got[c.Exponent()]++
	}
	want := map[int]int{0: 17, 2: 139, 3: 7, 4: 2}
	for exponent := range 10 {
		if got[exponent] != want[exponent] {
			t.Errorf("%d currencies have %d decimals, want %d", got[exponent], exponent, want[exponent])
		}
	}
}

// The currencies whose minor unit is not a hundredth, and those that are often believed to be among them.
func TestExponentsThatAreEasilyMistaken(t *testing.T) {
	t.Parallel()
	for exponent, codes := range map[int][]money.Currency{
		0: {money.BIF, money.CLP, money.DJF, money.GNF, money.ISK, money.JPY, money.KMF, money.KRW, money.PYG,
			money.RWF, money.UGX, money.UYI, money.VND, money.VUV, money.XAF, money.XOF, money.XPF},
		2: {money.CNY, money.HKD, money.HUF, money.IDR, money.IRR, money.KPW, money.LAK, money.MGA, money.MMK,
			money.MOP, money.MRU, money.PHP, money.SLE, money.THB, money.TWD, money.VED, money.XAD, money.XCG,
			money.ZWG},
		3: {money.BHD, money.IQD, money.JOD, money.KWD, money.LYD, money.OMR, money.TND},
		4: {money.CLF, money.UYW},
	} {
		for _, c := range codes {
			if c.Exponent() != exponent {
				t.Errorf("%v has %d decimals, want %d", c, c.Exponent(), exponent)
			}
		}
	}
}

func TestNumbersOfCurrenciesAreThoseOfISO4217(t *testing.T) {
	t.Parallel()
	for alphabetic, numeric := range map[string]money.Currency{
		"JPY": 392, "CNY": 156, "HKD": 344, "MOP": 446, "TWD": 901, "KRW": 410, "THB": 764, "SGD": 702, "USD": 840,
		"EUR": 978, "ALL": 8, "SLE": 925, "VED": 926, "VES": 928, "ZWG": 924, "XCG": 532, "XAD": 396, "UYW": 927,
	} {
		if got, err := money.ParseCurrency(alphabetic); err != nil || got != numeric {
			t.Errorf("%s is %d, want %d: %v", alphabetic, uint16(got), uint16(numeric), err)
		}
	}
}

func TestWhatIsNoCurrencyIsUnknown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "J", "JP", "JPYY", "jpy", "Jpy", " JPY", "JPY ", "392", "ＪＰＹ", "\x00\x00\x00", "AAA", "ZZZ", // no code
		"HRK", "SLL", "ZWL", "ANG", "BGN", "CUC", "LTL", // withdrawn
		"XAU", "XAG", "XPT", "XPD", "XDR", "XSU", "XUA", "XBA", "XBB", "XBC", "XBD", "XTS", "XXX", // no minor unit
	} {
		got, err := money.ParseCurrency(text)
		if got.Valid() || fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) != money.CodeCurrencyUnknown {
			t.Errorf("%q was read as %v: %v", text, got, err)
		}
	}
}

func TestInvalidCurrencyIsHarmlessToPrint(t *testing.T) {
	t.Parallel()
	for _, c := range []money.Currency{0, 1, 959, 963, 999, 1000, math.MaxUint16} {
		if c.Valid() || c.String() != "???" || c.Name() != "" || c.Exponent() != 0 {
			t.Errorf("%d is %v %q with %d decimals", uint16(c), c, c.Name(), c.Exponent())
		}
	}
}
