// SPDX-License-Identifier: Apache-2.0

package calendar

import "time"

// targetHoliday is a closing day of TARGET beside Saturdays and Sundays, as they have been since 2002.
//
// Source: European Central Bank, long-term calendar for TARGET closing days, press release of 14 December 2000.
func targetHoliday(d Date) bool {
	switch d.Month {
	case time.January, time.May:
		return d.Day == 1
	case time.December:
		return d.Day == 25 || d.Day == 26
	}
	sunday := easter(d.Year)
	return d == sunday.Plus(-2) || d == sunday.Plus(1)
}

// easter is Easter Sunday.
//
// Source: the anonymous Gregorian algorithm (J. Meeus, Astronomical Algorithms, chapter 8).
func easter(year int) Date {
	golden, century, rest := year%19, year/100, year%100
	epact := (19*golden + century - century/4 - (century-(century+8)/25+1)/3 + 15) % 30
	weekday := (32 + 2*(century%4) + 2*(rest/4) - epact - rest%4) % 7
	correction := (golden + 11*epact + 22*weekday) / 451
	n := epact + weekday - 7*correction + 114
	return Date{year, time.Month(n / 31), n%31 + 1}
}
