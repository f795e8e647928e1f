// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// acted are the changes of an act that writes facts.
func acted(f store.Facts) store.Changes {
	return store.Changes{Facts: f, Act: &store.Act{Person: "a test", What: "put", Data: []byte("facts")}}
}

// publicKey is a sample key; the same number gives the same key.
func publicKey(number byte) wire.PublicKey {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{number}, ed25519.SeedSize))
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return wire.PublicKey{}
	}
	key, err := wire.ParsePublicKey(base64.StdEncoding.EncodeToString(der))
	if err != nil {
		return wire.PublicKey{}
	}
	return key
}

// sample are facts of every kind, each with something in every field.
func sample(now time.Time) store.Facts {
	rate, _ := money.NewRate(money.JPY, money.HKD, baseRate) // two currencies and a price: it is a rate
	quote, _ := fx.Price(rate, fx.Provenance{Source: "ecb", Route: 1}, fx.PricingTerms{Wallet: "hk",
		SpreadBasisPoints: 60, Rounding: money.HalfEven, Lifetime: time.Hour, Guaranteed: true}, now)
	shop := merchant.NameOf(2, "acq", "m-1")
	return store.Facts{
		Holders: []access.Holder{
			{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer", Lane: 2, Status: access.Active},
			{ID: "hk", Kind: access.WalletHolder, Name: "サンプル", Lane: ident.LanesMax - 1, Status: access.Suspended}},
		Clients: []access.Client{{ID: "SHOP", Holder: "acq", Lane: 2, Status: access.Active,
			NotifyURL: "https://shop.example/notify", NotifyFailure: true, ResponseKey: 3,
			Rates: access.Rates{Requests: 6000, BadCodes: 60, Tombstones: 30}}},
		Keys: []access.Key{{Client: "SHOP", Version: 1, Public: publicKey(1), From: now.Add(-time.Hour),
			Until: now.Add(time.Hour)},
			{Client: "SHOP", Version: 2, Public: publicKey(2), From: now, RevokedAt: now.Add(time.Microsecond)}},
		HouseKeys: []access.HouseKey{{Version: 3, Public: publicKey(3), Sealed: everyByte, From: now}},
		Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(198), Fixed: 10, Rounding: money.Down, FeeBack: true,
			From: now, CreditLine: 1_000_000}},
		Merchants: []merchant.Merchant{{ID: shop, Holder: "acq", Reference: "m-1", Name: "見本の店", MCC: "5812", Region: "JP",
			Prefecture: 26, Currency: money.JPY, Status: merchant.Live, Plan: "std"}},
		Stores: []merchant.Store{{Merchant: shop, Reference: "s-1", Name: "Sample store", MCC: "5814", Terminals: 4}},
		Wallets: []wallet.Wallet{{ID: "hk", Client: "HK_WALLET", Holder: "hk", Lane: ident.LanesMax - 1, Brand: "Sample HK",
			Region: "HK", Currency: money.HKD, URL: "https://wallet.example", OurKey: 3, Status: wallet.Live,
			SpreadBasisPoints: 60, Rounding: money.HalfEven, PayMax: 1 << 40, MinuteMax: 1 << 41,
			PartialRefunds: true, Routing: 999,
			RefundDays: 180, Timers: wallet.DefaultTimers()}},
		Routes: []wallet.Route{{ID: "hk-1", Prefix: "28", LengthMin: 16, LengthMax: 24, Marks: "14:6", Wallet: "hk",
			Priority: -5, From: now, Until: now.Add(time.Hour)}},
		Feeds: []store.Feed{{Form: "ecb", URL: "https://rates.example", Client: "RATES", Terms: fx.SourceTerms{ID: "ecb",
			Priority: 1, AgeMax: 48 * time.Hour, Calendar: calendar.Target, Pivot: money.JPY, Band: money.BasisPoints(500),
			Tolerance: money.BasisPoints(50)}}},
		Readings: []fx.Held{{Accepted: fx.Reading{Source: "ecb", Rate: rate, At: now}}},
		Quotes:   []fx.Quote{quote},
	}
}

func factsRoundTrip(t *testing.T, location store.Location) {
	w := Open(t, location)
	ctx := context.Background()
	f := sample(w.Now)
	w.Must(acted(f))
	c := store.NewCatalogue(w.DB.Reader())
	if err := c.Keep(ctx, w.Now, store.Keys{Merchants: []merchant.ID{f.Merchants[0].ID}}); err != nil {
		t.Fatal(err)
	}
	for _, h := range f.Holders {
		got, ok, err := w.DB.Reader().Holder(ctx, h.ID)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		same(t, "a holder", h, got)
	}
	client, keys, ok, err := c.Client(ctx, w.Now, "SHOP")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	same(t, "a client", f.Clients[0], client)
	same(t, "its keys", f.Keys, keys)
	same(t, "the house's keys", f.HouseKeys, c.HouseKeys())
	plan, _ := c.Plan("std")
	same(t, "a plan", f.Plans[0], plan)
	m, _ := c.Merchant(f.Merchants[0].ID)
	same(t, "a merchant", f.Merchants[0], m)
	s, _, err := c.Store(ctx, f.Merchants[0].ID, "s-1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "a store", f.Stores[0], s)
	same(t, "the wallets", f.Wallets, c.Wallets())
	same(t, "the routes", f.Routes, c.Routes())
	same(t, "the feeds", f.Feeds, c.Feeds())
	quote, _ := c.QuoteNamed(f.Quotes[0].ID.Digest)
	same(t, "a price-list line", f.Quotes[0], quote)
	if !quote.Sound() {
		t.Fatal("the line is not what its id says")
	}
	boardsRoundTrip(w, c, f)
}

// boardsRoundTrip turns a pair round and halts it: the board that is stored is the board.
func boardsRoundTrip(w *World, c *store.Catalogue, f store.Facts) {
	w.T.Helper()
	turned := f.Readings[0]
	turned.Accepted = fx.Reading{Source: "ecb", Rate: turned.Accepted.Rate.Inverse(), At: w.Now.Add(time.Second)}
	halted := turned
	halted.Offending = fx.Reading{Source: "ecb", Rate: f.Readings[0].Accepted.Rate, At: w.Now.Add(2 * time.Second)}
	for _, held := range []fx.Held{f.Readings[0], turned, halted, turned} {
		w.Must(acted(store.Facts{Readings: []fx.Held{held}}))
		if err := c.Refresh(context.Background(), w.Now); err != nil {
			w.T.Fatal(err)
		}
		board, err := c.Board()
		if err != nil {
			w.T.Fatal(err)
		}
		same(w.T, "what the board holds", []fx.Held{held}, board.Held())
	}
}

// namePages lists names whose order differs between the bytes and any language.
func namePages(t *testing.T, location store.Location) {
	w := Open(t, location)
	ctx, reader := context.Background(), w.DB.Reader()
	var facts store.Facts
	var want []string
	for i := range 600 {
		name := fmt.Sprintf("%c%d_%c-%s", "aAbBzZ"[i%6], i%7, "Zz_-"[i%4], strings.Repeat("x", i%3)+fmt.Sprint(i))
		want = append(want, name)
		facts.Holders = append(facts.Holders, access.Holder{ID: ident.Holder(name), Kind: access.MerchantHolder,
			Status: access.Active})
		facts.Clients = append(facts.Clients, access.Client{ID: ident.Client(name), Holder: "h", Status: access.Active})
		facts.Merchants = append(facts.Merchants, merchant.Merchant{ID: merchant.NameOf(0, "h", name), Holder: "h",
			Reference: name, Currency: money.JPY, Status: merchant.Live})
	}
	w.Must(acted(facts))
	slices.Sort(want)
	holders := pages(t, func(after ident.Holder) ([]access.Holder, error) { return reader.Holders(ctx, after) },
		func(h access.Holder) ident.Holder { return h.ID })
	clients := pages(t, func(after ident.Client) ([]access.Client, error) { return reader.Clients(ctx, after) },
		func(c access.Client) ident.Client { return c.ID })
	merchants := pages(t, func(after ident.Digest) ([]merchant.Merchant, error) { return reader.Merchants(ctx, after) },
		func(m merchant.Merchant) ident.Digest { return m.ID.Digest })
	if len(merchants) != len(want) {
		t.Fatalf("%d merchants", len(merchants))
	}
	for i := range want {
		if string(holders[i].ID) != want[i] || string(clients[i].ID) != want[i] {
			t.Fatalf("number %d is %s and %s, not %s", i, holders[i].ID, clients[i].ID, want[i])
		}
		if i > 0 && bytes.Compare(merchants[i-1].ID.Digest[:], merchants[i].ID.Digest[:]) >= 0 {
			t.Fatalf("merchant %d is not behind the one before it", i)
		}
	}
}

// numberPages opens more accounts and writes more acts than a page holds.
func numberPages(t *testing.T, location store.Location) {
	const count = 600
	w := Open(t, location)
	ctx, reader := context.Background(), w.DB.Reader()
	var sent, heard, acts []store.Changes
	for i := range count {
		r := w.Request(fmt.Sprint("p", i), 1000)
		r.Merchant = merchant.NameOf(w.Lane, "acq", fmt.Sprint("m-", i))
		sent = append(sent, Sent(r))
		acts = append(acts, acted(store.Facts{}))
	}
	w.Must(sent...)
	for i := range count {
		heard = append(heard, w.Heard(fmt.Sprint("p", i), w.Charged("W")))
	}
	w.Must(heard...)
	before := w.Writer.Row().N
	w.Must(acts...)
	accounts := pages(t, func(after ledger.Number) ([]store.OpenedAccount, error) {
		return reader.Accounts(ctx, w.Lane, after)
	}, func(a store.OpenedAccount) ledger.Number { return a.Number })
	if int64(len(accounts)) != w.Writer.Row().Accounts || len(accounts) < count {
		t.Fatalf("%d accounts", len(accounts))
	}
	for i, a := range accounts {
		if a.Number != ledger.Number(i+1) {
			t.Fatalf("account %d comes at place %d", a.Number, i+1)
		}
	}
	log := pages(t, func(after int64) ([]store.AuditedAct, error) { return reader.Acts(ctx, w.Lane, after) },
		func(a store.AuditedAct) int64 { return a.N })
	if len(log) != count {
		t.Fatalf("%d acts", len(log))
	}
	for i, a := range log {
		if a.N != before+int64(i)+1 {
			t.Fatalf("act %d has row %d", i, a.N)
		}
	}
}

// pages reads page after page until one is empty.
func pages[T, K any](t *testing.T, page func(after K) ([]T, error), key func(T) K) (all []T) {
	t.Helper()
	var after K
	for {
		next, err := page(after)
		if err != nil {
			t.Fatal(err)
		}
		if len(next) == 0 {
			return all
		}
		if len(next) > 512 {
			t.Fatalf("a page of %d", len(next))
		}
		all, after = append(all, next...), key(next[len(next)-1])
	}
}
