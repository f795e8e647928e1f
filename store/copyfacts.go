// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"slices"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// The pages of the catalogue. Their columns are those of the insertions that write them; the version is the last.
var (
	holdersAfter = statement{
		sql: "SELECT id, kind, name, lane, status, version FROM holder WHERE id > $1 ORDER BY id LIMIT $2",
		in:  "tn", out: "tttntn"}
	clientsAfter = statement{
		sql: "SELECT id, holder, lane, status, notify_url, notify_failure, response_key, requests, bad_codes, tombstones, " +
			"version FROM client WHERE id > $1 ORDER BY id LIMIT $2",
		in: "tn", out: "ttnttnnnnnn"}
	keysAfter = statement{
		sql: "SELECT client, number, algorithm, public, valid_from, valid_to, revoked, version FROM client_key " +
			"WHERE (client, number) > ($1, $2) ORDER BY client, number LIMIT $3",
		in: "tnn", out: "tnttnnnn"}
	houseKeysAfter = statement{
		sql: "SELECT number, algorithm, public, sealed, valid_from, valid_to, revoked, version FROM house_key " +
			"WHERE number > $1 ORDER BY number LIMIT $2",
		in: "nn", out: "nttbnnnn"}
	plansAfter = statement{
		sql: "SELECT id, percent_num, percent_den, fixed, rounding, fee_back, valid_from, credit_line, version FROM plan " +
			"WHERE id > $1 ORDER BY id LIMIT $2",
		in: "tn", out: "tnnnnnnnn"}
	merchantsAfter = statement{
		sql: "SELECT id, lane, holder, reference, name, mcc, region, prefecture, currency, status, plan, version " +
			"FROM merchant WHERE id > $1 ORDER BY id LIMIT $2",
		in: "bn", out: "bnt" + "tttt" + "nnttn"}
	storesAfter = statement{
		sql: "SELECT merchant, reference, name, mcc, terminals, version FROM shop WHERE (merchant, reference) > ($1, $2) " +
			"ORDER BY merchant, reference LIMIT $3",
		in: "btn", out: "btttnn"}
	walletsAfter = statement{
		sql: "SELECT id, client, holder, lane, brand, region, currency, url, our_key, status, spread, rounding, pay_max, " +
			"minute_max, partial_refunds, refund_days, routing, deadline, inquiry_every, inquiry_max, " +
			"cancel_backoff, cancel_max, in_flight_max, version FROM wallet WHERE id > $1 ORDER BY id LIMIT $2",
		in: "tn", out: "tttnttntn" + "tnnnnnnnnnnnnnn"}
	routesAfter = statement{
		sql: "SELECT id, prefix, length_min, length_max, marks, wallet, priority, valid_from, valid_to, version FROM route " +
			"WHERE id > $1 ORDER BY id LIMIT $2",
		in: "tn", out: "ttnnttnnnn"}
	feedsAfter = statement{
		sql: "SELECT id, form, url, client, priority, age_max, calendar, pivot, band_num, band_den, near_num, near_den, " +
			"version FROM fx_source WHERE id > $1 ORDER BY id LIMIT $2",
		in: "tn", out: "ttttnntnnnnnn"}
	readingsAfter = statement{
		sql: "SELECT source, low, high, base, num, den, at, halt_base, halt_num, halt_den, halt_at, version FROM reading " +
			"WHERE (source, low, high) > ($1, $2, $3) ORDER BY source, low, high LIMIT $4",
		in: "tnnn", out: "tnnnnnnnnnnn"}
	quotesAfter = statement{
		sql: "SELECT id, wallet, base, quoted, base_num, base_den, rate_num, rate_den, valid_from, valid_to, rounding, " +
			"source, guaranteed, version FROM quote WHERE id > $1 ORDER BY id LIMIT $2",
		in: "bn", out: "btnnnnnnnnntnn"}
)

// factTable is a table of the catalogue, read in the order of its key.
type factTable struct {
	edition int
	from    *statement
	into    *insertion
}

// factTables are the tables whose rows an act may change: large ones first, so that little time passes between the reading
// of those that change often and the cut. Lines of the price list are never changed.
var factTables = []factTable{
	{editionMerchant, &merchantsAfter, &writeMerchant}, {editionStore, &storesAfter, &writeStore},
	{editionHolder, &holdersAfter, &writeHolder}, {editionClient, &clientsAfter, &writeClient},
	{editionKey, &keysAfter, &writeKey}, {editionPlan, &plansAfter, &writePlan},
	{editionWallet, &walletsAfter, &writeWallet}, {editionRoute, &routesAfter, &writeRoute},
	{editionFeed, &feedsAfter, &writeFeed}, {editionHouseKey, &houseKeysAfter, &writeHouseKey},
	{editionReading, &readingsAfter, &writeReading},
}

var quoteTable = factTable{editionQuote, &quotesAfter, &insertQuote}

// before is a key before all keys of the table.
func (t *factTable) before() []cell {
	first := make([]cell, len(t.from.in)-1)
	for i := range first {
		if t.from.in[i] == kindNumber {
			first[i] = number(-1 << 62)
		}
	}
	return first
}

// editions are the versions of the kinds of facts.
type editions [editionQuote + 1]int64

func (e *editions) cells() (rows []cell) {
	for kind, version := range e {
		if kind > 0 && version > 0 {
			rows = append(rows, number(int64(kind)), number(version))
		}
	}
	return rows
}

func (c *copier) editions(ctx context.Context) (found editions, err error) {
	err = c.from.query(ctx, &listEditions, nil, func(r []cell) error {
		if k := r[0].number; k > 0 && k < int64(len(found)) {
			found[k] = r[1].number
		}
		return nil
	})
	return found, err
}

// cutsMax is how often the cut is taken before the copy is given up. A try after the first reads the tables that have
// changed meanwhile, and few do.
const cutsMax = 32

// settle copies the facts and takes the cut, until no act was committed between the reading of a table and the cut: then
// the facts are those of the cut. It copies the claims before the cut's hour has ended: after it the oldest are removed.
//
// Errors: Unavailable copy_never_settled.
func (c *copier) settle(ctx context.Context) error {
	for range cutsMax {
		agreed, err := c.take(ctx)
		if err != nil || agreed {
			return err
		}
	}
	return &fault.Error{Op: "store.Copy", Kind: fault.Unavailable, Code: CodeUnsettled,
		Detail: "the catalogue was changed during each of the copy's tries: copy when nobody imports merchants"}
}

// take takes the cut once.
func (c *copier) take(ctx context.Context) (agreed bool, err error) {
	before, err := c.editions(ctx)
	if err != nil {
		return false, err
	}
	for i := range factTables {
		t := &factTables[i]
		if known := c.copied[t.edition]; known != before[t.edition] {
			if err := c.facts(ctx, t, func(version int64) bool { return version > known }); err != nil {
				return false, err
			}
			c.copied[t.edition] = before[t.edition]
		}
	}
	if c.cut.Lanes, err = c.from.Lanes(ctx); err != nil {
		return false, err
	}
	after, err := c.editions(ctx)
	before[editionQuote], after[editionQuote] = 0, 0
	if err != nil || before != after {
		return false, err
	}
	if err := c.eachOf(ctx, c.cut.Lanes, c.claims); err != nil {
		return false, err
	}
	now, err := c.from.Lanes(ctx)
	return sameHour(c.cut.Lanes, now), err
}

// facts copies the rows of a table whose versions are wanted.
func (c *copier) facts(ctx context.Context, t *factTable, wanted func(version int64) bool) error {
	width := len(t.into.kinds)
	for last := t.before(); ; {
		rows, err := rowsOf(ctx, c.from, t.from, append(slices.Clone(last), number(pageMax))...)
		if err != nil || len(rows) == 0 {
			return err
		}
		last = rows[len(rows)-width : len(rows)-width+len(last)]
		kept := rows[:0:0]
		for at := 0; at < len(rows); at += width {
			if wanted(rows[at+width-1].number) {
				kept = append(kept, rows[at:at+width]...)
			}
		}
		if err := c.into.add(ctx, t.into, kept); err != nil {
			return err
		}
		c.told(t.into.table)
	}
}

// priceList copies the lines that were written before the cut.
func (c *copier) priceList(ctx context.Context) error {
	end := int64(0)
	for i := range c.cut.Lanes {
		if c.cut.Lanes[i].Lane == ident.House {
			end = c.cut.Lanes[i].N
		}
	}
	return c.facts(ctx, &quoteTable, func(version int64) bool {
		if version > end {
			return false
		}
		c.quotes = max(c.quotes, version)
		return true
	})
}
