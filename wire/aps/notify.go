// SPDX-License-Identifier: Apache-2.0

package aps

import "github.com/kakehashi-pay/kakehashi/wire"

// NotifyPaymentRequest tells the platform what became of a payment its payer began.
type NotifyPaymentRequest struct {
	AcquirerID       wire.Text    `json:"acquirerId,omitempty"`
	PspID            wire.Text    `json:"pspId,omitempty"`
	PaymentResult    *wire.Result `json:"paymentResult,omitempty"`
	PaymentRequestID wire.Text    `json:"paymentRequestId,omitempty"`
	PaymentID        wire.Text    `json:"paymentId,omitempty"`
	PaymentTime      wire.Text    `json:"paymentTime,omitempty"`
	PaymentAmount    *wire.Amount `json:"paymentAmount,omitempty"`
	PayToAmount      *wire.Amount `json:"payToAmount,omitempty"`
	CustomerID       wire.Text    `json:"customerId,omitempty"`
}

// Validate is the first problem in the order of the specification. A notification is definite: S or F, and an S says how
// much, when, and under which id of the wallet.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *NotifyPaymentRequest) Validate() error {
	in := wire.Inspect("aps.NotifyPaymentRequest")
	inspectEnds(in, r.AcquirerID, r.PspID)
	if r.PaymentResult == nil {
		in.Missing("paymentResult")
		return in.Err()
	}
	in.Enter("paymentResult")
	in.OneOf("resultStatus", wire.Text(r.PaymentResult.ResultStatus), wire.Required,
		wire.Text(wire.Succeeded), wire.Text(wire.Failed))
	in.Leave()
	r.PaymentResult.Inspect(in, "paymentResult")
	success := wire.Optional
	if r.PaymentResult.Status() == wire.Succeeded {
		success = wire.Required
	}
	in.Identifier("paymentRequestId", r.PaymentRequestID, wire.IDLen, wire.Required)
	in.Identifier("paymentId", r.PaymentID, wire.IDLen, success)
	in.Time("paymentTime", r.PaymentTime, success)
	in.Amount("paymentAmount", r.PaymentAmount, success)
	in.Amount("payToAmount", r.PayToAmount, wire.Optional)
	in.Identifier("customerId", r.CustomerID, wire.IDLen, wire.Optional)
	return in.Err()
}

// NotifyPaymentResponse answers a NotifyPaymentRequest. F tells the wallet to give the money back; on U the wallet
// repeats. It is signed.
type NotifyPaymentResponse struct {
	Result wire.Result `json:"result"`
}

// Validate is the first problem that makes the response no answer.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *NotifyPaymentResponse) Validate() error {
	in := wire.Inspect("aps.NotifyPaymentResponse")
	r.Result.Inspect(in, "result")
	return in.Err()
}
