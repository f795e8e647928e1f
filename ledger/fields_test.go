// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// write builds the body of some fields.
func write(fields []ledger.Field) []byte {
	var f ledger.Fields
	for _, field := range fields {
		if field.Text != "" {
			f.Text(field.Tag, field.Text)
		} else {
			f.Number(field.Tag, field.Number)
		}
	}
	return f.Body()
}

// The bytes of format 1. They are in journals: this table only ever grows.
var fieldsGolden = []struct {
	body   string
	fields []ledger.Field
}{
	{"", nil},
	{"01  06 00 00", []ledger.Field{{Tag: ledger.TagAmount}}},
	{"01  02 01 07 53554343455353  03 01 02 5731  04 00 80c0e388fbfe9503  0a 01 06 77616c6c6574", []ledger.Field{
		{Tag: ledger.TagResult, Text: "SUCCESS"}, {Tag: ledger.TagPartner, Text: "W1"},
		{Tag: ledger.TagPartnerAt, Number: 1_785_571_200_000_000}, {Tag: ledger.TagCause, Text: "wallet"}}},
	{"01  0c 00 01  0d 00 02  0e 01 04 63616665  0f 00 8803", []ledger.Field{{Tag: ledger.TagNumber, Number: 1},
		{Tag: ledger.TagPurpose, Number: 2}, {Tag: ledger.TagHolder, Text: "cafe"}, {Tag: ledger.TagCurrency, Number: 392}}},
	{"01  ff 00 ffffffffffffffff7f", []ledger.Field{{Tag: 255, Number: math.MaxInt64}}},
	{"01  05 01 03 00ff80", []ledger.Field{{Tag: ledger.TagCommitment, Text: "\x00\xff\x80"}}},
	{"01  0b 01 8002" + strings.Repeat("2e", 256), []ledger.Field{{Tag: ledger.TagDetail, Text: strings.Repeat(".", 256)}}},
}

func TestFieldsOfFormatOneAreReadForEver(t *testing.T) {
	t.Parallel()
	for _, g := range fieldsGolden {
		body := bytesOf(t, g.body)
		if got := write(g.fields); !bytes.Equal(got, body) {
			t.Errorf("%v is written as %x", g.fields, got)
		}
		got, err := ledger.ParseFields(body)
		if err != nil || !slices.Equal(got, g.fields) {
			t.Errorf("%s is read as %v, %v", g.body, got, err)
		}
	}
}

func TestDamagedFieldsAreRefused(t *testing.T) {
	t.Parallel()
	for what, body := range map[string]string{
		"format 0":                      "00 06 00 01",
		"a newer format":                "02 06 00 01",
		"a format without fields":       "01",
		"a tag alone":                   "01 06",
		"no number":                     "01 06 00",
		"tag 0":                         "01 00 00 01",
		"a form that is neither":        "01 06 02 01",
		"a tag twice":                   "01 06 00 01 06 00 02",
		"tags that fall":                "01 06 00 01 05 00 02",
		"a number that does not end":    "01 06 00 80",
		"a number longer than need be":  "01 06 00 8100",
		"a number of 64 bits":           "01 06 00 ffffffffffffffffff01",
		"a number of 70 bits":           "01 06 00 ffffffffffffffffff7f",
		"a text of nothing":             "01 02 01 00",
		"a text that is cut off":        "01 02 01 03 5352",
		"a text of 2^63 bytes":          "01 02 01 80808080808080808001 53",
		"a length longer than need be":  "01 02 01 8100 53",
		"half a field after the fields": "01 06 00 01 07",
		"a byte after the text":         "01 02 01 01 53 00",
	} {
		got, err := ledger.ParseFields(bytesOf(t, body))
		if fault.CodeOf(err) != ledger.CodeFieldsMalformed || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s is read as %v, %v", what, got, err)
		}
	}
}

func TestFieldsAreWrittenOnceEachInTheOrderOfTheirTags(t *testing.T) {
	t.Parallel()
	for what, build := range map[string]func(*ledger.Fields){
		"a tag twice":       func(f *ledger.Fields) { f.Number(ledger.TagAmount, 1); f.Number(ledger.TagAmount, 1) },
		"tags that fall":    func(f *ledger.Fields) { f.Text(ledger.TagPartner, "W1"); f.Text(ledger.TagResult, "SUCCESS") },
		"tag 0":             func(f *ledger.Fields) { f.Number(0, 1) },
		"a negative number": func(f *ledger.Fields) { f.Number(ledger.TagAmount, -1) },
	} {
		violates(t, what, func() { build(new(ledger.Fields)) })
	}
	var f ledger.Fields
	f.Text(ledger.TagResult, "")
	if got := f.Body(); len(got) != 0 {
		t.Errorf("an empty text is written as %x", got)
	}
}

func drawFields(t *rapid.T) []ledger.Field {
	tags := rapid.SliceOfNDistinct(rapid.Uint8Range(1, 255), 0, 20, rapid.ID).Draw(t, "tags")
	slices.Sort(tags)
	fields := make([]ledger.Field, len(tags))
	for i, tag := range tags {
		fields[i].Tag = ledger.Tag(tag)
		if rapid.Bool().Draw(t, "text") {
			fields[i].Text = string(rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "bytes"))
		} else {
			fields[i].Number = rapid.Int64Range(0, math.MaxInt64).Draw(t, "number")
		}
	}
	return fields
}

func TestFieldsComeBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fields := drawFields(t)
		body := write(fields)
		got, err := ledger.ParseFields(body)
		if err != nil || !slices.Equal(got, fields) {
			t.Fatalf("%v came back as %v, %v", fields, got, err)
		}
		if second, ok := secondFields(body); !ok || !slices.Equal(second, got) {
			t.Fatalf("the second decoder reads %v", second)
		}
	})
}

func FuzzParseFields(f *testing.F) {
	for _, g := range fieldsGolden {
		f.Add(bytesOf(f, g.body))
	}
	f.Add(bytesOf(f, "01"))
	f.Add(bytesOf(f, "01 02 01 8100 53"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := ledger.ParseFields(body)
		second, ok := secondFields(body)
		if ok != (err == nil) || !slices.Equal(second, got) {
			t.Fatalf("%x is %v, %v to one decoder and %v, %v to the other", body, got, err, second, ok)
		}
		if err == nil && !bytes.Equal(write(got), body) {
			t.Fatalf("%x is written again as %x", body, write(got))
		}
	})
}
