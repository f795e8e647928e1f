// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
)

// Compared is how many facts of a kind the books lack, have otherwise, have so already, and keep as they are because
// the merchant has ended.
type Compared struct {
	New, Changed, Same, Ended int
}

// String is the numbers in words.
func (c Compared) String() string {
	return fmt.Sprintf("%d new, %d changed, %d unchanged, %d of terminated merchants left as they are", c.New,
		c.Changed,
		c.Same, c.Ended)
}

// Tally is what came of an import.
type Tally struct {
	Rows      int64 // that say something, without the header
	Bad       int64
	Merchants Compared
	Stores    Compared
	Acts      int    // that were written; in a dry run, that would be
	Held      int    // merchants with changes that are suspended, and stay so
	Flaws     []Flaw // of the first bad rows

	findings map[findingKind]*Noticed
}

// Noticed is how often a check had the same to say.
type Noticed struct {
	Severity onboarding.Severity
	Column   Column
	Text     string
	Count    int64
	Rows     []int64 // the first of them
}

type findingKind struct {
	severity onboarding.Severity
	column   Column
	text     string
}

// What a tally names.
const (
	flawsNamed = 20
	rowsNamed  = 5
)

func (t *Tally) noticed(f Finding) {
	kind := findingKind{f.Severity, f.Column, f.Text}
	n := t.findings[kind]
	if n == nil {
		n = &Noticed{Severity: f.Severity, Column: f.Column, Text: f.Text}
		if t.findings == nil {
			t.findings = map[findingKind]*Noticed{}
		}
		t.findings[kind] = n
	}
	n.Count++
	if len(n.Rows) < rowsNamed {
		n.Rows = append(n.Rows, f.Row)
	}
}

// Findings are what the checks had to say of rows that were written, the gravest first, then by columns.
func (t *Tally) Findings() []Noticed {
	kinds := slices.SortedFunc(maps.Keys(t.findings), func(a, b findingKind) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(a.column, b.column), strings.Compare(a.text,
			b.text))
	})
	list := make([]Noticed, len(kinds))
	for i, k := range kinds {
		list[i] = *t.findings[k]
	}
	return list
}

// Written reports whether the books lacked anything.
func (t *Tally) Written() bool { return t.Acts > 0 }
