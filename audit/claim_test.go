// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/flow"
)

// claimedElsewhere spends the code of a new payment in the lane of its wallet, and is ended before the payment is decided.
func claimedElsewhere(w *world) flow.Pay {
	w.t.Helper()
	for _, s := range w.shops {
		for purse := range purses {
			if p := w.pay(s, purse, 1200); purses[purse].price == "" && p.WalletLane != p.ID.Lane {
				p.Claim = flow.ClaimMade
				w.must(flow.Claim{In: p.WalletLane, Payment: p.ID, Marks: p.Marks})
				return p
			}
		}
	}
	w.t.Fatal("every wallet is at home where its payments are")
	return flow.Pay{}
}

func clean(t *testing.T, location string) {
	t.Helper()
	if r := full(t, location, audit.Options{}); !r.OK() {
		t.Fatal("\n" + r.String())
	}
}

// TestAClaimStaysWhereItsPaymentWasCancelledBeforeItCame: the pay was lost after its claim, and the till cancels hours later.
func TestAClaimStaysWhereItsPaymentWasCancelledBeforeItCame(t *testing.T) {
	t.Parallel()
	location := "memory:" + t.Name()
	w := newWorld(t, location, 1, 2)
	p := claimedElsewhere(w)
	w.now = w.now.Add(3 * time.Hour)
	w.must(flow.Cancel{ID: p.ID, Client: p.Client, RequestID: p.RequestID})
	clean(t, location)
}

// TestAClaimStaysWhereItsPaymentIsAskedForAgainADayLater: the pay was lost after its claim, and is asked for again when the
// key of the marks has changed.
func TestAClaimStaysWhereItsPaymentIsAskedForAgainADayLater(t *testing.T) {
	t.Parallel()
	location := "memory:" + t.Name()
	w := newWorld(t, location, 1, 2)
	p := claimedElsewhere(w)
	w.now = w.now.Truncate(24 * time.Hour).Add(25*time.Hour + 30*time.Minute)
	later := w.pay(w.shops[0], 0, 1)
	p.Marks = later.Marks
	w.begun(p)
	clean(t, location)
}
