// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// refund gives back a part of a payment, or all of it.
//
// Source: reference/alipay-wire-api.md 2.6.
func (d *desk) refund(ctx context.Context, c *envelope.Call, r *ams.RefundRequest) envelope.Answer {
	id, ok := named(c, r.PaymentID, "", "")
	if !ok {
		return notThere()
	}
	p, err := d.own(ctx, c, id, r.MerchantAccountID)
	switch {
	case err != nil:
		return d.failed(c, err)
	case p == nil:
		return notThere()
	}
	amount, err := r.RefundAmount.Money("refundAmount")
	if err != nil {
		return envelope.Failed(err)
	}
	account, request := string(r.MerchantAccountID), string(r.RefundRequestID)
	m := flow.Refund{ID: ident.Name(c.Client.Lane, ident.Refund, string(c.Client.ID), account, request), Payment: p.ID,
		Client: c.Client.ID, Account: account, RequestID: request, Reference: string(r.ReferenceRefundID), Amount: amount,
		Merchant: p.Merchant, Tell: tellOf(&c.Client, r.RefundNotifyURL)}
	if text := refundText(r); text != nil {
		if m.Sealed, m.Record, err = d.seal(m.ID, text); err != nil {
			return d.failed(c, err)
		}
	}
	o, err := d.House.Do(ctx, m)
	if err != nil {
		return d.failed(c, err)
	}
	p = o.Payment
	if !r.IsAsyncRefund {
		p = d.House.Await(ctx, p, func(p *payment.Payment) bool {
			f := p.Refund(o.Refund)
			return f != nil && !f.State.Open()
		})
	}
	return d.refunded(p, m, bool(r.IsAsyncRefund))
}

// refunded is what became of a refund. Where the caller does not wait, S says that it was accepted.
func (d *desk) refunded(p *payment.Payment, m flow.Refund, accepted bool) envelope.Answer {
	f := p.Refund(m.ID.Digest)
	told := &ams.RefundResponse{Result: refundResult(f), RefundRequestID: wire.Text(m.RequestID),
		RefundID: wire.Text(m.ID.String()), PaymentID: wire.Text(p.ID.String()), RefundAmount: wire.AmountOf(f.Asked),
		ActualRefundAmount: givenBack(f)}
	if f.State == payment.RefundSuccess {
		told.RefundTime = d.time(refundedAt(f))
	}
	if f.State.Open() && accepted {
		told.Result = wire.NewResult(wire.Success, "The refund is accepted; its result follows.")
	}
	return envelope.Say(told.Result, told)
}

// inquiryRefund says what became of a refund.
//
// Source: reference/alipay-wire-api.md 2.6.
func (d *desk) inquiryRefund(ctx context.Context, c *envelope.Call, r *ams.InquiryRefundRequest) envelope.Answer {
	id := ident.Name(c.Client.Lane, ident.Refund, string(c.Client.ID), string(r.MerchantAccountID),
		string(r.RefundRequestID))
	if r.RefundID != "" {
		parsed, err := ident.Parse(string(r.RefundID))
		if err != nil {
			return notThere()
		}
		id = parsed
	}
	request, p, err := d.ownRefund(ctx, c, id, r.MerchantAccountID)
	switch {
	case err != nil:
		return d.failed(c, err)
	case p == nil || p.Refund(id.Digest) == nil:
		return notThere()
	}
	return envelope.Answer{Result: wire.NewResult(wire.Success, ""), Once: versionOf(p, id),
		Message: func(ctx context.Context) (any, error) { return d.inquiredRefund(ctx, p, request) }}
}

// ownRefund is the caller's refund of an id with its payment; no payment when there is none, or it is another's. Both
// take the same questions to the store.
func (d *desk) ownRefund(ctx context.Context, c *envelope.Call, id ident.ID, account wire.Text) (
	*payment.RefundRequest, *payment.Payment, error) {
	request, err := d.House.Reader().Refund(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	of := ident.ID{Lane: id.Lane}
	if request != nil {
		of = request.Payment
	}
	p, err := d.own(ctx, c, of, "")
	if err != nil || p == nil || account != "" && string(account) != request.Account {
		return nil, nil, err
	}
	return request, p, nil
}

func (d *desk) inquiredRefund(ctx context.Context, p *payment.Payment, request *payment.RefundRequest) (
	*ams.InquiryRefundResponse, error) {
	f := p.Refund(request.ID.Digest)
	told := &ams.InquiryRefundResponse{Result: wire.NewResult(wire.Success, ""), RefundStatus: refundStatus(f),
		RefundID: wire.Text(request.ID.String()), RefundRequestID: wire.Text(request.RequestID),
		RefundAmount: wire.AmountOf(f.Asked), ActualRefundAmount: givenBack(f)}
	switch f.State {
	case payment.RefundSuccess:
		told.RefundTime = d.time(refundedAt(f))
	case payment.RefundFailed:
		// There is no field for the reason; the sentence of the result is the only place a person can read it.
		why := refundResult(f)
		told.Result = wire.NewResult(wire.Success,
			"The refund failed: "+string(why.ResultCode)+". "+string(why.ResultMessage))
	}
	record, err := sealedRefund(ctx, d.House.Reader(), p, request)
	if err != nil {
		return nil, err
	}
	var text ams.RefundRequest
	d.open(ctx, record, &text)
	told.Metadata, told.CustomizedInfo = text.Metadata, text.CustomizedInfo
	return told, nil
}

func refundResult(f *payment.Refund) wire.Result {
	switch f.State {
	case payment.RefundSuccess:
		return wire.NewResult(wire.Success, "")
	case payment.RefundFailed:
		cause := payment.ByCaller
		if !f.SentAt.IsZero() {
			cause = payment.ByWallet // it was refused by the one who was asked
		}
		return refusal(f.Result, f.Detail, cause)
	}
	return wire.NewResult(wire.RefundInProcess, "")
}

func refundStatus(f *payment.Refund) wire.Text {
	switch f.State {
	case payment.RefundSuccess:
		return ams.RefundSuccess
	case payment.RefundFailed:
		return ams.RefundFail
	}
	return ams.RefundProcessing
}

// givenBack is what the payer gets, in the wallet's currency; nothing where nothing goes back.
func givenBack(f *payment.Refund) *wire.Amount {
	if !f.State.Live() || !f.Amounts.Payer.Positive() {
		return nil
	}
	return wire.AmountOf(f.Amounts.Payer)
}

func refundedAt(f *payment.Refund) time.Time { return first(f.PartnerAt, f.DoneAt, f.SentAt) }
