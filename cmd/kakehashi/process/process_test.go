// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// A shop is told of its payment, once it acknowledged never again, and an operator sees what it was told and can tell it
// once more.
func TestAShopIsToldOfItsPayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	told := make(chan string, 16)
	shop := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e := wire.Envelope{Method: r.Method, Path: r.URL.RequestURI(), ClientID: r.Header.Get("client-id"),
			Time: r.Header.Get("request-time"), Body: body}
		ours := func(int) (wire.PublicKey, bool) { return w.house(), true }
		if err := wire.Open(e, r.Header.Get("signature"), ours); err != nil {
			told <- err.Error()
			return
		}
		var message struct {
			Payment string `json:"paymentId"`
		}
		if err := wire.Decode(body, &message); err != nil {
			told <- err.Error()
			return
		}
		_, _ = io.WriteString(out, `{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success."}}`)
		told <- message.Payment
	}))
	t.Cleanup(shop.Close)
	w.put(store.Facts{Clients: []access.Client{{ID: shopClient, Holder: "acq", Status: access.Active, ResponseKey: 1,
		NotifyURL: shop.URL + "/told"}}})
	w.until("the client's address counts", func() bool {
		c, _, _, err := w.network.Live.House.Facts().Client(context.Background(), w.network.Live.House.Now(), shopClient)
		return err == nil && c.NotifyURL != ""
	})
	id := w.pay(w.sale(1200), wire.Success)
	if got := <-told; got != id.String() {
		t.Fatalf("told %q, want %v", got, id)
	}
	var noticed store.Event
	w.until("the log says that it was told", func() bool {
		w.operate(func(o *process.Operator) error {
			log, finish, err := o.Notices(context.Background())
			if err != nil {
				return err
			}
			defer finish()
			notices, err := log.Of(context.Background(), id)
			if err == nil && len(notices) == 1 && len(notices[0].Attempts) == 1 {
				noticed = notices[0].Event
			}
			return err
		})
		return noticed.State == store.EventDelivered
	})
	w.operate(func(o *process.Operator) error { return o.Again(context.Background(), noticed) })
	if got := <-told; got != id.String() {
		t.Fatalf("told %q again, want %v", got, id)
	}
	w.stop()
	w.inOrder()
	if len(told) != 0 {
		t.Errorf("told %d times more", len(told))
	}
}

// What was acknowledged is there after a restart, and so are the keys; what was open is asked about by itself.
func TestARestartKeepsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paid, open := w.sale(1200), w.sale(300)
	w.pay(paid, wire.Success)
	w.misbehave(tabi.Behaviour{DropAnswer: 1000})
	w.pay(open, wire.PaymentInProcess)
	w.stop()
	w.misbehave(tabi.Normal())
	w.start()
	if got := w.state(paid.RequestID); got != "SUCCESS" {
		t.Errorf("the payment is %s", got)
	}
	w.until("the open payment is resolved", func() bool { return w.state(open.RequestID) == "SUCCESS" })
	w.stop()
	w.inOrder()
}
