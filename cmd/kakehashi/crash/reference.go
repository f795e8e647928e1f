// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"slices"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/books"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/sequence"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Reference is the story as it goes when nothing disturbs it.
type Reference struct {
	told  []sequence.Told
	along [][]sequence.Mark // the marks that each step passes
}

// NewReference tells the story once to a file.
func NewReference(ctx context.Context, file string) (*Reference, error) {
	r, err := sequence.Open(ctx, store.Location(file), 0)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	ref := &Reference{}
	for i := range sequence.Count() {
		told, along, err := r.Run(ctx, i)
		if err != nil {
			return nil, err
		}
		ref.told, ref.along = append(ref.told, told), append(ref.along, slices.Clone(along))
	}
	return ref, nil
}

// mark is where the journal ends after a step; before the first one it has no row.
func (ref *Reference) mark(step int) sequence.Mark {
	if step < 0 {
		return sequence.Mark{}
	}
	return ref.told[step].Mark
}

// Acknowledged checks what a run said: the first steps, each with its own outcome. It gives the last one, -1 for none.
func (ref *Reference) Acknowledged(told []sequence.Told) (last int, err error) {
	for i, t := range told {
		if i >= len(ref.told) || t != ref.told[i] {
			return i - 1, fmt.Errorf("acknowledgement %d is %s", i, ackOf(t))
		}
	}
	return len(told) - 1, nil
}

// Continues opens a file of which the first steps were acknowledged, tells the rest of the story to it, and checks that the
// journal had kept every acknowledged step and at most the next one, that the rest goes as it would have gone, and that the
// books are in order.
func (ref *Reference) Continues(ctx context.Context, file string, acknowledged int) error {
	if err := ref.resume(ctx, file, acknowledged); err != nil {
		return err
	}
	return InOrder(ctx, file)
}

func (ref *Reference) resume(ctx context.Context, file string, acknowledged int) error {
	from := acknowledged + 1
	r, err := sequence.Open(ctx, store.Location(file), from)
	if err != nil {
		return fmt.Errorf("it does not open any more: %w", err)
	}
	defer r.Close()
	found := r.Mark()
	allowed := []sequence.Mark{ref.mark(acknowledged)}
	if from < len(ref.told) {
		allowed = append(allowed, ref.along[from]...)
	}
	if !slices.Contains(allowed, found) {
		return fmt.Errorf("the journal ends at %v, and after step %d (%s) it ended at %v", found, acknowledged,
			stepName(acknowledged), ref.mark(acknowledged))
	}
	if from < len(ref.told) && found == ref.mark(from) && found != ref.mark(acknowledged) {
		from++ // it was written, and only its acknowledgement was lost
	}
	for ; from < len(ref.told); from++ {
		told, _, err := r.Run(ctx, from)
		if err != nil {
			return fmt.Errorf("it does not go on: %w", err)
		}
		if told != ref.told[from] {
			return fmt.Errorf("going on, step %d (%s) is %q at %v instead of %q at %v", from, stepName(from), told.Outcome,
				told.Mark, ref.told[from].Outcome, ref.told[from].Mark)
		}
	}
	return nil
}

func stepName(i int) string {
	if i < 0 {
		return "none"
	}
	return sequence.Name(i)
}

// InOrder audits the books of a file, its projections and its structure.
func InOrder(ctx context.Context, file string) error {
	damaged, err := books.Intact(ctx, file)
	if err != nil || damaged != "" {
		return fmt.Errorf("the file is damaged: %s: %w", damaged, err)
	}
	b, err := audit.Open(ctx, file)
	if err != nil {
		return err
	}
	defer b.Close()
	report, err := b.Full(ctx, audit.Options{Shelf: process.ShelfOf(file)})
	if err != nil {
		return err
	}
	if !report.OK() {
		return fmt.Errorf("the audit finds %d things, first %v", len(report.Findings), report.Findings[0])
	}
	return nil
}
