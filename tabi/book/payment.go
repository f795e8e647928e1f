// SPDX-License-Identifier: Apache-2.0

package book

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// State says how far a payment is.
type State string

// The states. Offered leads to pending, paid, failed or cancelled; pending to paid, failed or cancelled; paid and failed to
// cancelled; cancelled is the end.
const (
	Offered   State = "offered"   // scanned by the user, not confirmed
	Pending   State = "pending"   // accepted, not decided
	Debited   State = "paid"      // the user's money is taken
	Failed    State = "failed"    // refused; nothing was taken
	Cancelled State = "cancelled" // nothing is taken any more, or ever will be
)

// Payment is one payment the network asked for, or that was cancelled before it came.
type Payment struct {
	Brand    string
	Request  string          // paymentRequestId: its name
	ID       string          // our own, paymentId on the wire
	User     string          // empty where no user could be found
	State    State           //
	Result   wire.ResultCode // the reason; of a pending payment how it will end, empty for well
	Price    money.Amount    // in the merchant's currency; the zero Amount when it was cancelled before it came
	Payer    money.Amount    // what we owe the network, or were asked to
	Fee      money.Amount    // our own, on top
	Back     Shares          // what is refunded, or promised to be
	Merchant string          // as the payer sees it
	BegunAt  time.Time
	PaidAt   time.Time
	Expires  time.Time // after it nothing may be taken; zero for never

	n, user int64
	code    []byte // digest of the payment code; empty where there was none
	day     int64  // clearing day on which it counts against the user's limits
	due     int64  // when a pending payment is decided; 0 when inquiries decide it
	polls   int64  // how many more inquiries find it pending
	hidden  int64  // how many more inquiries do not find it
}

// Shares are the parts of a payment.
type Shares struct {
	Price, Payer, Fee money.Amount
}

// Total is what leaves the user's balance.
func (p *Payment) Total() money.Amount { return p.Payer.Add(p.Fee) }

// Definite reports whether it can be said whether the money was taken.
func (p *Payment) Definite() bool { return p.State != Pending && p.State != Offered }

// Answer is the result code that tells the platform what became of the payment.
func (p *Payment) Answer() wire.ResultCode {
	switch p.State {
	case Debited:
		return wire.Success
	case Cancelled:
		return wire.OrderIsCanceled
	case Failed:
		return p.Result
	}
	return wire.PaymentInProcess
}

const (
	insertPayment = `INSERT INTO payment (brand, request, id, user, state, result, code, currency, price, owes, payer,
		fee, back_price, back_payer, back_fee, merchant, begun, paid, day, expires, due, polls, hidden)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?)`
	updatePayment = `UPDATE payment SET state = ?, result = ?, fee = ?, payer = ?, back_price = ?, back_payer = ?,
		back_fee = ?, merchant = ?, paid = ?, day = ?, expires = ?, due = ?, polls = ?, hidden = ? WHERE n = ?`
	paymentRow = `SELECT p.n, p.brand, p.request, p.id, p.user, COALESCE(u.id, ''), p.state, p.result, p.code, p.currency,
		p.price, p.owes, p.payer, p.fee, p.back_price, p.back_payer, p.back_fee, p.merchant, p.begun, p.paid, p.day,
		p.expires, p.due, p.polls, p.hidden
		FROM payment p LEFT JOIN user u ON u.n = p.user `
	selectPayment  = paymentRow + `WHERE p.brand = ? AND p.request = ?`
	selectPaymentI = paymentRow + `WHERE p.brand = ? AND p.id = ?`
	selectPaymentN = paymentRow + `WHERE p.n = ?`
)

// paymentCells are the columns of paymentRow as they lie in the file.
type paymentCells struct {
	currency, owes                string
	price, payer, fee             int64
	backPrice, backPayer, backFee int64
	begun, paid, expires          int64
}

func (p *Payment) scanned(c *paymentCells) []any {
	return []any{&p.n, &p.Brand, &p.Request, &p.ID, &p.user, &p.User, &p.State, &p.Result, &p.code, &c.currency, &c.price,
		&c.owes, &c.payer, &c.fee, &c.backPrice, &c.backPayer, &c.backFee, &p.Merchant, &c.begun, &c.paid, &p.day,
		&c.expires, &p.due, &p.polls, &p.hidden}
}

// complete turns the cells into amounts and times.
func (p *Payment) complete(c *paymentCells) error {
	p.BegunAt, p.PaidAt, p.Expires = timeOf(c.begun), timeOf(c.paid), timeOf(c.expires)
	owes, err := money.ParseCurrency(c.owes)
	if err != nil {
		return err
	}
	p.Payer, p.Fee = money.New(c.payer, owes), money.New(c.fee, owes)
	p.Back.Payer, p.Back.Fee = money.New(c.backPayer, owes), money.New(c.backFee, owes)
	if c.currency == "" {
		return nil
	}
	currency, err := money.ParseCurrency(c.currency)
	if err != nil {
		return err
	}
	p.Price, p.Back.Price = money.New(c.price, currency), money.New(c.backPrice, currency)
	return nil
}

// payment loads a payment inside an act; nil when there is none.
func (b *Book) payment(t *tx, query string, args ...any) (*Payment, error) {
	var p Payment
	var c paymentCells
	found, err := t.row(query, args, p.scanned(&c)...)
	if err != nil || !found {
		return nil, err
	}
	return &p, p.complete(&c)
}

// insert writes a payment that is new.
func (t *tx) insert(p *Payment) (err error) {
	invariant.Check(p.n == 0, "book: a payment inserted twice")
	currency := ""
	if p.Price.Currency().Valid() {
		currency = p.Price.Currency().String()
	}
	if p.code == nil {
		p.code = []byte{}
	}
	p.n, err = t.exec(insertPayment, p.Brand, p.Request, p.ID, p.user, p.State, p.Result, p.code, currency,
		p.Price.Minor(), p.Payer.Currency().String(), p.Payer.Minor(), p.Fee.Minor(), p.Merchant, micros(p.BegunAt),
		micros(p.PaidAt), p.day, micros(p.Expires), p.due, p.polls, p.hidden)
	return err
}

// save writes what can change of a payment.
func (t *tx) save(p *Payment) error {
	invariant.Check(p.n != 0, "book: a payment saved that has no row")
	_, err := t.exec(updatePayment, p.State, p.Result, p.Fee.Minor(), p.Payer.Minor(), p.Back.Price.Minor(),
		p.Back.Payer.Minor(), p.Back.Fee.Minor(), p.Merchant, micros(p.PaidAt), p.day, micros(p.Expires), p.due, p.polls,
		p.hidden, p.n)
	return err
}

// fail ends a payment without taking anything.
func (p *Payment) fail(code wire.ResultCode) {
	invariant.Check(code.Status() == wire.Failed, "book: a payment fails with %s", string(code))
	p.State, p.Result, p.due, p.polls = Failed, code, 0, 0
}

// clearingDay is the network's day as a number of days since 1970.
func clearingDay(t time.Time) int64 {
	return calendar.ClearingDay(t).Midnight().Unix() / int64(24*time.Hour/time.Second)
}

// Payment is the payment of that name.
//
// Errors: NotFound brand_unknown, wallet_payment_missing.
func (b *Book) Payment(brand, request string) (Payment, error) {
	p, err := b.committed(brand, request)
	if err != nil {
		return Payment{}, err
	}
	if p == nil {
		return Payment{}, paymentMissing("book.Payment", request)
	}
	return *p, nil
}
