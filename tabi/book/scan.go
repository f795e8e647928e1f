// SPDX-License-Identifier: Apache-2.0

package book

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Offer is what the platform says a code stands for that a user scanned: it becomes a payment when the user confirms it.
type Offer struct {
	User     string
	Request  string // paymentRequestId, made by the platform
	Price    money.Amount
	Payer    money.Amount
	Expires  time.Time // after it the user can't confirm
	Merchant string
	At       time.Time
	Terms    Terms
}

// Offer keeps what a user scanned. Scanned again, the later terms hold until the user confirms.
//
// Errors: NotFound user_missing; Conflict wallet_payment_state when the payment is another's or already decided;
// Invalid wallet_amount_malformed for another currency than the brand's.
func (b *Book) Offer(in Offer) (Payment, error) {
	const op = "book.Offer"
	var out *Payment
	err := b.write(func(t *tx) error {
		u, err := b.user(t, selectUser, in.User)
		if err != nil {
			return err
		}
		if in.Payer.Currency() != u.Balance.Currency() || in.Expires.IsZero() {
			return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeAmountMalformed, Subject: in.Request,
				Detail: "payToAmount must be in " + u.Balance.Currency().String() + " and the offer must end"}
		}
		fee, err := in.Payer.Scale(money.BasisPoints(in.Terms.MarkupBasisPoints), money.HalfUp)
		if err != nil {
			return err
		}
		if out, err = b.payment(t, selectPayment, u.Brand, in.Request); err != nil {
			return err
		}
		if out == nil {
			none := money.Zero(in.Payer.Currency())
			out = &Payment{Brand: u.Brand, Request: in.Request, ID: mint(kindPaymentID, u.Brand, in.Request), User: u.ID,
				user: u.n, State: Offered, Price: in.Price, Payer: in.Payer, Fee: fee, Merchant: in.Merchant, BegunAt: in.At,
				Back: Shares{money.Zero(in.Price.Currency()), none, none}, Expires: in.Expires, day: clearingDay(in.At)}
			return t.insert(out)
		}
		if out.State != Offered || out.user != u.n || out.Price != in.Price {
			return &fault.Error{Op: op, Kind: fault.Conflict, Code: CodePaymentState, Subject: in.Request,
				Detail: "the payment is no longer open to this user"}
		}
		out.Payer, out.Fee, out.Expires, out.Merchant = in.Payer, fee, in.Expires, in.Merchant
		return t.save(out)
	})
	if err != nil {
		return Payment{}, err
	}
	return *out, nil
}

// Confirmation is a user's word that an offer is to be paid.
type Confirmation struct {
	User    string
	Request string
	At      time.Time
	Terms   Terms
	Whim    Whim
}

// Confirm takes the money of an offer, or says why not, once, and tells the platform. A refusal is no error.
//
// Errors: NotFound user_missing, wallet_payment_missing when the offer is not the user's.
func (b *Book) Confirm(in Confirmation) (Payment, error) {
	var out *Payment
	err := b.write(func(t *tx) error {
		u, err := b.user(t, selectUser, in.User)
		if err != nil {
			return err
		}
		if out, err = b.payment(t, selectPayment, u.Brand, in.Request); err != nil {
			return err
		}
		if out == nil || out.user != u.n {
			return paymentMissing("book.Confirm", in.Request)
		}
		if err := b.advance(t, out, in.At, looked); err != nil || out.State != Offered {
			return err
		}
		return b.confirm(t, out, u, in)
	})
	if err != nil {
		return Payment{}, err
	}
	return *out, nil
}

func (b *Book) confirm(t *tx, p *Payment, u User, in Confirmation) error {
	p.day = clearingDay(in.At)
	refused, err := t.refusal(p, u, in.Terms)
	if err != nil {
		return err
	}
	p.State, p.hidden = Pending, int64(in.Whim.Hidden)
	if refused == "" {
		refused = p.humour(in.Whim)
	}
	switch {
	case refused != "":
		p.fail(refused)
		err = t.save(p)
	case p.due > 0 || p.polls > 0:
		if err := t.save(p); err != nil {
			return err
		}
		return t.announceExtra(p, in.Whim.Notices)
	default:
		err = b.debit(t, p, u, in.At)
	}
	if err != nil {
		return err
	}
	if err := t.announce(p, in.At); err != nil {
		return err
	}
	return t.announceExtra(p, in.Whim.Notices)
}

// Withdraw ends an offer that the user does not want.
//
// Errors: NotFound user_missing, wallet_payment_missing.
func (b *Book) Withdraw(user, request string, at time.Time) error {
	return b.write(func(t *tx) error {
		u, err := b.user(t, selectUser, user)
		if err != nil {
			return err
		}
		p, err := b.payment(t, selectPayment, u.Brand, request)
		if err != nil {
			return err
		}
		if p == nil || p.user != u.n {
			return paymentMissing("book.Withdraw", request)
		}
		if p.State != Offered {
			return nil
		}
		p.fail(wire.ProcessFail)
		if err := t.save(p); err != nil {
			return err
		}
		return t.announce(p, at)
	})
}
