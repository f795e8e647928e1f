// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"strings"
)

// cell is one value of a row: a whole number, a text or bytes, as the statement's kinds say. There is no NULL.
type cell struct {
	number int64
	text   string
	bytes  []byte
}

// The kinds of cells: one letter a column. They are all the SQL types there are.
const (
	kindNumber = 'n' // BIGINT
	kindText   = 't' // TEXT: UTF-8 without NUL, on both engines
	kindBytes  = 'b' // BYTEA
)

// statement is one constant of SQL with the kinds of its parameters and of its result's columns.
//
// Invariant: both engines run sql byte for byte; parameters are $1, $2 … in the order of their first use.
type statement struct {
	sql     string
	in, out string
}

// insertion writes many rows of a table at once: the dialect makes its statement from these constants and a row count.
type insertion struct {
	table   string
	columns string
	kinds   string
	suffix  string // such as ON CONFLICT …
}

// lookup reads the rows of many keys at once. The statement's last parameter is the key.
//
// Invariant: sql ends in the key's column; the dialect appends the comparison, then the tail.
type lookup struct {
	sql  string
	tail string
	in   string // kinds of the parameters before the key
	key  rune   // kind of the key
	out  string
}

// operation is one step of a transaction: a statement, or rows for an insertion.
type operation struct {
	statement *statement
	args      []cell
	must      bool // the statement has to change one row, or nothing of the transaction happens: errMissed
	insertion *insertion
	rows      []cell // len(insertion.kinds) cells a row, row after row
}

// search is a lookup with what it looks for, and who is told.
type search struct {
	lookup     *lookup
	args, keys []cell
	row        func([]cell) error
}

// reads are the two ways of reading, which a session and a pool of read-only connections share.
type reads interface {
	// query hands each row of a statement to row; the cells are used again for the next row, their texts and bytes are not.
	query(ctx context.Context, s *statement, args []cell, row func([]cell) error) error
	// lookup hands each row of a lookup's keys to row, in the order of the tail.
	lookup(ctx context.Context, l *lookup, args []cell, keys []cell, row func([]cell) error) error
	close()
}

// session is one connection that may write.
//
// Concurrency: one caller at a time.
type session interface {
	reads
	// together makes several searches, in order, in one round trip where there is one to save.
	together(ctx context.Context, searches []search) error
	// whole is begin and commit at once, in one round trip where there is one to save. After errMissed, or where a row was
	// refused, nothing of it happens; after any other error the outcome is in doubt.
	whole(ctx context.Context, operations []operation) error
	// begin opens a transaction and runs the operations in it. After an error it is rolled back: nothing of it happens.
	begin(ctx context.Context, operations []operation) error
	// commit ends the transaction that begin opened. It has no deadline: after an error the outcome is in doubt.
	commit() error
	// rollback ends the transaction that begin opened, undoing it.
	rollback() error
	// lost reports whether the connection is gone for good.
	lost() bool
	// backend is the number by which the other side knows the connection; 0 where there is no other side.
	backend() int64
}

// dialect is every way in which the two engines differ.
type dialect struct {
	name      string
	types     *strings.Replacer // column types and table suffix of a migration
	insertion func(i *insertion, rows int) string
	lookup    func(l *lookup, keys int) string
	empty     string               // the SQL before the name of a table that is emptied whole
	refused   func(err error) bool // a row was refused for what it is: nothing is in doubt, and it would be again
	broken    func(err error) bool // the disk no longer keeps what it is given: nothing may be built on it
}

func number(n int64) cell { return cell{number: n} }
func text(s string) cell  { return cell{text: s} }
func blob(b []byte) cell  { return cell{bytes: b} }
func flag(is bool) cell {
	if is {
		return cell{number: 1}
	}
	return cell{}
}

// orNil is how bytes come back: none are nil, as they mostly were before.
func orNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// errMissed says that an operation which had to change one row did not.
var errMissed = errors.New("store: a row is not as it has to be")

// inOrder makes searches one after another.
func inOrder(ctx context.Context, r reads, searches []search) error {
	for _, s := range searches {
		if err := r.lookup(ctx, s.lookup, s.args, s.keys, s.row); err != nil {
			return err
		}
	}
	return nil
}

// inParts begins a transaction and commits it.
func inParts(ctx context.Context, s session, operations []operation) error {
	if err := s.begin(ctx, operations); err != nil {
		return err
	}
	return s.commit()
}
