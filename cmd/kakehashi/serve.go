// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
)

// serveCommand runs a network for real money.
type serveCommand struct {
	Config string `help:"Configuration file in TOML." type:"existingfile" required:""`
}

// Run serves until it is told to stop, or can no longer serve.
func (s *serveCommand) Run(ctx context.Context) error {
	c, err := process.ReadConfig(s.Config)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	p, err := process.Start(ctx, c, log)
	if err != nil {
		return err
	}
	log.Info("serving", "merchants and wallets", c.Listen, "operator", c.Operate, "books", p.Live.House.DB().Engine())
	err = watch(ctx, p)
	log.Info("stopping: what is under way is finished first")
	p.Stop(ctx)
	return err
}

// watch waits until the process is told to stop, or fails.
func watch(ctx context.Context, p *process.Process) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := p.Failed(); err != nil {
				return err
			}
			p.Look()
		}
	}
}
