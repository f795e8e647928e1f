// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// codeLife is how long a code can be shown. Source: reference/alipay-wire-api.md 3.4.
const codeLife = time.Minute

// paymentCode mints codes that a wallet's user can show at any till of the network, each good for one payment within a
// minute.
//
// Source: reference/alipay-wire-api.md 3.4.
func (a *api) paymentCode(_ context.Context, c *envelope.Call, w wallet.Wallet, r *aps.GetPaymentCodeRequest,
) envelope.Answer {
	switch {
	case w.Routing == 0:
		return envelope.Refuse(wire.BusinessNotSupport, "the wallet mints its own codes")
	case w.Status != wallet.Live:
		return envelope.Refuse(wire.UnavailablePaymentMethod, "the wallet takes no payments at present")
	}
	realm := a.realm(c.Side)
	told := &aps.GetPaymentCodeResponse{Result: wire.NewResult(wire.Success, "")}
	minted := wallet.Minted{Wallet: w.ID, Customer: string(r.CustomerID), Expires: c.Now.Add(codeLife)}
	for range r.Quantity() {
		code, err := realm.Codes.Mint(w.Routing, minted, c.Now, realm.Entropy)
		if err != nil {
			return a.failed(c, err)
		}
		told.PaymentCodeInfoList = append(told.PaymentCodeInfoList, aps.PaymentCodeInfo{PaymentCode: wire.Secret(code),
			CodeValidityStartTime: wire.Text(wire.FormatTime(c.Now, a.zone)),
			CodeExpiryTime:        wire.Text(wire.FormatTime(minted.Expires, a.zone))})
	}
	return envelope.Say(told.Result, told)
}
