// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Cause says who or what brought a change about.
type Cause string

// The causes.
const (
	ByCaller   Cause = "caller"
	ByWallet   Cause = "wallet" // a signed answer, inquiry or notification
	ByClock    Cause = "clock"
	ByOperator Cause = "operator"
)

// Tell says what a caller is to be told of by itself, once the outcome is known.
type Tell uint8

// What callers are told of.
const (
	TellNothing  Tell = 0
	TellOutcome  Tell = 1 // a payment that succeeds, and how a refund ends
	TellFailures Tell = 2 // a payment that fails, too
)

// Change is one change of a payment or of one of its refunds: what a journal row records.
//
// Invariant: At is zero or after 1970, in UTC, in whole microseconds; Amounts.Price is Asked where Amounts is set. So Body and
// ChangeOf keep all of it but the postings, which the row keeps as transfers.
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
	Client   ident.Client // of a first row, and of a refund's: whose request it was
	Tell     Tell         // of such a row: what the caller is to be told of, as was decided when it came
	Postings []ledger.Posting
}

// signedAt is the time that a wallet tells, as the books keep it; a time before 1970 is none.
func signedAt(a wallet.Answer) time.Time {
	return TimeOf(max(0, Micros(a.PartnerAt)))
}

// Body encodes what the change's journal row says, without the postings.
func (c *Change) Body() []byte {
	invariant.Check(c.Kind != ledger.RefundSent || c.Amounts.Price == c.Asked, "payment: a refund of %v takes %v", c.Asked,
		c.Amounts.Price)
	asked := c.Asked.Currency().Valid()
	var f ledger.Fields
	f.Text(ledger.TagResult, string(c.Result))
	f.Text(ledger.TagPartner, c.Partner)
	if !c.At.IsZero() {
		f.Number(ledger.TagPartnerAt, c.At.UnixMicro())
	}
	f.Text(ledger.TagCommitment, c.Bound.text())
	if asked {
		f.Number(ledger.TagAmount, c.Asked.Minor())
	}
	if c.Kind == ledger.RefundSent {
		f.Number(ledger.TagPayer, c.Amounts.Payer.Minor())
		f.Number(ledger.TagBase, c.Amounts.Base.Minor())
		f.Number(ledger.TagFee, c.Amounts.Fee.Minor())
	}
	f.Text(ledger.TagCause, string(c.Cause))
	f.Text(ledger.TagDetail, c.Detail)
	if asked {
		f.Number(ledger.TagCurrency, int64(c.Asked.Currency()))
	}
	f.Text(ledger.TagSealed, c.Sealed.text())
	f.Text(ledger.TagClient, string(c.Client))
	if c.Tell != TellNothing {
		f.Number(ledger.TagTold, int64(c.Tell))
	}
	return f.Body()
}

// text is the commitment's bytes; nothing where there is none.
func (c Commitment) text() string {
	if c == (Commitment{}) {
		return ""
	}
	return string(c[:])
}

// CodeRequestAltered is the code of a request that is not the one to which its first journal row commits.
const CodeRequestAltered fault.Code = "payment_request_altered"

// ChangeOf reads the change that a journal row records of a payment made by request.
//
// Errors: Internal fields_malformed, payment_change_illegal: the row is damaged, or newer than this program; Internal
// payment_request_altered: the request was changed after it was committed.
func ChangeOf(row *ledger.Row, request *Request) (Change, error) {
	fields, err := ledger.ParseFields(row.Body)
	if err != nil {
		return Change{}, fault.Wrap("payment.ChangeOf", err)
	}
	r := reading{change: Change{Kind: row.Kind, Subject: row.Subject}}
	for _, f := range fields {
		if !r.field(f) {
			return Change{}, unreadable(row, fmt.Errorf("field %d", f.Tag))
		}
	}
	if !r.amounts(request) {
		return Change{}, unreadable(row, fmt.Errorf("the amounts of %v", row.Kind))
	}
	if commits(row.Kind) && r.change.Bound != request.CommitmentOf() {
		return Change{}, &fault.Error{Op: "payment.ChangeOf", Kind: fault.Internal, Code: CodeRequestAltered,
			Subject: request.ID.String()}
	}
	return r.change, nil
}

// commits reports whether rows of a kind carry the commitment to the payment's request.
func commits(kind ledger.Kind) bool {
	return kind == ledger.PaymentSent || kind == ledger.PaymentRefused || kind == ledger.PaymentTombstone
}

func unreadable(row *ledger.Row, err error) error {
	return &fault.Error{Op: "payment.ChangeOf", Kind: fault.Internal, Code: CodeIllegalChange,
		Subject: ident.ID{Lane: row.Lane, Digest: row.Subject}.String(), Err: err}
}

// reading is a change while its fields are read.
type reading struct {
	change   Change
	minor    [ledger.TagFee + 1]int64 // by tag
	seen     [ledger.TagFee + 1]bool
	currency money.Currency
}

// field takes one field; ok is false when no change writes such a field.
func (r *reading) field(f ledger.Field) (ok bool) {
	c, text := &r.change, f.Text != ""
	switch f.Tag {
	case ledger.TagResult:
		c.Result = wire.ResultCode(f.Text)
	case ledger.TagPartner:
		c.Partner = f.Text
	case ledger.TagCause:
		c.Cause = Cause(f.Text)
	case ledger.TagDetail:
		c.Detail = f.Text
	case ledger.TagCommitment:
		return c.Bound.read(f.Text)
	case ledger.TagSealed:
		return c.Sealed.read(f.Text)
	case ledger.TagClient:
		c.Client = ident.Client(f.Text)
	case ledger.TagTold:
		c.Tell = Tell(f.Number)
		return !text && (f.Number == int64(TellOutcome) || f.Number == int64(TellFailures))
	case ledger.TagPartnerAt:
		c.At = TimeOf(f.Number)
		return f.Number > 0
	case ledger.TagAmount, ledger.TagPayer, ledger.TagBase, ledger.TagFee:
		r.minor[f.Tag], r.seen[f.Tag] = f.Number, true
		return !text
	case ledger.TagCurrency:
		r.currency = money.Currency(f.Number)
		return int64(r.currency) == f.Number && r.currency.Valid()
	default:
		return false
	}
	return text
}

// read takes the commitment that text wrote.
func (c *Commitment) read(text string) (ok bool) {
	return copy(c[:], text) == len(text) && len(text) == len(c) && *c != Commitment{}
}

// amounts puts the numbers that were read into their currencies; ok is false when they are not those of the row's kind.
func (r *reading) amounts(request *Request) (ok bool) {
	c, sent := &r.change, r.change.Kind == ledger.RefundSent
	if r.seen[ledger.TagAmount] != r.currency.Valid() || r.seen[ledger.TagPayer] != sent ||
		r.seen[ledger.TagBase] != sent || r.seen[ledger.TagFee] != sent {
		return false
	}
	if r.currency.Valid() {
		c.Asked = money.New(r.minor[ledger.TagAmount], r.currency)
	}
	if !sent {
		return true
	}
	if r.currency != request.Price.Currency() || !r.currency.Valid() {
		return false
	}
	payer := request.Payer.Currency()
	c.Amounts = Shares{Price: c.Asked, Payer: money.New(r.minor[ledger.TagPayer], payer),
		Base: money.New(r.minor[ledger.TagBase], payer), Fee: money.New(r.minor[ledger.TagFee], r.currency)}
	return true
}
