// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/store/storetest"
)

// logBytes is how long the write-ahead log of a store in a file is.
func logBytes(t *testing.T, location store.Location) int64 {
	t.Helper()
	info, err := os.Stat(string(location) + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// pay commits some batches of ten payments, and checkpoints after each where that is asked for.
func pay(t *testing.T, w *storetest.World, name string, checkpoint bool) {
	t.Helper()
	for b := range 40 {
		var changes []store.Changes
		for i := range 10 {
			changes = append(changes, storetest.Sent(w.Request(fmt.Sprintf("%s %d %d", name, b, i), 1000)))
		}
		w.Must(changes...)
		if checkpoint {
			if err := w.DB.CheckpointLog(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestCheckpointsBoundTheLog(t *testing.T) {
	t.Parallel()
	location := inFile(t)
	w := storetest.Open(t, location)
	const page, bound = 4096, 100
	w.DB.LogMax(bound)
	pay(t, w, "bounded", true)
	bounded := logBytes(t, location)
	if bounded > 4*bound*page {
		t.Fatalf("the log has %d pages, its bound is %d", bounded/page, bound)
	}
	pay(t, w, "unbounded", false)
	if grown := logBytes(t, location); grown <= 4*bound*page {
		t.Fatalf("nothing was to be bounded: the log has %d pages without checkpoints", grown/page)
	}
	if err := w.DB.CheckpointLog(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left := logBytes(t, location); left != 0 {
		t.Fatalf("a log far beyond its bound was not given back: %d bytes", left)
	}
	pay(t, w, "afterwards", true)
	whole(t, w, 3*400)
}

// TestACheckpointWaitsForNobody runs one between a batch's operations and its COMMIT, when the writer holds the database.
func TestACheckpointWaitsForNobody(t *testing.T) {
	t.Parallel()
	w, trouble := disturbed(t, inFile(t))
	pay(t, w, "before", false)
	w.DB.LogMax(1) // so that it also tries what needs the writer's lock
	called := false
	trouble.Between = func() {
		called = true
		if err := w.DB.CheckpointLog(context.Background()); err != nil {
			t.Error(err)
		}
	}
	w.Must(storetest.Sent(w.Request("p", 1000)))
	if !called {
		t.Fatal("there was no checkpoint")
	}
	whole(t, w, 401)
}

func TestElsewhereThereIsNoLogToCheckpoint(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, location store.Location) {
		w := storetest.Open(t, location)
		w.Pay("p", 1000)
		for range 2 {
			if err := w.DB.CheckpointLog(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		whole(t, w, 1)
	})
}
