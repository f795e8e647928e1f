// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/fault"
)

func TestTheEncodingIsFoundOut(t *testing.T) {
	t.Parallel()
	const columns, kanji = "merchant_reference,name,mcc\n", "\x8c\xa9\x96\x7b" // 見本 in Shift_JIS
	long := strings.Repeat("m-1,Sample,5812\n", 10_000)                        // more than is looked at at once
	for _, f := range []struct {
		name, file string
		want       intake.Encoding
		marked     bool
	}{
		{"ASCII", columns + long, intake.UTF8, false},
		{"UTF-8", columns + "m-1,見本,5812\n", intake.UTF8, false},
		{"UTF-8 with a mark", "\ufeff" + columns, intake.UTF8, true},
		{"UTF-8 with a broken character", columns + strings.Repeat("m-1,見本,5812\n", 10) + "m-2,\xff,5812\n",
			intake.UTF8, false},
		{"Shift_JIS", columns + "m-1," + kanji + ",5812\n", intake.ShiftJIS, false},
		{"half-width kana", columns + "m-1,\xd0\xce\xdd,5812\n", intake.ShiftJIS, false},
		{"Shift_JIS after much ASCII", columns + long + "m-2," + kanji + ",5812\n", intake.ShiftJIS, false},
		{"UTF-8 cut by every window", columns + strings.Repeat("見", 100_000), intake.UTF8, false},
	} {
		file, err := intake.Open(strings.NewReader(f.file), intake.CSV, "")
		if err != nil || file.Encoding != f.want || file.Marked != f.marked {
			t.Errorf("%s: %v %+v", f.name, err, file)
		}
	}
}

func TestFormatsAndEncodingsAreNamed(t *testing.T) {
	t.Parallel()
	for _, f := range []struct {
		path, name string
		want       intake.Format
	}{{"a.CSV", "auto", intake.CSV}, {"a.csv.bad.csv", "", intake.CSV}, {"a.ndjson", "", intake.JSONL}, {"a", "jsonl",
		intake.JSONL}} {
		if got, err := intake.FormatOf(f.path, f.name); err != nil || got != f.want {
			t.Errorf("%s %s: %v %v", f.path, f.name, got, err)
		}
	}
	if _, err := intake.FormatOf("a.xlsx", "auto"); fault.CodeOf(err) != intake.CodeFormatUnknown {
		t.Error(err)
	}
	if got, err := intake.ParseEncoding("CP932"); err != nil || got != intake.ShiftJIS {
		t.Error(got, err)
	}
	if _, err := intake.ParseEncoding("latin1"); fault.CodeOf(err) != intake.CodeEncodingUnknown {
		t.Error(err)
	}
}
