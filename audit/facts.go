// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// listing is a table of the catalogue, read in the order of its key.
type listing struct {
	text string
	read func(rows *sql.Rows) (f factRow, after []any, err error)
	zero []any
}

const (
	planPage = "SELECT id, percent_num, percent_den, fixed, rounding, fee_back, valid_from, credit_line, version " +
		"FROM plan WHERE id > $1 ORDER BY id LIMIT $2"
	walletPage = "SELECT id, brand, url, our_key, status, spread, rounding, pay_max, minute_max, partial_refunds, " +
		"refund_days, version FROM wallet WHERE id > $1 ORDER BY id LIMIT $2"
	clientPage = "SELECT id, status, notify_url, response_key, version FROM client WHERE id > $1 ORDER BY id LIMIT $2"
	holderPage = "SELECT id, name, status, version FROM holder WHERE id > $1 ORDER BY id LIMIT $2"
	routePage  = "SELECT id, prefix, wallet, priority, version FROM route WHERE id > $1 ORDER BY id LIMIT $2"
	keyPage    = "SELECT client, number, public, valid_to, revoked, version FROM client_key " +
		"WHERE (client, number) > ($1, $2) ORDER BY client, number LIMIT $3"
	merchantPage = "SELECT id, lane, holder, reference, name, mcc, status, plan, version FROM merchant WHERE id > $1 " +
		"ORDER BY id LIMIT $2"
	quotePage = "SELECT " + quoteColumns + " FROM quote WHERE id > $1 ORDER BY id LIMIT $2"
)

// listings are the tables whose rows are compared with the acts that wrote them. Only what an act can change is:
// what is given once, such as a merchant's currency, is checked where payments follow from it.
var listings = []listing{
	{planPage, readPlan, []any{""}}, {walletPage, readWallet, []any{""}}, {clientPage, readClient, []any{""}},
	{holderPage, readHolder, []any{""}}, {routePage, readRoute, []any{""}}, {keyPage, readKey, []any{"", int64(0)}},
}

// sweepCatalogue checks the catalogue: each row is as the act that its version names wrote it, merchants and
// price-list lines are what their ids are digests of.
func (a *Auditor) sweepCatalogue(ctx context.Context) error {
	s, house := &sayings{}, ident.House.Key()
	for _, t := range listings {
		for after := t.zero; ; {
			var page []factRow
			err := a.books.each(ctx, t.text, append(append([]any{}, after...), pageMax), func(rows *sql.Rows) error {
				f, next, err := t.read(rows)
				page, after = append(page, f), next
				return err
			})
			if err != nil {
				return err
			}
			for _, f := range page {
				if err := a.asActed(ctx, s, house, f); err != nil {
					return err
				}
			}
			if len(page) < pageMax {
				break
			}
		}
	}
	if err := a.sweepMerchants(ctx, s, house); err != nil {
		return err
	}
	if err := a.sweepQuotes(ctx, s, house); err != nil {
		return err
	}
	return a.settle(ctx, s, house)
}

// named picks the fact whose field has a value.
func named(field, value string) func(map[string]any) bool {
	return func(fields map[string]any) bool { return texted(fields[field]) == value }
}

func readPlan(rows *sql.Rows) (f factRow, after []any, err error) {
	var id string
	var num, den, fixed, rounds, feeBack, from, line int64
	err = rows.Scan(&id, &num, &den, &fixed, &rounds, &feeBack, &from, &line, &f.version)
	f.table, f.key, f.list, f.picks = "plan", id, "Plans", named("ID", id)
	f.columns = []wanted{{"percent_num/percent_den", "Percent", ratio(num, den), true}, {"fixed", "Fixed", fixed, true},
		{"rounding", "Rounding", rounds, false}, {"fee_back", "FeeBack", feeBack == 1, false},
		{"valid_from", "From", moment(from), false}, {"credit_line", "CreditLine", line, true}}
	return f, []any{id}, err
}

func readWallet(rows *sql.Rows) (f factRow, after []any, err error) {
	var id, brand, url, status string
	var key, spread, rounds, most, minute, partial, days int64
	err = rows.Scan(&id, &brand, &url, &key, &status, &spread, &rounds, &most, &minute, &partial, &days, &f.version)
	f.table, f.key, f.list, f.picks = "wallet", id, "Wallets", named("ID", id)
	f.columns = []wanted{{"brand", "Brand", brand, false}, {"url", "URL", url, false}, {"our_key", "OurKey", key, false},
		{"status", "Status", status, false}, {"spread", "SpreadBasisPoints", spread, true},
		{"rounding", "Rounding", rounds, false}, {"pay_max", "PayMax", most, true},
		{"minute_max", "MinuteMax", minute, true},
		{"partial_refunds", "PartialRefunds", partial == 1, false}, {"refund_days", "RefundDays", days, false}}
	return f, []any{id}, err
}

func readClient(rows *sql.Rows) (f factRow, after []any, err error) {
	var id, status, url string
	var key int64
	err = rows.Scan(&id, &status, &url, &key, &f.version)
	f.table, f.key, f.list, f.picks = "client", id, "Clients", named("ID", id)
	f.columns = []wanted{{"status", "Status", status, false}, {"notify_url", "NotifyURL", url, false},
		{"response_key", "ResponseKey", key, false}}
	return f, []any{id}, err
}

func readHolder(rows *sql.Rows) (f factRow, after []any, err error) {
	var id, name, status string
	err = rows.Scan(&id, &name, &status, &f.version)
	f.table, f.key, f.list, f.picks = "holder", id, "Holders", named("ID", id)
	f.columns = []wanted{{"name", "Name", name, false}, {"status", "Status", status, false}}
	return f, []any{id}, err
}

func readRoute(rows *sql.Rows) (f factRow, after []any, err error) {
	var id, prefix, wallet string
	var priority int64
	err = rows.Scan(&id, &prefix, &wallet, &priority, &f.version)
	f.table, f.key, f.list, f.picks = "route", id, "Routes", named("ID", id)
	f.columns = []wanted{{"prefix", "Prefix", prefix, false}, {"wallet", "Wallet", wallet, false},
		{"priority", "Priority", priority, false}}
	return f, []any{id}, err
}

func readKey(rows *sql.Rows) (f factRow, after []any, err error) {
	var client, public string
	var number, until, revoked int64
	err = rows.Scan(&client, &number, &public, &until, &revoked, &f.version)
	f.table, f.key, f.list = "client_key", fmt.Sprintf("%s %d", client, number), "Keys"
	f.picks = func(fields map[string]any) bool {
		return texted(fields["Client"]) == client && texted(fields["Version"]) == decimal(number)
	}
	f.columns = []wanted{{"public", "Public", public, false}, {"valid_to", "Until", moment(until), false},
		{"revoked", "RevokedAt", moment(revoked), false}}
	f.other = func(act *actRow) string {
		switch {
		case act.what != "revoke key":
			return ""
		case string(act.data) != public:
			return fmt.Sprintf("the act of row %d revoked another key", f.version)
		case revoked == 0 && until == 0:
			return fmt.Sprintf("it has no end, and the act of row %d revoked it", f.version)
		}
		return ""
	}
	return f, []any{client, number}, err
}

// sweepMerchants checks the merchants: an id is the digest of holder and reference.
func (a *Auditor) sweepMerchants(ctx context.Context, s *sayings, house int64) error {
	for last := []byte{}; ; {
		var page []factRow
		err := a.books.each(ctx, merchantPage, []any{last, pageMax}, func(rows *sql.Rows) error {
			var holder, reference, name, mcc, status, plan string
			var key int64
			f := factRow{table: "merchant", list: "Merchants"}
			err := rows.Scan(&last, &key, &holder, &reference, &name, &mcc, &status, &plan, &f.version)
			digest := ident.DigestOf("merchant", holder, reference)
			f.picks = func(fields map[string]any) bool {
				return texted(fields["Holder"]) == holder && texted(fields["Reference"]) == reference
			}
			f.key = hex.EncodeToString(last)
			if id, ok := ident.LaneOf(key); ok && bytes.Equal(last, digest[:]) {
				f.key = idText(id, digest)
			} else {
				a.found(Idempotent, f.table, f.key,
					"its lane is none, or its id is not the digest of its holder and reference")
			}
			f.columns = []wanted{{"name", "Name", name, false}, {"mcc", "MCC", mcc, false},
				{"status", "Status", status, false}, {"plan", "Plan", plan, false}}
			page = append(page, f)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, f := range page {
			if err := a.asActed(ctx, s, house, f); err != nil {
				return err
			}
		}
	}
}

// sweepQuotes checks the price list: each line is what its id is the digest of.
func (a *Auditor) sweepQuotes(ctx context.Context, s *sayings, house int64) error {
	for last := []byte{}; ; {
		var page []*quoteFact
		err := a.books.each(ctx, quotePage, []any{last, pageMax}, func(rows *sql.Rows) error {
			q, err := readQuote(rows)
			if err == nil {
				page, last = append(page, q), q.id[:]
			}
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, q := range page {
			a.sound(q)
			f := factRow{table: "quote", key: idText(ident.House, q.id), list: "Quotes", version: q.version}
			wallet, source := named("Wallet", q.wallet), named("Source", q.source)
			f.picks = func(fields map[string]any) bool { return wallet(fields) && source(fields) }
			if err := a.asActed(ctx, s, house, f); err != nil {
				return err
			}
		}
	}
}
