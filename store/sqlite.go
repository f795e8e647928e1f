// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"modernc.org/sqlite"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

var sqliteDialect = dialect{
	name:  "sqlite",
	types: strings.NewReplacer("BIGINT", "INTEGER", "BYTEA", "BLOB", "/*table*/", "STRICT"),
	insertion: func(i *insertion) string {
		return "INSERT INTO " + i.table + " (" + i.columns + ") VALUES " + questionMarks(len(i.kinds)) + " " + i.suffix
	},
	lookup:     func(l *lookup) string { return l.sql + " = ?" + " " + l.tail },
	constraint: sqliteConstraint,
}

// sqliteOptions hold for every connection: nothing acknowledged may be lost, so synchronous is FULL; statements wait for a
// lock rather than fail.
const sqliteOptions = "_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&" +
	"_pragma=foreign_keys(on)&_pragma=cache_size(-65536)&_pragma=temp_store(memory)&_pragma=wal_autocheckpoint(20000)"

// sqliteSession is one connection, driven below database/sql: its statements are prepared once and kept.
type sqliteSession struct {
	pool     *sql.DB
	conn     *sql.Conn
	driver   driver.Conn
	prepared map[string]driver.Stmt
	kept     []driver.Stmt // the same statements, to close them
	values   []driver.NamedValue
	cells    []cell
	dest     []driver.Value
}

func openSQLiteSession(ctx context.Context, dsn string) (*sqliteSession, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	s := &sqliteSession{pool: pool, conn: conn, prepared: map[string]driver.Stmt{}}
	err = conn.Raw(func(c any) error {
		raw, ok := c.(driver.Conn)
		invariant.Check(ok, "store: %T is no driver connection", c)
		s.driver = raw
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return s, nil
}

// prepare compiles a text once. Numbered parameters that are used once and in order become plain marks, which the driver
// binds without looking their names up.
func (s *sqliteSession) prepare(text string) (driver.Stmt, error) {
	if st, ok := s.prepared[text]; ok {
		return st, nil
	}
	st, err := s.driver.Prepare(plainMarks(text))
	if err != nil {
		return nil, fmt.Errorf("%w in %q", err, text)
	}
	s.prepared[text], s.kept = st, append(s.kept, st)
	return st, nil
}

// plainMarks rewrites $1, $2 … to ? where every parameter is used exactly once, in order.
func plainMarks(text string) string {
	var out strings.Builder
	rest, next := text, 1
	for {
		before, after, found := strings.Cut(rest, "$")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		mark := fmt.Sprint(next)
		if !strings.HasPrefix(after, mark) || (len(after) > len(mark) && after[len(mark)] >= '0' && after[len(mark)] <= '9') {
			return text
		}
		out.WriteByte('?')
		rest, next = after[len(mark):], next+1
	}
}

// bind fills the argument list, kinds deciding which part of each cell counts.
func (s *sqliteSession) bind(at int, kinds string, args []cell) {
	invariant.Check(len(kinds) == len(args), "store: %d arguments for %q", len(args), kinds)
	for i, kind := range kinds {
		for len(s.values) <= at+i {
			s.values = append(s.values, driver.NamedValue{Ordinal: len(s.values) + 1})
		}
		switch v := &s.values[at+i]; kind {
		case kindNumber:
			v.Value = args[i].number
		case kindText:
			v.Value = args[i].text
		case kindBytes:
			if args[i].bytes == nil {
				v.Value = []byte{}
			} else {
				v.Value = args[i].bytes
			}
		}
	}
}

func (s *sqliteSession) exec(text string, count int) (int64, error) {
	st, err := s.prepare(text)
	if err != nil {
		return 0, err
	}
	result, err := st.(driver.StmtExecContext).ExecContext(context.Background(), s.values[:count])
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *sqliteSession) rows(text string, count int, out string, row func([]cell) error) error {
	st, err := s.prepare(text)
	if err != nil {
		return err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(context.Background(), s.values[:count])
	if err != nil {
		return err
	}
	defer rows.Close()
	s.room(len(out))
	cells, dest := s.cells[:len(out)], s.dest[:len(out)]
	for {
		switch err := rows.Next(dest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := sqliteCells(cells, dest, out); err != nil {
			return err
		}
		if err := row(cells); err != nil {
			return err
		}
	}
}

func (s *sqliteSession) room(columns int) {
	if len(s.cells) < columns {
		s.cells, s.dest = make([]cell, columns), make([]driver.Value, columns)
	}
}

func sqliteCells(cells []cell, dest []driver.Value, kinds string) error {
	for i, kind := range kinds {
		cells[i] = cell{}
		switch v := dest[i].(type) {
		case int64:
			cells[i].number = v
		case string:
			cells[i].text = v
		case []byte:
			cells[i].bytes = v
		case nil:
			return fmt.Errorf("store: column %d of a row is NULL", i+1)
		default:
			return fmt.Errorf("store: column %d of a row is a %T", i+1, v)
		}
		if kind == kindText && cells[i].bytes != nil {
			cells[i].text = string(cells[i].bytes)
		}
	}
	return nil
}

func (s *sqliteSession) query(_ context.Context, st *statement, args []cell, row func([]cell) error) error {
	s.bind(0, st.in, args)
	return s.rows(st.sql, len(args), st.out, row)
}

func (s *sqliteSession) lookup(_ context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	text := sqliteDialect.lookup(l)
	s.bind(0, l.in, args)
	for i := range keys {
		s.bind(len(args), string(l.key), keys[i:i+1])
		if err := s.rows(text, len(args)+1, l.out, row); err != nil {
			return err
		}
	}
	return nil
}

func (s *sqliteSession) begin(_ context.Context, operations []operation) ([]int64, error) {
	if _, err := s.exec("BEGIN IMMEDIATE", 0); err != nil {
		return nil, err
	}
	affected := make([]int64, len(operations))
	for i := range operations {
		n, err := s.run(&operations[i])
		if err != nil {
			return nil, errors.Join(err, s.rollback())
		}
		affected[i] = n
	}
	return affected, nil
}

func (s *sqliteSession) run(o *operation) (affected int64, err error) {
	if o.statement != nil {
		s.bind(0, o.statement.in, o.args)
		return s.exec(o.statement.sql, len(o.args))
	}
	sql, width := sqliteDialect.insertion(o.insertion), len(o.insertion.kinds)
	for at := 0; at < len(o.rows); at += width {
		s.bind(0, o.insertion.kinds, o.rows[at:at+width])
		n, err := s.exec(sql, width)
		if err != nil {
			return affected, err
		}
		affected += n
	}
	return affected, nil
}

func (s *sqliteSession) commit() error {
	_, err := s.exec("COMMIT", 0)
	return err
}

func (s *sqliteSession) rollback() error {
	_, err := s.exec("ROLLBACK", 0)
	return err
}

func (s *sqliteSession) close() {
	s.finalize()
	s.conn.Close()
	s.pool.Close()
}

func (s *sqliteSession) finalize() {
	for _, st := range s.kept {
		st.Close()
	}
	s.prepared, s.kept = nil, nil
}

// sqliteConstraint reports whether a constraint refused a row. Source: sqlite.org/rescode.html, SQLITE_CONSTRAINT (19).
func sqliteConstraint(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == 19
}

// sqlitePool is a bounded number of read-only connections, each with its own prepared statements.
type sqlitePool struct {
	pool     *sql.DB
	mutex    sync.Mutex
	sessions map[driver.Conn]*sqliteSession
	kept     []*sqliteSession // the same sessions, to close them
}

func openSQLitePool(dsn string, size int) (*sqlitePool, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return &sqlitePool{pool: pool, sessions: map[driver.Conn]*sqliteSession{}}, nil
}

// with lends a connection; it waits for a free one no longer than the context lasts.
func (p *sqlitePool) with(ctx context.Context, use func(*sqliteSession) error) error {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return &fault.Error{Op: "store.read", Kind: fault.Unavailable, Code: CodeBusy, Err: err}
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		raw, ok := c.(driver.Conn)
		invariant.Check(ok, "store: %T is no driver connection", c)
		p.mutex.Lock()
		s := p.sessions[raw]
		if s == nil {
			s = &sqliteSession{driver: raw, prepared: map[string]driver.Stmt{}}
			p.sessions[raw], p.kept = s, append(p.kept, s)
		}
		p.mutex.Unlock()
		return use(s)
	})
}

func (p *sqlitePool) query(ctx context.Context, st *statement, args []cell, row func([]cell) error) error {
	return p.with(ctx, func(s *sqliteSession) error { return s.query(ctx, st, args, row) })
}

func (p *sqlitePool) lookup(ctx context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	return p.with(ctx, func(s *sqliteSession) error { return s.lookup(ctx, l, args, keys, row) })
}

func (p *sqlitePool) close() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, s := range p.kept {
		s.finalize()
	}
	p.sessions, p.kept = map[driver.Conn]*sqliteSession{}, nil
	p.pool.Close()
}
