// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// offered is a payment that is being priced for a wallet.
type offered struct {
	pay     *flow.Pay
	charge  *wallet.Charge
	wallet  wallet.Wallet
	payable bool // the merchant may be paid; why it may not, is the movement's to say
}

// offer names the line of the price list that the payment is made at, in the movement and in what the wallet is asked: so the
// lane cannot decide on another line than the wallet is told. What it cannot price it refuses in the movement's own words.
// A merchant that may not be paid is no concern of the price: the movement says so.
//
// Errors: Invalid field_missing, field_malformed, for what is wrong with the request itself; nothing is remembered then.
func (d *desk) offer(c *envelope.Call, r *ams.PayRequest, o *offered) error {
	o.charge.ExpiresAt = o.pay.ExpiresAt
	if s := r.SettlementStrategy; o.payable && s != nil && s.SettlementCurrency != "" &&
		string(s.SettlementCurrency) != o.pay.Price.Currency().String() {
		o.refuse(wire.SettleContractNotMatch, "settlementStrategy.settlementCurrency must be the currency of the payment")
	}
	if err := namedQuote(r, o.pay); err != nil {
		return err
	}
	switch {
	case o.wallet.ID == "":
		return nil
	case o.wallet.Currency == o.pay.Price.Currency():
		o.charge.Payer = o.pay.Price
		if o.payable && o.pay.QuoteID != (ident.Digest{}) {
			o.refuse(wire.ParamIllegal, "paymentQuote.quoteId names no quote for this payment")
		}
		return nil
	}
	q, code, why := d.line(o, c.Now)
	switch {
	case code == "":
		return o.at(q, r)
	case o.payable:
		o.refuse(code, why)
	default:
		o.pay.QuoteID = unlisted
	}
	return nil
}

// unlisted is the digest of no line: a payment that names it is never made, whatever else may change until it is decided.
var unlisted = ident.DigestOf(ident.Quote)

func (o *offered) refuse(code wire.ResultCode, why string) {
	if o.pay.Refusal == "" {
		o.pay.Refusal, o.pay.Why = code, why
	}
}

// namedQuote reads the line that the caller was quoted.
func namedQuote(r *ams.PayRequest, m *flow.Pay) error {
	malformed := func(code fault.Code, field, why string) error {
		return &fault.Error{Op: "ams.Pay", Kind: fault.Invalid, Code: code, Subject: field, Detail: field + " " + why}
	}
	if r.PaymentQuote == nil || *r.PaymentQuote == (wire.Quote{}) {
		if r.ProcessingAmount != nil && *r.ProcessingAmount != (wire.Amount{}) {
			return malformed(wire.CodeFieldMissing, "paymentQuote.quoteId", "is required with processingAmount")
		}
		return nil
	}
	if r.PaymentQuote.QuoteID == "" {
		return malformed(wire.CodeFieldMissing, "paymentQuote.quoteId", "is required with paymentQuote")
	}
	id, err := ident.Parse(string(r.PaymentQuote.QuoteID))
	if err != nil {
		return malformed(wire.CodeFieldMalformed, "paymentQuote.quoteId", "must be one that inquireExchangeRate gave")
	}
	m.QuoteID = id.Digest
	return nil
}

// line is the line of the price list that applies, or why there is none.
func (d *desk) line(o *offered, now time.Time) (q fx.Quote, code wire.ResultCode, why string) {
	from := o.pay.Price.Currency()
	if o.pay.QuoteID == (ident.Digest{}) {
		q, ok := d.House.Facts().Quote(o.wallet.ID, from, now)
		if !ok {
			return q, wire.CurrencyNotSupport, fmt.Sprintf("there is no current exchange rate from %v to %v", from,
				o.wallet.Currency)
		}
		o.pay.QuoteID = q.ID.Digest
		return q, "", ""
	}
	q, ok := d.House.Facts().QuoteNamed(o.pay.QuoteID)
	switch {
	case !ok || q.Wallet != string(o.wallet.ID) || q.Base.Base() != from:
		return q, wire.ParamIllegal, "paymentQuote.quoteId names no quote for this payment"
	case !q.ValidAt(now):
		return q, wire.ParamIllegal, "paymentQuote.quoteId has expired: ask inquireExchangeRate again"
	}
	return q, "", ""
}

// at fills in what the wallet shall owe at a line.
func (o *offered) at(q fx.Quote, r *ams.PayRequest) error {
	conversion, err := q.Convert(o.pay.Price)
	if err != nil {
		o.refuse(wire.PaymentAmountExceedLimit, fault.DetailOf(err))
		return nil
	}
	o.charge.Payer, o.charge.Quote, o.charge.Pair, o.charge.Rate = conversion.Payer, q.ID.String(), q.Pair(), q.PriceText()
	if o.charge.ExpiresAt.After(q.To) {
		o.charge.ExpiresAt = q.To
	}
	if r.ProcessingAmount == nil || *r.ProcessingAmount == (wire.Amount{}) {
		return nil
	}
	expected, err := r.ProcessingAmount.Money("processingAmount")
	if err != nil {
		return err
	}
	if expected != conversion.Payer {
		o.refuse(wire.ParamIllegal, fmt.Sprintf("processingAmount must be %v at this paymentQuote", conversion.Payer))
	}
	return nil
}

// expiry is when the wallet must have taken the money: as the request says, else after the house's own time.
func (d *desk) expiry(c *envelope.Call, r *ams.PayRequest) time.Time {
	if at, err := wire.ParseTime(string(r.PaymentExpiryTime)); err == nil {
		return at
	}
	return c.Now.UTC().Truncate(time.Microsecond).Add(d.limits.ExpiresAfter)
}
