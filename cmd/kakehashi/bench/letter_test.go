// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"crypto/rand"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

func written(t *testing.T) (*letters, wire.PrivateKey) {
	t.Helper()
	key, err := wire.GenerateEd25519(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{merchants: 1000, wallets: make([]wallet.Wallet, len(prices))}
	l, err := newLetters(w, key, time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return l, key
}

// verified opens a letter as the network does.
func verified(t *testing.T, key wire.PrivateKey, l letter) {
	t.Helper()
	e := wire.Envelope{Method: http.MethodPost, Path: l.path, ClientID: l.header.Get(wire.HeaderClientID),
		Time: l.header.Get(wire.HeaderRequestTime), Body: l.body}
	keys := func(version int) (wire.PublicKey, bool) { return key.Public(), version == ed25519Key+1 }
	if err := wire.Open(e, l.header.Get(wire.HeaderSignature), keys); err != nil {
		t.Fatal(err)
	}
}

func TestEachNumberIsAPaymentOfItsOwnThatPasses(t *testing.T) {
	t.Parallel()
	l, key := written(t)
	if err := l.sign(5, 10, 3, time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for number := uint64(0); number < 20; number++ { // some were signed before, some were not
		letter, err := l.pay(number)
		if err != nil {
			t.Fatal(err)
		}
		verified(t, key, letter)
		var r ams.PayRequest
		if err := read(letter.body, &r); err != nil {
			t.Fatal(err)
		}
		if r.PaymentRequestID != l.name(number) || r.PaymentAmount.Value != r.Order.OrderAmount.Value {
			t.Errorf("%s: %s", l.name(number), letter.body)
		}
		for _, of := range []string{string(r.PaymentRequestID), string(r.PaymentMethod.PaymentMethodID)} {
			if seen[of] {
				t.Errorf("%s was there before", of)
			}
			seen[of] = true
		}
	}
}

func TestWhatIsAskedAboutAPaymentNamesIt(t *testing.T) {
	t.Parallel()
	l, key := written(t)
	letter, err := l.about(ams.Cancel, 7)
	if err != nil {
		t.Fatal(err)
	}
	verified(t, key, letter)
	var r ams.CancelRequest
	if err := read(letter.body, &r); err != nil || r.PaymentRequestID != l.name(7) || letter.path != ams.Cancel.Path(false) {
		t.Errorf("%v: %s %s", err, letter.path, letter.body)
	}
}

func TestTheCounterHandsALetterOverAndReadsTheAnswer(t *testing.T) {
	t.Parallel()
	l, _ := written(t)
	letter, err := l.pay(1)
	if err != nil {
		t.Fatal(err)
	}
	c := counter{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != string(letter.body) ||
			!reflect.DeepEqual(r.Header, letter.header) || r.RequestURI != letter.path {
			t.Errorf("%v: %+v", err, r)
		}
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(`{"result":{"resultStatus":"S","resultCode":"SUCCESS"},"paymentStatus":"FAIL"}`))
	})}
	if got := c.hand(letter); got != (heard{http.StatusOK, wire.Succeeded, ams.PaymentFail}) {
		t.Errorf("%+v", got)
	}
}
