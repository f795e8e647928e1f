// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/bench"
	"github.com/kakehashi-pay/kakehashi/store"
)

// benchCommand is what can be measured; without a word it is the engine.
type benchCommand struct {
	Engine   benchEngine   `cmd:"" default:"withargs" help:"Complete payments inside the process (the default)."`
	Inquiry  benchInquiry  `cmd:"" help:"Payments read back by their ids, inside the process."`
	Wire     benchWire     `cmd:"" help:"Payments over HTTP, signed both ways, against the machine's signing rate."`
	Overload benchOverload `cmd:"" help:"More than the network can do: what is left of the peak, and for how long."`
}

// benchStore is the store of the measurements inside the process.
type benchStore struct {
	Books     string `default:"./data/bench.db" help:"Store: a file for SQLite, or a postgres:// URL."`
	Lanes     int    `default:"1" help:"Lanes; the embedded store has one."`
	Merchants int    `default:"300000" help:"Merchants in the store."`
	Payments  int    `default:"1000000" help:"Payments in the store before anything is measured."`
	Callers   int    `default:"256" help:"Callers at once."`
	Seconds   int    `default:"15" help:"How long to measure."`
	Profile   string `help:"Write a processor profile of the measurement to this file, and of memory beside it (.heap)."`
}

func (b *benchStore) options() bench.EngineOptions {
	return bench.EngineOptions{Books: store.Location(b.Books), Lanes: b.Lanes, Merchants: b.Merchants, Payments: b.Payments,
		Callers: b.Callers, Seconds: b.Seconds, Profile: b.Profile, Out: os.Stdout}
}

type benchEngine struct {
	benchStore
	Batch   int  `default:"0" help:"Movements in one batch; 1 switches group commit off."`
	Rate    int  `help:"Payments a second, open loop; 0: closed loop."`
	Compare bool `help:"Measure batches of one in the same run, and the ratio."`
}

// Run measures.
func (b *benchEngine) Run(ctx context.Context) error {
	o := b.options()
	o.BatchMax, o.Rate, o.Compare = b.Batch, b.Rate, b.Compare
	return bench.Engine(ctx, o)
}

type benchInquiry struct{ benchStore }

// Run measures.
func (b *benchInquiry) Run(ctx context.Context) error { return bench.Inquiry(ctx, b.options()) }

// benchNetwork is the network of the measurements of a whole process.
type benchNetwork struct {
	Data      string `default:"./data/bench" help:"Folder of the measured network: its books and sample keys."`
	Books     string `help:"Store: empty for SQLite in the folder, or a postgres:// URL."`
	Lanes     int    `default:"1" help:"Lanes; the embedded store has one."`
	Merchants int    `default:"1000" help:"Merchants in the store."`
	Profile   string `help:"Write a processor profile of the measurement to this file, and of memory beside it (.heap)."`
}

func (b *benchNetwork) options() bench.NetworkOptions {
	return bench.NetworkOptions{Data: b.Data, Books: b.Books, Lanes: b.Lanes, Merchants: b.Merchants, Profile: b.Profile,
		Out: os.Stdout}
}

type benchWire struct {
	benchNetwork
	Callers int  `default:"48" help:"Tills at once."`
	Seconds int  `default:"15" help:"How long to measure."`
	Read    bool `help:"Measure inquiries, too."`
}

// Run measures, and fails where a bar is missed.
func (b *benchWire) Run(ctx context.Context) error {
	return bench.Wire(ctx, bench.WireOptions{NetworkOptions: b.options(), Callers: b.Callers, Seconds: b.Seconds, Read: b.Read})
}

type benchOverload struct {
	benchNetwork
	Tills     int   `default:"48" help:"Tills at once while the peak is measured."`
	Times     []int `default:"2,5,10" help:"Times the peak, one after another."`
	Seconds   int   `default:"60" help:"How long each lasts."`
	Tries     int   `default:"1" help:"How often a multiple is measured at most, where a bar is missed."`
	Allowance int   `help:"Hundredths of the peak that the bars are lowered by, where others use the machine too."`
	Unbounded bool  `help:"The control: no queue has a bound. It must fail."`
}

// Run measures, and fails where a bar is missed.
func (b *benchOverload) Run(ctx context.Context) error {
	return bench.Overload(ctx, bench.OverloadOptions{NetworkOptions: b.options(), Tills: b.Tills, Times: b.Times,
		Seconds: b.Seconds, Tries: b.Tries, Allowance: b.Allowance, Unbounded: b.Unbounded})
}
