// SPDX-License-Identifier: Apache-2.0

package calendar

import "time"

// japanConfirmedTo is the last year whose national holidays the Cabinet Office has published; the rules below
// give its list for every year from 2007.
//
// Source: Cabinet Office, 国民の祝日について (list to 2027).
const japanConfirmedTo = 2027

// NationalHolidays are the holidays of Japan in a year, in order, with the substitutes and the days between two
// holidays. They are exact from 2007, when the present rules came into force, to the last published year;
// beyond, the equinoxes are computed (until 2099) and a special law may still move a day.
//
// Source: 国民の祝日に関する法律 (Act No. 178 of 1948) as amended in 2005, 2014, 2017 and 2018;
// reference/japan.md 9.3.
func NationalHolidays(year int) []Date {
	var list []Date
	for d := (Date{year, time.January, 1}); d.Year == year; d = d.Plus(1) {
		if holiday(d) {
			list = append(list, d)
		}
	}
	return list
}

// bankHoliday adds the days around the New Year on which banks are closed by cabinet order.
//
// Source: 銀行法施行令 art. 5: national holidays, 31 December to 3 January, Saturdays and Sundays.
func bankHoliday(d Date) bool {
	switch {
	case d.Month == time.December && d.Day == 31, d.Month == time.January && d.Day <= 3:
		return true
	}
	return holiday(d)
}

// holiday is art. 3 of the act: the named days, the substitute for one that falls on a Sunday, and a day
// between two named ones.
func holiday(d Date) bool {
	if named(d) {
		return true
	}
	for before := d.Plus(-1); named(before); before = before.Plus(-1) {
		if before.Weekday() == time.Sunday {
			return true
		}
	}
	return named(d.Plus(-1)) && named(d.Plus(1))
}

// named is art. 2 of the act, and the special laws for single years.
func named(d Date) bool {
	switch d.Month {
	case time.January:
		return d.Day == 1 || d.mondayOf(2)
	case time.February:
		return d.Day == 11 || (d.Day == 23 && d.Year >= 2020)
	case time.March:
		return d.Day == equinox(d.Year, vernal)
	case time.April:
		return d.Day == 29
	case time.May:
		return (d.Day >= 3 && d.Day <= 5) || (d.Day == 1 && d.Year == 2019) // 2019: accession
	case time.July, time.August:
		return summer(d)
	case time.September:
		return d.mondayOf(3) || d.Day == equinox(d.Year, autumnal)
	case time.October:
		sports := d.mondayOf(2) && d.Year != 2020 && d.Year != 2021
		return sports || (d.Day == 22 && d.Year == 2019) // 2019: enthronement
	case time.November:
		return d.Day == 3 || d.Day == 23
	case time.December:
		return d.Day == 23 && d.Year <= 2018
	}
	return false
}

// summer is Marine Day and Mountain Day, and Sports Day in the two years in which all three made room for the
// Olympic Games.
func summer(d Date) bool {
	july := d.Month == time.July
	switch d.Year {
	case 2020:
		return (july && (d.Day == 23 || d.Day == 24)) || (!july && d.Day == 10)
	case 2021:
		return (july && (d.Day == 22 || d.Day == 23)) || (!july && d.Day == 8)
	}
	if july {
		return d.mondayOf(3)
	}
	return d.Day == 11 && d.Year >= 2016
}

// The equinoxes of 1980, in millionths of a day of March and September, and what a year adds.
//
// Source: the approximation in common use for 1980 to 2099 (海上保安庁水路部, 新こよみ便利帳).
const (
	vernal   = 20_843_100
	autumnal = 23_248_800
	drift    = 242_194
)

func equinox(year, inYear1980 int) int {
	years := year - 1980
	return (inYear1980+drift*years)/1_000_000 - years/4
}

// mondayOf reports whether d is the n-th Monday of its month.
func (d Date) mondayOf(n int) bool { return d.Weekday() == time.Monday && (d.Day+6)/7 == n }
