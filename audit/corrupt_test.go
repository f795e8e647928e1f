// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
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
		for i, e := range list {
			if raced && i%6 > 0 {
				continue
			}
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
	{"time falls", set("jp succeeded", "at",
		func(f *forger) any { return f.heads[f.n("hk sent")-1].At - 1 }), audit.Chained, ""},
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
	{"the merchant credited after a cancel", moved("cancelled cancelled",
		func(f *forger, t []ledger.Transfer) []ledger.Transfer {
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

// larger makes the first transfer one minor unit larger.
func larger(t []ledger.Transfer) []ledger.Transfer {
	t[0].Minor++
	return t
}
