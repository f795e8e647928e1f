// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kakehashi-pay/kakehashi/invariant"
)

var postgresDialect = dialect{
	name:  "postgres",
	types: strings.NewReplacer("/*table*/", "", "TEXT", `TEXT COLLATE "C"`), // in the order of bytes, as SQLite's
	insertion: func(i *insertion, rows int) string {
		each := make([]string, len(i.kinds))
		for k, kind := range i.kinds {
			each[k] = "$" + strconv.Itoa(k+1)
			if rows > 1 {
				each[k] += "::" + postgresTypes[kind] + "[]"
			}
		}
		values := strings.Join(each, ", ")
		if rows == 1 { // an array for each column costs more
			return "INSERT INTO " + i.table + " (" + i.columns + ") VALUES (" + values + ") " + i.suffix
		}
		return "INSERT INTO " + i.table + " (" + i.columns + ") SELECT * FROM unnest(" + values + ") " + i.suffix
	},
	// One index descent a key, whatever the statistics say: on a table that was never analysed, "= ANY" reads the whole lane.
	lookup: func(l *lookup, n int) string {
		if n == 1 {
			return l.sql + " = $" + strconv.Itoa(len(l.in)+1) + " " + l.tail
		}
		return "SELECT found.* FROM unnest($" + strconv.Itoa(len(l.in)+1) + "::" + postgresTypes[l.key] +
			"[]) AS k (key), LATERAL (" + l.sql + " = k.key OFFSET 0) AS found " + l.tail
	},
	empty:   "TRUNCATE ",
	refused: postgresRefused,
	broken:  func(error) bool { return false }, // the server stops itself
}

// postgresShelf makes the room of the shelf's tables.
const postgresShelf = "CREATE SCHEMA IF NOT EXISTS " + shelfSchema

var postgresTypes = map[rune]string{kindNumber: "bigint", kindText: "text", kindBytes: "bytea"}

// A setting is a parameter of a connection with its value.
type setting struct{ name, value string }

// The settings of every connection. Each statement is an index descent or a range in the index's order, so the planner is
// kept from what it would try on tables that it has no statistics of, and from planning the same statement again each time.
var postgresSettings = []setting{{"enable_seqscan", "off"}, {"enable_bitmapscan", "off"}, {"enable_hashjoin", "off"},
	{"enable_mergejoin", "off"}, {"plan_cache_mode", "force_generic_plan"}, {"jit", "off"},
	{"tcp_keepalives_idle", "5"}, {"tcp_keepalives_interval", "2"},
	{"tcp_keepalives_count", "3"}, {"application_name", "kakehashi"}}

// The settings of connections that write. A statement has no time limit: a COMMIT that is cancelled while it waits for the
// standby is reported as done although the standby lacks it. A process that stands still inside a transaction loses it, and
// with it the lock on its lane's row.
var postgresWriting = []setting{{"statement_timeout", "0"}, {"lock_timeout", "0"},
	{"idle_in_transaction_session_timeout", "5000"}, {"default_transaction_read_only", "off"}}

// The settings of connections that read. Source: decisions A11: nothing takes long.
var postgresReading = []setting{{"statement_timeout", "5000"}, {"default_transaction_read_only", "on"}}

// connectPatience is how long one server may take to answer, where the URL does not say.
const connectPatience = 5 * time.Second

// postgresConfigure completes what the URL says. Only a primary is spoken to: a standby may be behind.
func postgresConfigure(c *pgconn.Config, settings ...[]setting) {
	c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectPatience
	}
	alive := net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}
	c.DialFunc = (&net.Dialer{KeepAliveConfig: alive}).DialContext
	for _, group := range append([][]setting{postgresSettings}, settings...) {
		for _, s := range group {
			c.RuntimeParams[s.name] = s.value
		}
	}
}

// postgresSession is one connection of the native driver; statements are prepared on first use and kept.
type postgresSession struct {
	conn     *pgx.Conn
	warning  string                // the last one from the server
	raisings map[*statement]string // what raising has made
	inserts  map[sizedInsertion]string
}

// sizedInsertion is an insertion of one row, or of many.
type sizedInsertion struct {
	insertion *insertion
	many      bool
}

// text is the statement of an insertion of so many rows.
func (s *postgresSession) text(i *insertion, rows int) string {
	key := sizedInsertion{insertion: i, many: rows > 1}
	sql, ok := s.inserts[key]
	if !ok {
		sql = postgresDialect.insertion(i, rows)
		s.inserts[key] = sql
	}
	return sql
}

func openPostgresSession(ctx context.Context, url string, settings ...setting) (*postgresSession, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	s := &postgresSession{raisings: map[*statement]string{}, inserts: map[sizedInsertion]string{}}
	postgresConfigure(&config.Config, postgresWriting, settings)
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			s.warning = n.Message
		}
	}
	if s.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, err
	}
	return s, nil
}

// durably makes COMMIT wait for the disk, and for a synchronous standby's, whatever the server's own setting is.
func (s *postgresSession) durably(ctx context.Context) error {
	_, err := s.conn.Exec(ctx, "SELECT set_config('synchronous_commit', 'on', false) "+
		"WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')")
	return err
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

// postgresQuerier is what a connection and a pool have in common.
type postgresQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
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
	return postgresRead(rows, q.out, row)
}

// postgresRead hands each row to row.
func postgresRead(rows pgx.Rows, out string, row func([]cell) error) error {
	defer rows.Close()
	cells, into := make([]cell, len(out)), make([]any, len(out))
	for i, kind := range out {
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
		for i := range cells {
			cells[i].bytes = orNil(cells[i].bytes)
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
	if len(keys) == 1 {
		return question{sql: postgresDialect.lookup(l, 1), out: l.out,
			args: append(postgresArgs(l.in, args), postgresArgs(string(l.key), keys)...)}
	}
	return question{sql: postgresDialect.lookup(l, len(keys)), out: l.out,
		args: append(postgresArgs(l.in, args), column(l.key, keys, 0, 1))}
}

func (s *postgresSession) query(ctx context.Context, st *statement, args []cell, row func([]cell) error) error {
	return postgresRows(ctx, s.conn, asked(st, args), row)
}

func (s *postgresSession) lookup(ctx context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	return postgresRows(ctx, s.conn, sought(l, args, keys), row)
}

// together asks everything in one round trip.
func (s *postgresSession) together(ctx context.Context, searches []search) error {
	var batch pgx.Batch
	for i := range searches {
		q := sought(searches[i].lookup, searches[i].args, searches[i].keys)
		batch.Queue(q.sql, q.args...)
	}
	results := s.conn.SendBatch(ctx, &batch)
	for i := range searches {
		rows, err := results.Query()
		if err == nil {
			err = postgresRead(rows, searches[i].lookup.out, searches[i].row)
		}
		if err != nil {
			return errors.Join(err, results.Close())
		}
	}
	return results.Close()
}

// queue adds what an operation asks.
func (s *postgresSession) queue(batch *pgx.Batch, o *operation, raising bool) {
	if o.statement != nil {
		sql := o.statement.sql
		if raising && o.must {
			sql = s.raising(o.statement)
		}
		batch.Queue(sql, postgresArgs(o.statement.in, o.args)...)
		return
	}
	width := len(o.insertion.kinds)
	rows := len(o.rows) / width
	if rows == 1 {
		batch.Queue(s.text(o.insertion, rows), postgresArgs(o.insertion.kinds, o.rows)...)
		return
	}
	arrays := make([]any, width)
	for k, kind := range o.insertion.kinds {
		arrays[k] = column(kind, o.rows, k, width)
	}
	batch.Queue(s.text(o.insertion, rows), arrays...)
}

// raising is a statement that fails, and its transaction with it, where it does not change exactly one row: so a COMMIT can be
// sent behind it before anybody has seen what it came to.
func (s *postgresSession) raising(st *statement) string {
	if sql, ok := s.raisings[st]; ok {
		return sql
	}
	sql := "WITH done AS (" + st.sql + " RETURNING 1) SELECT 1 / CAST(COUNT(*) = 1 AS INTEGER) FROM done"
	s.raisings[st] = sql
	return sql
}

// divisionByZero is what raising fails with. Source: PostgreSQL 15, appendix A.
const divisionByZero = "22012"

// begin sends the whole transaction but its COMMIT in one round trip.
func (s *postgresSession) begin(ctx context.Context, operations []operation) error {
	var batch pgx.Batch
	batch.Queue("BEGIN")
	for i := range operations {
		s.queue(&batch, &operations[i], false)
	}
	results := s.conn.SendBatch(ctx, &batch)
	err := postgresAffected(results, operations)
	if closeErr := results.Close(); err == nil { // later operations may fail because an earlier one missed its row
		err = closeErr
	}
	if err != nil {
		return errors.Join(err, s.rollback())
	}
	return nil
}

// postgresAffected reads what each operation came to, in order.
func postgresAffected(results pgx.BatchResults, operations []operation) error {
	if _, err := results.Exec(); err != nil {
		return err
	}
	for i := range operations {
		tag, err := results.Exec()
		switch {
		case err != nil:
			return err
		case operations[i].must && tag.RowsAffected() != 1:
			return errMissed
		}
	}
	return nil
}

// whole sends the whole transaction in one round trip, without a deadline, as commit.
func (s *postgresSession) whole(_ context.Context, operations []operation) error {
	var batch pgx.Batch
	batch.Queue("BEGIN")
	for i := range operations {
		s.queue(&batch, &operations[i], true)
	}
	batch.Queue("COMMIT")
	s.warning = ""
	results := s.conn.SendBatch(context.Background(), &batch)
	committed, err := postgresCommitted(results, operations)
	if closeErr := results.Close(); err == nil {
		err = closeErr
	}
	switch {
	case err == nil:
		return s.certain(committed)
	case s.conn.IsClosed():
		return err
	}
	return errors.Join(err, s.rollback())
}

// postgresCommitted reads what each operation came to, and what COMMIT was answered by. The server skips whatever comes after
// the operation that fails, COMMIT included.
func postgresCommitted(results pgx.BatchResults, operations []operation) (tag string, err error) {
	if _, err := results.Exec(); err != nil {
		return "", err
	}
	for i := range operations {
		_, err := results.Exec()
		var raised *pgconn.PgError
		switch {
		case operations[i].must && errors.As(err, &raised) && raised.Code == divisionByZero:
			return "", errMissed
		case err != nil:
			return "", err
		}
	}
	commit, err := results.Exec()
	return commit.String(), err
}

// commit has no deadline. A warning makes the outcome doubtful: a wait for the standby that an operator cancels ends with
// COMMIT and a warning that the standby may lack it.
func (s *postgresSession) commit() error {
	s.warning = ""
	tag, err := s.conn.Exec(context.Background(), "COMMIT")
	if err != nil {
		return err
	}
	return s.certain(tag.String())
}

// certain is an error where the answer to COMMIT leaves a doubt.
func (s *postgresSession) certain(tag string) error {
	switch {
	case tag != "COMMIT":
		return errors.New("store: COMMIT was answered by " + tag)
	case s.warning != "":
		return errors.New("store: COMMIT was answered with a warning: " + s.warning)
	}
	return nil
}

func (s *postgresSession) rollback() error {
	if s.conn.IsClosed() {
		return errors.New("store: the connection is lost")
	}
	_, err := s.conn.Exec(context.Background(), "ROLLBACK")
	return err
}

func (s *postgresSession) lost() bool { return s.conn.IsClosed() }

func (s *postgresSession) backend() int64 { return int64(s.conn.PgConn().PID()) }

// close drops the connection without waiting for the other side: it may be dead.
func (s *postgresSession) close() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.conn.Close(ctx) // the connection is given up, whatever it answers
}

// postgresRefused reports whether a row was refused for what it is: a constraint (23), a value that no column can hold (22),
// the same key twice in one statement (21), a text too long for an index (54).
//
// Source: PostgreSQL 15, appendix A.
func postgresRefused(err error) bool {
	switch sqlClass(err) {
	case "21", "22", "23", "54":
		return true
	}
	return false
}

// sqlClass is the class of a server's error: the first two characters of its SQLSTATE; empty where it is no server's error.
func sqlClass(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return ""
	}
	return e.Code[:min(2, len(e.Code))]
}
