// SPDX-License-Identifier: Apache-2.0

package ecb_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have no table of time zones

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/partner/ecb"
)

// daily has the form of the bank's file of the day; the rates are samples.
const daily = "Date, USD, JPY, IDR, TRY, CNY, HKD, KRW, \n" +
	"20 November 2026, 1.0567, 163.45, 16838.83, N/A, 7.5216, 8.2216, 1537.25, \n"

// history has the form of the bank's history, with currencies that no longer exist.
const history = "Date,USD,JPY,CYP,EEK,HKD,\n" +
	"2026-11-20,1.0567,163.45,N/A,N/A,8.2216,\n" +
	"2026-11-19,1.0551,163.2,N/A,N/A,8.2101,\n" +
	"1999-01-04,1.1789,133.73,0.58231,15.6466,,\n"

// line is a reading in one line.
func line(r fx.Reading) string { return r.At.Format(time.RFC3339) + " " + r.Rate.String() }

func lines(readings []fx.Reading) string {
	var list []string
	for _, r := range readings {
		list = append(list, line(r))
	}
	return strings.Join(list, "\n")
}

func archive(t testing.TB, names []string, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		file, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const dailyReadings = `2026-11-20T13:10:00Z EUR/USD 10567/10000
2026-11-20T13:10:00Z EUR/JPY 3269/20
2026-11-20T13:10:00Z EUR/IDR 1683883/100
2026-11-20T13:10:00Z EUR/CNY 4701/625
2026-11-20T13:10:00Z EUR/HKD 10277/1250
2026-11-20T13:10:00Z EUR/KRW 6149/4`

func TestTheFileOfTheDayIsRead(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string][]byte{
		"plain":              []byte(daily),
		"zipped":             archive(t, []string{"eurofxref.csv"}, daily),
		"other line ends":    []byte(strings.ReplaceAll(daily, "\n", "\r\n")),
		"no last line end":   []byte(strings.TrimRight(daily, "\n")),
		"without last comma": []byte(strings.ReplaceAll(daily, ", \n", "\n")),
		"without spaces":     []byte(strings.ReplaceAll(daily, ", ", ",")),
		"with the euro": []byte(strings.NewReplacer("Date, USD", "Date, EUR, USD", "2026, 1.0567", "2026, 1, 1.0567").
			Replace(daily)),
	} {
		readings, err := ecb.Parse(raw)
		if err != nil || lines(readings) != dailyReadings {
			t.Errorf("%s: %v\n%s", name, err, lines(readings))
		}
		for _, r := range readings {
			if r.Source != ecb.ID {
				t.Errorf("a reading of the source %q", r.Source)
			}
		}
	}
}

func TestTheHistoryIsReadOldestDayFirst(t *testing.T) {
	t.Parallel()
	readings, err := ecb.Parse(archive(t, []string{"eurofxref-hist.csv"}, history))
	if err != nil {
		t.Fatal(err)
	}
	const want = `1999-01-04T13:10:00Z EUR/USD 11789/10000
1999-01-04T13:10:00Z EUR/JPY 13373/100
2026-11-19T13:10:00Z EUR/USD 10551/10000
2026-11-19T13:10:00Z EUR/JPY 816/5
2026-11-19T13:10:00Z EUR/HKD 82101/10000
2026-11-20T13:10:00Z EUR/USD 10567/10000
2026-11-20T13:10:00Z EUR/JPY 3269/20
2026-11-20T13:10:00Z EUR/HKD 10277/1250`
	if got := lines(readings); got != want {
		t.Errorf("it is read as\n%s", got)
	}
}

// 14:10 in Frankfurt is 12:10 UTC from the last Sunday of March to the day before the last Sunday of October.
func TestRatesAreOfTenPastTwoInFrankfurt(t *testing.T) {
	t.Parallel()
	frankfurt, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for day := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2032; day = day.AddDate(0, 0, 1) {
		readings, err := ecb.Parse([]byte("Date,USD\n" + day.Format(time.DateOnly) + ",1.0567\n"))
		if err != nil {
			t.Fatal(err)
		}
		want := time.Date(day.Year(), day.Month(), day.Day(), 14, 10, 0, 0, frankfurt)
		if !readings[0].At.Equal(want) {
			t.Errorf("a rate of %s is of %v", day.Format(time.DateOnly), readings[0].At)
		}
	}
}

func TestAFileThatIsNotWholeIsNotBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw  string
		line string
	}{
		"empty":                {"", "line 1"},
		"names only":           {"Date, USD, \n", "line 1"},
		"a page":               {"<!DOCTYPE html>\n<html></html>\n", "line 1"},
		"no currency":          {"Date\n20 November 2026\n", "line 1"},
		"nothing but a comma":  {"Date,\n20 November 2026,\n", "line 2"},
		"a column twice":       {"Date,USD,USD,\n2026-11-20,1,1,\n", "line 1"},
		"a column without end": {"Date,USD,,\n2026-11-20,1,,\n", "line 1"},
		"lower case":           {"Date,usd,\n2026-11-20,1,\n", "line 1"},
		"cut in a rate":        {daily[:len(daily)-6], "line 2"},
		"cut in a line":        {history[:len(history)-20], "line 4"},
		"a column too many":    {"Date,USD,\n2026-11-20,1,2,\n", "line 2"},
		"thousands":            {"Date,IDR,\n2026-11-20,16,838.83,\n", "line 2"},
		"an American date":     {"Date,USD,\n11/20/2026,1.05,\n", "line 2"},
		"a day there is not":   {"Date,USD,\n31 November 2026,1.05,\n", "line 2"},
		"before the euro":      {"Date,USD,\n1998-12-31,1.05,\n", "line 2"},
		"a day twice":          {"Date,USD,\n2026-11-20,1.05,\n20 November 2026,1.06,\n", "line 3"},
		"zero":                 {"Date,USD,\n2026-11-20,0,\n", "line 2"},
		"zero in decimals":     {"Date,USD,\n2026-11-20,0.0000,\n", "line 2"},
		"negative":             {"Date,USD,\n2026-11-20,-1.05,\n", "line 2"},
		"no number":            {"Date,USD,\n2026-11-20,NaN,\n", "line 2"},
		"infinite":             {"Date,USD,\n2026-11-20,Inf,\n", "line 2"},
		"an exponent":          {"Date,USD,\n2026-11-20,1e3,\n", "line 2"},
		"a dash":               {"Date,USD,\n2026-11-20,-,\n", "line 2"},
		"too many digits":      {"Date,USD,\n2026-11-20,1.0567891234567891234,\n", "line 2"},
		"an empty line within": {"Date,USD,\n\n2026-11-20,1.05,\n", "line 2"},
		"no rate at all":       {"Date,USD,\n2026-11-20,N/A,\n", "line 2"},
		"no archive":           {"PK\x03\x04 and so on", "line 0"},
		"an empty archive":     {"PK\x05\x06" + strings.Repeat("\x00", 18), "line 0"},
	} {
		readings, err := ecb.Parse([]byte(c.raw))
		if len(readings) != 0 || fault.CodeOf(err) != ecb.CodeFileMalformed || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %d readings, %v", name, len(readings), err)
			continue
		}
		if !strings.Contains(err.Error(), "("+c.line+")") {
			t.Errorf("%s: %v does not speak of %s", name, err, c.line)
		}
	}
}

func TestAnArchiveHoldsOneFileAndUnpacksToNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	bomb := archive(t, []string{"eurofxref.csv"}, strings.Repeat(" ", 5<<20))
	if len(bomb) > 1<<20 {
		t.Fatalf("the bomb has %d bytes: it proves nothing", len(bomb))
	}
	nested := string(archive(t, []string{"a.csv"}, daily))
	many := strings.Repeat("1,", 200)
	for name, c := range map[string]struct {
		raw  []byte
		code fault.Code
	}{
		"bomb":                      {bomb, ecb.CodeFileTooLarge},
		"plain but as large":        {bytes.Repeat([]byte{' '}, 5<<20), ecb.CodeFileTooLarge},
		"two files":                 {archive(t, []string{"a.csv", "b.csv"}, daily), ecb.CodeFileMalformed},
		"archive in archive":        {archive(t, []string{"a.zip"}, nested), ecb.CodeFileMalformed},
		"cut off":                   {archive(t, []string{"a.csv"}, daily)[:40], ecb.CodeFileMalformed},
		"more columns than there":   {[]byte("Date,USD,\n2026-11-20," + many + "\n"), ecb.CodeFileMalformed},
		"a currency that never was": {[]byte("Date,XAA,\n2026-11-20,1,\n"), ecb.CodeFileMalformed},
	} {
		if readings, err := ecb.Parse(c.raw); len(readings) != 0 || fault.CodeOf(err) != c.code {
			t.Errorf("%s: %d readings, %v", name, len(readings), err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{daily, history, "", "Date,USD\n2026-11-20,1\n", "Date,\n", "PK\x05\x06"} {
		f.Add([]byte(seed))
	}
	f.Add(archive(f, []string{"eurofxref.csv"}, daily))
	f.Fuzz(func(t *testing.T, raw []byte) {
		readings, err := ecb.Parse(raw)
		if err != nil {
			if readings != nil || fault.KindOf(err) != fault.Invalid || fault.DetailOf(err) == "" {
				t.Fatalf("%d readings and %v", len(readings), err)
			}
			return
		}
		board, terms := fx.Board{}, ecb.Terms(1, money.BasisPoints(1), money.BasisPoints(1))
		seen := map[string]bool{}
		for i, r := range readings {
			if i > 0 && r.At.Before(readings[i-1].At) {
				t.Fatalf("%v stands after %v", r, readings[i-1])
			}
			if key := r.At.String() + r.Rate.Quote().String(); r.Rate.Base() != money.EUR || seen[key] {
				t.Fatalf("%v is no rate of its own against the euro", r)
			} else {
				seen[key] = true
			}
			// The board may call it a jump; it may never call it malformed.
			if _, err := board.Accept(terms, r, r.At); fault.CodeOf(err) == fx.CodeReadingMalformed ||
				fault.CodeOf(err) == fx.CodeReadingOrder {
				t.Fatal(err)
			}
		}
	})
}
