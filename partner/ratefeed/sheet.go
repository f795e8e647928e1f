// SPDX-License-Identifier: Apache-2.0

package ratefeed

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// digitsMax is how many digits a price may have, and how many of them after the point. With more, a rate could not
// bear a spread and stay exact.
const digitsMax = 12

// timeForm writes a time as the books keep it, to the microsecond.
const timeForm = "2006-01-02T15:04:05.000000Z07:00"

// Sheet is everything a feed says at one time.
type Sheet struct {
	Source   fx.SourceID
	At       time.Time // when the rates were taken
	Sequence int64     // from 1; a later sheet has a larger one
	Lines    []Line
}

// Line is the market in one pair: one unit of the left currency is bought at Bid and sold at Ask.
type Line struct {
	Pair string `json:"pair"` // "JPY/HKD"
	Bid  string `json:"bid"`
	Ask  string `json:"ask"`
}

// message is a sheet as it travels.
type message struct {
	Source   string `json:"source"`
	At       string `json:"at"`
	Sequence int64  `json:"sequence"`
	Rates    []Line `json:"rates"`
}

// Parse reads a sheet; its lines are judged by Readings. Unknown fields are refused.
//
// Errors: those of wire.Decode; Invalid ratefeed_sheet_malformed naming the field, time_malformed.
func Parse(raw []byte) (Sheet, error) {
	var m message
	if err := wire.Decode(raw, &m); err != nil {
		return Sheet{}, fault.Wrap("ratefeed.Parse", err)
	}
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	if err := strict.Decode(new(message)); err != nil {
		return Sheet{}, malformed("body", "a field is none of source, at, sequence, rates, pair, bid and ask")
	}
	at, err := wire.ParseTime(m.At)
	if err != nil {
		return Sheet{}, fault.Wrap("ratefeed.Parse", err)
	}
	switch {
	case m.Source == "":
		return Sheet{}, malformed("source", "source is missing")
	case m.Sequence < 1:
		return Sheet{}, malformed("sequence", "sequence must be at least 1")
	case len(m.Rates) == 0:
		return Sheet{}, malformed("rates", "rates is missing or empty")
	}
	return Sheet{Source: fx.SourceID(m.Source), At: at, Sequence: m.Sequence, Lines: m.Rates}, nil
}

// Encode writes the sheet as it travels, when all of it would be believed.
//
// Errors: those of Parse and Readings.
func (s Sheet) Encode() ([]byte, error) {
	if _, err := s.Readings(); err != nil {
		return nil, err
	}
	raw, err := wire.Encode(message{Source: string(s.Source), At: s.At.UTC().Format(timeForm),
		Sequence: s.Sequence, Rates: s.Lines})
	if err != nil {
		return nil, err
	}
	if _, err := Parse(raw); err != nil {
		return nil, err
	}
	return raw, nil
}

// Readings are the means of the lines that can be believed, in the order of the sheet. A line is left out, and
// named in the error, when its pair is no pair of two currencies of ISO 4217 or stands in the sheet twice, in
// either direction; when bid or ask is no plain decimal above zero of at most 12 digits; when they are crossed,
// the bid above the ask.
//
// Errors: Invalid ratefeed_line_refused naming the pair, joined when there are several.
func (s Sheet) Readings() ([]fx.Reading, error) {
	var readings []fx.Reading
	var refused []error
	counts := map[[2]money.Currency]int{}
	for _, l := range s.Lines {
		if base, quote, ok := l.currencies(); ok {
			counts[unordered(base, quote)]++
		}
	}
	for i, l := range s.Lines {
		rate, problem := l.rate(counts)
		if problem != "" {
			refused = append(refused, &fault.Error{Op: "ratefeed.Readings", Kind: fault.Invalid,
				Code: CodeLineRefused, Subject: l.subject(i), Detail: problem})
			continue
		}
		readings = append(readings, fx.Reading{Source: s.Source, Rate: rate, At: s.At})
	}
	return readings, errors.Join(refused...)
}

// rate is the mean of a line, or what is wrong with it.
func (l Line) rate(counts map[[2]money.Currency]int) (rate money.Rate, problem string) {
	base, quote, ok := l.currencies()
	if !ok || base == quote {
		return money.Rate{}, "pair must be two different currencies of ISO 4217, like JPY/HKD"
	}
	if counts[unordered(base, quote)] > 1 {
		return money.Rate{}, "the pair stands in the sheet twice"
	}
	bid, okBid := price(l.Bid)
	ask, okAsk := price(l.Ask)
	if !okBid || !okAsk {
		return money.Rate{}, "bid and ask must be plain decimals above zero with at most 12 digits"
	}
	if bid.Compare(ask) > 0 {
		return money.Rate{}, "bid and ask are crossed"
	}
	mean, err := middle(bid, ask)
	if err == nil {
		rate, err = money.NewRate(base, quote, mean)
	}
	if err != nil {
		return money.Rate{}, "the mean of bid and ask has too many digits"
	}
	return rate, ""
}

func (l Line) currencies() (base, quote money.Currency, ok bool) {
	left, right, _ := strings.Cut(l.Pair, "/")
	base, errBase := money.ParseCurrency(left)
	quote, errQuote := money.ParseCurrency(right)
	return base, quote, errBase == nil && errQuote == nil
}

// subject names a line without repeating what a stranger wrote.
func (l Line) subject(place int) string {
	if base, quote, ok := l.currencies(); ok {
		return base.String() + "/" + quote.String()
	}
	return "rates[" + big.NewInt(int64(place)).String() + "]"
}

// price reads a bid or an ask.
func price(text string) (money.Ratio, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > digitsMax || len(strings.TrimLeft(whole+fraction, "0")) > digitsMax {
		return money.Ratio{}, false
	}
	p, err := money.ParseRatio(text)
	return p, err == nil && !p.IsZero()
}

// middle is half of the sum, exactly.
//
// Errors: Invalid ratio_out_of_range.
func middle(bid, ask money.Ratio) (money.Ratio, error) {
	sum := new(big.Rat).Add(exact(bid), exact(ask))
	half := sum.Mul(sum, big.NewRat(1, 2))
	if !half.Num().IsInt64() || !half.Denom().IsInt64() {
		return money.Ratio{}, &fault.Error{Op: "ratefeed.Readings", Kind: fault.Invalid, Code: money.CodeRatioRange,
			Detail: "the mean of bid and ask has too many digits"}
	}
	return money.RatioOf(half.Num().Int64(), half.Denom().Int64())
}

func exact(r money.Ratio) *big.Rat {
	num, den := r.Terms()
	return big.NewRat(num, den)
}

// unordered is a pair, whichever way it is quoted.
func unordered(a, b money.Currency) [2]money.Currency { return [2]money.Currency{min(a, b), max(a, b)} }

func malformed(field, detail string) error {
	return &fault.Error{Op: "ratefeed.Parse", Kind: fault.Invalid, Code: CodeSheetMalformed, Subject: field,
		Detail: detail}
}
