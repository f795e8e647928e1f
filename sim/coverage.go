// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"strings"

	"github.com/kakehashi-pay/kakehashi/payment"
)

// mishap is a row of the table of what went wrong. The numbers are those of the failure model.
//
// Source: reference/reliability.md 2.
type mishap int

// The faults that can happen between tills, the house and wallets. Others need a disk (F03 to F06), a second engine (F09,
// F10), sockets, load or memory (F11, F21, F31, F36, F40), a bank and its files (F26 to F28) or people (F29, F30, F39); F24
// needs order codes, F20 webhooks, and F35 something that derives what a backup lacks.
const (
	f01 mishap = iota // killed at any event
	f02               // killed after a commit, before its answer
	f07               // the connection is lost during a commit
	f08               // another takes over, and this one writes nothing more
	f12               // a wallet's answer comes when nobody waits, and says S
	f13               // a wallet says that it never saw the payment
	f14               // a wallet contradicts itself, or the request
	f15               // a cancel is not confirmed, or comes too late
	f16               // a notification comes again, late, or out of order
	f17               // an answer or notification that the wallet did not sign
	f18               // the house's clock is off, or steps
	f19               // there is no rate that may be used
	f22               // the same request twice, or the same order under a new name
	f23               // two tills scan one code
	f25               // refunds and cancels of one payment at once
	mishaps
)

var mishapNames = [mishaps]string{"F01 killed", "F02 killed after commit", "F07 commit in doubt", "F08/F37 taken over",
	"F12 late S", "F13 never seen", "F14 contradiction", "F15 cancel open or too late", "F16 notified again", "F17 forged",
	"F18 clock off", "F19 no rate", "F22 twice", "F23 one code, two tills", "F25 refund race"}

// column is where a payment, or the refund concerned, stands when a fault happens.
type column int

// The columns.
const (
	inNone column = iota
	inSent
	inUnknown
	inSuccess
	inFailed
	inCancelling
	inCancelled
	inRefunding
	inTombstone
	inStray
	refundSent
	refundUnknown
	refundSuccess
	refundFailed
	columns
)

var columnNames = [columns]string{"none", "sent", "unknown", "success", "failed", "cancelling", "cancelled", "refunding",
	"tombstone", "stray", "r.sent", "r.unknown", "r.success", "r.failed"}

// columnOf is where a payment stands; nil is one that is not committed.
func columnOf(p *payment.Payment) column {
	if p == nil {
		return inNone
	}
	if p.Stray != "" {
		return inStray
	}
	switch p.State {
	case payment.Sent:
		return inSent
	case payment.Unknown:
		return inUnknown
	case payment.Success:
		return inSuccess
	case payment.Failed:
		return inFailed
	case payment.Cancelling:
		return inCancelling
	case payment.Cancelled:
		return inCancelled
	case payment.Refunding:
		return inRefunding
	case payment.Tombstone:
		return inTombstone
	}
	return inNone
}

func columnOfRefund(s payment.RefundState) column {
	switch s {
	case payment.RefundSent:
		return refundSent
	case payment.RefundUnknown:
		return refundUnknown
	case payment.RefundSuccess:
		return refundSuccess
	}
	return refundFailed
}

// sometime is something that must be true now and then.
type sometime int

// What must happen at least once in many runs.
const (
	fencedBatch sometime = iota
	doubtWritten
	doubtNotWritten
	strayReturned
	refundingEnded
	buriedFirst
	breakerOpened
	breakerRefused
	claimedElsewhere
	codeSpentElsewhere
	unfunded
	largeBatch
	hourLateS
	memoryRestored
	shareOfNothing
	windowRefused
	longAgo
	sometimes
)

var sometimeNames = [sometimes]string{"a batch was fenced after a take-over", "a doubt was settled as written",
	"a doubt was settled as not written", "a stray charge went back",
	"a reversal ended a payment that was too late to cancel",
	"a cancel came before its pay, and the pay was refused", "a breaker opened", "a breaker refused a payment",
	"a code was claimed in another lane", "a code that was spent in another lane was refused",
	"a refund was not covered by the merchant's credit", "a batch held three movements or more", "an S came an hour late",
	"open payments were found again after a start", "a refund gave the payer nothing", "a cancel came after the window",
	"a refund was asked for a year later"}

// Coverage counts what runs have met.
type Coverage struct {
	cells [mishaps][columns]int
	some  [sometimes]int
}

func (c *Coverage) hit(f mishap, at column) { c.cells[f][at]++ }

func (c *Coverage) happened(s sometime) { c.some[s]++ }

// Add counts what another run has met.
func (c *Coverage) Add(o *Coverage) {
	for f := range c.cells {
		for s := range c.cells[f] {
			c.cells[f][s] += o.cells[f][s]
		}
	}
	for s := range c.some {
		c.some[s] += o.some[s]
	}
}

// Missing names every cell of the legal table, and every thing that must happen sometimes, that was never met.
func (c *Coverage) Missing() []string {
	var all []string
	for f := range legal {
		for _, at := range legal[f] {
			if c.cells[f][at] == 0 {
				all = append(all, mishapNames[f]+" × "+columnNames[at])
			}
		}
	}
	for s, n := range c.some {
		if n == 0 {
			all = append(all, sometimeNames[s])
		}
	}
	return all
}

// String is the table of faults and states with its counts, and below it what must happen sometimes. A cell that no fault
// can meet is a dot; one that was not met although it can be is marked.
func (c *Coverage) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s", "")
	for _, name := range columnNames {
		fmt.Fprintf(&b, "%11s", name)
	}
	b.WriteString("\n")
	for f := range c.cells {
		fmt.Fprintf(&b, "%-28s", mishapNames[f])
		for at, n := range c.cells[f] {
			switch {
			case n > 0:
				fmt.Fprintf(&b, "%11d", n)
			case isLegal(mishap(f), column(at)):
				fmt.Fprintf(&b, "%11s", "EMPTY")
			default:
				fmt.Fprintf(&b, "%11s", ".")
			}
		}
		b.WriteString("\n")
	}
	for s, n := range c.some {
		fmt.Fprintf(&b, "%9d  %s\n", n, sometimeNames[s])
	}
	return b.String()
}

func isLegal(f mishap, at column) bool {
	for _, l := range legal[f] {
		if l == at {
			return true
		}
	}
	return false
}
