// SPDX-License-Identifier: Apache-2.0

// Package store is one SQL store on two engines: SQLite inside the process, or PostgreSQL 15 and later.
//
// It knows load, save, append, page and claim, and no business word. A Writer is the one writer of a lane under its epoch; a
// Reader cannot write at all. Above engine.go there is one set of functions and one set of SQL constants; below it a dialect
// holds every way in which the engines differ. Columns are BIGINT, TEXT and BYTEA and never NULL, times are microseconds
// since 1970 UTC, and no statement reads a clock, a sequence or chance.
//
// Read store.go, engine.go, writer.go, view.go. storetest is the suite that both engines pass.
package store

import (
	"context"
	"fmt"
	"strings"

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
	CodeRefusedByRow fault.Code = "constraint_refused"
	CodeDamaged      fault.Code = "row_damaged"
)

// Location says where a store lives: a path of a file for SQLite, "memory:NAME" for a store that lives as long as the
// process, or a postgres:// URL.
type Location string

// Engine is the engine's name: "sqlite" or "postgres".
func (l Location) Engine() string { return l.dialect().name }

func (l Location) dialect() *dialect {
	if strings.HasPrefix(string(l), "postgres://") || strings.HasPrefix(string(l), "postgresql://") {
		return &postgresDialect
	}
	return &sqliteDialect
}

// dsn is the driver's own form of a location.
func (l Location) dsn(readOnly bool) string {
	if l.dialect() == &postgresDialect {
		return string(l)
	}
	if name, ok := strings.CutPrefix(string(l), "memory:"); ok {
		return "file:/" + name + "?vfs=memdb&_pragma=busy_timeout(10000)&_pragma=foreign_keys(on)"
	}
	dsn := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(string(l)) + "?" + sqliteOptions
	if readOnly {
		dsn += "&_pragma=query_only(1)"
	}
	return dsn
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
	anchor   session // keeps a store in memory alive
}

// Reader reads committed rows of the primary, and has no method that writes.
//
// Concurrency: safe for any number of callers.
type Reader struct {
	reads
	dialect *dialect
}

// Open opens the store at a location and brings its schema up to date.
//
// Errors: Invalid store_location_malformed; Unavailable store_unreachable; Internal store_migration_failed.
func Open(ctx context.Context, location Location) (*DB, error) {
	if location == "" {
		return nil, &fault.Error{Op: "store.Open", Kind: fault.Invalid, Code: CodeLocation,
			Detail: "the store's location is empty: give a file or a postgres:// URL"}
	}
	db := &DB{location: location, dialect: location.dialect()}
	anchor, err := db.session(ctx)
	if err != nil {
		return nil, err
	}
	db.anchor = anchor
	if err := migrate(ctx, location, books); err != nil {
		anchor.close()
		return nil, err
	}
	if db.reader, err = openReader(ctx, location); err != nil {
		anchor.close()
		return nil, err
	}
	return db, nil
}

// OpenReader opens the store for reading only. The schema must be there already.
//
// Errors: as Open.
func OpenReader(ctx context.Context, location Location) (*Reader, error) {
	if location == "" {
		return nil, &fault.Error{Op: "store.OpenReader", Kind: fault.Invalid, Code: CodeLocation,
			Detail: "the store's location is empty: give a file or a postgres:// URL"}
	}
	return openReader(ctx, location)
}

func openReader(ctx context.Context, location Location) (*Reader, error) {
	var pool reads
	var err error
	if location.dialect() == &postgresDialect {
		pool, err = openPostgresPool(ctx, location.dsn(true), readersMax)
	} else {
		pool, err = openSQLitePool(location.dsn(true), readersMax)
	}
	if err != nil {
		return nil, &fault.Error{Op: "store.OpenReader", Kind: fault.Unavailable, Code: CodeOpen, Err: err}
	}
	return &Reader{reads: pool, dialect: location.dialect()}, nil
}

// session opens a connection that may write.
func (db *DB) session(ctx context.Context) (session, error) {
	var s session
	var err error
	if db.dialect == &postgresDialect {
		s, err = openPostgresSession(ctx, db.location.dsn(false))
	} else {
		s, err = openSQLiteSession(ctx, db.location.dsn(false))
	}
	if err != nil {
		return nil, &fault.Error{Op: "store.Open", Kind: fault.Unavailable, Code: CodeOpen, Err: err}
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
	db.anchor.close()
}

// Close lets go of every connection.
func (r *Reader) Close() {
	if closer, ok := r.reads.(interface{ close() }); ok {
		closer.close()
	}
}

// damaged is the error of a row that this program cannot have written.
func damaged(op, what string, args ...any) error {
	return &fault.Error{Op: op, Kind: fault.Internal, Code: CodeDamaged, Err: fmt.Errorf(what, args...)}
}
