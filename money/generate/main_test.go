// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommittedTableIsWhatTheListSays(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("../currencies.csv")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("../table.go")
	if err != nil {
		t.Fatal(err)
	}
	got, err := render(bytes.NewReader(list))
	if err != nil || !bytes.Equal(got, table) {
		t.Fatalf("table.go is not made from currencies.csv: run go generate ./money (%v)", err)
	}
}

func TestListWithADefectIsRefusedByItsLine(t *testing.T) {
	t.Parallel()
	const head = "# a comment\nnumeric,alphabetic,exponent,name\n"
	for text, want := range map[string]string{
		"":                                "first line",
		"392,JPY,0,Yen\n":                 "first line",
		head + "392,JPY,0\n":              "wrong number of fields",
		head + "92,JPY,0,Yen\n":           "three digits",
		head + "000,JPY,0,Yen\n":          "three digits",
		head + "+92,JPY,0,Yen\n":          "three digits",
		head + "392,JP,0,Yen\n":           "three letters",
		head + "392,jpy,0,Yen\n":          "three letters",
		head + "392,JPY,0,\n":             "JPY has no name",
		head + "392,JPY,,Yen\n":           "exponent",
		head + "392,JPY,5,Yen\n":          "exponent",
		head + "392,JPY,n.a.,Yen\n":       "exponent",
		head + "392,A,0,A\n392,JPY,0,Y":   "three letters",
		head + "392,JPY,0,Y\n392,USD,2,D": "USD 392 stands",
		head + "392,JPY,0,Y\n840,JPY,2,D": "JPY 840 stands",
	} {
		if _, err := render(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestRunWritesTheTableAndNamesTheListInItsErrors(t *testing.T) {
	t.Parallel()
	source, target := filepath.Join(t.TempDir(), "list.csv"), filepath.Join(t.TempDir(), "table.go")
	if err := run(source, target); !os.IsNotExist(err) {
		t.Fatalf("a list that is not there: %v", err)
	}
	list := "numeric,alphabetic,exponent,name\n959,XAU,N.A.,Gold\n840,USD,2,US Dollar\n392,JPY,0,Yen\n"
	if err := os.WriteFile(source, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(source, target); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(target)
	constants := "\tJPY Currency = 392 // Yen\n\tUSD Currency = 840 // US Dollar\n"
	if err != nil || !bytes.Contains(table, []byte(constants)) ||
		!bytes.Contains(table, []byte("//   - XAU 959 Gold\n")) || bytes.Contains(table, []byte("XAU Currency")) {
		t.Fatalf("%v\n%s", err, table)
	}
	if err := os.WriteFile(source, []byte("no list"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(source, target); err == nil || !strings.HasPrefix(err.Error(), source+": ") {
		t.Fatalf("a broken list: %v", err)
	}
}
