// SPDX-License-Identifier: Apache-2.0

package store

import (
	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Facts are rows of the catalogue that an act writes, new or changed. Quotes are only ever new.
type Facts struct {
	Holders   []access.Holder
	Clients   []access.Client
	Keys      []access.Key
	HouseKeys []access.HouseKey
	Plans     []merchant.Plan
	Merchants []merchant.Merchant
	Stores    []merchant.Store
	Wallets   []wallet.Wallet
	Routes    []wallet.Route
	Feeds     []Feed
	Readings  []fx.Held
	Quotes    []fx.Quote
}

// Feed is a source of exchange rates: where it is fetched and on which terms it is believed.
type Feed struct {
	Terms  fx.SourceTerms
	Form   string // "ecb" or "feed"
	URL    string
	Client ident.Client // under whose keys a signed feed is verified; empty for an unsigned one
}

// The kinds of facts, as table edition counts them.
const (
	editionHolder = 1 + iota
	editionClient
	editionKey
	editionHouseKey
	editionPlan
	editionMerchant
	editionStore
	editionWallet
	editionRoute
	editionFeed
	editionReading
	editionQuote
)

var writeEdition = insertion{table: "edition", columns: "kind, version", kinds: "nn",
	suffix: "ON CONFLICT (kind) DO UPDATE SET version = excluded.version"}

var writeHolder = insertion{table: "holder", columns: "id, kind, name, lane, status, version", kinds: "tttntn",
	suffix: "ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status, version = excluded.version"}

var writeClient = insertion{table: "client", columns: "id, holder, lane, status, notify_url, notify_failure, response_key, " +
	"requests, bad_codes, tombstones, version", kinds: "ttnttnnnnnn",
	suffix: "ON CONFLICT (id) DO UPDATE SET status = excluded.status, notify_url = excluded.notify_url, " +
		"notify_failure = excluded.notify_failure, response_key = excluded.response_key, requests = excluded.requests, " +
		"bad_codes = excluded.bad_codes, tombstones = excluded.tombstones, version = excluded.version"}

var writeKey = insertion{table: "client_key", columns: "client, number, algorithm, public, valid_from, valid_to, revoked, " +
	"version", kinds: "tnttnnnn",
	suffix: "ON CONFLICT (client, number) DO UPDATE SET valid_to = excluded.valid_to, revoked = excluded.revoked, " +
		"version = excluded.version"}

var writeHouseKey = insertion{table: "house_key", columns: "number, algorithm, public, sealed, valid_from, valid_to, " +
	"revoked, version", kinds: "nttbnnnn",
	suffix: "ON CONFLICT (number) DO UPDATE SET sealed = excluded.sealed, valid_to = excluded.valid_to, " +
		"revoked = excluded.revoked, version = excluded.version"}

var writePlan = insertion{table: "plan", columns: "id, percent_num, percent_den, fixed, rounding, fee_back, valid_from, " +
	"credit_line, version", kinds: "tnnnnnnnn",
	suffix: "ON CONFLICT (id) DO UPDATE SET percent_num = excluded.percent_num, percent_den = excluded.percent_den, " +
		"fixed = excluded.fixed, rounding = excluded.rounding, fee_back = excluded.fee_back, " +
		"valid_from = excluded.valid_from, credit_line = excluded.credit_line, version = excluded.version"}

var writeMerchant = insertion{table: "merchant", columns: "id, lane, holder, reference, name, mcc, region, prefecture, " +
	"currency, status, plan, version", kinds: "bnt" + "tttt" + "nnttn",
	suffix: "ON CONFLICT (id) DO UPDATE SET name = excluded.name, mcc = excluded.mcc, region = excluded.region, " +
		"prefecture = excluded.prefecture, status = excluded.status, plan = excluded.plan, version = excluded.version"}

var writeStore = insertion{table: "shop", columns: "merchant, reference, name, mcc, terminals, version", kinds: "btttnn",
	suffix: "ON CONFLICT (merchant, reference) DO UPDATE SET name = excluded.name, mcc = excluded.mcc, " +
		"terminals = excluded.terminals, version = excluded.version"}

var writeWallet = insertion{table: "wallet", columns: "id, client, holder, lane, brand, region, currency, url, our_key, " +
	"status, spread, rounding, pay_max, minute_max, partial_refunds, refund_days, routing, deadline, inquiry_every, " +
	"inquiry_max, cancel_backoff, cancel_max, in_flight_max, version", kinds: "tttnttntn" + "tnnnnnnnnnnnnnn",
	suffix: "ON CONFLICT (id) DO UPDATE SET brand = excluded.brand, url = excluded.url, our_key = excluded.our_key, " +
		"status = excluded.status, spread = excluded.spread, rounding = excluded.rounding, pay_max = excluded.pay_max, " +
		"minute_max = excluded.minute_max, partial_refunds = excluded.partial_refunds, " +
		"refund_days = excluded.refund_days, routing = excluded.routing, " +
		"deadline = excluded.deadline, inquiry_every = excluded.inquiry_every, inquiry_max = excluded.inquiry_max, " +
		"cancel_backoff = excluded.cancel_backoff, cancel_max = excluded.cancel_max, " +
		"in_flight_max = excluded.in_flight_max, version = excluded.version"}

var writeRoute = insertion{table: "route", columns: "id, prefix, length_min, length_max, marks, wallet, priority, " +
	"valid_from, valid_to, version", kinds: "ttnnttnnnn",
	suffix: "ON CONFLICT (id) DO UPDATE SET prefix = excluded.prefix, length_min = excluded.length_min, " +
		"length_max = excluded.length_max, marks = excluded.marks, wallet = excluded.wallet, " +
		"priority = excluded.priority, valid_from = excluded.valid_from, valid_to = excluded.valid_to, " +
		"version = excluded.version"}

var writeFeed = insertion{table: "fx_source", columns: "id, form, url, client, priority, age_max, calendar, pivot, " +
	"band_num, band_den, near_num, near_den, version", kinds: "ttttnntnnnnnn",
	suffix: "ON CONFLICT (id) DO UPDATE SET form = excluded.form, url = excluded.url, client = excluded.client, " +
		"priority = excluded.priority, age_max = excluded.age_max, calendar = excluded.calendar, " +
		"pivot = excluded.pivot, band_num = excluded.band_num, band_den = excluded.band_den, " +
		"near_num = excluded.near_num, near_den = excluded.near_den, version = excluded.version"}

var writeReading = insertion{table: "reading", columns: "source, low, high, base, num, den, at, halt_base, halt_num, " +
	"halt_den, halt_at, version", kinds: "tnnnnnnnnnnn",
	suffix: "ON CONFLICT (source, low, high) DO UPDATE SET base = excluded.base, num = excluded.num, den = excluded.den, " +
		"at = excluded.at, halt_base = excluded.halt_base, halt_num = excluded.halt_num, halt_den = excluded.halt_den, " +
		"halt_at = excluded.halt_at, version = excluded.version"}

var insertQuote = insertion{table: "quote", columns: "id, wallet, base, quoted, base_num, base_den, rate_num, rate_den, " +
	"valid_from, valid_to, rounding, source, guaranteed, version", kinds: "btnnnnnnnnntnn",
	suffix: "ON CONFLICT (id) DO NOTHING"}

// operations are the writes of the facts, with the version that the act's journal row gives them.
func (f *Facts) operations(version int64) []operation {
	var out []operation
	add := func(edition int64, i *insertion, rows []cell) {
		if len(rows) > 0 {
			out = append(out, operation{insertion: i, rows: rows},
				operation{insertion: &writeEdition, rows: []cell{number(edition), number(version)}})
		}
	}
	v := number(version)
	add(editionHolder, &writeHolder, gather(f.Holders, func(h access.Holder) []cell {
		return []cell{text(string(h.ID)), text(string(h.Kind)), text(h.Name), number(h.Lane.Key()), text(string(h.Status)), v}
	}))
	add(editionClient, &writeClient, gather(f.Clients, func(c access.Client) []cell {
		return []cell{text(string(c.ID)), text(string(c.Holder)), number(c.Lane.Key()), text(string(c.Status)),
			text(c.NotifyURL), flag(c.NotifyFailure), number(int64(c.ResponseKey)), number(int64(c.Rates.Requests)),
			number(int64(c.Rates.BadCodes)), number(int64(c.Rates.Tombstones)), v}
	}))
	add(editionKey, &writeKey, gather(f.Keys, func(k access.Key) []cell {
		return []cell{text(string(k.Client)), number(int64(k.Version)), text(k.Public.Algorithm().String()),
			text(k.Public.SPKI()), number(payment.Micros(k.From)), number(payment.Micros(k.Until)),
			number(payment.Micros(k.RevokedAt)), v}
	}))
	add(editionHouseKey, &writeHouseKey, gather(f.HouseKeys, func(k access.HouseKey) []cell {
		return []cell{number(int64(k.Version)), text(k.Public.Algorithm().String()), text(k.Public.SPKI()), blob(k.Sealed),
			number(payment.Micros(k.From)), number(payment.Micros(k.Until)), number(payment.Micros(k.RevokedAt)), v}
	}))
	add(editionMerchant, &writeMerchant, gather(f.Merchants, func(m merchant.Merchant) []cell {
		return []cell{blob(m.ID.Digest[:]), number(m.ID.Lane.Key()), text(string(m.Holder)), text(m.Reference), text(m.Name),
			text(m.MCC), text(m.Region), number(int64(m.Prefecture)), number(int64(m.Currency)), text(string(m.Status)),
			text(string(m.Plan)), v}
	}))
	add(editionStore, &writeStore, gather(f.Stores, func(s merchant.Store) []cell {
		return []cell{blob(s.Merchant.Digest[:]), text(s.Reference), text(s.Name), text(s.MCC), number(int64(s.Terminals)), v}
	}))
	f.contracts(add, v)
	f.prices(add, v)
	return out
}

func (f *Facts) contracts(add func(int64, *insertion, []cell), v cell) {
	add(editionPlan, &writePlan, gather(f.Plans, func(p merchant.Plan) []cell {
		num, den := p.Percent.Terms()
		return []cell{text(string(p.ID)), number(num), number(den), number(p.Fixed), number(int64(p.Rounding)),
			flag(p.FeeBack), number(payment.Micros(p.From)), number(p.CreditLine), v}
	}))
	add(editionWallet, &writeWallet, gather(f.Wallets, func(w wallet.Wallet) []cell {
		t := w.Timers
		return []cell{text(string(w.ID)), text(string(w.Client)), text(string(w.Holder)), number(w.Lane.Key()),
			text(w.Brand), text(w.Region), number(int64(w.Currency)), text(w.URL), number(int64(w.OurKey)),
			text(string(w.Status)), number(w.SpreadBasisPoints), number(int64(w.Rounding)), number(w.PayMax),
			number(w.MinuteMax), flag(w.PartialRefunds), number(int64(w.RefundDays)), number(int64(w.Routing)),
			number(t.Deadline.Microseconds()), number(t.InquiryEvery.Microseconds()), number(int64(t.InquiryMax)),
			number(t.CancelBackoff.Microseconds()), number(t.CancelMax.Microseconds()), number(int64(t.InFlightMax)), v}
	}))
	add(editionRoute, &writeRoute, gather(f.Routes, func(r wallet.Route) []cell {
		return []cell{text(r.ID), text(r.Prefix), number(int64(r.LengthMin)), number(int64(r.LengthMax)), text(r.Marks),
			text(string(r.Wallet)), number(int64(r.Priority)), number(payment.Micros(r.From)),
			number(payment.Micros(r.Until)), v}
	}))
}

func (f *Facts) prices(add func(int64, *insertion, []cell), v cell) {
	add(editionFeed, &writeFeed, gather(f.Feeds, func(s Feed) []cell {
		band, bandDen := s.Terms.Band.Terms()
		near, nearDen := s.Terms.Tolerance.Terms()
		return []cell{text(string(s.Terms.ID)), text(s.Form), text(s.URL), text(string(s.Client)),
			number(int64(s.Terms.Priority)), number(s.Terms.AgeMax.Microseconds()), text(s.Terms.Calendar.String()),
			number(int64(s.Terms.Pivot)), number(band), number(bandDen), number(near), number(nearDen), v}
	}))
	add(editionReading, &writeReading, gather(f.Readings, func(h fx.Held) []cell {
		pair := readingName(h)
		num, den := h.Accepted.Rate.Price().Terms()
		haltNum, haltDen := h.Offending.Rate.Price().Terms()
		return []cell{text(string(pair.source)), number(int64(pair.low)), number(int64(pair.high)),
			number(int64(h.Accepted.Rate.Base())), number(num), number(den), number(payment.Micros(h.Accepted.At)),
			number(int64(h.Offending.Rate.Base())), number(haltNum), number(haltDen),
			number(payment.Micros(h.Offending.At)), v}
	}))
	add(editionQuote, &insertQuote, gather(f.Quotes, func(q fx.Quote) []cell {
		baseNum, baseDen := q.Base.Price().Terms()
		num, den := q.Customer.Price().Terms()
		return []cell{blob(q.ID.Digest[:]), text(q.Wallet), number(int64(q.Base.Base())), number(int64(q.Base.Quote())),
			number(baseNum), number(baseDen), number(num), number(den), number(payment.Micros(q.From)),
			number(payment.Micros(q.To)), number(int64(q.Rounding)), text(string(q.Source)), flag(q.Guaranteed), v}
	}))
}

// gather lays the cells of many facts one after another.
func gather[T any](facts []T, cells func(T) []cell) []cell {
	var out []cell
	for _, f := range facts {
		out = append(out, cells(f)...)
	}
	return out
}

// once makes sure that no fact is written twice by one act: only one of the two could be meant.
//
// Errors: Invalid fact_twice.
func (f *Facts) once() error {
	kinds := []struct {
		name  string
		twice bool
	}{
		{"holder", repeated(f.Holders, func(h access.Holder) ident.Holder { return h.ID })},
		{"client", repeated(f.Clients, func(c access.Client) ident.Client { return c.ID })},
		{"key", repeated(f.Keys, func(k access.Key) keyName { return keyName{k.Client, k.Version} })},
		{"house_key", repeated(f.HouseKeys, func(k access.HouseKey) int { return k.Version })},
		{"plan", repeated(f.Plans, func(p merchant.Plan) merchant.PlanID { return p.ID })},
		{"merchant", repeated(f.Merchants, func(m merchant.Merchant) ident.Digest { return m.ID.Digest })},
		{"store", repeated(f.Stores, func(s merchant.Store) shopName { return shopName{s.Merchant.Digest, s.Reference} })},
		{"wallet", repeated(f.Wallets, func(w wallet.Wallet) wallet.ID { return w.ID })},
		{"route", repeated(f.Routes, func(r wallet.Route) string { return r.ID })},
		{"feed", repeated(f.Feeds, func(s Feed) fx.SourceID { return s.Terms.ID })},
		{"reading", repeated(f.Readings, readingName)},
		{"quote", repeated(f.Quotes, func(q fx.Quote) ident.Digest { return q.ID.Digest })},
	}
	for _, k := range kinds {
		if k.twice {
			return &fault.Error{Op: "store.Facts", Kind: fault.Invalid, Code: CodeFactTwice, Subject: k.name,
				Detail: k.name + ": one act names the same one twice"}
		}
	}
	return nil
}

// The names of facts whose keys have several parts.
type (
	keyName struct {
		client  ident.Client
		version int
	}
	shopName struct {
		merchant  ident.Digest
		reference string
	}
	pairName struct {
		source    fx.SourceID
		low, high money.Currency
	}
)

func readingName(h fx.Held) pairName {
	base, quoted := h.Accepted.Rate.Base(), h.Accepted.Rate.Quote()
	return pairName{source: h.Accepted.Source, low: min(base, quoted), high: max(base, quoted)}
}

func repeated[T any, K comparable](facts []T, name func(T) K) bool {
	if len(facts) < 2 {
		return false
	}
	seen := make(map[K]bool, len(facts))
	for _, f := range facts {
		seen[name(f)] = true
	}
	return len(seen) < len(facts)
}
