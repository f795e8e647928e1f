// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/console"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// noon is when every test begins: a Tuesday at noon in Japan.
var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

var tokyo = time.FixedZone("JST", 9*60*60)

// scripted is a wallet whose answers a test sets. While it is mute it says nothing.
type scripted struct {
	mute                 bool
	pay, inquiry, cancel wallet.Answer
	asked                map[ident.ID]int
}

func (s *scripted) says(a wallet.Answer) wallet.Answer {
	if s.mute {
		return wallet.Answer{}
	}
	return a
}

// charged is an answer about the charge of a payment.
func (s *scripted) charged(a wallet.Answer, id ident.ID) wallet.Answer {
	if a.Verdict == wallet.Succeeded {
		a.Partner, a.PartnerAt = "W-"+id.String()[2:10], noon
	}
	return s.says(a)
}

func (s *scripted) Pay(_ context.Context, c wallet.Charge) wallet.Answer {
	return s.charged(s.pay, c.Payment)
}

func (s *scripted) Inquire(_ context.Context, id ident.ID) wallet.Answer {
	s.asked[id]++
	return s.charged(s.inquiry, id)
}

func (s *scripted) Cancel(_ context.Context, id ident.ID) wallet.Answer {
	s.asked[id]++
	return s.says(s.cancel)
}

func (s *scripted) Refund(context.Context, wallet.Return) wallet.Answer {
	return s.says(wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "R-1", PartnerAt: noon})
}

var (
	yes = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
	no  = wallet.Answer{Verdict: wallet.Declined, Code: wire.UserBalanceNotEnough, Detail: "the balance is too small"}
)

// network is a stage as the console sees it. Its time is told to other goroutines when the test has moved it.
type network struct {
	*stage.House
	now   atomic.Int64
	mutex sync.Mutex
	tell  func([]ledger.Row, []*payment.Payment)
}

func (n *network) Now() time.Time { return time.UnixMicro(n.now.Load()).UTC() }

func (n *network) Follow(tell func([]ledger.Row, []*payment.Payment)) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.tell = tell
}

func (n *network) committed(rows []ledger.Row, changed []*payment.Payment) {
	n.moved()
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.tell != nil {
		n.tell(rows, changed)
	}
}

func (n *network) moved() { n.now.Store(n.House.Now().UnixMicro()) }

// demo remembers how wallets were told to behave.
type demo struct {
	mutex  sync.Mutex
	chosen map[wallet.ID]console.Choice
	broken bool
}

func (d *demo) Misbehave(id wallet.ID, c console.Choice) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	switch {
	case d.broken:
		return errors.New("the issuer is closed")
	case id == "jp":
		return &fault.Error{Op: "demo", Kind: fault.NotFound, Code: "brand_unknown"}
	}
	d.chosen[id] = c
	return nil
}

func (d *demo) Behaviour(id wallet.ID) console.Choice {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	switch c := d.chosen[id]; {
	case id == "jp":
		return ""
	case c == "":
		return console.Normal
	default:
		return c
	}
}

func (d *demo) SDK() console.SDKBox {
	return console.SDKBox{ClientID: "SAMPLE_CLIENT",
		Gateways: []console.Gateway{{For: "payments", URL: "http://127.0.0.1:8080"}, {For: "wallets",
			URL: "http://127.0.0.1:8081"}},
		KeyPKCS8: strings.Repeat("MIIEvQIBADANBgkq", 12), KeyPKCS1: strings.Repeat("MIIEowIBAAKCAQEA", 12),
		PublicKey: strings.Repeat("MIIBIjANBgkqhkiG", 8)}
}

// world is a console in front of a stage.
type world struct {
	t       testing.TB
	network *network
	wallets map[wallet.ID]*scripted
	demo    *demo
	config  console.Config
	handler http.Handler
	alarms  []string
}

// setup is a console; before it is made, prepare may change its configuration or let things happen.
func setup(t testing.TB, prepare ...func(*world)) *world {
	t.Helper()
	h := stage.Open(t, noon)
	w := &world{t: t, network: &network{House: h}, wallets: map[wallet.ID]*scripted{},
		demo: &demo{chosen: map[wallet.ID]console.Choice{}}}
	h.Committed = w.network.committed
	w.network.moved()
	w.furnish()
	w.config = console.Config{Network: w.network, Zone: tokyo, Title: "sample network", Demo: w.demo,
		Resting: h.Relay().Resting, Alarm: func(name, about string) { w.alarms = append(w.alarms, name+": "+about) }}
	for _, p := range prepare {
		p(w)
	}
	w.handler = console.New(w.config)
	return w
}

type sampleShop struct {
	reference, name string
	prefecture      int
}

// sampleShops are plainly samples.
var sampleShops = []sampleShop{{"m-1", "Sample Cafe", 26}, {"m-2", "見本商店 那覇本店", 47}, {"m-3", "サンプル珈琲 札幌", 1},
	{"m-4", "Sample Ramen Asakusa", 13}, {"m-5", "見本旅館", 22}, {"m-evil",
		`<script>alert(1)</script>"'&` + "\u202e", 27}}

func (w *world) furnish() {
	facts := store.Facts{
		Holders: []access.Holder{{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer",
			Status: access.Active}},
		Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(200), Rounding: money.Down, FeeBack: true}},
		Stores: []merchant.Store{{Merchant: merchant.NameOf(0, "acq", "m-1"), Reference: "s-1",
			Name: "Sample Cafe Gion",
			MCC:  "5812"}},
	}
	for _, s := range sampleShops {
		facts.Merchants = append(facts.Merchants, merchant.Merchant{ID: merchant.NameOf(0, "acq", s.reference),
			Holder:    "acq",
			Reference: s.reference, Name: s.name, MCC: "5812", Region: "JP", Prefecture: s.prefecture,
			Currency: money.JPY,
			Status:   merchant.Live, Plan: "std"})
	}
	for _, f := range []struct {
		id, brand string
		currency  money.Currency
		yen       string
	}{{"cn", "Sample 钱包", money.CNY, "0.0476"}, {"hk", "Sample HK", money.HKD, "0.0512"}, {"jp", "Sample JP",
		money.JPY, ""},
		{"kr", "샘플 페이", money.KRW, "9.41"}, {"th", "Sample ไทย", money.THB, "0.2263"}, {"tw", "範例支付", money.TWD,
			"0.2081"}} {
		id := wallet.ID(f.id)
		facts.Wallets = append(facts.Wallets, wallet.Wallet{ID: id,
			Client: ident.Client(strings.ToUpper(f.id) + "_WALLET"),
			Holder: ident.Holder(f.id), Brand: f.brand, Region: strings.ToUpper(f.id), Currency: f.currency,
			OurKey: 1,
			Status: wallet.Live, SpreadBasisPoints: 60, Rounding: money.HalfEven, PartialRefunds: true})
		if f.yen != "" {
			facts.Quotes = append(facts.Quotes, line(w.t, f.id, f.currency, f.yen))
		}
		w.wallets[id] = &scripted{pay: yes, inquiry: yes, cancel: yes, asked: map[ident.ID]int{}}
		w.network.Wallets[id] = w.wallets[id]
	}
	w.network.Put(facts)
}

func line(t testing.TB, id string, c money.Currency, yen string) fx.Quote {
	t.Helper()
	price, err := money.ParseRatio(yen)
	if err != nil {
		t.Fatal(err)
	}
	rate, err := money.NewRate(money.JPY, c, price)
	if err != nil {
		t.Fatal(err)
	}
	q, err := fx.Price(rate, fx.Provenance{Source: "test", Route: 1}, fx.PricingTerms{Wallet: id,
		SpreadBasisPoints: 60,
		Rounding:          money.HalfEven, Lifetime: 48 * time.Hour, Guaranteed: true}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// paymentID is the name of the payment that a request makes.
func paymentID(request string) ident.ID { return ident.Name(0, ident.Payment, "SHOP", "", request) }

// pay makes a payment, and waits as a shop would.
func (w *world) pay(request, shop string, from wallet.ID, yen int64) *payment.Payment {
	w.t.Helper()
	id := paymentID(request)
	m := flow.Pay{ID: id, Client: "SHOP", Holder: "acq", RequestID: request, Order: "order-" + request,
		Reference: shop,
		Store:     "s-1", Terminal: "till-1", Price: money.New(yen, money.JPY), Wallet: from}
	copy(m.Marks[0][:], request)
	copy(m.Marks[1][:], "old "+request)
	p, err := w.network.Pay(context.Background(), m, wallet.Charge{Payment: id, Code: "2810010000000000",
		Price: m.Price,
		Order: m.Order})
	if err != nil {
		w.t.Fatal(err)
	}
	w.network.moved()
	return p
}

// run lets time pass.
func (w *world) run(d time.Duration) {
	w.t.Helper()
	w.network.Run(d)
	w.network.moved()
}

// refund asks for money back.
func (w *world) refund(p *payment.Payment, request string, yen int64) {
	w.t.Helper()
	m := flow.Refund{Payment: p.ID, ID: ident.Name(0, ident.Refund, "SHOP", "", request), Client: "SHOP",
		RequestID: request,
		Amount:    money.New(yen, money.JPY), Merchant: p.Merchant}
	if _, err := w.network.Do(context.Background(), m); err != nil {
		w.t.Fatal(err)
	}
	w.run(time.Second)
}

// get asks for a page, as a browser of the language does.
func (w *world) get(path string, lang string) *httptest.ResponseRecorder {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), streamPatience)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://console.test"+path, nil)
	r.Header.Set("Accept-Language", lang)
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

// page is the text of a page that must be there.
func (w *world) page(path string) string {
	w.t.Helper()
	answer := w.get(path, "en")
	if answer.Code != http.StatusOK {
		w.t.Fatalf("%s: %d\n%s", path, answer.Code, answer.Body)
	}
	return answer.Body.String()
}

// has fails the test for every text that is not in a page.
func has(t testing.TB, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not in\n%s", text, page)
		}
	}
}

// lacks fails the test for every text that is in a page.
func lacks(t testing.TB, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("%q is in\n%s", text, page)
		}
	}
}

// busy lets an hour's worth of all sorts happen.
func (w *world) busy() {
	w.t.Helper()
	froms := []wallet.ID{"hk", "kr", "tw", "th", "cn", "jp"}
	for i := range 40 {
		from := froms[i*7%len(froms)]
		w.wallets[from].pay = yes
		if i%9 == 4 {
			w.wallets[from].pay = no
		}
		p := w.pay(fmt.Sprintf("r-%d", i), sampleShops[i*3%5].reference, from, int64(480+(i*7919)%24000))
		w.wallets[from].pay = yes
		w.run(time.Duration(3+i*13%21) * time.Second)
		if i%11 == 6 && p.State == payment.Success {
			w.refund(p, fmt.Sprintf("f-%d", i), p.Price.Minor()/int64(1+i%2))
		}
	}
}

// busyAgain makes so many payments in a row.
func (w *world) busyAgain(n int) {
	w.t.Helper()
	for i := range n {
		w.pay(fmt.Sprintf("again-%d", i), sampleShops[i%5].reference, "hk", int64(1000+i))
		w.run(time.Second)
	}
}
