// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ledger"
)

// The accounts of a payment, as places in the arrays below.
const (
	receivable    = iota // of the wallet, in its currency
	positionPayer        // our position in the wallet's currency
	spread
	strays // of the wallet: what it took that no payment stands for
	position
	payable
	suspense
	fees
	accountsOfPayment
)

// accountOf is one of the accounts of a payment.
func (f *family) accountOf(which int) ledger.Account {
	t := &f.terms
	shop := func(p ledger.Purpose) ledger.Account {
		return ledger.Account{Purpose: p, Holder: idText(f.lane.id, t.merchant), Currency: t.currency}
	}
	switch which {
	case receivable:
		return ledger.Account{Purpose: ledger.WalletReceivable, Holder: t.wallet, Currency: t.payerCurrency}
	case positionPayer:
		return ledger.Account{Purpose: ledger.Liquidity, Currency: t.payerCurrency}
	case spread:
		return ledger.Account{Purpose: ledger.SpreadIncome, Currency: t.payerCurrency}
	case strays:
		return ledger.Account{Purpose: ledger.WalletSuspense, Holder: t.wallet, Currency: t.payerCurrency}
	case position:
		return ledger.Account{Purpose: ledger.Liquidity, Currency: t.currency}
	case payable:
		return shop(ledger.MerchantPayable)
	case suspense:
		return shop(ledger.MerchantSuspense)
	}
	return ledger.Account{Purpose: ledger.FeeIncome, Currency: t.currency}
}

// move is a transfer as it must be.
type move struct {
	code          ledger.Code
	debit, credit int
	minor         int64
}

// moves are what a row of a payment must do to the books, in this order; what moves nothing is left out. The family
// is as it was before the row, the refund is the one the row speaks of.
//
// Source: design/architecture.md 7 for the success; ledger, the comments of its codes, for the way back.
func (f *family) moves(k ledger.Kind, g *refund, d parts) []move {
	t := &f.terms
	whole := parts{t.price, t.payer, t.base, t.fee}
	switch k {
	case ledger.PaymentSucceeded:
		return f.taken()
	case ledger.PaymentCancelling:
		if f.state == success {
			return hold(t.price, t.fee)
		}
	case ledger.PaymentCancelled:
		switch {
		case f.held:
			return f.givenBack(whole)
		case f.state == refunding:
			return []move{{ledger.StrayReversal, strays, receivable, t.payer}}
		}
	case ledger.PaymentRefunding:
		if !f.held {
			return []move{{ledger.StrayCharge, receivable, strays, t.payer}}
		}
	case ledger.PaymentStray:
		return []move{{ledger.StrayCharge, receivable, strays, t.payer}}
	case ledger.PaymentStrayReversed:
		return []move{{ledger.StrayReversal, strays, receivable, t.payer}}
	case ledger.RefundSent:
		return hold(d.price, d.fee)
	case ledger.RefundSucceeded:
		return f.givenBack(g.parts)
	case ledger.RefundFailed:
		return []move{{ledger.Unhold, suspense, payable, g.price - g.fee}, {ledger.Unhold, suspense, fees, g.fee}}
	}
	return nil
}

// taken: the wallet owes the payer's amount, the merchant is owed the price less the fee.
func (f *family) taken() []move {
	t := &f.terms
	fee := move{ledger.MerchantFee, payable, fees, t.fee}
	if !t.converted {
		return []move{{ledger.Sale, receivable, payable, t.price}, fee}
	}
	return []move{{ledger.FXSell, receivable, positionPayer, t.base},
		{ledger.FXSpread, receivable, spread, t.payer - t.base}, {ledger.FXBuy, position, payable, t.price}, fee}
}

// hold: a part of the merchant's credit, and the fee that goes back with it, wait where neither side has them.
func hold(price, fee int64) []move {
	return []move{{ledger.Hold, payable, suspense, price - fee}, {ledger.HoldFee, fees, suspense, fee}}
}

// givenBack: what was held goes back to the wallet.
func (f *family) givenBack(p parts) []move {
	if !f.terms.converted {
		return []move{{ledger.RefundSale, suspense, receivable, p.price}}
	}
	return []move{{ledger.RefundFXBuy, suspense, position, p.price},
		{ledger.RefundFXSell, positionPayer, receivable, p.base},
		{ledger.RefundFXSpread, spread, receivable, p.payer - p.base}}
}

// posted checks a row's transfers against what they must be.
func (a *Auditor) posted(f *family, r *record, must []move) {
	l, row := f.lane, place(f.lane.id, r.N)
	at := 0
	for _, m := range must {
		if m.minor == 0 {
			continue
		}
		debit, credit := f.accountOf(m.debit), f.accountOf(m.credit)
		if at == len(r.transfers) {
			a.add(Finding{Faithful, "journal", row, instead(0, m.minor, debit.Currency),
				"a transfer is missing: " + transferText(m.minor, m.code, debit, credit)})
			return
		}
		is := r.transfers[at]
		d, c := l.numbered(is.Debit), l.numbered(is.Credit)
		switch {
		case d == nil || c == nil: // told by book
		case is.Code != m.code || d.Account != debit || c.Account != credit:
			a.add(Finding{Faithful, "journal", row, sum(is.Minor, d.Currency), transferText(is.Minor, is.Code, d.Account,
				c.Account) + " stands where " + transferText(m.minor, m.code, debit, credit) + " must"})
		case is.Minor != m.minor:
			a.add(Finding{Faithful, "journal", row, instead(is.Minor, m.minor, debit.Currency),
				"the transfer " + m.code.String() + " is not what the payment makes"})
		}
		at++
	}
	if extra := len(r.transfers) - at; extra > 0 {
		a.add(Finding{Faithful, "journal", row, l.moneyOf(r.transfers[at]), fmt.Sprintf("%d transfers are too many, "+
			"the first with the code %v", extra, r.transfers[at].Code)})
	}
}

// worth is what a payment makes the accounts stand at, from its state alone: each as its purpose counts.
func (f *family) worth() (w [accountsOfPayment]int64) {
	t := &f.terms
	kept := f.state == success || f.held && (f.state == cancelling || f.state == refunding)
	if kept {
		back := f.sumOf(func(s refundState) bool { return s == refundSuccess })
		w[receivable] = t.payer - back.payer
		if t.converted {
			w[positionPayer] = t.base - back.base
			w[spread] = t.payer - t.base - (back.payer - back.base)
			w[position] = back.price - t.price
		}
	}
	switch {
	case f.state == success:
		live := f.sumOf(refundState.live)
		w[payable] = t.price - t.fee - (live.price - live.fee)
		w[fees] = t.fee - live.fee
		w[suspense] = f.sumOf(refundState.open).price
	case kept:
		w[suspense] = t.price
	case f.state == refunding:
		w[receivable], w[strays] = t.payer, t.payer
	}
	if f.stray != "" {
		w[receivable] += t.payer
		w[strays] += t.payer
	}
	return w
}

// settle moves what the accounts must stand at from one worth to another.
func (f *family) settle(before, now [accountsOfPayment]int64) {
	for which := range now {
		if d := now[which] - before[which]; d != 0 {
			f.lane.due(f.accountOf(which), d)
		}
	}
}
