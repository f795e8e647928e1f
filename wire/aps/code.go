// SPDX-License-Identifier: Apache-2.0

package aps

import "github.com/kakehashi-pay/kakehashi/wire"

// codeQuantityMax is how many codes one request may ask for.
const codeQuantityMax = 10

// GetPaymentCodeRequest asks the platform for codes a payer can show. Without a quantity it asks for one.
//
// Source: reference/alipay-wire-api.md 3.4.
type GetPaymentCodeRequest struct {
	Region       wire.Text  `json:"region,omitempty"`
	CustomerID   wire.Text  `json:"customerId,omitempty"`
	CodeQuantity wire.Count `json:"codeQuantity,omitempty"`
	Env          *wire.Env  `json:"env,omitempty"`
}

// Quantity is how many codes are asked for: the number given, or one.
func (r *GetPaymentCodeRequest) Quantity() int {
	if r.CodeQuantity == 0 {
		return 1
	}
	return int(r.CodeQuantity)
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *GetPaymentCodeRequest) Validate() error {
	in := wire.Inspect("aps.GetPaymentCodeRequest")
	in.Region("region", r.Region, wire.Optional)
	in.Identifier("customerId", r.CustomerID, wire.IDLen, wire.Required)
	if r.CodeQuantity != 0 {
		in.Range("codeQuantity", r.CodeQuantity, wire.Bounds{Min: 1, Max: codeQuantityMax})
	}
	r.Env.Inspect(in, wire.OrderRules{})
	return in.Err()
}

// GetPaymentCodeResponse answers a GetPaymentCodeRequest.
type GetPaymentCodeResponse struct {
	Result              wire.Result       `json:"result"`
	PaymentCodeInfoList []PaymentCodeInfo `json:"paymentCodeInfoList,omitempty"`
}

// PaymentCodeInfo is one code, good for one payment between two times.
type PaymentCodeInfo struct {
	PaymentCode           wire.Secret `json:"paymentCode,omitempty"`
	CodeValidityStartTime wire.Text   `json:"codeValidityStartTime,omitempty"`
	CodeExpiryTime        wire.Text   `json:"codeExpiryTime,omitempty"`
}

// Validate is the first problem that makes the response no answer.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *GetPaymentCodeResponse) Validate() error {
	in := wire.Inspect("aps.GetPaymentCodeResponse")
	r.Result.Inspect(in, "result")
	if r.Result.Status() != wire.Succeeded {
		return in.Err()
	}
	if len(r.PaymentCodeInfoList) == 0 {
		in.Missing("paymentCodeInfoList")
	}
	in.Items("paymentCodeInfoList", len(r.PaymentCodeInfoList), codeQuantityMax)
	for i, info := range r.PaymentCodeInfoList {
		in.EnterItem("paymentCodeInfoList", i)
		in.Secret("paymentCode", info.PaymentCode, wire.CodeLen, wire.Required)
		in.Time("codeValidityStartTime", info.CodeValidityStartTime, wire.Optional)
		in.Time("codeExpiryTime", info.CodeExpiryTime, wire.Required)
		in.Leave()
	}
	return in.Err()
}
