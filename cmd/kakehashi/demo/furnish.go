// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/house"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Who takes part beside the wallets.
const (
	acquirerID    ident.Holder    = "sample-acquirer"
	tillClient    ident.Client    = "DEMO_TILLS" // the demo's own shops
	sdkClient     ident.Client    = "DEMO_SHOP"  // for whoever points an SDK here
	sandboxClient ident.Client    = "SANDBOX_DEMO_SHOP"
	feedClient    ident.Client    = "SAMPLE_FEED"
	planID        merchant.PlanID = "sample"
	visitorsEach                  = 30
)

// openIssuer opens the sample wallets, with visitors who have money.
func (d *demo) openIssuer() error {
	brands := tabi.SampleBrands()
	for i := range brands {
		b := &brands[i]
		algorithm := wire.RSA256
		if i%2 == 1 {
			algorithm = wire.Ed25519 // half of them agreed to the shorter signatures
		}
		key, err := d.keys.key(b.ClientID, algorithm)
		if err != nil {
			return err
		}
		b.Key, b.KeyVersion, b.PlatformURL, b.PlatformKeys = key, 1, "http://"+d.at.gateway, map[int]wire.PublicKey{}
		for _, k := range d.process.Live.House.Facts().HouseKeys() {
			b.PlatformKeys[k.Version] = k.Public
		}
	}
	issuer, err := tabi.Open(d.options.Data+"/tabi.db", brands, time.Now, rand.Reader, tabi.Outside{})
	if err != nil {
		return err
	}
	d.issuer = issuer
	for _, b := range issuer.Brands() {
		for number := 1; number <= visitorsEach; number++ {
			user, err := issuer.AddUser(b.ID, number)
			if err != nil {
				return err
			}
			purse := money.New(b.Limits.DayMax*2, b.Currency)
			if _, err := issuer.TopUp(user.ID, purse, "welcome"); err != nil {
				return err
			}
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /code", d.code)
	wallets := issuer.Handler()
	return d.serve(d.at.wallets, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			mux.ServeHTTP(w, r)
			return
		}
		wallets.ServeHTTP(w, r)
	}))
}

// code gives a fresh payment code of a sample visitor, to pay with by hand or by an SDK.
func (d *demo) code(w http.ResponseWriter, r *http.Request) {
	brand := r.URL.Query().Get("wallet")
	users, err := d.issuer.Users(brand, 0, 1)
	if err != nil || len(users) == 0 {
		http.Error(w, "wallet must be one of the sample wallets, such as tabi-hkd", http.StatusNotFound)
		return
	}
	code, until, err := d.issuer.Code(r.Context(), users[0].ID)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(w, "%s\nvalid until %s\n", code, until.Format(time.TimeOnly))
}

// furnish writes the sample facts, where an earlier start has not.
func (d *demo) furnish(ctx context.Context) error {
	h := d.process.Live.House
	lane := h.Desk().Home(acquirerID)
	d.shops = shops(acquirerID, lane)
	if err := d.furnishSandbox(ctx); err != nil {
		return err
	}
	if _, known, err := h.Reader().Holder(ctx, acquirerID); err != nil || known {
		return err
	}
	facts := store.Facts{Plans: samplePlans(h.Now()),
		Holders: []access.Holder{{ID: acquirerID, Kind: access.AcquirerHolder, Name: "Sample acquirer", Lane: lane,
			Status: access.Active}}}
	for _, client := range []ident.Client{tillClient, sdkClient, feedClient} {
		if err := d.addClient(&facts, client, acquirerID, lane); err != nil {
			return err
		}
	}
	facts.Clients[0].NotifyURL, facts.Clients[0].NotifyFailure = "http://"+d.at.feed+shopsPath, true
	for _, b := range d.issuer.Brands() {
		if err := d.addWallet(&facts, b); err != nil {
			return err
		}
	}
	facts.Feeds = []store.Feed{{Form: "feed", URL: "http://" + d.at.feed + "/rates", Client: feedClient, Terms: feedTerms()}}
	if err := put(ctx, h, facts); err != nil {
		return err
	}
	var merchants store.Facts
	for _, s := range d.shops {
		merchants.Merchants = append(merchants.Merchants, s.Merchant)
	}
	return put(ctx, h, merchants)
}

func samplePlans(from time.Time) []merchant.Plan {
	return []merchant.Plan{{ID: planID, Percent: money.BasisPoints(198), Rounding: money.Down, FeeBack: true, From: from}}
}

func feedTerms() fx.SourceTerms {
	return fx.SourceTerms{ID: "sample", Priority: 10, AgeMax: time.Minute, Calendar: calendar.EveryDay, Pivot: money.JPY,
		Band: money.BasisPoints(500), Tolerance: money.BasisPoints(200)}
}

func put(ctx context.Context, h *house.House, facts store.Facts) error {
	if _, err := h.Do(ctx, flow.Put{Person: "demo", What: "furnish", Facts: facts}); err != nil {
		return err
	}
	return h.Facts().Refresh(ctx, h.Now())
}

// addClient adds a client of a holder, whose key the keychain holds or makes: RSA for everybody who has none yet.
func (d *demo) addClient(f *store.Facts, id ident.Client, holder ident.Holder, lane ident.Lane) error {
	key, err := d.keys.key(string(id), wire.RSA256)
	if err != nil {
		return err
	}
	f.Clients = append(f.Clients, access.Client{ID: id, Holder: holder, Lane: lane, Status: access.Active, ResponseKey: 1,
		Rates: access.Rates{Requests: 600_000, BadCodes: 600_000, Tombstones: 6_000}})
	f.Keys = append(f.Keys, access.Key{Client: id, Version: 1, Public: key.Public(), From: time.Now().Add(-time.Minute).UTC()})
	return nil
}

// addWallet connects a sample brand, whose codes we mint and route by its three digits.
func (d *demo) addWallet(f *store.Facts, b tabi.Brand) error {
	holder := ident.Holder(b.ID)
	lane := d.process.Live.House.Desk().Home(holder)
	f.Holders = append(f.Holders, access.Holder{ID: holder, Kind: access.WalletHolder, Name: b.Name, Lane: lane,
		Status: access.Active})
	if err := d.addClient(f, ident.Client(b.ClientID), holder, lane); err != nil {
		return err
	}
	spread := int64(60)
	if b.Currency == money.JPY {
		spread = 0
	}
	f.Wallets = append(f.Wallets, wallet.Wallet{ID: wallet.ID(b.ID), Client: ident.Client(b.ClientID), Holder: holder,
		Lane: lane, Brand: b.Name, Region: b.Region, Currency: b.Currency,
		URL: "http://" + d.at.wallets + b.BasePath(), OurKey: 1, Status: wallet.Live,
		SpreadBasisPoints: spread, Rounding: money.HalfEven, PartialRefunds: true, Routing: b.Routing,
		Timers: wallet.DefaultTimers()})
	f.Routes = append(f.Routes, wallet.Route{ID: b.ID, Prefix: fmt.Sprintf("281%03d", b.Routing), LengthMin: 24, LengthMax: 24,
		Wallet: wallet.ID(b.ID), From: time.Now().Add(-time.Minute).UTC()})
	return nil
}

// furnishSandbox gives the sandbox a client, a shop and a wallet that takes every code.
func (d *demo) furnishSandbox(ctx context.Context) error {
	if d.process.Sandbox == nil {
		return nil
	}
	h := d.process.Sandbox.House
	if _, known, err := h.Reader().Holder(ctx, acquirerID); err != nil || known {
		return err
	}
	facts := store.Facts{Plans: samplePlans(h.Now()),
		Holders: []access.Holder{{ID: acquirerID, Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active}},
		Merchants: []merchant.Merchant{{ID: merchant.NameOf(0, acquirerID, "jp-26-03"), Holder: acquirerID,
			Reference: "jp-26-03", Name: "Sample café", MCC: "5814", Region: "JP", Prefecture: 26, Currency: money.JPY,
			Status: merchant.Live, Plan: planID}},
		Wallets: []wallet.Wallet{{ID: "sandbox", Client: "SANDBOX_WALLET", Holder: "sandbox", Brand: "Sandbox wallet",
			Region: "JP", Currency: money.JPY, OurKey: 1, Status: wallet.Live, Rounding: money.HalfEven, PartialRefunds: true,
			Timers: wallet.DefaultTimers()}},
		Routes: []wallet.Route{{ID: "any", Prefix: "2", LengthMin: 16, LengthMax: 24, Wallet: "sandbox",
			From: time.Now().Add(-time.Minute).UTC()}}}
	if err := d.addClient(&facts, sandboxClient, acquirerID, 0); err != nil {
		return err
	}
	return put(ctx, h, facts)
}
