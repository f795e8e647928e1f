// SPDX-License-Identifier: Apache-2.0

package fx_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
)

// noon is a Friday, and a business day of every calendar.
var noon = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

// live is a feed that never closes: 5 % from one reading to the next, readings of a minute.
func live(t testing.TB, id fx.SourceID, priority int) fx.SourceTerms {
	return fx.SourceTerms{ID: id, Priority: priority, AgeMax: time.Minute, Calendar: calendar.EveryDay,
		Band: ratio(t, "0.05"), Tolerance: ratio(t, "0.01")}
}

// daily is a source like the European Central Bank.
func daily(t testing.TB, priority int) fx.SourceTerms {
	return fx.SourceTerms{ID: "daily", Priority: priority, AgeMax: 5 * 24 * time.Hour, Calendar: calendar.Target,
		Pivot: money.EUR, Band: ratio(t, "0.1"), Tolerance: ratio(t, "0.02")}
}

func ratio(t testing.TB, text string) money.Ratio {
	t.Helper()
	r, err := money.ParseRatio(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rate is a pair and its price: "JPY/HKD 0.0512".
func rate(t testing.TB, text string) money.Rate {
	t.Helper()
	pair, price, _ := strings.Cut(text, " ")
	base, err := money.ParseCurrency(pair[:3])
	if err != nil {
		t.Fatal(err)
	}
	quote, err := money.ParseCurrency(pair[4:])
	if err != nil {
		t.Fatal(err)
	}
	r, err := money.NewRate(base, quote, ratio(t, price))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func reading(t testing.TB, source fx.SourceID, text string, at time.Time) fx.Reading {
	t.Helper()
	return fx.Reading{Source: source, Rate: rate(t, text), At: at}
}

// accept puts a reading on the board that the test knows to be good.
func accept(t testing.TB, b *fx.Board, terms fx.SourceTerms, text string, at time.Time) {
	t.Helper()
	if changed, err := b.Accept(terms, reading(t, terms.ID, text, at), at); err != nil || !changed {
		t.Fatalf("%s at %v: %v, %v", text, at, changed, err)
	}
}

func refused(t testing.TB, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code || fault.KindOf(err) != kind || fault.DetailOf(err) == "" {
		t.Errorf("the error is %v (%v), not %v %v", err, fault.KindOf(err), kind, code)
	}
}

func sameBoard(a, b *fx.Board) bool {
	return slices.Equal(a.Held(), b.Held()) && slices.Equal(a.Sources(), b.Sources())
}

func TestAcceptRefusesReadingsThatNothingCanMakeRight(t *testing.T) {
	t.Parallel()
	terms := live(t, "live", 1)
	good := reading(t, "live", "JPY/HKD 0.0512", noon)
	same := good
	same.Rate = rate(t, "JPY/JPY 1")
	for name, c := range map[string]struct {
		reading fx.Reading
		code    fault.Code
	}{
		"zero rate or unknown currency": {fx.Reading{Source: "live", At: noon}, fx.CodeReadingMalformed},
		"one currency":                  {same, fx.CodeReadingMalformed},
		"other source":                  {fx.Reading{Source: "other", Rate: good.Rate, At: noon}, fx.CodeReadingMalformed},
		"no time":                       {fx.Reading{Source: "live", Rate: good.Rate}, fx.CodeReadingMalformed},
		"before 1970": {fx.Reading{Source: "live", Rate: good.Rate, At: time.Unix(-1, 0)},
			fx.CodeReadingMalformed},
		"future": {reading(t, "live", "JPY/HKD 0.0512", noon.Add(10*time.Second+1)), fx.CodeReadingFuture},
	} {
		var b fx.Board
		changed, err := b.Accept(terms, c.reading, noon)
		if changed || len(b.Held()) != 0 {
			t.Errorf("%s: the board holds %v", name, b.Held())
		}
		refused(t, err, fault.Invalid, c.code)
	}
	var b fx.Board
	ahead := reading(t, "live", "JPY/HKD 0.0512", noon.Add(10*time.Second))
	if changed, err := b.Accept(terms, ahead, noon); err != nil || !changed {
		t.Errorf("a clock ten seconds ahead: %v, %v", changed, err)
	}
}

func TestAcceptRefusesTermsThatDecideNothing(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*fx.SourceTerms){
		"no id":         func(t *fx.SourceTerms) { t.ID = "" },
		"no age":        func(t *fx.SourceTerms) { t.AgeMax = 0 },
		"negative age":  func(t *fx.SourceTerms) { t.AgeMax = -time.Second },
		"no calendar":   func(t *fx.SourceTerms) { t.Calendar = 0 },
		"no band":       func(t *fx.SourceTerms) { t.Band = money.Ratio{} },
		"no tolerance":  func(t *fx.SourceTerms) { t.Tolerance = money.Ratio{} },
		"unknown pivot": func(t *fx.SourceTerms) { t.Pivot = 999 },
	} {
		terms := live(t, "live", 1)
		r := reading(t, "live", "JPY/HKD 0.0512", noon)
		spoil(&terms)
		r.Source = terms.ID
		var b fx.Board
		if changed, err := b.Accept(terms, r, noon); changed || fault.CodeOf(err) != fx.CodeTermsMalformed {
			t.Errorf("%s: %v, %v", name, changed, err)
		}
	}
}

func TestAcceptIgnoresAndReportsWhatIsOutOfOrder(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	accept(t, b, terms, "JPY/HKD 0.0512", noon)
	before := b.Held()
	changed, err := b.Accept(terms, reading(t, "live", "JPY/HKD 0.0513", noon.Add(-time.Second)), noon)
	refused(t, err, fault.Conflict, fx.CodeReadingOrder)
	if changed || !slices.Equal(b.Held(), before) {
		t.Error("an older reading changed the board")
	}
	changed, err = b.Accept(terms, reading(t, "live", "JPY/HKD 0.0513", noon), noon)
	refused(t, err, fault.Conflict, fx.CodeReadingOrder)
	if changed || !slices.Equal(b.Held(), before) {
		t.Error("a contradiction changed the board")
	}
	if changed, err = b.Accept(terms, reading(t, "live", "JPY/HKD 0.0512", noon), noon); changed || err != nil {
		t.Errorf("a repeated reading: %v, %v", changed, err)
	}
	inverse := fx.Reading{Source: "live", Rate: rate(t, "JPY/HKD 0.0512").Inverse(), At: noon}
	if changed, err = b.Accept(terms, inverse, noon); changed || err != nil {
		t.Errorf("the same said the other way round: %v, %v", changed, err)
	}
}

func TestAJumpHaltsThePairUntilTheRateIsBack(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	accept(t, b, terms, "JPY/HKD 0.0500", noon)
	accept(t, b, terms, "JPY/CNY 0.0470", noon)
	for i, c := range []struct {
		price  string
		halted bool
	}{
		{"0.0525", false}, // exactly the band
		{"0.5250", true},  // ×10
		{"0.5251", true},  // still there
		{"0.0556", true},  // nearer, but beyond the band of the last accepted one
		{"0.0530", false}, // back
		{"0.0053", true},  // ÷10
		{"0.0531", false},
	} {
		at := noon.Add(time.Duration(i+1) * time.Second)
		changed, err := b.Accept(terms, reading(t, "live", "JPY/HKD "+c.price, at), at)
		if !changed || (err != nil) != c.halted {
			t.Fatalf("%s: %v, %v", c.price, changed, err)
		}
		_, _, missing := b.Rate(money.JPY, money.HKD, at)
		if c.halted {
			refused(t, err, fault.Unavailable, fx.CodeRateHalted)
			refused(t, missing, fault.Unavailable, fx.CodeRateHalted)
		} else if missing != nil {
			t.Errorf("%s: %v", c.price, missing)
		}
		if _, _, err := b.Rate(money.JPY, money.CNY, at); err != nil {
			t.Errorf("another pair of the source is stopped as well: %v", err)
		}
	}
}

func TestAReadingOlderThanTheOffendingOneLiftsNoHalt(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	accept(t, b, terms, "JPY/HKD 0.0500", noon)
	late := noon.Add(10 * time.Second)
	jump := reading(t, "live", "JPY/HKD 0.5", late)
	if changed, err := b.Accept(terms, jump, late); !changed || fault.CodeOf(err) != fx.CodeRateHalted {
		t.Fatalf("the jump: %v, %v", changed, err)
	}
	changed, err := b.Accept(terms, reading(t, "live", "JPY/HKD 0.05", late.Add(-time.Second)), late)
	if changed || fault.CodeOf(err) != fx.CodeReadingOrder {
		t.Errorf("an earlier reading: %v, %v", changed, err)
	}
	if changed, err = b.Accept(terms, jump, late); changed || fault.CodeOf(err) != fx.CodeRateHalted {
		t.Errorf("the jump repeated: %v, %v", changed, err)
	}
	if h := b.Held()[0]; !h.Halted() || h.Offending != jump || h.Accepted.Rate != rate(t, "JPY/HKD 0.05") {
		t.Errorf("the board holds %+v", h)
	}
}

func TestAPairTurnedRoundIsRefusedAndHaltsNothing(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	accept(t, b, terms, "JPY/HKD 0.0512", noon)
	later := noon.Add(time.Second)
	changed, err := b.Accept(terms, reading(t, "live", "JPY/HKD 19.53", later), later)
	refused(t, err, fault.Invalid, fx.CodeReadingInverted)
	if changed || b.Held()[0].Halted() {
		t.Error("an inverted price changed the board")
	}
	if changed, err = b.Accept(terms, reading(t, "live", "HKD/JPY 19.53", later), later); !changed || err != nil {
		t.Errorf("the same price for the right pair: %v, %v", changed, err)
	}
}

func TestReleaseAcceptsWhatTheOperatorSaw(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	accept(t, b, terms, "JPY/HKD 0.0500", noon)
	refused(t, b.Release("live", rate(t, "JPY/HKD 0.05")), fault.NotFound, fx.CodeHaltMissing)
	refused(t, b.Release("live", rate(t, "JPY/USD 0.05")), fault.NotFound, fx.CodeHaltMissing)
	for i, price := range []string{"0.0700", "0.0710"} {
		at := noon.Add(time.Duration(i+1) * time.Second)
		if _, err := b.Accept(terms, reading(t, "live", "JPY/HKD "+price, at), at); fault.CodeOf(err) != fx.CodeRateHalted {
			t.Fatal(err)
		}
	}
	refused(t, b.Release("live", rate(t, "JPY/HKD 0.0500")), fault.Conflict, fx.CodeHaltChanged)
	refused(t, b.Release("live", rate(t, "HKD/JPY 20")), fault.Conflict, fx.CodeHaltChanged)
	refused(t, b.Release("other", rate(t, "JPY/HKD 0.07")), fault.NotFound, fx.CodeHaltMissing)
	if err := b.Release("live", rate(t, "JPY/HKD 0.0700")); err != nil {
		t.Fatal(err)
	}
	r, _, err := b.Rate(money.JPY, money.HKD, noon.Add(2*time.Second))
	if err != nil || r != rate(t, "JPY/HKD 0.0710") {
		t.Errorf("after the release the rate is %v, %v", r, err)
	}
	accept(t, b, terms, "JPY/HKD 0.0720", noon.Add(3*time.Second))
}

func TestTheBoardIsRebuiltFromWhatItLists(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := wander(t)
		held := rapid.Permutation(b.Held()).Draw(t, "order")
		terms := rapid.Permutation(b.Sources()).Draw(t, "terms")
		again, err := fx.Restore(terms, held)
		if err != nil || !sameBoard(again, b) {
			t.Fatalf("%v\nis rebuilt as\n%v, %v", b.Held(), again.Held(), err)
		}
	})
}

func TestRestoreLeavesOutSourcesWithoutTermsAndRefusesTheRest(t *testing.T) {
	t.Parallel()
	terms := live(t, "live", 1)
	h := fx.Held{Accepted: reading(t, "live", "JPY/HKD 0.0512", noon)}
	if b, err := fx.Restore(nil, []fx.Held{h}); err != nil || len(b.Held()) != 0 {
		t.Errorf("a source without terms: %v", err)
	}
	turned := fx.Held{Accepted: reading(t, "live", "HKD/JPY 19", noon)}
	moved := fx.Held{Accepted: h.Accepted, Offending: reading(t, "live", "JPY/CNY 0.5", noon.Add(1))}
	early := fx.Held{Accepted: h.Accepted, Offending: reading(t, "live", "JPY/HKD 0.5", noon)}
	for name, held := range map[string][]fx.Held{"twice": {h, h}, "both ways": {h, turned}, "another pair": {moved},
		"halted before": {early}, "no rate": {{Accepted: fx.Reading{Source: "live", At: noon}}}} {
		if _, err := fx.Restore([]fx.SourceTerms{terms}, held); fault.CodeOf(err) != fx.CodeReadingMalformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := fx.Restore([]fx.SourceTerms{{ID: "live"}}, nil); fault.CodeOf(err) != fx.CodeTermsMalformed {
		t.Errorf("terms that decide nothing: %v", err)
	}
}

func TestACloneIsABoardOfItsOwn(t *testing.T) {
	t.Parallel()
	terms, b := live(t, "live", 1), &fx.Board{}
	accept(t, b, terms, "JPY/HKD 0.0512", noon)
	c := b.Clone()
	accept(t, b, terms, "JPY/HKD 0.0513", noon.Add(time.Second))
	if r, _, err := c.Rate(money.JPY, money.HKD, noon); err != nil || r != rate(t, "JPY/HKD 0.0512") {
		t.Errorf("the clone has %v, %v", r, err)
	}
}

// wander is a board after some readings of any sort.
func wander(t *rapid.T) *fx.Board {
	b := &fx.Board{}
	sources := []fx.SourceID{"a", "b", "c"}
	pairs := [][2]money.Currency{{money.JPY, money.HKD}, {money.HKD, money.JPY}, {money.EUR, money.JPY},
		{money.EUR, money.HKD}, {money.CNY, money.JPY}}
	for range rapid.IntRange(0, 40).Draw(t, "readings") {
		source := rapid.IntRange(0, 2).Draw(t, "source")
		terms := fx.SourceTerms{ID: sources[source], Priority: source % 2, AgeMax: time.Minute, Calendar: calendar.EveryDay,
			Pivot: money.EUR, Band: money.BasisPoints(2000), Tolerance: money.BasisPoints(100)}
		price, err := money.RatioOf(rapid.Int64Range(80, 130).Draw(t, "price"), 100)
		if err != nil {
			t.Fatal(err)
		}
		pair := rapid.SampledFrom(pairs).Draw(t, "pair")
		r, err := money.NewRate(pair[0], pair[1], price)
		if err != nil {
			t.Fatal(err)
		}
		at := noon.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "second")) * time.Second)
		before := b.Clone()
		changed, err := b.Accept(terms, fx.Reading{Source: terms.ID, Rate: r, At: at}, noon.Add(90*time.Second))
		if changed == slices.Equal(before.Held(), b.Held()) {
			t.Fatalf("changed is %v, the board went from %v to %v", changed, before.Held(), b.Held())
		}
		if !changed && err == nil && !said(before, terms.ID, r, at) {
			t.Fatalf("%v was swallowed", r)
		}
	}
	return b
}

// said reports whether a board already holds a reading as the newest of its pair.
func said(b *fx.Board, source fx.SourceID, r money.Rate, at time.Time) bool {
	return slices.ContainsFunc(b.Held(), func(h fx.Held) bool {
		return h.Accepted.Source == source && h.Accepted.At.Equal(at) &&
			(h.Accepted.Rate == r || h.Accepted.Rate == r.Inverse())
	})
}

// Whatever was said, an accepted rate is never beyond the band of the one before it.
func TestNoAcceptedRateIsBeyondTheBandOfTheOneBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		terms := fx.SourceTerms{ID: "a", AgeMax: time.Minute, Calendar: calendar.EveryDay,
			Band: money.BasisPoints(rapid.Int64Range(0, 20_000).Draw(t, "band")), Tolerance: money.One}
		b, last := &fx.Board{}, (*big.Rat)(nil)
		band := exact(terms.Band)
		for i := range rapid.IntRange(1, 20).Draw(t, "n") {
			price, err := money.RatioOf(rapid.Int64Range(1, 400).Draw(t, "num"), rapid.Int64Range(1, 400).Draw(t, "den"))
			if err != nil {
				t.Fatal(err)
			}
			r, err := money.NewRate(money.JPY, money.HKD, price)
			if err != nil {
				t.Fatal(err)
			}
			at := noon.Add(time.Duration(i) * time.Second)
			_, err = b.Accept(terms, fx.Reading{Source: "a", Rate: r, At: at}, at)
			inside := last == nil || within(last, exact(price), band)
			if (err == nil) != inside {
				t.Fatalf("%v after %v in a band of %v: %v", price, last, band, err)
			}
			if err == nil {
				last = exact(price)
			}
		}
	})
}

func exact(r money.Ratio) *big.Rat {
	num, den := r.Terms()
	return big.NewRat(num, den)
}

// within reports whether the larger of two prices is at most (1 + band) times the smaller.
func within(a, b, band *big.Rat) bool {
	if a.Cmp(b) < 0 {
		a, b = b, a
	}
	limit := new(big.Rat).Add(big.NewRat(1, 1), band)
	return a.Cmp(limit.Mul(limit, b)) <= 0
}

func TestASourceIsSilentWhenNothingItSaidIsFresh(t *testing.T) {
	t.Parallel()
	quick, slow := live(t, "quick", 1), daily(t, 2)
	b, err := fx.Restore([]fx.SourceTerms{quick, slow}, nil)
	if err != nil {
		t.Fatal(err)
	}
	accept(t, b, quick, "JPY/HKD 0.0512", noon)
	accept(t, b, quick, "JPY/KRW 9.41", noon.Add(50*time.Second))
	for after, want := range map[time.Duration][]fx.SourceID{0: {"daily"}, 100 * time.Second: {"daily"},
		2 * time.Minute: {"quick", "daily"}} {
		if got := b.Silent(noon.Add(after)); !slices.Equal(got, want) {
			t.Errorf("after %v: silent %v, want %v", after, got, want)
		}
	}
	accept(t, b, slow, "EUR/JPY 163.45", noon)
	if got := b.Silent(noon); len(got) != 0 {
		t.Errorf("silent %v", got)
	}
	if held, ok := b.Of("quick", rate(t, "HKD/JPY 20")); !ok || held.Accepted.Rate.Base() != money.JPY {
		t.Errorf("%+v, %v", held, ok)
	}
}
