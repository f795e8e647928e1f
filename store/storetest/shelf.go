// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

func openShelf(t *testing.T, location store.Location) *store.Shelf {
	t.Helper()
	s, err := store.OpenShelf(context.Background(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func shelfAdvances(t *testing.T, location store.Location) {
	s, ctx := openShelf(t, location), context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Advance(ctx, 1, 0, 10, store.ShelfChanges{Moves: []store.Move{
		{Number: 1, Balance: ledger.Balance{Debits: 5}}, {Number: 2, Balance: ledger.Balance{Credits: 5}},
		{Number: 1, Balance: ledger.Balance{Debits: 2, Credits: 1}}}}))
	must(s.Advance(ctx, 2, 0, 3, store.ShelfChanges{}))
	for _, from := range []int64{0, 9, 11} {
		err := s.Advance(ctx, 1, from, 20, store.ShelfChanges{Moves: []store.Move{
			{Number: 1, Balance: ledger.Balance{Debits: 1000}}}})
		if fault.CodeOf(err) != store.CodeCursorMoved || fault.KindOf(err) != fault.Conflict {
			t.Fatalf("advancing from %d: %v", from, err)
		}
	}
	err := s.Advance(ctx, 1, 10, 11, store.ShelfChanges{Moves: []store.Move{
		{Number: 1, Balance: ledger.Balance{Debits: math.MinInt64}}}})
	if fault.CodeOf(err) != store.CodeRefusedByRow {
		t.Fatalf("a balance that falls: %v", err)
	}
	must(s.Advance(ctx, 1, 10, 12, store.ShelfChanges{Moves: []store.Move{
		{Number: 2, Balance: ledger.Balance{Credits: 7}}, {Number: 3, Balance: ledger.Balance{Debits: math.MaxInt64}}}}))
	cursors, err := s.Cursors(ctx)
	must(err)
	same(t, "the cursors", map[ident.Lane]int64{1: 12, 2: 3}, cursors)
	for lane, n := range map[ident.Lane]int64{1: 12, 2: 3, 3: 0} {
		if got, err := s.Cursor(ctx, lane); err != nil || got != n {
			t.Fatalf("lane %d is derived up to %d, %v", lane, got, err)
		}
	}
	got, err := s.Balances(ctx, 1, 0)
	must(err)
	same(t, "the balances", []store.Move{{Number: 1, Balance: ledger.Balance{Debits: 7, Credits: 1}},
		{Number: 2, Balance: ledger.Balance{Credits: 12}}, {Number: 3, Balance: ledger.Balance{Debits: math.MaxInt64}}}, got)
	if b, err := s.Balance(ctx, 1, 2); err != nil || b != (ledger.Balance{Credits: 12}) {
		t.Fatalf("%+v %v", b, err)
	}
	if b, err := s.Balance(ctx, 2, 2); err != nil || b != (ledger.Balance{}) {
		t.Fatalf("the balance of another lane: %+v %v", b, err)
	}
}

// sampleEvent is an event of a lane's row that is due some seconds after the morning begins.
func sampleEvent(lane ident.Lane, n int64, endpoint string, seconds int) store.Event {
	return store.Event{Lane: lane, N: n, Endpoint: endpoint, Client: "SHOP", Kind: ledger.PaymentSucceeded,
		Subject: NameOf(lane, "p").Digest, Origin: 1, At: morning.Add(time.Duration(n) * time.Microsecond),
		Due: morning.Add(time.Duration(seconds) * time.Second), State: store.EventPending}
}

// due are the events due some seconds after the morning begins.
func due(t *testing.T, s *store.Shelf, seconds, limit int) []store.Event {
	t.Helper()
	found, err := s.Due(context.Background(), morning.Add(time.Duration(seconds)*time.Second), store.Event{}, limit)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// listed puts some events on a shelf: three of one lane, and one of another.
func listed(t *testing.T, s *store.Shelf) (events []store.Event, far store.Event) {
	t.Helper()
	events = []store.Event{sampleEvent(1, 5, "shop", 3), sampleEvent(1, 5, "東京", 1), sampleEvent(1, 6, "shop", 2)}
	far = sampleEvent(7, 1, "shop", 1)
	err := s.Advance(context.Background(), 1, 0, 6, store.ShelfChanges{Events: events})
	if err == nil {
		err = s.Advance(context.Background(), 7, 0, 1, store.ShelfChanges{Events: []store.Event{far}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return events, far
}

func shelfDue(t *testing.T, location store.Location) {
	s := openShelf(t, location)
	events, far := listed(t, s)
	if early := due(t, s, 0, 10); len(early) != 0 {
		t.Fatalf("due before their time: %+v", early)
	}
	first := due(t, s, 1, 10)
	slices.SortFunc(first, func(a, b store.Event) int { return int(a.Lane) - int(b.Lane) })
	same(t, "the events due first", []store.Event{events[1], far}, first)
	all := due(t, s, 9, 10)
	if len(all) != 4 || !slices.IsSortedFunc(all, func(a, b store.Event) int { return a.Due.Compare(b.Due) }) {
		t.Fatalf("due at last: %+v", all)
	}
	if some := due(t, s, 9, 3); len(some) != 3 {
		t.Fatalf("%d events where three were asked for", len(some))
	}
	pages := func(after store.Event) (found []store.Event) {
		t.Helper()
		for {
			page, err := s.Due(context.Background(), morning.Add(9*time.Second), after, 1)
			if err != nil || len(page) == 0 {
				return found
			}
			found, after = append(found, page...), page[0]
		}
	}
	same(t, "page after page", all, pages(store.Event{}))
	same(t, "those from a time on", all[2:], pages(store.Event{Due: morning.Add(2 * time.Second)}))
}

func shelfTold(t *testing.T, location store.Location) {
	s, ctx := openShelf(t, location), context.Background()
	events, far := listed(t, s)
	again, dead, done := events[0], events[1], events[2]
	again.Due, again.Attempt, again.Detail = morning.Add(time.Hour), 1, "status 503"
	dead.Due, dead.Attempt, dead.State, dead.Detail = time.Time{}, 8, store.EventDead, "no answer"
	done.Attempt, done.State = 1, store.EventDelivered
	if err := s.Told(ctx, again, far, dead, done); err != nil {
		t.Fatal(err)
	}
	same(t, "what is left to tell", []store.Event{far}, due(t, s, 9, 10))
	same(t, "what is left in an hour", []store.Event{far, again}, due(t, s, 3600, 10))
	given, err := s.Dead(ctx, store.Event{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what was given up", []store.Event{dead}, given)
	if none, err := s.Dead(ctx, dead, 10); err != nil || len(none) != 0 {
		t.Fatalf("given up before the first: %+v, %v", none, err)
	}
	of, err := s.Events(ctx, 1, 6)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the events of a row", []store.Event{done}, of)
	if err := s.Advance(ctx, 1, 6, 7, store.ShelfChanges{Events: events}); err != nil {
		t.Fatal(err)
	}
	same(t, "what is left after the events were derived again", []store.Event{far}, due(t, s, 9, 10))
	pending := done
	pending.State = store.EventPending
	if err := s.Told(ctx, pending, again, done); err != nil {
		t.Fatalf("one event twice: %v", err)
	}
	same(t, "what is left after one event was told twice", []store.Event{far}, due(t, s, 9, 10))
}

func shelfReset(t *testing.T, location store.Location) {
	s, ctx := openShelf(t, location), context.Background()
	changes := store.ShelfChanges{Moves: []store.Move{{Number: 1, Balance: ledger.Balance{Debits: 5}}},
		Events: []store.Event{sampleEvent(1, 1, "shop", 0)}}
	for range 2 {
		if err := s.Advance(ctx, 1, 0, 1, changes); err != nil {
			t.Fatal(err)
		}
		if err := s.Reset(ctx); err != nil {
			t.Fatal(err)
		}
		n, err1 := s.Cursor(ctx, 1)
		balances, err2 := s.Balances(ctx, 1, 0)
		due, err3 := s.Due(ctx, morning.Add(time.Hour), store.Event{}, 10)
		if n != 0 || len(balances) != 0 || len(due) != 0 || err1 != nil || err2 != nil || err3 != nil {
			t.Fatalf("left on the shelf: %d, %v, %v; %v %v %v", n, balances, due, err1, err2, err3)
		}
	}
	reader, err := store.OpenShelfReader(ctx, location)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := s.Advance(ctx, 1, 0, 1, changes); err != nil {
		t.Fatal(err)
	}
	if n, err := reader.Cursor(ctx, 1); err != nil || n != 1 {
		t.Fatalf("a reader of its own sees %d, %v", n, err)
	}
	books := Open(t, location) // the books know nothing of it
	if rows := books.journal(); len(rows) != 0 {
		t.Fatalf("%d rows in the books", len(rows))
	}
}
