// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// shelfSchema is the schema of the projections' tables on PostgreSQL.
const shelfSchema = "shelf"

const (
	cursorRow     = "SELECT n FROM cursor WHERE lane = $1"
	shelfBalances = "SELECT number, debits, credits FROM balance WHERE lane = $1 AND number > $2 ORDER BY number LIMIT $3"
	eventColumns  = "n, id, endpoint, client, kind, subject, origin, at, state"
	eventPage     = "SELECT " + eventColumns + " FROM event WHERE lane = $1 AND (n, id) > ($2, $3) AND n <= $4 " +
		"ORDER BY n, id LIMIT $5"
	deliveredTo    = "SELECT outcome FROM delivery WHERE lane = $1 AND event = $2 ORDER BY attempt"
	clientNotified = "SELECT notify_url, version FROM client WHERE id = $1"
)

// event is a row of table event: a journal row that an endpoint is to be told of.
type event struct {
	n, kind, origin, at, state int64
	id, subject                ident.Digest
	endpoint, client           string
}

// What states and outcomes are stored as. Source: store, the types EventState and DeliveryOutcome.
const (
	eventDelivered, eventDead        = 2, 3
	outcomeDelivered, outcomeAbandon = 1, 3
)

// sweepShelf checks the projections, where the options say where they are: balances are the fold of the journal up
// to the cursor, each event speaks of a journal row as it is, once for an endpoint, and each success of a client
// that wants to be told has one. What the events call delivered or dead, the books know of.
//
// Source: decisions A11, A16.
func (a *Auditor) sweepShelf(ctx context.Context) error {
	if a.options.Shelf == "" {
		return nil
	}
	s, err := openSource(ctx, a.options.Shelf, shelfSchema)
	if err != nil {
		return err
	}
	defer s.close()
	for _, l := range a.lanes {
		if err := a.sweepLaneShelf(ctx, s, l); err != nil {
			return err
		}
	}
	a.shelved = true
	return nil
}

// shelfLane is a lane's part of the shelf while it is compared.
type shelfLane struct {
	*source
	lane   *lane
	cursor int64 // the row up to which the projections are derived
	moved  map[ledger.Number]*balanceRow
}

func (a *Auditor) sweepLaneShelf(ctx context.Context, s *source, l *lane) error {
	f := &shelfLane{source: s, lane: l, moved: map[ledger.Number]*balanceRow{}}
	err := s.each(ctx, cursorRow, []any{l.key}, func(rows *sql.Rows) error { return rows.Scan(&f.cursor) })
	if err != nil {
		return err
	}
	if f.cursor > l.n {
		a.found(Announced, "cursor", laneText(l.id), fmt.Sprintf("it is at row %d, and the journal ends at row %d", f.cursor,
			l.n))
	}
	for n := int64(0); n < l.n; {
		var page []*record
		args := []any{l.key, n, l.n, pageMax}
		err := a.books.each(ctx, journalPage, args, func(rows *sql.Rows) error {
			r, err := readJournal(rows, l.id)
			page = append(page, r)
			return err
		})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		last := page[len(page)-1].N
		if err := a.sweepEvents(ctx, f, page, n, last); err != nil {
			return err
		}
		n = last
	}
	return a.sweepShelfBalances(ctx, f)
}

// sweepEvents compares the events of a page of journal rows with the rows.
func (a *Auditor) sweepEvents(ctx context.Context, f *shelfLane, page []*record, from, to int64) error {
	events, err := f.events(ctx, from, to)
	if err != nil {
		return err
	}
	for _, r := range page {
		if r.N <= f.cursor {
			f.move(r)
		}
		count := 0
		for count < len(events) && events[count].n <= r.N {
			count++
		}
		if err := a.announced(ctx, f, r, events[:count]); err != nil {
			return err
		}
		events = events[count:]
	}
	return nil
}

// events are a lane's events of the journal rows after one, up to another.
func (f *shelfLane) events(ctx context.Context, from, to int64) (all []event, err error) {
	after := event{n: from}
	for i := range after.id {
		after.id[i] = 0xff
	}
	for {
		count := 0
		args := []any{f.lane.key, after.n, after.id[:], to, pageMax}
		err = f.each(ctx, eventPage, args, func(rows *sql.Rows) error {
			var id, subject []byte
			var e event
			err := rows.Scan(&e.n, &id, &e.endpoint, &e.client, &e.kind, &subject, &e.origin, &e.at, &e.state)
			copy(e.id[:], id)
			copy(e.subject[:], subject)
			all, count = append(all, e), count+1
			return err
		})
		if err != nil || count < pageMax {
			return all, err
		}
		after = all[len(all)-1]
	}
}

func (f *shelfLane) move(r *record) {
	for _, t := range r.transfers {
		for _, n := range [...]ledger.Number{t.Debit, t.Credit} {
			if f.moved[n] == nil {
				f.moved[n] = &balanceRow{number: int64(n)}
			}
		}
		f.moved[t.Debit].debits += t.Minor
		f.moved[t.Credit].credits += t.Minor
	}
}

// announced checks the events of one journal row.
func (a *Auditor) announced(ctx context.Context, f *shelfLane, r *record, events []event) error {
	told := map[string]bool{}
	var home *family
	var err error
	if len(events) > 0 || r.Kind == ledger.PaymentSucceeded && r.N <= f.cursor {
		if home, err = a.recall(ctx, f.lane, r.Origin, f.lane.n+1); err != nil {
			return err
		}
	}
	client := ""
	if home != nil {
		client = home.terms.client
	}
	for _, e := range events {
		a.counts.Events++
		if err := a.sane(ctx, f, r, e, client); err != nil {
			return err
		}
		if told[e.endpoint] {
			a.found(Announced, "event", f.row(e), "the endpoint "+e.endpoint+" has another event of the same row")
		}
		told[e.endpoint] = true
	}
	if len(events) > 0 || r.Kind != ledger.PaymentSucceeded || r.N > f.cursor || client == "" {
		return nil
	}
	wants, err := a.wantsNews(ctx, client, r.At)
	if err == nil && wants {
		a.unannounced(f.lane, r, home)
	}
	return err
}

func (f *shelfLane) row(e event) string { return place(f.lane.id, e.n) + " " + e.endpoint }

func (a *Auditor) unannounced(l *lane, r *record, home *family) {
	a.add(Finding{Announced, "event", place(l.id, r.N), sum(home.terms.price, home.terms.currency),
		"the success of the " + home.name() + " has no event, and its client, " + home.terms.client + ", is to be told"})
}

// sane checks an event against its journal row and its deliveries.
func (a *Auditor) sane(ctx context.Context, f *shelfLane, r *record, e event, client string) error {
	row := f.row(e)
	if e.n != r.N {
		a.found(Announced, "event", row, "it speaks of a row that the journal does not have")
		return nil
	}
	if e.kind != int64(r.Kind) || e.subject != r.Subject || e.origin != r.Origin || e.at != r.At {
		a.found(Announced, "event", row, "its kind, subject, origin or time is not that of its journal row")
	}
	if e.id != ident.DigestOf(ident.Event, decimal(e.n), e.endpoint) {
		a.found(Announced, "event", row, "its id is not the digest of its row and endpoint")
	}
	if client != "" && e.client != client {
		a.found(Announced, "event", row, "it is for "+e.client+", and the payment is of "+client)
	}
	if e.state != eventDelivered && e.state != eventDead {
		return nil
	}
	want, known := int64(outcomeDelivered), false
	if e.state == eventDead {
		want = outcomeAbandon
	}
	err := a.books.each(ctx, deliveredTo, []any{f.lane.key, e.id[:]}, func(rows *sql.Rows) error {
		var outcome int64
		err := rows.Scan(&outcome)
		known = known || outcome == want
		return err
	})
	if err == nil && !known {
		a.found(Announced, "event", row, "it is told as ended, and the books know of no such attempt")
	}
	return err
}

// wantsNews reports whether a client had an address to be told at, and has it still, when something happened.
func (a *Auditor) wantsNews(ctx context.Context, id string, at int64) (wants bool, err error) {
	var url string
	var f fact
	err = a.books.each(ctx, clientNotified, []any{id}, func(rows *sql.Rows) error { return rows.Scan(&url, &f.version) })
	if err != nil || url == "" {
		return false, err
	}
	f.since, err = a.facts.actAt(ctx, a.books, f.version)
	return f.settled(at), err
}

// sweepShelfBalances checks the shelf's balances against the journal up to the cursor.
func (a *Auditor) sweepShelfBalances(ctx context.Context, f *shelfLane) error {
	for after, more := int64(0), true; more; {
		more = false
		err := f.each(ctx, shelfBalances, []any{f.lane.key, after, pageMax}, func(rows *sql.Rows) error {
			var b balanceRow
			err := rows.Scan(&b.number, &b.debits, &b.credits)
			after, more = b.number, true
			a.derived(f, b)
			return err
		})
		if err != nil {
			return err
		}
	}
	for i := range f.lane.accounts {
		if m := f.moved[ledger.Number(i+1)]; m != nil {
			a.derived(f, balanceRow{number: m.number})
		}
	}
	return nil
}

// derived checks one of them, and that there is one for each account that moved: what was checked is taken away.
func (a *Auditor) derived(f *shelfLane, b balanceRow) {
	number := ledger.Number(min(b.number, 1<<32-1))
	c, must := f.lane.numbered(number), f.moved[number]
	if must == nil {
		must = &balanceRow{}
	}
	delete(f.moved, number)
	row := place(f.lane.id, b.number)
	switch {
	case c == nil:
		a.found(Announced, "shelf.balance", row, "it is the balance of an account that no journal row opened")
	case b.debits != must.debits:
		a.add(Finding{Announced, "shelf.balance", row, instead(b.debits, must.debits, c.Currency),
			fmt.Sprintf("the debits of %s up to row %d are not those of the journal", c.String(), f.cursor)})
	case b.credits != must.credits:
		a.add(Finding{Announced, "shelf.balance", row, instead(b.credits, must.credits, c.Currency),
			fmt.Sprintf("the credits of %s up to row %d are not those of the journal", c.String(), f.cursor)})
	}
}
