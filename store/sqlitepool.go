// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// sqlitePool is a bounded number of read-only connections, each with its own prepared statements.
type sqlitePool struct {
	pool     *sql.DB
	mutex    sync.Mutex
	sessions map[driver.Conn]*sqliteSession
	kept     []*sqliteSession // the same sessions, to close them
}

func openSQLitePool(dsn string, size int) (*sqlitePool, error) {
	pool, err := openSQLite(dsn)
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
	err = conn.Raw(func(c any) error { return use(p.session(driverOf(c))) })
	switch sqliteCode(err) {
	case sqliteBusy, sqliteLocked:
		return &fault.Error{Op: "store.read", Kind: fault.Unavailable, Code: CodeBusy, Err: err}
	}
	return err
}

func (p *sqlitePool) session(raw driver.Conn) *sqliteSession {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	s := p.sessions[raw]
	if s == nil {
		s = &sqliteSession{driver: raw, prepared: map[any]driver.Stmt{}}
		p.sessions[raw], p.kept = s, append(p.kept, s)
	}
	return s
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
