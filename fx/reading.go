// SPDX-License-Identifier: Apache-2.0

// Package fx says what one currency costs in another, what a payer pays for a price, and what a refund gives
// back of it. It is pure: readings and times come in as arguments, and nothing is fetched here.
//
// A Reading is what a source said. The Board holds the last accepted reading of each pair of each source,
// halts a pair whose rate jumped, and answers with the first source that is fresh. A Quote is a line of a
// price list made from such a rate; any number of payments may name it while it is valid. A Conversion is
// what a quote made of one price: payer amount = base part + spread, whole minor units, nothing left over.
// A payment in its wallet's own currency never asks the board, so no feed can stop it.
// Read reading.go first, then board.go, quote.go and conversion.go.
package fx

import (
	"context"
	"math/big"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Codes of the errors about sources and their readings.
const (
	CodeTermsMalformed   fault.Code = "fx_terms_malformed"
	CodeReadingMalformed fault.Code = "fx_reading_malformed"
	CodeReadingFuture    fault.Code = "fx_reading_in_future"
	CodeReadingOrder     fault.Code = "fx_reading_out_of_order"
	CodeReadingInverted  fault.Code = "fx_reading_inverted"
)

// futureMax is how far a source's clock may be ahead of ours.
const futureMax = 10 * time.Second

// SourceID names a source of rates.
type SourceID string

// Reading is what a source said: a rate, at the time the source gives.
type Reading struct {
	Source SourceID
	Rate   money.Rate
	At     time.Time
}

// kept is the reading with its time as the books keep it, so that a board that was stored is the same board.
func (r Reading) kept() Reading {
	r.At = r.At.UTC().Truncate(time.Microsecond)
	return r
}

// Source is what fx needs of a feed. It is implemented in partner.
type Source interface {
	// Fetch is what the source says now, older readings before newer ones. An error may come beside readings:
	// then it speaks of what was left out, and the readings are good.
	Fetch(ctx context.Context) ([]Reading, error)
}

// SourceTerms are the terms on which a source is believed.
type SourceTerms struct {
	ID       SourceID
	Priority int // the lowest number is asked first; equals are asked in the order of their ids

	// AgeMax is how old a reading may be and still be used. Age counts the time since the reading was taken,
	// without the days (UTC) on which Calendar is closed: a rate set before Easter is not four days older
	// after it, because nothing could have replaced it.
	AgeMax   time.Duration
	Calendar calendar.Calendar

	Pivot     money.Currency // through which its other pairs are crossed; zero for none
	Band      money.Ratio    // how far a reading may lie from the last accepted one, before the pair is halted
	Tolerance money.Ratio    // how far another source may lie from this one, before Provenance names it
}

// Check refuses terms that would let anything pass, or nothing.
//
// Errors: Invalid fx_terms_malformed.
func (t SourceTerms) Check() error {
	problem := ""
	switch {
	case t.ID == "":
		problem = "a source needs an id"
	case t.AgeMax <= 0:
		problem = "the largest age of a reading must be above zero"
	case !t.Calendar.Valid():
		problem = "a source needs a calendar"
	case t.Pivot != 0 && !t.Pivot.Valid():
		problem = "the pivot must be a currency of ISO 4217"
	case !t.Band.Valid() || !t.Tolerance.Valid():
		problem = "a source needs a band and a tolerance"
	default:
		return nil
	}
	return &fault.Error{Op: "fx.SourceTerms", Kind: fault.Invalid, Code: CodeTermsMalformed, Subject: string(t.ID),
		Detail: problem}
}

// Fresh reports whether a reading taken at the time at may be used now.
//
// Invariant: the terms are in order and at lies in the years 1 to 9999.
func (t SourceTerms) Fresh(at, now time.Time) bool {
	left := t.AgeMax
	for left >= 0 && at.Before(now) {
		day := calendar.DateOf(at, time.UTC)
		next := day.Plus(1).Midnight()
		if next.After(now) {
			next = now
		}
		if t.Calendar.Business(day) {
			left -= next.Sub(at)
		}
		at = next
	}
	return left >= 0
}

// checkReading refuses what no later reading could make right.
func (t SourceTerms) checkReading(r Reading, now time.Time) error {
	code, problem := CodeReadingMalformed, ""
	switch {
	case r.Source != t.ID:
		problem = "the reading is of another source"
	case !r.Rate.Valid():
		problem = "the rate must be above zero and between two currencies of ISO 4217"
	case r.Rate.Base() == r.Rate.Quote():
		problem = "a rate needs two different currencies"
	case r.At.Unix() < 0:
		problem = "the reading needs the time at which it was taken"
	case r.At.After(now.Add(futureMax)):
		code, problem = CodeReadingFuture, "the reading was taken later than now"
	default:
		return nil
	}
	return &fault.Error{Op: "fx.Accept", Kind: fault.Invalid, Code: code, Subject: subject(t.ID, r.Rate),
		Detail: problem}
}

// beyond reports whether the larger of two rates of one direction is more than (1 + limit) times the smaller.
// It gives the same answer for their inverses, so it does not matter which way a source quotes.
func beyond(a, b money.Rate, limit money.Ratio) bool {
	if a.Price().Compare(b.Price()) < 0 {
		a, b = b, a
	}
	largerNum, largerDen := a.Price().Terms()
	smallerNum, smallerDen := b.Price().Terms()
	num, den := limit.Terms()
	// Three factors of 63 bits each: only here, and only once a reading, so the size does not matter.
	left, right := product(largerNum, smallerDen, den), product(smallerNum, largerDen, den)
	right.Add(right, product(smallerNum, largerDen, num))
	return left.Cmp(right) > 0
}

func product(factors ...int64) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(f))
	}
	return p
}

// towards is r, seen in the direction of the given base currency.
func towards(r money.Rate, base money.Currency) money.Rate {
	if r.Base() == base {
		return r
	}
	return r.Inverse()
}

// pairText is how a pair is written everywhere: "JPY/HKD".
func pairText(base, quote money.Currency) string { return base.String() + "/" + quote.String() }

func subject(source SourceID, r money.Rate) string {
	return string(source) + " " + pairText(r.Base(), r.Quote())
}
