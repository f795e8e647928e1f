// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"slices"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// The pages of the tables beside the journal. Their columns are those of the insertions that write them.
var (
	deliveriesAfter = statement{
		sql: "SELECT lane, event, attempt, at, outcome, detail FROM delivery WHERE lane = $1 AND (event, attempt) > ($2, $3) " +
			"ORDER BY event, attempt LIMIT $4",
		in: "nbnn", out: "nbnnnt"}
	claimsAfter = statement{
		sql: "SELECT lane, hour, mark, home, payment FROM code_claim WHERE lane = $1 AND (hour, mark) > ($2, $3) " +
			"ORDER BY hour, mark LIMIT $4",
		in: "nnbn", out: "nnbnb"}
	sealedBetween = statement{
		sql: "SELECT lane, n, record FROM sealed WHERE lane = $1 AND n > $2 AND n <= $3 ORDER BY n", in: "nnn", out: "nnb"}
	actsBetween = statement{
		sql: "SELECT lane, n, at, person, what, subject, data FROM act WHERE lane = $1 AND n > $2 AND n <= $3 ORDER BY n",
		in:  "nnn", out: "nnntttb"}
	parkedAfter = statement{
		sql: "SELECT lane, at, place, kind, data, reason FROM parked WHERE lane = $1 AND (at, place) > ($2, $3) " +
			"ORDER BY at, place LIMIT $4",
		in: "nnnn", out: "nnntbt"}
	firstRowsOf = lookup{sql: "SELECT id, n FROM payment WHERE lane = $1 AND id", in: "n", key: kindBytes, out: "bn"}

	copyClaim = insertion{table: "code_claim", columns: "lane, hour, mark, home, payment", kinds: "nnbnb",
		suffix: "ON CONFLICT (lane, hour, mark) DO NOTHING"}
	copyParked = insertion{table: "parked", columns: "lane, at, place, kind, data, reason", kinds: "nnntbt"}
)

// rowsOf are the rows of a page, laid one after another.
func rowsOf(ctx context.Context, r reads, s *statement, args ...cell) (rows []cell, err error) {
	err = r.query(ctx, s, args, func(c []cell) error {
		rows = append(rows, c...)
		return nil
	})
	return rows, err
}

// pages copies a table's rows of a lane, a page at a time. last are the columns that order them, and begin before all.
func (c *copier) pages(ctx context.Context, l *LaneRow, s *statement, into *insertion, last []cell) error {
	width := len(into.kinds)
	for {
		args := append(append([]cell{number(l.Lane.Key())}, last...), number(pageMax))
		rows, err := rowsOf(ctx, c.from, s, args...)
		if err != nil || len(rows) == 0 {
			return err
		}
		last = slices.Clone(rows[len(rows)-width+1 : len(rows)-width+1+len(last)])
		if err := c.into.add(ctx, into, rows); err != nil {
			return err
		}
		c.told(into.table)
	}
}

// deliveries copies what was told before the cut is taken: an event is named by its row's number, so one that was told
// after the cut would silence the row that gets that number next.
func (c *copier) deliveries(ctx context.Context, l *LaneRow) error {
	return c.pages(ctx, l, &deliveriesAfter, &insertDelivery, []cell{blob([]byte{}), number(0)})
}

func (c *copier) parked(ctx context.Context, l *LaneRow) error {
	return c.pages(ctx, l, &parkedAfter, &copyParked, []cell{number(-1 << 62), number(0)})
}

// claims copies the claims that still count. A claim for a payment of its own lane is made with it, so one that came after
// the cut is left out with its payment; a claim for another lane's payment comes first, and stays: the code is spent.
func (c *copier) claims(ctx context.Context, l *LaneRow) error {
	width, this := len(copyClaim.kinds), l.hour()
	last := []cell{number(this - ClaimHours + 1), blob([]byte{})}
	for {
		rows, err := rowsOf(ctx, c.from, &claimsAfter, number(l.Lane.Key()), last[0], last[1], number(pageMax))
		if err != nil || len(rows) == 0 {
			return err
		}
		last = slices.Clone(rows[len(rows)-width+1 : len(rows)-width+3])
		made, err := c.made(ctx, l, this, rows)
		if err != nil {
			return err
		}
		kept := rows[:0:0]
		for at := 0; at < len(rows); at += width {
			row := rows[at : at+width]
			_, known := laneOf(c.cut.Lanes, row[3].number)
			own := row[3].number == l.Lane.Key()
			if known && (!own || row[1].number < this || made[ident.Digest(row[4].bytes)]) {
				kept = append(kept, row...)
			}
		}
		if err := c.into.add(ctx, &copyClaim, kept); err != nil {
			return err
		}
		c.told(copyClaim.table)
	}
}

// made are the payments of a page of claims whose first rows lie before the cut, where a claim of the cut's own hour or
// later leaves that open: earlier ones all do.
func (c *copier) made(ctx context.Context, l *LaneRow, hour int64, claims []cell) (map[ident.Digest]bool, error) {
	width := len(copyClaim.kinds)
	var ids []cell
	for at := 0; at < len(claims); at += width {
		if claims[at+3].number == l.Lane.Key() && claims[at+1].number >= hour {
			ids = append(ids, claims[at+4])
		}
	}
	made := map[ident.Digest]bool{}
	if len(ids) == 0 {
		return made, nil
	}
	err := c.from.lookup(ctx, &firstRowsOf, []cell{number(l.Lane.Key())}, ids, func(r []cell) error {
		if len(r[0].bytes) != len(ident.Digest{}) {
			return damaged("store.Copy", "the payment of row %d of lane %d", r[1].number, l.Lane)
		}
		made[ident.Digest(r[0].bytes)] = r[1].number <= l.N
		return nil
	})
	return made, err
}

// folded is what the rows of a lane come to: what a start would otherwise have to fold.
type folded struct {
	open     mayBeOpen
	balances map[ledger.Number]*moved
	numbers  []ledger.Number // in the order in which they moved first
}

// lane copies a lane's accounts and its journal up to the cut, with what its rows speak of.
func (c *copier) lane(ctx context.Context, l *LaneRow) error {
	if err := c.accounts(ctx, l); err != nil {
		return err
	}
	f := &folded{open: mayBeOpen{}, balances: map[ledger.Number]*moved{}}
	var head ledger.Hash
	for n := int64(0); n < l.N; {
		page, err := list(ctx, c.from, &journalAfter,
			[]cell{number(l.Lane.Key()), number(n), number(min(l.N-n, pageMax))}, journalRow)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return damaged("store.Copy", "row %d of lane %d is missing", n+1, l.Lane)
		}
		if head, err = linked(page, n, head); err != nil {
			return err
		}
		if err := c.page(ctx, l, page); err != nil {
			return err
		}
		if err := f.take(page); err != nil {
			return err
		}
		n = page[len(page)-1].N
		c.done += int64(len(page))
		c.told(appendJournal.table)
	}
	if head != l.Head {
		return damaged("store.Copy", "the head of lane %d is not the hash of row %d", l.Lane, l.N)
	}
	c.keep(l, f)
	return nil
}

// linked makes sure that a page follows the row before it, and gives the hash of its last row. What is damaged is not
// copied: a copy is what one falls back on.
func linked(page []ledger.Row, n int64, head ledger.Hash) (ledger.Hash, error) {
	for i := range page {
		r := &page[i]
		if n++; r.N != n {
			return head, damaged("store.Copy", "row %d of lane %d is missing", n, r.Lane)
		}
		if r.Hash != r.Sum(head) {
			return head, damaged("store.Copy", "row %d of lane %d does not follow from the row before it", n, r.Lane)
		}
		head = r.Hash
	}
	return head, nil
}

// accounts copies the accounts that the journal opens before the cut.
func (c *copier) accounts(ctx context.Context, l *LaneRow) error {
	for after := int64(0); after < l.Accounts; {
		rows, err := rowsOf(ctx, c.from, &listAccounts, number(l.Lane.Key()), number(after),
			number(min(l.Accounts-after, pageMax)))
		if err != nil {
			return err
		}
		width := len(listAccounts.out)
		into := make([]cell, 0, len(rows)/width*(width+1))
		for at := 0; at < len(rows); at += width {
			if after++; rows[at].number != after {
				return damaged("store.Copy", "account %d of lane %d is missing", after, l.Lane)
			}
			into = append(append(into, number(l.Lane.Key())), rows[at:at+width]...)
		}
		if len(into) == 0 {
			return damaged("store.Copy", "account %d of lane %d is missing", after+1, l.Lane)
		}
		if err := c.into.add(ctx, &insertAccount, into); err != nil {
			return err
		}
	}
	return nil
}

// page copies a page of the journal with the requests that its rows begin, and the sealed records and acts that hang on
// them.
func (c *copier) page(ctx context.Context, l *LaneRow, page []ledger.Row) error {
	var payments, refunds, journal []cell
	for i := range page {
		r := &page[i]
		switch {
		case r.Origin == r.N:
			payments = append(payments, blob(r.Subject[:]))
		case r.Kind == ledger.RefundSent || r.Kind == ledger.RefundRefused:
			refunds = append(refunds, blob(r.Subject[:]))
		}
		journal = journalCells(journal, r)
	}
	if err := c.requests(ctx, l, &loadPayments, &insertPayment, payments); err != nil {
		return err
	}
	if err := c.requests(ctx, l, &loadRefunds, &insertRefund, refunds); err != nil {
		return err
	}
	between := []cell{number(l.Lane.Key()), number(page[0].N - 1), number(page[len(page)-1].N)}
	for _, beside := range []struct {
		from *statement
		into *insertion
	}{{&sealedBetween, &insertSealed}, {&actsBetween, &insertAct}} {
		rows, err := rowsOf(ctx, c.from, beside.from, between...)
		if err != nil {
			return err
		}
		if err := c.into.add(ctx, beside.into, rows); err != nil {
			return err
		}
	}
	return c.into.add(ctx, &appendJournal, journal)
}

// requests copies the rows of some ids, in the order of the journal rows that they began with.
func (c *copier) requests(ctx context.Context, l *LaneRow, from *lookup, into *insertion, ids []cell) error {
	if len(ids) == 0 {
		return nil
	}
	width := len(into.kinds)
	rows := make([][]cell, 0, len(ids))
	err := c.from.lookup(ctx, from, []cell{number(l.Lane.Key())}, ids, func(r []cell) error {
		rows = append(rows, slices.Clone(r))
		return nil
	})
	if err != nil {
		return err
	}
	const place = 2 // of the column n
	slices.SortFunc(rows, func(a, b []cell) int { return int(a[place].number - b[place].number) })
	rows = slices.CompactFunc(rows, func(a, b []cell) bool { return a[place].number == b[place].number })
	if len(rows) != len(ids) {
		return damaged("store.Copy", "%d rows of table %s of lane %d are missing beside the journal", len(ids)-len(rows),
			into.table, l.Lane)
	}
	all := make([]cell, 0, len(rows)*width)
	for _, r := range rows {
		all = append(all, r...)
	}
	return c.into.add(ctx, into, all)
}

// take folds some rows.
func (f *folded) take(page []ledger.Row) error {
	for i := range page {
		r := &page[i]
		f.open.follow(r)
		transfers, err := ledger.ParseTransfers(r.Transfers)
		if err != nil {
			return err
		}
		for _, t := range transfers {
			f.mover(t.Debit, r.N).delta.Debits += t.Minor
			f.mover(t.Credit, r.N).delta.Credits += t.Minor
		}
	}
	return nil
}

func (f *folded) mover(a ledger.Number, n int64) *moved {
	m := f.balances[a]
	if m == nil {
		m = &moved{since: n}
		f.balances[a], f.numbers = m, append(f.numbers, a)
	}
	m.last = n
	return m
}

// keep remembers what a lane came to until the end.
func (c *copier) keep(l *LaneRow, f *folded) {
	key := number(l.Lane.Key())
	for _, a := range f.numbers {
		m := f.balances[a]
		c.balances = append(c.balances, key, number(int64(a)), number(m.last), number(m.delta.Debits),
			number(m.delta.Credits))
	}
	c.opens = append(c.opens, key, number(l.N), blob(originsText(f.open.origins())))
}
