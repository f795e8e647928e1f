// SPDX-License-Identifier: Apache-2.0

package console

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// day counts what happened since midnight, from the journal's rows alone.
type day struct {
	date                                       int // 20261124
	begun, paid, declined, cancelled, refunded int
	taken, returned                            map[money.Currency]money.Amount // in the shops' currencies
	since                                      time.Time                       // what was before is not known; zero: all is
}

func dateOf(t time.Time) int { return t.Year()*10_000 + int(t.Month())*100 + t.Day() }

// on is the count of a day: the one that is kept, or a fresh one when a day has begun. ok is false for a day
// that is over.
func (d *day) on(date int) (ok bool) {
	if date > d.date {
		*d = day{date: date, taken: map[money.Currency]money.Amount{}, returned: map[money.Currency]money.Amount{}}
	}
	return date == d.date
}

// count takes one row; the currency of an account is what the lane knows.
func (d *day) count(r *ledger.Row, l *lane) {
	switch r.Kind {
	case ledger.PaymentSent:
		d.begun++
	case ledger.PaymentRefused:
		d.begun++
		d.declined++
	case ledger.PaymentSucceeded:
		d.paid++
	case ledger.PaymentFailed:
		d.declined++
	case ledger.PaymentCancelled:
		d.cancelled++
	case ledger.RefundSucceeded:
		d.refunded++
	}
	transfers, err := ledger.ParseTransfers(r.Transfers)
	if err != nil {
		return // a damaged row is the audit's to tell
	}
	for _, t := range transfers {
		switch t.Code {
		case ledger.Sale, ledger.FXBuy:
			add(d.taken, l.currency(t.Credit), t.Minor)
		case ledger.RefundSale, ledger.RefundFXBuy:
			add(d.returned, l.currency(t.Debit), t.Minor)
		}
	}
}

func add(sums map[money.Currency]money.Amount, c money.Currency, minor int64) {
	if !c.Valid() {
		return
	}
	sum, ok := sums[c]
	if !ok {
		sum = money.Zero(c)
	}
	sums[c] = sum.Add(money.New(minor, c))
}

// windowMinutes is how many minutes are told apart, the present one included.
const windowMinutes = 15

// minutes counts payments by the minute in which they began.
type minutes struct {
	slots [windowMinutes + 1]struct {
		minute int64
		n      int
	}
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

func (m *minutes) add(at time.Time) {
	minute := minuteOf(at)
	slot := &m.slots[minute%int64(len(m.slots))]
	if minute > slot.minute {
		slot.minute, slot.n = minute, 0
	}
	if minute == slot.minute {
		slot.n++
	}
}

// in is how many payments began in a minute of the window.
func (m *minutes) in(minute int64) int {
	if slot := m.slots[minute%int64(len(m.slots))]; slot.minute == minute {
		return slot.n
	}
	return 0
}

// last is how many payments began in each minute of the window, the present one last.
func (m *minutes) last(now time.Time) (counts [windowMinutes]int) {
	for i := range counts {
		counts[i] = m.in(minuteOf(now) - int64(windowMinutes-1-i))
	}
	return counts
}

// pulse is what the board knows of one wallet.
type pulse struct {
	begun, paid, declined minutes
	answered              time.Time // when it last said something that counts
}

// count takes one row of a payment of the wallet's.
func (p *pulse) count(kind ledger.Kind, at time.Time) {
	switch kind {
	case ledger.PaymentSent:
		p.begun.add(at)
	case ledger.PaymentSucceeded:
		p.paid.add(at)
	case ledger.PaymentFailed:
		p.declined.add(at)
	}
	switch kind {
	case ledger.PaymentSucceeded, ledger.PaymentFailed, ledger.PaymentCancelled, ledger.PaymentRefunding,
		ledger.RefundSucceeded, ledger.RefundFailed:
		if at.After(p.answered) {
			p.answered = at
		}
	}
}

// recall counts a payment that was made before the board was.
func (p *pulse) recall(f *payment.Payment) {
	if f.State == payment.Failed && f.Cause != payment.ByWallet {
		return // it was never sent
	}
	p.count(ledger.PaymentSent, f.At)
	switch f.State {
	case payment.Success:
		p.count(ledger.PaymentSucceeded, f.BookedAt)
	case payment.Failed:
		p.count(ledger.PaymentFailed, f.ChangedAt)
	}
}

// lane is how far the board has counted the rows of a lane.
type lane struct {
	begun      bool  // the journal's tail was looked for
	counted    int64 // the last row that was counted
	told       int64 // the last row that Follow brought
	followed   int64 // the first row that Follow brought; 0: none
	currencies []money.Currency
}

// currency is that of an account; invalid when the board has not heard of it.
func (l *lane) currency(n ledger.Number) money.Currency {
	if int64(n) > int64(len(l.currencies)) || n == 0 {
		return 0
	}
	return l.currencies[n-1]
}

// accountsMax bounds how many accounts of a lane are known to the board, two bytes each.
const accountsMax = 1 << 24

// open remembers the currency of an account.
func (l *lane) open(n ledger.Number, c money.Currency) {
	if n == 0 || n > accountsMax {
		return
	}
	for int64(len(l.currencies)) < int64(n) {
		l.currencies = append(l.currencies, 0)
	}
	l.currencies[n-1] = c
}
