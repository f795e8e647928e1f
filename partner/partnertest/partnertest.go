// SPDX-License-Identifier: Apache-2.0

// Package partnertest proves a connector against a wallet that misbehaves.
//
// Run plays every specification of the suite. Each begins with a server of its own, a wallet of the Alipay+ dialect that
// keeps honest books and does with each request what the specification says: hangs up, lies, forges, floods. Then it holds
// the connector's answers against what they must be: the verdict, the code, ids and amounts; that at most one request left
// for each call; that the request was signed and well-formed; and that no sentence shows the payer's code. Nothing waits
// for a clock: a call's deadline passes when the server says so.
//
// Read partnertest.go, then server.go, then everycall.go and pay.go.
package partnertest

import (
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Run plays the suite with connectors that build makes, one for each specification and server, once with Ed25519 keys on
// both sides and once with RSA256 keys; of the latter, only the stories and the forgeries with -short.
func Run(t *testing.T, build func(t testing.TB, server *Misbehaving) wallet.Connector) {
	t.Helper()
	for _, algorithm := range []wire.Algorithm{wire.Ed25519, wire.RSA256} {
		keys := generate(t, algorithm)
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			for _, s := range specs() {
				if testing.Short() && algorithm == wire.RSA256 && !s.essential() {
					continue
				}
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					for _, problem := range play(t, s, keys, build) {
						t.Error(problem)
					}
				})
			}
		})
	}
}

// spec is one sentence: what is done, and what each answer must then be.
type spec struct {
	name    string
	reached reach // how the server is reached
	seen    bool  // the wallet has charged the payment before
	steps   []step
	moved   *moved // how often money moved in the end; nil: not said
}

// essential reports whether a specification is played with every algorithm in the shortest run.
func (s spec) essential() bool { return len(s.steps) > 1 || strings.Contains(s.name, "sign") }

// moved counts what happened to the payer.
type moved struct{ charges, returns int }

// question is what a connector is asked.
type question string

const (
	pay     question = "pay"
	inquire question = "inquire"
	cancel  question = "cancel"
	refund  question = "refund"
)

var questions = []question{pay, inquire, cancel, refund}

// step is one call.
type step struct {
	asks question
	does behaviour // nil: what an honest wallet does
	dial dialing   // nil: the connection is accepted
	want want

	within time.Duration // a deadline by the clock; 0: one that passes when the server says so
	change func(c *wallet.Charge, r *wallet.Return)
}

// want is what an answer must be.
type want struct {
	verdict  wallet.Verdict
	code     wire.ResultCode
	partner  string
	at       time.Time
	price    money.Amount
	payer    money.Amount
	arrivals arrivals
}

// arrivals says how many requests the server must have seen.
type arrivals uint8

const (
	once arrivals = iota
	none
	onceAtMost
)

// The facts of every specification. The order is one of a sample shop.
var (
	now     = time.Date(2026, time.November, 24, 3, 0, 0, 0, time.UTC)
	paidAt  = now.Add(-2 * time.Second)
	payment = ident.Name(7, ident.Payment, "SAMPLE_SHOP", "", "order-1")
	giving  = ident.Name(7, ident.Refund, "SAMPLE_SHOP", "", "refund-1")
	price   = money.New(1_000, money.JPY)
	payer   = money.New(5_150, money.HKD)
	back    = money.New(400, money.JPY)
	share   = money.New(2_060, money.HKD)
)

// canary is the payer's code. No sentence of a connector may show it.
const canary = "281012345678901234"

// sampleAbout stands in every pay's body; no sentence may show that either.
const sampleAbout = "Sample matcha, two cups"

func sampleCharge() wallet.Charge {
	return wallet.Charge{Payment: payment, Code: canary, Price: price, Payer: payer, Quote: "QUOTE-1", Pair: "JPY/HKD",
		Rate: "0.0515", ExpiresAt: now.Add(time.Minute), Order: "order-1", About: sampleAbout,
		Merchant: wallet.Shop{ID: "m-1", Name: "Sample Tea House", MCC: "5812", Region: "JP", Store: "s-1",
			StoreName: "Sample Tea House Gion"}}
}

func sampleReturn() wallet.Return {
	return wallet.Return{Payment: payment, Refund: giving, Partner: partnerOf(1), Amount: back, Payer: share}
}

// What honest wallets' answers mean.
var (
	charged = want{verdict: wallet.Succeeded, code: wire.Success, partner: partnerOf(1), at: paidAt, price: price,
		payer: payer}
	returned = want{verdict: wallet.Succeeded, code: wire.Success, partner: refundOf(1), at: paidAt, price: back,
		payer: share}
	undone    = want{verdict: wallet.Succeeded, code: wire.Success}
	tooLate   = want{verdict: wallet.Declined, code: wire.CancelWindowExceed}
	neverSeen = want{verdict: wallet.Declined, code: wire.OrderNotExist}
	doubt     = want{}
	notSent   = want{arrivals: none}
)

// fulfilled is what each question is answered with when nothing goes wrong.
func fulfilled(q question) want {
	switch q {
	case cancel:
		return undone
	case refund:
		return returned
	}
	return charged
}

func declined(code wire.ResultCode) want { return want{verdict: wallet.Declined, code: code} }

// openWith is an answer of a wallet that was heard and has not decided.
func openWith(code wire.ResultCode) want { return want{code: code} }

// one is a specification of a single call. All calls but a pay are about a payment that was charged before.
func one(q question, name string, does behaviour, w want) spec {
	return spec{name: string(q) + ": " + name, seen: q != pay, steps: []step{{asks: q, does: does, want: w}}}
}

func specs() []spec {
	var all []spec
	for _, part := range [][]spec{everyCall(), connections(), payings(), inquiries(), cancels(), refunds(), stories()} {
		all = append(all, part...)
	}
	return all
}
