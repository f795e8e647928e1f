// SPDX-License-Identifier: Apache-2.0

package ams

import "github.com/kakehashi-pay/kakehashi/wire"

// The states of a payment as an inquiry tells them. There is a fifth in the specification, PENDING, that is never sent in
// store: one SDK has no name for it and fails.
const (
	PaymentSuccess    wire.Text = "SUCCESS" // also after refunds
	PaymentFail       wire.Text = "FAIL"
	PaymentProcessing wire.Text = "PROCESSING"
	PaymentCancelled  wire.Text = "CANCELLED"
)

// InquiryPaymentRequest asks what became of a payment. PaymentID decides where both ids are given.
//
// Source: reference/alipay-wire-api.md 2.4.
type InquiryPaymentRequest struct {
	PaymentRequestID  wire.Text `json:"paymentRequestId,omitempty"`
	PaymentID         wire.Text `json:"paymentId,omitempty"`
	MerchantAccountID wire.Text `json:"merchantAccountId,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *InquiryPaymentRequest) Validate() error {
	in := wire.Inspect("ams.InquiryPaymentRequest")
	inspectPaymentNames(in, r.PaymentRequestID, r.PaymentID, r.MerchantAccountID)
	return in.Err()
}

// InquiryPaymentResponse answers an InquiryPaymentRequest. Result is about the question; PaymentStatus is about the
// money.
type InquiryPaymentResponse struct {
	Result                   wire.Result              `json:"result"`
	PaymentStatus            wire.Text                `json:"paymentStatus,omitempty"`
	PaymentResultCode        wire.ResultCode          `json:"paymentResultCode,omitempty"`
	PaymentResultMessage     wire.Text                `json:"paymentResultMessage,omitempty"`
	PaymentRequestID         wire.Text                `json:"paymentRequestId,omitempty"`
	PaymentID                wire.Text                `json:"paymentId,omitempty"`
	PaymentAmount            *wire.Amount             `json:"paymentAmount,omitempty"`
	ActualPaymentAmount      *wire.Amount             `json:"actualPaymentAmount,omitempty"`
	PaymentQuote             *wire.Quote              `json:"paymentQuote,omitempty"`
	PaymentCreateTime        wire.Text                `json:"paymentCreateTime,omitempty"`
	PaymentTime              wire.Text                `json:"paymentTime,omitempty"`
	NonGuaranteeCouponAmount *wire.Amount             `json:"nonGuaranteeCouponAmount,omitempty"`
	PspCustomerInfo          *PspCustomerInfo         `json:"pspCustomerInfo,omitempty"`
	RedirectActionForm       *wire.RedirectActionForm `json:"redirectActionForm,omitempty"`
	AcquirerReferenceNo      wire.Text                `json:"acquirerReferenceNo,omitempty"`
	ExtendInfo               wire.Text                `json:"extendInfo,omitempty"`
	Transactions             []Transaction            `json:"transactions,omitempty"`
	GrossSettlementAmount    *wire.Amount             `json:"grossSettlementAmount,omitempty"`
	SettlementQuote          *wire.Quote              `json:"settlementQuote,omitempty"`
	AcquirerInfo             *AcquirerInfo            `json:"acquirerInfo,omitempty"`
	MerchantAccountID        wire.Text                `json:"merchantAccountId,omitempty"`
	PromotionResults         []PromotionResult        `json:"promotionResults,omitempty"`
	EarliestSettlementTime   wire.Text                `json:"earliestSettlementTime,omitempty"`
	PaymentMethodType        wire.Text                `json:"paymentMethodType,omitempty"`
	Metadata                 wire.Text                `json:"metadata,omitempty"`
	CustomizedInfo           *CustomizedInfo          `json:"customizedInfo,omitempty"`
	ProcessingAmount         *wire.Amount             `json:"processingAmount,omitempty"`
}

// The types of a Transaction that occur in store.
const (
	TransactionRefund wire.Text = "REFUND"
	TransactionCancel wire.Text = "CANCEL"
)

// Transaction is one thing that happened to a payment after it was made.
type Transaction struct {
	TransactionType       wire.Text     `json:"transactionType,omitempty"`
	TransactionID         wire.Text     `json:"transactionId,omitempty"`
	TransactionRequestID  wire.Text     `json:"transactionRequestId,omitempty"`
	TransactionStatus     wire.Text     `json:"transactionStatus,omitempty"`
	TransactionAmount     *wire.Amount  `json:"transactionAmount,omitempty"`
	TransactionTime       wire.Text     `json:"transactionTime,omitempty"`
	TransactionResult     *wire.Result  `json:"transactionResult,omitempty"`
	AcquirerInfo          *AcquirerInfo `json:"acquirerInfo,omitempty"`
	GrossSettlementAmount *wire.Amount  `json:"grossSettlementAmount,omitempty"`
	SettlementQuote       *wire.Quote   `json:"settlementQuote,omitempty"`
}

// CancelRequest takes back a payment, wherever it stands, within the window.
//
// Source: reference/alipay-wire-api.md 2.5.
type CancelRequest struct {
	PaymentID         wire.Text `json:"paymentId,omitempty"`
	PaymentRequestID  wire.Text `json:"paymentRequestId,omitempty"`
	MerchantAccountID wire.Text `json:"merchantAccountId,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *CancelRequest) Validate() error {
	in := wire.Inspect("ams.CancelRequest")
	inspectPaymentNames(in, r.PaymentRequestID, r.PaymentID, r.MerchantAccountID)
	return in.Err()
}

// CancelResponse answers a CancelRequest.
type CancelResponse struct {
	Result           wire.Result `json:"result"`
	PaymentID        wire.Text   `json:"paymentId,omitempty"`
	PaymentRequestID wire.Text   `json:"paymentRequestId,omitempty"`
	CancelTime       wire.Text   `json:"cancelTime,omitempty"`
}

func inspectPaymentNames(in *wire.Inspection, requestID, paymentID, account wire.Text) {
	if requestID == "" && paymentID == "" {
		in.MissingEither("paymentRequestId", "paymentId")
	}
	in.Identifier("paymentRequestId", requestID, wire.IDLen, wire.Optional)
	in.Identifier("paymentId", paymentID, wire.IDLen, wire.Optional)
	in.Identifier("merchantAccountId", account, wire.AccountLen, wire.Optional)
}
