// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/store"
)

const versions = "goose_db_version" // the table of the migrations that have run

// counting counts how often the list of the migrations that have run is asked for: once each time they are begun.
type counting struct{ asked atomic.Int64 }

func (c *counting) Open(name string) (driver.Conn, error) {
	conn, err := (&sqlite.Driver{}).Open(name)
	return countingConn{conn, c}, err
}

type countingConn struct {
	driver.Conn
	by *counting
}

func (c countingConn) Prepare(text string) (driver.Stmt, error) {
	if strings.HasPrefix(text, "SELECT version_id, is_applied from "+versions) {
		c.by.asked.Add(1)
	}
	return c.Conn.Prepare(text)
}

// TestADiskThatFailedIsNotAskedAgain opens a store of which the table of migrations cannot be read.
func TestADiskThatFailedIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("what runs the migrations looks for its table four times, a second apart")
	}
	path := filepath.Join(t.TempDir(), "books.db")
	db, err := store.Open(context.Background(), store.Location(path))
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	spoil(t, path)
	c := &counting{}
	sql.Register(t.Name(), c)
	_, err = store.Open(context.Background(), store.Location("driver:"+t.Name()+":"+path))
	if fault.CodeOf(err) != store.CodeMigration || !store.SQLiteBroken(err) {
		t.Fatalf("%v", err)
	}
	if n := c.asked.Load(); n != 1 {
		t.Fatalf("it was asked %d times", n)
	}
}

// spoil writes over the page where the table of migrations begins.
func spoil(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var page, size int64
	err = db.QueryRow("SELECT rootpage FROM sqlite_schema WHERE name = '" + versions + "'").Scan(&page)
	if err == nil {
		err = db.QueryRow("PRAGMA page_size").Scan(&size)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt([]byte(strings.Repeat("spoilt. ", int(size)/8)), (page-1)*size); err != nil {
		t.Fatal(err)
	}
}
