// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// postgresPool is a bounded number of connections to the primary for reading.
type postgresPool struct {
	pool *pgxpool.Pool
}

func openPostgresPool(ctx context.Context, url string, size int, settings ...setting) (*postgresPool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(size)
	postgresConfigure(&config.ConnConfig.Config, postgresReading, settings)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &postgresPool{pool: pool}, nil
}

func (p *postgresPool) query(ctx context.Context, st *statement, args []cell, row func([]cell) error) error {
	return p.ask(ctx, asked(st, args), row)
}

func (p *postgresPool) lookup(ctx context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	return p.ask(ctx, sought(l, args, keys), row)
}

// ask asks once more for each connection that turns out to be dead before it has answered anything: a server that was
// replaced leaves a pool full of them.
func (p *postgresPool) ask(ctx context.Context, q question, row func([]cell) error) error {
	answered := false
	for tries := p.pool.Config().MaxConns; ; tries-- {
		err := postgresRows(ctx, p.pool, q, func(c []cell) error {
			answered = true
			return row(c)
		})
		var refused *pgconn.ConnectError
		if tries == 0 || answered || !unreachable(err) || ctx.Err() != nil || errors.As(err, &refused) {
			return readFault(ctx, err)
		}
	}
}

func (p *postgresPool) close() { p.pool.Close() }

// readFault says of a read that failed for the server's sake that it may be tried again.
func readFault(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &fault.Error{Op: "store.read", Kind: fault.Unavailable, Code: CodeBusy, Err: err}
	case unreachable(err):
		return &fault.Error{Op: "store.read", Kind: fault.Unavailable, Code: CodeOpen, Err: err}
	}
	return err
}

// unreachable reports whether an error is the connection's or the server's, and not the statement's.
//
// Source: PostgreSQL 15, appendix A: connection (08), resources (53), operator intervention (57), system error (58).
func unreachable(err error) bool {
	if err == nil {
		return false
	}
	switch sqlClass(err) {
	case "":
	case "08", "53", "57", "58":
		return true
	default:
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
}
