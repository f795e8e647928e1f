// SPDX-License-Identifier: Apache-2.0

package book

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Refund asks to give back part or all of a payment.
type Refund struct {
	Brand     string
	Request   string // refundRequestId: its name
	Payment   string // paymentRequestId, or
	PaymentID string // our own; where both are given they must name one payment
	Price     money.Amount
	Payer     money.Amount
	Days      int // how long after the payment it is taken
	At        time.Time
	Due       time.Time // a whim: carried out only then; zero for at once
}

// Returned is what became of a refund.
type Returned struct {
	ID     string          // our own, refundId on the wire
	Result wire.ResultCode // SUCCESS, REFUND_IN_PROCESS, or why not
	Price  money.Amount
	Payer  money.Amount
	Fee    money.Amount // the part of our own fee that went back with it
	At     time.Time    // when it was carried out
}

const (
	insertRefund = `INSERT INTO refund (brand, request, id, payment, state, result, currency, price, owes, payer, fee, asked,
		done, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`
	selectRefund = `SELECT n, id, payment, state, result, currency, price, owes, payer, fee, done, due FROM refund
		WHERE brand = ? AND request = ?`
	selectRefundN  = `SELECT id, payment, payer, fee FROM refund WHERE n = ? AND state = 'pending'`
	selectPromised = `SELECT n FROM refund WHERE payment = ? AND state = 'pending' ORDER BY n`
	updateRefund   = `UPDATE refund SET state = 'done', result = 'SUCCESS', done = ?, due = 0 WHERE n = ?`
)

// refundRow is a row of table refund.
type refundRow struct {
	n, payment        int64
	id, state         string
	currency, owes    string
	result            wire.ResultCode
	price, payer, fee int64
	done, due         int64
}

// Refund gives the money back, with the proportional part of our own fee, or says why not, once: whatever the name is
// asked again finds what was decided. A refusal is no error. A payment that is not known, or not decided, decides nothing.
//
// Invariant: refunds never exceed the payment, in any of its parts.
// Errors: NotFound brand_unknown; Conflict wallet_repeat_differs when the name was used for another payment or amount.
func (b *Book) Refund(in Refund) (Returned, error) {
	if _, err := b.brand("book.Refund", in.Brand); err != nil {
		return Returned{}, err
	}
	var out Returned
	err := b.write(func(t *tx) error {
		p, err := b.refunded(t, in)
		if err != nil {
			return err
		}
		var r refundRow
		seen, err := t.row(selectRefund, []any{in.Brand, in.Request}, &r.n, &r.id, &r.payment, &r.state, &r.result,
			&r.currency, &r.price, &r.owes, &r.payer, &r.fee, &r.done, &r.due)
		switch {
		case err != nil:
			return err
		case seen:
			out, err = b.repeatRefund(t, in, p, r)
		case p == nil:
			out = Returned{Result: wire.OrderNotExist}
		default:
			out, err = b.newRefund(t, in, p)
		}
		return err
	})
	return out, err
}

// refunded finds the payment that a refund names, as far as it is by now; nil when there is none.
func (b *Book) refunded(t *tx, in Refund) (p *Payment, err error) {
	if in.Payment != "" {
		p, err = b.payment(t, selectPayment, in.Brand, in.Payment)
	} else {
		p, err = b.payment(t, selectPaymentI, in.Brand, in.PaymentID)
	}
	if err != nil || p == nil {
		return nil, err
	}
	if !p.Price.Currency().Valid() || in.PaymentID != "" && in.PaymentID != p.ID {
		return nil, nil
	}
	return p, b.advance(t, p, in.At, looked)
}

func (b *Book) repeatRefund(t *tx, in Refund, p *Payment, r refundRow) (Returned, error) {
	if p == nil || p.n != r.payment || in.Price.Minor() != r.price || in.Payer.Minor() != r.payer ||
		in.Price.Currency().String() != r.currency || in.Payer.Currency().String() != r.owes {
		return Returned{}, &fault.Error{Op: "book.Refund", Kind: fault.Conflict, Code: CodeRepeatDiffers,
			Subject: in.Request, Detail: "refundRequestId was used before for another payment or amount"}
	}
	if r.state == refundPending && micros(in.At) >= r.due {
		if err := b.carryOut(t, r.n, in.At); err != nil {
			return Returned{}, err
		}
		r.result, r.done = wire.Success, micros(in.At)
	}
	return Returned{ID: r.id, Result: r.result, Price: in.Price, Payer: in.Payer,
		Fee: money.New(r.fee, in.Payer.Currency()), At: timeOf(r.done)}, nil
}

// The states of a refund.
const (
	refundPending = "pending"
	refundDone    = "done"
	refundFailed  = "failed"
)

// newRefund decides about a refund that is new: what is refused is remembered too.
func (b *Book) newRefund(t *tx, in Refund, p *Payment) (Returned, error) {
	out := Returned{ID: mint(kindRefundID, in.Brand, in.Request), Price: in.Price, Payer: in.Payer,
		Fee: money.Zero(in.Payer.Currency())}
	if !p.Definite() {
		out.Result = wire.RefundInProcess // whether there is anything to give back is not known yet
		return out, nil
	}
	state, due := refundFailed, int64(0)
	if out.Result = p.refundRefusal(in); out.Result == "" {
		before := p.Back
		fee, err := p.Fee.Share(before.Payer.Add(in.Payer).Minor(), p.Payer.Minor(), money.HalfUp)
		if err != nil {
			return Returned{}, err
		}
		out.Fee = fee.Sub(before.Fee)
		p.Back = Shares{before.Price.Add(in.Price), before.Payer.Add(in.Payer), fee}
		if err := t.save(p); err != nil {
			return Returned{}, err
		}
		state, due, out.Result = refundPending, micros(in.Due), wire.RefundInProcess
	}
	n, err := t.exec(insertRefund, in.Brand, in.Request, out.ID, p.n, state, out.Result,
		in.Price.Currency().String(), in.Price.Minor(), in.Payer.Currency().String(), in.Payer.Minor(), out.Fee.Minor(),
		micros(in.At), due)
	if err != nil || state == refundFailed || due > micros(in.At) {
		return out, err
	}
	out.Result, out.At = wire.Success, in.At
	return out, b.carryOut(t, n, in.At)
}

// refundRefusal says why a payment that is decided may not be refunded; an empty code when it may.
func (p *Payment) refundRefusal(in Refund) wire.ResultCode {
	switch {
	case p.State == Cancelled:
		return wire.OrderIsCanceled
	case p.State != Debited:
		return wire.OrderStatusInvalid
	case in.Price.Currency() != p.Price.Currency() || in.Payer.Currency() != p.Payer.Currency():
		return wire.CurrencyNotSupport
	case in.At.After(p.PaidAt.AddDate(0, 0, in.Days)):
		return wire.RefundWindowExceed
	case in.Price.Compare(p.Price.Sub(p.Back.Price)) > 0 || in.Payer.Compare(p.Payer.Sub(p.Back.Payer)) > 0:
		return wire.RefundAmountExceed
	}
	return ""
}

// carryOut moves the money of a refund that was promised.
func (b *Book) carryOut(t *tx, n int64, now time.Time) error {
	var id string
	var payment, payer, fee int64
	found, err := t.row(selectRefundN, []any{n}, &id, &payment, &payer, &fee)
	if err != nil || !found {
		return err
	}
	p, err := b.payment(t, selectPaymentN, payment)
	if err != nil {
		return err
	}
	if p == nil {
		return paymentMissing("book.Refund", id)
	}
	u, err := b.user(t, selectUserN, p.user)
	if err != nil {
		return err
	}
	if _, err := t.exec(updateRefund, micros(now), n); err != nil {
		return err
	}
	own := b.brands[p.Brand]
	return t.post(act{at: now, user: u.n, payment: p.n, refund: n},
		leg{movedRefund, own.network, u.account, payer}, leg{movedRefundFee, own.fee, u.account, fee})
}
