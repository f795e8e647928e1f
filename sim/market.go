// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"errors"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
)

// quoteLifetime is how long a line of a price list lives.
const quoteLifetime = 2 * time.Hour

// market is the source of exchange rates: a walk for each currency, and now and then nonsense.
type market struct {
	w        *world
	prices   []float64 // of one yen, by currency
	trouble  trouble
	troubled int64 // until when
}

// trouble is how a feed misbehaves.
type trouble int

const (
	noTrouble trouble = iota
	silentFeed
	frozenFeed
	jumpedFeed
	invertedFeed
	futureFeed
	troubles
)

const feedName fx.SourceID = "market"

func feedFacts() store.Feed {
	return store.Feed{Form: "feed", URL: "https://rates.example/", Terms: fx.SourceTerms{ID: feedName, Priority: 1,
		AgeMax: 3 * time.Hour, Calendar: calendar.EveryDay, Band: money.BasisPoints(2000),
		Tolerance: money.BasisPoints(100)}}
}

func (m *market) open(w *world) {
	m.w = w
	for _, c := range currencies {
		m.prices = append(m.prices, c.price)
	}
}

// move lets the market walk a step, and begin or end its troubles.
func (m *market) move(w *world) {
	c := w.network
	for i := range m.prices {
		m.prices[i] *= 1 + 0.002*c.NormFloat64()
	}
	if w.now > m.troubled {
		m.trouble = noTrouble
	}
	if m.trouble == noTrouble && !w.calm && c.hit(w.swarm.chance[feedFails]/8) {
		m.trouble = trouble(c.between(int(silentFeed), int(troubles)-1))
		m.troubled = w.now + int64(c.lasting(30*time.Minute, 8*time.Hour))
		w.note("feed fails", ident.ID{}, [...]string{"", "silent", "frozen", "jumped", "inverted", "future"}[m.trouble])
	}
}

// feed is the market as a source.
type feed struct{ m *market }

func (m *market) connect(store.Feed) fx.Source { return feed{m} }

// Fetch is what the market says now.
func (f feed) Fetch(context.Context) ([]fx.Reading, error) {
	m := f.m
	at := m.w.time()
	switch m.trouble {
	case silentFeed:
		return nil, errors.New("the feed does not answer")
	case frozenFeed:
		at = at.Add(-4 * time.Hour)
	case futureFeed:
		at = at.Add(time.Hour)
	}
	var all []fx.Reading
	for i, c := range currencies {
		if c.currency == money.JPY {
			continue
		}
		price := m.prices[i]
		switch m.trouble {
		case jumpedFeed:
			price *= 10
		case invertedFeed:
			price = 1 / price
		}
		all = append(all, fx.Reading{Source: feedName, Rate: rateOf(c.currency, price), At: at})
	}
	return all, nil
}

// rateOf is a price of one yen with six significant digits.
func rateOf(c money.Currency, price float64) money.Rate {
	num, den := price, int64(1)
	for num < 100_000 {
		num, den = num*10, den*10
	}
	ratio, err := money.RatioOf(int64(num+0.5), den)
	invariant.Check(err == nil, "sim: a price of %v", price)
	rate, err := money.NewRate(money.JPY, c, ratio)
	invariant.Check(err == nil, "sim: a rate of %v", ratio)
	return rate
}
