// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// Fill loads what some movements must see and the view does not hold. What a lost connection did not answer is asked once
// more on a new one.
//
// Invariant: the view was told the time, by Begin or SetNow.
// Errors: Unavailable lane_lost, store_unreachable; Internal row_damaged.
func (w *Writer) Fill(ctx context.Context, v *View, k Keys) error {
	invariant.Check(!v.now.IsZero(), "store: lane %d is filled at no time", v.lane)
	w.now = v.now
	err := w.fill(ctx, v, k)
	if err != nil && w.session.lost() {
		if err := w.mend(ctx); err != nil {
			return fault.Wrap("store.Fill", err)
		}
		err = w.fill(ctx, v, k)
	}
	return fault.Wrap("store.Fill", w.readFault(err))
}

// readFault says of a read that a lost connection broke that it may be tried again.
func (w *Writer) readFault(err error) error {
	if err != nil && w.session.lost() {
		return &fault.Error{Op: "store.read", Kind: fault.Unavailable, Code: CodeOpen, Err: err}
	}
	return err
}

// fill asks in as few round trips as there can be: for a payment that is new, one.
func (w *Writer) fill(ctx context.Context, v *View, k Keys) error {
	balances, err := w.balances(ctx, v, k.Balances)
	if err != nil {
		return err
	}
	wanted := families{lane: v.lane}
	var origins []ident.Digest // payments of the refunds
	searches := appendSearch(nil, v.refundsOf(k.Refunds, &origins))
	searches = appendSearch(searches, wanted.requests(v.unseen(k.Payments)))
	searches = append(searches, v.claimsOf(k.Marks)...)
	searches = appendSearch(searches, balances)
	if len(searches) > 0 {
		if err := w.session.together(ctx, searches); err != nil {
			return err
		}
	}
	for _, c := range balances.keys {
		v.moved[ledger.Number(c.number)].loaded = true // where there is no row, nothing was stored
	}
	if missing := v.unseen(origins); len(missing) > 0 {
		if err := inOrder(ctx, w.session, []search{wanted.requests(missing)}); err != nil {
			return err
		}
	}
	loaded, err := wanted.journal(ctx, w.session)
	for _, p := range loaded {
		v.put(p)
	}
	return err
}

func appendSearch(all []search, s search) []search {
	if len(s.keys) == 0 {
		return all
	}
	return append(all, s)
}

// unseen are the payments that the view does not hold.
func (v *View) unseen(ids []ident.Digest) []cell {
	var missing []cell
	for i := range ids {
		if v.payments[ids[i]] == nil {
			missing = append(missing, blob(ids[i][:]))
		}
	}
	return missing
}

// refundsOf looks for refunds, and says into payments whose they are.
func (v *View) refundsOf(refunds []ident.Digest, payments *[]ident.Digest) search {
	s := search{lookup: &loadRefunds, args: []cell{number(v.lane.Key())}}
	for i := range refunds {
		if p, ok := v.refunds[refunds[i]]; ok {
			*payments = append(*payments, p)
		} else {
			s.keys = append(s.keys, blob(refunds[i][:]))
		}
	}
	s.row = func(c []cell) error {
		r, err := refundRow(c)
		if err != nil {
			return err
		}
		v.refunds[r.ID.Digest] = r.Payment.Digest
		*payments = append(*payments, r.Payment.Digest)
		return nil
	}
	return s
}

// claimsOf looks for marks in the hour of the batch and in the one before: older codes are refused by their issuers.
func (v *View) claimsOf(marks []payment.Mark) []search {
	var missing []cell
	for i := range marks {
		again := i > 0 && marks[i] == marks[i-1] // a code's marks are equal for most of the day
		if _, ok := v.claims[marks[i]]; !ok && !again {
			missing = append(missing, blob(marks[i][:]))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var both []search
	for hour := HourOf(v.now) - 1; hour <= HourOf(v.now); hour++ {
		both = append(both, search{lookup: &claimsOf, args: []cell{number(v.lane.Key()), number(hour)}, keys: missing,
			row: func(c []cell) error {
				claim, err := claimRow(v.lane, c)
				if err == nil {
					v.claim(claim)
				}
				return err
			}})
	}
	return both
}

// balances looks for what table balance holds of accounts, where they exist.
func (w *Writer) balances(ctx context.Context, v *View, accounts []ledger.Account) (search, error) {
	s := search{lookup: &loadBalances, args: []cell{number(v.lane.Key())}, row: func(c []cell) error {
		v.moved[ledger.Number(c[0].number)].stored = ledger.Balance{Debits: c[2].number, Credits: c[3].number}
		return nil
	}}
	for _, a := range accounts {
		n, ok, err := w.accountNumber(ctx, v, a)
		if err != nil {
			return search{}, err
		}
		if m := v.moved[n]; ok && (m == nil || !m.loaded) {
			if m == nil {
				v.moved[n] = &moved{}
			}
			s.keys = append(s.keys, number(int64(n)))
		}
	}
	return s, nil
}

// accountNumber is the number of an account that was opened before.
func (w *Writer) accountNumber(ctx context.Context, v *View, a ledger.Account) (ledger.Number, bool, error) {
	if n, ok := v.accounts[a]; ok {
		return n, true, nil
	}
	args := []cell{number(v.lane.Key()), number(int64(a.Purpose)), text(a.Holder), number(int64(a.Currency))}
	n, ok, err := one(ctx, w.session, &findAccount, args, func(c []cell) (ledger.Number, error) {
		return ledger.Number(c[0].number), nil
	})
	if ok {
		v.accounts[a] = n
	}
	return n, ok, err
}
