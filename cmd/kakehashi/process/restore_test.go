// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// TestBooksThatLostTheirLastMinutes copies the books while they are served, lets them go on, and loses them: what is restored
// starts closed, asks the wallet about what it knows open, opens by itself, and takes no yen twice from whoever paid in the
// minutes that are lost. Source: decisions A; reference/reliability.md, restore.
func TestBooksThatLostTheirLastMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kept, open, refused := w.sale(1000), w.sale(200), w.sale(77)
	w.pay(kept, wire.Success)
	w.misbehave(tabi.Behaviour{DropAnswer: 1000})
	w.pay(open, wire.PaymentInProcess)
	w.misbehave(tabi.Behaviour{Down: true})
	copied := filepath.Join(t.TempDir(), "copy.db")
	w.backUp(copied)
	w.misbehave(tabi.Normal())
	w.until("the open payment is resolved", func() bool { return w.state(open.RequestID) == "SUCCESS" })
	lost := w.sale(4000)
	w.pay(lost, wire.Success)
	w.stop()
	before := w.balance()

	w.loseBooks()
	w.restore(copied, time.Hour)
	w.misbehave(tabi.Behaviour{Down: true})
	w.start()
	if !w.network.Live.House.Closed() {
		t.Fatal("it is open before the wallet was asked")
	}
	if _, err := w.till.Pay(context.Background(), refused); err == nil {
		t.Error("a new payment is taken while it is closed")
	}
	if got := w.state(kept.RequestID); got != "SUCCESS" {
		t.Errorf("what was paid before the copy is %s", got)
	}
	w.misbehave(tabi.Normal())
	w.until("it opens by itself", func() bool { return !w.network.Live.House.Closed() })
	if got := w.state(open.RequestID); got != "SUCCESS" {
		t.Errorf("what was open in the copy is %s", got)
	}
	w.pay(lost, wire.Success) // the till that was told S asks again: it is the same payment at the wallet
	if got := w.balance(); got != before {
		t.Errorf("the payer has %d yen, and had %d", got, before)
	}
	w.pay(refused, wire.Success)
	w.stop()
	w.inOrder()
}

// Half a copy is refused, and so are books that hold something.
func TestARestoreNeverMixesBooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(w.sale(1000), wire.Success)
	copied := filepath.Join(t.TempDir(), "copy.db")
	w.backUp(copied)
	w.stop()
	if err := w.tryRestore(copied, time.Hour); err == nil {
		t.Error("books that hold something were filled")
	}
	w.start()
	w.stop()
	w.inOrder()
}

// A person opens what a wallet keeps closed, and the opening is in the audit log.
func TestAPersonOpensTheNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open := w.sale(200)
	w.misbehave(tabi.Behaviour{DropAnswer: 1000})
	w.pay(open, wire.PaymentInProcess)
	w.misbehave(tabi.Behaviour{Down: true})
	copied := filepath.Join(t.TempDir(), "copy.db")
	w.backUp(copied)
	w.stop()
	w.loseBooks()
	w.restore(copied, time.Hour)
	w.start()
	if err := process.OpenByHand(context.Background(), w.config, false); err != nil {
		t.Fatal(err)
	}
	if w.network.Live.House.Closed() {
		t.Error("it is closed")
	}
	if err := process.OpenByHand(context.Background(), w.config, false); err == nil {
		t.Error("it was opened twice")
	}
	w.misbehave(tabi.Normal())
	w.until("the open payment is resolved", func() bool { return w.state(open.RequestID) == "SUCCESS" })
	w.stop()
	w.inOrder()
}

func (w *world) backUp(file string) {
	w.t.Helper()
	from, err := store.OpenReader(context.Background(), store.Location(w.books()))
	if err != nil {
		w.t.Fatal(err)
	}
	defer from.Close()
	if _, err := store.Copy(context.Background(), from, store.Location(file), store.Copying{}); err != nil {
		w.t.Fatal(err)
	}
}

// loseBooks is a disk that died: the books and what was derived from them are gone, the keys are not.
func (w *world) loseBooks() {
	w.t.Helper()
	for _, file := range []string{w.books(), process.ShelfOf(w.books())} {
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(file + end); err != nil && !os.IsNotExist(err) {
				w.t.Fatal(err)
			}
		}
	}
}

func (w *world) restore(file string, openAfter time.Duration) {
	w.t.Helper()
	if err := w.tryRestore(file, openAfter); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tryRestore(file string, openAfter time.Duration) error {
	from, err := store.OpenReader(context.Background(), store.Location(file))
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = process.Restore(context.Background(), w.config, from, process.Restoring{Name: "copy", OpenAfter: openAfter,
		Now: time.Now()})
	return err
}
