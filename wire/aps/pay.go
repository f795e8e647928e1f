// SPDX-License-Identifier: Apache-2.0

package aps

import "github.com/kakehashi-pay/kakehashi/wire"

// PayRequest asks a wallet to debit the payer whose code was scanned. PaymentAmount is what the merchant asks;
// PayToAmount is what the wallet owes the network, in the wallet's settlement currency.
//
// Source: reference/alipay-wire-api.md 3.2.
type PayRequest struct {
	AcquirerID        wire.Text           `json:"acquirerId,omitempty"`
	PspID             wire.Text           `json:"pspId,omitempty"`
	PaymentRequestID  wire.Text           `json:"paymentRequestId,omitempty"`
	Order             *wire.Order         `json:"order,omitempty"`
	PaymentAmount     *wire.Amount        `json:"paymentAmount,omitempty"`
	PayToAmount       *wire.Amount        `json:"payToAmount,omitempty"`
	PaymentQuote      *wire.Quote         `json:"paymentQuote,omitempty"`
	PaymentMethod     *wire.PaymentMethod `json:"paymentMethod,omitempty"`
	PaymentFactor     *PaymentFactor      `json:"paymentFactor,omitempty"`
	PaymentExpiryTime wire.Text           `json:"paymentExpiryTime,omitempty"` // after it the wallet must not debit
	PaymentPromoInfo  *PaymentPromoInfo   `json:"paymentPromoInfo,omitempty"`
	PassThroughInfo   wire.Text           `json:"passThroughInfo,omitempty"`
}

// PaymentFactor says how the payment is made.
type PaymentFactor struct {
	IsInStorePayment       wire.Flag `json:"isInStorePayment,omitempty"`
	IsCashierPayment       wire.Flag `json:"isCashierPayment,omitempty"`
	IsAgreementPayment     wire.Flag `json:"isAgreementPayment,omitempty"`
	PresentmentMode        wire.Text `json:"presentmentMode,omitempty"`
	InStorePaymentScenario wire.Text `json:"inStorePaymentScenario,omitempty"`
}

// PaymentPromoInfo are the promotions of a payment.
type PaymentPromoInfo struct {
	PaymentPromoDetails []PaymentPromoDetail `json:"paymentPromoDetails,omitempty"`
}

// PaymentPromoDetail is one promotion.
type PaymentPromoDetail struct {
	PromoID       wire.Text    `json:"promoId,omitempty"`
	PromoName     wire.Text    `json:"promoName,omitempty"`
	PromoType     wire.Text    `json:"promoType,omitempty"`
	SavingsAmount *wire.Amount `json:"savingsAmount,omitempty"`
}

// Validate is the first problem in the order of the specification. Only in-store payments pass.
//
// Errors: Invalid field_missing, field_malformed, field_too_long, not_supported.
func (r *PayRequest) Validate() error {
	in := wire.Inspect("aps.PayRequest")
	inspectEnds(in, r.AcquirerID, r.PspID)
	in.Identifier("paymentRequestId", r.PaymentRequestID, wire.IDLen, wire.Required)
	inspectOrder(in, r.Order)
	in.Amount("paymentAmount", r.PaymentAmount, wire.Required)
	in.Amount("payToAmount", r.PayToAmount, wire.Required)
	r.PaymentQuote.Inspect(in, "paymentQuote")
	if r.PaymentMethod == nil {
		in.Missing("paymentMethod")
	} else {
		in.Enter("paymentMethod")
		in.Identifier("paymentMethodType", r.PaymentMethod.PaymentMethodType, wire.IDLen, wire.Optional)
		in.Secret("paymentMethodId", r.PaymentMethod.PaymentMethodID, wire.CodeLen, wire.Required)
		in.Identifier("customerId", r.PaymentMethod.CustomerID, wire.IDLen, wire.Optional)
		in.Leave()
	}
	r.PaymentFactor.inspect(in)
	in.Time("paymentExpiryTime", r.PaymentExpiryTime, wire.Optional)
	r.PaymentPromoInfo.inspect(in)
	in.Text("passThroughInfo", r.PassThroughInfo, wire.ExtendLen, wire.Optional)
	return in.Err()
}

func (f *PaymentFactor) inspect(in *wire.Inspection) {
	if f == nil {
		in.Missing("paymentFactor")
		return
	}
	in.Enter("paymentFactor")
	defer in.Leave()
	if !f.IsInStorePayment && !f.IsCashierPayment && !f.IsAgreementPayment {
		in.Missing("isInStorePayment")
	}
	in.Unsupported("isCashierPayment", bool(f.IsCashierPayment))
	in.Unsupported("isAgreementPayment", bool(f.IsAgreementPayment))
	in.OneOf("inStorePaymentScenario", f.InStorePaymentScenario, wire.Required,
		wire.ScenarioPaymentCode, wire.ScenarioOrderCode, wire.ScenarioEntryCode)
}

func (p *PaymentPromoInfo) inspect(in *wire.Inspection) {
	if p == nil {
		return
	}
	in.Enter("paymentPromoInfo")
	defer in.Leave()
	in.Items("paymentPromoDetails", len(p.PaymentPromoDetails), wire.GoodsMax)
	for i, detail := range p.PaymentPromoDetails {
		in.EnterItem("paymentPromoDetails", i)
		in.Identifier("promoId", detail.PromoID, wire.IDLen, wire.Optional)
		in.Text("promoName", detail.PromoName, wire.NameLen, wire.Optional)
		in.Figure("savingsAmount", detail.SavingsAmount)
		in.Leave()
	}
}

// PayResponse answers a PayRequest. S is debited, F is not debited and never will be, everything else is Unknown. The
// request id and amounts are echoed where the wallet does so.
type PayResponse struct {
	Result           wire.Result  `json:"result"`
	AcquirerID       wire.Text    `json:"acquirerId,omitempty"`
	PspID            wire.Text    `json:"pspId,omitempty"`
	PaymentRequestID wire.Text    `json:"paymentRequestId,omitempty"`
	PaymentID        wire.Text    `json:"paymentId,omitempty"` // the wallet's own
	PaymentTime      wire.Text    `json:"paymentTime,omitempty"`
	PaymentAmount    *wire.Amount `json:"paymentAmount,omitempty"`
	PayToAmount      *wire.Amount `json:"payToAmount,omitempty"`
	CustomerID       wire.Text    `json:"customerId,omitempty"`
	WalletBrandName  wire.Text    `json:"walletBrandName,omitempty"`
}

// Validate is the first problem that makes the response no answer.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *PayResponse) Validate() error {
	in := wire.Inspect("aps.PayResponse")
	r.Result.Inspect(in, "result")
	inspectOutcome(in, r.Result, outcome{r.PaymentRequestID, r.PaymentID, r.PaymentTime, r.CustomerID,
		r.PaymentAmount, r.PayToAmount})
	return in.Err()
}

// InquiryPaymentRequest asks a wallet what became of a payment.
//
// Source: reference/alipay-wire-api.md 3.3.
type InquiryPaymentRequest struct {
	AcquirerID       wire.Text `json:"acquirerId,omitempty"`
	PspID            wire.Text `json:"pspId,omitempty"`
	PaymentRequestID wire.Text `json:"paymentRequestId,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *InquiryPaymentRequest) Validate() error {
	in := wire.Inspect("aps.InquiryPaymentRequest")
	inspectEnds(in, r.AcquirerID, r.PspID)
	in.Identifier("paymentRequestId", r.PaymentRequestID, wire.IDLen, wire.Required)
	return in.Err()
}

// InquiryPaymentResponse answers an InquiryPaymentRequest. Result is about the question; PaymentResult is about the money.
type InquiryPaymentResponse struct {
	Result           wire.Result  `json:"result"`
	AcquirerID       wire.Text    `json:"acquirerId,omitempty"`
	PspID            wire.Text    `json:"pspId,omitempty"`
	PaymentResult    *wire.Result `json:"paymentResult,omitempty"`
	PaymentRequestID wire.Text    `json:"paymentRequestId,omitempty"`
	PaymentID        wire.Text    `json:"paymentId,omitempty"`
	PaymentTime      wire.Text    `json:"paymentTime,omitempty"`
	PaymentAmount    *wire.Amount `json:"paymentAmount,omitempty"`
	PayToAmount      *wire.Amount `json:"payToAmount,omitempty"`
	CustomerID       wire.Text    `json:"customerId,omitempty"`
	WalletBrandName  wire.Text    `json:"walletBrandName,omitempty"`
}

// Validate is the first problem that makes the response no answer: a question that was answered must say what became of
// the money.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *InquiryPaymentResponse) Validate() error {
	in := wire.Inspect("aps.InquiryPaymentResponse")
	r.Result.Inspect(in, "result")
	if r.Result.Status() != wire.Succeeded {
		return in.Err()
	}
	if r.PaymentResult == nil {
		in.Missing("paymentResult")
		return in.Err()
	}
	r.PaymentResult.Inspect(in, "paymentResult")
	inspectOutcome(in, *r.PaymentResult, outcome{r.PaymentRequestID, r.PaymentID, r.PaymentTime, r.CustomerID,
		r.PaymentAmount, r.PayToAmount})
	return in.Err()
}

// outcome are the fields a wallet tells about a payment wherever it tells it.
type outcome struct {
	paymentRequestID, paymentID, paymentTime, customerID wire.Text
	paymentAmount, payToAmount                           *wire.Amount
}

// inspectOutcome checks them; a payment that succeeded has the wallet's id.
func inspectOutcome(in *wire.Inspection, result wire.Result, o outcome) {
	success := wire.Optional
	if result.Status() == wire.Succeeded {
		success = wire.Required
	}
	in.Identifier("paymentRequestId", o.paymentRequestID, wire.IDLen, wire.Optional)
	in.Identifier("paymentId", o.paymentID, wire.IDLen, success)
	in.Time("paymentTime", o.paymentTime, wire.Optional)
	in.Amount("paymentAmount", o.paymentAmount, wire.Optional)
	in.Amount("payToAmount", o.payToAmount, wire.Optional)
	in.Identifier("customerId", o.customerID, wire.IDLen, wire.Optional)
}

func inspectEnds(in *wire.Inspection, acquirerID, pspID wire.Text) {
	in.Identifier("acquirerId", acquirerID, wire.IDLen, wire.Optional)
	in.Identifier("pspId", pspID, wire.IDLen, wire.Optional)
}

func inspectOrder(in *wire.Inspection, order *wire.Order) {
	if order == nil {
		in.Missing("order")
		return
	}
	in.Enter("order")
	defer in.Leave()
	order.Inspect(in, wire.OrderRules{Merchant: wire.Required})
}
