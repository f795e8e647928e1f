// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

// sum is what the books hold of one payment.
type sum struct {
	receivable int64 // what its wallet owes us, in the wallet's currency
	gross      int64 // what the merchant and we hold for it, in the merchant's
}

// move adds a transfer's end: credits above zero.
func (s *sum) move(a ledger.Account, minor int64) {
	switch a.Purpose {
	case ledger.WalletReceivable:
		s.receivable -= minor
	case ledger.MerchantPayable, ledger.MerchantSuspense, ledger.FeeIncome:
		s.gross += minor
	}
}

// sums are the journals of all lanes added up: by payment, and by account.
type sums struct {
	payments map[ident.ID]sum
	accounts [][]store.OpenedAccount // by lane, in the order of their numbers
	balances []map[ledger.Number]ledger.Balance
}

// addUp reads every lane's journal and adds up its transfers.
func (w *world) addUp() (*sums, error) {
	s := &sums{payments: map[ident.ID]sum{}}
	for lane := range ident.Lane(w.swarm.lanes) {
		if err := w.addLane(lane, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (w *world) addLane(lane ident.Lane, s *sums) error {
	accounts, err := w.accountsOf(lane)
	if err != nil {
		return err
	}
	names, balances := map[ledger.Number]ledger.Account{}, map[ledger.Number]ledger.Balance{}
	for _, a := range accounts {
		names[a.Number] = a.Account
	}
	s.accounts, s.balances = append(s.accounts, accounts), append(s.balances, balances)
	families := map[int64]ident.ID{}
	for after := int64(0); ; {
		rows, err := w.db.Reader().Journal(w.ctx, lane, after)
		if err != nil || len(rows) == 0 {
			return err
		}
		for i := range rows {
			r := &rows[i]
			after = r.N
			if r.Origin == r.N {
				families[r.N] = ident.ID{Lane: lane, Digest: r.Subject}
			}
			transfers, err := ledger.ParseTransfers(r.Transfers)
			if err != nil {
				return err
			}
			of := s.payments[families[r.Origin]]
			for _, t := range transfers {
				of.move(names[t.Debit], -t.Minor)
				of.move(names[t.Credit], t.Minor)
				debit, credit := balances[t.Debit], balances[t.Credit]
				debit.Debits, credit.Credits = debit.Debits+t.Minor, credit.Credits+t.Minor
				balances[t.Debit], balances[t.Credit] = debit, credit
			}
			s.payments[families[r.Origin]] = of
		}
	}
}

func (w *world) accountsOf(lane ident.Lane) (all []store.OpenedAccount, err error) {
	for last := ledger.Number(0); ; {
		page, err := w.db.Reader().Accounts(w.ctx, lane, last)
		if err != nil || len(page) == 0 {
			return all, err
		}
		all, last = append(all, page...), page[len(page)-1].Number
	}
}

// rebuilt ends the house, brings each lane's memory back from the store, and compares it with what the house held: the open
// payments, and every balance. Then the house starts again.
func (w *world) rebuilt() error {
	books, err := w.addUp()
	if err != nil {
		return err
	}
	held := w.house
	held.dead = true
	for _, t := range held.tellers {
		if err := w.rebuiltLane(t.Lane(), len(t.Open()), books); err != nil {
			return fault.Wrap("sim.rebuilt", err)
		}
	}
	w.restart()
	return nil
}

func (w *world) rebuiltLane(lane ident.Lane, open int, books *sums) error {
	writer, err := w.db.Take(w.ctx, lane, "sim", w.time())
	if err != nil {
		return err
	}
	defer writer.Close()
	view := store.NewView(lane, store.NewCatalogue(w.db.Reader()))
	if err := writer.Restore(w.ctx, view); err != nil {
		return err
	}
	var keys store.Keys
	for _, a := range books.accounts[lane] {
		keys.Balances = append(keys.Balances, a.Account)
	}
	view.SetNow(w.time())
	if err := writer.Fill(w.ctx, view, keys); err != nil {
		return err
	}
	if found := view.OpenCount(); found != open {
		w.fail("I-02", ident.ID{Lane: lane}, "the lane's memory held %d open payments, and %d are found", open, found)
	}
	for _, a := range books.accounts[lane] {
		if is, should := view.Balance(a.Account), books.balances[lane][a.Number]; is != should {
			w.fail("I-02", ident.ID{Lane: lane}, "the balance of %v is %+v in memory and %+v in the journal", a.Account, is,
				should)
		}
	}
	return nil
}
