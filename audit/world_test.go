// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// world is a network on a desk, told story after story from a seed.
type world struct {
	t      testing.TB
	db     *store.DB
	desk   *flow.Desk
	chance *rand.Rand
	now    time.Time
	lanes  int
	next   int // number of the next request
	shops  []shop
	key    wire.PrivateKey
	after  func() // called after each movement; may be nil
}

// shop is a merchant of an acquirer, with the wallets it may be paid from.
type shop struct {
	lane      ident.Lane
	client    ident.Client
	holder    ident.Holder
	reference string
	currency  money.Currency
}

func (s shop) id() merchant.ID { return merchant.NameOf(s.lane, s.holder, s.reference) }

// wallets of the world: one in each way a price may become a payer's amount.
var purses = []struct {
	id       wallet.ID
	currency money.Currency
	spread   int64
	rounding money.Rounding
	price    string // of one yen
}{
	{"hk", money.HKD, 60, money.HalfEven, "0.0512"},
	{"kw", money.KWD, 125, money.Up, "0.00201"},
	{"kr", money.KRW, 0, money.HalfUp, "9.31"},
	{"jp", money.JPY, 0, money.HalfEven, ""},
}

func newWorld(t testing.TB, location string, seed uint64, lanes int) *world {
	t.Helper()
	w := &world{t: t, chance: rand.New(rand.NewPCG(seed, 7)), lanes: lanes,
		now: time.Date(2026, 11, 24, 3, 7, 0, 123000, time.UTC)}
	db, err := store.Open(context.Background(), store.Location(location))
	if err != nil {
		t.Fatal(err)
	}
	w.db = db
	t.Cleanup(db.Close)
	w.open()
	w.furnish()
	w.now = w.now.Add(10 * time.Second)
	return w
}

func (w *world) open() {
	desk, err := flow.OpenDesk(context.Background(), w.db, flow.Opening{Lanes: w.lanes, Holder: "test", Now: w.now,
		Hooks: flow.Hooks{Alarm: func(name, about string) { w.t.Errorf("alarm %s: %s", name, about) }}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.desk = desk
}

// save writes the balances and the open set of every lane, as a lane does after many rows.
func (w *world) save() {
	w.desk.Close()
	for l := range ident.Lane(w.lanes) {
		writer, err := w.db.Take(context.Background(), l, "test", w.now)
		if err != nil {
			w.t.Fatal(err)
		}
		writer.CheckpointEvery(5)
		view := store.NewView(l, store.NewCatalogue(w.db.Reader()))
		if err := writer.Restore(context.Background(), view); err != nil {
			w.t.Fatal(err)
		}
		if at := writer.Row().At; at > 0 {
			draft := writer.Begin(view, payment.TimeOf(at))
			if err := writer.Commit(context.Background(), draft.Finish()); err != nil {
				w.t.Fatal(err)
			}
		}
		writer.Close()
	}
	w.open()
}

func (w *world) restart() {
	w.desk.Close()
	w.open()
}

func plans(now time.Time) []merchant.Plan {
	return []merchant.Plan{
		{ID: "std", Percent: money.BasisPoints(200), Rounding: money.Down, FeeBack: true, From: now},
		{ID: "flat", Percent: money.BasisPoints(95), Fixed: 7, Rounding: money.HalfUp, CreditLine: 4000},
	}
}

func (w *world) furnish() {
	facts := store.Facts{
		Holders: []access.Holder{{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active}},
		Plans:   plans(w.now),
	}
	seed := sha256.Sum256([]byte("key"))
	key, err := wire.GenerateEd25519(&repeated{seed[:]})
	if err != nil {
		w.t.Fatal(err)
	}
	w.key = key
	facts.Clients = []access.Client{{ID: "SHOP0", Holder: "acq", Status: access.Active, ResponseKey: 1,
		NotifyURL: "https://shop.example/notify"}}
	for version := 1; version <= 2; version++ {
		facts.Keys = append(facts.Keys, access.Key{Client: "SHOP0", Version: version, Public: key.Public(), From: w.now})
	}
	for i := range 3 {
		s := shop{lane: ident.Lane(i % w.lanes), client: ident.Client(fmt.Sprintf("SHOP%d", i)), holder: "acq",
			reference: fmt.Sprintf("m-%d", i), currency: money.JPY}
		w.shops = append(w.shops, s)
		facts.Merchants = append(facts.Merchants, merchant.Merchant{ID: s.id(), Holder: s.holder, Reference: s.reference,
			Name: "Sample cafe", MCC: "5812", Region: "JP", Prefecture: 26, Currency: s.currency, Status: merchant.Live,
			Plan: []merchant.PlanID{"std", "flat"}[i%2]})
	}
	for i, p := range purses {
		facts.Wallets = append(facts.Wallets, wallet.Wallet{ID: p.id, Client: "WALLET", Holder: "wal",
			Lane: ident.Lane(i % w.lanes), Brand: "Sample " + string(p.id), Region: "HK", Currency: p.currency, OurKey: 1,
			Status: wallet.Live, SpreadBasisPoints: p.spread, Rounding: p.rounding, PartialRefunds: true,
			Timers: wallet.DefaultTimers()})
	}
	facts.Quotes = w.quotes()
	w.must(flow.Put{Person: "test", What: "furnish", Subject: "all", Facts: facts})
	w.refresh()
}

func (w *world) quotes() (all []fx.Quote) {
	for _, p := range purses {
		if p.price == "" {
			continue
		}
		price, err := money.ParseRatio(p.price)
		if err != nil {
			w.t.Fatal(err)
		}
		rate, err := money.NewRate(money.JPY, p.currency, price)
		if err != nil {
			w.t.Fatal(err)
		}
		q, err := fx.Price(rate, fx.Provenance{Source: "test", Route: 1}, fx.PricingTerms{Wallet: string(p.id),
			SpreadBasisPoints: p.spread, Rounding: p.rounding, Lifetime: 48 * time.Hour, Guaranteed: true}, w.now)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, q)
	}
	return all
}

func (w *world) refresh() {
	if err := w.desk.Facts().Refresh(context.Background(), w.now); err != nil {
		w.t.Fatal(err)
	}
}

// repeated is an endless reader of the same bytes.
type repeated struct{ bytes []byte }

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.bytes[i%len(r.bytes)]
	}
	return len(p), nil
}

// do serves one movement and gives what came of it.
func (w *world) do(m flow.Movement) (got flow.Outcome, err error) {
	w.t.Helper()
	answered := false
	reply := func(o flow.Outcome, e error) { got, err, answered = o, e, true }
	if submitErr := w.desk.Submit(context.Background(), m, w.now, reply); submitErr != nil {
		return got, submitErr
	}
	for _, t := range w.desk.Tellers() {
		if _, stepErr := t.Step(context.Background(), w.now); stepErr != nil {
			w.t.Fatal(stepErr)
		}
	}
	if !answered {
		w.t.Fatalf("%s was not answered", m.Name())
	}
	if w.after != nil {
		w.after()
	}
	return got, err
}

func (w *world) must(m flow.Movement) flow.Outcome {
	w.t.Helper()
	o, err := w.do(m)
	if err != nil {
		w.t.Fatalf("%s: %v", m.Name(), err)
	}
	return o
}

// pay is a new request to pay a shop from a wallet, with free text in some.
func (w *world) pay(s shop, purse int, yen int64) flow.Pay {
	w.next++
	request := fmt.Sprintf("p-%d", w.next)
	p := flow.Pay{ID: ident.Name(s.lane, ident.Payment, string(s.client), "", request), Client: s.client, Holder: s.holder,
		RequestID: request, Order: "o-" + request, Reference: s.reference, Store: "s-1", Terminal: "t-1",
		Price: money.New(yen, money.JPY), Wallet: purses[purse].id, WalletLane: ident.Lane(purse % w.lanes)}
	code := sha256.Sum256([]byte("code of " + request))
	copy(p.Marks[0][:], code[:])
	copy(p.Marks[1][:], code[16:])
	copy(p.Fingerprint[:], "print "+request)
	if w.next%3 == 0 {
		p.Sealed, p.Record = sha256.Sum256([]byte("text of "+request)), []byte("sealed text of "+request)
	}
	return p
}

// begun serves a pay, with its claim before it where the wallet is at home elsewhere.
func (w *world) begun(p flow.Pay) *payment.Payment {
	w.t.Helper()
	if p.WalletLane != p.ID.Lane {
		p.Claim = flow.ClaimMade
		if _, err := w.do(flow.Claim{In: p.WalletLane, Payment: p.ID, Marks: p.Marks}); err != nil {
			p.Claim = flow.ClaimTaken
		}
	}
	return w.must(p).Payment
}

func (w *world) yes(p *payment.Payment, partner string) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: partner, PartnerAt: w.now, Price: p.Price,
		Payer: p.Payer}
}

// gaveBack is a wallet's answer to a refund, without amounts.
var gaveBack = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "R"}

func no(code wire.ResultCode) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Declined, Code: code}
}

func (w *world) hear(p *payment.Payment, q flow.Question, a wallet.Answer) *payment.Payment {
	w.t.Helper()
	return w.must(flow.Heard{Payment: p.ID, Question: q, Answer: a}).Payment
}

// paid is a payment that succeeded.
func (w *world) paid(s shop, purse int, yen int64) *payment.Payment {
	w.t.Helper()
	p := w.begun(w.pay(s, purse, yen))
	p = w.hear(p, flow.AskedToPay, w.yes(p, "W-"+p.RequestID))
	if p.State != payment.Success {
		w.t.Fatalf("the payment is %v", p.State)
	}
	return p
}

func (w *world) cancel(p *payment.Payment) *payment.Payment {
	w.t.Helper()
	return w.must(flow.Cancel{ID: p.ID, Client: p.Client}).Payment
}

// refund asks for a refund and gives its payment with the refund's id.
func (w *world) refund(p *payment.Payment, yen int64) (*payment.Payment, ident.Digest) {
	w.t.Helper()
	w.next++
	request := fmt.Sprintf("r-%d", w.next)
	r := flow.Refund{ID: ident.Name(p.ID.Lane, ident.Refund, string(p.Client), "", request), Payment: p.ID, Client: p.Client,
		RequestID: request, Reference: "ref", Amount: money.New(yen, money.JPY), Merchant: p.Merchant}
	if w.next%4 == 0 {
		r.Sealed, r.Record = sha256.Sum256([]byte("text of "+request)), []byte("sealed text of "+request)
	}
	return w.must(r).Payment, r.ID.Digest
}

func (w *world) refundHeard(p *payment.Payment, id ident.Digest, a wallet.Answer) *payment.Payment {
	w.t.Helper()
	return w.must(flow.RefundHeard{Payment: p.ID, Refund: id, Answer: a}).Payment
}

// pass lets time go by, now and then past a quarter hour, seldom past a clearing day.
func (w *world) pass() {
	switch w.chance.IntN(40) {
	case 0:
		w.now = w.now.Add(time.Duration(w.chance.IntN(50)) * time.Minute)
	case 1:
		w.now = calendar.Quarter(w.now).Add(15 * time.Minute)
	default:
		w.now = w.now.Add(time.Duration(w.chance.IntN(9_000_000)) * time.Microsecond)
	}
}

// tell tells so many stories.
func (w *world) tell(stories int) {
	for range stories {
		w.pass()
		tales[w.chance.IntN(len(tales))](w)
	}
}

func (w *world) anyPay() flow.Pay {
	return w.pay(w.shops[w.chance.IntN(len(w.shops))], w.chance.IntN(len(purses)), 1+w.chance.Int64N(30_000))
}

func (w *world) anyPaid() *payment.Payment {
	return w.paid(w.shops[w.chance.IntN(len(w.shops))], w.chance.IntN(len(purses)), 50+w.chance.Int64N(30_000))
}

// tales are what may happen in the world.
var tales = []func(*world){
	func(w *world) { w.anyPaid() }, func(w *world) { w.anyPaid() }, func(w *world) { w.anyPaid() },
	func(w *world) { w.begun(w.anyPay()) }, // left open
	declined, doubted, givenUp, cancelledInTime, cancelledTooLate, cancelledUnpaid, buried, refused, spentTwice, strayed,
	contradicted, refundedInParts, refundedInParts, refundedInParts, refundRefused, overdrawn,
	func(w *world) { w.restart() }, func(w *world) { w.save() }, acted, unclaimed, together,
}

func declined(w *world) {
	w.hear(w.begun(w.anyPay()), flow.AskedToPay, no(wire.UserBalanceNotEnough))
}

func doubted(w *world) {
	p := w.hear(w.begun(w.anyPay()), flow.AskedToPay, wallet.Answer{Detail: "the answer did not come"})
	w.pass()
	if w.chance.IntN(2) == 0 {
		w.hear(p, flow.AskedWhatHappened, no(wire.FraudReject))
		return
	}
	w.hear(p, flow.AskedWhatHappened, w.yes(p, "W-"+p.RequestID))
	w.hear(p, flow.AskedToPay, w.yes(p, "W-"+p.RequestID)) // a notification of the same
}

func givenUp(w *world) {
	p := w.hear(w.begun(w.anyPay()), flow.AskedToPay, wallet.Answer{})
	p = w.must(flow.GiveUp{Payment: p.ID}).Payment
	w.pass()
	switch w.chance.IntN(4) {
	case 0:
		w.hear(p, flow.AskedToCancel, w.yes(p, ""))
	case 1:
		w.hear(p, flow.AskedAfterWindow, no(wire.OrderNotExist))
	case 2: // charged after all, and given back by a refund of our own
		p = w.hear(p, flow.AskedAfterWindow, w.yes(p, "L-"+p.RequestID))
		w.hear(p, flow.AskedToGiveBack, no(wire.SystemError))
		if w.chance.IntN(2) == 0 {
			w.hear(p, flow.AskedToGiveBack, w.yes(p, "B"))
		}
	}
}

func cancelledInTime(w *world) {
	p := w.cancel(w.anyPaid())
	if w.chance.IntN(3) > 0 {
		w.hear(p, flow.AskedToCancel, w.yes(p, ""))
	}
}

func cancelledTooLate(w *world) {
	p := w.cancel(w.anyPaid())
	p = w.hear(p, flow.AskedAfterWindow, w.yes(p, p.Partner))
	if w.chance.IntN(3) > 0 {
		w.hear(p, flow.AskedToGiveBack, w.yes(p, "B"))
	}
}

func cancelledUnpaid(w *world) {
	p := w.cancel(w.begun(w.anyPay()))
	w.hear(p, flow.AskedToPay, w.yes(p, "late")) // the answer to pay overtakes nothing
	w.hear(p, flow.AskedToCancel, w.yes(p, ""))
	if w.chance.IntN(2) == 0 {
		w.hear(p, flow.AskedToPay, w.yes(p, "late"))
	}
}

func buried(w *world) {
	p := w.anyPay()
	cancel := flow.Cancel{ID: p.ID, Client: p.Client, RequestID: p.RequestID}
	if o := w.must(cancel); o.Payment != nil {
		w.t.Fatal("an unknown payment was cancelled")
	}
	w.must(cancel)
	w.must(p)
}

func refused(w *world) {
	p := w.anyPay()
	switch w.chance.IntN(4) {
	case 0:
		p.Reference = "nobody"
	case 1:
		p.Wallet = "nobody's"
	case 2:
		p.Refusal, p.Why = wire.UnavailablePaymentMethod, "the wallet does not answer at present"
	case 3:
		p.ExpiresAt = w.now.Add(-time.Second)
	}
	w.must(p)
}

func spentTwice(w *world) {
	first := w.anyPay()
	w.begun(first)
	second := w.pay(w.shops[w.chance.IntN(len(w.shops))], w.chance.IntN(len(purses)), 700)
	second.Marks, second.Wallet, second.WalletLane = first.Marks, first.Wallet, first.WalletLane
	if p := w.begun(second); p.State != payment.Failed {
		w.t.Fatalf("a code was spent twice: %v", p.State)
	}
}

func strayed(w *world) {
	p := w.hear(w.begun(w.anyPay()), flow.AskedToPay, no(wire.RiskReject))
	p = w.hear(p, flow.AskedToPay, w.yes(p, "S1"))
	switch w.chance.IntN(4) {
	case 0:
		p = w.hear(p, flow.AskedToGiveBack, w.yes(p, "B"))
		w.hear(p, flow.AskedToPay, w.yes(p, "S1"))
		w.hear(p, flow.AskedToPay, w.yes(p, "S2"))
	case 1:
		w.hear(p, flow.AskedAboutStray, no(wire.ProcessFail))
	case 2:
		w.hear(p, flow.AskedToGiveBack, no(wire.SystemError))
	}
}

func contradicted(w *world) {
	p := w.begun(w.anyPay())
	lie := w.yes(p, "W")
	lie.Price = money.New(p.Price.Minor()+1, p.Price.Currency())
	p = w.hear(p, flow.AskedToPay, lie)
	p = w.hear(p, flow.AskedWhatHappened, w.yes(p, "W"))
	w.hear(p, flow.AskedToPay, w.yes(p, "another"))
	w.hear(p, flow.AskedToPay, no(wire.ProcessFail))
}

func refundedInParts(w *world) {
	p := w.anyPaid()
	for range 1 + w.chance.IntN(4) {
		left := p.Price.Minor() - p.GivenBack().Price.Minor()
		if left == 0 {
			break
		}
		w.pass()
		var id ident.Digest
		if p, id = w.refund(p, 1+w.chance.Int64N(left)); p.Refund(id).State != payment.RefundSent {
			continue
		}
		switch w.chance.IntN(5) {
		case 0:
			p = w.refundHeard(p, id, no(wire.RefundNotSupported))
		case 1:
			p = w.refundHeard(p, id, wallet.Answer{Detail: "no answer"})
		case 2:
			p = w.refundHeard(p, id, wallet.Answer{Detail: "no answer"})
			p = w.refundHeard(p, id, gaveBack)
		default:
			p = w.refundHeard(p, id, gaveBack)
		}
	}
}

func refundRefused(w *world) {
	p := w.anyPaid()
	w.refund(p, p.Price.Minor()+1)
	q := w.begun(w.anyPay())
	w.refund(q, 1)
	w.refund(w.cancel(p), 1)
}

// overdrawn empties a merchant's credit by cancels and refunds, down to the credit line.
func overdrawn(w *world) {
	p := w.anyPaid()
	w.refund(p, p.Price.Minor())
}

func acted(w *world) {
	w.next++
	all := plans(w.now)
	all[0].Fixed = int64(w.next % 5)
	facts := store.Facts{Plans: all[:1]}
	if w.chance.IntN(2) == 0 {
		facts.Quotes = w.quotes()
	}
	w.must(flow.Put{Person: "test", What: "change plan", Subject: "std", Facts: facts})
	w.refresh()
}

func unclaimed(w *world) {
	w.must(flow.Unclaim{In: 0, Hour: store.HourOf(w.now) - 24})
}

// together serves many movements in one batch.
func together(w *world) {
	answered := 0
	reply := func(_ flow.Outcome, err error) {
		if err != nil {
			w.t.Error(err)
		}
		answered++
	}
	s := w.shops[0]
	for range 20 {
		p := w.pay(s, 0, 1+w.chance.Int64N(9000))
		for _, m := range []flow.Movement{p, flow.Heard{Payment: p.ID, Answer: wallet.Answer{Verdict: wallet.Unknown}}} {
			if err := w.desk.Submit(context.Background(), m, w.now, reply); err != nil {
				w.t.Fatal(err)
			}
			if m.Queue() == flow.First {
				continue
			}
			w.step()
		}
	}
	w.step()
	if answered != 40 {
		w.t.Fatalf("%d of 40 were answered", answered)
	}
}

func (w *world) step() {
	for _, t := range w.desk.Tellers() {
		if _, err := t.Step(context.Background(), w.now); err != nil {
			w.t.Fatal(err)
		}
	}
}

func opened(t testing.TB, location string) *audit.Books {
	t.Helper()
	b, err := audit.Open(context.Background(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func full(t testing.TB, location string, o audit.Options) audit.Report {
	t.Helper()
	r, err := opened(t, location).Full(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
