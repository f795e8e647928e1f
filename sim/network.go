// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// latency is how long a message travels: some milliseconds, or now and then seconds to a day.
func (w *world) latency(k knob) time.Duration {
	if w.network.hit(w.loss(k)) {
		return w.network.spread(time.Second, 24*time.Hour)
	}
	return w.network.lasting(3*time.Millisecond, 60*time.Millisecond)
}

// loss is a knob's probability; nothing goes wrong any more when all is calm.
func (w *world) loss(k knob) float64 {
	if w.calm {
		return 0
	}
	return w.swarm.chance[k]
}

// call is a call to a wallet that is under way.
type call struct {
	w     *world
	h     *house
	c     relay.Call
	purse *purse
	leave int64
	done  bool
}

// carry carries a call of the relay to its wallet, and the answer back before its deadline, or nothing.
func (w *world) carry(h *house, c relay.Call) {
	if c.Act == relay.GiveUp {
		w.note("give up", c.Payment)
		h.answered(c, wallet.Answer{})
		return
	}
	w.count.calls++
	w.tamper(&c)
	w.note("asks", c.Payment, c.Act.String(), string(c.Wallet))
	w.oracle.left(h, &c)
	o := &call{w: w, h: h, c: c, purse: w.purseOf(c.Wallet), leave: w.now}
	if w.network.hit(w.loss(callLoses)) {
		o.give(0, wallet.Answer{}, false)
		return
	}
	travel := w.latency(callDelays)
	w.after(travel, o.arrive)
	if travel >= c.Deadline {
		o.give(0, wallet.Answer{}, false)
	}
	if w.network.hit(w.loss(callRepeats)) {
		w.after(w.latency(callDelays), func() { o.serve() })
	}
}

// give plans the answer's arrival; without an answer the deadline ends the call.
func (o *call) give(d time.Duration, a wallet.Answer, comes bool) {
	deadline := o.leave + int64(o.c.Deadline)
	at := o.w.now + int64(d)
	if at-o.leave > int64(slowAnswer) {
		o.obstructed()
	}
	if !comes || at >= deadline {
		if a.Verdict == wallet.Succeeded && comes {
			o.w.oracle.late(&o.c)
		}
		o.obstructed()
		a, at = wallet.Answer{Detail: "no answer in time"}, deadline
	}
	if at < o.w.now {
		return
	}
	o.w.events.plan(at, func() {
		if !o.done {
			o.done = true
			o.h.answered(o.c, a)
		}
	})
}

// slowAnswer is what a wallet in good health does not take to answer.
const slowAnswer = time.Second

// obstructed says that the question which would have ended an unknown payment was not answered, or late.
func (o *call) obstructed() {
	if o.c.Act != relay.Pay {
		o.w.oracle.obstruct(o.c.Payment)
	}
}

// arrive lets the wallet hear the call.
func (o *call) arrive() {
	w := o.w
	if o.purse.isDown(func() { o.serve() }) {
		o.give(0, wallet.Answer{}, false)
		return
	}
	a, think := o.serve()
	if w.network.hit(w.loss(forges)) {
		a = wallet.Answer{Detail: "the answer is not signed by the wallet"}
		w.oracle.hit(f17, w.oracle.deal(o.c.Payment))
		o.obstructed()
	}
	o.give(think+w.latency(answersLate), a, !w.network.hit(w.loss(answerLoses)))
}

// serve is the wallet's answer, and how long it takes over it.
func (o *call) serve() (wallet.Answer, time.Duration) {
	p, c := o.purse, &o.c
	var a wallet.Answer
	think := p.w.wallets.lasting(5*time.Millisecond, 200*time.Millisecond)
	switch c.Act {
	case relay.Pay:
		a, think = p.pay(c.Charge), p.record(c.Payment).script.answers
	case relay.Inquire:
		a = p.inquire(c.Payment)
		if a.Declares(wire.OrderNotExist) {
			p.w.oracle.hit(f13, p.w.oracle.deal(c.Payment))
		}
	case relay.Cancel:
		a = p.cancel(c.Payment)
	case relay.GiveBack:
		a = p.refund(c.Return, c.Refund == ident.Digest{})
	}
	return a, think
}

// answered hands a wallet's answer to the relay.
func (h *house) answered(c relay.Call, a wallet.Answer) {
	if h.dead {
		return
	}
	w := h.w
	if c.Act != relay.GiveUp {
		if w.options.Bug == BugTrustsSilence && c.Act == relay.Cancel && a.Verdict == wallet.Unknown {
			a = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
		}
		w.note("answers", c.Payment, c.Act.String(), a.Verdict.String(), string(a.Code)+" "+a.Partner)
		w.oracle.answered(&c, a)
	}
	h.answerEarly(&c, a)
	h.relay.Answered(c, a, h.clock())
	h.look()
}

func (w *world) purseOf(id wallet.ID) *purse {
	for _, p := range w.purses {
		if p.facts.ID == id {
			return p
		}
	}
	return nil
}

// deliver carries a till's request to the house, and its answer back. then is called once: with the answer, or with silence
// after the till's own patience.
func (w *world) deliver(r *request) {
	done := false
	finish := func(t told) {
		if !done {
			done = true
			r.then(t)
		}
	}
	w.after(r.patience, func() { finish(told{class: silent}) })
	if w.network.hit(w.loss(tillLoses)) {
		return
	}
	w.after(w.latency(tillDelays), func() { r.arrive(w, finish) })
	if w.network.hit(w.loss(tillRepeats)) {
		w.after(w.latency(tillDelays), func() { r.arrive(w, func(told) {}) })
	}
}

// request is what a till asks of the house.
type request struct {
	what     string
	id       ident.ID // of the payment
	client   ident.Client
	refund   ident.Digest // of a refund; zero otherwise
	amount   money.Amount // of a refund
	cancels  bool
	patience time.Duration
	serve    func(h *house, reply func(told))
	then     func(told)
}

// arrive lets the house hear a request. A house that is down refuses the connection.
func (r *request) arrive(w *world, finish func(told)) {
	h := w.reachable()
	if h == nil {
		w.after(w.network.lasting(3*time.Millisecond, 60*time.Millisecond), func() { finish(told{class: silent}) })
		return
	}
	w.note("request", r.id, r.what)
	answered := false
	answer := func(t told) {
		if h.dead || answered {
			return
		}
		answered = true
		t = h.mistaken(r.what, r.id, t)
		w.note("told", r.id, r.what, t.String())
		w.oracle.told(h, r, t)
		if !w.network.hit(w.loss(tillLoses)) {
			w.after(w.latency(tillDelays), func() { finish(t) })
		}
	}
	if h.early != nil {
		h.early[r.id] = answer
	}
	r.serve(h, answer)
}

// reachable is the house that a message reaches: while two believe that they have the lanes, either.
func (w *world) reachable() *house {
	w.older = alive(w.older)
	if len(w.older) > 0 && w.network.hit(0.4) {
		return oneOf(w.network, w.older)
	}
	if w.house == nil || w.house.dead {
		return nil
	}
	return w.house
}

func alive(list []*house) []*house {
	kept := list[:0]
	for _, h := range list {
		if !h.dead {
			kept = append(kept, h)
		}
	}
	return kept
}
