// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// refused commits changes that a constraint must refuse, beside sound ones that must then not be written either.
func (w *World) refused(all ...store.Changes) {
	w.T.Helper()
	before := w.Writer.Row()
	beside := w.Request("beside", 100)
	err := w.Commit(append(all, Sent(beside))...)
	if fault.CodeOf(err) != store.CodeRefusedByRow || fault.KindOf(err) != fault.Conflict {
		w.T.Fatalf("the row was not refused: %v", err)
	}
	w.unchanged(before)
	if p := w.stored(beside.ID); p != nil {
		w.T.Fatal("a part of the refused batch is written")
	}
	w.Remember()
	w.Must(Sent(beside)) // the writer goes on
}

func paymentOnce(t *testing.T, location store.Location) {
	w := Open(t, location)
	w.Must(Sent(w.Request("p", 1000)))
	w.Pay("q", 1000)
	w.Remember() // what is closed is forgotten; "p" is open and remembered
	again := Sent(w.Request("q", 2000))
	again.Claims = nil
	w.refused(again)
	if p := w.stored(NameOf(w.Lane, "q")); p.Price != money.New(1000, money.JPY) {
		t.Fatalf("the payment costs %v", p.Price)
	}
}

// Refunded are the changes that reserve a refund of a payment in memory.
func (w *World) Refunded(name, refund string, yen int64) store.Changes {
	w.T.Helper()
	p := w.Payment(name)
	r := &payment.RefundRequest{ID: ident.Name(w.Lane, ident.Refund, "SHOP", "", refund), Payment: p.ID, Client: "SHOP",
		RequestID: refund, At: w.Now.Add(time.Millisecond), Reference: "reference", Amount: money.New(yen, money.JPY)}
	return store.Changes{Refunds: []*payment.RefundRequest{r}, Entries: of(p.ID, p.RefundReserved(r))}
}

func refundOnce(t *testing.T, location store.Location) {
	w := Open(t, location)
	w.Pay("p", 1000)
	w.Pay("q", 1000)
	first := w.Refunded("p", "r", 400)
	w.Must(first)
	got, err := w.DB.Reader().Refund(context.Background(), first.Refunds[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "a refund", first.Refunds[0], got)
	w.Remember()
	w.Fill(store.Keys{Payments: []ident.Digest{NameOf(w.Lane, "q").Digest}})
	w.refused(w.Refunded("q", "r", 300))
	if r, err := w.DB.Reader().Refund(context.Background(), ident.Name(w.Lane, ident.Refund, "nobody's")); r != nil ||
		err != nil {
		t.Fatalf("a refund that was never made: %v %v", r, err)
	}
}

func claimOnce(t *testing.T, location store.Location) {
	w := Open(t, location)
	w.Must(Sent(w.Request("p", 1000)))
	w.Remember()
	second := w.Request("q", 1000)
	second.Code = w.Request("p", 1000).Code
	w.refused(Sent(second))
	for _, later := range []time.Duration{0, time.Hour} {
		w.Now = w.Now.Add(later)
		w.Take() // nothing is remembered
		w.Fill(store.Keys{Marks: []payment.Mark{second.Code}})
		if c, ok := w.View.Claim(second.Code); !ok || c.Payment != NameOf(w.Lane, "p") || c.Lane != w.Lane {
			t.Fatalf("the code is spent by %+v, %v", c, ok)
		}
	}
}

// rowOnce writes a batch of nothing but a seal a second time: the lane's row takes it, the journal refuses it.
func rowOnce(t *testing.T, location store.Location) {
	w := Open(t, location)
	draft := w.Writer.Begin(w.View, w.Now)
	draft.Seal(w.Now.Truncate(15 * time.Minute))
	batch := draft.Finish()
	if err := w.Writer.Commit(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	before := w.Writer.Row()
	if err := w.Writer.Commit(context.Background(), batch); fault.CodeOf(err) != store.CodeRefusedByRow {
		t.Fatalf("a row of the journal was written twice: %v", err)
	}
	w.unchanged(before)
}

func accountOnce(t *testing.T, location store.Location) {
	w := Open(t, location)
	w.Pay("p", 1000)
	w.Pay("q", 1000)
	w.Take()
	w.Pay("r", 1000)
	accounts, err := w.DB.Reader().Accounts(context.Background(), w.Lane, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[ledger.Account]bool{}
	for i, a := range accounts {
		if a.Number != ledger.Number(i+1) || seen[a.Account] {
			t.Fatalf("account %d is %+v", i+1, a)
		}
		seen[a.Account] = true
	}
	if int64(len(accounts)) != w.Writer.Row().Accounts || len(accounts) == 0 {
		t.Fatalf("%d accounts, and the lane counts %d", len(accounts), w.Writer.Row().Accounts)
	}
	opened := 0
	for _, row := range w.journal() {
		if row.Kind == ledger.AccountOpened {
			opened++
		}
	}
	if opened != len(accounts) {
		t.Fatalf("%d accounts, and %d rows that open one", len(accounts), opened)
	}
}

func sealed(t *testing.T, location store.Location) {
	w := Open(t, location)
	quarter := w.Now.Truncate(15 * time.Minute)
	draft := w.Writer.Begin(w.View, w.Now)
	draft.Seal(quarter)
	if err := w.Writer.Commit(context.Background(), draft.Finish()); err != nil {
		t.Fatal(err)
	}
	rows := w.journal()
	if len(rows) != 1 || rows[0].Kind != ledger.Seal || rows[0].At != w.Now.UnixMicro() || rows[0].Origin != 0 {
		t.Fatalf("%+v", rows)
	}
	w.Must(Sent(w.Request("p", 1000)))
	w.chained()
	fields, err := ledger.ParseFields(rows[0].Body)
	if err != nil || len(fields) != 1 || fields[0].Number != quarter.UnixMicro() {
		t.Fatalf("%+v %v", fields, err)
	}
}

func unclaims(t *testing.T, location store.Location) {
	w := Open(t, location)
	ctx, reader := context.Background(), w.DB.Reader()
	if _, ok, err := reader.OldestClaim(ctx, w.Lane); ok || err != nil {
		t.Fatalf("an hour with claims before there are any: %v", err)
	}
	for _, name := range []string{"p", "q", "r"} {
		w.Must(Sent(w.Request(name, 1000)))
	}
	hour := store.HourOf(w.Now)
	w.Now = w.Now.Add(time.Hour)
	w.Must(Sent(w.Request("s", 1000)))
	for left := 3; left > 0; left -= 2 {
		oldest, ok, err := reader.OldestClaim(ctx, w.Lane)
		if err != nil || !ok || oldest != hour {
			t.Fatalf("the oldest hour is %d, %v, %v", oldest, ok, err)
		}
		w.Must(store.Changes{Unclaims: []store.Unclaim{{Hour: hour, Limit: 2}}})
	}
	if oldest, ok, err := reader.OldestClaim(ctx, w.Lane); err != nil || !ok || oldest != hour+1 {
		t.Fatalf("the oldest hour is %d, %v, %v", oldest, ok, err)
	}
	w.Take()
	w.Fill(store.Keys{Marks: []payment.Mark{w.Request("p", 0).Code, w.Request("s", 0).Code}})
	if _, ok := w.View.Claim(w.Request("p", 0).Code); ok {
		t.Fatal("a claim that was removed is still there")
	}
	if _, ok := w.View.Claim(w.Request("s", 0).Code); !ok {
		t.Fatal("a claim of the next hour is gone")
	}
}
