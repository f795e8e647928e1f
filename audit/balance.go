// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ledger"
)

const accountPage = "SELECT number, purpose, holder, currency FROM account WHERE lane = $1 AND number > $2 " +
	"ORDER BY number LIMIT $3"

const balancePage = "SELECT number, n, debits, credits FROM balance WHERE lane = $1 AND number > $2 " +
	"ORDER BY number LIMIT $3"

const checkpointRow = "SELECT n, origins FROM checkpoint WHERE lane = $1"

// saved is what a lane keeps beside its journal, so that a restart need not fold it whole.
type saved struct {
	lane     *lane
	opened   int64 // accounts that were open when it was read: those opened later need not be in it
	accounts map[int64]ledger.Account
	numbers  []int64
	balances []balanceRow
	upTo     int64 // the checkpoint's row: a restart folds from here on
	origins  []byte
	exists   bool
}

// balanceRow is a row of table balance: what the account's transfers up to row n moved.
type balanceRow struct {
	number, n, debits, credits int64
}

// readSaved reads it. Rows that are written meanwhile are of journal rows that the next step reads.
func (a *Auditor) readSaved(ctx context.Context, l *lane) (*saved, error) {
	s := &saved{lane: l, opened: l.cut.accounts, accounts: map[int64]ledger.Account{}}
	err := a.books.each(ctx, checkpointRow, []any{l.key}, func(rows *sql.Rows) error {
		s.exists = true
		return rows.Scan(&s.upTo, &s.origins)
	})
	for after, more := int64(0), true; more && err == nil; {
		more = false
		err = a.books.each(ctx, accountPage, []any{l.key, after, pageMax}, func(rows *sql.Rows) error {
			var purpose, currency int64
			var name ledger.Account
			err := rows.Scan(&after, &purpose, &name.Holder, &currency)
			name.Purpose, name.Currency, more = ledger.Purpose(min(max(purpose, 0), 255)), currencyOf(currency), true
			s.accounts[after], s.numbers = name, append(s.numbers, after)
			return err
		})
	}
	for after, more := int64(0), true; more && err == nil; {
		more = false
		err = a.books.each(ctx, balancePage, []any{l.key, after, pageMax}, func(rows *sql.Rows) error {
			var b balanceRow
			err := rows.Scan(&b.number, &b.n, &b.debits, &b.credits)
			after, more, s.balances = b.number, true, append(s.balances, b)
			return err
		})
	}
	return s, err
}

// sweepAccounts checks that table account holds exactly the accounts that the journal opened.
func (a *Auditor) sweepAccounts(s *saved) {
	l := s.lane
	for _, number := range s.numbers {
		row, name := place(l.id, number), s.accounts[number]
		c := (*account)(nil)
		if number <= int64(len(l.accounts)) {
			c = l.accounts[number-1]
		}
		switch {
		case c == nil:
			a.found(Derivable, "account", row, "no journal row opened it: "+name.String())
		case c.Account != name:
			a.found(Derivable, "account", row, "it is "+name.String()+", and the journal opened "+c.String())
		}
	}
	for i := range l.accounts[:min(int64(len(l.accounts)), s.opened)] {
		if _, there := s.accounts[int64(i)+1]; !there {
			a.found(Derivable, "account", place(l.id, int64(i)+1),
				"the journal opened it, and it has no row: "+l.accounts[i].String())
		}
	}
}

// sweepBalances checks each balance row against what the account's transfers up to its row moved, and that nothing
// which moved before the checkpoint is in no balance row: a restart would lose it.
func (a *Auditor) sweepBalances(ctx context.Context, s *saved) error {
	l := s.lane
	held, later, from := map[ledger.Number]*balanceRow{}, map[ledger.Number]*balanceRow{}, l.n
	for i := range s.balances {
		b := &s.balances[i]
		row := place(l.id, b.number)
		c := l.numbered(ledger.Number(min(b.number, 1<<32-1)))
		switch {
		case c == nil:
			a.found(Derivable, "balance", row, "it is the balance of an account that no journal row opened")
			continue
		case b.n > l.n:
			a.add(Finding{Derivable, "balance", row, sum(b.credits-b.debits, c.Currency),
				fmt.Sprintf("it holds what moved up to row %d, and the journal ends at row %d", b.n, l.n)})
			continue
		}
		held[ledger.Number(b.number)], later[ledger.Number(b.number)] = b, &balanceRow{}
		if c.last > b.n {
			from = min(from, b.n)
		}
	}
	lost, err := a.tail(ctx, s, from, held, later)
	if err != nil {
		return err
	}
	for i, c := range l.accounts {
		number := ledger.Number(i + 1)
		b := held[number]
		if b == nil {
			if c.first > 0 && c.first <= s.upTo {
				a.add(Finding{Derivable, "balance", place(l.id, int64(number)), sum(c.stands(), c.Currency), fmt.Sprintf(
					"it is missing, and a restart folds the journal from row %d on: %s", s.upTo+1, c.String())})
			}
			continue
		}
		a.judge(l, c, b, later[number], lost[number])
	}
	return nil
}

// judge compares a balance row with the fold at its row: the fold now, less what moved later.
func (a *Auditor) judge(l *lane, c *account, b, later *balanceRow, lost int64) {
	row := place(l.id, b.number)
	a.counts.Balances++
	debits, credits := c.debits-later.debits, c.credits-later.credits
	if b.debits != debits {
		a.add(Finding{Derivable, "balance", row, instead(b.debits, debits, c.Currency),
			fmt.Sprintf("the debits of %s up to row %d are not those of the journal", c.String(), b.n)})
	}
	if b.credits != credits {
		a.add(Finding{Derivable, "balance", row, instead(b.credits, credits, c.Currency),
			fmt.Sprintf("the credits of %s up to row %d are not those of the journal", c.String(), b.n)})
	}
	if lost > 0 {
		a.add(Finding{Derivable, "balance", row, sum(c.stands(), c.Currency), fmt.Sprintf("it does not hold what row %d "+
			"moved, and a restart folds the journal from a later row on: %s", lost, c.String())})
	}
}

// tail adds up what moved after each balance row's own row, and finds what a restart would miss.
func (a *Auditor) tail(ctx context.Context, s *saved, from int64, held, later map[ledger.Number]*balanceRow) (
	lost map[ledger.Number]int64, err error) {
	lost = map[ledger.Number]int64{}
	for n := from; n < s.lane.n; {
		count := 0
		args := []any{s.lane.key, n, s.lane.n, pageMax}
		err := a.books.each(ctx, journalPage, args, func(rows *sql.Rows) error {
			r, err := readJournal(rows, s.lane.id)
			if err != nil {
				return err
			}
			n, count = r.N, count+1
			for _, t := range r.transfers {
				if b := held[t.Debit]; b != nil && r.N > b.n {
					later[t.Debit].debits += t.Minor
				}
				if b := held[t.Credit]; b != nil && r.N > b.n {
					later[t.Credit].credits += t.Minor
				}
				for _, side := range [...]ledger.Number{t.Debit, t.Credit} {
					if b := held[side]; b != nil && r.N > b.n && r.N <= s.upTo {
						lost[side] = r.N
					}
				}
			}
			return nil
		})
		if err != nil || count == 0 {
			return lost, err
		}
	}
	return lost, nil
}

// sweepCheckpoint checks that a lane's saved open set holds every payment that somebody must still be asked about,
// unless the journal's tail tells of it: a restart would forget it.
func (a *Auditor) sweepCheckpoint(ctx context.Context, s *saved) error {
	l, row := s.lane, laneText(s.lane.id)
	if s.upTo > l.n {
		a.found(Derivable, "checkpoint", row, fmt.Sprintf("it is of row %d, and the journal ends at row %d", s.upTo, l.n))
	}
	listed := map[int64]bool{}
	for rest := s.origins; len(rest) > 0; {
		origin, size := binary.Uvarint(rest)
		if size <= 0 {
			a.found(Derivable, "checkpoint", row, "the open set cannot be read")
			return nil
		}
		rest = rest[size:]
		listed[int64(origin)] = true
		f, err := a.recall(ctx, l, int64(origin), l.n+1)
		if err != nil {
			return err
		}
		if f == nil {
			a.found(Derivable, "checkpoint", row, fmt.Sprintf("it lists row %d as open, which begins no payment", origin))
		}
	}
	for _, origin := range inOrder(l.open) {
		if last := l.open[origin]; s.exists && last <= s.upTo && !listed[origin] {
			f, err := a.recall(ctx, l, origin, l.n+1)
			if err != nil || f == nil {
				return err
			}
			a.add(Finding{Derivable, "checkpoint", row, sum(f.terms.price, f.terms.currency), "the " + f.name() +
				" is open since row " + place(l.id, origin) + " and not in the open set: a restart would forget it"})
		}
	}
	return nil
}
