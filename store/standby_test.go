// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kakehashi-pay/kakehashi/internal/postgres"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/store/storetest"
)

func free(t *testing.T, s *store.Standby, now time.Time) (free bool, holder string) {
	t.Helper()
	free, holder, err := s.Free(context.Background(), now)
	if err != nil {
		t.Fatal(err)
	}
	return free, holder
}

// Who stands by waits while the holder says that it lives, and three seconds longer. Source: decisions A7.
func TestAStandbyWaitsForASilentHolder(t *testing.T) {
	t.Parallel()
	location := onServer(t)
	w := storetest.Open(t, location)
	s, now := store.NewStandby(location, w.DB.Reader()), time.Unix(1_800_000_000, 0)
	for range 5 {
		if is, holder := free(t, s, now); is || holder != w.Writer.Row().Holder {
			t.Fatalf("free %v, held by %q, want %q", is, holder, w.Writer.Row().Holder)
		}
		w.Now = w.Now.Add(time.Second)
		if err := w.Writer.Renew(context.Background(), w.Now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Second)
	}
	if is, _ := free(t, s, now); is {
		t.Error("free while the holder lives")
	}
	if is, _ := free(t, s, now.Add(2*time.Second)); is {
		t.Error("free after two silent seconds")
	}
	if is, _ := free(t, s, now.Add(3*time.Second)); !is {
		t.Error("held after three silent seconds")
	}
}

// A holder whose connection is gone holds nothing.
func TestAStandbyTakesOverFromAHolderThatIsGone(t *testing.T) {
	t.Parallel()
	location := onServer(t)
	w := storetest.Open(t, location)
	s, now := store.NewStandby(location, w.DB.Reader()), time.Unix(1_800_000_000, 0)
	if is, _ := free(t, s, now); is {
		t.Fatal("free while the holder is connected")
	}
	admin, err := pgx.Connect(t.Context(), shared.Server(t).Admin(postgres.NameOf(string(location))))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	if _, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend($1::int, 10000)", w.Writer.Row().Backend); err != nil {
		t.Fatal(err)
	}
	if is, holder := free(t, s, now); !is {
		t.Errorf("held by %q, whose connection is gone", holder)
	}
}

// On a file the lock on the data folder says who has it.
func TestAStandbyNeverWaitsOnAFile(t *testing.T) {
	t.Parallel()
	location := store.Location("memory:" + t.Name())
	w := storetest.Open(t, location)
	if is, _ := free(t, store.NewStandby(location, w.DB.Reader()), time.Unix(1_800_000_000, 0)); !is {
		t.Error("held")
	}
}
