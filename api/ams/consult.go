// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"slices"
	"strconv"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// Why a wallet cannot pay now.
const (
	reasonSuspended wire.Text = "WALLET_SUSPENDED"
	reasonResting   wire.Text = "WALLET_DOES_NOT_ANSWER"
	reasonNoRate    wire.Text = "NO_EXCHANGE_RATE"
	reasonAmount    wire.Text = "AMOUNT_ABOVE_LIMIT"
)

// The words of the specification for how a wallet is met.
const (
	categoryWallet wire.Text = "WALLET"
	interactionQR  wire.Text = "QR"
	regionGlobal   wire.Text = "GLOBAL"
)

// consult lists the wallets, and whether each could pay the amount now. It promises nothing.
//
// Source: reference/alipay-wire-api.md 2.11.
func (d *desk) consult(_ context.Context, c *envelope.Call, r *ams.ConsultRequest) envelope.Answer {
	price, err := r.PaymentAmount.Money("paymentAmount")
	if err != nil {
		return envelope.Failed(err)
	}
	told := &ams.ConsultResponse{Result: wire.NewResult(wire.Success, "")}
	for _, w := range d.House.Facts().Wallets() {
		if w.Status != wallet.Ended && wanted(w, r) {
			told.PaymentOptions = append(told.PaymentOptions, d.option(w, price, c))
		}
	}
	return envelope.Say(told.Result, told)
}

// wanted reports whether a wallet passes the filters of a question.
func wanted(w wallet.Wallet, r *ams.ConsultRequest) bool {
	method := wire.Text(w.ID)
	if slices.Contains(r.BlockedPaymentMethods, method) {
		return false
	}
	if len(r.AllowedPaymentMethods) > 0 && !slices.Contains(r.AllowedPaymentMethods, method) &&
		!slices.Contains(r.AllowedPaymentMethods, wire.ConnectWallet) {
		return false
	}
	for _, regions := range [][]wire.Text{r.AllowedPaymentMethodRegions, r.AllowedPspRegions} {
		if len(regions) > 0 && !slices.Contains(regions, regionGlobal) && !slices.Contains(regions, wire.Text(w.Region)) {
			return false
		}
	}
	return true
}

func (d *desk) option(w wallet.Wallet, price money.Amount, c *envelope.Call) ams.PaymentOption {
	o := ams.PaymentOption{PaymentMethodType: wire.Text(w.ID), PaymentMethodCategory: categoryWallet,
		PaymentMethodRegion: []wire.Text{wire.Text(w.Region)}, Logo: &ams.Logo{LogoName: wire.Text(w.Brand)},
		InteractionType: interactionQR}
	if w.PayMax > 0 {
		o.AmountLimitInfoMap = map[wire.Text]ams.AmountLimitInfo{wire.Text(w.Currency.String()): {
			SingleLimit: &ams.AmountLimit{MaxAmount: wire.Text(strconv.FormatInt(w.PayMax, 10))}}}
	}
	payer, ok := d.converted(w, price, c)
	if ok {
		o.SupportedCurrencies = []wire.Text{wire.Text(price.Currency().String())}
	}
	switch {
	case w.Status != wallet.Live:
		o.DisableReason = reasonSuspended
	case d.House.Relay().Resting(w.ID):
		o.DisableReason = reasonResting
	case !ok:
		o.DisableReason = reasonNoRate
	case w.PayMax > 0 && payer.Minor() > w.PayMax:
		o.DisableReason = reasonAmount
	default:
		o.Enabled = true
	}
	return o
}

// converted is what a wallet would owe for a price now; ok is false when it has no rate for it.
func (d *desk) converted(w wallet.Wallet, price money.Amount, c *envelope.Call) (payer money.Amount, ok bool) {
	if w.Currency == price.Currency() {
		return fx.Same(price).Payer, true
	}
	q, ok := d.House.Facts().Quote(w.ID, price.Currency(), c.Now)
	if !ok {
		return money.Amount{}, false
	}
	conversion, err := q.Convert(price)
	return conversion.Payer, err == nil
}
