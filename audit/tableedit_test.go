// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

var paymentEdits = []edit{
	{"a price", func(f *forger) (string, string) {
		f.pay("hk", "price", 1001)
		return f.payment("hk")
	}, audit.Chained, "JPY 1001"},
	{"a till", func(f *forger) (string, string) {
		f.pay("hk", "terminal", "t-2")
		return f.payment("hk")
	}, audit.Chained, "JPY 1000"},
	{"the commitment of its text", func(f *forger) (string, string) {
		f.pay("sent", "sealed", make([]byte, 32))
		return f.payment("sent")
	}, audit.Chained, "JPY 770"},
	{"a price, bound", paidWith("hk", "price", 1001), audit.Exchanged, "HKD 51.51 instead of HKD 51.56"},
	{"a payer's amount, bound", paidWith("hk", "payer", 5152), audit.Exchanged, "HKD 51.52 instead of HKD 51.51"},
	{"a base part, bound", paidWith("hk", "base", 5151), audit.Exchanged, "HKD 51.51 instead of HKD 51.20"},
	{"a base part beyond the payer's, bound", paidWith("hk", "base", 5152), audit.Exchanged, "HKD 51.52"},
	{"a fee, bound", paidWith("hk", "fee", 0), audit.Split, "JPY 0 instead of JPY 20"},
	{"a fee of a small payment, bound", paidWith("kw", "fee", 20), audit.Split, "JPY 20 instead of JPY 19"},
	{"whether the fee goes back, bound", paidWith("hk", "fee_back", 0), audit.Split, "JPY 20"},
	{"a payer's amount in one currency, bound", paidWith("jp", "payer", 5001), audit.Exchanged, "JPY 5001 instead of JPY 5000"},
	{"a wallet, bound", paidWith("hk", "wallet", "kw"), audit.Exchanged, "HKD 51.51"},
	{"a wallet that is not there, bound", paidWith("jp", "wallet", "zz"), audit.Faithful, "JPY 5000"},
	{"a quote that is not there, bound", paidWith("hk", "quote", digest("quote")), audit.Exchanged, "HKD 51.51"},
	{"a rate, bound", paidWith("hk", "rate_num", 161), audit.Exchanged, "HKD 51.51"},
	{"a rounding, bound", paidWith("hk", "rounding", 3), audit.Exchanged, "HKD 51.51"},
	{"an expiry after the quote's, bound", paidWith("hk", "expires", int64(1)<<60), audit.Exchanged, "HKD 51.51"},
	{"a currency, bound", paidWith("jp", "currency", 840), audit.Faithful, "USD 50.00"},
	{"a client, bound", paidWith("hk", "client", "SHOP1"), audit.Idempotent, "JPY 1000"},
	{"a request, bound", paidWith("hk", "request", "p-77"), audit.Idempotent, "JPY 1000"},
	{"a time, bound", paidWith("hk", "at", int64(1_764_000_000_000_000)), audit.Chained, "JPY 1000"},
	{"a first row", func(f *forger) (string, string) {
		f.pay("hk", "n", f.n("jp sent"))
		return f.payment("hk")
	}, audit.Idempotent, "JPY 1000"},
	{"a merchant, bound", func(f *forger) (string, string) {
		id := f.shops[2].id()
		f.pay("hk", "merchant", id.Digest[:])
		f.bind("hk")
		return journal(f.n("hk succeeded"))
	}, audit.Faithful, "JPY 1000"},
	{"a merchant that is not there, bound", func(f *forger) (string, string) {
		f.pay("sent", "merchant", digest("merchant"))
		f.bind("sent")
		return f.payment("sent")
	}, audit.Faithful, "JPY 770"},
	{"an id", func(f *forger) (string, string) {
		f.pay("hk", "id", digest("id"))
		return f.payment("hk")
	}, audit.Idempotent, ""},
	{"a payment deleted", func(f *forger) (string, string) {
		id := f.payments["hk"]
		f.exec("DELETE FROM payment WHERE id = $1", id[:])
		return f.payment("hk")
	}, audit.Idempotent, ""},
	{"a payment twice under another id", func(f *forger) (string, string) {
		id := f.payments["hk"]
		f.exec("INSERT INTO payment SELECT lane, $1, n, at, client, account, request, ordered, merchant, store, terminal, "+
			"wallet, code, fingerprint, price, currency, payer, payer_currency, base, quote, rate_num, rate_den, base_num, "+
			"base_den, rounding, fee, fee_back, expires, sealed FROM payment WHERE id = $2", digest("id"), id[:])
		return "payment", ident.ID{Digest: ident.Digest(digest("id"))}.String()
	}, audit.Idempotent, ""},
	{"one code for two successes, bound", func(f *forger) (string, string) {
		f.pay("jp", "code", f.code("hk"))
		f.bind("jp")
		return f.payment("jp")
	}, audit.OneSuccess, "JPY 5000"},
	{"a tombstone with an amount, bound", paidWith("tombstone", "wallet", "hk"), audit.Faithful, "0 of currency 0"},
	{"a refused payment that owes, bound", paidWith("refused", "payer", 7), audit.Exchanged, "JPY 7 instead of JPY 556"},
}

var refundEdits = []edit{
	{"an amount", func(f *forger) (string, string) {
		f.back("part", "amount", 2001)
		return f.refund("part")
	}, audit.Chained, "JPY 2001"},
	{"an amount, bound", func(f *forger) (string, string) {
		f.back("part", "amount", 2001)
		f.bind("part")
		return journal(f.n("part sent"))
	}, audit.Faithful, "JPY 2000 instead of JPY 2001"},
	{"an amount everywhere but in its parts", func(f *forger) (string, string) {
		f.back("third", "amount", 334)
		f.bind("third")
		f.body(f.n("third sent"), number(ledger.TagAmount, 334))
		f.rechain()
		return journal(f.n("third sent"))
	}, audit.Exchanged, "KWD 0.678 instead of KWD 0.680"},
	{"more than the price", func(f *forger) (string, string) {
		f.back("doubted", "amount", 3001)
		f.bind("doubted")
		f.body(f.n("doubted sent"), number(ledger.TagAmount, 3001))
		f.rechain()
		return journal(f.n("doubted sent"))
	}, audit.Bounded, "JPY 5001 of JPY 5000"},
	{"the payer's share", said("third sent", number(ledger.TagPayer, 679)), audit.Exchanged, "KWD 0.679 instead of KWD 0.678"},
	{"the base share", said("third sent", number(ledger.TagBase, 671)), audit.Exchanged, "KWD 0.671 instead of KWD 0.670"},
	{"the fee's share", said("part sent", number(ledger.TagFee, 41)), audit.Exchanged, "JPY 41 instead of JPY 40"},
	{"a currency, bound", func(f *forger) (string, string) {
		f.back("above", "currency", 840)
		f.bind("above")
		return journal(f.n("above refused"))
	}, audit.Faithful, "JPY 9999 instead of USD 99.99"},
	{"a payment, bound", func(f *forger) (string, string) {
		id := f.payments["hk"]
		f.back("part", "payment", id[:])
		f.bind("part")
		return f.refund("part")
	}, audit.Idempotent, "JPY 2000"},
	{"a client, bound", func(f *forger) (string, string) {
		f.back("part", "client", "SHOP1")
		f.bind("part")
		return f.refund("part")
	}, audit.Idempotent, "JPY 2000"},
	{"a reference", func(f *forger) (string, string) {
		f.back("part", "reference", "X")
		return f.refund("part")
	}, audit.Chained, "JPY 2000"},
	{"a first row", func(f *forger) (string, string) {
		f.back("part", "n", f.n("jp sent"))
		return f.refund("part")
	}, audit.Idempotent, "JPY 2000"},
	{"a refund deleted", func(f *forger) (string, string) {
		id := f.refunds["part"]
		f.exec("DELETE FROM refund WHERE id = $1", id[:])
		return f.refund("part")
	}, audit.Idempotent, "JPY 2000"},
	{"a refund twice under another id", func(f *forger) (string, string) {
		id := f.refunds["part"]
		f.exec("INSERT INTO refund SELECT lane, $1, n, at, payment, client, account, request, reference, amount, currency, "+
			"sealed FROM refund WHERE id = $2", digest("id"), id[:])
		return "refund", ident.ID{Digest: ident.Digest(digest("id"))}.String()
	}, audit.Idempotent, ""},
	{"a claim deleted", func(f *forger) (string, string) {
		key := f.claimRow("hk")
		f.exec("DELETE FROM code_claim WHERE mark = $1", f.code("hk"))
		return "code_claim", key
	}, audit.OneSuccess, "JPY 1000"},
	{"a claim of another payment", func(f *forger) (string, string) {
		id := f.payments["jp"]
		f.exec("UPDATE code_claim SET payment = $1 WHERE mark = $2", id[:], f.code("hk"))
		return "code_claim", f.claimRow("hk")
	}, audit.OneSuccess, "JPY 1000"},
	{"a claim of another code", func(f *forger) (string, string) {
		key := f.claimRow("hk")
		f.exec("UPDATE code_claim SET mark = $1 WHERE mark = $2", digest("mark"), f.code("hk"))
		return "code_claim", key
	}, audit.OneSuccess, "JPY 1000"},
	{"a claim of nobody", func(f *forger) (string, string) {
		f.exec("INSERT INTO code_claim SELECT lane, 7, $1, home, $2 FROM code_claim LIMIT 1", digest("mark"), digest("nobody"))
		return "code_claim", "0/7/" + hexOf(digest("mark"))
	}, audit.OneSuccess, ""},
}

var balanceEdits = []edit{
	{"an account of another holder", func(f *forger) (string, string) {
		n := f.account(ledger.MerchantPayable, f.shops[0].id().String(), 392)
		f.exec("UPDATE account SET holder = 'x' WHERE number = $1", n)
		return "account", row(n)
	}, audit.Derivable, ""},
	{"an account deleted", func(f *forger) (string, string) {
		f.exec("DELETE FROM account WHERE number = 3")
		return "account", "0/3"
	}, audit.Derivable, ""},
	{"an account that nobody opened", func(f *forger) (string, string) {
		f.exec("INSERT INTO account SELECT lane, 77, purpose, 'x', currency FROM account WHERE number = 1")
		return "account", "0/77"
	}, audit.Derivable, ""},
	{"a balance's debits", func(f *forger) (string, string) {
		n := f.account(ledger.WalletReceivable, "hk", 344)
		f.exec("UPDATE balance SET debits = debits + 1 WHERE number = $1", n)
		return "balance", row(n)
	}, audit.Derivable, "HKD 51.52 instead of HKD 51.51"},
	{"a balance's credits", func(f *forger) (string, string) {
		n := f.account(ledger.MerchantPayable, f.shops[1].id().String(), 392)
		f.exec("UPDATE balance SET credits = credits + 1 WHERE number = $1", n)
		return "balance", row(n)
	}, audit.Derivable, "JPY 1235 instead of JPY 1234"},
	{"a balance's row", func(f *forger) (string, string) {
		n := f.account(ledger.WalletReceivable, "hk", 344)
		f.exec("UPDATE balance SET n = $1 WHERE number = $2", f.last, n)
		return "balance", row(n)
	}, audit.Derivable, "HKD 51.51 instead of HKD 312.13"},
	{"a balance beyond the journal", func(f *forger) (string, string) {
		n := f.account(ledger.WalletReceivable, "hk", 344)
		f.exec("UPDATE balance SET n = $1 WHERE number = $2", f.last+9, n)
		return "balance", row(n)
	}, audit.Derivable, "HKD -51.51"},
	{"a balance deleted", func(f *forger) (string, string) {
		n := f.account(ledger.WalletReceivable, "kw", 414)
		f.exec("DELETE FROM balance WHERE number = $1", n)
		return "balance", row(n)
	}, audit.Derivable, "KWD 1.834"},
	{"a balance of no account", func(f *forger) (string, string) {
		f.exec("INSERT INTO balance SELECT lane, 78, n, debits, credits FROM balance WHERE number = 1")
		return "balance", "0/78"
	}, audit.Derivable, ""},
	{"an open set without its payments", func(f *forger) (string, string) {
		f.exec("UPDATE checkpoint SET origins = x''")
		return "checkpoint", "0"
	}, audit.Derivable, "JPY 5000"},
	{"a checkpoint beyond the journal", func(f *forger) (string, string) {
		f.exec("UPDATE checkpoint SET n = $1", f.last+1)
		return "checkpoint", "0"
	}, audit.Derivable, ""},
	{"an open set of nothing", func(f *forger) (string, string) {
		f.exec("UPDATE checkpoint SET origins = $1", append([]byte{1}, f.value("SELECT origins FROM checkpoint")...))
		return "checkpoint", "0"
	}, audit.Derivable, ""},
	{"a sealed record of another row", func(f *forger) (string, string) {
		f.exec("UPDATE sealed SET n = $1 WHERE n = (SELECT MIN(n) FROM sealed)", f.n("hk succeeded"))
		return "sealed", row(f.n("hk succeeded"))
	}, audit.Accountable, ""},
	{"a sealed record beyond the journal", func(f *forger) (string, string) {
		f.exec("UPDATE sealed SET n = $1 WHERE n = (SELECT MIN(n) FROM sealed)", f.last+3)
		return "sealed", row(f.last + 3)
	}, audit.Accountable, ""},
}

// quoteOf is the price-list line of a payment.
func (f *forger) quoteOf(name string) []byte {
	id := f.payments[name]
	return f.value("SELECT quote FROM payment WHERE id = $1", id[:])
}

func (f *forger) quote(name, change string) (table, key string) {
	id := f.quoteOf(name)
	f.exec("UPDATE quote SET "+change+" WHERE id = $1", id)
	return "quote", ident.ID{Digest: ident.Digest(id)}.String()
}

var factEdits = []edit{
	{"a quote's rate", func(f *forger) (string, string) { return f.quote("hk", "rate_num = rate_num + 1") }, audit.Exchanged,
		"4025/78125"},
	{"a quote's end", func(f *forger) (string, string) { return f.quote("hk", "valid_to = valid_to + 1") }, audit.Exchanged,
		"4024/78125"},
	{"a quote deleted", func(f *forger) (string, string) {
		f.exec("DELETE FROM quote WHERE id = $1", f.quoteOf("hk"))
		return f.payment("hk")
	}, audit.Exchanged, "HKD 51.51"},
	{"a plan's percentage", func(f *forger) (string, string) {
		f.exec("UPDATE plan SET percent_num = 1, percent_den = 100 WHERE id = 'std'")
		return "plan", "std"
	}, audit.Accountable, "1/100 instead of 1/50"},
	{"a plan's fixed part", func(f *forger) (string, string) {
		f.exec("UPDATE plan SET fixed = 3 WHERE id = 'flat'")
		return "plan", "flat"
	}, audit.Accountable, "3 instead of 7"},
	{"a plan's fixed part, in its payments", func(f *forger) (string, string) {
		f.exec("UPDATE plan SET fixed = 3 WHERE id = 'flat'")
		return f.payment("kw")
	}, audit.Split, "JPY 19 instead of JPY 15"},
	{"a credit line", func(f *forger) (string, string) {
		f.exec("UPDATE plan SET credit_line = 0 WHERE id = 'flat'")
		return "plan", "flat"
	}, audit.Accountable, "0 instead of 4000"},
	{"a credit line, in its refunds", func(f *forger) (string, string) {
		f.exec("UPDATE plan SET credit_line = 0 WHERE id = 'flat'")
		return journal(f.n("overdraft sent"))
	}, audit.Covered, "JPY -311 instead of JPY 0"},
	{"a plan deleted", func(f *forger) (string, string) {
		f.exec("DELETE FROM plan WHERE id = 'flat'")
		return f.payment("kw")
	}, audit.Split, "JPY 19"},
	{"a plan of no act", func(f *forger) (string, string) {
		f.exec("UPDATE plan SET version = $1 WHERE id = 'flat'", f.n("hk sent"))
		return "plan", "flat"
	}, audit.Accountable, ""},
	{"a merchant's plan", func(f *forger) (string, string) {
		id := f.shops[0].id()
		f.exec("UPDATE merchant SET plan = 'flat' WHERE id = $1", id.Digest[:])
		return "merchant", id.String()
	}, audit.Accountable, ""},
	{"a merchant's currency", func(f *forger) (string, string) {
		id := f.shops[0].id()
		f.exec("UPDATE merchant SET currency = 840 WHERE id = $1", id.Digest[:])
		return f.payment("hk")
	}, audit.Faithful, "JPY 1000"},
	{"a merchant's reference", func(f *forger) (string, string) {
		id := f.shops[0].id()
		f.exec("UPDATE merchant SET reference = 'x' WHERE id = $1", id.Digest[:])
		return "merchant", hexOf(id.Digest[:])
	}, audit.Idempotent, ""},
	{"a wallet's spread", func(f *forger) (string, string) {
		f.exec("UPDATE wallet SET spread = 0 WHERE id = 'hk'")
		return "wallet", "hk"
	}, audit.Accountable, "0 instead of 60"},
	{"a wallet's currency", func(f *forger) (string, string) {
		f.exec("UPDATE wallet SET currency = 840 WHERE id = 'hk'")
		return f.payment("hk")
	}, audit.Faithful, "HKD 51.51"},
	{"a client's public key", func(f *forger) (string, string) {
		f.exec("UPDATE client_key SET public = 'x' WHERE number = 2")
		return "client_key", "SHOP0 2"
	}, audit.Accountable, ""},
	{"a revoked key that lives again", func(f *forger) (string, string) {
		f.exec("UPDATE client_key SET revoked = 0 WHERE number = 1")
		return "client_key", "SHOP0 1"
	}, audit.Accountable, ""},
	{"where a client is told", func(f *forger) (string, string) {
		f.exec("UPDATE client SET notify_url = 'https://elsewhere.example/' WHERE id = 'SHOP0'")
		return "client", "SHOP0"
	}, audit.Accountable, ""},
	{"an act's data", func(f *forger) (string, string) {
		f.exec("UPDATE act SET data = x'7b7d' WHERE n = $1", f.n("acted"))
		return "act", row(f.n("acted"))
	}, audit.Accountable, ""},
	{"an act's person", func(f *forger) (string, string) {
		f.exec("UPDATE act SET person = 'somebody' WHERE n = $1", f.n("acted"))
		return "act", row(f.n("acted"))
	}, audit.Accountable, ""},
	{"an act deleted", func(f *forger) (string, string) {
		f.exec("DELETE FROM act WHERE n = $1", f.n("acted"))
		return "act", row(f.n("acted"))
	}, audit.Accountable, ""},
	{"an act of no row", func(f *forger) (string, string) {
		f.exec("INSERT INTO act SELECT lane, $1, at, person, what, subject, data FROM act WHERE n = $2", f.n("hk sent"),
			f.n("acted"))
		return "act", row(f.n("hk sent"))
	}, audit.Accountable, ""},
}
