// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kakehashi-pay/kakehashi/internal/postgres"
)

var shared postgres.Shared

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Log(err) // the server may be gone: some tests kill it
		}
	})
	return conn
}

func do(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, conn *pgx.Conn, sql string) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEachTestHasADatabaseOfItsOwnAndNoSuperuser(t *testing.T) {
	t.Parallel()
	one, two := connect(t, shared.Database(t)), connect(t, shared.Database(t))
	do(t, one, "CREATE TABLE thing (id BIGINT PRIMARY KEY)")
	if n := count(t, two, "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'thing'"); n != 0 {
		t.Fatal("two databases share a table")
	}
	if n := count(t, two, "SELECT COUNT(*) FROM pg_roles WHERE rolname = current_user AND rolsuper"); n != 0 {
		t.Fatal("tests run as a superuser, whom no privilege stops")
	}
	if n := count(t, two, "SELECT COUNT(*) FROM pg_settings WHERE name = 'fsync' AND setting = 'on'"); n != 1 {
		t.Fatal("fsync is off")
	}
}

func TestDatabaseLikeAnotherHoldsItsTables(t *testing.T) {
	t.Parallel()
	url := shared.Database(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	do(t, conn, "CREATE TABLE thing (id BIGINT PRIMARY KEY)")
	do(t, conn, "INSERT INTO thing VALUES (1)")
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	copied := connect(t, shared.Like(t, postgres.NameOf(url)))
	if n := count(t, copied, "SELECT COUNT(*) FROM thing"); n != 1 {
		t.Fatalf("%d rows", n)
	}
}

func TestPreparedDatabasesHoldWhatWasPreparedOnce(t *testing.T) {
	t.Parallel()
	var own postgres.Shared
	times := 0
	prepare := func(url string) error {
		times++
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return err
		}
		do(t, conn, "CREATE TABLE thing (id BIGINT PRIMARY KEY)")
		return conn.Close(t.Context())
	}
	for range 2 {
		conn := connect(t, own.Prepared(t, prepare))
		do(t, conn, "INSERT INTO thing VALUES (1)")
	}
	if times != 1 {
		t.Fatalf("prepared %d times", times)
	}
}

func TestPairCommitsOnBothAndCommitWaitsForTheStandby(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts two servers")
	}
	p := postgres.NewPair(t, "pair")
	conn := connect(t, p.URL("pair"))
	do(t, conn, "CREATE TABLE thing (id BIGINT PRIMARY KEY)")
	if err := p.Standby.Stop(); err != nil {
		t.Fatal(err)
	}
	hung := make(chan error, 1)
	go func() {
		_, err := conn.Exec(context.Background(), "INSERT INTO thing VALUES (1)")
		hung <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := p.Primary.Await(ctx, "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')"); err != nil {
		t.Fatal(err)
	}
	if err := p.Primary.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-hung; err == nil {
		t.Fatal("COMMIT was answered without the standby")
	}
	if err := p.Standby.Start(); err != nil {
		t.Fatal(err)
	}
	if err := p.Standby.Promote(); err != nil {
		t.Fatal(err)
	}
	do(t, connect(t, p.URL("pair")), "INSERT INTO thing VALUES (2)")
}
