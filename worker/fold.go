// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
)

// page is what some rows of a journal bring to the shelf, in the making.
type page struct {
	moved   map[ledger.Number]*ledger.Balance
	order   []ledger.Number // the accounts in the order in which they moved first
	changes store.ShelfChanges
}

func (g *page) add(t ledger.Transfer) {
	g.balance(t.Debit).Debits += t.Minor
	g.balance(t.Credit).Credits += t.Minor
}

func (g *page) balance(n ledger.Number) *ledger.Balance {
	b := g.moved[n]
	if b == nil {
		b = &ledger.Balance{}
		g.moved[n] = b
		g.order = append(g.order, n)
	}
	return b
}

// finished are the changes with the balances' moves.
func (g *page) finished() store.ShelfChanges {
	for _, n := range g.order {
		g.changes.Moves = append(g.changes.Moves, store.Move{Number: n, Balance: *g.moved[n]})
	}
	return g.changes
}

// fold adds what one row brings.
func (p *Projector) fold(ctx context.Context, row *ledger.Row, g *page) error {
	transfers, err := ledger.ParseTransfers(row.Transfers)
	if err != nil {
		return err
	}
	for _, t := range transfers {
		g.add(t)
	}
	switch row.Kind {
	case ledger.PaymentSent, ledger.PaymentRefused, ledger.RefundSent, ledger.RefundRefused:
		if err := p.remember(row); err != nil {
			return err
		}
	}
	if !told(row.Kind) {
		return nil
	}
	from, err := p.callerOf(ctx, row)
	if err != nil {
		return err
	}
	if from.tell == payment.TellNothing || from.tell < payment.TellFailures && row.Kind == ledger.PaymentFailed {
		return nil
	}
	at := time.UnixMicro(row.At).UTC()
	g.changes.Events = append(g.changes.Events, store.Event{Lane: row.Lane, N: row.N, Endpoint: Endpoint, Client: from.client,
		Kind: row.Kind, Subject: row.Subject, Origin: row.Origin, At: at, Due: at, State: store.EventPending})
	return nil
}

// Endpoint names where a client is told of its payments and refunds: the address of the request, else the client's own.
const Endpoint = "notify"

// told reports whether clients are told of rows of a kind. No notification follows a cancel.
//
// Source: reference/alipay-wire-api.md 2.5, 2.7.
func told(k ledger.Kind) bool {
	switch k {
	case ledger.PaymentSucceeded, ledger.PaymentFailed, ledger.RefundSucceeded, ledger.RefundFailed:
		return true
	}
	return false
}

// remember keeps whom an object's events concern: of a payment by its family's first row, of a refund by its own.
func (p *Projector) remember(row *ledger.Row) error {
	c, err := callerIn(row)
	if err != nil {
		return err
	}
	if len(p.callers) >= callersMax/2 {
		p.old, p.callers = p.callers, map[ident.Digest]caller{}
	}
	p.callers[row.Subject] = c
	return nil
}

func callerIn(row *ledger.Row) (caller, error) {
	fields, err := ledger.ParseFields(row.Body)
	if err != nil {
		return caller{}, err
	}
	var c caller
	for _, f := range fields {
		switch f.Tag {
		case ledger.TagClient:
			c.client = ident.Client(f.Text)
		case ledger.TagTold:
			c.tell = payment.Tell(f.Number)
		}
	}
	return c, nil
}

// callerOf is whom a row's event concerns.
func (p *Projector) callerOf(ctx context.Context, row *ledger.Row) (caller, error) {
	if c, ok := p.callers[row.Subject]; ok {
		return c, nil
	}
	if c, ok := p.old[row.Subject]; ok {
		return c, nil
	}
	family, err := p.reader.Family(ctx, row.Lane, row.Origin)
	if err != nil {
		return caller{}, err
	}
	for i := range family {
		if family[i].Subject == row.Subject {
			return callerIn(&family[i])
		}
	}
	return caller{}, nil
}
