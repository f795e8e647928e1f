// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// A sealed record is the part of a request that no rule reads, as the request's own message: whoever opens one decodes an
// ams.PayRequest, or an ams.RefundRequest. The payer's code is in none; what stands in the payment's row is not there again.

// payText is what a caller writes about a payment in its own words.
func payText(r *ams.PayRequest) *ams.PayRequest {
	text := &ams.PayRequest{Env: r.Env, PaymentNotifyURL: r.PaymentNotifyURL, PaymentRedirectURL: r.PaymentRedirectURL,
		MerchantRegion: r.MerchantRegion, UserRegion: r.UserRegion, ExtendInfo: r.ExtendInfo, Metadata: r.Metadata,
		CustomizedInfo: r.CustomizedInfo, AppID: r.AppID}
	o := *r.Order
	o.ReferenceOrderID, o.Merchant = "", nil
	text.Order = &o
	if m := r.PaymentMethod; m.CustomerID != "" || m.ExtendInfo != "" {
		text.PaymentMethod = &wire.PaymentMethod{CustomerID: m.CustomerID, ExtendInfo: m.ExtendInfo}
	}
	return text
}

// refundText is what a caller writes about a refund in its own words; nil when it writes nothing.
func refundText(r *ams.RefundRequest) *ams.RefundRequest {
	text := ams.RefundRequest{RefundReason: r.RefundReason, RefundNotifyURL: r.RefundNotifyURL, ExtendInfo: r.ExtendInfo,
		Metadata: r.Metadata, CustomizedInfo: r.CustomizedInfo}
	if text == (ams.RefundRequest{}) {
		return nil
	}
	return &text
}

// seal makes the record of a text, and its commitment.
func (d *desk) seal(object ident.ID, text any) (payment.Commitment, []byte, error) {
	plain, err := wire.Encode(text)
	if err != nil {
		return payment.Commitment{}, nil, err
	}
	record, bound, err := d.Vault.Seal(object, plain)
	return bound, record, err
}

// open reads the record that belongs to a row into text. What was erased, or cannot be opened, leaves text as it is: a caller
// that asks about money is told about the money.
func (d *desk) open(ctx context.Context, object ident.ID, n int64, text any) {
	record, err := d.House.Reader().Sealed(ctx, object.Lane, n)
	if err == nil && record == nil {
		return
	}
	var plain []byte
	if err == nil {
		plain, err = d.Vault.Open(object, record)
	}
	if err == nil {
		err = wire.Decode(plain, text)
	}
	if err != nil {
		d.log.Error("a sealed record cannot be read", "object", object.String(), "cause", err.Error())
	}
}
