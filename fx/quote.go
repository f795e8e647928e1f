// SPDX-License-Identifier: Apache-2.0

package fx

import (
	"strconv"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Codes of the errors about quotes.
const (
	CodePricingMalformed fault.Code = "fx_pricing_malformed"
	CodeQuoteMismatch    fault.Code = "fx_quote_mismatch"
	CodeAmountTooSmall   fault.Code = "fx_amount_too_small"
)

// spreadMax is where a spread stops being one: a whole price on top of the price. Units: basis points.
const spreadMax = 10_000

// priceDecimals is how many decimals a price has on the wire.
//
// Source: reference/alipay-wire-api.md 2.11, inquireExchangeRate.
const priceDecimals = 15

// Quote is a line of a price list: what a wallet's payers are charged for a currency from one time to another.
// Any number of payments may name it while it is valid; each keeps the rate and the id.
//
// Invariant: ID is a digest of everything else, so two different lines never share one.
type Quote struct {
	ID         ident.ID
	Wallet     string         // whose price list
	Base       money.Rate     // the merchant's currency in the wallet's, as the source has it
	Customer   money.Rate     // the same with the spread: what payers are charged
	From       time.Time      // valid from here
	To         time.Time      // until here, no longer
	Rounding   money.Rounding // of everything that is calculated from this quote
	Source     SourceID
	Guaranteed bool // the rate is held until To, whatever the market does
}

// PricingTerms are a wallet's contract about its price list.
type PricingTerms struct {
	Wallet            string
	SpreadBasisPoints int64
	Rounding          money.Rounding
	Lifetime          time.Duration
	Guaranteed        bool
}

// Price is the line of a wallet's price list that begins now.
//
// Invariant: rate is valid and came with provenance.
// Errors: Invalid fx_pricing_malformed, fx_same_currency; ratio_out_of_range when the rate has too many digits
// to bear the spread, or too few to be published.
func Price(rate money.Rate, provenance Provenance, terms PricingTerms, now time.Time) (Quote, error) {
	if err := terms.check(); err != nil {
		return Quote{}, err
	}
	if rate.Base() == rate.Quote() {
		return Quote{}, &fault.Error{Op: "fx.Price", Kind: fault.Invalid, Code: CodeSameCurrency,
			Subject: pairText(rate.Base(), rate.Quote()),
			Detail:  "a payment in the wallet's own currency needs no quote"}
	}
	customer, err := rate.Marked(money.BasisPoints(terms.SpreadBasisPoints))
	if err != nil {
		return Quote{}, fault.Wrap("fx.Price", err)
	}
	from := now.UTC().Truncate(time.Microsecond)
	q := Quote{Wallet: terms.Wallet, Base: rate, Customer: customer, From: from, To: from.Add(terms.Lifetime),
		Rounding: terms.Rounding, Source: provenance.Source, Guaranteed: terms.Guaranteed}
	if q.PriceText() == "0" {
		return Quote{}, &fault.Error{Op: "fx.Price", Kind: fault.Invalid, Code: money.CodeRatioRange,
			Subject: q.Pair(), Detail: "the price is below what 15 decimals can say"}
	}
	q.ID = q.name()
	return q, nil
}

func (t PricingTerms) check() error {
	problem := ""
	switch {
	case t.Wallet == "":
		problem = "a price list needs a wallet"
	case t.SpreadBasisPoints < 0 || t.SpreadBasisPoints >= spreadMax:
		problem = "the spread must be at least 0 and below 10000 basis points"
	case !t.Rounding.Valid():
		problem = "a price list needs a named rounding"
	case t.Lifetime <= 0 || t.Lifetime%time.Microsecond != 0:
		problem = "the lifetime of a quote must be above zero, in whole microseconds"
	default:
		return nil
	}
	return &fault.Error{Op: "fx.Price", Kind: fault.Invalid, Code: CodePricingMalformed, Subject: t.Wallet,
		Detail: problem}
}

// name is the identifier of the line: price lists belong to the house, and everything said in the line is in
// its name.
func (q Quote) name() ident.ID {
	return ident.Name(ident.House, ident.Quote, q.Wallet, q.Pair(), micros(q.From), micros(q.To),
		q.Base.Price().String(), q.Customer.Price().String(), q.Rounding.String(), string(q.Source),
		strconv.FormatBool(q.Guaranteed))
}

func micros(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }

// Sound reports whether the id is that of the line as it stands, and the spread is not negative: what comes back
// from storage or another process is checked with it.
func (q Quote) Sound() bool {
	return q.Base.Valid() && q.Customer.Valid() && q.Rounding.Valid() && q.From.Before(q.To) &&
		q.Base.Base() == q.Customer.Base() && q.Base.Quote() == q.Customer.Quote() &&
		q.Customer.Price().Compare(q.Base.Price()) >= 0 && q.ID == q.name()
}

// ValidAt reports whether a payment that is decided at t may name the quote: from ≤ t < to.
func (q Quote) ValidAt(t time.Time) bool { return !t.Before(q.From) && t.Before(q.To) }

// Pair is the merchant's currency and the wallet's, as the wire writes them: "JPY/HKD". One unit of the left costs
// PriceText units of the right.
//
// Source: reference/alipay-wire-api.md 2.3.
func (q Quote) Pair() string { return pairText(q.Customer.Base(), q.Customer.Quote()) }

// PriceText is the customer price as PriceText of its ratio.
func (q Quote) PriceText() string { return PriceText(q.Customer.Price()) }

// PriceText is a price as a plain decimal with at most 15 places. It is for people and wires; amounts are calculated from
// the exact ratio.
func PriceText(price money.Ratio) string {
	text := price.Decimal(priceDecimals, money.HalfEven)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// Convert is what a price becomes for the payer. Payer amount and base part are rounded once each, and the same
// way, so that the spread is a whole number and never negative.
//
// Invariant: q is sound.
// Errors: Invalid fx_quote_mismatch when the price is in another currency than the quote's left, fx_amount_too_small
// when nothing would be left to pay, amount_out_of_range.
func (q Quote) Convert(price money.Amount) (Conversion, error) {
	if price.Currency() != q.Customer.Base() {
		return Conversion{}, &fault.Error{Op: "fx.Convert", Kind: fault.Invalid, Code: CodeQuoteMismatch,
			Subject: q.ID.String(), Detail: "the quote is for prices in " + q.Customer.Base().String()}
	}
	tooSmall := &fault.Error{Op: "fx.Convert", Kind: fault.Invalid, Code: CodeAmountTooSmall, Subject: q.ID.String(),
		Detail: "the amount is less than the smallest unit of " + q.Customer.Quote().String()}
	if !price.Positive() {
		return Conversion{}, tooSmall
	}
	payer, err := q.Customer.Convert(price, q.Rounding)
	if err != nil {
		return Conversion{}, fault.Wrap("fx.Convert", err)
	}
	if payer.IsZero() {
		return Conversion{}, tooSmall
	}
	base, err := q.Base.Convert(price, q.Rounding)
	if err != nil {
		return Conversion{}, fault.Wrap("fx.Convert", err)
	}
	return Conversion{Quote: q.ID, Price: price, Payer: payer, Base: base, Spread: payer.Sub(base)}.checked(), nil
}
