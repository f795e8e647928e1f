// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/calendar"
)

var all = []calendar.Calendar{calendar.EveryDay, calendar.Weekdays, calendar.JapanBanks, calendar.Target}

func TestCalendarsAreFoundByTheirNames(t *testing.T) {
	t.Parallel()
	for _, c := range all {
		if found, ok := calendar.ByName(c.String()); !ok || found != c || !c.Valid() {
			t.Errorf("%v is found as %v, %v", c, found, ok)
		}
	}
	for _, name := range []string{"", "invalid", "TARGET", "japan", " target"} {
		if c, ok := calendar.ByName(name); ok {
			t.Errorf("%q is found as %v", name, c)
		}
	}
	if c := calendar.Calendar(0); c.Valid() || c.String() != "invalid" {
		t.Errorf("the zero Calendar is %v", c)
	}
}

// Source: European Central Bank, TARGET closing days of these years, weekends left out.
func TestTargetClosesOnItsHolidays(t *testing.T) {
	t.Parallel()
	for year, closed := range map[int][]string{
		2024: {"2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01", "2024-12-25", "2024-12-26"},
		2025: {"2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-12-25", "2025-12-26"},
		2026: {"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25"},
		2027: {"2027-01-01", "2027-03-26", "2027-03-29"},
	} {
		var got []string
		for d := (calendar.Date{Year: year, Month: time.January, Day: 1}); d.Year == year; d = d.Plus(1) {
			if calendar.Weekdays.Business(d) && !calendar.Target.Business(d) {
				got = append(got, d.String())
			}
		}
		if len(got) != len(closed) {
			t.Errorf("TARGET closes on %v, not on %v", got, closed)
			continue
		}
		for i := range got {
			if got[i] != closed[i] {
				t.Errorf("TARGET closes on %v, not on %v", got, closed)
			}
		}
	}
}

// Easter Monday is the day after Easter Sunday, at the edges of its range as well.
//
// Source: tables of Easter; 2008 and 2038 are the earliest and the latest of these years.
func TestTargetFindsEaster(t *testing.T) {
	t.Parallel()
	for _, monday := range []string{"2000-04-24", "2008-03-24", "2011-04-25", "2016-03-28", "2019-04-22", "2020-04-13",
		"2021-04-05", "2022-04-18", "2023-04-10", "2030-04-22", "2035-03-26", "2038-04-26", "2049-04-19", "2076-04-20"} {
		easter := day(t, monday)
		if calendar.Target.Business(easter) || calendar.Target.Business(easter.Plus(-3)) {
			t.Errorf("TARGET is open around Easter of %d", easter.Year)
		}
		if !calendar.Target.Business(easter.Plus(-4)) || !calendar.Target.Business(easter.Plus(1)) {
			t.Errorf("TARGET is closed too long around Easter of %d", easter.Year)
		}
	}
}

func TestWeekdaysAndEveryDayKnowNoHolidays(t *testing.T) {
	t.Parallel()
	for date, weekday := range map[string]bool{"2026-01-01": true, "2026-11-20": true, "2026-11-21": false,
		"2026-11-22": false, "2026-12-25": true} {
		d := day(t, date)
		if calendar.Weekdays.Business(d) != weekday || !calendar.EveryDay.Business(d) {
			t.Errorf("%s is counted wrongly", date)
		}
	}
}

func TestAddCountsBusinessDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		calendar calendar.Calendar
		from     string
		days     int
		want     string
	}{
		{calendar.Weekdays, "2026-11-20", 1, "2026-11-23"}, // over a weekend
		{calendar.Weekdays, "2026-11-21", 0, "2026-11-23"}, // a closed day rolls forward
		{calendar.Weekdays, "2026-11-20", 0, "2026-11-20"},
		{calendar.Weekdays, "2026-11-21", 1, "2026-11-23"},
		{calendar.Weekdays, "2026-11-23", -1, "2026-11-20"},
		{calendar.Weekdays, "2026-11-22", -2, "2026-11-19"},
		{calendar.EveryDay, "2026-11-20", 30, "2026-12-20"},
		{calendar.JapanBanks, "2026-05-01", 1, "2026-05-07"}, // Golden Week
		{calendar.JapanBanks, "2026-09-18", 2, "2026-09-25"}, // three holidays in a row
		{calendar.JapanBanks, "2025-12-30", 1, "2026-01-05"},
		{calendar.Target, "2026-04-02", 1, "2026-04-07"}, // Easter
		{calendar.Target, "2026-12-24", 1, "2026-12-28"},
		{calendar.Target, "2026-04-07", -1, "2026-04-02"},
	} {
		if got := c.calendar.Add(day(t, c.from), c.days); got != day(t, c.want) {
			t.Errorf("%v: %s and %d business days is %v", c.calendar, c.from, c.days, got)
		}
	}
}

func TestAddLandsOnBusinessDaysAndAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, d := rapid.SampledFrom(all).Draw(t, "calendar"), anyDay().Draw(t, "d")
		n, m := rapid.IntRange(0, 40).Draw(t, "n"), rapid.IntRange(0, 40).Draw(t, "m")
		there := c.Add(d, n)
		if !c.Business(there) || there.Compare(d) < 0 {
			t.Fatalf("%v and %d business days is %v", d, n, there)
		}
		if c.Business(d) && (c.Add(there, m) != c.Add(d, n+m) || c.Add(there, -n) != d) {
			t.Fatalf("%v: from %v, %d and %d business days do not add up", c, d, n, m)
		}
		next := c.Next(d)
		for between := d.Plus(1); between != next; between = between.Plus(1) {
			if c.Business(between) {
				t.Fatalf("the next business day after %v is %v, not %v", d, between, next)
			}
		}
	})
}
