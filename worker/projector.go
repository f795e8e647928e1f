// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"context"
	"sync/atomic"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Projector folds a lane's journal into the shelf: the accounts' balances, and the events that clients are to be told of.
// It may lag, and a shelf that was emptied is folded again from the first row; what it gives is the same, for it knows
// nothing but the journal.
//
// Concurrency: one owner for each lane.
type Projector struct {
	lane   ident.Lane
	reader *store.Reader
	shelf  *store.Shelf

	at      atomic.Int64 // the row up to which the shelf is folded
	begun   bool
	callers map[ident.Digest]caller // of payments and refunds that began lately
	old     map[ident.Digest]caller
}

// caller is whom the events of a payment or refund concern.
type caller struct {
	client ident.Client
	tell   payment.Tell
}

// callersMax is how many of them are remembered; of an older one the first row is read again.
const callersMax = 65_536

// NewProjector is a projector of one lane.
func NewProjector(lane ident.Lane, reader *store.Reader, shelf *store.Shelf) *Projector {
	return &Projector{lane: lane, reader: reader, shelf: shelf, callers: map[ident.Digest]caller{}}
}

// At is the row up to which the lane is folded; 0 before the first step. Anybody may ask.
func (p *Projector) At() int64 { return p.at.Load() }

// Step folds the next rows, at most so many pages of them, and reports whether there were any.
//
// Errors: Unavailable store_busy, store_unreachable: the next step goes on from where the shelf is.
func (p *Projector) Step(ctx context.Context, pages int) (worked bool, err error) {
	if !p.begun {
		at, err := p.shelf.Cursor(ctx, p.lane)
		if err != nil {
			return false, fault.Wrap("worker.Projector", err)
		}
		p.at.Store(at)
		p.begun = true
	}
	from := p.at.Load()
	g, to := page{moved: map[ledger.Number]*ledger.Balance{}}, from
	for range pages {
		rows, err := p.reader.Journal(ctx, p.lane, to)
		if err != nil {
			return false, fault.Wrap("worker.Projector", err)
		}
		if len(rows) == 0 {
			break
		}
		for i := range rows {
			if err := p.fold(ctx, &rows[i], &g); err != nil {
				return false, fault.Wrap("worker.Projector", err)
			}
		}
		to = rows[len(rows)-1].N
	}
	if to == from {
		return false, nil
	}
	if err := p.shelf.Advance(ctx, p.lane, from, to, g.finished()); err != nil {
		p.begun = false // wherever the shelf is now, the next step asks it
		return false, fault.Wrap("worker.Projector", err)
	}
	p.at.Store(to)
	return true, nil
}
