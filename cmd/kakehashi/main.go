// SPDX-License-Identifier: Apache-2.0

// Command kakehashi is the whole network in one binary.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/bench"
	"github.com/kakehashi-pay/kakehashi/partner/ecb"
	"github.com/kakehashi-pay/kakehashi/store"
)

// commands are what the program can be asked to do.
type commands struct {
	Demo      demoCommand      `cmd:"" help:"Show a whole network with money moving, on this machine alone."`
	Serve     serveCommand     `cmd:"" help:"Run a network."`
	Clients   clientsCommand   `cmd:"" help:"API clients: create, list, suspend, resume."`
	Keys      keysCommand      `cmd:"" help:"Keys: make, rotate with overlap, revoke, list."`
	Wallets   walletsCommand   `cmd:"" help:"Wallets and the table of payment codes."`
	Merchants merchantsCommand `cmd:"" help:"Merchants and fee plans."`
	Feeds     feedsCommand     `cmd:"" help:"Sources of exchange rates."`
	Audit     auditCommand     `cmd:"" help:"Recompute the books by another arithmetic; fail when anything is wrong."`
	Crash     crashCommand     `cmd:"" help:"Kill a network again and again, and show that nothing it acknowledged is lost."`
	Bench     benchCommand     `cmd:"" help:"Measure complete payments against a store that already holds many."`
}

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
		Payments: b.Payments, Callers: b.Callers, Seconds: b.Seconds, BatchMax: b.Batch, Rate: b.Rate, Compare: b.Compare, Profile: b.Profile, Out: os.Stdout})
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	k := kong.Parse(&c, kong.Name("kakehashi"), kong.Description("A cross-border mobile-payment network in one binary."),
		kong.Vars{"ecb": ecb.DailyURL}, kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "kakehashi:", err)
		os.Exit(1)
	}
}
