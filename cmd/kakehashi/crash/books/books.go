// SPDX-License-Identifier: Apache-2.0

// Package books reads everything that the first lane of a store holds about money, with SQL and a fold of its own: what
// became of each payment and refund, when each of them was open, and what the accounts come to. It shares the formats of
// journal rows with the program that wrote them, and nothing else.
//
// A SQLite file is opened for reading alone, so that looking at what a killed process left behind mends nothing of it.
package books

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// Payment is a payment as its rows tell it.
type Payment struct {
	ID           ident.ID
	Client       string
	Request      string // the caller's own name of it
	Wallet       string
	Price, Payer int64       // minor units; Payer in the wallet's currency
	Last         ledger.Kind // of the last row that moved it
	Result       string      // of that row
	Stray        bool        // a charge that nothing of ours stands for must go back
	Refunds      []*Refund
}

// Succeeded reports whether it is charged and credited.
func (p *Payment) Succeeded() bool { return p.Last == ledger.PaymentSucceeded }

// Failed reports whether it failed for good.
func (p *Payment) Failed() bool {
	return p.Last == ledger.PaymentFailed || p.Last == ledger.PaymentRefused
}

// Cancelled reports whether it was taken back, or buried before it came.
func (p *Payment) Cancelled() bool {
	return p.Last == ledger.PaymentCancelled || p.Last == ledger.PaymentTombstone
}

// Unknown reports whether nobody has said what became of it.
func (p *Payment) Unknown() bool {
	return p.Last == ledger.PaymentSent || p.Last == ledger.PaymentUnknown
}

// Open reports whether its wallet must still be asked about it, or about one of its refunds.
func (p *Payment) Open() bool {
	if p.Stray || !p.Succeeded() && !p.Failed() && !p.Cancelled() {
		return true
	}
	for _, r := range p.Refunds {
		if r.Open() {
			return true
		}
	}
	return false
}

// Kept is what the wallet owes for it: nothing unless it succeeded, and less what went back.
func (p *Payment) Kept() int64 {
	if !p.Succeeded() {
		return 0
	}
	kept := p.Payer
	for _, r := range p.Refunds {
		if r.Succeeded() {
			kept -= r.Payer
		}
	}
	return kept
}

// Refund is a refund as its rows tell it.
type Refund struct {
	ID            ident.ID
	Client        string
	Request       string // the caller's own name of it
	Amount, Payer int64
	Last          ledger.Kind
	Result        string
}

// Succeeded reports whether the money went back.
func (r *Refund) Succeeded() bool { return r.Last == ledger.RefundSucceeded }

// Failed reports whether it failed for good.
func (r *Refund) Failed() bool {
	return r.Last == ledger.RefundFailed || r.Last == ledger.RefundRefused
}

// Open reports whether the wallet must still be asked about it.
func (r *Refund) Open() bool { return r.Last == ledger.RefundSent || r.Last == ledger.RefundUnknown }

// Step is a row that moved a payment or a refund of it, with what it left open.
type Step struct {
	At      int64 // microseconds
	Payment *Payment
	Open    bool // somebody must be asked
	Unknown bool // and it is the charge itself that nobody knows of
}

// Balance is what an account comes to.
type Balance struct {
	Account         ledger.Account
	Debits, Credits int64
}

// Books is everything that was read.
type Books struct {
	Payments []*Payment
	Steps    []Step // in the order of the rows
	Balances map[ledger.Number]*Balance
	Rows     int64    // of the journal
	Twice    []string // names that stand for more than one object

	byID        map[ident.Digest]*Payment
	refunds     map[ident.Digest]*Refund
	names       map[string]*Payment
	refundNames map[string]bool
}

// New are books without anything in them.
func New() *Books {
	return &Books{Balances: map[ledger.Number]*Balance{}, byID: map[ident.Digest]*Payment{},
		refunds: map[ident.Digest]*Refund{}, names: map[string]*Payment{}, refundNames: map[string]bool{}}
}

// Add adds a payment. A name that another has already goes to Twice.
func (b *Books) Add(p *Payment) {
	name := p.Client + "\x00" + p.Request
	if b.names[name] != nil {
		b.Twice = append(b.Twice, "payment "+p.Request)
	}
	b.Payments, b.byID[p.ID.Digest], b.names[name] = append(b.Payments, p), p, p
}

// AddRefund adds a refund of a payment that was added.
func (b *Books) AddRefund(p *Payment, r *Refund) {
	name := r.Client + "\x00" + r.Request
	if b.refundNames[name] {
		b.Twice = append(b.Twice, "refund "+r.Request)
	}
	b.refundNames[name] = true
	p.Refunds, b.refunds[r.ID.Digest] = append(p.Refunds, r), r
}

// Payment is the payment of an id, or nil.
func (b *Books) Payment(id ident.Digest) *Payment { return b.byID[id] }

// Named is the payment that a client calls by a name, or nil.
func (b *Books) Named(client, request string) *Payment { return b.names[client+"\x00"+request] }

// Refund is the refund of an id, or nil.
func (b *Books) Refund(id ident.Digest) *Refund { return b.refunds[id] }

// Read reads the first lane of the store at a location.
func Read(ctx context.Context, location string) (*Books, error) {
	db, err := open(location)
	if err != nil {
		return nil, err
	}
	b := New()
	for _, read := range []func(context.Context, *sql.DB) error{b.payments, b.refundRows, b.journal} {
		if err == nil {
			err = read(ctx, db)
		}
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("the books cannot be read: %w", err)
	}
	return b, nil
}

// lite opens SQLite below database/sql's registry.
type lite struct{ dsn string }

// Connect opens a connection.
func (l lite) Connect(context.Context) (driver.Conn, error) { return l.Driver().Open(l.dsn) }

// Driver is the driver that opens it.
func (lite) Driver() driver.Driver { return &sqlite.Driver{} }

func open(location string) (*sql.DB, error) {
	if strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://") {
		config, err := pgx.ParseConfig(location)
		if err != nil {
			return nil, err
		}
		config.RuntimeParams["default_transaction_read_only"] = "on"
		return stdlib.OpenDB(*config), nil
	}
	db := sql.OpenDB(lite{dsn: "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(location) +
		"?mode=ro&_pragma=busy_timeout(10000)&_pragma=query_only(1)"})
	db.SetMaxOpenConns(1)
	return db, nil
}

// Intact asks SQLite whether a file's structure is whole; it says what is wrong, or nothing.
func Intact(ctx context.Context, file string) (string, error) {
	db, err := open(file)
	if err != nil {
		return "", err
	}
	defer db.Close()
	var said string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said); err != nil {
		return "", err
	}
	if said == "ok" {
		return "", nil
	}
	return said, nil
}
