// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"modernc.org/sqlite"

	"github.com/kakehashi-pay/kakehashi/invariant"
)

var sqliteDialect = dialect{
	name:  "sqlite",
	types: strings.NewReplacer("BIGINT", "INTEGER", "BYTEA", "BLOB", "/*table*/", "STRICT"),
	insertion: func(i *insertion, _ int) string {
		return "INSERT INTO " + i.table + " (" + i.columns + ") VALUES " + questionMarks(len(i.kinds)) + " " + i.suffix
	},
	lookup: func(l *lookup, n int) string {
		return l.sql + " IN " + questionMarks(n) + " " + l.tail
	},
	empty:   "DELETE FROM ",
	refused: sqliteRefused,
	broken:  sqliteBroken,
}

// The settings of every connection: statements wait for a lock rather than fail, and nothing acknowledged may be lost, so
// synchronous is FULL. The log is checkpointed by CheckpointLog; the writer does it itself only where nobody calls that.
//
// A cache's size is in KiB of pages. In memory it is twice as much: the driver's allocator gives a page, which has a header
// beside it, the next power of two.
const (
	sqliteOptions = "_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&" +
		"_pragma=cache_size(-32768)&_pragma=temp_store(memory)&_pragma=wal_autocheckpoint(100000)"
	sqliteReading = "_pragma=busy_timeout(10000)&_pragma=cache_size(-4096)&_pragma=temp_store(memory)&_pragma=query_only(1)"
	// A shelf may lose its last transactions with the machine: its cursor goes back with them.
	sqliteShelf = "_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&" +
		"_pragma=cache_size(-16384)&_pragma=temp_store(memory)"
)

// throughDriver begins the location of a file that is reached through another of database/sql's drivers, as by a test that
// must see every byte which is written: "driver:NAME:PATH".
const throughDriver = "driver:"

// sqliteDSN is the driver's own form of a location.
func sqliteDSN(l Location, options string) string {
	if rest, ok := strings.CutPrefix(string(l), throughDriver); ok {
		name, path, _ := strings.Cut(rest, ":")
		return throughDriver + name + ":" + sqliteDSN(Location(path), options)
	}
	if name, ok := strings.CutPrefix(string(l), inMemory); ok {
		dsn := "file:/" + name + "?vfs=memdb&_pragma=busy_timeout(10000)"
		if options == sqliteReading {
			dsn += "&_pragma=query_only(1)"
		}
		return dsn
	}
	dsn := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(string(l)) + "?" + options
	if options == sqliteReading {
		dsn += "&mode=rw" // what is only read is not made
	}
	return dsn
}

// openSQLite opens a database by what sqliteDSN gives.
func openSQLite(dsn string) (*sql.DB, error) {
	if rest, ok := strings.CutPrefix(dsn, throughDriver); ok {
		name, own, _ := strings.Cut(rest, ":")
		return sql.Open(name, own)
	}
	return sql.Open("sqlite", dsn)
}

// questionMarks is "(?,?,?)" with so many marks.
func questionMarks(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")" }

// sqliteSession is one connection, driven below database/sql: its statements are prepared once and kept.
type sqliteSession struct {
	pool     *sql.DB
	conn     *sql.Conn
	driver   driver.Conn
	prepared map[any]driver.Stmt // by *statement, *insertion, sizedLookup, or the text itself
	kept     []driver.Stmt       // the same statements, to close them
	values   []driver.NamedValue
	cells    []cell
	dest     []driver.Value
}

// sizedLookup is a lookup of so many keys.
type sizedLookup struct {
	lookup *lookup
	keys   int
}

func openSQLiteSession(ctx context.Context, dsn string) (*sqliteSession, error) {
	pool, err := openSQLite(dsn)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	s := &sqliteSession{pool: pool, conn: conn, prepared: map[any]driver.Stmt{}}
	err = conn.Raw(func(c any) error {
		s.driver = driverOf(c)
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return s, nil
}

func driverOf(c any) driver.Conn {
	raw, ok := c.(driver.Conn)
	invariant.Check(ok, "store: %T is no driver connection", c)
	return raw
}

// prepare compiles a text once. Numbered parameters that are used once and in order become plain marks, which the driver
// binds without looking their names up.
func (s *sqliteSession) prepare(key any, text string) (driver.Stmt, error) {
	st, err := s.driver.Prepare(unseen(plainMarks(text)))
	if err != nil {
		return nil, fmt.Errorf("%w in %q", err, text)
	}
	s.prepared[key], s.kept = st, append(s.kept, st)
	return st, nil
}

func (s *sqliteSession) ofText(text string) (driver.Stmt, error) {
	if st, ok := s.prepared[text]; ok {
		return st, nil
	}
	return s.prepare(text, text)
}

func (s *sqliteSession) ofStatement(st *statement) (driver.Stmt, error) {
	if p, ok := s.prepared[st]; ok {
		return p, nil
	}
	return s.prepare(st, st.sql)
}

func (s *sqliteSession) ofInsertion(i *insertion) (driver.Stmt, error) {
	if p, ok := s.prepared[i]; ok {
		return p, nil
	}
	return s.prepare(i, sqliteDialect.insertion(i, 1))
}

func (s *sqliteSession) ofLookup(l *lookup, keys int) (driver.Stmt, error) {
	key := sizedLookup{lookup: l, keys: keys}
	if p, ok := s.prepared[key]; ok {
		return p, nil
	}
	return s.prepare(key, sqliteDialect.lookup(l, keys))
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
		mark := strconv.Itoa(next)
		if !strings.HasPrefix(after, mark) || (len(after) > len(mark) && after[len(mark)] >= '0' && after[len(mark)] <= '9') {
			return text
		}
		out.WriteByte('?')
		rest, next = after[len(mark):], next+1
	}
}

// unseen hides a question's values from SQLite's planner, behind a plus that changes nothing. A statement is compiled again
// when a value that the planner has looked at changes, and the driver clears all values after each use: without this a third
// of the questions were compiled anew each time, and half of a payment's reading was that.
func unseen(text string) string {
	if !strings.HasPrefix(strings.TrimPrefix(text, explain), "SELECT ") {
		return text
	}
	return strings.NewReplacer("?", "+?", "$", "+$").Replace(text)
}

// explain begins a statement that asks for the plan of another.
const explain = "EXPLAIN QUERY PLAN "

// errText is the refusal of a text that PostgreSQL could not hold: what one engine refuses the other refuses too.
var errText = errors.New("store: a text holds a NUL, or is not UTF-8")

// bind fills the argument list, kinds deciding which part of each cell counts. Rows that follow one another have much in
// common, and what the list holds already is neither checked nor allocated again.
func (s *sqliteSession) bind(at int, kinds string, args []cell) error {
	invariant.Check(len(kinds) == len(args), "store: %d arguments for %q", len(args), kinds)
	for len(s.values) < at+len(kinds) {
		s.values = append(s.values, driver.NamedValue{Ordinal: len(s.values) + 1})
	}
	values := s.values[at : at+len(kinds)]
	for i := range args {
		switch kinds[i] {
		case kindNumber:
			if v, ok := values[i].Value.(int64); !ok || v != args[i].number {
				values[i].Value = args[i].number
			}
		case kindText:
			if v, ok := values[i].Value.(string); ok && v == args[i].text {
				continue
			}
			if !utf8.ValidString(args[i].text) || strings.IndexByte(args[i].text, 0) >= 0 {
				return errText
			}
			values[i].Value = args[i].text
		case kindBytes:
			values[i].Value = nonNil(args[i].bytes)
		}
	}
	return nil
}

func (s *sqliteSession) exec(st driver.Stmt, count int) (int64, error) {
	result, err := st.(driver.StmtExecContext).ExecContext(context.Background(), s.values[:count])
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *sqliteSession) rows(st driver.Stmt, count int, out string, row func([]cell) error) error {
	rows, err := st.(driver.StmtQueryContext).QueryContext(context.Background(), s.values[:count])
	if err != nil {
		return err
	}
	defer rows.Close()
	if len(s.cells) < len(out) {
		s.cells, s.dest = make([]cell, len(out)), make([]driver.Value, len(out))
	}
	cells, dest := s.cells[:len(out)], s.dest[:len(out)]
	for {
		switch err := rows.Next(dest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := sqliteCells(cells, dest); err != nil {
			return err
		}
		if err := row(cells); err != nil {
			return err
		}
	}
}

func sqliteCells(cells []cell, dest []driver.Value) error {
	for i := range cells {
		switch v := dest[i].(type) {
		case int64:
			cells[i] = cell{number: v}
		case string:
			cells[i] = cell{text: v}
		case []byte:
			cells[i] = cell{bytes: orNil(v)}
		default:
			return fmt.Errorf("store: column %d of a row is a %T", i+1, v)
		}
	}
	return nil
}

func (s *sqliteSession) query(_ context.Context, st *statement, args []cell, row func([]cell) error) error {
	prepared, err := s.ofStatement(st)
	if err == nil {
		err = s.bind(0, st.in, args)
	}
	if err != nil {
		return err
	}
	return s.rows(prepared, len(args), st.out, row)
}

// lookupMax is how many keys one statement looks up.
const lookupMax = 64

// lookup asks for up to 64 keys at once. The statements are made for 1, 2, 4 … 64 keys; the last key is repeated where
// there are fewer.
func (s *sqliteSession) lookup(_ context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	for len(keys) > 0 {
		n := min(len(keys), lookupMax)
		size := 1
		for size < n {
			size *= 2
		}
		prepared, err := s.ofLookup(l, size)
		if err == nil {
			err = s.bind(0, l.in, args)
		}
		for k := 0; k < size && err == nil; k++ {
			at := min(k, n-1)
			err = s.bind(len(args)+k, string(l.key), keys[at:at+1])
		}
		if err == nil {
			err = s.rows(prepared, len(args)+size, l.out, row)
		}
		if err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

func (s *sqliteSession) together(ctx context.Context, searches []search) error {
	return inOrder(ctx, s, searches)
}

func (s *sqliteSession) whole(ctx context.Context, operations []operation) error {
	return inParts(ctx, s, operations)
}

func (s *sqliteSession) begin(_ context.Context, operations []operation) error {
	if err := s.do("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for i := range operations {
		if err := s.run(&operations[i]); err != nil {
			return errors.Join(err, s.rollback())
		}
	}
	return nil
}

// run runs an operation.
func (s *sqliteSession) run(o *operation) error {
	if o.insertion != nil {
		return s.insert(o)
	}
	prepared, err := s.ofStatement(o.statement)
	if err == nil {
		err = s.bind(0, o.statement.in, o.args)
	}
	if err != nil {
		return err
	}
	affected, err := s.exec(prepared, len(o.args))
	if err == nil && o.must && affected != 1 {
		return errMissed
	}
	return err
}

// insert writes a row a statement, which was measured to be fastest with this driver.
func (s *sqliteSession) insert(o *operation) error {
	prepared, err := s.ofInsertion(o.insertion)
	if err != nil {
		return err
	}
	width := len(o.insertion.kinds)
	for at := 0; at < len(o.rows); at += width {
		if err := s.bind(0, o.insertion.kinds, o.rows[at:at+width]); err != nil {
			return err
		}
		if _, err := s.exec(prepared, width); err != nil {
			return err
		}
	}
	return nil
}

// do runs a statement without parameters and result.
func (s *sqliteSession) do(text string) error {
	prepared, err := s.ofText(text)
	if err != nil {
		return err
	}
	_, err = s.exec(prepared, 0)
	return err
}

func (s *sqliteSession) commit() error   { return s.do("COMMIT") }
func (s *sqliteSession) rollback() error { return s.do("ROLLBACK") }

// lost is false: there is no other side that could hang up.
func (s *sqliteSession) lost() bool { return false }

func (s *sqliteSession) backend() int64 { return 0 }

// close undoes a transaction that is still open.
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

// The primary result codes that are told apart. Source: sqlite.org/rescode.html.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteIOErr      = 10
	sqliteCorrupt    = 11
	sqliteConstraint = 19
	sqliteNotADB     = 26
)

func sqliteCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// sqliteRefused reports whether a constraint, or what a text may hold, refused a row.
func sqliteRefused(err error) bool {
	return sqliteCode(err) == sqliteConstraint || errors.Is(err, errText)
}

// sqliteBroken reports whether the disk failed. After a failed fsync the system may have forgotten what it could not write
// and show it all the same, so no later write can settle anything.
func sqliteBroken(err error) bool {
	switch sqliteCode(err) {
	case sqliteIOErr, sqliteCorrupt, sqliteNotADB:
		return true
	}
	return false
}
