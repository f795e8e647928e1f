// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Furnish writes facts of every kind, each with something in every field, by one act in the house lane.
func (w *World) Furnish() store.Facts {
	w.T.Helper()
	facts := sample(w.Now)
	w.Must(acted(facts))
	return facts
}

// The number of lives that are copied: a disk takes longer than memory.
const (
	livesCopied       = 8
	livesCopiedOnDisk = 3
)

// Copies lives through random lives of some lanes and copies the store in the middle of each. The memory that a start on
// the copy brings back must be the memory of the original, and the life goes on in the copy as it would have there.
func Copies(t *testing.T, from store.Location, to func(t testing.TB) store.Location) {
	w := Open(t, from)
	w.Furnish()
	lanes, lives := 0, livesCopiedOnDisk
	if strings.HasPrefix(string(from), "memory:") {
		lives = livesCopied
	}
	rapid.Check(t, func(rt *rapid.T) {
		if lanes++; lanes > lives {
			return
		}
		l := &life{World: World{T: t, DB: w.DB, Lane: ident.Lane(lanes), Now: morning}, rt: rt}
		l.Take()
		l.Writer.CheckpointEvery(rapid.IntRange(1, 20).Draw(rt, "rows between checkpoints"))
		defer func() { l.Writer.Close() }()
		acts := map[string]func(*rapid.T){"batch": l.batch, "another": l.batch, "third": l.batch}
		rt.Repeat(acts)
		l.moveTo(to(t))
		defer l.DB.Close()
		rt.Repeat(acts)
		l.restart(rt)
		l.sameAsRead()
	})
}

// moveTo copies the store and lives on in the copy.
func (l *life) moveTo(to store.Location) {
	l.T.Helper()
	before, row := l.View, l.Writer.Row()
	cut, err := store.Copy(context.Background(), l.DB.Reader(), to, store.Copying{Raise: true})
	if err != nil {
		l.rt.Fatal(err)
	}
	if l.DB, err = store.Open(context.Background(), to); err != nil {
		l.rt.Fatal(err)
	}
	for i := range cut.Lanes {
		if cut.Lanes[i].Lane == row.Lane && (cut.Lanes[i].N != row.N || cut.Lanes[i].Head != row.Head) {
			l.rt.Fatalf("the lane stood at %+v and was cut at %+v", row, cut.Lanes[i])
		}
	}
	l.View = before
	l.restart(l.rt)
	if after := l.Writer.Row(); after.N != row.N || after.Head != row.Head || after.At != row.At ||
		after.Accounts != row.Accounts || after.Epoch <= row.Epoch+store.EpochStep {
		l.rt.Fatalf("the lane stood at %+v and stands at %+v", row, after)
	}
}
