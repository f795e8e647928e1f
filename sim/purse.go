// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// purse is a wallet with a book of its own, written from the network's rules for wallets. It knows nothing of package
// payment.
//
// It keeps the rules that a wallet must keep: one request id has one effect, a cancel absorbs whatever comes after it, a
// code is good for one minute, and nothing is taken after paymentExpiryTime. What it says, when, and whether it is true, is
// its script's.
//
// Source: reference/alipay-wire-api.md 3.2, 3.3, 3.7.
type purse struct {
	w       *world
	index   int
	facts   wallet.Wallet
	lax     bool // it takes a code twice
	skew    time.Duration
	down    int64 // until when
	backlog []func()
	records map[ident.ID]*record
	order   []*record
	codes   map[string]*minted
	serial  int
}

// minted is a payer's code.
type minted struct {
	code    string
	until   int64
	spentBy ident.ID
}

// codeLife is how long a code is good. Source: reference/alipay-wire-api.md 2.9.
const codeLife = time.Minute

// place is what became of a payment at its wallet.
type place int

const (
	unborn  place = iota // never asked
	pending              // asked, and not decided
	taken
	refused
	reversed // by a cancel
)

// record is a payment at its wallet.
type record struct {
	id       ident.ID
	charge   wallet.Charge
	asked    bool
	askedAt  int64
	script   script
	place    place
	reason   wire.ResultCode
	takings  []*taking
	decideAt int64
	polls    int // questions answered while it was pending
	forgot   int // questions answered with ORDER_NOT_EXIST
	lies     int
	deaf     int
	returns  []*giveBack
	odd      bool // what it says or does cannot be true beside the request
	kept     bool // it confirmed a cancel and kept the money under the name that the house knows
	owes     bool // something was taken that the house has not been told of for sure
}

// taking is money that was taken.
type taking struct {
	name         string
	aliases      []string
	price, payer money.Amount
	backPrice    int64
	back         int64 // given back, in minor units of payer
	at           int64
}

// giveBack is a refund at its wallet.
type giveBack struct {
	id           ident.ID
	name         string
	price, payer money.Amount
	tries, lies  int
	until        int64
	done, failed bool
	reason       wire.ResultCode
	at           int64
}

// net is what was taken and not given back.
func (r *record) net() (payer, price int64) {
	for _, t := range r.takings {
		payer += t.payer.Minor() - t.back
		price += t.price.Minor() - t.backPrice
	}
	return payer, price
}

// clock is what the wallet thinks the time is.
func (p *purse) clock() time.Time { return p.w.time().Add(p.skew) }

// mint gives a payer a new code.
func (p *purse) mint() *minted {
	p.serial++
	var entropy [16]byte
	p.w.tills.fill(entropy[:])
	m := &minted{code: wallet.MintCode(p.facts.Routing, entropy), until: p.w.now + int64(codeLife)}
	p.codes[m.code] = m
	return m
}

// record is the wallet's record of a payment, new or known.
func (p *purse) record(id ident.ID) *record {
	r := p.records[id]
	if r == nil {
		r = &record{id: id, script: p.newScript()}
		p.records[id], p.order = r, append(p.order, r)
	}
	return r
}

// goDown takes the wallet off the network for a while. What comes meanwhile is lost, or waits.
func (p *purse) goDown() {
	w := p.w
	if w.calm {
		return
	}
	p.down = max(p.down, w.now+int64(w.wallets.spread(10*time.Second, 72*time.Hour)))
	w.note("wallet down", ident.ID{}, string(p.facts.ID), time.Duration(p.down-w.now).String())
	w.events.plan(p.down, p.comeUp)
}

// comeUp floods the house with whatever has waited.
func (p *purse) comeUp() {
	if p.w.now < p.down {
		return
	}
	backlog := p.backlog
	p.backlog = nil
	for _, run := range backlog {
		p.w.after(p.w.wallets.lasting(0, 2*time.Second), run)
	}
}

// isDown reports whether the wallet hears nothing. What was said to it may be heard later.
func (p *purse) isDown(later func()) bool {
	if p.w.now >= p.down {
		return false
	}
	if later != nil && p.w.wallets.hit(0.5) {
		p.backlog = append(p.backlog, later)
	}
	return true
}

// pay hears that a payment is asked for.
func (p *purse) pay(c wallet.Charge) wallet.Answer {
	r := p.record(c.Payment)
	if r.asked && (r.charge.Price != c.Price || r.charge.Payer != c.Payer || r.charge.Code != c.Code) {
		p.w.fail("I-11", c.Payment, "the house asked twice under one name: for %v and for %v", r.charge.Payer, c.Payer)
		return wallet.Answer{Code: wire.UnknownException}
	}
	if !r.asked {
		r.asked, r.askedAt, r.charge = true, p.w.now, c
		if r.place == unborn {
			r.place, r.decideAt = pending, p.w.now+int64(r.script.thinks)
			switch {
			case r.script.thinks > 0:
				p.w.after(r.script.thinks, func() { p.decide(r) })
			case r.script.polls == 0:
				p.decide(r)
			}
		}
	}
	return p.charge(r)
}

// decide makes up the wallet's mind.
func (p *purse) decide(r *record) {
	if r.place != pending {
		return
	}
	code := p.codes[r.charge.Code]
	switch {
	case !r.charge.ExpiresAt.IsZero() && !p.clock().Before(r.charge.ExpiresAt):
		p.refuse(r, wire.OrderIsClosed)
	case code == nil:
		p.refuse(r, wire.InvalidPaymentCode)
	case code.spentBy != ident.ID{} && code.spentBy != r.id && !p.lax, r.askedAt > code.until:
		p.refuse(r, wire.ExpiredCode)
	case r.script.declines != "":
		p.refuse(r, r.script.declines)
	case r.script.regrets > 0:
		r.odd = true
		p.refuse(r, wire.UserBalanceNotEnough)
		p.w.after(r.script.regrets, func() {
			if r.place == refused && !p.w.calm {
				p.take(r)
			}
		})
	default:
		if code.spentBy == (ident.ID{}) {
			code.spentBy = r.id
		}
		p.take(r)
	}
}

func (p *purse) refuse(r *record, reason wire.ResultCode) {
	r.place, r.reason = refused, reason
	p.w.note("wallet refuses", r.id, string(reason))
}

// take takes the money, once or as the script says.
func (p *purse) take(r *record) {
	r.place = taken
	t := p.taking(r)
	if r.script.wrong {
		t.payer, r.odd = money.New(t.payer.Minor()+7, t.payer.Currency()), true
	}
	if r.script.alias {
		t.aliases, r.odd = []string{t.name + "-b"}, true
	}
	if r.script.twice {
		r.odd = true
		p.taking(r)
	}
	p.w.note("wallet takes", r.id, t.payer.String(), strconv.Itoa(len(r.takings)))
	p.announce(r)
}

func (p *purse) taking(r *record) *taking {
	p.serial++
	t := &taking{name: "W" + strconv.Itoa(p.index) + "-" + strconv.Itoa(p.serial), price: r.charge.Price,
		payer: r.charge.Payer, at: p.w.now}
	r.takings = append(r.takings, t)
	return t
}

// charge is what the wallet says of a payment now, to a pay, to an inquiry or in a notification.
func (p *purse) charge(r *record) wallet.Answer {
	switch r.place {
	case unborn:
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderNotExist}
	case pending:
		return wallet.Answer{Code: wire.PaymentInProcess, Detail: "the wallet has not decided"}
	case refused:
		return wallet.Answer{Verdict: wallet.Declined, Code: r.reason}
	case reversed:
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderIsCanceled}
	}
	return p.says(r, p.standing(r))
}

// standing is the taking of which the wallet speaks: one that was not given back, where there is one.
func (p *purse) standing(r *record) *taking {
	for _, t := range r.takings {
		if t.back < t.payer.Minor() {
			return t
		}
	}
	return r.takings[len(r.takings)-1]
}

// says is an S for a taking, true or not.
func (p *purse) says(r *record, t *taking) wallet.Answer {
	a := wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: t.name,
		PartnerAt: time.Unix(0, t.at).Add(p.skew), Price: t.price, Payer: t.payer}
	if p.w.wallets.hit(0.2) && !r.script.wrong {
		a.Price, a.Payer = money.Amount{}, money.Amount{}
	}
	if p.w.calm {
		return a
	}
	if len(t.aliases) > 0 && p.w.wallets.hit(0.5) {
		a.Partner = t.aliases[0]
	}
	if r.script.tellsWrong > r.lies && p.w.wallets.hit(0.7) {
		r.lies++
		switch p.w.wallets.IntN(3) {
		case 0:
			a.Price, a.Payer = money.New(t.price.Minor()+1, t.price.Currency()), t.payer
		case 1:
			a.Price, a.Payer = t.price, money.New(t.payer.Minor()*100, t.payer.Currency())
		default:
			a.Price, a.Payer = t.price, money.New(t.payer.Minor(), money.EUR)
		}
	}
	return a
}

// inquire says what became of a payment, as far as the wallet cares to remember.
func (p *purse) inquire(id ident.ID) wallet.Answer {
	r := p.records[id]
	if r == nil {
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderNotExist}
	}
	if r.forgot < r.script.forgets && !p.w.calm {
		r.forgot++
		r.owes = r.owes || r.place == taken
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderNotExist}
	}
	if r.place == pending {
		r.polls++
		if r.polls > r.script.polls && p.w.now >= r.decideAt || p.w.calm {
			p.decide(r)
		}
	}
	return p.charge(r)
}

// cancel undoes a payment whatever its state, unless the window has ended.
func (p *purse) cancel(id ident.ID) wallet.Answer {
	r := p.record(id)
	s := &r.script
	switch {
	case r.deaf < s.deaf && !p.w.calm:
		r.deaf++
		return wallet.Answer{Code: wire.UnknownException}
	case s.early && !p.w.calm && r.place != reversed:
		r.odd = true
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.CancelWindowExceed}
	case r.place == taken && !p.clock().Before(calendar.NetworkWindowEnds(time.Unix(0, r.takings[0].at).Add(p.skew))):
		return wallet.Answer{Verdict: wallet.Declined, Code: wire.CancelWindowExceed}
	}
	was := r.place
	if s.keeps && was == taken && !p.w.calm {
		r.odd, r.kept = true, true
		p.w.note("wallet lies", id, "keeps the money")
		p.insist(r)
		return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
	}
	p.reverse(r)
	if s.takesAgain && was == taken && !p.w.calm {
		r.odd = true
		p.w.after(p.w.wallets.spread(time.Second, 12*time.Hour), func() {
			if r.place == reversed && !p.w.calm {
				p.w.note("wallet lies", id, "takes it again")
				s.alias, s.twice, s.wrong = false, false, false
				p.take(r)
				p.insist(r)
			}
		})
		s.takesAgain = false
	}
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
}

func (p *purse) reverse(r *record) {
	if r.place != reversed {
		p.w.note("wallet cancels", r.id)
	}
	r.place = reversed
	for _, t := range r.takings {
		t.back, t.backPrice = t.payer.Minor(), t.price.Minor()
	}
}
