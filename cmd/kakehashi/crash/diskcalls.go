// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/sequence"
)

// DiskOptions say how the disk calls are gone through.
type DiskOptions struct {
	Points int    // kills, and two errors for three of them; 0 or less: all that there can be
	Seed   uint64 // which of them, where not all
	Folder string // empty: a temporary one, kept only when something is wrong
	Binary string // the program whose calls they are; empty: this one
	Out    io.Writer
}

// diskCalls are the calls that change what is on a disk.
var diskCalls = []string{"pwrite64", "write", "fsync", "fdatasync", "ftruncate", "fallocate", "unlink", "unlinkat"}

// growing are those of them that need room on the disk.
var growing = []string{"pwrite64", "write", "ftruncate", "fallocate"}

// syncing are those of them after which what was written is there.
var syncing = []string{"fsync", "fdatasync"}

// injection is one thing that happens to one disk call.
type injection struct {
	call  string
	n     int    // which of its calls, from 1 on
	what  string // as strace says it: "signal=KILL", "error=EIO"
	onto  string // the file, as the undisturbed run had it
	early bool   // nothing had been acknowledged before it
	stays bool   // all later calls fail too
}

func (i injection) String() string {
	return fmt.Sprintf("%s at %s %d (%s)", i.what, i.call, i.n, i.onto)
}

func (i injection) expression() string {
	when := fmt.Sprint(i.n)
	if i.stays {
		when += "+"
	}
	return fmt.Sprintf("inject=%s:%s:when=%s", i.call, i.what, when)
}

// disk is one run of DiskCalls.
type disk struct {
	DiskOptions
	binary    string
	reference *Reference
	traced    []traced
	planned   []injection
	began     time.Time

	mutex   sync.Mutex
	next    int
	stopped int // of the errors: the story ended
	passed  int // and did not
	findings
}

// ErrNoStrace is the error of DiskCalls where strace cannot be used: no disk call was disturbed, and nothing was shown.
var ErrNoStrace = errors.New("no disk call was disturbed")

// DiskCalls kills the story's process at its disk calls, and lets them fail: whatever was acknowledged must be in the books,
// and the story must go on from there as if nothing had been.
//
// Errors: ErrViolation; ErrNoStrace; the context's when it is interrupted.
// Source: reference/reliability.md.
func DiskCalls(ctx context.Context, o DiskOptions) (err error) {
	if why := straceMissing(ctx); why != "" {
		return fmt.Errorf("%w: %s", ErrNoStrace, why)
	}
	folder, err := openFolder(o.Folder, "kakehashi-disk-")
	if err != nil {
		return err
	}
	o.Folder = folder.path
	d := &disk{DiskOptions: o}
	if d.binary = o.Binary; d.binary == "" {
		if d.binary, err = os.Executable(); err != nil {
			return err
		}
	}
	return folder.end(o.Out, d.run(ctx))
}

func (d *disk) run(ctx context.Context) (err error) {
	if d.reference, err = NewReference(ctx, filepath.Join(d.Folder, "reference.db")); err != nil {
		return err
	}
	if d.traced, err = d.trace(ctx); err != nil {
		return err
	}
	d.began, d.planned = time.Now(), d.plan()
	fmt.Fprintf(d.Out, "disk calls: seed %d, %d steps make %s; %d of them will be disturbed\n", d.Seed, sequence.Count(),
		countCalls(d.traced), len(d.planned))
	var busy sync.WaitGroup
	for range 2 {
		busy.Go(func() { d.work(ctx) })
	}
	busy.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted after %d of %d disk calls: %w", d.next, len(d.planned), ctx.Err())
	}
	count := map[string]int{}
	for _, i := range d.planned {
		count[i.what]++
	}
	fmt.Fprintf(d.Out, "disk calls: %s\n", d.word("0 lost, 0 wrong"))
	fmt.Fprintf(d.Out, "  %d kills, %d EIO, %d ENOSPC; of the errors %d ended the process, %d did not concern it; %.0f s, "+
		"seed %d\n", count[killed], count[eio], count[enospc], d.stopped, d.passed, time.Since(d.began).Seconds(), d.Seed)
	if d.empty() {
		return nil
	}
	fmt.Fprint(d.Out, d.text())
	return ErrViolation
}

// What is done to a call.
const (
	killed = "signal=KILL"
	eio    = "error=EIO"
	enospc = "error=ENOSPC"
)

// plan is every call killed, and every call failing in each way in which it can; or as many as were asked for, evenly spread.
func (d *disk) plan() []injection {
	var kills, errs []injection
	for _, t := range d.traced {
		kills = append(kills, injection{call: t.call, n: t.n, what: killed, onto: t.file, early: !t.told})
		errs = append(errs, injection{call: t.call, n: t.n, what: eio, onto: t.file, early: !t.told})
		if slices.Contains(growing, t.call) {
			errs = append(errs, injection{call: t.call, n: t.n, what: enospc, onto: t.file, stays: true, early: !t.told})
		}
	}
	if d.Points <= 0 {
		return append(kills, errs...)
	}
	dice := rand.New(rand.NewPCG(d.Seed, 1))
	return append(spreadOver(kills, d.Points, dice), spreadOver(errs, 2*d.Points/3, dice)...)
}

// spreadOver takes so many of a list, evenly, beginning somewhere by chance.
func spreadOver(list []injection, count int, dice *rand.Rand) []injection {
	if count >= len(list) {
		return list
	}
	offset := dice.IntN(len(list))
	taken := make([]injection, count)
	for i := range taken {
		taken[i] = list[(offset+i*len(list)/count)%len(list)]
	}
	return taken
}

// work disturbs one planned call after another.
func (d *disk) work(ctx context.Context) {
	for n := d.take(); n < len(d.planned) && ctx.Err() == nil; n = d.take() {
		folder := filepath.Join(d.Folder, fmt.Sprintf("point-%d", n))
		err := d.disturb(ctx, folder, d.planned[n])
		if err == nil {
			err = os.RemoveAll(folder)
		}
		if err != nil && ctx.Err() == nil {
			d.mutex.Lock()
			d.add(misstored, "%v: %v (%s)", d.planned[n], err, folder)
			d.mutex.Unlock()
		}
	}
}

// take is the number of the next planned call.
func (d *disk) take() int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.next > 0 && d.next%50 == 0 {
		fmt.Fprintf(d.Out, "disk calls: seed %d, %d of %d after %.0f s\n", d.Seed, d.next, len(d.planned),
			time.Since(d.began).Seconds())
	}
	d.next++
	return d.next - 1
}

// disturb tells the story while one call is disturbed, and then without.
func (d *disk) disturb(ctx context.Context, folder string, i injection) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	file := filepath.Join(folder, "books.db")
	told, ended, err := d.tell(ctx, folder, file, i.expression())
	if err != nil {
		return err
	}
	last, err := d.reference.Acknowledged(told)
	if err != nil {
		return err
	}
	if i.what == killed && ended == nil {
		return errors.New("the process was not killed: its calls are not those that were counted")
	}
	if i.what != killed {
		if err := d.judge(i, ended); err != nil {
			return err
		}
	}
	return d.reference.Continues(ctx, file, last)
}

// judge says whether a process that met an error did what it may: it ends, or the error was none of the books'. While the
// store is being made and nothing was acknowledged, the first table is tried again by what makes it, and SQLite keeps its log
// where closing cannot copy it: such a process is held to its whole story, and to nothing else.
func (d *disk) judge(i injection, ended error) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if ended != nil {
		d.stopped++
		return nil
	}
	d.passed++
	ofBooks := strings.HasPrefix(i.onto, "books.db") && !strings.Contains(i.onto, "shelf")
	if i.what == eio && slices.Contains(syncing, i.call) && ofBooks && !i.early {
		return errors.New("the process went on after the disk had refused to keep what it was given")
	}
	return nil
}

// tell runs the child under strace and takes its acknowledgements, each kept on disk before the next is read.
func (d *disk) tell(ctx context.Context, folder, file, inject string) (told []sequence.Told, ended, err error) {
	journal, err := os.Create(filepath.Join(folder, "acknowledged"))
	if err != nil {
		return nil, nil, err
	}
	defer journal.Close()
	command := strace(ctx, "-f", "-qq", "-o", filepath.Join(folder, "trace"), "-e", "trace="+strings.Join(diskCalls, ","), "-e",
		inject, d.binary, "crash-child", file)
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := command.Start(); err != nil {
		return nil, nil, err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if t, ok := parseAck(lines.Text()); ok {
			told = append(told, t)
		}
		if _, err := fmt.Fprintln(journal, lines.Text()); err != nil {
			return nil, nil, err
		}
		if err := journal.Sync(); err != nil {
			return nil, nil, err
		}
	}
	return told, command.Wait(), nil
}
