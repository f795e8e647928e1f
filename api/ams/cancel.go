// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// cancel takes back a payment, wherever it stands. By the caller's own name it also buries what has not come yet.
//
// Source: reference/alipay-wire-api.md 2.5; decisions B20, B22.
func (d *desk) cancel(ctx context.Context, c *envelope.Call, r *ams.CancelRequest) envelope.Answer {
	id, ok := named(c, r.PaymentID, r.PaymentRequestID, r.MerchantAccountID)
	if !ok || id.Lane != c.Client.Lane {
		return notThere() // a client's payments live in its own lane
	}
	m := flow.Cancel{ID: id, Client: c.Client.ID, Account: string(r.MerchantAccountID)}
	if r.PaymentID == "" {
		m.RequestID = string(r.PaymentRequestID)
	}
	if refused := d.mayCancel(ctx, c, r, m); refused != nil {
		return *refused
	}
	o, err := d.House.Do(ctx, m)
	if m.RequestID != "" && (err == nil && o.Payment == nil || fault.CodeOf(err) == flow.CodePaymentMissing) {
		d.tombs.Take(string(c.Client.ID), d.tombRate(c), c.Now)
		return notThere()
	}
	if err != nil {
		return d.failed(c, err)
	}
	p := o.Payment
	if underWay(p) {
		p = d.House.Await(ctx, p, func(p *payment.Payment) bool { return !underWay(p) })
	}
	return d.cancelled(p)
}

// mayCancel looks before a cancel that could be refused: by our id, whether it belongs to the account that is named;
// by the caller's, whether the client may still cancel what was never seen.
func (d *desk) mayCancel(ctx context.Context, c *envelope.Call, r *ams.CancelRequest, m flow.Cancel) *envelope.Answer {
	exhausted := m.RequestID != "" && !d.tombs.Left(string(c.Client.ID), d.tombRate(c), c.Now)
	if !exhausted && (m.RequestID != "" || m.Account == "") {
		return nil
	}
	p, err := d.own(ctx, c, m.ID, r.MerchantAccountID)
	var refused envelope.Answer
	switch {
	case err != nil:
		refused = d.failed(c, err)
	case p != nil:
		return nil
	case exhausted:
		d.spent(AlarmTombs, c)
		refused = envelope.Refuse(wire.RequestTrafficExceedLimit, "too many cancels of payments that were never seen")
	default:
		refused = notThere()
	}
	return &refused
}

func (d *desk) tombRate(c *envelope.Call) envelope.Rate {
	return most(c.Client.Rates.Tombstones, d.limits.TombsMax)
}

// cancelled is S once nothing is charged any more, and U as long as the wallet has not said so.
func (d *desk) cancelled(p *payment.Payment) envelope.Answer {
	told := &ams.CancelResponse{Result: wire.NewResult(wire.PaymentInProcess, "The cancel is under way; repeat it."),
		PaymentID: wire.Text(p.ID.String()), PaymentRequestID: wire.Text(p.RequestID)}
	if !underWay(p) {
		told.Result, told.CancelTime = wire.NewResult(wire.Success, ""), d.time(p.ChangedAt)
	}
	return envelope.Say(told.Result, told)
}
