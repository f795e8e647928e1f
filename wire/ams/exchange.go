// SPDX-License-Identifier: Apache-2.0

package ams

import "github.com/kakehashi-pay/kakehashi/wire"

// currencyPairsMax bounds what one question may ask for.
const currencyPairsMax = 100

// InquireExchangeRateRequest asks for exchange rates, for display or to pay with.
//
// Source: reference/alipay-wire-api.md 2.11.
type InquireExchangeRateRequest struct {
	PaymentCurrency   wire.Text      `json:"paymentCurrency,omitempty"`
	CurrencyPairs     []CurrencyPair `json:"currencyPairs,omitempty"`
	SellCurrency      wire.Text      `json:"sellCurrency,omitempty"`
	BuyCurrency       wire.Text      `json:"buyCurrency,omitempty"`
	ProductCode       wire.Text      `json:"productCode,omitempty"`
	RateType          wire.Text      `json:"rateType,omitempty"`
	MerchantAccountID wire.Text      `json:"merchantAccountId,omitempty"`
}

// CurrencyPair is one rate that is asked for: SellCurrency is what is given for BuyCurrency.
type CurrencyPair struct {
	SellCurrency wire.Text `json:"sellCurrency,omitempty"`
	BuyCurrency  wire.Text `json:"buyCurrency,omitempty"`
}

// Validate is the first problem in the order of the specification. At least one of paymentCurrency, currencyPairs and the
// pair of sellCurrency and buyCurrency says what is asked for.
//
// Errors: Invalid field_missing, field_malformed, field_too_long.
func (r *InquireExchangeRateRequest) Validate() error {
	in := wire.Inspect("ams.InquireExchangeRateRequest")
	if r.PaymentCurrency == "" && len(r.CurrencyPairs) == 0 && r.SellCurrency == "" && r.BuyCurrency == "" {
		in.MissingEither("paymentCurrency", "currencyPairs")
	}
	in.Currency("paymentCurrency", r.PaymentCurrency, wire.Optional)
	in.Items("currencyPairs", len(r.CurrencyPairs), currencyPairsMax)
	for i, pair := range r.CurrencyPairs {
		in.EnterItem("currencyPairs", i)
		in.Currency("sellCurrency", pair.SellCurrency, wire.Required)
		in.Currency("buyCurrency", pair.BuyCurrency, wire.Required)
		in.Leave()
	}
	single := wire.Optional
	if r.SellCurrency != "" || r.BuyCurrency != "" {
		single = wire.Required
	}
	in.Currency("sellCurrency", r.SellCurrency, single)
	in.Currency("buyCurrency", r.BuyCurrency, single)
	in.OneOf("productCode", r.ProductCode, wire.Optional, ProductInStore, ProductCashier, ProductAgreement)
	in.OneOf("rateType", r.RateType, wire.Optional, "TRADE", "REFERENCE", "REFERENCE_TRADE")
	in.Identifier("merchantAccountId", r.MerchantAccountID, wire.AccountLen, wire.Optional)
	return in.Err()
}

// InquireExchangeRateResponse answers an InquireExchangeRateRequest.
type InquireExchangeRateResponse struct {
	Result        wire.Result    `json:"result"`
	Quotes        []wire.Quote   `json:"quotes,omitempty"`
	PaymentQuotes []PaymentQuote `json:"paymentQuotes,omitempty"`
}

// PaymentQuote is a rate to multiply with: BuyCurrency is what the merchant prices in, SellCurrency what the payer pays.
type PaymentQuote struct {
	BuyCurrency  wire.Text   `json:"buyCurrency,omitempty"`
	SellCurrency wire.Text   `json:"sellCurrency,omitempty"`
	QuoteID      wire.Text   `json:"quoteId,omitempty"`
	ExchangeRate wire.Number `json:"exchangeRate,omitempty"`
}
