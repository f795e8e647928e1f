// SPDX-License-Identifier: Apache-2.0

package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// Shared is a server that the tests of one package share. The zero value is ready; it starts with the first database.
//
// Concurrency: safe for any number of callers.
type Shared struct {
	once   sync.Once
	mutex  sync.Mutex // CREATE DATABASE copies a template, which only one may do at a time
	server *Server
	err    error
	made   int

	prepared sync.Once
	template string // of Prepared
	failed   error
}

// Server is the server itself. The test is skipped where PostgreSQL is not installed.
func (s *Shared) Server(t testing.TB) *Server {
	t.Helper()
	Need(t)
	s.once.Do(func() { s.server, s.err = create() })
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.server
}

// Database is the URL of a new, empty database, which is dropped after the test.
func (s *Shared) Database(t testing.TB) string { return s.Like(t, "template1") }

// Prepared is the URL of a new database with everything that prepare put into an empty one, once for all tests of the
// package. It is dropped after the test.
func (s *Shared) Prepared(t testing.TB, prepare func(url string) error) string {
	t.Helper()
	server := s.Server(t)
	s.prepared.Do(func() {
		s.template = "prepared"
		if s.failed = server.create(context.Background(), s.template, "template1"); s.failed == nil {
			s.failed = prepare(server.URL(s.template))
		}
	})
	if s.failed != nil {
		t.Fatal(s.failed)
	}
	return s.Like(t, s.template)
}

// Like is the URL of a new database with everything that another holds, to which nobody may be connected. It is dropped
// after the test.
func (s *Shared) Like(t testing.TB, template string) string {
	t.Helper()
	server := s.Server(t)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.made++
	name := fmt.Sprintf("test_%d", s.made)
	if err := server.create(context.Background(), name, template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Do(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping %s: %v", name, err)
		}
	})
	return server.URL(name)
}

// NameOf is the name of the database of a URL.
func NameOf(url string) string {
	name := url[strings.LastIndex(url, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	return name
}

// create makes a database that the tests' role owns.
func (s *Server) create(ctx context.Context, name, template string) error {
	return s.Do(ctx, "CREATE DATABASE "+name+" OWNER "+Role+" TEMPLATE "+template)
}
