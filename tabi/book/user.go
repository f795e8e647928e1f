// SPDX-License-Identifier: Apache-2.0

package book

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Status says what a user may do.
type Status string

// The statuses. Only an active user pays; refunds and top-ups reach everyone but a closed account.
const (
	Active     Status = "active"
	Blocked    Status = "blocked"
	Unverified Status = "unverified" // has not been identified yet
	Closed     Status = "closed"
)

// numberMax bounds the numbers of users. Source: the width of User.ID.
const numberMax = 999_999

// User is one account holder of a brand. There is nothing personal in it: users are numbered.
type User struct {
	ID      string // what the network knows it by, "tabi-hkd-000017"
	Brand   string
	Number  int
	Status  Status
	Balance money.Amount

	n, account int64
}

// Name is what people see: a number, since nobody is behind it.
func (u User) Name() string { return fmt.Sprintf("Sample traveller %03d", u.Number) }

const (
	insertUser = `INSERT INTO user (id, brand, number, status, account) VALUES (?, ?, ?, ?, ?)`
	userRow    = `SELECT u.n, u.id, u.brand, u.number, u.status, u.account, a.balance
		FROM user u JOIN account a ON a.n = u.account `
	selectUser   = userRow + `WHERE u.id = ?`
	selectUserN  = userRow + `WHERE u.n = ?`
	selectUsers  = userRow + `WHERE u.brand = ? AND u.number > ? ORDER BY u.number LIMIT ?`
	updateStatus = `UPDATE user SET status = ? WHERE n = ?`
)

// scanned are the columns of userRow, in order.
func (u *User) scanned(balance *int64) []any {
	return []any{&u.n, &u.ID, &u.Brand, &u.Number, &u.Status, &u.account, balance}
}

// AddUser is the user of that number, who is made when there is none: the number is what makes a repeat harmless.
//
// Errors: NotFound brand_unknown; Invalid user_malformed.
func (b *Book) AddUser(brand string, number int) (User, error) {
	if _, err := b.brand("book.AddUser", brand); err != nil {
		return User{}, err
	}
	if number < 1 || number > numberMax {
		return User{}, &fault.Error{Op: "book.AddUser", Kind: fault.Invalid, Code: CodeUserMalformed,
			Detail: fmt.Sprintf("the number of a user must be between 1 and %d", numberMax)}
	}
	id := fmt.Sprintf("%s-%06d", brand, number)
	var u User
	err := b.write(func(t *tx) error {
		var err error
		if u, err = b.user(t, selectUser, id); fault.KindOf(err) != fault.NotFound {
			return err
		}
		account, err := t.account(brand, kindUser, int64(number))
		if err != nil {
			return err
		}
		if _, err = t.exec(insertUser, id, brand, number, Active, account); err != nil {
			return err
		}
		u, err = b.user(t, selectUser, id)
		return err
	})
	return u, err
}

// user loads a user inside an act.
func (b *Book) user(t *tx, query string, key any) (User, error) {
	var u User
	var balance int64
	found, err := t.row(query, []any{key}, u.scanned(&balance)...)
	if err != nil {
		return User{}, err
	}
	return b.completed(u, balance, found, key)
}

func (b *Book) completed(u User, balance int64, found bool, key any) (User, error) {
	if !found {
		return User{}, &fault.Error{Op: "book.User", Kind: fault.NotFound, Code: CodeUserMissing, Subject: fmt.Sprint(key),
			Detail: "there is no such user"}
	}
	own, err := b.brand("book.User", u.Brand)
	if err != nil {
		return User{}, err
	}
	u.Balance = money.New(balance, own.currency)
	return u, nil
}

// User is the user of that id, with the balance of now.
//
// Errors: NotFound user_missing.
func (b *Book) User(id string) (User, error) {
	var u User
	var balance int64
	found := false
	err := b.read(selectUser, []any{id}, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(u.scanned(&balance)...)
	})
	if err != nil {
		return User{}, err
	}
	return b.completed(u, balance, found, id)
}

// Users are at most so many users (and 500) of a brand whose number is above after, by number.
//
// Errors: NotFound brand_unknown.
func (b *Book) Users(brand string, after, usersMax int) ([]User, error) {
	own, err := b.brand("book.Users", brand)
	if err != nil {
		return nil, err
	}
	var list []User
	err = b.read(selectUsers, []any{brand, after, min(max(usersMax, 1), pageMax)}, func(rows *sql.Rows) error {
		var u User
		var balance int64
		if err := rows.Scan(u.scanned(&balance)...); err != nil {
			return err
		}
		u.Balance = money.New(balance, own.currency)
		list = append(list, u)
		return nil
	})
	return list, err
}

// SetStatus says what a user may do from now on.
//
// Errors: NotFound user_missing; Invalid user_malformed.
func (b *Book) SetStatus(id string, status Status) error {
	switch status {
	case Active, Blocked, Unverified, Closed:
	default:
		return &fault.Error{Op: "book.SetStatus", Kind: fault.Invalid, Code: CodeUserMalformed, Subject: id,
			Detail: "the status must be active, blocked, unverified or closed"}
	}
	return b.write(func(t *tx) error {
		u, err := b.user(t, selectUser, id)
		if err != nil {
			return err
		}
		_, err = t.exec(updateStatus, status, u.n)
		return err
	})
}

// TopUp is money that a user pays in. Its reference is its name: repeated, it changes nothing.
type TopUp struct {
	User       string
	Amount     money.Amount
	Reference  string
	BalanceMax int64 // minor units; a top-up beyond it is refused
	At         time.Time
}

// TopUp adds to a user's balance.
//
// Errors: NotFound user_missing; Invalid wallet_amount_malformed; Conflict wallet_repeat_differs; Denied user_malformed for
// a closed account; Exhausted balance_full.
func (b *Book) TopUp(in TopUp) (User, error) {
	const op = "book.TopUp"
	var u User
	err := b.write(func(t *tx) error {
		var err error
		if u, err = b.user(t, selectUser, in.User); err != nil {
			return err
		}
		own := b.brands[u.Brand]
		if err := checkGiven(op, in.Amount, own.currency, in.Reference); err != nil {
			return err
		}
		moved := leg{movedTopUp, own.cash, u.account, in.Amount.Minor()}
		if seen, err := t.repeated(op, moved, in.Reference); err != nil || seen {
			return err
		}
		if u.Status == Closed {
			return &fault.Error{Op: op, Kind: fault.Denied, Code: CodeUserMalformed, Subject: u.ID,
				Detail: "the account is closed"}
		}
		if u.Balance.Minor()+in.Amount.Minor() > in.BalanceMax {
			return &fault.Error{Op: op, Kind: fault.Exhausted, Code: CodeBalanceFull, Subject: u.ID,
				Detail: "the balance would be above " + money.New(in.BalanceMax, own.currency).String()}
		}
		u.Balance = u.Balance.Add(in.Amount)
		return t.post(act{at: in.At, user: u.n, reference: in.Reference}, moved)
	})
	return u, err
}
