// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// shop is a merchant with its tills, and the client that speaks for it.
type shop struct {
	lane      ident.Lane
	client    ident.Client
	holder    ident.Holder
	reference string
	visits    int
}

// open starts the house and furnishes it: shops, wallets, routes, and the first price list. Nothing goes wrong yet.
func (w *world) open() error {
	w.calm = true
	defer func() { w.calm = false }()
	w.market.open(w)
	w.start()
	h := w.house
	if h == nil {
		return nil // start has said why
	}
	c := newChance(w.options.Seed, streamFacts)
	facts := store.Facts{Plans: w.plans(c), Feeds: []store.Feed{feedFacts()}}
	w.openShops(c, &facts)
	w.openPurses(c, &facts)
	w.facts = facts
	if _, err := h.Do(w.ctx, flow.Put{Person: "sim", What: "furnish", Facts: facts}); err != nil {
		return err
	}
	if err := h.Facts().Refresh(w.ctx, h.clock()); err != nil {
		return err
	}
	if err := h.pricer.Step(w.ctx, h.clock()); err != nil {
		return err
	}
	return w.step()
}

func (w *world) plans(c chance) []merchant.Plan {
	return []merchant.Plan{
		{ID: "back", Percent: money.BasisPoints(int64(c.between(100, 350))), Rounding: money.Down, FeeBack: true,
			From: w.swarm.begins, CreditLine: 50_000},
		{ID: "kept", Percent: money.BasisPoints(95), Fixed: int64(c.between(0, 10)), Rounding: money.HalfUp,
			From: w.swarm.begins},
		{ID: "new", Percent: money.BasisPoints(298), Rounding: money.HalfEven, FeeBack: true, From: w.swarm.begins},
	}
}

func (w *world) openShops(c chance, facts *store.Facts) {
	for i := range w.swarm.shops {
		n := strconv.Itoa(i)
		s := &shop{lane: ident.Lane(i % w.swarm.lanes), client: ident.Client("SHOP" + n),
			holder: ident.Holder("acquirer" + n), reference: "m-" + n}
		w.shops = append(w.shops, s)
		plan := oneOf(c, []merchant.PlanID{"back", "kept", "new"})
		if i == w.swarm.shops-1 {
			plan = "kept" // and few visits: its credit will not cover every refund
		}
		facts.Holders = append(facts.Holders, access.Holder{ID: s.holder, Kind: access.AcquirerHolder, Name: "Sample " + n,
			Lane: s.lane, Status: access.Active})
		facts.Merchants = append(facts.Merchants, merchant.Merchant{ID: merchant.NameOf(s.lane, s.holder, s.reference),
			Holder: s.holder, Reference: s.reference, Name: "Sample shop " + n, MCC: "5812", Region: "JP",
			Prefecture: c.between(1, 47), Currency: money.JPY, Status: merchant.Live,
			Plan: plan})
	}
}

func (w *world) openPurses(c chance, facts *store.Facts) {
	order := c.Perm(len(currencies) - 1)
	for i := range w.swarm.wallets {
		at := 0
		if i > 0 {
			at = 1 + order[i-1]
		}
		n := strconv.Itoa(i)
		f := wallet.Wallet{ID: wallet.ID("wallet" + n), Client: ident.Client("WALLET" + n), Brand: "Sample wallet " + n,
			Holder: ident.Holder("wallet" + n), Lane: ident.Lane(c.IntN(w.swarm.lanes)), Region: "HK", OurKey: 1,
			Currency: currencies[at].currency, Status: wallet.Live, PartialRefunds: !c.hit(0.1), Routing: 101 + i}
		f.SpreadBasisPoints = int64(oneOf(c, []int{0, 30, 60, 125}))
		f.Rounding = oneOf(c, []money.Rounding{money.HalfEven, money.HalfUp, money.Down, money.Up})
		f.Timers = timersOf(c, w.swarm.chance[goesDown] > 0)
		if c.hit(0.4) {
			f.RefundDays = c.between(1, 6)
		}
		p := &purse{w: w, index: i, facts: f, lax: c.hit(w.swarm.chance[lax]), records: map[ident.ID]*record{},
			codes: map[string]*minted{}}
		if c.hit(w.swarm.chance[walletSkew]) {
			p.skew = c.lasting(-40*time.Second, 40*time.Second)
			if c.hit(0.3) {
				p.skew = c.lasting(-10*time.Minute, 10*time.Minute)
			}
		}
		w.purses = append(w.purses, p)
		facts.Holders = append(facts.Holders, access.Holder{ID: f.Holder, Kind: access.WalletHolder, Name: f.Brand,
			Lane: f.Lane, Status: access.Active})
		facts.Wallets = append(facts.Wallets, f)
		facts.Routes = append(facts.Routes, wallet.Route{ID: "r" + n, Prefix: "281" + strconv.Itoa(f.Routing), LengthMin: 24,
			LengthMax: 24, Wallet: f.ID, From: w.swarm.begins})
	}
}

// marks are the keyed digests of an order's code.
func (w *world) marks(o *order, now time.Time) wallet.Marks {
	code := o.code
	if w.options.Bug == BugFreesCodes {
		code += o.request // as if each payment had codes of its own
	}
	return wallet.ClaimMarks(claimSecret, code, now)
}
