// SPDX-License-Identifier: Apache-2.0

package ams

import "github.com/kakehashi-pay/kakehashi/wire"

// PayResponse answers a PayRequest. Status S means "paid" under PaymentCode only; everywhere else it means that the code
// or page is ready, and PaymentTime is empty.
//
// Source: reference/alipay-wire-api.md 2.2.
type PayResponse struct {
	Result                  wire.Result              `json:"result"`
	PaymentRequestID        wire.Text                `json:"paymentRequestId,omitempty"`
	PaymentID               wire.Text                `json:"paymentId,omitempty"`
	PaymentAmount           *wire.Amount             `json:"paymentAmount,omitempty"`
	ActualPaymentAmount     *wire.Amount             `json:"actualPaymentAmount,omitempty"`
	PaymentQuote            *wire.Quote              `json:"paymentQuote,omitempty"`
	GrossSettlementAmount   *wire.Amount             `json:"grossSettlementAmount,omitempty"`
	SettlementQuote         *wire.Quote              `json:"settlementQuote,omitempty"`
	PaymentCreateTime       wire.Text                `json:"paymentCreateTime,omitempty"`
	PaymentTime             wire.Text                `json:"paymentTime,omitempty"`
	PspCustomerInfo         *PspCustomerInfo         `json:"pspCustomerInfo,omitempty"`
	OrderCodeForm           *wire.OrderCodeForm      `json:"orderCodeForm,omitempty"`
	RedirectActionForm      *wire.RedirectActionForm `json:"redirectActionForm,omitempty"`
	NormalURL               wire.Text                `json:"normalUrl,omitempty"`
	SchemeURL               wire.Text                `json:"schemeUrl,omitempty"`
	ApplinkURL              wire.Text                `json:"applinkUrl,omitempty"`
	AppIdentifier           wire.Text                `json:"appIdentifier,omitempty"`
	NonGuaranteeCouponValue *wire.Amount             `json:"nonGuaranteeCouponValue,omitempty"`
	PromotionResult         []PromotionResult        `json:"promotionResult,omitempty"`
	AcquirerInfo            *AcquirerInfo            `json:"acquirerInfo,omitempty"`
	ProcessingAmount        *wire.Amount             `json:"processingAmount,omitempty"`
}

// PspCustomerInfo is what may be told to a merchant about the payer: masked.
type PspCustomerInfo struct {
	PspName             wire.Text `json:"pspName,omitempty"`
	PspCustomerID       wire.Text `json:"pspCustomerId,omitempty"`
	DisplayCustomerID   wire.Text `json:"displayCustomerId,omitempty"`
	DisplayCustomerName wire.Text `json:"displayCustomerName,omitempty"`
	ExtendInfo          wire.Text `json:"extendInfo,omitempty"`
}

// PromotionResult is a promotion that was applied.
type PromotionResult struct {
	PromotionType wire.Text `json:"promotionType,omitempty"` // DISCOUNT or INTEREST_FREE
	Discount      *Discount `json:"discount,omitempty"`
}

// Discount is what a promotion took off.
type Discount struct {
	DiscountTag           wire.Text    `json:"discountTag,omitempty"`
	DiscountName          wire.Text    `json:"discountName,omitempty"`
	SavingsAmount         *wire.Amount `json:"savingsAmount,omitempty"`
	EstimateSavingsAmount *wire.Amount `json:"estimateSavingsAmount,omitempty"`
}

// AcquirerInfo is how an acquirer behind the platform names the same transaction.
type AcquirerInfo struct {
	AcquirerName          wire.Text `json:"acquirerName,omitempty"`
	ReferenceRequestID    wire.Text `json:"referenceRequestId,omitempty"`
	AcquirerTransactionID wire.Text `json:"acquirerTransactionId,omitempty"`
	AcquirerMerchantID    wire.Text `json:"acquirerMerchantId,omitempty"`
	AcquirerResultCode    wire.Text `json:"acquirerResultCode,omitempty"`
	AcquirerResultMessage wire.Text `json:"acquirerResultMessage,omitempty"`
}
