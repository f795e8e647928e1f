// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"strings"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// The types of notification that occur in store.
const (
	NotifyTypePayment wire.Text = "PAYMENT_RESULT"
	NotifyTypeRefund  wire.Text = "REFUND_RESULT"
)

// NotifyPayment tells a merchant what became of a payment. It has no paymentStatus: a receiver takes status S for paid.
//
// Source: reference/alipay-wire-api.md 2.7.
type NotifyPayment struct {
	NotifyType            wire.Text         `json:"notifyType,omitempty"`
	Result                wire.Result       `json:"result"`
	PaymentRequestID      wire.Text         `json:"paymentRequestId,omitempty"`
	PaymentID             wire.Text         `json:"paymentId,omitempty"`
	PaymentAmount         *wire.Amount      `json:"paymentAmount,omitempty"`
	ActualPaymentAmount   *wire.Amount      `json:"actualPaymentAmount,omitempty"`
	PaymentQuote          *wire.Quote       `json:"paymentQuote,omitempty"`
	PaymentCreateTime     wire.Text         `json:"paymentCreateTime,omitempty"`
	PaymentTime           wire.Text         `json:"paymentTime,omitempty"`
	GrossSettlementAmount *wire.Amount      `json:"grossSettlementAmount,omitempty"`
	SettlementQuote       *wire.Quote       `json:"settlementQuote,omitempty"`
	PspCustomerInfo       *PspCustomerInfo  `json:"pspCustomerInfo,omitempty"`
	AcquirerReferenceNo   wire.Text         `json:"acquirerReferenceNo,omitempty"`
	AcquirerInfo          *AcquirerInfo     `json:"acquirerInfo,omitempty"`
	PromotionResult       []PromotionResult `json:"promotionResult,omitempty"`
	PaymentMethodType     wire.Text         `json:"paymentMethodType,omitempty"`
	Metadata              wire.Text         `json:"metadata,omitempty"`
	CustomizedInfo        *CustomizedInfo   `json:"customizedInfo,omitempty"`
	ProcessingAmount      *wire.Amount      `json:"processingAmount,omitempty"`
}

// Validate is the first problem in the order of the specification, for those who receive notifications.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (n *NotifyPayment) Validate() error {
	in := wire.Inspect("ams.NotifyPayment")
	n.Result.Inspect(in, "result")
	in.Identifier("paymentRequestId", n.PaymentRequestID, wire.IDLen, wire.Required)
	in.Identifier("paymentId", n.PaymentID, wire.IDLen, wire.Required)
	in.Amount("paymentAmount", n.PaymentAmount, wire.Required)
	in.Amount("actualPaymentAmount", n.ActualPaymentAmount, wire.Optional)
	in.Time("paymentCreateTime", n.PaymentCreateTime, wire.Optional)
	in.Time("paymentTime", n.PaymentTime, wire.Optional)
	return in.Err()
}

// NotifyRefund tells a merchant what became of a refund.
type NotifyRefund struct {
	NotifyType            wire.Text       `json:"notifyType,omitempty"`
	Result                wire.Result     `json:"result"`
	RefundStatus          wire.Text       `json:"refundStatus,omitempty"`
	RefundRequestID       wire.Text       `json:"refundRequestId,omitempty"`
	RefundID              wire.Text       `json:"refundId,omitempty"`
	RefundAmount          *wire.Amount    `json:"refundAmount,omitempty"`
	ActualRefundAmount    *wire.Amount    `json:"actualRefundAmount,omitempty"`
	RefundTime            wire.Text       `json:"refundTime,omitempty"`
	GrossSettlementAmount *wire.Amount    `json:"grossSettlementAmount,omitempty"`
	SettlementQuote       *wire.Quote     `json:"settlementQuote,omitempty"`
	ARN                   wire.Text       `json:"arn,omitempty"`
	Metadata              wire.Text       `json:"metadata,omitempty"`
	CustomizedInfo        *CustomizedInfo `json:"customizedInfo,omitempty"`
}

// Validate is the first problem in the order of the specification, for those who receive notifications.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (n *NotifyRefund) Validate() error {
	in := wire.Inspect("ams.NotifyRefund")
	n.Result.Inspect(in, "result")
	in.OneOf("refundStatus", n.RefundStatus, wire.Required, RefundSuccess, RefundFail)
	in.Identifier("refundRequestId", n.RefundRequestID, wire.IDLen, wire.Required)
	in.Identifier("refundId", n.RefundID, wire.IDLen, wire.Required)
	in.Amount("refundAmount", n.RefundAmount, wire.Required)
	in.Amount("actualRefundAmount", n.ActualRefundAmount, wire.Optional)
	in.Time("refundTime", n.RefundTime, wire.Optional)
	return in.Err()
}

// Acknowledgement is a merchant's reply to a notification. It means "received", never "agreed", and need not be signed.
type Acknowledgement struct {
	Result wire.Result `json:"result"`
}

// Accepted reports whether the merchant has the notification. The code and message are not looked at, and the status may
// be in either case.
func (a Acknowledgement) Accepted() bool {
	return strings.EqualFold(string(a.Result.ResultStatus), "S")
}

// NewAcknowledgement is the reply that ends the sending.
func NewAcknowledgement() Acknowledgement {
	return Acknowledgement{Result: wire.NewResult(wire.Success, "success")}
}
