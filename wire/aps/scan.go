// SPDX-License-Identifier: Apache-2.0

package aps

import "github.com/kakehashi-pay/kakehashi/wire"

// codeValueLen is the length of a scanned code. Units: characters.
const codeValueLen = 512

// UserInitiatedPayRequest asks the platform what a scanned code stands for. Amount is an extension: what the payer typed
// for a code that carries no amount.
//
// Source: reference/alipay-wire-api.md 3.5.
type UserInitiatedPayRequest struct {
	CodeValue  wire.Text    `json:"codeValue,omitempty"`
	CustomerID wire.Text    `json:"customerId,omitempty"`
	Amount     *wire.Amount `json:"amount,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *UserInitiatedPayRequest) Validate() error {
	in := wire.Inspect("aps.UserInitiatedPayRequest")
	in.Identifier("codeValue", r.CodeValue, codeValueLen, wire.Required)
	in.Identifier("customerId", r.CustomerID, wire.IDLen, wire.Required)
	in.Amount("amount", r.Amount, wire.Optional)
	return in.Err()
}

// The types of code a payer can scan.
const (
	CodeTypeOrder wire.Text = "ORDER_CODE"
	CodeTypeStore wire.Text = "STORE_CODE"
)

// UserInitiatedPayResponse answers a UserInitiatedPayRequest: what is paid, to whom, and what the wallet will owe.
type UserInitiatedPayResponse struct {
	Result             wire.Result       `json:"result"`
	AcquirerID         wire.Text         `json:"acquirerId,omitempty"`
	PspID              wire.Text         `json:"pspId,omitempty"`
	CodeType           wire.Text         `json:"codeType,omitempty"`
	PaymentRequestID   wire.Text         `json:"paymentRequestId,omitempty"`
	Order              *wire.Order       `json:"order,omitempty"`
	PaymentAmount      *wire.Amount      `json:"paymentAmount,omitempty"`
	PayToAmount        *wire.Amount      `json:"payToAmount,omitempty"`
	PaymentQuote       *wire.Quote       `json:"paymentQuote,omitempty"`
	PaymentFactor      *PaymentFactor    `json:"paymentFactor,omitempty"`
	PaymentPromoInfo   *PaymentPromoInfo `json:"paymentPromoInfo,omitempty"`
	PaymentExpiryTime  wire.Text         `json:"paymentExpiryTime,omitempty"`
	PaymentRedirectURL wire.Text         `json:"paymentRedirectUrl,omitempty"`
}

// Validate is the first problem that makes the response no answer.
//
// Errors: Invalid field_missing, field_malformed, field_too_long, not_supported.
func (r *UserInitiatedPayResponse) Validate() error {
	in := wire.Inspect("aps.UserInitiatedPayResponse")
	r.Result.Inspect(in, "result")
	if r.Result.Status() != wire.Succeeded {
		return in.Err()
	}
	inspectEnds(in, r.AcquirerID, r.PspID)
	in.OneOf("codeType", r.CodeType, wire.Optional, CodeTypeOrder, CodeTypeStore)
	in.Identifier("paymentRequestId", r.PaymentRequestID, wire.IDLen, wire.Required)
	inspectOrder(in, r.Order)
	in.Amount("paymentAmount", r.PaymentAmount, wire.Required)
	in.Amount("payToAmount", r.PayToAmount, wire.Required)
	r.PaymentQuote.Inspect(in, "paymentQuote")
	r.PaymentFactor.inspect(in)
	in.Time("paymentExpiryTime", r.PaymentExpiryTime, wire.Optional)
	in.Link("paymentRedirectUrl", r.PaymentRedirectURL, wire.URLLen, wire.Optional)
	return in.Err()
}
