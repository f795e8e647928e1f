// SPDX-License-Identifier: Apache-2.0

package book

import (
	"fmt"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// version is the form of the books; it stands in the file's user_version.
const version = 1

// schema makes the books. Amounts are minor units of the brand's currency, but for the price, which is in the merchant's
// (currency), and for a payment that was refused because it asked for another currency (owes).
// Times are microseconds since 1970 UTC, 0 for none. Rows of transfer are never changed and never deleted.
var schema = []string{
	`CREATE TABLE brand (
		id       TEXT PRIMARY KEY,
		currency TEXT NOT NULL
	) STRICT`,
	`CREATE TABLE account (
		n       INTEGER PRIMARY KEY,
		brand   TEXT NOT NULL REFERENCES brand (id),
		kind    TEXT NOT NULL CHECK (kind IN ('cash', 'network', 'fee', 'user')),
		number  INTEGER NOT NULL,
		balance INTEGER NOT NULL CHECK (kind <> 'user' OR balance >= 0),
		UNIQUE (brand, kind, number)
	) STRICT`,
	`CREATE TABLE user (
		n       INTEGER PRIMARY KEY,
		id      TEXT NOT NULL UNIQUE,
		brand   TEXT NOT NULL REFERENCES brand (id),
		number  INTEGER NOT NULL,
		status  TEXT NOT NULL CHECK (status IN ('active', 'blocked', 'unverified', 'closed')),
		account INTEGER NOT NULL REFERENCES account (n),
		UNIQUE (brand, number)
	) STRICT`,
	`CREATE TABLE code (
		n      INTEGER PRIMARY KEY,
		digest BLOB NOT NULL UNIQUE,
		user   INTEGER NOT NULL REFERENCES user (n),
		code   TEXT NOT NULL,
		begins INTEGER NOT NULL,
		ends   INTEGER NOT NULL,
		shown  INTEGER NOT NULL,
		spent  INTEGER NOT NULL
	) STRICT`,
	`CREATE INDEX code_unshown ON code (user, ends) WHERE shown = 0`,
	`CREATE INDEX code_ends ON code (ends)`,
	`CREATE TABLE payment (
		n          INTEGER PRIMARY KEY,
		brand      TEXT NOT NULL REFERENCES brand (id),
		request    TEXT NOT NULL,
		id         TEXT NOT NULL UNIQUE,
		user       INTEGER NOT NULL,
		state      TEXT NOT NULL CHECK (state IN ('offered', 'pending', 'paid', 'failed', 'cancelled')),
		result     TEXT NOT NULL,
		code       BLOB NOT NULL,
		currency   TEXT NOT NULL,
		price      INTEGER NOT NULL CHECK (price >= 0),
		owes       TEXT NOT NULL,
		payer      INTEGER NOT NULL CHECK (payer >= 0),
		fee        INTEGER NOT NULL CHECK (fee >= 0),
		back_price INTEGER NOT NULL CHECK (back_price BETWEEN 0 AND price),
		back_payer INTEGER NOT NULL CHECK (back_payer BETWEEN 0 AND payer),
		back_fee   INTEGER NOT NULL CHECK (back_fee BETWEEN 0 AND fee),
		merchant   TEXT NOT NULL,
		begun      INTEGER NOT NULL,
		paid       INTEGER NOT NULL,
		day        INTEGER NOT NULL,
		expires    INTEGER NOT NULL,
		due        INTEGER NOT NULL,
		polls      INTEGER NOT NULL,
		hidden     INTEGER NOT NULL,
		UNIQUE (brand, request)
	) STRICT`,
	`CREATE INDEX payment_day ON payment (user, day) WHERE user <> 0`,
	`CREATE INDEX payment_due ON payment (due) WHERE state = 'pending' AND due > 0`,
	`CREATE TABLE refund (
		n       INTEGER PRIMARY KEY,
		brand   TEXT NOT NULL REFERENCES brand (id),
		request TEXT NOT NULL,
		id      TEXT NOT NULL UNIQUE,
		payment INTEGER NOT NULL REFERENCES payment (n),
		state   TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
		result  TEXT NOT NULL,
		currency TEXT NOT NULL,
		price   INTEGER NOT NULL CHECK (price > 0),
		owes    TEXT NOT NULL,
		payer   INTEGER NOT NULL CHECK (payer > 0),
		fee     INTEGER NOT NULL CHECK (fee >= 0),
		asked   INTEGER NOT NULL,
		done    INTEGER NOT NULL,
		due     INTEGER NOT NULL,
		UNIQUE (brand, request)
	) STRICT`,
	`CREATE INDEX refund_payment ON refund (payment)`,
	`CREATE INDEX refund_due ON refund (due) WHERE state = 'pending'`,
	`CREATE TABLE transfer (
		n         INTEGER PRIMARY KEY,
		act       INTEGER NOT NULL,
		at        INTEGER NOT NULL,
		kind      TEXT NOT NULL,
		debit     INTEGER NOT NULL REFERENCES account (n),
		credit    INTEGER NOT NULL REFERENCES account (n),
		minor     INTEGER NOT NULL CHECK (minor > 0),
		user      INTEGER NOT NULL,
		payment   INTEGER NOT NULL,
		refund    INTEGER NOT NULL,
		reference TEXT NOT NULL,
		CHECK (debit <> credit)
	) STRICT`,
	`CREATE INDEX transfer_user ON transfer (user) WHERE user <> 0`,
	`CREATE INDEX transfer_payment ON transfer (payment) WHERE payment <> 0`,
	`CREATE UNIQUE INDEX transfer_reference ON transfer (kind, debit, credit, reference) WHERE reference <> ''`,
	`CREATE TABLE notice (
		n       INTEGER PRIMARY KEY,
		payment INTEGER NOT NULL REFERENCES payment (n),
		result  TEXT NOT NULL,
		extra   INTEGER NOT NULL,
		due     INTEGER NOT NULL,
		tries   INTEGER NOT NULL,
		done    INTEGER NOT NULL
	) STRICT`,
	`CREATE INDEX notice_due ON notice (due) WHERE done = 0 AND result <> ''`,
	`CREATE INDEX notice_payment ON notice (payment)`,
	`PRAGMA user_version = 1`,
}

const selectVersion = `SELECT user_version FROM pragma_user_version`

// build makes the books in a new file and refuses a file of another form.
func build(t *tx) error {
	found := 0
	if _, err := t.row(selectVersion, nil, &found); err != nil {
		return unreachable(err)
	}
	switch found {
	case version:
		return nil
	case 0:
		for _, statement := range schema {
			if _, err := t.exec(statement); err != nil {
				return unreachable(err)
			}
		}
		return nil
	}
	return &fault.Error{Op: "book.Open", Kind: fault.Internal, Code: CodeOpen,
		Detail: fmt.Sprintf("the file has the form %d, not %d", found, version)}
}
