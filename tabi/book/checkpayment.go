// SPDX-License-Identifier: Apache-2.0

package book

import "fmt"

// moved is a transfer as the audit reads it.
type moved struct {
	n, debit, credit, minor, user, payment, refund int64
	kind                                           string
}

// note keeps what a transfer moved for its payment and its refund. account is the user's.
func (a *audit) note(m moved, account int64) error {
	n, kind, minor, payment, refund := m.n, m.kind, m.minor, m.payment, m.refund
	switch kind {
	case movedTopUp, movedSettle:
		if payment != 0 || refund != 0 {
			return fmt.Errorf("transfer %d (%s) names a payment", n, kind)
		}
		return nil
	case movedRefund, movedRefundFee:
		if refund == 0 {
			return fmt.Errorf("transfer %d (%s) names no refund", n, kind)
		}
		add(a.refunds, refund, kind, minor)
	}
	if payment == 0 {
		return fmt.Errorf("transfer %d (%s) names no payment", n, kind)
	}
	if payer, seen := a.payers[payment]; seen && payer != account {
		return fmt.Errorf("transfer %d moves another user's money than the payment", n)
	}
	a.payers[payment] = account
	add(a.payments, payment, kind, minor)
	return nil
}

func add(sums map[int64]map[string]int64, n int64, kind string, minor int64) {
	if sums[n] == nil {
		sums[n] = map[string]int64{}
	}
	sums[n][kind] += minor
}

// compareBalances holds what is written against what was recomputed; each brand's accounts add up to nothing.
func (a *audit) compareBalances() error {
	sums := map[string]int64{}
	for n, c := range a.accounts {
		if c.balance != c.computed {
			return fmt.Errorf("account %d has %d, its transfers say %d", n, c.balance, c.computed)
		}
		sums[c.brand] += c.balance
	}
	for brand, sum := range sums {
		if sum != 0 {
			return fmt.Errorf("the accounts of %s add up to %d", brand, sum)
		}
	}
	return nil
}

// promisedSums are what the refunds of a payment take of it, carried out or promised.
type promisedSums struct{ price, payer, fee int64 }

const auditedRefunds = `SELECT r.n, r.payment, r.state, r.price, r.payer, r.fee, p.back_price, p.back_payer, p.back_fee
	FROM refund r JOIN payment p ON p.n = r.payment ORDER BY r.payment, r.n`

// checkRefunds holds each refund against its transfers, and the sums against their payment.
func (a *audit) checkRefunds() error {
	var open int64
	var sum, back promisedSums
	err := a.each(auditedRefunds, func(scan func(...any) error) error {
		var n, payment int64
		var state string
		var one, of promisedSums
		if err := scan(&n, &payment, &state, &one.price, &one.payer, &one.fee, &of.price, &of.payer, &of.fee); err != nil {
			return err
		}
		a.count.Refunds++
		if payment != open {
			if sum != back {
				return fmt.Errorf("the refunds of payment %d add up to %v, it says %v", open, sum, back)
			}
			open, sum = payment, promisedSums{}
		}
		back = of
		sums := a.refunds[n]
		delete(a.refunds, n)
		if state != refundFailed {
			sum = promisedSums{sum.price + one.price, sum.payer + one.payer, sum.fee + one.fee}
		}
		if state != refundDone {
			one = promisedSums{}
		}
		if sums[movedRefund] != one.payer || sums[movedRefundFee] != one.fee {
			return fmt.Errorf("refund %d is %s and moved %v", n, state, sums)
		}
		return nil
	})
	if err == nil && sum != back {
		err = fmt.Errorf("the refunds of payment %d add up to %v, it says %v", open, sum, back)
	}
	return err
}

const auditedPayments = `SELECT p.n, p.user, p.state, p.payer, p.fee, p.back_payer,
	(SELECT COUNT(*) FROM refund r WHERE r.payment = p.n AND r.state <> 'failed') FROM payment p`

// checkPayments holds each payment against its transfers.
func (a *audit) checkPayments() error {
	return a.each(auditedPayments, func(scan func(...any) error) error {
		var n, user, payer, fee, back, refunds int64
		var state string
		if err := scan(&n, &user, &state, &payer, &fee, &back, &refunds); err != nil {
			return err
		}
		a.count.Payments++
		sums := a.payments[n]
		delete(a.payments, n)
		if account, seen := a.payers[n]; seen && a.users[user] != account {
			return fmt.Errorf("payment %d of user %d moved the money of account %d", n, user, account)
		}
		if back > 0 && refunds == 0 {
			return fmt.Errorf("payment %d says %d were given back, and has no refund", n, back)
		}
		taken := sums[movedPay] == payer && sums[movedPayFee] == fee
		returned := sums[movedRefund] + sums[movedReverse]
		returnedFee := sums[movedRefundFee] + sums[movedReverseFee]
		right := len(sums) == 0
		switch State(state) {
		case Debited:
			right = taken && sums[movedReverse] == 0 && sums[movedReverseFee] == 0 && returned <= payer && returnedFee <= fee
		case Cancelled:
			right = right || taken && returned == payer && returnedFee == fee
		}
		if !right {
			return fmt.Errorf("payment %d is %s (%d and %d) and moved %v", n, state, payer, fee, sums)
		}
		return nil
	})
}

// checkLeft finds transfers whose payment or refund is not there.
func (a *audit) checkLeft() error {
	if len(a.payments) > 0 || len(a.refunds) > 0 {
		return fmt.Errorf("%d payments and %d refunds moved money and are not there", len(a.payments), len(a.refunds))
	}
	return nil
}

// checkCodes finds codes that paid for more than one name.
func (a *audit) checkCodes() error {
	const twice = `SELECT MIN(n), MAX(n) FROM payment WHERE code <> x'' AND paid > 0 GROUP BY brand, code
		HAVING COUNT(*) > 1`
	const other = `SELECT c.n, c.spent FROM code c JOIN payment p ON p.n = c.spent WHERE c.spent > 0 AND c.digest <> p.code`
	for _, c := range [...]struct{ query, what string }{{twice, "payments %d and %d have one code"},
		{other, "code %d is not the one of payment %d"}} {
		if err := a.each(c.query, func(scan func(...any) error) error {
			var first, second int64
			if err := scan(&first, &second); err != nil {
				return err
			}
			return fmt.Errorf(c.what, first, second)
		}); err != nil {
			return err
		}
	}
	return nil
}
