// SPDX-License-Identifier: Apache-2.0

package console

import (
	"maps"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// shownMax is how many of what is not known are told one by one, the oldest first.
const shownMax = 8

// recentWindow is over how many minutes a wallet's payments are counted, the present one included.
const recentWindow = 5

// news are the rows of the list that changed since a client looked last.
type news struct {
	version int64
	wake    <-chan struct{}    // closed when there is more to see
	rows    []*payment.Payment // oldest first
}

// glance is a copy of what the board shows beside the list at one moment.
type glance struct {
	now     time.Time
	version int64
	doubts  []doubt // oldest first, at most shownMax
	unknown int     // how many are open
	crowded bool    // and more than the board can watch
	day     day
	minutes [windowMinutes]int
	wallets map[wallet.ID]health
}

// health is what the board knows of one wallet at one moment.
type health struct {
	begun, paid, declined int // in the recent window
	unknown               int // payments and refunds of its that nobody knows about
	oldest                time.Time
	answered              time.Time
}

// news gives the rows that a client which has seen a version has not.
func (b *Board) news(seen int64) news {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	n := news{version: b.version, wake: b.wake}
	for _, e := range b.recent {
		if e.version > seen {
			n.rows = append(n.rows, e.payment)
		}
	}
	return n
}

// look copies what is shown beside the list.
func (b *Board) look(now time.Time) glance {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.forget(now)
	g := glance{now: now, version: b.version, minutes: b.minutes.last(now), crowded: len(b.doubts) >= doubtsMax,
		wallets: make(map[wallet.ID]health, len(b.wallets))}
	for id, p := range b.wallets {
		h := health{answered: p.answered}
		for i := range recentWindow {
			minute := minuteOf(now) - int64(i)
			h.begun += p.begun.in(minute)
			h.paid += p.paid.in(minute)
			h.declined += p.declined.in(minute)
		}
		g.wallets[id] = h
	}
	b.lookAtDoubts(&g)
	if b.day.on(dateOf(now.In(b.zone))) {
		g.day = b.day
		g.day.taken, g.day.returned = maps.Clone(b.day.taken), maps.Clone(b.day.returned)
	}
	return g
}

func (b *Board) lookAtDoubts(g *glance) {
	for _, d := range b.doubts {
		if d.resolved.IsZero() && !d.doubtful(g.now) {
			continue
		}
		if d.resolved.IsZero() {
			g.unknown++
			h := g.wallets[d.payment.Wallet]
			h.unknown++
			if h.oldest.IsZero() || d.began.Before(h.oldest) {
				h.oldest = d.began
			}
			g.wallets[d.payment.Wallet] = h
		}
		at, _ := slices.BinarySearchFunc(g.doubts, d, func(a doubt, d *doubt) int { return order(&a, d) })
		if at < shownMax {
			seen := *d
			seen.trail = slices.Clone(d.trail)
			g.doubts = slices.Insert(g.doubts, at, seen)
			g.doubts = g.doubts[:min(len(g.doubts), shownMax)]
		}
	}
}

// order puts what is open before what was resolved, and then the older before the younger.
func order(a, b *doubt) int {
	if open := a.resolved.IsZero(); open != b.resolved.IsZero() {
		if open {
			return -1
		}
		return 1
	}
	if c := a.began.Compare(b.began); c != 0 {
		return c
	}
	return int(a.payment.Origin - b.payment.Origin)
}

// sums are amounts by currency in a fixed order: yen first, the others by their codes. None at all is no yen.
func sums(of map[money.Currency]money.Amount) []money.Amount {
	list := slices.SortedFunc(maps.Values(of), func(a, b money.Amount) int {
		if yen := a.Currency() == money.JPY; yen != (b.Currency() == money.JPY) {
			if yen {
				return -1
			}
			return 1
		}
		return int(a.Currency()) - int(b.Currency())
	})
	if len(list) == 0 {
		return []money.Amount{money.Zero(money.JPY)}
	}
	return list
}
