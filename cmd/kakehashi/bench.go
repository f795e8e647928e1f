// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/bench"
	"github.com/kakehashi-pay/kakehashi/store"
)

type benchCommand struct {
	Books     string `default:"./data/bench.db" help:"Store: a file for SQLite, or a postgres:// URL."`
	Lanes     int    `default:"1" help:"Lanes; the embedded store has one."`
	Merchants int    `default:"300000" help:"Merchants in the store."`
	Payments  int    `default:"1000000" help:"Payments in the store before anything is measured."`
	Callers   int    `default:"256" help:"Callers at once."`
	Seconds   int    `default:"15" help:"How long to measure."`
	Batch     int    `default:"0" help:"Movements in one batch; 1 switches group commit off."`
	Rate      int    `help:"Payments a second, open loop; 0: closed loop."`
	Compare   bool   `help:"Measure batches of one in the same run, and the ratio."`
	Profile   string `help:"Write a processor profile of the measurement to this file."`
}

// Run measures.
func (b *benchCommand) Run(ctx context.Context) error {
	return bench.Run(ctx, bench.Options{Books: store.Location(b.Books), Lanes: b.Lanes, Merchants: b.Merchants,
		Payments: b.Payments, Callers: b.Callers, Seconds: b.Seconds, BatchMax: b.Batch, Rate: b.Rate, Compare: b.Compare,
		Profile: b.Profile, Out: os.Stdout})
}
