// SPDX-License-Identifier: Apache-2.0

package book

import "time"

const (
	selectRipe       = `SELECT n FROM payment WHERE state = 'pending' AND due > 0 AND due <= ? ORDER BY due, n LIMIT ?`
	selectOwed       = `SELECT n FROM refund WHERE state = 'pending' AND due <= ? ORDER BY due, n LIMIT ?`
	selectDueNotice  = `SELECT COALESCE(MIN(due), 0) FROM notice WHERE done = 0 AND result <> ''`
	selectDuePayment = `SELECT COALESCE(MIN(due), 0) FROM payment WHERE state = 'pending' AND due > 0`
	selectDueRefund  = `SELECT COALESCE(MIN(due), 0) FROM refund WHERE state = 'pending'`
	selectDueCode    = `SELECT COALESCE(MIN(ends), 0) FROM code`
)

// Ripen decides the payments and carries out the refunds that are due, a bounded number of each, and forgets codes that
// are long over.
func (b *Book) Ripen(now time.Time) error {
	due, err := b.earliest(selectDuePayment, selectDueRefund)
	if err != nil {
		return err
	}
	oldest, err := b.earliest(selectDueCode)
	if err != nil {
		return err
	}
	ripe := !due.IsZero() && !due.After(now)
	stale := !oldest.IsZero() && oldest.Add(codesKept).Before(now)
	if !ripe && !stale {
		return nil
	}
	return b.write(func(t *tx) error {
		if err := b.ripenPayments(t, now); err != nil {
			return err
		}
		owed, err := t.numbers(selectOwed, micros(now), pageMax)
		if err != nil {
			return err
		}
		for _, n := range owed {
			if err := b.carryOut(t, n, now); err != nil {
				return err
			}
		}
		return t.forget(now)
	})
}

func (b *Book) ripenPayments(t *tx, now time.Time) error {
	ripe, err := t.numbers(selectRipe, micros(now), pageMax)
	if err != nil {
		return err
	}
	for _, n := range ripe {
		p, err := b.payment(t, selectPaymentN, n)
		if err == nil && p != nil {
			err = b.advance(t, p, now, looked)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Next is when something is due: a message, a payment or a refund. It is zero when nothing waits.
func (b *Book) Next() (time.Time, error) {
	return b.earliest(selectDueNotice, selectDuePayment, selectDueRefund)
}

// earliest is the first of the times that some statements answer; zero when they answer none.
func (b *Book) earliest(queries ...string) (time.Time, error) {
	var first time.Time
	for _, query := range queries {
		var us int64
		if err := b.reads.QueryRow(query).Scan(&us); err != nil {
			return time.Time{}, err
		}
		if at := timeOf(us); !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first, nil
}
