// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// The invariants that findings name.
//
// Source: reference/reliability.md 3.
const (
	Balanced    = "I-01" // per currency, debits equal credits
	Derivable   = "I-02" // what is stored about accounts is the fold of the journal
	Chained     = "I-03" // rows are dense, in order, chained, and what hangs on them is unchanged
	Covered     = "I-04" // no balance is below its floor
	Idempotent  = "I-05" // one name, one object, one effect
	OneOutcome  = "I-06" // states follow one another as they may
	Absorbed    = "I-07" // nothing credits a merchant after a cancel was intended
	OneSuccess  = "I-09" // a payer's code pays once
	Bounded     = "I-10" // refunds stay within what was taken, at every row
	Faithful    = "I-11" // amounts and currencies are the same wherever they stand
	Exchanged   = "I-12" // a conversion follows one valid quote, exactly
	Split       = "I-13" // gross is net and fee, and the fee is the contract's
	Announced   = "I-17" // each outcome has its events
	Accountable = "I-19" // acts and free text hang on the journal, and the journal on its witness
)

// Finding is one thing that is not as it must be.
type Finding struct {
	Invariant string // "I-03"
	Table     string
	Row       string // the row's key as text: a journal row is lane/n, a payment its identifier
	Amount    string // where money is involved: what stands there, and what should
	Message   string // in plain words
}

// String is the finding in one line.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.Invariant + " " + f.Table + " " + f.Row)
	if f.Amount != "" {
		b.WriteString(" [" + f.Amount + "]")
	}
	b.WriteString(": " + f.Message)
	return b.String()
}

// findingsMax is how many findings are kept. Whoever has ten thousand does not need the next one.
const findingsMax = 10_000

// findings collects what was found, each thing once.
type findings struct {
	all  []Finding
	seen map[Finding]bool
	more int64 // found beyond those kept
}

func (f *findings) add(one Finding) {
	if f.seen == nil {
		f.seen = map[Finding]bool{}
	}
	switch {
	case f.seen[one]:
	case len(f.all) == findingsMax:
		f.more++
	default:
		f.seen[one] = true
		f.all = append(f.all, one)
	}
}

// place is the text of a key within a lane: "3/17".
func place(lane ident.Lane, n int64) string {
	return strconv.Itoa(int(lane)) + "/" + strconv.FormatInt(n, 10)
}

// sum is an amount as text, also in a currency that does not exist.
func sum(minor int64, c money.Currency) string {
	if c.Valid() {
		return money.New(minor, c).String()
	}
	return strconv.FormatInt(minor, 10) + " of currency " + strconv.Itoa(int(c))
}

// instead says what stands there and what should.
func instead(is, want int64, c money.Currency) string {
	return sum(is, c) + " instead of " + sum(want, c)
}

// idText is an identifier as people see it.
func idText(lane ident.Lane, digest ident.Digest) string {
	return ident.ID{Lane: lane, Digest: digest}.String()
}

// transferText is a transfer in plain words.
func transferText(minor int64, code ledger.Code, debit, credit ledger.Account) string {
	return code.String() + " " + sum(minor, debit.Currency) + " from " + debit.String() + " to " + credit.String()
}
