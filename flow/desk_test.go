// SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// world is a desk on a store in memory, with one acquirer, one merchant, and a wallet in Hong Kong dollars.
type world struct {
	t     *testing.T
	db    *store.DB
	desk  *flow.Desk
	now   time.Time
	quote fx.Quote

	expected map[string]bool // alarms that are no surprise
	alarms   []string
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}
	db, err := store.Open(t.Context(), store.Location("memory:"+t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	w.db = db
	t.Cleanup(db.Close)
	w.open()
	w.furnish()
	return w
}

func (w *world) open() {
	desk, err := flow.OpenDesk(context.Background(), w.db, flow.Opening{Lanes: 1, Holder: "test", Now: w.now,
		Hooks: flow.Hooks{Alarm: w.alarm}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.desk = desk
}

func (w *world) alarm(name, about string) {
	if w.alarms = append(w.alarms, name); !w.expected[name] {
		w.t.Errorf("alarm %s: %s", name, about)
	}
}

func (w *world) furnish() {
	rate, err := money.ParseRatio("0.0512")
	if err != nil {
		w.t.Fatal(err)
	}
	base, err := money.NewRate(money.JPY, money.HKD, rate)
	if err != nil {
		w.t.Fatal(err)
	}
	w.quote, err = fx.Price(base, fx.Provenance{Source: "test", Route: 1}, fx.PricingTerms{Wallet: "hk",
		SpreadBasisPoints: 60, Rounding: money.HalfEven, Lifetime: 365 * 24 * time.Hour, Guaranteed: true}, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	facts := store.Facts{
		Holders: []access.Holder{{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active}},
		Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(200), Rounding: money.Down, FeeBack: true,
			From: w.now}},
		Merchants: []merchant.Merchant{{ID: merchant.NameOf(0, "acq", "m-1"), Holder: "acq", Reference: "m-1",
			Name: "Sample cafe", MCC: "5812", Region: "JP", Prefecture: 26, Currency: money.JPY, Status: merchant.Live,
			Plan: "std"}},
		Wallets: []wallet.Wallet{{ID: "hk", Client: "HK_WALLET", Holder: "hk", Brand: "Sample HK", Region: "HK",
			Currency: money.HKD, OurKey: 1, Status: wallet.Live, SpreadBasisPoints: 60, Rounding: money.HalfEven,
			PartialRefunds: true, Timers: wallet.DefaultTimers()}},
		Quotes: []fx.Quote{w.quote},
	}
	if _, err := w.do(flow.Put{Person: "test", What: "furnish", Facts: facts}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.desk.Facts().Refresh(context.Background(), w.now); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) do(m flow.Movement) (got flow.Outcome, err error) {
	w.t.Helper()
	answered := false
	reply := func(o flow.Outcome, e error) { got, err, answered = o, e, true }
	submitErr := w.desk.Submit(context.Background(), m, w.now, reply)
	if submitErr != nil {
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
	return got, err
}

func (w *world) pay(request, order string, yen int64) flow.Pay {
	id := ident.Name(0, ident.Payment, "SHOP", "", request)
	p := flow.Pay{ID: id, Client: "SHOP", Holder: "acq", RequestID: request, Order: order, Reference: "m-1", Store: "s-1",
		Price: money.New(yen, money.JPY), Wallet: "hk"}
	copy(p.Marks[0][:], "code of "+request)
	copy(p.Marks[1][:], "code of "+request+" last hour")
	copy(p.Fingerprint[:], "print "+request)
	return p
}

func (w *world) paid(p flow.Pay, partner string) *payment.Payment {
	w.t.Helper()
	if o, err := w.do(p); err != nil || o.Payment.State != payment.Sent {
		w.t.Fatalf("%v %v", o.Payment, err)
	}
	o, err := w.do(flow.Heard{Payment: p.ID, Answer: wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success,
		Partner: partner, PartnerAt: w.now}})
	if err != nil || o.Payment.State != payment.Success {
		w.t.Fatalf("%v %v", o.Payment, err)
	}
	return o.Payment
}

func (w *world) balance(a ledger.Account) int64 {
	w.t.Helper()
	var sum int64
	numbers := map[ledger.Number]ledger.Account{}
	accounts, err := w.db.Reader().Accounts(context.Background(), 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, o := range accounts {
		numbers[o.Number] = o.Account
	}
	for after := int64(0); ; {
		rows, err := w.db.Reader().Journal(context.Background(), 0, after)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(rows) == 0 {
			return sum
		}
		for _, r := range rows {
			transfers, err := ledger.ParseTransfers(r.Transfers)
			if err != nil {
				w.t.Fatal(err)
			}
			for _, t := range transfers {
				if numbers[t.Debit] == a {
					sum -= t.Minor
				}
				if numbers[t.Credit] == a {
					sum += t.Minor
				}
			}
		}
		after = rows[len(rows)-1].N
	}
}

func (w *world) payable() ledger.Account {
	return ledger.Account{Purpose: ledger.MerchantPayable, Holder: merchant.NameOf(0, "acq", "m-1").String(),
		Currency: money.JPY}
}

func TestPaidPaymentCreditsTheMerchantThroughTheBooks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.paid(w.pay("p-1", "o-1", 1000), "W1")
	if p.Payer != money.New(5151, money.HKD) || p.Base != money.New(5120, money.HKD) || p.Fee != money.New(20, money.JPY) {
		t.Fatalf("payer %v, base %v, fee %v", p.Payer, p.Base, p.Fee)
	}
	if got := w.balance(w.payable()); got != 980 {
		t.Fatalf("payable is %d", got)
	}
	if got := w.balance(ledger.Account{Purpose: ledger.WalletReceivable, Holder: "hk", Currency: money.HKD}); got != -5151 {
		t.Fatalf("receivable is %d", got)
	}
}

func TestRepeatedPayIsTheSamePaymentAndAnotherAmountIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first := w.paid(w.pay("p-1", "o-1", 1000), "W1")
	o, err := w.do(w.pay("p-1", "o-1", 1000))
	if err != nil || o.Fresh || o.Payment.ID != first.ID || o.Payment.State != payment.Success {
		t.Fatalf("%+v %v", o, err)
	}
	if _, err := w.do(w.pay("p-1", "o-1", 1001)); fault.CodeOf(err) != flow.CodeRepeatDiffers {
		t.Fatalf("%v", err)
	}
}

func TestOneCodePaysOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first, second := w.pay("p-1", "o-1", 1000), w.pay("p-2", "o-2", 1000)
	second.Marks = first.Marks
	w.paid(first, "W1")
	o, err := w.do(second)
	if err != nil || o.Payment.State != payment.Failed || o.Payment.Result != wire.ExpiredCode {
		t.Fatalf("%+v %v", o.Payment, err)
	}
	w.desk.Close()
	w.open() // nothing remembered: the claim is found in the store
	third := w.pay("p-3", "o-3", 1000)
	third.Marks = first.Marks
	if o, err := w.do(third); err != nil || o.Payment.Result != wire.ExpiredCode {
		t.Fatalf("%+v %v", o.Payment, err)
	}
}

func TestMemoryIsTheSameAfterARestart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.paid(w.pay("p-1", "o-1", 1000), "W1")
	open := w.pay("p-2", "o-2", 2000)
	if _, err := w.do(open); err != nil {
		t.Fatal(err)
	}
	w.desk.Close()
	w.open()
	left := w.desk.Tellers()[0].Open()
	if len(left) != 1 || left[0].ID != open.ID || left[0].State != payment.Sent {
		t.Fatalf("open after the restart: %v", left)
	}
	if o, err := w.do(w.pay("p-3", "o-2", 500)); err != nil || o.Payment.Result != wire.ProcessFail {
		t.Fatalf("the order's open payment was forgotten: %+v %v", o.Payment, err)
	}
	refund := flow.Refund{ID: ident.Name(0, ident.Refund, "SHOP", "", "r-1"), Payment: w.pay("p-1", "", 0).ID, Client: "SHOP",
		RequestID: "r-1", Amount: money.New(400, money.JPY), Merchant: merchant.NameOf(0, "acq", "m-1")}
	o, err := w.do(refund)
	if err != nil || o.Payment.Refund(o.Refund).State != payment.RefundSent {
		t.Fatalf("%+v %v", o.Payment, err)
	}
	if got := w.balance(w.payable()); got != 980-392 {
		t.Fatalf("payable is %d", got)
	}
}

func TestCancelBeforePayBuriesTheName(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay("p-1", "o-1", 1000)
	cancel := flow.Cancel{ID: p.ID, Client: "SHOP", RequestID: "p-1"}
	if o, err := w.do(cancel); err != nil || o.Payment != nil {
		t.Fatalf("%+v %v", o, err)
	}
	if o, err := w.do(cancel); err != nil || o.Payment == nil || o.Payment.State != payment.Tombstone {
		t.Fatalf("%+v %v", o, err)
	}
	if o, err := w.do(p); err != nil || o.Payment.State != payment.Tombstone {
		t.Fatalf("%+v %v", o.Payment, err)
	}
}

func TestRefundTooSmallForThePayersCurrencyIsDoneWithoutTheWallet(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rate, err := money.ParseRatio("0.0021")
	if err != nil {
		t.Fatal(err)
	}
	base, err := money.NewRate(money.JPY, money.HKD, rate) // a yen is a fifth of a cent
	if err != nil {
		t.Fatal(err)
	}
	cheap, err := fx.Price(base, fx.Provenance{Source: "test", Route: 1}, fx.PricingTerms{Wallet: "hk",
		Rounding: money.HalfEven, Lifetime: time.Hour}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.do(flow.Price{Quotes: []fx.Quote{cheap}}); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Facts().Refresh(t.Context(), w.now); err != nil {
		t.Fatal(err)
	}
	pay := w.pay("p-1", "o-1", 1000)
	pay.QuoteID = cheap.ID.Digest
	p := w.paid(pay, "W1")
	o, err := w.do(flow.Refund{ID: ident.Name(0, ident.Refund, "SHOP", "", "r-1"), Payment: p.ID, Client: "SHOP",
		RequestID: "r-1", Amount: money.New(1, money.JPY), Merchant: p.Merchant})
	if err != nil {
		t.Fatal(err)
	}
	if r := o.Payment.Refund(o.Refund); r.State != payment.RefundSuccess || !r.Amounts.Payer.IsZero() {
		t.Fatalf("%+v", r)
	}
	if o.Payment.Open() {
		t.Fatal("nothing is to be asked, and the payment is open")
	}
}

// The free option of a guaranteed rate is bounded: per client, pair and minute. Source: decisions B27.
func TestOnlySoMuchIsSoldAtOneRateInOneMinute(t *testing.T) {
	t.Parallel()
	w := setup(t)
	hk, _ := w.desk.Facts().Wallet("hk")
	hk.MinuteMax = 10_500 // two payments of HKD 51.51 fit, three do not
	bounded := flow.Put{Person: "test", What: "set wallet", Facts: store.Facts{Wallets: []wallet.Wallet{hk}}}
	if _, err := w.do(bounded); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Facts().Refresh(context.Background(), w.now); err != nil {
		t.Fatal(err)
	}
	other := w.pay("other", "other", 1000)
	other.Client, other.ID = "SHOP_2", ident.Name(0, ident.Payment, "SHOP_2", "", "other")
	again := w.pay("p-1", "o-1", 1000)
	late := w.pay("late", "late", 1000)
	for _, c := range []struct {
		after time.Duration
		pay   flow.Pay
		want  payment.State
	}{
		{0, w.pay("p-1", "o-1", 1000), payment.Sent}, {10 * time.Second, w.pay("p-2", "o-2", 1000), payment.Sent},
		{0, again, payment.Sent}, // the same payment: nothing is sold again
		{10 * time.Second, w.pay("p-3", "o-3", 1000), payment.Failed}, {0, other, payment.Sent},
		{0, w.pay("p-4", "o-4", 10), payment.Sent}, // what is left
		{time.Minute, late, payment.Sent}, {0, w.pay("p-3", "o-3", 1000), payment.Failed},
	} {
		w.now = w.now.Add(c.after)
		o, err := w.do(c.pay)
		if err != nil || o.Payment.State != c.want {
			t.Fatalf("%s: %v %+v", c.pay.RequestID, err, o.Payment)
		}
		if c.want == payment.Failed && o.Payment.Result != wire.PaymentAmountExceedLimit {
			t.Errorf("%s: %s", c.pay.RequestID, o.Payment.Result)
		}
	}
}
