// SPDX-License-Identifier: Apache-2.0

package aps

import "github.com/kakehashi-pay/kakehashi/wire"

// CancelPaymentRequest tells a wallet that a payment is to be as if it never was. The platform repeats it until the
// wallet says S, also for a payment the wallet has not seen.
//
// Source: reference/alipay-wire-api.md 3.3.
type CancelPaymentRequest struct {
	AcquirerID       wire.Text `json:"acquirerId,omitempty"`
	PspID            wire.Text `json:"pspId,omitempty"`
	PaymentRequestID wire.Text `json:"paymentRequestId,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *CancelPaymentRequest) Validate() error {
	in := wire.Inspect("aps.CancelPaymentRequest")
	inspectEnds(in, r.AcquirerID, r.PspID)
	in.Identifier("paymentRequestId", r.PaymentRequestID, wire.IDLen, wire.Required)
	return in.Err()
}

// CancelPaymentResponse answers a CancelPaymentRequest.
type CancelPaymentResponse struct {
	Result     wire.Result `json:"result"`
	AcquirerID wire.Text   `json:"acquirerId,omitempty"`
	PspID      wire.Text   `json:"pspId,omitempty"`
}

// Validate is the first problem that makes the response no answer.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *CancelPaymentResponse) Validate() error {
	in := wire.Inspect("aps.CancelPaymentResponse")
	r.Result.Inspect(in, "result")
	return in.Err()
}

// RefundRequest tells a wallet to give back part or all of a payment. RefundAmount is in the merchant's currency;
// RefundFromAmount is what the wallet gets back from the network, in its own, at the rate of the payment. There is no
// inquiry for refunds: in doubt the same request is sent again.
type RefundRequest struct {
	AcquirerID       wire.Text         `json:"acquirerId,omitempty"`
	PspID            wire.Text         `json:"pspId,omitempty"`
	PaymentRequestID wire.Text         `json:"paymentRequestId,omitempty"`
	PaymentID        wire.Text         `json:"paymentId,omitempty"`
	RefundRequestID  wire.Text         `json:"refundRequestId,omitempty"`
	RefundAmount     *wire.Amount      `json:"refundAmount,omitempty"`
	RefundFromAmount *wire.Amount      `json:"refundFromAmount,omitempty"`
	RefundQuote      *wire.Quote       `json:"refundQuote,omitempty"`
	RefundReason     wire.Text         `json:"refundReason,omitempty"`
	RefundPromoInfo  *PaymentPromoInfo `json:"refundPromoInfo,omitempty"`
	ExtendInfo       wire.Text         `json:"extendInfo,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *RefundRequest) Validate() error {
	in := wire.Inspect("aps.RefundRequest")
	inspectEnds(in, r.AcquirerID, r.PspID)
	if r.PaymentRequestID == "" && r.PaymentID == "" {
		in.MissingEither("paymentRequestId", "paymentId")
	}
	in.Identifier("paymentRequestId", r.PaymentRequestID, wire.IDLen, wire.Optional)
	in.Identifier("paymentId", r.PaymentID, wire.IDLen, wire.Optional)
	in.Identifier("refundRequestId", r.RefundRequestID, wire.IDLen, wire.Required)
	in.Amount("refundAmount", r.RefundAmount, wire.Required)
	in.Amount("refundFromAmount", r.RefundFromAmount, wire.Required)
	r.RefundQuote.Inspect(in, "refundQuote")
	in.Text("refundReason", r.RefundReason, wire.NameLen, wire.Optional)
	in.Text("extendInfo", r.ExtendInfo, wire.ExtendLen, wire.Optional)
	return in.Err()
}

// RefundResponse answers a RefundRequest.
type RefundResponse struct {
	Result           wire.Result  `json:"result"`
	AcquirerID       wire.Text    `json:"acquirerId,omitempty"`
	PspID            wire.Text    `json:"pspId,omitempty"`
	RefundRequestID  wire.Text    `json:"refundRequestId,omitempty"`
	RefundID         wire.Text    `json:"refundId,omitempty"` // the wallet's own
	RefundAmount     *wire.Amount `json:"refundAmount,omitempty"`
	RefundFromAmount *wire.Amount `json:"refundFromAmount,omitempty"`
	RefundTime       wire.Text    `json:"refundTime,omitempty"`
}

// Validate is the first problem that makes the response no answer.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *RefundResponse) Validate() error {
	in := wire.Inspect("aps.RefundResponse")
	r.Result.Inspect(in, "result")
	success := wire.Optional
	if r.Result.Status() == wire.Succeeded {
		success = wire.Required
	}
	in.Identifier("refundRequestId", r.RefundRequestID, wire.IDLen, wire.Optional)
	in.Identifier("refundId", r.RefundID, wire.IDLen, success)
	in.Amount("refundAmount", r.RefundAmount, wire.Optional)
	in.Amount("refundFromAmount", r.RefundFromAmount, wire.Optional)
	in.Time("refundTime", r.RefundTime, wire.Optional)
	return in.Err()
}
