// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// cancelAnswer is the dialect's answer and the ids that some wallets repeat in it.
type cancelAnswer struct {
	aps.CancelPaymentResponse
	PaymentRequestID wire.Text `json:"paymentRequestId,omitempty"`
}

// Cancel asks the wallet to undo a payment whatever its state. S is Succeeded, and F CANCEL_WINDOW_EXCEED is Declined.
// Every other F leaves the cancel open: a wallet has to end in S also for a payment it failed or never saw, so the cancel
// is repeated until it does.
//
// Source: reference/alipay-wire-api.md 3.3.
func (c *Connector) Cancel(ctx context.Context, payment ident.ID) wallet.Answer {
	var response cancelAnswer
	request := &aps.CancelPaymentRequest{AcquirerID: wire.Text(c.terms.AcquirerID), PspID: wire.Text(c.terms.PspID),
		PaymentRequestID: wire.Text(payment.String())}
	if doubt := c.ask(ctx, aps.PathCancelPayment, request, &response); doubt != "" {
		return unknown(doubt)
	}
	return cancelled(payment, &response)
}

func cancelled(payment ident.ID, r *cancelAnswer) wallet.Answer {
	if problem := repeats("paymentRequestId", r.PaymentRequestID, payment); problem != "" {
		return unknown(problem)
	}
	if a, open := leftOpen(r.Result); open {
		return a
	}
	switch {
	case r.Result.Status() == wire.Succeeded:
		return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
	case r.Result.ResultCode == wire.CancelWindowExceed:
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.CancelWindowExceed}
	}
	return unanswered("cancel", r.Result.ResultCode)
}

// Refund asks the wallet to give money back. It may be sent again under the same id until it is S or F.
//
// An S with other amounts than asked for is told as it is: the payment itself sees the contradiction.
// Source: reference/alipay-wire-api.md 3.3.
func (c *Connector) Refund(ctx context.Context, r wallet.Return) wallet.Answer {
	var response aps.RefundResponse
	request := &aps.RefundRequest{
		AcquirerID:       wire.Text(c.terms.AcquirerID),
		PspID:            wire.Text(c.terms.PspID),
		PaymentRequestID: wire.Text(r.Payment.String()),
		PaymentID:        wire.Text(r.Partner),
		RefundRequestID:  wire.Text(r.Refund.String()),
		RefundAmount:     wire.AmountOf(r.Amount),
		RefundFromAmount: wire.AmountOf(r.Payer),
	}
	if doubt := c.ask(ctx, aps.PathRefund, request, &response); doubt != "" {
		return unknown(doubt)
	}
	return refunded(r, &response)
}

func refunded(asked wallet.Return, r *aps.RefundResponse) wallet.Answer {
	if problem := repeats("refundRequestId", r.RefundRequestID, asked.Refund); problem != "" {
		return unknown(problem)
	}
	a := judge(giving, r.Result)
	if a.Verdict == wallet.Unknown {
		return a
	}
	return told{id: r.RefundID, at: r.RefundTime, price: r.RefundAmount, payer: r.RefundFromAmount}.fill(a)
}
