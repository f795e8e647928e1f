// SPDX-License-Identifier: Apache-2.0

package book

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Count is how much a check looked at.
type Count struct {
	Users, Payments, Refunds, Transfers int
}

// moves says between which kinds of accounts a kind of transfer goes.
var moves = map[string][2]string{
	movedTopUp: {kindCash, kindUser}, movedPay: {kindUser, kindNetwork}, movedPayFee: {kindUser, kindFee},
	movedRefund: {kindNetwork, kindUser}, movedRefundFee: {kindFee, kindUser}, movedReverse: {kindNetwork, kindUser},
	movedReverseFee: {kindFee, kindUser}, movedSettle: {kindNetwork, kindCash},
}

// audit recomputes the books from the transfers, with arithmetic of its own.
type audit struct {
	tx       *sql.Tx
	accounts map[int64]*checked
	payments map[int64]map[string]int64 // payment, kind of transfer, minor units
	refunds  map[int64]map[string]int64
	payers   map[int64]int64 // payment, the user's account it moved
	users    map[int64]int64 // user, account
	count    Count
}

// checked is an account as it is written and as it is recomputed.
type checked struct {
	brand, kind       string
	balance, computed int64
}

// Check recomputes every balance from the transfers, in order, and holds every payment, refund and code against them. The
// first thing that is wrong is the error.
//
// Errors: Internal book_wrong.
func (b *Book) Check() (Count, error) {
	tx, err := b.reads.Begin()
	if err != nil {
		return Count{}, fault.Wrap("book.Check", err)
	}
	a := &audit{tx: tx, accounts: map[int64]*checked{}, payments: map[int64]map[string]int64{},
		refunds: map[int64]map[string]int64{}, payers: map[int64]int64{}, users: map[int64]int64{}}
	for _, step := range []func() error{a.loadAccounts, a.loadUsers, a.foldTransfers, a.compareBalances, a.checkRefunds,
		a.checkPayments, a.checkLeft, a.checkCodes} {
		if err == nil {
			err = step()
		}
	}
	err = errors.Join(err, tx.Rollback())
	if err != nil {
		return a.count, &fault.Error{Op: "book.Check", Kind: fault.Internal, Code: CodeWrong, Err: err}
	}
	return a.count, nil
}

func (a *audit) each(query string, row func(scan func(...any) error) error) error {
	rows, err := a.tx.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (a *audit) loadAccounts() error {
	return a.each(`SELECT n, brand, kind, balance FROM account`, func(scan func(...any) error) error {
		var n int64
		var c checked
		if err := scan(&n, &c.brand, &c.kind, &c.balance); err != nil {
			return err
		}
		a.accounts[n] = &c
		return nil
	})
}

func (a *audit) loadUsers() error {
	return a.each(`SELECT n, brand, account FROM user`, func(scan func(...any) error) error {
		var n, account int64
		var brand string
		if err := scan(&n, &brand, &account); err != nil {
			return err
		}
		c := a.accounts[account]
		if c == nil || c.kind != kindUser || c.brand != brand {
			return fmt.Errorf("user %d has no account of its own", n)
		}
		a.users[n] = account
		a.count.Users++
		return nil
	})
}

// foldTransfers adds all transfers up in their order; no user's balance may be below zero on the way.
func (a *audit) foldTransfers() error {
	return a.each(`SELECT n, kind, debit, credit, minor, user, payment, refund FROM transfer ORDER BY n`,
		func(scan func(...any) error) error {
			var m moved
			if err := scan(&m.n, &m.kind, &m.debit, &m.credit, &m.minor, &m.user, &m.payment, &m.refund); err != nil {
				return err
			}
			a.count.Transfers++
			return a.fold(m)
		})
}

func (a *audit) fold(m moved) error {
	from, to, way := a.accounts[m.debit], a.accounts[m.credit], moves[m.kind]
	switch {
	case m.n != int64(a.count.Transfers):
		return fmt.Errorf("transfer %d is missing", a.count.Transfers)
	case from == nil || to == nil || from.brand != to.brand || from.kind != way[0] || to.kind != way[1] || m.minor <= 0:
		return fmt.Errorf("transfer %d (%s) goes from account %d to %d", m.n, m.kind, m.debit, m.credit)
	}
	from.computed, to.computed = from.computed-m.minor, to.computed+m.minor
	if from.kind == kindUser && from.computed < 0 {
		return fmt.Errorf("transfer %d takes more than there was", m.n)
	}
	own := m.debit
	if to.kind == kindUser {
		own = m.credit
	}
	if m.kind != movedSettle && a.users[m.user] != own {
		return fmt.Errorf("transfer %d is not of user %d", m.n, m.user)
	}
	return a.note(m, own)
}
