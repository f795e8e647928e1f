// SPDX-License-Identifier: Apache-2.0

package fx

import (
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
)

// CodeRefundExceedsPrice is the code of refunds that together are more than the price.
const CodeRefundExceedsPrice fault.Code = "fx_refund_exceeds_price"

// Conversion is what a price became for its payer, or a refund's share of that.
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

// Refund is the share of c that a refund gives back, after refunds of refundedBefore altogether, at the rate of
// the payment. The payer's money goes back in proportion to the price, and base and spread in proportion to the
// payer's money: round(payer × cumulative ÷ price) and round(base × payer's cumulative ÷ payer), each less what
// was returned before. So the shares of all refunds of the whole price add up to c exactly, however it is cut.
//
// No part of a share is ever negative. Measuring the base part by the price instead would not keep that: of a
// price of 100 paid with 10 = 9 + 1, the step from 15 to 20 would give nothing back to the payer and take one
// unit of spread to give it to the base. A share may be zero: refunds smaller than the payer's minor unit come
// together in a later one.
//
// Invariant: c is the conversion of a whole payment, m is named: the payment's quote says which.
// Errors: Invalid fx_quote_mismatch when an amount is not in the currency of the price, fx_amount_too_small when
// nothing is refunded, fx_refund_exceeds_price.
// Source: decisions.md B26.
func (c Conversion) Refund(refundedBefore, refund money.Amount, m money.Rounding) (Conversion, error) {
	c.checked()
	if err := c.checkRefund(refundedBefore, refund); err != nil {
		return Conversion{}, err
	}
	before, after := c.returned(refundedBefore, m), c.returned(refundedBefore.Add(refund), m)
	return Conversion{Quote: c.Quote, Price: refund, Payer: after.Payer.Sub(before.Payer),
		Base: after.Base.Sub(before.Base), Spread: after.Spread.Sub(before.Spread)}, nil
}

func (c Conversion) checkRefund(before, refund money.Amount) error {
	e := &fault.Error{Op: "fx.Refund", Kind: fault.Invalid}
	switch {
	case before.Currency() != c.Price.Currency() || refund.Currency() != c.Price.Currency():
		e.Code, e.Detail = CodeQuoteMismatch, "a refund must be in "+c.Price.Currency().String()+", as the price is"
	case !refund.Positive() || before.Negative():
		e.Code, e.Detail = CodeAmountTooSmall, "a refund must be above zero"
	case before.Compare(c.Price) > 0 || refund.Compare(c.Price.Sub(before)) > 0:
		e.Code, e.Detail = CodeRefundExceedsPrice, "all refunds together are more than the payment"
	default:
		return nil
	}
	return e
}

// returned is what has gone back once refunded is refunded.
func (c Conversion) returned(refunded money.Amount, m money.Rounding) Conversion {
	payer, err := c.Payer.Share(refunded.Minor(), c.Price.Minor(), m)
	invariant.Check(err == nil, "fx: a share of %v: %v", c.Payer, err)
	base, err := c.Base.Share(payer.Minor(), c.Payer.Minor(), m)
	invariant.Check(err == nil, "fx: a share of %v: %v", c.Base, err)
	return Conversion{Quote: c.Quote, Price: refunded, Payer: payer, Base: base, Spread: payer.Sub(base)}
}

// checked is c, when it is the conversion of a whole payment.
func (c Conversion) checked() Conversion {
	invariant.Check(c.Price.Positive() && c.Payer.Positive() && !c.Base.Negative() && !c.Spread.Negative() &&
		c.Base.Add(c.Spread) == c.Payer, "fx: %v = %v + %v for %v", c.Payer, c.Base, c.Spread, c.Price)
	return c
}
