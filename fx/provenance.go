// SPDX-License-Identifier: Apache-2.0

package fx

import (
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Codes of the errors about rates that cannot be had.
const (
	CodeRateMissing  fault.Code = "fx_rate_missing"
	CodeRateStale    fault.Code = "fx_rate_stale"
	CodeSameCurrency fault.Code = "fx_same_currency"
)

// Route is how a rate came out of the readings of a source. The zero Route is none.
type Route uint8

// The routes.
const (
	_       Route = iota
	Direct        // the source gives the pair
	Inverse       // the source gives the pair the other way round
	Crossed       // through the source's pivot
)

var routeNames = [...]string{"none", "direct", "inverse", "crossed"}

// String is the route's name.
func (r Route) String() string {
	if int(r) < len(routeNames) {
		return routeNames[r]
	}
	return routeNames[0]
}

// Provenance says where a rate comes from.
type Provenance struct {
	Source  SourceID
	Route   Route
	At      time.Time  // when the reading was taken; of two, the older
	Dissent []SourceID // who of those asked after Source has a fresh rate beyond its tolerance
}

// standing says whether a source can give a rate, and what keeps it from it; of the first three the larger is
// the worse.
type standing uint8

const (
	missing standing = iota
	stale
	stopped
	usable
)

// answer is what one source has of a pair.
type answer struct {
	standing standing
	rate     money.Rate
	route    Route
	at       time.Time
	err      error // why a crossing could not be calculated
}

// Rate is the price of base in quote from the first source, by priority, that has it fresh and not halted. A
// source is used by the pair itself, in either direction; where it does not give the pair, or not lately,
// through its pivot. The halt of a pair also closes the way through the pivot: a source that is doubted about a
// pair is not asked about it twice.
//
// Errors: Invalid fx_same_currency; NotFound fx_rate_missing when no source has the pair; Unavailable
// fx_rate_stale or fx_rate_halted when one had, the worse of them.
func (b *Board) Rate(base, quote money.Currency, now time.Time) (money.Rate, Provenance, error) {
	if base == quote {
		return money.Rate{}, Provenance{}, &fault.Error{Op: "fx.Rate", Kind: fault.Invalid, Code: CodeSameCurrency,
			Subject: pairText(base, quote), Detail: "a payment in the wallet's own currency has no rate"}
	}
	var worst answer
	for i, terms := range b.sources {
		a := b.ask(terms, base, quote, now)
		if a.standing == usable {
			p := Provenance{Source: terms.ID, Route: a.route, At: a.at, Dissent: b.dissent(i, a.rate, now)}
			return a.rate, p, nil
		}
		if a.standing > worst.standing || (a.standing == worst.standing && a.err != nil) {
			worst = a
		}
	}
	return money.Rate{}, Provenance{}, worst.fault(pairText(base, quote))
}

// dissent is who, of the sources that are asked after the chosen one, has a fresh rate beyond its tolerance.
func (b *Board) dissent(chosen int, rate money.Rate, now time.Time) []SourceID {
	var list []SourceID
	for _, other := range b.sources[chosen+1:] {
		a := b.ask(other, rate.Base(), rate.Quote(), now)
		if a.standing == usable && beyond(rate, a.rate, b.sources[chosen].Tolerance) {
			list = append(list, other.ID)
		}
	}
	return list
}

// Silent are the sources of which no reading is fresh any more, or never was, in the order in which they are asked.
func (b *Board) Silent(now time.Time) (all []SourceID) {
	for _, terms := range b.sources {
		fresh := func(h Held) bool { return h.Accepted.Source == terms.ID && terms.Fresh(h.Accepted.At, now) }
		if !slices.ContainsFunc(b.held, fresh) {
			all = append(all, terms.ID)
		}
	}
	return all
}

// ask is what one source has of a pair.
func (b *Board) ask(terms SourceTerms, base, quote money.Currency, now time.Time) answer {
	straight := b.leg(terms, base, quote, now)
	if straight.standing == usable || straight.standing == stopped || !terms.Pivot.Valid() ||
		terms.Pivot == base || terms.Pivot == quote {
		return straight
	}
	first, second := b.leg(terms, base, terms.Pivot, now), b.leg(terms, terms.Pivot, quote, now)
	switch {
	case first.standing == missing || second.standing == missing:
		return straight
	case first.standing == stopped || second.standing == stopped:
		return answer{standing: stopped}
	case first.standing == stale || second.standing == stale:
		return answer{standing: stale}
	}
	rate, err := first.rate.Cross(second.rate)
	if err != nil {
		straight.err = err
		return straight
	}
	at := first.at
	if second.at.Before(at) {
		at = second.at
	}
	return answer{standing: usable, rate: rate, route: Crossed, at: at}
}

// leg is the pair itself, in either direction.
func (b *Board) leg(terms SourceTerms, base, quote money.Currency, now time.Time) answer {
	pair, err := money.NewRate(base, quote, money.One)
	if err != nil {
		return answer{err: err}
	}
	place, found := b.find(terms.ID, pair)
	if !found {
		return answer{}
	}
	h := b.held[place]
	switch {
	case h.Halted():
		return answer{standing: stopped}
	case !terms.Fresh(h.Accepted.At, now):
		return answer{standing: stale}
	case h.Accepted.Rate.Base() == base:
		return answer{standing: usable, rate: h.Accepted.Rate, route: Direct, at: h.Accepted.At}
	}
	return answer{standing: usable, rate: h.Accepted.Rate.Inverse(), route: Inverse, at: h.Accepted.At}
}

// fault is what a caller is told about a rate that cannot be had.
func (a answer) fault(pair string) error {
	switch a.standing {
	case stopped:
		return halted("fx.Rate", pair)
	case stale:
		return &fault.Error{Op: "fx.Rate", Kind: fault.Unavailable, Code: CodeRateStale, Subject: pair,
			Detail: "the last rate of this pair is too old", Err: a.err}
	}
	return &fault.Error{Op: "fx.Rate", Kind: fault.NotFound, Code: CodeRateMissing, Subject: pair,
		Detail: "no source gives a rate for this pair", Err: a.err}
}
