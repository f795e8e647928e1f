// SPDX-License-Identifier: Apache-2.0

package fx_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
)

func TestAgeLeavesOutTheDaysOnWhichTheSourceIsClosed(t *testing.T) {
	t.Parallel()
	ecb, feed := daily(t, 1), live(t, "live", 1)
	for _, c := range []struct {
		terms   fx.SourceTerms
		at, now string
		fresh   bool
	}{
		{feed, "2026-11-20T12:00:00Z", "2026-11-20T12:01:00Z", true},
		{feed, "2026-11-20T12:00:00Z", "2026-11-20T12:01:00.000001Z", false},
		{feed, "2026-11-20T12:00:10Z", "2026-11-20T12:00:00Z", true}, // its clock is ahead
		{feed, "2026-11-21T23:59:50Z", "2026-11-22T00:00:50Z", true}, // a weekend is like any day
		{feed, "1999-01-04T13:10:00Z", "2026-11-20T12:00:00Z", false},
		{ecb, "2026-11-20T13:10:00Z", "2026-11-27T13:10:00Z", true}, // five business days, a weekend between
		{ecb, "2026-11-20T13:10:00Z", "2026-11-27T13:10:01Z", false},
		{ecb, "2026-04-02T12:10:00Z", "2026-04-13T12:10:00Z", true}, // Easter and a weekend: six closed days
		{ecb, "2026-04-02T12:10:00Z", "2026-04-13T12:10:01Z", false},
		{ecb, "2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z", true}, // a closed day ages nothing
	} {
		at, err := time.Parse(time.RFC3339Nano, c.at)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339Nano, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.terms.Fresh(at, now); got != c.fresh {
			t.Errorf("%s: a reading of %s is fresh at %s: %v", c.terms.ID, c.at, c.now, got)
		}
	}
}

func TestRateComesFromTheFirstSourceThatHasItFresh(t *testing.T) {
	t.Parallel()
	first, second, b := live(t, "first", 1), live(t, "second", 2), &fx.Board{}
	accept(t, b, second, "JPY/HKD 0.0511", noon.Add(30*time.Second))
	accept(t, b, first, "JPY/HKD 0.0512", noon)
	at := noon.Add(time.Minute)
	r, p, err := b.Rate(money.JPY, money.HKD, at)
	if err != nil || r != rate(t, "JPY/HKD 0.0512") || p.Source != "first" || p.Route != fx.Direct || !p.At.Equal(noon) {
		t.Errorf("both fresh: %v from %+v, %v", r, p, err)
	}
	r, p, err = b.Rate(money.JPY, money.HKD, at.Add(time.Second)) // the first is a second too old
	if err != nil || r != rate(t, "JPY/HKD 0.0511") || p.Source != "second" {
		t.Errorf("the first stale: %v from %+v, %v", r, p, err)
	}
	_, _, err = b.Rate(money.JPY, money.HKD, at.Add(31*time.Second))
	refused(t, err, fault.Unavailable, fx.CodeRateStale)
	_, _, err = b.Rate(money.JPY, money.KRW, at)
	refused(t, err, fault.NotFound, fx.CodeRateMissing)
	_, _, err = b.Rate(money.JPY, money.JPY, at)
	refused(t, err, fault.Invalid, fx.CodeSameCurrency)
	_, _, err = b.Rate(money.JPY, 999, at)
	refused(t, err, fault.NotFound, fx.CodeRateMissing)
}

func TestAHaltedSourceLeavesThePairToTheNext(t *testing.T) {
	t.Parallel()
	first, second, b := live(t, "first", 1), live(t, "second", 2), &fx.Board{}
	accept(t, b, first, "JPY/HKD 0.0512", noon)
	accept(t, b, second, "JPY/HKD 0.0511", noon)
	at := noon.Add(time.Second)
	if _, err := b.Accept(first, reading(t, "first", "JPY/HKD 0.512", at), at); fault.CodeOf(err) != fx.CodeRateHalted {
		t.Fatal(err)
	}
	if r, p, err := b.Rate(money.JPY, money.HKD, at); err != nil || p.Source != "second" || r != rate(t, "JPY/HKD 0.0511") {
		t.Errorf("%v from %+v, %v", r, p, err)
	}
	_, _, err := b.Rate(money.JPY, money.HKD, at.Add(time.Hour)) // the other one stale: the halt is the worse
	refused(t, err, fault.Unavailable, fx.CodeRateHalted)
}

func TestAPairIsUsedTheOtherWayRoundExactly(t *testing.T) {
	t.Parallel()
	b := &fx.Board{}
	accept(t, b, live(t, "live", 1), "HKD/JPY 19.53", noon)
	r, p, err := b.Rate(money.JPY, money.HKD, noon)
	if err != nil || p.Route != fx.Inverse || r.Price() != rate(t, "HKD/JPY 19.53").Inverse().Price() {
		t.Errorf("%v from %+v, %v", r, p, err)
	}
}

func TestCrossingThroughThePivotIsExact(t *testing.T) {
	t.Parallel()
	ecb := daily(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		b := &fx.Board{}
		yen := big.NewRat(rapid.Int64Range(1, 99_999_999).Draw(t, "EUR/JPY"), 100)
		dollar := big.NewRat(rapid.Int64Range(1, 99_999_999).Draw(t, "EUR/HKD"), 10_000)
		reference(t, b, ecb, money.JPY, yen)
		reference(t, b, ecb, money.HKD, dollar)
		r, p, err := b.Rate(money.JPY, money.HKD, noon.Add(time.Hour))
		if err != nil || p.Route != fx.Crossed || !p.At.Equal(noon) {
			t.Fatalf("%v from %+v, %v", r, p, err)
		}
		want := new(big.Rat).Quo(dollar, yen)
		if exact(r.Price()).Cmp(want) != 0 {
			t.Fatalf("EUR/JPY %v and EUR/HKD %v cross to %v, not %v", yen, dollar, r, want)
		}
		back, _, err := b.Rate(money.HKD, money.JPY, noon.Add(time.Hour))
		if err != nil || back != r.Inverse() {
			t.Fatalf("there %v and back %v, %v", r, back, err)
		}
	})
}

// reference is the price of a euro at noon, on the board of the daily source.
func reference(t *rapid.T, b *fx.Board, terms fx.SourceTerms, quote money.Currency, price *big.Rat) {
	p, err := money.RatioOf(price.Num().Int64(), price.Denom().Int64())
	if err != nil {
		t.Fatal(err)
	}
	r, err := money.NewRate(money.EUR, quote, p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Accept(terms, fx.Reading{Source: terms.ID, Rate: r, At: noon}, noon); err != nil {
		t.Fatal(err)
	}
}

func TestTheReferenceRatesOfADayCrossFromYenToHongKongDollars(t *testing.T) {
	t.Parallel()
	ecb, b := daily(t, 1), &fx.Board{}
	accept(t, b, ecb, "EUR/JPY 163.45", noon)
	accept(t, b, ecb, "EUR/HKD 8.2216", noon.Add(time.Second))
	r, p, err := b.Rate(money.JPY, money.HKD, noon)
	if err != nil || p.Route != fx.Crossed || p.Route.String() != "crossed" || !p.At.Equal(noon) {
		t.Fatalf("%v from %+v, %v", r, p, err)
	}
	if exact(r.Price()).Cmp(big.NewRat(82_216, 1_634_500)) != 0 {
		t.Errorf("JPY/HKD is %v", r)
	}
	if r, p, err = b.Rate(money.EUR, money.JPY, noon); err != nil || p.Route != fx.Direct || r != rate(t, "EUR/JPY 163.45") {
		t.Errorf("the pivot itself: %v from %+v, %v", r, p, err)
	}
	_, _, err = b.Rate(money.JPY, money.KRW, noon)
	refused(t, err, fault.NotFound, fx.CodeRateMissing)
}

func TestAHaltIsNotGoneRoundThroughThePivot(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	terms.Pivot = money.USD
	accept(t, b, terms, "USD/JPY 150", noon)
	accept(t, b, terms, "USD/HKD 7.8", noon)
	accept(t, b, terms, "JPY/HKD 0.0512", noon)
	at := noon.Add(time.Second)
	jump := func(text string) {
		if _, err := b.Accept(terms, reading(t, "live", text, at), at); fault.CodeOf(err) != fx.CodeRateHalted {
			t.Fatal(err)
		}
	}
	jump("JPY/HKD 0.512")
	_, _, err := b.Rate(money.HKD, money.JPY, at)
	refused(t, err, fault.Unavailable, fx.CodeRateHalted)
	accept(t, b, terms, "USD/CNY 7.1", at)
	if _, p, err := b.Rate(money.JPY, money.CNY, at); err != nil || p.Route != fx.Crossed {
		t.Errorf("another pair is stopped: %+v, %v", p, err)
	}
	jump("USD/JPY 15")
	_, _, err = b.Rate(money.JPY, money.CNY, at)
	refused(t, err, fault.Unavailable, fx.CodeRateHalted)
	if _, _, err := b.Rate(money.USD, money.HKD, at); err != nil {
		t.Errorf("a pair that has nothing to do with it is stopped: %v", err)
	}
}

func TestThePivotStandsInForAPairThatIsStale(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	terms.Pivot = money.USD
	accept(t, b, terms, "JPY/HKD 0.0512", noon)
	at := noon.Add(2 * time.Minute)
	_, _, err := b.Rate(money.JPY, money.HKD, at)
	refused(t, err, fault.Unavailable, fx.CodeRateStale)
	accept(t, b, terms, "USD/JPY 150", at)
	_, _, err = b.Rate(money.JPY, money.HKD, at)
	refused(t, err, fault.Unavailable, fx.CodeRateStale)
	accept(t, b, terms, "USD/HKD 7.8", at)
	if r, p, err := b.Rate(money.JPY, money.HKD, at); err != nil || p.Route != fx.Crossed || r != rate(t, "JPY/HKD 0.052") {
		t.Errorf("%v from %+v, %v", r, p, err)
	}
	_, _, err = b.Rate(money.JPY, money.HKD, at.Add(2*time.Minute))
	refused(t, err, fault.Unavailable, fx.CodeRateStale)
}

func TestSourcesThatDisagreeAreNamedAndPriorityWins(t *testing.T) {
	t.Parallel()
	b := &fx.Board{}
	accept(t, b, live(t, "first", 1), "JPY/HKD 0.0500", noon)
	accept(t, b, live(t, "near", 2), "JPY/HKD 0.0505", noon) // exactly the tolerance of 1 %
	accept(t, b, live(t, "far", 2), "HKD/JPY 19.5", noon)    // 2.6 % away, told the other way round
	accept(t, b, live(t, "old", 3), "JPY/HKD 0.06", noon.Add(-time.Minute-1))
	accept(t, b, live(t, "wild", 4), "JPY/HKD 0.09", noon)
	r, p, err := b.Rate(money.JPY, money.HKD, noon)
	if err != nil || r != rate(t, "JPY/HKD 0.0500") || !slices.Equal(p.Dissent, []fx.SourceID{"far", "wild"}) {
		t.Errorf("%v from %+v, %v", r, p, err)
	}
}

func TestSourcesOfOnePriorityAreAskedInTheOrderOfTheirIDs(t *testing.T) {
	t.Parallel()
	b := &fx.Board{}
	for _, id := range []fx.SourceID{"c", "a", "b"} {
		accept(t, b, live(t, id, 1), "JPY/HKD 0.05", noon)
	}
	terms := live(t, "b", 0) // promoted
	accept(t, b, terms, "JPY/HKD 0.05", noon.Add(time.Second))
	var order []fx.SourceID
	for _, s := range b.Sources() {
		order = append(order, s.ID)
	}
	if !slices.Equal(order, []fx.SourceID{"b", "a", "c"}) {
		t.Errorf("they are asked in the order %v", order)
	}
}

// Ratios that cannot be crossed exactly are no rate, and say why.
func TestACrossingWithTooManyDigitsIsMissing(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	terms.Pivot, terms.Calendar = money.EUR, calendar.Weekdays
	accept(t, b, terms, "EUR/JPY 163.45678901234567", noon)
	accept(t, b, terms, "EUR/HKD 8.22123456789012347", noon)
	_, _, err := b.Rate(money.JPY, money.HKD, noon)
	refused(t, err, fault.NotFound, fx.CodeRateMissing)
}
