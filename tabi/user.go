// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
)

// User is one account holder of a brand: a number and a balance, and nothing personal.
type User = book.User

// Entry is one line of a user's history.
type Entry = book.Entry

// Payment is one payment as the issuer's books know it.
type Payment = book.Payment

// Position is what a brand has and owes.
type Position = book.Position

// AddUser is the brand's user of that number, who is made with nothing when there is none. Called again it finds the same.
//
// Errors: NotFound brand_unknown; Invalid user_malformed.
func (s *Issuer) AddUser(brand string, number int) (User, error) {
	return s.books.AddUser(brand, number)
}

// User is a user with the balance of now.
//
// Errors: NotFound user_missing.
func (s *Issuer) User(id string) (User, error) { return s.books.User(id) }

// Users are at most so many users of a brand whose number is above after, by number.
//
// Errors: NotFound brand_unknown.
func (s *Issuer) Users(brand string, after, usersMax int) ([]User, error) {
	return s.books.Users(brand, after, usersMax)
}

// SetStatus says what a user may do from now on.
//
// Errors: NotFound user_missing; Invalid user_malformed.
func (s *Issuer) SetStatus(user string, status book.Status) error {
	return s.books.SetStatus(user, status)
}

// Balance is what a user has.
//
// Errors: NotFound user_missing.
func (s *Issuer) Balance(user string) (money.Amount, error) {
	u, err := s.books.User(user)
	return u.Balance, err
}

// TopUp adds to a user's balance. The reference is the top-up's name: repeated, it changes nothing.
//
// Errors: NotFound user_missing; Invalid wallet_amount_malformed; Conflict wallet_repeat_differs; Denied user_malformed for
// a closed account; Exhausted balance_full.
func (s *Issuer) TopUp(user string, amount money.Amount, reference string) (User, error) {
	u, err := s.books.User(user)
	if err != nil {
		return User{}, err
	}
	b, err := s.brand("tabi.TopUp", u.Brand)
	if err != nil {
		return User{}, err
	}
	return s.books.TopUp(book.TopUp{User: user, Amount: amount, Reference: reference, BalanceMax: b.Limits.BalanceMax,
		At: s.now()})
}

// History is at most so many entries of a user before an entry's N, newest first; before 0 is the newest page.
//
// Errors: NotFound user_missing.
func (s *Issuer) History(user string, before int64, entriesMax int) ([]Entry, error) {
	return s.books.History(user, before, entriesMax)
}

// Payment is the payment of that paymentRequestId.
//
// Errors: NotFound brand_unknown, wallet_payment_missing.
func (s *Issuer) Payment(brand, paymentRequestID string) (Payment, error) {
	return s.books.Payment(brand, paymentRequestID)
}

// Position is what a brand has and owes now.
//
// Errors: NotFound brand_unknown.
func (s *Issuer) Position(brand string) (Position, error) { return s.books.Position(brand) }

// Settle pays the network part or all of what a brand owes it. The reference is its name: repeated, it changes nothing.
//
// Errors: NotFound brand_unknown; Invalid wallet_amount_malformed; Conflict settlement_not_owed, wallet_repeat_differs.
func (s *Issuer) Settle(brand string, amount money.Amount, reference string) error {
	return s.books.Settle(book.Settlement{Brand: brand, Amount: amount, Reference: reference, At: s.now()})
}
