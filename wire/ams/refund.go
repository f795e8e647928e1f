// SPDX-License-Identifier: Apache-2.0

package ams

import "github.com/kakehashi-pay/kakehashi/wire"

// The states of a refund as an inquiry tells them.
const (
	RefundSuccess    wire.Text = "SUCCESS"
	RefundProcessing wire.Text = "PROCESSING"
	RefundFail       wire.Text = "FAIL"
)

const (
	refundURLLen    = 1024
	refundExtendLen = 512
)

// RefundRequest gives back part or all of a payment.
//
// Source: reference/alipay-wire-api.md 2.6.
type RefundRequest struct {
	RefundRequestID   wire.Text       `json:"refundRequestId,omitempty"`
	PaymentID         wire.Text       `json:"paymentId,omitempty"`
	RefundAmount      *wire.Amount    `json:"refundAmount,omitempty"`
	ReferenceRefundID wire.Text       `json:"referenceRefundId,omitempty"`
	RefundReason      wire.Text       `json:"refundReason,omitempty"`
	RefundNotifyURL   wire.Text       `json:"refundNotifyUrl,omitempty"`
	IsAsyncRefund     wire.Flag       `json:"isAsyncRefund,omitempty"`
	ExtendInfo        wire.Text       `json:"extendInfo,omitempty"`
	MerchantAccountID wire.Text       `json:"merchantAccountId,omitempty"`
	Metadata          wire.Text       `json:"metadata,omitempty"`
	CustomizedInfo    *CustomizedInfo `json:"customizedInfo,omitempty"`

	// Refused when set: each would send the money somewhere else than back to the payer's wallet.
	RefundDetails         wire.Present `json:"refundDetails,omitempty"`
	RefundToBankInfo      wire.Present `json:"refundToBankInfo,omitempty"`
	RefundSourceAccountNo wire.Present `json:"refundSourceAccountNo,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long, not_supported.
func (r *RefundRequest) Validate() error {
	in := wire.Inspect("ams.RefundRequest")
	in.Identifier("refundRequestId", r.RefundRequestID, wire.IDLen, wire.Required)
	in.Identifier("paymentId", r.PaymentID, wire.IDLen, wire.Required)
	in.Amount("refundAmount", r.RefundAmount, wire.Required)
	in.Identifier("referenceRefundId", r.ReferenceRefundID, wire.IDLen, wire.Optional)
	in.Text("refundReason", r.RefundReason, wire.NameLen, wire.Optional)
	in.Address("refundNotifyUrl", r.RefundNotifyURL, refundURLLen, wire.Optional)
	in.Text("extendInfo", r.ExtendInfo, refundExtendLen, wire.Optional)
	in.Unsupported("refundDetails", bool(r.RefundDetails))
	in.Unsupported("refundToBankInfo", bool(r.RefundToBankInfo))
	in.Unsupported("refundSourceAccountNo", bool(r.RefundSourceAccountNo))
	in.Identifier("merchantAccountId", r.MerchantAccountID, wire.AccountLen, wire.Optional)
	in.Text("metadata", r.Metadata, wire.ExtendLen, wire.Optional)
	r.CustomizedInfo.inspect(in)
	return in.Err()
}

// RefundResponse answers a RefundRequest.
type RefundResponse struct {
	Result                         wire.Result   `json:"result"`
	RefundRequestID                wire.Text     `json:"refundRequestId,omitempty"`
	RefundID                       wire.Text     `json:"refundId,omitempty"`
	PaymentID                      wire.Text     `json:"paymentId,omitempty"`
	RefundAmount                   *wire.Amount  `json:"refundAmount,omitempty"`
	ActualRefundAmount             *wire.Amount  `json:"actualRefundAmount,omitempty"`
	RefundTime                     wire.Text     `json:"refundTime,omitempty"`
	RefundNonGuaranteeCouponAmount *wire.Amount  `json:"refundNonGuaranteeCouponAmount,omitempty"`
	GrossSettlementAmount          *wire.Amount  `json:"grossSettlementAmount,omitempty"`
	SettlementQuote                *wire.Quote   `json:"settlementQuote,omitempty"`
	AcquirerInfo                   *AcquirerInfo `json:"acquirerInfo,omitempty"`
	AcquirerReferenceNo            wire.Text     `json:"acquirerReferenceNo,omitempty"`
}

// InquiryRefundRequest asks what became of a refund. RefundID decides where both ids are given.
type InquiryRefundRequest struct {
	RefundRequestID   wire.Text `json:"refundRequestId,omitempty"`
	RefundID          wire.Text `json:"refundId,omitempty"`
	MerchantAccountID wire.Text `json:"merchantAccountId,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *InquiryRefundRequest) Validate() error {
	in := wire.Inspect("ams.InquiryRefundRequest")
	if r.RefundRequestID == "" && r.RefundID == "" {
		in.MissingEither("refundRequestId", "refundId")
	}
	in.Identifier("refundRequestId", r.RefundRequestID, wire.IDLen, wire.Optional)
	in.Identifier("refundId", r.RefundID, wire.IDLen, wire.Optional)
	in.Identifier("merchantAccountId", r.MerchantAccountID, wire.AccountLen, wire.Optional)
	return in.Err()
}

// InquiryRefundResponse answers an InquiryRefundRequest. Result is about the question; RefundStatus is about the money.
type InquiryRefundResponse struct {
	Result                wire.Result     `json:"result"`
	RefundStatus          wire.Text       `json:"refundStatus,omitempty"`
	RefundID              wire.Text       `json:"refundId,omitempty"`
	RefundRequestID       wire.Text       `json:"refundRequestId,omitempty"`
	RefundAmount          *wire.Amount    `json:"refundAmount,omitempty"`
	ActualRefundAmount    *wire.Amount    `json:"actualRefundAmount,omitempty"`
	RefundTime            wire.Text       `json:"refundTime,omitempty"`
	GrossSettlementAmount *wire.Amount    `json:"grossSettlementAmount,omitempty"`
	SettlementQuote       *wire.Quote     `json:"settlementQuote,omitempty"`
	ARN                   wire.Text       `json:"arn,omitempty"`
	RRN                   wire.Text       `json:"rrn,omitempty"`
	AcquirerInfo          *AcquirerInfo   `json:"acquirerInfo,omitempty"`
	Metadata              wire.Text       `json:"metadata,omitempty"`
	CustomizedInfo        *CustomizedInfo `json:"customizedInfo,omitempty"`
}
