// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Act is what a call asks a wallet to do.
type Act uint8

// The acts.
const (
	Pay Act = iota
	Inquire
	Cancel
	GiveBack // a refund: a caller's, or one of our own
	GiveUp   // no call at all: our clock intends the cancel
)

var actNames = [...]string{"pay", "inquire", "cancel", "refund", "give up"}

// String is the act in lower case.
func (a Act) String() string { return actNames[a] }

// Call is one question to one wallet.
type Call struct {
	Wallet   wallet.ID
	Act      Act
	Payment  ident.ID
	Refund   ident.Digest // of a caller's refund; zero otherwise
	Question flow.Question
	Charge   wallet.Charge // of a pay
	Return   wallet.Return // of a refund
	Deadline time.Duration
}

// Make makes the call through the wallet's connector, within its deadline.
func (c Call) Make(ctx context.Context, w wallet.Connector) wallet.Answer {
	ctx, cancel := context.WithTimeout(ctx, c.Deadline)
	defer cancel()
	switch c.Act {
	case Pay:
		return w.Pay(ctx, c.Charge)
	case Inquire:
		return w.Inquire(ctx, c.Payment)
	case Cancel:
		return w.Cancel(ctx, c.Payment)
	case GiveBack:
		return w.Refund(ctx, c.Return)
	}
	return wallet.Answer{}
}

// movement is what makes the answer durable; nil when there is nothing to write.
func (c Call) movement(a wallet.Answer) flow.Movement {
	switch {
	case c.Act == GiveUp:
		return flow.GiveUp{Payment: c.Payment}
	case c.Act == GiveBack && c.Refund != ident.Digest{}:
		return flow.RefundHeard{Payment: c.Payment, Refund: c.Refund, Answer: a}
	case c.Act == Cancel && a.Verdict != wallet.Succeeded:
		return nil
	}
	return flow.Heard{Payment: c.Payment, Question: c.Question, Answer: a}
}
