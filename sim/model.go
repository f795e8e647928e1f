// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// model is what must be true of each payment, by the documents: which facts a wallet has given the house, what the house may
// have committed because of them, and what it may have told whom.
//
// Source: reference/reliability.md 2.1 and 3; decisions B18 to B25.
type model struct {
	w     *world
	deals map[ident.ID]*deal
	order []*deal
	at    [3]int64 // rows of each lane that the model has heard of
}

// deal is a payment as the model sees it.
type deal struct {
	id      ident.ID
	order   *order           // the request that was accepted under this name; nil: not known
	last    *payment.Payment // as committed
	passed  []class          // what could be told of it at this very instant, one after another
	passAt  int64
	sentAt  int64
	askedAt int64 // when a call left last
	begun   bool  // a pay has left for the wallet
	facts   facts

	obstructed, doubtful bool // by the network; it was unknown for a while
	ended                bool

	said     class // the last definite class that was told: 0, S, F or C
	saidCode wire.ResultCode
	exists   bool // somebody was told that it exists
	backs    map[ident.Digest]told
	undoing  bool // a cancel was asked for
}

// facts are what wallets have said with a signature, as far as the house has heard it.
type facts struct {
	charged   []string // names of charges, told with our own amounts
	declined  bool
	undone    bool             // S to a cancel
	ended     bool             // a decline to the inquiry after the window
	returned  []string         // charges of which a refund of our own was confirmed
	unstray   bool             // a decline to the inquiry about a stray charge
	gaveBack  []ident.Digest   // refunds that were confirmed
	refusals  []ident.Digest   // and declined
	reversals map[string]int64 // refunds of our own that have left, by charge
}

// deal is the model's record of a payment, new or known.
func (m *model) deal(id ident.ID) *deal {
	d := m.deals[id]
	if d == nil {
		d = &deal{id: id, backs: map[ident.Digest]told{}}
		m.deals[id], m.order = d, append(m.order, d)
	}
	return d
}

// hit counts a fault that a payment meets where it stands.
func (m *model) hit(f mishap, d *deal) { m.w.cover.hit(f, columnOf(d.last)) }

// hitRefunds counts it for each of the payment's refunds too.
func (m *model) hitRefunds(f mishap, d *deal) {
	if d.last != nil {
		for i := range d.last.Refunds {
			m.w.cover.hit(f, columnOfRefund(d.last.Refunds[i].State))
		}
	}
}

// metAll counts a fault that everything meets which may still change, and what has ended lately.
func (m *model) metAll(f mishap) {
	for _, d := range m.order[max(0, len(m.order)-40):] {
		m.hit(f, d)
		m.hitRefunds(f, d)
	}
	for _, d := range m.order {
		if d.last != nil && d.last.Open() {
			m.hit(f, d)
			m.hitRefunds(f, d)
		}
	}
}

// met counts a fault that the payments of a batch meet, as they were before it.
func (m *model) met(f mishap, changed []*payment.Payment) {
	for _, p := range changed {
		d := m.deal(p.ID)
		m.hit(f, d)
		m.hitRefunds(f, d)
	}
}

// obstruct says that something kept a payment from being resolved in time.
func (m *model) obstruct(id ident.ID) { m.deal(id).obstructed = true }

func (m *model) obstructAll() {
	for _, d := range m.order {
		if !d.ended {
			d.obstructed = true
		}
	}
}

// crashed is told that a house is gone.
func (m *model) crashed(*house) { m.obstructAll() }

// left is told that a call leaves for a wallet: only for what is committed.
func (m *model) left(h *house, c *relay.Call) {
	d := m.deal(c.Payment)
	d.askedAt = m.w.now
	if d.last == nil || d.last.State == payment.Tombstone {
		m.w.fail("I-20", d.id, "a %v leaves for a payment that is not committed", c.Act)
		return
	}
	switch c.Act {
	case relay.Pay:
		m.payLeft(d, c)
	case relay.Cancel:
		if s := d.last.State; h == m.w.house && s != payment.Cancelling {
			m.w.fail("I-07", d.id, "a cancel leaves while the payment is %v", s)
		}
	case relay.GiveBack:
		m.returnLeft(d, c)
	}
}

// payLeft: one code is sent to its wallet for one payment, with the amounts that are on record.
func (m *model) payLeft(d *deal, c *relay.Call) {
	switch p := d.last; {
	case d.begun:
		m.w.fail("I-05", d.id, "the wallet is asked to pay a second time")
	case c.Charge.Price != p.Price || c.Charge.Payer != p.Payer:
		m.w.fail("I-11", d.id, "the wallet is asked for %v and %v instead of %v and %v", c.Charge.Price, c.Charge.Payer, p.Price,
			p.Payer)
	case d.order != nil && c.Charge.Code != d.order.code:
		m.w.fail("I-09", d.id, "the wallet is asked with another code than the payer showed")
	}
	d.begun = true
	for _, o := range m.order {
		if o != d && o.begun && o.order != nil && o.order.code == c.Charge.Code && m.w.now-o.sentAt < int64(time.Hour) {
			m.w.fail("I-09", d.id, "one code is spent twice: also for payment %v", o.id)
		}
	}
}

func (m *model) returnLeft(d *deal, c *relay.Call) {
	if c.Refund == (ident.Digest{}) {
		if d.facts.reversals == nil {
			d.facts.reversals = map[string]int64{}
		}
		d.facts.reversals[c.Return.Partner] = m.w.now
		return
	}
	if f := d.last.Refund(c.Refund); f == nil || f.Amounts.Price != c.Return.Amount || f.Amounts.Payer != c.Return.Payer {
		m.w.fail("I-11", d.id, "the wallet is asked to give back %v, which no refund says", c.Return.Amount)
	}
}

// answered is told what a wallet said to a call, before the house hears it.
func (m *model) answered(c *relay.Call, a wallet.Answer) {
	d := m.deal(c.Payment)
	f := &d.facts
	switch {
	case c.Act == relay.Cancel:
		f.undone = f.undone || a.Verdict == wallet.Succeeded
		if a.Verdict != wallet.Succeeded {
			m.hit(f15, d)
			d.obstructed = true
		}
	case c.Act == relay.GiveBack && c.Refund != ident.Digest{}:
		m.answeredRefund(d, c, a)
	case c.Act == relay.GiveBack:
		if a.Verdict == wallet.Succeeded && !otherThan(a, c.Return.Amount, c.Return.Payer) {
			f.returned = append(f.returned, c.Return.Partner)
		} else if a.Verdict != wallet.Unknown {
			m.hit(f14, d)
		}
	default:
		m.delivered(c.Payment, c.Question, a)
	}
}

func (m *model) answeredRefund(d *deal, c *relay.Call, a wallet.Answer) {
	f := &d.facts
	at := columnOf(d.last)
	if r := d.last.Refund(c.Refund); r != nil {
		at = columnOfRefund(r.State)
	}
	switch {
	case a.Verdict == wallet.Declined:
		f.refusals = append(f.refusals, c.Refund)
	case a.Verdict == wallet.Succeeded && otherThan(a, c.Return.Amount, c.Return.Payer):
		m.w.cover.hit(f14, at)
	case a.Verdict == wallet.Succeeded:
		f.gaveBack = append(f.gaveBack, c.Refund)
		m.w.cover.hit(f12, at)
	}
}

// otherThan reports whether an answer tells other amounts than these; what it does not tell differs not.
func otherThan(a wallet.Answer, price, payer money.Amount) bool {
	return a.Price.Currency().Valid() && a.Price != price || a.Payer.Currency().Valid() && a.Payer != payer
}

// delivered is told of an answer about a charge that reaches the house.
func (m *model) delivered(id ident.ID, q flow.Question, a wallet.Answer) {
	d := m.deal(id)
	f := &d.facts
	if d.last == nil {
		return
	}
	switch {
	case a.Verdict == wallet.Succeeded && otherThan(a, d.last.Price, d.last.Payer):
		m.hit(f14, d)
	case a.Verdict == wallet.Succeeded:
		if m.speaksAgainst(d, a) {
			m.hit(f14, d)
		}
		if !slices.Contains(f.charged, a.Partner) {
			f.charged = append(f.charged, a.Partner)
		}
		if d.sentAt > 0 && m.w.now-d.sentAt > int64(time.Hour) {
			m.w.cover.some1(hourLateS)
		}
		if m.w.now-d.sentAt > int64(10*time.Second) {
			m.hit(f12, d)
		}
	case a.Verdict == wallet.Declined:
		if a.Code != wire.OrderNotExist {
			f.declined = true
			f.unstray = f.unstray || q == flow.AskedAboutStray
		}
		f.ended = f.ended || q == flow.AskedAfterWindow
	}
}

// speaksAgainst reports whether an S cannot be true beside what was said before.
func (m *model) speaksAgainst(d *deal, a wallet.Answer) bool {
	switch d.last.State {
	case payment.Success, payment.Refunding:
		return a.Partner != d.last.Partner
	case payment.Failed, payment.Cancelled:
		return true
	}
	return false
}

// late is told of an S that the network brings when nobody waits for it any more.
func (m *model) late(c *relay.Call, _ int64) { m.hit(f12, m.deal(c.Payment)) }

// durable checks, once a notification is acknowledged, that it was not swallowed: a charge is on record as the payment's own,
// as a stray one, as one that went back, or as a contradiction. While a cancel is under way the cancel answers for it.
func (m *model) durable(p *payment.Payment, a wallet.Answer) {
	waits := p != nil && p.State == payment.Cancelling && p.Partner == ""
	if a.Verdict != wallet.Succeeded || p == nil || waits || len(p.Contradictions) >= 8 {
		return
	}
	switch {
	case otherThan(a, p.Price, p.Payer):
		if len(p.Contradictions) == 0 {
			m.w.fail("I-16", p.ID, "an S with other amounts is acknowledged and written nowhere")
		}
	case a.Partner == p.Partner || a.Partner == p.Stray || slices.Contains(p.Reversed, a.Partner):
	case slices.ContainsFunc(p.Contradictions, func(c string) bool { return strings.Contains(c, a.Partner) }):
	default:
		m.w.fail("I-16", p.ID, "the charge %s of a payment that is %v is acknowledged and written nowhere", a.Partner, p.State)
	}
}

// held is what the house had open before it ended, as far as the model has heard; to be compared with what a start finds.
func (m *model) held() map[ident.ID]*payment.Payment {
	open := map[ident.ID]*payment.Payment{}
	for _, d := range m.order {
		if d.last != nil && d.last.Open() {
			open[d.id] = d.last
		}
	}
	return open
}

// committed is told of every batch, before anybody else hears of it.
func (m *model) committed(h *house, rows []ledger.Row, changed []*payment.Payment) {
	if len(rows) > 0 {
		m.at[rows[0].Lane] = rows[len(rows)-1].N
	}
	if h.lapsed {
		m.w.cover.some1(map[bool]sometime{true: doubtWritten, false: doubtNotWritten}[m.w.lapse == store.NotAnswered])
	}
	for _, p := range changed {
		if h.lapsed {
			d := m.deal(p.ID)
			m.hit(f07, d)
			m.hitRefunds(f07, d)
		}
		m.change(p)
	}
}

// idleMax is how long nobody may be asked about an open payment, beyond the wallet's own pauses.
const idleMax = 2 * time.Minute

// neglected looks for open payments about which nobody is asked although the house has been up for long enough.
func (m *model) neglected() {
	h := m.w.house
	if h == nil {
		return
	}
	for _, d := range m.order {
		p := d.last
		if p == nil || !p.Open() {
			continue
		}
		most := int64(idleMax)
		if purse := m.w.purseOf(p.Wallet); purse != nil {
			most += int64(purse.facts.Timers.Deadline + purse.facts.Timers.CancelMax)
		}
		if since := max(d.askedAt, h.readyAt, p.ChangedAt.Add(-h.offset).UnixNano()); m.w.now-since > most {
			m.w.fail("I-08", d.id, "the payment is %v%s, and nobody has been asked for %v", p.State, openWhy(p),
				time.Duration(m.w.now-since))
		}
	}
}
