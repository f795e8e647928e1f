// SPDX-License-Identifier: Apache-2.0

package store

import (
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// Batch is everything that one transaction of a lane writes.
type Batch struct {
	before LaneRow // where the lane stands before it
	after  LaneRow // and after it

	journal []ledger.Row
	changed []*payment.Payment
	cells   batchCells
	facts   []operation
	other   []operation
}

// batchCells are the rows of the hot tables, laid one after another; the space is kept from batch to batch.
type batchCells struct {
	journal, payments, refunds, claims, sealed, accounts, balances, deliveries, acts, checkpoint []cell
}

func (c *batchCells) reset() {
	*c = batchCells{journal: c.journal[:0], payments: c.payments[:0], refunds: c.refunds[:0], claims: c.claims[:0],
		sealed: c.sealed[:0], accounts: c.accounts[:0], balances: c.balances[:0], deliveries: c.deliveries[:0],
		acts: c.acts[:0], checkpoint: c.checkpoint[:0]}
}

var insertSealed = insertion{table: "sealed", columns: "lane, n, record", kinds: "nnb"}

var insertDelivery = insertion{table: "delivery", columns: "lane, event, attempt, at, outcome, detail", kinds: "nbnnnt",
	suffix: "ON CONFLICT (lane, event, attempt) DO NOTHING"}

var insertAct = insertion{table: "act", columns: "lane, n, at, person, what, subject, data", kinds: "nnntttb"}

// Rows are the journal rows of the batch. Do not change them, and do not keep them: the next draft uses the space again.
func (b *Batch) Rows() []ledger.Row { return b.journal }

// Changed are the payments that the batch changes, as they are after it, one entry for each movement. Do not change them.
func (b *Batch) Changed() []*payment.Payment { return b.changed }

// operations are the batch's statements: the lane's row under its epoch first, catalogue before hot tables.
func (b *Batch) operations() []operation {
	a := &b.after
	out := []operation{{statement: &writeLane, must: true, args: []cell{number(a.Batch), number(a.N), blob(a.Head[:]),
		number(a.At), number(a.Accounts), number(a.At), number(a.Lane.Key()), number(a.Epoch)}}}
	out = append(out, b.facts...)
	add := func(i *insertion, rows []cell) {
		if len(rows) > 0 {
			out = append(out, operation{insertion: i, rows: rows})
		}
	}
	add(&insertAccount, b.cells.accounts)
	add(&insertPayment, b.cells.payments)
	add(&insertRefund, b.cells.refunds)
	add(&insertClaim, b.cells.claims)
	add(&insertSealed, b.cells.sealed)
	for i := range b.journal {
		b.cells.journal = journalCells(b.cells.journal, &b.journal[i])
	}
	add(&appendJournal, b.cells.journal)
	add(&addBalance, b.cells.balances)
	add(&writeCheckpoint, b.cells.checkpoint)
	add(&insertDelivery, b.cells.deliveries)
	add(&insertAct, b.cells.acts)
	return append(out, b.other...)
}

// Empty reports whether the batch would write nothing but the lane's row.
func (b *Batch) Empty() bool {
	c := &b.cells
	return len(b.journal) == 0 && len(c.claims) == 0 && len(c.deliveries) == 0 && len(c.balances) == 0 &&
		len(c.checkpoint) == 0 && len(b.other) == 0
}

// After is where the lane stands once the batch is committed.
func (b *Batch) After() LaneRow { return b.after }

func (b *Batch) addPayment(r *payment.Request, n int64) {
	b.cells.payments = paymentCells(b.cells.payments, r, n)
}
