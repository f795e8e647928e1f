// SPDX-License-Identifier: Apache-2.0

package calendar

import (
	"cmp"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// CodeDateMalformed is the code of a text that is no date.
const CodeDateMalformed fault.Code = "date_malformed"

// Date is a day on the wall calendar. The zero Date is invalid.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the date that a clock in the zone shows at t.
func DateOf(t time.Time, zone *time.Location) Date {
	year, month, day := t.In(zone).Date()
	return Date{Year: year, Month: month, Day: day}
}

// ParseDate reads a date as String writes it: 2026-11-20.
//
// Errors: Invalid date_malformed.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return Date{}, &fault.Error{Op: "calendar.ParseDate", Kind: fault.Invalid, Code: CodeDateMalformed,
			Detail: "a date must be written like 2026-11-20"}
	}
	return DateOf(t, time.UTC), nil
}

// Valid reports whether there is such a day, in the years 1 to 9999.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= time.January && d.Month <= time.December &&
		d.Day >= 1 && d.Day <= 31 && DateOf(d.midnight(), time.UTC) == d
}

// Midnight is the instant at which d begins in UTC.
//
// Invariant: d is valid.
func (d Date) Midnight() time.Time {
	invariant.Check(d.Valid(), "calendar: there is no %v", d)
	return d.midnight()
}

// Weekday is the day of the week.
//
// Invariant: d is valid.
func (d Date) Weekday() time.Weekday { return d.Midnight().Weekday() }

// Plus is the date so many days after d, or before it when the number is negative.
//
// Invariant: d is valid.
func (d Date) Plus(days int) Date { return DateOf(d.Midnight().AddDate(0, 0, days), time.UTC) }

// Compare is −1, 0 or +1 as d is earlier than, equal to or later than e.
func (d Date) Compare(e Date) int {
	if d.Year != e.Year {
		return cmp.Compare(d.Year, e.Year)
	}
	if d.Month != e.Month {
		return cmp.Compare(d.Month, e.Month)
	}
	return cmp.Compare(d.Day, e.Day)
}

// String is the date as ISO 8601 writes it: 2026-11-20.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func (d Date) weekend() bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}
