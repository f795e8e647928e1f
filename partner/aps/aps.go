// SPDX-License-Identifier: Apache-2.0

// Package aps asks wallets that speak the Alipay+ dialect: a wallet.Connector over HTTP.
//
// Each call translates, signs, sends once, verifies and translates back. Succeeded and Declined come only from a signed
// answer that says S or F; whatever else happens, from a name that is not resolved to a body that is cut off, is Unknown
// with a sentence for operators. Nothing is repeated, no redirect is followed, nothing is kept and nothing is logged; no
// payer's code, no signature and no text of the wallet's gets into a sentence, but for the wallet's result code.
//
// Of an Unknown answer, Code tells the wallet that was heard from the one that was not: it is a code whose status is U
// after a signed answer that leaves the question open, and empty where there was no answer that counts.
//
// Read aps.go, then ask.go, pay.go and codemap.go.
package aps

import (
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Terms are what we and a wallet agreed on to talk to each other. They may change between two calls only through the two
// functions.
type Terms struct {
	URL        string // https://host, and a path in front of every path of the dialect where the wallet has one
	ClientID   string // our name at the wallet
	AcquirerID string // the network's id of our end; may be empty
	PspID      string // the network's id of the wallet; may be empty

	Key       func() (key wire.PrivateKey, version int)          // ours, as registered with the wallet
	WalletKey func(version int) (key wire.PublicKey, known bool) // the wallet's; version 0 is the one in use
	Zone      *time.Location                                     // of the times that we write; nil: UTC
}

// Connector asks one wallet.
//
// Concurrency: safe for any number of callers.
type Connector struct {
	terms   Terms
	origin  string // scheme and host
	prefix  string // path in front of the dialect's own; it is signed
	problem string // why nothing can be asked under these terms
	client  *http.Client
	now     func() time.Time
}

// New is the connector of a wallet; it never fails: where Terms.Check refuses the terms, every answer is Unknown and says
// why. A client that is nil, or has no Transport, uses Transport(). The client is copied; redirects and cookies are off
// whatever it says.
//
// Invariant: there is a clock.
func New(terms Terms, client *http.Client, now func() time.Time) *Connector {
	invariant.Check(now != nil, "aps: a connector without a clock")
	own := http.Client{}
	if client != nil {
		own = *client
	}
	if own.Transport == nil {
		own.Transport = Transport()
	}
	own.Jar = nil
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &Connector{terms: terms, client: &own, now: now}
	if problem := terms.problem(); problem.text != "" {
		c.problem = problem.text
		return c
	}
	c.origin, c.prefix = terms.address()
	return c
}

var _ wallet.Connector = (*Connector)(nil)

// unknown is the answer where none counts.
func unknown(doubt string) wallet.Answer { return wallet.Answer{Detail: doubt} }

// undecided is the answer of a wallet that was heard and left the question open.
func undecided(code wire.ResultCode, doubt string) wallet.Answer {
	return wallet.Answer{Code: code, Detail: doubt}
}
