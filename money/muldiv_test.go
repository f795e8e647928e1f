// SPDX-License-Identifier: Apache-2.0

package money

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// exactly is a × num ÷ den by the definition of each rounding, on fractions of any size.
func exactly(a, num, den int64, m Rounding) *big.Int {
	product := new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(a), big.NewInt(num)))
	exact := product.Quo(product, new(big.Rat).SetInt64(den))
	below := new(big.Int).Quo(exact.Num(), exact.Denom())
	above := new(big.Int).Add(below, big.NewInt(1))
	rest := new(big.Rat).Sub(exact, new(big.Rat).SetInt(below))
	if rest.Sign() == 0 || m == Down {
		return below
	}
	if m == Up {
		return above
	}
	switch rest.Cmp(big.NewRat(1, 2)) {
	case -1:
		return below
	case 1:
		return above
	}
	if m == HalfEven && below.Bit(0) == 0 {
		return below
	}
	return above
}

func TestEveryRoundingAgreesWithFractionsOverAllSmallNumbers(t *testing.T) {
	t.Parallel()
	for m := HalfEven; m <= Up; m++ {
		for den := int64(1); den <= 24; den++ {
			for num := int64(0); num <= 24; num++ {
				for a := int64(0); a <= 48; a++ {
					got, ok := mulDiv(a, num, den, m)
					if want := exactly(a, num, den, m); !ok || got != want.Int64() {
						t.Fatalf("%d × %d ÷ %d %v: got %d %v, want %v", a, num, den, m, got, ok, want)
					}
				}
			}
		}
	}
}

func TestMulDivIsExactUpToTheLastBitAndRefusesTheNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, num := anyInt(0).Draw(t, "a"), anyInt(0).Draw(t, "num")
		den, m := anyInt(1).Draw(t, "den"), anyRounding().Draw(t, "m")
		got, ok := mulDiv(a, num, den, m)
		want := exactly(a, num, den, m)
		if ok != want.IsInt64() {
			t.Fatalf("%d × %d ÷ %d %v = %v: ok=%v", a, num, den, m, want, ok)
		}
		if ok && got != want.Int64() {
			t.Fatalf("%d × %d ÷ %d %v: got %d, want %v", a, num, den, m, got, want)
		}
	})
}

func TestMulDivAtTheEdgeOf63Bits(t *testing.T) {
	t.Parallel()
	const last = math.MaxInt64
	for _, c := range []struct {
		a, num, den int64
		m           Rounding
		want        int64
		ok          bool
	}{
		{last, last, last, Up, last, true},
		{last, 1, 1, HalfEven, last, true},
		{last, 2, 1, Down, 0, false},
		{last, last, 1, Down, 0, false},
		{last, last - 1, last, Down, last - 1, true},
		{1 << 62, 2, 1, Down, 0, false},
		{1 << 62, 1 << 62, 1 << 60, Down, 0, false},          // 2⁶⁴ itself
		{1<<62 - 1, 1<<62 + 1, 1 << 60, Up, 0, false},        // 2⁶⁴ less 2⁻⁶⁰: up must not wrap
		{1<<62 + 1, 5, 3, HalfUp, 7686143364045646508, true}, // a third is left
		{3074457345618258602, 15, 5, Down, 9223372036854775806, true},
		{1<<62 - 1, 1<<62 + 1, 1 << 61, Down, last, true}, // 2⁶³ less 2⁻⁶¹: only rounded down it fits
		{1<<62 - 1, 1<<62 + 1, 1 << 61, HalfEven, 0, false},
		{1<<62 - 1, 1<<62 + 1, 1 << 61, HalfUp, 0, false},
		{1<<62 - 1, 1<<62 + 1, 1 << 61, Up, 0, false},
	} {
		got, ok := mulDiv(c.a, c.num, c.den, c.m)
		if ok != c.ok || (ok && got != c.want) {
			t.Errorf("%d × %d ÷ %d %v: got %d %v, want %d %v", c.a, c.num, c.den, c.m, got, ok, c.want, c.ok)
		}
	}
}

// anyInt draws from the ends of the range as often as from its middle.
func anyInt(least int64) *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64Range(least, 1_000),
		rapid.Int64Range(least, math.MaxInt64),
		rapid.Int64Range(math.MaxInt64-1_000, math.MaxInt64),
		rapid.Map(rapid.IntRange(0, 62), func(bit int) int64 { return 1 << bit }),
		rapid.Map(rapid.IntRange(0, 18), pow10),
	)
}

func anyRounding() *rapid.Generator[Rounding] {
	return rapid.SampledFrom([]Rounding{HalfEven, HalfUp, Down, Up})
}
