// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"fmt"
	"slices"

	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// contradictionsMax bounds how many different contradictions of one payment are written down.
const contradictionsMax = 8

// Hear is what a wallet's answer about a payment changes; no change when it is nothing new.
//
// An answer to pay, an answer to an inquiry and a notification are heard alike, in any order and number. Unknown never
// overwrites anything. A signed S that differs in amount, currency or id is no answer but a contradiction. After a cancel was
// intended nothing credits the merchant; a charge that is told after the end is a stray one and goes back.
func (p *Payment) Hear(a wallet.Answer) []Change {
	switch {
	case a.Verdict == wallet.Succeeded:
		return p.hearSuccess(a)
	case a.Verdict == wallet.Declined && a.Code != wire.OrderNotExist:
		return p.hearDecline(a)
	}
	return p.doubt(a.Detail)
}

// doubt is the change of a payment whose wallet was asked and gave no answer that counts.
func (p *Payment) doubt(detail string) []Change {
	if p.State != Sent {
		return nil
	}
	return []Change{{Kind: ledger.PaymentUnknown, Subject: p.ID.Digest, Result: wire.PaymentInProcess, Cause: ByWallet,
		Detail: detail}}
}

func (p *Payment) hearSuccess(a wallet.Answer) []Change {
	if why := p.differs(a); why != "" {
		return append(p.doubt("the wallet's answer differs"), p.contradicted(why)...)
	}
	switch p.State {
	case Sent, Unknown:
		return []Change{{Kind: ledger.PaymentSucceeded, Subject: p.ID.Digest, Result: wire.Success, Cause: ByWallet,
			Partner: a.Partner, At: signedAt(a), Postings: p.successPostings()}}
	case Success, Cancelling, Refunding:
		if p.Partner != "" && a.Partner != p.Partner {
			return p.secondCharge(a, p.Partner)
		}
	case Failed, Cancelled:
		return p.hearStray(a)
	}
	return nil
}

// hearStray is what a charge changes that is told after the end: it must go back, unless it is known to have gone back.
func (p *Payment) hearStray(a wallet.Answer) []Change {
	switch {
	case a.Partner == p.Partner || a.Partner == p.Stray || slices.Contains(p.Reversed, a.Partner):
		return nil
	case p.Stray != "":
		return p.secondCharge(a, p.Stray)
	}
	return []Change{{Kind: ledger.PaymentStray, Subject: p.ID.Digest, Cause: ByWallet, Partner: a.Partner, At: signedAt(a),
		Detail: "the wallet charged a payment that is " + p.State.String(), Postings: p.strayPostings()}}
}

// secondCharge writes down that one payment was charged twice. Only the first is booked; the second is a break.
func (p *Payment) secondCharge(a wallet.Answer, first string) []Change {
	return p.contradicted(fmt.Sprintf("the wallet tells a second charge %s beside %s", a.Partner, first))
}

func (p *Payment) hearDecline(a wallet.Answer) []Change {
	switch p.State {
	case Sent, Unknown:
		return []Change{{Kind: ledger.PaymentFailed, Subject: p.ID.Digest, Result: a.Code, Cause: ByWallet, Detail: a.Detail}}
	case Success:
		return p.contradicted(fmt.Sprintf("the wallet declines with %s what it had charged", a.Code))
	}
	return nil
}

// differs says how an S contradicts the request, or nothing.
func (p *Payment) differs(a wallet.Answer) string {
	switch why := otherAmounts(a, p.Price, p.Payer); {
	case !p.Payer.Positive():
		return "the wallet tells a charge of a payment that was never priced"
	case why != "":
		return why
	case a.Partner == "":
		return "the wallet tells a charge without an id"
	}
	return ""
}

// otherAmounts says how the amounts that a wallet tells differ from ours, or nothing. An amount it does not tell differs not.
func otherAmounts(a wallet.Answer, price, payer money.Amount) string {
	switch {
	case a.Price.Currency().Valid() && a.Price != price:
		return fmt.Sprintf("the wallet tells the price %v instead of %v", a.Price, price)
	case a.Payer.Currency().Valid() && a.Payer != payer:
		return fmt.Sprintf("the wallet tells the payer's %v instead of %v", a.Payer, payer)
	}
	return ""
}

// contradicted writes a contradiction down once.
func (p *Payment) contradicted(why string) []Change {
	if slices.Contains(p.Contradictions, why) || len(p.Contradictions) >= contradictionsMax {
		return nil
	}
	return []Change{{Kind: ledger.PaymentContradiction, Subject: p.ID.Digest, Cause: ByWallet, Detail: why}}
}
