// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"math/big"

	"github.com/kakehashi-pay/kakehashi/money"
)

// product is a × num ÷ den, exactly; nil where that is not a number.
func product(a, num, den int64) *big.Rat {
	if den == 0 {
		return nil
	}
	x := new(big.Rat).SetFrac64(num, den)
	return x.Mul(x, new(big.Rat).SetInt64(a))
}

// rounded is x as a whole number by a rounding; ok is false where x is none or does not fit.
func rounded(x *big.Rat, m money.Rounding) (n int64, ok bool) {
	if x == nil || x.Sign() < 0 {
		return 0, false
	}
	whole, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	half := rest.Lsh(rest, 1).Cmp(x.Denom()) // twice the rest against one
	up := false
	switch m {
	case money.HalfEven:
		up = half > 0 || half == 0 && whole.Bit(0) == 1
	case money.HalfUp:
		up = half >= 0
	case money.Up:
		up = rest.Sign() > 0
	}
	if up {
		whole.Add(whole, big.NewInt(1))
	}
	return whole.Int64(), whole.IsInt64()
}

// converted is a price in another currency at a rate of major units, exactly.
func converted(price int64, from, to money.Currency, num, den int64) *big.Rat {
	x := product(price, num, den)
	if x == nil {
		return nil
	}
	ten := big.NewInt(10)
	for e := from.Exponent(); e < to.Exponent(); e++ {
		x.Mul(x, new(big.Rat).SetInt(ten))
	}
	for e := to.Exponent(); e < from.Exponent(); e++ {
		x.Quo(x, new(big.Rat).SetInt(ten))
	}
	return x
}

// due are the parts that a refund of an amount gives back, after what is reserved or given back already: of the
// payer's amount round(payer × cumulative ÷ price), of the base part round(base × payer's cumulative ÷ payer), of
// the fee, where the contract gives it back, round(fee × cumulative ÷ price), each less what went back before.
//
// After a refund that failed in between, more or less may have gone back than the proportion. Then a part is as
// near to it as it can be: none is negative or more than what is left of it, the base part is at most the payer's
// and the fee at most the price's, and no more of either is left than of these.
//
// Source: decisions B26; payment, the comment of SharesOf.
func (t *terms) due(amount int64, before parts) parts {
	d := parts{price: amount}
	left := parts{t.price - before.price, t.payer - before.payer, t.base - before.base, t.fee - before.fee}
	cumulative := before.price + amount
	d.payer = within(less(product(t.payer, cumulative, t.price), t.rounding, before.payer), 0, left.payer)
	d.base = within(less(product(t.base, before.payer+d.payer, t.payer), t.rounding, before.base),
		max(0, left.base-(left.payer-d.payer)), min(d.payer, left.base))
	if t.feeBack {
		d.fee = within(less(product(t.fee, cumulative, t.price), t.rounding, before.fee),
			max(0, left.fee-(left.price-amount)), min(amount, left.fee))
	}
	return d
}

func within(n, low, high int64) int64 { return min(max(n, low), high) }

func less(x *big.Rat, m money.Rounding, before int64) int64 {
	n, ok := rounded(x, m)
	if !ok {
		return 0
	}
	return n - before
}
