// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"slices"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/books"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
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
	if err := r.compareWallets(v.books, f); err != nil {
		return nil, err
	}
	v.asked = questionsOf(v.books, r.starts, r.wallets.arrived)
	for _, line := range v.asked.never {
		f.add(unasked, "%s", line)
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
		v.add(unsound, "%s", found)
	}
	return nil
}

// compare holds what the callers were promised against the books.
func (h *history) compare(b *books.Books, f *findings) {
	for _, name := range b.Twice {
		f.add(duplicated, "%s stands for more than one object", name)
	}
	for _, p := range h.order {
		p.compare(b.Named(string(tillClient), p.request), f)
	}
	for _, name := range slices.Sorted(keysOf(h.refunds)) {
		r := h.refunds[name]
		id := ident.Name(0, ident.Refund, string(tillClient), "", name)
		r.compare(b.Refund(id.Digest), f)
	}
	if len(b.Payments) > len(h.payments) {
		f.add(duplicated, "the books hold %d payments, and the callers asked for %d", len(b.Payments), len(h.payments))
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
		f.add(missing, "payment %s was acknowledged (S: %v, F: %q, cancelled: %v) and is not there", p.request, p.success,
			p.failure, p.cancelled)
		return
	case b == nil:
		return
	case p.id != "" && p.id != b.ID.String():
		f.add(duplicated, "payment %s was called %s and is %v", p.request, p.id, b.ID)
	case b.Price != p.minor && b.Last != ledger.PaymentTombstone:
		f.add(disagree, "payment %s is of %d, and was asked for with %d", p.request, b.Price, p.minor)
	}
	if b.Open() {
		f.add(unended, "payment %s is still open: %v", p.request, b.Last)
	}
	switch {
	case p.failure != "" && (!b.Failed() || p.failure != b.Result && p.failure != "PROCESS_FAIL"):
		f.add(missing, "payment %s was F %s and is %v %s", p.request, p.failure, b.Last, b.Result)
	case p.failure != "":
	case p.cancelled && !b.Cancelled() && (p.success || !b.Failed()):
		f.add(missing, "the cancel of payment %s was confirmed, and it is %v", p.request, b.Last)
	case p.taken && !b.Cancelled() && b.Result != canceled:
		f.add(missing, "payment %s was said to be cancelled, and is %v", p.request, b.Last)
	case p.success && !p.cancelled && !b.Succeeded() && !(p.asked && b.Cancelled()):
		f.add(missing, "payment %s was S and is %v", p.request, b.Last)
	}
}

// compare holds one refund's promises against what it became.
func (r *refundStory) compare(b *books.Refund, f *findings) {
	switch {
	case b == nil && (r.success || r.failure != ""):
		f.add(missing, "refund %s was acknowledged (S: %v, F: %q) and is not there", r.request, r.success, r.failure)
	case b == nil:
	case b.Amount != r.minor:
		f.add(disagree, "refund %s is of %d, and was asked for with %d", r.request, b.Amount, r.minor)
	case b.Open():
		f.add(unended, "refund %s is still open", r.request)
	case r.success && !b.Succeeded():
		f.add(missing, "refund %s was S and is %v", r.request, b.Last)
	case r.failure != "" && (!b.Failed() || r.failure != b.Result && r.failure != "PROCESS_FAIL"):
		f.add(missing, "refund %s was F %s and is %v %s", r.request, r.failure, b.Last, b.Result)
	}
}
