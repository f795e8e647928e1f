// SPDX-License-Identifier: Apache-2.0

package ecb

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Limits of a file after unzipping, twice what all rates since 1999 need.
const (
	unzippedMax = 4 << 20 // bytes
	readingsMax = 400_000
)

// The forms in which the bank writes a date: in the file of the day, and in the history.
var dateForms = [...]string{"2 January 2006", time.DateOnly}

// Parse reads a file of reference rates: a line of column names ("Date, USD, JPY, "), then a line per day
// ("20 November 2026, 1.0567, 163.45, " or "2026-11-20,1.0567,163.45,"). Spaces and the empty last column do not
// count; a rate that is empty or N/A, and the column of a currency that no longer exists, are left out. The
// readings are EUR/X, the oldest day first.
//
// Errors: Invalid ecb_file_malformed naming the line, ecb_file_too_large.
func Parse(raw []byte) ([]fx.Reading, error) {
	if bytes.HasPrefix(raw, []byte("PK")) {
		var err error
		if raw, err = unzip(raw); err != nil {
			return nil, err
		}
	}
	if len(raw) > unzippedMax {
		return nil, tooLarge("the unpacked file is larger than 4 MiB")
	}
	lines := strings.Split(strings.TrimRight(string(raw), "\r\n"), "\n")
	columns, err := parseColumns(lines[0])
	if err != nil {
		return nil, err
	}
	var readings []fx.Reading
	days := map[time.Time]bool{}
	for i, line := range lines[1:] {
		day, err := parseDay(i+2, line, columns)
		if err != nil {
			return nil, err
		}
		if days[day.at] {
			return nil, malformed(i+2, "the day stands twice in the file")
		}
		days[day.at] = true
		if readings = append(readings, day.readings...); len(readings) > readingsMax {
			return nil, tooLarge("the file has more than 400000 rates")
		}
	}
	if len(readings) == 0 {
		return nil, malformed(len(lines), "the file has no rates")
	}
	slices.SortStableFunc(readings, func(a, b fx.Reading) int { return a.At.Compare(b.At) })
	return readings, nil
}

// column is a column of the file, wanted when it is a currency of today.
type column struct {
	currency money.Currency
	wanted   bool
}

func parseColumns(line string) ([]column, error) {
	names := fields(line)
	if names[0] != "Date" || len(names) < 2 {
		return nil, malformed(1, "the first line must name the columns, beginning with Date")
	}
	columns := make([]column, len(names))
	for i, name := range names[1:] {
		if name == "" && i+2 == len(names) {
			continue // after the last comma
		}
		if !alphabetic(name) || slices.Contains(names[1:i+1], name) {
			return nil, malformed(1, "each column must be another currency")
		}
		currency, err := money.ParseCurrency(name)
		columns[i+1] = column{currency: currency, wanted: err == nil && currency != money.EUR}
	}
	return columns, nil
}

// day is one line of rates.
type day struct {
	at       time.Time
	readings []fx.Reading
}

func parseDay(number int, line string, columns []column) (day, error) {
	values := fields(line)
	if len(values) != len(columns) {
		return day{}, malformed(number, "the line has another number of columns than the first")
	}
	date, ok := parseDate(values[0])
	if !ok {
		return day{}, malformed(number, "the date must be written like 20 November 2026 or 2026-11-20")
	}
	d := day{at: concertation(date)}
	for i, text := range values {
		if i == 0 || text == "" || text == "N/A" || !columns[i].wanted {
			continue
		}
		price, err := money.ParseRatio(text)
		if err != nil {
			return day{}, malformed(number, "the rate of "+columns[i].currency.String()+" is no plain decimal number")
		}
		rate, err := money.NewRate(money.EUR, columns[i].currency, price)
		if err != nil {
			return day{}, malformed(number, "the rate of "+columns[i].currency.String()+" is zero or too long")
		}
		d.readings = append(d.readings, fx.Reading{Source: ID, Rate: rate, At: d.at})
	}
	return d, nil
}

// fields are the values of a line. The empty one after its last comma is one of them: where the first line has it, a
// line without it was cut off.
func fields(line string) []string {
	values := strings.Split(strings.TrimRight(line, "\r"), ",")
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
	}
	return values
}

func alphabetic(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func parseDate(text string) (calendar.Date, bool) {
	for _, form := range dateForms {
		// The bank has set rates since 1999; an earlier year is a slip.
		if t, err := time.Parse(form, text); err == nil && t.Year() >= 1999 {
			return calendar.DateOf(t, time.UTC), true
		}
	}
	return calendar.Date{}, false
}

// concertation is when the central banks agree on the rates of a day: 14:10 in Frankfurt. They are published at
// about 16:00, so a reading is never of a later time than when it can be fetched. Summer time is reckoned here, so
// that no machine needs a table of time zones to know how old a rate is.
//
// Source: European Central Bank, euro foreign exchange reference rates ("concertation procedure … around
// 14:10 CET", "updated around 16:00 CET"); Directive 2000/84/EC, art. 2 and 3.
func concertation(d calendar.Date) time.Time {
	at := d.Midnight().Add(13*time.Hour + 10*time.Minute)
	if d.Compare(lastSunday(d.Year, time.March)) >= 0 && d.Compare(lastSunday(d.Year, time.October)) < 0 {
		at = at.Add(-time.Hour)
	}
	return at
}

// lastSunday is the last Sunday of a month of 31 days.
func lastSunday(year int, month time.Month) calendar.Date {
	last := calendar.Date{Year: year, Month: month, Day: 31}
	return last.Plus(-int(last.Weekday()))
}

// unzip is the one file in an archive, however small it was packed.
func unzip(raw []byte) ([]byte, error) {
	broken := malformed(0, "the archive must hold one file that can be unpacked")
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil || len(archive.File) != 1 {
		return nil, broken
	}
	file, err := archive.File[0].Open()
	if err != nil {
		return nil, broken
	}
	defer func() { _ = file.Close() }()
	plain, err := io.ReadAll(io.LimitReader(file, unzippedMax+1))
	switch {
	case err != nil:
		return nil, broken
	case len(plain) > unzippedMax:
		return nil, tooLarge("the unpacked file is larger than 4 MiB")
	case bytes.HasPrefix(plain, []byte("PK")):
		return nil, broken // an archive in the archive
	}
	return plain, nil
}

func malformed(line int, detail string) error {
	return &fault.Error{Op: "ecb.Parse", Kind: fault.Invalid, Code: CodeFileMalformed,
		Subject: "line " + strconv.Itoa(line), Detail: detail}
}
