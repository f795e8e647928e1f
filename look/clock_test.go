// SPDX-License-Identifier: Apache-2.0

package look_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/look"
)

func TestTimesAreToldInTheirZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 15, 4, 5, 678_000_000, time.UTC)
	jst := time.FixedZone("JST", 9*60*60)
	for _, lang := range look.Langs() {
		c := look.Clock{Zone: jst, Lang: lang}
		date := map[look.Lang]string{look.English: "24 November 2026", look.Japanese: "2026年11月24日"}[lang]
		for got, want := range map[string]string{c.Time(at): "00:04:05", c.Minute(at): "00:04",
			c.Instant(at):  "00:04:05.678",
			c.ZoneName(at): "JST", c.Machine(at): "2026-11-23T15:04:05.678Z", c.Date(at): date} {
			if got != want {
				t.Errorf("%s: got %q, want %q", lang, got, want)
			}
		}
	}
}

func TestSpansSayNoMoreThanPeopleAsk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d                 time.Duration
		english, japanese string
	}{
		{-time.Second, "0 ms", "0ミリ秒"},
		{49 * time.Millisecond, "49 ms", "49ミリ秒"},
		{999_999 * time.Microsecond, "999 ms", "999ミリ秒"},
		{1420 * time.Millisecond, "1.4 s", "1.4秒"},
		{9999 * time.Millisecond, "9.9 s", "9.9秒"},
		{10 * time.Second, "10 s", "10秒"},
		{59*time.Second + 999*time.Millisecond, "59 s", "59秒"},
		{125 * time.Second, "2 min 5 s", "2分5秒"},
		{3*time.Hour + 12*time.Minute + 59*time.Second, "3 h 12 min", "3時間12分"},
		{51 * time.Hour, "2 d 3 h", "2日3時間"},
	} {
		if got := look.Span(c.d, look.English); got != c.english {
			t.Errorf("%v is %q, not %q", c.d, got, c.english)
		}
		if got := look.Span(c.d, look.Japanese); got != c.japanese {
			t.Errorf("%v is %q, not %q", c.d, got, c.japanese)
		}
	}
	if got := look.Age(9900*time.Millisecond, look.English); got != "9 s" {
		t.Errorf("an age is %q", got)
	}
}

func TestOrdinalsAreEnglish(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th",
		13: "13th", 21: "21st",
		22: "22nd", 101: "101st", 111: "111th", 113: "113th"} {
		if got := look.Nth(n, look.English); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
	if got := look.Nth(4, look.Japanese); got != "4回目" {
		t.Errorf("in Japanese %q", got)
	}
}

func TestEveryPrefectureHasItsNames(t *testing.T) {
	t.Parallel()
	for _, lang := range look.Langs() {
		seen := map[string]int{}
		for p := 1; p <= 47; p++ {
			seen[look.Place("JP", p, lang)]++
		}
		if len(seen) != 47 || seen[""] != 0 {
			t.Errorf("%s: %d names: %v", lang, len(seen), seen)
		}
	}
	for _, c := range []struct {
		region     string
		prefecture int
		lang       look.Lang
		want       string
	}{{"JP", 26, look.English, "Kyoto"}, {"JP", 26, look.Japanese, "京都府"}, {"JP", 1, look.Japanese, "北海道"},
		{"JP", 47, look.English, "Okinawa"}, {"JP", 0, look.English, "Japan"}, {"KR", 0, look.Japanese, "韓国"},
		{"ZZ", 0, look.English, "ZZ"}, {"", 48, look.English, ""}} {
		if got := look.Place(c.region, c.prefecture, c.lang); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
