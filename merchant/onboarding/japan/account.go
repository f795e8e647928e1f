// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeAccount is the code of parts that make no bank account.
const CodeAccount fault.Code = "bank_account_malformed"

// holderMax is how long an account holder's name is in a transfer.
//
// Units: bytes of JIS X 0201, one per character.
const holderMax = 30

// AccountType says what sort of account it is, as transfers write it.
type AccountType string

// The types that a transfer may go to.
const (
	Ordinary AccountType = "1" // 普通
	Current  AccountType = "2" // 当座
	Savings  AccountType = "4" // 貯蓄
)

// Account is a bank account as a transfer names it. The zero Account is none.
type Account struct {
	Bank   string // four digits
	Branch string // three digits
	Type   AccountType
	Number string // seven digits
	Holder string // half-width kana, at most 30 characters
}

// ParseAccount reads the parts of an account as people write them. A number shorter than seven digits is filled with
// zeros in front; all parts stay texts, for their zeros count.
//
// Errors: Invalid bank_account_malformed, kana_unwritable. Source: reference/japan.md 4.4.
func ParseAccount(raw Account) (Account, error) {
	const op = "ParseAccount"
	bank, ok := digits(raw.Bank)
	if !ok || len(bank) != 4 {
		return Account{}, malformed(op, CodeAccount, "bank must be 4 digits")
	}
	branch, ok := digits(raw.Branch)
	if !ok || len(branch) != 3 {
		return Account{}, malformed(op, CodeAccount, "branch must be 3 digits")
	}
	if raw.Type != Ordinary && raw.Type != Current && raw.Type != Savings {
		return Account{}, malformed(op, CodeAccount, "type must be 1, 2 or 4")
	}
	number, ok := digits(raw.Number)
	if !ok || len(number) < 1 || len(number) > 7 {
		return Account{}, malformed(op, CodeAccount, "number must be 1 to 7 digits")
	}
	holder, err := BankKana(raw.Holder)
	if err != nil {
		return Account{}, err
	}
	if len([]rune(holder)) > holderMax {
		return Account{}, malformed(op, CodeAccount, "holder must be at most 30 characters, voicing marks included")
	}
	return Account{Bank: bank, Branch: branch, Type: raw.Type, Number: strings.Repeat("0", 7-len(number)) + number,
		Holder: holder}, nil
}

// Unassigned reports whether no bank has the code, so that it stands in examples and tests.
//
// Source: reference/japan.md 3.4.
func (a Account) Unassigned() bool {
	return a.Bank == "9990" || a.Bank == "9997" || a.Bank == "9998" || a.Bank == "9999"
}
