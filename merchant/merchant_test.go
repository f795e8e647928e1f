// SPDX-License-Identifier: Apache-2.0

package merchant_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
)

func yen(minor int64) money.Amount { return money.New(minor, money.JPY) }

func plan(basisPoints, fixed int64, m money.Rounding) merchant.Plan {
	return merchant.Plan{ID: "sample", Percent: money.BasisPoints(basisPoints), Fixed: fixed, Rounding: m}
}

func TestFeeIsAPercentageAndAFixedPart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		plan       merchant.Plan
		price, fee int64
	}{
		{plan(198, 0, money.Down), 1000, 19}, // 19.8
		{plan(198, 0, money.Up), 1000, 20},
		{plan(198, 0, money.HalfUp), 1000, 20},
		{plan(198, 0, money.HalfEven), 1250, 25}, // 24.75
		{plan(250, 0, money.HalfEven), 100, 2},   // 2.5, to the even neighbour
		{plan(250, 0, money.HalfUp), 100, 3},
		{plan(198, 10, money.Down), 1000, 29},
		{plan(0, 10, money.Down), 1000, 10},
		{plan(0, 0, money.Down), 1000, 0},
		{plan(198, 10, money.Down), 10, 10}, // never above the price
		{plan(198, 10, money.Down), 9, 9},
		{plan(10_000, 0, money.Down), 1000, 1000}, // all of it
		{plan(9_999, 0, money.Up), 1000, 1000},
		{plan(20_000, 0, money.Down), 1000, 1000},
		{plan(5_000, math.MaxInt64, money.Down), 1000, 1000}, // a fixed part that no sum can hold
		{plan(1, 0, money.Down), 1, 0},
		{plan(1, 0, money.Up), 1, 1},
	} {
		fee, err := c.plan.Fee(yen(c.price))
		if err != nil || fee != yen(c.fee) {
			t.Errorf("%v and %d %v of %d: %v, %v", c.plan.Percent, c.plan.Fixed, c.plan.Rounding, c.price, fee, err)
		}
	}
}

func TestFeeIsInTheCurrencyOfThePrice(t *testing.T) {
	t.Parallel()
	fee, err := plan(100, 5, money.Down).Fee(money.New(5120, money.HKD))
	if err != nil || fee != money.New(56, money.HKD) {
		t.Errorf("%v, %v", fee, err)
	}
}

// A percentage that no amount can hold is refused, not wrapped.
func TestFeeThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	_, err := plan(1_000_000_000, 0, money.Down).Fee(yen(math.MaxInt64 / 2))
	if fault.CodeOf(err) != money.CodeAmountRange || fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

// The formula, computed again with unbounded fractions; never above the price and never below nothing.
func TestFeeIsTheFormulasAndNeverAboveThePrice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := plan(rapid.Int64Range(0, 12_000).Draw(t, "basis points"), rapid.OneOf(rapid.Int64Range(0, 2000),
			rapid.Int64Range(0, math.MaxInt64)).Draw(t, "fixed"),
			rapid.SampledFrom([]money.Rounding{money.HalfEven, money.HalfUp, money.Down, money.Up}).Draw(t, "rounding"))
		price := rapid.OneOf(rapid.Int64Range(0, 5000), rapid.Int64Range(0, money.ParsedMax)).Draw(t, "price")
		fee, err := p.Fee(yen(price))
		if err != nil {
			t.Fatal(err)
		}
		num, den := p.Percent.Terms()
		exact := new(big.Rat).Mul(new(big.Rat).SetInt64(price), big.NewRat(num, den))
		want := rounded(exact, p.Rounding)
		want.Add(want, big.NewInt(p.Fixed))
		if want.Cmp(big.NewInt(price)) > 0 {
			want.SetInt64(price)
		}
		if want.Cmp(big.NewInt(fee.Minor())) != 0 || fee.Negative() {
			t.Fatalf("%v of %d and %d, %v: %v, not %v", p.Percent, price, p.Fixed, p.Rounding, fee, want)
		}
	})
}

// rounded is a fraction of at least zero as a whole number.
func rounded(exact *big.Rat, m money.Rounding) *big.Int {
	down := new(big.Int).Div(exact.Num(), exact.Denom())
	rest := new(big.Rat).Sub(exact, new(big.Rat).SetInt(down))
	up := false
	switch half := rest.Cmp(big.NewRat(1, 2)); m {
	case money.HalfEven:
		up = half > 0 || half == 0 && down.Bit(0) == 1
	case money.HalfUp:
		up = half >= 0
	case money.Up:
		up = rest.Sign() > 0
	}
	if up {
		down.Add(down, big.NewInt(1))
	}
	return down
}

// A larger price never has a smaller fee, nor leaves the merchant less.
func TestFeeGrowsWithThePriceButNeverFaster(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := plan(rapid.Int64Range(0, 10_000).Draw(t, "basis points"), rapid.Int64Range(0, 100).Draw(t, "fixed"),
			rapid.SampledFrom([]money.Rounding{money.HalfEven, money.HalfUp, money.Down, money.Up}).Draw(t, "rounding"))
		price := rapid.Int64Range(0, 5000).Draw(t, "price")
		fee, err1 := p.Fee(yen(price))
		next, err2 := p.Fee(yen(price + 1))
		if err1 != nil || err2 != nil || next.Compare(fee) < 0 || next.Sub(fee).Minor() > 1 {
			t.Fatalf("of %d: %v, %v; of one more: %v, %v", price, fee, err1, next, err2)
		}
	})
}

func TestMerchantIsNamedByItsHolderAndReference(t *testing.T) {
	t.Parallel()
	id := merchant.NameOf(3, "acq", "m-1")
	if id.Lane != 3 || id != merchant.NameOf(3, "acq", "m-1") || id.IsZero() {
		t.Errorf("%v", id)
	}
	for _, other := range []merchant.ID{merchant.NameOf(3, "acq", "m-2"), merchant.NameOf(3, "acqm", "-1"),
		merchant.NameOf(3, "other", "m-1"), merchant.NameOf(4, "acq", "m-1")} {
		if other == id {
			t.Errorf("%v names two merchants", id)
		}
	}
}

func TestStatusIsOneOfThree(t *testing.T) {
	t.Parallel()
	for status, valid := range map[merchant.Status]bool{merchant.Live: true, merchant.Suspended: true, merchant.Ended: true,
		"": false, "LIVE": false, "closed": false} {
		if status.Valid() != valid {
			t.Errorf("%q is valid: %v", status, !valid)
		}
	}
}
