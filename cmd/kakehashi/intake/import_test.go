// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake/sample"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/store"
)

func TestBooksHoldExactlyWhatTheFileSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file, made := sampled(t, sample.Order{Merchants: 700, Stores: 1100, Seed: 7, Format: intake.CSV,
		Encoding: intake.UTF8})
	tally, bad := w.bring(string(file))
	if bad != "" || tally.Rows != int64(made.Rows) || tally.Merchants != (intake.Compared{New: 700}) ||
		tally.Stores != (intake.Compared{New: 1100}) {
		t.Errorf("%+v\n%s", tally, bad)
	}
	w.holds(file)
	for _, n := range tally.Findings() {
		if n.Severity.String() != "note" {
			t.Errorf("a sample is to be looked at: %+v", n)
		}
	}
}

func TestASecondImportWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file, _ := sampled(t, sample.Order{Merchants: 400, Stores: 600, Seed: 8, Format: intake.CSV, Encoding: intake.UTF8})
	w.bring(string(file))
	acts := w.acts()
	tally, _ := w.bring(string(file))
	if tally.Written() || tally.Merchants != (intake.Compared{Same: 400}) ||
		tally.Stores != (intake.Compared{Same: 600}) {
		t.Errorf("%+v", tally)
	}
	if got := w.acts(); got != acts || acts == 0 {
		t.Errorf("%d acts, then %d", acts, got)
	}
}

func TestOnlyWhatDiffersIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bring(lines(header, goodAlone, goodStore))
	tally, _ := w.bring(lines(header, goodAlone, strings.ReplaceAll(goodStore, "梅田店", "難波店"),
		strings.ReplaceAll(strings.ReplaceAll(goodStore, "s-1", "s-2"), "梅田店", "堺店")))
	if tally.Merchants != (intake.Compared{Same: 2}) || tally.Stores != (intake.Compared{New: 1, Changed: 1}) {
		t.Errorf("%+v", tally)
	}
	if s, _ := w.store("m-2", "s-1"); s.Name != "見本マート 難波店" {
		t.Errorf("the store is called %s", s.Name)
	}
}

// An import that is stopped at any chunk is finished by the same import, and the books are as if it had run through.
func TestAStoppedImportIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	file, made := sampled(t, sample.Order{Merchants: 1500, Stores: 1900, Seed: 9, Bad: 0.02, Format: intake.CSV,
		Encoding: intake.UTF8})
	whole := newWorld(t)
	whole.bring(string(file))
	for _, chunks := range []int{1, 3, 6} {
		t.Run(fmt.Sprint(chunks), func(t *testing.T) { stopAndFinish(t, file, made, chunks, whole) })
	}
}

func stopAndFinish(t *testing.T, file []byte, made sample.Made, chunks int, whole world) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(context.Background())
	i := w.bringing(file, intake.CSV, &bytes.Buffer{})
	i.Progress = func(intake.Progress) {
		if chunks--; chunks == 0 {
			stop()
		}
	}
	tally, err := i.Run(ctx)
	if fault.CodeOf(err) != intake.CodeStopped || tally.Rows == 0 || tally.Rows >= int64(made.Rows) {
		t.Fatalf("%v after %d rows", err, tally.Rows)
	}
	w.Restart()
	again, _ := w.bring(string(file))
	if again.Merchants.Same != tally.Merchants.New || again.Merchants.New+again.Merchants.Same != made.Merchants ||
		again.Stores.New+again.Stores.Same != made.Stores || again.Bad != int64(made.Bad) {
		t.Errorf("first %+v, then %+v, of %+v", tally, again, made)
	}
	if !slices.Equal(w.merchants(), whole.merchants()) {
		t.Error("the books differ from those of an import that ran through")
	}
}

// Where nobody knows whether an act happened, the books are asked, and nothing is written twice.
func TestAnActOfUnknownOutcomeIsNotWrittenTwice(t *testing.T) {
	t.Parallel()
	file, _ := sampled(t, sample.Order{Merchants: 600, Stores: 600, Seed: 3, Format: intake.CSV, Encoding: intake.UTF8})
	for _, happened := range []bool{true, false} {
		t.Run(fmt.Sprint(happened), func(t *testing.T) { bringThroughDoubt(t, file, happened) })
	}
}

func bringThroughDoubt(t *testing.T, file []byte, happened bool) {
	w := newWorld(t)
	i := w.bringing(file, intake.CSV, nil)
	calls := 0
	i.Do = func(ctx context.Context, m flow.Movement) (flow.Outcome, error) {
		if calls++; calls != 2 {
			return w.Do(ctx, m)
		}
		if happened {
			if _, err := w.Do(ctx, m); err != nil {
				t.Error(err)
			}
		}
		return flow.Outcome{}, &fault.Error{Op: "a test", Kind: fault.Unknown}
	}
	tally, err := i.Run(context.Background())
	if err != nil || tally.Merchants.New != 600 || tally.Stores.New != 600 || tally.Acts != 3 || w.acts() != 3 {
		t.Errorf("%v %+v, %d acts", err, tally, w.acts())
	}
	w.holds(file)
}

func TestARefusedActEndsTheImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.bringing([]byte(lines(header, goodAlone)), intake.CSV, nil)
	i.Do = func(context.Context, flow.Movement) (flow.Outcome, error) {
		return flow.Outcome{}, &fault.Error{Op: "a test", Kind: fault.Invalid, Code: "no"}
	}
	if _, err := i.Run(context.Background()); fault.CodeOf(err) != "no" {
		t.Error(err)
	}
}

func TestAnActHoldsAtMost512Facts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file, _ := sampled(t, sample.Order{Merchants: 900, Stores: 900, Seed: 2, Format: intake.CSV, Encoding: intake.UTF8})
	i := w.bringing(file, intake.CSV, nil)
	most := 0
	i.Do = func(ctx context.Context, m flow.Movement) (flow.Outcome, error) {
		facts := m.(flow.Put).Facts
		most = max(most, len(facts.Merchants)+len(facts.Stores))
		return w.Do(ctx, m)
	}
	if _, err := i.Run(context.Background()); err != nil || most != 512 {
		t.Errorf("%v, the largest act holds %d facts", err, most)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file, made := sampled(t, sample.Order{Merchants: 500, Stores: 700, Seed: 4, Bad: 0.05, Format: intake.CSV,
		Encoding: intake.UTF8})
	dry := w.bringing(file, intake.CSV, nil)
	dry.Do = nil
	said, err := dry.Run(context.Background())
	if err != nil || len(w.merchants()) != 0 || w.acts() != 0 {
		t.Fatalf("%v, %d merchants, %d acts", err, len(w.merchants()), w.acts())
	}
	done, _ := w.bring(string(file))
	if said.Merchants != done.Merchants || said.Stores != done.Stores || said.Bad != done.Bad ||
		said.Acts != done.Acts ||
		done.Merchants.New != made.Merchants || done.Bad != int64(made.Bad) {
		t.Errorf("said %+v, done %+v, of %+v", said, done, made)
	}
}

func TestAnImportRevivesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := lines(header, goodAlone, goodStore)
	w.bring(file)
	set := func(status merchant.Status) {
		all := w.merchants()
		for i := range all {
			all[i].Status = status
		}
		w.Put(store.Facts{Merchants: all})
	}
	changed := strings.ReplaceAll(strings.ReplaceAll(file, "見本さくら", "見本すみれ"), "梅田店", "難波店")
	set(merchant.Suspended)
	tally, _ := w.bring(changed)
	if tally.Merchants != (intake.Compared{Changed: 1, Same: 1}) || tally.Stores.Changed != 1 || tally.Held != 1 {
		t.Errorf("%+v", tally)
	}
	for _, m := range w.merchants() {
		if m.Status != merchant.Suspended {
			t.Errorf("%s is %s", m.Reference, m.Status)
		}
	}
	set(merchant.Ended)
	before := w.merchants()
	tally, _ = w.bring(file)
	if tally.Merchants != (intake.Compared{Ended: 2}) || tally.Stores != (intake.Compared{Ended: 1}) ||
		tally.Written() {
		t.Errorf("%+v", tally)
	}
	if !slices.Equal(w.merchants(), before) {
		t.Errorf("%+v", w.merchants())
	}
}

// What the network found out of a store by itself stays.
func TestTillsOfAStoreStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bring(lines(header, goodStore))
	s, _ := w.store("m-2", "s-1")
	s.Terminals = 3
	w.Put(store.Facts{Stores: []merchant.Store{s}})
	tally, _ := w.bring(lines(header, goodStore))
	if tally.Stores.Same != 1 || tally.Written() {
		t.Errorf("%+v", tally)
	}
	w.bring(lines(header, strings.ReplaceAll(goodStore, "梅田店", "堺店")))
	if got, _ := w.store("m-2", "s-1"); got.Terminals != 3 || got.Name != "見本マート 堺店" {
		t.Errorf("%+v", got)
	}
}

func TestShiftJISAndJSONSayTheSameAsUTF8(t *testing.T) {
	t.Parallel()
	o := sample.Order{Merchants: 300, Stores: 420, Seed: 5, Format: intake.CSV, Encoding: intake.UTF8}
	file, _ := sampled(t, o)
	first := newWorld(t)
	first.bring(string(file))
	for _, format := range []intake.Format{intake.CSV, intake.JSONL} {
		for _, encoding := range []intake.Encoding{intake.UTF8, intake.ShiftJIS} {
			o.Format, o.Encoding = format, encoding
			other, _ := sampled(t, o)
			t.Run(fmt.Sprint(format, encoding), func(t *testing.T) {
				w := newWorld(t)
				i := w.bringing(other, format, nil)
				if _, err := i.Run(context.Background()); err != nil || i.File.Encoding != encoding {
					t.Errorf("%v, it is taken for %s", err, i.File.Encoding)
				}
				w.holds(file)
			})
		}
	}
}
