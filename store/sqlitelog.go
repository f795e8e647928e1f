// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// logPagesMax is where the write-ahead log begins again: 64 MiB in pages of 4,096 bytes.
const logPagesMax = 16_384

// sqliteCheckpointing are the settings of the connection that checkpoints: while it waits for a reader to end, the writer
// waits for it, so it does not wait long.
const sqliteCheckpointing = "_pragma=busy_timeout(50)&_pragma=journal_mode(wal)&_pragma=synchronous(full)"

// The checkpoints, as rows (busy, pages in the log, pages copied). Source: sqlite.org/pragma.html#pragma_wal_checkpoint.
var (
	checkpointPassive  = statement{sql: "PRAGMA wal_checkpoint(PASSIVE)", out: "nnn"}  // waits for nobody
	checkpointRestart  = statement{sql: "PRAGMA wal_checkpoint(RESTART)", out: "nnn"}  // the log begins again
	checkpointTruncate = statement{sql: "PRAGMA wal_checkpoint(TRUNCATE)", out: "nnn"} // and is given back
)

// CheckpointLog copies SQLite's write-ahead log into the database beside the writer, and lets the log begin again once it is
// longer than its bound. Called every fraction of a second it keeps the writer's batches from doing that themselves; where
// nobody calls it, the writer does, at a much longer log. On PostgreSQL, and in memory, there is nothing to do.
//
// Errors: Unavailable store_unreachable, store_busy: call it again.
func (db *DB) CheckpointLog(ctx context.Context) error {
	if db.location.dialect() != &sqliteDialect || db.location.inMemory() {
		return nil
	}
	db.logMutex.Lock()
	defer db.logMutex.Unlock()
	if db.log == nil {
		s, err := openSQLiteSession(ctx, sqliteDSN(db.location, sqliteCheckpointing))
		if err != nil {
			return &fault.Error{Op: "store.CheckpointLog", Kind: fault.Unavailable, Code: CodeOpen, Err: err}
		}
		db.log = s
	}
	pages, err := db.checkpoint(ctx, &checkpointPassive)
	switch {
	case err != nil || pages <= db.logMax:
	case pages <= 4*db.logMax:
		_, err = db.checkpoint(ctx, &checkpointRestart)
	default:
		_, err = db.checkpoint(ctx, &checkpointTruncate)
	}
	if err != nil {
		return &fault.Error{Op: "store.CheckpointLog", Kind: fault.Unavailable, Code: CodeBusy, Err: err}
	}
	return nil
}

// checkpoint runs one checkpoint and says how many pages the log has. One that a reader kept from ending is tried again by
// the next call.
func (db *DB) checkpoint(ctx context.Context, how *statement) (pages int64, err error) {
	err = db.log.query(ctx, how, nil, func(c []cell) error {
		pages = c[1].number
		return nil
	})
	return pages, err
}
