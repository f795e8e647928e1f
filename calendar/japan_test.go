// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/calendar"
)

// holidays are a year's national holidays as month/day, in one line.
func holidays(year int) string {
	var list []string
	for _, d := range calendar.NationalHolidays(year) {
		list = append(list, fmt.Sprintf("%d/%d", d.Month, d.Day))
	}
	return strings.Join(list, " ")
}

// Source: Cabinet Office list.
func TestNationalHolidaysAreTheOfficialList(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{
		2007: "1/1 1/8 2/11 2/12 3/21 4/29 4/30 5/3 5/4 5/5 7/16 9/17 9/23 9/24 10/8 11/3 11/23 12/23 12/24",
		2009: "1/1 1/12 2/11 3/20 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 9/23 10/12 11/3 11/23 12/23",
		2015: "1/1 1/12 2/11 3/21 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 9/23 10/12 11/3 11/23 12/23",
		2018: "1/1 1/8 2/11 2/12 3/21 4/29 4/30 5/3 5/4 5/5 7/16 8/11 9/17 9/23 9/24 10/8 11/3 11/23 12/23 12/24",
		2019: "1/1 1/14 2/11 3/21 4/29 4/30 5/1 5/2 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/23 10/14 10/22 11/3 11/4 11/23",
		2020: "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/23 7/24 8/10 9/21 9/22 11/3 11/23",
		2021: "1/1 1/11 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/22 7/23 8/8 8/9 9/20 9/23 11/3 11/23",
		2024: "1/1 1/8 2/11 2/12 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/22 9/23 10/14 11/3 11/4 11/23",
		2025: "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/21 8/11 9/15 9/23 10/13 11/3 11/23 11/24",
		2026: "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23",
		2027: "1/1 1/11 2/11 2/23 3/21 3/22 4/29 5/3 5/4 5/5 7/19 8/11 9/20 9/23 10/11 11/3 11/23",
	} {
		if got := holidays(year); got != want {
			t.Errorf("%d has\n%s, the list has\n%s", year, got, want)
		}
	}
}

func TestComputedYearsHaveTheirSubstitutesAndCitizensHolidays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		year        int
		days        []string
		equinoxes   string
		substitutes int // holidays that no article names
	}{
		{2028, nil, "3/20 9/22", 0},
		{2029, []string{"2/12", "4/30", "9/24"}, "3/20 9/23", 3},
		{2030, []string{"5/6", "8/12", "11/4"}, "3/20 9/23", 3},
		{2032, []string{"9/21"}, "3/20 9/22", 1},
	} {
		list := strings.Fields(holidays(c.year))
		for _, want := range append(c.days, strings.Fields(c.equinoxes)...) {
			if !slices.Contains(list, want) {
				t.Errorf("%d: %s is no holiday", c.year, want)
			}
		}
		if got := len(list) - 16; got != c.substitutes {
			t.Errorf("%d has %d holidays beside the 16 named ones", c.year, got)
		}
	}
}

func TestJapanBanksHaveTheirBusinessDays(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]int{2024: 245, 2025: 243, 2026: 242, 2027: 244} {
		got := 0
		for d := (calendar.Date{Year: year, Month: time.January, Day: 1}); d.Year == year; d = d.Plus(1) {
			if calendar.JapanBanks.Business(d) {
				got++
			}
		}
		if got != want {
			t.Errorf("banks have %d business days in %d, not %d", got, year, want)
		}
	}
}

func TestJapanBanksCloseAroundTheNewYear(t *testing.T) {
	t.Parallel()
	for date, open := range map[string]bool{"2026-12-30": true, "2026-12-31": false, "2027-01-01": false,
		"2027-01-04": true, "2025-01-02": false, "2025-01-03": false, "2025-01-06": true, "2024-12-31": false} {
		if calendar.JapanBanks.Business(day(t, date)) != open {
			t.Errorf("on %s banks are open: %v", date, !open)
		}
	}
	if d := calendar.JapanBanks.Next(day(t, "2026-12-30")); d != day(t, "2027-01-04") {
		t.Errorf("the business day after 2026-12-30 is %v", d)
	}
}

// Act, art. 3: a holiday on a Sunday moves to the next day that is none, and no other day is given.
func TestNoSundayHolidayIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(2007, 2099).Draw(t, "year")
		list := calendar.NationalHolidays(year)
		for _, d := range list {
			if d.Weekday() != time.Sunday {
				continue
			}
			substitute := d.Plus(1)
			for substitute.Weekday() != time.Monday && slices.Contains(list, substitute) {
				substitute = substitute.Plus(1)
			}
			if !slices.Contains(list, substitute) {
				t.Fatalf("%v falls on a Sunday and %v is no holiday", d, substitute)
			}
		}
		if len(list) < 15 || len(list) > 22 {
			t.Fatalf("%d has %d holidays", year, len(list))
		}
	})
}

func TestOnlyUnpublishedYearsOfJapanAreProvisional(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		calendar    calendar.Calendar
		date        string
		provisional bool
	}{
		{calendar.JapanBanks, "2027-12-31", false},
		{calendar.JapanBanks, "2028-01-01", true},
		{calendar.Target, "2040-01-01", false},
		{calendar.Weekdays, "2040-01-01", false},
		{calendar.EveryDay, "2040-01-01", false},
	} {
		if got := c.calendar.Provisional(day(t, c.date)); got != c.provisional {
			t.Errorf("%v on %s is provisional: %v", c.calendar, c.date, got)
		}
	}
}
