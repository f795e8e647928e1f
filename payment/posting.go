// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// accounts are the accounts that one payment touches.
type accounts struct {
	receivable, liquidityPayer, spread ledger.Account // in the payer's currency
	liquidity, payable, suspense, fee  ledger.Account // in the merchant's currency
	strays                             ledger.Account // in the payer's currency
}

func (r *Request) accounts() accounts {
	payer, price := r.Payer.Currency(), r.Price.Currency()
	holder, shop := string(r.Wallet), r.Merchant.String()
	return accounts{
		receivable:     ledger.Account{Purpose: ledger.WalletReceivable, Holder: holder, Currency: payer},
		liquidityPayer: ledger.Account{Purpose: ledger.Liquidity, Currency: payer},
		spread:         ledger.Account{Purpose: ledger.SpreadIncome, Currency: payer},
		strays:         ledger.Account{Purpose: ledger.WalletSuspense, Holder: holder, Currency: payer},
		liquidity:      ledger.Account{Purpose: ledger.Liquidity, Currency: price},
		payable:        ledger.Account{Purpose: ledger.MerchantPayable, Holder: shop, Currency: price},
		suspense:       ledger.Account{Purpose: ledger.MerchantSuspense, Holder: shop, Currency: price},
		fee:            ledger.Account{Purpose: ledger.FeeIncome, Currency: price},
	}
}

// Payable is the account of what we owe the payment's merchant.
func (r *Request) Payable() ledger.Account { return r.accounts().payable }

// successPostings credit the merchant: the wallet owes us the payer's amount, we owe the merchant the price less the fee.
func (r *Request) successPostings() []ledger.Posting {
	a := r.accounts()
	var p []ledger.Posting
	if !r.Converted() {
		p = ledger.Post(ledger.Sale, a.receivable, a.payable, r.Price)
	} else {
		p = append(p, ledger.Post(ledger.FXSell, a.receivable, a.liquidityPayer, r.Base)...)
		p = append(p, ledger.Post(ledger.FXSpread, a.receivable, a.spread, r.Spread())...)
		p = append(p, ledger.Post(ledger.FXBuy, a.liquidity, a.payable, r.Price)...)
	}
	return append(p, ledger.Post(ledger.MerchantFee, a.payable, a.fee, r.Fee)...)
}

// holdPostings move a part of the merchant's credit, and the fee that goes back with it, to where neither side has it.
func (r *Request) holdPostings(price, fee money.Amount) []ledger.Posting {
	a := r.accounts()
	p := ledger.Post(ledger.Hold, a.payable, a.suspense, price.Sub(fee))
	return append(p, ledger.Post(ledger.HoldFee, a.fee, a.suspense, fee)...)
}

// unholdPostings undo holdPostings.
func (r *Request) unholdPostings(price, fee money.Amount) []ledger.Posting {
	a := r.accounts()
	p := ledger.Post(ledger.Unhold, a.suspense, a.payable, price.Sub(fee))
	return append(p, ledger.Post(ledger.Unhold, a.suspense, a.fee, fee)...)
}

// returnPostings give what was held back to the wallet.
func (r *Request) returnPostings(s Shares) []ledger.Posting {
	a := r.accounts()
	if !r.Converted() {
		return ledger.Post(ledger.RefundSale, a.suspense, a.receivable, s.Price)
	}
	p := ledger.Post(ledger.RefundFXBuy, a.suspense, a.liquidity, s.Price)
	p = append(p, ledger.Post(ledger.RefundFXSell, a.liquidityPayer, a.receivable, s.Base)...)
	return append(p, ledger.Post(ledger.RefundFXSpread, a.spread, a.receivable, s.Spread())...)
}

// strayPostings book money that the wallet took although no payment of ours stands for it.
func (r *Request) strayPostings() []ledger.Posting {
	a := r.accounts()
	return ledger.Post(ledger.StrayCharge, a.receivable, a.strays, r.Payer)
}

// strayReturnPostings undo strayPostings.
func (r *Request) strayReturnPostings() []ledger.Posting {
	a := r.accounts()
	return ledger.Post(ledger.StrayReversal, a.strays, a.receivable, r.Payer)
}

// whole are the shares of a full return.
func (r *Request) whole() Shares {
	return Shares{Price: r.Price, Payer: r.Payer, Base: r.Base, Fee: r.Fee}
}
