// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// script is how a wallet will behave about one payment.
type script struct {
	declines       wire.ResultCode
	polls          int           // questions before it decides
	thinks         time.Duration // before it decides
	answers        time.Duration // before it answers
	forgets        int           // questions it answers with ORDER_NOT_EXIST
	alias          bool
	twice          bool
	wrong          bool
	tellsWrong     int
	regrets        time.Duration
	deaf           int
	early          bool
	keeps          bool
	takesAgain     bool
	stalls         int
	stallsFor      time.Duration
	declinesRefund bool
	refundWrong    int
	notices        []time.Duration
}

// declineCodes are why wallets decline.
var declineCodes = []wire.ResultCode{wire.UserBalanceNotEnough, wire.UserBalanceNotEnough, wire.RiskReject,
	wire.UserAmountExceedLimit, wire.UserStatusAbnormal, wire.ProcessFail}

// newScript draws how the wallet behaves about its next payment.
func (p *purse) newScript() (s script) {
	c, k := p.w.wallets, &p.w.swarm.chance
	s.answers = c.spread(5*time.Millisecond, 400*time.Millisecond)
	if p.w.calm {
		return s
	}
	if c.hit(k[answersLate]) {
		s.answers = c.spread(time.Second, 24*time.Hour)
	}
	if c.hit(k[declines]) {
		s.declines = oneOf(c, declineCodes)
	}
	if c.hit(k[answersOpen]) {
		s.polls = c.between(1, 24)
		if c.hit(0.3) {
			s.thinks = c.spread(time.Second, time.Hour)
		}
	}
	if c.hit(k[forgets]) {
		s.forgets = c.between(1, 24)
	}
	s.alias, s.twice, s.wrong = c.hit(k[otherName]), c.hit(k[chargesTwice]), c.hit(k[chargesWrong])
	if c.hit(k[tellsWrong]) {
		s.tellsWrong = c.between(1, 5)
	}
	if c.hit(k[regrets]) {
		s.regrets = c.spread(time.Second, 24*time.Hour)
	}
	p.scriptUndoing(&s)
	if c.hit(k[notifies]) {
		for range c.between(1, 8) {
			s.notices = append(s.notices, c.spread(time.Millisecond, 48*time.Hour))
		}
	}
	return s
}

// scriptUndoing draws how it behaves when it must give back.
func (p *purse) scriptUndoing(s *script) {
	c, k := p.w.wallets, &p.w.swarm.chance
	if c.hit(k[deafCancel]) {
		s.deaf = c.between(1, 12)
	}
	s.early = c.hit(k[earlyWindow])
	s.takesAgain, s.keeps = c.hit(k[liesAboutCancel]), c.hit(k[keepsMoney])
	if c.hit(k[stallsRefund]) {
		s.stalls = c.between(1, 6)
		if c.hit(0.7) {
			s.stallsFor = c.spread(time.Second, 6*time.Hour)
		}
	}
	s.declinesRefund = c.hit(k[declinesRefund])
	if c.hit(k[refundsWrong]) {
		s.refundWrong = c.between(1, 3)
	}
}

// announce plans the notifications of a payment that was just taken: each says what is true now, whenever it arrives.
func (p *purse) announce(r *record) {
	a := p.says(r, oneOf(p.w.wallets, r.takings))
	for _, d := range r.script.notices {
		if p.w.wallets.hit(0.5) {
			a = p.says(r, oneOf(p.w.wallets, r.takings))
		}
		sent := a
		p.w.after(d, func() { p.notify(r, sent, nil) })
	}
	if r.odd {
		p.insist(r)
	}
}

// insistAt is when a notification that is not acknowledged is sent again. Source: reference/alipay-wire-api.md 2.7.
var insistAt = []time.Duration{time.Second, 2 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour,
	6 * time.Hour, 15 * time.Hour}

// insist notifies of every taking of a payment until the house has heard it.
func (p *purse) insist(r *record) {
	r.owes = true
	for _, t := range r.takings {
		if t.back == 0 {
			p.insistOn(r, t, 0)
		}
	}
}

func (p *purse) insistOn(r *record, t *taking, try int) {
	if try >= len(insistAt) {
		return
	}
	heard := false
	p.w.after(insistAt[try], func() {
		p.notify(r, p.says(r, t), func() { heard = true })
		p.w.after(30*time.Second, func() {
			if !heard {
				p.insistOn(r, t, try+1)
			}
		})
	})
}

// notify sends one notification; heard is called when the house says that it has heard it.
func (p *purse) notify(r *record, a wallet.Answer, heard func()) {
	w := p.w
	if p.isDown(func() { p.notify(r, a, heard) }) || w.network.hit(w.loss(callLoses)) {
		return
	}
	w.after(w.latency(callDelays), func() {
		h := w.house
		d := w.oracle.deal(r.id)
		if w.network.hit(w.loss(forges)) {
			w.oracle.hit(f17, d)
			return // the edge refuses what the wallet did not sign
		}
		if h == nil || h.dead {
			return
		}
		w.note("notified", r.id, a.Verdict.String(), string(a.Code), a.Partner)
		w.oracle.hit(f16, d)
		h.hear(p.facts.ID, r.id, a, func() {
			if heard != nil && !w.network.hit(w.loss(answerLoses)) {
				heard()
			}
		})
	})
}

// flush tells the house of everything that it may not have heard of, when all is well again.
func (p *purse) flush() {
	p.down = 0
	p.comeUp()
	for _, r := range p.order {
		if r.place == pending {
			p.w.after(p.w.wallets.lasting(0, time.Minute), func() { p.decide(r) })
		}
		if r.owes || r.place == taken && len(r.script.notices) > 0 {
			p.insist(r)
		}
	}
}

// about is the wallet's record of a payment; nil when it never heard of it.
func (w *world) about(id ident.ID) *record {
	for _, p := range w.purses {
		if r := p.records[id]; r != nil {
			return r
		}
	}
	return nil
}
