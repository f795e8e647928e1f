// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
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

// offer reads what the request says of its price. The price itself is decided with the payment.
//
// Errors: Invalid field_missing, field_malformed, for what is wrong with the request itself; nothing is remembered
// then.
func (d *desk) offer(r *ams.PayRequest, o *offered) error {
	if s := r.SettlementStrategy; o.payable && s != nil && s.SettlementCurrency != "" &&
		string(s.SettlementCurrency) != o.pay.Price.Currency().String() {
		o.refuse(wire.SettleContractNotMatch, "settlementStrategy.settlementCurrency must be the currency of the payment")
	}
	if err := namedQuote(r, o.pay); err != nil {
		return err
	}
	if r.ProcessingAmount == nil || *r.ProcessingAmount == (wire.Amount{}) {
		return nil
	}
	expected, err := r.ProcessingAmount.Money("processingAmount")
	o.pay.Expected = expected
	return err
}

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

// expiry is when the wallet must have taken the money: as the request says, else after the house's own time.
func (d *desk) expiry(c *envelope.Call, r *ams.PayRequest) time.Time {
	if at, err := wire.ParseTime(string(r.PaymentExpiryTime)); err == nil {
		return at
	}
	return c.Now.Add(d.limits.ExpiresAfter)
}
