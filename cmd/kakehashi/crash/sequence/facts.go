// SPDX-License-Identifier: Apache-2.0

package sequence

import (
	"bytes"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
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

// Who takes part.
const (
	acquirer ident.Holder = "acquirer"
	shop     ident.Client = "SHOP"
	cafe                  = "m-1"
	hk       wallet.ID    = "hk"
	jp       wallet.ID    = "jp"
)

// key is the shop's key of a version: always the same.
func key(version byte) access.Key {
	private, err := wire.GenerateEd25519(bytes.NewReader(bytes.Repeat([]byte{version}, 64)))
	if err != nil {
		return access.Key{} // which no step is served with
	}
	return access.Key{Client: shop, Version: int(version), Public: private.Public(), From: begin}
}

func facts() store.Facts {
	timers := wallet.DefaultTimers()
	return store.Facts{
		Holders: []access.Holder{{ID: acquirer, Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active},
			{ID: "hk", Kind: access.WalletHolder, Name: "Sample HK", Status: access.Active}},
		Clients: []access.Client{{ID: shop, Holder: acquirer, Status: access.Active, ResponseKey: 1,
			NotifyURL: "http://127.0.0.1:9/told", NotifyFailure: true}},
		Keys: []access.Key{key(1)},
		Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(200), Rounding: money.Down, FeeBack: true,
			CreditLine: 100, From: begin}},
		Merchants: []merchant.Merchant{{ID: merchant.NameOf(0, acquirer, cafe), Holder: acquirer, Reference: cafe,
			Name: "Sample cafe", MCC: "5812", Region: "JP", Prefecture: 26, Currency: money.JPY, Status: merchant.Live,
			Plan: "std"}},
		Wallets: []wallet.Wallet{
			{ID: hk, Client: "HK_WALLET", Holder: "hk", Brand: "Sample HK", Region: "HK", Currency: money.HKD, OurKey: 1,
				Status: wallet.Live, SpreadBasisPoints: 60, Rounding: money.HalfEven, PartialRefunds: true, Timers: timers},
			{ID: jp, Client: "JP_WALLET", Holder: "jp", Brand: "Sample JP", Region: "JP", Currency: money.JPY, OurKey: 1,
				Status: wallet.Live, Rounding: money.HalfEven, PartialRefunds: true, Timers: timers}},
		Routes: []wallet.Route{{ID: "hk", Prefix: "28", LengthMin: 16, LengthMax: 24, Wallet: hk, From: begin}},
	}
}

// quote is a line of the price list that lasts for the whole story.
func quote() (fx.Quote, error) {
	price, err := money.ParseRatio("0.0512")
	if err != nil {
		return fx.Quote{}, err
	}
	rate, err := money.NewRate(money.JPY, money.HKD, price)
	if err != nil {
		return fx.Quote{}, err
	}
	return fx.Price(rate, fx.Provenance{Source: "sequence", Route: 1}, fx.PricingTerms{Wallet: string(hk),
		SpreadBasisPoints: 60, Rounding: money.HalfEven, Lifetime: 30 * 24 * time.Hour, Guaranteed: true}, begin)
}

// pay is a payment of the cafe by a code of its own.
func pay(name string, yen int64, with wallet.ID) flow.Pay {
	p := flow.Pay{ID: paymentID(name), Client: shop, Holder: acquirer, RequestID: name, Order: "order of " + name,
		Reference: cafe, Store: "s-1", Terminal: "t-1", Price: money.New(yen, money.JPY), Wallet: with,
		Tell: payment.TellFailures}
	copy(p.Marks[0][:], "code of "+name)
	copy(p.Marks[1][:], "late "+name)
	copy(p.Fingerprint[:], "print "+name)
	return p
}

func paymentID(name string) ident.ID { return ident.Name(0, ident.Payment, string(shop), "", name) }

func refund(name, of string, yen int64) flow.Refund {
	return flow.Refund{ID: refundID(name), Payment: paymentID(of), Client: shop, RequestID: name,
		Amount: money.New(yen, money.JPY), Merchant: merchant.NameOf(0, acquirer, cafe), Tell: payment.TellFailures}
}

func refundID(name string) ident.ID { return ident.Name(0, ident.Refund, string(shop), "", name) }

// The wallets' answers.
func took(partner string) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: partner, PartnerAt: begin}
}

func declined(code wire.ResultCode) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Declined, Code: code}
}

func heard(name string, question flow.Question, a wallet.Answer) flow.Heard {
	return flow.Heard{Payment: paymentID(name), Question: question, Answer: a}
}

func refundHeard(name, of string, a wallet.Answer) flow.RefundHeard {
	return flow.RefundHeard{Payment: paymentID(of), Refund: refundID(name).Digest, Answer: a}
}
