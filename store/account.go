// SPDX-License-Identifier: Apache-2.0

package store

import (
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// OpenedAccount is an account with its number in its lane.
type OpenedAccount struct {
	ledger.Account
	Number ledger.Number
}

var insertAccount = insertion{table: "account", columns: "lane, number, purpose, holder, currency", kinds: "nnntn"}

var findAccount = statement{
	sql: "SELECT number FROM account WHERE lane = $1 AND purpose = $2 AND holder = $3 AND currency = $4",
	in:  "nntn", out: "n",
}

var listAccounts = statement{
	sql: "SELECT number, purpose, holder, currency FROM account WHERE lane = $1 AND number > $2 ORDER BY number LIMIT $3",
	in:  "nnn", out: "nntn",
}

// addBalance adds to an account's balance what moved up to a row.
var addBalance = insertion{
	table: "balance", columns: "lane, number, n, debits, credits", kinds: "nnnnn",
	suffix: "ON CONFLICT (lane, number) DO UPDATE SET n = excluded.n, debits = balance.debits + excluded.debits, " +
		"credits = balance.credits + excluded.credits",
}

var loadBalances = lookup{
	sql: "SELECT number, n, debits, credits FROM balance WHERE lane = $1 AND number",
	in:  "n", key: kindNumber, out: "nnnn",
}

var writeCheckpoint = insertion{
	table: "checkpoint", columns: "lane, n, origins", kinds: "nnb",
	suffix: "ON CONFLICT (lane) DO UPDATE SET n = excluded.n, origins = excluded.origins",
}

var loadCheckpoint = statement{sql: "SELECT n, origins FROM checkpoint WHERE lane = $1", in: "n", out: "nb"}

func accountRow(c []cell) OpenedAccount {
	return OpenedAccount{Number: ledger.Number(c[0].number), Account: ledger.Account{
		Purpose: ledger.Purpose(c[1].number), Holder: c[2].text, Currency: money.Currency(c[3].number)}}
}
