// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/store"
)

// backupCommand copies the books into a file, while they are served or not.
type backupCommand struct {
	setting
	File  string `arg:"" help:"File of the copy. It is there when it is whole, and not before."`
	From  string `help:"Books to copy: a file or a postgres:// URL; without it those of the data folder."`
	Force bool   `help:"Replace the file where there is one."`
}

// Run copies the books, and says what is in the copy.
func (b *backupCommand) Run(ctx context.Context) error {
	c, err := b.read()
	if err != nil {
		return err
	}
	if _, err := os.Stat(b.File); err == nil && !b.Force {
		return fmt.Errorf("%s is there already: name another file, or --force", b.File)
	}
	from, err := store.OpenReader(ctx, b.books(c))
	if err != nil {
		return err
	}
	defer from.Close()
	began, m := time.Now(), newMeter(os.Stderr)
	defer m.end()
	part := b.File + ".part"
	if err := removeFile(part); err != nil {
		return err
	}
	cut, err := store.Copy(ctx, from, store.Location(part), store.Copying{Progress: m.copied("copying"),
		Footer: func(cut store.Cut) store.Footer { return b.footer(c, cut, began) }})
	if err == nil {
		err = os.Rename(part, b.File)
	}
	if err != nil {
		return errors.Join(err, removeFile(part))
	}
	if err := process.SyncFolder(b.File); err != nil {
		return err
	}
	m.end()
	b.report(cut, time.Since(began))
	return nil
}

// books are the books to copy.
func (b *backupCommand) books(c process.Config) store.Location {
	if b.From != "" {
		return store.Location(b.From)
	}
	return c.BooksOf(b.Sandbox)
}

// footer is what the copy says of itself; signed where the master key is at hand.
func (b *backupCommand) footer(c process.Config, cut store.Cut, taken time.Time) store.Footer {
	f := store.Footer{Body: footerOf(process.NetworkName(b.Sandbox), cut, taken).String()}
	signature, err := process.SignCopy(c, b.Sandbox, f.Body)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the copy is not signed: "+err.Error())
		return f
	}
	f.Signature = signature
	return f
}

func (b *backupCommand) report(cut store.Cut, took time.Duration) {
	for i := range cut.Lanes {
		l := &cut.Lanes[i]
		fmt.Printf("lane %d: %d rows, the last of %s\n", l.Lane, l.N, micros(l.At))
	}
	size := int64(0)
	if info, err := os.Stat(b.File); err == nil {
		size = info.Size()
	}
	fmt.Printf("%s: %d rows of all tables, %.1f MiB, in %v (%.0f rows/s)\n", b.File, cut.Written, float64(size)/(1<<20),
		took.Round(time.Millisecond), float64(cut.Written)/max(took.Seconds(), 1e-3))
}

// micros is a time of the books as people read it.
func micros(at int64) string { return time.UnixMicro(at).UTC().Format(time.RFC3339) }

// removeFile removes a store in a file that was not finished, where it is there.
func removeFile(path string) error {
	var failed error
	for _, end := range []string{"", "-journal", "-wal", "-shm"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
