// SPDX-License-Identifier: Apache-2.0

package store

import (
	"time"
	"unique"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

var listEditions = statement{sql: "SELECT kind, version FROM edition ORDER BY kind", out: "nn"}

const holderColumns = "SELECT id, kind, name, lane, status FROM holder "

var loadHolder = statement{sql: holderColumns + "WHERE id = $1", in: "t", out: "tttnt"}

var listHolders = statement{sql: holderColumns + "WHERE id > $1 ORDER BY id LIMIT $2", in: "tn", out: "tttnt"}

const clientColumns = "SELECT id, holder, lane, status, notify_url, notify_failure, response_key, requests, bad_codes, " +
	"tombstones FROM client "

const clientKinds = "ttnttnnnnn"

var loadClient = statement{sql: clientColumns + "WHERE id = $1", in: "t", out: clientKinds}

var listClients = statement{sql: clientColumns + "WHERE id > $1 ORDER BY id LIMIT $2", in: "tn", out: clientKinds}

var loadKeys = statement{
	sql: "SELECT client, number, public, valid_from, valid_to, revoked FROM client_key WHERE client = $1 ORDER BY number",
	in:  "t", out: "tntnnn",
}

var listHouseKeys = statement{
	sql: "SELECT number, public, sealed, valid_from, valid_to, revoked FROM house_key ORDER BY number", out: "ntbnnn",
}

const merchantColumns = "SELECT id, lane, holder, reference, name, mcc, region, prefecture, currency, status, plan " +
	"FROM merchant "

const merchantKinds = "bnttt" + "ttnntt"

var loadMerchant = statement{sql: merchantColumns + "WHERE id = $1", in: "b", out: merchantKinds}

var listMerchants = statement{sql: merchantColumns + "WHERE id > $1 ORDER BY id LIMIT $2", in: "bn", out: merchantKinds}

var loadStore = statement{
	sql: "SELECT name, mcc, terminals FROM shop WHERE merchant = $1 AND reference = $2", in: "bt", out: "ttn",
}

var listPlans = statement{
	sql: "SELECT id, percent_num, percent_den, fixed, rounding, fee_back, valid_from, credit_line FROM plan ORDER BY id",
	out: "tnnnnnnn",
}

var listWallets = statement{
	sql: "SELECT id, client, holder, lane, brand, region, currency, url, our_key, status, spread, rounding, pay_max, " +
		"minute_max, partial_refunds, refund_days, routing, deadline, inquiry_every, inquiry_max, cancel_backoff, " +
		"cancel_max, in_flight_max FROM wallet ORDER BY id",
	out: "tttnttntn" + "tnnnnnnnnnnnnn",
}

var listRoutes = statement{
	sql: "SELECT id, prefix, length_min, length_max, marks, wallet, priority, valid_from, valid_to FROM route ORDER BY id",
	out: "ttnnttnnn",
}

var listFeeds = statement{
	sql: "SELECT id, form, url, client, priority, age_max, calendar, pivot, band_num, band_den, near_num, near_den " +
		"FROM fx_source ORDER BY id",
	out: "ttttnntnnnnn",
}

var listReadings = statement{
	sql: "SELECT source, low, high, base, num, den, at, halt_base, halt_num, halt_den, halt_at FROM reading " +
		"ORDER BY source, low, high",
	out: "tnnnnnnnnnn",
}

var listQuotes = statement{
	sql: "SELECT id, wallet, base, quoted, base_num, base_den, rate_num, rate_den, valid_from, valid_to, rounding, source, " +
		"guaranteed FROM quote WHERE valid_to > $1 ORDER BY valid_to, id",
	in: "n", out: "btnnnnnnnnntn",
}

func holderRow(c []cell) (access.Holder, error) {
	lane, ok := ident.LaneOf(c[3].number)
	if !ok {
		return access.Holder{}, damaged("store.Holder", "lane of holder %s", c[0].text)
	}
	return access.Holder{ID: ident.Holder(c[0].text), Kind: access.HolderKind(c[1].text), Name: c[2].text, Lane: lane,
		Status: access.Status(c[4].text)}, nil
}

func clientRow(c []cell) (access.Client, error) {
	lane, ok := ident.LaneOf(c[2].number)
	if !ok {
		return access.Client{}, damaged("store.Client", "lane of client %s", c[0].text)
	}
	return access.Client{ID: ident.Client(c[0].text), Holder: ident.Holder(c[1].text), Lane: lane,
		Status: access.Status(c[3].text), NotifyURL: c[4].text, NotifyFailure: c[5].number == 1,
		ResponseKey: int(c[6].number), Rates: access.Rates{Requests: int(c[7].number), BadCodes: int(c[8].number),
			Tombstones: int(c[9].number)}}, nil
}

func keyRow(c []cell) (access.Key, error) {
	public, err := wire.ParsePublicKey(c[2].text)
	if err != nil {
		return access.Key{}, damaged("store.Key", "key %d of client %s: %w", c[1].number, c[0].text, err)
	}
	return access.Key{Client: ident.Client(c[0].text), Version: int(c[1].number), Public: public,
		From: payment.TimeOf(c[3].number), Until: payment.TimeOf(c[4].number), RevokedAt: payment.TimeOf(c[5].number)}, nil
}

func houseKeyRow(c []cell) (access.HouseKey, error) {
	public, err := wire.ParsePublicKey(c[1].text)
	if err != nil {
		return access.HouseKey{}, damaged("store.HouseKey", "key %d: %w", c[0].number, err)
	}
	return access.HouseKey{Version: int(c[0].number), Public: public, Sealed: c[2].bytes, From: payment.TimeOf(c[3].number),
		Until: payment.TimeOf(c[4].number), RevokedAt: payment.TimeOf(c[5].number)}, nil
}

func merchantRow(c []cell) (merchant.Merchant, error) {
	lane, ok := ident.LaneOf(c[1].number)
	currency := money.Currency(c[8].number)
	if !ok || len(c[0].bytes) != 16 || !currency.Valid() {
		return merchant.Merchant{}, damaged("store.Merchant", "merchant %s of %s", c[3].text, c[2].text)
	}
	return merchant.Merchant{ID: ident.ID{Lane: lane, Digest: ident.Digest(c[0].bytes)},
		Holder: ident.Holder(common(c[2].text)), Reference: c[3].text, Name: c[4].text, MCC: common(c[5].text),
		Region: common(c[6].text), Prefecture: int(c[7].number), Currency: currency,
		Status: merchant.Status(common(c[9].text)), Plan: merchant.PlanID(common(c[10].text))}, nil
}

// common is one copy of a text that many facts have: hundreds of thousands of them are kept.
func common(text string) string { return unique.Make(text).Value() }

func planRow(c []cell) (merchant.Plan, error) {
	percent, err := money.RatioOf(c[1].number, c[2].number)
	if err != nil {
		return merchant.Plan{}, damaged("store.Plan", "percentage of plan %s", c[0].text)
	}
	return merchant.Plan{ID: merchant.PlanID(c[0].text), Percent: percent, Fixed: c[3].number,
		Rounding: money.Rounding(c[4].number), FeeBack: c[5].number == 1, From: payment.TimeOf(c[6].number),
		CreditLine: c[7].number}, nil
}

func walletRow(c []cell) (wallet.Wallet, error) {
	lane, ok := ident.LaneOf(c[3].number)
	currency := money.Currency(c[6].number)
	if !ok || !currency.Valid() {
		return wallet.Wallet{}, damaged("store.Wallet", "wallet %s", c[0].text)
	}
	micros := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	return wallet.Wallet{ID: wallet.ID(c[0].text), Client: ident.Client(c[1].text), Holder: ident.Holder(c[2].text),
		Lane: lane, Brand: c[4].text, Region: c[5].text, Currency: currency, URL: c[7].text, OurKey: int(c[8].number),
		Status: wallet.Status(c[9].text), SpreadBasisPoints: c[10].number, Rounding: money.Rounding(c[11].number),
		PayMax: c[12].number, MinuteMax: c[13].number, PartialRefunds: c[14].number == 1, RefundDays: int(c[15].number),
		Routing: int(c[16].number), Timers: wallet.Timers{Deadline: micros(c[17].number),
			InquiryEvery: micros(c[18].number), InquiryMax: int(c[19].number), CancelBackoff: micros(c[20].number),
			CancelMax: micros(c[21].number), InFlightMax: int(c[22].number)}}, nil
}

func routeRow(c []cell) (wallet.Route, error) {
	return wallet.Route{ID: c[0].text, Prefix: c[1].text, LengthMin: int(c[2].number), LengthMax: int(c[3].number),
		Marks: c[4].text, Wallet: wallet.ID(c[5].text), Priority: int(c[6].number), From: payment.TimeOf(c[7].number),
		Until: payment.TimeOf(c[8].number)}, nil
}

func feedRow(c []cell) (Feed, error) {
	days, ok := calendar.ByName(c[6].text)
	band, err1 := money.RatioOf(c[8].number, c[9].number)
	near, err2 := money.RatioOf(c[10].number, c[11].number)
	if !ok || err1 != nil || err2 != nil {
		return Feed{}, damaged("store.Feed", "terms of source %s", c[0].text)
	}
	return Feed{Form: c[1].text, URL: c[2].text, Client: ident.Client(c[3].text), Terms: fx.SourceTerms{
		ID: fx.SourceID(c[0].text), Priority: int(c[4].number), AgeMax: time.Duration(c[5].number) * time.Microsecond,
		Calendar: days, Pivot: money.Currency(c[7].number), Band: band, Tolerance: near}}, nil
}

func readingRow(c []cell) (fx.Held, error) {
	low, high := money.Currency(c[1].number), money.Currency(c[2].number)
	at := func(base, num, den, micros cell) (fx.Reading, error) {
		quoted := low
		if money.Currency(base.number) == low {
			quoted = high
		}
		rate, err := rateOf(money.Currency(base.number), quoted, num.number, den.number)
		if err != nil {
			return fx.Reading{}, damaged("store.Reading", "%s %v/%v: %w", c[0].text, low, high, err)
		}
		return fx.Reading{Source: fx.SourceID(c[0].text), Rate: rate, At: payment.TimeOf(micros.number)}, nil
	}
	accepted, err := at(c[3], c[4], c[5], c[6])
	if err != nil || c[7].number == 0 {
		return fx.Held{Accepted: accepted}, err
	}
	offending, err := at(c[7], c[8], c[9], c[10])
	return fx.Held{Accepted: accepted, Offending: offending}, err
}

func quoteRow(c []cell) (fx.Quote, error) {
	from, to := money.Currency(c[2].number), money.Currency(c[3].number)
	base, err1 := rateOf(from, to, c[4].number, c[5].number)
	customer, err2 := rateOf(from, to, c[6].number, c[7].number)
	if len(c[0].bytes) != 16 || err1 != nil || err2 != nil {
		return fx.Quote{}, damaged("store.Quote", "line of %s for %v/%v", c[1].text, from, to)
	}
	return fx.Quote{ID: ident.ID{Lane: ident.House, Digest: ident.Digest(c[0].bytes)}, Wallet: c[1].text, Base: base,
		Customer: customer, From: payment.TimeOf(c[8].number), To: payment.TimeOf(c[9].number),
		Rounding: money.Rounding(c[10].number), Source: fx.SourceID(c[11].text), Guaranteed: c[12].number == 1}, nil
}

func rateOf(base, quoted money.Currency, num, den int64) (money.Rate, error) {
	price, err := money.RatioOf(num, den)
	if err != nil {
		return money.Rate{}, err
	}
	return money.NewRate(base, quoted, price)
}
