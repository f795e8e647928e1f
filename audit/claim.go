// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// claimHours is how long a claim is kept. Source: decisions B23.
const claimHours = 24

const hourMicros = 3600 * 1_000_000

func hourOf(at int64) int64 { return at / hourMicros }

const claimColumns = "hour, mark, home, payment"

var claimsByMark = find{
	single: "SELECT " + claimColumns + " FROM code_claim WHERE lane = $1 AND hour = $2 AND mark = $3",
	many:   "SELECT " + claimColumns + " FROM code_claim WHERE lane = $1 AND hour = $2 AND mark IN " + manyKeysLater,
}

const claimPage = "SELECT " + claimColumns + " FROM code_claim WHERE lane = $1 AND (hour, mark) > ($2, $3) " +
	"ORDER BY hour, mark LIMIT $4"

// claim is a row of table code_claim.
type claim struct {
	hour, home    int64
	mark, payment ident.Digest
}

func readClaim(rows *sql.Rows) (c claim, err error) {
	var mark, payment []byte
	err = rows.Scan(&c.hour, &mark, &c.home, &payment)
	copy(c.mark[:], mark)
	copy(c.payment[:], payment)
	return c, err
}

func (c claim) row(l *lane) string {
	return fmt.Sprintf("%d/%d/%s", l.id, c.hour, hex.EncodeToString(c.mark[:]))
}

// claimed checks that each payment of a page that was sent with a payer's code has its claim, where the claim is
// made with the payment, in one lane, and is not so old that it may be gone.
func (a *Auditor) claimed(ctx context.Context, l *lane, page []*record, payments map[ident.Digest]*paymentRow) error {
	wanted := map[int64][]*paymentRow{}
	var hours []int64
	for _, r := range page {
		p := payments[r.Subject]
		if r.Kind != ledger.PaymentSent || p == nil || p.code == (ident.Digest{}) ||
			hourOf(p.at) <= hourOf(l.cut.at)-claimHours {
			continue
		}
		w, err := a.facts.wallet(ctx, a.books, p.wallet)
		if err != nil {
			return err
		}
		if w == nil || w.lane != l.key {
			continue
		}
		h := hourOf(p.at)
		if wanted[h] == nil {
			hours = append(hours, h)
		}
		wanted[h] = append(wanted[h], p)
	}
	for _, h := range hours {
		if err := a.claimsAt(ctx, l, h, wanted[h]); err != nil {
			return err
		}
	}
	return nil
}

func (a *Auditor) claimsAt(ctx context.Context, l *lane, hour int64, payments []*paymentRow) error {
	keys := make([][]byte, len(payments))
	for i, p := range payments {
		keys[i] = p.code[:]
	}
	held := map[ident.Digest]claim{}
	err := a.books.keyed(ctx, claimsByMark, []any{l.key, hour}, keys, func(rows *sql.Rows) error {
		c, err := readClaim(rows)
		held[c.mark] = c
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range payments {
		c, ok := held[p.code]
		row := claim{hour: hour, mark: p.code}.row(l)
		switch {
		case ok && (c.payment != p.id || c.home != l.key):
			a.add(Finding{OneSuccess, "code_claim", row, sum(p.price, p.currency),
				"the code of payment " + idText(l.id, p.id) + " is claimed by another"})
		case !ok:
			if err := a.unclaimed(ctx, l, p, row); err != nil {
				return err
			}
		}
		a.counts.Claims++
	}
	return nil
}

// unclaimed tells of a missing claim, unless it grew old enough to go while the audit read, or lies in another lane.
func (a *Auditor) unclaimed(ctx context.Context, l *lane, p *paymentRow, row string) error {
	if err := a.survey(ctx); err != nil {
		return err
	}
	if hourOf(p.at) <= hourOf(l.cut.at)-claimHours {
		return nil
	}
	elsewhere := false
	for _, other := range a.lanes {
		for h := hourOf(p.at) - 1; h <= hourOf(p.at)+1; h++ {
			err := a.books.keyed(ctx, claimsByMark, []any{other.key, h}, [][]byte{p.code[:]}, func(rows *sql.Rows) error {
				c, err := readClaim(rows)
				elsewhere = elsewhere || c.payment == p.id
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	if !elsewhere {
		a.add(Finding{OneSuccess, "code_claim", row, sum(p.price, p.currency),
			"the code of payment " + idText(l.id, p.id) + " is not claimed"})
	}
	return nil
}

// keyHours is how long the key of the marks lasts: a UTC day.
const keyHours = 24

// sweepClaims checks each claim of a lane. A claim of the payment's own lane was made with the payment, so it has
// the payment's code and hour. A claim for a payment of another lane comes before it: the payment may never have
// been decided, or have been cancelled before it came, and where it was asked again after the marks' key had changed
// it bears the newer mark: on another day, or within an hour of the change. No code is claimed by two payments within
// two hours of each other.
func (a *Auditor) sweepClaims(ctx context.Context, l *lane) error {
	var last claim
	last.hour = -1 << 62
	recent, older := map[ident.Digest]claim{}, map[ident.Digest]claim{}
	for {
		var page []claim
		err := a.books.each(ctx, claimPage, []any{l.key, last.hour, last.mark[:], pageMax}, func(rows *sql.Rows) error {
			c, err := readClaim(rows)
			page = append(page, c)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, c := range page {
			if c.hour != last.hour {
				recent, older = map[ident.Digest]claim{}, recent
			}
			if before, ok := older[c.mark]; ok && before.hour == c.hour-1 && before.payment != c.payment {
				a.found(OneSuccess, "code_claim", c.row(l), "the code was claimed by another payment an hour before")
			}
			recent[c.mark], last = c, c
			a.counts.Claims++
		}
		if err := a.claimants(ctx, l, page); err != nil {
			return err
		}
	}
}

// claimant is what a claim must fit of the payment that it names.
type claimant struct {
	code      ident.Digest
	at, price int64
	currency  money.Currency
}

const claimantColumns = "id, at, code, price, currency"

var claimantsByID = find{
	single: "SELECT " + claimantColumns + " FROM payment WHERE lane = $1 AND id = $2",
	many:   "SELECT " + claimantColumns + " FROM payment WHERE lane = $1 AND id IN " + manyKeys,
}

// claimants checks the payments that a page of claims names.
func (a *Auditor) claimants(ctx context.Context, l *lane, page []claim) error {
	type name struct {
		home int64
		id   ident.Digest
	}
	ids, found := map[int64][][]byte{}, map[name]claimant{}
	for i := range page {
		ids[page[i].home] = append(ids[page[i].home], page[i].payment[:])
	}
	for key, ids := range ids {
		err := a.books.keyed(ctx, claimantsByID, []any{key}, ids, func(rows *sql.Rows) error {
			var id, code []byte
			var c claimant
			var currency int64
			err := rows.Scan(&id, &c.at, &code, &c.price, &currency)
			copy(c.code[:], code)
			c.currency = currencyOf(currency)
			n := name{home: key}
			copy(n.id[:], id)
			found[n] = c
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, c := range page {
		p, ok := found[name{c.home, c.payment}]
		a.fits(l, c, p, ok)
	}
	return nil
}

// fits checks a claim against its payment.
func (a *Auditor) fits(l *lane, c claim, p claimant, there bool) {
	hour := hourOf(p.at)
	switch home := a.homeOf(c.home); {
	case home == nil:
		a.found(OneSuccess, "code_claim", c.row(l), "it is the claim of a payment whose lane does not exist")
	case home == l && !there:
		a.found(OneSuccess, "code_claim", c.row(l), "it names payment "+idText(l.id, c.payment)+", which is not there")
	case home == l && (p.code != c.mark || hour != c.hour):
		a.add(Finding{OneSuccess, "code_claim", c.row(l), sum(p.price, p.currency), "it names payment " +
			idText(l.id, c.payment) + ", which has another code or hour"})
	case there && p.code != (ident.Digest{}) && p.code != c.mark && hour/keyHours == c.hour/keyHours &&
		(hour < c.hour-1 || hour > c.hour+1):
		a.add(Finding{OneSuccess, "code_claim", c.row(l), sum(p.price, p.currency), "it names payment " +
			idText(home.id, c.payment) + ", which has another code"})
	}
}

// homeOf is the lane of a stored key; nil when there is none.
func (a *Auditor) homeOf(key int64) *lane {
	for _, l := range a.lanes {
		if l.key == key {
			return l
		}
	}
	return nil
}
