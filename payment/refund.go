// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"fmt"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// RefundRequest is what never changes of a refund: the row of table refund.
type RefundRequest struct {
	ID        ident.ID
	Payment   ident.ID
	Client    ident.Client
	Account   string
	RequestID string // refundRequestId: with client and account the refund's name
	At        time.Time
	Reference string // referenceRefundId
	Amount    money.Amount
	Sealed    Commitment
}

// Shares are the parts of a payment that a refund gives back.
//
// Units: Price and Fee in the merchant's currency, Payer and Base in the wallet's.
// Invariant: none is negative, Base is at most Payer, Fee at most Price.
type Shares struct {
	Price, Payer, Base, Fee money.Amount
}

// Spread is the part of our spread that goes back.
func (s Shares) Spread() money.Amount { return s.Payer.Sub(s.Base) }

// Refund is a refund as its payment's rows tell it.
type Refund struct {
	ID        ident.Digest
	State     RefundState
	Asked     money.Amount
	Amounts   Shares // zero unless it was sent
	Result    wire.ResultCode
	Detail    string // one sentence for the caller beside Result, where we refused
	Partner   string // the wallet's own id of the refund
	PartnerAt time.Time
	SentAt    time.Time // when it was reserved
	DoneAt    time.Time // when it succeeded or failed in its lane
}

// Refund is the refund of that id, or nil.
func (p *Payment) Refund(id ident.Digest) *Refund {
	for i := range p.Refunds {
		if p.Refunds[i].ID == id {
			return &p.Refunds[i]
		}
	}
	return nil
}

// GivenBack is the sum of what is reserved or given back. Invariant: never above the payment, in any of its parts.
func (p *Payment) GivenBack() Shares {
	s := Shares{Price: money.Zero(p.Price.Currency()), Payer: money.Zero(p.Payer.Currency()),
		Base: money.Zero(p.Payer.Currency()), Fee: money.Zero(p.Price.Currency())}
	for i := range p.Refunds {
		if r := &p.Refunds[i]; r.State.Live() {
			s.Price, s.Payer = s.Price.Add(r.Amounts.Price), s.Payer.Add(r.Amounts.Payer)
			s.Base, s.Fee = s.Base.Add(r.Amounts.Base), s.Fee.Add(r.Amounts.Fee)
		}
	}
	return s
}

// left is what is neither reserved nor given back.
func (p *Payment) left() Shares {
	s := p.GivenBack()
	return Shares{Price: p.Price.Sub(s.Price), Payer: p.Payer.Sub(s.Payer), Base: p.Base.Sub(s.Base), Fee: p.Fee.Sub(s.Fee)}
}

// SharesOf are the parts that go back with a refund of an amount: the payer's money in proportion to the price, the base
// and spread in proportion to the payer's money, the fee in proportion to the price. Each is round(total × cumulative ÷
// whole) less what is already given back, so that the last refund takes the remainder whatever came before.
//
// The base is not measured by the price: of a price of 100 paid with 10 = 9 + 1, the step from 15 to 20 would give nothing
// back to the payer, and take one unit of spread to give it to the base.
//
// A refund that failed in between leaves more or less given back than the proportion. Then a share is nothing where it would
// be negative, and all of what it is a part of where it would be more; what failed only ever makes room, so what is given
// back never exceeds the payment, its spread or its fee, and is all of them once it is all of the price.
//
// Invariant: the amount is above zero and at most what is left of the price.
func (p *Payment) SharesOf(amount money.Amount) Shares {
	before, left := p.GivenBack(), p.left()
	if !amount.Positive() || amount.Compare(left.Price) > 0 {
		invariant.Unreachable("payment: refund of %v after %v of %v", amount, before.Price, p.Price)
	}
	price := before.Price.Add(amount)
	s := Shares{Price: amount, Fee: money.Zero(amount.Currency())}
	s.Payer = within(p.due(p.Payer, before.Payer, price, p.Price), left.Payer)
	s.Base = within(p.due(p.Base, before.Base, before.Payer.Add(s.Payer), p.Payer), s.Payer)
	if p.FeeBack {
		s.Fee = within(p.due(p.Fee, before.Fee, price, p.Price), s.Price)
	}
	return s
}

// due is total × cumulative ÷ whole, less what was returned.
func (p *Payment) due(total, returned, cumulative, whole money.Amount) money.Amount {
	mode := p.Rounding
	if !mode.Valid() {
		mode = money.HalfEven // within one currency no price list names one
	}
	due, err := total.Share(cumulative.Minor(), whole.Minor(), mode)
	invariant.Check(err == nil, "payment: share of %v", total)
	return due.Sub(returned)
}

// within is what is due, but not less than nothing and not more than most.
func within(due, most money.Amount) money.Amount {
	switch {
	case due.Negative():
		return money.Zero(due.Currency())
	case due.Compare(most) > 0:
		return most
	}
	return due
}

// fits reports whether shares may go back beside what is reserved or given back already.
func (p *Payment) fits(s Shares) bool {
	left := p.left()
	proper := s.Price.Positive() && !s.Payer.Negative() && !s.Base.Negative() && !s.Fee.Negative() &&
		s.Base.Compare(s.Payer) <= 0 && s.Fee.Compare(s.Price) <= 0
	fee := s.Fee.IsZero() || p.FeeBack && s.Fee.Compare(left.Fee) <= 0
	return proper && fee && s.Price.Compare(left.Price) <= 0 && s.Payer.Compare(left.Payer) <= 0 &&
		s.Base.Compare(left.Base) <= 0 && s.Spread().Compare(left.Spread()) <= 0
}

// forbidsRefund says why a change of a refund cannot follow what the refund and its payment are, or nothing.
func (p *Payment) forbidsRefund(c *Change) string {
	from := RefundNone
	if r := p.Refund(c.Subject); r != nil {
		from = r.State
	}
	to, _ := refundStateAfter(c.Kind)
	switch {
	case !LegalRefund(from, to), c.Kind == ledger.RefundFailed && from == RefundNone,
		c.Kind == ledger.RefundRefused && from != RefundNone:
		return fmt.Sprintf("%v leads from %v to %v", c.Kind, from, to)
	case c.Kind == ledger.RefundSent && p.State != Success:
		return fmt.Sprintf("%v in state %v", c.Kind, p.State)
	case c.Kind == ledger.RefundSent && !p.fits(c.Amounts):
		return "refunds above the payment"
	}
	return ""
}

// changeRefund is a legal change of one refund. The list is copied: the payment it was copied from keeps its own.
func (p *Payment) changeRefund(c *Change, to RefundState, at time.Time) {
	p.Refunds = slices.Clone(p.Refunds)
	r := p.Refund(c.Subject)
	if r == nil {
		p.Refunds = append(p.Refunds, Refund{ID: c.Subject})
		r = &p.Refunds[len(p.Refunds)-1]
	}
	if to == RefundSent {
		r.Amounts, r.SentAt = c.Amounts, at
	}
	if c.Asked.Currency().Valid() {
		r.Asked = c.Asked
	}
	r.State, r.Result, r.Detail = to, c.Result, c.told()
	if to == RefundSuccess || to == RefundFailed {
		r.Partner, r.PartnerAt, r.DoneAt = c.Partner, c.At, at
	}
}

// RefundReserved is the row that must be durable before the wallet is asked: the amount, and the fee that goes back with it,
// leave the merchant's credit.
func (p *Payment) RefundReserved(r *RefundRequest) Change {
	s := p.SharesOf(r.Amount)
	return Change{Kind: ledger.RefundSent, Subject: r.ID.Digest, Cause: ByCaller, Asked: r.Amount, Amounts: s,
		Sealed: r.Sealed, Bound: r.CommitmentOf(), Client: r.Client, Postings: p.holdPostings(s.Price, s.Fee)}
}

// RefundRefused is the only row of a refund that failed before anything was sent: the same answer for ever.
func (r *RefundRequest) RefundRefused(code wire.ResultCode, detail string) Change {
	return Change{Kind: ledger.RefundRefused, Subject: r.ID.Digest, Result: code, Detail: detail, Cause: ByCaller,
		Asked: r.Amount, Sealed: r.Sealed, Bound: r.CommitmentOf(), Client: r.Client}
}

// HearRefund is what a wallet's answer about a refund changes; no change when it is nothing new.
//
// Answers are heard alike in any order and number. Unknown never overwrites anything, and the first S or F stands: what
// speaks against it, or differs in its amounts, is a contradiction.
func (p *Payment) HearRefund(id ident.Digest, a wallet.Answer) []Change {
	r := p.Refund(id)
	if r == nil {
		return nil
	}
	name := ident.ID{Lane: p.ID.Lane, Digest: id}.String()
	if why := otherAmounts(a, r.Amounts.Price, r.Amounts.Payer); why != "" && a.Verdict == wallet.Succeeded {
		return append(p.doubtRefund(r, "the wallet's answer differs"), p.contradicted(why+" for the refund "+name)...)
	}
	switch {
	case a.Verdict == wallet.Unknown:
		return p.doubtRefund(r, a.Detail)
	case r.State.Open() && a.Verdict == wallet.Succeeded:
		return []Change{{Kind: ledger.RefundSucceeded, Subject: id, Result: wire.Success, Cause: ByWallet, Partner: a.Partner,
			At: signedAt(a), Postings: p.returnPostings(r.Amounts)}}
	case r.State.Open():
		return []Change{{Kind: ledger.RefundFailed, Subject: id, Result: a.Code, Cause: ByWallet, Detail: a.Detail,
			Postings: p.unholdPostings(r.Amounts.Price, r.Amounts.Fee)}}
	case r.State == RefundFailed && a.Verdict == wallet.Succeeded:
		return p.contradicted("the wallet gives back the refund " + name + " that has failed")
	case r.State == RefundSuccess && a.Verdict == wallet.Declined:
		return p.contradicted("the wallet declines with " + string(a.Code) + " the refund " + name + " that it had given back")
	}
	return nil
}

// doubtRefund is the change of a refund whose wallet was asked and gave no answer that counts.
func (p *Payment) doubtRefund(r *Refund, detail string) []Change {
	if r.State != RefundSent {
		return nil
	}
	return []Change{{Kind: ledger.RefundUnknown, Subject: r.ID, Result: wire.RefundInProcess, Cause: ByWallet, Detail: detail}}
}
