// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/sequence"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

const sampleTrace = `71 pwrite64(5</x/traced/books.db>, "SQLite"..., 4096, 0) = 4096
71 fsync(5</x/traced/books.db>) = 0
71 write(1<pipe:[1]>, "done 0"..., 20) = 20
71 pwrite64(6</x/traced/books.db-wal>, "7"..., 32, 0) = 32
71 write(9</x/traced/books.db.note>, "8"..., 1) = 1
71 unlink("/x/traced/books.db-shm") = 0
71 +++ exited with 0 +++
`

func TestATraceIsReadCallByCall(t *testing.T) {
	t.Parallel()
	all, err := parseTrace(strings.NewReader(sampleTrace))
	want := []traced{{"pwrite64", 1, "books.db", false}, {"fsync", 1, "books.db", false},
		{"pwrite64", 2, "books.db-wal", true}, {"write", 2, "books.db.note", true}, {"unlink", 1, "books.db-shm", true}}
	if err != nil || !slices.Equal(all, want) {
		t.Fatalf("%v %v", all, err)
	}
	if got := countCalls(all); got != "5 disk calls (1 fsync, 2 pwrite64, 1 unlink, 1 write)" {
		t.Errorf("%q", got)
	}
	if _, err := parseTrace(strings.NewReader(sampleTrace + "72 fsync(5</x/traced/books.db>) = 0\n")); err == nil {
		t.Error("calls from two threads are taken for those of one")
	}
}

func TestThePlanIsEveryCallOrASpreadOfThem(t *testing.T) {
	t.Parallel()
	d := &disk{}
	for n := range 90 {
		d.traced = append(d.traced, traced{call: "pwrite64", n: n + 1, file: "books.db-wal"})
	}
	d.traced = append(d.traced, traced{call: "fsync", n: 1, file: "books.db-wal"})
	if got := len(d.plan()); got != 91+91+90 { // killed, EIO, ENOSPC for what writes
		t.Errorf("the whole plan is %d", got)
	}
	d.Points = 30
	count, seen := map[string]int{}, map[injection]bool{}
	for _, i := range d.plan() {
		count[i.what]++
		if seen[i] {
			t.Errorf("%v is planned twice", i)
		}
		seen[i] = true
	}
	if count[killed] != 30 || count[eio]+count[enospc] != 20 || count[eio] == 0 || count[enospc] == 0 {
		t.Errorf("%v", count)
	}
	got := injection{call: "pwrite64", n: 7, what: enospc, stays: true}.expression()
	if got != "inject=pwrite64:error=ENOSPC:when=7+" {
		t.Errorf("%q", got)
	}
	if spread := spreadOver([]injection{{n: 1}, {n: 2}}, 5, rand.New(rand.NewPCG(1, 1))); len(spread) != 2 {
		t.Errorf("%v", spread)
	}
}

func TestAnAcknowledgementThatWasCutOffIsNone(t *testing.T) {
	t.Parallel()
	told := sequence.Told{Step: 3, Outcome: "success SUCCESS", Mark: sequence.Mark{N: 12, Head: ledger.Hash{1, 2}}}
	line := strings.TrimSuffix(ackOf(told), "\n")
	if got, ok := parseAck(line); !ok || got != told {
		t.Errorf("%v %v", got, ok)
	}
	for _, line := range []string{"", "done 3", line[:len(line)-40], "stopped 3 store_disk", "done x" + line[6:]} {
		if got, ok := parseAck(line); ok {
			t.Errorf("%q is taken for %v", line, got)
		}
	}
}

func TestAProcessThatGoesOnAfterAFailedSyncIsNamed(t *testing.T) {
	t.Parallel()
	ended := errors.New("exit status 1")
	for _, c := range []struct {
		i     injection
		ended error
		bad   bool
	}{
		{injection{call: "fsync", what: eio, onto: "books.db-wal"}, nil, true},
		{injection{call: "fdatasync", what: eio, onto: "books.db"}, nil, true},
		{injection{call: "fsync", what: eio, onto: "books.db-wal"}, ended, false},
		{injection{call: "fsync", what: eio, onto: "books.db-wal", early: true}, nil, false},
		{injection{call: "fsync", what: eio, onto: "books.db.shelf-wal"}, nil, false},
		{injection{call: "unlink", what: eio, onto: "books.db-shm"}, nil, false},
	} {
		if err := new(disk).judge(c.i, c.ended); (err != nil) != c.bad {
			t.Errorf("%v: %v", c.i, err)
		}
	}
}

func TestAStoreThatLostAnAcknowledgedStepIsNamed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	reference, err := NewReference(t.Context(), filepath.Join(folder, "reference.db"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "books.db")
	r, err := sequence.Open(t.Context(), store.Location(file), 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []sequence.Told
	for i := range 5 {
		told, _, err := r.Run(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, told)
	}
	r.Close()
	last, err := reference.Acknowledged(all)
	if err != nil || last != 4 {
		t.Fatal(last, err)
	}
	if err := reference.Opens(t.Context(), file, last+3); !errors.Is(err, ErrMissing) {
		t.Errorf("more was acknowledged: %v", err)
	}
	if err := reference.Opens(t.Context(), file, last-2); err == nil || errors.Is(err, ErrMissing) {
		t.Errorf("more is there than anybody asked for: %v", err)
	}
	if err := reference.Continues(t.Context(), file, last); err != nil {
		t.Errorf("an honest store: %v", err)
	}
	all[2].Outcome = "another"
	if last, err := reference.Acknowledged(all); err == nil || last != 1 {
		t.Errorf("another outcome: %d %v", last, err)
	}
}

func TestWithoutStraceNothingIsShownAndThatIsSaid(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var said bytes.Buffer
	err := DiskCalls(context.Background(), DiskOptions{Points: 1, Out: &said})
	if !errors.Is(err, ErrNoStrace) || !strings.Contains(err.Error(), "strace is not installed") {
		t.Fatalf("%v %s", err, said.String())
	}
}
