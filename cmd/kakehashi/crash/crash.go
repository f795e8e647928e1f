// SPDX-License-Identifier: Apache-2.0

// Package crash kills a running network again and again and shows that nothing it acknowledged is lost.
//
// Run plays everybody but the network: wallets with books of their own, and tills that pay, ask, cancel and refund over
// the real wire and write down what they asked and were told. The network is this same program as a child process. When
// the kills are over, the callers' journal, the wallets' books and the network's books must tell one story. DiskCalls kills
// a child at every disk call of a fixed sequence instead, and makes the calls fail.
//
// Read crash.go, journal.go, history.go, check.go; then sequence, diskcalls.go and powercut.
package crash

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options say how a run goes.
type Options struct {
	Kills   int    // under load
	Seed    uint64 // of all that is left to chance here; the timing of two processes is not
	Books   string // empty: SQLite in the folder; else a postgres:// URL of an empty database
	Callers int    // tills at once
	Folder  string // where everything is kept; empty: a temporary folder, kept only when something is wrong
	Binary  string // the program to kill; empty: this one
	Out     io.Writer
}

// The bars. Source: reference/reliability.md.
const (
	inFlightMin   = 50               // payments under way at a kill
	questionMax   = 5 * time.Second  // from ready to the first question about what was open
	drainMax      = 10 * time.Second // from SIGTERM to the end
	startsMax     = 20 * time.Second // a start that takes longer is no start
	settleMax     = 90 * time.Second // until nothing is open once nothing disturbs any more
	drainEvery    = 50               // kills between two orderly ends
	duringStartIn = 8                // one kill in so many is followed by one before the network is ready
)

// Run kills the network under load, and checks at the end that all books agree.
//
// Errors: ErrViolation; the context's when it is interrupted, and then nothing was checked.
func Run(ctx context.Context, o Options) (err error) {
	if o.Callers < inFlightMin {
		return fmt.Errorf("%d tills cannot have %d payments under way", o.Callers, inFlightMin)
	}
	folder, err := openFolder(o.Folder, "kakehashi-crash-")
	if err != nil {
		return err
	}
	r := &run{options: o, folder: folder.path, began: time.Now()}
	fmt.Fprintf(o.Out, "crash: seed %d, %d kills, %d tills\n", o.Seed, o.Kills, o.Callers)
	defer func() {
		r.close()
		err = folder.end(o.Out, err)
	}()
	if err := r.open(ctx); err != nil {
		return err
	}
	if err := r.torment(ctx); err != nil {
		return r.broken(ctx, err)
	}
	if err := r.calm(ctx); err != nil {
		return r.broken(ctx, err)
	}
	v, err := r.check(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(o.Out, r.summary(v))
	if v.empty() {
		return nil
	}
	fmt.Fprint(o.Out, v.text())
	return ErrViolation
}

// broken shows what the network said last before it did what it must not.
func (r *run) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted after %d kills, nothing was checked: %w", len(r.inFlight), ctx.Err())
	}
	log, readErr := os.ReadFile(filepath.Join(r.folder, "serve.log"))
	if readErr == nil {
		lines := strings.Split(strings.TrimSpace(string(log)), "\n")
		fmt.Fprintln(r.options.Out, strings.Join(lines[max(0, len(lines)-15):], "\n"))
	}
	return err
}

// folder is where a run keeps everything.
type folder struct {
	path      string
	temporary bool
}

// openFolder makes the folder of a run; without a path a temporary one.
func openFolder(path, prefix string) (f folder, err error) {
	if path != "" {
		return folder{path: path}, os.MkdirAll(path, 0o700)
	}
	path, err = os.MkdirTemp("", prefix)
	return folder{path: path, temporary: true}, err
}

// end removes a temporary folder, unless something is wrong: then it says where to look.
func (f folder) end(out io.Writer, err error) error {
	if f.temporary && (err == nil || errors.Is(err, context.Canceled)) {
		return errors.Join(err, os.RemoveAll(f.path))
	}
	fmt.Fprintln(out, "everything is kept in", f.path)
	return err
}
