// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
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
	acquirerID ident.Holder    = "crash-acquirer"
	tillClient ident.Client    = "CRASH_TILLS"
	planID     merchant.PlanID = "crash"
	shopsCount                 = 16
	usersEach                  = 40
)

// pairs are the sample brands that take part, with what a yen costs them. The last one misbehaves.
var pairs = []struct {
	brand int    // in tabi.SampleBrands
	yen   string // empty: its currency is the yen
}{{9, ""}, {1, "0.0512"}, {2, "9.41"}}

// free is an address of this machine that nobody listens on.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// configure writes the network's configuration and gives it.
func (r *run) configure() (c process.Config, err error) {
	c = process.Config{Data: filepath.Join(r.folder, "data"), Books: r.options.Books, SandboxBooks: "none",
		MasterKey: filepath.Join(r.folder, "master.key"), InFlightMax: 4096}
	if c.Listen, err = free(); err != nil {
		return c, err
	}
	if c.Operate, err = free(); err != nil {
		return c, err
	}
	if err := process.CreateMaster(c.MasterKey); err != nil {
		return c, err
	}
	text := fmt.Sprintf("data = %q\nbooks = %q\nsandbox_books = %q\nmaster_key = %q\nlisten = %q\noperate = %q\n"+
		"in_flight_max = %d\n", c.Data, c.Books, c.SandboxBooks, c.MasterKey, c.Listen, c.Operate, c.InFlightMax)
	r.config = filepath.Join(r.folder, "kakehashi.toml")
	if err := os.WriteFile(r.config, []byte(text), 0o600); err != nil {
		return c, err
	}
	return c, c.Check()
}

// furnish writes the facts of the world as an operator's command does, before the network first starts.
func (r *run) furnish(ctx context.Context, c process.Config) error {
	o, err := process.Operate(ctx, c, false)
	if err != nil {
		return err
	}
	defer o.Close()
	if _, known, err := o.Reader.Holder(ctx, acquirerID); err != nil || known {
		return fmt.Errorf("the books at %s are not empty: %w", c.Books, err)
	}
	facts, err := r.facts(o)
	if err != nil {
		return err
	}
	_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "furnish", Facts: facts})
	return err
}

func (r *run) facts(o *process.Operator) (f store.Facts, err error) {
	now := time.Now().UTC().Add(-time.Minute)
	ring, err := o.Ring()
	if err != nil {
		return f, err
	}
	house, err := process.NewHouseKey(ring, 1, wire.Ed25519)
	if err != nil {
		return f, err
	}
	house.From, r.house = now, house.Public
	f.HouseKeys = []access.HouseKey{house}
	f.Plans = []merchant.Plan{{ID: planID, Percent: money.BasisPoints(198), Rounding: money.Down, FeeBack: true, From: now}}
	f.Holders = []access.Holder{{ID: acquirerID, Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active}}
	addClient(&f, tillClient, acquirerID, r.tillKey.Public())
	for i := range shopsCount {
		reference := shopName(i)
		f.Merchants = append(f.Merchants, merchant.Merchant{ID: merchant.NameOf(0, acquirerID, reference),
			Holder: acquirerID, Reference: reference, Name: "Sample shop " + reference, MCC: "5812", Region: "JP",
			Prefecture: 1 + i, Currency: money.JPY, Status: merchant.Live, Plan: planID})
	}
	for i, b := range r.brands {
		if err := r.addWallet(&f, b, pairs[i].yen); err != nil {
			return f, err
		}
	}
	return f, nil
}

func shopName(i int) string { return fmt.Sprintf("shop-%02d", i) }

func addClient(f *store.Facts, id ident.Client, holder ident.Holder, key wire.PublicKey) {
	f.Clients = append(f.Clients, access.Client{ID: id, Holder: holder, Status: access.Active, ResponseKey: 1,
		Rates: access.Rates{Requests: 6_000_000, BadCodes: 600_000, Tombstones: 600_000}})
	f.Keys = append(f.Keys, access.Key{Client: id, Version: 1, Public: key, From: time.Now().Add(-time.Minute).UTC()})
}

// timers are those of an impatient contract: a run should not wait for minutes.
func timers() wallet.Timers {
	return wallet.Timers{Deadline: 2 * time.Second, InquiryEvery: 300 * time.Millisecond, InquiryMax: 4,
		CancelBackoff: 200 * time.Millisecond, CancelMax: 2 * time.Second, InFlightMax: 4096}
}

func (r *run) addWallet(f *store.Facts, b tabi.Brand, yen string) error {
	holder := ident.Holder(b.ID)
	f.Holders = append(f.Holders, access.Holder{ID: holder, Kind: access.WalletHolder, Name: b.Name, Status: access.Active})
	addClient(f, ident.Client(b.ClientID), holder, b.Key.Public())
	w := wallet.Wallet{ID: wallet.ID(b.ID), Client: ident.Client(b.ClientID), Holder: holder, Brand: b.Name, Region: b.Region,
		Currency: b.Currency, URL: "http://" + r.wallets.address + b.BasePath(), OurKey: 1, Status: wallet.Live,
		SpreadBasisPoints: 60, Rounding: money.HalfEven, PartialRefunds: true, Routing: b.Routing, Timers: timers()}
	f.Routes = append(f.Routes, wallet.Route{ID: b.ID, Prefix: fmt.Sprintf("281%03d", b.Routing), LengthMin: 24,
		LengthMax: 24, Wallet: w.ID, From: time.Now().Add(-time.Minute).UTC()})
	if yen == "" {
		w.SpreadBasisPoints = 0
		f.Wallets = append(f.Wallets, w)
		return nil
	}
	f.Wallets = append(f.Wallets, w)
	price, err := money.ParseRatio(yen)
	if err != nil {
		return err
	}
	rate, err := money.NewRate(money.JPY, b.Currency, price)
	if err != nil {
		return err
	}
	q, err := fx.Price(rate, fx.Provenance{Source: "crash", Route: 1}, fx.PricingTerms{Wallet: b.ID, SpreadBasisPoints: 60,
		Rounding: money.HalfEven, Lifetime: 7 * 24 * time.Hour, Guaranteed: true}, time.Now().UTC())
	f.Quotes = append(f.Quotes, q)
	return err
}
