// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/money"
)

// ratio is num ÷ den for numbers the test knows to be good.
func ratio(t reporter, num, den int64) money.Ratio {
	t.Helper()
	r, err := money.RatioOf(num, den)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fraction is the same number in the standard library's terms.
func fraction(r money.Ratio) *big.Rat { return big.NewRat(r.Terms()) }

// anyRatio draws from both ends of the range as often as from its middle.
func anyRatio(t *rapid.T, name string) money.Ratio {
	terms := func(least int64) *rapid.Generator[int64] {
		return rapid.OneOf(rapid.Int64Range(least, 10_000), rapid.Int64Range(least, math.MaxInt64),
			rapid.Int64Range(math.MaxInt64-100, math.MaxInt64),
			rapid.SampledFrom([]int64{10, 1_000, 1e6, 1e9, 1e12, 1e15, 1e18}))
	}
	return ratio(t, terms(0).Draw(t, name+" num"), terms(1).Draw(t, name+" den"))
}

func TestRatiosAreHeldInLowestTerms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		num, den int64
		want     string
	}{
		{512, 10_000, "32/625"}, {0, 7, "0/1"}, {7, 7, "1/1"}, {6, 3, "2/1"}, {math.MaxInt64, math.MaxInt64, "1/1"},
		{1, math.MaxInt64, "1/9223372036854775807"}, {math.MaxInt64, 1, "9223372036854775807/1"},
	} {
		r := ratio(t, c.num, c.den)
		if r.String() != c.want || !r.Valid() || r.IsZero() != (c.num == 0) {
			t.Errorf("%d/%d is %v, want %s", c.num, c.den, r, c.want)
		}
	}
	for _, c := range [][2]int64{{1, 0}, {0, 0}, {-1, 1}, {1, -1}, {-1, -1}, {math.MinInt64, math.MinInt64}} {
		r, err := money.RatioOf(c[0], c[1])
		refused(t, err, money.CodeRatioMalformed)
		if r.Valid() {
			t.Errorf("%d/%d left %v", c[0], c[1], r)
		}
	}
}

func TestBasisPointsAreHundredthsOfAPerCent(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0/1", 1: "1/10000", 198: "99/5000", 10_000: "1/1", 325: "13/400"} {
		if got := money.BasisPoints(n).String(); got != want {
			t.Errorf("%d basis points are %s, want %s", n, got, want)
		}
	}
	stops(t, "basis points", func() { money.BasisPoints(-1) })
}

func TestParseRatioReadsPlainDecimalsExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0/1", "0.0": "0/1", "000": "0/1", "7": "7/1", "007": "7/1", "0.0512": "32/625", "1.50": "3/2",
		"0.064622": "32311/500000", "1.02487562": "51243781/50000000", "999999999999999999": "999999999999999999/1",
		"0.000000000000000001":                  "1/1000000000000000000",
		"0.999999999999999999":                  "999999999999999999/1000000000000000000",
		"123456789.123456789":                   "123456789123456789/1000000000",
		"0.5" + strings.Repeat("0", 100):        "1/2",
		strings.Repeat("0", 100) + "2.5":        "5/2",
		"0." + strings.Repeat("0", 100):         "0/1",
		strings.Repeat("0", 50) + ".25":         "1/4",
		"100000000000000000.0":                  "100000000000000000/1",
		"000000000000000000000000000001.000000": "1/1",
	} {
		if got, err := money.ParseRatio(text); err != nil || got.String() != want {
			t.Errorf("%q was read as %v, want %s: %v", text, got, want, err)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "-1", "+1", "1.2.3", "1..2", "1,5", "1e3", "1E-3", " 1", "1 ",
		"1/2", "0x1", "1_0", "１.５", "NaN", "Inf", "1.\x00", "\xff"} {
		_, err := money.ParseRatio(text)
		refused(t, err, money.CodeRatioMalformed)
	}
	for _, text := range []string{"1000000000000000000", "0.0000000000000000001", "1.000000000000000001",
		"9223372036854775807", strings.Repeat("1", 1000), "0." + strings.Repeat("1", 1000)} {
		_, err := money.ParseRatio(text)
		refused(t, err, money.CodeRatioRange)
	}
}

func TestProductOfRatiosIsExactOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, s := anyRatio(t, "r"), anyRatio(t, "s")
		want := new(big.Rat).Mul(fraction(r), fraction(s))
		got, err := r.Mul(s)
		if want.Num().IsInt64() && want.Denom().IsInt64() {
			if num, den := got.Terms(); err != nil || num != want.Num().Int64() || den != want.Denom().Int64() {
				t.Fatalf("%v × %v is %v, want %v: %v", r, s, got, want, err)
			}
			return
		}
		refused(t, err, money.CodeRatioRange)
		if got.Valid() {
			t.Fatalf("%v × %v left %v", r, s, got)
		}
	})
}

func TestInverseOfRatioIsExactAndZeroHasNone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRatio(t, "r")
		got, err := r.Inverse()
		if r.IsZero() {
			refused(t, err, money.CodeRatioRange)
			return
		}
		if err != nil || fraction(got).Cmp(new(big.Rat).Inv(fraction(r))) != 0 {
			t.Fatalf("1 ÷ %v is %v: %v", r, got, err)
		}
		if product, err := got.Mul(r); err != nil || product != money.One {
			t.Fatalf("%v × %v is %v: %v", got, r, product, err)
		}
	})
	_, err := ratio(t, 0, 5).Inverse()
	refused(t, err, money.CodeRatioRange)
}

func TestRatiosAreOrderedAsFractions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, s := anyRatio(t, "r"), anyRatio(t, "s")
		if got := r.Compare(s); got != fraction(r).Cmp(fraction(s)) || s.Compare(r) != -got || r.Compare(r) != 0 {
			t.Fatalf("%v against %v is %d", r, s, got)
		}
	})
	// Neighbours that differ only in the lowest bit of the cross products.
	less, more := ratio(t, math.MaxInt64-1, math.MaxInt64), ratio(t, math.MaxInt64-2, math.MaxInt64-1)
	if less.Compare(more) != 1 || more.Compare(less) != -1 {
		t.Errorf("%v against %v is %d", less, more, less.Compare(more))
	}
}

func TestDecimalWritesExactlySoManyPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		num, den int64
		places   int
		want     [4]string // half-even, half-up, down, up
	}{
		{0, 1, 0, [4]string{"0", "0", "0", "0"}},
		{0, 1, 2, [4]string{"0.00", "0.00", "0.00", "0.00"}},
		{1, 2, 0, [4]string{"0", "1", "0", "1"}},
		{3, 2, 0, [4]string{"2", "2", "1", "2"}},
		{1, 3, 2, [4]string{"0.33", "0.33", "0.33", "0.34"}},
		{1, 8, 2, [4]string{"0.12", "0.13", "0.12", "0.13"}},
		{3, 8, 2, [4]string{"0.38", "0.38", "0.37", "0.38"}},
		{999, 1000, 2, [4]string{"1.00", "1.00", "0.99", "1.00"}}, // the carry reaches the whole part
		{199, 100, 1, [4]string{"2.0", "2.0", "1.9", "2.0"}},
		{1, 1000, 2, [4]string{"0.00", "0.00", "0.00", "0.01"}},
		{1, math.MaxInt64, 18, [4]string{"0.000000000000000000", "0.000000000000000000", "0.000000000000000000",
			"0.000000000000000001"}},
		{math.MaxInt64, 2, 2, [4]string{"4611686018427387903.50", "4611686018427387903.50",
			"4611686018427387903.50", "4611686018427387903.50"}},
	} {
		for i, m := range roundings {
			if got := ratio(t, c.num, c.den).Decimal(c.places, m); got != c.want[i] {
				t.Errorf("%d/%d in %d places %v is %s, want %s", c.num, c.den, c.places, m, got, c.want[i])
			}
		}
	}
}

func TestDecimalIsTheNearestNumberOfItsPlaces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, places := anyRatio(t, "r"), rapid.IntRange(0, 18).Draw(t, "places")
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		for _, m := range roundings {
			text := r.Decimal(places, m)
			written, ok := new(big.Rat).SetString(text)
			if !ok || written.FloatString(places) != text { // exactly so many digits, none to spare
				t.Fatalf("%v in %d places %v is %q", r, places, m, text)
			}
			off := new(big.Rat).Sub(written, fraction(r))
			near := new(big.Rat).Abs(off).Cmp(new(big.Rat).Mul(unit, big.NewRat(1, 2))) <= 0
			good := map[money.Rounding]bool{money.HalfEven: near, money.HalfUp: near, money.Down: off.Sign() <= 0,
				money.Up: off.Sign() >= 0}[m]
			if !good || new(big.Rat).Abs(off).Cmp(unit) >= 0 {
				t.Fatalf("%v in %d places %v is %q", r, places, m, text)
			}
		}
	})
}

func TestArithmeticWithRatioThatWasNeverSetStops(t *testing.T) {
	t.Parallel()
	var unset money.Ratio
	if unset.Valid() {
		t.Error("the zero Ratio is valid")
	}
	stops(t, "never set", func() { _, _ = unset.Mul(money.One) })
	stops(t, "never set", func() { _, _ = money.One.Mul(unset) })
	stops(t, "never set", func() { _, _ = unset.Inverse() })
	stops(t, "never set", func() { unset.Compare(money.One) })
	stops(t, "never set", func() { money.One.Compare(unset) })
	stops(t, "decimals", func() { unset.Decimal(2, money.Down) })
	stops(t, "-1 decimals", func() { money.One.Decimal(-1, money.Down) })
	stops(t, "19 decimals", func() { money.One.Decimal(19, money.Down) })
	stops(t, "named rounding", func() { money.One.Decimal(2, 0) })
}
