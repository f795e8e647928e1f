// SPDX-License-Identifier: Apache-2.0

package book

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// Life is how long a payment code is good for. Whatever the platform says, no code lives longer.
//
// Source: reference/alipay-wire-api.md 3.4.
const Life = time.Minute

// codesKept is how long the digest of a code is remembered after its end: a code that comes later is not recognised.
const codesKept = 24 * time.Hour

// Code is a payment code the platform minted for a user. It spends money: it is kept only until it is shown, then its
// digest alone.
type Code struct {
	Value  string
	Begins time.Time
	Ends   time.Time
}

const (
	insertCode = `INSERT INTO code (digest, user, code, begins, ends, shown, spent) VALUES (?, ?, ?, ?, ?, 0, 0)
		ON CONFLICT (digest) DO NOTHING`
	selectFresh = `SELECT c.n, c.code, c.ends FROM code c JOIN user u ON u.n = c.user
		WHERE u.id = ? AND c.shown = 0 AND c.begins <= ? AND c.ends > ? ORDER BY c.ends DESC, c.n LIMIT 1`
	updateShown = `UPDATE code SET shown = 1, code = '' WHERE n = ?`
	selectCode  = `SELECT n, user, ends, spent FROM code WHERE digest = ?`
	updateSpent = `UPDATE code SET spent = ? WHERE n = ?`
	selectStale = `SELECT n FROM code WHERE ends < ? ORDER BY ends, n LIMIT 512`
	deleteCode  = `DELETE FROM code WHERE n = ?`
)

// digestOf is what is kept of a code that was shown.
func digestOf(brand, code string) []byte {
	digest := ident.DigestOf(kindCode, brand, code)
	return digest[:]
}

// Stock keeps codes that the platform minted for a user.
//
// Errors: NotFound user_missing.
func (b *Book) Stock(user string, codes []Code) error {
	return b.write(func(t *tx) error {
		u, err := b.user(t, selectUser, user)
		if err != nil {
			return err
		}
		for _, c := range codes {
			ends := c.Ends
			if latest := c.Begins.Add(Life); ends.After(latest) {
				ends = latest
			}
			if _, err := t.exec(insertCode, digestOf(u.Brand, c.Value), u.n, c.Value, micros(c.Begins),
				micros(ends)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Show takes one code of a user out of the stock, the one that is good the longest; ok is false when there is none that
// is good for at least as long as left says.
func (b *Book) Show(user string, now time.Time, left time.Duration) (code Code, ok bool, err error) {
	err = b.write(func(t *tx) error {
		var n, ends int64
		ok, err = t.row(selectFresh, []any{user, micros(now), micros(now.Add(left))}, &n, &code.Value, &ends)
		if err != nil || !ok {
			return err
		}
		code.Ends = timeOf(ends)
		_, err = t.exec(updateShown, n)
		return err
	})
	if err != nil {
		return Code{}, false, err
	}
	return code, ok, nil
}

// forget deletes codes that are long over. They are no part of the books.
func (t *tx) forget(now time.Time) error {
	stale, err := t.numbers(selectStale, micros(now.Add(-codesKept)))
	if err != nil {
		return err
	}
	for _, n := range stale {
		if _, err := t.exec(deleteCode, n); err != nil {
			return err
		}
	}
	return nil
}
