// SPDX-License-Identifier: Apache-2.0

// Package stage is a house for tests: a real store, desk and relay on one goroutine and a clock that only the test moves.
//
// It keeps the promises of the running house (Do, Pay, Await), and makes every call to a wallet at once, through connectors
// that the test supplies. Nothing in it sleeps; Run lets time pass.
package stage

import (
	"context"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Patience is how long Pay and Await wait, in the stage's time.
const Patience = 3700 * time.Millisecond

// House is a house on one goroutine.
type House struct {
	T       testing.TB
	Books   store.Location
	Wallets map[wallet.ID]wallet.Connector
	Alarms  []string
	// Committed is told of every batch, where it is set.
	Committed func(rows []ledger.Row, changed []*payment.Payment)

	db    *store.DB
	desk  *flow.Desk
	relay *relay.Relay
	now   time.Time
}

// Open is a house on an empty store in memory, at a time of the test's.
func Open(t testing.TB, now time.Time) *House {
	t.Helper()
	h := &House{T: t, Books: store.Location("memory:" + t.Name()), Wallets: map[wallet.ID]wallet.Connector{}, now: now}
	db, err := store.Open(context.Background(), h.Books)
	if err != nil {
		t.Fatal(err)
	}
	h.db = db
	t.Cleanup(func() {
		h.desk.Close()
		db.Close()
	})
	h.start()
	return h
}

func (h *House) start() {
	h.T.Helper()
	desk, err := flow.OpenDesk(context.Background(), h.db, flow.Opening{Lanes: 1, Holder: "stage", Now: h.now,
		Hooks: flow.Hooks{Committed: h.committed, Alarm: h.alarm}})
	if err != nil {
		h.T.Fatal(err)
	}
	h.desk = desk
	h.relay = relay.New(h.submit, desk.Facts(), h.alarm)
	for _, t := range desk.Tellers() {
		h.relay.Recover(t.Open(), h.now)
	}
}

// Restart forgets everything that is not in the store, as a process that was killed.
func (h *House) Restart() {
	h.T.Helper()
	h.desk.Close()
	h.start()
}

func (h *House) committed(rows []ledger.Row, changed []*payment.Payment) {
	h.relay.Committed(changed, h.now)
	if h.Committed != nil {
		h.Committed(rows, changed)
	}
}

func (h *House) alarm(name, about string) { h.Alarms = append(h.Alarms, name+": "+about) }

func (h *House) submit(m flow.Movement, now time.Time, reply flow.Reply) error {
	return h.desk.Submit(context.Background(), m, now, reply)
}

// Now is the stage's time.
func (h *House) Now() time.Time { return h.now }

// Facts is the catalogue.
func (h *House) Facts() *store.Catalogue { return h.desk.Facts() }

// Reader is the store's reading half.
func (h *House) Reader() *store.Reader { return h.db.Reader() }

// Relay is what asks the wallets.
func (h *House) Relay() *relay.Relay { return h.relay }

// Put writes facts, and fails the test when they are refused.
func (h *House) Put(facts store.Facts) {
	h.T.Helper()
	if _, err := h.Do(context.Background(), flow.Put{Person: "stage", What: "furnish", Facts: facts}); err != nil {
		h.T.Fatal(err)
	}
	if err := h.Facts().Refresh(context.Background(), h.now); err != nil {
		h.T.Fatal(err)
	}
}

// Do serves a movement at once.
func (h *House) Do(ctx context.Context, m flow.Movement) (got flow.Outcome, err error) {
	h.T.Helper()
	answered := false
	submitErr := h.desk.Submit(ctx, m, h.now, func(o flow.Outcome, e error) { got, err, answered = o, e, true })
	if submitErr != nil {
		return flow.Outcome{}, submitErr
	}
	h.serve()
	if !answered {
		h.T.Fatalf("%s was not answered", m.Name())
	}
	return got, err
}

// serve steps the tellers until nothing waits.
func (h *House) serve() {
	h.T.Helper()
	for worked := true; worked; {
		worked = false
		for _, t := range h.desk.Tellers() {
			did, err := t.Step(context.Background(), h.now)
			if err != nil {
				h.T.Fatal(err)
			}
			worked = worked || did
		}
	}
}

// ask makes every call that is due, and serves what the answers bring.
func (h *House) ask() (asked bool) {
	for {
		calls := h.relay.Step(h.now)
		if len(calls) == 0 {
			return asked
		}
		asked = true
		for _, c := range calls {
			a := wallet.Answer{}
			if w := h.Wallets[c.Wallet]; w != nil && c.Act != relay.GiveUp {
				a = c.Make(context.Background(), w)
			}
			h.relay.Answered(c, a, h.now)
		}
		h.serve()
	}
}

// Run lets time pass, making the calls that it brings.
func (h *House) Run(d time.Duration) {
	h.T.Helper()
	end := h.now.Add(d)
	h.ask()
	for {
		due, ok := h.relay.Next()
		if !ok || due.After(end) {
			break
		}
		if due.After(h.now) {
			h.now = due
		}
		h.ask()
	}
	h.now = end
	h.serve()
}

// Pay is the running house's Pay; it waits no longer than Patience.
func (h *House) Pay(ctx context.Context, p flow.Pay, c wallet.Charge) (*payment.Payment, error) {
	h.T.Helper()
	if p.Wallet != "" && p.WalletLane != p.ID.Lane && p.Refusal == "" {
		switch _, err := h.Do(ctx, flow.Claim{In: p.WalletLane, Payment: p.ID, Marks: p.Marks}); {
		case fault.CodeOf(err) == flow.CodeSpent:
			p.Claim = flow.ClaimTaken
		case err != nil:
			return nil, err
		default:
			p.Claim = flow.ClaimMade
		}
	}
	h.relay.Hold(p.Fingerprint, c)
	o, err := h.Do(ctx, p)
	if err != nil || !o.Fresh || o.Payment.State != payment.Sent {
		h.relay.Drop(p.ID, p.Fingerprint)
	}
	if err != nil {
		return nil, err
	}
	return h.Await(ctx, o.Payment, func(p *payment.Payment) bool { return p.State != payment.Sent }), nil
}

// Await lets time pass until a payment is as done wants it, no longer than Patience.
func (h *House) Await(ctx context.Context, p *payment.Payment, done func(*payment.Payment) bool) *payment.Payment {
	h.T.Helper()
	end := h.now.Add(Patience)
	for {
		h.ask()
		found := h.Payment(p.ID)
		due, ok := h.relay.Next()
		if done(found) || !ok || due.After(end) {
			return found
		}
		if due.After(h.now) {
			h.now = due
		}
	}
}

// Payment is a payment as committed; the test fails when there is none.
func (h *House) Payment(id ident.ID) *payment.Payment {
	h.T.Helper()
	p, err := h.Reader().Payment(context.Background(), id)
	if err != nil || p == nil {
		h.T.Fatalf("payment %v: %v, %v", id, p, err)
	}
	return p
}
