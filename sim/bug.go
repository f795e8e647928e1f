// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strconv"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Bug is a mistake that a run makes on purpose, in the simulator's own equipment and never in the house: a simulator that
// does not find it is blind.
type Bug string

// The bugs.
const (
	NoBug            Bug = ""
	BugAnswersEarly  Bug = "answers-early"  // a till is told S before the outcome is committed
	BugFailsOnTime   Bug = "fails-on-time"  // a till is told F when its patience ends
	BugStaleAnswers  Bug = "stale-answers"  // inquiries are answered from what was first seen
	BugDropsLateS    Bug = "drops-late-s"   // a charge that is told after the end is acknowledged and forgotten
	BugFreesCodes    Bug = "frees-codes"    // each payment marks a code in its own way
	BugRefundsTwice  Bug = "refunds-twice"  // a refund that is repeated is repeated under another name
	BugChargesMore   Bug = "charges-more"   // the wallet is asked for a hundred times the amount
	BugForgetsOpen   Bug = "forgets-open"   // nobody is asked about what is open at a start
	BugTrustsSilence Bug = "trusts-silence" // a cancel that was not answered counts as confirmed
)

// Bugs are all of them.
var Bugs = []Bug{BugAnswersEarly, BugFailsOnTime, BugStaleAnswers, BugDropsLateS, BugFreesCodes, BugRefundsTwice,
	BugChargesMore, BugForgetsOpen, BugTrustsSilence}

// tamper changes a call that leaves for a wallet.
func (w *world) tamper(c *relay.Call) {
	switch b := w.options.Bug; {
	case b == BugChargesMore && c.Act == relay.Pay:
		c.Charge.Price = money.New(c.Charge.Price.Minor()*100, c.Charge.Price.Currency())
	case b == BugRefundsTwice && c.Act == relay.GiveBack:
		c.Return.Refund = ident.Name(c.Return.Refund.Lane, ident.Refund, c.Return.Refund.String(),
			strconv.Itoa(w.count.calls))
	}
}

// mistaken changes what a caller is told.
func (h *house) mistaken(what string, id ident.ID, t told) told {
	switch b := h.w.options.Bug; {
	case b == BugFailsOnTime && what == "pay" && t.class == openU:
		return told{class: no, code: wire.ProcessFail, id: id}
	case b == BugStaleAnswers && what == "inquiry":
		if first, seen := h.firstTold[id]; seen {
			return first
		}
		if h.firstTold == nil {
			h.firstTold = map[ident.ID]told{}
		}
		h.firstTold[id] = t
	}
	return t
}

// answerEarly tells whoever waits for a payment what its wallet has said, before anything is committed.
func (h *house) answerEarly(c *relay.Call, a wallet.Answer) {
	if h.w.options.Bug == BugAnswersEarly && c.Act == relay.Pay && a.Verdict == wallet.Succeeded {
		if tell := h.early[c.Payment]; tell != nil {
			tell(told{class: yes, code: wire.Success, id: c.Payment})
		}
	}
}
