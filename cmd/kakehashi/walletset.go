// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// walletSet changes the terms of a wallet. A flag that is not given changes nothing; price-list lines that exist keep the
// spread they were made with.
type walletSet struct {
	setting
	ID     string  `arg:""`
	URL    *string `help:"Where its API lives."`
	Spread *int64  `help:"What the customer rate adds to the base rate, in basis points."`
	OurKey *int    `help:"Version of the house's key that signs what the wallet is sent."`
	PayMax *string `help:"Largest single payment, in major units of its currency; 0: no bound."`
	Minute *string `name:"minute-max" help:"Most that a client may sell at one rate in one minute, likewise."`
}

// Run changes the wallet.
func (w *walletSet) Run(ctx context.Context) error {
	return w.operate(ctx, func(o *process.Operator) error {
		one, err := walletOf(ctx, o, w.ID)
		if err != nil {
			return err
		}
		if err := w.change(ctx, o, &one); err != nil {
			return err
		}
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "set wallet", Subject: w.ID,
			Facts: store.Facts{Wallets: []wallet.Wallet{one}}})
		if err == nil {
			fmt.Printf("wallet %s is changed\n", w.ID)
		}
		return err
	})
}

// change makes the changes that were asked for.
func (w *walletSet) change(ctx context.Context, o *process.Operator, one *wallet.Wallet) error {
	url, spread, key := set(&one.URL, w.URL), set(&one.SpreadBasisPoints, w.Spread), set(&one.OurKey, w.OurKey)
	if key {
		if err := hasHouseKey(ctx, o, one.OurKey); err != nil {
			return err
		}
	}
	for _, bound := range []struct {
		to   *int64
		text *string
	}{{&one.PayMax, w.PayMax}, {&one.MinuteMax, w.Minute}} {
		if bound.text == nil {
			continue
		}
		most, err := money.ParseMajor(*bound.text, one.Currency)
		if err != nil {
			return err
		}
		*bound.to = most.Minor()
	}
	if !url && !spread && !key && w.PayMax == nil && w.Minute == nil {
		return errors.New("nothing to change: name --url, --spread, --our-key, --pay-max or --minute-max")
	}
	return nil
}
