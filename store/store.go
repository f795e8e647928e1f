// SPDX-License-Identifier: Apache-2.0

// Package store is one SQL store on two engines: SQLite inside the process, or PostgreSQL 15 and later.
//
// It knows load, save, append, page and claim, and no business word. A Writer is the one writer of a lane under its epoch; a
// Reader cannot write at all; a Shelf holds what is derived from the books and may be lost. Above engine.go there is one set
// of functions and one set of SQL constants; below it a dialect holds every way in which the engines differ. Columns are
// BIGINT, TEXT and BYTEA and never NULL, times are microseconds since 1970 UTC, and no statement reads a clock, a sequence
// or chance.
//
// Read store.go, engine.go, writer.go, view.go. storetest is the suite that both engines pass.
package store

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the errors of this package.
const (
	CodeBusy         fault.Code = "store_busy"
	CodeLocation     fault.Code = "store_location_malformed"
	CodeOpen         fault.Code = "store_unreachable"
	CodeMigration    fault.Code = "store_migration_failed"
	CodeLaneLost     fault.Code = "lane_lost"
	CodeDoubt        fault.Code = "commit_in_doubt"
	CodeDisk         fault.Code = "store_disk_failed"
	CodeRefusedByRow fault.Code = "constraint_refused"
	CodeFactTwice    fault.Code = "fact_twice"
	CodeDamaged      fault.Code = "row_damaged"
	CodeCursorMoved  fault.Code = "cursor_moved"
)

// Location says where a store lives: a path of a file for SQLite, "memory:NAME" for a store that lives as long as the
// process, or a postgres:// URL.
type Location string

// inMemory begins the location of a store in memory.
const inMemory = "memory:"

// Engine is the engine's name: "sqlite" or "postgres".
func (l Location) Engine() string { return l.dialect().name }

func (l Location) dialect() *dialect {
	if strings.HasPrefix(string(l), "postgres://") || strings.HasPrefix(string(l), "postgresql://") {
		return &postgresDialect
	}
	return &sqliteDialect
}

func (l Location) inMemory() bool { return strings.HasPrefix(string(l), inMemory) }

// check refuses a location that names nothing.
func (l Location) check(op string) error {
	if l == "" || l == inMemory {
		return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeLocation,
			Detail: "the store's location is empty: give a file or a postgres:// URL"}
	}
	return nil
}

// readersMax is how many connections read at once.
const readersMax = 8

// DB is the whole store. Only flow, cmd and sim may hold one.
//
// Concurrency: safe for any number of callers.
type DB struct {
	location Location
	dialect  *dialect
	reader   *Reader
	anchor   session               // keeps a store in memory alive; else nil
	wrap     func(session) session // a test's way to make connections fail

	logMutex sync.Mutex
	log      *sqliteSession // what CheckpointLog works on
	logMax   int64
}

// Reader reads committed rows of the primary, and has no method that writes.
//
// Concurrency: safe for any number of callers.
type Reader struct {
	reads
}

// Open opens the store at a location and brings its schema up to date.
//
// Errors: Invalid store_location_malformed; Unavailable store_unreachable; Internal store_migration_failed.
func Open(ctx context.Context, location Location) (*DB, error) {
	if err := location.check("store.Open"); err != nil {
		return nil, err
	}
	db := &DB{location: location, dialect: location.dialect(), logMax: logPagesMax}
	anchor, err := db.session(ctx)
	if err != nil {
		return nil, err
	}
	err = books.migrate(ctx, location)
	if err == nil {
		db.reader, err = OpenReader(ctx, location)
	}
	if err != nil || !location.inMemory() {
		anchor.close()
	} else {
		db.anchor = anchor
	}
	if err != nil {
		return nil, err
	}
	return db, nil
}

// OpenReader opens the store for reading only. The schema must be there already.
//
// Errors: as Open.
func OpenReader(ctx context.Context, location Location) (*Reader, error) {
	if err := location.check("store.OpenReader"); err != nil {
		return nil, err
	}
	var pool reads
	var err error
	if location.dialect() == &postgresDialect {
		pool, err = openPostgresPool(ctx, string(location), readersMax)
	} else {
		pool, err = openSQLitePool(sqliteDSN(location, sqliteReading), readersMax)
	}
	if err == nil {
		err = pool.query(ctx, &listEditions, nil, func([]cell) error { return nil }) // the first to connect
		if err != nil {
			pool.close()
		}
	}
	if err != nil {
		return nil, &fault.Error{Op: "store.OpenReader", Kind: fault.Unavailable, Code: CodeOpen,
			Detail: "the store cannot be read", Err: err}
	}
	return &Reader{reads: pool}, nil
}

// session opens a connection that may write.
func (db *DB) session(ctx context.Context) (session, error) {
	s, err := openSession(ctx, db.location)
	if err != nil {
		return nil, &fault.Error{Op: "store.Open", Kind: fault.Unavailable, Code: CodeOpen,
			Detail: "the store cannot be written", Err: err}
	}
	if db.wrap != nil {
		s = db.wrap(s)
	}
	return s, nil
}

func openSession(ctx context.Context, location Location) (session, error) {
	if location.dialect() == &sqliteDialect {
		return openSQLiteSession(ctx, sqliteDSN(location, sqliteOptions))
	}
	s, err := openPostgresSession(ctx, string(location))
	if err != nil {
		return nil, err
	}
	if err := s.durably(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// Reader is the store's reading half.
func (db *DB) Reader() *Reader { return db.reader }

// Engine is the engine's name: "sqlite" or "postgres".
func (db *DB) Engine() string { return db.dialect.name }

// Close lets go of every connection. Writers are closed by those who took them.
func (db *DB) Close() {
	db.reader.Close()
	if db.anchor != nil {
		db.anchor.close()
	}
	db.logMutex.Lock()
	defer db.logMutex.Unlock()
	if db.log != nil {
		db.log.close()
		db.log = nil
	}
}

// Close lets go of every connection.
func (r *Reader) Close() { r.reads.close() }

// damaged is the error of a row that this program cannot have written.
func damaged(op, what string, args ...any) error {
	return &fault.Error{Op: op, Kind: fault.Internal, Code: CodeDamaged, Err: fmt.Errorf(what, args...)}
}
