// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/store"
)

// clientSet changes what a client asks for. A flag that is not given changes nothing.
type clientSet struct {
	setting
	ID            string  `arg:""`
	NotifyURL     *string `help:"Where notifications go unless a request says otherwise; empty: nowhere."`
	NotifyFailure *bool   `help:"Also tell failed payments." negatable:""`
	ResponseKey   *int    `help:"Version of the house's key that signs what this client is sent."`
	Requests      *int    `help:"Requests a minute; 0: the house's bound."`
	BadCodes      *int    `help:"Payment codes that no wallet knows, a minute; 0: the house's bound."`
	Tombstones    *int    `help:"Cancels of requests we have never seen, a minute; 0: the house's bound."`
}

// Run changes the client.
func (c *clientSet) Run(ctx context.Context) error {
	return c.operate(ctx, func(o *process.Operator) error {
		client, err := clientOf(ctx, o, c.ID)
		switch {
		case err != nil:
			return err
		case !c.change(&client):
			return errors.New("nothing to change: name --notify-url, --notify-failure, --response-key or a rate")
		}
		if c.ResponseKey != nil {
			if err := hasHouseKey(ctx, o, *c.ResponseKey); err != nil {
				return err
			}
		}
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "set client", Subject: c.ID,
			Facts: store.Facts{Clients: []access.Client{client}}})
		if err == nil {
			fmt.Printf("client %s is changed\n", c.ID)
		}
		return err
	})
}

// change makes the changes that were asked for, and reports whether there were any.
func (c *clientSet) change(client *access.Client) (changed bool) {
	for _, given := range [...]bool{set(&client.NotifyURL, c.NotifyURL), set(&client.NotifyFailure, c.NotifyFailure),
		set(&client.ResponseKey, c.ResponseKey), set(&client.Rates.Requests, c.Requests),
		set(&client.Rates.BadCodes, c.BadCodes), set(&client.Rates.Tombstones, c.Tombstones)} {
		changed = changed || given
	}
	return changed
}

// set takes a value over where one was given.
func set[T any](to, from *T) bool {
	if from != nil {
		*to = *from
	}
	return from != nil
}

// hasHouseKey refuses a version of which the house has no key.
func hasHouseKey(ctx context.Context, o *process.Operator, version int) error {
	c, err := facts(ctx, o)
	if err != nil {
		return err
	}
	for _, k := range c.HouseKeys() {
		if k.Version == version {
			return nil
		}
	}
	return errNothing(fmt.Sprintf("house key %d", version))
}
