// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// checkPay refuses the scenarios that are not served before it asks what each of them needs.
func checkPay(r *ams.PayRequest) error {
	field := ""
	switch r.Scenario() {
	case ams.Cashier:
		field = "productCode"
	case ams.OrderCode, ams.EntryCode:
		field = "paymentFactor.inStorePaymentScenario"
	default:
		return r.Validate()
	}
	return &fault.Error{Op: "ams.Pay", Kind: fault.Invalid, Code: wire.CodeNotSupported, Subject: field,
		Detail: field + " is not supported; only IN_STORE_PAYMENT with PaymentCode is"}
}

// pay charges the holder of a scanned code.
//
// Source: reference/alipay-wire-api.md 2.1 and 2.2; decisions B18, B19, B25.
func (d *desk) pay(ctx context.Context, c *envelope.Call, r *ams.PayRequest) envelope.Answer {
	if d.guessing(c, r) {
		return envelope.Refuse(wire.RequestTrafficExceedLimit, "too many payment codes that no wallet knows")
	}
	p, answer := d.charge(ctx, c, r)
	if answer != nil {
		return *answer
	}
	if p.State == payment.Failed && isGuess(p.Result) && fresh(c, p) {
		d.guessed(c, r)
	}
	if !fresh(c, p) && underWay(p) {
		// A repeat waits for what is asked anyway; it asks nothing itself.
		p = d.House.Await(ctx, p, func(p *payment.Payment) bool { return !underWay(p) })
	}
	told := d.paid(p)
	a := envelope.Say(told.Result, told)
	if c.Side == envelope.Sandbox {
		a = mockedPay(p.Price, a)
	}
	a.After = func(ctx context.Context) { d.see(ctx, p, r.Order.Merchant.Store) }
	return a
}

// charge builds the movement, and what the wallet is asked once it is durable, and waits for what comes of them.
func (d *desk) charge(ctx context.Context, c *envelope.Call, r *ams.PayRequest) (*payment.Payment, *envelope.Answer) {
	stop := func(a envelope.Answer) (*payment.Payment, *envelope.Answer) { return nil, &a }
	price, err := r.PaymentAmount.Money("paymentAmount")
	if err != nil {
		return stop(envelope.Failed(err))
	}
	account, request := string(r.MerchantAccountID), string(r.PaymentRequestID)
	m := flow.Pay{ID: ident.Name(c.Client.Lane, ident.Payment, string(c.Client.ID), account, request),
		Client: c.Client.ID, Holder: c.Client.Holder, Account: account, RequestID: request,
		Order: string(r.Order.ReferenceOrderID), Reference: string(r.Order.Merchant.ReferenceMerchantID),
		Store:    string(r.Order.Merchant.Store.ReferenceStoreID),
		Terminal: string(r.Order.Env.StoreTerminalID), Price: price, ExpiresAt: d.expiry(c, r)}
	scanned := d.payer(r.PaymentMethod.PaymentMethodID, c.Now)
	m.Fingerprint = d.Codes.Fingerprint(m.ID, scanned.code)
	m.Wallet, m.WalletLane, m.Marks = scanned.wallet.ID, scanned.wallet.Lane, scanned.marks
	m.Refusal, m.Why = scanned.refusal, scanned.why
	m.Tell = tellOf(&c.Client, r.PaymentNotifyURL)
	o := offered{pay: &m, wallet: scanned.wallet, charge: &wallet.Charge{Payment: m.ID, Code: scanned.code,
		Customer: scanned.customer, Price: price, Order: m.Order, About: string(r.Order.OrderDescription)}}
	if err := d.place(ctx, c, r, &o); err != nil {
		return stop(d.failed(c, err))
	}
	if err := d.offer(r, &o); err != nil {
		return stop(envelope.Failed(err))
	}
	if d.full(ctx, c, &o) {
		return stop(envelope.Busy())
	}
	if m.Sealed, m.Record, err = d.seal(m.ID, payText(r)); err != nil {
		return stop(d.failed(c, err))
	}
	p, err := d.House.Pay(ctx, m, *o.charge)
	if err != nil {
		return stop(d.failed(c, err))
	}
	return p, nil
}

// place looks at the merchant: what the wallet shows of it, and whether it may be paid. It is shown as it was
// onboarded, and the store as the order names it.
func (d *desk) place(ctx context.Context, c *envelope.Call, r *ams.PayRequest, o *offered) error {
	said := r.Order.Merchant
	id := merchant.NameOf(c.Client.Lane, c.Client.Holder, string(said.ReferenceMerchantID))
	if err := d.House.Facts().Keep(ctx, c.Now, store.Keys{Merchants: []merchant.ID{id}}); err != nil {
		return err
	}
	m, known := d.House.Facts().Merchant(id)
	o.payable = known && m.Status == merchant.Live && m.Currency == o.pay.Price.Currency()
	o.charge.Merchant = wallet.Shop{ID: id.String(), Name: m.Name, MCC: m.MCC, Region: m.Region,
		Store: string(said.Store.ReferenceStoreID), StoreName: string(said.Store.StoreName)}
	return nil
}

// full asks the relay for room. A wallet that does not answer is refused by name, and that is remembered; one that has
// too much to do is none of the payment's business, which may come again.
//
// A payment that is there already takes no room: it is never sent twice.
func (d *desk) full(ctx context.Context, c *envelope.Call, o *offered) bool {
	w := o.wallet
	if o.pay.Refusal != "" || !o.payable || w.Status != wallet.Live {
		return false
	}
	if d.House.Relay().Resting(w.ID) {
		if p, err := d.House.Reader().Payment(ctx, o.pay.ID); err != nil || p != nil {
			return err != nil
		}
	}
	switch d.House.Relay().Admit(w, c.Now) {
	case relay.Full:
		return true
	case relay.Resting:
		o.refuse(wire.UnavailablePaymentMethod, "the wallet "+w.Brand+" does not answer at present")
	}
	return false
}

// codeCount is what counts the codes nobody knows: under which name, and how many.
type codeCount struct {
	key  string
	rate envelope.Rate
}

// codeCounts are the client's, the merchant's and the till's.
//
// Source: reference/reliability.md S-16.
func (d *desk) codeCounts(c *envelope.Call, r *ams.PayRequest) [3]codeCount {
	client := string(c.Client.ID)
	shop := client + "\x00" + string(r.Order.Merchant.ReferenceMerchantID)
	return [3]codeCount{
		{client, most(c.Client.Rates.BadCodes, d.limits.BadCodesMax)},
		{shop, envelope.Rate{Max: d.limits.ShopCodesMax, Per: time.Hour}},
		{shop + "\x00" + string(r.Order.Env.StoreTerminalID), envelope.PerMinute(d.limits.TillCodesMax)},
	}
}

// guessing reports whether so many codes were unknown of late that none is tried any more, be it right or wrong:
// whoever guesses must not learn from the one that is right.
func (d *desk) guessing(c *envelope.Call, r *ams.PayRequest) bool {
	for _, count := range d.codeCounts(c, r) {
		if !d.badCodes.Left(count.key, count.rate, c.Now) {
			d.spent(AlarmGuessing, c)
			return true
		}
	}
	return false
}

func (d *desk) guessed(c *envelope.Call, r *ams.PayRequest) {
	for _, count := range d.codeCounts(c, r) {
		d.badCodes.Take(count.key, count.rate, c.Now)
	}
}

// isGuess reports whether a payment failed because nobody knows the code.
func isGuess(code wire.ResultCode) bool {
	return code == wire.InvalidPaymentCode || code == wire.InvalidCode
}

// fresh reports whether this call made the payment.
func fresh(c *envelope.Call, p *payment.Payment) bool { return !p.At.Before(c.Now) }

// underWay reports whether nobody can say yet what becomes of a payment.
func underWay(p *payment.Payment) bool {
	switch p.State {
	case payment.Issued, payment.Sent, payment.Unknown, payment.Cancelling, payment.Refunding:
		return true
	}
	return false
}

// see tells of a store that is not on record, once.
func (d *desk) see(ctx context.Context, p *payment.Payment, s *wire.Store) {
	name := storeName{merchant: p.Merchant, reference: p.Store}
	if d.Seen == nil || p.Store == "" || s == nil || string(s.ReferenceStoreID) != p.Store {
		return
	}
	if _, told := d.stores.get(name); told {
		return
	}
	if _, known := d.House.Facts().Merchant(p.Merchant); !known {
		return
	}
	_, recorded, err := d.House.Facts().Store(ctx, p.Merchant, p.Store)
	if err != nil {
		return // the next order names it again
	}
	d.stores.put(name, struct{}{})
	if !recorded {
		d.Seen(merchant.Store{Merchant: p.Merchant, Reference: p.Store, Name: string(s.StoreName),
			MCC: string(s.StoreMCC), Terminals: 1})
	}
}
