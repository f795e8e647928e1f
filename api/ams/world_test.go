// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// noon is when every test begins: a Tuesday at noon in Japan.
var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

// pair is a key as the house knows it, and as the SDKs' own code does.
type pair struct {
	key wire.PrivateKey
	rsa *rsa.PrivateKey
}

// The keys of the tests are made once: a key of 2048 bits takes longer than a test.
var keys = sync.OnceValue(func() map[string]pair {
	made := map[string]pair{}
	for _, name := range []string{"house", "house 2", "shop", "shop 2", "stranger"} {
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

// person is an API client as the tests know it: its id, its key, and how its SDK signs.
type person struct {
	client  ident.Client
	key     string
	version int
}

// people are the clients of the world, and some who are not.
var people = map[string]person{
	"SHOP_1":         {"SHOP_1", "shop", 1},
	"SHOP_2":         {"SHOP_2", "shop 2", 2},
	"SHOP_LIMITED":   {"SHOP_LIMITED", "shop", 1},
	"SHOP_SUSPENDED": {"SHOP_SUSPENDED", "shop", 1},
	"SANDBOX_SHOP":   {"SANDBOX_SHOP", "shop", 1},
	"HK_WALLET":      {"HK_WALLET", "shop", 1},
	"NOBODY":         {"NOBODY", "shop", 1},
}

// world is the API in front of a live house and a sandbox, each with wallets whose answers the codes decide.
type world struct {
	t       testing.TB
	house   *stage.House
	sandbox *stage.House
	wallets map[wallet.ID]*scripted
	codes   *envelope.Codes
	handler http.Handler
	config  ams.Config

	verified map[string]bool // answers that every SDK has verified

	mutex  sync.Mutex
	events []envelope.Event
	alarms []string
	seen   []merchant.Store
}

// other is a test under another name, so that a second house has a store of its own.
type other struct {
	testing.TB
	name string
}

func (o other) Name() string { return o.TB.Name() + " " + o.name }

func setup(t testing.TB, change ...func(*ams.Config)) *world {
	t.Helper()
	w := &world{t: t, wallets: map[wallet.ID]*scripted{}, verified: map[string]bool{}}
	w.house = stage.Open(t, noon)
	w.sandbox = stage.Open(other{t, "sandbox"}, noon)
	w.furnish(w.house, "SHOP_1", "SHOP_2", "SHOP_LIMITED", "SHOP_SUSPENDED", "HK_WALLET")
	w.furnish(w.sandbox, "SANDBOX_SHOP")
	w.codes = envelope.NewCodes(wallet.NewSecret([32]byte{1}), 1000)
	ring, err := vault.NewRing(1, map[vault.Version][32]byte{1: {7}})
	if err != nil {
		t.Fatal(err)
	}
	live := ams.Realm{House: w.house, Keys: houseKeys, Key: func() int { return 1 }, Codes: w.codes,
		Ring: ring, Entropy: rand.Reader,
		Seen: func(s merchant.Store) { w.seen = append(w.seen, s) }}
	sandbox := live
	sandbox.House, sandbox.Codes = w.sandbox, envelope.NewCodes(wallet.NewSecret([32]byte{2}), 1000)
	w.config = ams.Config{Live: live, Sandbox: &sandbox, Watch: w.watch,
		Alarm: func(name, about string) { w.alarms = append(w.alarms, name+": "+about) }}
	w.config.Limits.Gate.Silence = time.Nanosecond
	for _, c := range change {
		c(&w.config)
	}
	w.handler = ams.New(w.config)
	return w
}

// belongTo hands a world to another test: a fuzz target makes one world for all its inputs.
func (w *world) belongTo(t testing.TB) { w.t, w.house.T, w.sandbox.T = t, t, t }

func houseKeys(version int) (wire.PrivateKey, bool) {
	switch version {
	case 1:
		return keys()["house"].key, true
	case 2:
		return keys()["house 2"].key, true
	}
	return wire.PrivateKey{}, false
}

func (w *world) watch(e envelope.Event) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.events = append(w.events, e)
}

// steps counts the events of a step.
func (w *world) steps(s envelope.Step) (n int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, e := range w.events {
		if e.Step == s {
			n++
		}
	}
	return n
}

// furnish writes the facts of a house: two holders with a merchant of the same name each, four wallets, their routes.
func (w *world) furnish(h *stage.House, clients ...string) {
	w.t.Helper()
	facts := store.Facts{
		Holders: []access.Holder{
			{ID: "acq-1", Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active},
			{ID: "acq-2", Kind: access.AcquirerHolder, Name: "Other acquirer", Status: access.Active},
		},
		Plans: []merchant.Plan{
			{ID: "std", Percent: money.BasisPoints(200), Rounding: money.Down, FeeBack: true, From: noon},
			{ID: "keep", Percent: money.BasisPoints(200), Rounding: money.Down, From: noon},
		},
		Merchants: []merchant.Merchant{shop("acq-1", "m-1"), shop("acq-2", "m-1"), shop("acq-1", "m-closed"),
			shop("acq-1", "m-planless"), shop("acq-1", "m-keep")},
		Stores: []merchant.Store{{Merchant: merchant.NameOf(0, "acq-1", "m-1"), Reference: "s-1",
			Name: "Sample Cafe Ueno", MCC: "5812"}},
		Wallets: []wallet.Wallet{
			foreign("hk", "Sample HK", money.HKD), foreign("kr", "Sample KR", money.KRW),
			foreign("jp", "Sample JP", money.JPY), foreign("old", "Sample Old", money.JPY),
			foreign("whole", "Sample Whole", money.JPY), foreign("dry", "Sample Dry", money.THB),
			foreign("mint", "Sample Mint", money.JPY),
		},
		Routes: []wallet.Route{route("hk", "2810", 18), route("kr", "2820", 18), route("jp", "2830", 18),
			route("old", "2840", 18), route("whole", "2850", 18), route("dry", "2860", 18), route("mint", "281007", 24)},
		Quotes: []fx.Quote{line(w.t, "hk", money.HKD, "0.0512"), line(w.t, "kr", money.KRW, "9.41")},
	}
	facts.Merchants[2].Status = merchant.Suspended
	facts.Merchants[3].Plan = "none"
	facts.Merchants[4].Plan = "keep"
	facts.Wallets[0].PayMax = 500_000 // five thousand Hong Kong dollars
	facts.Wallets[3].Status = wallet.Suspended
	facts.Wallets[4].PartialRefunds = false
	facts.Wallets[6].Routing = 7
	for _, name := range clients {
		p := people[name]
		c := access.Client{ID: p.client, Holder: "acq-1", Status: access.Active, ResponseKey: 1}
		switch name {
		case "SHOP_2":
			c.Holder, c.ResponseKey = "acq-2", 2
		case "SHOP_LIMITED":
			c.Rates = access.Rates{Requests: 5, BadCodes: 2, Tombstones: 2}
		case "SHOP_SUSPENDED":
			c.Status = access.Suspended
		case "HK_WALLET":
			c.Holder = "hk"
		}
		facts.Clients = append(facts.Clients, c)
		facts.Keys = append(facts.Keys, access.Key{Client: p.client, Version: p.version,
			Public: keys()[p.key].key.Public(), From: noon.Add(-time.Hour)})
	}
	if h == w.house {
		first, second := keys()["shop"].key.Public(), keys()["shop 2"].key.Public()
		facts.Keys = append(facts.Keys,
			access.Key{Client: "SHOP_2", Version: 1, Public: first, From: noon.Add(-time.Hour), RevokedAt: noon},
			access.Key{Client: "SHOP_1", Version: 7, Public: second, From: noon.Add(time.Hour)},
			access.Key{Client: "SHOP_1", Version: 8, Public: second, From: noon.Add(-time.Hour), Until: noon})
	}
	h.Put(facts)
	for _, one := range facts.Wallets {
		s := &scripted{codes: map[ident.ID]string{}, asked: map[string]int{}}
		h.Wallets[one.ID] = s
		if h == w.house {
			w.wallets[one.ID] = s
		}
	}
}

func shop(holder ident.Holder, reference string) merchant.Merchant {
	return merchant.Merchant{ID: merchant.NameOf(0, holder, reference), Holder: holder, Reference: reference,
		Name: "Sample Cafe", MCC: "5812", Region: "JP", Prefecture: 26, Currency: money.JPY, Status: merchant.Live,
		Plan: "std"}
}

func foreign(id wallet.ID, brand string, c money.Currency) wallet.Wallet {
	return wallet.Wallet{ID: id, Client: ident.Client(strings.ToUpper(string(id)) + "_WALLET"), Holder: ident.Holder(id),
		Brand: brand, Region: strings.ToUpper(string(id))[:2], Currency: c, OurKey: 1, Status: wallet.Live,
		SpreadBasisPoints: 60, Rounding: money.HalfEven, PartialRefunds: true}
}

func route(id wallet.ID, prefix string, length int) wallet.Route {
	return wallet.Route{ID: string(id), Prefix: prefix, LengthMin: length, LengthMax: length, Wallet: id}
}

func line(t testing.TB, id wallet.ID, c money.Currency, yen string) fx.Quote {
	t.Helper()
	price, err := money.ParseRatio(yen)
	if err != nil {
		t.Fatal(err)
	}
	rate, err := money.NewRate(money.JPY, c, price)
	if err != nil {
		t.Fatal(err)
	}
	q, err := fx.Price(rate, fx.Provenance{Source: "test", Route: 1}, fx.PricingTerms{Wallet: string(id),
		SpreadBasisPoints: 60, Rounding: money.HalfEven, Lifetime: time.Hour, Guaranteed: true}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// scripted is a wallet whose answers the last two digits of the payer's code decide. It remembers what it took.
type scripted struct {
	codes   map[ident.ID]string
	charges []wallet.Charge
	returns []wallet.Return
	asked   map[string]int // calls of one kind about one payment
	silent  bool
}

func (s *scripted) count(what string, id ident.ID) int {
	s.asked[what+" "+id.String()]++
	return s.asked[what+" "+id.String()]
}

var (
	taken = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "W-1",
		PartnerAt: noon.Add(time.Second)}
	confirms = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
	pending  = wallet.Answer{Code: wire.PaymentInProcess}
)

func refuses(code wire.ResultCode) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Declined, Code: code, Detail: "words of the wallet that no merchant shall read"}
}

// Pay answers what the code's last two digits say.
func (s *scripted) Pay(_ context.Context, c wallet.Charge) wallet.Answer {
	s.codes[c.Payment], s.charges = c.Code, append(s.charges, c)
	s.count("pay", c.Payment)
	if s.silent {
		return wallet.Answer{}
	}
	switch ending(c.Code) {
	case "01":
		return refuses(wire.UserBalanceNotEnough)
	case "02", "05", "08", "09":
		return pending
	case "03":
		return wallet.Answer{}
	case "04":
		return refuses("MADE_UP_BY_THE_WALLET")
	case "06":
		a := taken
		a.Price = money.New(c.Price.Minor()+1, c.Price.Currency())
		return a
	case "07":
		return refuses(wire.InvalidCode)
	}
	return taken
}

// Inquire goes on as Pay began.
func (s *scripted) Inquire(_ context.Context, id ident.ID) wallet.Answer {
	n := s.count("inquire", id)
	switch ending(s.codes[id]) {
	case "02", "06", "08":
		return pending
	case "05":
		if n < 2 {
			return pending
		}
	case "09":
		if s.asked["cancel "+id.String()] == 0 {
			return pending
		}
	case "03":
		return refuses(wire.OrderNotExist)
	}
	return taken
}

// Cancel confirms, but for codes that end in 08, and too late for 09.
func (s *scripted) Cancel(_ context.Context, id ident.ID) wallet.Answer {
	s.count("cancel", id)
	switch ending(s.codes[id]) {
	case "08":
		return wallet.Answer{}
	case "09":
		return refuses(wire.CancelWindowExceed)
	}
	return confirms
}

// Refund gives back, but for codes that end in 10 (declined), 11 (pending) and 12 (silent once).
func (s *scripted) Refund(_ context.Context, r wallet.Return) wallet.Answer {
	s.returns = append(s.returns, r)
	n := s.count("refund", r.Payment)
	switch ending(s.codes[r.Payment]) {
	case "10":
		return refuses(wire.UserStatusAbnormal)
	case "11":
		return wallet.Answer{}
	case "12":
		if n == 1 {
			return wallet.Answer{}
		}
	}
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "WR-1", PartnerAt: noon.Add(time.Minute)}
}

func ending(code string) string {
	if len(code) < 2 {
		return ""
	}
	return code[len(code)-2:]
}

// post sends a body as somebody, and gives the answer after every SDK has verified it.
func (w *world) post(as, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for _, h := range goSDK(w.now(as), people[as], path, []byte(body)) {
		r.Header.Add(h[0], h[1])
	}
	for _, c := range change {
		c(r)
	}
	return w.deliver(r)
}

// deliver hands a request to the API, and gives the answer after every SDK has verified it.
func (w *world) deliver(r *http.Request) *httptest.ResponseRecorder {
	w.t.Helper()
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	if answer.Code == http.StatusServiceUnavailable && answer.Body.Len() == 0 {
		return answer
	}
	got := answer.Result()
	seen := fmt.Sprint(r.Method, r.RequestURI, got.StatusCode, got.Header, answer.Body)
	if w.verified[seen] {
		return answer // the same bytes as before
	}
	if err := everySDKVerifies(r.Method, r.RequestURI, got, answer.Body.Bytes()); err != nil {
		w.t.Fatalf("%s %s: %v\n%s", r.Method, r.RequestURI, err, answer.Body)
	}
	w.verified[seen] = true
	return answer
}

// now is the time of the house that somebody's requests reach.
func (w *world) now(as string) time.Time {
	if people[as].client.Sandbox() {
		return w.sandbox.Now()
	}
	return w.house.Now()
}

// rows is how many rows the live house's journal has.
func (w *world) rows() (n int64) {
	w.t.Helper()
	lanes, err := w.house.Reader().Lanes(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range lanes {
		n += l.N
	}
	return n
}

// furnished is how many rows the journal had before the first request.
func (w *world) furnished() int64 { return 1 }
