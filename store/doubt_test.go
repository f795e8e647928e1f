// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/store/storetest"
)

// disturbed is a world whose connections can be lost.
func disturbed(t *testing.T, location store.Location) (*storetest.World, *store.Trouble) {
	w := storetest.Open(t, location)
	trouble := store.Disturb(w.DB)
	w.Take()
	w.Writer.CheckpointEvery(1) // so that a batch has every kind of operation
	return w, trouble
}

// batch is one that sends a payment and hears of another, which was sent before.
func batch(w *storetest.World, number int) []store.Changes {
	before := fmt.Sprint("before ", number)
	w.Must(storetest.Sent(w.Request(before, 1000)))
	sent := storetest.Sent(w.Request(fmt.Sprint("p", number), 1000))
	sent.Sealed = []store.Sealed{{Object: sent.Payments[0].ID.Digest, Record: []byte("sealed")}}
	return []store.Changes{sent, w.Heard(before, w.Charged("W"+before))}
}

// whole fails the test unless the journal is one chain, up to where the lane stands, with one first row for each payment.
func whole(t *testing.T, w *storetest.World, payments int) {
	t.Helper()
	var head ledger.Hash
	sent := map[ident.Digest]int{}
	after := int64(0)
	for {
		rows, err := w.DB.Reader().Journal(context.Background(), w.Lane, after)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		for i := range rows {
			if rows[i].N != after+1 || rows[i].Hash != rows[i].Sum(head) {
				t.Fatalf("row %d does not follow row %d", rows[i].N, after)
			}
			after, head = rows[i].N, rows[i].Hash
			if rows[i].Kind == ledger.PaymentSent {
				sent[rows[i].Subject]++
			}
		}
	}
	if row := w.Writer.Row(); row.N != after || row.Head != head {
		t.Fatalf("the writer stands at %d, the journal at %d", row.N, after)
	}
	if len(sent) != payments {
		t.Fatalf("%d payments were sent, not %d", len(sent), payments)
	}
	for id, rows := range sent {
		if rows != 1 {
			t.Fatalf("payment %x was sent %d times", id, rows)
		}
	}
}

// TestSettleSaysWhetherALostBatchIsCommitted loses the connection before each operation of a batch, before its COMMIT and
// after it.
func TestSettleSaysWhetherALostBatchIsCommitted(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, location store.Location) {
		w, trouble := disturbed(t, location)
		moments := []store.Trouble{{Moment: store.BeforeCommit}, {Moment: store.AfterCommit}}
		for i := 0; i < len(moments); i++ {
			changes := batch(w, i)
			drafted := w.Draft(changes...)
			before := w.Writer.Row()
			trouble.Moment, trouble.Operation = moments[i].Moment, moments[i].Operation
			err := w.Writer.Commit(context.Background(), drafted)
			if fault.CodeOf(err) != store.CodeDoubt || fault.KindOf(err) != fault.Unknown {
				t.Fatalf("%+v: %v", moments[i], err)
			}
			for k := len(moments) - 2; k <= trouble.Operations && i < 2; k++ {
				moments = append(moments, store.Trouble{Moment: store.AtOperation, Operation: k})
			}
			committed, err := w.Writer.Settle(context.Background(), drafted, w.Now)
			if err != nil || committed != (moments[i].Moment == store.AfterCommit) {
				t.Fatalf("%+v: committed %v, %v", moments[i], committed, err)
			}
			if w.Writer.Row().Epoch <= before.Epoch {
				t.Fatal("the doubt was settled without a write")
			}
			w.Remember()
			w.Writer.CheckpointEvery(1)
			if !committed {
				w.Must(changes...)
			}
			whole(t, w, 2*(i+1))
		}
		if len(moments) < 8 {
			t.Fatalf("only %d moments were tried", len(moments))
		}
	})
}

// TestSettleMayBeAskedAgain loses the connection on which the doubt is settled, and then another one.
func TestSettleMayBeAskedAgain(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, location store.Location) {
		w, trouble := disturbed(t, location)
		ctx, payments := context.Background(), 0
		for _, first := range []store.Moment{store.BeforeCommit, store.AfterCommit} {
			for _, second := range []store.Moment{store.AtOperation, store.AtRead, store.BeforeCommit, store.AfterCommit} {
				changes := batch(w, payments)
				drafted := w.Draft(changes...)
				trouble.Moment = first
				if err := w.Writer.Commit(ctx, drafted); fault.CodeOf(err) != store.CodeDoubt {
					t.Fatal(err)
				}
				for range 2 {
					trouble.Moment, trouble.Operation = second, 1
					_, err := w.Writer.Settle(ctx, drafted, w.Now)
					if fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) == store.CodeLaneLost {
						t.Fatalf("lost while settling: %v", err)
					}
				}
				committed, err := w.Writer.Settle(ctx, drafted, w.Now)
				if err != nil || committed != (first == store.AfterCommit) {
					t.Fatalf("%v, %v: committed %v, %v", first, second, committed, err)
				}
				w.Remember()
				if !committed {
					w.Must(changes...)
				}
				payments += 2
				whole(t, w, payments)
			}
		}
	})
}

// TestADoubtIsNotAnsweredAfterAnotherTookTheLane: whoever has the lane now may have written something else.
func TestADoubtIsNotAnsweredAfterAnotherTookTheLane(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, location store.Location) {
		w, trouble := disturbed(t, location)
		ctx := context.Background()
		drafted := w.Draft(batch(w, 0)...)
		trouble.Moment = store.AfterCommit
		if err := w.Writer.Commit(ctx, drafted); fault.CodeOf(err) != store.CodeDoubt {
			t.Fatal(err)
		}
		older := w.Writer
		w.Writer = nil
		w.Take()
		for range 2 {
			if _, err := older.Settle(ctx, drafted, w.Now); fault.CodeOf(err) != store.CodeLaneLost {
				t.Fatalf("the doubt was answered: %v", err)
			}
		}
		older.Close()
		whole(t, w, 2) // the batch is written, and the newer writer goes on behind it
		w.Must(batch(w, 1)...)
		whole(t, w, 4)
	})
}

// TestAWriterNeverTakesAnotherWritersEpochForItsOwn lets another take the lane right after this one did, before it does
// anything else.
func TestAWriterNeverTakesAnotherWritersEpochForItsOwn(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, location store.Location) {
		w, trouble := disturbed(t, location)
		ctx := context.Background()
		var newer *store.Writer
		trouble.Afterwards = func() {
			var err error
			if newer, err = w.DB.Take(ctx, w.Lane, "another", w.Now); err != nil {
				t.Fatal(err)
			}
		}
		w.Take()
		defer newer.Close()
		if w.Writer.Row().Epoch >= newer.Row().Epoch {
			t.Fatalf("the older writer has epoch %d, the newer %d", w.Writer.Row().Epoch, newer.Row().Epoch)
		}
		if err := w.Commit(storetest.Sent(w.Request("p", 1000))); fault.CodeOf(err) != store.CodeLaneLost {
			t.Fatalf("the older writer wrote: %v", err)
		}
	})
}

// TestALostConnectionIsReplacedBetweenBatches loses it where nothing is in doubt: the writer goes on as if nothing had been.
func TestALostConnectionIsReplacedBetweenBatches(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, location store.Location) {
		w, trouble := disturbed(t, location)
		ctx := context.Background()
		w.Pay("closed", 1000)
		w.Remember()
		trouble.Moment = store.AtRead
		w.Fill(store.Keys{Payments: []ident.Digest{storetest.NameOf(w.Lane, "closed").Digest}})
		if p := w.Payment("closed"); p == nil || p.State.String() != "success" {
			t.Fatalf("the payment was read as %v", p)
		}
		w.Must(storetest.Sent(w.Request("p", 1000)))

		// A draft that was begun before the connection was lost is committed under the epoch of the new one.
		w.Now = w.Now.Add(time.Millisecond)
		draft := w.Writer.Begin(w.View, w.Now)
		trouble.Moment = store.AtRead
		w.Fill(store.Keys{Refunds: []ident.Digest{{1}}})
		changes := storetest.Sent(w.Request("q", 1000))
		if err := draft.Add(ctx, &changes); err != nil {
			t.Fatal(err)
		}
		if err := w.Writer.Commit(ctx, draft.Finish()); err != nil {
			t.Fatal(err)
		}
		trouble.Moment = store.BeforeCommit
		if err := w.Writer.Renew(ctx, w.Now); fault.KindOf(err) != fault.Unavailable ||
			fault.CodeOf(err) == store.CodeLaneLost {
			t.Fatal(err)
		}
		if err := w.Writer.Renew(ctx, w.Now); err != nil {
			t.Fatal(err)
		}
		w.Remember()
		w.Must(storetest.Sent(w.Request("r", 1000)))
		whole(t, w, 4)
	})
}

func TestALostConnectionIsNotReplacedOnceAnotherHasTheLane(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, location store.Location) {
		w, trouble := disturbed(t, location)
		older := *w
		w.Writer = nil
		w.Take()
		trouble.Moment = store.AtRead
		err := older.Writer.Fill(context.Background(), older.View, store.Keys{Refunds: []ident.Digest{{1}}})
		if fault.CodeOf(err) != store.CodeLaneLost {
			t.Fatalf("%v", err)
		}
		older.Writer.Close()
		w.Must(storetest.Sent(w.Request("p", 1000)))
	})
}

// TestNothingIsBuiltOnADiskThatFailed: after a failed fsync no later write can settle what the first one left.
func TestNothingIsBuiltOnADiskThatFailed(t *testing.T) {
	t.Parallel()
	w, trouble := disturbed(t, inFile(t))
	drafted := w.Draft(batch(w, 0)...)
	trouble.Moment = store.DiskFails
	if err := w.Writer.Commit(context.Background(), drafted); fault.CodeOf(err) != store.CodeDisk ||
		fault.KindOf(err) != fault.Unknown {
		t.Fatalf("%v", err)
	}
	if store.SQLiteBroken(nil) || store.SQLiteBroken(errors.New("disk I/O error")) {
		t.Error("an error that is not SQLite's is its disk's")
	}
	path := filepath.Join(t.TempDir(), "garbage.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(context.Background(), store.Location(path)); !store.SQLiteBroken(err) {
		t.Fatalf("a file that is no database: %v", err)
	}
}

// TestEveryWriteSaysThatTheDiskFailed: whoever only hears that a write is in doubt writes again.
func TestEveryWriteSaysThatTheDiskFailed(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(w *storetest.World, fail func()) error{
		"a renewal": func(w *storetest.World, fail func()) error {
			fail()
			return w.Writer.Renew(context.Background(), w.Now)
		},
		"what is parked": func(w *storetest.World, fail func()) error {
			fail()
			return w.Writer.Park(context.Background(), store.Parked{At: w.Now, Kind: "pay/1", Reason: "it is refused"})
		},
		"a take-over": func(w *storetest.World, fail func()) error {
			fail()
			taken, err := w.DB.Take(context.Background(), w.Lane, "another", w.Now)
			if err == nil {
				taken.Close()
			}
			return err
		},
		"the end of a doubt": func(w *storetest.World, fail func()) error {
			drafted := w.Draft(batch(w, 0)...)
			fail()
			_, err := w.Writer.Settle(context.Background(), drafted, w.Now)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, trouble := disturbed(t, inFile(t))
			err := write(w, func() { trouble.Moment = store.DiskFails })
			if fault.CodeOf(err) != store.CodeDisk || fault.KindOf(err) != fault.Unknown {
				t.Fatalf("%v", err)
			}
		})
	}
}

// TestNothingIsSeenBeforeItIsCommitted reads while a batch is written but not committed.
func TestNothingIsSeenBeforeItIsCommitted(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, location store.Location) {
		if strings.HasPrefix(string(location), "memory:") {
			t.Skip("a store in memory lets readers wait until the batch is committed")
		}
		w, trouble := disturbed(t, location)
		r := w.Request("p", 1000)
		looked := false
		trouble.Between = func() {
			looked = true
			ctx, reader := context.Background(), w.DB.Reader()
			p, err := reader.Payment(ctx, r.ID)
			if p != nil || err != nil {
				t.Errorf("a payment that is not committed: %v %v", p, err)
			}
			if rows, err := reader.Journal(ctx, w.Lane, 0); len(rows) != 0 || err != nil {
				t.Errorf("rows that are not committed: %v %v", rows, err)
			}
		}
		w.Must(storetest.Sent(r))
		if p, err := w.DB.Reader().Payment(context.Background(), r.ID); !looked || p == nil || err != nil {
			t.Fatalf("%v %v %v", looked, p, err)
		}
	})
}
