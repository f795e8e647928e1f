// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/store/storetest"
)

// elsewhere are the ways from one place to another.
var elsewhere = []struct {
	name     string
	from, to func(t testing.TB) store.Location
}{
	{"file to file", inFile, inFile}, {"memory to memory", inMemory, inMemoryToo}, {"file to server", inFile, onServer},
	{"server to file", onServer, inFile},
}

func inMemoryToo(t testing.TB) store.Location { return inMemory(t) + "-too" }

// counted numbers stores in memory.
var counted atomic.Int64

// filled is a store with something in every table, in two lanes.
func filled(t *testing.T, location store.Location) (house, other *storetest.World) {
	t.Helper()
	house = storetest.Open(t, location)
	house.Furnish()
	other = &storetest.World{T: t, DB: house.DB, Lane: 2, Now: house.Now}
	other.Take()
	t.Cleanup(func() { other.Writer.Close() })
	for _, w := range []*storetest.World{house, other} {
		w.Writer.CheckpointEvery(30)
		var sent, heard, refunds, told []store.Changes
		for i := range 700 {
			sent = append(sent, storetest.Sent(w.Request(fmt.Sprint("p", i), 1000)))
		}
		w.Must(sent...)
		for i := range 690 {
			heard = append(heard, w.Heard(fmt.Sprint("p", i), w.Charged(fmt.Sprint("W", i))))
		}
		w.Must(heard...)
		for i := range 12 {
			p := w.Payment(fmt.Sprint("p", i))
			r := refundOf(p, fmt.Sprint("r", i), 100)
			refunds = append(refunds, store.Changes{Refunds: []*payment.RefundRequest{r},
				Entries: []store.Entry{{Payment: p.ID.Digest, Change: p.RefundReserved(r)}},
				Sealed:  []store.Sealed{{Object: r.ID.Digest, Record: bytes.Repeat([]byte{7, 0}, 4096)}}})
		}
		w.Must(refunds...)
		for i := range 600 {
			told = append(told, store.Changes{Deliveries: []store.Delivery{{Attempt: 1 + i/200, At: w.Now,
				Event: ident.DigestOf(ident.Event, fmt.Sprint(i%200)), Outcome: store.Postponed, Detail: "no answer"}}})
		}
		w.Must(told...)
		for i := range 3 {
			park(w, fmt.Sprint("movement/", i))
		}
	}
	return house, other
}

func refundOf(p *payment.Payment, name string, yen int64) *payment.RefundRequest {
	return &payment.RefundRequest{ID: ident.Name(p.ID.Lane, ident.Refund, "SHOP", "", name), Payment: p.ID, Client: "SHOP",
		RequestID: name, At: p.At, Amount: money.New(yen, p.Price.Currency())}
}

func park(w *storetest.World, kind string) {
	w.T.Helper()
	err := w.Writer.Park(context.Background(), store.Parked{At: w.Now, Kind: kind, Data: []byte{0, 255}, Reason: "refused"})
	if err != nil {
		w.T.Fatal(err)
	}
}

// read opens a store for reading.
func read(t *testing.T, location store.Location) *store.Reader {
	t.Helper()
	r, err := store.OpenReader(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// held keeps a store in memory alive until the end of the test.
func held(t *testing.T, location store.Location) store.Location {
	t.Helper()
	if strings.HasPrefix(string(location), "memory:") {
		store.Anchor(t, location)
	}
	return location
}

func TestACopyOfAStoreAtRestIsEqualRowByRow(t *testing.T) {
	for _, way := range elsewhere {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			house, _ := filled(t, way.from(t))
			to := held(t, way.to(t))
			cut, err := store.Copy(t.Context(), house.DB.Reader(), to, store.Copying{})
			if err != nil {
				t.Fatal(err)
			}
			want, got := store.Rows(t, house.DB.Reader()), store.Rows(t, read(t, to))
			written := int64(0)
			for table, rows := range got {
				if table != "lane" {
					written += int64(len(rows))
				}
				switch table {
				case "lane", "balance", "checkpoint": // the copy's own
					continue
				}
				if len(rows) == 0 || !slices.Equal(want[table], rows) {
					t.Errorf("%s: %d rows, and %d in the copy", table, len(want[table]), len(rows))
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d tables hold rows, and %d of the copy", len(want), len(got))
			}
			if lanes := int64(len(got["lane"])); cut.Written != written+2*lanes {
				t.Errorf("%d rows were written, and %d are there", cut.Written, written+2*lanes)
			}
			standing(t, house.DB.Reader(), read(t, to), cut)
		})
	}
}

// standing compares where the lanes stand.
func standing(t *testing.T, from, to *store.Reader, cut store.Cut) {
	t.Helper()
	then, err1 := from.Lanes(t.Context())
	now, err2 := to.Lanes(t.Context())
	if err := errors.Join(err1, err2); err != nil || len(then) != 2 || len(now) != 2 {
		t.Fatal(then, now, err)
	}
	for i := range now {
		if !now[i].Copied() || now[i].Unfinished() || then[i].Copied() {
			t.Errorf("the copy's lane is held by %q, the original's by %q", now[i].Holder, then[i].Holder)
		}
		if cut.Lanes[i] != then[i] {
			t.Errorf("the cut says %+v, and the lane stands at %+v", cut.Lanes[i], then[i])
		}
		a, b := then[i], now[i]
		a.Holder, a.Backend, a.Renewed, a.Taken = b.Holder, b.Backend, b.Renewed, b.Taken
		if a != b {
			t.Errorf("the lane stood at %+v, and its copy stands at %+v", a, b)
		}
	}
}

// TestACopyRemembersWhatTheStoreRemembered opens both: what is open, and the balances, are the same, and reading them back
// loads nothing that is closed.
func TestACopyRemembersWhatTheStoreRemembered(t *testing.T) {
	for _, way := range elsewhere {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			storetest.Copies(t, way.from(t), func(t testing.TB) store.Location {
				if way.name != "memory to memory" {
					return way.to(t)
				}
				location := store.Location(fmt.Sprintf("memory:copy-%d", counted.Add(1)))
				store.Anchor(t, location)
				return location
			})
		})
	}
}

// TestACopyWhileTheStoreIsWrittenEndsAtACut writes to the store after every page of the copy: payments, refunds, claims,
// facts that an act changes, price-list lines, deliveries.
func TestACopyWhileTheStoreIsWrittenEndsAtACut(t *testing.T) {
	for _, way := range elsewhere {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			house, other := filled(t, way.from(t))
			b := &busy{house: house, other: other, plans: map[int64]int64{}}
			to := held(t, way.to(t))
			cut, err := store.Copy(t.Context(), house.DB.Reader(), to, store.Copying{Progress: b.write})
			if err != nil {
				t.Fatal(err)
			}
			if b.times < 20 || b.acts < 5 {
				t.Fatalf("the store was written to %d times, by %d acts", b.times, b.acts)
			}
			b.compare(t, cut, store.Rows(t, read(t, to)))
		})
	}
}

// busy writes to a store that is being copied.
type busy struct {
	house, other *storetest.World
	times, acts  int
	plans        map[int64]int64 // what the plan costs, by the row of the act that changed it
}

// write lets something happen in both lanes. The catalogue changes now and then, and not after every page: a copy cannot
// end while it does.
func (b *busy) write(p store.CopyProgress) {
	b.times++
	for _, w := range []*storetest.World{b.house, b.other} {
		w.Now = w.Now.Add(7 * time.Second)
		name := fmt.Sprint("late", b.times)
		w.Must(storetest.Sent(w.Request(name, 1000)))
		w.Must(w.Heard(name, w.Charged("W "+name)))
		paid := w.Payment(name)
		r := refundOf(paid, "r "+name, 10)
		w.Must(store.Changes{Refunds: []*payment.RefundRequest{r}, Entries: []store.Entry{{Payment: paid.ID.Digest,
			Change: paid.RefundReserved(r)}}})
		w.Must(store.Changes{Deliveries: []store.Delivery{{Event: ident.DigestOf(ident.Event, name), Attempt: 1, At: w.Now,
			Outcome: store.Delivered}}})
	}
	// A claim of the house lane for a payment of the other, which is never made.
	b.house.Must(store.Changes{Claims: []store.Claim{{Lane: b.house.Lane, Hour: store.HourOf(b.house.Now),
		Mark:    payment.Mark(ident.DigestOf("code", fmt.Sprint("elsewhere", b.times))),
		Payment: storetest.NameOf(b.other.Lane, "never made")}}})
	if b.times%4 == 0 {
		b.acts++
		fixed := int64(100 + b.times)
		b.house.Must(store.Changes{Act: &store.Act{Person: "a test", What: "put", Data: []byte("plan")},
			Facts: store.Facts{Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(200), Fixed: fixed,
				Rounding: money.Down}}}})
		b.plans[b.house.Writer.Row().N] = fixed
	}
}

// compare checks that the copy holds the whole of what was up to its cut, and nothing else.
func (b *busy) compare(t *testing.T, cut store.Cut, got map[string][]string) {
	t.Helper()
	want := store.Rows(t, b.house.DB.Reader())
	ends := map[string]int64{}
	for _, l := range cut.Lanes {
		ends[fmt.Sprint(l.Lane.Key())] = l.N
	}
	for _, table := range []string{"journal", "payment", "refund", "sealed", "act"} {
		upTo := slices.DeleteFunc(slices.Clone(want[table]), func(row string) bool {
			return number(t, row, "n") > ends[column(t, row, "lane")]
		})
		if !slices.Equal(upTo, got[table]) || len(upTo) == len(want[table]) && table != "sealed" {
			t.Errorf("%s: %d rows, %d up to the cut, and %d in the copy", table, len(want[table]), len(upTo), len(got[table]))
		}
	}
	known := map[string]bool{}
	for _, row := range got["payment"] {
		known[column(t, row, "id")] = true
	}
	abroad := 0
	for _, row := range want["code_claim"] {
		there := slices.Contains(got["code_claim"], row)
		if column(t, row, "lane") != column(t, row, "home") {
			if there {
				abroad++
			}
		} else if there != known[column(t, row, "payment")] {
			t.Errorf("the claim %s is in the copy: %v", row, there)
		}
	}
	if abroad == 0 {
		t.Error("no claim for a payment of another lane is in the copy")
	}
	for _, row := range got["delivery"] {
		if !slices.Contains(want["delivery"], row) {
			t.Errorf("a delivery that was never made: %s", row)
		}
	}
	b.comparePlan(t, ends, got["plan"])
}

// comparePlan checks that the plan is the one of the last act before the cut.
func (b *busy) comparePlan(t *testing.T, ends map[string]int64, got []string) {
	t.Helper()
	last, fixed := int64(0), int64(0)
	for n, is := range b.plans {
		if n > last && n <= ends[fmt.Sprint(b.house.Lane.Key())] {
			last, fixed = n, is
		}
	}
	if len(got) != 1 || last == 0 || number(t, got[0], "version") != last || number(t, got[0], "fixed") != fixed {
		t.Errorf("the plan of row %d costs %d, and the copy has %v", last, fixed, got)
	}
}

// column is the text of a column in a row.
func column(t *testing.T, row, name string) string {
	t.Helper()
	for _, field := range strings.Split(row, " ") {
		if value, ok := strings.CutPrefix(field, name+"="); ok {
			return value
		}
	}
	t.Fatalf("no column %s in %s", name, row)
	return ""
}

func number(t *testing.T, row, name string) (n int64) {
	t.Helper()
	if _, err := fmt.Sscan(column(t, row, name), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDeliveriesAfterTheCutAreLeftOut: an event is named by the number of its row, and after a restore another row gets it.
func TestDeliveriesAfterTheCutAreLeftOut(t *testing.T) {
	t.Parallel()
	house, _ := filled(t, inMemory(t))
	late := ident.DigestOf(ident.Event, "told while the journal was copied")
	to := held(t, inMemoryToo(t))
	_, err := store.Copy(t.Context(), house.DB.Reader(), to, store.Copying{Progress: func(p store.CopyProgress) {
		if p.Table == "journal" {
			house.Must(store.Changes{Deliveries: []store.Delivery{{Event: late, Attempt: int(p.N),
				At: house.Now.Add(-time.Hour), Outcome: store.Delivered}}})
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, to)
	last, err := r.LastDeliveries(t.Context(), house.Lane, []ident.Digest{late, ident.DigestOf(ident.Event, "7")})
	if _, told := last[late]; err != nil || told || len(last) != 1 {
		t.Fatalf("%v, %v", last, err)
	}
}

// TestClaimsOfADayAreCopied lets the hour end while the claims are copied, and the oldest ones go.
func TestClaimsOfADayAreCopied(t *testing.T) {
	t.Parallel()
	w := storetest.Open(t, inMemory(t))
	begun := w.Now
	for hour := range 26 {
		w.Now = begun.Add(time.Duration(hour) * time.Hour).Truncate(time.Hour).Add(59 * time.Minute)
		var sent []store.Changes
		for i := range 300 {
			sent = append(sent, storetest.Sent(w.Request(fmt.Sprintf("%d-%d", hour, i), 100)))
		}
		w.Must(sent...)
	}
	ended := false
	to := held(t, inMemoryToo(t))
	cut, err := store.Copy(t.Context(), w.DB.Reader(), to, store.Copying{Progress: func(p store.CopyProgress) {
		if p.Table == "code_claim" && !ended {
			ended = true
			w.Now = w.Now.Add(2 * time.Minute) // and with the new hour the oldest claims go
			w.Must(store.Changes{Unclaims: []store.Unclaim{{Hour: store.HourOf(w.Now) - 24, Limit: 512}}})
		}
	}})
	if err != nil || !ended {
		t.Fatal(ended, err)
	}
	last := store.HourOf(time.UnixMicro(cut.Lanes[0].At))
	hours := map[int64]int{}
	for _, row := range store.Rows(t, read(t, to))["code_claim"] {
		hours[number(t, row, "hour")]++
	}
	if last != store.HourOf(w.Now) {
		t.Fatalf("the cut is of hour %d, and it is hour %d", last, store.HourOf(w.Now))
	}
	for hour := last - 23; hour < last; hour++ {
		if hours[hour] != 300 {
			t.Errorf("%d claims of the hour %d before the cut", hours[hour], last-hour)
		}
	}
}

func TestACopyThatIsBrokenOffSaysSo(t *testing.T) {
	for _, way := range elsewhere {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			house, _ := filled(t, way.from(t))
			to := held(t, way.to(t))
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			_, err := store.Copy(ctx, house.DB.Reader(), to, store.Copying{Progress: func(p store.CopyProgress) {
				if p.Table == "journal" && p.N > 1000 {
					stop()
				}
			}})
			if fault.CodeOf(err) != store.CodeInterrupted || fault.KindOf(err) != fault.Unavailable {
				t.Fatal(err)
			}
			lanes, err := read(t, to).Lanes(t.Context())
			if err != nil || len(lanes) != 2 || !lanes[0].Unfinished() || lanes[0].Copied() || lanes[0].N != 0 {
				t.Fatalf("%+v, %v", lanes, err)
			}
			if err := store.Vacant(t.Context(), to); fault.CodeOf(err) != store.CodeNotVacant {
				t.Errorf("half a copy is vacant: %v", err)
			}
			_, err = store.Copy(t.Context(), read(t, to), inMemory(t)+"-third", store.Copying{})
			if fault.CodeOf(err) != store.CodeUnfinished {
				t.Errorf("half a copy was copied: %v", err)
			}
		})
	}
}

func TestOnlyAVacantStoreIsFilled(t *testing.T) {
	for _, way := range elsewhere {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			w := storetest.Open(t, way.from(t))
			w.Pay("p", 1000)
			to := held(t, way.to(t))
			if err := store.Vacant(t.Context(), to); err != nil {
				t.Fatal(err)
			}
			if _, err := store.Copy(t.Context(), w.DB.Reader(), to, store.Copying{}); err != nil {
				t.Fatal(err)
			}
			before := store.Rows(t, read(t, to))
			_, err := store.Copy(t.Context(), w.DB.Reader(), to, store.Copying{})
			if fault.CodeOf(err) != store.CodeNotVacant || fault.KindOf(err) != fault.Conflict ||
				!strings.Contains(fault.DetailOf(err), "lane 0 with 8 rows") {
				t.Fatal(err)
			}
			if after := store.Rows(t, read(t, to)); !slices.Equal(before["journal"], after["journal"]) ||
				!slices.Equal(before["lane"], after["lane"]) {
				t.Error("a copy that was refused wrote something")
			}
		})
	}
}

func TestAStoreThatNobodyWroteToIsNotCopied(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), inMemory(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = store.Copy(t.Context(), db.Reader(), inMemoryToo(t), store.Copying{})
	if fault.CodeOf(err) != store.CodeNothing || fault.KindOf(err) != fault.NotFound {
		t.Fatal(err)
	}
	_, err = store.Copy(t.Context(), db.Reader(), "", store.Copying{})
	if err == nil {
		t.Fatal("a copy to nowhere")
	}
}

// TestDamageIsNotCopied edits a row of the original as somebody with the file in their hands would.
func TestDamageIsNotCopied(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ edit, want string }{
		"a row's body": {"UPDATE journal SET body = CAST(x'01' || body AS BLOB) WHERE lane = $1 AND n = 9",
			"row 9 of lane 0"},
		"a row that left":  {"DELETE FROM journal WHERE lane = $1 AND n = 9", "row 9 of lane 0 is missing"},
		"the last rows":    {"DELETE FROM journal WHERE lane = $1 AND n > 9", "row 10 of lane 0 is missing"},
		"the head":         {"UPDATE lane SET head = zeroblob(32) WHERE lane = $1", "the head of lane 0"},
		"a payment's row":  {"DELETE FROM payment WHERE lane = $1 AND n = 1", "1 rows of table payment"},
		"an account's row": {"DELETE FROM account WHERE lane = $1 AND number = 2", "account 2 of lane 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			location := inFile(t)
			w := storetest.Open(t, location)
			for i := range 10 {
				w.Pay(fmt.Sprint("p", i), 1000)
			}
			store.Edit(t, location, c.edit, w.Lane.Key())
			_, err := store.Copy(t.Context(), w.DB.Reader(), inFile(t), store.Copying{})
			if fault.CodeOf(err) != store.CodeDamaged || !strings.Contains(err.Error(), c.want) {
				t.Fatal(err)
			}
		})
	}
}

// TestACatalogueThatNeverRestsIsNotCopied commits an act after every look.
func TestACatalogueThatNeverRestsIsNotCopied(t *testing.T) {
	t.Parallel()
	w := storetest.Open(t, inMemory(t))
	facts := w.Furnish()
	fixed := int64(0)
	_, err := store.Copy(t.Context(), w.DB.Reader(), inMemoryToo(t), store.Copying{Progress: func(p store.CopyProgress) {
		if p.Table == "plan" {
			fixed++
			facts.Plans[0].Fixed = fixed
			w.Must(store.Changes{Facts: store.Facts{Plans: facts.Plans}, Act: &store.Act{Person: "a test", What: "put"}})
		}
	}})
	if fault.CodeOf(err) != store.CodeUnsettled || fault.KindOf(err) != fault.Unavailable {
		t.Fatal(err)
	}
}

func TestARaisedCopyIsBeyondAnyProcessOfTheLostStore(t *testing.T) {
	t.Parallel()
	w := storetest.Open(t, inMemory(t))
	w.Pay("p", 1000)
	to := held(t, inMemoryToo(t))
	if _, err := store.Copy(t.Context(), w.DB.Reader(), to, store.Copying{Raise: true}); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		w.Take()
	}
	lanes, err := read(t, to).Lanes(t.Context())
	if err != nil || lanes[0].Epoch <= w.Writer.Row().Epoch || lanes[0].Taken != lanes[0].Epoch {
		t.Fatalf("%+v beside %+v, %v", lanes, w.Writer.Row(), err)
	}
}

func TestACopyInAFileCarriesItsFooterAndIsWhole(t *testing.T) {
	t.Parallel()
	w := storetest.Open(t, inMemory(t))
	w.Pay("p", 1000)
	to := inFile(t)
	made := store.Footer{}
	_, err := store.Copy(t.Context(), w.DB.Reader(), to, store.Copying{Footer: func(c store.Cut) store.Footer {
		made = store.Footer{Body: fmt.Sprintf("架け橋: %d rows\n", c.Rows()), Signature: []byte{0, 1, 255}}
		return made
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, beside := range []string{"-wal", "-shm", "-journal"} {
		if found, _ := filepath.Glob(filepath.Join(filepath.Dir(string(to)), "*"+beside)); len(found) > 0 {
			t.Errorf("%v lies beside the copy", found)
		}
	}
	r := read(t, to)
	if got, ok, err := r.Footer(t.Context()); err != nil || !ok || got.Body != made.Body ||
		!bytes.Equal(got.Signature, made.Signature) {
		t.Errorf("%+v, %v, %v", got, ok, err)
	}
	if wrong, err := r.Integrity(t.Context()); err != nil || wrong != nil {
		t.Errorf("%v, %v", wrong, err)
	}
	if _, ok, err := w.DB.Reader().Footer(t.Context()); ok || err != nil {
		t.Errorf("the original has a footer: %v", err)
	}
}

// TestReadersFindWhatIsOpen compares with the memory of the lane's writer.
func TestReadersFindWhatIsOpen(t *testing.T) {
	everywhere(t, func(t *testing.T, location store.Location) {
		house, other := filled(t, location)
		for _, w := range []*storetest.World{house, other} {
			got, err := w.DB.Reader().OpenPayments(t.Context(), w.Lane)
			if err != nil {
				t.Fatal(err)
			}
			want := w.View.Open()
			if len(got) != len(want) || len(want) != 10+12 {
				t.Fatalf("%d are open, and %d are found", len(want), len(got))
			}
			for i := range want {
				if got[i].ID != want[i].ID || got[i].Last != want[i].Last || got[i].State != want[i].State {
					t.Errorf("%+v is found as %+v", want[i], got[i])
				}
			}
		}
	})
}

// TestNewKindsOfRowsAreNotForgotten: a family with a row that this program does not know is loaded, whatever comes after.
func TestNewKindsOfRowsAreNotForgotten(t *testing.T) {
	t.Parallel()
	rows := []ledger.Row{{N: 1, Origin: 1, Kind: ledger.PaymentSent}, {N: 2, Origin: 1, Kind: 29},
		{N: 3, Origin: 1, Kind: ledger.PaymentSucceeded}, {N: 4, Origin: 4, Kind: ledger.PaymentSent},
		{N: 5, Origin: 4, Kind: ledger.PaymentSucceeded}, {N: 6, Kind: ledger.Seal}}
	if got := store.MayBeOpen(rows); !slices.Equal(got, []int64{1}) {
		t.Error(got)
	}
}
