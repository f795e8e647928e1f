// SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"context"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/store"
)

// A process that stood still while another took its lane remembers what is no longer so. A repeat writes nothing, and must not
// be answered from that memory.
func TestWhoHasLostTheLaneAnswersNothingFromMemory(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.expected = map[string]bool{flow.AlarmLaneLost: true}
	first := w.pay("p-1", "o-1", 1000)
	w.paid(first, "W-1")
	older := w.desk.Tellers()[0]
	repeat := w.pay("p-1", "o-1", 1000)
	if o, err := w.do(repeat); err != nil || o.Payment.State.String() != "success" {
		t.Fatalf("%+v, %v", o.Payment, err)
	}

	w.open() // another process takes the lane, and the payment is cancelled there
	if _, err := w.do(flow.Cancel{ID: first.ID, Client: "SHOP", RequestID: "p-1"}); err != nil {
		t.Fatal(err)
	}

	var told flow.Outcome
	var refused error
	answered := false
	reply := func(o flow.Outcome, err error) { told, refused, answered = o, err, true }
	if err := older.Submit(repeat, w.now, reply); err != nil {
		t.Fatal(err)
	}
	_, err := older.Step(context.Background(), w.now)
	if fault.CodeOf(err) != store.CodeLaneLost || !answered || refused == nil {
		t.Errorf("the older teller: %v; the caller: %+v, %v", err, told.Payment, refused)
	}
}
