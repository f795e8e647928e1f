// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/postgres"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/store/storetest"
)

// waiting is true on a primary while a COMMIT waits for its standby.
const waiting = "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')"

// TestACancelledWaitForTheStandbyIsADoubt: PostgreSQL answers such a COMMIT with success and a warning. The payment is on the
// primary alone, and would be gone if the standby were promoted.
func TestACancelledWaitForTheStandbyIsADoubt(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts two servers")
	}
	p := postgres.NewPair(t, "books")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w := storetest.Open(t, store.Location(p.URL("books")))
	w.Pay("before", 1000)
	if err := p.Standby.Stop(); err != nil {
		t.Fatal(err)
	}
	drafted := w.Draft(storetest.Sent(w.Request("p", 1000)))
	answered := make(chan error, 1)
	go func() { answered <- w.Writer.Commit(context.Background(), drafted) }()
	if err := p.Primary.Await(ctx, waiting); err != nil {
		t.Fatal(err)
	}
	err := p.Primary.Do(ctx, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
	if err != nil {
		t.Fatal(err)
	}
	if err := <-answered; fault.CodeOf(err) != store.CodeDoubt {
		t.Fatalf("a COMMIT that the standby does not have was answered: %v", err)
	}
	if err := p.Standby.Start(); err != nil {
		t.Fatal(err)
	}
	committed, err := w.Writer.Settle(context.Background(), drafted, w.Now)
	if err != nil || !committed {
		t.Fatalf("committed %v, %v", committed, err)
	}
	w.Remember()
	w.Pay("after", 1000)
	whole(t, w, 3)
}

// TestABackendThatIsEndedIsReplaced ends the writer's connection from the other side, between two batches, and those of the
// readers.
func TestABackendThatIsEndedIsReplaced(t *testing.T) {
	t.Parallel()
	location := onServer(t)
	w := storetest.Open(t, location)
	w.Pay("closed", 1000)
	w.Remember()
	admin, err := pgx.Connect(t.Context(), shared.Server(t).Admin(postgres.NameOf(string(location))))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	end := func() {
		t.Helper()
		_, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "+
			"WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err != nil {
			t.Fatal(err)
		}
	}
	epoch := w.Writer.Row().Epoch
	end()
	w.Fill(store.Keys{Payments: []ident.Digest{storetest.NameOf(w.Lane, "closed").Digest}})
	if w.Payment("closed") == nil || w.Writer.Row().Epoch != epoch+1 {
		t.Fatalf("epoch %d follows %d", w.Writer.Row().Epoch, epoch)
	}
	end()
	drafted := w.Draft(storetest.Sent(w.Request("p", 1000)))
	if err := w.Writer.Commit(context.Background(), drafted); fault.CodeOf(err) != store.CodeDoubt {
		t.Fatalf("%v", err)
	}
	if committed, err := w.Writer.Settle(context.Background(), drafted, w.Now); committed || err != nil {
		t.Fatalf("committed %v, %v", committed, err)
	}
	w.Remember()
	w.Pay("p", 1000)
	whole(t, w, 2)
}

// TestTheWritersConnectionKeepsItsPromises asks the server what it was told.
func TestTheWritersConnectionKeepsItsPromises(t *testing.T) {
	t.Parallel()
	server := shared.Server(t)
	url := string(onServer(t))
	name := postgres.NameOf(url)
	for _, weak := range []string{"off", "local", "remote_write", "on", "remote_apply"} {
		if err := server.Do(t.Context(), "ALTER DATABASE "+name+" SET synchronous_commit = "+weak); err != nil {
			t.Fatal(err)
		}
		want := "on"
		if weak == "remote_apply" {
			want = weak
		}
		w := storetest.Open(t, store.Location(url))
		for setting, value := range map[string]string{"synchronous_commit": want, "statement_timeout": "0",
			"idle_in_transaction_session_timeout": "5s", "tcp_keepalives_idle": "5"} {
			if got := w.DB.Setting(t, setting); got != value {
				t.Errorf("%s is %s, not %s", setting, got, value)
			}
		}
		if got := w.DB.Reader().Setting(t, "statement_timeout"); got != "5s" {
			t.Errorf("a reader's statement_timeout is %s", got)
		}
		if got := w.DB.Reader().Setting(t, "default_transaction_read_only"); got != "on" {
			t.Errorf("a reader may write: %s", got)
		}
	}
}
