// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"strconv"
	"testing"
)

// Moment is when a connection of a Trouble is lost.
type Moment int

// The moments. Each loses one connection, once.
const (
	Never        Moment = iota
	AtOperation         // while a transaction's operations run, before number Operation
	BeforeCommit        // all have run, and COMMIT does not arrive
	AfterCommit         // COMMIT has done its work, and its answer does not arrive
	AtRead              // before a question is answered
	DiskFails           // the disk does not keep what COMMIT gives it
)

// Trouble loses a writer's connections at a moment.
//
// Concurrency: one owner.
type Trouble struct {
	Moment     Moment
	Operation  int
	Operations int    // how many operations the last transaction had
	Between    func() // is called once between a transaction's operations and its COMMIT
	Afterwards func() // is called once after a COMMIT
}

var (
	errLost = errors.New("the connection is lost")
	errDisk = errors.New("disk I/O error")
)

// Disturb puts a trouble between a store and the connections that it opens from now on.
func Disturb(db *DB) *Trouble {
	t := &Trouble{}
	known := *db.dialect
	known.broken = func(err error) bool { return errors.Is(err, errDisk) }
	db.dialect = &known
	db.wrap = func(s session) session { return &troubled{session: s, trouble: t} }
	return t
}

// LogMax sets where the write-ahead log begins again.
func (db *DB) LogMax(pages int64) { db.logMax = pages }

// troubled is a connection that a Trouble may lose.
type troubled struct {
	session
	trouble *Trouble
	gone    bool
}

// lose drops the connection as the network would: the other side undoes what it had not committed.
func (s *troubled) lose() error {
	s.trouble.Moment, s.gone = Never, true
	s.session.close()
	return errLost
}

func (s *troubled) lost() bool { return s.gone || s.session.lost() }

func (s *troubled) begin(ctx context.Context, operations []operation) error {
	s.trouble.Operations = len(operations)
	if s.gone {
		return errLost
	}
	if s.trouble.Moment == AtOperation {
		if err := s.session.begin(ctx, operations[:min(s.trouble.Operation, len(operations))]); err != nil {
			return err
		}
		return s.lose()
	}
	return s.session.begin(ctx, operations)
}

func (s *troubled) commit() error {
	if between := s.trouble.Between; between != nil {
		s.trouble.Between = nil
		between()
	}
	switch s.trouble.Moment {
	case BeforeCommit:
		return s.lose()
	case DiskFails:
		return errors.Join(errDisk, s.lose())
	case AfterCommit:
		return errors.Join(s.session.commit(), s.lose())
	}
	err := s.session.commit()
	if afterwards := s.trouble.Afterwards; err == nil && afterwards != nil {
		s.trouble.Afterwards = nil
		afterwards()
	}
	return err
}

// whole goes in one piece wherever no trouble lies within it.
func (s *troubled) whole(ctx context.Context, operations []operation) error {
	if s.gone || s.trouble.Between != nil || (s.trouble.Moment != Never && s.trouble.Moment != AfterCommit) {
		return inParts(ctx, s, operations)
	}
	s.trouble.Operations = len(operations)
	err := s.session.whole(ctx, operations)
	if s.trouble.Moment == AfterCommit {
		return errors.Join(err, s.lose())
	}
	if afterwards := s.trouble.Afterwards; err == nil && afterwards != nil {
		s.trouble.Afterwards = nil
		afterwards()
	}
	return err
}

func (s *troubled) together(ctx context.Context, searches []search) error {
	if s.gone {
		return errLost
	}
	if s.trouble.Moment == AtRead {
		return s.lose()
	}
	return s.session.together(ctx, searches)
}

func (s *troubled) query(ctx context.Context, st *statement, args []cell, row func([]cell) error) error {
	if s.gone {
		return errLost
	}
	if s.trouble.Moment == AtRead {
		return s.lose()
	}
	return s.session.query(ctx, st, args, row)
}

func (s *troubled) lookup(ctx context.Context, l *lookup, args, keys []cell, row func([]cell) error) error {
	if s.gone {
		return errLost
	}
	if s.trouble.Moment == AtRead {
		return s.lose()
	}
	return s.session.lookup(ctx, l, args, keys, row)
}

// Setting is a parameter of a connection that writes, as the server has it.
func (db *DB) Setting(t *testing.T, name string) string {
	t.Helper()
	s, err := db.session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	return settingOf(t, s, name)
}

// Setting is a parameter of a connection that reads, as the server has it.
func (r *Reader) Setting(t *testing.T, name string) string {
	t.Helper()
	return settingOf(t, r, name)
}

func settingOf(t *testing.T, r reads, name string) (value string) {
	t.Helper()
	show := statement{sql: "SELECT current_setting($1)", in: "t", out: "t"}
	err := r.query(t.Context(), &show, []cell{text(name)}, func(c []cell) error {
		value = c[0].text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// SQLiteBroken reports whether SQLite says that the disk failed.
func SQLiteBroken(err error) bool { return sqliteBroken(err) }

// Autocheckpoint lets a writer on SQLite checkpoint the log itself once it has so many pages.
func Autocheckpoint(t testing.TB, w *Writer, pages int) {
	t.Helper()
	if err := w.session.(*sqliteSession).do("PRAGMA wal_autocheckpoint = " + strconv.Itoa(pages)); err != nil {
		t.Fatal(err)
	}
}
