// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// notificationsCommand are what an operator does with what clients are told.
type notificationsCommand struct {
	Log   notificationsLog   `cmd:"" help:"Show what was told of a payment or refund, attempt by attempt."`
	Dead  notificationsDead  `cmd:"" help:"List what could not be told to the last."`
	Again notificationsAgain `cmd:"" help:"Tell once more what is known of payments or refunds, or all that could not be told."`
}

type notificationsLog struct {
	setting
	ID string `arg:"" help:"paymentId or refundId."`
}

// Run shows the log of one payment or refund.
func (n *notificationsLog) Run(ctx context.Context) error {
	return n.look(ctx, func(o *process.Operator) error {
		notices, err := noticesOf(ctx, o, n.ID)
		if err != nil {
			return err
		}
		for i := range notices {
			printNotice(&notices[i])
		}
		return nil
	})
}

// noticesOf is the log of a payment or refund; none is an error that says so.
func noticesOf(ctx context.Context, o *process.Operator, text string) ([]ams.Notice, error) {
	id, err := ident.Parse(text)
	if err != nil {
		return nil, err
	}
	log, finish, err := o.Notices(ctx)
	if err != nil {
		return nil, err
	}
	defer finish()
	notices, err := log.Of(ctx, id)
	if err == nil && len(notices) == 0 {
		err = errNothing("notification of " + text + ": it is not known, not at its end, or its client asks for none")
	}
	return notices, err
}

func printNotice(n *ams.Notice) {
	fmt.Println(noticeLine(&n.Event))
	for _, a := range n.Attempts {
		fmt.Printf("  attempt %d at %s: %s\n", a.Attempt, a.At.Format(time.DateTime), a.Detail)
	}
	if n.Event.State == store.EventPending {
		fmt.Printf("  next at %s\n", n.Event.Due.Format(time.DateTime))
	}
}

func noticeLine(e *store.Event) string {
	state := map[store.EventState]string{store.EventPending: "to be told", store.EventDelivered: "told",
		store.EventDead: "given up"}[e.State]
	of := ident.ID{Lane: e.Lane, Digest: e.Subject}
	line := fmt.Sprintf("%s  %-17v %v of client %s: %s after %d attempts", e.At.Format(time.DateTime), e.Kind, of, e.Client,
		state, e.Attempt)
	if e.Detail != "" {
		line += " (" + e.Detail + ")"
	}
	return line
}

type notificationsDead struct {
	setting
	Limit int `default:"100" help:"How many at most, the latest first."`
}

// Run lists what was given up.
func (n *notificationsDead) Run(ctx context.Context) error {
	return n.look(ctx, func(o *process.Operator) error {
		events, err := deadOf(ctx, o, n.Limit)
		for i := range events {
			fmt.Println(noticeLine(&events[i]))
		}
		return err
	})
}

func deadOf(ctx context.Context, o *process.Operator, limit int) (all []store.Event, err error) {
	log, finish, err := o.Notices(ctx)
	if err != nil {
		return nil, err
	}
	defer finish()
	for after := (store.Event{}); len(all) < limit; after = all[len(all)-1] {
		page, err := log.Dead(ctx, after, min(256, limit-len(all)))
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
	}
	return all, nil
}

type notificationsAgain struct {
	setting
	IDs  []string `arg:"" optional:"" help:"paymentIds or refundIds."`
	Dead int      `help:"Instead, so many of those that were given up, the latest first."`
}

// Run lets events be told again.
func (n *notificationsAgain) Run(ctx context.Context) error {
	if (len(n.IDs) == 0) == (n.Dead <= 0) {
		return fmt.Errorf("name paymentIds or refundIds, or how many of the dead with --dead")
	}
	return n.operate(ctx, func(o *process.Operator) error {
		events, err := n.events(ctx, o)
		if err != nil {
			return err
		}
		if err := o.Again(ctx, events...); err != nil {
			return err
		}
		fmt.Printf("%d notifications are told again\n", len(events))
		return nil
	})
}

func (n *notificationsAgain) events(ctx context.Context, o *process.Operator) (events []store.Event, err error) {
	if n.Dead > 0 {
		return deadOf(ctx, o, n.Dead)
	}
	for _, id := range n.IDs {
		notices, err := noticesOf(ctx, o, id)
		if err != nil {
			return nil, err
		}
		for i := range notices {
			events = append(events, notices[i].Event)
		}
	}
	return events, nil
}
