// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"testing"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// remembered puts a payment of a name and state into a view.
func remembered(v *View, n int64, state payment.State) ident.Digest {
	name := fmt.Sprint(n)
	p := &payment.Payment{Request: payment.Request{ID: ident.Name(0, ident.Payment, name), Order: name}, Origin: n, Last: n,
		State: state, Refunds: []payment.Refund{{ID: ident.DigestOf(ident.Refund, name), State: payment.RefundSuccess}}}
	v.put(p)
	v.claim(Claim{Mark: payment.Mark(ident.DigestOf("code", name)), Payment: p.ID})
	return p.ID.Digest
}

func TestMemoryForgetsWhatWasClosedLongestAgoAndNothingThatIsOpen(t *testing.T) {
	t.Parallel()
	v := NewView(0, nil)
	var open []ident.Digest
	const closed = 3 * recentMax
	for n := int64(1); n <= closed; n++ {
		if n%1000 == 1 {
			open = append(open, remembered(v, closed+n, payment.Unknown))
		}
		remembered(v, n, payment.Success)
		v.forget()
	}
	for _, id := range open {
		if p := v.Payment(id); p == nil || v.open[p.Origin] != id {
			t.Fatal("an open payment was forgotten")
		}
		if of, ok := v.OpenOrder("", "", v.Payment(id).Order); !ok || of != id {
			t.Fatal("the order of an open payment was forgotten")
		}
	}
	const most = recentMax + recentMax/8 + 1
	if n := len(v.payments) - len(open); n > most || n < recentMax {
		t.Fatalf("%d closed payments are remembered", n)
	}
	if n := len(v.refunds) - len(open); n > most || n < recentMax {
		t.Fatalf("%d refunds of closed payments are remembered", n)
	}
	if n := len(v.claims); n > most || n < recentMax {
		t.Fatalf("%d claims are remembered", n)
	}
	last := ident.Name(0, ident.Payment, fmt.Sprint(closed)).Digest
	if v.Payment(last) == nil {
		t.Fatal("what was closed last was forgotten")
	}
	if v.OpenCount() != len(open) || len(v.Open()) != len(open) {
		t.Fatalf("%d open payments, not %d", v.OpenCount(), len(open))
	}
}

func TestMemoryForgetsAPaymentOnceItIsClosed(t *testing.T) {
	t.Parallel()
	v := NewView(0, nil)
	id := remembered(v, 1, payment.Unknown)
	p := *v.Payment(id)
	p.State = payment.Success
	v.put(&p)
	if _, ok := v.OpenOrder("", "", p.Order); ok || v.OpenCount() != 0 {
		t.Fatal("a closed payment is still open")
	}
	for n := int64(2); n < 2*recentMax; n++ {
		remembered(v, n, payment.Success)
	}
	v.forget()
	if v.Payment(id) != nil {
		t.Fatal("a payment that was closed long ago is remembered")
	}
}
