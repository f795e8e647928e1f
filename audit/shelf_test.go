// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// derive brings a shelf up to date by the rules of the projections: balances, and an event for each success of a
// client that wants to be told.
func derive(t *testing.T, w *world, shelf *store.Shelf, lane ident.Lane) {
	t.Helper()
	ctx := context.Background()
	for {
		from, err := shelf.Cursor(ctx, lane)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := w.db.Reader().Journal(ctx, lane, from)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			return
		}
		var c store.ShelfChanges
		for _, r := range rows {
			transfers, err := ledger.ParseTransfers(r.Transfers)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range transfers {
				c.Moves = append(c.Moves, store.Move{Number: m.Debit, Balance: ledger.Balance{Debits: m.Minor}},
					store.Move{Number: m.Credit, Balance: ledger.Balance{Credits: m.Minor}})
			}
			if r.Kind != ledger.PaymentSucceeded {
				continue
			}
			p, err := w.db.Reader().Payment(ctx, ident.ID{Lane: lane, Digest: r.Subject})
			if err != nil {
				t.Fatal(err)
			}
			if p.Client == "SHOP0" {
				c.Events = append(c.Events, store.Event{Lane: lane, N: r.N, Endpoint: "SHOP0", Client: p.Client, Kind: r.Kind,
					Subject: r.Subject, Origin: r.Origin, At: payment.TimeOf(r.At), Due: payment.TimeOf(r.At),
					State: store.EventPending})
			}
		}
		if err := shelf.Advance(ctx, lane, from, rows[len(rows)-1].N, c); err != nil {
			t.Fatal(err)
		}
	}
}

// shelved is a world with its shelf, the first of whose events was told.
func shelved(t *testing.T, location string) (*world, int64) {
	t.Helper()
	ctx := context.Background()
	w := newWorld(t, location, 23, 2)
	w.paid(w.shops[0], 0, 1000)
	w.tell(25)
	shelf, err := store.OpenShelf(ctx, store.Location(location))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shelf.Close)
	for l := range ident.Lane(w.lanes) {
		derive(t, w, shelf, l)
	}
	n := int64(0)
	for told := false; !told; {
		n++
		events, err := shelf.Events(ctx, 0, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			w.must(flow.Tell{In: 0, Attempts: []store.Delivery{{Event: e.ID().Digest, Attempt: 1, At: w.now,
				Outcome: store.Delivered}}})
			e.Attempt, e.State = 1, store.EventDelivered
			if err := shelf.Told(ctx, e); err != nil {
				t.Fatal(err)
			}
			told = true
		}
	}
	w.now = w.now.Add(time.Minute)
	w.tell(10) // the shelf lags behind
	return w, n
}

func TestShelfIsComparedWithTheJournal(t *testing.T) {
	t.Parallel()
	edits := []struct {
		name, text string
		table, sum string
	}{
		{"nothing", "UPDATE cursor SET n = n", "", ""},
		{"an event deleted", "DELETE FROM event WHERE n = $1", "event", "JPY 1000"},
		{"an event of another payment", "UPDATE event SET subject = x'00112233445566778899aabbccddeeff' WHERE n = $1",
			"event", ""},
		{"an event of another endpoint", "UPDATE event SET endpoint = 'X' WHERE n = $1", "event", ""},
		{"an event of another client", "UPDATE event SET client = 'X' WHERE n = $1", "event", ""},
		{"an event twice", "INSERT INTO event SELECT lane, n, x'00112233445566778899aabbccddeeff', endpoint, client, kind, " +
			"subject, origin, at, due, attempt, state, detail FROM event WHERE n = $1", "event", ""},
		{"an event told dead", "UPDATE event SET state = 3 WHERE n = $1", "event", ""},
		{"a balance", "UPDATE balance SET debits = debits + 1 WHERE number = 1", "shelf.balance", "?"},
		{"a balance deleted", "DELETE FROM balance WHERE number = 1", "shelf.balance", "?"},
		{"a cursor beyond the journal", "UPDATE cursor SET n = 100000", "cursor", ""},
	}
	for i, e := range edits {
		if raced && i > 2 {
			break
		}
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			location := "memory:" + t.Name()
			_, n := shelved(t, location)
			db, err := sql.Open("sqlite", "file:/"+t.Name()+".shelf?vfs=memdb&_pragma=busy_timeout(10000)")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(e.text, n); err != nil {
				t.Fatal(err)
			}
			r := full(t, location, audit.Options{Shelf: location + ".shelf"})
			if e.table == "" {
				if !r.OK() || r.Counts.Events == 0 || !r.Shelf {
					t.Fatalf("%d events\n%s", r.Counts.Events, r.String())
				}
				return
			}
			for _, f := range r.Findings {
				if f.Invariant == audit.Announced && f.Table == e.table &&
					(f.Amount == e.sum || e.sum == "?" && f.Amount != "") {
					return
				}
			}
			t.Fatalf("found:\n%s", r.String())
		})
	}
}
