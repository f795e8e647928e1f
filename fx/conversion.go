// SPDX-License-Identifier: Apache-2.0

package fx

import (
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Conversion is what a price became for its payer.
//
// Invariant: Payer = Base + Spread, none of them negative. A payment has a Price and a Payer above zero; its Base
// may be zero when one minor unit is all there is to pay.
type Conversion struct {
	Quote  ident.ID     // the quote it was made with; zero when no currency changes
	Price  money.Amount // in the merchant's currency
	Payer  money.Amount // what the payer pays or gets back, in the wallet's currency
	Base   money.Amount // the part of it that the currency itself costs
	Spread money.Amount // the part that is ours
}

// Same is the conversion of a payment in its wallet's own currency: the payer pays the price, and there is no
// quote and no spread.
//
// Invariant: price is above zero.
func Same(price money.Amount) Conversion {
	return Conversion{Price: price, Payer: price, Base: price, Spread: money.Zero(price.Currency())}.checked()
}

// Exchanges reports whether the payment changes currency, so that the books have a line for it.
func (c Conversion) Exchanges() bool { return !c.Quote.IsZero() }

// checked is c, when it is the conversion of a whole payment.
func (c Conversion) checked() Conversion {
	invariant.Check(c.Price.Positive() && c.Payer.Positive() && !c.Base.Negative() && !c.Spread.Negative() &&
		c.Base.Add(c.Spread) == c.Payer, "fx: %v = %v + %v for %v", c.Payer, c.Base, c.Spread, c.Price)
	return c
}
