// SPDX-License-Identifier: Apache-2.0

package worker_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// eleven is when every world of the projector begins.
var eleven = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// The clients of the world, by what they ask for.
const (
	quiet   ident.Client = "SHOP_QUIET"   // no address
	told    ident.Client = "SHOP_TOLD"    // an address
	curious ident.Client = "SHOP_CURIOUS" // an address, and failures too
)

// tellOf is what a request of a client asks to be told of; own says that it names an address.
func tellOf(client ident.Client, own bool) payment.Tell {
	switch {
	case client == quiet && !own:
		return payment.TellNothing
	case client == told:
		return payment.TellOutcome
	}
	return payment.TellFailures
}

// projected is a house with a shelf and a projector.
type projected struct {
	t         *testing.T
	house     *stage.House
	shelf     *store.Shelf
	projector *worker.Projector
	named     int
}

func newProjected(t *testing.T) *projected {
	t.Helper()
	w := &projected{t: t, house: stage.Open(t, eleven)}
	shelf, err := store.OpenShelf(context.Background(), w.house.Books)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shelf.Close)
	w.shelf = shelf
	w.restart()
	client := func(id ident.Client, url string, failures bool) access.Client {
		return access.Client{ID: id, Holder: "acq", Status: access.Active, NotifyURL: url, NotifyFailure: failures,
			ResponseKey: 1}
	}
	w.house.Put(store.Facts{
		Holders: []access.Holder{{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active}},
		Clients: []access.Client{client(quiet, "", true), client(told, "https://shop.example/n", false),
			client(curious, "https://shop.example/n", true)},
		Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(200), Rounding: money.Down, FeeBack: true, From: eleven}},
		Merchants: []merchant.Merchant{{ID: merchant.NameOf(0, "acq", "m-1"), Holder: "acq", Reference: "m-1",
			Name: "Sample Cafe", MCC: "5812", Region: "JP", Prefecture: 26, Currency: money.JPY, Status: merchant.Live,
			Plan: "std"}},
		Wallets: []wallet.Wallet{{ID: "jp", Client: "JP_WALLET", Holder: "jp", Brand: "Sample JP", Region: "JP",
			Currency: money.JPY, OurKey: 1, Status: wallet.Live, Rounding: money.HalfEven, PartialRefunds: true}},
	})
	return w
}

// restart forgets what the projector remembers, as a process that was killed.
func (w *projected) restart() {
	w.projector = worker.NewProjector(0, w.house.Reader(), w.shelf)
}

func (w *projected) do(m flow.Movement) flow.Outcome {
	w.t.Helper()
	o, err := w.house.Do(context.Background(), m)
	if err != nil {
		w.t.Fatalf("%s: %v", m.Name(), err)
	}
	return o
}

// sent is a payment that its wallet is asked for; own says that its request names an address.
func (w *projected) sent(client ident.Client, own bool) ident.ID {
	w.t.Helper()
	w.named++
	request := fmt.Sprint("n-", w.named)
	id := ident.Name(0, ident.Payment, string(client), "", request)
	m := flow.Pay{ID: id, Client: client, Holder: "acq", RequestID: request, Order: request, Reference: "m-1", Store: "s-1",
		Price: money.New(1000, money.JPY), Wallet: "jp", Tell: tellOf(client, own)}
	digest := ident.DigestOf("code", request)
	copy(m.Marks[0][:], digest[:])
	copy(m.Marks[1][:], digest[:])
	if o := w.do(m); o.Payment.State != payment.Sent {
		w.t.Fatalf("%+v", o.Payment)
	}
	return id
}

func (w *projected) heard(id ident.ID, code wire.ResultCode) {
	w.t.Helper()
	a := wallet.Answer{Verdict: wallet.Succeeded, Code: code, Partner: "W-" + id.String()}
	if code != wire.Success {
		a = wallet.Answer{Verdict: wallet.Declined, Code: code}
	}
	w.do(flow.Heard{Payment: id, Answer: a})
}

// refund asks for a part of a payment back, and gives the refund's id.
func (w *projected) refund(of ident.ID, client ident.Client, own bool, yen int64) ident.Digest {
	w.t.Helper()
	w.named++
	request := fmt.Sprint("r-", w.named)
	return w.do(flow.Refund{ID: ident.Name(0, ident.Refund, string(client), "", request), Payment: of, Client: client,
		RequestID: request, Amount: money.New(yen, money.JPY), Merchant: merchant.NameOf(0, "acq", "m-1"),
		Tell: tellOf(client, own)}).Refund
}

func (w *projected) refundHeard(of ident.ID, refund ident.Digest, code wire.ResultCode) {
	w.t.Helper()
	a := wallet.Answer{Verdict: wallet.Succeeded, Code: code}
	if code != wire.Success {
		a = wallet.Answer{Verdict: wallet.Declined, Code: code}
	}
	w.do(flow.RefundHeard{Payment: of, Refund: refund, Answer: a})
}

// step folds at most so many pages.
func (w *projected) step(pages int) bool {
	w.t.Helper()
	worked, err := w.projector.Step(context.Background(), pages)
	if err != nil {
		w.t.Fatal(err)
	}
	return worked
}

func (w *projected) project() {
	w.t.Helper()
	for w.step(1) {
		continue
	}
}

// journal is every row of the lane.
func (w *projected) journal() (all []ledger.Row) {
	w.t.Helper()
	for {
		after := int64(0)
		if len(all) > 0 {
			after = all[len(all)-1].N
		}
		rows, err := w.house.Reader().Journal(context.Background(), 0, after)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(rows) == 0 {
			return all
		}
		all = append(all, rows...)
	}
}

// events are the events of every row, in order.
func (w *projected) events() (all []store.Event) {
	w.t.Helper()
	for _, row := range w.journal() {
		events, err := w.shelf.Events(context.Background(), 0, row.N)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, events...)
	}
	return all
}

func (w *projected) balances() map[ledger.Number]ledger.Balance {
	w.t.Helper()
	all := map[ledger.Number]ledger.Balance{}
	after := ledger.Number(0)
	for {
		page, err := w.shelf.Balances(context.Background(), 0, after)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		for _, m := range page {
			all[m.Number], after = m.Balance, m.Number
		}
	}
}

// kinds are the kinds of the events about a subject.
func kinds(events []store.Event, subject ident.Digest) (names []string) {
	for _, e := range events {
		if e.Subject == subject {
			names = append(names, e.Kind.String())
		}
	}
	return names
}

// Who is told of what. Source: reference/alipay-wire-api.md 2.5, 2.7; decisions E.
func TestWhoIsToldOfWhat(t *testing.T) {
	t.Parallel()
	w := newProjected(t)
	for _, c := range []struct {
		client                          ident.Client
		own                             bool
		success, failure, refund, other string
	}{
		{quiet, false, "", "", "", ""},
		{quiet, true, "payment.succeeded", "payment.failed", "refund.succeeded", "refund.failed"},
		{told, false, "payment.succeeded", "", "refund.succeeded", "refund.failed"},
		{told, true, "payment.succeeded", "", "refund.succeeded", "refund.failed"},
		{curious, false, "payment.succeeded", "payment.failed", "refund.succeeded", "refund.failed"},
	} {
		good, bad := w.sent(c.client, c.own), w.sent(c.client, c.own)
		w.heard(good, wire.Success)
		w.heard(bad, wire.UserBalanceNotEnough)
		back, stuck := w.refund(good, c.client, c.own, 300), w.refund(good, c.client, c.own, 200)
		w.refundHeard(good, back, wire.Success)
		w.refundHeard(good, stuck, wire.UserStatusAbnormal)
		w.project()
		for subject, want := range map[ident.Digest]string{good.Digest: c.success, bad.Digest: c.failure, back: c.refund,
			stuck: c.other} {
			got := kinds(w.events(), subject)
			if want == "" && len(got) != 0 || want != "" && !slices.Equal(got, []string{want}) {
				t.Errorf("%s, own address %v: told %v, want %q", c.client, c.own, got, want)
			}
		}
	}
}

// A payment and its refund name their addresses each for itself.
func TestARefundHasAnAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newProjected(t)
	paid := w.sent(quiet, true)
	w.heard(paid, wire.Success)
	silent, addressed := w.refund(paid, quiet, false, 100), w.refund(paid, quiet, true, 100)
	w.refundHeard(paid, silent, wire.Success)
	w.refundHeard(paid, addressed, wire.Success)
	other := w.sent(quiet, false)
	w.heard(other, wire.Success)
	late := w.refund(other, quiet, true, 100)
	w.refundHeard(other, late, wire.Success)
	w.project()
	events := w.events()
	for subject, want := range map[ident.Digest]int{paid.Digest: 1, silent: 0, addressed: 1, other.Digest: 0, late: 1} {
		if got := kinds(events, subject); len(got) != want {
			t.Errorf("%v: told %v, want %d", subject, got, want)
		}
	}
}

// What was refused at once, cancelled, buried or doubted is told to nobody: the caller had its answer.
func TestWhatNobodyIsToldOf(t *testing.T) {
	t.Parallel()
	w := newProjected(t)
	w.do(flow.Cancel{ID: ident.Name(0, ident.Payment, string(curious), "", "never"), Client: curious, RequestID: "never"})
	refused := ident.Name(0, ident.Payment, string(curious), "", "refused")
	w.do(flow.Pay{ID: refused, Client: curious, Holder: "acq", RequestID: "refused", Order: "o", Reference: "m-1", Store: "s-1",
		Price: money.New(1000, money.JPY), Refusal: wire.InvalidPaymentCode, Tell: payment.TellFailures})
	cancelled := w.sent(curious, true)
	w.do(flow.Cancel{ID: cancelled, Client: curious})
	w.do(flow.Heard{Payment: cancelled, Question: flow.AskedToCancel,
		Answer: wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}})
	unknown := w.sent(curious, true)
	w.do(flow.Heard{Payment: unknown, Answer: wallet.Answer{Code: wire.PaymentInProcess}})
	paid := w.sent(quiet, false)
	w.heard(paid, wire.Success)
	w.refund(paid, quiet, true, 2000) // more than there is
	w.house.Run(time.Hour)            // seals too, and the relay gives the unknown one up
	w.project()
	rows := map[ledger.Kind]int{}
	for _, row := range w.journal() {
		rows[row.Kind]++
	}
	for _, kind := range []ledger.Kind{ledger.PaymentTombstone, ledger.PaymentRefused, ledger.PaymentCancelled,
		ledger.PaymentUnknown, ledger.RefundRefused, ledger.Seal, ledger.PaymentCancelling} {
		if rows[kind] == 0 {
			t.Errorf("there is no row of %v to tell of", kind)
		}
	}
	if events := w.events(); len(events) != 0 {
		t.Errorf("%+v", events)
	}
}

// story is one act of a random story about the payments that there are.
func (w *projected) story(r *rand.Rand, open, paid, refunds *[]payRef) {
	w.t.Helper()
	pick := func(list *[]payRef) (payRef, bool) {
		if len(*list) == 0 {
			return payRef{}, false
		}
		i := r.IntN(len(*list))
		p := (*list)[i]
		*list = slices.Delete(*list, i, i+1)
		return p, true
	}
	client := []ident.Client{quiet, told, curious}[r.IntN(3)]
	switch r.IntN(6) {
	case 0, 1:
		*open = append(*open, payRef{id: w.sent(client, r.IntN(2) == 0), client: client})
	case 2:
		if p, ok := pick(open); ok {
			w.heard(p.id, wire.Success)
			*paid = append(*paid, p)
		}
	case 3:
		if p, ok := pick(open); ok {
			w.heard(p.id, []wire.ResultCode{wire.UserBalanceNotEnough, wire.RiskReject}[r.IntN(2)])
		}
	case 4:
		if p, ok := pick(paid); ok {
			p.refund = w.refund(p.id, p.client, r.IntN(2) == 0, 1+r.Int64N(1000))
			*refunds = append(*refunds, p)
		}
	case 5:
		if p, ok := pick(refunds); ok {
			w.refundHeard(p.id, p.refund, []wire.ResultCode{wire.Success, wire.UserStatusAbnormal}[r.IntN(2)])
		}
	}
}

// payRef is a payment of a story, and its refund.
type payRef struct {
	id     ident.ID
	client ident.Client
	refund ident.Digest
}

// expected are the rows of which somebody must be told, by the test's own reading of the journal.
func expected(t *testing.T, rows []ledger.Row) (all []store.Event) {
	t.Helper()
	type caller struct {
		client ident.Client
		tell   int64
	}
	callers := map[ident.Digest]caller{}
	for _, row := range rows {
		fields, err := ledger.ParseFields(row.Body)
		if err != nil {
			t.Fatal(err)
		}
		var c caller
		for _, f := range fields {
			switch f.Tag {
			case ledger.TagClient:
				c.client = ident.Client(f.Text)
			case ledger.TagTold:
				c.tell = f.Number
			}
		}
		if c.client != "" {
			callers[row.Subject] = c
		}
		c = callers[row.Subject]
		want := false
		switch row.Kind {
		case ledger.PaymentSucceeded, ledger.RefundSucceeded, ledger.RefundFailed:
			want = c.tell > 0
		case ledger.PaymentFailed:
			want = c.tell == 2
		}
		if want {
			at := time.UnixMicro(row.At).UTC()
			all = append(all, store.Event{Lane: 0, N: row.N, Endpoint: worker.Endpoint, Client: c.client, Kind: row.Kind,
				Subject: row.Subject, Origin: row.Origin, At: at, Due: at, State: store.EventPending})
		}
	}
	return all
}

// folded are the balances by the test's own arithmetic.
func folded(t *testing.T, rows []ledger.Row) map[ledger.Number]ledger.Balance {
	t.Helper()
	all := map[ledger.Number]ledger.Balance{}
	for _, row := range rows {
		transfers, err := ledger.ParseTransfers(row.Transfers)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range transfers {
			debit, credit := all[x.Debit], all[x.Credit]
			debit.Debits += x.Minor
			all[x.Debit] = debit
			credit = all[x.Credit]
			credit.Credits += x.Minor
			all[x.Credit] = credit
		}
	}
	return all
}

// I-17: whatever happens in whatever order, with the projector behind, killed and started again in between: each row of
// which somebody must be told has one event, no other row has any, and the balances are the journal's.
func TestEveryTerminalRowHasOneEvent(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w, r := newProjected(t), rand.New(rand.NewPCG(seed, 17))
			var open, paid, refunds []payRef
			for range 400 {
				w.story(r, &open, &paid, &refunds)
				switch r.IntN(20) {
				case 0:
					w.step(1 + r.IntN(3))
				case 1:
					w.restart()
				}
			}
			w.project()
			rows := w.journal()
			if got, want := w.events(), expected(t, rows); !slices.Equal(got, want) {
				t.Errorf("%d events, want %d", len(got), len(want))
			}
			if got, want := w.balances(), folded(t, rows); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("balances %v, want %v", got, want)
			}
			if w.projector.At() != rows[len(rows)-1].N || w.step(4) {
				t.Errorf("folded up to %d of %d, and there is more", w.projector.At(), rows[len(rows)-1].N)
			}
		})
	}
}

// dump is everything on the shelf.
func (w *projected) dump() string {
	w.t.Helper()
	n, err := w.shelf.Cursor(context.Background(), 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprintf("%d\n%+v\n%v", n, w.events(), w.balances())
}

// A lane of several pages is folded page by page, with a restart after each: the families that were not remembered are
// found again. Emptied and folded anew, in other steps, the shelf is the same.
func TestAnEmptiedShelfIsRebuiltTheSame(t *testing.T) {
	t.Parallel()
	w := newProjected(t)
	var ids []ident.ID
	for i := range 400 {
		ids = append(ids, w.sent([]ident.Client{quiet, told, curious}[i%3], i%2 == 0))
	}
	for _, id := range ids { // every one ends on another page than it began
		w.heard(id, wire.Success)
	}
	pages := 0
	for w.step(1) {
		w.restart()
		pages++
	}
	if pages < 2 || !slices.Equal(w.events(), expected(t, w.journal())) {
		t.Errorf("%d pages, %d events, want %d", pages, len(w.events()), len(expected(t, w.journal())))
	}
	before := w.dump()
	if err := w.shelf.Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	if w.dump() == before {
		t.Fatal("nothing was emptied")
	}
	w.restart()
	for w.step(3) {
		continue
	}
	if after := w.dump(); after != before {
		t.Errorf("%s\nwas\n%s", after, before)
	}
}

// A shelf that is emptied under a projector is folded again from the first row by the same projector.
func TestAProjectorNoticesThatTheShelfWasEmptied(t *testing.T) {
	t.Parallel()
	w := newProjected(t)
	w.heard(w.sent(told, false), wire.Success)
	w.project()
	if err := w.shelf.Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.heard(w.sent(told, false), wire.Success)
	_, err := w.projector.Step(context.Background(), 1)
	if fault.CodeOf(err) != store.CodeCursorMoved {
		t.Fatal(err)
	}
	w.project()
	if got := w.events(); len(got) != 2 || !slices.Equal(got, expected(t, w.journal())) {
		t.Errorf("%+v", got)
	}
}

// The lane moves on while it is folded, and two projectors at once neither lose nor double anything.
func TestTwoProjectorsOfAMovingLaneDoubleNothing(t *testing.T) {
	t.Parallel()
	w := newProjected(t)
	other := worker.NewProjector(0, w.house.Reader(), w.shelf)
	moved := 0
	for i := range 60 {
		for range i % 4 {
			w.heard(w.sent(told, false), wire.Success)
		}
		for _, p := range []*worker.Projector{w.projector, other}[:1+i%2] {
			_, err := p.Step(context.Background(), 1)
			if fault.CodeOf(err) == store.CodeCursorMoved {
				moved++
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	for w.projector.At() < w.journal()[len(w.journal())-1].N {
		_, err := w.projector.Step(context.Background(), 1)
		if err != nil && fault.CodeOf(err) != store.CodeCursorMoved {
			t.Fatal(err)
		}
	}
	rows := w.journal()
	if got, want := w.events(), expected(t, rows); moved == 0 || !slices.Equal(got, want) {
		t.Errorf("%d events, want %d; the cursor had moved %d times", len(got), len(want), moved)
	}
	if fmt.Sprint(w.balances()) != fmt.Sprint(folded(t, rows)) {
		t.Error("the balances are not the journal's")
	}
}

// An event that was told is not made anew by a projector that folds its row again.
func TestWhatWasToldStaysAsItIs(t *testing.T) {
	t.Parallel()
	w := newProjected(t)
	w.heard(w.sent(told, false), wire.Success)
	w.project()
	e := w.events()[0]
	e.State, e.Attempt, e.Detail = store.EventDelivered, 3, "acknowledged"
	for _, err := range []error{w.shelf.Reset(context.Background()), w.shelf.Told(context.Background(), e)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.restart()
	w.project()
	if got := w.events(); len(got) != 1 || got[0] != e {
		t.Errorf("%+v", got)
	}
}
