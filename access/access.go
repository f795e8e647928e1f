// SPDX-License-Identifier: Apache-2.0

// Package access says who may call the network: account holders, their API clients, and the clients' keys.
//
// A holder (a merchant, an acquirer or a wallet) has a home lane, given once. Its clients share that lane. A client proves
// itself with one of its key versions; several may be active at once, so that a key can be changed without a gap, and a
// revoked one is dead from the moment it is revoked. Everything here is a fact: plain data, judged at a time that is given.
package access

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// HolderKind says what sort of account holder it is.
type HolderKind string

// The kinds of holders.
const (
	MerchantHolder HolderKind = "merchant"
	AcquirerHolder HolderKind = "acquirer"
	WalletHolder   HolderKind = "wallet"
)

// Valid reports whether k is one of the kinds.
func (k HolderKind) Valid() bool {
	return k == MerchantHolder || k == AcquirerHolder || k == WalletHolder
}

// Status says whether a holder or client may act.
type Status string

// The statuses.
const (
	Active    Status = "active"
	Suspended Status = "suspended" // may come back
	Closed    Status = "closed"    // for good
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { return s == Active || s == Suspended || s == Closed }

// Holder is an account holder with its home.
//
// Invariant: Lane never changes once stored.
type Holder struct {
	ID     ident.Holder
	Kind   HolderKind
	Name   string
	Lane   ident.Lane
	Status Status
}

// Client is an API client: a merchant's or acquirer's server or till, or a wallet.
type Client struct {
	ID            ident.Client
	Holder        ident.Holder
	Lane          ident.Lane // the holder's home
	Status        Status
	NotifyURL     string // where notifications go unless the request says otherwise; empty: nowhere
	NotifyFailure bool   // also tell failed payments
	ResponseKey   int    // version of our key that signs what we send to this client
	Rates         Rates
}

// Rates bound what a client may ask for.
//
// Units: per minute. Zero is no bound of its own: the house's applies.
type Rates struct {
	Requests   int
	BadCodes   int // payment codes that no wallet knows
	Tombstones int // cancels of requests we have never seen
}

// Key is one version of a client's public key.
//
// Invariant: a version once given is never given to another key.
type Key struct {
	Client    ident.Client
	Version   int
	Public    wire.PublicKey
	From      time.Time // valid from, inclusive
	Until     time.Time // valid until, exclusive; zero: no end
	RevokedAt time.Time // zero: not revoked
}

// ActiveAt reports whether a signature that arrives at a time counts. Once revoked a key counts at no time, not even an
// earlier one: whoever stole it would sign for then. Old signatures are checked with Public alone.
func (k Key) ActiveAt(at time.Time) bool {
	return !at.Before(k.From) && (k.Until.IsZero() || at.Before(k.Until)) && k.RevokedAt.IsZero()
}

// HouseKey is one version of our own key: it signs what we send, and callers hold its public half.
//
// Invariant: Sealed is the private half under the operator's key-encryption key; the store never sees it open.
type HouseKey struct {
	Version   int
	Public    wire.PublicKey
	Sealed    []byte
	From      time.Time
	Until     time.Time // zero: no end
	RevokedAt time.Time // zero: not revoked
}
