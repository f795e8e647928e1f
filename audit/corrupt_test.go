// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"context"
	"testing"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// edit is one change of one row, with what the audit must say: a finding with this invariant, table, row and
// amount. An edit that ends in rechain or bind is a clever one: all hashes and commitments fit afterwards.
type edit struct {
	name string
	do   func(f *forger) (table, row string)
	want string // invariant
	sum  string // amount
}

func text(tag ledger.Tag, value string) ledger.Field      { return ledger.Field{Tag: tag, Text: value} }
func number(tag ledger.Tag, value int64) ledger.Field     { return ledger.Field{Tag: tag, Number: value} }
func journal(n int64) (table, key string)                 { return "journal", row(n) }
func (f *forger) payment(name string) (table, key string) { return "payment", f.id(name) }
func (f *forger) refund(name string) (table, key string)  { return "refund", f.id(name) }

// moved changes the transfers of a row, and all hashes.
func moved(what string, change func(f *forger, t []ledger.Transfer) []ledger.Transfer) func(*forger) (string, string) {
	return func(f *forger) (string, string) {
		f.transfers(f.n(what), func(t []ledger.Transfer) []ledger.Transfer { return change(f, t) })
		f.rechain()
		return journal(f.n(what))
	}
}

// said changes the body of a row, and all hashes.
func said(what string, changes ...ledger.Field) func(*forger) (string, string) {
	return func(f *forger) (string, string) {
		f.body(f.n(what), changes...)
		f.rechain()
		return journal(f.n(what))
	}
}

// set changes a column of a journal row, and all hashes.
func set(what, column string, value func(f *forger) any) func(*forger) (string, string) {
	return func(f *forger) (string, string) {
		f.exec("UPDATE journal SET "+column+" = $1 WHERE n = $2", value(f), f.n(what))
		f.rechain()
		return journal(f.n(what))
	}
}

// paidWith changes a column of a payment, its commitment and all hashes.
func paidWith(name, column string, value any) func(*forger) (string, string) {
	return func(f *forger) (string, string) {
		f.pay(name, column, value)
		f.bind(name)
		return f.payment(name)
	}
}

func value(v any) func(*forger) any { return func(*forger) any { return v } }

func TestEachEditIsReportedWithItsTableRowAndAmount(t *testing.T) {
	t.Parallel()
	b := write(t)
	if r := full(t, b.file, audit.Options{}); !r.OK() {
		t.Fatalf("before any edit:\n%s", r.String())
	}
	lists := [][]edit{chainEdits, stateEdits, transferEdits, paymentEdits, refundEdits, balanceEdits, factEdits}
	for _, list := range lists {
		for _, e := range list {
			t.Run(e.name, func(t *testing.T) {
				t.Parallel()
				f := b.forge(t)
				table, key := e.do(f)
				f.db.Close()
				r := full(t, f.copy, audit.Options{})
				for _, found := range r.Findings {
					if found.Invariant == e.want && found.Table == table && found.Row == key && found.Amount == e.sum {
						return
					}
				}
				t.Fatalf("wanted %s %s %s [%s], found:\n%s", e.want, table, key, e.sum, r.String())
			})
		}
	}
}

var chainEdits = []edit{
	{"a row's time", func(f *forger) (string, string) {
		f.exec("UPDATE journal SET at = at + 1 WHERE n = $1", f.n("hk succeeded"))
		return journal(f.n("hk succeeded"))
	}, audit.Chained, ""},
	{"a row's body", func(f *forger) (string, string) {
		f.body(f.n("hk succeeded"), text(ledger.TagPartner, "X"))
		return journal(f.n("hk succeeded"))
	}, audit.Chained, ""},
	{"a row's hash", func(f *forger) (string, string) {
		f.exec("UPDATE journal SET hash = $1 WHERE n = $2", make([]byte, 32), f.n("hk sent"))
		return journal(f.n("hk sent"))
	}, audit.Chained, ""},
	{"a row deleted", func(f *forger) (string, string) {
		f.exec("DELETE FROM journal WHERE n = $1", f.n("hk succeeded"))
		return journal(f.n("hk succeeded"))
	}, audit.Chained, ""},
	{"the last row deleted", func(f *forger) (string, string) {
		f.exec("DELETE FROM journal WHERE n = $1", f.last)
		return journal(f.last)
	}, audit.Chained, ""},
	{"the lane counts too few rows", func(f *forger) (string, string) {
		f.exec("UPDATE lane SET n = n - 1")
		return journal(f.last)
	}, audit.Chained, ""},
	{"the lane's head", func(f *forger) (string, string) {
		f.exec("UPDATE lane SET head = $1", append(make([]byte, 31), 1))
		return "lane", "0"
	}, audit.Chained, ""},
	{"the lane's time", func(f *forger) (string, string) {
		f.exec("UPDATE lane SET at = at - 60000000")
		return "lane", "0"
	}, audit.Chained, ""},
	{"the lane's accounts", func(f *forger) (string, string) {
		f.exec("UPDATE lane SET accounts = accounts + 1")
		return "lane", "0"
	}, audit.Chained, ""},
	{"the lane's row moved to another lane", func(f *forger) (string, string) {
		f.exec("UPDATE lane SET lane = $1", ident.Lane(5).Key())
		return "journal", "lane 0"
	}, audit.Chained, ""},
	{"time falls", set("jp succeeded", "at", func(f *forger) any { return f.heads[f.n("hk sent")-1].At - 1 }), audit.Chained, ""},
	{"a seal of another quarter hour", said("seal", number(ledger.TagQuarter, 1_764_000_000_000_000)), audit.Chained, ""},
	{"a seal made an act", set("seal", "kind", value(int64(ledger.Acted))), audit.Chained, ""},
	{"an unknown kind", set("hk succeeded", "kind", value(99)), audit.Chained, ""},
	{"a kind beyond a byte", func(f *forger) (string, string) {
		f.exec("UPDATE journal SET kind = kind + 256 WHERE n = $1", f.n("hk succeeded"))
		return journal(f.n("hk succeeded"))
	}, audit.Chained, ""},
	{"an unknown format of the body", set("hk succeeded", "body", value([]byte{9, 1, 0, 1})), audit.Chained, ""},
	{"an unknown field", said("hk succeeded", number(40, 7)), audit.Chained, ""},
	{"an unknown format of the transfers", set("hk succeeded", "transfers", value([]byte{9, 1})), audit.Chained, ""},
	{"another row before it in the family", set("part succeeded", "previous",
		func(f *forger) any { return f.n("jp sent") }), audit.Chained, ""},
	{"an origin that begins no payment", set("hk succeeded", "origin",
		func(f *forger) any { return f.n("acted") - 1 }), audit.Chained, ""},
	{"an account opened twice", func(f *forger) (string, string) {
		f.exec("UPDATE journal SET body = (SELECT body FROM journal WHERE kind = 2 ORDER BY n LIMIT 1) WHERE n = $1",
			f.n("account.opened"))
		f.rechain()
		return journal(f.n("account.opened"))
	}, audit.Chained, ""},
}

var stateEdits = []edit{
	{"a success twice", func(f *forger) (string, string) {
		f.exec("INSERT INTO journal (lane, n, at, kind, subject, origin, previous, body, transfers, hash) SELECT lane, $1, "+
			"(SELECT at FROM journal WHERE n = $2), kind, subject, origin, n, body, transfers, hash FROM journal WHERE n = $3",
			f.last+1, f.last, f.n("hk succeeded"))
		f.rechain()
		return journal(f.last + 1)
	}, audit.OneOutcome, "JPY 1000"},
	{"a failure made a success", set("declined failed", "kind", value(int64(ledger.PaymentSucceeded))), audit.OneOutcome,
		"JPY 910"},
	{"a success after a cancel", set("cancelled cancelled", "kind", value(int64(ledger.PaymentSucceeded))), audit.Absorbed,
		"JPY 2000"},
	{"a cancel made a doubt", set("cancelled cancelling", "kind", value(int64(ledger.PaymentUnknown))), audit.OneOutcome,
		"JPY 2000"},
	{"a row of another payment", set("hk succeeded", "subject",
		func(f *forger) any { id := f.payments["jp"]; return id[:] }), audit.OneOutcome, ""},
	{"a row of another family", set("cancelled cancelled", "origin", func(f *forger) any { return f.n("hk sent") }),
		audit.OneOutcome, ""},
	{"a refund's success of another refund", set("part succeeded", "subject",
		func(f *forger) any { id := f.refunds["above"]; return id[:] }), audit.OneOutcome, "JPY 5000"},
	{"a refund's failure made a success", set("failed failed", "kind", value(int64(ledger.RefundSucceeded))), audit.OneOutcome,
		"JPY 5000"},
	{"a success that callers hear as unknown", said("hk succeeded", text(ledger.TagResult, "PAYMENT_IN_PROCESS")),
		audit.OneOutcome, "JPY 1000"},
	{"a failure without a reason", said("declined failed", text(ledger.TagResult, "")), audit.OneOutcome, "JPY 910"},
	{"a failure by the clock", said("declined failed", text(ledger.TagCause, "clock")), audit.OneOutcome, "JPY 910"},
	{"a charge without the wallet's id", said("hk succeeded", text(ledger.TagPartner, "")), audit.Faithful, "JPY 1000"},
	{"another charge given back", said("declined stray_reversed", text(ledger.TagPartner, "S9")), audit.Faithful, "JPY 910"},
	{"a sent payment that begins as a tombstone", set("sent sent", "kind", value(int64(ledger.PaymentTombstone))),
		audit.OneOutcome, "JPY 770"},
}

var transferEdits = []edit{
	{"a larger base part", moved("hk succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[0].Minor++
		return t
	}), audit.Faithful, "HKD 51.21 instead of HKD 51.20"},
	{"a smaller fee", moved("hk succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[3].Minor--
		return t
	}), audit.Faithful, "JPY 19 instead of JPY 20"},
	{"another merchant credited", moved("kw succeeded", func(f *forger, t []ledger.Transfer) []ledger.Transfer {
		t[2].Credit = ledger.Number(f.account(ledger.MerchantPayable, f.shops[0].id().String(), 392))
		return t
	}), audit.Faithful, "JPY 1234"},
	{"debit and credit swapped", moved("hk succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[1].Debit, t[1].Credit = t[1].Credit, t[1].Debit
		return t
	}), audit.Faithful, "HKD 0.31"},
	{"another reason", moved("hk succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[1].Code = ledger.FXSell
		return t
	}), audit.Faithful, "HKD 0.31"},
	{"no transfers", moved("hk succeeded", func(*forger, []ledger.Transfer) []ledger.Transfer { return nil }), audit.Faithful,
		"HKD 0.00 instead of HKD 51.20"},
	{"a transfer dropped", moved("hk succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer { return t[:3] }),
		audit.Faithful, "JPY 0 instead of JPY 20"},
	{"a transfer more", moved("hk succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		return append(t, ledger.Transfer{Debit: t[3].Credit, Credit: t[3].Debit, Minor: 5, Code: ledger.Unhold})
	}), audit.Faithful, "JPY 5"},
	{"two currencies", moved("hk succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[0].Credit = t[2].Credit
		return t
	}), audit.Balanced, "HKD 51.20"},
	{"an account that is not open", moved("hk succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[0].Credit = 200
		return t
	}), audit.Balanced, "HKD 51.20"},
	{"a credit for nothing", moved("sent sent", func(f *forger, t []ledger.Transfer) []ledger.Transfer {
		return append(t, ledger.Transfer{Code: ledger.Sale, Minor: 770,
			Debit:  ledger.Number(f.account(ledger.WalletReceivable, "hk", 344)),
			Credit: ledger.Number(f.account(ledger.MerchantPayable, f.shops[1].id().String(), 392))})
	}), audit.Faithful, "HKD 7.70"},
	{"a smaller hold", moved("part sent", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[0].Minor -= 10
		return t
	}), audit.Faithful, "JPY 1950 instead of JPY 1960"},
	{"a larger return", moved("third succeeded", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[1].Minor++
		return t
	}), audit.Faithful, "KWD 0.671 instead of KWD 0.670"},
	{"what was never there is given back", moved("cancelled cancelled", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[0].Minor *= 10
		return t
	}), audit.Covered, "JPY -17500"},
	{"a credit after a cancel", moved("cancelled cancelled", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		return append(t, ledger.Transfer{Debit: t[0].Debit, Credit: t[0].Credit, Minor: 1, Code: ledger.Unhold})
	}), audit.Faithful, "JPY 1"},
	{"the merchant credited after a cancel", moved("cancelled cancelled", func(f *forger, t []ledger.Transfer) []ledger.Transfer {
		t[0].Credit = ledger.Number(f.account(ledger.MerchantPayable, f.shops[0].id().String(), 392))
		return t
	}), audit.Absorbed, "JPY 2000"},
	{"a stray charge of another amount", moved("taken stray", func(_ *forger, t []ledger.Transfer) []ledger.Transfer {
		t[0].Minor = 1
		return t
	}), audit.Faithful, "HKD 0.01 instead of HKD 47.39"},
	{"money moves in an act", func(f *forger) (string, string) {
		f.exec("UPDATE journal SET transfers = (SELECT transfers FROM journal WHERE n = $1) WHERE n = $2", f.n("hk succeeded"),
			f.n("acted"))
		f.rechain()
		return journal(f.n("acted"))
	}, audit.Faithful, "HKD 51.20"},
}

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

func TestOnlyAWitnessShowsThatTheEndWasCutOff(t *testing.T) {
	t.Parallel()
	b := write(t)
	f := b.forge(t)
	f.exec("DELETE FROM journal WHERE n = $1", f.last)
	f.exec("DELETE FROM act WHERE n = $1", f.last)
	f.exec("UPDATE client_key SET revoked = 0, version = 1 WHERE number = 1")
	f.rechain()
	f.exec("UPDATE lane SET at = $1", b.heads[b.last-2].At)
	f.db.Close()
	if r := full(t, f.copy, audit.Options{}); !r.OK() {
		t.Fatalf("the forgery shows without a witness:\n%s", r.String())
	}
	r := full(t, f.copy, audit.Options{Witness: b.heads})
	want := audit.Finding{Invariant: audit.Accountable, Table: "lane", Row: "0"}
	if len(r.Findings) != 1 || r.Findings[0].Invariant != want.Invariant || r.Findings[0].Table != want.Table ||
		r.Findings[0].Row != want.Row {
		t.Fatalf("found:\n%s", r.String())
	}
}

func TestOnlyAWitnessShowsThatAllWasWrittenAnew(t *testing.T) {
	t.Parallel()
	b := write(t)
	f := b.forge(t)
	f.body(f.n("hk succeeded"), text(ledger.TagPartner, "X"))
	f.rechain()
	f.db.Close()
	if r := full(t, f.copy, audit.Options{}); !r.OK() {
		t.Fatalf("the forgery shows without a witness:\n%s", r.String())
	}
	heads := []audit.Head{b.heads[f.n("hk sent")-1], b.heads[f.last-1]}
	r := full(t, f.copy, audit.Options{Witness: heads})
	if len(r.Findings) != 1 || r.Findings[0].Table != "journal" || r.Findings[0].Row != row(f.last) ||
		r.Lanes[0].Proven.N != f.n("hk sent") {
		t.Fatalf("found:\n%s", r.String())
	}
	if r := full(t, b.file, audit.Options{Witness: heads}); !r.OK() || r.Lanes[0].Proven.N != b.last {
		t.Fatalf("of the unaltered book:\n%s", r.String())
	}
}

func TestNothingIsWrittenByAnAudit(t *testing.T) {
	t.Parallel()
	b := write(t)
	f := b.forge(t)
	books := opened(t, f.copy)
	before := f.value("SELECT head FROM lane")
	if _, err := books.Full(context.Background(), audit.Options{}); err != nil {
		t.Fatal(err)
	}
	if after := f.value("SELECT head FROM lane"); string(after) != string(before) {
		t.Fatal("the lane's row changed")
	}
}
