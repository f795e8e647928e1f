// SPDX-License-Identifier: Apache-2.0

// Package sandbox is the wallet of the sandbox: it lives in the process, takes every payment, and gives everything back.
//
// It keeps nothing. What it says follows from the payment's id alone, so it says the same after a restart. No money stands
// behind it: only wallets of the sandbox's own store are connected through it.
package sandbox

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Connector is the sandbox's wallet.
type Connector struct {
	now func() time.Time
}

// New is a wallet whose times are those of a clock.
func New(now func() time.Time) *Connector { return &Connector{now: now} }

func (c *Connector) yes(id string) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "SANDBOX" + id, PartnerAt: c.now()}
}

// Pay takes the money.
func (c *Connector) Pay(_ context.Context, charge wallet.Charge) wallet.Answer {
	return c.yes(charge.Payment.String())
}

// Inquire says that it was taken.
func (c *Connector) Inquire(_ context.Context, payment ident.ID) wallet.Answer {
	return c.yes(payment.String())
}

// Cancel undoes it.
func (c *Connector) Cancel(context.Context, ident.ID) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, PartnerAt: c.now()}
}

// Refund gives it back.
func (c *Connector) Refund(_ context.Context, r wallet.Return) wallet.Answer {
	return c.yes(r.Refund.String())
}
