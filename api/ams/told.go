// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// scribe writes payments in the words of the wire: whoever asks or is told, reads the same.
type scribe struct {
	catalogue interface{ Facts() *store.Catalogue } // knows the wallets' names
	zone      *time.Location                        // of the times that are written
}

// paid is the answer to a pay, from what is now: a payment tells the same whenever it is asked in the same state.
//
// Source: decisions B19, B21.
func (s scribe) paid(p *payment.Payment) *ams.PayResponse {
	told := &ams.PayResponse{Result: payResult(p), PaymentRequestID: wire.Text(p.RequestID),
		PaymentID: wire.Text(p.ID.String()), PaymentAmount: wire.AmountOf(p.Price), ActualPaymentAmount: actual(p),
		PaymentQuote: quoteOf(p), PaymentCreateTime: s.time(p.At), PspCustomerInfo: s.psp(p)}
	if p.State == payment.Success {
		told.PaymentTime = s.time(paidAt(p))
	}
	return told
}

// payResult is what became of a payment, as the answer to a pay says it.
func payResult(p *payment.Payment) wire.Result {
	switch p.State {
	case payment.Success:
		return wire.NewResult(wire.Success, "")
	case payment.Failed:
		return refusal(p.Result, p.Detail, p.Cause)
	case payment.Cancelled, payment.Tombstone:
		return wire.NewResult(wire.OrderIsCanceled, "")
	}
	return wire.NewResult(wire.PaymentInProcess, "")
}

// refusal is the result of something that failed for good, whatever code a wallet gave for it. The sentence beside the
// code is ours, never the wallet's.
func refusal(code wire.ResultCode, detail string, cause payment.Cause) wire.Result {
	if cause == payment.ByWallet {
		detail = ""
	}
	if !code.Known() || code.Status() != wire.Failed {
		return wire.NewResult(wire.ProcessFail, detail)
	}
	return wire.NewResult(code, detail)
}

// status is where a payment stands, in the four words that every SDK knows.
//
// Source: reference/alipay-wire-api.md 2.4.
func status(p *payment.Payment) wire.Text {
	switch p.State {
	case payment.Success:
		return ams.PaymentSuccess
	case payment.Failed:
		return ams.PaymentFail
	case payment.Cancelled, payment.Tombstone:
		return ams.PaymentCancelled
	}
	return ams.PaymentProcessing
}

// actual is what the payer pays; nothing for a payment that failed.
func actual(p *payment.Payment) *wire.Amount {
	if !p.Payer.Positive() || p.State == payment.Failed {
		return nil
	}
	return wire.AmountOf(p.Payer)
}

// quoteOf is the rate of a payment that was converted; nothing for one that failed. The payment has copied it: it
// holds whatever the price list does.
func quoteOf(p *payment.Payment) *wire.Quote {
	if !p.Converted() || p.State == payment.Failed {
		return nil
	}
	return &wire.Quote{QuoteID: wire.Text(ident.ID{Lane: ident.House, Digest: p.Quote}.String()),
		QuoteCurrencyPair: wire.Text(p.Price.Currency().String() + "/" + p.Payer.Currency().String()),
		QuotePrice:        wire.Number(fx.PriceText(p.Customer)), Guaranteed: true}
}

// psp is the wallet, by the name people know.
func (s scribe) psp(p *payment.Payment) *ams.PspCustomerInfo {
	w, ok := s.catalogue.Facts().Wallet(p.Wallet)
	if !ok {
		return nil
	}
	return &ams.PspCustomerInfo{PspName: wire.Text(w.Brand)}
}

// paidAt is when the wallet says it was paid, else when it was booked.
func paidAt(p *payment.Payment) time.Time { return first(p.PartnerAt, p.BookedAt) }

// first is the first time that is one.
func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// time is a time as it is written; nothing for none.
func (s scribe) time(t time.Time) wire.Text {
	if t.IsZero() {
		return ""
	}
	return wire.Text(wire.FormatTime(t, s.zone))
}
