// SPDX-License-Identifier: Apache-2.0

package book

import (
	"database/sql"
	"math"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
)

// EntryKind says what an entry of a user's history is.
type EntryKind string

// The kinds of entries. A payment takes from the balance; all others add to it.
const (
	ToppedUp EntryKind = movedTopUp
	Paid     EntryKind = movedPay
	Refunded EntryKind = movedRefund
	Reversed EntryKind = movedReverse
)

// Entry is one line of a user's history: the transfers of one act, as the user sees them.
type Entry struct {
	N         int64 // its place in the history of all; the cursor of the next page
	At        time.Time
	Kind      EntryKind
	Amount    money.Amount // what moved, the fee included
	Fee       money.Amount // the issuer's own part of it
	Payment   string       // paymentRequestId; empty for a top-up
	Merchant  string
	Price     money.Amount // of the payment, in the merchant's currency
	Reference string       // of a top-up
}

// pageMax is how much of a list is read at once.
const pageMax = 500

const selectHistory = `SELECT t.n, t.act, t.at, t.kind, t.minor, t.reference, COALESCE(p.request, ''),
	COALESCE(p.merchant, ''), COALESCE(p.currency, ''), COALESCE(p.price, 0)
	FROM transfer t LEFT JOIN payment p ON p.n = t.payment
	WHERE t.user = (SELECT n FROM user WHERE id = ?) AND t.n < ? ORDER BY t.n DESC LIMIT ?`

// History is at most so many entries (and 500) of a user before an entry's N, newest first; before 0 is the newest page.
//
// Errors: NotFound user_missing.
func (b *Book) History(user string, before int64, entriesMax int) ([]Entry, error) {
	u, err := b.User(user)
	if err != nil {
		return nil, err
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	entriesMax = min(max(entriesMax, 1), pageMax)
	var list []Entry
	open := int64(0) // the act whose transfers are being read
	err = b.read(selectHistory, []any{user, before, 2 * entriesMax}, func(rows *sql.Rows) error {
		e, act, err := scanEntry(rows, u.Balance.Currency())
		if err != nil {
			return err
		}
		if act == open {
			last := &list[len(list)-1]
			last.N, last.Kind = e.N, e.Kind // the fee's transfer follows the one it belongs to
			last.Amount, last.Fee = last.Amount.Add(e.Amount), last.Fee.Add(e.Fee)
			return nil
		}
		list, open = append(list, e), act
		return nil
	})
	return list[:min(len(list), entriesMax)], err
}

func scanEntry(rows *sql.Rows, own money.Currency) (e Entry, act int64, err error) {
	var at, minor, price int64
	var kind, currency string
	if err := rows.Scan(&e.N, &act, &at, &kind, &minor, &e.Reference, &e.Payment, &e.Merchant, &currency,
		&price); err != nil {
		return Entry{}, 0, err
	}
	e.At, e.Kind = timeOf(at), EntryKind(kind)
	e.Amount, e.Fee = money.New(minor, own), money.Zero(own)
	switch kind {
	case movedPayFee, movedRefundFee, movedReverseFee:
		e.Fee = e.Amount
	}
	if currency != "" {
		c, err := money.ParseCurrency(currency)
		if err != nil {
			return Entry{}, 0, err
		}
		e.Price = money.New(price, c)
	}
	return e, act, nil
}
