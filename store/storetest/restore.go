// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// The number of lanes that are lived through: a disk takes longer to write than memory.
const (
	livesInMemory = 40
	livesOnDisk   = 6
)

// restores lives through the lives of many lanes: random movements of a few payments, in random batches, with checkpoints
// after a few rows. Whenever the process is lost, the memory that a restart brings back must be the memory that was lost,
// and both must be the fold of the journal.
func restores(t *testing.T, location store.Location) {
	w := Open(t, location)
	lanes, lives := 0, livesOnDisk
	if strings.HasPrefix(string(location), "memory:") {
		lives = livesInMemory
	}
	rapid.Check(t, func(rt *rapid.T) {
		if lanes++; lanes > lives || testing.Short() && lanes > livesOnDisk {
			return
		}
		l := &life{World: World{T: t, DB: w.DB, Lane: ident.Lane(lanes), Now: morning}, rt: rt}
		l.Take()
		l.Writer.CheckpointEvery(rapid.IntRange(1, 20).Draw(rt, "rows between checkpoints"))
		defer func() { l.Writer.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"batch":   l.batch,
			"another": l.batch,
			"third":   l.batch,
			"restart": l.restart,
		})
		l.restart(rt)
		l.sameAsRead()
	})
}

// life is what happens to one lane.
type life struct {
	World
	rt    *rapid.T
	names []string
	tries int
}

// batch lets a few movements happen and commits them. Each is decided on what the ones before it changed.
func (l *life) batch(rt *rapid.T) {
	l.rt = rt
	l.Now = l.Now.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "seconds")) * time.Second)
	keys := store.Keys{}
	for _, name := range l.names {
		keys.Payments = append(keys.Payments, NameOf(l.Lane, name).Digest)
	}
	l.Fill(keys)
	draft := l.Writer.Begin(l.View, l.Now)
	for range rapid.IntRange(1, 8).Draw(rt, "movements") {
		changes := l.movement()
		if err := draft.Add(context.Background(), &changes); err != nil {
			rt.Fatalf("%+v: %v", changes.Entries, err)
		}
	}
	if rapid.IntRange(0, 9).Draw(rt, "seal") == 0 {
		draft.Seal(l.Now.Truncate(15 * time.Minute))
	}
	batch := draft.Finish()
	if batch.Empty() {
		return
	}
	if err := l.Writer.Commit(context.Background(), batch); err != nil {
		rt.Fatal(err)
	}
}

// movement is something that may happen now: to a new payment, or to one that is known.
func (l *life) movement() store.Changes {
	if len(l.names) == 0 || rapid.IntRange(0, 3).Draw(l.rt, "new") == 0 {
		return l.begun()
	}
	p := l.Payment(rapid.SampledFrom(l.names).Draw(l.rt, "payment"))
	choices := []func(*payment.Payment) store.Changes{l.heard}
	if p.Cancellable() {
		choices = append(choices, func(p *payment.Payment) store.Changes {
			return store.Changes{Entries: of(p.ID, p.CancelIntended(payment.ByCaller))}
		})
	}
	if p.State == payment.Success {
		choices = append(choices, l.refunded)
	}
	for i := range p.Refunds {
		choices = append(choices, func(p *payment.Payment) store.Changes {
			return store.Changes{Entries: of(p.ID, p.HearRefund(p.Refunds[i].ID, l.answer(p))...)}
		})
	}
	return rapid.SampledFrom(choices).Draw(l.rt, "what happens")(p)
}

func (l *life) begun() store.Changes {
	l.tries++
	name := fmt.Sprint("p", l.tries)
	l.names = append(l.names, name)
	r := l.Request(name, int64(rapid.IntRange(50, 100_000).Draw(l.rt, "yen")))
	r.At = l.Now
	r.Order = fmt.Sprint("order ", rapid.IntRange(0, 3).Draw(l.rt, "order"))
	if rapid.Bool().Draw(l.rt, "one currency") {
		r.Payer, r.Base, r.Quote = r.Price, r.Price, ident.Digest{}
		r.Customer, r.BaseRate = money.Ratio{}, money.Ratio{}
	}
	beginning := rapid.IntRange(0, 5).Draw(l.rt, "beginning")
	if _, open := l.View.OpenOrder(r.Client, r.Account, r.Order); open {
		beginning = 0 // an order has one payment under way at a time
	}
	switch beginning {
	case 0:
		return store.Changes{Payments: []*payment.Request{r}, Entries: of(r.ID, r.RefusedFor(wire.ExpiredCode, "used"))}
	case 1:
		buried := &payment.Request{ID: r.ID, Client: r.Client, RequestID: name, At: l.Now}
		return store.Changes{Payments: []*payment.Request{buried}, Entries: of(r.ID, buried.Buried())}
	}
	return Sent(r)
}

// answer is something that a wallet may say: also what cannot be true.
func (l *life) answer(p *payment.Payment) wallet.Answer {
	a := wallet.Answer{Verdict: wallet.Verdict(rapid.IntRange(0, 2).Draw(l.rt, "verdict")), Code: wire.Success,
		PartnerAt: l.Now, Partner: fmt.Sprint("W", rapid.IntRange(0, 2).Draw(l.rt, "charge"))}
	switch {
	case a.Verdict == wallet.Declined:
		a.Code = rapid.SampledFrom([]wire.ResultCode{wire.ProcessFail, wire.OrderNotExist}).Draw(l.rt, "code")
	case rapid.IntRange(0, 9).Draw(l.rt, "lie") == 0:
		a.Price = p.Price.Add(money.New(1, p.Price.Currency()))
	}
	return a
}

func (l *life) heard(p *payment.Payment) store.Changes {
	if p.State == payment.Tombstone {
		return store.Changes{}
	}
	a := l.answer(p)
	var changes []payment.Change
	switch question := rapid.IntRange(0, 3).Draw(l.rt, "question"); {
	case question == 0 && (p.State == payment.Cancelling || p.State == payment.Refunding):
		changes = []payment.Change{p.CancelConfirmed(payment.ByWallet)}
	case question == 1:
		changes = p.HearAfterWindow(a)
	case question == 2:
		changes = p.HearReturn(a)
	default:
		changes = append(p.HearOfStray(a), p.Hear(a)...)
		if p.Stray != "" {
			changes = p.HearOfStray(a)
		}
	}
	return store.Changes{Entries: of(p.ID, changes...)}
}

func (l *life) refunded(p *payment.Payment) store.Changes {
	l.tries++
	r := &payment.RefundRequest{ID: ident.Name(l.Lane, ident.Refund, "SHOP", "", fmt.Sprint("r", l.tries)), Payment: p.ID,
		Client: "SHOP", RequestID: fmt.Sprint("r", l.tries), At: l.Now,
		Amount: money.New(int64(rapid.IntRange(1, int(p.Price.Minor())).Draw(l.rt, "refund")), p.Price.Currency())}
	change := r.RefundRefused(wire.RefundAmountExceed, "too much")
	if p.GivenBack().Price.Add(r.Amount).Compare(p.Price) <= 0 {
		change = p.RefundReserved(r)
	}
	return store.Changes{Refunds: []*payment.RefundRequest{r}, Entries: of(p.ID, change)}
}

// restart compares the memory with what a second writer restores, and goes on with that one.
func (l *life) restart(rt *rapid.T) {
	l.rt = rt
	every := rapid.IntRange(1, 20).Draw(rt, "rows between checkpoints")
	lost, accounts := l.View, l.opened()
	keys := l.all(lost, accounts)
	l.Fill(keys)
	l.Take()
	l.Writer.CheckpointEvery(every)
	if before, after := ids(lost.Open()), ids(l.View.Open()); !slices.Equal(before, after) {
		rt.Fatalf("open were %v and are %v", before, after)
	}
	l.Fill(keys)
	l.samePayments(lost)
	balances := l.folded()
	for _, a := range accounts {
		if was, is := lost.Balance(a.Account), l.View.Balance(a.Account); was != is || is != balances[a.Number] {
			rt.Fatalf("the balance of %v was %+v, is %+v and should be %+v", a.Account, was, is, balances[a.Number])
		}
	}
}

func (l *life) opened() []store.OpenedAccount {
	accounts, err := l.DB.Reader().Accounts(context.Background(), l.Lane, 0)
	if err != nil {
		l.rt.Fatal(err)
	}
	return accounts
}

// all are the keys of everything that was ever in the lane.
func (l *life) all(v *store.View, accounts []store.OpenedAccount) (k store.Keys) {
	for _, name := range l.names {
		id := NameOf(l.Lane, name).Digest
		k.Payments = append(k.Payments, id)
		k.Marks = append(k.Marks, payment.Mark(ident.DigestOf("code", name)))
		if p := v.Payment(id); p != nil {
			for i := range p.Refunds {
				k.Refunds = append(k.Refunds, p.Refunds[i].ID)
			}
		}
	}
	for _, a := range accounts {
		k.Balances = append(k.Balances, a.Account)
	}
	return k
}

func (l *life) samePayments(lost *store.View) {
	for _, name := range l.names {
		id, mark := NameOf(l.Lane, name), payment.Mark(ident.DigestOf("code", name))
		was, is := lost.Payment(id.Digest), l.View.Payment(id.Digest)
		if was == nil || is == nil {
			l.rt.Fatalf("%s was %v and is %v", name, was, is)
		}
		same(l.rt, name, was, is)
		wasOrder, wasOpen := lost.OpenOrder(was.Client, was.Account, was.Order)
		isOrder, isOpen := l.View.OpenOrder(was.Client, was.Account, was.Order)
		if wasOpen != isOpen || wasOrder != isOrder {
			l.rt.Fatalf("%s had the open payment %x (%v) and has %x (%v)", was.Order, wasOrder, wasOpen, isOrder, isOpen)
		}
		wasClaim, _ := lost.Claim(mark)
		isClaim, _ := l.View.Claim(mark)
		same(l.rt, "the claim of "+name, wasClaim, isClaim)
		for i := range was.Refunds {
			if of, ok := l.View.PaymentOfRefund(was.Refunds[i].ID); !ok || of != id.Digest {
				l.rt.Fatalf("refund %d of %s belongs to %x, %v", i, name, of, ok)
			}
		}
	}
}

// sameAsRead compares the memory with what a reader sees.
func (l *life) sameAsRead() {
	for _, name := range l.names {
		same(l.rt, name+" as it is read", l.stored(NameOf(l.Lane, name)), l.Payment(name))
	}
}

// folded are the balances that the journal's transfers add up to.
func (l *life) folded() map[ledger.Number]ledger.Balance {
	balances := map[ledger.Number]ledger.Balance{}
	for _, row := range l.chained() {
		transfers, err := ledger.ParseTransfers(row.Transfers)
		if err != nil {
			l.rt.Fatal(err)
		}
		for _, t := range transfers {
			d, c := balances[t.Debit], balances[t.Credit]
			d.Debits += t.Minor
			c.Credits += t.Minor
			balances[t.Debit], balances[t.Credit] = d, c
		}
	}
	return balances
}

func ids(payments []*payment.Payment) []string {
	all := make([]string, len(payments))
	for i, p := range payments {
		all[i] = p.ID.String()
	}
	return all
}

// catalogueFresh changes facts through one handle and looks at them through another.
func catalogueFresh(t *testing.T, location store.Location) {
	w := Open(t, location)
	ctx := context.Background()
	other, err := store.Open(ctx, location)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	facts := sample(w.Now)
	w.Must(acted(facts))
	seen := store.NewCatalogue(other.Reader())
	look := func(at time.Time) (live, active, plans bool) {
		t.Helper()
		if err := seen.Keep(ctx, at, store.Keys{Merchants: []ident.ID{facts.Merchants[0].ID}}); err != nil {
			t.Fatal(err)
		}
		m, _ := seen.Merchant(facts.Merchants[0].ID)
		_, keys, _, err := seen.Client(ctx, at, facts.Clients[0].ID)
		if err != nil || len(keys) == 0 {
			t.Fatal(keys, err)
		}
		plan, _ := seen.Plan(facts.Plans[0].ID)
		return m.Status == "live", keys[0].ActiveAt(at), plan.Fixed == facts.Plans[0].Fixed
	}
	at := w.Now
	if live, active, plans := look(at); !live || !active || !plans {
		t.Fatal("the facts are not seen")
	}
	changed := store.Facts{Merchants: slices.Clone(facts.Merchants), Keys: slices.Clone(facts.Keys),
		Plans: slices.Clone(facts.Plans)}
	changed.Merchants[0].Status, changed.Keys[0].RevokedAt = "suspended", w.Now
	changed.Plans[0].Fixed++
	w.Must(acted(changed))
	look(at.Add(5*time.Second - time.Microsecond)) // may be old, or not
	if live, active, plans := look(at.Add(5 * time.Second)); live || active || plans {
		t.Fatalf("after five seconds: live %v, key active %v, old plan %v", live, active, plans)
	}
	if err := seen.Keep(ctx, at.Add(time.Minute), store.Keys{Merchants: []ident.ID{{Lane: 3}}}); err != nil {
		t.Fatal(err)
	}
	if m, ok := seen.Merchant(ident.ID{Lane: 3}); ok {
		t.Fatalf("a merchant that is not recorded: %+v", m)
	}
	if _, _, ok, err := seen.Client(ctx, at.Add(time.Minute), "NOBODY"); ok || err != nil {
		t.Fatalf("a client that is not recorded: %v", err)
	}
}

// factsOnce lets an act name one fact twice, and lets a fact be refused beside a sound one.
func factsOnce(t *testing.T, location store.Location) {
	w := Open(t, location)
	facts := sample(w.Now)
	twice := acted(store.Facts{Plans: append(facts.Plans, facts.Plans[0])})
	w.Now = w.Now.Add(time.Millisecond)
	draft := w.Writer.Begin(w.View, w.Now)
	err := draft.Add(context.Background(), &twice)
	if fault.CodeOf(err) != store.CodeFactTwice || fault.KindOf(err) != fault.Invalid {
		t.Fatalf("one plan twice in one act: %v", err)
	}
	if !draft.Finish().Empty() {
		t.Fatal("a part of the act is in the batch")
	}
	bad := store.Facts{Plans: facts.Plans, Holders: slices.Clone(facts.Holders)}
	bad.Holders[0].Kind = "a kind that nobody knows"
	w.refused(acted(bad))
	catalogue := store.NewCatalogue(w.DB.Reader())
	if err := catalogue.Refresh(context.Background(), w.Now); err != nil {
		t.Fatal(err)
	}
	if _, ok := catalogue.Plan(facts.Plans[0].ID); ok || catalogue.Editions() != 0 {
		t.Fatal("a part of the refused act is written")
	}
	w.Must(acted(store.Facts{Plans: facts.Plans}), acted(store.Facts{Plans: facts.Plans})) // two acts of one batch may
}
