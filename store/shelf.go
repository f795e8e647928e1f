// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"sync"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// shelfSchema is the schema of the shelf's tables on PostgreSQL.
const shelfSchema = "shelf"

// shelfSettings are the shelf's connections on PostgreSQL. It may lose its last transactions with the server: its cursor
// goes back with them.
var shelfSettings = []setting{{"synchronous_commit", "off"}, {"search_path", shelfSchema}}

// onShelf is where the shelf of a store lives: beside it in a file of its own, or on the same server in a schema of its own.
func (l Location) onShelf() Location {
	if l.dialect() == &postgresDialect {
		return l
	}
	return l + "." + shelfSchema
}

// Shelf holds what is derived from the books: with each lane the row up to which it was derived. It never touches the books'
// writer, may lag behind them, and may be emptied at any time.
//
// Concurrency: safe for any number of callers; writes happen one after another.
type Shelf struct {
	*ShelfReader
	location Location
	dialect  *dialect
	resets   []operation

	mutex   sync.Mutex
	session session
}

// ShelfReader reads the shelf, and has no method that writes.
//
// Concurrency: safe for any number of callers.
type ShelfReader struct {
	reads
}

// OpenShelf opens the shelf of the store at a location and brings its schema up to date.
//
// Errors: as Open.
func OpenShelf(ctx context.Context, location Location) (*Shelf, error) {
	if err := location.check("store.OpenShelf"); err != nil {
		return nil, err
	}
	s := &Shelf{location: location.onShelf(), dialect: location.dialect()}
	for _, table := range []string{"cursor", "balance", "event"} {
		s.resets = append(s.resets, operation{statement: &statement{sql: s.dialect.empty + table}})
	}
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	err := shelf.migrate(ctx, s.location)
	if err == nil {
		s.ShelfReader, err = OpenShelfReader(ctx, location)
	}
	if err != nil {
		s.session.close()
		return nil, err
	}
	return s, nil
}

// OpenShelfReader opens the shelf of the store at a location for reading only. The schema must be there already.
//
// Errors: as Open.
func OpenShelfReader(ctx context.Context, location Location) (*ShelfReader, error) {
	if err := location.check("store.OpenShelf"); err != nil {
		return nil, err
	}
	var pool reads
	var err error
	if location.dialect() == &postgresDialect {
		pool, err = openPostgresPool(ctx, string(location), readersMax, shelfSettings...)
	} else {
		pool, err = openSQLitePool(sqliteDSN(location.onShelf(), sqliteReading), readersMax)
	}
	if err == nil {
		err = pool.query(ctx, &listCursors, nil, func([]cell) error { return nil }) // the first to connect
		if err != nil {
			pool.close()
		}
	}
	if err != nil {
		return nil, &fault.Error{Op: "store.OpenShelf", Kind: fault.Unavailable, Code: CodeOpen,
			Detail: "the shelf cannot be read", Err: err}
	}
	return &ShelfReader{reads: pool}, nil
}

// connect opens the connection that writes, where it is not open.
func (s *Shelf) connect(ctx context.Context) (err error) {
	if s.session != nil && !s.session.lost() {
		return nil
	}
	if s.dialect == &postgresDialect {
		s.session, err = openPostgresSession(ctx, string(s.location), shelfSettings...)
	} else {
		s.session, err = openSQLiteSession(ctx, sqliteDSN(s.location, sqliteShelf))
	}
	if err != nil {
		s.session = nil
		return &fault.Error{Op: "store.Shelf", Kind: fault.Unavailable, Code: CodeOpen,
			Detail: "the shelf cannot be written", Err: err}
	}
	return nil
}

// Close lets go of every connection.
func (s *Shelf) Close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.session != nil {
		s.session.close()
		s.session = nil
	}
	s.ShelfReader.Close()
}

// Close lets go of every connection.
func (r *ShelfReader) Close() { r.reads.close() }

// write runs operations in a transaction.
func (s *Shelf) write(ctx context.Context, operations ...operation) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := s.connect(ctx); err != nil {
		return err
	}
	err := s.session.whole(ctx, operations)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errMissed):
		return &fault.Error{Op: "store.Shelf", Kind: fault.Conflict, Code: CodeCursorMoved,
			Detail: "the shelf is not derived up to the row that was expected"}
	case s.dialect.refused(err):
		return &fault.Error{Op: "store.Shelf", Kind: fault.Conflict, Code: CodeRefusedByRow, Err: err}
	}
	s.session.close() // whatever it was about, the next call begins anew
	s.session = nil
	return &fault.Error{Op: "store.Shelf", Kind: fault.Unavailable, Code: CodeOpen, Err: err}
}

// ShelfChanges are what some rows of a lane's journal bring to the shelf.
type ShelfChanges struct {
	Moves  []Move
	Events []Event // new ones; one that is there already stays as it is
}

// Move is what an account's balance grows by.
type Move struct {
	Number  ledger.Number
	Balance ledger.Balance
}

var (
	openCursor = statement{sql: "INSERT INTO cursor (lane, n) VALUES ($1, 0) ON CONFLICT (lane) DO NOTHING", in: "n"}
	moveCursor = statement{sql: "UPDATE cursor SET n = $1 WHERE lane = $2 AND n = $3", in: "nnn"}
	loadCursor = statement{sql: "SELECT n FROM cursor WHERE lane = $1", in: "n", out: "n"}

	addShelfBalance = insertion{table: "balance", columns: "lane, number, debits, credits", kinds: "nnnn",
		suffix: "ON CONFLICT (lane, number) DO UPDATE SET debits = balance.debits + excluded.debits, " +
			"credits = balance.credits + excluded.credits"}
	listShelfBalances = statement{
		sql: "SELECT number, debits, credits FROM balance WHERE lane = $1 AND number > $2 ORDER BY number LIMIT $3",
		in:  "nnn", out: "nnn"}
	loadShelfBalances = lookup{sql: "SELECT number, debits, credits FROM balance WHERE lane = $1 AND number", in: "n",
		key: kindNumber, out: "nnn"}
)

// Advance writes what the rows after from, up to to, bring, and moves the lane's cursor, in one transaction. A lane begins
// at 0.
//
// Errors: Conflict cursor_moved: nothing is written, the cursor is not at from; Conflict constraint_refused; Unavailable
// store_unreachable: it may be written, the cursor tells.
func (s *Shelf) Advance(ctx context.Context, lane ident.Lane, from, to int64, c ShelfChanges) error {
	key := number(lane.Key())
	operations := []operation{{statement: &openCursor, args: []cell{key}},
		{statement: &moveCursor, must: true, args: []cell{number(to), key, number(from)}}}
	if rows := moveCells(key, c.Moves); len(rows) > 0 {
		operations = append(operations, operation{insertion: &addShelfBalance, rows: rows})
	}
	if len(c.Events) > 0 {
		operations = append(operations, operation{insertion: &insertEvent, rows: eventCells(c.Events)})
	}
	return s.write(ctx, operations...)
}

// moveCells are the rows of some moves, one for each account, in the order in which they came.
func moveCells(lane cell, moves []Move) []cell {
	const width = 4
	rows := make([]cell, 0, width*len(moves))
	at := map[ledger.Number]int{}
	for _, m := range moves {
		if i, ok := at[m.Number]; ok {
			rows[i+2].number += m.Balance.Debits
			rows[i+3].number += m.Balance.Credits
			continue
		}
		at[m.Number] = len(rows)
		rows = append(rows, lane, number(int64(m.Number)), number(m.Balance.Debits), number(m.Balance.Credits))
	}
	return rows
}

// Reset empties the shelf: every lane is derived again from its first row. What was told to whom is in the books, and is not
// forgotten.
func (s *Shelf) Reset(ctx context.Context) error {
	return s.write(ctx, s.resets...)
}

// Cursor is the row up to which a lane was derived; 0 where it was not begun.
func (r *ShelfReader) Cursor(ctx context.Context, lane ident.Lane) (int64, error) {
	n, _, err := one(ctx, r, &loadCursor, []cell{number(lane.Key())}, func(c []cell) (int64, error) {
		return c[0].number, nil
	})
	return n, err
}

// Balance is an account's balance as far as the lane was derived.
func (r *ShelfReader) Balance(ctx context.Context, lane ident.Lane, account ledger.Number) (b ledger.Balance, err error) {
	err = r.lookup(ctx, &loadShelfBalances, []cell{number(lane.Key())}, []cell{number(int64(account))},
		func(c []cell) error {
			b = ledger.Balance{Debits: c[1].number, Credits: c[2].number}
			return nil
		})
	return b, fault.Wrap("store.Balance", err)
}

// Balances is the next page of a lane's balances after an account: at most 512, in the order of their numbers.
func (r *ShelfReader) Balances(ctx context.Context, lane ident.Lane, after ledger.Number) ([]Move, error) {
	args := []cell{number(lane.Key()), number(int64(after)), number(pageMax)}
	return list(ctx, r, &listShelfBalances, args, func(c []cell) (Move, error) {
		return Move{Number: ledger.Number(c[0].number), Balance: ledger.Balance{Debits: c[1].number, Credits: c[2].number}},
			nil
	})
}
