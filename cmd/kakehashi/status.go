// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
)

// statusCommand says how a network stands.
type statusCommand struct{ setting }

// errNotReady is the error of a network that should be sent nothing.
var errNotReady = errors.New("the network is not ready")

// Run asks the running process; where none runs it says what the books hold. It fails unless a network is ready.
func (s *statusCommand) Run(ctx context.Context) error {
	c, err := s.read()
	if err != nil {
		return err
	}
	status, running, err := process.AskStatus(ctx, c)
	if err != nil {
		return err
	}
	if !running {
		return s.books(ctx)
	}
	fmt.Printf("%s, since %s\n", status.Holder, status.Started.Format(time.DateTime))
	for i := range status.Networks {
		printNetwork(&status.Networks[i])
	}
	for _, a := range status.Alarms {
		fmt.Printf("ALARM %s since %s, %d times: %s\n", a.Name, a.Since.UTC().Format(time.DateTime), a.Count, a.About)
	}
	if status.NotReady != "" {
		fmt.Println("NOT READY:", status.NotReady)
		return errNotReady
	}
	fmt.Println("ready")
	return nil
}

func printNetwork(n *process.NetworkStatus) {
	fmt.Printf("%s: %d open payments", n.Name, n.Open)
	if n.Open > 0 {
		fmt.Printf(", the oldest since %s", n.Oldest.UTC().Format(time.DateTime))
	}
	fmt.Printf(", %d notifications under way\n", n.Telling)
	for _, l := range n.Lanes {
		fmt.Printf("  lane %d: %d rows, projections %d behind, %d movements waiting\n", l.Lane, l.Rows, l.Lag, l.Waiting)
	}
	for _, w := range n.Wallets {
		rest := ""
		if w.Resting {
			rest = ", resting: it has not answered of late"
		}
		fmt.Printf("  wallet %-20s %s%s\n", w.ID, w.Status, rest)
	}
}

// books says what the books hold that nobody serves.
func (s *statusCommand) books(ctx context.Context) error {
	err := s.look(ctx, func(o *process.Operator) error {
		lanes, err := o.Reader.Lanes(ctx)
		for i := range lanes {
			fmt.Printf("lane %d: %d rows, the last of %s, held by %s\n", lanes[i].Lane, lanes[i].N,
				time.UnixMicro(lanes[i].At).UTC().Format(time.DateTime), lanes[i].Holder)
		}
		return err
	})
	if err != nil {
		return err
	}
	fmt.Println("no process serves these books")
	return errNotReady
}
