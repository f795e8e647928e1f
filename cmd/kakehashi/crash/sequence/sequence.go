// SPDX-License-Identifier: Apache-2.0

// Package sequence is one fixed story through every way in which the house writes: facts, payments and refunds of every
// end, cancels, seals, claims, keys, deliveries, checkpoints, a batch of many, and what the database refuses.
//
// Nothing in it is left to chance and its time is its own, so every run writes the same journal, byte for byte. After each
// step the journal's end is a mark; wherever a run was cut off, the journal must end at the mark of the last step that was
// acknowledged or at one of the next step, and a run that goes on from there must end as one that was never cut off.
//
// Read sequence.go, runner.go, then story.go.
package sequence

import (
	"context"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/ledger"
)

// Mark is where the journal ends.
type Mark struct {
	N    int64
	Head ledger.Hash
}

// String is the mark as one word.
func (m Mark) String() string { return fmt.Sprintf("%d:%x", m.N, m.Head[:6]) }

// step is one thing that is done, and acknowledged once it is durable.
type step struct {
	name string
	at   time.Duration // since the story's beginning
	do   func(ctx context.Context, r *Runner) (outcome string, err error)
}

// Count is how many steps the story has.
func Count() int { return len(story()) }

// Name is what a step is called.
func Name(i int) string { return story()[i].name }

// Told is what is said of a step that is done.
type Told struct {
	Step    int
	Outcome string
	Mark    Mark
}

// begin is when the story begins.
var begin = time.Date(2026, 11, 24, 3, 1, 0, 0, time.UTC)
