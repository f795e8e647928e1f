// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// asked is one question for rates. BuyCurrency is what the merchant prices in, SellCurrency what the payer pays with;
// an empty one stands for every currency.
type asked struct {
	field     string
	buy, sell string
}

// questions are the pairs a request asks for, whichever of the three ways it asks.
func questions(r *ams.InquireExchangeRateRequest) []asked {
	var all []asked
	for _, pair := range r.CurrencyPairs {
		all = append(all, asked{field: "currencyPairs", buy: string(pair.BuyCurrency), sell: string(pair.SellCurrency)})
	}
	if r.BuyCurrency != "" {
		all = append(all, asked{field: "sellCurrency", buy: string(r.BuyCurrency), sell: string(r.SellCurrency)})
	}
	if len(all) == 0 {
		all = append(all, asked{field: "paymentCurrency", buy: string(r.PaymentCurrency)})
	}
	return all
}

// inquireExchangeRate lists the lines of the price lists that a payment made now would be made at: one for each wallet
// that takes payments in a currency that is asked for. The id of a line can be named in a pay while the line is valid.
//
// Source: reference/alipay-wire-api.md 2.11; decisions B27.
func (d *desk) inquireExchangeRate(_ context.Context, c *envelope.Call, r *ams.InquireExchangeRateRequest,
) envelope.Answer {
	if r.RateType == "REFERENCE" {
		return envelope.Refuse(wire.BusinessNotSupport, "rateType is not supported; only TRADE and REFERENCE_TRADE are")
	}
	told := &ams.InquireExchangeRateResponse{Result: wire.NewResult(wire.Success, "")}
	listed := map[string]bool{}
	for _, question := range questions(r) {
		lines := d.lines(question, c)
		if len(lines) == 0 {
			return envelope.Refuse(wire.CurrencyNotSupport, question.field+": there is no exchange rate for "+
				question.buy+" paid with "+otherwise(question.sell, "any other currency"))
		}
		for _, q := range lines {
			if id := q.ID.String(); !listed[id] {
				listed[id] = true
				told.Quotes = append(told.Quotes, d.quote(q))
				told.PaymentQuotes = append(told.PaymentQuotes, ams.PaymentQuote{
					BuyCurrency: wire.Text(q.Base.Base().String()), SellCurrency: wire.Text(q.Base.Quote().String()),
					QuoteID: wire.Text(id), ExchangeRate: wire.Number(q.PriceText())})
			}
		}
	}
	return envelope.Say(told.Result, told)
}

// lines are the lines that answer a question, in the order of the wallets.
func (d *desk) lines(question asked, c *envelope.Call) []fx.Quote {
	from, err := money.ParseCurrency(question.buy)
	if err != nil {
		return nil
	}
	var found []fx.Quote
	for _, w := range d.House.Facts().Wallets() {
		if w.Status != wallet.Live || w.Currency == from || question.sell != "" && question.sell != w.Currency.String() {
			continue
		}
		if q, ok := d.House.Facts().Quote(w.ID, from, c.Now); ok {
			found = append(found, q)
		}
	}
	return found
}

func (d *desk) quote(q fx.Quote) wire.Quote {
	return wire.Quote{QuoteID: wire.Text(q.ID.String()), QuoteCurrencyPair: wire.Text(q.Pair()),
		QuotePrice: wire.Number(q.PriceText()), QuoteStartTime: d.time(q.From), QuoteExpiryTime: d.time(q.To),
		Guaranteed: wire.Flag(q.Guaranteed)}
}

func otherwise(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}
