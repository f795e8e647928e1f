// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
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
	kindText   = 't' // TEXT
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
	insertion *insertion
	rows      []cell // len(insertion.kinds) cells a row, row after row
}

// session is one connection.
//
// Concurrency: one caller at a time.
type session interface {
	// query hands each row of a statement to row; the cells are valid until it returns.
	query(ctx context.Context, s *statement, args []cell, row func([]cell) error) error
	// lookup hands each row of a lookup's keys to row, in any order.
	lookup(ctx context.Context, l *lookup, args []cell, keys []cell, row func([]cell) error) error
	// begin opens a transaction and runs the operations in it; affected holds one count for each. After an error the
	// transaction is rolled back where the connection still lives.
	begin(ctx context.Context, operations []operation) (affected []int64, err error)
	// commit ends the transaction that begin opened. It has no deadline: after an error the outcome is in doubt.
	commit() error
	// rollback ends the transaction that begin opened, undoing it.
	rollback() error
	close()
}

// reads are the two ways of reading that a session and a pool of read-only connections share.
type reads interface {
	query(ctx context.Context, s *statement, args []cell, row func([]cell) error) error
	lookup(ctx context.Context, l *lookup, args []cell, keys []cell, row func([]cell) error) error
}

// dialect is every way in which the two engines differ.
type dialect struct {
	name       string
	types      *strings.Replacer         // column types and table suffix of a migration
	insertion  func(i *insertion) string // the SQL of a bulk insertion
	lookup     func(l *lookup) string    // the SQL of a bulk lookup
	constraint func(err error) bool      // a constraint refused a row: nothing is in doubt
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

// questionMarks is "(?,?,?)" with so many marks.
func questionMarks(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")" }
