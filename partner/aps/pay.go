// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// Pay asks the wallet to debit the payer. It is sent once, whatever happens to it.
//
// An S with other amounts than asked for is told as it is: the payment itself sees the contradiction.
// Source: reference/alipay-wire-api.md 3.2.
func (c *Connector) Pay(ctx context.Context, charge wallet.Charge) wallet.Answer {
	var response aps.PayResponse
	if doubt := c.ask(ctx, aps.PathPay, c.payRequest(charge), &response); doubt != "" {
		return unknown(doubt)
	}
	return paid(charge.Payment, &response)
}

func paid(payment ident.ID, r *aps.PayResponse) wallet.Answer {
	return charged(payment, r.Result, told{requestID: r.PaymentRequestID, id: r.PaymentID, at: r.PaymentTime,
		price: r.PaymentAmount, payer: r.PayToAmount})
}

// Inquire asks the wallet what became of a payment. Its result is about the question, its paymentResult about the money.
//
// Source: reference/alipay-wire-api.md 3.3.
func (c *Connector) Inquire(ctx context.Context, payment ident.ID) wallet.Answer {
	var response aps.InquiryPaymentResponse
	request := &aps.InquiryPaymentRequest{AcquirerID: wire.Text(c.terms.AcquirerID), PspID: wire.Text(c.terms.PspID),
		PaymentRequestID: wire.Text(payment.String())}
	if doubt := c.ask(ctx, aps.PathInquiryPayment, request, &response); doubt != "" {
		return unknown(doubt)
	}
	return inquired(payment, &response)
}

func inquired(payment ident.ID, r *aps.InquiryPaymentResponse) wallet.Answer {
	if problem := repeats("paymentRequestId", r.PaymentRequestID, payment); problem != "" {
		return unknown(problem)
	}
	a, open := leftOpen(r.Result)
	became := r.PaymentResult
	switch {
	case open:
		return a
	case r.Result.Status() == wire.Succeeded && !neverSeen(*became):
		return charged(payment, *became, told{requestID: r.PaymentRequestID, id: r.PaymentID, at: r.PaymentTime,
			price: r.PaymentAmount, payer: r.PayToAmount})
	case r.Result.Status() == wire.Failed && became != nil && became.ResultStatus != "":
		return unknown("the wallet contradicts itself: a refused inquiry that tells a paymentResult")
	case r.Result.Status() == wire.Failed && !neverSeen(r.Result):
		return unanswered("inquiry", r.Result.ResultCode)
	}
	return wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderNotExist}
}

func neverSeen(r wire.Result) bool {
	return r.Status() == wire.Failed && r.ResultCode == wire.OrderNotExist
}

// payRequest is a charge in the words of the dialect. Texts that people read are cut to its lengths; what machines compare
// never is.
func (c *Connector) payRequest(charge wallet.Charge) *aps.PayRequest {
	about := charge.About
	if about == "" {
		about = charge.Merchant.Name
	}
	r := &aps.PayRequest{
		AcquirerID:       wire.Text(c.terms.AcquirerID),
		PspID:            wire.Text(c.terms.PspID),
		PaymentRequestID: wire.Text(charge.Payment.String()),
		Order: &wire.Order{ReferenceOrderID: wire.Text(charge.Order), OrderDescription: cut(about),
			OrderAmount: wire.AmountOf(charge.Price), Merchant: merchant(charge.Merchant)},
		PaymentAmount: wire.AmountOf(charge.Price),
		PayToAmount:   wire.AmountOf(charge.Payer),
		PaymentMethod: &wire.PaymentMethod{PaymentMethodType: wire.ConnectWallet,
			PaymentMethodID: wire.Secret(charge.Code), CustomerID: wire.Text(charge.Customer)},
		PaymentFactor: &aps.PaymentFactor{IsInStorePayment: true, InStorePaymentScenario: wire.ScenarioPaymentCode},
	}
	if charge.Quote != "" {
		r.PaymentQuote = &wire.Quote{QuoteID: wire.Text(charge.Quote), QuoteCurrencyPair: wire.Text(charge.Pair),
			QuotePrice: wire.Number(charge.Rate), Guaranteed: true}
	}
	if !charge.ExpiresAt.IsZero() {
		r.PaymentExpiryTime = wire.Text(wire.FormatTime(charge.ExpiresAt, c.terms.Zone))
	}
	return r
}

func merchant(shop wallet.Shop) *wire.Merchant {
	m := &wire.Merchant{ReferenceMerchantID: wire.Text(shop.ID), MerchantMCC: wire.Text(shop.MCC),
		MerchantName: cut(shop.Name)}
	if shop.Region != "" {
		m.MerchantAddress = &wire.Address{Region: wire.Text(shop.Region)}
	}
	if shop.Store != "" {
		m.Store = &wire.Store{ReferenceStoreID: wire.Text(shop.Store), StoreName: cut(shop.StoreName)}
	}
	return m
}

// cut is a text for people in the length of the dialect's names.
func cut(text string) wire.Text {
	count := 0
	for i := range text {
		if count == wire.NameLen {
			return wire.Text(text[:i])
		}
		count++
	}
	return wire.Text(text)
}

// told is what a wallet tells about money that moved; Validate has found it well-formed.
type told struct {
	requestID, id, at wire.Text
	price, payer      *wire.Amount
}

// charged is what a wallet's words say about the money of a payment.
func charged(payment ident.ID, r wire.Result, t told) wallet.Answer {
	if problem := repeats("paymentRequestId", t.requestID, payment); problem != "" {
		return unknown(problem)
	}
	a := judge(charge, r)
	if a.Verdict == wallet.Unknown {
		return a
	}
	return t.fill(a)
}

// fill adds ids, time and amounts to a definite answer.
func (t told) fill(a wallet.Answer) wallet.Answer {
	a.Partner = string(t.id)
	if at, err := wire.ParseTime(string(t.at)); err == nil {
		a.PartnerAt = at
	}
	a.Price, a.Payer = amount(t.price), amount(t.payer)
	return a
}

// amount is an amount that Validate has found absent or well-formed.
func amount(a *wire.Amount) money.Amount {
	read, err := a.Money("")
	if err != nil {
		return money.Amount{}
	}
	return read
}

// repeats says what is wrong when an answer repeats an id and it is not the one that was asked about.
func repeats(field string, id wire.Text, asked ident.ID) (problem string) {
	if id == "" || string(id) == asked.String() {
		return ""
	}
	return "the answer is about another " + field
}
