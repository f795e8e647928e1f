// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// Payment is a payment with its refunds, as committed; nil when there is none of that id.
//
// Errors: Unavailable store_busy; Internal row_damaged, payment_change_illegal.
func (r *Reader) Payment(ctx context.Context, id ident.ID) (*payment.Payment, error) {
	found, err := loadFamilies(ctx, r, id.Lane, []cell{blob(id.Digest[:])})
	if err != nil || len(found) == 0 {
		return nil, fault.Wrap("store.Payment", err)
	}
	return found[0], nil
}

// Refund is a refund's request; nil when there is none of that id. Its state is with its payment.
//
// Errors: as Payment.
func (r *Reader) Refund(ctx context.Context, id ident.ID) (*payment.RefundRequest, error) {
	var found *payment.RefundRequest
	err := r.lookup(ctx, &loadRefunds, []cell{number(id.Lane.Key())}, []cell{blob(id.Digest[:])}, func(c []cell) (err error) {
		found, err = refundRow(c)
		return err
	})
	return found, fault.Wrap("store.Refund", err)
}

// Journal is the next page of a lane's rows after one: at most 512, in order.
func (r *Reader) Journal(ctx context.Context, lane ident.Lane, after int64) ([]ledger.Row, error) {
	rows, err := journalPage(ctx, r, lane, after)
	return rows, fault.Wrap("store.Journal", err)
}

// Family are the journal rows of a payment and its refunds, in order.
func (r *Reader) Family(ctx context.Context, lane ident.Lane, origin int64) ([]ledger.Row, error) {
	var rows []ledger.Row
	err := r.lookup(ctx, &journalFamilies, []cell{number(lane.Key())}, []cell{number(origin)}, func(c []cell) error {
		row, err := journalRow(c)
		rows = append(rows, row)
		return err
	})
	return rows, fault.Wrap("store.Family", err)
}

// Accounts is the next page of a lane's accounts after a number: at most 512, in order.
func (r *Reader) Accounts(ctx context.Context, lane ident.Lane, after ledger.Number) ([]OpenedAccount, error) {
	accounts, err := list(ctx, r, &listAccounts, []cell{number(lane.Key()), number(int64(after)), number(pageMax)},
		func(c []cell) (OpenedAccount, error) { return accountRow(c), nil })
	return accounts, fault.Wrap("store.Accounts", err)
}

var loadSealed = statement{sql: "SELECT record FROM sealed WHERE lane = $1 AND n = $2", in: "nn", out: "b"}

// Sealed is the sealed free text that belongs to a journal row; nil when there is none, or it was erased.
func (r *Reader) Sealed(ctx context.Context, lane ident.Lane, n int64) ([]byte, error) {
	record, _, err := one(ctx, r, &loadSealed, []cell{number(lane.Key()), number(n)}, func(c []cell) ([]byte, error) {
		return c[0].bytes, nil
	})
	return record, err
}

// Holder is an account holder; ok is false when there is none of that id.
func (r *Reader) Holder(ctx context.Context, id ident.Holder) (h access.Holder, ok bool, err error) {
	return one(ctx, r, &loadHolder, []cell{text(string(id))}, holderRow)
}

// Holders is the next page of account holders after an id: at most 512, in order.
func (r *Reader) Holders(ctx context.Context, after ident.Holder) ([]access.Holder, error) {
	return list(ctx, r, &listHolders, []cell{text(string(after)), number(pageMax)}, holderRow)
}

// Clients is the next page of API clients after an id: at most 512, in order.
func (r *Reader) Clients(ctx context.Context, after ident.Client) ([]access.Client, error) {
	return list(ctx, r, &listClients, []cell{text(string(after)), number(pageMax)}, clientRow)
}

// Keys are the keys of a client, in the order of their versions.
func (r *Reader) Keys(ctx context.Context, client ident.Client) ([]access.Key, error) {
	return list(ctx, r, &loadKeys, []cell{text(string(client))}, keyRow)
}

// Merchants is the next page of merchants after an id: at most 512, in the order of their ids.
func (r *Reader) Merchants(ctx context.Context, after ident.Digest) ([]merchant.Merchant, error) {
	return list(ctx, r, &listMerchants, []cell{blob(after[:]), number(pageMax)}, merchantRow)
}

// OldestClaim is the first hour of which a lane still holds claims; ok is false when it holds none.
func (r *Reader) OldestClaim(ctx context.Context, lane ident.Lane) (hour int64, ok bool, err error) {
	return one(ctx, r, &oldestClaim, []cell{number(lane.Key())}, func(c []cell) (int64, error) { return c[0].number, nil })
}

var listDeliveries = statement{
	sql: "SELECT attempt, at, outcome, detail FROM delivery WHERE lane = $1 AND event = $2 ORDER BY attempt",
	in:  "nb", out: "nnnt",
}

// Deliveries are the attempts to tell an event, in order.
func (r *Reader) Deliveries(ctx context.Context, event ident.ID) ([]Delivery, error) {
	args := []cell{number(event.Lane.Key()), blob(event.Digest[:])}
	return list(ctx, r, &listDeliveries, args, func(c []cell) (Delivery, error) {
		return Delivery{Event: event.Digest, Attempt: int(c[0].number), At: time.UnixMicro(c[1].number).UTC(),
			Outcome: DeliveryOutcome(c[2].number), Detail: c[3].text}, nil
	})
}

var lastDeliveries = lookup{
	sql:  "SELECT event, attempt, at, outcome, detail FROM delivery WHERE lane = $1 AND event",
	tail: "ORDER BY event, attempt", in: "n", key: kindBytes, out: "bnnnt",
}

// LastDeliveries are the last attempts to tell some events; an event that was never told has none. A list of events that is
// derived again learns here what not to tell again.
func (r *Reader) LastDeliveries(ctx context.Context, lane ident.Lane, events []ident.Digest) (
	map[ident.Digest]Delivery, error) {
	keys := make([]cell, len(events))
	for i := range events {
		keys[i] = blob(events[i][:])
	}
	last := map[ident.Digest]Delivery{}
	err := r.lookup(ctx, &lastDeliveries, []cell{number(lane.Key())}, keys, func(c []cell) error {
		if len(c[0].bytes) != len(ident.Digest{}) {
			return damaged("store.Delivery", "a delivery of lane %d", lane)
		}
		event := ident.Digest(c[0].bytes)
		last[event] = Delivery{Event: event, Attempt: int(c[1].number), At: time.UnixMicro(c[2].number).UTC(),
			Outcome: DeliveryOutcome(c[3].number), Detail: c[4].text}
		return nil
	})
	return last, fault.Wrap("store.Deliveries", err)
}

// AuditedAct is an act as the audit log holds it.
type AuditedAct struct {
	Act
	Lane ident.Lane
	N    int64
	At   time.Time
}

var listActs = statement{
	sql: "SELECT n, at, person, what, subject, data FROM act WHERE lane = $1 AND n > $2 ORDER BY n LIMIT $3",
	in:  "nnn", out: "nntttb",
}

// Acts is the next page of a lane's audit log after a row: at most 512, in order.
func (r *Reader) Acts(ctx context.Context, lane ident.Lane, after int64) ([]AuditedAct, error) {
	args := []cell{number(lane.Key()), number(after), number(pageMax)}
	return list(ctx, r, &listActs, args, func(c []cell) (AuditedAct, error) {
		return AuditedAct{Lane: lane, N: c[0].number, At: time.UnixMicro(c[1].number).UTC(),
			Act: Act{Person: c[2].text, What: c[3].text, Subject: c[4].text, Data: c[5].bytes}}, nil
	})
}

var listCurrencies = statement{sql: "SELECT DISTINCT currency FROM merchant ORDER BY currency", out: "n"}

// Currencies are the currencies in which merchants are paid, in the order of their numbers.
func (r *Reader) Currencies(ctx context.Context) ([]money.Currency, error) {
	return list(ctx, r, &listCurrencies, nil, func(c []cell) (money.Currency, error) {
		return money.Currency(c[0].number), nil
	})
}
