// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/api/aps"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// noon is when every test begins: a Tuesday at noon in Japan.
var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

// pair is a key as the house knows it, and as a wallet's own code does.
type pair struct {
	key wire.PrivateKey
	rsa *rsa.PrivateKey
}

// The keys of the tests are made once: a key of 2048 bits takes longer than a test.
var keys = sync.OnceValue(func() map[string]pair {
	made := map[string]pair{}
	for _, name := range []string{"house", "wallet", "other", "shop"} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil
		}
		ours, err := wire.ParsePrivateKey(base64.StdEncoding.EncodeToString(der))
		if err != nil {
			return nil
		}
		made[name] = pair{ours, key}
	}
	return made
})

// people are the clients of the world with the keys they sign with, and one who is not.
var people = map[string]string{"MINT_WALLET": "wallet", "OWN_WALLET": "other", "IDLE_WALLET": "wallet", "SHOP_1": "shop",
	"SANDBOX_WALLET": "wallet", "NOBODY": "wallet"}

// world is the API in front of a live house and a sandbox.
type world struct {
	t       testing.TB
	house   *stage.House
	sandbox *stage.House
	codes   *envelope.Codes
	config  aps.Config
	handler http.Handler
	alarms  []string
	events  []envelope.Event
}

// named is a test under another name, so that a second house has a store of its own.
type named struct {
	testing.TB
	name string
}

func (n named) Name() string { return n.TB.Name() + " " + n.name }

// silent is a wallet that never answers: what becomes of a payment, only its notification says.
type silent struct{}

// Pay says nothing.
func (silent) Pay(context.Context, wallet.Charge) wallet.Answer { return wallet.Answer{} }

// Inquire says nothing.
func (silent) Inquire(context.Context, ident.ID) wallet.Answer { return wallet.Answer{} }

// Cancel confirms.
func (silent) Cancel(context.Context, ident.ID) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
}

// Refund gives back.
func (silent) Refund(context.Context, wallet.Return) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "WR"}
}

func setup(t testing.TB, change ...func(*aps.Config)) *world {
	t.Helper()
	w := &world{t: t, house: stage.Open(t, noon), sandbox: stage.Open(named{t, "sandbox"}, noon),
		codes: envelope.NewCodes(wallet.NewSecret([32]byte{1}), 25)}
	w.furnish(w.house, "MINT_WALLET", "OWN_WALLET", "IDLE_WALLET", "SHOP_1")
	w.furnish(w.sandbox, "SANDBOX_WALLET")
	live := aps.Realm{House: w.house, Keys: houseKeys, Key: func() int { return 1 }, Codes: w.codes, Entropy: rand.Reader}
	sandbox := live
	sandbox.House, sandbox.Codes = w.sandbox, envelope.NewCodes(wallet.NewSecret([32]byte{2}), 25)
	w.config = aps.Config{Live: live, Sandbox: &sandbox, Watch: func(e envelope.Event) { w.events = append(w.events, e) },
		Alarm: func(name, about string) { w.alarms = append(w.alarms, name+": "+about) }}
	for _, c := range change {
		c(&w.config)
	}
	w.handler = aps.New(w.config)
	return w
}

func houseKeys(version int) (wire.PrivateKey, bool) { return keys()["house"].key, version == 1 }

// furnish writes the facts of a house: a wallet that has its codes minted here, one that mints its own, one suspended.
func (w *world) furnish(h *stage.House, clients ...string) {
	w.t.Helper()
	facts := store.Facts{
		Holders: []access.Holder{{ID: "acq-1", Kind: access.AcquirerHolder, Name: "Sample acquirer",
			Status: access.Active}},
		Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(200), Rounding: money.Down, From: noon}},
		Merchants: []merchant.Merchant{{ID: merchant.NameOf(0, "acq-1", "m-1"), Holder: "acq-1", Reference: "m-1",
			Name: "Sample Cafe", MCC: "5812", Region: "JP", Prefecture: 26, Currency: money.JPY,
			Status: merchant.Live, Plan: "std"}},
	}
	for i, name := range clients {
		id := wallet.ID(strings.ToLower(strings.TrimSuffix(name, "_WALLET")))
		c := access.Client{ID: ident.Client(name), Holder: ident.Holder(id), Status: access.Active, ResponseKey: 1}
		if name == "SHOP_1" {
			c.Holder = "acq-1"
		} else {
			one := wallet.Wallet{ID: id, Client: c.ID, Holder: c.Holder, Brand: "Sample", Region: "JP",
				Currency: money.JPY, OurKey: 1, Status: wallet.Live, Rounding: money.HalfEven, Routing: i + 1}
			switch name {
			case "OWN_WALLET":
				one.Routing = 0
			case "IDLE_WALLET":
				one.Status = wallet.Suspended
			}
			facts.Wallets = append(facts.Wallets, one)
			h.Wallets[id] = silent{}
		}
		facts.Clients = append(facts.Clients, c)
		facts.Keys = append(facts.Keys, access.Key{Client: c.ID, Version: 1, Public: keys()[people[name]].key.Public(),
			From: noon.Add(-time.Hour)})
	}
	h.Put(facts)
}

// sent is a payment of 1,000 yen that a wallet was asked for and has not answered.
func (w *world) sent(request string, id wallet.ID) ident.ID {
	w.t.Helper()
	m := flow.Pay{ID: ident.Name(0, ident.Payment, "SHOP_1", "", request), Client: "SHOP_1", Holder: "acq-1",
		RequestID: request, Order: request, Reference: "m-1", Store: "s-1", Price: money.New(1000, money.JPY), Wallet: id}
	copy(m.Marks[0][:], request)
	copy(m.Marks[1][:], request)
	p, err := w.house.Pay(context.Background(), m, wallet.Charge{Payment: m.ID, Price: m.Price, Payer: m.Price})
	if err != nil || p.State != payment.Unknown {
		w.t.Fatalf("%+v, %v", p, err)
	}
	return p.ID
}

// headers are those of a wallet's request, signed with nothing but the standard library.
//
// Source: reference/alipay-wire-api.md 1.2 and 1.3.
func (w *world) headers(as, path string, body []byte) [][2]string {
	house := w.house
	if strings.HasPrefix(as, "SANDBOX_") {
		house = w.sandbox
	}
	at := house.Now().UTC().Format("2006-01-02T15:04:05.00") + "Z" // the sample of the documents
	digest := sha256.Sum256([]byte("POST " + path + "\n" + as + "." + at + "." + string(body)))
	signature, err := rsa.SignPKCS1v15(nil, keys()[people[as]].rsa, crypto.SHA256, digest[:])
	if err != nil {
		w.t.Fatal(err)
	}
	value := url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
	return [][2]string{{"Client-Id", as}, {"Request-Time", at}, {"Content-Type", "application/json; charset=UTF-8"},
		{"Signature", "algorithm=RSA256, keyVersion=1, signature=" + value}}
}

// raw is a header under exactly that spelling, or nothing.
func raw(h http.Header, name string) string {
	if values := h[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// verified says what a wallet finds wrong with an answer.
func verified(method, path string, answer http.Header, body []byte) error {
	header := raw(answer, "signature")
	parts := strings.Split(header, ",")
	if len(parts) != 3 || parts[0] != "algorithm=RSA256" || parts[1] != "keyVersion=1" {
		return fmt.Errorf("the signature is written %q", header)
	}
	escaped, found := strings.CutPrefix(parts[2], "signature=")
	if !found || strings.ContainsAny(escaped, "+/=") {
		return errors.New("the signature is not URL-encoded")
	}
	text, err := url.QueryUnescape(escaped)
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(method + " " + path + "\n" + raw(answer, "client-id") + "." +
		raw(answer, "response-time") + "." + string(body)))
	return rsa.VerifyPKCS1v15(&keys()["house"].rsa.PublicKey, crypto.SHA256, digest[:], signature)
}

// post sends a body as somebody, and gives the answer once it is verified.
func (w *world) post(as, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for _, h := range w.headers(as, path, []byte(body)) {
		r.Header.Set(h[0], h[1])
	}
	for _, c := range change {
		c(r)
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	if answer.Code == http.StatusServiceUnavailable && answer.Body.Len() == 0 {
		return answer
	}
	if err := verified(r.Method, path, answer.Result().Header, answer.Body.Bytes()); err != nil {
		w.t.Fatalf("%s %s: %v\n%s", path, body, err, answer.Body)
	}
	return answer
}

// code is the result code of an answer, and the status before it. A bare status is itself.
func code(t testing.TB, answer *httptest.ResponseRecorder) string {
	t.Helper()
	if answer.Body.Len() == 0 {
		return fmt.Sprint(answer.Code)
	}
	var told struct{ Result wire.Result }
	if err := json.Unmarshal(answer.Body.Bytes(), &told); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	return string(told.Result.ResultStatus) + " " + string(told.Result.ResultCode)
}
