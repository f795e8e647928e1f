// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/merchant"
)

// FuzzRows reads what anybody may hand in: every row is either taken apart or flawed, rows are counted upwards, and
// the whole file is passed over, whatever pieces it comes in.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{"a,b\r\n\"c\"\"\",d", "\"open\n1,2\n", "x\"y,z\n\r\n,\n", "{\"name\":\"見本\"}\n{",
		"\x8c\xa9,\x96{\n", "\"a\r\"\r", "a,\r", "one\n", "a,\"b\r\nc\"\r\n\"d\"e\n",
		"{\"mcc\":5812,\"mcc\":null}\r\n[]"} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, inJSON bool) {
		whole := readAll(t, bytes.NewReader(data), inJSON, len(data))
		pieces := readAll(t, iotest.OneByteReader(bytes.NewReader(data)), inJSON, len(data))
		if !slices.Equal(whole, pieces) {
			t.Errorf("%q, in pieces %q", whole, pieces)
		}
	})
}

func readAll(t *testing.T, from io.Reader, inJSON bool, size int) (said []string) {
	t.Helper()
	w := newWindow(from)
	var rows rows = &csvRows{window: w, header: []string{"one", "two"}}
	if inJSON {
		rows = &jsonRows{window: w, encoding: UTF8}
	}
	last := int64(0)
	for {
		r, err := rows.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.row <= last || len(r.flaws) == 0 && len(r.cells) == 0 && len(r.texts) != int(Columns) {
			t.Fatalf("after row %d: %+v", last, r)
		}
		last = r.row
		said = append(said, fmt.Sprintf("%+v", r))
	}
	if rows.offset() != int64(size) {
		t.Fatalf("%d bytes of %d were passed over", rows.offset(), size)
	}
	return said
}

// FuzzFile opens and checks whole files: nothing that anybody hands in may break an invariant.
func FuzzFile(f *testing.F) {
	f.Add([]byte("merchant_reference,name,mcc,prefecture,postal_code\nm-1,見本,5812,13,1000001\n"))
	f.Add([]byte("merchant_reference,name,mcc\nm-1,\x8c\xa9\x96{,5812\n"))
	f.Add([]byte("\xef\xbb\xbfmerchant_reference,name,mcc,store_reference\n\"m\n,,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(bytes.NewReader(data), CSV, "")
		if err != nil {
			return
		}
		terms, seen, bad := Terms{Plan: "std", Plans: func(merchant.PlanID) bool { return true }}, newSeen(),
			strings.Builder{}
		to := badRows{to: &bad, file: file}
		for {
			r, err := file.next()
			if ended(err) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(r.flaws) == 0 {
				terms.check(r)
			}
			if len(r.flaws) == 0 {
				seen.note(r)
			}
			if len(r.flaws) == 0 && (r.merchant.Name == "" || len(r.merchant.MCC) != 4 ||
				!r.merchant.Currency.Valid()) {
				t.Fatalf("%+v is good", r.merchant)
			}
			if len(r.flaws) > 0 {
				if err := to.add(r); err != nil {
					t.Fatal(err)
				}
			}
		}
		if bad.Len() > 0 {
			if _, err := Open(strings.NewReader(bad.String()), CSV, file.Encoding); err != nil {
				t.Fatalf("the bad rows cannot be opened again: %v", err)
			}
		}
	})
}

// What is written with Quoted is read back by both readers of CSV, ours and the standard library's.
func TestQuotedCellsAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(rapid.StringMatching(`[a,"見 \n=]{0,6}`), 2, 6).Draw(t, "cells")
		var line strings.Builder
		for i, c := range cells {
			if i > 0 {
				line.WriteByte(',')
			}
			line.WriteString(Quoted(c))
		}
		line.WriteString("\r\n")
		rows := &csvRows{window: newWindow(strings.NewReader(line.String()))}
		ours, err := rows.next()
		if err != nil || !slices.Equal(ours.cells, cells) {
			t.Fatalf("%v %q, not %q", err, ours.cells, cells)
		}
		theirs, err := csv.NewReader(strings.NewReader(line.String())).Read()
		if err != nil || !slices.Equal(theirs, cells) {
			t.Fatalf("%v %q, not %q", err, theirs, cells)
		}
	})
}
