// SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// refuseRows makes the database refuse the payments whose request begins so, as a constraint does that no decision knows of.
func (w *world) refuseRows(prefix string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:/"+w.t.Name()+"?vfs=memdb&_pragma=busy_timeout(10000)")
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TRIGGER refuse BEFORE INSERT ON payment WHEN NEW.request LIKE '" + prefix +
		"%' BEGIN SELECT RAISE(ABORT, 'refused'); END"); err != nil {
		w.t.Fatal(err)
	}
}

// payOf is a payment of a client.
func (w *world) payOf(client ident.Client, request string) flow.Pay {
	p := w.pay(request, request, 100)
	p.Client, p.ID = client, ident.Name(0, ident.Payment, string(client), "", request)
	return p
}

// A movement that cannot be written is parked alone, whatever shares its batch. Source: decisions A12.
func TestWhatCannotBeWrittenIsParkedAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.expected = map[string]bool{flow.AlarmParked: true}
	w.refuseRows("bad")
	got := map[string]fault.Code{}
	for _, request := range []string{"a", "b", "bad-1", "c", "d", "e", "bad-2", "f"} {
		if err := w.desk.Submit(context.Background(), w.payOf("SHOP", request), w.now, func(_ flow.Outcome, err error) {
			got[request] = fault.CodeOf(err)
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.desk.Tellers()[0].Step(context.Background(), w.now); err != nil {
		t.Fatal(err)
	}
	for _, request := range []string{"a", "b", "c", "d", "e", "f"} {
		if code, ok := got[request]; !ok || code != "" {
			t.Errorf("%s: %q, %v", request, code, ok)
		}
		p, err := w.db.Reader().Payment(context.Background(), w.payOf("SHOP", request).ID)
		if err != nil || p == nil {
			t.Errorf("%s is not there: %v", request, err)
		}
	}
	for _, request := range []string{"bad-1", "bad-2"} {
		if got[request] != flow.CodeParked {
			t.Errorf("%s: %q", request, got[request])
		}
	}
}

// Three in a minute from one client suspend it for a while; nobody else notices.
func TestAPoisonousClientIsSuspended(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.expected = map[string]bool{flow.AlarmParked: true, flow.AlarmSuspended: true}
	w.refuseRows("bad")
	do := func(client ident.Client, request string, want fault.Code) {
		t.Helper()
		if _, err := w.do(w.payOf(client, request)); fault.CodeOf(err) != want {
			t.Errorf("%s %s: %v, want %q", client, request, err, want)
		}
	}
	for i := range 2 {
		do("SLOW", fmt.Sprint("bad-slow-", i), flow.CodeParked)
	}
	w.now = w.now.Add(time.Minute)
	do("SLOW", "bad-slow-2", flow.CodeParked)
	do("SLOW", "good", "")
	for i := range 3 {
		do("SHOP", fmt.Sprint("bad-", i), flow.CodeParked)
	}
	do("SHOP", "good", flow.CodeSuspended)
	do("OTHER", "good", "")
	if !slices.Contains(w.alarms, flow.AlarmSuspended) {
		t.Error("nobody was alarmed")
	}
	w.now = w.now.Add(10 * time.Minute)
	do("SHOP", "good", "")
}
