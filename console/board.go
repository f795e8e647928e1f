// SPDX-License-Identifier: Apache-2.0

package console

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// The bounds of what is kept.
const (
	recentMax  = 60      // payments in the list
	doubtsMax  = 100_000 // open payments that are watched
	trailMax   = 16      // steps that are told of each
	resolvedIn = 30 * time.Second
)

// Board is the present of a network in memory: the last payments, the day's counts, and what is not known
// yet.
//
// Invariant: everything it keeps is bounded. Rows are counted once and in order, whether Follow or CatchUp
// brings them.
// Concurrency: safe for any number of callers; nothing of it waits.
type Board struct {
	zone  *time.Location
	epoch string // changes with the process: what a client saw of another board counts for nothing

	mutex   sync.Mutex
	version int64         // from 1: a client that has seen nothing has seen 0
	wake    chan struct{} // closed when the version rises
	recent  []*entry      // oldest first
	doubts  map[ident.ID]*doubt
	lanes   map[ident.Lane]*lane
	wallets map[wallet.ID]*pulse
	day     day
	minutes minutes
	tailMax int64 // journal rows that a start reads
}

// entry is a payment in the list, with the version in which it changed last.
type entry struct {
	payment *payment.Payment
	version int64
}

// doubt is an open payment, or one that was not known for a while and is now.
type doubt struct {
	payment  *payment.Payment
	refund   ident.Digest // which refund of the payment is open, or was; zero: the payment itself
	began    time.Time    // when it was asked for
	trail    []step
	resolved time.Time // zero while it is open
}

// step is one row of a payment's.
type step struct {
	kind    ledger.Kind
	subject ident.Digest // the payment, or which refund
	at      time.Time
}

// NewBoard is an empty board whose days begin at midnight in a zone.
func NewBoard(zone *time.Location, now time.Time) *Board {
	return &Board{zone: zone, epoch: strconv.FormatInt(now.UnixMicro(), 36), version: 1, wake: make(chan struct{}),
		doubts: map[ident.ID]*doubt{}, lanes: map[ident.Lane]*lane{}, wallets: map[wallet.ID]*pulse{},
		tailMax: tailMax}
}

// Follow takes a batch that was committed.
func (b *Board) Follow(rows []ledger.Row, changed []*payment.Payment) {
	if len(rows) == 0 {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.version++
	l := b.lane(rows[0].Lane)
	if l.followed == 0 {
		l.followed = rows[0].N
	}
	family := make(map[int64]*payment.Payment, len(changed))
	for _, p := range changed {
		family[p.Origin] = p
		b.note(p)
	}
	for i := range rows {
		r := &rows[i]
		b.offer(l, r)
		if p := family[r.Origin]; p != nil {
			b.pulse(p.Wallet).count(r.Kind, payment.TimeOf(r.At))
			b.follow(p.ID, r)
		}
	}
	b.raise()
}

// Take is told of payments that are open already.
func (b *Board) Take(open []*payment.Payment) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.version++
	for _, p := range open {
		b.note(p)
	}
	b.raise()
}

func (b *Board) raise() {
	close(b.wake)
	b.wake = make(chan struct{})
}

// note keeps a payment as it now is, unless a newer state of it is known.
func (b *Board) note(p *payment.Payment) {
	if p.State == payment.None || p.State == payment.Tombstone {
		return // nobody asked for money
	}
	b.list(p)
	d := b.doubts[p.ID]
	switch {
	case d != nil && d.payment.Last >= p.Last:
	case p.Open():
		if d == nil && len(b.doubts) < doubtsMax {
			d = &doubt{}
			b.doubts[p.ID] = d
		}
		if d != nil {
			d.payment, d.resolved = p, time.Time{}
			d.refund, d.began = asked(p)
		}
	case d == nil:
	case d.doubtful(p.ChangedAt):
		d.payment, d.resolved = p, p.ChangedAt
	default:
		delete(b.doubts, p.ID)
	}
}

// list puts a payment into the list, in the order of its beginning.
func (b *Board) list(p *payment.Payment) {
	at := len(b.recent)
	for at > 0 && before(p, b.recent[at-1].payment) {
		at--
	}
	if at > 0 && b.recent[at-1].payment.ID == p.ID {
		if e := b.recent[at-1]; e.payment.Last < p.Last {
			e.payment, e.version = p, b.version
		}
		return
	}
	if at == 0 && len(b.recent) == recentMax {
		return
	}
	b.recent = slices.Insert(b.recent, at, &entry{payment: p, version: b.version})
	if len(b.recent) > recentMax {
		b.recent = slices.Delete(b.recent, 0, 1)
	}
}

// before reports whether a payment began before another; lanes settle what the clock does not.
func before(a, b *payment.Payment) bool {
	if c := a.At.Compare(b.At); c != 0 {
		return c < 0
	}
	if a.ID.Lane != b.ID.Lane {
		return a.ID.Lane < b.ID.Lane
	}
	return a.Origin < b.Origin
}

// follow remembers a row of a payment that is watched.
func (b *Board) follow(id ident.ID, r *ledger.Row) {
	if d := b.doubts[id]; d != nil && len(d.trail) < trailMax {
		d.trail = append(d.trail, step{kind: r.Kind, subject: r.Subject, at: payment.TimeOf(r.At)})
	}
}

// patience is how long a wallet may take before its payment counts as not known: about as long as the shop is
// kept waiting.
//
// Source: decisions B25.
const patience = 4 * time.Second

// doubtful reports whether a person would say at a time that nobody knows what became of it.
func (d *doubt) doubtful(at time.Time) bool {
	if d.refund != (ident.Digest{}) || d.payment.State == payment.Sent {
		return at.Sub(d.began) >= patience
	}
	return true
}

// asked says which refund of an open payment is open, or that the payment is, and when it was asked for.
func asked(p *payment.Payment) (refund ident.Digest, at time.Time) {
	for i := range p.Refunds {
		if f := &p.Refunds[i]; p.State == payment.Success && f.State.Open() {
			return f.ID, f.SentAt
		}
	}
	return ident.Digest{}, p.At
}

// forget lets go of what was resolved long enough ago to have been seen.
func (b *Board) forget(now time.Time) {
	for id, d := range b.doubts {
		if !d.resolved.IsZero() && now.Sub(d.resolved) >= resolvedIn {
			delete(b.doubts, id)
		}
	}
}
