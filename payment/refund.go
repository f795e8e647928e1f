// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"crypto/sha256"
	"encoding/binary"
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
	Detail    string
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

// SharesOf are the parts that go back with a refund of an amount: the payer's money in proportion to the price, the base
// and spread in proportion to the payer's money, the fee in proportion to the price. Each is round(total × cumulative ÷
// whole) less what is already given back, so that the last refund takes the remainder whatever came before.
//
// Invariant: the amount is above zero and at most what is left of the price; no part is negative.
func (p *Payment) SharesOf(amount money.Amount) Shares {
	before := p.GivenBack()
	price := before.Price.Add(amount)
	if !amount.Positive() || price.Compare(p.Price) > 0 {
		invariant.Unreachable("payment: refund of %v after %v of %v", amount, before.Price, p.Price)
	}
	s := Shares{Price: amount, Payer: p.share(p.Payer, before.Payer, price, p.Price), Fee: money.Zero(amount.Currency())}
	s.Base = p.share(p.Base, before.Base, before.Payer.Add(s.Payer), p.Payer)
	if s.Base.Compare(s.Payer) > 0 {
		s.Base = s.Payer
	}
	if p.FeeBack {
		s.Fee = p.share(p.Fee, before.Fee, price, p.Price)
	}
	return s
}

// share is total × cumulative ÷ whole, less what was returned; nothing where a refund that failed in between left more
// given back than the proportion.
func (p *Payment) share(total, returned, cumulative, whole money.Amount) money.Amount {
	due, err := total.Share(cumulative.Minor(), whole.Minor(), p.rounding())
	invariant.Check(err == nil, "payment: share of %v", total)
	if due.Compare(returned) <= 0 {
		return money.Zero(total.Currency())
	}
	return due.Sub(returned)
}

func (r *Request) rounding() money.Rounding {
	if r.Rounding.Valid() {
		return r.Rounding
	}
	return money.HalfEven
}

func (p *Payment) applyRefund(c *Change, n int64, at time.Time) error {
	if p.Origin == 0 {
		return p.illegal("%v before its payment", c.Kind)
	}
	r := p.Refund(c.Subject)
	if r == nil {
		p.Refunds = append(slices.Clip(p.Refunds), Refund{ID: c.Subject})
		r = &p.Refunds[len(p.Refunds)-1]
	} else {
		p.Refunds = slices.Clone(p.Refunds)
		r = p.Refund(c.Subject)
	}
	to := map[ledger.Kind]RefundState{ledger.RefundSent: RefundSent, ledger.RefundRefused: RefundFailed,
		ledger.RefundUnknown: RefundUnknown, ledger.RefundSucceeded: RefundSuccess, ledger.RefundFailed: RefundFailed}[c.Kind]
	if !LegalRefund(r.State, to) {
		return p.illegal("%v leads from %v to %v", c.Kind, r.State, to)
	}
	if c.Kind == ledger.RefundSent {
		if p.State != Success {
			return p.illegal("%v in state %v", c.Kind, p.State)
		}
		r.Amounts, r.SentAt = c.Amounts, at
		if p.GivenBack().Price.Add(c.Amounts.Price).Compare(p.Price) > 0 {
			return p.illegal("refunds above the price at row %d", n)
		}
	}
	if c.Asked.Currency().Valid() {
		r.Asked = c.Asked
	}
	r.State, r.Result, r.Detail = to, c.Result, c.Detail
	if to == RefundSuccess || to == RefundFailed {
		r.Partner, r.PartnerAt, r.DoneAt = c.Partner, c.At, at
	}
	return nil
}

// RefundReserved is the row that must be durable before the wallet is asked: the amount, and the fee that goes back with it,
// leave the merchant's credit.
func (p *Payment) RefundReserved(r *RefundRequest) Change {
	s := p.SharesOf(r.Amount)
	return Change{Kind: ledger.RefundSent, Subject: r.ID.Digest, Cause: ByCaller, Asked: r.Amount, Amounts: s,
		Sealed: r.Sealed, Bound: r.CommitmentOf(), Postings: p.holdPostings(s.Price, s.Fee)}
}

// RefundRefused is the only row of a refund that failed before anything was sent: the same answer for ever.
func (r *RefundRequest) RefundRefused(code wire.ResultCode, detail string) Change {
	return Change{Kind: ledger.RefundRefused, Subject: r.ID.Digest, Result: code, Detail: detail, Cause: ByCaller,
		Asked: r.Amount, Bound: r.CommitmentOf()}
}

// HearRefund is what a wallet's answer about a refund changes; no change when it is nothing new.
func (p *Payment) HearRefund(id ident.Digest, a wallet.Answer) []Change {
	r := p.Refund(id)
	if r == nil {
		return nil
	}
	switch {
	case r.State.Open() && a.Verdict == wallet.Succeeded:
		return []Change{{Kind: ledger.RefundSucceeded, Subject: id, Result: wire.Success, Cause: ByWallet, Partner: a.Partner,
			At: a.PartnerAt, Postings: p.returnPostings(r.Amounts)}}
	case r.State.Open() && a.Verdict == wallet.Declined:
		return []Change{{Kind: ledger.RefundFailed, Subject: id, Result: a.Code, Cause: ByWallet, Detail: a.Detail,
			Postings: p.unholdPostings(r.Amounts.Price, r.Amounts.Fee)}}
	case r.State == RefundSent:
		return []Change{{Kind: ledger.RefundUnknown, Subject: id, Result: wire.RefundInProcess, Cause: ByWallet,
			Detail: a.Detail}}
	case r.State == RefundFailed && a.Verdict == wallet.Succeeded && !r.SentAt.IsZero():
		return p.contradicted("the wallet gave back the refund " + ident.ID{Lane: p.ID.Lane, Digest: id}.String() +
			" that it had declined")
	}
	return nil
}

// CommitmentOf is SHA-256 over every part of the immutable request, length-prefixed, in the order of the table's columns.
func (r *RefundRequest) CommitmentOf() Commitment {
	var space [512]byte
	text := append(space[:0], r.ID.Digest[:]...)
	text = append(text, r.Payment.Digest[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(r.At.UnixMicro()))
	for _, part := range [...]string{string(r.Client), r.Account, r.RequestID, r.Reference} {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	text = binary.BigEndian.AppendUint64(text, uint64(r.Amount.Minor()))
	text = binary.BigEndian.AppendUint64(text, uint64(r.Amount.Currency()))
	text = append(text, r.Sealed[:]...)
	return sha256.Sum256(text)
}
