// SPDX-License-Identifier: Apache-2.0

package book

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Cancel makes a payment as if it never was, in whatever state it is, and also when it has not come yet: its name is then
// taken, and a pay that comes later finds it cancelled. The code is SUCCESS, however often it is repeated, but
// CANCEL_WINDOW_EXCEED for a payment that was taken and whose window has ended.
//
// Errors: NotFound brand_unknown.
// Source: reference/alipay-wire-api.md 3.3.
func (b *Book) Cancel(brand, request string, at time.Time) (wire.ResultCode, error) {
	own, err := b.brand("book.Cancel", brand)
	if err != nil {
		return "", err
	}
	code := wire.Success
	err = b.write(func(t *tx) error {
		code = wire.Success
		p, err := b.payment(t, selectPayment, brand, request)
		if err != nil {
			return err
		}
		if p == nil {
			none := money.Zero(own.currency)
			return t.insert(&Payment{Brand: brand, Request: request, ID: mint(kindPaymentID, brand, request),
				State: Cancelled, Result: wire.OrderIsCanceled, Payer: none, Fee: none, BegunAt: at})
		}
		if p.State == Pending && p.due > 0 { // what was due before the cancel came is decided
			if err := b.advance(t, p, at, looked); err != nil {
				return err
			}
		}
		if p.State == Debited && !at.Before(calendar.NetworkWindowEnds(p.PaidAt)) {
			code = wire.CancelWindowExceed
			return nil
		}
		return b.reverse(t, p, at)
	})
	return code, err
}

// reverse gives back whatever is left of a payment and ends it.
func (b *Book) reverse(t *tx, p *Payment, now time.Time) error {
	if p.State == Cancelled {
		return nil
	}
	if p.State == Debited {
		if err := b.giveBackAll(t, p, now); err != nil {
			return err
		}
	}
	p.State, p.Result, p.due, p.polls = Cancelled, wire.OrderIsCanceled, 0, 0
	if err := t.save(p); err != nil {
		return err
	}
	_, err := t.exec(dropNotices, p.n)
	return err
}

// giveBackAll carries out the refunds that were promised, then reverses the rest.
func (b *Book) giveBackAll(t *tx, p *Payment, now time.Time) error {
	promised, err := t.numbers(selectPromised, p.n)
	if err != nil {
		return err
	}
	for _, n := range promised {
		if err := b.carryOut(t, n, now); err != nil {
			return err
		}
	}
	u, err := b.user(t, selectUserN, p.user)
	if err != nil {
		return err
	}
	own := b.brands[p.Brand]
	return t.post(act{at: now, user: u.n, payment: p.n},
		leg{movedReverse, own.network, u.account, p.Payer.Sub(p.Back.Payer).Minor()},
		leg{movedReverseFee, own.fee, u.account, p.Fee.Sub(p.Back.Fee).Minor()})
}

// Inquire is what became of a payment, as far as it is by now; found is false when it has not come yet.
//
// Errors: NotFound brand_unknown.
func (b *Book) Inquire(brand, request string, at time.Time) (p Payment, found bool, err error) {
	seen, err := b.committed(brand, request)
	if err != nil || seen == nil {
		return Payment{}, false, err
	}
	if seen.Definite() && seen.hidden == 0 {
		return *seen, true, nil
	}
	err = b.write(func(t *tx) error {
		found = true
		if seen, err = b.payment(t, selectPayment, brand, request); err != nil {
			return err
		}
		if seen.hidden > 0 {
			seen.hidden--
			found = false
			return t.save(seen)
		}
		return b.advance(t, seen, at, asked)
	})
	if err != nil || !found {
		return Payment{}, false, err
	}
	return *seen, true, nil
}
