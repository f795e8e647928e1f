// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

func TestAConfigurationIsRefusedByTheNameOfItsField(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for text, field := range map[string]string{
		"":                                     "data",
		"data = \"D\"\ndatum = 1":              "datum",
		"data = \"D\"\nlanes = 65":             "lanes",
		"data = \"D\"\nlanes = 2":              "lanes",
		"data = \"D\"\nlisten = \"8080\"":      "listen",
		"data = \"D\"\noperate = \"here\"":     "operate",
		"data = \"D\"\nlisten_tls = \":8443\"": "listen_tls",
		"data = \"D\"\nquote_seconds = 4":      "quote_seconds",
		"data = \"D\"\nin_flight_max = -1":     "in_flight_max",
	} {
		file := filepath.Join(dir, field+".toml")
		text = strings.ReplaceAll(text, "\"D\"", "\""+filepath.Join(dir, "data")+"\"")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := process.ReadConfig(file)
		if fault.CodeOf(err) != process.CodeConfig || !strings.Contains(fault.DetailOf(err), field) {
			t.Errorf("%q: %v, want a word of %s", text, err, field)
		}
	}
}

// One process has the books; another one, and a command, say who it is.
func TestASecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := process.Start(context.Background(), w.config, slog.New(slog.DiscardHandler))
	if pid := fmt.Sprint("pid ", os.Getpid()); err == nil || !strings.Contains(err.Error(), pid) {
		t.Errorf("%v, want the holder's %s", err, pid)
	}
}

// What a command revokes is dead while the network runs.
func TestARevokedKeyIsDead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(w.sale(500), wire.Success)
	w.operate(func(o *process.Operator) error {
		keys, err := o.Reader.Keys(context.Background(), shopClient)
		if err == nil {
			_, err = o.Do(context.Background(), flow.Revoke{Person: o.Person, Key: keys[0]})
		}
		return err
	})
	sale := w.sale(500)
	w.until("the key is dead", func() bool {
		answer, err := w.till.Pay(context.Background(), sale)
		return err == nil && answer.Result.ResultCode == wire.KeyNotFound
	})
	w.stop()
	w.inOrder()
}

// A command never hands over a movement of money.
func TestACommandMovesNoMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.pay(w.sale(500), wire.Success)
	w.operate(func(o *process.Operator) error {
		_, err := o.Do(context.Background(), flow.Cancel{ID: id, Client: shopClient})
		if fault.KindOf(err) != fault.Denied {
			t.Errorf("a command cancelled a payment: %v", err)
		}
		return nil
	})
}

func TestAStatusSaysHowANetworkStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(w.sale(500), wire.Success)
	w.until("the projections have caught up", func() bool {
		s, running, err := process.AskStatus(context.Background(), w.config)
		if err != nil || !running || s.NotReady != "" || len(s.Networks) != 1 {
			t.Fatalf("%+v, %v, %v", s, running, err)
		}
		n := s.Networks[0]
		return len(n.Lanes) == 1 && n.Lanes[0].Rows > 2 && n.Lanes[0].Lag == 0 && n.Open == 0 && len(n.Wallets) == 1
	})
	for path, want := range map[string]string{"/livez": "ok", "/readyz": "ok", "/metrics": "kakehashi_journal_rows",
		"/alarms": "["} {
		response, err := http.Get("http://" + w.config.Operate + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %.200s %v", path, response.StatusCode, body, err)
		}
	}
	w.stop()
	if _, running, err := process.AskStatus(context.Background(), w.config); running || err != nil {
		t.Errorf("a network that was stopped answers: %v, %v", running, err)
	}
}

// A house key that nothing is signed with any more can be made, used and ended while the network runs.
func TestTheHouseChangesItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var second wire.PublicKey
	w.operate(func(o *process.Operator) error {
		ring, err := o.Ring()
		if err != nil {
			return err
		}
		key, err := process.NewHouseKey(ring, 2, wire.Ed25519)
		second = key.Public
		if err != nil {
			return err
		}
		client, _, _, err := w.network.Live.House.Facts().Client(context.Background(), w.network.Live.House.Now(), shopClient)
		client.ResponseKey = 2
		if err == nil {
			facts := store.Facts{}
			facts.HouseKeys, facts.Clients = append(facts.HouseKeys, key), append(facts.Clients, client)
			_, err = o.Do(context.Background(), flow.Put{Person: o.Person, What: "move client", Facts: facts})
		}
		return err
	})
	first, seen := w.house(), 0
	w.till.House = func(version int) (wire.PublicKey, bool) {
		seen = version
		return map[int]wire.PublicKey{1: first, 2: second}[version], version <= 2
	}
	w.until("the new key signs", func() bool {
		w.pay(w.sale(10), wire.Success)
		return seen == 2
	})
}

// Whichever address a client calls, its rate is one.
func TestAClientsRateIsOneAtEveryAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(store.Facts{Clients: []access.Client{{ID: shopClient, Holder: "acq", Status: access.Active, ResponseKey: 1,
		Rates: access.Rates{Requests: 2}}}})
	w.until("the rate counts", func() bool {
		c, _, _, err := w.network.Live.House.Facts().Client(context.Background(), w.network.Live.House.Now(), shopClient)
		return err == nil && c.Rates.Requests == 2
	})
	var answered []string
	for range 3 {
		other := httptest.NewServer(w.network.Handler())
		t.Cleanup(other.Close)
		w.till.Gateway = other.URL
		var answer ams.InquiryPaymentResponse
		err := w.till.Call(context.Background(), ams.InquiryPayment,
			&ams.InquiryPaymentRequest{PaymentRequestID: "none"}, &answer)
		if err != nil {
			t.Fatal(err)
		}
		answered = append(answered, string(answer.Result.ResultCode))
	}
	if want := []string{"ORDER_NOT_EXIST", "ORDER_NOT_EXIST", "REQUEST_TRAFFIC_EXCEED_LIMIT"}; !slices.Equal(answered, want) {
		t.Errorf("answered %v, want %v", answered, want)
	}
}

// Strangers are answered with the newest key that is valid, also when that changed since the start.
func TestStrangersAreAnsweredWithTheNewestKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	version := func() string {
		t.Helper()
		request, err := http.NewRequest(http.MethodPost, w.till.Gateway+ams.Pay.Path(false), strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("client-id", "NOBODY")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		signature, err := wire.ParseSignature(response.Header.Get("signature"))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(signature.KeyVersion)
	}
	if got := version(); got != "1" {
		t.Fatalf("signed with key %s", got)
	}
	w.operate(func(o *process.Operator) error {
		ring, err := o.Ring()
		if err != nil {
			return err
		}
		key, err := process.NewHouseKey(ring, 2, wire.Ed25519)
		if err == nil {
			_, err = o.Do(context.Background(), flow.Put{Person: o.Person, What: "create house key",
				Facts: store.Facts{HouseKeys: []access.HouseKey{key}}})
		}
		return err
	})
	w.until("the new key signs", func() bool { return version() == "2" })
}
