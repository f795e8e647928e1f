// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/partner/ecb"
	"github.com/kakehashi-pay/kakehashi/store"
)

// merchantsCommand are what an operator does with merchants.
type merchantsCommand struct {
	Add    merchantAdd    `cmd:"" help:"Onboard one merchant of an account holder."`
	Import merchantImport `cmd:"" help:"Onboard the merchants and stores of a file; bad rows are set apart."`
	Sample merchantSample `cmd:"" help:"Make a file of sample merchants to import."`
	Find   merchantFind   `cmd:"" help:"Find merchants by part of a name, by reference or id."`
	Plan   merchantPlan   `cmd:"" help:"Write a fee plan."`
}

type merchantAdd struct {
	setting
	Reference  string `arg:"" help:"The holder's own id of the merchant: referenceMerchantId."`
	Holder     string `required:"" help:"Account holder."`
	Name       string `required:""`
	MCC        string `required:"" help:"ISO 18245, four digits."`
	Region     string `default:"JP" help:"ISO 3166-1 alpha-2."`
	Prefecture int    `help:"JIS X 0401, 1 to 47; only in Japan."`
	Currency   string `default:"JPY" help:"What it prices and is paid in."`
	Plan       string `required:"" help:"Fee plan."`
}

// Run onboards the merchant.
func (m *merchantAdd) Run(ctx context.Context) error {
	return m.operate(ctx, func(o *process.Operator) error {
		holder, ok, err := o.Reader.Holder(ctx, ident.Holder(m.Holder))
		if err != nil {
			return err
		}
		if !ok {
			return errNothing("account holder " + m.Holder)
		}
		currency, err := money.ParseCurrency(m.Currency)
		if err != nil {
			return err
		}
		one := merchant.Merchant{ID: merchant.NameOf(holder.Lane, holder.ID, m.Reference), Holder: holder.ID,
			Reference: m.Reference, Name: m.Name, MCC: m.MCC, Region: m.Region, Prefecture: m.Prefecture, Currency: currency,
			Status: merchant.Live, Plan: merchant.PlanID(m.Plan)}
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "onboard merchant", Subject: m.Holder + " " + m.Reference,
			Facts: store.Facts{Merchants: []merchant.Merchant{one}}})
		if err == nil {
			fmt.Printf("merchant %s of %s is live, id %v\n", m.Reference, m.Holder, one.ID)
		}
		return err
	})
}

type merchantPlan struct {
	setting
	ID      string `arg:""`
	Percent int64  `required:"" help:"Of the price, in basis points: 198 is 1.98 %."`
	Fixed   int64  `help:"Minor units a payment."`
	FeeBack bool   `default:"true" negatable:"" help:"Refunds give the fee back in proportion."`
	Credit  int64  `help:"How far refunds may take a merchant's credit below zero, in minor units."`
}

// Run writes the plan.
func (m *merchantPlan) Run(ctx context.Context) error {
	return m.operate(ctx, func(o *process.Operator) error {
		percent, err := money.RatioOf(m.Percent, 10_000)
		if err != nil {
			return err
		}
		plan := merchant.Plan{ID: merchant.PlanID(m.ID), Percent: percent, Fixed: m.Fixed, Rounding: money.Down,
			FeeBack: m.FeeBack, CreditLine: m.Credit, From: time.Now().UTC()}
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "set plan", Subject: m.ID,
			Facts: store.Facts{Plans: []merchant.Plan{plan}}})
		return err
	})
}

// feedsCommand are what an operator does with sources of exchange rates.
type feedsCommand struct {
	ECB  feedECB  `cmd:"" name:"ecb" help:"Believe the European Central Bank's daily reference rates."`
	Live feedLive `cmd:"" help:"Believe a signed live feed."`
	List feedList `cmd:"" help:"List the sources."`
}

type feedECB struct {
	setting
	URL      string `default:"${ecb}" help:"Where the daily file is."`
	Priority int    `default:"50" help:"The lowest is asked first."`
}

// Run writes the source.
func (f *feedECB) Run(ctx context.Context) error {
	terms := ecb.Terms(f.Priority, money.BasisPoints(1500), money.BasisPoints(200))
	return putFeed(ctx, &f.setting, store.Feed{Terms: terms, Form: "ecb", URL: f.URL})
}

type feedLive struct {
	setting
	ID       string        `arg:"" help:"What the feed calls itself."`
	URL      string        `required:""`
	Client   string        `required:"" help:"Client whose keys sign the feed."`
	Priority int           `default:"10" help:"The lowest is asked first."`
	AgeMax   time.Duration `default:"60s" help:"How old a rate may be."`
}

// Run writes the source.
func (f *feedLive) Run(ctx context.Context) error {
	return putFeed(ctx, &f.setting, store.Feed{Form: "feed", URL: f.URL, Client: ident.Client(f.Client),
		Terms: fx.SourceTerms{ID: fx.SourceID(f.ID), Priority: f.Priority, AgeMax: f.AgeMax, Calendar: calendar.EveryDay,
			Band: money.BasisPoints(500), Tolerance: money.BasisPoints(200)}})
}

func putFeed(ctx context.Context, s *setting, f store.Feed) error {
	return s.operate(ctx, func(o *process.Operator) error {
		_, err := o.Do(ctx, flow.Put{Person: o.Person, What: "set feed", Subject: string(f.Terms.ID),
			Facts: store.Facts{Feeds: []store.Feed{f}}})
		return err
	})
}

type feedList struct{ setting }

// Run lists the sources.
func (f *feedList) Run(ctx context.Context) error {
	return f.look(ctx, func(o *process.Operator) error {
		c, err := facts(ctx, o)
		if err != nil {
			return err
		}
		for _, one := range c.Feeds() {
			fmt.Printf("%-12s %-5s priority %d, age at most %v on calendar %v, %s\n", one.Terms.ID, one.Form,
				one.Terms.Priority, one.Terms.AgeMax, one.Terms.Calendar, one.URL)
		}
		return nil
	})
}
