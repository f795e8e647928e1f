// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"fmt"
	"slices"

	"github.com/kakehashi-pay/kakehashi/ledger"
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
			Partner: a.Partner, At: a.PartnerAt, Postings: p.successPostings()}}
	case Success:
		if a.Partner != p.Partner {
			return p.contradicted(fmt.Sprintf("the wallet tells a second charge %s beside %s", a.Partner, p.Partner))
		}
	case Failed, Cancelled:
		known := a.Partner == p.Partner && p.Partner != "" || a.Partner == p.Stray && p.Stray != "" ||
			slices.Contains(p.Reversed, a.Partner)
		if !known && p.Stray == "" {
			return []Change{{Kind: ledger.PaymentStray, Subject: p.ID.Digest, Cause: ByWallet, Partner: a.Partner,
				At: a.PartnerAt, Detail: "the wallet charged a payment that is " + p.State.String(),
				Postings: p.strayPostings()}}
		}
	}
	return nil
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
	switch {
	case a.Price.Currency().Valid() && a.Price != p.Price:
		return fmt.Sprintf("the wallet tells the price %v instead of %v", a.Price, p.Price)
	case a.Payer.Currency().Valid() && a.Payer != p.Payer:
		return fmt.Sprintf("the wallet tells %v instead of %v", a.Payer, p.Payer)
	case a.Partner == "":
		return "the wallet tells a charge without an id"
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
