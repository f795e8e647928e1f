// SPDX-License-Identifier: Apache-2.0

// Package calendar answers what day it is, which days count, and when a cut-off has passed.
//
// A Date is a day on the wall calendar, without a time zone. A Calendar says which dates are business days:
// Japan's banks, the euro's TARGET system, Monday to Friday, or all of them. The cut-offs are the ones the
// network agrees on; its clearing day is a day in UTC+8, whatever the zone of the shop. Nothing here reads a
// clock or the machine's time zone: times come in as arguments. Read date.go first, then cutoff.go.
package calendar

import "github.com/kakehashi-pay/kakehashi/invariant"

// Calendar says which dates are business days. The zero Calendar is invalid.
type Calendar uint8

// The calendars.
const (
	_          Calendar = iota
	EveryDay            // all days: systems that never close
	Weekdays            // Monday to Friday: markets whose holidays we need not know
	JapanBanks          // days on which banks in Japan settle
	Target              // days on which TARGET settles and the European Central Bank sets its reference rates
)

var names = [...]string{"", "every_day", "weekdays", "japan_banks", "target"}

// ByName reads the name of a calendar in configuration and contracts; ok is false for any other text.
func ByName(name string) (c Calendar, ok bool) {
	for c := EveryDay; c <= Target; c++ {
		if names[c] == name {
			return c, true
		}
	}
	return 0, false
}

// Valid reports whether c is one of the calendars.
func (c Calendar) Valid() bool { return c >= EveryDay && c <= Target }

// String is the calendar's name as ByName reads it.
func (c Calendar) String() string {
	if c.Valid() {
		return names[c]
	}
	return "invalid"
}

// Business reports whether d is a business day.
//
// Invariant: c and d are valid.
func (c Calendar) Business(d Date) bool {
	switch c {
	case EveryDay:
		invariant.Check(d.Valid(), "calendar: there is no %v", d)
		return true
	case Weekdays:
		return !d.weekend()
	case JapanBanks:
		return !d.weekend() && !bankHoliday(d)
	case Target:
		return !d.weekend() && !targetHoliday(d)
	}
	invariant.Unreachable("calendar: calendar %d", uint8(c))
	return false
}

// Next is the first business day after d.
//
// Invariant: c and d are valid.
func (c Calendar) Next(d Date) Date { return c.Add(d, 1) }

// Add is the business day that lies so many business days after d, or before d when the number is negative.
// With 0 it is d itself, or the first business day after d when d is none.
//
// Invariant: c and d are valid.
func (c Calendar) Add(d Date, businessDays int) Date {
	if businessDays == 0 {
		if c.Business(d) {
			return d
		}
		return c.Add(d, 1)
	}
	step := 1
	if businessDays < 0 {
		step, businessDays = -1, -businessDays
	}
	for businessDays > 0 {
		d = d.Plus(step)
		if c.Business(d) {
			businessDays--
		}
	}
	return d
}

// Provisional reports whether the answer for d rests on a computation that the authority has not yet
// confirmed. Japan gazettes its equinox days each February for the following year, and moves a holiday now
// and then; whoever pays out by a provisional date looks again when the year comes nearer.
//
// Invariant: c is valid.
func (c Calendar) Provisional(d Date) bool {
	invariant.Check(c.Valid(), "calendar: calendar %d", uint8(c))
	return c == JapanBanks && d.Year > japanConfirmedTo
}
