// SPDX-License-Identifier: Apache-2.0

// Package crash kills a running network again and again and shows that nothing it acknowledged is lost.
//
// Run plays everybody but the network: wallets with books of their own, and tills that pay, ask, cancel and refund over
// the real wire and write down what they asked and were told. The network is this same program as a child process. When
// the kills are over, the callers' journal, the wallets' books and the network's books must tell one story. DiskCalls kills
// a child at every disk call of a fixed sequence instead, and makes the calls fail.
//
// Read crash.go, journal.go, history.go, check.go; then sequence and diskcalls.go.
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

// ErrViolation is the error of a run that found something wrong; it is printed before.
var ErrViolation = errors.New("the network broke a promise")

// Run kills the network under load, and checks at the end that all books agree.
func Run(ctx context.Context, o Options) (err error) {
	folder, temporary := o.Folder, o.Folder == ""
	if temporary {
		if folder, err = os.MkdirTemp("", "kakehashi-crash-"); err != nil {
			return err
		}
	} else if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	r := &run{options: o, folder: folder, began: time.Now()}
	defer func() {
		r.close()
		if err == nil && temporary {
			err = os.RemoveAll(folder)
			return
		}
		fmt.Fprintf(o.Out, "seed %d, everything is kept in %s\n", o.Seed, folder)
	}()
	if err := r.open(ctx); err != nil {
		return err
	}
	if err := r.torment(ctx); err != nil {
		return r.broken(err)
	}
	if err := r.calm(ctx); err != nil {
		return r.broken(err)
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
func (r *run) broken(err error) error {
	log, readErr := os.ReadFile(filepath.Join(r.folder, "serve.log"))
	if readErr == nil {
		lines := strings.Split(strings.TrimSpace(string(log)), "\n")
		fmt.Fprintln(r.options.Out, strings.Join(lines[max(0, len(lines)-15):], "\n"))
	}
	return err
}

// findings are what is wrong, each in one line that names its object.
type findings struct {
	lines []string
	more  int
}

const findingsMax = 50

func (f *findings) add(format string, args ...any) {
	if len(f.lines) == findingsMax {
		f.more++
		return
	}
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

func (f *findings) empty() bool { return len(f.lines) == 0 }

func (f *findings) text() string {
	var b strings.Builder
	for _, line := range f.lines {
		fmt.Fprintln(&b, "VIOLATION", line)
	}
	if f.more > 0 {
		fmt.Fprintln(&b, "and", f.more, "more")
	}
	return b.String()
}
