// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Cancellable reports whether a cancel may be intended: the wallet may have charged, and nothing was given back.
func (p *Payment) Cancellable() bool {
	switch p.State {
	case Sent, Unknown:
		return true
	case Success:
		return p.GivenBack().Price.IsZero()
	}
	return false
}

// CancelIntended is the row that must be durable before the wallet is asked to cancel. From here on nothing credits the
// merchant; a credit it already has moves to suspense in the same row.
func (p *Payment) CancelIntended(cause Cause) Change {
	invariant.Check(p.Cancellable(), "payment: cancel in state %v", p.State)
	c := Change{Kind: ledger.PaymentCancelling, Subject: p.ID.Digest, Result: wire.PaymentInProcess, Cause: cause}
	if p.State == Success {
		c.Postings = p.holdPostings(p.Price, p.Fee)
	}
	return c
}

// CancelConfirmed is the end of a cancel: nothing is charged, or everything went back.
func (p *Payment) CancelConfirmed(cause Cause) Change {
	invariant.Check(p.State == Cancelling || p.State == Refunding, "payment: cancel confirmed in state %v", p.State)
	c := Change{Kind: ledger.PaymentCancelled, Subject: p.ID.Digest, Result: wire.OrderIsCanceled, Cause: cause}
	switch {
	case p.Held:
		c.Postings = p.returnPostings(p.whole())
	case p.State == Refunding:
		c.Postings = p.strayReturnPostings()
	}
	return c
}

// HearAfterWindow is what the inquiry says that follows a cancel which came too late: never charged ends the payment as
// cancelled, charged makes us give the money back by a refund of our own. The merchant is not credited on either way.
func (p *Payment) HearAfterWindow(a wallet.Answer) []Change {
	if p.State != Cancelling {
		return nil
	}
	switch a.Verdict {
	case wallet.Declined:
		return []Change{p.CancelConfirmed(ByWallet)}
	case wallet.Succeeded:
		if why := p.differs(a); why != "" {
			return p.contradicted(why)
		}
		c := Change{Kind: ledger.PaymentRefunding, Subject: p.ID.Digest, Result: wire.PaymentInProcess, Cause: ByWallet,
			Partner: a.Partner, At: a.PartnerAt}
		if !p.Held {
			c.Postings = p.strayPostings()
		}
		return []Change{c}
	}
	return nil
}

// HearReturn is what the answer to a refund of our own changes: of a payment that is Refunding, or of a stray charge.
func (p *Payment) HearReturn(a wallet.Answer) []Change {
	switch {
	case a.Verdict == wallet.Unknown:
		return nil
	case p.State == Refunding && a.Verdict == wallet.Succeeded:
		return []Change{p.CancelConfirmed(ByWallet)}
	case p.State == Refunding:
		return p.contradicted("the wallet declines with " + string(a.Code) + " to give a charge back")
	case p.Stray != "" && a.Verdict == wallet.Succeeded:
		return []Change{p.strayEnded("given back")}
	case p.Stray != "":
		return p.contradicted("the wallet declines with " + string(a.Code) + " to give the stray charge " + p.Stray + " back")
	}
	return nil
}

// HearOfStray is what the inquiry says that follows a stray charge: not charged after all ends it.
func (p *Payment) HearOfStray(a wallet.Answer) []Change {
	if p.Stray == "" || a.Verdict != wallet.Declined {
		return nil
	}
	return []Change{p.strayEnded("not charged after all: " + string(a.Code))}
}

func (p *Payment) strayEnded(how string) Change {
	return Change{Kind: ledger.PaymentStrayReversed, Subject: p.ID.Digest, Cause: ByWallet, Partner: p.Stray, Detail: how,
		Postings: p.strayReturnPostings()}
}
