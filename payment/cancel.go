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
//
// A wallet that forgets, or names otherwise, a charge it had signed says nothing that ends the payment: a contradiction, and
// it is asked again.
func (p *Payment) HearAfterWindow(a wallet.Answer) []Change {
	if p.State != Cancelling || a.Verdict == wallet.Unknown {
		return nil
	}
	if p.Held && a.Declares(wire.OrderNotExist) {
		return p.contradicted("the wallet no longer knows the charge " + p.Partner)
	}
	if a.Verdict == wallet.Declined {
		return []Change{p.CancelConfirmed(ByWallet)}
	}
	switch why := p.differs(a); {
	case why != "":
		return p.contradicted(why)
	case p.Held && a.Partner != p.Partner:
		return p.secondCharge(a, p.Partner)
	}
	c := Change{Kind: ledger.PaymentRefunding, Subject: p.ID.Digest, Result: wire.PaymentInProcess, Cause: ByWallet,
		Partner: a.Partner, At: signedAt(a)}
	if !p.Held {
		c.Postings = p.strayPostings()
	}
	return []Change{c}
}

// HearReturn is what the answer to a refund of our own changes: of a payment that is Refunding, or of a stray charge. Such a
// refund gives everything back; until the wallet says so it is asked again.
func (p *Payment) HearReturn(a wallet.Answer) []Change {
	charge := "the charge " + p.Partner
	if p.Stray != "" {
		charge = "the stray charge " + p.Stray
	}
	why := otherAmounts(a, p.Price, p.Payer)
	switch {
	case a.Verdict == wallet.Unknown || p.State != Refunding && p.Stray == "":
		return nil
	case p.CancelledAfterAll(a):
		return []Change{p.CancelConfirmed(ByWallet)}
	case a.Verdict == wallet.Declined:
		return p.contradicted("the wallet declines with " + string(a.Code) + " to give back " + charge)
	case why != "":
		return p.contradicted(why + " for the return of " + charge)
	case p.State == Refunding:
		return []Change{p.CancelConfirmed(ByWallet)}
	}
	return []Change{p.strayEnded("given back")}
}

// CancelledAfterAll reports whether a wallet declines our refund because it has cancelled the payment: a cancel that reached it
// after it had said that it was too late. Its signed word ends the payment, as that of a cancel does.
func (p *Payment) CancelledAfterAll(a wallet.Answer) bool {
	return p.State == Refunding && p.Stray == "" && a.Declares(wire.OrderIsCanceled)
}

// HearOfStray is what the inquiry says that follows a stray charge: not charged after all ends it. A wallet that has forgotten
// the charge it signed has not said so: the charge stays open.
func (p *Payment) HearOfStray(a wallet.Answer) []Change {
	switch {
	case p.Stray == "" || a.Verdict != wallet.Declined:
		return nil
	case a.Code == wire.OrderNotExist:
		return p.contradicted("the wallet no longer knows the charge " + p.Stray)
	}
	return []Change{p.strayEnded("not charged after all: " + string(a.Code))}
}

func (p *Payment) strayEnded(how string) Change {
	return Change{Kind: ledger.PaymentStrayReversed, Subject: p.ID.Digest, Cause: ByWallet, Partner: p.Stray, Detail: how,
		Postings: p.strayReturnPostings()}
}
