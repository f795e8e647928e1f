// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"sort"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/till"
)

// hours are how the day's sales spread over its hours, in thousandths.
//
// Source: reference/japan.md 8.6.
var hours = [24]int{6, 3, 2, 1, 1, 3, 9, 18, 30, 42, 60, 76, 86, 78, 72, 72, 74, 78, 84, 76, 58, 39, 21, 11}

// origins are where visitors come from, in hundredths: arrivals by how likely they are to pay with a wallet.
//
// Source: reference/japan.md 8.2, 8.6.
var origins = map[string]int{"tabi-cny": 30, "tabi-krw": 20, "tabi-twd": 17, "tabi-hkd": 8, "tabi-thb": 5, "tabi-sgd": 4,
	"tabi-myr": 4, "tabi-php": 3, "tabi-idr": 2, "tabi-jpy": 7}

// How rarely things go another way, in thousandths. Source: reference/japan.md 8.6.
const (
	refundsSoon = 8
	underWayMax = 400 // sales at once
)

// crowd is the visitors and the tills they pay at.
type crowd struct {
	demo    *demo
	till    *till.Till
	weights []float64 // of the shops, summed up
	brands  []string
	shares  []int // of the brands, summed up
	started int64
	count   int64
	busy    chan struct{}
	sales   sync.WaitGroup
}

// live lets visitors pay until the context ends.
func (d *demo) live(ctx context.Context) error {
	c, err := d.newCrowd()
	if err != nil {
		return err
	}
	var loops sync.WaitGroup
	loops.Add(1)
	go func() {
		defer loops.Done()
		d.tendWallets(ctx)
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	arrival := time.NewTimer(0)
	defer arrival.Stop()
	for err = nil; err == nil && ctx.Err() == nil; {
		select {
		case <-ctx.Done():
		case <-tick.C:
			d.process.Look()
			err = d.process.Failed()
		case <-arrival.C:
			arrival.Reset(c.pause(time.Now()))
			c.arrive(ctx)
		}
	}
	c.sales.Wait()
	loops.Wait()
	return err
}

// tendWallets does what the sample wallets do by themselves: late decisions and messages.
func (d *demo) tendWallets(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := d.issuer.Step(ctx); err != nil && ctx.Err() == nil {
			d.process.Alarms.Raise("demo_wallets", err.Error())
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func (d *demo) newCrowd() (*crowd, error) {
	key, err := d.keys.key(string(tillClient), 0)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConns: 64, MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}
	c := &crowd{demo: d, started: time.Now().UnixNano(), busy: make(chan struct{}, underWayMax),
		till: &till.Till{Gateway: "http://" + d.at.gateway, ClientID: string(tillClient), Key: key, House: d.houseKey,
			Client: &http.Client{Transport: transport, Timeout: 10 * time.Second}, Now: time.Now}}
	sum := 0.0
	for _, s := range d.shops {
		sum += s.visited
		c.weights = append(c.weights, sum)
	}
	share := 0
	for _, b := range d.issuer.Brands() {
		share += origins[b.ID]
		c.brands, c.shares = append(c.brands, b.ID), append(c.shares, share)
	}
	return c, nil
}

// pause is the time to the next sale: sales come by chance, at the hour's rate.
func (c *crowd) pause(now time.Time) time.Duration {
	hour := now.In(envelope.Japan).Hour()
	rate := max(c.demo.options.Rate*float64(hours[hour])*24/1000, c.demo.options.Rate/4)
	return time.Duration(rand.ExpFloat64() / rate * float64(time.Second))
}

// arrive lets one visitor pay in one shop, unless too many are paying already.
func (c *crowd) arrive(ctx context.Context) {
	select {
	case c.busy <- struct{}{}:
	default:
		return
	}
	c.count++
	number := c.count
	c.sales.Add(1)
	go func() {
		defer c.sales.Done()
		defer func() { <-c.busy }()
		c.sell(ctx, number)
	}()
}

func (c *crowd) sell(ctx context.Context, number int64) {
	s := c.demo.shops[sort.SearchFloat64s(c.weights, rand.Float64()*c.weights[len(c.weights)-1])]
	brand := c.brands[sort.SearchInts(c.shares, 1+rand.IntN(c.shares[len(c.shares)-1]))]
	user := fmt.Sprintf("%s-%06d", brand, 1+rand.IntN(visitorsEach))
	code, _, err := c.demo.issuer.Code(ctx, user)
	if err != nil {
		return // the wallet is down: its visitor pays with something else
	}
	name := fmt.Sprintf("%d-%d", c.started, number)
	sale := till.Sale{RequestID: "p-" + name, Order: "o-" + name, About: s.trade.english, Currency: s.Currency.String(),
		Minor: s.ticket(), Code: code, Merchant: s.Reference, MerchantName: s.Name, MCC: s.MCC, Store: s.Reference + "-s1",
		Terminal: "t-1"}
	outcome, id, err := c.till.Sell(ctx, sale)
	if err != nil || outcome != till.Paid || rand.IntN(1000) >= refundsSoon {
		return
	}
	part := max(sale.Minor*int64(1+rand.IntN(4))/4, 1)
	_, _ = c.till.Refund(ctx, "r-"+name, id, sale.Currency, part) // what it says is in the books
}

// ticket is what is spent in the shop at once, in minor units: by its trade, ending as prices do.
func (s shop) ticket() int64 {
	yen := s.trade.mean * math.Exp(rand.NormFloat64()*s.trade.spread-s.trade.spread*s.trade.spread/2)
	yen = math.Max(math.Round(yen/10)*10, 100)
	if rand.IntN(3) == 0 {
		yen -= 2 // 98, 198, 1980 less two
	}
	minor := yen * s.perYen * math.Pow10(s.Currency.Exponent())
	return max(int64(math.Round(minor)), 1)
}
