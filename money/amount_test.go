// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
)

var roundings = []money.Rounding{money.HalfEven, money.HalfUp, money.Down, money.Up}

// reporter is a test, or one case of a property.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// stops fails the test unless act ends in a violated invariant that names its rule.
func stops(t reporter, rule string, act func()) {
	t.Helper()
	defer func() {
		v, ok := recover().(invariant.Violation)
		if !ok || !strings.Contains(v.Message, rule) {
			t.Errorf("ended with %v, want a violation of %q", v, rule)
		}
	}()
	act()
}

// refused fails the test unless err is Invalid with this code and a sentence for the caller.
func refused(t reporter, err error, code fault.Code) {
	t.Helper()
	if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) != code || fault.DetailOf(err) == "" {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestSignsOfAmounts(t *testing.T) {
	t.Parallel()
	for minor, want := range map[int64][3]bool{
		0: {true, false, false}, 1: {false, true, false}, -1: {false, false, true},
		math.MaxInt64: {false, true, false}, math.MinInt64: {false, false, true},
	} {
		a := money.New(minor, money.JPY)
		if got := [3]bool{a.IsZero(), a.Positive(), a.Negative()}; got != want || a.Minor() != minor {
			t.Errorf("%v: zero, positive, negative are %v", a, got)
		}
	}
	if z := money.Zero(money.KWD); !z.IsZero() || z.Currency() != money.KWD {
		t.Errorf("nothing in KWD is %v", z)
	}
}

func TestSumAndDifferenceAreExactOrStop(t *testing.T) {
	t.Parallel()
	ends := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.SampledFrom(ends), rapid.Int64())
		x, y := number.Draw(t, "x"), number.Draw(t, "y")
		a, b := money.New(x, money.HKD), money.New(y, money.HKD)
		sum := new(big.Int).Add(big.NewInt(x), big.NewInt(y))
		if !sum.IsInt64() {
			stops(t, "overflows", func() { a.Add(b) })
		} else if got := a.Add(b); got.Minor() != sum.Int64() || got.Currency() != money.HKD {
			t.Fatalf("%v + %v = %v", a, b, got)
		}
		difference := new(big.Int).Sub(big.NewInt(x), big.NewInt(y))
		if !difference.IsInt64() {
			stops(t, "overflows", func() { a.Sub(b) })
		} else if got := a.Sub(b); got.Minor() != difference.Int64() || got.Currency() != money.HKD {
			t.Fatalf("%v - %v = %v", a, b, got)
		}
		if got := a.Compare(b); got != big.NewInt(x).Cmp(big.NewInt(y)) {
			t.Fatalf("%v against %v is %d", a, b, got)
		}
	})
}

func TestTwoCurrenciesNeverMeet(t *testing.T) {
	t.Parallel()
	yen, dollar := money.New(1, money.JPY), money.New(1, money.HKD)
	stops(t, "JPY and HKD are different currencies", func() { yen.Add(dollar) })
	stops(t, "HKD and JPY are different currencies", func() { dollar.Sub(yen) })
	stops(t, "JPY and HKD are different currencies", func() { yen.Compare(dollar) })
	stops(t, "different currencies", func() { money.Amount{}.Add(yen) })
}

func TestAmountInUnknownCurrencyIsNeverMade(t *testing.T) {
	t.Parallel()
	stops(t, "unknown currency 0", func() { money.New(1, 0) })
	stops(t, "unknown currency 959", func() { money.New(1, 959) }) // gold
	stops(t, "unknown currency 65535", func() { money.Zero(math.MaxUint16) })
}

func TestAmountsAreWrittenWithTheirCurrencysDecimals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor    int64
		currency money.Currency
		want     string
	}{
		{1000, money.JPY, "JPY 1000"}, {0, money.JPY, "JPY 0"}, {-7, money.JPY, "JPY -7"},
		{5120, money.HKD, "HKD 51.20"}, {5, money.HKD, "HKD 0.05"}, {-5, money.HKD, "HKD -0.05"},
		{0, money.HKD, "HKD 0.00"}, {100, money.HKD, "HKD 1.00"}, {99, money.HKD, "HKD 0.99"},
		{1, money.KWD, "KWD 0.001"}, {-12345, money.KWD, "KWD -12.345"}, {12345, money.CLF, "CLF 1.2345"},
		{math.MaxInt64, money.USD, "USD 92233720368547758.07"},
		{math.MinInt64, money.USD, "USD -92233720368547758.08"},
		{math.MinInt64, money.JPY, "JPY -9223372036854775808"},
	} {
		if got := money.New(c.minor, c.currency).String(); got != c.want {
			t.Errorf("%d %v is written %q, want %q", c.minor, c.currency, got, c.want)
		}
	}
	if got := (money.Amount{}).String(); got != "??? 0" {
		t.Errorf("the zero amount is written %q", got)
	}
}

func TestParseMinorReadsWholeNumbersOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "10": 10, "1000": 1000, "1000000000000000": money.ParsedMax,
	} {
		got, err := money.ParseMinor(text, money.HKD)
		if err != nil || got != money.New(want, money.HKD) {
			t.Errorf("%q was read as %v: %v", text, got, err)
		}
	}
	for _, text := range []string{"", " ", "00", "01", "-0", "-1", "+1", "1.0", "1.", ".1", "1,000", "1_000",
		"1 ", " 1", "1e3", "0x10", "１０", "٣", "\x00", "1\x00", "1\n", "NaN", "Inf", "-9223372036854775808"} {
		got, err := money.ParseMinor(text, money.HKD)
		refused(t, err, money.CodeAmountMalformed)
		if got != (money.Amount{}) {
			t.Errorf("%q left %v", text, got)
		}
	}
	for _, text := range []string{"1000000000000001", "9223372036854775807", "9223372036854775808",
		"18446744073709551616", strings.Repeat("9", 1000)} {
		_, err := money.ParseMinor(text, money.HKD)
		refused(t, err, money.CodeAmountRange)
	}
	_, err := money.ParseMinor("1", 0)
	refused(t, err, money.CodeCurrencyUnknown)
}

func TestParseMajorReadsAtMostTheCurrencysDecimals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		currency money.Currency
		want     int64
	}{
		{"0", money.JPY, 0}, {"1000", money.JPY, 1000}, {"007", money.JPY, 7}, {"51", money.HKD, 5100},
		{"51.2", money.HKD, 5120}, {"51.20", money.HKD, 5120}, {"0.05", money.HKD, 5}, {"00.50", money.HKD, 50},
		{"0.0", money.HKD, 0}, {"12.345", money.KWD, 12345}, {"12.3", money.KWD, 12300},
		{"1.2345", money.CLF, 12345},
		{"10000000000000", money.HKD, money.ParsedMax}, {"1000000000000000", money.JPY, money.ParsedMax},
		{"9999999999999.99", money.HKD, money.ParsedMax - 1},
		{strings.Repeat("0", 100) + "1", money.JPY, 1},
	} {
		got, err := money.ParseMajor(c.text, c.currency)
		if err != nil || got != money.New(c.want, c.currency) {
			t.Errorf("%q %v was read as %v: %v", c.text, c.currency, got, err)
		}
	}
	for currency, texts := range map[money.Currency][]string{
		money.JPY: {"1.", "1.0", "1.5", "."},
		money.HKD: {"", ".", "1.", ".5", "1.234", "1.000", "1..2", "1.2.3", "-1", "+1", "1,5", "1 000", " 1", "1 ",
			"1e2", "0x1", "１", "1.2\x00", "NaN"},
		money.KWD: {"1.2345"}, money.CLF: {"1.23456"},
	} {
		for _, text := range texts {
			_, err := money.ParseMajor(text, currency)
			refused(t, err, money.CodeAmountMalformed)
		}
	}
	for _, text := range []string{"10000000000000.01", "92233720368547758.07", strings.Repeat("9", 1000)} {
		_, err := money.ParseMajor(text, money.HKD)
		refused(t, err, money.CodeAmountRange)
	}
	for _, text := range []string{"1", "1.5", "1.123456789"} {
		_, err := money.ParseMajor(text, 999)
		refused(t, err, money.CodeCurrencyUnknown)
	}
}

func TestEveryCurrencyReadsBackWhatItWrote(t *testing.T) {
	t.Parallel()
	for _, c := range everyCurrency() {
		for _, minor := range []int64{0, 1, 9, 10, 99, 100, 12345, 10_000_000, money.ParsedMax} {
			a := money.New(minor, c)
			major, errMajor := money.ParseMajor(a.Major(), c)
			code, text, _ := strings.Cut(a.String(), " ")
			if errMajor != nil || major != a || code != c.String() || text != a.Major() {
				t.Errorf("%v was read back as %v: %v", a, major, errMajor)
			}
		}
	}
}

func TestNineThousandParsedAmountsCanBeAdded(t *testing.T) {
	t.Parallel()
	largest, err := money.ParseMinor("1000000000000000", money.JPY)
	if err != nil {
		t.Fatal(err)
	}
	sum := money.Zero(money.JPY)
	for range 9_000 {
		sum = sum.Add(largest)
	}
	if sum.Minor() != 9_000*money.ParsedMax {
		t.Fatalf("the sum is %v", sum)
	}
}

func TestScaleRoundsOnceAsItIsTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor       int64
		basisPoints int64
		want        [4]int64 // half-even, half-up, down, up
	}{
		{1000, 198, [4]int64{20, 20, 19, 20}}, // 19.8
		{250, 100, [4]int64{2, 3, 2, 3}},      // 2.5
		{350, 100, [4]int64{4, 4, 3, 4}},      // 3.5
		{100, 150, [4]int64{2, 2, 1, 2}},      // 1.5
		{1, 1, [4]int64{0, 0, 0, 1}},          // 0.0001
		{100, 100, [4]int64{1, 1, 1, 1}},
		{0, 198, [4]int64{}},
		{1000, 0, [4]int64{}},
		{math.MaxInt64, 10_000, [4]int64{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}},
	} {
		for i, m := range roundings {
			got, err := money.New(c.minor, money.JPY).Scale(money.BasisPoints(c.basisPoints), m)
			if err != nil || got != money.New(c.want[i], money.JPY) {
				t.Errorf("%d × %d bp %v is %v, want %d: %v", c.minor, c.basisPoints, m, got, c.want[i], err)
			}
		}
	}
	got, err := money.New(math.MaxInt64, money.JPY).Scale(money.BasisPoints(10_001), money.Down)
	refused(t, err, money.CodeAmountRange)
	if got != (money.Amount{}) {
		t.Errorf("what does not fit left %v", got)
	}
}

func TestScaleStopsWithoutRoundingRatioOrSign(t *testing.T) {
	t.Parallel()
	yen := money.New(1000, money.JPY)
	stops(t, "named rounding", func() { _, _ = yen.Scale(money.One, 0) })
	stops(t, "named rounding", func() { _, _ = yen.Scale(money.One, money.Up+1) })
	stops(t, "÷ 0", func() { _, _ = yen.Scale(money.Ratio{}, money.Down) })
	stops(t, "-1 ×", func() { _, _ = money.New(-1, money.JPY).Scale(money.One, money.Down) })
}

func TestSharesOfGrowingPartsAddUpToTheWholeAmount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, math.MaxInt64)).Draw(t, "whole")
		minor := rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, math.MaxInt64)).Draw(t, "minor")
		m := rapid.SampledFrom(roundings).Draw(t, "m")
		a := money.New(minor, money.HKD)
		returned, part := money.Zero(money.HKD), int64(0)
		for refund := 0; part < whole; refund++ {
			part += rapid.Int64Range(1, whole-part).Draw(t, "refund")
			if refund == 20 {
				part = whole
			}
			share, err := a.Share(part, whole, m)
			if err != nil {
				t.Fatal(err)
			}
			step := share.Sub(returned)
			if step.Negative() || share.Compare(a) > 0 {
				t.Fatalf("%d in %d of %v is %v after %v", part, whole, a, share, returned)
			}
			returned = returned.Add(step)
		}
		if returned != a {
			t.Fatalf("all shares of %v are %v", a, returned)
		}
	})
}

func TestShareIsTheRoundedFraction(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor, part, whole int64
		want               [4]int64 // half-even, half-up, down, up
	}{
		{5120, 0, 1000, [4]int64{0, 0, 0, 0}},
		{5120, 333, 1000, [4]int64{1705, 1705, 1704, 1705}}, // 1704.96
		{5120, 1000, 1000, [4]int64{5120, 5120, 5120, 5120}},
		{1, 1, 2, [4]int64{0, 1, 0, 1}},
		{3, 1, 2, [4]int64{2, 2, 1, 2}},
		{0, 1, 3, [4]int64{0, 0, 0, 0}},
		{math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64,
			[4]int64{math.MaxInt64 - 1, math.MaxInt64 - 1, math.MaxInt64 - 1, math.MaxInt64 - 1}},
	} {
		for i, m := range roundings {
			got, err := money.New(c.minor, money.HKD).Share(c.part, c.whole, m)
			if err != nil || got != money.New(c.want[i], money.HKD) {
				t.Errorf("%d in %d of %d %v is %v, want %d: %v", c.part, c.whole, c.minor, m, got, c.want[i], err)
			}
		}
	}
}

func TestShareOfWhatIsNoPartStops(t *testing.T) {
	t.Parallel()
	a := money.New(100, money.HKD)
	for _, c := range [][2]int64{{-1, 2}, {3, 2}, {0, 0}, {0, -1}, {-2, -1}, {math.MinInt64, math.MaxInt64}} {
		stops(t, "a share of", func() { _, _ = a.Share(c[0], c[1], money.Down) })
	}
	stops(t, "-5 ×", func() { _, _ = money.New(-5, money.HKD).Share(1, 2, money.Down) })
	stops(t, "named rounding", func() { _, _ = a.Share(1, 2, 0) })
}
