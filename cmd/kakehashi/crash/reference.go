// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/books"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/sequence"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/store"
)

// ErrMissing is the error of a store that does not hold what was acknowledged.
var ErrMissing = errors.New(string(missing))

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

// Opens opens a file of which the first steps were acknowledged, and checks that it is whole and that the journal had kept
// every acknowledged step and at most the next one.
func (ref *Reference) Opens(ctx context.Context, file string, acknowledged int) error {
	r, err := ref.open(ctx, file, acknowledged)
	if err != nil {
		return err
	}
	r.Close()
	return intact(ctx, file)
}

// Continues opens a file as Opens does, tells the rest of the story to it, and checks that the rest goes as it would have
// gone, and that the books are in order.
func (ref *Reference) Continues(ctx context.Context, file string, acknowledged int) error {
	r, err := ref.open(ctx, file, acknowledged)
	if err != nil {
		return err
	}
	err = ref.goOn(ctx, r, acknowledged)
	r.Close()
	if err != nil {
		return err
	}
	return InOrder(ctx, file)
}

func (ref *Reference) open(ctx context.Context, file string, acknowledged int) (*sequence.Runner, error) {
	r, err := sequence.Open(ctx, store.Location(file), acknowledged+1)
	if err != nil {
		return nil, fmt.Errorf("it does not open any more: %w", err)
	}
	found, promised := r.Mark(), ref.mark(acknowledged)
	if found == promised || acknowledged+1 < len(ref.told) && slices.Contains(ref.along[acknowledged+1], found) {
		return r, nil
	}
	r.Close()
	err = fmt.Errorf("the journal ends at %v, and after step %d (%s) it ended at %v", found, acknowledged,
		stepName(acknowledged), promised)
	if found.N <= promised.N {
		err = fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return nil, err
}

// goOn tells the rest of the story.
func (ref *Reference) goOn(ctx context.Context, r *sequence.Runner, acknowledged int) error {
	from, found := acknowledged+1, r.Mark()
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

// intact checks the structure of a file.
func intact(ctx context.Context, file string) error {
	damaged, err := books.Intact(ctx, file)
	switch {
	case err != nil:
		return fmt.Errorf("the file is damaged: %w", err)
	case damaged != "":
		return fmt.Errorf("the file is damaged: %s", damaged)
	}
	return nil
}

// InOrder audits the books of a file, its projections and its structure.
func InOrder(ctx context.Context, file string) error {
	if err := intact(ctx, file); err != nil {
		return err
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
