// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func TestParseTimeReadsEveryFormThatArrives(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"1685599933871":                  "2023-06-05T06:12:13.871Z", // Go, Java, the documents
		"2024-01-01T00:00:00+00:00":      "2024-01-01T00:00:00Z",     // Python
		"2024-01-01T00:00:00+0000":       "2024-01-01T00:00:00Z",     // PHP
		"2024-01-01T09:00:00+0900":       "2024-01-01T00:00:00Z",
		"2024-01-01T00:00:00.1234567Z":   "2024-01-01T00:00:00.123456Z", // .NET
		"2020-06-11T13:35:02+08:00":      "2020-06-11T05:35:02Z",        // ams-java
		"2025-02-20T08:51:49.09Z":        "2025-02-20T08:51:49.09Z",     // Alipay+
		"2019-04-04T12:08:56+05:30":      "2019-04-04T06:38:56Z",
		"2020-01-01T00:00:00-08:00":      "2020-01-01T08:00:00Z",
		"2020-01-01T00:00:00.5-07:00":    "2020-01-01T07:00:00.5Z",
		"2020-01-01T00:00:00+09":         "2019-12-31T15:00:00Z",
		"2020-06-11T13:35:02.123+08:00":  "2020-06-11T05:35:02.123Z",
		"2020-06-11T13:35:02.999999999Z": "2020-06-11T13:35:02.999999Z", // cut, not rounded
		"2020-06-11t13:35:02z":           "2020-06-11T13:35:02Z",
		"2024-02-29T23:59:59Z":           "2024-02-29T23:59:59Z",
		"2020-01-01T00:00:00-00:00":      "2020-01-01T00:00:00Z",
	}
	cases["1685599933871"] = time.UnixMilli(1685599933871).UTC().Format(time.RFC3339Nano)
	for text, want := range cases {
		got, err := wire.ParseTime(text)
		if err != nil || got.Format(time.RFC3339Nano) != want || got.Location() != time.UTC {
			t.Errorf("%s: got %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestParseTimeRefusesEverythingElse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "now", "1685599933", "168559993387", "16855999338710", "-685599933871", "1685599933.87",
		"2024-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00+09:00", "2024-01-01T00:00+09:00",
		"2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
		"2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z",
		"2024-01-01T00:00:00.Z", "2024-01-01T00:00:00,5Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+09:60",
		"2024-01-01T00:00:00+9:00", "2024-01-01T00:00:00+09:0", "2024-01-01T00:00:00+090", "2024-01-01T00:00:00 +09:00",
		"2024-01-01T00:00:00ZZ", "2024-01-01T00:00:00Z ", " 2024-01-01T00:00:00Z", "２０２４-01-01T00:00:00Z",
		"2024-01-01T00:00:00JST", "2024-1-1T00:00:00Z+", "2024-01-01T00:00:00." + strings.Repeat("1", 40) + "Z",
		"2024-01-01T00:00:00+-9:00"} {
		if got, err := wire.ParseTime(text); fault.CodeOf(err) != wire.CodeTimeMalformed ||
			fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
}

func TestFormatTimeWritesSecondsAndANumericOffset(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 6, 1, 3, 0, 0, 999_999_999, time.UTC)
	for zone, want := range map[*time.Location]string{
		time.FixedZone("JST", 9*3600):                "2025-06-01T12:00:00+09:00",
		time.FixedZone("IST", 5*3600+1800):           "2025-06-01T08:30:00+05:30",
		time.FixedZone("PST", -8*3600):               "2025-05-31T19:00:00-08:00",
		time.UTC:                                     "2025-06-01T03:00:00+00:00",
		nil:                                          "2025-06-01T03:00:00+00:00",
		time.FixedZone("as UTC, of another", 0):      "2025-06-01T03:00:00+00:00",
		time.FixedZone("China", 8*60*60):             "2025-06-01T11:00:00+08:00",
		time.FixedZone("Newfoundland", -3*3600-1800): "2025-05-31T23:30:00-03:30",
	} {
		if got := wire.FormatTime(at, zone); got != want {
			t.Errorf("%v: got %s, want %s", zone, got, want)
		}
	}
}

func TestWhatFormatTimeWritesParseTimeReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "second"), 0)
		zone := time.FixedZone("", rapid.IntRange(-14*60, 14*60).Draw(t, "offset in minutes")*60)
		got, err := wire.ParseTime(wire.FormatTime(at, zone))
		if err != nil || !got.Equal(at) {
			t.Fatalf("%v in %v came back as %v, %v", at, zone, got, err)
		}
	})
}

func TestCheckClockNamesTheOffset(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)
	const allowed = 10 * time.Minute
	for offset, want := range map[time.Duration]string{
		0: "", allowed: "", -allowed: "", 5 * time.Second: "",
		-12*time.Minute - 30*time.Second:  "your clock is 12m30s behind; at most 10m0s is allowed",
		allowed + 400*time.Millisecond:    "your clock is 10m0s ahead; at most 10m0s is allowed",
		24 * time.Hour:                    "your clock is 24h0m0s ahead; at most 10m0s is allowed",
		-300*time.Second - 10*time.Minute: "your clock is 15m0s behind; at most 10m0s is allowed",
	} {
		err := wire.CheckClock(now.Add(offset), now, allowed)
		if fault.DetailOf(err) != want {
			t.Errorf("%v: got %q, want %q", offset, fault.DetailOf(err), want)
		}
		if want != "" && (fault.CodeOf(err) != wire.CodeClockSkew || fault.KindOf(err) != fault.Invalid) {
			t.Errorf("%v: got %v", offset, err)
		}
	}
	for _, far := range []time.Time{{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if err := wire.CheckClock(far, now, allowed); fault.CodeOf(err) != wire.CodeClockSkew {
			t.Errorf("%v: got %v", far, err)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{"1685599933871", "2024-01-01T00:00:00+00:00", "2024-01-01T00:00:00+0000",
		"2024-01-01T00:00:00.1234567Z", "2020-06-11T13:35:02+08:00", "2025-02-20T08:51:49.09Z", "2024-02-30T00:00:00Z"} {
		f.Add(seed)
	}
	// The layouts of the standard library are the oracle: what we accept, one of them accepts and understands alike.
	layouts := []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700",
		"2006-01-02T15:04:05.999999999Z07"}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := wire.ParseTime(text)
		if err != nil {
			if fault.CodeOf(err) != wire.CodeTimeMalformed {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if len(text) == 13 {
			if got.UnixMilli() < 0 || len(text) != 13 {
				t.Fatalf("%q gives %v", text, got)
			}
			return
		}
		for _, layout := range layouts {
			want, err := time.Parse(layout, strings.ToUpper(text))
			if err == nil {
				if !want.Truncate(time.Microsecond).Equal(got) {
					t.Fatalf("%q gives %v, want %v", text, got, want)
				}
				return
			}
		}
		t.Fatalf("%q gives %v, and no layout reads it", text, got)
	})
}
