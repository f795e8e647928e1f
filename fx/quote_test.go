// SPDX-License-Identifier: Apache-2.0

package fx_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
)

var minute = fx.PricingTerms{Wallet: "sample-wallet", SpreadBasisPoints: 60, Rounding: money.HalfEven, Lifetime: time.Minute}

func quoted(t testing.TB, text string, terms fx.PricingTerms) fx.Quote {
	t.Helper()
	q, err := fx.Price(rate(t, text), fx.Provenance{Source: "live", Route: fx.Direct, At: noon}, terms, noon)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// halfEven is n × r, rounded half to even, by other means than package money's.
func halfEven(n int64, r money.Ratio) int64 {
	num, den := r.Terms()
	whole, rest := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(n), big.NewInt(num)), big.NewInt(den), new(big.Int))
	twice := rest.Lsh(rest, 1).Cmp(big.NewInt(den))
	if twice > 0 || (twice == 0 && whole.Bit(0) == 1) {
		return whole.Int64() + 1
	}
	return whole.Int64()
}

func TestPriceMakesALineThatSaysEverything(t *testing.T) {
	t.Parallel()
	terms := minute
	terms.Guaranteed = true
	q := quoted(t, "JPY/HKD 0.0512", terms)
	if q.Wallet != "sample-wallet" || q.Base != rate(t, "JPY/HKD 0.0512") || q.Customer != rate(t, "JPY/HKD 0.0515072") ||
		!q.From.Equal(noon) || !q.To.Equal(noon.Add(time.Minute)) || q.Rounding != money.HalfEven || q.Source != "live" ||
		!q.Guaranteed || q.ID.IsZero() || q.ID.Lane != ident.House || !q.Sound() {
		t.Errorf("the line is %+v", q)
	}
	if q.Pair() != "JPY/HKD" || q.PriceText() != "0.0515072" {
		t.Errorf("the wire says %s %s", q.Pair(), q.PriceText())
	}
}

func TestPriceTextHasAtMostFifteenDecimalsAndNoIdleZeros(t *testing.T) {
	t.Parallel()
	free := minute
	free.SpreadBasisPoints = 0
	for _, c := range []struct{ rate, want string }{
		{"JPY/HKD 0.05", "0.05"},
		{"HKD/JPY 20", "20"},
		{"HKD/JPY 100.10", "100.1"},
		{"KRW/KWD 0.00022", "0.00022"},
		{"JPY/HKD 0.012345678901234567", "0.012345678901235"},
	} {
		if got := quoted(t, c.rate, free).PriceText(); got != c.want {
			t.Errorf("%s is written %s", c.rate, got)
		}
	}
	third, err := money.RatioOf(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	r, err := money.NewRate(money.JPY, money.HKD, third)
	if err != nil {
		t.Fatal(err)
	}
	q, err := fx.Price(r, fx.Provenance{Source: "live"}, free, noon)
	if err != nil || q.PriceText() != "0.333333333333333" {
		t.Errorf("a third is written %s, %v", q.PriceText(), err)
	}
}

func TestOneUnitOfTheLeftCostsPriceUnitsOfTheRight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuote(t)
		back, ok := new(big.Rat).SetString(q.PriceText())
		if !ok || len(q.PriceText())-strings.IndexByte(q.PriceText()+".", '.') > 16 {
			t.Fatalf("the price is written %s", q.PriceText())
		}
		off := back.Sub(back, exact(q.Customer.Price()))
		if off.Abs(off).Cmp(big.NewRat(1, 2_000_000_000_000_000)) > 0 {
			t.Fatalf("%v is written %s", q.Customer, q.PriceText())
		}
	})
}

func TestPriceRefusesWhatIsNoPriceList(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*fx.PricingTerms){
		"no wallet":           func(p *fx.PricingTerms) { p.Wallet = "" },
		"negative spread":     func(p *fx.PricingTerms) { p.SpreadBasisPoints = -1 },
		"spread of the price": func(p *fx.PricingTerms) { p.SpreadBasisPoints = 10_000 },
		"no rounding":         func(p *fx.PricingTerms) { p.Rounding = 0 },
		"no lifetime":         func(p *fx.PricingTerms) { p.Lifetime = 0 },
		"split lifetime":      func(p *fx.PricingTerms) { p.Lifetime = time.Second + 1 },
	} {
		terms := minute
		spoil(&terms)
		_, err := fx.Price(rate(t, "JPY/HKD 0.05"), fx.Provenance{}, terms, noon)
		if fault.CodeOf(err) != fx.CodePricingMalformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := fx.Price(rate(t, "JPY/JPY 1"), fx.Provenance{}, minute, noon)
	refused(t, err, fault.Invalid, fx.CodeSameCurrency)
	_, err = fx.Price(rate(t, "JPY/HKD 0.0000000000000001"), fx.Provenance{}, minute, noon)
	refused(t, err, fault.Invalid, money.CodeRatioRange)
	_, err = fx.Price(rate(t, "JPY/KRW 0.999999999999999997"), fx.Provenance{}, minute, noon)
	if fault.CodeOf(err) != money.CodeRatioRange {
		t.Errorf("a rate too long to bear a spread: %v", err)
	}
}

func TestAQuoteHoldsFromItsStartUntilBeforeItsEnd(t *testing.T) {
	t.Parallel()
	q := quoted(t, "JPY/HKD 0.0512", minute)
	for after, valid := range map[time.Duration]bool{-time.Microsecond: false, 0: true, time.Minute - time.Microsecond: true,
		time.Minute: false, time.Hour: false} {
		if q.ValidAt(noon.Add(after)) != valid {
			t.Errorf("%v after its start the quote is valid: %v", after, !valid)
		}
	}
}

// A line that differs in anything has another name, and a line that was altered is not sound.
func TestTheIDNamesTheWholeLine(t *testing.T) {
	t.Parallel()
	q := quoted(t, "JPY/HKD 0.0512", minute)
	if again := quoted(t, "JPY/HKD 0.0512", minute); again.ID != q.ID {
		t.Error("the same line has two names")
	}
	for name, alter := range map[string]func(*fx.Quote){
		"wallet":     func(q *fx.Quote) { q.Wallet = "other" },
		"base":       func(q *fx.Quote) { q.Base = rate(t, "JPY/HKD 0.0511") },
		"customer":   func(q *fx.Quote) { q.Customer = rate(t, "JPY/HKD 0.06") },
		"from":       func(q *fx.Quote) { q.From = q.From.Add(-time.Microsecond) },
		"to":         func(q *fx.Quote) { q.To = q.To.Add(time.Microsecond) },
		"rounding":   func(q *fx.Quote) { q.Rounding = money.Up },
		"source":     func(q *fx.Quote) { q.Source = "other" },
		"guaranteed": func(q *fx.Quote) { q.Guaranteed = true },
		"pair": func(q *fx.Quote) {
			q.Base, q.Customer = rate(t, "CNY/HKD 0.0512"), rate(t, "CNY/HKD 0.0515072")
		},
		"mixed pairs":  func(q *fx.Quote) { q.Base = rate(t, "CNY/HKD 0.0512") },
		"below base":   func(q *fx.Quote) { q.Customer = rate(t, "JPY/HKD 0.05") },
		"no rate":      func(q *fx.Quote) { q.Customer = money.Rate{} },
		"id":           func(q *fx.Quote) { q.ID.Digest[0]++ },
		"end at start": func(q *fx.Quote) { q.To = q.From },
	} {
		altered := q
		alter(&altered)
		if altered.Sound() {
			t.Errorf("with another %s the line is still sound", name)
		}
	}
}

func TestConvertRoundsOnceAndExplainsThePrice(t *testing.T) {
	t.Parallel()
	with := func(spread int64, m money.Rounding) fx.PricingTerms {
		terms := minute
		terms.SpreadBasisPoints, terms.Rounding = spread, m
		return terms
	}
	for _, c := range []struct {
		rate                string
		terms               fx.PricingTerms
		minor               int64
		payer, base, spread string
	}{
		{"JPY/HKD 0.0512", with(59, money.HalfEven), 1_000, "HKD 51.50", "HKD 51.20", "HKD 0.30"}, // 51.50208
		{"JPY/HKD 0.0512", with(0, money.HalfEven), 1_000, "HKD 51.20", "HKD 51.20", "HKD 0.00"},
		{"JPY/CNY 0.064622", with(0, money.HalfUp), 200, "CNY 12.92", "CNY 12.92", "CNY 0.00"},
		{"JPY/CNY 0.064622", with(0, money.Up), 200, "CNY 12.93", "CNY 12.93", "CNY 0.00"},
		{"JPY/KRW 9.45", with(100, money.HalfEven), 10, "KRW 95", "KRW 94", "KRW 1"}, // 95.445 and 94.5
		{"JPY/KRW 9.45", with(100, money.HalfUp), 10, "KRW 95", "KRW 95", "KRW 0"},
		{"JPY/KWD 0.002011", with(198, money.HalfEven), 1_980, "KWD 4.061", "KWD 3.982", "KWD 0.079"},
		{"JPY/USD 0.0066", with(100, money.HalfEven), 1, "USD 0.01", "USD 0.01", "USD 0.00"},
		{"JPY/USD 0.00499", with(100, money.HalfEven), 1, "USD 0.01", "USD 0.00", "USD 0.01"}, // nothing but spread
	} {
		got, err := quoted(t, c.rate, c.terms).Convert(money.New(c.minor, money.JPY))
		if err != nil || got.Payer.String() != c.payer || got.Base.String() != c.base || got.Spread.String() != c.spread ||
			got.Price != money.New(c.minor, money.JPY) || !got.Exchanges() {
			t.Errorf("JPY %d at %s: %+v, %v", c.minor, c.rate, got, err)
		}
	}
}

func TestConvertRefusesWhatTheQuoteIsNotFor(t *testing.T) {
	t.Parallel()
	q := quoted(t, "JPY/USD 0.0049", fx.PricingTerms{Wallet: "w", Rounding: money.HalfEven, Lifetime: time.Minute})
	_, err := q.Convert(money.New(1_000, money.HKD))
	refused(t, err, fault.Invalid, fx.CodeQuoteMismatch)
	_, err = q.Convert(money.Amount{})
	refused(t, err, fault.Invalid, fx.CodeQuoteMismatch)
	for _, minor := range []int64{1, 0, -5} { // 0.49 cents, nothing, less than nothing
		_, err = q.Convert(money.New(minor, money.JPY))
		refused(t, err, fault.Invalid, fx.CodeAmountTooSmall)
	}
	_, err = quoted(t, "JPY/KRW 9999.99", minute).Convert(money.New(9_000_000_000_000_000, money.JPY))
	if fault.CodeOf(err) != money.CodeAmountRange {
		t.Errorf("an amount beyond 63 bits: %v", err)
	}
}

// drawQuote is any quote between currencies of no, two and three decimals.
func drawQuote(t *rapid.T) fx.Quote {
	base := rapid.SampledFrom([]money.Currency{money.JPY, money.KWD, money.EUR}).Draw(t, "base")
	quote := rapid.SampledFrom([]money.Currency{money.HKD, money.KRW, money.CNY, money.BHD}).Draw(t, "quote")
	price, err := money.RatioOf(rapid.Int64Range(1, 999_999).Draw(t, "num"), rapid.Int64Range(1, 999_999).Draw(t, "den"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := money.NewRate(base, quote, price)
	if err != nil {
		t.Fatal(err)
	}
	q, err := fx.Price(r, fx.Provenance{Source: "live"}, fx.PricingTerms{Wallet: "w",
		SpreadBasisPoints: rapid.Int64Range(0, 500).Draw(t, "spread"), Rounding: drawRounding(t), Lifetime: time.Minute}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func drawRounding(t *rapid.T) money.Rounding {
	return rapid.SampledFrom([]money.Rounding{money.HalfEven, money.HalfUp, money.Down, money.Up}).Draw(t, "rounding")
}
