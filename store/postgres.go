// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

var postgresDialect = dialect{
	name:  "postgres",
	types: strings.NewReplacer("/*table*/", ""),
	insertion: func(i *insertion) string {
		arrays := make([]string, len(i.kinds))
		for k, kind := range i.kinds {
			arrays[k] = "$" + strconv.Itoa(k+1) + "::" + postgresTypes[kind] + "[]"
		}
		return "INSERT INTO " + i.table + " (" + i.columns + ") SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ") " +
			i.suffix
	},
	lookup: func(l *lookup) string {
		return l.sql + " = ANY($" + strconv.Itoa(len(l.in)+1) + "::" + postgresTypes[l.key] + "[]) " + l.tail
	},
	constraint: postgresConstraint,
}

var postgresTypes = map[rune]string{kindNumber: "bigint", kindText: "text", kindBytes: "bytea"}

// postgresSession is one connection of the native driver; statements are prepared on first use and kept.
type postgresSession struct {
	conn *pgx.Conn
}

// postgresQuerier is what a connection and a pool have in common.
type postgresQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func openPostgresSession(ctx context.Context, url string) (*postgresSession, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	return &postgresSession{conn: conn}, nil
}

func postgresArgs(kinds string, args []cell) []any {
	invariant.Check(len(kinds) == len(args), "store: %d arguments for %q", len(args), kinds)
	out := make([]any, len(args))
	for i, kind := range kinds {
		switch kind {
		case kindNumber:
			out[i] = args[i].number
		case kindText:
			out[i] = args[i].text
		case kindBytes:
			out[i] = nonNil(args[i].bytes)
		}
	}
	return out
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// column is the array of one column of rows that lie one after another.
func column(kind rune, rows []cell, at, width int) any {
	count := len(rows) / width
	switch kind {
	case kindNumber:
		values := make([]int64, count)
		for i := range values {
			values[i] = rows[i*width+at].number
		}
		return values
	case kindText:
		values := make([]string, count)
		for i := range values {
			values[i] = rows[i*width+at].text
		}
		return values
	}
	values := make([][]byte, count)
	for i := range values {
		values[i] = nonNil(rows[i*width+at].bytes)
	}
	return values
}

// question is a text with its arguments and the kinds of its result's columns.
type question struct {
	sql, out string
	args     []any
}

func postgresRows(ctx context.Context, p postgresQuerier, q question, row func([]cell) error) error {
	rows, err := p.Query(ctx, q.sql, q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	cells, into := make([]cell, len(q.out)), make([]any, len(q.out))
	for i, kind := range q.out {
		switch kind {
		case kindNumber:
			into[i] = &cells[i].number
		case kindText:
			into[i] = &cells[i].text
		case kindBytes:
			into[i] = &cells[i].bytes
		}
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := row(cells); err != nil {
			return err
		}
	}
	return rows.Err()
}

// asked is a statement as a question.
func asked(st *statement, args []cell) question {
	return question{sql: st.sql, out: st.out, args: postgresArgs(st.in, args)}
}

// sought is a lookup of many keys as a question.
func sought(l *lookup, args, keys []cell) question {
	return question{sql: postgresDialect.lookup(l), out: l.out,
		args: append(postgresArgs(l.in, args), column(l.key, keys, 0, 1))}
}

func (s *postgresSession) query(ctx context.Context, st *statement, args []cell, row func([]cell) error) error {
	return postgresRows(ctx, s.conn, asked(st, args), row)
}

func (s *postgresSession) lookup(ctx context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	return postgresRows(ctx, s.conn, sought(l, args, keys), row)
}

// begin sends the whole transaction but its COMMIT in one round trip.
func (s *postgresSession) begin(ctx context.Context, operations []operation) ([]int64, error) {
	var batch pgx.Batch
	batch.Queue("BEGIN")
	for i := range operations {
		o := &operations[i]
		if o.statement != nil {
			batch.Queue(o.statement.sql, postgresArgs(o.statement.in, o.args)...)
			continue
		}
		width := len(o.insertion.kinds)
		arrays := make([]any, width)
		for k, kind := range o.insertion.kinds {
			arrays[k] = column(kind, o.rows, k, width)
		}
		batch.Queue(postgresDialect.insertion(o.insertion), arrays...)
	}
	results := s.conn.SendBatch(ctx, &batch)
	affected, err := postgresAffected(results, len(operations))
	if err = errors.Join(err, results.Close()); err != nil {
		return nil, errors.Join(err, s.rollback())
	}
	return affected, nil
}

func postgresAffected(results pgx.BatchResults, count int) ([]int64, error) {
	if _, err := results.Exec(); err != nil {
		return nil, err
	}
	affected := make([]int64, count)
	for i := range affected {
		tag, err := results.Exec()
		if err != nil {
			return nil, err
		}
		affected[i] = tag.RowsAffected()
	}
	return affected, nil
}

func (s *postgresSession) commit() error {
	tag, err := s.conn.Exec(context.Background(), "COMMIT")
	if err == nil && tag.String() != "COMMIT" {
		return errors.New("store: COMMIT was answered by " + tag.String())
	}
	return err
}

func (s *postgresSession) rollback() error {
	if s.conn.IsClosed() {
		return errors.New("store: the connection is lost")
	}
	_, err := s.conn.Exec(context.Background(), "ROLLBACK")
	return err
}

// close drops the connection without waiting for the other side: it may be dead.
func (s *postgresSession) close() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.conn.Close(ctx) // the connection is given up, whatever it answers
}

// postgresConstraint reports whether a constraint refused a row. Source: PostgreSQL 15, appendix A, class 23.
func postgresConstraint(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && strings.HasPrefix(e.Code, "23")
}

// postgresPool is a bounded number of connections to the primary for reading.
type postgresPool struct {
	pool *pgxpool.Pool
}

func openPostgresPool(ctx context.Context, url string, size int) (*postgresPool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(size)
	config.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &postgresPool{pool: pool}, nil
}

func (p *postgresPool) query(ctx context.Context, st *statement, args []cell, row func([]cell) error) error {
	return unavailable(ctx, postgresRows(ctx, p.pool, asked(st, args), row))
}

func (p *postgresPool) lookup(ctx context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	return unavailable(ctx, postgresRows(ctx, p.pool, sought(l, args, keys), row))
}

func (p *postgresPool) close() { p.pool.Close() }

// unavailable classifies a read that ran out of its time.
func unavailable(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return &fault.Error{Op: "store.read", Kind: fault.Unavailable, Code: CodeBusy, Err: err}
	}
	return err
}
