// SPDX-License-Identifier: Apache-2.0

// Package relay carries committed intents to wallets and brings what they say back to the desk.
//
// It is told of every committed change. For each open payment or refund it knows what must be asked next and when: the pay
// itself, at once; an inquiry of an unknown one every few seconds; then cancels until one is confirmed; then, when it is too
// late to cancel, a refund of our own. It is stepped and starts nothing: Step gives the calls that are due, whoever owns the
// network makes them, Answered takes the answers. What it knows is a fold of the journal, so after a restart Recover is all
// it needs.
//
// Read relay.go, then plan.go, then breaker.go.
package relay

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Submit queues a movement; reply is called once, unless an error is returned.
type Submit func(m flow.Movement, now time.Time, reply flow.Reply) error

// Facts are what the relay must know of wallets.
type Facts interface {
	// Wallet is a wallet of the federation, with its timers.
	Wallet(id wallet.ID) (wallet.Wallet, bool)
}

// Relay knows what must be asked of whom.
//
// Concurrency: safe for any number of callers; nothing of it waits.
type Relay struct {
	submit Submit
	facts  Facts
	alarm  func(name, about string)

	mutex    sync.Mutex
	tasks    map[ident.ID]*task
	charges  map[ident.ID][]held // codes on their way to their wallet; gone once sent
	watchers map[ident.ID][]*watcher
	lines    map[wallet.ID]*line
	wheel    wheel
	ready    []Call
}

// New is a relay that submits to a desk. alarm is told what an operator must know.
func New(submit Submit, facts Facts, alarm func(name, about string)) *Relay {
	return &Relay{submit: submit, facts: facts, alarm: alarm, tasks: map[ident.ID]*task{},
		charges: map[ident.ID][]held{}, watchers: map[ident.ID][]*watcher{}, lines: map[wallet.ID]*line{},
		wheel: wheel{slots: map[int64][]ident.ID{}}}
}

// task is an open payment with what was asked so far.
type task struct {
	payment   *payment.Payment
	asking    bool // a call is under way
	inquiries int  // since the payment became unknown here
	attempts  int  // cancels or refunds in a row
	tooLate   bool // the wallet, or the clock, says that it cannot be cancelled any more
	charged   bool // an inquiry after a stray charge says that it stands
	recovered bool // found open at the start: the pay's own call, if there was one, is lost
	due       time.Time
}

// Committed is told of the payments that a batch changed, in order.
func (r *Relay) Committed(changed []*payment.Payment, now time.Time) {
	r.mutex.Lock()
	var told []told
	for _, p := range changed {
		r.follow(p, now)
		told = r.tell(p, told)
	}
	r.mutex.Unlock()
	for _, t := range told {
		t.watcher.tell(t.payment)
	}
}

// Recover is told of the payments that are open at the start. The first question about each leaves within seconds.
func (r *Relay) Recover(open []*payment.Payment, now time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, p := range open {
		r.tasks[p.ID] = &task{payment: p, recovered: true}
		r.plan(r.tasks[p.ID], now)
	}
}

// follow keeps a task for a payment while it is open.
func (r *Relay) follow(p *payment.Payment, now time.Time) {
	t := r.tasks[p.ID]
	switch {
	case !p.Open():
		delete(r.tasks, p.ID)
		delete(r.charges, p.ID)
		return
	case t == nil:
		t = &task{}
		r.tasks[p.ID] = t
	case t.payment.State != p.State || t.payment.Stray != p.Stray:
		t.inquiries, t.attempts, t.charged = 0, 0, false
	}
	t.payment = p
	if !t.asking {
		r.plan(t, now)
	}
}

// held is what a pay must say, until its intent is committed. Requests under one name that show different codes may be on
// their way at once, and only one of them is committed: the fingerprint tells which.
type held struct {
	print   wallet.Mark
	charge  wallet.Charge
	callers int // who have the same request on its way
}

// Hold keeps what the pay of a payment must say until its intent is committed; the code is in memory only, and print is its
// fingerprint. A payment that is open already is not sent again.
func (r *Relay) Hold(print wallet.Mark, c wallet.Charge) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.tasks[c.Payment] != nil {
		return
	}
	list := r.charges[c.Payment]
	if i := shown(list, print); i >= 0 {
		list[i].callers++
		return
	}
	r.charges[c.Payment] = append(list, held{print: print, charge: c, callers: 1})
}

// Drop forgets what Hold kept for one request, where nothing is to be sent for it.
func (r *Relay) Drop(id ident.ID, print wallet.Mark) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	list := r.charges[id]
	i := shown(list, print)
	if i < 0 {
		return
	}
	if list[i].callers--; list[i].callers > 0 {
		return
	}
	if list = slices.Delete(list, i, i+1); len(list) > 0 {
		r.charges[id] = list
	} else {
		delete(r.charges, id)
	}
}

// shown is where the request with a fingerprint is held, or -1.
func shown(list []held, print wallet.Mark) int {
	return slices.IndexFunc(list, func(h held) bool { return h.print == print })
}

// charge is what is held for the request that a payment was made of; ok is false when it is gone.
func (r *Relay) charge(p *payment.Payment) (c wallet.Charge, ok bool) {
	list := r.charges[p.ID]
	if i := shown(list, p.Fingerprint); i >= 0 {
		return list[i].charge, true
	}
	return wallet.Charge{}, false
}

// Step gives the calls that are due. Each must be made once, and its answer handed to Answered.
func (r *Relay) Step(now time.Time) []Call {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, id := range r.wheel.due(now) {
		t := r.tasks[id]
		if t == nil || t.asking || t.due.After(now) {
			continue
		}
		r.ask(t, now)
	}
	calls := r.ready
	r.ready = nil
	return calls
}

// Next is when the next call is due; ok is false when nothing is open.
func (r *Relay) Next() (due time.Time, ok bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.ready) > 0 {
		return time.Time{}, true
	}
	return r.wheel.next()
}

// Answered takes what a wallet said to a call, and submits the movement that makes it durable.
func (r *Relay) Answered(c Call, a wallet.Answer, now time.Time) {
	r.mutex.Lock()
	r.landed(c, a, now)
	if t := r.tasks[c.Payment]; t != nil {
		t.asking = false
		r.learn(t, c, a)
		r.plan(t, now)
	}
	r.mutex.Unlock()
	m := c.movement(a)
	if m == nil {
		return
	}
	// A movement that is not taken, or whose batch is in doubt, loses nothing: the question is asked again.
	_ = r.submit(m, now, func(flow.Outcome, error) {})
}

// Asked is how often the wallet was asked about a payment since its state changed last; 0 where nothing is open.
func (r *Relay) Asked(id ident.ID) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if t := r.tasks[id]; t != nil {
		return max(t.inquiries, t.attempts)
	}
	return 0
}

// openSince is when what is open of a payment began: the payment itself, its cancel, a stray charge, or a refund.
func openSince(p *payment.Payment) time.Time {
	if p.State == payment.Sent || p.State == payment.Unknown {
		return p.At
	}
	since := p.ChangedAt
	for i := range p.Refunds {
		if f := &p.Refunds[i]; f.State.Open() && f.SentAt.Before(since) {
			since = f.SentAt
		}
	}
	return since
}

// Open is how many payments somebody must still be asked about, and since when the oldest is open.
func (r *Relay) Open() (count int, oldest time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.tasks) == 0 {
		return 0, time.Time{}
	}
	first := slices.MinFunc(slices.Collect(maps.Values(r.tasks)), func(a, b *task) int {
		return openSince(a.payment).Compare(openSince(b.payment))
	})
	return len(r.tasks), openSince(first.payment)
}
