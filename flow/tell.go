// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Tell records attempts to tell somebody something: what was told to whom is truth, and no rebuild repeats it.
type Tell struct {
	In       ident.Lane
	Attempts []store.Delivery
}

// Name is "tell/1".
func (Tell) Name() string { return "tell/1" }

// Lane is the lane whose events were told.
func (t Tell) Lane() ident.Lane { return t.In }

// Queue is the low one.
func (Tell) Queue() Queue { return Low }

// Needs nothing.
func (Tell) Needs() store.Keys { return store.Keys{} }

// Decide writes the attempts down. An attempt that is there already stays as it is.
func (t Tell) Decide(*store.View, time.Time) (Outcome, store.Changes, error) {
	return Outcome{Fresh: true}, store.Changes{Deliveries: t.Attempts}, nil
}
