// SPDX-License-Identifier: Apache-2.0

// Package ams is the API of merchants and acquirers: the dialect that the official SDKs speak, over HTTP.
//
// It translates. A request that a gate has let through becomes a movement or a question, and what comes of it becomes
// an answer; no rule about money lives here. Whatever is refused from the look-up of the request's name on is
// remembered by the payment itself. A payer's code is in memory only, from the request to the wallet; a caller's free
// text is sealed before it is handed on. Clients of the sandbox reach a network of their own.
//
// Read ams.go, then pay.go, code.go and told.go, then the other operations, one file each. What became of payments is
// told unasked by the Notifier: notify.go, then notifystep.go, notifysend.go and notifyrecord.go.
package ams

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// House is what the API needs of a running network.
type House interface {
	// Now is the house's time.
	Now() time.Time
	// Facts is the catalogue.
	Facts() *store.Catalogue
	// Reader reads what is committed, on the primary.
	Reader() *store.Reader
	// Relay says how the wallets are.
	Relay() *relay.Relay
	// Do serves a movement, no longer than the context lasts.
	Do(ctx context.Context, m flow.Movement) (flow.Outcome, error)
	// Pay makes a payment's intent durable, sends it, and waits for the wallet no longer than the context lasts.
	Pay(ctx context.Context, p flow.Pay, c wallet.Charge) (*payment.Payment, error)
	// Await waits until a payment is as done wants it, no longer than the context lasts.
	Await(ctx context.Context, p *payment.Payment, done func(*payment.Payment) bool) *payment.Payment
}

// Realm is one network with what the API needs beside it.
type Realm struct {
	House House
	// Keys gives our private key of a version; ok is false when there is none.
	Keys func(version int) (key wire.PrivateKey, ok bool)
	// Key is the version that signs for callers who are not known, as things are now.
	Key func() int
	// Codes are the payment codes of this network; the wallets' API mints into the same.
	Codes *envelope.Codes
	// Ring seals what callers write about their payments, under the id of the payment or refund.
	Ring vault.Ring
	// Entropy salts what is sealed, and makes its keys. It is safe for any number of callers.
	Entropy io.Reader
	// Seen is told of a store that came with an order and is not on record, after the answer has left. May be nil.
	Seen func(merchant.Store)
}

// Limits bound what clients may try. Zero fields have the default that is named beside them.
type Limits struct {
	Gate         envelope.Limits
	BadCodesMax  int           // codes that no wallet knows, a minute and client, unless the client has its own, 60
	TillCodesMax int           // the same a minute and till, 20
	ShopCodesMax int           // the same an hour and merchant, 200
	TombsMax     int           // cancels of what was never seen, a minute and client, unless it has its own, 60
	ExpiresAfter time.Duration // how long a wallet may take where the request does not say, 60 s
}

// Config says how the API is built.
type Config struct {
	Live    Realm
	Sandbox *Realm // nil: no client of the sandbox is known
	Limits  Limits
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
	a := &api{live: newDesk(c.Live, c), limits: c.Limits}
	config := envelope.Config{Live: c.Live.gate(), Limits: c.Limits.Gate, Zone: c.Zone, Log: c.Log, Watch: c.Watch,
		Alarm: c.Alarm, Busy: c.Busy, Dialect: envelope.Dialect{Find: find, Admits: a.admits, Serve: a.serve}}
	if c.Sandbox != nil {
		a.sandbox = newDesk(*c.Sandbox, c)
		gate := c.Sandbox.gate()
		config.Sandbox = &gate
	}
	return envelope.New(config)
}

func (r Realm) gate() envelope.Realm { return envelope.Realm{House: r.House, Keys: r.Keys, Key: r.Key} }

// api is the dialect behind the gate.
type api struct {
	live, sandbox *desk
	limits        Limits
}

// find is what a path asks for.
func find(path string) (r envelope.Route, known bool) {
	operation, sandbox, known := ams.Lookup(path)
	return envelope.Route{Operation: uint8(operation), Name: operation.String(), Sandbox: sandbox,
		Served: operation != ams.NotSupported, Urgent: operation == ams.Cancel}, known
}

func (a *api) desk(s envelope.Side) *desk {
	if s == envelope.Sandbox {
		return a.sandbox
	}
	return a.live
}

// admits lets in everybody but wallets: they have an API of their own.
func (a *api) admits(s envelope.Side, c access.Client) bool {
	for _, w := range a.desk(s).House.Facts().Wallets() {
		if w.Client == c.ID || w.Holder == c.Holder {
			return false
		}
	}
	return true
}

func (a *api) serve(ctx context.Context, c *envelope.Call) envelope.Answer {
	d := a.desk(c.Side)
	switch ams.Operation(c.Route.Operation) {
	case ams.Pay:
		return served(ctx, d, c, checkPay, (*desk).pay)
	case ams.InquiryPayment:
		return served(ctx, d, c, (*ams.InquiryPaymentRequest).Validate, (*desk).inquiryPayment)
	case ams.Cancel:
		return served(ctx, d, c, (*ams.CancelRequest).Validate, (*desk).cancel)
	case ams.Refund:
		return served(ctx, d, c, (*ams.RefundRequest).Validate, (*desk).refund)
	case ams.InquiryRefund:
		return served(ctx, d, c, (*ams.InquiryRefundRequest).Validate, (*desk).inquiryRefund)
	case ams.InquireExchangeRate:
		return served(ctx, d, c, (*ams.InquireExchangeRateRequest).Validate, (*desk).inquireExchangeRate)
	case ams.Consult:
		return served(ctx, d, c, (*ams.ConsultRequest).Validate, (*desk).consult)
	}
	return envelope.Refuse(wire.BusinessNotSupport, "")
}

// served reads the message of an operation, checks it and hands it on.
func served[M any](ctx context.Context, d *desk, c *envelope.Call, check func(*M) error,
	serve func(*desk, context.Context, *envelope.Call, *M) envelope.Answer) envelope.Answer {
	message := new(M)
	if err := wire.Decode(c.Body, message); err != nil {
		return envelope.Failed(err)
	}
	if err := check(message); err != nil {
		return envelope.Failed(err)
	}
	return serve(d, ctx, c, message)
}
