// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"github.com/kakehashi-pay/kakehashi/audit"
)

func step(t testing.TB, a *audit.Auditor) []audit.Finding {
	t.Helper()
	found, err := a.Step(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestStepsAfterEveryMovementFindWhatFullFinds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		if raced && seed > 1 {
			continue
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			location := "memory:" + t.Name()
			w := newWorld(t, location, 1000+seed, 1+int(seed%2))
			a := opened(t, location).Auditor(audit.Options{})
			steps := 0
			w.after = func() {
				steps++
				if found := step(t, a); len(found) > 0 {
					t.Fatalf("after step %d: %v", steps, found)
				}
			}
			w.tell(50)
			w.after()
			if found, err := a.Sweep(context.Background()); err != nil || len(found) > 0 {
				t.Fatalf("%v %v", found, err)
			}
			stepped, whole := a.Report(), full(t, location, audit.Options{})
			if stepped.Counts.Again != 0 {
				t.Fatalf("%d payments were read again", stepped.Counts.Again)
			}
			// Refused claims and credit lines are judged by the catalogue of the moment: only these counts may
			// differ.
			s, f := stepped.Counts, whole.Counts
			if !whole.OK() || s.Rows != f.Rows || s.Transfers != f.Transfers || s.Payments != f.Payments ||
				s.Refunds != f.Refunds || s.Acts != f.Acts || s.Conversions != f.Conversions || s.Accounts != f.Accounts {
				t.Fatalf("stepped %+v, whole %+v\n%s", s, f, whole.String())
			}
		})
	}
}

func TestStepReadsNoOldRowAgain(t *testing.T) {
	t.Parallel()
	location := "memory:" + t.Name()
	w := newWorld(t, location, 3, 1)
	w.tell(30)
	a := opened(t, location).Auditor(audit.Options{})
	if found := step(t, a); len(found) > 0 {
		t.Fatal(found)
	}
	read := a.Report().Counts.Rows
	db, err := sql.Open("sqlite", "file:/"+t.Name()+"?vfs=memdb&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE journal SET body = x'09' WHERE n = 9"); err != nil {
		t.Fatal(err)
	}
	w.anyPaid()
	if found := step(t, a); len(found) > 0 {
		t.Fatalf("an old row was read: %v", found)
	}
	rows := a.Report().Counts.Rows - read
	if last := a.Report().Lanes[0].N; rows <= 0 || read+rows != last {
		t.Fatalf("%d rows were read of %d new ones", rows, last-read)
	}
	if r := full(t, location, audit.Options{}); r.OK() {
		t.Fatal("the edit of an old row was not found by reading all")
	}
}

func TestForgettingPaymentsChangesNothing(t *testing.T) {
	t.Parallel()
	location := "memory:" + t.Name()
	w := newWorld(t, location, 11, 2)
	w.tell(70)
	r := full(t, location, audit.Options{Families: 4})
	if !r.OK() || r.Counts.Again == 0 {
		t.Fatalf("%d payments were read again\n%s", r.Counts.Again, r.String())
	}
}

func TestStepsAndForgettingFindEachEditAlike(t *testing.T) {
	t.Parallel()
	b := write(t)
	for i, list := range [][]edit{chainEdits, stateEdits, transferEdits, refundEdits} {
		e := list[len(list)/2]
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			f := b.forge(t)
			e.do(f)
			f.db.Close()
			whole := full(t, f.copy, audit.Options{})
			a := opened(t, f.copy).Auditor(audit.Options{Families: 1 + i})
			found := step(t, a)
			swept, err := a.Sweep(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, swept...)
			if !slices.Equal(found, whole.Findings) {
				t.Fatalf("in steps %v\nwhole %v", found, whole.Findings)
			}
		})
	}
}

func TestProgressReachesTheEndOfEachLane(t *testing.T) {
	t.Parallel()
	location := "memory:" + t.Name()
	w := newWorld(t, location, 17, 2)
	w.fill(600)
	w.tell(20)
	seen := map[int]audit.Progress{}
	calls := 0
	r := full(t, location, audit.Options{Progress: func(p audit.Progress) {
		if p.N <= seen[int(p.Lane)].N || p.N-seen[int(p.Lane)].N > 512 {
			t.Errorf("from row %d to row %d", seen[int(p.Lane)].N, p.N)
		}
		seen[int(p.Lane)] = p
		calls++
	}})
	for _, l := range r.Lanes {
		if p := seen[int(l.Lane)]; p.N != l.N || p.Of != l.N {
			t.Errorf("lane %d ended at %+v", l.Lane, p)
		}
	}
	if calls < 3 {
		t.Fatalf("%d pages", calls)
	}
}
