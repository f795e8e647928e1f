// SPDX-License-Identifier: Apache-2.0

// Command kakehashi is the whole network in one binary.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/kakehashi-pay/kakehashi/partner/ecb"
)

// commands are what the program can be asked to do.
type commands struct {
	Demo          demoCommand          `cmd:"" help:"Show a whole network with money moving, on this machine alone."`
	Serve         serveCommand         `cmd:"" help:"Run a network."`
	Clients       clientsCommand       `cmd:"" help:"API clients: create, list, suspend, resume."`
	Keys          keysCommand          `cmd:"" help:"Keys: make, rotate with overlap, revoke, list."`
	Wallets       walletsCommand       `cmd:"" help:"Wallets and the table of payment codes."`
	Merchants     merchantsCommand     `cmd:"" help:"Merchants and fee plans."`
	Feeds         feedsCommand         `cmd:"" help:"Sources of exchange rates."`
	Rates         ratesCommand         `cmd:"" help:"Exchange rates: what is held, and the release of a pair that was halted."`
	Notifications notificationsCommand `cmd:"" help:"What clients were told: the log, what was given up, tell again."`
	Status        statusCommand        `cmd:"" help:"Say how a network stands."`
	Audit         auditCommand         `cmd:"" help:"Recompute the books by another arithmetic; fail when anything is wrong."`
	Backup        backupCommand        `cmd:"" help:"Copy the books into a file, while they are served or not."`
	Verify        verifyCommand        `cmd:"" help:"Check a copy of the books; fail when anything is wrong."`
	Restore       restoreCommand       `cmd:"" help:"Fill empty books from a copy; the network starts closed on them."`
	Open          openCommand          `cmd:"" help:"Open a network that is closed since its books were restored."`
	Crash         crashCommand         `cmd:"" help:"Kill a network again and again: nothing it acknowledged is lost."`
	CrashChild    crashChildCommand    `cmd:"" hidden:"" name:"crash-child"`
	Bench         benchCommand         `cmd:"" help:"Measure complete payments against a store that already holds many."`
	Sim           simCommand           `cmd:"" help:"Play whole networks in virtual time, and find a promise that breaks."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	boundMemory()
	var c commands
	k := kong.Parse(&c, kong.Name("kakehashi"), kong.Description("A cross-border mobile-payment network in one binary."),
		kong.Vars{"ecb": ecb.DailyURL}, kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "kakehashi:", err)
		os.Exit(1)
	}
}

// memorySoft is what the memory of Go's own heap is kept to, softly: near it the collector works more often, and nothing fails.
// The engine's caches and the program come to about 200 MiB beside it. What a house with 300,000 merchants keeps alive is about
// 100 MiB, and the catalogue is bounded.
//
// Units: bytes.
const memorySoft = 256 << 20

// boundMemory sets the soft limit, where GOMEMLIMIT in the environment sets none.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memorySoft)
	}
}
