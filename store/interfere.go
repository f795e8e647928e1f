// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
)

// Lapse is what becomes of a connection over which something is asked for.
type Lapse uint8

// The lapses.
const (
	NoLapse     Lapse = iota
	NotSent           // it is lost before the question leaves: nothing is read or written
	NotAnswered       // a commit is written, and its answer is lost
)

var errLapsed = errors.New("store: the connection is lost")

// Interfere lets a simulation decide what becomes of each commit, and of each read, over the writers' connections that are
// opened from now on. It changes nothing but when a connection is lost.
//
// Concurrency: call it before anything else; decide is called by whoever reads or commits.
func (db *DB) Interfere(decide func(commit bool) Lapse) {
	db.wrap = func(s session) session { return &lapsing{session: s, decide: decide} }
}

// lapsing is a connection that is lost when a simulation says so.
type lapsing struct {
	session
	decide func(commit bool) Lapse
	gone   bool
}

// lose is the end of the connection: the other side undoes what was not committed.
func (s *lapsing) lose() error {
	s.gone = true
	s.session.close()
	return errLapsed
}

func (s *lapsing) commit() error {
	switch s.decide(true) {
	case NotSent:
		return s.lose()
	case NotAnswered:
		return errors.Join(s.session.commit(), s.lose())
	}
	return s.session.commit()
}

func (s *lapsing) begin(ctx context.Context, operations []operation) error {
	if s.gone {
		return errLapsed
	}
	return s.session.begin(ctx, operations)
}

func (s *lapsing) whole(ctx context.Context, operations []operation) error {
	return inParts(ctx, s, operations)
}

func (s *lapsing) together(ctx context.Context, searches []search) error {
	return inOrder(ctx, s, searches)
}

func (s *lapsing) query(ctx context.Context, st *statement, args []cell, row func([]cell) error) error {
	switch {
	case s.gone:
		return errLapsed
	case s.decide(false) != NoLapse:
		return s.lose()
	}
	return s.session.query(ctx, st, args, row)
}

func (s *lapsing) lookup(ctx context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	switch {
	case s.gone:
		return errLapsed
	case s.decide(false) != NoLapse:
		return s.lose()
	}
	return s.session.lookup(ctx, l, args, keys, row)
}

func (s *lapsing) lost() bool { return s.gone || s.session.lost() }

func (s *lapsing) close() {
	if !s.gone {
		s.session.close()
	}
}
