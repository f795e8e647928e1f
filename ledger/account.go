// SPDX-License-Identifier: Apache-2.0

// Package ledger holds accounts, transfers and the journal's rows.
//
// A transfer has one debit account, one credit account and one amount, so an unbalanced book cannot be written. A journal row
// says what happened to one object, carries the transfers of that change in a compact column that begins with a format byte,
// and is chained to the row before it by a hash. Rows are only ever appended; balances are sums of them.
//
// Read account.go, then transfer.go, then row.go. What a payment or a refund posts is decided in package payment.
package ledger

import (
	"fmt"

	"github.com/kakehashi-pay/kakehashi/money"
)

// Purpose says what an account is for. The values are stored: they are never renumbered or reused.
type Purpose uint8

// The purposes. "Debit-normal" accounts have a balance that is debits less credits.
const (
	WalletReceivable Purpose = 1 // debit-normal: what a wallet owes us. Holder: wallet
	MerchantPayable  Purpose = 2 // credit-normal: what we owe a merchant. Holder: merchant
	Liquidity        Purpose = 3 // either way: our position in a currency, through which conversions pass. No holder
	SpreadIncome     Purpose = 4 // credit-normal: what the customer rate brings above the base rate. No holder
	FeeIncome        Purpose = 5 // credit-normal: acquiring fees. No holder
	MerchantSuspense Purpose = 6 // credit-normal: a merchant's money while a cancel or refund is under way. Holder: merchant
	WalletSuspense   Purpose = 7 // credit-normal: money a wallet took that no payment of ours stands for. Holder: wallet
)

var purposeNames = map[Purpose]string{WalletReceivable: "wallet receivable", MerchantPayable: "merchant payable",
	Liquidity: "fx liquidity", SpreadIncome: "fx spread income", FeeIncome: "acquiring fee income",
	MerchantSuspense: "merchant suspense", WalletSuspense: "wallet suspense"}

// String is the purpose in plain words.
func (p Purpose) String() string {
	if name, ok := purposeNames[p]; ok {
		return name
	}
	return fmt.Sprintf("purpose %d", uint8(p))
}

// Valid reports whether p is one of the purposes.
func (p Purpose) Valid() bool { return p >= WalletReceivable && p <= WalletSuspense }

// DebitNormal reports whether the account's balance is debits less credits.
func (p Purpose) DebitNormal() bool { return p == WalletReceivable }

// Account is the full name of an account: what it is for, whose it is, in which currency. It lives in one lane.
type Account struct {
	Purpose  Purpose
	Holder   string // a wallet, a merchant, or empty for our own accounts
	Currency money.Currency
}

// String is the account in plain words: "merchant payable 00F4…, JPY".
func (a Account) String() string {
	if a.Holder == "" {
		return a.Purpose.String() + ", " + a.Currency.String()
	}
	return a.Purpose.String() + " " + a.Holder + ", " + a.Currency.String()
}

// Number stands for an account inside its lane's journal: 1, 2, 3 in the order in which the accounts were opened.
type Number uint32

// Balance is what was debited and credited to one account so far.
//
// Units: minor units of the account's currency. Invariant: neither ever falls.
type Balance struct {
	Debits, Credits int64
}

// Of is the balance as the purpose counts it.
func (b Balance) Of(p Purpose) int64 {
	if p.DebitNormal() {
		return b.Debits - b.Credits
	}
	return b.Credits - b.Debits
}
