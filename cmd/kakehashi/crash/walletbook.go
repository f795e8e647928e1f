// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"fmt"
	"slices"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/books"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/tabi"
)

// walletBook is what one wallet's own books say. Units: minor units of its currency.
type walletBook struct {
	brand   string
	charges map[string]int   // how often each payment was charged, by the name that the network gave it
	kept    map[string]int64 // what was taken for each payment and not given back
	owed    int64            // to the network, in sum
}

// compareWallets holds the wallets' books against the network's, payment by payment in both directions, and in sum.
func (r *run) compareWallets(b *books.Books, f *findings) error {
	if _, err := r.wallets.issuer.Check(); err != nil {
		f.add(disagree, "the wallets' own books: %v", err)
	}
	for _, brand := range r.brands {
		w, err := readWallet(r.wallets.issuer, brand.ID)
		if err != nil {
			return err
		}
		w.compare(b, f)
	}
	compareSuspense(b, f)
	return nil
}

// readWallet reads what a wallet wrote into its books.
func readWallet(issuer *tabi.Issuer, brand string) (*walletBook, error) {
	w := &walletBook{brand: brand, charges: map[string]int{}, kept: map[string]int64{}}
	for number := 1; number <= usersEach; number++ {
		user := fmt.Sprintf("%s-%06d", brand, number)
		for before := int64(0); ; {
			page, err := issuer.History(user, before, 500)
			if err != nil {
				return nil, err
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				if e.Payment != "" && e.Kind == "pay" {
					w.charges[e.Payment]++
				}
			}
			before = page[len(page)-1].N
		}
	}
	for name := range w.charges {
		p, err := issuer.Payment(brand, name)
		if err != nil {
			return nil, err
		}
		if p.State == "paid" {
			w.kept[name] = p.Payer.Minor() - p.Back.Payer.Minor()
		}
	}
	position, err := issuer.Position(brand)
	if err != nil {
		return nil, err
	}
	w.owed = position.Owed.Minor()
	return w, nil
}

// compare holds the wallet's books against the network's.
func (w *walletBook) compare(b *books.Books, f *findings) {
	for _, name := range slices.Sorted(keysOf(w.charges)) {
		w.compareCharge(name, b, f)
	}
	owed := int64(0)
	for _, p := range b.Payments {
		if p.Wallet != w.brand {
			continue
		}
		owed += p.Kept()
		if kept := w.kept[p.ID.String()]; kept != p.Kept() {
			f.add(disagree, "payment %s (%v, %v): the wallet %s has taken %d, and owes %d by the books", p.Request, p.ID,
				p.Last, w.brand, kept, p.Kept())
		}
	}
	receivable := int64(0)
	for _, a := range b.Balances {
		if a.Account.Holder == w.brand && a.Account.Purpose == ledger.WalletReceivable {
			receivable += a.Debits - a.Credits
		}
	}
	if w.owed != owed || owed != receivable {
		f.add(disagree, "the wallet %s owes %d by its own books, %d by our payments and %d by our ledger", w.brand, w.owed,
			owed, receivable)
	}
}

// compareCharge looks at a payment that the wallet has charged: the network may have forgotten it, or have it charged twice.
func (w *walletBook) compareCharge(name string, b *books.Books, f *findings) {
	var p *books.Payment
	id, err := ident.Parse(name)
	if err == nil {
		p = b.Payment(id.Digest)
	}
	switch {
	case p == nil:
		f.add(missing, "the wallet %s has charged %s, which the books do not know", w.brand, name)
	case p.Wallet != w.brand:
		f.add(duplicated, "the wallet %s has charged %s (%s), which by the books is charged by %q", w.brand, p.Request, name,
			p.Wallet)
	case w.charges[name] > 1:
		f.add(duplicated, "the wallet %s has charged %s (%s) %d times", w.brand, p.Request, name, w.charges[name])
	}
}

// compareSuspense looks for money that is neither here nor there after everything has ended.
func compareSuspense(b *books.Books, f *findings) {
	for _, a := range b.Balances {
		suspense := a.Account.Purpose == ledger.WalletSuspense || a.Account.Purpose == ledger.MerchantSuspense
		if suspense && a.Debits != a.Credits {
			f.add(disagree, "%v holds %d after everything has ended", a.Account, a.Credits-a.Debits)
		}
	}
}
