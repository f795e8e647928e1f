// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"database/sql"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// catalogue is the facts that money follows from, read when they are asked for and forgotten when an act changes any.
type catalogue struct {
	merchants map[ident.Digest]*merchantFact
	plans     map[string]*planFact
	wallets   map[string]*walletFact
	quotes    map[ident.Digest]*quoteFact
	acts      map[int64]int64 // row of the house lane → its time; -1: it records no act
}

// factsMax bounds each kind of fact that is remembered.
const factsMax = 1 << 16

// factAgeMicros bounds how old a fact may be that a payment was decided on: five seconds, and what the payment
// waited.
//
// Source: decisions A9, A13.
const factAgeMicros = 10 * 1_000_000

// fact is what facts have in common: the row of the act that wrote it last, and when that was.
type fact struct {
	version int64
	since   int64 // -1: no act
}

// settled reports whether what was decided at a time knew the fact as it is now.
func (f *fact) settled(at int64) bool { return f.since >= 0 && f.since+factAgeMicros <= at }

// merchantFact, planFact, walletFact and quoteFact are rows of the tables of these names.
type merchantFact struct {
	fact
	lane              int64
	holder, reference string
	currency          money.Currency
	plan              string
}

type planFact struct {
	fact
	id                                    string
	percentNum, percentDen, fixed, rounds int64
	feeBack, creditLine                   int64
}

type walletFact struct {
	fact
	lane     int64
	currency money.Currency
}

type quoteFact struct {
	fact
	id                                 ident.Digest
	wallet, source                     string
	base, quoted                       money.Currency
	baseNum, baseDen, rateNum, rateDen int64
	from, to, rounds, guaranteed       int64
}

// forget drops what an act may have changed. Price-list lines are never changed.
func (c *catalogue) forget() {
	quotes, acts := c.quotes, c.acts
	*c = catalogue{quotes: quotes, acts: acts}
}

// remember gives a fact from memory, or reads it; nil is remembered too.
func remember[K comparable, V any](memory *map[K]*V, key K, read func() (*V, error)) (*V, error) {
	if v, ok := (*memory)[key]; ok {
		return v, nil
	}
	v, err := read()
	if err != nil {
		return nil, err
	}
	if *memory == nil || len(*memory) >= factsMax {
		*memory = map[K]*V{}
	}
	(*memory)[key] = v
	return v, nil
}

const merchantFacts = "SELECT lane, holder, reference, currency, plan, version FROM merchant WHERE id = $1"

func (c *catalogue) merchant(ctx context.Context, b *Books, id ident.Digest) (*merchantFact, error) {
	return remember(&c.merchants, id, func() (m *merchantFact, err error) {
		err = b.each(ctx, merchantFacts, []any{id[:]}, func(rows *sql.Rows) error {
			m = &merchantFact{}
			var currency int64
			err := rows.Scan(&m.lane, &m.holder, &m.reference, &currency, &m.plan, &m.version)
			m.currency = currencyOf(currency)
			return err
		})
		if err == nil && m != nil {
			m.since, err = c.actAt(ctx, b, m.version)
		}
		return m, err
	})
}

const planFacts = "SELECT percent_num, percent_den, fixed, rounding, fee_back, credit_line, version FROM plan " +
	"WHERE id = $1"

func (c *catalogue) plan(ctx context.Context, b *Books, id string) (*planFact, error) {
	return remember(&c.plans, id, func() (p *planFact, err error) {
		err = b.each(ctx, planFacts, []any{id}, func(rows *sql.Rows) error {
			p = &planFact{id: id}
			return rows.Scan(&p.percentNum, &p.percentDen, &p.fixed, &p.rounds, &p.feeBack, &p.creditLine, &p.version)
		})
		if err == nil && p != nil {
			p.since, err = c.actAt(ctx, b, p.version)
		}
		return p, err
	})
}

const walletFacts = "SELECT lane, currency, version FROM wallet WHERE id = $1"

func (c *catalogue) wallet(ctx context.Context, b *Books, id string) (*walletFact, error) {
	return remember(&c.wallets, id, func() (w *walletFact, err error) {
		err = b.each(ctx, walletFacts, []any{id}, func(rows *sql.Rows) error {
			w = &walletFact{}
			var currency int64
			err := rows.Scan(&w.lane, &currency, &w.version)
			w.currency = currencyOf(currency)
			return err
		})
		return w, err
	})
}

const quoteColumns = "id, wallet, base, quoted, base_num, base_den, rate_num, rate_den, valid_from, valid_to, rounding, " +
	"source, guaranteed, version"

const quoteFacts = "SELECT " + quoteColumns + " FROM quote WHERE id = $1"

func (c *catalogue) quote(ctx context.Context, b *Books, id ident.Digest) (*quoteFact, error) {
	return remember(&c.quotes, id, func() (q *quoteFact, err error) {
		err = b.each(ctx, quoteFacts, []any{id[:]}, func(rows *sql.Rows) error {
			q, err = readQuote(rows)
			return err
		})
		return q, err
	})
}

func readQuote(rows *sql.Rows) (*quoteFact, error) {
	q := &quoteFact{}
	var id []byte
	var base, quoted int64
	err := rows.Scan(&id, &q.wallet, &base, &quoted, &q.baseNum, &q.baseDen, &q.rateNum, &q.rateDen, &q.from, &q.to,
		&q.rounds, &q.source, &q.guaranteed, &q.version)
	copy(q.id[:], id)
	q.base, q.quoted = currencyOf(base), currencyOf(quoted)
	return q, err
}

const actRows = "SELECT at, kind FROM journal WHERE lane = $1 AND n = $2"

// actAt is the time of an act's row in the house lane; -1 when the row records no act.
func (c *catalogue) actAt(ctx context.Context, b *Books, n int64) (int64, error) {
	if at, ok := c.acts[n]; ok {
		return at, nil
	}
	at := int64(-1)
	err := b.each(ctx, actRows, []any{ident.House.Key(), n}, func(rows *sql.Rows) error {
		var kind, when int64
		err := rows.Scan(&when, &kind)
		if kind == int64(ledger.Acted) {
			at = when
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if c.acts == nil || len(c.acts) >= factsMax {
		c.acts = map[int64]int64{}
	}
	c.acts[n] = at
	return at, nil
}
