// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

func inOrder(m map[int64]int64) []int64 { return slices.Sorted(maps.Keys(m)) }

// Sweep compares the tables with what the journal made of them: rows that no journal row speaks of, saved balances
// and open sets, claims, sealed records, the catalogue and its acts, and rows that lie outside every lane. It folds
// what is new first, and returns what it found.
//
// Errors: Unavailable audit_store_unreadable.
func (a *Auditor) Sweep(ctx context.Context) ([]Finding, error) {
	if err := a.survey(ctx); err != nil {
		return nil, err
	}
	var all []*saved
	for _, l := range a.lanes {
		s, err := a.readSaved(ctx, l)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if err := a.outside(ctx); err != nil {
		return nil, err
	}
	before := a.given
	if _, err := a.Step(ctx); err != nil {
		return nil, err
	}
	a.given = before
	for _, s := range all {
		if err := a.sweepLane(ctx, s); err != nil {
			return nil, err
		}
	}
	if err := a.sweepCatalogue(ctx); err != nil {
		return nil, err
	}
	if err := a.sweepShelf(ctx); err != nil {
		return nil, err
	}
	a.totals()
	a.unwitnessedLanes()
	a.swept = true
	return a.fresh(), nil
}

func (a *Auditor) sweepLane(ctx context.Context, s *saved) error {
	l := s.lane
	a.sweepAccounts(s)
	a.unwitnessed(l)
	steps := []func() error{
		func() error { return a.sweepBalances(ctx, s) },
		func() error { return a.sweepCheckpoint(ctx, s) },
		func() error { return a.mirrored(ctx, l, &mirrors[0], l.firsts) },
		func() error { return a.mirrored(ctx, l, &mirrors[1], l.asked) },
		func() error { return a.sweepActs(ctx, l) },
		func() error { return a.sweepSealed(ctx, l) },
		func() error { return a.sweepClaims(ctx, l) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// mirror is a table each of whose rows is named by one journal row, its first.
type mirror struct {
	table, page string
	first       func(ledger.Kind) bool
}

var mirrors = [...]mirror{
	{"payment", "SELECT id, n FROM payment WHERE lane = $1 AND id > $2 ORDER BY id LIMIT $3", begins},
	{"refund", "SELECT id, n FROM refund WHERE lane = $1 AND id > $2 ORDER BY id LIMIT $3", asks},
}

// mirrored checks that a table has no row that its journal row does not name. The fold has met each journal row's
// own row, so where there are as many rows as meetings there is no other; where there are not, each is looked at.
func (a *Auditor) mirrored(ctx context.Context, l *lane, m *mirror, met int64) error {
	cut, count := l.n, int64(0)
	look := func(id []byte, n int64) error {
		if n <= cut && n > 0 {
			count++
			return nil
		}
		return a.reflected(ctx, l, m, id, n)
	}
	if err := a.ids(ctx, l, m, look); err != nil || count == met {
		return err
	}
	return a.ids(ctx, l, m, func(id []byte, n int64) error { return a.reflected(ctx, l, m, id, n) })
}

// ids hands every row of a lane in a mirror to look.
func (a *Auditor) ids(ctx context.Context, l *lane, m *mirror, look func(id []byte, n int64) error) error {
	type row struct {
		id []byte
		n  int64
	}
	for last := []byte{}; ; {
		var page []row
		err := a.books.each(ctx, m.page, []any{l.key, last, pageMax}, func(rows *sql.Rows) error {
			var r row
			err := rows.Scan(&r.id, &r.n)
			page = append(page, r)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if err := look(r.id, r.n); err != nil {
				return err
			}
		}
		last = page[len(page)-1].id
	}
}

const journalSubject = "SELECT kind, subject FROM journal WHERE lane = $1 AND n = $2"

// reflected checks that the journal row that a row names is its first.
func (a *Auditor) reflected(ctx context.Context, l *lane, m *mirror, id []byte, n int64) error {
	ok := false
	err := a.books.each(ctx, journalSubject, []any{l.key, n}, func(rows *sql.Rows) error {
		var kind int64
		var subject []byte
		err := rows.Scan(&kind, &subject)
		ok = kind <= 255 && m.first(ledger.Kind(kind)) && bytes.Equal(subject, id)
		return err
	})
	if err == nil && !ok {
		var digest ident.Digest
		copy(digest[:], id)
		a.found(Idempotent, m.table, idText(l.id, digest), fmt.Sprintf("row %d of the journal is not its first row", n))
	}
	return err
}

const actPage = "SELECT n FROM act WHERE lane = $1 AND n > $2 ORDER BY n LIMIT $3"

// sweepActs checks that each act has its journal row.
func (a *Auditor) sweepActs(ctx context.Context, l *lane) error {
	return a.numbers(ctx, actPage, l, func(n int64) error {
		r, err := a.oneRow(ctx, l, n)
		if err == nil && (r == nil || r.Kind != ledger.Acted) {
			a.found(Accountable, "act", place(l.id, n), "the journal row that it names records no act")
		}
		return err
	})
}

const sealedPage = "SELECT n FROM sealed WHERE lane = $1 AND n > $2 ORDER BY n LIMIT $3"

// sweepSealed checks that each sealed record belongs to a row that carries its commitment. What is erased is not
// there: no row needs its record.
func (a *Auditor) sweepSealed(ctx context.Context, l *lane) error {
	return a.numbers(ctx, sealedPage, l, func(n int64) error {
		a.counts.Sealed++
		if l.free.has(n) {
			return nil
		}
		if n > l.n {
			if carries, err := a.carries(ctx, l, n); err != nil || carries {
				return err
			}
		}
		a.found(Accountable, "sealed", place(l.id, n), "its journal row does not carry the commitment of a sealed record")
		return nil
	})
}

// carries reports whether a row that was not folded yet carries the commitment of a sealed record, or is bound to a
// refund that does.
func (a *Auditor) carries(ctx context.Context, l *lane, n int64) (bool, error) {
	r, err := a.oneRow(ctx, l, n)
	switch {
	case err != nil || r == nil:
		return false, err
	case r.body.holds(ledger.TagSealed):
		return true, nil
	case !asks(r.Kind):
		return false, nil
	}
	refunds, err := a.refundsOf(ctx, l, [][]byte{r.Subject[:]})
	row := refunds[r.Subject]
	return row != nil && len(row.sealed) > 0, err
}

// numbers hands the numbers of a table's rows in a lane to look, a page at a time.
func (a *Auditor) numbers(ctx context.Context, text string, l *lane, look func(n int64) error) error {
	for last := int64(-1 << 62); ; {
		var page []int64
		err := a.books.each(ctx, text, []any{l.key, last, pageMax}, func(rows *sql.Rows) error {
			var n int64
			err := rows.Scan(&n)
			page = append(page, n)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, n := range page {
			if err := look(n); err != nil {
				return err
			}
		}
		last = page[len(page)-1]
	}
}

// oneRow is a row of the journal; nil when there is none.
func (a *Auditor) oneRow(ctx context.Context, l *lane, n int64) (found *record, err error) {
	err = a.books.each(ctx, journalOne, []any{l.key, n}, func(rows *sql.Rows) error {
		found, err = readJournal(rows, l.id)
		return err
	})
	return found, err
}

// nextLanes step from lane to lane of a table, in the order of the keys.
var nextLanes = [...]struct{ table, text string }{
	{"journal", "SELECT lane FROM journal WHERE lane > $1 ORDER BY lane LIMIT 1"},
	{"payment", "SELECT lane FROM payment WHERE lane > $1 ORDER BY lane LIMIT 1"},
	{"refund", "SELECT lane FROM refund WHERE lane > $1 ORDER BY lane LIMIT 1"},
	{"code_claim", "SELECT lane FROM code_claim WHERE lane > $1 ORDER BY lane LIMIT 1"},
	{"sealed", "SELECT lane FROM sealed WHERE lane > $1 ORDER BY lane LIMIT 1"},
	{"account", "SELECT lane FROM account WHERE lane > $1 ORDER BY lane LIMIT 1"},
	{"balance", "SELECT lane FROM balance WHERE lane > $1 ORDER BY lane LIMIT 1"},
	{"checkpoint", "SELECT lane FROM checkpoint WHERE lane > $1 ORDER BY lane LIMIT 1"},
	{"act", "SELECT lane FROM act WHERE lane > $1 ORDER BY lane LIMIT 1"},
}

const beyond = "SELECT n FROM journal WHERE lane = $1 AND n > $2 ORDER BY n DESC LIMIT 1"

// outside finds rows of lanes that table lane does not know, and journal rows beyond what the lane's row counts.
// Each is read before the lanes are surveyed again, so that a row written meanwhile is none of them.
func (a *Auditor) outside(ctx context.Context) error {
	type stray struct {
		table string
		key   int64
	}
	var strays []stray
	for _, t := range nextLanes {
		for last := int64(-1 << 63); ; {
			at := last
			err := a.books.each(ctx, t.text, []any{last}, func(rows *sql.Rows) error { return rows.Scan(&last) })
			if err != nil {
				return err
			}
			if at == last {
				break
			}
			if a.homeOf(last) == nil {
				strays = append(strays, stray{t.table, last})
			}
		}
	}
	ends := map[*lane]int64{}
	for _, l := range a.lanes {
		err := a.books.each(ctx, beyond, []any{l.key, l.cut.n}, func(rows *sql.Rows) error {
			var n int64
			err := rows.Scan(&n)
			ends[l] = n
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := a.survey(ctx); err != nil {
		return err
	}
	for _, s := range strays {
		if a.homeOf(s.key) == nil {
			a.strayRows(s.table, s.key)
		}
	}
	for _, l := range a.lanes {
		if ends[l] > l.cut.n {
			a.found(Chained, "journal", place(l.id, ends[l]),
				fmt.Sprintf("the row lies beyond the %d rows that the lane counts", l.cut.n))
		}
	}
	return nil
}
