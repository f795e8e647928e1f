// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// day is a date written like 2026-11-20.
func day(t testing.TB, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// instant is a time written like 2026-11-20T23:59:59.999+08:00.
func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// anyDay is a date of the years 1900 to 2199.
func anyDay() *rapid.Generator[calendar.Date] {
	return rapid.Custom(func(t *rapid.T) calendar.Date {
		return calendar.Date{Year: 1900, Month: time.January, Day: 1}.Plus(rapid.IntRange(0, 109_570).Draw(t, "days"))
	})
}

func TestParseDateReadsOnlyDatesThatExist(t *testing.T) {
	t.Parallel()
	if d := day(t, "2028-02-29"); d != (calendar.Date{Year: 2028, Month: time.February, Day: 29}) {
		t.Errorf("2028-02-29 is read as %v", d)
	}
	for _, text := range []string{"", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-31", "2026-1-2", "0000-01-01",
		"20261120", "2026/11/20", "2026-11-20T00:00:00Z", " 2026-11-20"} {
		if _, err := calendar.ParseDate(text); fault.CodeOf(err) != calendar.CodeDateMalformed {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestValidRefusesDaysThatDoNotExist(t *testing.T) {
	t.Parallel()
	for _, d := range []calendar.Date{{}, {Year: 2026, Month: 2, Day: 30}, {Year: 2026, Month: 13, Day: 1},
		{Year: 2026, Month: 1, Day: 0}, {Year: 10_000, Month: 1, Day: 1}, {Year: 0, Month: 1, Day: 1}} {
		if d.Valid() {
			t.Errorf("%v is valid", d)
		}
	}
	if !(calendar.Date{Year: 2000, Month: 2, Day: 29}).Valid() {
		t.Error("2000-02-29 is not valid")
	}
}

func TestDateOfIsTheDateInTheZone(t *testing.T) {
	t.Parallel()
	at := instant(t, "2026-11-20T23:30:00Z")
	if d := calendar.DateOf(at, time.UTC); d != day(t, "2026-11-20") {
		t.Errorf("in UTC it is %v", d)
	}
	if d := calendar.DateOf(at, time.FixedZone("", 3600)); d != day(t, "2026-11-21") {
		t.Errorf("an hour east it is %v", d)
	}
}

func TestDatesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay().Draw(t, "d")
		if read, err := calendar.ParseDate(d.String()); err != nil || read != d {
			t.Fatalf("%v is read as %v, %v", d, read, err)
		}
	})
}

func TestPlusAndCompareCountDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDay().Draw(t, "d"), rapid.IntRange(0, 10_000).Draw(t, "n")
		later := d.Plus(n)
		if later.Plus(-n) != d || later.Midnight().Sub(d.Midnight()) != time.Duration(n)*24*time.Hour {
			t.Fatalf("%v plus %d days is %v", d, n, later)
		}
		if want := min(n, 1); later.Compare(d) != want || d.Compare(later) != -want {
			t.Fatalf("%v compared with %v", later, d)
		}
	})
}
