// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/calendar"
)

func TestWindowsEndAfterTheMidnightThatEndsTheClearingDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ paid, clearing, tokyo, cancel, network string }{
		{"2026-11-20T12:00:00+08:00", "2026-11-20", "2026-11-20", "2026-11-21T00:15:00+08:00", "2026-11-21T00:30:00+08:00"},
		{"2026-11-20T23:59:59.999+08:00", "2026-11-20", "2026-11-21", "2026-11-21T00:15:00+08:00", "2026-11-21T00:30:00+08:00"},
		{"2026-11-21T00:00:00+08:00", "2026-11-21", "2026-11-21", "2026-11-22T00:15:00+08:00", "2026-11-22T00:30:00+08:00"},
		{"2026-11-21T00:14:59+08:00", "2026-11-21", "2026-11-21", "2026-11-22T00:15:00+08:00", "2026-11-22T00:30:00+08:00"},
		{"2026-11-21T00:15:00+08:00", "2026-11-21", "2026-11-21", "2026-11-22T00:15:00+08:00", "2026-11-22T00:30:00+08:00"},
		{"2026-11-21T00:30:00+08:00", "2026-11-21", "2026-11-21", "2026-11-22T00:15:00+08:00", "2026-11-22T00:30:00+08:00"},
		{"2026-11-20T23:00:00+08:00", "2026-11-20", "2026-11-21", "2026-11-21T01:15:00+09:00", "2026-11-21T01:30:00+09:00"},
		{"2026-11-20T22:59:59.999+08:00", "2026-11-20", "2026-11-20", "2026-11-20T16:15:00Z", "2026-11-20T16:30:00Z"},
		{"2026-12-31T23:59:59.999+08:00", "2026-12-31", "2027-01-01", "2027-01-01T00:15:00+08:00", "2027-01-01T00:30:00+08:00"},
		{"2028-02-28T16:00:00Z", "2028-02-29", "2028-02-29", "2028-03-01T00:15:00+08:00", "2028-03-01T00:30:00+08:00"},
	} {
		paid := instant(t, c.paid)
		if d := calendar.ClearingDay(paid); d != day(t, c.clearing) {
			t.Errorf("%s is cleared on %v", c.paid, d)
		}
		if d := calendar.TokyoDay(paid); d != day(t, c.tokyo) {
			t.Errorf("%s is %v in Tokyo", c.paid, d)
		}
		if end := calendar.CancelWindowEnds(paid); !end.Equal(instant(t, c.cancel)) {
			t.Errorf("what is paid at %s can be cancelled until %v", c.paid, end)
		}
		if end := calendar.NetworkWindowEnds(paid); !end.Equal(instant(t, c.network)) {
			t.Errorf("a wallet can be asked to cancel %s until %v", c.paid, end)
		}
	}
}

// At these times in UTC+8 a payment of the evening before (23:00) can, or can no longer, be cancelled.
func TestTheCancelWindowIsOpenUntilItsEndAndNoLonger(t *testing.T) {
	t.Parallel()
	paid := instant(t, "2026-11-20T23:00:00+08:00")
	for _, c := range []struct {
		at                string
		merchant, network bool
	}{
		{"2026-11-20T23:59:59.999+08:00", true, true},
		{"2026-11-21T00:00:00+08:00", true, true},
		{"2026-11-21T00:14:59+08:00", true, true},
		{"2026-11-21T00:15:00+08:00", false, true},
		{"2026-11-21T00:29:59.999+08:00", false, true},
		{"2026-11-21T00:30:00+08:00", false, false},
	} {
		at := instant(t, c.at)
		if open := at.Before(calendar.CancelWindowEnds(paid)); open != c.merchant {
			t.Errorf("at %s the merchant may cancel: %v", c.at, open)
		}
		if open := at.Before(calendar.NetworkWindowEnds(paid)); open != c.network {
			t.Errorf("at %s the wallet may be asked: %v", c.at, open)
		}
	}
}

func TestQuarterIsTheStartOfTheQuarterHour(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-11-20T12:00:00Z":          "2026-11-20T12:00:00Z",
		"2026-11-20T12:14:59.999999Z":   "2026-11-20T12:00:00Z",
		"2026-11-20T12:15:00Z":          "2026-11-20T12:15:00Z",
		"2026-11-20T12:59:59.999999Z":   "2026-11-20T12:45:00Z",
		"2026-11-20T23:59:59.999+08:00": "2026-11-20T15:45:00Z",
		"2026-11-21T00:14:59+08:00":     "2026-11-20T16:00:00Z",
		"2026-11-21T00:15:00+08:00":     "2026-11-20T16:15:00Z",
		"2026-11-21T00:30:00+08:00":     "2026-11-20T16:30:00Z",
		"2026-11-21T00:10:00+05:45":     "2026-11-20T18:15:00Z", // a zone that is itself off by a quarter
		"1969-12-31T23:59:59.999999Z":   "1969-12-31T23:45:00Z",
	} {
		got := calendar.Quarter(instant(t, at))
		if !got.Equal(instant(t, want)) || got.Location() != time.UTC {
			t.Errorf("the quarter of %s starts at %v", at, got)
		}
	}
}

// Cut-offs lie on quarter hours, so that a seal divides what was before from what comes after.
func TestCutOffsLieOnQuarterHoursAfterThePayment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		paid := time.UnixMicro(rapid.Int64Range(0, 4_000_000_000_000_000).Draw(t, "paid")).UTC()
		cancel, network := calendar.CancelWindowEnds(paid), calendar.NetworkWindowEnds(paid)
		if calendar.Quarter(cancel) != cancel || calendar.Quarter(network) != network {
			t.Fatalf("%v and %v lie inside a quarter hour", cancel, network)
		}
		if left := cancel.Sub(paid); left <= 15*time.Minute || left > 24*time.Hour+15*time.Minute {
			t.Fatalf("what is paid at %v can be cancelled for %v", paid, left)
		}
		if network.Sub(cancel) != 15*time.Minute || calendar.ClearingDay(cancel) != calendar.ClearingDay(paid).Plus(1) {
			t.Fatalf("the windows of %v end at %v and %v", paid, cancel, network)
		}
		q := calendar.Quarter(paid)
		if q.After(paid) || paid.Sub(q) >= 15*time.Minute {
			t.Fatalf("the quarter of %v starts at %v", paid, q)
		}
	})
}
