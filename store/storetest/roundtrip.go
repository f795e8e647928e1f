// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// longText is longer than any page of either engine.
var longText = strings.Repeat("架け橋, a bridge with 4 posts; ", 4000)

// everyByte holds all values of a byte.
var everyByte = func() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}()

func (w *World) stored(id ident.ID) *payment.Payment {
	w.T.Helper()
	p, err := w.DB.Reader().Payment(context.Background(), id)
	if err != nil {
		w.T.Fatal(err)
	}
	return p
}

// failing is what a test and a property have in common.
type failing interface {
	Helper()
	Fatalf(format string, args ...any)
}

func same(t failing, what string, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%s was\n%+v\nand came back as\n%+v", what, want, got)
	}
}

func paymentsRoundTrip(t *testing.T, location store.Location) {
	w := Open(t, location)
	plain := w.Request("plain", 1000)
	extreme := w.Request("extreme", 1)
	extreme.Client, extreme.Account, extreme.RequestID = "", strings.Repeat("account ", 300), longText
	extreme.Order, extreme.Store, extreme.Terminal, extreme.Wallet = longText, "\U0010ffff\u0001\u007f", "", "ワレット"
	extreme.Price, extreme.Fee = money.New(math.MaxInt64, money.JPY), money.New(math.MaxInt64, money.JPY)
	extreme.Payer, extreme.Base = money.New(math.MaxInt64, money.HKD), money.New(0, money.HKD)
	extreme.ExpiresAt = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	copy(extreme.Code[:], everyByte[240:])
	copy(extreme.Sealed[:], everyByte[100:])
	local := w.Request("one currency", 500)
	local.Payer, local.Base, local.Quote = local.Price, local.Price, ident.Digest{}
	local.Customer, local.BaseRate, local.Rounding, local.FeeBack = money.Ratio{}, money.Ratio{}, 0, false
	local.ExpiresAt = time.Time{}
	buried := &payment.Request{ID: NameOf(w.Lane, "buried"), Client: "SHOP", RequestID: "buried", At: w.Now}

	w.Must(Sent(plain), Sent(extreme), Sent(local), store.Changes{Payments: []*payment.Request{buried},
		Entries: of(buried.ID, buried.Buried())})
	for _, r := range []*payment.Request{plain, extreme, local, buried} {
		got := w.stored(r.ID)
		if got == nil {
			t.Fatalf("%v is not stored", r.ID)
		}
		same(t, "a request", *r, got.Request)
		same(t, "a payment", w.View.Payment(r.ID.Digest), got)
		if got.CommitmentOf() != r.CommitmentOf() {
			t.Fatal("the commitment differs")
		}
	}
	if p := w.stored(NameOf(w.Lane, "nobody's")); p != nil {
		t.Fatalf("a payment that was never made: %+v", p)
	}
}

func journalRoundTrip(t *testing.T, location store.Location) {
	w := Open(t, location)
	w.Must(Sent(w.Request("p", 1000)))
	batch := w.Draft(w.Heard("p", w.Charged("W")))
	want := slices.Clone(batch.Rows())
	if err := w.Writer.Commit(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	rows := w.journal()
	same(t, "the rows", want, rows[len(rows)-len(want):])
	if last := want[len(want)-1]; last.Kind != ledger.PaymentSucceeded || len(last.Transfers) == 0 || last.Origin != 1 {
		t.Fatalf("the last row is %+v", last)
	}
	family, err := w.DB.Reader().Family(context.Background(), w.Lane, 1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the family", []ledger.Row{rows[0], rows[len(rows)-1]}, family)
	w.chained()
}

// chained fails the test unless the lane's journal is one chain up to where the writer stands.
func (w *World) chained() []ledger.Row {
	w.T.Helper()
	rows := w.journal()
	var head ledger.Hash
	at := int64(0)
	for i := range rows {
		if rows[i].N != int64(i+1) || rows[i].Hash != rows[i].Sum(head) || rows[i].At < at {
			w.T.Fatalf("row %d does not follow row %d", rows[i].N, i)
		}
		head, at = rows[i].Hash, rows[i].At
	}
	if row := w.Writer.Row(); row.N != int64(len(rows)) || row.Head != head {
		w.T.Fatalf("the lane stands at %d, its journal at %d", row.N, len(rows))
	}
	return rows
}

// journal is the lane's whole journal.
func (w *World) journal() (all []ledger.Row) {
	w.T.Helper()
	for {
		after := int64(0)
		if len(all) > 0 {
			after = all[len(all)-1].N
		}
		page, err := w.DB.Reader().Journal(context.Background(), w.Lane, after)
		if err != nil {
			w.T.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

func parkedRoundTrip(t *testing.T, location store.Location) {
	w := Open(t, location)
	parked := []store.Parked{
		{At: time.UnixMicro(math.MaxInt64).UTC(), Kind: "", Data: bytes.Repeat(everyByte, 4096), Reason: longText},
		{At: time.UnixMicro(1).UTC(), Kind: "pay/1", Data: []byte{0}, Reason: "a reason"},
		{At: time.UnixMicro(-1).UTC(), Kind: "'; --", Data: everyByte, Reason: ""},
		{At: time.UnixMicro(math.MinInt64).UTC(), Kind: "pay/1", Reason: "\t\n"},
	}
	for i := range parked {
		parked[i].Lane = w.Lane
		if err := w.Writer.Park(context.Background(), parked[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := w.DB.Reader().Parked(context.Background(), len(parked)+1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what was parked", parked, got)
	if err := w.Writer.Park(context.Background(), parked[0]); err != nil {
		t.Fatalf("a second movement of one time: %v", err)
	}
}

func attachmentsRoundTrip(t *testing.T, location store.Location) {
	w := Open(t, location)
	ctx, reader := context.Background(), w.DB.Reader()
	r := w.Request("p", 1000)
	sent := Sent(r)
	sent.Sealed = []store.Sealed{{Object: r.ID.Digest, Record: bytes.Repeat(everyByte, 4096)}}
	w.Must(sent)
	record, err := reader.Sealed(ctx, w.Lane, w.Payment("p").Origin)
	if err != nil || !bytes.Equal(record, sent.Sealed[0].Record) {
		t.Fatalf("%d bytes of sealed text came back: %v", len(record), err)
	}
	if record, err := reader.Sealed(ctx, w.Lane, 2); err != nil || record != nil {
		t.Fatalf("sealed text of a row without any: %d bytes, %v", len(record), err)
	}

	act := store.Act{Person: "a person", What: "do", Subject: longText, Data: everyByte}
	w.Must(store.Changes{Act: &act})
	acts, err := reader.Acts(ctx, w.Lane, 0)
	if err != nil || len(acts) != 1 {
		t.Fatalf("%v %v", acts, err)
	}
	same(t, "an act", store.AuditedAct{Act: act, Lane: w.Lane, N: w.Writer.Row().N, At: w.Now}, acts[0])

	event := ident.Name(w.Lane, ident.Event, "1", "shop")
	told := []store.Delivery{
		{Event: event.Digest, Attempt: 1, At: w.Now, Outcome: store.Postponed, Detail: longText},
		{Event: event.Digest, Attempt: 2, At: w.Now.Add(time.Second), Outcome: store.Delivered}}
	w.Must(store.Changes{Deliveries: told})
	w.Must(store.Changes{Deliveries: []store.Delivery{{Event: event.Digest, Attempt: 1, At: w.Now,
		Outcome: store.Abandoned}}}) // it was told: nothing makes that untrue
	got, err := reader.Deliveries(ctx, event)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the deliveries", told, got)
	last, err := reader.LastDeliveries(ctx, w.Lane, []ident.Digest{event.Digest, {1}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the last delivery", map[ident.Digest]store.Delivery{event.Digest: told[1]}, last)
}

// textsRefused writes texts that PostgreSQL cannot hold. A store that held them on one engine could not be moved.
func textsRefused(t *testing.T, location store.Location) {
	w := Open(t, location)
	w.Must(Sent(w.Request("good", 1000)))
	for _, text := range []string{"a\x00b", "\xff", "架\xe6"} {
		before := w.Writer.Row()
		r := w.Request("bad", 1000)
		r.Terminal = text
		if err := w.Commit(Sent(r)); fault.CodeOf(err) != store.CodeRefusedByRow {
			t.Fatalf("%q: %v", text, err)
		}
		w.unchanged(before)
		w.Remember()
	}
	if err := w.Commit(Sent(w.Request("bad", 1000))); err != nil {
		t.Fatalf("after the refusals: %v", err)
	}
}

// unchanged fails the test unless the lane stands where it did.
func (w *World) unchanged(before store.LaneRow) {
	w.T.Helper()
	lanes, err := w.DB.Reader().Lanes(context.Background())
	if err != nil {
		w.T.Fatal(err)
	}
	for _, l := range lanes {
		if l.Lane == w.Lane && (l.N != before.N || l.Batch != before.Batch || l.Head != before.Head || l.At != before.At) {
			w.T.Fatalf("the lane stood at %+v and stands at %+v", before, l)
		}
	}
	if rows := w.journal(); int64(len(rows)) != before.N {
		w.T.Fatalf("%d rows, not %d", len(rows), before.N)
	}
}

func journalPages(t *testing.T, location store.Location) {
	w := Open(t, location)
	const payments = 1300
	var batch []store.Changes
	for i := range payments {
		r := w.Request(fmt.Sprint("p", i), 100)
		batch = append(batch, store.Changes{Payments: []*payment.Request{r},
			Entries: of(r.ID, r.RefusedFor(wire.ExpiredCode, ""))})
	}
	w.Must(batch...)
	reader := w.DB.Reader()
	sizes := []int{}
	for after := int64(0); ; {
		page, err := reader.Journal(context.Background(), w.Lane, after)
		if err != nil {
			t.Fatal(err)
		}
		for i := range page {
			if page[i].N != after+1 {
				t.Fatalf("row %d follows row %d", page[i].N, after)
			}
			after = page[i].N
		}
		sizes = append(sizes, len(page))
		if len(page) == 0 {
			break
		}
	}
	same(t, "the sizes of the pages", []int{512, 512, payments - 1024, 0}, sizes)
}
