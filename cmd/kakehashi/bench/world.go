// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/house"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// acquirers is how many account holders the merchants are spread over, so that every lane has some.
const acquirers = 64

// world is who takes part in the bench: it is made from numbers alone, so a second run finds the same.
type world struct {
	merchants int
	wallets   []wallet.Wallet
	lanes     []ident.Lane // of each acquirer
}

// price is what one yen costs in each wallet's currency.
var prices = []struct {
	id       wallet.ID
	currency money.Currency
	yen      string
}{
	{"bench-cny", money.CNY, "0.0462"}, {"bench-hkd", money.HKD, "0.0512"}, {"bench-krw", money.KRW, "9.41"},
	{"bench-twd", money.TWD, "0.2083"}, {"bench-thb", money.THB, "0.2101"}, {"bench-myr", money.MYR, "0.0271"},
	{"bench-php", money.PHP, "0.3772"}, {"bench-sgd", money.SGD, "0.0084"}, {"bench-idr", money.IDR, "107.3"},
	{"bench-jpy", money.JPY, "1"},
}

func acquirer(i int) ident.Holder { return ident.Holder(fmt.Sprintf("bench-acquirer-%02d", i)) }

func client(i int) ident.Client { return ident.Client(fmt.Sprintf("BENCH_%02d", i)) }

func reference(m int) string { return fmt.Sprintf("m-%06d", m) }

// link is how tills and wallets are reached and known over the wire. Their keys have the versions 1, RSA, and 2, Ed25519.
type link struct {
	purse       string // where the wallets are
	calls       int    // under way to one of them at once; 0: as contracts have it
	till, owner [2]wire.PublicKey
}

// linked is since when keys and routes are valid: the same in every run.
var linked = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// rates are wide enough for a whole acquirer's tills behind one client.
var rates = access.Rates{Requests: 60_000_000, BadCodes: 600_000, Tombstones: 600_000}

// furnish writes the world's facts, where they are not there yet. Without a link nobody is reached over the wire.
func furnish(ctx context.Context, h *house.House, merchants int, l *link, progress func(done, all int)) (*world, error) {
	w := &world{merchants: merchants}
	for i := range acquirers {
		w.lanes = append(w.lanes, h.Desk().Home(acquirer(i)))
	}
	facts := store.Facts{Plans: []merchant.Plan{{ID: "bench", Percent: money.BasisPoints(198), Rounding: money.Down,
		FeeBack: true, From: h.Now()}}}
	w.addAcquirers(&facts, l)
	for i, p := range prices {
		one := wallet.Wallet{ID: p.id, Client: ident.Client(p.id), Holder: ident.Holder(p.id), Brand: string(p.id),
			Lane: h.Desk().Home(ident.Holder(p.id)), Region: "ZZ", Currency: p.currency, OurKey: 1, Status: wallet.Live,
			SpreadBasisPoints: 60, Rounding: money.HalfEven, PartialRefunds: true, Timers: wallet.DefaultTimers()}
		one.Timers.InFlightMax = 1 << 20
		if l != nil {
			one.Timers.InFlightMax, one.Routing, one.URL = l.calls, routing(i), l.purse
			reach(&facts, &one, l)
		}
		w.wallets = append(w.wallets, one)
		if p.currency == money.JPY {
			continue
		}
		q, err := quote(p.id, p.currency, p.yen, h.Now())
		if err != nil {
			return nil, err
		}
		facts.Quotes = append(facts.Quotes, q)
	}
	facts.Wallets = w.wallets
	if err := put(ctx, h, facts); err != nil {
		return nil, err
	}
	return w, w.onboard(ctx, h, progress)
}

// addAcquirers adds the account holders of the shops, each with a client.
func (w *world) addAcquirers(f *store.Facts, l *link) {
	for i := range acquirers {
		f.Holders = append(f.Holders, access.Holder{ID: acquirer(i), Kind: access.AcquirerHolder, Name: "Bench acquirer",
			Lane: w.lanes[i], Status: access.Active})
		c := access.Client{ID: client(i), Holder: acquirer(i), Lane: w.lanes[i], Status: access.Active, ResponseKey: 1,
			Rates: rates}
		if l == nil {
			// Each payment makes an event for this address; nobody sends it while the bench runs.
			c.NotifyURL = "http://127.0.0.1:9/notify"
		} else {
			addKeys(f, c.ID, l.till)
		}
		f.Clients = append(f.Clients, c)
	}
}

// routing is the number of the i-th wallet in the codes that are shown for it.
func routing(i int) int { return 900 + i }

// reach adds what the wire needs to know of a wallet.
func reach(f *store.Facts, w *wallet.Wallet, l *link) {
	f.Holders = append(f.Holders, access.Holder{ID: w.Holder, Kind: access.WalletHolder, Name: w.Brand, Lane: w.Lane,
		Status: access.Active})
	f.Clients = append(f.Clients, access.Client{ID: w.Client, Holder: w.Holder, Lane: w.Lane, Status: access.Active,
		ResponseKey: 1, Rates: rates})
	addKeys(f, w.Client, l.owner)
	f.Routes = append(f.Routes, wallet.Route{ID: string(w.ID), Prefix: codePrefix(w.Routing), LengthMin: codeLen,
		LengthMax: codeLen, Wallet: w.ID, From: linked})
}

func addKeys(f *store.Facts, c ident.Client, keys [2]wire.PublicKey) {
	for i, key := range keys {
		f.Keys = append(f.Keys, access.Key{Client: c, Version: i + 1, Public: key, From: linked})
	}
}

// codeLen is how many digits a payment code has: a prefix of six, and 18 that name the payment.
const codeLen = 24

func codePrefix(routing int) string { return fmt.Sprintf("281%03d", routing) }

func quote(id wallet.ID, c money.Currency, yen string, now time.Time) (fx.Quote, error) {
	price, err := money.ParseRatio(yen)
	if err != nil {
		return fx.Quote{}, err
	}
	rate, err := money.NewRate(money.JPY, c, price)
	if err != nil {
		return fx.Quote{}, err
	}
	return fx.Price(rate, fx.Provenance{Source: "bench", Route: 1}, fx.PricingTerms{Wallet: string(id),
		SpreadBasisPoints: 60, Rounding: money.HalfEven, Lifetime: 24 * time.Hour, Guaranteed: true}, now)
}

func put(ctx context.Context, h *house.House, facts store.Facts) error {
	_, err := h.Do(ctx, flow.Put{Person: "bench", What: "furnish", Facts: facts})
	return err
}

// onboard writes the merchants, a page at a time.
func (w *world) onboard(ctx context.Context, h *house.House, progress func(done, all int)) error {
	const page = 512
	for from := 0; from < w.merchants; from += page {
		var facts store.Facts
		for m := from; m < min(from+page, w.merchants); m++ {
			a := m % acquirers
			facts.Merchants = append(facts.Merchants, merchant.Merchant{
				ID: merchant.NameOf(w.lanes[a], acquirer(a), reference(m)), Holder: acquirer(a), Reference: reference(m),
				Name: "Sample shop " + reference(m), MCC: "5812", Region: "JP", Prefecture: 1 + m%47, Currency: money.JPY,
				Status: merchant.Live, Plan: "bench"})
		}
		if err := put(ctx, h, facts); err != nil {
			return err
		}
		progress(min(from+page, w.merchants), w.merchants)
	}
	return h.Facts().Refresh(ctx, h.Now())
}
