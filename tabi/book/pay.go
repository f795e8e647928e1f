// SPDX-License-Identifier: Apache-2.0

package book

import (
	"bytes"
	"database/sql"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Terms are what a brand's contract with its users says about a payment.
//
// Units: minor units of the brand's currency; what leaves the balance counts, the brand's own fee included. 0 is no limit.
type Terms struct {
	PaymentMax        int64 // one payment
	DayMax            int64 // all payments of a user on one clearing day
	DayCount          int   // how many those may be
	MarkupBasisPoints int64 // what the brand adds to what it owes the network
}

// Whim is how a payment goes other than at once and honestly. The zero Whim is honest.
type Whim struct {
	Due      time.Time       // decided only then
	Polls    int             // decided only after so many inquiries found it undecided
	Undue    bool            // decided even after the payment expired
	Declines wire.ResultCode // refused with this code although nothing is wrong
	Hidden   int             // so many inquiries do not find it
	Notices  []time.Time     // when the platform is told although nobody asked
}

// Pay asks for money from the holder of a payment code.
type Pay struct {
	Brand    string
	Request  string
	Code     string
	Customer string // who the platform thinks it is; may be empty
	Price    money.Amount
	Payer    money.Amount
	Expires  time.Time
	Merchant string
	At       time.Time
	Terms    Terms
	Whim     Whim
}

// Pay takes the money, or says why not, once: whatever the name is asked again finds what was decided. A refusal of a
// payment is no error.
//
// Invariant: a code pays for at most one name, and is spent by the first that shows it, also when that is refused.
// Errors: NotFound brand_unknown; Conflict wallet_repeat_differs when the name was used for another code or amount.
func (b *Book) Pay(in Pay) (Payment, error) {
	if _, err := b.brand("book.Pay", in.Brand); err != nil {
		return Payment{}, err
	}
	var out *Payment
	err := b.write(func(t *tx) error {
		var err error
		if out, err = b.payment(t, selectPayment, in.Brand, in.Request); err != nil {
			return err
		}
		if out == nil {
			out, err = b.begin(t, in)
			return err
		}
		if out.Price.Currency().Valid() && (out.Price != in.Price || out.Payer != in.Payer ||
			!bytes.Equal(out.code, digestOf(in.Brand, in.Code))) {
			return &fault.Error{Op: "book.Pay", Kind: fault.Conflict, Code: CodeRepeatDiffers, Subject: in.Request,
				Detail: "paymentRequestId was used before with another code or amount"}
		}
		return b.advance(t, out, in.At, asked)
	})
	if err != nil {
		return Payment{}, err
	}
	return *out, nil
}

// begin decides about a payment that is new.
func (b *Book) begin(t *tx, in Pay) (*Payment, error) {
	p := &Payment{Brand: in.Brand, Request: in.Request, ID: mint(kindPaymentID, in.Brand, in.Request), State: Pending,
		Price: in.Price, Payer: in.Payer, Fee: money.Zero(in.Payer.Currency()), Merchant: in.Merchant, BegunAt: in.At,
		Expires: in.Expires, day: clearingDay(in.At), code: digestOf(in.Brand, in.Code), hidden: int64(in.Whim.Hidden)}
	p.Back = Shares{money.Zero(in.Price.Currency()), p.Fee, p.Fee}
	payer, codeN, refused, err := b.holder(t, p, in)
	if err == nil && refused == "" {
		refused, err = t.refusal(p, payer, in.Terms)
	}
	if err != nil {
		return nil, err
	}
	if refused == "" {
		refused = p.humour(in.Whim)
	}
	if refused != "" {
		p.fail(refused)
	}
	if err := t.insert(p); err != nil {
		return nil, err
	}
	if codeN != 0 {
		if _, err := t.exec(updateSpent, p.n, codeN); err != nil {
			return nil, err
		}
	}
	if p.State == Pending && p.due == 0 && p.polls == 0 {
		if err := b.debit(t, p, payer, in.At); err != nil {
			return nil, err
		}
	}
	return p, t.announceExtra(p, in.Whim.Notices)
}

// humour makes a payment that nothing is wrong with go as a whim wants, and says with which code it is refused for it.
func (p *Payment) humour(w Whim) wire.ResultCode {
	if w.Due.IsZero() && w.Polls == 0 {
		return w.Declines
	}
	p.Result, p.due, p.polls = w.Declines, micros(w.Due), int64(w.Polls)
	if w.Undue {
		p.Expires = time.Time{}
	}
	return ""
}

// holder finds whose code it is. codeN is the code's row where this payment is the first to show it.
func (b *Book) holder(t *tx, p *Payment, in Pay) (u User, codeN int64, refused wire.ResultCode, err error) {
	var user, ends, spent int64
	found, err := t.row(selectCode, []any{p.code}, &codeN, &user, &ends, &spent)
	if err != nil || !found {
		return User{}, 0, wire.InvalidCode, err
	}
	if u, err = b.user(t, selectUserN, user); err != nil {
		return User{}, 0, "", err
	}
	p.user, p.User = u.n, u.ID
	switch {
	case spent != 0:
		return u, 0, wire.ExpiredCode, nil
	case micros(in.At) >= ends:
		refused = wire.ExpiredCode
	case in.Customer != "" && in.Customer != u.ID:
		refused = wire.InvalidCode
	}
	return u, codeN, refused, nil
}

// allowed says why a user may not pay at all; an empty code when they may.
func (u User) allowed() wire.ResultCode {
	switch u.Status {
	case Active:
		return ""
	case Blocked:
		return wire.UserStatusAbnormal
	case Unverified:
		return wire.UserKycNotQualified
	}
	return wire.UserNotExist
}

const selectDay = `SELECT COUNT(*), COALESCE(SUM(payer + fee), 0) FROM payment
	WHERE user = ? AND day = ? AND n <> ? AND state IN ('pending', 'paid')`

// refusal says why a payment may not be taken from a user, whatever the balance, and fixes the brand's fee; an empty code
// when it may.
func (t *tx) refusal(p *Payment, u User, terms Terms) (wire.ResultCode, error) {
	if code := u.allowed(); code != "" {
		return code, nil
	}
	if p.Payer.Currency() != u.Balance.Currency() {
		return wire.CurrencyNotSupport, nil
	}
	if p.expired(p.BegunAt) {
		return wire.OrderIsClosed, nil
	}
	fee, err := p.Payer.Scale(money.BasisPoints(terms.MarkupBasisPoints), money.HalfUp)
	if err != nil {
		return wire.PaymentAmountExceedLimit, nil
	}
	p.Fee = fee
	total := p.Total().Minor()
	if terms.PaymentMax > 0 && total > terms.PaymentMax {
		return wire.PaymentAmountExceedLimit, nil
	}
	var count int
	var spent int64
	if terms.DayMax > 0 || terms.DayCount > 0 {
		if _, err := t.row(selectDay, []any{u.n, p.day, p.n}, &count, &spent); err != nil {
			return "", err
		}
	}
	switch {
	case terms.DayCount > 0 && count >= terms.DayCount:
		return wire.PaymentCountExceedLimit, nil
	case terms.DayMax > 0 && spent+total > terms.DayMax:
		return wire.UserAmountExceedLimit, nil
	}
	return "", nil
}

// expired reports whether nothing may be taken any more.
func (p *Payment) expired(now time.Time) bool { return !p.Expires.IsZero() && !now.Before(p.Expires) }

// debit takes the money of a payment that may be taken, if the payment has not expired and there is enough.
func (b *Book) debit(t *tx, p *Payment, u User, now time.Time) error {
	own := b.brands[p.Brand]
	switch {
	case p.expired(now):
		p.fail(wire.OrderIsClosed)
	case u.Balance.Compare(p.Total()) < 0:
		p.fail(wire.UserBalanceNotEnough)
	default:
		p.State, p.Result, p.PaidAt, p.due, p.polls = Debited, wire.Success, now, 0, 0
		if err := t.post(act{at: now, user: u.n, payment: p.n},
			leg{movedPay, u.account, own.network, p.Payer.Minor()},
			leg{movedPayFee, u.account, own.fee, p.Fee.Minor()}); err != nil {
			return err
		}
	}
	return t.save(p)
}

// touch says who looks at an undecided payment.
type touch uint8

const (
	looked touch = iota // an act that needs to know how far it is
	asked               // the platform, whose inquiries count
)

// advance brings an undecided payment as far as it is by now.
func (b *Book) advance(t *tx, p *Payment, now time.Time, by touch) error {
	switch p.State {
	case Offered:
		if !p.expired(now) {
			return nil
		}
		p.fail(wire.OrderIsClosed)
		return t.save(p)
	case Pending:
		if p.due > 0 && micros(now) < p.due {
			return nil
		}
		if p.due == 0 && by != asked {
			return nil
		}
		if p.due == 0 && p.polls > 0 {
			p.polls--
			return t.save(p)
		}
		return b.decide(t, p, now)
	}
	return nil
}

// decide ends a pending payment as it was meant to end, and tells the platform.
func (b *Book) decide(t *tx, p *Payment, now time.Time) error {
	u, err := b.user(t, selectUserN, p.user)
	if err != nil {
		return err
	}
	refused := p.Result
	if refused == "" {
		refused = u.allowed() // the limits were checked when it was accepted
	}
	if refused != "" {
		p.fail(refused)
		err = t.save(p)
	} else {
		err = b.debit(t, p, u, now)
	}
	if err != nil {
		return err
	}
	return t.announce(p, now)
}

// committed is a payment as it was last committed; nil when there is none.
func (b *Book) committed(brand, request string) (*Payment, error) {
	if _, err := b.brand("book.Payment", brand); err != nil {
		return nil, err
	}
	var p *Payment
	err := b.read(selectPayment, []any{brand, request}, func(rows *sql.Rows) error {
		p = &Payment{}
		var c paymentCells
		if err := rows.Scan(p.scanned(&c)...); err != nil {
			return err
		}
		return p.complete(&c)
	})
	return p, err
}

func paymentMissing(op, request string) error {
	return &fault.Error{Op: op, Kind: fault.NotFound, Code: CodePaymentMissing, Subject: request,
		Detail: "there is no such payment"}
}
