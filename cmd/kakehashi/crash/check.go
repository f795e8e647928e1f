// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"slices"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/books"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/tabi"
)

// seen is what the checks looked at.
type seen struct {
	history *history
	books   *books.Books
	audited audit.Counts
	asked   questions
}

// check holds the callers' journal, the wallets' books and the network's books against each other.
func (r *run) check(ctx context.Context) (*verdict, error) {
	v := &verdict{}
	f := &v.findings
	var err error
	if v.history, err = r.history(f); err != nil {
		return nil, err
	}
	if v.books, err = books.Read(ctx, r.books); err != nil {
		return nil, err
	}
	v.history.compare(v.books, f)
	for _, name := range v.books.Twice {
		f.add("%s stands for more than one object", name)
	}
	if err := r.checkWallets(v.books, f); err != nil {
		return nil, err
	}
	if v.asked = questionsOf(v.books, r.starts, r.wallets.arrived); len(v.asked.never) > 0 {
		for _, line := range v.asked.never {
			f.add("%s", line)
		}
	}
	return v, r.audit(ctx, v)
}

// verdict is what a run found.
type verdict struct {
	findings
	seen
}

func (r *run) audit(ctx context.Context, v *verdict) error {
	b, err := audit.Open(ctx, r.books)
	if err != nil {
		return err
	}
	defer b.Close()
	report, err := b.Full(ctx, audit.Options{Shelf: process.ShelfOf(r.books)})
	if err != nil {
		return err
	}
	v.audited = report.Counts
	for _, found := range report.Findings {
		v.add("audit: %s", found)
	}
	return nil
}

// compare holds what the callers were promised against the books.
func (h *history) compare(b *books.Books, f *findings) {
	for _, p := range h.order {
		p.compare(b.Named(string(tillClient), p.request), f)
	}
	for _, name := range slices.Sorted(keysOf(h.refunds)) {
		r := h.refunds[name]
		id := ident.Name(0, ident.Refund, string(tillClient), "", name)
		r.compare(b.Refund(id.Digest), f)
	}
	if len(b.Payments) > len(h.payments) {
		f.add("the books hold %d payments, and the callers asked for %d", len(b.Payments), len(h.payments))
	}
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// compare holds one payment's promises against what it became; b is nil where the books do not know it.
func (p *paymentStory) compare(b *books.Payment, f *findings) {
	switch {
	case b == nil && p.known:
		f.add("payment %s was acknowledged (S: %v, F: %q, cancelled: %v) and is LOST", p.request, p.success, p.failure,
			p.cancelled)
		return
	case b == nil:
		return
	case p.id != "" && p.id != b.ID.String():
		f.add("payment %s was called %s and is %v", p.request, p.id, b.ID)
	case b.Price != p.minor && b.Last != ledger.PaymentTombstone:
		f.add("payment %s is of %d, and was asked for with %d", p.request, b.Price, p.minor)
	}
	if b.Open() {
		f.add("payment %s is still open: %v", p.request, b.Last)
	}
	switch {
	case p.failure != "" && (!b.Failed() || p.failure != b.Result && p.failure != "PROCESS_FAIL"):
		f.add("payment %s was F %s and is %v %s", p.request, p.failure, b.Last, b.Result)
	case p.failure != "":
	case p.cancelled && !b.Cancelled() && (p.success || !b.Failed()):
		f.add("the cancel of payment %s was confirmed, and it is %v", p.request, b.Last)
	case p.taken && !b.Cancelled() && b.Result != canceled:
		f.add("payment %s was said to be cancelled, and is %v", p.request, b.Last)
	case p.success && !p.cancelled && !b.Succeeded() && !(p.asked && b.Cancelled()):
		f.add("payment %s was S and is %v", p.request, b.Last)
	}
}

// compare holds one refund's promises against what it became.
func (r *refundStory) compare(b *books.Refund, f *findings) {
	switch {
	case b == nil && (r.success || r.failure != ""):
		f.add("refund %s was acknowledged (S: %v, F: %q) and is LOST", r.request, r.success, r.failure)
	case b == nil:
	case b.Amount != r.minor:
		f.add("refund %s is of %d, and was asked for with %d", r.request, b.Amount, r.minor)
	case b.Open():
		f.add("refund %s is still open", r.request)
	case r.success && !b.Succeeded():
		f.add("refund %s was S and is %v", r.request, b.Last)
	case r.failure != "" && (!b.Failed() || r.failure != b.Result && r.failure != "PROCESS_FAIL"):
		f.add("refund %s was F %s and is %v %s", r.request, r.failure, b.Last, b.Result)
	}
}

// checkWallets holds the wallets' books against the network's, payment by payment in both directions, and in sum.
func (r *run) checkWallets(b *books.Books, f *findings) error {
	if _, err := r.wallets.issuer.Check(); err != nil {
		f.add("the wallets' own books: %v", err)
	}
	owed := map[string]int64{}
	for _, p := range b.Payments {
		owed[p.Wallet] += p.Kept()
		if p.Wallet != "" {
			r.comparePayment(p, f)
		}
	}
	for _, brand := range r.brands {
		if err := r.checkBrand(brand, b, owed[brand.ID], f); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) comparePayment(p *books.Payment, f *findings) {
	theirs, err := r.wallets.issuer.Payment(p.Wallet, p.ID.String())
	kept := int64(0)
	if err == nil && theirs.State == "paid" {
		kept = theirs.Payer.Minor() - theirs.Back.Payer.Minor()
	}
	if kept != p.Kept() {
		f.add("payment %s (%v, %v): the wallet has taken %d, and owes %d by the books", p.Request, p.ID, p.Last, kept, p.Kept())
	}
}

// checkBrand looks for charges of payments that the network has forgotten, or that were charged twice, and adds up.
func (r *run) checkBrand(brand tabi.Brand, b *books.Books, owed int64, f *findings) error {
	charged := map[string]int{}
	for number := 1; number <= usersEach; number++ {
		user := fmt.Sprintf("%s-%06d", brand.ID, number)
		for before := int64(0); ; {
			page, err := r.wallets.issuer.History(user, before, 500)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				if e.Payment != "" && e.Kind == "pay" {
					charged[e.Payment]++
				}
			}
			before = page[len(page)-1].N
		}
	}
	for _, name := range slices.Sorted(keysOf(charged)) {
		id, err := ident.Parse(name)
		p := b.Payment(id.Digest)
		switch {
		case err != nil || p == nil:
			f.add("the wallet %s has charged %s, which the books do not know", brand.ID, name)
		case p.Wallet != brand.ID:
			f.add("the wallet %s has charged %s (%s), which it was never asked for by the books: %v", brand.ID, p.Request,
				name, p.Last)
		case charged[name] > 1:
			f.add("the wallet %s has charged %s %d times", brand.ID, p.Request, charged[name])
		}
	}
	return r.addUp(brand, b, owed, f)
}

func (r *run) addUp(brand tabi.Brand, b *books.Books, owed int64, f *findings) error {
	position, err := r.wallets.issuer.Position(brand.ID)
	if err != nil {
		return err
	}
	receivable := int64(0)
	for _, a := range b.Balances {
		switch of := a.Account; {
		case of.Holder == brand.ID && of.Purpose == ledger.WalletReceivable:
			receivable += a.Debits - a.Credits
		case of.Holder == brand.ID && of.Purpose == ledger.WalletSuspense, of.Purpose == ledger.MerchantSuspense:
			if a.Debits != a.Credits {
				f.add("%v holds %d after everything has ended", of, a.Credits-a.Debits)
			}
		}
	}
	if position.Owed.Minor() != owed || owed != receivable {
		f.add("the wallet %s owes %d by its own books, %d by our payments and %d by our ledger", brand.ID,
			position.Owed.Minor(), owed, receivable)
	}
	return nil
}
