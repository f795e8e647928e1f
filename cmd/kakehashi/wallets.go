// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// walletsCommand are what an operator does with wallets.
type walletsCommand struct {
	Create  walletCreate  `cmd:"" help:"Connect a wallet."`
	List    walletList    `cmd:"" help:"List the wallets."`
	Set     walletSet     `cmd:"" help:"Change a wallet's address, spread, limits, or which of our keys it is called with."`
	Suspend walletSuspend `cmd:"" help:"Send no new payments to a wallet; inquiries, cancels and refunds go on."`
	Resume  walletResume  `cmd:"" help:"Send payments to a suspended wallet again."`
	Route   walletRoute   `cmd:"" help:"Add or change a line of the table that says whose a payment code is."`
}

type walletCreate struct {
	setting
	ID       string `arg:"" help:"The wallet's id."`
	Client   string `required:"" help:"Client id under which the wallet calls, and is called."`
	Public   string `help:"File with the wallet's public key; without it one is made and shown once." type:"existingfile"`
	Ed25519  bool   `name:"ed25519" help:"Make an Ed25519 key pair instead of RSA."`
	Brand    string `required:"" help:"What people see."`
	Region   string `required:"" help:"Where its users are at home: ISO 3166-1 alpha-2."`
	Currency string `required:"" help:"What it settles in: ISO 4217."`
	URL      string `help:"Where its API lives; empty only in the sandbox."`
	Spread   int64  `default:"60" help:"What the customer rate adds to the base rate, in basis points."`
	Routing  int    `help:"Three digits in the codes that are minted for it; 0: it mints its own."`
	PayMax   string `help:"Largest single payment, in major units of its currency."`
}

// Run connects the wallet.
func (w *walletCreate) Run(ctx context.Context) error {
	return w.operate(ctx, func(o *process.Operator) error {
		currency, err := money.ParseCurrency(w.Currency)
		if err != nil {
			return err
		}
		holder := ident.Holder(w.ID)
		lane, err := o.Home(ctx, holder)
		if err != nil {
			return err
		}
		public, private, err := keyPair(w.Public, w.Ed25519)
		if err != nil {
			return err
		}
		one := wallet.Wallet{ID: wallet.ID(w.ID), Client: ident.Client(w.Client), Holder: holder, Lane: lane, Brand: w.Brand,
			Region: w.Region, Currency: currency, URL: w.URL, OurKey: 1, Status: wallet.Live, SpreadBasisPoints: w.Spread,
			Rounding: money.HalfEven, PartialRefunds: true, Routing: w.Routing, Timers: wallet.DefaultTimers()}
		if w.PayMax != "" {
			most, err := money.ParseMajor(w.PayMax, currency)
			if err != nil {
				return err
			}
			one.PayMax = most.Minor()
		}
		now := time.Now().UTC()
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "connect wallet", Subject: w.ID, Facts: store.Facts{
			Holders: []access.Holder{{ID: holder, Kind: access.WalletHolder, Name: w.Brand, Lane: lane, Status: access.Active}},
			Clients: []access.Client{{ID: one.Client, Holder: holder, Lane: lane, Status: access.Active, ResponseKey: 1}},
			Keys:    []access.Key{{Client: one.Client, Version: 1, Public: public, From: now}},
			Wallets: []wallet.Wallet{one}}})
		if err != nil {
			return err
		}
		fmt.Printf("wallet %s connected\n", w.ID)
		printPrivate(private)
		return nil
	})
}

// facts is the catalogue as it is stored.
func facts(ctx context.Context, o *process.Operator) (*store.Catalogue, error) {
	c := store.NewCatalogue(o.Reader)
	return c, c.Refresh(ctx, time.Now())
}

// walletOf is a wallet that is there.
func walletOf(ctx context.Context, o *process.Operator, id string) (wallet.Wallet, error) {
	c, err := facts(ctx, o)
	if err != nil {
		return wallet.Wallet{}, err
	}
	one, known := c.Wallet(wallet.ID(id))
	if !known {
		err = errNothing("wallet " + id)
	}
	return one, err
}

type walletList struct{ setting }

// Run lists the wallets and the table of codes.
func (w *walletList) Run(ctx context.Context) error {
	return w.look(ctx, func(o *process.Operator) error {
		c, err := facts(ctx, o)
		if err != nil {
			return err
		}
		for _, one := range c.Wallets() {
			fmt.Printf("%-20s %-10s %-24s %s %v spread %d bp, %s\n", one.ID, one.Status, one.Brand, one.Region, one.Currency,
				one.SpreadBasisPoints, one.URL)
		}
		for _, r := range c.Routes() {
			fmt.Printf("route %-16s prefix %-6s %d-%d digits %-8s to %s\n", r.ID, r.Prefix, r.LengthMin, r.LengthMax, r.Marks,
				r.Wallet)
		}
		return nil
	})
}

type walletSuspend struct {
	setting
	ID string `arg:""`
}

// Run suspends the wallet.
func (w *walletSuspend) Run(ctx context.Context) error {
	return setWallet(ctx, &w.setting, w.ID, wallet.Suspended)
}

type walletResume struct {
	setting
	ID string `arg:""`
}

// Run resumes the wallet.
func (w *walletResume) Run(ctx context.Context) error {
	return setWallet(ctx, &w.setting, w.ID, wallet.Live)
}

func setWallet(ctx context.Context, s *setting, id string, status wallet.Status) error {
	return s.operate(ctx, func(o *process.Operator) error {
		one, err := walletOf(ctx, o, id)
		if err != nil {
			return err
		}
		one.Status = status
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "set wallet " + string(status), Subject: id,
			Facts: store.Facts{Wallets: []wallet.Wallet{one}}})
		if err == nil {
			fmt.Printf("wallet %s is %s\n", id, status)
		}
		return err
	})
}

type walletRoute struct {
	setting
	ID       string `arg:"" help:"The line's id."`
	Wallet   string `required:"" help:"Whose the codes are."`
	Prefix   string `required:"" help:"Leading digits."`
	Min      int    `default:"16" help:"Fewest digits."`
	Max      int    `default:"24" help:"Most digits."`
	Marks    string `help:"Further digits at fixed places: 14:6 is a 6 as the 14th; comma-separated."`
	Priority int    `help:"Smaller first among lines that match equally well."`
}

// Run writes the line.
func (w *walletRoute) Run(ctx context.Context) error {
	return w.operate(ctx, func(o *process.Operator) error {
		line := wallet.Route{ID: w.ID, Prefix: w.Prefix, LengthMin: w.Min, LengthMax: w.Max, Marks: w.Marks,
			Wallet: wallet.ID(w.Wallet), Priority: w.Priority, From: time.Now().UTC()}
		_, err := o.Do(ctx, flow.Put{Person: o.Person, What: "set route", Subject: w.ID,
			Facts: store.Facts{Routes: []wallet.Route{line}}})
		return err
	})
}
