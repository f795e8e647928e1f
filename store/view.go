// SPDX-License-Identifier: Apache-2.0

package store

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Keys name what a movement must see: own rows of its lane, and facts of the catalogue.
type Keys struct {
	Payments  []ident.Digest
	Refunds   []ident.Digest
	Marks     []payment.Mark
	Balances  []ledger.Account
	Merchants []merchant.ID
	Clients   []ident.Client // with their keys
}

// add appends what another movement needs.
func (k *Keys) add(o Keys) {
	k.Payments = append(k.Payments, o.Payments...)
	k.Refunds = append(k.Refunds, o.Refunds...)
	k.Marks = append(k.Marks, o.Marks...)
	k.Balances = append(k.Balances, o.Balances...)
	k.Merchants = append(k.Merchants, o.Merchants...)
	k.Clients = append(k.Clients, o.Clients...)
}

// Union is everything that some movements must see.
func Union(keys ...Keys) Keys {
	var all Keys
	for _, k := range keys {
		all.add(k)
	}
	return all
}

// Changes are what a movement wants written. The teller numbers the entries, books their postings and applies them.
type Changes struct {
	Payments   []*payment.Request       // new; the first entry of each is its first journal row
	Refunds    []*payment.RefundRequest // new; their first entries are among the entries
	Claims     []Claim
	Unclaims   []Unclaim
	Sealed     []Sealed
	Deliveries []Delivery
	Entries    []Entry
	Facts      Facts
	Act        *Act // who did it, where a person did
}

// Entry is a change of a payment, or a row that speaks of no payment.
type Entry struct {
	Payment ident.Digest // whose family the row joins; zero: none
	Change  payment.Change
}

// Sealed is free text of a caller under its own key. It belongs to the first journal row of a payment or refund.
type Sealed struct {
	Object ident.Digest
	Record []byte
}

// Unclaim removes the claims of an hour that has long passed, some at a time.
type Unclaim struct {
	Hour  int64
	Limit int
}

// Delivery is one attempt to tell somebody something.
type Delivery struct {
	Event   ident.Digest
	Attempt int
	At      time.Time
	Outcome DeliveryOutcome
	Detail  string
}

// DeliveryOutcome says how an attempt ended. The values are stored.
type DeliveryOutcome int64

// The outcomes.
const (
	Delivered DeliveryOutcome = 1 // acknowledged
	Postponed DeliveryOutcome = 2 // not acknowledged: it is tried again
	Abandoned DeliveryOutcome = 3 // not acknowledged, and the last attempt: dead and visible
)

// Act says who changed the catalogue, and what was asked.
type Act struct {
	Person  string
	What    string
	Subject string
	Data    []byte // the movement, encoded: no personal data, no secret
}

// Empty reports whether nothing is to be written.
func (c *Changes) Empty() bool {
	return len(c.Entries) == 0 && len(c.Claims) == 0 && len(c.Deliveries) == 0 && len(c.Unclaims) == 0
}

// View is what decisions see of a lane: its open payments, what the batch loaded, and what earlier decisions of the batch
// changed. It is also the lane's memory between batches.
//
// Invariant: what is in memory is the fold of committed rows, and of the batch under way.
// Concurrency: one owner, the lane's teller.
type View struct {
	Facts *Catalogue
	lane  ident.Lane
	now   time.Time

	payments map[ident.Digest]*payment.Payment
	refunds  map[ident.Digest]ident.Digest // refund → payment
	claims   map[payment.Mark]Claim
	orders   map[order]ident.Digest // the open payment of an order
	open     map[int64]ident.Digest // origin → open payment
	recent   ring
	sold     sold

	accounts map[ledger.Account]ledger.Number
	moved    map[ledger.Number]*moved
	ripe     []ledger.Number // accounts whose movement waits to be written, oldest first
}

// order is what a caller calls one sale.
type order struct {
	client  ident.Client
	account string
	order   string
}

// moved is what an account moved beyond its row in table balance.
type moved struct {
	since  int64 // first row that is not in table balance
	last   int64 // last row that moved it
	delta  ledger.Balance
	stored ledger.Balance // what table balance holds
	loaded bool           // stored was read
}

// NewView is an empty view of a lane.
func NewView(lane ident.Lane, facts *Catalogue) *View {
	return &View{Facts: facts, lane: lane, payments: map[ident.Digest]*payment.Payment{},
		refunds: map[ident.Digest]ident.Digest{}, claims: map[payment.Mark]Claim{}, orders: map[order]ident.Digest{},
		open: map[int64]ident.Digest{}, accounts: map[ledger.Account]ledger.Number{}, moved: map[ledger.Number]*moved{}}
}

// Lane is the lane that is seen.
func (v *View) Lane() ident.Lane { return v.lane }

// Payment is a payment that the movement's keys named, or that is open; nil when there is none.
// Do not change it: propose a change.
func (v *View) Payment(id ident.Digest) *payment.Payment { return v.payments[id] }

// PaymentOfRefund is the payment of a refund that the movement's keys named; ok is false when there is no such refund.
func (v *View) PaymentOfRefund(refund ident.Digest) (id ident.Digest, ok bool) {
	id, ok = v.refunds[refund]
	return id, ok
}

// Claim says which payment has spent a payer's code; ok is false when none has.
func (v *View) Claim(mark payment.Mark) (c Claim, ok bool) {
	c, ok = v.claims[mark]
	return c, ok
}

// OpenOrder is the payment under way for a caller's order; ok is false when there is none.
func (v *View) OpenOrder(client ident.Client, account, ordered string) (id ident.Digest, ok bool) {
	id, ok = v.orders[order{client: client, account: account, order: ordered}]
	return id, ok
}

// Sold is what payments of a client were promised since the minute began from a currency at a wallet's guaranteed rates, in
// minor units of the wallet's currency. A lane that was just taken has forgotten the minute's beginning: the bound on it is
// against bets on the rate, not on anybody's credit.
//
// Source: decisions B27.
func (v *View) Sold(client ident.Client, to wallet.ID, from money.Currency, now time.Time) int64 {
	if v.sold.minute != now.Unix()/60 {
		return 0
	}
	return v.sold.sums[sale{client: client, wallet: to, from: from}]
}

// sold is what was promised in one minute.
type sold struct {
	minute int64
	sums   map[sale]int64
}

type sale struct {
	client ident.Client
	wallet wallet.ID
	from   money.Currency
}

// note adds a payment that was decided at its time, where it was promised a rate.
func (s *sold) note(r *payment.Request) {
	if r.Quote == (ident.Digest{}) {
		return
	}
	if minute := r.At.Unix() / 60; s.minute != minute || s.sums == nil {
		s.minute, s.sums = minute, map[sale]int64{}
	}
	s.sums[sale{client: r.Client, wallet: r.Wallet, from: r.Price.Currency()}] += r.Payer.Minor()
}

// Balance is the balance of an account that the movement's keys named.
func (v *View) Balance(a ledger.Account) ledger.Balance {
	m := v.moved[v.accounts[a]]
	if m == nil {
		return ledger.Balance{}
	}
	return ledger.Balance{Debits: m.stored.Debits + m.delta.Debits, Credits: m.stored.Credits + m.delta.Credits}
}

// Open are the payments about which somebody must still be asked, oldest first.
func (v *View) Open() []*payment.Payment {
	all := make([]*payment.Payment, 0, len(v.open))
	for _, origin := range v.openOrigins() {
		all = append(all, v.payments[v.open[origin]])
	}
	return all
}

// OpenCount is how many there are.
func (v *View) OpenCount() int { return len(v.open) }
