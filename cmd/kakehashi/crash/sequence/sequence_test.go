// SPDX-License-Identifier: Apache-2.0

package sequence_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/books"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/sequence"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

// tell tells the story to a file from a step up to another, and gives what was told.
func tell(t *testing.T, file string, from, to int) []sequence.Told {
	t.Helper()
	r, err := sequence.Open(t.Context(), store.Location(file), from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []sequence.Told
	for i := from; i < to; i++ {
		told, _, err := r.Run(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, told)
	}
	return all
}

// outcomes are what each step must come to.
var outcomes = map[string]string{
	"the wallet says S":                   "success SUCCESS",
	"the same pay again":                  "success SUCCESS",
	"it becomes unknown":                  "unknown PAYMENT_IN_PROCESS",
	"the inquiry says S":                  "success SUCCESS",
	"the wallet says F":                   "failed RISK_REJECT",
	"a pay of a merchant nobody knows":    "failed MERCHANT_NOT_REGISTERED",
	"another amount under the same name":  "repeat_differs",
	"its cancel is confirmed":             "cancelled ORDER_IS_CANCELED",
	"the pay that comes too late":         "tombstone ORDER_IS_CANCELED",
	"too late to cancel, and charged":     "refunding PAYMENT_IN_PROCESS",
	"our own refund is done":              "cancelled ORDER_IS_CANCELED",
	"its cancel is intended":              "cancelling PAYMENT_IN_PROCESS",
	"the refund is done":                  "refund success SUCCESS",
	"the wallet refuses it":               "refund failed REFUND_WINDOW_EXCEED",
	"a refund of too much":                "refund failed REFUND_AMOUNT_EXCEED",
	"a charge after the F":                "failed RISK_REJECT, stray",
	"it goes back":                        "failed RISK_REJECT",
	"a code that is spent":                "failed EXPIRED_CODE",
	"an attempt to tell":                  "done, 1 attempt",
	"what the database refuses is parked": "movement_parked",
	"many at once":                        "20 times success SUCCESS",
	"a pay by the suspended wallet":       "failed UNAVAILABLE_PAYMENT_METHOD",
	"an idle lane is sealed":              "sealed",
	"a cancel that is too late":           "cancel_window_exceeded",
}

func TestEveryStepComesToWhatItIsThere(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, told := range tell(t, filepath.Join(t.TempDir(), "books.db"), 0, sequence.Count()) {
		name := sequence.Name(told.Step)
		if _, twice := seen[name]; twice {
			t.Errorf("two steps are called %q", name)
		}
		seen[name] = told.Outcome
	}
	for name, want := range outcomes {
		if seen[name] != want {
			t.Errorf("%s: %q, want %q", name, seen[name], want)
		}
	}
}

func TestTheStoryMeetsEveryKindOfJournalRow(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "books.db")
	tell(t, file, 0, sequence.Count())
	r, err := store.OpenReader(t.Context(), store.Location(file))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	met := map[ledger.Kind]bool{}
	for after := int64(0); ; {
		page, err := r.Journal(t.Context(), 0, after)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, row := range page {
			met[row.Kind], after = true, row.N
		}
	}
	for kind := range ledger.Kind(255) {
		if known := !strings.HasPrefix(kind.String(), "kind "); known && !met[kind] {
			t.Errorf("no row is %v", kind)
		}
	}
}

func TestEveryRunWritesTheSameJournal(t *testing.T) {
	t.Parallel()
	first := tell(t, filepath.Join(t.TempDir(), "books.db"), 0, sequence.Count())
	second := tell(t, filepath.Join(t.TempDir(), "books.db"), 0, sequence.Count())
	if !slices.Equal(first, second) {
		t.Error("two runs differ")
	}
}

func TestARunThatGoesOnEndsAsOneThatWasNeverCutOff(t *testing.T) {
	t.Parallel()
	whole := tell(t, filepath.Join(t.TempDir(), "books.db"), 0, sequence.Count())
	file := filepath.Join(t.TempDir(), "books.db")
	var parts []sequence.Told
	for from := 0; from < sequence.Count(); from += 7 {
		parts = append(parts, tell(t, file, from, min(from+7, sequence.Count()))...)
	}
	if !slices.Equal(whole, parts) {
		t.Error("the ends differ")
	}
}

func TestTheBooksOfTheStoryAreInOrder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "books.db")
	tell(t, file, 0, sequence.Count())
	b, err := audit.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	report, err := b.Full(t.Context(), audit.Options{Shelf: file + ".shelf"})
	if err != nil || !report.OK() {
		t.Fatalf("%v %v", report, err)
	}
	read, err := books.Read(t.Context(), file)
	if err != nil || len(read.Twice) > 0 || read.Rows != report.Lanes[0].N {
		t.Fatalf("%d rows, %v, %v", read.Rows, read.Twice, err)
	}
	if damaged, err := books.Intact(t.Context(), file); damaged != "" || err != nil {
		t.Fatal(damaged, err)
	}
}
