// SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/postgres"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// waiting is true on a primary while a COMMIT waits for its standby.
const waiting = "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')"

// client is a caller that writes down what it was told.
type client struct {
	mutex        sync.Mutex
	asked        int
	acknowledged []ident.ID
	refused      []error
}

func (c *client) counts() (acknowledged, refused int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return len(c.acknowledged), len(c.refused)
}

// pay asks for some payments, each under a name of its own.
func (c *client) pay(w *world, count int) {
	w.t.Helper()
	for range count {
		c.asked++
		p := w.pay(fmt.Sprint("p-", c.asked), fmt.Sprint("o-", c.asked), 1000)
		err := w.desk.Submit(context.Background(), p, w.now, func(o flow.Outcome, err error) {
			c.mutex.Lock()
			defer c.mutex.Unlock()
			if err != nil || o.Payment.State != payment.Sent {
				c.refused = append(c.refused, fmt.Errorf("%v %w", o.Payment, err))
				return
			}
			c.acknowledged = append(c.acknowledged, p.ID)
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// onPair is a world on a primary with its standby. Alarms are not failures here: they are what the test provokes.
func onPair(t *testing.T, location store.Location, holder string) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}
	db, err := store.Open(context.Background(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.db = db
	w.desk, err = flow.OpenDesk(context.Background(), db, flow.Opening{Lanes: 1, Holder: holder, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.desk.Close)
	return w
}

// step serves one batch.
func (w *world) step() error {
	w.now = w.now.Add(time.Millisecond)
	_, err := w.desk.Tellers()[0].Step(context.Background(), w.now)
	return err
}

// persist steps until a step succeeds, or the lane is lost.
func (w *world) persist(ctx context.Context) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := w.step()
		if err == nil || fault.CodeOf(err) == store.CodeLaneLost || ctx.Err() != nil {
			return err
		}
		<-ticker.C
	}
}

// sentOnce fails the test unless the lane's journal is one chain, in which each of the payments was sent once, and no other
// was sent.
func sentOnce(t *testing.T, location string, payments ...[]ident.ID) {
	t.Helper()
	reader, err := store.OpenReader(context.Background(), store.Location(location))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	sent := map[ident.Digest]int{}
	var head ledger.Hash
	for after := int64(0); ; {
		rows, err := reader.Journal(context.Background(), 0, after)
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
	count := 0
	for _, list := range payments {
		for _, id := range list {
			count++
			if sent[id.Digest] != 1 {
				t.Errorf("payment %v, which was acknowledged, was sent %d times", id, sent[id.Digest])
			}
		}
	}
	if count != len(sent) || count == 0 {
		t.Errorf("%d payments were acknowledged, and %d were sent", count, len(sent))
	}
}

// pause is a way in which a standby comes not to acknowledge a batch.
type pause struct {
	name, level string // the server's synchronous_commit
	halt, goOn  func(context.Context, *postgres.Pair) error
}

var pauses = []pause{
	{name: "the batch did not reach the standby", level: "on",
		halt: func(_ context.Context, p *postgres.Pair) error { return p.Standby.Stop() },
		goOn: func(_ context.Context, p *postgres.Pair) error { return p.Standby.Start() }},
	{name: "the batch reached the standby, and the answer nobody", level: "remote_apply",
		halt: func(ctx context.Context, p *postgres.Pair) error {
			return p.Standby.Do(ctx, "SELECT pg_wal_replay_pause()")
		},
		goOn: func(context.Context, *postgres.Pair) error { return nil }},
}

// must fails the test at the first of some things that were done in order.
func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestPromotedStandbyLacksNothingAcknowledged lets the standby stand still while a batch is committed, kills the primary, and
// promotes the standby: once where the batch never reached it, and once where it did and nobody was told.
func TestPromotedStandbyLacksNothingAcknowledged(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts two servers")
	}
	for _, p := range pauses {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			promoted(t, p)
		})
	}
}

func promoted(t *testing.T, p pause) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	pair := postgres.NewPair(t, "books")
	must(t, pair.Primary.Do(ctx, "ALTER DATABASE books SET synchronous_commit = "+p.level))
	w := onPair(t, store.Location(pair.URL("books")), "teller")
	w.furnish()
	var shop client
	for range 3 {
		shop.pay(w, 5)
		must(t, w.step())
	}
	must(t, p.halt(ctx, pair))
	shop.pay(w, 5)
	served := make(chan error, 1)
	go func() { served <- w.persist(ctx) }()
	must(t, pair.Primary.Await(ctx, waiting))
	if acknowledged, _ := shop.counts(); acknowledged != 15 {
		t.Fatalf("%d payments were acknowledged while the standby stood still", acknowledged)
	}
	must(t, pair.Primary.Kill())
	must(t, p.goOn(ctx, pair))
	must(t, pair.Standby.Promote())
	must(t, <-served)
	shop.pay(w, 5)
	must(t, w.persist(ctx))
	if acknowledged, refused := shop.counts(); acknowledged != 25 || refused != 0 {
		t.Fatalf("%d payments were acknowledged, %d refused: %v", acknowledged, refused, shop.refused)
	}
	if open := w.desk.Tellers()[0].Open(); len(open) != 25 {
		t.Fatalf("%d payments are remembered", len(open))
	}
	sentOnce(t, pair.Standby.URL("books"), shop.acknowledged)
}

// TestOldPrimaryThatLivesOnAcknowledgesNothing promotes the standby while the old primary and the teller on it live. Another
// teller takes the lane on the new primary; the old one's hanging batch is never acknowledged, a late take-over on the old
// primary never ends, and once the old teller reaches the new primary its epoch is refused.
func TestOldPrimaryThatLivesOnAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts two servers")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	pair := postgres.NewPair(t, "books")
	older := onPair(t, store.Location(pair.URL("books")), "older teller")
	older.furnish()
	var shop, late client
	shop.pay(older, 5)
	must(t, older.step())
	must(t, pair.Standby.Stop())
	late.asked = 100 // other names than the shop's
	late.pay(older, 5)
	ended := make(chan error, 1)
	go func() { ended <- older.persist(ctx) }()
	must(t, pair.Primary.Await(ctx, waiting))
	must(t, pair.Standby.CutOff())
	must(t, pair.Standby.Start())
	must(t, pair.Standby.Promote())

	newer := onPair(t, store.Location(pair.Standby.URL("books")), "newer teller")
	newer.quote = older.quote
	shop.pay(newer, 5)
	must(t, newer.step())
	astray := make(chan error, 1)
	go func() { astray <- takeAstray(ctx, pair.Primary.URL("books"), older.now.Add(time.Hour)) }()
	const two = "(SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event IN ('SyncRep', 'transactionid', 'tuple')) > 1"
	must(t, pair.Primary.Await(ctx, two))
	if acknowledged, _ := late.counts(); acknowledged != 0 {
		t.Fatalf("the old primary acknowledged %d payments", acknowledged)
	}
	must(t, pair.Primary.Kill())
	if err := <-astray; err == nil {
		t.Fatal("the lane was taken on the old primary")
	}
	lateRefused(t, older, &late, <-ended)
	shop.pay(newer, 5)
	must(t, newer.step())
	sentOnce(t, pair.Standby.URL("books"), shop.acknowledged)
}

// takeAstray is a process that starts on the old primary: it waits for the standby like everybody there.
func takeAstray(ctx context.Context, url string, now time.Time) error {
	db, err := store.Open(ctx, store.Location(url))
	if err != nil {
		return err
	}
	defer db.Close()
	writer, err := db.Take(ctx, ident.House, "astray", now)
	if err != nil {
		return err
	}
	writer.Close()
	return nil
}

// lateRefused fails the test unless the old teller has lost its lane, and nobody was told that a late payment was made.
func lateRefused(t *testing.T, older *world, late *client, ended error) {
	t.Helper()
	if fault.CodeOf(ended) != store.CodeLaneLost {
		t.Fatalf("the old teller went on: %v", ended)
	}
	acknowledged, refused := late.counts()
	if acknowledged != 0 || refused != 5 || !strings.Contains(late.refused[0].Error(), string(store.CodeLaneLost)) ||
		fault.KindOf(late.refused[0]) != fault.Unknown {
		t.Fatalf("%d of the late payments were acknowledged, %d refused: %v", acknowledged, refused, late.refused)
	}
	late.pay(older, 1)
	if err := older.step(); fault.CodeOf(err) != store.CodeLaneLost {
		t.Fatalf("the old teller wrote once more: %v", err)
	}
}
