// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
)

// furnished is a data folder with a holder and a plan, in which nothing runs, and an import of a file beside it.
func furnished(t *testing.T, name, file string) *merchantImport {
	t.Helper()
	dir := t.TempDir()
	m := &merchantImport{setting: setting{Data: filepath.Join(dir, "data")}, File: filepath.Join(dir, name),
		Holder: "acq",
		Plan:   "std"}
	if err := os.WriteFile(m.File, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	err := m.operate(context.Background(), func(o *process.Operator) error {
		_, err := o.Do(context.Background(), flow.Put{Person: o.Person, What: "furnish", Facts: store.Facts{
			Holders: []access.Holder{{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer",
				Status: access.Active}},
			Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(198), Rounding: money.Down, FeeBack: true,
				From: time.Now().UTC()}}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// imported runs the command, but for its exit status.
func imported(t *testing.T, m *merchantImport) (tally *intake.Tally, said string) {
	t.Helper()
	var out strings.Builder
	reach := m.operate
	if m.DryRun {
		reach = m.look
	}
	err := reach(context.Background(), func(o *process.Operator) (err error) {
		tally, err = m.bring(context.Background(), o, &out)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tally, out.String()
}

const twoShops = "merchant_reference,name,mcc,prefecture,postal_code\nm-1,見本,5812,13,1000001\nm-2,見本,58,13,1000001\n"

func TestAnImportSaysWhatCameOfIt(t *testing.T) {
	t.Parallel()
	m := furnished(t, "shops.csv", twoShops)
	m.Findings = m.File + ".findings.csv"
	tally, said := imported(t, m)
	if tally.Bad != 1 || tally.Merchants.New != 1 {
		t.Errorf("%+v", tally)
	}
	for _, want := range []string{"csv in utf-8, 2 rows", "merchants: 1 new, 0 changed, 0 unchanged",
		"1 rows are bad and were not written: they are in " + m.File + ".bad.csv", "row 3: mcc must be four digits",
		"note         1× phone: No telephone number was given. (rows 2)"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	if got := read(t, m.Findings); !strings.Contains(got, "2,phone,note,phone,No telephone number was given.\r\n") {
		t.Error(got)
	}
	tally, said = imported(t, m)
	if tally.Written() || !strings.Contains(said, "nothing was written: the books hold all of it already") {
		t.Errorf("%+v\n%s", tally, said)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Whoever corrects a file of bad rows and imports the first file again by mistake loses nothing.
func TestCorrectedRowsAreSetAside(t *testing.T) {
	t.Parallel()
	m := furnished(t, "shops.csv", twoShops)
	imported(t, m)
	bad := intake.BadName(m.File)
	corrected := strings.Replace(read(t, bad), ",58,", ",5812,", 1)
	if err := os.WriteFile(bad, []byte(corrected), 0o600); err != nil {
		t.Fatal(err)
	}
	imported(t, m)
	if read(t, bad) == corrected || read(t, bad+".old") != corrected {
		t.Errorf("%q, %q", read(t, bad), read(t, bad+".old"))
	}
	again := *m
	again.File = bad + ".old"
	again.Format = "csv"
	if tally, said := imported(t, &again); tally.Bad != 0 || tally.Merchants.New != 1 {
		t.Errorf("%+v\n%s", tally, said)
	}
}

func TestADryRunMakesNoFileAndWritesNothing(t *testing.T) {
	t.Parallel()
	m := furnished(t, "shops.csv", twoShops)
	m.DryRun = true
	tally, said := imported(t, m)
	if tally.Merchants.New != 1 || tally.Bad != 1 ||
		!strings.Contains(said, "dry run: nothing was written; it would have been 1 acts") {
		t.Errorf("%+v\n%s", tally, said)
	}
	if beside, err := filepath.Glob(m.File + "*"); err != nil || len(beside) != 1 {
		t.Errorf("%q %v", beside, err)
	}
	m.DryRun = false
	if tally, _ = imported(t, m); tally.Merchants.New != 1 {
		t.Errorf("%+v", tally)
	}
}

func TestAnImportNeedsItsHolderAndItsPlan(t *testing.T) {
	t.Parallel()
	m := furnished(t, "shops.csv", twoShops)
	for _, wrong := range []func(m *merchantImport){func(m *merchantImport) { m.Holder = "nobody" },
		func(m *merchantImport) { m.Plan = "none" }, func(m *merchantImport) { m.Encoding = "latin" },
		func(m *merchantImport) { m.Format, m.File = "auto", filepath.Dir(m.File) }} {
		one := *m
		wrong(&one)
		err := one.operate(context.Background(), func(o *process.Operator) error {
			_, err := one.bring(context.Background(), o, io.Discard)
			return err
		})
		if err == nil {
			t.Errorf("%+v was imported", one)
		}
	}
}

func TestProgressIsSaidSeldomWithoutATerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	now := time.Now()
	m := &meter{out: &out, began: now.Add(-20 * time.Second), last: now.Add(-9 * time.Second)}
	m.imported(intake.Progress{Rows: 1000, Read: 50, Size: 100})
	if out.String() != "" {
		t.Errorf("%q within ten seconds", out.String())
	}
	m.last = now.Add(-11 * time.Second)
	m.imported(intake.Progress{Rows: 1000, Bad: 2, Read: 50, Size: 100})
	if got := out.String(); !strings.HasPrefix(got, "importing: 1000 rows, ") ||
		!strings.Contains(got, "2 bad, 50 %, about 20s left") {
		t.Errorf("%q", got)
	}
}

func TestASampleIsImported(t *testing.T) {
	t.Parallel()
	m := furnished(t, "shops.jsonl", "")
	s := merchantSample{File: m.File, Merchants: 300, Stores: 350, Seed: 1, Format: "auto", Encoding: "cp932",
		Plan: "std"}
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
	m.Plan = ""
	tally, said := imported(t, m)
	if tally.Merchants.New != 300 || tally.Stores.New != 350 || !strings.Contains(said,
		"jsonl in shift_jis, 350 rows") {
		t.Errorf("%+v\n%s", tally, said)
	}
	s.Bad = 2
	if err := s.Run(); err == nil {
		t.Error(fmt.Sprint("a sample with a share of ", s.Bad))
	}
}
