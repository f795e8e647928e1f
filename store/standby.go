// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// silentMax is how long a holder that still has its connection may not have said that it lives, before it is thought gone.
//
// Source: decisions A7.
const silentMax = 3 * time.Second

// Standby watches the lanes of a store that another process holds, until a start may take them: a lane is free when nobody
// ever took it, when its holder's connection to the database is gone, or when the holder has not said for three seconds that
// it lives. On SQLite every lane is free: the lock on the data folder says who has it.
//
// A lane that is taken although its holder lives is not in danger: the epoch makes the old holder's next batch write nothing.
// Concurrency: one owner.
type Standby struct {
	reader *Reader
	onFile bool
	heard  map[ident.Lane]heard
}

// heard is when a holder last said that it lives: what it said, by its clock, and when we first read that, by ours.
type heard struct {
	renewed int64
	since   time.Time
}

// NewStandby is a watch over the lanes of a store that has seen nothing yet.
func NewStandby(location Location, reader *Reader) *Standby {
	return &Standby{reader: reader, onFile: location.dialect() == &sqliteDialect, heard: map[ident.Lane]heard{}}
}

// Free reports whether every lane may be taken; where one may not, holder is who has it. Times are told by one clock of ours.
//
// Errors: Unavailable store_busy, store_unreachable.
func (s *Standby) Free(ctx context.Context, now time.Time) (free bool, holder string, err error) {
	if s.onFile {
		return true, "", nil
	}
	lanes, err := s.reader.Lanes(ctx)
	if err != nil {
		return false, "", err
	}
	for i := range lanes {
		l := &lanes[i]
		if h, known := s.heard[l.Lane]; !known || h.renewed != l.Renewed {
			s.heard[l.Lane] = heard{renewed: l.Renewed, since: now}
		}
		if l.Holder == "" || l.Copied() || now.Sub(s.heard[l.Lane].since) >= silentMax {
			continue
		}
		connected, err := s.connected(ctx, l.Backend)
		if err != nil {
			return false, "", err
		}
		if connected {
			return false, l.Holder, nil
		}
	}
	return true, "", nil
}

var backendConnected = statement{sql: "SELECT pid FROM pg_stat_activity WHERE pid = $1::bigint", in: "n", out: "n"}

// connected reports whether a backend of the database is there.
func (s *Standby) connected(ctx context.Context, backend int64) (there bool, err error) {
	err = s.reader.query(ctx, &backendConnected, []cell{number(backend)}, func([]cell) error {
		there = true
		return nil
	})
	return there, fault.Wrap("store.Standby", err)
}
