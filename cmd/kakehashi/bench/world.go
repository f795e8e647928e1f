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

// furnish writes the world's facts, where they are not there yet.
func furnish(ctx context.Context, h *house.House, merchants int, progress func(done, all int)) (*world, error) {
	w := &world{merchants: merchants}
	for i := range acquirers {
		w.lanes = append(w.lanes, h.Desk().Home(acquirer(i)))
	}
	facts := store.Facts{Plans: []merchant.Plan{{ID: "bench", Percent: money.BasisPoints(198), Rounding: money.Down,
		FeeBack: true, From: h.Now()}}}
	for i := range acquirers {
		facts.Holders = append(facts.Holders, access.Holder{ID: acquirer(i), Kind: access.AcquirerHolder,
			Name: "Bench acquirer", Lane: w.lanes[i], Status: access.Active})
		// Each payment makes an event for this address; nobody sends it while the bench runs.
		facts.Clients = append(facts.Clients, access.Client{ID: client(i), Holder: acquirer(i), Lane: w.lanes[i],
			Status: access.Active, NotifyURL: "http://127.0.0.1:9/notify", ResponseKey: 1})
	}
	for _, p := range prices {
		one := wallet.Wallet{ID: p.id, Client: ident.Client(p.id), Holder: ident.Holder(p.id), Brand: string(p.id),
			Lane: h.Desk().Home(ident.Holder(p.id)), Region: "ZZ", Currency: p.currency, OurKey: 1, Status: wallet.Live,
			SpreadBasisPoints: 60, Rounding: money.HalfEven, PartialRefunds: true, Timers: wallet.DefaultTimers()}
		one.Timers.InFlightMax = 1 << 20
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
