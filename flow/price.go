// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Price is the act of the clock that writes what the sources of rates said, and the next lines of the wallets' price lists.
// The audit log keeps its digest; the readings and lines are rows of their own.
type Price struct {
	Readings []fx.Held
	Quotes   []fx.Quote
}

// Name is "price/1".
func (Price) Name() string { return "price/1" }

// Lane is the house lane.
func (Price) Lane() ident.Lane { return ident.House }

// Queue is the first one: payments wait for a current line.
func (Price) Queue() Queue { return First }

// Needs nothing of the lane.
func (Price) Needs() store.Keys { return store.Keys{} }

// Decide writes the readings and lines, each of which is sound.
//
// Errors: Invalid fact_malformed.
func (p Price) Decide(*store.View, time.Time) (Outcome, store.Changes, error) {
	for _, q := range p.Quotes {
		if !q.Sound() || !q.From.Before(q.To) {
			return Outcome{}, store.Changes{}, badFact("quote", "the line "+q.Pair()+" of "+q.Wallet+" is not sound")
		}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return Outcome{}, store.Changes{}, &fault.Error{Op: "flow.Price", Kind: fault.Internal, Code: CodeFactMalformed,
			Err: err}
	}
	digest := sha256.Sum256(text)
	return Outcome{Fresh: true}, store.Changes{Facts: store.Facts{Readings: p.Readings, Quotes: p.Quotes},
		Act: &store.Act{Person: "clock", What: "price list", Data: digest[:],
			Subject: fmt.Sprintf("%d readings, %d lines", len(p.Readings), len(p.Quotes))}}, nil
}
