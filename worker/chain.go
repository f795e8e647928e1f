// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"context"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Chain reads a lane's journal again and again, from the first row to the last, and says when a row is missing, is not the
// one that was hashed, or does not follow the one before it. It is the quick part of an audit, and never ends.
//
// Concurrency: one owner for each lane.
type Chain struct {
	lane   ident.Lane
	reader *store.Reader

	at     int64
	head   ledger.Hash
	rounds int
}

// NewChain is a watch over a lane's journal that has seen nothing yet.
func NewChain(lane ident.Lane, reader *store.Reader) *Chain {
	return &Chain{lane: lane, reader: reader}
}

// Rounds is how often the whole journal was found to be one chain.
func (c *Chain) Rounds() int { return c.rounds }

// Step reads one page. Broken is what is wrong with it, in one sentence that names the row; empty: nothing. A round with a
// break goes on behind it, so that the next one is found too. At the end of the journal the next round begins.
//
// Errors: Unavailable store_busy, store_unreachable: the next step goes on; Internal row_damaged: a row that cannot be read.
func (c *Chain) Step(ctx context.Context) (broken string, err error) {
	rows, err := c.reader.Journal(ctx, c.lane, c.at)
	if err == nil && len(rows) == 0 {
		return c.turn(ctx)
	}
	return c.follow(rows), fault.Wrap("worker.Chain", err)
}

// follow takes rows in, and says what is wrong with the first that does not follow.
func (c *Chain) follow(rows []ledger.Row) (broken string) {
	for i := range rows {
		row := &rows[i]
		switch {
		case row.N != c.at+1 && broken == "":
			broken = fmt.Sprintf("row %d of lane %d is missing", c.at+1, c.lane)
		case row.Sum(c.head) != row.Hash && broken == "":
			broken = fmt.Sprintf("row %d of lane %d is not the one that was hashed behind row %d", row.N, c.lane, c.at)
		}
		c.at, c.head = row.N, row.Hash
	}
	return broken
}

// turn compares the journal's end with what the lane says of it, and begins anew. What the lane tells of has its row: where
// one has come since the last look, the round goes on.
func (c *Chain) turn(ctx context.Context) (broken string, err error) {
	last, err := c.lastRow(ctx)
	if err != nil {
		return "", fault.Wrap("worker.Chain", err)
	}
	if last.N > c.at {
		rows, err := c.reader.Journal(ctx, c.lane, c.at)
		if err != nil || len(rows) > 0 {
			return c.follow(rows), fault.Wrap("worker.Chain", err)
		}
		broken = fmt.Sprintf("row %d of lane %d is missing", c.at+1, c.lane)
	}
	if last.N == c.at && last.Head != c.head {
		broken = fmt.Sprintf("row %d of lane %d is not the one that the lane says is its last", c.at, c.lane)
	}
	c.at, c.head = 0, ledger.Hash{}
	c.rounds++
	return broken, nil
}

// lastRow is what the lane says of its last row.
func (c *Chain) lastRow(ctx context.Context) (store.LaneRow, error) {
	lanes, err := c.reader.Lanes(ctx)
	for i := range lanes {
		if lanes[i].Lane == c.lane {
			return lanes[i], nil
		}
	}
	return store.LaneRow{}, err
}
