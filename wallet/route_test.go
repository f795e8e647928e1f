// SPDX-License-Identifier: Apache-2.0

package wallet_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

// table is a routing table as an operator would write it from the published formats.
//
// Source: reference/japan.md 2.1, reference/alipay-wire-api.md 3.7. Routing numbers are samples.
func table() []wallet.Route {
	lines := []wallet.Route{
		{ID: "cgcp-001", Prefix: "281001", LengthMin: 24, LengthMax: 24, Wallet: "one"},
		{ID: "cgcp-010", Prefix: "281010", LengthMin: 24, LengthMax: 24, Wallet: "ten"},
		{ID: "upm-251001", Prefix: "251001", LengthMin: 24, LengthMax: 24, Marks: "7:0,8:2", Wallet: "general"},
		{ID: "plus-19", Prefix: "289", LengthMin: 19, LengthMax: 19, Marks: "14:6", Wallet: "plus"},
		{ID: "old-28", Prefix: "28", LengthMin: 17, LengthMax: 19, Wallet: "old"},
		{ID: "wechat-10", Prefix: "1", LengthMin: 18, LengthMax: 18, Marks: "", Wallet: "wechat"},
		{ID: "union", Prefix: "62", LengthMin: 19, LengthMax: 20, Wallet: "union"},
	}
	for _, prefix := range []string{"25", "26", "27", "28", "29", "30"} {
		lines = append(lines, wallet.Route{ID: "cn-" + prefix, Prefix: prefix, LengthMin: 16, LengthMax: 24, Priority: 1,
			Wallet: "cn"})
	}
	return lines
}

func TestCandidatesOfPublishedCodes(t *testing.T) {
	t.Parallel()
	lines := table()
	for _, line := range lines {
		if err := line.Check(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		code string
		want []wallet.ID
	}{
		{"28763443825664394", []wallet.ID{"old", "cn"}},             // 17 digits
		{"28024456785672301", []wallet.ID{"old", "cn"}},             // 17
		{"289431869362714645", []wallet.ID{"old", "cn"}},            // 18: 289 means nothing yet
		{"280244567856723026", []wallet.ID{"old", "cn"}},            // 18
		{"2893612204263667830", []wallet.ID{"plus", "old", "cn"}},   // 19, the 14th digit is 6
		{"2893612204263567830", []wallet.ID{"old", "cn"}},           // 19, the 14th digit is 5
		{"2843612204263667830", []wallet.ID{"old", "cn"}},           // 19, the third digit is 4
		{"281010897274821897274821", []wallet.ID{"ten", "cn"}},      // 24, routing number 010
		{"281001897274821897274821", []wallet.ID{"one", "cn"}},      // 24, routing number 001
		{"281002897274821897274821", []wallet.ID{"cn"}},             // 24, a routing number of nobody
		{"251001020123456789012345", []wallet.ID{"general", "cn"}},  // 24, business type 02
		{"251001010123456789012345", []wallet.ID{"cn"}},             // 24, another business type
		{"2510010201234567890", []wallet.ID{"cn"}},                  // 19
		{"300000000000000000", []wallet.ID{"cn"}},                   // the last of the six prefixes
		{"2500000000000000", []wallet.ID{"cn"}},                     // 16, the shortest
		{"135112298638468293", []wallet.ID{"wechat"}},               // 18
		{"6212345678901234567", []wallet.ID{"union"}},               // 19
		{"62123456789012345678", []wallet.ID{"union"}},              // 20
		{"31" + strings.Repeat("0", 16), nil},                       // 31 is nobody's
		{"1351122986384682930", nil},                                // 19 digits, not 18
		{"28" + strings.Repeat("0", 23), nil},                       // 25 digits: reserved
		{"281010" + strings.Repeat("0", 17), []wallet.ID{"cn"}},     // 23 digits
		{"621234567890123456", nil},                                 // 18 digits, not 19
		{"24" + strings.Repeat("0", 16), nil},                       // below 25
		{"281" + strings.Repeat("0", 16), []wallet.ID{"old", "cn"}}, // 19 digits
	} {
		got, err := wallet.Candidates(lines, c.code, noon)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s is of %v, not %v", c.code, got, c.want)
		}
		unknown := fault.CodeOf(err) == wallet.CodePaymentCodeUnknown && fault.KindOf(err) == fault.NotFound
		if unknown != (c.want == nil) {
			t.Errorf("%s: %v", c.code, err)
		}
	}
}

// Every tie is broken by the next rule, whatever the order of the table.
func TestCandidatesAreInOneOrder(t *testing.T) {
	t.Parallel()
	lines := []wallet.Route{ // best first
		{ID: "z", Prefix: "2810", LengthMin: 16, LengthMax: 32, Wallet: "longest prefix", Priority: 9},
		{ID: "y", Prefix: "281", LengthMin: 16, LengthMax: 32, Marks: "20:9", Wallet: "marks", Priority: 9},
		{ID: "x", Prefix: "281", LengthMin: 20, LengthMax: 24, Wallet: "narrow", Priority: 9},
		{ID: "w", Prefix: "281", LengthMin: 19, LengthMax: 24, Wallet: "priority", Priority: 1},
		{ID: "a", Prefix: "281", LengthMin: 20, LengthMax: 25, Wallet: "id a", Priority: 2},
		{ID: "b", Prefix: "281", LengthMin: 19, LengthMax: 24, Wallet: "id b", Priority: 2},
		{ID: "c", Prefix: "28", LengthMin: 20, LengthMax: 20, Wallet: "marks"},
		{ID: "d", Prefix: "", LengthMin: 16, LengthMax: 32, Wallet: "anybody"},
	}
	const code = "28105555555555555559"
	want := []wallet.ID{"longest prefix", "marks", "narrow", "priority", "id a", "id b", "anybody"}
	rapid.Check(t, func(t *rapid.T) {
		got, err := wallet.Candidates(rapid.Permutation(lines).Draw(t, "table"), code, noon)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v, %v", got, err)
		}
	})
}

func TestLineOfTheTableIsValidFromItsFirstInstantUntilItsLast(t *testing.T) {
	t.Parallel()
	line := wallet.Route{ID: "r", Prefix: "28", LengthMin: 18, LengthMax: 18, Wallet: "w", From: noon,
		Until: noon.Add(time.Hour)}
	endless := line
	endless.Until = time.Time{}
	for _, c := range []struct {
		at      time.Time
		line    wallet.Route
		matches bool
	}{
		{noon.Add(-1), line, false}, {noon, line, true},
		{noon.Add(time.Hour - 1), line, true}, {noon.Add(time.Hour), line, false},
		{noon.Add(-1), endless, false}, {noon.AddDate(100, 0, 0), endless, true},
	} {
		_, err := wallet.Candidates([]wallet.Route{c.line}, "289431869362714645", c.at)
		if (err == nil) != c.matches {
			t.Errorf("at %v until %v: %v", c.at, c.line.Until, err)
		}
	}
}

func TestLineThatCanNeverMatchIsRefused(t *testing.T) {
	t.Parallel()
	good := wallet.Route{ID: "r", Prefix: "289", LengthMin: 19, LengthMax: 19, Marks: "14:6", Wallet: "w", From: noon}
	for field, spoil := range map[string][]func(*wallet.Route){
		"id":     {func(r *wallet.Route) { r.ID = "" }},
		"prefix": {func(r *wallet.Route) { r.Prefix = "28x" }, func(r *wallet.Route) { r.Prefix = strings.Repeat("2", 20) }},
		"length": {func(r *wallet.Route) { r.LengthMin = 15 }, func(r *wallet.Route) { r.LengthMax = 33 },
			func(r *wallet.Route) { r.LengthMax = 18 }},
		"wallet": {func(r *wallet.Route) { r.Wallet = "" }},
		"until":  {func(r *wallet.Route) { r.Until = noon }, func(r *wallet.Route) { r.Until = noon.Add(-1) }},
		"marks": {func(r *wallet.Route) { r.Marks = "14" }, func(r *wallet.Route) { r.Marks = "14:66" },
			func(r *wallet.Route) { r.Marks = "14:x" }, func(r *wallet.Route) { r.Marks = "0:6" },
			func(r *wallet.Route) { r.Marks = ":6" }, func(r *wallet.Route) { r.Marks = "x:6" },
			func(r *wallet.Route) { r.Marks = "014:6" }, func(r *wallet.Route) { r.Marks = "33:6" },
			func(r *wallet.Route) { r.Marks = "20:6" }, func(r *wallet.Route) { r.Marks = "3:8" },
			func(r *wallet.Route) { r.Marks = "14:6,14:7" }},
	} {
		for i, s := range spoil {
			bad := good
			s(&bad)
			err := bad.Check()
			if fault.CodeOf(err) != wallet.CodePaymentCodeMalformed || fault.KindOf(err) != fault.Invalid ||
				!strings.HasPrefix(fault.DetailOf(err), field+" ") {
				t.Errorf("%s, %d: %v", field, i, err)
			}
		}
	}
	for _, marks := range []string{"", "14:6", "3:9", "14:6,15:0", "14:6,14:6", ",14:6,"} {
		line := good
		line.Marks = marks
		if err := line.Check(); err != nil {
			t.Errorf("%q: %v", marks, err)
		}
	}
}

// A mark that is no mark, or lies behind the end of a code, fits no code.
func TestMarkOutsideTheCodeFitsNothing(t *testing.T) {
	t.Parallel()
	for _, marks := range []string{"20:0", "nonsense"} {
		line := wallet.Route{ID: "r", Prefix: "28", LengthMin: 16, LengthMax: 32, Marks: marks, Wallet: "w"}
		if got, err := wallet.Candidates([]wallet.Route{line}, "289431869362714645", noon); err == nil {
			t.Errorf("%s fits: %v", marks, got)
		}
	}
}

func TestNormalCodeIsTheDigitsAlone(t *testing.T) {
	t.Parallel()
	const code = "289431869362714645"
	for _, text := range []string{code, " 2894 3186 9362 7146 45 ", "2894-3186-9362-7146-45", "２８９４３１８６９３６２７１４６４５",
		"２８９４　３１８６　９３６２　７１４６４５", "2894－3186－9362－714645", code + "\r\n", "\t" + code} {
		if got, err := wallet.NormalCode(text); err != nil || got != code {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, length := range []int{16, 17, 18, 19, 24, 32} {
		digits := strings.Repeat("2", length)
		if got, err := wallet.NormalCode(digits); err != nil || got != digits {
			t.Errorf("%d digits: %q, %v", length, got, err)
		}
	}
}

func TestCodeThatIsNotDigitsIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "2894318693627146x5", "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=",
		"https://example.org/28943186936271464", strings.Repeat("2", 15), strings.Repeat("2", 33), strings.Repeat("2", 1<<16),
		"28943186936271464²", "28943186936271464٣", "289431869\n362714645", "289431869362714645\x00", "28943186936271464\xff"} {
		got, err := wallet.NormalCode(text)
		if fault.CodeOf(err) != wallet.CodePaymentCodeMalformed || fault.KindOf(err) != fault.Invalid || got != "" {
			t.Errorf("%q is %q, %v", text, got, err)
		}
		if trimmed := strings.TrimSpace(text); trimmed != "" && strings.Contains(err.Error(), trimmed) {
			t.Errorf("the error tells the code: %v", err)
		}
	}
}

func FuzzNormalCode(f *testing.F) {
	for _, text := range []string{"289431869362714645", " 2894-3186　9362 ７１４６４５\r\n", "", "hQVDUFY", "28\xff",
		strings.Repeat("2", 33)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, err := wallet.NormalCode(text)
		if err != nil {
			if code != "" || fault.CodeOf(err) != wallet.CodePaymentCodeMalformed {
				t.Fatalf("%q: %q, %v", text, code, err)
			}
			return
		}
		if len(code) < 16 || len(code) > 32 || strings.Trim(code, "0123456789") != "" || !utf8.ValidString(text) {
			t.Fatalf("%q is %q", text, code)
		}
		if again, err := wallet.NormalCode(code); err != nil || again != code {
			t.Fatalf("%q is %q, and that %q, %v", text, code, again, err)
		}
		if plain := digitsOf(text); plain != code {
			t.Fatalf("%q is %q, but its digits are %q", text, code, plain)
		}
	})
}

// digitsOf is every digit of a text, plain or full-width, by another way.
func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if place := strings.IndexRune("0123456789", r); place >= 0 {
			return r
		}
		if place := slices.Index([]rune("０１２３４５６７８９"), r); place >= 0 {
			return rune('0' + place)
		}
		return -1
	}, text)
}
