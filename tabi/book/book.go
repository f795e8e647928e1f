// SPDX-License-Identifier: Apache-2.0

// Package book holds the books of a small wallet issuer in one SQLite file: what its users have, what it owes the
// network, and each payment and refund the network asked of it. It knows no sockets and reads no clock.
//
// A transfer has one debit account, one credit account and one amount, so an unbalanced book cannot be written. An
// account's balance is what was credited to it less what was debited; Check recomputes all of them. A payment is named by
// the platform's paymentRequestId and a refund by its refundRequestId, for ever: what is repeated meets what was decided.
// Every change is an act: it sees the present, changes rows in one transaction with whatever else is waiting, and is
// durable before its caller hears of it. Read account.go, pay.go, cancel.go and refund.go, then writer.go.
package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Codes of the errors of this package.
const (
	CodeOpen            fault.Code = "book_unreachable"
	CodeClosed          fault.Code = "book_closed"
	CodeDoubt           fault.Code = "book_commit_in_doubt"
	CodeWrong           fault.Code = "book_wrong"
	CodeBrandUnknown    fault.Code = "brand_unknown"
	CodeBrandDiffers    fault.Code = "brand_currency_differs"
	CodeUserMissing     fault.Code = "user_missing"
	CodeUserMalformed   fault.Code = "user_malformed"
	CodeAmountMalformed fault.Code = "wallet_amount_malformed"
	CodeBalanceFull     fault.Code = "balance_full"
	CodeNotOwed         fault.Code = "settlement_not_owed"
	CodeRepeatDiffers   fault.Code = "wallet_repeat_differs"
	CodePaymentMissing  fault.Code = "wallet_payment_missing"
	CodePaymentState    fault.Code = "wallet_payment_state"
)

// The options of connections. Nothing acknowledged may be lost, so synchronous is FULL.
const (
	inFile   = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(on)"
	inMemory = "?vfs=memdb&_pragma=busy_timeout(10000)&_pragma=foreign_keys(on)"
	readOnly = "&_pragma=query_only(1)"
)

// dsnOf is the driver's own form of a path. "memory:NAME" is a book that lives until it is closed.
func dsnOf(path string) string {
	if name, ok := strings.CutPrefix(path, "memory:"); ok {
		return "file:/" + url.PathEscape(name) + inMemory
	}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) + inFile
}

// readersMax is how many connections read at once.
const readersMax = 4

// Brand is a name under which the issuer gives out accounts, all in one currency.
type Brand struct {
	ID       string
	Currency money.Currency
}

// accounts are a brand's own accounts, which never change.
type accounts struct {
	currency           money.Currency
	cash, network, fee int64
}

// Book is the issuer's books.
//
// Concurrency: safe for any number of callers.
type Book struct {
	writer *writer
	reads  *sql.DB
	brands map[string]accounts
}

// Open opens the books in a file, makes them when the file is new, and gives each brand that it has not seen its accounts.
// The path "memory:NAME" is no file: those books live until they are closed.
//
// Errors: Internal book_unreachable; Conflict brand_currency_differs, brand_unknown when a brand of the file is missing.
func Open(path string, brands []Brand) (*Book, error) {
	dsn := dsnOf(path)
	w, err := openWriter(dsn)
	if err != nil {
		return nil, unreachable(err)
	}
	reads := sql.OpenDB(connector(dsn + readOnly))
	reads.SetMaxOpenConns(readersMax)
	reads.SetMaxIdleConns(readersMax)
	b := &Book{writer: w, reads: reads, brands: map[string]accounts{}}
	err = b.write(func(t *tx) error { return build(t) })
	for _, brand := range brands {
		if err == nil {
			err = b.addBrand(brand)
		}
	}
	if err == nil {
		err = b.complete()
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// complete refuses books with a brand that is not among those run: its users' money would be out of reach.
func (b *Book) complete() error {
	return b.read(selectBrands, nil, func(rows *sql.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if _, ours := b.brands[id]; !ours {
			return &fault.Error{Op: "book.Open", Kind: fault.Conflict, Code: CodeBrandUnknown, Subject: id,
				Detail: "the file has accounts of this brand, and it is not among the brands"}
		}
		return nil
	})
}

// Close ends the books after what is being written is written.
func (b *Book) Close() error { return errors.Join(b.writer.close(), b.reads.Close()) }

func unreachable(err error) error {
	return &fault.Error{Op: "book.Open", Kind: fault.Internal, Code: CodeOpen, Err: err}
}

// addBrand makes a brand's accounts unless they are there.
func (b *Book) addBrand(brand Brand) error {
	return b.write(func(t *tx) error {
		var currency string
		found, err := t.row(selectBrand, []any{brand.ID}, &currency)
		if err != nil {
			return err
		}
		if found && currency != brand.Currency.String() {
			return &fault.Error{Op: "book.Open", Kind: fault.Conflict, Code: CodeBrandDiffers, Subject: brand.ID,
				Detail: "the brand's accounts are in " + currency}
		}
		own := accounts{currency: brand.Currency}
		if !found {
			if _, err := t.exec(insertBrand, brand.ID, brand.Currency.String()); err != nil {
				return err
			}
		}
		for kind, n := range map[string]*int64{kindCash: &own.cash, kindNetwork: &own.network, kindFee: &own.fee} {
			if *n, err = t.account(brand.ID, kind, 0); err != nil {
				return err
			}
		}
		b.brands[brand.ID] = own
		return nil
	})
}

func (b *Book) brand(op, id string) (accounts, error) {
	own, ok := b.brands[id]
	if !ok {
		return accounts{}, &fault.Error{Op: op, Kind: fault.NotFound, Code: CodeBrandUnknown, Subject: id,
			Detail: "there is no such brand"}
	}
	return own, nil
}

// write runs one act and is durable when it returns without an error.
//
// Errors: the act's own; Unavailable book_closed; Unknown book_commit_in_doubt; Internal.
func (b *Book) write(a func(*tx) error) error { return b.writer.do(a) }

// read runs a statement on committed rows and hands each row to each.
func (b *Book) read(query string, args []any, each func(*sql.Rows) error) error {
	rows, err := b.reads.QueryContext(context.Background(), query, args...)
	if err != nil {
		return fmt.Errorf("book: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// micros is a time as the books keep it; 0 stands for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// The kinds of names the issuer mints.
const (
	kindPaymentID ident.Kind = "wallet_payment" // (brand, paymentRequestId)
	kindRefundID  ident.Kind = "wallet_refund"  // (brand, refundRequestId)
	kindCode      ident.Kind = "wallet_code"    // (brand, payment code)
)

func mint(kind ident.Kind, brand, request string) string {
	return ident.Name(0, kind, brand, request).String()
}
