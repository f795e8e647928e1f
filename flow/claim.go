// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// CodeSpent is the code of a payer's code that another payment has spent.
const CodeSpent fault.Code = "payment_code_spent"

// Claim spends a payer's code in the home lane of its wallet, before the payment of another lane is decided. A claim is
// never freed.
type Claim struct {
	In      ident.Lane // the wallet's home
	Payment ident.ID
	Marks   wallet.Marks
}

// Name is "claim/1".
func (Claim) Name() string { return "claim/1" }

// Lane is the wallet's home.
func (c Claim) Lane() ident.Lane { return c.In }

// Queue is the second one: it is the beginning of a pay.
func (Claim) Queue() Queue { return Second }

// Needs names the code's marks.
func (c Claim) Needs() store.Keys { return store.Keys{Marks: c.Marks[:]} }

// Decide claims the code, or finds its own claim.
//
// Errors: Conflict payment_code_spent.
func (c Claim) Decide(v *store.View, now time.Time) (Outcome, store.Changes, error) {
	for _, mark := range c.Marks {
		held, ok := v.Claim(mark)
		switch {
		case ok && held.Payment == c.Payment:
			return Outcome{}, store.Changes{}, nil
		case ok:
			return Outcome{}, store.Changes{}, &fault.Error{Op: "flow.Claim", Kind: fault.Conflict, Code: CodeSpent,
				Subject: c.Payment.String(), Detail: "the payment code was used before: ask for a new one"}
		}
	}
	claim := store.Claim{Lane: c.In, Hour: store.HourOf(now), Mark: c.Marks[0], Payment: c.Payment}
	return Outcome{Fresh: true}, store.Changes{Claims: []store.Claim{claim}}, nil
}

// Unclaim removes claims of an hour that is a day past, some at a time: issuers refuse codes that old.
type Unclaim struct {
	In   ident.Lane
	Hour int64
}

// Name is "unclaim/1".
func (Unclaim) Name() string { return "unclaim/1" }

// Lane is the lane whose claims are removed.
func (u Unclaim) Lane() ident.Lane { return u.In }

// Queue is the low one.
func (Unclaim) Queue() Queue { return Low }

// Needs nothing.
func (Unclaim) Needs() store.Keys { return store.Keys{} }

// Decide removes up to a page of claims where the hour is old enough.
func (u Unclaim) Decide(_ *store.View, now time.Time) (Outcome, store.Changes, error) {
	if u.Hour > store.HourOf(now)-store.ClaimHours {
		return Outcome{}, store.Changes{}, nil
	}
	return Outcome{Fresh: true}, store.Changes{Unclaims: []store.Unclaim{{Hour: u.Hour, Limit: batchMax}}}, nil
}
