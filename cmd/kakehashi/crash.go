// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash"
)

// crashCommand kills a network again and again.
type crashCommand struct {
	Kills     int    `default:"100" help:"Kills while payments are under way."`
	DiskCalls int    `help:"Instead, kill a fixed sequence at so many of its disk calls, and let others fail (=-1: all)."`
	MaySkip   bool   `help:"With --disk-calls: end well, saying so, where strace cannot be used."`
	Seed      uint64 `help:"Seed of what is left to chance; 0: another each time."`
	Books     string `help:"Books elsewhere: a postgres:// URL of an empty database; without it a file of SQLite."`
	Callers   int    `default:"64" help:"Tills at once, at least 50."`
	Folder    string `help:"Keep everything here; without it a temporary folder, kept only when something is wrong."`
}

// Run kills, and fails when anything that was acknowledged is not so.
func (c *crashCommand) Run(ctx context.Context) error {
	if c.Seed == 0 {
		c.Seed = uint64(time.Now().UnixNano())
	}
	if c.DiskCalls != 0 {
		return c.diskCalls(ctx)
	}
	return crash.Run(ctx, crash.Options{Kills: c.Kills, Seed: c.Seed, Books: c.Books, Callers: c.Callers, Folder: c.Folder,
		Out: os.Stdout})
}

func (c *crashCommand) diskCalls(ctx context.Context) error {
	err := crash.DiskCalls(ctx, crash.DiskOptions{Points: c.DiskCalls, Seed: c.Seed, Folder: c.Folder, Out: os.Stdout})
	if c.MaySkip && errors.Is(err, crash.ErrNoStrace) {
		fmt.Println("SKIPPED:", err)
		return nil
	}
	return err
}

// crashChildCommand is the process that is killed at its disk calls.
type crashChildCommand struct {
	File string `arg:""`
}

// Run tells the fixed sequence to a file.
func (c *crashChildCommand) Run(ctx context.Context) error {
	return crash.TellStory(ctx, c.File, os.Stdout)
}
