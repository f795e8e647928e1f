// SPDX-License-Identifier: Apache-2.0

package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// A Pair is a primary with a synchronous standby: the primary answers a COMMIT only when the standby holds it on disk.
// Neither outlives the test.
type Pair struct {
	Primary, Standby *Server
}

// patience bounds every wait for something that takes milliseconds.
const patience = time.Minute

// NewPair starts a primary and its standby, with an empty database on both. The test is skipped where PostgreSQL is not
// installed.
func NewPair(t testing.TB, database string) *Pair {
	t.Helper()
	Need(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	primary, err := create()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ended(t, primary) })
	if err := primary.create(ctx, database, "template1"); err != nil {
		t.Fatal(err)
	}
	standby, err := primary.copy()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ended(t, standby) })
	if err := standby.Start(); err != nil {
		t.Fatal(err)
	}
	// Set after the copy was taken, so that the standby, once promoted, waits for nobody.
	err = errors.Join(primary.Do(ctx, "ALTER SYSTEM SET synchronous_standby_names = '*'"),
		primary.Do(ctx, "SELECT pg_reload_conf()"))
	if err == nil {
		err = primary.Await(ctx, "EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")
	}
	if err != nil {
		t.Fatal(err)
	}
	return &Pair{Primary: primary, Standby: standby}
}

func ended(t testing.TB, s *Server) {
	if err := s.end(); err != nil {
		t.Errorf("ending a server: %v", err)
	}
}

// copy makes a standby of a running server; it is not started yet.
func (s *Server) copy() (*Server, error) {
	standby, err := newServer()
	if err != nil {
		return nil, err
	}
	err = s.account.run(s.program("pg_basebackup"), "-D", standby.data(), "-R", "-X", "stream", "-c", "fast", "--no-sync",
		"-h", "127.0.0.1", "-p", fmt.Sprint(s.port), "-U", "postgres")
	if err != nil {
		return nil, errors.Join(err, standby.end())
	}
	return standby, nil
}

// Await waits until a condition holds, as the server's superuser sees it.
//
// Errors: the context's, when it ends first.
func (s *Server) Await(ctx context.Context, condition string) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		holds, err := s.Holds(ctx, condition)
		if err != nil || holds {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", condition, ctx.Err())
		case <-ticker.C:
		}
	}
}

// URL is a database of whichever server takes writes.
func (p *Pair) URL(database string) string {
	return "postgres://" + Role + "@" + p.Primary.Host() + "," + p.Standby.Host() + "/" + database +
		"?sslmode=disable&target_session_attrs=read-write&connect_timeout=5"
}
