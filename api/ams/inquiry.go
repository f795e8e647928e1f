// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"strconv"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// inquiryPayment says what became of a payment, from what is committed. A pay that still waits to be decided is not
// there.
//
// Source: reference/alipay-wire-api.md 2.4; decisions B20, B31.
func (d *desk) inquiryPayment(ctx context.Context, c *envelope.Call, r *ams.InquiryPaymentRequest) envelope.Answer {
	id, ok := named(c, r.PaymentID, r.PaymentRequestID, r.MerchantAccountID)
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
	a := envelope.Answer{Result: wire.NewResult(wire.Success, ""), Once: versionOf(p, p.ID),
		Message: func(ctx context.Context) (any, error) { return d.inquired(ctx, p) }}
	if c.Side == envelope.Sandbox {
		return mockedInquiry(p.Price, a)
	}
	return a
}

// transactionsMax bounds how many refunds an inquiry lists, the last ones: a message has an end.
const transactionsMax = 512

// versionOf names what an inquiry tells: it changes with every row of the payment's family.
func versionOf(p *payment.Payment, of ident.ID) string {
	return of.String() + " " + strconv.FormatInt(p.Last, 10)
}

func (d *desk) inquired(ctx context.Context, p *payment.Payment) (*ams.InquiryPaymentResponse, error) {
	answered := d.paid(p)
	told := &ams.InquiryPaymentResponse{Result: wire.NewResult(wire.Success, ""), PaymentStatus: status(p),
		PaymentResultCode: answered.Result.ResultCode, PaymentResultMessage: answered.Result.ResultMessage,
		PaymentRequestID: answered.PaymentRequestID, PaymentID: answered.PaymentID,
		PaymentAmount: answered.PaymentAmount, ActualPaymentAmount: answered.ActualPaymentAmount,
		PaymentQuote: answered.PaymentQuote, PaymentCreateTime: answered.PaymentCreateTime,
		PaymentTime: answered.PaymentTime, PspCustomerInfo: answered.PspCustomerInfo,
		MerchantAccountID: wire.Text(p.Account)}
	if p.State != payment.Tombstone {
		told.PaymentMethodType = wire.ConnectWallet
	}
	var text ams.PayRequest
	d.open(ctx, sealed{p.ID, p.Origin, p.Sealed}, &text)
	told.Metadata, told.CustomizedInfo = text.Metadata, text.CustomizedInfo
	listed := p.Refunds[max(0, len(p.Refunds)-transactionsMax):]
	for i := range listed {
		t, err := d.transaction(ctx, p, &listed[i])
		if err != nil {
			return nil, err
		}
		told.Transactions = append(told.Transactions, t)
	}
	return told, nil
}

// transaction is a refund as the inquiry of its payment lists it.
func (d *desk) transaction(ctx context.Context, p *payment.Payment, r *payment.Refund) (ams.Transaction, error) {
	id := ident.ID{Lane: p.ID.Lane, Digest: r.ID}
	request, known := d.refunds.get(id)
	if !known {
		found, err := d.House.Reader().Refund(ctx, id)
		if err != nil {
			return ams.Transaction{}, err
		}
		if found != nil {
			request = found.RequestID
			d.refunds.put(id, request)
		}
	}
	result := refundResult(r)
	return ams.Transaction{TransactionType: ams.TransactionRefund, TransactionID: wire.Text(id.String()),
		TransactionRequestID: wire.Text(request), TransactionStatus: refundStatus(r),
		TransactionAmount: wire.AmountOf(r.Asked), TransactionTime: d.time(refundedAt(r)), TransactionResult: &result}, nil
}
