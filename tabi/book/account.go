// SPDX-License-Identifier: Apache-2.0

package book

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
)

// The kinds of accounts: what is held at the bank, what is owed to the network, what was earned, what a user has.
const (
	kindCash    = "cash"
	kindNetwork = "network"
	kindFee     = "fee"
	kindUser    = "user"
)

// The kinds of transfers.
const (
	movedTopUp      = "top_up"      // cash to user
	movedPay        = "pay"         // user to network
	movedPayFee     = "pay_fee"     // user to fee
	movedRefund     = "refund"      // network to user
	movedRefundFee  = "refund_fee"  // fee to user
	movedReverse    = "reverse"     // network to user: the payment is as if it never was
	movedReverseFee = "reverse_fee" // fee to user
	movedSettle     = "settle"      // network to cash
)

const (
	selectBrand   = `SELECT currency FROM brand WHERE id = ?`
	selectBrands  = `SELECT id FROM brand ORDER BY id`
	insertBrand   = `INSERT INTO brand (id, currency) VALUES (?, ?)`
	selectAccount = `SELECT n FROM account WHERE brand = ? AND kind = ? AND number = ?`
	insertAccount = `INSERT INTO account (brand, kind, number, balance) VALUES (?, ?, ?, 0)`
	selectBalance = `SELECT balance FROM account WHERE n = ?`
	addBalance    = `UPDATE account SET balance = balance + ? WHERE n = ?`
	selectLast    = `SELECT COALESCE(MAX(n), 0) FROM transfer`
	insertMoved   = `INSERT INTO transfer (act, at, kind, debit, credit, minor, user, payment, refund, reference)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	selectMoved = `SELECT minor FROM transfer WHERE kind = ? AND debit = ? AND credit = ? AND reference = ?`
)

// account is the number of an account, which is made when it is not there.
func (t *tx) account(brand, kind string, number int64) (int64, error) {
	var n int64
	if found, err := t.row(selectAccount, []any{brand, kind, number}, &n); err != nil || found {
		return n, err
	}
	return t.exec(insertAccount, brand, kind, number)
}

// leg is one transfer of an act.
type leg struct {
	kind          string
	debit, credit int64
	minor         int64
}

// act is what the transfers of one act have in common.
type act struct {
	at              time.Time
	user            int64
	payment, refund int64
	reference       string
}

// post writes the transfers of an act and moves the balances. Legs of nothing are left out.
//
// Invariant: no leg is negative.
func (t *tx) post(a act, legs ...leg) error {
	var last int64
	if _, err := t.row(selectLast, nil, &last); err != nil {
		return err
	}
	for _, l := range legs {
		invariant.Check(l.minor >= 0, "book: %s of %d", l.kind, l.minor)
		if l.minor == 0 {
			continue
		}
		if _, err := t.exec(insertMoved, last+1, micros(a.at), l.kind, l.debit, l.credit, l.minor, a.user, a.payment,
			a.refund, a.reference); err != nil {
			return err
		}
		if _, err := t.exec(addBalance, -l.minor, l.debit); err != nil {
			return err
		}
		if _, err := t.exec(addBalance, l.minor, l.credit); err != nil {
			return err
		}
	}
	return nil
}

// Position is what a brand has and owes.
//
// Invariant: Held = Users + Owed + Fees.
type Position struct {
	Held  money.Amount // at the bank
	Users money.Amount // owed to its users
	Owed  money.Amount // owed to the network; negative when the network owes the brand
	Fees  money.Amount // earned
}

const selectPosition = `SELECT COALESCE(SUM(CASE kind WHEN 'cash' THEN -balance END), 0),
	COALESCE(SUM(CASE kind WHEN 'user' THEN balance END), 0),
	COALESCE(SUM(CASE kind WHEN 'network' THEN balance END), 0),
	COALESCE(SUM(CASE kind WHEN 'fee' THEN balance END), 0)
	FROM account WHERE brand = ?`

// Position is what a brand has and owes now.
//
// Errors: NotFound brand_unknown; Internal.
func (b *Book) Position(brand string) (Position, error) {
	own, err := b.brand("book.Position", brand)
	if err != nil {
		return Position{}, err
	}
	var held, users, owed, fees int64
	err = b.reads.QueryRow(selectPosition, brand).Scan(&held, &users, &owed, &fees)
	if err != nil {
		return Position{}, fault.Wrap("book.Position", err)
	}
	return Position{Held: money.New(held, own.currency), Users: money.New(users, own.currency),
		Owed: money.New(owed, own.currency), Fees: money.New(fees, own.currency)}, nil
}

// Settlement is what a brand pays the network of what it owes. Its reference is its name: repeated, it changes nothing.
type Settlement struct {
	Brand     string
	Amount    money.Amount
	Reference string
	At        time.Time
}

// Settle pays the network.
//
// Errors: NotFound brand_unknown; Invalid wallet_amount_malformed; Conflict settlement_not_owed, wallet_repeat_differs.
func (b *Book) Settle(s Settlement) error {
	const op = "book.Settle"
	own, err := b.brand(op, s.Brand)
	if err != nil {
		return err
	}
	if err := checkGiven(op, s.Amount, own.currency, s.Reference); err != nil {
		return err
	}
	return b.write(func(t *tx) error {
		seen, err := t.repeated(op, leg{movedSettle, own.network, own.cash, s.Amount.Minor()}, s.Reference)
		if err != nil || seen {
			return err
		}
		var owed int64
		if _, err := t.row(selectBalance, []any{own.network}, &owed); err != nil {
			return err
		}
		if owed < s.Amount.Minor() {
			return &fault.Error{Op: op, Kind: fault.Conflict, Code: CodeNotOwed, Subject: s.Brand,
				Detail: "the amount is above what is owed, " + money.New(owed, own.currency).String()}
		}
		return t.post(act{at: s.At, reference: s.Reference}, leg{movedSettle, own.network, own.cash, s.Amount.Minor()})
	})
}

// repeated reports whether a transfer of this name was made before.
func (t *tx) repeated(op string, l leg, reference string) (bool, error) {
	var before int64
	seen, err := t.row(selectMoved, []any{l.kind, l.debit, l.credit, reference}, &before)
	if err != nil || !seen {
		return false, err
	}
	if before != l.minor {
		return false, &fault.Error{Op: op, Kind: fault.Conflict, Code: CodeRepeatDiffers, Subject: reference,
			Detail: "the reference was used before for another amount"}
	}
	return true, nil
}

// checkGiven says what is wrong with an amount and a reference from the issuer's own people.
func checkGiven(op string, amount money.Amount, currency money.Currency, reference string) error {
	switch {
	case amount.Currency() != currency:
		return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeAmountMalformed,
			Detail: "the amount must be in " + currency.String()}
	case !amount.Positive() || amount.Minor() > money.ParsedMax:
		return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeAmountMalformed,
			Detail: "the amount must be above zero and within reason"}
	case reference == "":
		return &fault.Error{Op: op, Kind: fault.Invalid, Code: CodeAmountMalformed,
			Detail: "the reference is missing: it is what makes a repeat harmless"}
	}
	return nil
}
