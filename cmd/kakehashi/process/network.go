// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/api/aps"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/house"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	partneraps "github.com/kakehashi-pay/kakehashi/partner/aps"
	"github.com/kakehashi-pay/kakehashi/partner/ecb"
	"github.com/kakehashi-pay/kakehashi/partner/ratefeed"
	"github.com/kakehashi-pay/kakehashi/partner/sandbox"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// codesMax bounds the payment codes that are minted and not yet ended: a minute's worth of a country.
const codesMax = 1_000_000

// Network is one house with everything around it: the live one, or the sandbox.
type Network struct {
	House *house.House
	Shelf *store.Shelf
	Codes *envelope.Codes

	name     string
	keys     *keyring
	ring     vault.Ring
	alarms   *Alarms
	folded   []*atomic.Int64 // the last row of each lane that is on the shelf, once that is known
	told     []*atomic.Int64 // the last row of each lane that was committed
	seen     *seenStores
	witness  *witness
	notifier *ams.Notifier
	opening  opening // of restored books
	away     atomic.Int64
}

// network says what one network is made of.
type network struct {
	name   string
	books  store.Location
	lanes  int
	holder string
	master Master
	now    func() time.Time
	alarms *Alarms
	heads  string        // the witness file
	closed string        // the file that says that the books were restored
	life   time.Duration // of a line of a price list
	near   bool          // notifications may go to addresses that only this machine or its neighbours reach

	turn func(sign func()) // in which the process makes signatures; nil: at once
}

// openNetwork opens a house, its shelf and its keys, and starts what runs by itself.
func openNetwork(ctx context.Context, c network) (*Network, error) {
	ring, secret, err := c.master.secrets(c.name)
	if err != nil {
		return nil, err
	}
	n := &Network{name: c.name, ring: ring, alarms: c.alarms, Codes: envelope.NewCodes(secret, codesMax)}
	n.opening.path, n.opening.since = c.closed, c.now()
	if n.opening.closed, err = lookForCopy(ctx, c.books, c.closed, c.now()); err != nil {
		return nil, err
	}
	n.House, err = house.Open(ctx, house.Config{Books: c.books, Lanes: c.lanes, Holder: c.holder, Now: c.now,
		Connect: n.connect, Alarm: n.alarm, Closed: n.opening.closed != nil})
	if err != nil {
		return nil, err
	}
	n.follow()
	n.House.Begin()
	n.keys = newKeyring(n.House, ring, c.turn)
	if err := n.keys.ensure(ctx); err != nil {
		n.House.Stop(ctx)
		return nil, err
	}
	if n.Shelf, err = store.OpenShelf(ctx, c.books); err != nil {
		n.House.Stop(ctx)
		return nil, err
	}
	key, err := c.master.witnessKey(c.name)
	if err != nil {
		n.Stop(ctx)
		return nil, err
	}
	if n.witness, err = openWitness(c.heads, key, c.alarms); err != nil {
		n.Stop(ctx)
		return nil, err
	}
	n.House.Follow(n.witness.note)
	n.start(c.life)
	n.notify(c.near)
	n.House.Ask()
	return n, nil
}

func (n *Network) alarm(name, about string) { n.alarms.Raise(n.label(name), about) }

// label names an alarm of this network: the sandbox's are told apart.
func (n *Network) label(name string) string {
	if n.name == liveName {
		return name
	}
	return n.name + "_" + name
}

// The pauses of what runs by itself.
const (
	projectEvery = 100 * time.Millisecond
	projectPages = 32
	priceEvery   = 2 * time.Second
	clearEvery   = time.Minute
	refreshEvery = 2 * time.Second
	logEvery     = 100 * time.Millisecond
	chainEvery   = 100 * time.Millisecond
)

// follow counts the rows of each lane, from the first that is written.
func (n *Network) follow() {
	lanes := map[ident.Lane]*atomic.Int64{}
	for _, t := range n.House.Desk().Tellers() {
		last := &atomic.Int64{}
		last.Store(t.Row().N)
		lanes[t.Lane()], n.told = last, append(n.told, last)
		folded := &atomic.Int64{}
		folded.Store(t.Row().N)
		n.folded = append(n.folded, folded)
	}
	n.House.Follow(func(rows []ledger.Row, _ []*payment.Payment) {
		last := rows[len(rows)-1]
		lanes[last.Lane].Store(last.N)
	})
}

// start runs the workers, each in a loop of its own.
func (n *Network) start(life time.Duration) {
	h := n.House
	for i, t := range h.Desk().Tellers() {
		p := worker.NewProjector(t.Lane(), h.Reader(), n.Shelf)
		h.Every(projectEvery, func(ctx context.Context, now time.Time) {
			for worked := true; worked && ctx.Err() == nil; {
				var err error
				if worked, err = p.Step(ctx, projectPages); err != nil && ctx.Err() == nil {
					n.alarm("projector", err.Error())
				}
			}
			n.folded[i].Store(p.At())
		})
	}
	n.watchChains()
	pricer := worker.NewPricer(h, n.source, life, n.alarm)
	h.Every(priceEvery, func(ctx context.Context, now time.Time) {
		if err := pricer.Step(ctx, now); err != nil && ctx.Err() == nil {
			n.alarm("pricer", err.Error())
		}
	})
	h.Every(refreshEvery, func(ctx context.Context, now time.Time) {
		if err := h.Facts().Refresh(ctx, now); err != nil && ctx.Err() == nil {
			n.alarm("catalogue", err.Error())
		}
	})
	h.Every(clearEvery, n.clearClaims)
	h.Every(time.Second, n.watchOver)
	h.Every(logEvery, func(ctx context.Context, _ time.Time) {
		if err := h.DB().CheckpointLog(ctx); err != nil && ctx.Err() == nil {
			n.alarm("log", err.Error())
		}
	})
	n.seen = newSeenStores(h)
	h.Every(time.Second, n.seen.record)
}

// watchChains reads the journals again and again: 512 rows at a time, some 5,000 a second and lane.
func (n *Network) watchChains() {
	for _, t := range n.House.Desk().Tellers() {
		chain := worker.NewChain(t.Lane(), n.House.Reader())
		n.House.Every(chainEvery, func(ctx context.Context, _ time.Time) {
			broken, err := chain.Step(ctx)
			if err != nil && fault.KindOf(err) != fault.Unavailable { // a busy store breaks no chain
				broken = err.Error()
			}
			if broken != "" && ctx.Err() == nil {
				n.alarm("chain", broken)
			}
		})
	}
}

// clearClaims removes the claims of payers' codes that are a day past, a page at a time.
func (n *Network) clearClaims(ctx context.Context, now time.Time) {
	for _, t := range n.House.Desk().Tellers() {
		for ctx.Err() == nil {
			hour, ok, err := n.House.Reader().OldestClaim(ctx, t.Lane())
			if err != nil || !ok || hour > store.HourOf(now)-store.ClaimHours {
				break
			}
			if _, err := n.House.Do(ctx, flow.Unclaim{In: t.Lane(), Hour: hour}); err != nil {
				break
			}
		}
	}
}

// connect is the connector of a wallet as its facts now are.
func (n *Network) connect(w wallet.Wallet) wallet.Connector {
	if n.name == sandboxName && w.URL == "" {
		return sandbox.New(n.House.Now)
	}
	return partneraps.New(partneraps.Terms{URL: w.URL, ClientID: string(w.Client), AcquirerID: "kakehashi",
		PspID: string(w.ID), Zone: envelope.Japan,
		Key: func() (wire.PrivateKey, int) {
			key, _ := n.keys.key(w.OurKey)
			return key, w.OurKey
		},
		WalletKey: func(version int) (wire.PublicKey, bool) { return n.clientKey(string(w.Client), version) },
	}, &http.Client{Transport: away{partneraps.Transport(), &n.away}}, n.House.Now)
}

// clientKey is a client's key of a version, where a signature by it counts now.
func (n *Network) clientKey(client string, version int) (wire.PublicKey, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	now := n.House.Now()
	_, keys, ok, err := n.House.Facts().Client(ctx, now, ident.Client(client))
	if err != nil || !ok {
		return wire.PublicKey{}, false
	}
	for i := len(keys) - 1; i >= 0; i-- {
		if k := keys[i]; (k.Version == version || version == 0) && k.ActiveAt(now) {
			return k.Public, true
		}
	}
	return wire.PublicKey{}, false
}

// source is the feed of exchange rates that a fact describes.
func (n *Network) source(f store.Feed) fx.Source {
	client := &http.Client{Timeout: 10 * time.Second}
	if f.Form == "ecb" {
		return ecb.New(client, f.URL)
	}
	return ratefeed.New(client, ratefeed.Terms{ID: f.Terms.ID, URL: f.URL, ClientID: string(f.Client),
		Keys: func(version int) (wire.PublicKey, bool) { return n.clientKey(string(f.Client), version) }}, n.House.Now)
}

// merchants is the network as the merchants' API sees it.
func (n *Network) merchants() ams.Realm {
	return ams.Realm{House: n.House, Keys: n.keys.key, Key: n.keys.newest, Codes: n.Codes, Ring: n.ring,
		Entropy: rand.Reader, Seen: n.seen.note}
}

// wallets is the network as the wallets' API sees it.
func (n *Network) wallets() aps.Realm {
	return aps.Realm{House: n.House, Keys: n.keys.key, Key: n.keys.newest, Codes: n.Codes, Entropy: rand.Reader}
}

// Stop ends everything, in order: nothing new, then what is under way, then the stores.
func (n *Network) Stop(ctx context.Context) {
	n.House.Stop(ctx)
	n.Shelf.Close()
	if n.witness != nil {
		n.witness.close()
	}
}

// seenStores are stores that came with orders and are to be recorded, off the path of a payment.
type seenStores struct {
	house *house.House
	found chan merchant.Store
}

func newSeenStores(h *house.House) *seenStores {
	return &seenStores{house: h, found: make(chan merchant.Store, 4096)}
}

// note keeps a store for the next record; when too many wait it comes again with the next order.
func (s *seenStores) note(store merchant.Store) {
	select {
	case s.found <- store:
	default:
	}
}

// record writes what was noted, each store once.
func (s *seenStores) record(ctx context.Context, _ time.Time) {
	type name struct {
		merchant  merchant.ID
		reference string
	}
	seen := map[name]bool{}
	var facts store.Facts
	for len(facts.Stores) < 512 {
		select {
		case found := <-s.found:
			if n := (name{found.Merchant, found.Reference}); !seen[n] {
				seen[n] = true
				facts.Stores = append(facts.Stores, found)
			}
			continue
		default:
		}
		break
	}
	if len(facts.Stores) == 0 {
		return
	}
	put := flow.Put{Person: "orders", What: "record stores", Facts: facts}
	_, _ = s.house.Do(ctx, put) // a store that is not recorded now comes again with its next order
}

// rows is how many rows the journal of the i-th lane has, as far as it was told.
func (n *Network) rows(i int) int64 { return n.told[i].Load() }

// lag is how many rows of the i-th lane are not on the shelf yet.
func (n *Network) lag(i int) int64 { return max(0, n.rows(i)-n.folded[i].Load()) }

func laneLabel(l ident.Lane) string { return strconv.Itoa(int(l)) }
