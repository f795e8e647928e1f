// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/store"
)

// restoreCommand fills empty books from a copy. A start on them begins closed.
type restoreCommand struct {
	setting
	File      string        `arg:"" help:"The copy." type:"existingfile"`
	Books     string        `help:"Books to fill: a file or a postgres:// URL; without it those of the data folder."`
	Witness   string        `help:"Witness file; else that of the data folder, with the master key." type:"existingfile"`
	Key       string        `help:"Public key of the signatures; without it the one of the master key." type:"existingfile"`
	OpenAfter time.Duration `default:"5m" help:"How long a start waits for the wallets to say what became of open payments."`
}

// Run checks the copy, fills the books, and says what comes next.
func (r *restoreCommand) Run(ctx context.Context) error {
	c, err := r.read()
	if err != nil {
		return err
	}
	if r.Books != "" && r.Sandbox {
		c.SandboxBooks = r.Books
	} else if r.Books != "" {
		c.Books = r.Books
	}
	if err := r.verify(ctx, c); err != nil {
		return err
	}
	from, err := store.OpenReader(ctx, store.Location(r.File))
	if err != nil {
		return err
	}
	defer from.Close()
	began, m := time.Now(), newMeter(os.Stderr)
	defer m.end()
	done, err := process.Restore(ctx, c, from, process.Restoring{Name: filepath.Base(r.File), Sandbox: r.Sandbox,
		OpenAfter: r.OpenAfter, Now: began, Progress: m.copied("restoring")})
	if err != nil {
		return err
	}
	m.end()
	took := time.Since(began)
	fmt.Printf("%d rows of all tables in %v (%.0f rows/s)\n", done.Cut.Written, took.Round(time.Millisecond),
		float64(done.Cut.Written)/max(took.Seconds(), 1e-3))
	for _, l := range done.Lost {
		fmt.Printf("lane %d: rows %d to %d, until %s, are lost: the witness tells of them\n", l.Lane, l.From, l.To,
			l.Until.Format(time.RFC3339))
	}
	if done.Kept != "" {
		fmt.Printf("the witness of the lost rows is now %s: keep it\n", done.Kept)
	}
	fmt.Printf("start the network: it begins closed, asks the wallets about whatever is open, and opens by itself within %v;\n"+
		"kakehashi open opens it at once\n", r.OpenAfter)
	return nil
}

// verify looks at the copy first: books that are wrong are not restored.
func (r *restoreCommand) verify(ctx context.Context, c process.Config) (err error) {
	i := &inspection{file: r.File, witness: r.Witness, out: os.Stdout, meter: newMeter(os.Stderr)}
	if i.keys, err = signers(c, r.Sandbox, r.Key); err != nil {
		return err
	}
	if i.witness == "" && len(i.keys) > 0 {
		own := c.WitnessOf(r.Sandbox)
		if _, err := os.Stat(own); err == nil {
			i.witness = own
		}
	}
	return i.run(ctx)
}

// openCommand opens a network whose books were restored, whatever the wallets have said.
type openCommand struct{ setting }

// Run opens it.
func (o *openCommand) Run(ctx context.Context) error {
	c, err := o.read()
	if err != nil {
		return err
	}
	if err := process.OpenByHand(ctx, c, o.Sandbox); err != nil {
		return err
	}
	fmt.Printf("the %s network is open\n", process.NetworkName(o.Sandbox))
	return nil
}
