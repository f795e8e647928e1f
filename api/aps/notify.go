// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// notifyPayment writes down what a wallet says became of a payment. S is the answer once that is durable, also where it
// contradicts what is on record: then it is on record as a contradiction, and nobody is credited for it.
//
// Source: reference/alipay-wire-api.md 3.5; reference/reliability.md S-23, S-24.
func (a *api) notifyPayment(ctx context.Context, c *envelope.Call, w wallet.Wallet, r *aps.NotifyPaymentRequest,
) envelope.Answer {
	id, err := ident.Parse(string(r.PaymentRequestID))
	if err != nil {
		return envelope.Refuse(wire.OrderNotExist, "")
	}
	reader := a.realm(c.Side).House.Reader()
	p, err := reader.Payment(ctx, id)
	switch {
	case err != nil:
		return a.failed(c, err)
	case p == nil:
		if _, err := reader.Family(ctx, id.Lane, 0); err != nil { // as much work as for one that is there
			return a.failed(c, err)
		}
		return envelope.Refuse(wire.OrderNotExist, "")
	case p.Wallet != w.ID:
		return envelope.Refuse(wire.OrderNotExist, "")
	}
	answer, err := said(r)
	if err != nil {
		return envelope.Failed(err)
	}
	heard := flow.Heard{Payment: id, Question: flow.AskedToPay, Answer: answer}
	if _, err := a.realm(c.Side).House.Do(ctx, heard); err != nil {
		return a.failed(c, err)
	}
	told := &aps.NotifyPaymentResponse{Result: wire.NewResult(wire.Success, "")}
	return envelope.Say(told.Result, told)
}

// said is a notification as the payment hears it.
func said(r *aps.NotifyPaymentRequest) (wallet.Answer, error) {
	answer := wallet.Answer{Code: r.PaymentResult.ResultCode, Partner: string(r.PaymentID)}
	switch r.PaymentResult.Status() {
	case wire.Succeeded:
		answer.Verdict = wallet.Succeeded
	case wire.Failed:
		answer.Verdict = wallet.Declined
	}
	if r.PaymentTime != "" {
		at, err := wire.ParseTime(string(r.PaymentTime))
		if err != nil {
			return wallet.Answer{}, &fault.Error{Op: "aps.Notify", Kind: fault.Invalid, Code: wire.CodeFieldMalformed,
				Subject: "paymentTime", Detail: "paymentTime " + fault.DetailOf(err)}
		}
		answer.PartnerAt = at
	}
	for _, amount := range []struct {
		field string
		given *wire.Amount
		to    *money.Amount
	}{{"paymentAmount", r.PaymentAmount, &answer.Price}, {"payToAmount", r.PayToAmount, &answer.Payer}} {
		if amount.given == nil || *amount.given == (wire.Amount{}) {
			continue
		}
		read, err := amount.given.Money(amount.field)
		if err != nil {
			return wallet.Answer{}, err
		}
		*amount.to = read
	}
	return answer, nil
}
