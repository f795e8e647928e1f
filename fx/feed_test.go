// SPDX-License-Identifier: Apache-2.0

package fx_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
)

// The profiles of a bad feed, one after another, and what each may do to a pair: nothing, a halt, or age.
//
// Source: reference/reliability.md F19 and 2.4.
func TestNoProfileOfABadFeedReachesAPayment(t *testing.T) {
	t.Parallel()
	later := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	for name, c := range map[string]struct {
		said  []fx.Reading
		until time.Time
		code  fault.Code // what the pair answers in the end; empty: the first rate
	}{
		"frozen":                      {[]fx.Reading{reading(t, "live", "JPY/HKD 0.05", noon)}, later(61), fx.CodeRateStale},
		"zero, negative or no number": {[]fx.Reading{{Source: "live", At: later(1)}}, later(2), ""},
		"nothing but that":            {[]fx.Reading{{Source: "live", At: later(60)}}, later(61), fx.CodeRateStale},
		"tenfold":                     {[]fx.Reading{reading(t, "live", "JPY/HKD 0.5", later(1))}, later(2), fx.CodeRateHalted},
		"out of order": {[]fx.Reading{reading(t, "live", "JPY/HKD 0.049", later(-1)),
			reading(t, "live", "JPY/HKD 0.048", later(-2))}, later(2), ""},
		"from the future": {[]fx.Reading{reading(t, "live", "JPY/HKD 0.051", later(3600))}, later(2), ""},
		"turned round":    {[]fx.Reading{reading(t, "live", "JPY/HKD 20", later(1))}, later(2), ""},
		"wrong pair":      {[]fx.Reading{reading(t, "live", "JPY/HKD 0.0067", later(1))}, later(2), fx.CodeRateHalted},
		"another's":       {[]fx.Reading{reading(t, "evil", "JPY/HKD 0.051", later(1))}, later(2), ""},
	} {
		terms, b := live(t, "live", 1), &fx.Board{}
		accept(t, b, terms, "JPY/HKD 0.05", noon)
		accept(t, b, terms, "JPY/CNY 0.047", noon.Add(2*time.Second))
		for _, r := range c.said {
			_, _ = b.Accept(terms, r, later(2))
		}
		r, _, err := b.Rate(money.JPY, money.HKD, c.until)
		if fault.CodeOf(err) != c.code || (c.code == "" && r != rate(t, "JPY/HKD 0.05")) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
		if _, _, err := b.Rate(money.JPY, money.CNY, c.until); err != nil {
			t.Errorf("%s: a pair the feed did not touch answers %v", name, err)
		}
		if own := fx.Same(money.New(9_901, money.JPY)); own.Payer != money.New(9_901, money.JPY) {
			t.Errorf("%s: a payment in the wallet's own currency became %+v", name, own)
		}
	}
}

// in a million conversions none uses a quote that has expired, or one made from a rate that was never
// accepted or no longer fresh, and every amount is the exact one, rounded once.
//
// Source: reference/reliability.md I-12 and R-27, decisions.md B26.
func TestAMillionConversionsUseOnlyQuotesThatHold(t *testing.T) {
	t.Parallel()
	conversions := 1_000_000
	if testing.Short() {
		conversions = 20_000
	}
	w := newMarket(t, 42)
	done := 0
	for step := 0; done < conversions; step++ {
		w.now = w.now.Add(time.Duration(w.dice.IntN(20_000)) * time.Millisecond)
		w.listen()
		w.price()
		for range 50 {
			done += w.pay()
		}
		if step > conversions {
			t.Fatalf("only %d of %d conversions came about", done, conversions)
		}
	}
	for what, n := range map[string]int{"halts": w.halts, "hours without a rate": w.dry, "expired quotes": w.expired,
		"releases": w.releases} {
		if n == 0 {
			t.Errorf("the market never saw %s", what)
		}
	}
}

// market is a feed that misbehaves, a board, the newest line of a price list, and payers.
type market struct {
	t     testing.TB
	dice  *rand.Rand
	now   time.Time
	terms fx.SourceTerms
	board fx.Board
	truth int64 // the price of a yen, in millionths of a Hong Kong dollar
	quote fx.Quote

	halts, dry, expired, releases int
}

func newMarket(t testing.TB, seed uint64) *market {
	return &market{t: t, dice: rand.New(rand.NewPCG(seed, seed)), now: noon, terms: live(t, "live", 1), truth: 51_200}
}

// listen lets the feed say something: mostly the truth, at times any of its profiles.
func (w *market) listen() {
	w.truth = max(10_000, min(200_000, w.truth+int64(w.dice.IntN(1_001))-500))
	if w.dice.IntN(40) == 0 {
		w.truth = max(10_000, min(200_000, w.truth*int64(70+w.dice.IntN(70))/100)) // the market itself jumps
	}
	price, at := w.truth, w.now
	switch w.dice.IntN(12) {
	case 0:
		return // silent
	case 1:
		price *= 10
	case 2:
		price = max(price/10, 1)
	case 3:
		at = at.Add(-time.Duration(w.dice.IntN(300)) * time.Second)
	case 4:
		at = at.Add(time.Duration(w.dice.IntN(3_600)) * time.Second)
	}
	p, err := money.RatioOf(price, 1_000_000)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := money.NewRate(money.JPY, money.HKD, p)
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.board.Accept(w.terms, fx.Reading{Source: "live", Rate: r, At: at}, w.now)
	if fault.CodeOf(err) == fx.CodeRateHalted {
		w.halts++
		if w.dice.IntN(4) == 0 && price == w.truth { // an operator looks, and releases what is true
			if err := w.board.Release("live", r); err != nil {
				w.t.Fatal(err)
			}
			w.releases++
		}
	}
}

// price makes the next line of the price list when there is a rate to make it of.
func (w *market) price() {
	r, p, err := w.board.Rate(money.JPY, money.HKD, w.now)
	if err != nil {
		w.dry++
		return
	}
	held := w.board.Held()[0]
	if held.Halted() || r != held.Accepted.Rate || w.now.Sub(p.At) > time.Minute {
		w.t.Fatalf("at %v the rate is %v from %+v, the board holds %+v", w.now, r, p, held)
	}
	w.quote, err = fx.Price(r, p, fx.PricingTerms{Wallet: "w", SpreadBasisPoints: int64(w.dice.IntN(300)),
		Rounding: money.HalfEven, Lifetime: time.Minute}, w.now)
	if err != nil || !w.quote.Sound() {
		w.t.Fatalf("%+v, %v", w.quote, err)
	}
}

// pay converts one price some time after the last line was made, when that line is still valid.
func (w *market) pay() int {
	at := w.now.Add(time.Duration(w.dice.IntN(70_000)) * time.Millisecond)
	if !w.quote.ValidAt(at) {
		w.expired++
		return 0
	}
	if at.Before(w.quote.From) || !at.Before(w.quote.From.Add(time.Minute)) {
		w.t.Fatalf("a quote of %v is valid at %v", w.quote.From, at)
	}
	price := money.New(1+w.dice.Int64N(10_000_000), money.JPY)
	c, err := w.quote.Convert(price)
	if err != nil {
		if fault.CodeOf(err) != fx.CodeAmountTooSmall || price.Minor() > 1 {
			w.t.Fatal(err)
		}
		return 1
	}
	if c.Payer.Minor() != halfEven(price.Minor()*100, w.quote.Customer.Price()) ||
		c.Base.Minor() != halfEven(price.Minor()*100, w.quote.Base.Price()) ||
		c.Spread.Minor() != c.Payer.Minor()-c.Base.Minor() || c.Spread.Negative() || c.Quote != w.quote.ID {
		w.t.Fatalf("%v at %v became %+v", price, w.quote.Customer, c)
	}
	return 1
}
