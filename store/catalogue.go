// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// factAgeMax is how old a fact may be that a decision is made on.
//
// Source: decisions A9.
const factAgeMax = 5 * time.Second

// factsMax is how many clients or merchants are remembered before the half that was not used lately is forgotten.
const factsMax = 400_000

// Catalogue is the facts of the house in memory: read through a Reader, and at most five seconds old. A change that this
// process made is seen at once.
//
// Concurrency: safe for any number of callers.
type Catalogue struct {
	reader     *Reader
	refreshing sync.Mutex // one at a time: of two, the slower would bring back what was older

	mutex     sync.RWMutex
	read      time.Time // when the editions were compared last
	editions  [editionQuote + 1]int64
	clients   memo[ident.Client, access.Client]
	keys      memo[ident.Client, []access.Key]
	merchants memo[merchant.ID, merchant.Merchant]
	stores    memo[storeName, merchant.Store]

	houseKeys []access.HouseKey
	plans     map[merchant.PlanID]merchant.Plan
	wallets   []wallet.Wallet
	routes    []wallet.Route
	feeds     []Feed
	readings  []fx.Held
	quotes    []fx.Quote // valid now or lately, in the order of their ends
}

type storeName struct {
	merchant  merchant.ID
	reference string
}

// NewCatalogue is an empty catalogue; Refresh fills it.
func NewCatalogue(reader *Reader) *Catalogue {
	return &Catalogue{reader: reader, plans: map[merchant.PlanID]merchant.Plan{}}
}

// Refresh compares what is remembered with the store, and reads again what has changed.
//
// Errors: Unavailable store_busy, store_unreachable; Internal row_damaged.
func (c *Catalogue) Refresh(ctx context.Context, now time.Time) error {
	c.refreshing.Lock()
	defer c.refreshing.Unlock()
	return c.refresh(ctx, now)
}

func (c *Catalogue) refresh(ctx context.Context, now time.Time) error {
	var found [editionQuote + 1]int64
	err := c.reader.query(ctx, &listEditions, nil, func(r []cell) error {
		if k := r[0].number; k > 0 && k < int64(len(found)) {
			found[k] = r[1].number
		}
		return nil
	})
	if err != nil {
		return fault.Wrap("store.Catalogue", err)
	}
	c.mutex.RLock()
	known := c.editions
	c.mutex.RUnlock()
	fresh := &Catalogue{}
	changed := func(kind int) bool { return found[kind] != known[kind] }
	if changed(editionHouseKey) {
		fresh.houseKeys, err = list(ctx, c.reader, &listHouseKeys, nil, houseKeyRow)
	}
	if err == nil && changed(editionPlan) {
		err = fresh.readPlans(ctx, c.reader)
	}
	if err == nil && changed(editionWallet) {
		fresh.wallets, err = list(ctx, c.reader, &listWallets, nil, walletRow)
	}
	if err == nil && changed(editionRoute) {
		fresh.routes, err = list(ctx, c.reader, &listRoutes, nil, routeRow)
	}
	if err == nil && changed(editionFeed) {
		fresh.feeds, err = list(ctx, c.reader, &listFeeds, nil, feedRow)
	}
	if err == nil && changed(editionReading) {
		fresh.readings, err = list(ctx, c.reader, &listReadings, nil, readingRow)
	}
	if err == nil && changed(editionQuote) {
		lately := number(now.Add(-quoteMemory).UnixMicro())
		fresh.quotes, err = list(ctx, c.reader, &listQuotes, []cell{lately}, quoteRow)
	}
	if err != nil {
		return fault.Wrap("store.Catalogue", err)
	}
	c.adopt(fresh, found, now)
	return nil
}

// quoteMemory is how long a price-list line is remembered after its end, to tell an old one from an unknown one.
const quoteMemory = 15 * time.Minute

func (c *Catalogue) readPlans(ctx context.Context, reader *Reader) error {
	plans, err := list(ctx, reader, &listPlans, nil, planRow)
	c.plans = map[merchant.PlanID]merchant.Plan{}
	for _, p := range plans {
		c.plans[p.ID] = p
	}
	return err
}

func (c *Catalogue) adopt(fresh *Catalogue, found [editionQuote + 1]int64, now time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	changed := func(kind int) bool { return found[kind] != c.editions[kind] }
	if changed(editionHouseKey) {
		c.houseKeys = fresh.houseKeys
	}
	if changed(editionPlan) && fresh.plans != nil {
		c.plans = fresh.plans
	}
	if changed(editionWallet) {
		c.wallets = fresh.wallets
	}
	if changed(editionRoute) {
		c.routes = fresh.routes
	}
	if changed(editionFeed) {
		c.feeds = fresh.feeds
	}
	if changed(editionReading) {
		c.readings = fresh.readings
	}
	if changed(editionQuote) {
		c.quotes = fresh.quotes
	}
	c.editions = found
	if now.After(c.read) {
		c.read = now
	}
}

// Keep makes sure that the facts a movement needs are in memory and no older than they may be.
//
// Errors: Unavailable store_busy when the store does not answer in time.
func (c *Catalogue) Keep(ctx context.Context, now time.Time, k Keys) error {
	if c.old(now) {
		if err := c.renew(ctx, now); err != nil {
			return err
		}
	}
	for _, id := range k.Merchants {
		if _, _, err := c.merchant(ctx, id); err != nil {
			return err
		}
	}
	for _, id := range k.Clients {
		if _, err := c.keysOf(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalogue) old(now time.Time) bool {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	return now.Sub(c.read) >= factAgeMax || c.read.IsZero()
}

// renew refreshes once for all who find the facts old at the same time.
func (c *Catalogue) renew(ctx context.Context, now time.Time) error {
	c.refreshing.Lock()
	defer c.refreshing.Unlock()
	if !c.old(now) {
		return nil
	}
	return c.refresh(ctx, now)
}

// Client is a client with its keys.
//
// Errors: Unavailable when the store does not answer in time. An unknown client is no error: ok is false.
func (c *Catalogue) Client(ctx context.Context, now time.Time, id ident.Client) (
	client access.Client, keys []access.Key, ok bool, err error) {
	if err := c.Keep(ctx, now, Keys{}); err != nil {
		return access.Client{}, nil, false, err
	}
	client, ok, err = remember(c, &c.clients, editionClient, id, func() (access.Client, bool, error) {
		return one(ctx, c.reader, &loadClient, []cell{text(string(id))}, clientRow)
	})
	if err != nil || !ok {
		return access.Client{}, nil, false, err
	}
	keys, err = c.keysOf(ctx, id)
	return client, keys, err == nil, err
}

func (c *Catalogue) keysOf(ctx context.Context, id ident.Client) ([]access.Key, error) {
	keys, _, err := remember(c, &c.keys, editionKey, id, func() ([]access.Key, bool, error) {
		keys, err := list(ctx, c.reader, &loadKeys, []cell{text(string(id))}, keyRow)
		return keys, true, err
	})
	return keys, err
}

// Key is one version of a client's key, where Keep was told of the client.
func (c *Catalogue) Key(id ident.Client, version int) (access.Key, bool) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	e, _ := c.keys.get(id)
	for _, k := range e.value {
		if k.Version == version {
			return k, true
		}
	}
	return access.Key{}, false
}

func (c *Catalogue) merchant(ctx context.Context, id merchant.ID) (merchant.Merchant, bool, error) {
	return remember(c, &c.merchants, editionMerchant, id, func() (merchant.Merchant, bool, error) {
		return one(ctx, c.reader, &loadMerchant, []cell{blob(id.Digest[:])}, merchantRow)
	})
}

// Merchant is a merchant that Keep was asked for.
func (c *Catalogue) Merchant(id merchant.ID) (merchant.Merchant, bool) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	e, _ := c.merchants.get(id)
	return e.value, e.present
}

// Store is a store of a merchant; ok is false when it is not recorded.
func (c *Catalogue) Store(ctx context.Context, id merchant.ID, reference string) (s merchant.Store, ok bool, err error) {
	name := storeName{merchant: id, reference: reference}
	return remember(c, &c.stores, editionStore, name, func() (merchant.Store, bool, error) {
		args := []cell{blob(id.Digest[:]), text(reference)}
		return one(ctx, c.reader, &loadStore, args, func(r []cell) (merchant.Store, error) {
			return merchant.Store{Merchant: id, Reference: reference, Name: r[0].text, MCC: r[1].text,
				Terminals: int(r[2].number)}, nil
		})
	})
}

// Plan is a fee plan.
func (c *Catalogue) Plan(id merchant.PlanID) (merchant.Plan, bool) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	p, ok := c.plans[id]
	return p, ok
}

// Wallet is a wallet of the federation.
func (c *Catalogue) Wallet(id wallet.ID) (wallet.Wallet, bool) {
	for _, w := range c.Wallets() {
		if w.ID == id {
			return w, true
		}
	}
	return wallet.Wallet{}, false
}

// Wallets are all wallets, in the order of their ids. Do not change the slice.
func (c *Catalogue) Wallets() []wallet.Wallet {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	return c.wallets
}

// Routes is the table that says whose a payment code is. Do not change the slice.
func (c *Catalogue) Routes() []wallet.Route {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	return c.routes
}

// HouseKeys are our own keys, in the order of their versions. Do not change the slice.
func (c *Catalogue) HouseKeys() []access.HouseKey {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	return c.houseKeys
}

// Feeds are the sources of exchange rates. Do not change the slice.
func (c *Catalogue) Feeds() []Feed {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	return c.feeds
}

// Board is the board of exchange rates as it is stored.
func (c *Catalogue) Board() (*fx.Board, error) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	terms := make([]fx.SourceTerms, len(c.feeds))
	for i, f := range c.feeds {
		terms[i] = f.Terms
	}
	return fx.Restore(terms, c.readings)
}

// Quote is the price-list line of a wallet from a currency that is valid at a time and ends last.
func (c *Catalogue) Quote(id wallet.ID, from money.Currency, at time.Time) (fx.Quote, bool) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	for i := len(c.quotes) - 1; i >= 0; i-- {
		if q := &c.quotes[i]; q.Wallet == string(id) && q.Base.Base() == from && q.ValidAt(at) {
			return *q, true
		}
	}
	return fx.Quote{}, false
}

// QuoteNamed is the price-list line of an id, valid or ended lately.
func (c *Catalogue) QuoteNamed(id ident.Digest) (fx.Quote, bool) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	for i := range c.quotes {
		if c.quotes[i].ID.Digest == id {
			return c.quotes[i], true
		}
	}
	return fx.Quote{}, false
}

// Quotes are the lines that are valid at a time.
func (c *Catalogue) Quotes(at time.Time) []fx.Quote {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	var valid []fx.Quote
	for _, q := range c.quotes {
		if q.ValidAt(at) {
			valid = append(valid, q)
		}
	}
	return valid
}

// Editions is the sum of all versions: it differs whenever any fact changed.
func (c *Catalogue) Editions() (sum int64) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	for _, v := range c.editions {
		sum += v
	}
	return sum
}
