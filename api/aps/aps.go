// SPDX-License-Identifier: Apache-2.0

// Package aps is the API of the wallets: what a wallet asks of the network, in the Alipay+ dialect, over HTTP. It
// gives codes to show, and takes notice of what became of a payment.
//
// It translates. What a wallet says is heard by the payment it speaks of, whatever it says: S means that it was
// written down, not that it was believed. A payment of another wallet is as good as none. A code that is minted here
// is told to its wallet and kept nowhere; the merchants' API knows it by its mark.
//
// Read aps.go, then code.go and notify.go.
package aps

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// House is what the API needs of a running network.
type House interface {
	// Now is the house's time.
	Now() time.Time
	// Facts is the catalogue.
	Facts() *store.Catalogue
	// Reader reads what is committed, on the primary.
	Reader() *store.Reader
	// Do serves a movement, no longer than the context lasts.
	Do(ctx context.Context, m flow.Movement) (flow.Outcome, error)
}

// Realm is one network with what the API needs beside it.
type Realm struct {
	House House
	// Keys gives our private key of a version; ok is false when there is none.
	Keys func(version int) (key wire.PrivateKey, ok bool)
	// Key is the version that signs for callers who are not known, as things are now.
	Key func() int
	// Codes are the payment codes of this network; the merchants' API finds them in the same.
	Codes *envelope.Codes
	// Entropy makes codes that nobody can guess.
	Entropy io.Reader
}

// Config says how the API is built.
type Config struct {
	Live    Realm
	Sandbox *Realm // nil: no client of the sandbox is known
	Limits  envelope.Limits
	Zone    *time.Location // of the times we write; nil: Japan's
	Log     *slog.Logger   // nil: nowhere
	// Watch is told of what requests cost and what came of them; it must not wait. May be nil.
	Watch func(envelope.Event)
	// Alarm is told what an operator must know: a name and what it is about. May be nil.
	Alarm func(name, about string)
	// Busy reports whether the process has more to do than it can, with so many requests under way here: then only urgent ones
	// are let in. May be nil.
	Busy func(underWay int) bool
}

// New is the API's handler. It looks at the raw path: it must not stand behind a router that cleans paths.
//
// Concurrency: safe for any number of callers.
func New(c Config) http.Handler {
	a := &api{live: c.Live, zone: c.Zone, log: c.Log}
	if a.zone == nil {
		a.zone = envelope.Japan
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	config := envelope.Config{Live: c.Live.gate(), Limits: c.Limits, Zone: c.Zone, Log: c.Log, Watch: c.Watch,
		Alarm: c.Alarm, Busy: c.Busy, Dialect: envelope.Dialect{Find: find, Admits: a.admits, Serve: a.serve}}
	if c.Sandbox != nil {
		a.sandbox = *c.Sandbox
		gate := c.Sandbox.gate()
		config.Sandbox = &gate
	}
	return envelope.New(config)
}

func (r Realm) gate() envelope.Realm { return envelope.Realm{House: r.House, Keys: r.Keys, Key: r.Key} }

// api is the dialect behind the gate.
type api struct {
	live, sandbox Realm
	zone          *time.Location
	log           *slog.Logger
}

// find is what a path asks for. The paths are the same in the sandbox.
func find(path string) (r envelope.Route, known bool) {
	operation, known := aps.Lookup(path)
	return envelope.Route{Operation: uint8(operation), Name: operation.String(),
		Served: operation == aps.GetPaymentCode || operation == aps.NotifyPayment,
		Urgent: operation == aps.NotifyPayment}, known
}

func (a *api) realm(s envelope.Side) Realm {
	if s == envelope.Sandbox {
		return a.sandbox
	}
	return a.live
}

// admits lets in wallets and nobody else.
func (a *api) admits(s envelope.Side, c access.Client) bool {
	_, ok := a.walletOf(s, c.ID)
	return ok
}

// walletOf is the wallet that calls under a client id.
func (a *api) walletOf(s envelope.Side, client ident.Client) (wallet.Wallet, bool) {
	for _, w := range a.realm(s).House.Facts().Wallets() {
		if w.Client == client {
			return w, true
		}
	}
	return wallet.Wallet{}, false
}

func (a *api) serve(ctx context.Context, c *envelope.Call) envelope.Answer {
	w, _ := a.walletOf(c.Side, c.Client.ID)
	switch aps.Operation(c.Route.Operation) {
	case aps.GetPaymentCode:
		return served(ctx, c, w, (*aps.GetPaymentCodeRequest).Validate, a.paymentCode)
	case aps.NotifyPayment:
		return served(ctx, c, w, (*aps.NotifyPaymentRequest).Validate, a.notifyPayment)
	}
	return envelope.Refuse(wire.BusinessNotSupport, "")
}

// served reads the message of an operation, checks it and hands it on.
func served[M any](ctx context.Context, c *envelope.Call, w wallet.Wallet, check func(*M) error,
	serve func(context.Context, *envelope.Call, wallet.Wallet, *M) envelope.Answer) envelope.Answer {
	message := new(M)
	if err := wire.Decode(c.Body, message); err != nil {
		return envelope.Failed(err)
	}
	if err := check(message); err != nil {
		return envelope.Failed(err)
	}
	return serve(ctx, c, w, message)
}

// failed answers an error of the house.
func (a *api) failed(c *envelope.Call, err error) envelope.Answer {
	switch fault.CodeOf(err) {
	case flow.CodePaymentMissing:
		return envelope.Refuse(wire.OrderNotExist, "")
	case wallet.CodeRegisterFull:
		return envelope.Refuse(wire.RequestTrafficExceedLimit, fault.DetailOf(err))
	}
	if kind := fault.KindOf(err); kind == fault.Internal || kind == fault.Unknown {
		a.log.Error("a request has no certain outcome", "operation", c.Route.Name, "client", string(c.Client.ID),
			"cause", err.Error())
	}
	return envelope.Failed(err)
}
