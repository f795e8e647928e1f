// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// A sealed record is the part of a request that no rule reads, as the request's own message: whoever opens one decodes
// an ams.PayRequest, or an ams.RefundRequest. The payer's code is in none; what stands in the payment's row is not
// there again.

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

// seal makes the record of a text under its object's id, and its commitment.
func (d *desk) seal(object ident.ID, text any) (payment.Commitment, []byte, error) {
	plain, err := wire.Encode(text)
	if err != nil {
		return payment.Commitment{}, nil, err
	}
	record, bound, err := vault.Seal(d.Entropy, d.Ring, []byte(object.String()), plain)
	return bound, record, err
}

// open reads the record that belongs to a row into text. What was erased, or cannot be opened, leaves text as it is: a
// caller that asks about money is told about the money.
func (d *desk) open(ctx context.Context, o sealed, text any) {
	if err := o.open(ctx, d.House.Reader(), d.Ring, text); err != nil {
		d.log.Error("a sealed record cannot be read", "object", o.object.String(), "cause", err.Error())
	}
}

// sealed names a record: whose it is, its row, and what the journal holds for it.
type sealed struct {
	object ident.ID
	row    int64
	bound  payment.Commitment
}

// open reads the record into text; one that was erased, or never was, leaves text as it is.
//
// Errors: Unavailable store_busy; Internal record_malformed, key_missing, record_forged, and those of wire.Decode.
func (o sealed) open(ctx context.Context, reader *store.Reader, ring vault.Ring, text any) error {
	if o.bound == (payment.Commitment{}) {
		return nil
	}
	record, err := reader.Sealed(ctx, o.object.Lane, o.row)
	if err != nil || record == nil {
		return err
	}
	plain, bound, err := vault.Open(ring, []byte(o.object.String()), record)
	if err != nil {
		return err
	}
	if bound != o.bound {
		return &fault.Error{Op: "ams.Open", Kind: fault.Internal, Code: vault.CodeRecordForged}
	}
	return wire.Decode(plain, text)
}

// sealedRefund names the record of a refund, which belongs to the first row of its own in its payment's family.
//
// Errors: Unavailable store_busy.
func sealedRefund(ctx context.Context, reader *store.Reader, p *payment.Payment, r *payment.RefundRequest) (sealed, error) {
	if r.Sealed == (payment.Commitment{}) {
		return sealed{}, nil
	}
	rows, err := reader.Family(ctx, p.ID.Lane, p.Origin)
	for i := range rows {
		if rows[i].Subject == r.ID.Digest {
			return sealed{r.ID, rows[i].N, r.Sealed}, nil
		}
	}
	return sealed{}, err
}
