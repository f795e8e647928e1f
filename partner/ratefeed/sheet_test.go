// SPDX-License-Identifier: Apache-2.0

package ratefeed_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/partner/ratefeed"
	"github.com/kakehashi-pay/kakehashi/wire"
)

var noon = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

const sample = `{"source":"sample","at":"2026-11-20T12:00:00Z","sequence":7,` +
	`"rates":[{"pair":"JPY/HKD","bid":"0.0511","ask":"0.0513"},{"pair":"USD/JPY","bid":"155.1","ask":"155.1"}]}`

func TestASheetIsReadAsTheMeanOfBidAndAsk(t *testing.T) {
	t.Parallel()
	sheet, err := ratefeed.Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if sheet.Source != "sample" || !sheet.At.Equal(noon) || sheet.Sequence != 7 {
		t.Errorf("the sheet is %+v", sheet)
	}
	readings, err := sheet.Readings()
	if err != nil || len(readings) != 2 {
		t.Fatalf("%v, %v", readings, err)
	}
	for i, want := range []string{"JPY/HKD 32/625", "USD/JPY 1551/10"} {
		if r := readings[i]; r.Rate.String() != want || r.Source != "sample" || !r.At.Equal(noon) {
			t.Errorf("%+v is not %s", r, want)
		}
	}
}

func TestASheetThatIsNotOneIsRefused(t *testing.T) {
	t.Parallel()
	replaced := func(old, new string) string { return strings.Replace(sample, old, new, 1) }
	for name, c := range map[string]struct {
		raw  string
		code fault.Code
	}{
		"empty":              {"", wire.CodeBodyMalformed},
		"an array":           {"[" + sample + "]", wire.CodeBodyMalformed},
		"two sheets":         {sample + sample, wire.CodeBodyMalformed},
		"cut off":            {sample[:len(sample)-1], wire.CodeBodyMalformed},
		"a key twice":        {replaced(`"sequence":7`, `"sequence":7,"sequence":8`), wire.CodeKeyRepeated},
		"another case":       {replaced(`"sequence"`, `"Sequence"`), wire.CodeKeyCase},
		"an unknown field":   {replaced(`"sequence":7`, `"sequence":7,"more":1`), ratefeed.CodeSheetMalformed},
		"an unknown in line": {replaced(`"pair":`, `"mid":"1","pair":`), ratefeed.CodeSheetMalformed},
		"no source":          {replaced(`"source":"sample",`, ``), ratefeed.CodeSheetMalformed},
		"no time":            {replaced(`"at":"2026-11-20T12:00:00Z",`, ``), wire.CodeTimeMalformed},
		"a time without day": {replaced("2026-11-20T12:00:00Z", "12:00:00"), wire.CodeTimeMalformed},
		"no sequence":        {replaced(`"sequence":7,`, ``), ratefeed.CodeSheetMalformed},
		"sequence zero":      {replaced(`"sequence":7`, `"sequence":0`), ratefeed.CodeSheetMalformed},
		"sequence negative":  {replaced(`"sequence":7`, `"sequence":-7`), ratefeed.CodeSheetMalformed},
		"half a sequence":    {replaced(`"sequence":7`, `"sequence":7.5`), wire.CodeFieldMalformed},
		"a huge sequence":    {replaced(`"sequence":7`, `"sequence":9223372036854775808`), wire.CodeFieldMalformed},
		"no rates":           {sample[:strings.Index(sample, `,"rates"`)] + "}", ratefeed.CodeSheetMalformed},
		"empty rates":        {sample[:strings.Index(sample, `[`)] + "[]}", ratefeed.CodeSheetMalformed},
		"a bid as number":    {replaced(`"0.0511"`, `0.0511`), wire.CodeFieldMalformed},
		"too large":          {replaced("sample", strings.Repeat("x", 70_000)), wire.CodeBodyTooLarge},
	} {
		if sheet, err := ratefeed.Parse([]byte(c.raw)); fault.CodeOf(err) != c.code || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %+v, %v", name, sheet, err)
		}
	}
}

func TestALineThatCannotBeBelievedIsLeftOutAndNamed(t *testing.T) {
	t.Parallel()
	good := ratefeed.Line{Pair: "USD/JPY", Bid: "155.1", Ask: "155.3"}
	for name, c := range map[string]struct{ pair, bid, ask, named string }{
		"crossed":          {"JPY/HKD", "0.0513", "0.0511", "JPY/HKD"},
		"zero bid":         {"JPY/HKD", "0", "0.0513", "JPY/HKD"},
		"zero ask":         {"JPY/HKD", "0.0511", "0.000", "JPY/HKD"},
		"both zero":        {"JPY/HKD", "0", "0", "JPY/HKD"},
		"negative":         {"JPY/HKD", "-0.0511", "0.0513", "JPY/HKD"},
		"both negative":    {"JPY/HKD", "-0.0511", "-0.0513", "JPY/HKD"},
		"no number":        {"JPY/HKD", "NaN", "NaN", "JPY/HKD"},
		"infinite":         {"JPY/HKD", "0.0511", "Inf", "JPY/HKD"},
		"an exponent":      {"JPY/HKD", "5.11e-2", "5.13e-2", "JPY/HKD"},
		"a comma":          {"JPY/HKD", "0,0511", "0,0513", "JPY/HKD"},
		"a space":          {"JPY/HKD", " 0.0511", "0.0513", "JPY/HKD"},
		"nothing":          {"JPY/HKD", "", "", "JPY/HKD"},
		"13 digits":        {"JPY/HKD", "1234567890123", "1234567890124", "JPY/HKD"},
		"13 decimals":      {"JPY/HKD", "0.0000000000001", "0.1", "JPY/HKD"},
		"unknown currency": {"JPY/XXX", "0.0511", "0.0513", "rates[1]"},
		"no currency":      {"JPY", "0.0511", "0.0513", "rates[1]"},
		"three currencies": {"JPY/HKD/CNY", "0.0511", "0.0513", "rates[1]"},
		"small letters":    {"jpy/hkd", "0.0511", "0.0513", "rates[1]"},
		"one currency":     {"JPY/JPY", "1", "1", "JPY/JPY"},
		"nothing at all":   {"", "", "", "rates[1]"},
		"too far apart":    {"JPY/HKD", "0.000000000001", "999999999999", "JPY/HKD"},
		"long but exact":   {"JPY/CLF", "123456789.123", "123456789.999", ""},
	} {
		sheet := ratefeed.Sheet{Source: "sample", At: noon, Sequence: 1, Lines: []ratefeed.Line{good,
			{Pair: c.pair, Bid: c.bid, Ask: c.ask}, {Pair: "EUR/JPY", Bid: "163.4", Ask: "163.5"}}}
		readings, err := sheet.Readings()
		if c.named == "" {
			if err != nil || len(readings) != 3 {
				t.Errorf("%s: %v, %v", name, readings, err)
			}
			continue
		}
		if len(readings) != 2 || readings[0].Rate.String() != "USD/JPY 776/5" || readings[1].Rate.Base() != money.EUR {
			t.Errorf("%s: %v", name, readings)
		}
		if fault.CodeOf(err) != ratefeed.CodeLineRefused || !strings.Contains(err.Error(), "("+c.named+")") {
			t.Errorf("%s: %v", name, err)
		}
		if raw, err := sheet.Encode(); raw != nil || err == nil {
			t.Errorf("%s: it would be published", name)
		}
	}
}

func TestAPairThatStandsTwiceIsNotChosenFrom(t *testing.T) {
	t.Parallel()
	for _, second := range []ratefeed.Line{{Pair: "JPY/HKD", Bid: "0.0511", Ask: "0.0513"},
		{Pair: "HKD/JPY", Bid: "19.4", Ask: "19.6"}} {
		sheet := ratefeed.Sheet{Source: "sample", At: noon, Sequence: 1, Lines: []ratefeed.Line{
			{Pair: "JPY/HKD", Bid: "0.0511", Ask: "0.0513"}, {Pair: "JPY/CNY", Bid: "0.047", Ask: "0.048"}, second}}
		readings, err := sheet.Readings()
		if len(readings) != 1 || readings[0].Rate.Quote() != money.CNY || fault.CodeOf(err) != ratefeed.CodeLineRefused {
			t.Errorf("%v: %v, %v", second, readings, err)
		}
	}
}

func TestWhatIsEncodedIsReadTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "µs")
		sheet := ratefeed.Sheet{Source: "sample", At: noon.Add(time.Duration(micros) * time.Microsecond),
			Sequence: rapid.Int64Range(1, 1<<62).Draw(t, "sequence")}
		var means []*big.Rat
		for _, pair := range []string{"JPY/HKD", "USD/JPY", "EUR/KWD"} {
			bid := rapid.Int64Range(1, 99_999_999).Draw(t, "bid")
			ask := rapid.Int64Range(bid, 99_999_999).Draw(t, "ask")
			sheet.Lines = append(sheet.Lines, ratefeed.Line{Pair: pair, Bid: decimal(bid), Ask: decimal(ask)})
			means = append(means, big.NewRat(bid+ask, 2*10_000))
		}
		raw, err := sheet.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ratefeed.Parse(raw)
		if err != nil || !again.At.Equal(sheet.At) || again.Sequence != sheet.Sequence {
			t.Fatalf("%s is read as %+v, %v", raw, again, err)
		}
		readings, err := again.Readings()
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range readings {
			if num, den := r.Rate.Price().Terms(); big.NewRat(num, den).Cmp(means[i]) != 0 {
				t.Fatalf("%v is read as %v", sheet.Lines[i], r.Rate)
			}
		}
	})
}

// decimal is n ten-thousandths.
func decimal(n int64) string { return fmt.Sprintf("%d.%04d", n/10_000, n%10_000) }

func TestASheetThatWouldNotBeReadIsNotEncoded(t *testing.T) {
	t.Parallel()
	lines := []ratefeed.Line{{Pair: "JPY/HKD", Bid: "0.0511", Ask: "0.0513"}}
	for name, sheet := range map[string]ratefeed.Sheet{
		"no source":   {At: noon, Sequence: 1, Lines: lines},
		"no sequence": {Source: "sample", At: noon, Lines: lines},
		"no lines":    {Source: "sample", At: noon, Sequence: 1},
		"too large":   {Source: fx.SourceID(strings.Repeat("x", 70_000)), At: noon, Sequence: 1, Lines: lines},
	} {
		if raw, err := sheet.Encode(); raw != nil || err == nil {
			t.Errorf("%s: %s", name, raw)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{sample, "", "{}", `{"source":"a","at":"1700000000000","sequence":1,"rates":[{}]}`,
		strings.Replace(sample, "0.0511", "0.0514", 1), strings.Replace(sample, "USD/JPY", "HKD/JPY", 1)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		sheet, err := ratefeed.Parse(raw)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.DetailOf(err) == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		readings, err := sheet.Readings()
		if (err == nil) != (len(readings) == len(sheet.Lines)) {
			t.Fatalf("%d readings of %d lines, %v", len(readings), len(sheet.Lines), err)
		}
		board := fx.Board{}
		terms := fx.SourceTerms{ID: sheet.Source, AgeMax: time.Minute, Calendar: calendar.EveryDay, Band: money.One,
			Tolerance: money.One}
		for _, r := range readings {
			// Only a time before 1970 is nothing for the board.
			changed, err := board.Accept(terms, r, sheet.At)
			if changed == (sheet.At.Unix() < 0) || changed == (fault.CodeOf(err) == fx.CodeReadingMalformed) {
				t.Fatalf("%v: %v", r, err)
			}
		}
		if raw, encoded := sheet.Encode(); err == nil && len(raw) == 0 && fault.CodeOf(encoded) != wire.CodeBodyTooLarge &&
			fault.CodeOf(encoded) != wire.CodeTimeMalformed {
			t.Fatalf("a sheet that was read cannot be written: %v", encoded)
		}
	})
}
