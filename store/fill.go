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

func (w *Writer) fill(ctx context.Context, v *View, k Keys) error {
	payments, err := w.fillRefunds(ctx, v, k.Refunds)
	if err != nil {
		return err
	}
	if err := w.fillPayments(ctx, v, k.Payments, payments); err != nil {
		return err
	}
	if err := w.fillClaims(ctx, v, k.Marks); err != nil {
		return err
	}
	return w.fillBalances(ctx, v, k.Balances)
}

// fillRefunds finds the payments of refunds.
func (w *Writer) fillRefunds(ctx context.Context, v *View, refunds []ident.Digest) (payments []ident.Digest, err error) {
	var missing []cell
	for i := range refunds {
		if p, ok := v.refunds[refunds[i]]; ok {
			payments = append(payments, p)
		} else {
			missing = append(missing, blob(refunds[i][:]))
		}
	}
	if len(missing) == 0 {
		return payments, nil
	}
	err = w.session.lookup(ctx, &loadRefunds, []cell{number(v.lane.Key())}, missing, func(c []cell) error {
		r, err := refundRow(c)
		if err != nil {
			return err
		}
		v.refunds[r.ID.Digest] = r.Payment.Digest
		payments = append(payments, r.Payment.Digest)
		return nil
	})
	return payments, err
}

func (w *Writer) fillPayments(ctx context.Context, v *View, lists ...[]ident.Digest) error {
	var missing []cell
	for _, ids := range lists {
		for i := range ids {
			if v.payments[ids[i]] == nil {
				missing = append(missing, blob(ids[i][:]))
			}
		}
	}
	loaded, err := loadFamilies(ctx, w.session, v.lane, missing)
	if err != nil {
		return err
	}
	for _, p := range loaded {
		v.put(p)
	}
	return nil
}

// fillClaims looks for marks in the hour of the batch and in the one before: older codes are refused by their issuers.
func (w *Writer) fillClaims(ctx context.Context, v *View, marks []payment.Mark) error {
	var missing []cell
	for i := range marks {
		if _, ok := v.claims[marks[i]]; !ok {
			missing = append(missing, blob(marks[i][:]))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	for hour := HourOf(v.now) - 1; hour <= HourOf(v.now); hour++ {
		args := []cell{number(v.lane.Key()), number(hour)}
		err := w.session.lookup(ctx, &claimsOf, args, missing, func(c []cell) error {
			claim, err := claimRow(v.lane, c)
			if err == nil {
				v.claim(claim)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fillBalances reads what table balance holds of accounts, where they exist.
func (w *Writer) fillBalances(ctx context.Context, v *View, accounts []ledger.Account) error {
	var missing []cell
	for _, a := range accounts {
		n, ok, err := w.accountNumber(ctx, v, a)
		if err != nil {
			return err
		}
		if m := v.moved[n]; ok && (m == nil || !m.loaded) {
			missing = append(missing, number(int64(n)))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	stored := map[ledger.Number]ledger.Balance{}
	err := w.session.lookup(ctx, &loadBalances, []cell{number(v.lane.Key())}, missing, func(c []cell) error {
		stored[ledger.Number(c[0].number)] = ledger.Balance{Debits: c[2].number, Credits: c[3].number}
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range missing {
		n := ledger.Number(c.number)
		m := v.moved[n]
		if m == nil {
			m = &moved{}
			v.moved[n] = m
		}
		m.stored, m.loaded = stored[n], true
	}
	return nil
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
