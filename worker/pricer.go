// SPDX-License-Identifier: Apache-2.0

// Package worker is what runs by itself: fetching rates and keeping the price lists current, folding the journal into the
// projections, clearing what is past. Each is stepped by its owner and has a limit.
package worker

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// House is what a worker needs of the running house.
type House interface {
	// Do serves a movement.
	Do(ctx context.Context, m flow.Movement) (flow.Outcome, error)
	// Facts is the catalogue.
	Facts() *store.Catalogue
	// Reader is the store's reading half.
	Reader() *store.Reader
}

// The names of the pricer's alarms.
const (
	AlarmFeed = "fx_feed" // a source does not answer, or what it says is not believed
	AlarmRate = "fx_rate" // a pair has no rate: the payments that need it are refused
)

// fetchMax bounds how long one source may take to answer.
const fetchMax = 5 * time.Second

// Pricer fetches the sources of exchange rates and keeps a current line in every price list.
//
// Concurrency: one owner.
type Pricer struct {
	house    House
	connect  func(store.Feed) fx.Source
	lifetime time.Duration
	alarm    func(name, about string)

	sources map[fx.SourceID]source
	next    map[fx.SourceID]time.Time
}

type source struct {
	feed store.Feed
	fx.Source
}

// NewPricer is a pricer whose lines live for a time. connect gives the source of a feed.
func NewPricer(h House, connect func(store.Feed) fx.Source, lifetime time.Duration, alarm func(name, about string)) *Pricer {
	return &Pricer{house: h, connect: connect, lifetime: lifetime, alarm: alarm, sources: map[fx.SourceID]source{},
		next: map[fx.SourceID]time.Time{}}
}

// Step fetches the sources that are due, and adds the lines that are about to be needed.
//
// Errors: whatever the desk answers; the next step tries again.
func (p *Pricer) Step(ctx context.Context, now time.Time) error {
	board, err := p.house.Facts().Board()
	if err != nil {
		return fault.Wrap("worker.Pricer", err)
	}
	before := board.Held()
	for _, feed := range p.house.Facts().Feeds() {
		if !now.Before(p.next[feed.Terms.ID]) {
			p.next[feed.Terms.ID] = now.Add(pollEvery(feed.Terms))
			p.fetch(ctx, board, feed, now)
		}
	}
	quotes, err := p.lines(ctx, board, now)
	if err != nil {
		return fault.Wrap("worker.Pricer", err)
	}
	changed := changedReadings(before, board.Held())
	if len(changed) == 0 && len(quotes) == 0 {
		return nil
	}
	if _, err := p.house.Do(ctx, flow.Price{Readings: changed, Quotes: quotes}); err != nil {
		return fault.Wrap("worker.Pricer", err)
	}
	return fault.Wrap("worker.Pricer", p.house.Facts().Refresh(ctx, now))
}

// pollEvery is how often a source is asked: often enough that its readings never become too old.
func pollEvery(t fx.SourceTerms) time.Duration {
	return min(max(t.AgeMax/6, time.Second), time.Hour)
}

// fetch puts what a source says on the board; what is not believed is an alarm, and the rest counts.
func (p *Pricer) fetch(ctx context.Context, board *fx.Board, feed store.Feed, now time.Time) {
	s := p.sources[feed.Terms.ID]
	if s.Source == nil || s.feed != feed {
		s = source{feed: feed, Source: p.connect(feed)}
		p.sources[feed.Terms.ID] = s
	}
	ctx, cancel := context.WithTimeout(ctx, fetchMax)
	defer cancel()
	readings, err := s.Fetch(ctx)
	if err != nil {
		p.alarm(AlarmFeed, string(feed.Terms.ID)+": "+err.Error())
	}
	for _, r := range readings {
		if _, err := board.Accept(feed.Terms, r, now); err != nil && fault.CodeOf(err) != fx.CodeReadingOrder {
			p.alarm(AlarmFeed, string(feed.Terms.ID)+": "+err.Error())
		}
	}
}

// lines are the price-list lines that begin now: of every live wallet and merchant currency whose line ends soon.
func (p *Pricer) lines(ctx context.Context, board *fx.Board, now time.Time) ([]fx.Quote, error) {
	currencies, err := p.house.Reader().Currencies(ctx)
	if err != nil {
		return nil, err
	}
	var quotes []fx.Quote
	for _, w := range p.house.Facts().Wallets() {
		for _, c := range currencies {
			if w.Status != wallet.Live || w.Currency == c {
				continue
			}
			if q, ok := p.line(board, w, c, now); ok {
				quotes = append(quotes, q)
			}
		}
	}
	return quotes, nil
}

func (p *Pricer) line(board *fx.Board, w wallet.Wallet, from money.Currency, now time.Time) (fx.Quote, bool) {
	if _, ok := p.house.Facts().Quote(w.ID, from, now.Add(p.lifetime/2)); ok {
		return fx.Quote{}, false
	}
	rate, provenance, err := board.Rate(from, w.Currency, now)
	if err != nil {
		p.alarm(AlarmRate, from.String()+"/"+w.Currency.String()+": "+err.Error())
		return fx.Quote{}, false
	}
	q, err := fx.Price(rate, provenance, fx.PricingTerms{Wallet: string(w.ID), SpreadBasisPoints: w.SpreadBasisPoints,
		Rounding: w.Rounding, Lifetime: p.lifetime, Guaranteed: true}, now)
	if err != nil {
		p.alarm(AlarmRate, from.String()+"/"+w.Currency.String()+": "+err.Error())
		return fx.Quote{}, false
	}
	return q, true
}

// changedReadings are what is held now and was not held so before. Both lists are in one order.
func changedReadings(before, now []fx.Held) []fx.Held {
	known := map[fx.Held]bool{}
	for _, h := range before {
		known[h] = true
	}
	var changed []fx.Held
	for _, h := range now {
		if !known[h] {
			changed = append(changed, h)
		}
	}
	return changed
}
