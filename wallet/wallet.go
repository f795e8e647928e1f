// SPDX-License-Identifier: Apache-2.0

// Package wallet holds the wallets of the federation, the contract their connectors keep, and the table that says whose a
// payment code is.
//
// A connector's answer is Succeeded, Declined or Unknown, and Unknown is the zero value: only an explicit answer that was
// verified counts. A payer's code is a bearer token: it is known by its marks, and never kept itself.
//
// Read wallet.go, then connector.go, then route.go, then mark.go.
package wallet

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
)

// ID names a wallet.
type ID string

// Status says whether new payments may go to a wallet. Inquiries, cancels and refunds always may.
type Status string

// The statuses.
const (
	Live      Status = "live"
	Suspended Status = "suspended"
	Ended     Status = "terminated"
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { return s == Live || s == Suspended || s == Ended }

// Wallet is a wallet of the federation with what its contract says.
type Wallet struct {
	ID       ID
	Client   ident.Client // how the wallet calls us, and the name under which we call it
	Holder   ident.Holder
	Lane     ident.Lane // the holder's home: its codes are claimed there
	Brand    string     // what people see
	Region   string     // ISO 3166-1 alpha-2: where its users are at home
	Currency money.Currency
	URL      string // where its API lives
	OurKey   int    // version of our key that signs what we send to it
	Status   Status

	SpreadBasisPoints int64          // what the customer rate adds to the base rate
	Rounding          money.Rounding // of the payer's amount
	PayMax            int64          // largest single payment in minor units of Currency; 0: no limit of its own
	MinuteMax         int64          // most that one client may sell at one rate in one minute, likewise; 0: no bound
	PartialRefunds    bool
	Routing           int // three digits in the codes we mint for it; 0: it mints its own
	RefundDays        int // how long after the payment a refund is taken; 0: 365
	Timers            Timers
}

// Timers are how patiently a wallet is asked.
//
// Source: reference/reliability.md 2.1; the values are the default profile, every one is configuration.
type Timers struct {
	Deadline      time.Duration // of one call
	InquiryEvery  time.Duration // between inquiries of an unknown payment
	InquiryMax    int           // inquiries before the cancel
	CancelBackoff time.Duration // before the second cancel; doubles
	CancelMax     time.Duration // longest pause between cancels or refunds
	InFlightMax   int           // calls under way at once
}

// DefaultTimers is the profile of a wallet whose contract says nothing: an inquiry every 3 s for 60 s, then cancels with
// pauses of 1, 2, 4 … 60 s until one is confirmed.
func DefaultTimers() Timers {
	return Timers{Deadline: 10 * time.Second, InquiryEvery: 3 * time.Second, InquiryMax: 20, CancelBackoff: time.Second,
		CancelMax: time.Minute, InFlightMax: 512}
}

// Or fills the fields that are zero from another profile.
func (t Timers) Or(other Timers) Timers {
	if t.Deadline <= 0 {
		t.Deadline = other.Deadline
	}
	if t.InquiryEvery <= 0 {
		t.InquiryEvery = other.InquiryEvery
	}
	if t.InquiryMax <= 0 {
		t.InquiryMax = other.InquiryMax
	}
	if t.CancelBackoff <= 0 {
		t.CancelBackoff = other.CancelBackoff
	}
	if t.CancelMax <= 0 {
		t.CancelMax = other.CancelMax
	}
	if t.InFlightMax <= 0 {
		t.InFlightMax = other.InFlightMax
	}
	return t
}
