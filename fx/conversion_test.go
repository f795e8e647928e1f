// SPDX-License-Identifier: Apache-2.0

package fx_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
)

func yen(minor int64) money.Amount { return money.New(minor, money.JPY) }

// conversion is a payment of so many yen and cents of Hong Kong.
func conversion(price, base, spread int64) fx.Conversion {
	return fx.Conversion{Quote: ident.Name(ident.House, ident.Quote, "sample"), Price: yen(price),
		Payer: money.New(base+spread, money.HKD), Base: money.New(base, money.HKD), Spread: money.New(spread, money.HKD)}
}

func TestAPaymentInTheWalletsOwnCurrencyHasNoQuote(t *testing.T) {
	t.Parallel()
	c := fx.Same(yen(1_000))
	if c.Exchanges() || c.Price != yen(1_000) || c.Payer != yen(1_000) || c.Base != yen(1_000) || c.Spread != yen(0) {
		t.Errorf("it is %+v", c)
	}
	share, err := c.Refund(yen(300), yen(200), money.HalfEven)
	if err != nil || share.Payer != yen(200) || share.Base != yen(200) || share.Spread != yen(0) || share.Exchanges() {
		t.Errorf("a refund of it is %+v, %v", share, err)
	}
}

func TestARefundGivesBackItsShare(t *testing.T) {
	t.Parallel()
	c := conversion(1_000, 5_120, 30)
	for _, r := range []struct{ before, refund, payer, base, spread int64 }{
		{0, 1_000, 5_150, 5_120, 30},
		{0, 500, 2_575, 2_560, 15},
		{500, 500, 2_575, 2_560, 15},
		{0, 333, 1_715, 1_705, 10}, // 1714.95
		{333, 333, 1_715, 1_705, 10},
		{666, 334, 1_720, 1_710, 10}, // the last one takes what is left
		{999, 1, 5, 5, 0},
	} {
		share, err := c.Refund(yen(r.before), yen(r.refund), money.HalfEven)
		if err != nil || share.Price != yen(r.refund) || share.Payer.Minor() != r.payer || share.Base.Minor() != r.base ||
			share.Spread.Minor() != r.spread || share.Quote != c.Quote {
			t.Errorf("%d after %d: %+v, %v", r.refund, r.before, share, err)
		}
	}
}

func TestRefundRefusesMoreThanThePayment(t *testing.T) {
	t.Parallel()
	c := conversion(1_000, 5_120, 30)
	for _, r := range []struct {
		before, refund money.Amount
		code           fault.Code
	}{
		{yen(0), yen(1_001), fx.CodeRefundExceedsPrice},
		{yen(999), yen(2), fx.CodeRefundExceedsPrice},
		{yen(1_000), yen(1), fx.CodeRefundExceedsPrice},
		{yen(1_001), yen(1), fx.CodeRefundExceedsPrice},
		{yen(1 << 62), yen(1 << 62), fx.CodeRefundExceedsPrice},
		{yen(0), yen(0), fx.CodeAmountTooSmall},
		{yen(0), yen(-1), fx.CodeAmountTooSmall},
		{yen(-1), yen(1), fx.CodeAmountTooSmall},
		{yen(0), money.New(1, money.HKD), fx.CodeQuoteMismatch},
		{money.New(0, money.HKD), yen(1), fx.CodeQuoteMismatch},
		{money.Amount{}, money.Amount{}, fx.CodeQuoteMismatch},
	} {
		_, err := c.Refund(r.before, r.refund, money.HalfEven)
		refused(t, err, fault.Invalid, r.code)
	}
}

// However a payment is cut, the refunds of all of it give back all of it, to the last unit of every part, and no
// refund takes anything.
func TestRefundsOfTheWholeGiveBackTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuote(t)
		c, err := q.Convert(money.New(rapid.Int64Range(1, 2_000_000).Draw(t, "price"), q.Base.Base()))
		if fault.CodeOf(err) == fx.CodeAmountTooSmall {
			t.Skip("nothing to pay")
		}
		if err != nil {
			t.Fatal(err)
		}
		m := drawRounding(t)
		zero := money.Zero(c.Payer.Currency())
		before, payer, base, spread := money.Zero(c.Price.Currency()), zero, zero, zero
		for before != c.Price {
			left := c.Price.Sub(before).Minor()
			refund := money.New(rapid.Int64Range((left+19)/20, left).Draw(t, "refund"), c.Price.Currency())
			share, err := c.Refund(before, refund, m)
			if err != nil {
				t.Fatal(err)
			}
			if share.Payer.Negative() || share.Base.Negative() || share.Spread.Negative() ||
				share.Payer != share.Base.Add(share.Spread) {
				t.Fatalf("a refund of %v after %v of %+v gives back %+v", refund, before, c, share)
			}
			before, payer = before.Add(refund), payer.Add(share.Payer)
			base, spread = base.Add(share.Base), spread.Add(share.Spread)
		}
		if payer != c.Payer || base != c.Base || spread != c.Spread {
			t.Fatalf("of %+v came back %v = %v + %v", c, payer, base, spread)
		}
	})
}

// What was returned so far is within one minor unit of the exact share, for the payer within half of one.
func TestNoRefundStraysFromTheExactShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(1, 1_000_000).Draw(t, "price")
		base := rapid.Int64Range(0, 1_000_000).Draw(t, "base")
		spread := rapid.Int64Range(0, 1_000_000).Draw(t, "spread")
		if base+spread == 0 {
			t.Skip("nothing to pay")
		}
		refund := rapid.Int64Range(1, price).Draw(t, "refund")
		share, err := conversion(price, base, spread).Refund(yen(0), yen(refund), money.HalfEven)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []struct{ got, whole, halves int64 }{
			{share.Payer.Minor(), base + spread, 1}, {share.Base.Minor(), base, 2}, {share.Spread.Minor(), spread, 2},
		} {
			off := part.got*price - part.whole*refund
			if max(off, -off)*2 > part.halves*price {
				t.Fatalf("a refund of %d of %d gives back %d of %d", refund, price, part.got, part.whole)
			}
		}
	})
}

// Why the base part is not measured by the price: each part would be returned exactly, and yet one step would
// take spread back from the books.
func TestSharesMeasuredByThePriceAloneWouldTakeSpreadBack(t *testing.T) {
	t.Parallel()
	c := conversion(100, 9, 1)
	byPrice := func(part money.Amount, refunded int64) int64 {
		share, err := part.Share(refunded, 100, money.HalfEven)
		if err != nil {
			t.Fatal(err)
		}
		return share.Minor()
	}
	payer := byPrice(c.Payer, 20) - byPrice(c.Payer, 15)
	base := byPrice(c.Base, 20) - byPrice(c.Base, 15)
	if payer-base != -1 {
		t.Errorf("by the price alone the spread moves by %d", payer-base)
	}
	share, err := c.Refund(yen(15), yen(5), money.HalfEven)
	if err != nil || share.Payer.Minor() != payer || !share.Base.IsZero() || !share.Spread.IsZero() {
		t.Errorf("the share is %+v, %v", share, err)
	}
}

// Exhaustive over small payments: every split of every price into two refunds, in every rounding.
func TestSmallPaymentsAreReturnedInEveryWay(t *testing.T) {
	t.Parallel()
	for _, m := range []money.Rounding{money.HalfEven, money.HalfUp, money.Down, money.Up} {
		for price := int64(1); price <= 12; price++ {
			for payer := int64(1); payer <= 12; payer++ {
				for base := int64(0); base <= payer; base++ {
					split(t, conversion(price, base, payer-base), m)
				}
			}
		}
	}
}

func split(t *testing.T, c fx.Conversion, m money.Rounding) {
	for first := int64(1); first < c.Price.Minor(); first++ {
		a, err := c.Refund(yen(0), yen(first), m)
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Refund(yen(first), c.Price.Sub(yen(first)), m)
		if err != nil {
			t.Fatal(err)
		}
		if a.Payer.Add(b.Payer) != c.Payer || a.Base.Add(b.Base) != c.Base || a.Spread.Add(b.Spread) != c.Spread {
			t.Errorf("%v %v + %v", m, a, b)
		}
		for _, part := range []money.Amount{a.Payer, a.Base, a.Spread, b.Payer, b.Base, b.Spread} {
			if part.Negative() {
				t.Errorf("%v %+v cut at %d: %+v and %+v", m, c, first, a, b)
			}
		}
	}
}
