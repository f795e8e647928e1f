// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// account is an account of a lane with two sums that must agree: what the transfers moved, and what the states of
// payments and refunds say it must stand at.
type account struct {
	ledger.Account
	number          int64 // 0: no row opened it
	debits, credits int64
	first, last     int64 // rows that moved it
	due             int64 // its balance, as its purpose counts, by the states
	dirty           bool
	told            int64 // the difference that was told last
}

// stands is the balance by the transfers, as the purpose counts.
func (c *account) stands() int64 {
	return ledger.Balance{Debits: c.debits, Credits: c.credits}.Of(c.Purpose)
}

// named is the account of a name, made up where no row opened it.
func (l *lane) named(name ledger.Account) *account {
	c := l.byName[name]
	if c == nil {
		c = &account{Account: name}
		l.byName[name] = c
	}
	return c
}

func (l *lane) numbered(n ledger.Number) *account {
	if n == 0 || int64(n) > int64(len(l.accounts)) {
		return nil
	}
	return l.accounts[n-1]
}

func (l *lane) touch(c *account) {
	if !c.dirty {
		c.dirty = true
		l.touched = append(l.touched, c)
	}
}

// openAccount checks a row that gives an account its number: the next one, to an account that has none.
func (a *Auditor) openAccount(l *lane, r *record) {
	row, b := place(l.id, r.N), &r.body
	name := ledger.Account{Purpose: ledger.Purpose(min(b.purpose, 255)), Holder: b.holder, Currency: b.currency}
	if b.number != int64(len(l.accounts))+1 {
		a.found(Chained, "journal", row, fmt.Sprintf("it opens account %d after %d accounts", b.number, len(l.accounts)))
	}
	if !name.Purpose.Valid() || !name.Currency.Valid() || (name.Holder == "") != ours(name.Purpose) {
		a.found(Chained, "journal", row, "it opens no account that may be: "+name.String())
	}
	c := l.named(name)
	if c.number != 0 {
		a.found(Chained, "journal", row, "it opens an account a second time: "+name.String())
		c = &account{Account: name}
	}
	c.number = int64(len(l.accounts)) + 1
	l.accounts = append(l.accounts, c)
	a.counts.Accounts++
}

// ours reports whether accounts of a purpose belong to the house and have no holder.
func ours(p ledger.Purpose) bool {
	return p == ledger.Liquidity || p == ledger.SpreadIncome || p == ledger.FeeIncome
}

// book adds a row's transfers to the accounts, and checks each: both accounts are open, in one currency.
func (a *Auditor) book(l *lane, r *record) {
	for i, t := range r.transfers {
		debit, credit := l.numbered(t.Debit), l.numbered(t.Credit)
		row := place(l.id, r.N)
		switch {
		case debit == nil || credit == nil:
			a.add(Finding{Balanced, "journal", row, l.moneyOf(t), fmt.Sprintf("transfer %d is between accounts %d and %d, "+
				"and %d are open", i+1, t.Debit, t.Credit, len(l.accounts))})
			continue
		case debit.Currency != credit.Currency:
			a.add(Finding{Balanced, "journal", row, sum(t.Minor, debit.Currency),
				"a transfer goes from " + debit.String() + " to " + credit.String() + ": two currencies"})
		}
		debit.debits += t.Minor
		credit.credits += t.Minor
		if debit.debits < 0 || credit.credits < 0 {
			a.add(Finding{Balanced, "journal", row, sum(t.Minor, debit.Currency),
				"what an account moved is beyond 63 bits"})
		}
		for _, c := range [...]*account{debit, credit} {
			if c.first == 0 {
				c.first = r.N
			}
			c.last = r.N
			l.touch(c)
		}
		a.counts.Transfers++
	}
}

// moneyOf is a transfer's amount as text, in the currency of whichever of its accounts is open.
func (l *lane) moneyOf(t ledger.Transfer) string {
	for _, n := range [...]ledger.Number{t.Debit, t.Credit} {
		if c := l.numbered(n); c != nil {
			return sum(t.Minor, c.Currency)
		}
	}
	return decimal(t.Minor)
}

// floored are the purposes whose balance is never below zero: nobody gives back what was not taken.
func floored(p ledger.Purpose) bool { return p != ledger.MerchantPayable && p != ledger.Liquidity }

// floor checks the accounts that a row moved.
func (a *Auditor) floor(l *lane, r *record) {
	for _, t := range r.transfers {
		for _, n := range [...]ledger.Number{t.Debit, t.Credit} {
			c := l.numbered(n)
			if c != nil && floored(c.Purpose) && c.stands() < 0 {
				a.add(Finding{Covered, "journal", place(l.id, r.N), sum(c.stands(), c.Currency),
					"after this row " + c.String() + " stands below zero"})
			}
		}
	}
}

// due moves what an account must stand at.
func (l *lane) due(name ledger.Account, minor int64) {
	c := l.named(name)
	c.due += minor
	l.touch(c)
}

// compare checks that what the transfers moved is what the states say, of every account that moved lately.
func (a *Auditor) compare(l *lane) {
	for _, c := range l.touched {
		c.dirty = false
		difference := c.stands() - c.due
		if difference == c.told {
			continue
		}
		c.told = difference
		if difference != 0 {
			a.add(Finding{Derivable, "account", place(l.id, c.number), instead(c.stands(), c.due, c.Currency),
				c.String() + " stands at what its payments and refunds do not make"})
		}
	}
	l.touched = l.touched[:0]
}

// totals checks that in each currency the debits of all accounts equal the credits.
func (a *Auditor) totals() {
	debits, credits := map[money.Currency]int64{}, map[money.Currency]int64{}
	var order []money.Currency
	for _, l := range a.lanes {
		for _, c := range l.accounts {
			if _, ok := debits[c.Currency]; !ok {
				order = append(order, c.Currency)
			}
			debits[c.Currency] += c.debits
			credits[c.Currency] += c.credits
		}
	}
	for _, c := range order {
		if debits[c] != credits[c] {
			a.add(Finding{Balanced, "journal", "all lanes", instead(debits[c], credits[c], c),
				"the debits of all accounts in " + c.String() + " are not the credits"})
		}
	}
}
