// SPDX-License-Identifier: Apache-2.0

package book

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"modernc.org/sqlite"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// batchMax is how many acts one commit carries.
const batchMax = 256

// writer runs acts in the order of arrival. There is no goroutine of its own: whoever comes first leads, runs all that wait
// in one transaction, and hands the lead to the first of those who came meanwhile. So a lone act commits at once, and many
// share a commit.
//
// Concurrency: do and close by any number of callers; conn and prepared belong to the leader.
type writer struct {
	pool     *sql.DB
	conn     *sql.Conn
	prepared map[string]*sql.Stmt

	mutex   sync.Mutex // guards what is below
	idle    *sync.Cond // busy became false
	waiting []*job
	busy    bool
	closed  bool
}

// job is an act that waits.
type job struct {
	act  func(*tx) error
	err  error
	turn chan bool // true: lead; false: done
}

func openWriter(dsn string) (*writer, error) {
	pool := sql.OpenDB(connector(dsn))
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	w := &writer{pool: pool, conn: conn, prepared: map[string]*sql.Stmt{}}
	w.idle = sync.NewCond(&w.mutex)
	return w, nil
}

// do runs an act and returns when it is durable or undone.
func (w *writer) do(act func(*tx) error) error {
	j := &job{act: act, turn: make(chan bool, 1)}
	w.mutex.Lock()
	if w.closed {
		w.mutex.Unlock()
		return &fault.Error{Op: "book.write", Kind: fault.Unavailable, Code: CodeClosed}
	}
	w.waiting = append(w.waiting, j)
	if !w.busy {
		w.busy = true
		j.turn <- true
	}
	w.mutex.Unlock()
	if lead := <-j.turn; lead {
		w.lead()
	}
	return j.err
}

// lead runs what waits, the leader's own act first, and hands the lead on.
func (w *writer) lead() {
	w.mutex.Lock()
	size := min(len(w.waiting), batchMax)
	batch := w.waiting[:size:size]
	w.waiting = w.waiting[size:]
	w.mutex.Unlock()

	w.run(batch)

	for _, j := range batch[1:] {
		j.turn <- false
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(w.waiting) > 0 {
		w.waiting[0].turn <- true
		return
	}
	w.waiting, w.busy = nil, false
	w.idle.Broadcast()
}

// run is one transaction: each act in a savepoint of its own, so that an error undoes that act alone.
func (w *writer) run(batch []*job) {
	t := &tx{w: w}
	if err := t.plain("BEGIN IMMEDIATE"); err != nil {
		failAll(batch, &fault.Error{Op: "book.write", Kind: fault.Unavailable, Code: CodeOpen, Err: err})
		return
	}
	for _, j := range batch {
		if broken := w.runOne(t, j); broken != nil {
			failAll(batch, &fault.Error{Op: "book.write", Kind: fault.Unavailable, Code: CodeOpen,
				Err: errors.Join(broken, t.plain("ROLLBACK"))})
			return
		}
	}
	if err := t.plain("COMMIT"); err != nil {
		failAll(batch, &fault.Error{Op: "book.write", Kind: fault.Unknown, Code: CodeDoubt,
			Err: errors.Join(err, t.plain("ROLLBACK"))})
	}
}

// runOne runs one act; its error is the act's caller's. It returns an error when the transaction itself is broken.
func (w *writer) runOne(t *tx, j *job) error {
	if err := t.plain("SAVEPOINT act"); err != nil {
		return err
	}
	if j.err = guarded(t, j.act); j.err != nil {
		if err := t.plain("ROLLBACK TO act"); err != nil {
			return err
		}
	}
	return t.plain("RELEASE act")
}

// guarded turns a broken invariant into the error of the one act that broke it.
func guarded(t *tx, act func(*tx) error) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = &fault.Error{Op: "book.write", Kind: fault.Internal, Code: CodeWrong, Err: fmt.Errorf("%v", broken)}
		}
	}()
	return act(t)
}

// failAll gives an error to all whose act had none.
func failAll(batch []*job, err error) {
	for _, j := range batch {
		if j.err == nil {
			j.err = err
		}
	}
}

func (w *writer) close() error {
	w.mutex.Lock()
	w.closed = true
	for w.busy {
		w.idle.Wait()
	}
	w.mutex.Unlock()
	var failed error
	for _, st := range w.prepared {
		failed = errors.Join(failed, st.Close())
	}
	w.prepared = nil
	return errors.Join(failed, w.conn.Close(), w.pool.Close())
}

// tx is the transaction an act runs in.
type tx struct{ w *writer }

func (t *tx) plain(statement string) error {
	_, err := t.exec(statement)
	return err
}

// stmt is a statement, compiled once. Statements are constants of this package, so there are as many as it has.
func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if st, ok := t.w.prepared[query]; ok {
		return st, nil
	}
	st, err := t.w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("book: %w in %q", err, query)
	}
	t.w.prepared[query] = st
	return st, nil
}

// exec runs a statement and returns the number of the last row inserted.
func (t *tx) exec(query string, args ...any) (int64, error) {
	st, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	result, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, fmt.Errorf("book: %w in %q", err, query)
	}
	return result.LastInsertId()
}

// row reads one row; found is false when there is none.
func (t *tx) row(query string, args []any, into ...any) (found bool, err error) {
	st, err := t.stmt(query)
	if err != nil {
		return false, err
	}
	switch err := st.QueryRowContext(context.Background(), args...).Scan(into...); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("book: %w in %q", err, query)
	}
	return true, nil
}

// rows reads numbers, the one column of a statement.
func (t *tx) numbers(query string, args ...any) ([]int64, error) {
	st, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, fmt.Errorf("book: %w in %q", err, query)
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// connector opens connections to one file.
type connector string

// Connect opens a connection.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(string(c)) }

// Driver is SQLite.
func (connector) Driver() driver.Driver { return &sqlite.Driver{} }
