// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
)

// ratesCommand are what an operator does with exchange rates.
type ratesCommand struct {
	List    ratesList    `cmd:"" help:"List the rates that are held of each source, and which are halted."`
	Release ratesRelease `cmd:"" help:"Believe a rate that has jumped, after a person has looked at it."`
}

type ratesList struct {
	setting
	Halted bool `help:"Only the pairs that are halted."`
}

// Run lists the rates.
func (r *ratesList) Run(ctx context.Context) error {
	return r.look(ctx, func(o *process.Operator) error {
		c, err := facts(ctx, o)
		if err != nil {
			return err
		}
		board, err := c.Board()
		if err != nil {
			return err
		}
		for _, h := range board.Held() {
			if r.Halted && !h.Halted() {
				continue
			}
			fmt.Printf("%-12s %s of %s", h.Accepted.Source, rateText(h.Accepted.Rate), h.Accepted.At.Format(time.DateTime))
			if h.Halted() {
				fmt.Printf("  HALTED: it says %s since %s", rateText(h.Offending.Rate), h.Offending.At.Format(time.DateTime))
			}
			fmt.Println()
		}
		return nil
	})
}

// rateText is a rate as release takes it: the pair, and a decimal.
func rateText(r money.Rate) string {
	return r.Base().String() + "/" + r.Quote().String() + " " + fx.PriceText(r.Price())
}

type ratesRelease struct {
	setting
	Source string `arg:"" help:"The source."`
	Pair   string `arg:"" help:"The pair as the source quotes it: USD/JPY."`
	Seen   string `required:"" help:"The rate that was found right: the second currency for one of the first."`
}

// Run releases the pair.
func (r *ratesRelease) Run(ctx context.Context) error {
	seen, err := r.rate()
	if err != nil {
		return err
	}
	return r.operate(ctx, func(o *process.Operator) error {
		c, err := facts(ctx, o)
		if err != nil {
			return err
		}
		board, err := c.Board()
		if err != nil {
			return err
		}
		if err := board.Release(fx.SourceID(r.Source), seen); err != nil {
			return err
		}
		held, _ := board.Of(fx.SourceID(r.Source), seen)
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "release rate", Subject: r.Source + " " + r.Pair,
			Facts: store.Facts{Readings: []fx.Held{held}}})
		if err == nil {
			fmt.Printf("%s %s is believed\n", r.Source, rateText(held.Accepted.Rate))
		}
		return err
	})
}

// rate is the rate that was seen.
func (r *ratesRelease) rate() (money.Rate, error) {
	first, second, ok := strings.Cut(r.Pair, "/")
	if !ok {
		return money.Rate{}, fmt.Errorf("pair %s must be two currencies, as USD/JPY", r.Pair)
	}
	base, err := money.ParseCurrency(first)
	if err != nil {
		return money.Rate{}, err
	}
	quote, err := money.ParseCurrency(second)
	if err != nil {
		return money.Rate{}, err
	}
	price, err := money.ParseRatio(r.Seen)
	if err != nil {
		return money.Rate{}, err
	}
	return money.NewRate(base, quote, price)
}
