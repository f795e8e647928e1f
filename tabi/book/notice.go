// SPDX-License-Identifier: Apache-2.0

package book

import (
	"database/sql"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// Notice is one message to the platform about what became of a payment.
type Notice struct {
	N       int64
	Result  wire.ResultCode // what was decided, as it was then
	Tries   int             // how often it was sent before
	Payment Payment
}

const (
	insertNotice  = `INSERT INTO notice (payment, result, extra, due, tries, done) VALUES (?, ?, ?, ?, 0, 0)`
	fillNotices   = `UPDATE notice SET result = ? WHERE payment = ? AND result = ''`
	dropNotices   = `UPDATE notice SET done = 1 WHERE payment = ? AND done = 0 AND (extra = 0 OR result = '')`
	updateNotice  = `UPDATE notice SET due = ?, tries = ?, done = ? WHERE n = ?`
	selectNoticeN = `SELECT payment FROM notice WHERE n = ?`
	selectNotices = `SELECT o.n, o.result, o.tries, p.brand, p.request FROM notice o JOIN payment p ON p.n = o.payment
		WHERE o.done = 0 AND o.result <> '' AND o.due <= ? ORDER BY o.due, o.n LIMIT ?`
)

// announce tells the platform, until it has heard, what became of a payment that it was not told in an answer.
func (t *tx) announce(p *Payment, now time.Time) error {
	if _, err := t.exec(fillNotices, p.Answer(), p.n); err != nil {
		return err
	}
	_, err := t.exec(insertNotice, p.n, p.Answer(), 0, micros(now))
	return err
}

// announceExtra tells it though nobody asked. What is not decided yet is told from when it is.
func (t *tx) announceExtra(p *Payment, due []time.Time) error {
	result := wire.ResultCode("")
	if p.Definite() {
		result = p.Answer()
	}
	for _, at := range due {
		if _, err := t.exec(insertNotice, p.n, result, 1, micros(at)); err != nil {
			return err
		}
	}
	return nil
}

// Notices are at most so many messages that are due, oldest first.
func (b *Book) Notices(now time.Time, noticesMax int) ([]Notice, error) {
	var list []Notice
	err := b.read(selectNotices, []any{micros(now), min(max(noticesMax, 1), pageMax)}, func(rows *sql.Rows) error {
		var o Notice
		if err := rows.Scan(&o.N, &o.Result, &o.Tries, &o.Payment.Brand, &o.Payment.Request); err != nil {
			return err
		}
		list = append(list, o)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		p, err := b.Payment(list[i].Payment.Brand, list[i].Payment.Request)
		if err != nil {
			return nil, err
		}
		list[i].Payment = p
	}
	return list, nil
}

// Reply is what came of a message to the platform.
type Reply uint8

// The replies.
const (
	Silent   Reply = iota // nothing that counts: it is sent again
	Heard                 // S: done
	GiveBack              // F: the payment is to be given back
)

// Replied writes down what came of a message. A payment that was taken and that the platform does not want is reversed.
func (b *Book) Replied(n int64, r Reply, now, again time.Time, tries int) error {
	return b.write(func(t *tx) error {
		done := 0
		if r != Silent {
			done = 1
		}
		if _, err := t.exec(updateNotice, micros(again), tries, done, n); err != nil || r != GiveBack {
			return err
		}
		var payment int64
		if found, err := t.row(selectNoticeN, []any{n}, &payment); err != nil || !found {
			return err
		}
		p, err := b.payment(t, selectPaymentN, payment)
		if err != nil || p == nil || p.State != Debited {
			return err
		}
		return b.reverse(t, p, now)
	})
}

// GiveBack reverses a payment that was taken and that the platform does not want; it changes nothing else.
//
// Errors: NotFound brand_unknown, wallet_payment_missing.
func (b *Book) GiveBack(brand, request string, now time.Time) error {
	return b.write(func(t *tx) error {
		p, err := b.payment(t, selectPayment, brand, request)
		if err != nil {
			return err
		}
		if p == nil {
			return paymentMissing("book.GiveBack", request)
		}
		if p.State != Debited {
			return nil
		}
		return b.reverse(t, p, now)
	})
}
