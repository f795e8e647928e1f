// SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"context"
	"testing"

	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// TestWhatIsWrittenIsToldAlsoWhereTheMemoryCannotBeBroughtBack loses the answer to a commit, and then the connection over
// which the lane's memory is read: the batch is written, so its caller and whoever follows the journal must hear of it.
func TestWhatIsWrittenIsToldAlsoWhereTheMemoryCannotBeBroughtBack(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.desk.Close()
	var lapses []store.Lapse // of the next commits and reads, in order
	w.db.Interfere(func(bool) store.Lapse {
		if len(lapses) == 0 {
			return store.NoLapse
		}
		next := lapses[0]
		lapses = lapses[1:]
		return next
	})
	told := 0
	desk, err := flow.OpenDesk(context.Background(), w.db, flow.Opening{Lanes: 1, Holder: "test", Now: w.now,
		Hooks: flow.Hooks{Committed: func(_ []ledger.Row, changed []*payment.Payment) { told += len(changed) }}})
	if err != nil {
		t.Fatal(err)
	}
	w.desk = desk
	teller := desk.Tellers()[0]
	p := w.pay("p-1", "o-1", 1000)
	w.paid(w.pay("p-0", "o-0", 1000), "W0") // so that everything the next needs is in memory
	told = 0
	// p-1 is looked for three times, as a payment and as a code in two hours; COMMIT's answer is lost; the lane is taken
	// again, which reads its row and commits; then its memory is read.
	lapses = []store.Lapse{store.NoLapse, store.NoLapse, store.NoLapse, store.NotAnswered, store.NoLapse, store.NoLapse,
		store.NotSent}
	answers := 0
	err = desk.Submit(context.Background(), p, w.now, func(o flow.Outcome, err error) {
		answers++
		if err != nil || o.Payment.State != payment.Sent {
			t.Errorf("the caller hears %v, %v", o.Payment, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := teller.Step(context.Background(), w.now); err == nil {
		t.Fatal("the memory was brought back: the connection was not lost where it should be")
	}
	if answers != 1 || told != 1 {
		t.Fatalf("%d answers, and %d payments told of", answers, told)
	}
	w.paid(w.pay("p-2", "o-2", 1000), "W2")
	if open := teller.Open(); len(open) != 1 || open[0].ID != p.ID {
		t.Fatalf("%d payments are open", len(open))
	}
}

// TestNobodyIsLeftWithoutAnAnswerWhereParkingFails loses the connection while the first of two movements is parked.
func TestNobodyIsLeftWithoutAnAnswerWhereParkingFails(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.desk.Close()
	armed := false
	w.db.Interfere(func(commit bool) store.Lapse {
		if !armed || !commit {
			return store.NoLapse
		}
		armed = false
		return store.NotSent
	})
	desk, err := flow.OpenDesk(context.Background(), w.db, flow.Opening{Lanes: 1, Holder: "test", Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.desk = desk
	poison := w.pay("p-1", "o-1", 1000)
	poison.Terminal = "t-\x00"
	answers := map[string]int{}
	for _, p := range []flow.Pay{poison, w.pay("p-2", "o-2", 1000)} {
		err := desk.Submit(context.Background(), p, w.now, func(flow.Outcome, error) { answers[p.RequestID]++ })
		if err != nil {
			t.Fatal(err)
		}
	}
	armed = true
	if _, err := desk.Tellers()[0].Step(context.Background(), w.now); err == nil {
		t.Fatal("it was parked: the connection was not lost where it should be")
	}
	if answers["p-1"] != 1 || answers["p-2"] != 1 {
		t.Fatalf("%v", answers)
	}
}
