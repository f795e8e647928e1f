// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/money"
)

// rate is the price in decimals that the test knows to be good.
func rate(t *testing.T, base, quote money.Currency, price string) money.Rate {
	t.Helper()
	p, err := money.ParseRatio(price)
	if err != nil {
		t.Fatal(err)
	}
	r, err := money.NewRate(base, quote, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRateSaysWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	r := rate(t, money.JPY, money.HKD, "0.0512")
	if r.Base() != money.JPY || r.Quote() != money.HKD || r.Price() != ratio(t, 32, 625) || !r.Valid() ||
		r.String() != "JPY/HKD 32/625" {
		t.Errorf("the rate is %v", r)
	}
	if (money.Rate{}).Valid() {
		t.Error("the zero Rate is valid")
	}
}

func TestRateNeedsTwoCurrenciesAndAPriceAboveZero(t *testing.T) {
	t.Parallel()
	_, err := money.NewRate(0, money.JPY, money.One)
	refused(t, err, money.CodeCurrencyUnknown)
	_, err = money.NewRate(money.JPY, 999, money.One)
	refused(t, err, money.CodeCurrencyUnknown)
	_, err = money.NewRate(money.JPY, money.HKD, ratio(t, 0, 1))
	refused(t, err, money.CodeRatioMalformed)
	_, err = money.NewRate(money.JPY, money.HKD, money.Ratio{})
	refused(t, err, money.CodeRatioMalformed)
}

// What cannot be converted exactly is refused when it is made, never when somebody pays.
func TestRateWithTooManyDigitsForMinorUnitsIsNeverMade(t *testing.T) {
	t.Parallel()
	longest := ratio(t, 999_999_999_999_999_999, 1_000_000_000_000_000_000)
	_, err := money.NewRate(money.KWD, money.JPY, longest) // a thousandth more
	refused(t, err, money.CodeRatioRange)
	_, err = money.NewRate(money.JPY, money.CLF, ratio(t, 999_999_999_999_999_999, 1))
	refused(t, err, money.CodeRatioRange)
	if _, err = money.NewRate(money.JPY, money.KRW, longest); err != nil {
		t.Errorf("a rate without shift was refused: %v", err)
	}
}

func TestConversionsBetweenDecimalsOfAllKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from  string
		base  money.Currency
		quote money.Currency
		price string
		m     money.Rounding
		want  string
	}{
		{"200", money.JPY, money.CNY, "0.064622", money.HalfUp, "CNY 12.92"}, // 12.9244
		{"200", money.JPY, money.CNY, "0.064622", money.Up, "CNY 12.93"},
		{"1000", money.JPY, money.HKD, "0.0512", money.HalfEven, "HKD 51.20"},
		{"51.20", money.HKD, money.JPY, "19.53125", money.HalfEven, "JPY 1000"},
		{"0.01", money.HKD, money.JPY, "19.53125", money.Down, "JPY 0"},
		{"0.01", money.HKD, money.JPY, "19.53125", money.Up, "JPY 1"},
		{"0.02", money.HKD, money.JPY, "25", money.HalfEven, "JPY 0"}, // 0.5
		{"0.06", money.HKD, money.JPY, "25", money.HalfEven, "JPY 2"}, // 1.5
		{"0.02", money.HKD, money.JPY, "25", money.HalfUp, "JPY 1"},
		{"1000", money.JPY, money.KWD, "0.00205", money.HalfEven, "KWD 2.050"},
		{"1", money.JPY, money.KWD, "0.00205", money.HalfEven, "KWD 0.002"},
		{"2.050", money.KWD, money.JPY, "487.804878", money.HalfEven, "JPY 1000"},
		{"0.001", money.KWD, money.JPY, "487.804878", money.Down, "JPY 0"},
		{"12.345", money.KWD, money.HKD, "25.4", money.HalfEven, "HKD 313.56"}, // 313.563
		{"313.56", money.HKD, money.KWD, "0.0393700787", money.HalfEven, "KWD 12.345"},
		{"1", money.CLF, money.JPY, "6412.5", money.HalfEven, "JPY 6412"}, // 6412.5
		{"0.0001", money.CLF, money.JPY, "6412.5", money.HalfEven, "JPY 1"},
		{"6412", money.JPY, money.CLF, "0.000155945419", money.HalfEven, "CLF 0.9999"},
		{"1.2345", money.CLF, money.KWD, "12.9", money.Down, "KWD 15.925"}, // 15.92505
		{"7", money.JPY, money.KRW, "9.4", money.Down, "KRW 65"},           // 65.8
		{"0", money.JPY, money.HKD, "0.0512", money.Up, "HKD 0.00"},
	} {
		a, err := money.ParseMajor(c.from, c.base)
		if err != nil {
			t.Fatal(err)
		}
		got, err := rate(t, c.base, c.quote, c.price).Convert(a, c.m)
		if err != nil || got.String() != c.want {
			t.Errorf("%v at %s %v is %v, want %s: %v", a, c.price, c.m, got, c.want, err)
		}
	}
}

func TestConversionAtAnInvertedPrice(t *testing.T) {
	t.Parallel()
	// HKD/MOP 1.02487562: one Hong Kong dollar costs so many patacas, and 100 patacas bring 97.57 (97.5728…).
	r := rate(t, money.HKD, money.MOP, "1.02487562").Inverse()
	got, err := r.Convert(money.New(100_00, money.MOP), money.HalfUp)
	if err != nil || got != money.New(97_57, money.HKD) {
		t.Errorf("MOP 100 at %v is %v: %v", r, got, err)
	}
}

func TestConvertIsExactUpToTheLastBitAndRefusesTheNext(t *testing.T) {
	t.Parallel()
	currencies := everyCurrency()
	rapid.Check(t, func(t *rapid.T) {
		base, quote := rapid.SampledFrom(currencies).Draw(t, "base"), rapid.SampledFrom(currencies).Draw(t, "quote")
		price, m := anyRatio(t, "price"), rapid.SampledFrom(roundings).Draw(t, "m")
		minor := rapid.OneOf(rapid.Int64Range(0, 10_000), rapid.Int64Range(0, math.MaxInt64)).Draw(t, "minor")
		r, err := money.NewRate(base, quote, price)
		if err != nil {
			return // its price was zero or too long: other tests
		}
		exact := new(big.Rat).Mul(big.NewRat(minor, tenTo(base.Exponent())), fraction(price))
		exact.Mul(exact, big.NewRat(tenTo(quote.Exponent()), 1))
		want := rounded(exact, m)
		got, err := r.Convert(money.New(minor, base), m)
		if !want.IsInt64() {
			refused(t, err, money.CodeAmountRange)
			return
		}
		if err != nil || got != money.New(want.Int64(), quote) {
			t.Fatalf("%d %v at %v %v is %v, want %v: %v", minor, base, r, m, got, want, err)
		}
	})
}

func TestInverseOfInverseIsTheRate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := anyRatio(t, "price")
		r, err := money.NewRate(money.KWD, money.JPY, price)
		if err != nil {
			return // its price was zero or too long: other tests
		}
		inverse := r.Inverse()
		if again := inverse.Inverse(); again != r || inverse.Base() != money.JPY || inverse.Quote() != money.KWD {
			t.Fatalf("%v inverted is %v, inverted again %v", r, inverse, again)
		}
		made, err := money.NewRate(money.JPY, money.KWD, inverse.Price())
		if err != nil || made != inverse {
			t.Fatalf("%v inverted is %v, made anew %v: %v", r, inverse, made, err)
		}
	})
	stops(t, "never set", func() { money.Rate{}.Inverse() })
}

func TestCrossIsTheExactProductOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, errR := money.NewRate(money.JPY, money.USD, anyRatio(t, "r"))
		s, errS := money.NewRate(money.USD, money.KWD, anyRatio(t, "s"))
		if errR != nil || errS != nil {
			return // a price was zero or too long: other tests
		}
		want := new(big.Rat).Mul(fraction(r.Price()), fraction(s.Price()))
		got, err := r.Cross(s)
		minor := new(big.Rat).Mul(want, big.NewRat(1000, 1)) // a fils more per yen
		if !fits(want) || !fits(minor) {
			refused(t, err, money.CodeRatioRange)
			return
		}
		if err != nil || got.Base() != money.JPY || got.Quote() != money.KWD || fraction(got.Price()).Cmp(want) != 0 {
			t.Fatalf("%v crossed with %v is %v, want %v: %v", r, s, got, want, err)
		}
	})
	r := rate(t, money.JPY, money.USD, "0.0064")
	stops(t, "crossing", func() { _, _ = r.Cross(rate(t, money.HKD, money.CNY, "0.91")) })
	stops(t, "never set", func() { _, _ = money.Rate{}.Cross(money.Rate{}) })
}

func TestMarkRaisesThePriceExactly(t *testing.T) {
	t.Parallel()
	r := rate(t, money.JPY, money.HKD, "0.0512")
	got, err := r.Marked(money.BasisPoints(150))
	if err != nil || got.Price() != ratio(t, 51968, 1_000_000) || got.Base() != money.JPY || got.Quote() != money.HKD {
		t.Errorf("%v marked by 1.5 %% is %v: %v", r, got, err)
	}
	if same, err := r.Marked(money.BasisPoints(0)); err != nil || same != r {
		t.Errorf("%v without a mark is %v: %v", r, same, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		mark := anyRatio(t, "mark")
		marked, err := r.Marked(mark)
		factor := new(big.Rat).Add(fraction(mark), big.NewRat(1, 1))
		want := new(big.Rat).Mul(fraction(r.Price()), factor)
		if !fits(factor) || !fits(want) || !fits(new(big.Rat).Mul(want, big.NewRat(100, 1))) {
			refused(t, err, money.CodeRatioRange)
			return
		}
		if err != nil || fraction(marked.Price()).Cmp(want) != 0 {
			t.Fatalf("%v marked by %v is %v, want %v: %v", r, mark, marked, want, err)
		}
	})
	_, err = r.Marked(ratio(t, math.MaxInt64, 1))
	refused(t, err, money.CodeRatioRange)
	stops(t, "never set", func() { _, _ = r.Marked(money.Ratio{}) })
	stops(t, "never set", func() { _, _ = money.Rate{}.Marked(money.One) })
}

func TestConvertStopsOnForeignAmountsAndMissingRounding(t *testing.T) {
	t.Parallel()
	r := rate(t, money.JPY, money.HKD, "0.0512")
	stops(t, "converting HKD 0.01", func() { _, _ = r.Convert(money.New(1, money.HKD), money.Down) })
	stops(t, "-1 ×", func() { _, _ = r.Convert(money.New(-1, money.JPY), money.Down) })
	stops(t, "named rounding", func() { _, _ = r.Convert(money.New(1, money.JPY), 0) })
	stops(t, "÷ 0", func() { _, _ = money.Rate{}.Convert(money.Amount{}, money.Down) })
}

func tenTo(n int) int64 { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil).Int64() }

func fits(r *big.Rat) bool { return r.Num().IsInt64() && r.Denom().IsInt64() }

// rounded is an exact number as a whole one, by the definition of each rounding.
func rounded(exact *big.Rat, m money.Rounding) *big.Int {
	below := new(big.Int).Quo(exact.Num(), exact.Denom())
	rest := new(big.Rat).Sub(exact, new(big.Rat).SetInt(below))
	half := rest.Cmp(big.NewRat(1, 2))
	up := map[money.Rounding]bool{
		money.Down: false, money.Up: rest.Sign() > 0, money.HalfUp: half >= 0,
		money.HalfEven: half > 0 || (half == 0 && below.Bit(0) == 1)}[m]
	if up {
		return below.Add(below, big.NewInt(1))
	}
	return below
}
