// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"fmt"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// CodeIllegalChange is the code of a journal row that cannot follow the rows before it.
const CodeIllegalChange fault.Code = "payment_change_illegal"

// Cause says who or what brought a change about.
type Cause string

// The causes.
const (
	ByCaller   Cause = "caller"
	ByWallet   Cause = "wallet" // a signed answer, inquiry or notification
	ByClock    Cause = "clock"
	ByOperator Cause = "operator"
)

// Change is one change of a payment or of one of its refunds: what a journal row records.
type Change struct {
	Kind     ledger.Kind
	Subject  ident.Digest // the payment, or the refund
	Result   wire.ResultCode
	Detail   string
	Cause    Cause
	Partner  string
	At       time.Time    // the wallet's signed time
	Asked    money.Amount // of a refund: what the caller asked for
	Amounts  Shares       // of a refund that is sent
	Bound    Commitment
	Sealed   Commitment
	Postings []ledger.Posting
}

// Body encodes what the change's journal row says, without the postings.
func (c *Change) Body() []byte {
	var f ledger.Fields
	f.Text(ledger.TagResult, string(c.Result))
	f.Text(ledger.TagPartner, c.Partner)
	if !c.At.IsZero() {
		f.Number(ledger.TagPartnerAt, c.At.UnixMicro())
	}
	if c.Bound != (Commitment{}) {
		f.Text(ledger.TagCommitment, string(c.Bound[:]))
	}
	if c.Asked.Currency().Valid() {
		f.Number(ledger.TagAmount, c.Asked.Minor())
	}
	if c.Kind == ledger.RefundSent {
		f.Number(ledger.TagPayer, c.Amounts.Payer.Minor())
		f.Number(ledger.TagBase, c.Amounts.Base.Minor())
		f.Number(ledger.TagFee, c.Amounts.Fee.Minor())
	}
	f.Text(ledger.TagCause, string(c.Cause))
	f.Text(ledger.TagDetail, c.Detail)
	if c.Asked.Currency().Valid() {
		f.Number(ledger.TagCurrency, int64(c.Asked.Currency()))
	}
	if c.Sealed != (Commitment{}) {
		f.Text(ledger.TagSealed, string(c.Sealed[:]))
	}
	return f.Body()
}

// ChangeOf reads the change that a journal row records of a payment made by request.
//
// Errors: Internal fields_malformed.
func ChangeOf(row *ledger.Row, request *Request) (Change, error) {
	fields, err := ledger.ParseFields(row.Body)
	if err != nil {
		return Change{}, fault.Wrap("payment.ChangeOf", err)
	}
	c := Change{Kind: row.Kind, Subject: row.Subject}
	var minor [4]int64
	var currency money.Currency
	for _, f := range fields {
		switch f.Tag {
		case ledger.TagResult:
			c.Result = wire.ResultCode(f.Text)
		case ledger.TagPartner:
			c.Partner = f.Text
		case ledger.TagPartnerAt:
			c.At = TimeOf(f.Number)
		case ledger.TagCommitment:
			copy(c.Bound[:], f.Text)
		case ledger.TagAmount:
			minor[0] = f.Number
		case ledger.TagPayer:
			minor[1] = f.Number
		case ledger.TagBase:
			minor[2] = f.Number
		case ledger.TagFee:
			minor[3] = f.Number
		case ledger.TagCause:
			c.Cause = Cause(f.Text)
		case ledger.TagDetail:
			c.Detail = f.Text
		case ledger.TagCurrency:
			currency = money.Currency(f.Number)
		case ledger.TagSealed:
			copy(c.Sealed[:], f.Text)
		}
	}
	if currency.Valid() {
		c.Asked = money.New(minor[0], currency)
	}
	if c.Kind == ledger.RefundSent {
		c.Amounts = Shares{
			Price: money.New(minor[0], request.Price.Currency()), Payer: money.New(minor[1], request.Payer.Currency()),
			Base: money.New(minor[2], request.Payer.Currency()), Fee: money.New(minor[3], request.Price.Currency()),
		}
	}
	return c, nil
}

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

// Apply is the payment after the change that row n recorded at a time.
//
// Errors: Internal payment_change_illegal: the journal is damaged, or a decision forgot a rule.
func (p *Payment) Apply(c *Change, n int64, at time.Time) error {
	if c.Kind >= ledger.RefundSent && c.Kind <= ledger.RefundFailed {
		if err := p.applyRefund(c, n, at); err != nil {
			return err
		}
		p.Last, p.ChangedAt = n, at
		return nil
	}
	to, moves := stateAfter(c.Kind)
	if moves && !Legal(p.State, to) {
		return p.illegal("%v leads from %v to %v", c.Kind, p.State, to)
	}
	if p.Origin == 0 {
		p.Origin = n
	}
	switch c.Kind {
	case ledger.PaymentSucceeded:
		p.Partner, p.PartnerAt, p.BookedAt = c.Partner, c.At, at
	case ledger.PaymentCancelling:
		p.Held = p.State == Success
	case ledger.PaymentContradiction:
		p.Contradictions = append(slices.Clip(p.Contradictions), c.Detail)
	case ledger.PaymentStray:
		if p.Stray != "" || (p.State != Failed && p.State != Cancelled) {
			return p.illegal("a stray charge in state %v", p.State)
		}
		p.Stray = c.Partner
	case ledger.PaymentStrayReversed:
		if p.Stray == "" {
			return p.illegal("the reversal of no stray charge")
		}
		p.Reversed, p.Stray = append(slices.Clip(p.Reversed), p.Stray), ""
	case ledger.PaymentRefunding:
		p.Partner = c.Partner
	}
	if moves {
		p.State, p.Result, p.Detail, p.Cause = to, c.Result, c.Detail, c.Cause
	}
	p.Last, p.ChangedAt = n, at
	return nil
}

func (p *Payment) illegal(format string, args ...any) error {
	return &fault.Error{Op: "payment.Apply", Kind: fault.Internal, Code: CodeIllegalChange, Subject: p.ID.String(),
		Err: fmt.Errorf(format, args...)}
}
