// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// Draft is a batch in the making: it numbers the entries of changes, books their postings, chains their rows and applies
// them to the view, so that the next decision sees them.
//
// Concurrency: one owner, the lane's teller.
type Draft struct {
	writer *Writer
	view   *View
	batch  Batch
}

// checkpointEvery is after how many journal rows a lane saves its open set, and for how many a movement may wait to be added
// to its account's balance row, unless Writer.CheckpointEvery says otherwise. A restart reads about so many rows.
//
// Source: decisions A3.
const checkpointEvery = 10_000

// ripeMax bounds how many balance rows one batch writes: as many as its movements can touch, so that they never pile up.
const ripeMax = 1024

// Begin starts the draft of the lane's next batch at a time.
//
// Invariant: the time is never below the lane's last row.
func (w *Writer) Begin(v *View, now time.Time) *Draft {
	invariant.Check(now.UnixMicro() >= w.row.At, "store: the time of lane %d goes back", w.row.Lane)
	d := &w.draft
	d.writer, d.view, w.now = w, v, now
	d.batch.before, d.batch.after = w.row, w.row
	d.batch.after.Batch++
	d.batch.after.At = now.UnixMicro()
	d.batch.journal, d.batch.changed = d.batch.journal[:0], nil
	d.batch.facts, d.batch.other = nil, nil
	d.batch.cells.reset()
	v.SetNow(now)
	return d
}

// staged is what one movement's changes become before it is sure that all of them are sound.
type staged struct {
	rows     []ledger.Row
	moves    []ledger.Transfer // of the rows, in order
	moveRows []int64           // the row of each
	payments []*payment.Payment
	opened   []OpenedAccount
}

// Add puts a movement's changes into the batch and the view. After an error neither has changed.
//
// Errors: Internal payment_change_illegal when a decision proposed what the state does not allow; Invalid fact_twice;
// whatever a read answers.
func (d *Draft) Add(ctx context.Context, c *Changes) error {
	s := staged{}
	if err := d.stage(ctx, c, &s); err != nil {
		return fault.Wrap("store.Draft", err)
	}
	b, a := &d.batch, &d.batch.after
	for i := range s.rows {
		r := &s.rows[i]
		r.Hash = r.Sum(a.Head)
		a.N, a.Head = r.N, r.Hash
	}
	b.journal = append(b.journal, s.rows...)
	for _, o := range s.opened {
		d.view.accounts[o.Account] = o.Number
		b.cells.accounts = append(b.cells.accounts, number(a.Lane.Key()), number(int64(o.Number)),
			number(int64(o.Purpose)), text(o.Holder), number(int64(o.Currency)))
	}
	a.Accounts += int64(len(s.opened))
	for i, t := range s.moves {
		d.view.move(t, s.moveRows[i])
	}
	for _, p := range s.payments {
		d.view.put(p)
	}
	b.changed = append(b.changed, s.payments...)
	d.attach(c, &s)
	return nil
}

// attach adds the rows beside the journal: requests, claims, sealed text, deliveries, acts, facts.
func (d *Draft) attach(c *Changes, s *staged) {
	b, lane := &d.batch, d.batch.after.Lane
	for _, r := range c.Payments {
		p := d.view.payments[r.ID.Digest]
		b.addPayment(r, p.Origin)
		if p.State == payment.Sent {
			d.view.sold.note(r)
		}
	}
	for _, r := range c.Refunds {
		b.cells.refunds = refundCells(b.cells.refunds, r, firstRow(s.rows, r.ID.Digest))
		d.view.refunds[r.ID.Digest] = r.Payment.Digest
	}
	for i := range c.Claims {
		invariant.Check(c.Claims[i].Lane == lane, "store: a claim of lane %d in lane %d", c.Claims[i].Lane, lane)
		b.cells.claims = claimCells(b.cells.claims, &c.Claims[i])
		d.view.claim(c.Claims[i])
	}
	for _, u := range c.Unclaims {
		b.other = append(b.other, operation{statement: &dropClaims, args: []cell{number(lane.Key()), number(u.Hour),
			number(lane.Key()), number(u.Hour), number(int64(u.Limit)), blob(aboveMarks)}})
	}
	for _, t := range c.Sealed {
		b.cells.sealed = append(b.cells.sealed, number(lane.Key()), number(firstRow(s.rows, t.Object)), blob(t.Record))
	}
	for _, t := range c.Deliveries {
		b.cells.deliveries = append(b.cells.deliveries, number(lane.Key()), blob(t.Event[:]), number(int64(t.Attempt)),
			number(t.At.UnixMicro()), number(int64(t.Outcome)), text(t.Detail))
	}
	if c.Act != nil {
		n := s.rows[len(s.rows)-1].N
		b.cells.acts = append(b.cells.acts, number(lane.Key()), number(n), number(b.after.At), text(c.Act.Person),
			text(c.Act.What), text(c.Act.Subject), blob(c.Act.Data))
		b.facts = append(b.facts, c.Facts.operations(n)...)
	}
}

// firstRow is the number of an object's first row among some.
func firstRow(rows []ledger.Row, object ident.Digest) int64 {
	for i := range rows {
		if rows[i].Subject == object {
			return rows[i].N
		}
	}
	invariant.Unreachable("store: an object without a journal row")
	return 0
}

func (d *Draft) stage(ctx context.Context, c *Changes, s *staged) error {
	if c.Act != nil {
		if err := c.Facts.once(); err != nil {
			return err
		}
	}
	for _, r := range c.Payments {
		if d.view.payments[r.ID.Digest] != nil {
			return damaged("store.Draft", "payment %v is there already", r.ID)
		}
		s.payments = append(s.payments, &payment.Payment{Request: *r})
	}
	for i := range c.Entries {
		if err := d.entry(ctx, &c.Entries[i], s); err != nil {
			return err
		}
	}
	if c.Act != nil {
		d.row(s, d.actRow(c.Act))
	}
	return nil
}

// entry stages one change of a payment: its row, its transfers, and the payment after it.
func (d *Draft) entry(ctx context.Context, e *Entry, s *staged) error {
	p := d.staged(e.Payment, s)
	if p == nil {
		return damaged("store.Draft", "%v of a payment that was not loaded", e.Change.Kind)
	}
	transfers := make([]ledger.Transfer, len(e.Change.Postings))
	for i := range e.Change.Postings {
		t, err := d.transfer(ctx, &e.Change.Postings[i], s)
		if err != nil {
			return err
		}
		transfers[i] = t
	}
	n := d.next(s)
	row := ledger.Row{Kind: e.Change.Kind, Subject: e.Change.Subject, Origin: p.Origin, Previous: p.Last,
		Body: e.Change.Body(), Transfers: ledger.AppendTransfers(nil, transfers)}
	if row.Origin == 0 {
		row.Origin = n
	}
	if err := p.Apply(&e.Change, n, time.UnixMicro(d.batch.after.At).UTC()); err != nil {
		return err
	}
	d.row(s, row)
	for _, t := range transfers {
		s.moves, s.moveRows = append(s.moves, t), append(s.moveRows, n)
	}
	return nil
}

// staged is the payment as this movement changes it: a copy of the view's.
func (d *Draft) staged(id ident.Digest, s *staged) *payment.Payment {
	for _, p := range s.payments {
		if p.ID.Digest == id {
			return p
		}
	}
	seen := d.view.payments[id]
	if seen == nil {
		return nil
	}
	copied := *seen
	s.payments = append(s.payments, &copied)
	return &copied
}

func (d *Draft) next(s *staged) int64 { return d.batch.after.N + int64(len(s.rows)) + 1 }

// row stages a row under the next number.
func (d *Draft) row(s *staged, r ledger.Row) {
	r.Lane, r.N, r.At = d.batch.after.Lane, d.next(s), d.batch.after.At
	s.rows = append(s.rows, r)
}

func (d *Draft) transfer(ctx context.Context, p *ledger.Posting, s *staged) (ledger.Transfer, error) {
	debit, err := d.account(ctx, p.Debit, s)
	if err != nil {
		return ledger.Transfer{}, err
	}
	credit, err := d.account(ctx, p.Credit, s)
	if err != nil {
		return ledger.Transfer{}, err
	}
	return ledger.Transfer{Debit: debit, Credit: credit, Minor: p.Amount.Minor(), Code: p.Code}, nil
}

// account is the number of an account, which is opened with a row of its own the first time anything is posted to it.
func (d *Draft) account(ctx context.Context, a ledger.Account, s *staged) (ledger.Number, error) {
	for _, o := range s.opened {
		if o.Account == a {
			return o.Number, nil
		}
	}
	n, ok, err := d.writer.accountNumber(ctx, d.view, a)
	if err != nil || ok {
		return n, err
	}
	n = ledger.Number(d.batch.after.Accounts + int64(len(s.opened)) + 1)
	s.opened = append(s.opened, OpenedAccount{Account: a, Number: n})
	var f ledger.Fields
	f.Number(ledger.TagNumber, int64(n))
	f.Number(ledger.TagPurpose, int64(a.Purpose))
	f.Text(ledger.TagHolder, a.Holder)
	f.Number(ledger.TagCurrency, int64(a.Currency))
	d.row(s, ledger.Row{Kind: ledger.AccountOpened, Body: f.Body()})
	return n, nil
}

func (d *Draft) actRow(a *Act) ledger.Row {
	digest := sha256.Sum256(a.Data)
	var f ledger.Fields
	f.Text(ledger.TagCommitment, string(digest[:]))
	f.Text(ledger.TagDetail, a.What+" "+a.Subject)
	f.Text(ledger.TagPerson, a.Person)
	return ledger.Row{Kind: ledger.Acted, Body: f.Body()}
}

// Seal ends the quarter hours up to one: no earlier time can follow it in the lane.
func (d *Draft) Seal(quarter time.Time) {
	var f ledger.Fields
	f.Number(ledger.TagQuarter, quarter.UnixMicro())
	s := staged{}
	d.row(&s, ledger.Row{Kind: ledger.Seal, Body: f.Body()})
	a := &d.batch.after
	s.rows[0].Hash = s.rows[0].Sum(a.Head)
	a.N, a.Head = s.rows[0].N, s.rows[0].Hash
	d.batch.journal = append(d.batch.journal, s.rows[0])
}

// Finish adds what the lane's memory must save: balances that have waited long enough, and now and then the open set.
func (d *Draft) Finish() *Batch {
	v, a := d.view, &d.batch.after
	count := 0
	for ; count < len(v.ripe) && count < ripeMax; count++ {
		m := v.moved[v.ripe[count]]
		if m.since > a.N-d.writer.every {
			break
		}
		d.batch.cells.balances = append(d.batch.cells.balances, number(a.Lane.Key()), number(int64(v.ripe[count])),
			number(m.last), number(m.delta.Debits), number(m.delta.Credits))
		delete(v.moved, v.ripe[count])
	}
	v.ripe = slices.Delete(v.ripe, 0, count)
	if a.N-d.writer.saved >= d.writer.every {
		d.checkpoint()
	}
	return &d.batch
}

// checkpoint saves the open set, and from which row on a restart must fold the journal.
func (d *Draft) checkpoint() {
	v, a := d.view, &d.batch.after
	from := a.N
	if len(v.ripe) > 0 {
		from = min(from, v.moved[v.ripe[0]].since-1)
	}
	var origins []byte
	for _, o := range v.openOrigins() {
		origins = binary.AppendUvarint(origins, uint64(o))
	}
	d.batch.cells.checkpoint = append(d.batch.cells.checkpoint, number(a.Lane.Key()), number(from), blob(origins))
	d.writer.saved = a.N
}
