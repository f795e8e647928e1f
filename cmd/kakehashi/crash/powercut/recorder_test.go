// SPDX-License-Identifier: Apache-2.0

package powercut_test

import (
	"bytes"
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/embed" // SQLite itself
	"github.com/ncruces/go-sqlite3/vfs"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/powercut"
	"github.com/kakehashi-pay/kakehashi/store"
)

// recorder is SQLite's way to its files, which it takes down.
type recorder struct {
	vfs.VFSFilename
	recording *powercut.Recording
}

// recorders numbers them, since database/sql and SQLite know each by its name and forget none.
var recorders atomic.Int64

// record is a store's location at which everything that SQLite does to its files is recorded. Synchronous is the setting
// with which the books are written.
func record(t *testing.T, file, synchronous string) (store.Location, *powercut.Recording) {
	t.Helper()
	system, ok := vfs.Find("").(vfs.VFSFilename)
	if !ok {
		t.Fatal("the system's files cannot be opened by their names")
	}
	recording, name := &powercut.Recording{}, fmt.Sprintf("recorded-%d", recorders.Add(1))
	vfs.Register(name, &recorder{VFSFilename: system, recording: recording})
	sql.Register(name, through{name: name, synchronous: synchronous})
	return store.Location("driver:" + name + ":" + file), recording
}

// through opens databases whose files are recorded.
type through struct{ name, synchronous string }

func (d through) Open(name string) (sqldriver.Conn, error) {
	name = strings.ReplaceAll(name, "synchronous(full)", "synchronous("+d.synchronous+")")
	c, err := (&driver.SQLite{}).Open(name + "&vfs=" + d.name)
	if err != nil {
		return nil, err
	}
	return connection{c}, nil
}

// connection gives rows whose bytes stay as they are; this driver's own are gone with the next row, which the store does not
// expect of its own driver.
type connection struct{ sqldriver.Conn }

func (c connection) Prepare(text string) (sqldriver.Stmt, error) {
	s, err := c.Conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	return statement{s}, nil
}

type statement struct{ sqldriver.Stmt }

func (s statement) ExecContext(ctx context.Context, args []sqldriver.NamedValue) (sqldriver.Result, error) {
	return s.Stmt.(sqldriver.StmtExecContext).ExecContext(ctx, args)
}

func (s statement) QueryContext(ctx context.Context, args []sqldriver.NamedValue) (sqldriver.Rows, error) {
	r, err := s.Stmt.(sqldriver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	return rows{r}, nil
}

type rows struct{ sqldriver.Rows }

func (r rows) Next(dest []sqldriver.Value) error {
	err := r.Rows.Next(dest)
	for i := range dest {
		if b, ok := dest[i].([]byte); ok {
			dest[i] = bytes.Clone(b)
		}
	}
	return err
}

// OpenFilename opens a file and records that it is there.
func (r *recorder) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	_, missing := os.Stat(name.String())
	f, flags, err := r.VFSFilename.OpenFilename(name, flags)
	if err != nil {
		return f, flags, err
	}
	base := filepath.Base(name.String())
	if missing != nil {
		r.recording.Make(base)
	}
	const logs = vfs.OPEN_MAIN_JOURNAL | vfs.OPEN_SUPER_JOURNAL | vfs.OPEN_WAL
	return &recorded{File: f, name: base, recording: r.recording, unlisted: flags&vfs.OPEN_CREATE != 0 && flags&logs != 0},
		flags, nil
}

// Delete removes a file.
func (r *recorder) Delete(name string, syncDir bool) error {
	err := r.VFSFilename.Delete(name, syncDir)
	if err == nil {
		r.recording.Remove(filepath.Base(name))
		if syncDir {
			r.recording.SyncFolder()
		}
	}
	return err
}

// recorded is a file. It has none of the methods that a file may have beside those of all: SQLite then does without.
type recorded struct {
	vfs.File
	name      string
	recording *powercut.Recording
	unlisted  bool // a log that may be new: its first sync is followed by one of the folder, as in SQLite's own way to files
}

func (f *recorded) WriteAt(data []byte, at int64) (int, error) {
	n, err := f.File.WriteAt(data, at)
	f.recording.Write(f.name, at, data[:n])
	return n, err
}

func (f *recorded) Truncate(length int64) error {
	err := f.File.Truncate(length)
	if err == nil {
		f.recording.Cut(f.name, length)
	}
	return err
}

func (f *recorded) Sync(flags vfs.SyncFlag) error {
	if err := f.File.Sync(flags); err != nil {
		return err
	}
	f.recording.Sync(f.name)
	if f.unlisted {
		f.unlisted = false
		f.recording.SyncFolder()
	}
	return nil
}

// SharedMemory is the log's index, which no power cut survives.
func (f *recorded) SharedMemory() vfs.SharedMemory {
	if s, ok := f.File.(vfs.FileSharedMemory); ok {
		return s.SharedMemory()
	}
	return nil
}

// LockState is what SQLite believes to hold.
func (f *recorded) LockState() vfs.LockLevel {
	if s, ok := f.File.(vfs.FileLockState); ok {
		return s.LockState()
	}
	return vfs.LOCK_NONE
}
