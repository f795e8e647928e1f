// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

func TestAnEventStrikesOnceAndOnlyUnderLoad(t *testing.T) {
	t.Parallel()
	underWay, strikes := inFlightMin-1, 0
	m := newMoments(rand.New(rand.NewPCG(1, 1)), func() int { return underWay }, func() { strikes++ })
	m.wanted, m.direct = answered, true
	m.see(answered)
	if strikes != 0 || m.wanted != answered {
		t.Fatal("it struck with too little under way")
	}
	underWay = inFlightMin + 3
	m.see(refundTold)
	m.see(answered)
	m.see(answered)
	if strikes != 1 {
		t.Fatalf("%d strikes", strikes)
	}
	if n := <-m.seen; n != inFlightMin+3 {
		t.Fatalf("%d under way", n)
	}
}

func TestAMomentThatDoesNotComeEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	m := newMoments(rand.New(rand.NewPCG(1, 1)), func() int { return 7 }, func() { t.Error("nobody is to be killed") })
	for range 20 {
		if n := m.next(ctx); n != 7 {
			t.Fatalf("%d under way", n)
		}
	}
}

func TestQuestionsAreCountedForTheStartThatAskedThem(t *testing.T) {
	t.Parallel()
	var seen []event
	w := &wallets{starts: map[string]int64{"127.0.0.1:1": 3}, saw: func(e event) { seen = append(seen, e) }}
	id := nameOf(ident.Payment, "p-1")
	ask := func(path, body string) {
		r := httptest.NewRequest(http.MethodPost, "/brand"+path, strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:1"
		w.note(r, []byte(body))
	}
	ask(aps.PathPay, `{"paymentRequestId":"`+id.String()+`"}`)
	ask(aps.PathInquiryPayment, `{"paymentRequestId":"`+id.String()+`"}`)
	ask(aps.PathCancelPayment, `{"paymentRequestId":"`+id.String()+`"}`)
	ask(aps.PathInquiryPayment, `{"paymentRequestId":"nonsense"}`)
	ask(aps.PathInquiryPayment, `not even JSON`)
	if len(w.arrived) != 2 || w.arrived[0].start != 3 || w.arrived[0].payment != id.Digest {
		t.Fatalf("%+v", w.arrived)
	}
	if len(seen) != 2 || seen[0] != walletPay || seen[1] != walletCancel {
		t.Fatalf("%v", seen)
	}
}
