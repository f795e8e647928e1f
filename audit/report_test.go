// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/fault"
)

func TestReportNamesTableRowAndAmountOnOneLine(t *testing.T) {
	t.Parallel()
	b := write(t)
	f := b.forge(t)
	f.transfers(f.n("hk succeeded"), larger)
	f.db.Close()
	r := full(t, f.copy, audit.Options{Witness: b.heads[:5]})
	text := r.String()
	for _, want := range []string{
		"I-03 journal " + row(f.n("hk succeeded")) + ": the hash does not follow from the row and the row before it\n",
		"I-11 journal " + row(f.n("hk succeeded")) + " [HKD 51.21 instead of HKD 51.20]: the transfer fx_sell",
		"lane 0: ", "unaltered up to row 5, of 2026-11-24T03:0", "sealed until 2026-11-24T03:15:00Z\n",
		"not to be seen in the store: I-17 (the projections), I-08 ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if lines := strings.Count(text, "\n"); lines != len(r.Findings)+len(r.Lanes)+2 {
		t.Errorf("%d lines for %d findings and %d lanes:\n%s", lines, len(r.Findings), len(r.Lanes), text)
	}
}

func TestReportOfASoundBookSaysConsistent(t *testing.T) {
	t.Parallel()
	b := write(t)
	r := full(t, b.file, audit.Options{})
	if text := r.String(); !r.OK() || !strings.Contains(text, " rows, consistent, sealed until ") {
		t.Fatal(text)
	}
	if c := r.Counts; c.Rows != b.last || c.Fees == 0 || c.Quotes != 3 || c.Balances == 0 || c.Claims == 0 || c.Sealed == 0 ||
		c.Facts < 12 || c.Acts != 3 {
		t.Fatalf("%+v", c)
	}
}

func TestOpeningWhatIsNoStoreIsAnError(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.db")
	for location, code := range map[string]fault.Code{"": audit.CodeLocation, "postgres://%zz": audit.CodeLocation,
		missing: audit.CodeUnread} {
		if b, err := audit.Open(t.Context(), location); fault.CodeOf(err) != code {
			t.Errorf("%q: %v %v", location, b, err)
		}
	}
	if matches, err := filepath.Glob(missing + "*"); err != nil || len(matches) > 0 {
		t.Errorf("the audit made %v: %v", matches, err)
	}
	empty := "memory:" + t.Name()
	db, err := sql.Open("sqlite", "file:/"+t.Name()+"?vfs=memdb")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE lane (lane INTEGER)"); err != nil {
		t.Fatal(err)
	}
	b := opened(t, empty)
	if _, err := b.Full(context.Background(), audit.Options{}); fault.CodeOf(err) != audit.CodeUnread ||
		fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestBooksThatMoveDuringAnAuditRaiseNoFalseAlarm(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 3} {
		if raced && lanes > 1 {
			continue
		}
		location := "memory:" + t.Name() + string(rune('0'+lanes))
		w := newWorld(t, location, 51, lanes)
		w.fill(500)
		w.tell(50)
		told := 0
		r := full(t, location, audit.Options{Families: 32, Progress: func(audit.Progress) {
			told++
			w.tell(15)
		}})
		if !r.OK() || told < 4 {
			t.Fatalf("after %d pages\n%s", told, r.String())
		}
	}
}
