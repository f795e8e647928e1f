// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// CodeIllegalChange is the code of a journal row that cannot follow the rows before it.
const CodeIllegalChange fault.Code = "payment_change_illegal"

// stateAfter is the state a kind of row leaves a payment in; ok is false for kinds that leave it where it is.
func stateAfter(kind ledger.Kind) (s State, ok bool) {
	switch kind {
	case ledger.PaymentSent:
		return Sent, true
	case ledger.PaymentRefused, ledger.PaymentFailed:
		return Failed, true
	case ledger.PaymentUnknown:
		return Unknown, true
	case ledger.PaymentSucceeded:
		return Success, true
	case ledger.PaymentCancelling:
		return Cancelling, true
	case ledger.PaymentCancelled:
		return Cancelled, true
	case ledger.PaymentRefunding:
		return Refunding, true
	case ledger.PaymentTombstone:
		return Tombstone, true
	}
	return None, false
}

// refundStateAfter is the state a kind of row leaves a refund in; ok is false for kinds that are of no refund.
func refundStateAfter(kind ledger.Kind) (s RefundState, ok bool) {
	switch kind {
	case ledger.RefundSent:
		return RefundSent, true
	case ledger.RefundUnknown:
		return RefundUnknown, true
	case ledger.RefundSucceeded:
		return RefundSuccess, true
	case ledger.RefundRefused, ledger.RefundFailed:
		return RefundFailed, true
	}
	return RefundNone, false
}

// Apply is the payment after the change that row n recorded at a time. A change that is refused leaves it as it was.
//
// Errors: Internal payment_change_illegal: the journal is damaged, or a decision forgot a rule.
func (p *Payment) Apply(c *Change, n int64, at time.Time) error {
	if why := p.forbids(c); why != "" {
		return &fault.Error{Op: "payment.Apply", Kind: fault.Internal, Code: CodeIllegalChange, Subject: p.ID.String(),
			Err: errors.New(why)}
	}
	if p.Origin == 0 {
		p.Origin = n
	}
	if to, ok := refundStateAfter(c.Kind); ok {
		p.changeRefund(c, to, at)
	} else {
		p.change(c, at)
	}
	p.Last, p.ChangedAt = n, at
	return nil
}

// forbids says why a change cannot follow what the payment is, or nothing.
func (p *Payment) forbids(c *Change) string {
	to, moves := stateAfter(c.Kind)
	_, ofRefund := refundStateAfter(c.Kind)
	switch {
	case moves && !Legal(p.State, to):
		return fmt.Sprintf("%v leads from %v to %v", c.Kind, p.State, to)
	case !moves && p.Origin == 0:
		return fmt.Sprintf("%v before its payment", c.Kind)
	case ofRefund:
		return p.forbidsRefund(c)
	}
	asked := p.State != None && p.State != Issued
	switch c.Kind {
	case ledger.PaymentRefused:
		if asked {
			return "a refusal after the wallet was asked"
		}
	case ledger.PaymentFailed:
		if !asked {
			return "a wallet's refusal before it was asked"
		}
	case ledger.PaymentCancelling:
		if !p.Cancellable() {
			return "a cancel of what was given back in part"
		}
	case ledger.PaymentStray:
		if p.Stray != "" || c.Partner == "" || (p.State != Failed && p.State != Cancelled) {
			return fmt.Sprintf("a stray charge in state %v", p.State)
		}
	case ledger.PaymentStrayReversed:
		if p.Stray == "" || p.Stray != c.Partner {
			return "the reversal of no stray charge"
		}
	case ledger.PaymentContradiction:
	default:
		if !moves {
			return fmt.Sprintf("%v is no change of a payment", c.Kind)
		}
	}
	return ""
}

// change is a legal change of the payment itself.
func (p *Payment) change(c *Change, at time.Time) {
	switch c.Kind {
	case ledger.PaymentSucceeded:
		p.Partner, p.PartnerAt, p.BookedAt = c.Partner, c.At, at
	case ledger.PaymentRefunding:
		p.Partner = c.Partner
	case ledger.PaymentCancelling:
		p.Held = p.State == Success
	case ledger.PaymentContradiction:
		p.Contradictions = append(slices.Clip(p.Contradictions), c.Detail)
	case ledger.PaymentStray:
		p.Stray = c.Partner
	case ledger.PaymentStrayReversed:
		p.Reversed, p.Stray = append(slices.Clip(p.Reversed), p.Stray), ""
	}
	if to, moves := stateAfter(c.Kind); moves {
		p.State, p.Result, p.Detail, p.Cause = to, c.Result, c.told(), c.Cause
	}
}

// told is the sentence that callers hear: ours where we refused. What a wallet says is for operators, who read the journal.
func (c *Change) told() string {
	if c.Kind == ledger.PaymentRefused || c.Kind == ledger.RefundRefused {
		return c.Detail
	}
	return ""
}
