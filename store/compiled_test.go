// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql/driver"
	"reflect"
	"slices"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// TestAQuestionIsCompiledOnce asks each question three times for other values: SQLite counts how often it compiles one again.
func TestAQuestionIsCompiledOnce(t *testing.T) {
	t.Parallel()
	books, shelf := opened(t, "memory:compiled")
	asked := 0
	for _, name := range names() {
		s := everything[name]
		if s.insertion != nil || s.writes() {
			continue
		}
		on := books
		if s.onShelf {
			on = shelf
		}
		session := on.(*sqliteSession)
		for value := range int64(3) {
			ask(t, session, name, s, 1000+value)
		}
		for _, st := range session.prepared {
			if n := compiledAgain(st); n > 0 {
				t.Errorf("%s is compiled again %d times", name, n)
			}
			asked++
		}
		session.finalize()
		session.prepared = map[any]driver.Stmt{}
	}
	if asked < 30 {
		t.Fatalf("%d questions were asked", asked)
	}
}

// compiledAgain is SQLite's own counter, which the driver hides.
func compiledAgain(st driver.Stmt) int64 {
	s := reflect.ValueOf(st).Elem()
	tls := s.FieldByName("c").Elem().FieldByName("tls")
	return reflect.ValueOf(sqlite3.Xsqlite3_stmt_status).Call([]reflect.Value{
		reflect.NewAt(tls.Type().Elem(), tls.UnsafePointer()), reflect.ValueOf(uintptr(s.FieldByName("pstmt").Uint())),
		reflect.ValueOf(int32(sqlite3.SQLITE_STMTSTATUS_REPREPARE)), reflect.ValueOf(int32(0))})[0].Int()
}

// ask asks a question for values that are all alike.
func ask(t *testing.T, on *sqliteSession, name string, s said, value int64) {
	t.Helper()
	args := slices.Repeat([]cell{{number: value, text: "x", bytes: []byte{byte(value)}}}, 9)
	row := func([]cell) error { return nil }
	var err error
	if s.lookup != nil {
		err = on.lookup(context.Background(), s.lookup, args[:len(s.lookup.in)], args[:1], row)
	} else {
		err = on.query(context.Background(), s.statement, args[:len(s.statement.in)], row)
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}
