// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/demo"
)

// demoCommand shows the network.
type demoCommand struct {
	Data    string  `default:"./data" help:"Where everything is kept." env:"KAKEHASHI_DATA"`
	Books   string  `help:"Books elsewhere: a postgres:// URL."`
	Port    int     `default:"8080" help:"Port of the gateway on 127.0.0.1; the others are this plus 1, 10, 11, 12 and 363."`
	Rate    float64 `default:"3" help:"Payments a second on the day's average."`
	Seconds int     `help:"Stop after so many seconds; 0: when told to."`
	Verbose bool    `help:"Log what the network does."`
}

// Run shows the network until it is told to stop.
func (d *demoCommand) Run(ctx context.Context) error {
	level := slog.LevelWarn
	if d.Verbose {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	return demo.Run(ctx, demo.Options{Data: d.Data, Books: d.Books, Port: d.Port, Rate: d.Rate, Seconds: d.Seconds,
		Out: os.Stdout, Log: log})
}
