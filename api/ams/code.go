// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// payer is whose code was scanned, or why nobody can be charged with it.
type payer struct {
	code     string // as the wallet is sent it
	marks    wallet.Marks
	wallet   wallet.Wallet // the zero Wallet: nobody's
	customer string        // the wallet's own id of its user, where the code was minted here
	refusal  wire.ResultCode
	why      string
}

// payer finds whose a scanned code is: first among those that were minted here, then by the table of routes.
//
// Source: reference/alipay-wire-api.md 3.7.
func (d *desk) payer(scanned wire.Secret, now time.Time) payer {
	code, err := wallet.NormalCode(string(scanned))
	if err != nil {
		return payer{code: string(scanned), refusal: wire.InvalidPaymentCode,
			why: foreign(string(scanned), fault.DetailOf(err))}
	}
	p := payer{code: code, marks: d.Codes.Marks(code, now)}
	if minted, ok := d.Codes.Find(code, now); ok {
		if minted.Expired(now) {
			p.refusal, p.why = wire.ExpiredCode, "the payment code has expired: ask for a new one"
		}
		p.customer = minted.Customer
		return d.owned(p, minted.Wallet)
	}
	candidates, err := wallet.Candidates(d.House.Facts().Routes(), code, now)
	if err != nil {
		p.refusal, p.why = wire.InvalidPaymentCode, foreign(code, fault.DetailOf(err))
		return p
	}
	return d.owned(p, candidates[0])
}

func (d *desk) owned(p payer, id wallet.ID) payer {
	w, ok := d.House.Facts().Wallet(id)
	if !ok && p.refusal == "" {
		p.refusal, p.why = wire.InvalidPaymentCode, "the payment code belongs to no wallet of this network"
	}
	p.wallet = w
	return p
}
