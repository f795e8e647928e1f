// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// World is one lane of a store, with its writer and memory, and a sample shop that makes payments in it.
type World struct {
	T      testing.TB
	DB     *store.DB
	Writer *store.Writer
	View   *store.View
	Lane   ident.Lane
	Now    time.Time
}

// morning is when every world begins.
var morning = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

// Open opens a store and takes its first lane.
func Open(t testing.TB, location store.Location) *World {
	t.Helper()
	db, err := store.Open(context.Background(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w := &World{T: t, DB: db, Lane: ident.House, Now: morning}
	w.Take()
	t.Cleanup(func() { w.Writer.Close() })
	return w
}

// Take takes the world's lane anew and fills an empty memory from the store.
func (w *World) Take() {
	w.T.Helper()
	if w.Writer != nil {
		w.Writer.Close()
	}
	writer, err := w.DB.Take(context.Background(), w.Lane, "a test", w.Now)
	if err != nil {
		w.T.Fatal(err)
	}
	w.Writer = writer
	w.Remember()
}

// Remember empties the memory and fills it from the store.
func (w *World) Remember() {
	w.T.Helper()
	w.View = store.NewView(w.Lane, store.NewCatalogue(w.DB.Reader()))
	w.View.SetNow(w.Now)
	if err := w.Writer.Restore(context.Background(), w.View); err != nil {
		w.T.Fatal(err)
	}
}

// Draft makes a batch of some movements' changes, a millisecond after the last one.
func (w *World) Draft(all ...store.Changes) *store.Batch {
	w.T.Helper()
	w.Now = w.Now.Add(time.Millisecond)
	draft := w.Writer.Begin(w.View, w.Now)
	for i := range all {
		if err := draft.Add(context.Background(), &all[i]); err != nil {
			w.T.Fatal(err)
		}
	}
	return draft.Finish()
}

// Commit writes some movements' changes as one batch.
func (w *World) Commit(all ...store.Changes) error {
	w.T.Helper()
	return w.Writer.Commit(context.Background(), w.Draft(all...))
}

// Must is Commit, which must succeed.
func (w *World) Must(all ...store.Changes) {
	w.T.Helper()
	if err := w.Commit(all...); err != nil {
		w.T.Fatal(err)
	}
}

// Fill loads what some keys name into the memory.
func (w *World) Fill(k store.Keys) {
	w.T.Helper()
	if err := w.Writer.Fill(context.Background(), w.View, k); err != nil {
		w.T.Fatal(err)
	}
}

// The sample rates: Hong Kong dollars for a yen, as the source has it and as payers are charged.
var (
	baseRate     = ratio("0.0512")
	customerRate = ratio("0.0515072")
)

func ratio(text string) money.Ratio {
	r, err := money.ParseRatio(text)
	if err != nil {
		return money.Ratio{} // the sample payments would not be written: their rates' denominators would be 0
	}
	return r
}

// NameOf is the id of the payment of a name.
func NameOf(lane ident.Lane, name string) ident.ID {
	return ident.Name(lane, ident.Payment, "SHOP", "", name)
}

// Request is a payment of the sample shop by the sample wallet. The same name names the same payment.
func (w *World) Request(name string, yen int64) *payment.Request {
	r := &payment.Request{ID: NameOf(w.Lane, name), Client: "SHOP", RequestID: name, At: w.Now.Add(time.Millisecond),
		Order: "order of " + name, Merchant: merchant.NameOf(w.Lane, "acq", "m-1"), Store: "s-1", Terminal: "till 1",
		Wallet: "hk", Price: money.New(yen, money.JPY), Payer: money.New(yen*515/100, money.HKD),
		Base: money.New(yen*512/100, money.HKD), Quote: ident.DigestOf(ident.Quote, "sample"), Customer: customerRate,
		BaseRate: baseRate, Rounding: money.HalfEven, Fee: money.New(yen/50, money.JPY), FeeBack: true,
		ExpiresAt: w.Now.Add(time.Hour)}
	r.Code, r.Fingerprint = payment.Mark(ident.DigestOf("code", name)), payment.Mark(ident.DigestOf("print", name))
	return r
}

// Sent are the changes of a payment's first movement, with the claim of its code.
func Sent(r *payment.Request) store.Changes {
	return store.Changes{Payments: []*payment.Request{r}, Entries: of(r.ID, r.SentBy()),
		Claims: []store.Claim{{Lane: r.ID.Lane, Hour: store.HourOf(r.At), Mark: r.Code, Payment: r.ID}}}
}

// Charged is a wallet's signed S for a payment.
func (w *World) Charged(partner string) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: partner, PartnerAt: w.Now}
}

// Heard are the changes that a wallet's answer makes to a payment in memory.
func (w *World) Heard(name string, a wallet.Answer) store.Changes {
	w.T.Helper()
	p := w.Payment(name)
	if p == nil {
		w.T.Fatalf("payment %q is not in memory", name)
	}
	return store.Changes{Entries: of(p.ID, p.Hear(a)...)}
}

// Payment is the payment of a name, as the memory has it.
func (w *World) Payment(name string) *payment.Payment {
	return w.View.Payment(NameOf(w.Lane, name).Digest)
}

// Pay makes a payment and lets the wallet charge it, in two batches.
func (w *World) Pay(name string, yen int64) {
	w.T.Helper()
	w.Must(Sent(w.Request(name, yen)))
	w.Must(w.Heard(name, w.Charged("W "+name)))
}

// of are changes of one payment as a draft takes them.
func of(id ident.ID, changes ...payment.Change) []store.Entry {
	entries := make([]store.Entry, len(changes))
	for i := range changes {
		entries[i] = store.Entry{Payment: id.Digest, Change: changes[i]}
	}
	return entries
}
