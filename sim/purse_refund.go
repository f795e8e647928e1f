// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"slices"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// refund gives money back. The same refund id finds what was decided. A decline of a return of the house's own, which no
// merchant has asked for, is taken back later: whoever must give back gives back in the end.
func (p *purse) refund(c wallet.Return, ours bool) wallet.Answer {
	if !c.Amount.Positive() || !c.Payer.Positive() {
		// The dialect has no words for a refund of nothing, so nothing leaves.
		return wallet.Answer{Detail: "nothing was sent: refundFromAmount must be at least 1"}
	}
	r := p.records[c.Payment]
	if r == nil || len(r.takings) == 0 {
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderNotExist}
	}
	g := p.giveBackOf(r, c)
	if g.price != c.Amount || g.payer != c.Payer {
		p.w.fail("I-11", c.Payment, "the house repeats a refund of %v with %v", g.payer, c.Payer)
	}
	g.tries++
	if !g.done && !g.failed {
		s := &r.script
		if !p.w.calm && (g.tries <= s.stalls || p.w.now < g.until) {
			return wallet.Answer{Code: wire.RefundInProcess}
		}
		if reason := p.refusesRefund(r, g, ours); reason != "" {
			if g.failed = !ours; g.failed {
				g.reason = reason
			}
			return wallet.Answer{Verdict: wallet.Declined, Code: reason}
		}
		p.giveBack(r, g, c.Partner)
	}
	if g.failed {
		return wallet.Answer{Verdict: wallet.Declined, Code: g.reason}
	}
	return p.returned(r, g)
}

func (p *purse) giveBackOf(r *record, c wallet.Return) *giveBack {
	i := slices.IndexFunc(r.returns, func(g *giveBack) bool { return g.id == c.Refund })
	if i >= 0 {
		return r.returns[i]
	}
	p.serial++
	g := &giveBack{id: c.Refund, name: "R" + strconv.Itoa(p.index) + "-" + strconv.Itoa(p.serial), price: c.Amount,
		payer: c.Payer, until: p.w.now + int64(r.script.stallsFor)}
	r.returns = append(r.returns, g)
	return g
}

// refusesRefund says why a refund is declined, or nothing.
func (p *purse) refusesRefund(r *record, g *giveBack, ours bool) wire.ResultCode {
	left := int64(0)
	for _, t := range r.takings {
		left += t.payer.Minor() - t.back
	}
	switch {
	case r.place == reversed:
		return wire.OrderIsCanceled
	case g.payer.Minor() > left:
		if !r.odd {
			p.w.fail("I-10", r.id, "the house asks to give back %v, and %d are left of what was taken", g.payer, left)
		}
		return wire.RefundAmountExceed
	case r.script.declinesRefund && !p.w.calm && (!ours || g.tries < 4):
		return wire.UserStatusAbnormal
	}
	return ""
}

// giveBack gives the money back, of the taking that is named as far as it reaches.
func (p *purse) giveBack(r *record, g *giveBack, name string) {
	g.done, g.at = true, p.w.now
	left, price := g.payer.Minor(), g.price.Minor()
	for pass := range 2 {
		for _, t := range r.takings {
			if named := t.name == name || slices.Contains(t.aliases, name); pass == 0 && !named {
				continue
			}
			part := min(left, t.payer.Minor()-t.back)
			partPrice := min(price, t.price.Minor()-t.backPrice)
			t.back, t.backPrice = t.back+part, t.backPrice+partPrice
			left, price = left-part, price-partPrice
		}
	}
	p.w.note("wallet gives back", r.id, g.payer.String())
}

// returned is the S to a refund.
func (p *purse) returned(r *record, g *giveBack) wallet.Answer {
	a := wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: g.name,
		PartnerAt: time.Unix(0, g.at).Add(p.skew), Price: g.price, Payer: g.payer}
	if r.script.refundWrong > g.lies && !p.w.calm {
		g.lies++
		a.Payer = money.New(g.payer.Minor()+1, g.payer.Currency())
	}
	return a
}
