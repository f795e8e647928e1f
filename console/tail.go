// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// The bounds of what a start reads.
const (
	tailMax   = 1 << 16 // journal rows, of all lanes together
	recallMax = 500     // payments, of each lane
)

func (b *Board) lane(id ident.Lane) *lane {
	l := b.lanes[id]
	if l == nil {
		l = &lane{}
		b.lanes[id] = l
	}
	return l
}

func (b *Board) pulse(id wallet.ID) *pulse {
	p := b.wallets[id]
	if p == nil {
		p = &pulse{}
		b.wallets[id] = p
	}
	return p
}

// offer counts a row when it is the lane's next one. One that comes too early is read again later, one that
// was counted already is passed over.
func (b *Board) offer(l *lane, r *ledger.Row) (counted bool) {
	l.told = max(l.told, r.N)
	if r.N != l.counted+1 || !l.begun && r.N != 1 {
		return false
	}
	l.begun, l.counted = true, r.N
	if r.Kind == ledger.AccountOpened {
		if n, c, ok := openedAccount(r.Body); ok {
			l.open(n, c)
		}
	}
	at := payment.TimeOf(r.At)
	if r.Kind == ledger.PaymentSent || r.Kind == ledger.PaymentRefused {
		b.minutes.add(at)
	}
	if b.day.on(dateOf(at.In(b.zone))) {
		b.day.count(r, l)
	}
	return true
}

func openedAccount(body []byte) (n ledger.Number, c money.Currency, ok bool) {
	fields, err := ledger.ParseFields(body)
	if err != nil {
		return 0, 0, false
	}
	for _, f := range fields {
		switch f.Tag {
		case ledger.TagNumber:
			n = ledger.Number(f.Number)
		case ledger.TagCurrency:
			c = money.Currency(f.Number)
		}
	}
	return n, c, n > 0 && c.Valid()
}

// behind reports whether rows were told of that were not counted.
func (b *Board) behind() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, l := range b.lanes {
		if !l.begun || l.counted < l.told {
			return true
		}
	}
	return false
}

// CatchUp reads from the journal what the board was not told: at the start the tail of every lane, later what
// slipped by.
//
// Errors: the store's.
func (b *Board) CatchUp(ctx context.Context, reader *store.Reader, now time.Time) error {
	rows, err := reader.Lanes(ctx)
	if err != nil {
		return fault.Wrap("console.CatchUp", err)
	}
	for _, row := range rows {
		fresh, err := b.begin(ctx, reader, row, max(1, b.tailMax/int64(len(rows))))
		if err == nil {
			err = b.readTail(ctx, reader, row.Lane, fresh, now)
		}
		if err != nil {
			return fault.Wrap("console.CatchUp", err)
		}
	}
	return nil
}

// begin decides where the lane's tail begins, and learns its accounts; fresh is false when that was done before.
func (b *Board) begin(ctx context.Context, reader *store.Reader, row store.LaneRow, most int64) (fresh bool,
	err error) {
	b.mutex.Lock()
	begun := b.lane(row.Lane).begun
	b.mutex.Unlock()
	if begun {
		return false, nil
	}
	var accounts []store.OpenedAccount
	for last := ledger.Number(0); ; {
		page, err := reader.Accounts(ctx, row.Lane, last)
		if err != nil {
			return false, err
		}
		if len(page) == 0 || last >= accountsMax {
			break
		}
		accounts, last = append(accounts, page...), page[len(page)-1].Number
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	l := b.lane(row.Lane)
	if l.begun {
		return false, nil
	}
	for _, a := range accounts {
		l.open(a.Number, a.Currency)
	}
	l.begun, l.counted = true, max(0, row.N-most)
	return true, nil
}

// readTail counts the rows after the last that was counted, and takes the payments that they tell of.
func (b *Board) readTail(ctx context.Context, reader *store.Reader, id ident.Lane, fresh bool, now time.Time) error {
	t := tail{lane: id, open: map[int64]ledger.Kind{}}
	for {
		b.mutex.Lock()
		l := b.lane(id)
		after, done := l.counted, !fresh && l.counted >= l.told
		b.mutex.Unlock()
		if done {
			break
		}
		rows, err := reader.Journal(ctx, id, after)
		if err != nil {
			return err
		}
		b.mutex.Lock()
		b.version++
		if fresh && after > 0 && len(rows) > 0 && t.first.IsZero() {
			b.beganLate(payment.TimeOf(rows[0].At), now)
		}
		for i := range rows {
			b.offer(l, &rows[i])
			t.see(&rows[i])
		}
		ended := len(rows) == 0 && l.counted >= l.told
		b.raise()
		b.mutex.Unlock()
		if ended {
			break
		}
	}
	if !fresh {
		return nil
	}
	return b.recall(ctx, reader, &t, now)
}

// beganLate remembers that the day's first rows are not in what is read.
func (b *Board) beganLate(first, now time.Time) {
	if b.day.on(dateOf(now.In(b.zone))) && dateOf(first.In(b.zone)) == b.day.date && first.After(b.day.since) {
		b.day.since = first
	}
}

// tail is what the rows of a lane's tail say about which payments to load.
type tail struct {
	lane  ident.Lane
	first time.Time
	begun []ident.Digest // the last payments that began, oldest first
	open  map[int64]ledger.Kind
}

func (t *tail) see(r *ledger.Row) {
	if t.first.IsZero() {
		t.first = payment.TimeOf(r.At)
	}
	switch r.Kind {
	case ledger.PaymentSent, ledger.PaymentRefused:
		if len(t.begun) == recallMax {
			t.begun = slices.Delete(t.begun, 0, 1)
		}
		t.begun = append(t.begun, r.Subject)
	}
	switch r.Kind {
	case ledger.PaymentSent, ledger.PaymentUnknown, ledger.PaymentCancelling, ledger.PaymentRefunding,
		ledger.PaymentContradiction, ledger.PaymentStray, ledger.RefundSent, ledger.RefundUnknown:
		t.open[r.Origin] = r.Kind
	default:
		delete(t.open, r.Origin)
	}
}

// recall loads the payments that a tail tells of: the last ones, and those that look open.
func (b *Board) recall(ctx context.Context, reader *store.Reader, t *tail, now time.Time) error {
	origins := slices.Sorted(maps.Keys(t.open))
	for _, origin := range origins[max(0, len(origins)-recallMax):] {
		rows, err := reader.Family(ctx, t.lane, origin)
		if err != nil || len(rows) == 0 {
			return err
		}
		p, err := reader.Payment(ctx, ident.ID{Lane: t.lane, Digest: rows[0].Subject})
		if err != nil || p == nil {
			return err
		}
		b.remember(p, rows)
	}
	for _, digest := range t.begun {
		p, err := reader.Payment(ctx, ident.ID{Lane: t.lane, Digest: digest})
		if err != nil || p == nil {
			return err
		}
		b.remember(p, nil)
	}
	return nil
}

// remember takes a payment that was read, with its rows where they were read too.
func (b *Board) remember(p *payment.Payment, rows []ledger.Row) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.version++
	defer b.raise()
	b.note(p)
	if rows == nil {
		if f := b.lane(p.ID.Lane).followed; f == 0 || p.Origin < f {
			b.pulse(p.Wallet).recall(p)
		}
		return
	}
	if d := b.doubts[p.ID]; d != nil && d.trail == nil {
		for i := range rows[:min(len(rows), trailMax)] {
			b.follow(p.ID, &rows[i])
		}
	}
}
