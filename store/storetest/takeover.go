// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

func olderWritesNothing(t *testing.T, location store.Location) {
	w := Open(t, location)
	ctx := context.Background()
	w.Pay("p", 1000)
	older, drafted := w.Writer, w.Draft(Sent(w.Request("drafted before", 1000)))
	defer older.Close()

	w.Writer = nil
	w.Take() // another takes the lane
	newer := w.Writer
	before := newer.Row()
	if before.Epoch <= older.Row().Epoch {
		t.Fatalf("epoch %d follows epoch %d", before.Epoch, older.Row().Epoch)
	}
	attempts := []struct {
		name string
		try  func() error
	}{
		{"a batch that was drafted before", func() error { return older.Commit(ctx, drafted) }},
		{"settling that batch", func() error { _, err := older.Settle(ctx, drafted, w.Now); return err }},
		{"that batch once more", func() error { return older.Commit(ctx, drafted) }},
		{"a renewal", func() error { return older.Renew(ctx, w.Now) }},
		{"parking", func() error { return older.Park(ctx, store.Parked{At: w.Now, Kind: "x", Data: []byte{1}}) }},
	}
	for _, a := range attempts {
		if err := a.try(); fault.CodeOf(err) != store.CodeLaneLost || fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("%s by the older writer: %v", a.name, err)
		}
		w.unchanged(before)
	}
	parked, err := w.DB.Reader().Parked(ctx, 10)
	if err != nil || len(parked) != 0 {
		t.Fatalf("the older writer parked %v, %v", parked, err)
	}
	w.Pay("q", 1000)
	w.unchanged(newer.Row())
}

// contention lets several writers take one lane from each other, over and over, while each commits what it can. What was
// acknowledged must be there once, and the journal must be one chain.
func contention(t *testing.T, location store.Location) {
	const contenders, rounds = 3, 6
	w := Open(t, location)
	var acknowledged [contenders][]ident.ID
	var lost [contenders]int
	var group sync.WaitGroup
	for c := range contenders {
		group.Go(func() {
			for round := range rounds {
				acked, wasLost := contend(t, w.DB, fmt.Sprintf("%d/%d", c, round))
				acknowledged[c] = append(acknowledged[c], acked...)
				if wasLost {
					lost[c]++
				}
			}
		})
	}
	group.Wait()
	w.Take()
	sent := map[ident.Digest]int{}
	for _, row := range w.chained() {
		if row.Kind == ledger.PaymentSent {
			sent[row.Subject]++
		}
	}
	count := 0
	for c := range contenders {
		for _, id := range acknowledged[c] {
			count++
			if sent[id.Digest] != 1 {
				t.Fatalf("an acknowledged payment has %d rows", sent[id.Digest])
			}
		}
	}
	if count != len(sent) {
		t.Fatalf("%d payments were acknowledged and %d are there", count, len(sent))
	}
	if count == 0 {
		t.Fatal("nobody wrote anything")
	}
	t.Logf("%d payments; lanes lost: %v", count, lost)
}

// contend takes the lane and commits until another takes it, or a few batches are done.
func contend(t *testing.T, db *store.DB, name string) (acked []ident.ID, lost bool) {
	ctx, now := context.Background(), morning
	writer, err := db.Take(ctx, ident.House, name, now)
	if err != nil {
		t.Error(err)
		return nil, false
	}
	defer writer.Close()
	w := &World{T: t, DB: db, Writer: writer, View: store.NewView(ident.House, store.NewCatalogue(db.Reader()))}
	if err := writer.Restore(ctx, w.View); err != nil {
		t.Error(err)
		return nil, false
	}
	for i := range 5 {
		w.Now = now.Add(time.Duration(writer.Row().Batch) * time.Millisecond)
		r := w.Request(fmt.Sprintf("%s/%d", name, i), 100)
		w.Now = w.Now.Add(time.Millisecond)
		draft := writer.Begin(w.View, w.Now)
		changes := Sent(r)
		if err := draft.Add(ctx, &changes); err != nil {
			t.Error(err)
			return acked, false
		}
		switch err := writer.Commit(ctx, draft.Finish()); {
		case err == nil:
			acked = append(acked, r.ID)
		case fault.CodeOf(err) == store.CodeLaneLost:
			return acked, true
		default:
			t.Error(err)
			return acked, false
		}
	}
	return acked, false
}

// readersSeeBatches reads beside a writer: a batch writes three rows and a counter with them, so whatever is seen has a
// multiple of three.
func readersSeeBatches(t *testing.T, location store.Location) {
	const batches, size = 40, 3
	w := Open(t, location)
	ctx, reader := context.Background(), w.DB.Reader()
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for running := true; running; {
				select {
				case <-done:
					running = false // and look once more
				default:
				}
				rows, err := reader.Journal(ctx, w.Lane, 0)
				if err != nil {
					t.Error(err)
					return
				}
				if len(rows)%size != 0 {
					t.Errorf("%d rows are seen of batches of %d", len(rows), size)
					return
				}
			}
		})
	}
	for b := range batches {
		var changes []store.Changes
		for i := range size {
			r := &payment.Request{ID: NameOf(w.Lane, fmt.Sprintf("%d-%d", b, i)), At: w.Now.Add(time.Millisecond)}
			changes = append(changes, store.Changes{Payments: []*payment.Request{r}, Entries: of(r.ID, r.Buried())})
		}
		w.Must(changes...)
	}
	close(done)
	group.Wait()
	if rows := w.journal(); len(rows) != batches*size {
		t.Fatalf("%d rows", len(rows))
	}
}

// OpenTogether opens the books and the shelf of a location from several sides at once.
func OpenTogether(t *testing.T, location store.Location) {
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			db, err := store.Open(context.Background(), location)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if _, err := db.Reader().Lanes(context.Background()); err != nil {
				t.Error(err)
			}
			shelf, err := store.OpenShelf(context.Background(), location)
			if err != nil {
				t.Error(err)
				return
			}
			defer shelf.Close()
			if _, err := shelf.Cursors(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
