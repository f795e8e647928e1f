// SPDX-License-Identifier: Apache-2.0

package audit

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

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the errors of this package.
const (
	CodeLocation   fault.Code = "audit_location_malformed"
	CodeUnread     fault.Code = "audit_store_unreadable"
	CodeWitnessBad fault.Code = "witness_malformed"
)

// pageMax is how many rows are read at once. Source: decisions A11.
const pageMax = 512

// source is one database, read only, over one connection whose statements are prepared once.
type source struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt
}

// lite opens SQLite below database/sql's registry, so that nothing depends on which package registered what.
type lite struct{ dsn string }

// Connect opens a connection.
func (l lite) Connect(context.Context) (driver.Conn, error) { return l.Driver().Open(l.dsn) }

// Driver is the driver that opens it.
func (lite) Driver() driver.Driver { return &sqlite.Driver{} }

// openSource opens the database at a location: a path of a SQLite file, "memory:NAME", or a postgres:// URL, there
// in a schema or, where none is named, in the usual one.
func openSource(ctx context.Context, location, schema string) (*source, error) {
	var db *sql.DB
	switch {
	case location == "":
		return nil, &fault.Error{Op: "audit.Open", Kind: fault.Invalid, Code: CodeLocation,
			Detail: "the store's location is empty: give a file or a postgres:// URL"}
	case strings.HasPrefix(location, "postgres://"), strings.HasPrefix(location, "postgresql://"):
		config, err := pgx.ParseConfig(location)
		if err != nil {
			return nil, &fault.Error{Op: "audit.Open", Kind: fault.Invalid, Code: CodeLocation,
				Detail: "the store's location is no URL of a PostgreSQL database", Err: err}
		}
		config.RuntimeParams["default_transaction_read_only"] = "on"
		if schema != "" {
			config.RuntimeParams["search_path"] = schema
		}
		db = stdlib.OpenDB(*config)
	case strings.HasPrefix(location, "memory:"):
		db = sql.OpenDB(lite{dsn: "file:/" + strings.TrimPrefix(location, "memory:") +
			"?vfs=memdb&_pragma=busy_timeout(10000)&_pragma=query_only(1)"})
	default:
		db = sql.OpenDB(lite{dsn: "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(location) +
			"?mode=ro&_pragma=busy_timeout(10000)&_pragma=query_only(1)&_pragma=cache_size(-65536)"})
	}
	db.SetMaxOpenConns(1)
	s := &source{db: db, prepared: map[string]*sql.Stmt{}}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(unread("audit.Open", err), db.Close())
	}
	return s, nil
}

func unread(op string, err error) error {
	return &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodeUnread, Err: err}
}

func (s *source) close() {
	for _, statement := range s.prepared {
		_ = statement.Close() // nothing was written: there is nothing to lose
	}
	_ = s.db.Close()
}

// each hands every row of a statement to read, which scans it.
func (s *source) each(ctx context.Context, text string, args []any, read func(*sql.Rows) error) error {
	statement, ok := s.prepared[text]
	if !ok {
		var err error
		if statement, err = s.db.PrepareContext(ctx, text); err != nil {
			return unread("audit.Read", fmt.Errorf("%w in %q", err, text))
		}
		s.prepared[text] = statement
	}
	rows, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return unread("audit.Read", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return unread("audit.Read", fmt.Errorf("%w in a row of %q", err, text))
		}
	}
	if err := rows.Err(); err != nil {
		return unread("audit.Read", err)
	}
	return nil
}

// keysMax is how many keys the statements that end in manyKeys take.
const keysMax = 32

// manyKeys are the marks of a look-up of many keys, after one and after two other parameters.
const (
	manyKeys = "($2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28," +
		"$29,$30,$31,$32,$33)"
	manyKeysLater = "($3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27," +
		"$28,$29,$30,$31,$32,$33,$34)"
)

// find is a look-up by keys: one text for a single key, one for keysMax of them.
type find struct{ single, many string }

// keyed reads the rows of any number of keys, some at a time; what is short of keysMax is filled with the last key.
func (s *source) keyed(ctx context.Context, f find, args []any, keys [][]byte, read func(*sql.Rows) error) error {
	for len(keys) > 0 {
		count := min(len(keys), keysMax)
		bound := append([]any{}, args...)
		text := f.single
		if count == 1 {
			bound = append(bound, keys[0])
		} else {
			text = f.many
			for i := range keysMax {
				bound = append(bound, keys[min(i, count-1)])
			}
		}
		if err := s.each(ctx, text, bound, read); err != nil {
			return err
		}
		keys = keys[count:]
	}
	return nil
}
