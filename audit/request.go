// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

const paymentColumns = "id, n, at, client, account, request, ordered, merchant, store, terminal, wallet, code, fingerprint, " +
	"price, currency, payer, payer_currency, base, quote, rate_num, rate_den, base_num, base_den, rounding, fee, fee_back, " +
	"expires, sealed"

var paymentsByID = find{
	single: "SELECT " + paymentColumns + " FROM payment WHERE lane = $1 AND id = $2",
	many:   "SELECT " + paymentColumns + " FROM payment WHERE lane = $1 AND id IN " + manyKeys,
}

// terms are what the books of a payment follow from.
//
// Units: price and fee in currency, payer and base in payerCurrency, all minor units.
type terms struct {
	price, payer, base, fee int64
	currency, payerCurrency money.Currency
	rounding                money.Rounding
	feeBack, converted      bool
	merchant, code          ident.Digest
	wallet, client          string
}

// paymentRow is a row of table payment.
type paymentRow struct {
	terms
	id                                 ident.Digest
	n, at, expires                     int64
	account, request, ordered          string
	store, terminal                    string
	fingerprint, quote                 ident.Digest
	rateNum, rateDen, baseNum, baseDen int64
	roundingAs, feeBackAs              int64 // as stored
	sealed                             []byte
	damage                             string
}

// paymentsOf reads the payment rows of some ids.
func (a *Auditor) paymentsOf(ctx context.Context, l *lane, ids [][]byte) (map[ident.Digest]*paymentRow, error) {
	found := make(map[ident.Digest]*paymentRow, len(ids))
	err := a.books.keyed(ctx, paymentsByID, []any{l.key}, ids, func(rows *sql.Rows) error {
		p, err := readPayment(rows)
		if err == nil {
			p.wallet, p.client = a.intern(p.wallet), a.intern(p.client)
			found[p.id] = p
		}
		return err
	})
	return found, err
}

// intern keeps one copy of texts that many rows share.
func (a *Auditor) intern(text string) string {
	if kept, ok := a.texts[text]; ok {
		return kept
	}
	if len(a.texts) < 1<<16 {
		a.texts[text] = text
	}
	return text
}

func readPayment(rows *sql.Rows) (*paymentRow, error) {
	p := &paymentRow{}
	var id, merchant, code, fingerprint, quote []byte
	var currency, payerCurrency int64
	err := rows.Scan(&id, &p.n, &p.at, &p.client, &p.account, &p.request, &p.ordered, &merchant, &p.store, &p.terminal,
		&p.wallet, &code, &fingerprint, &p.price, &currency, &p.payer, &payerCurrency, &p.base, &quote, &p.rateNum,
		&p.rateDen, &p.baseNum, &p.baseDen, &p.roundingAs, &p.fee, &p.feeBackAs, &p.expires, &p.sealed)
	if err != nil {
		return nil, err
	}
	for _, part := range [...]struct {
		from []byte
		to   *ident.Digest
	}{{id, &p.id}, {merchant, &p.merchant}, {code, &p.code}, {fingerprint, &p.fingerprint}, {quote, &p.quote}} {
		if copy(part.to[:], part.from); len(part.from) != len(part.to) {
			p.damage = fmt.Sprintf("a column of 16 bytes holds %d", len(part.from))
		}
	}
	p.currency, p.payerCurrency = currencyOf(currency), currencyOf(payerCurrency)
	p.converted, p.feeBack = p.quote != ident.Digest{}, p.feeBackAs == 1
	if p.rounding = money.HalfEven; p.roundingAs >= int64(money.HalfEven) && p.roundingAs <= int64(money.Up) {
		p.rounding = money.Rounding(p.roundingAs)
	}
	if len(p.sealed) != 0 && len(p.sealed) != sha256.Size {
		p.damage = fmt.Sprintf("the commitment of its free text has %d bytes", len(p.sealed))
	}
	return p, nil
}

// currencyOf is a stored currency; one that cannot be is 65535, which is none.
func currencyOf(stored int64) money.Currency {
	if stored < 0 || stored > 1<<16-1 {
		return 1<<16 - 1
	}
	return money.Currency(stored)
}

// commitment is SHA-256 over all that never changes of a payment, in the order of the table's columns, without n
// (the row that carries the commitment has it): an id as the key of its lane and its digest, digests and
// commitments as they are, zeros where there is none, an amount as its minor units and its currency, numbers in
// eight bytes, big-endian, texts after their lengths as unsigned varints. A merchant is of the payment's own lane; no
// merchant, as a tombstone has, may also be written as the id that names nothing, whose lane is the first.
//
// Source: payment, commitment.go.
func (p *paymentRow) commitment(lane, shop int64) [sha256.Size]byte {
	var t canon
	price, payer := int64(p.currency), int64(p.payerCurrency)
	t.id(lane, p.id)
	t.number(p.at)
	t.texts(p.client, p.account, p.request, p.ordered)
	t.id(shop, p.merchant)
	t.texts(p.store, p.terminal, p.wallet)
	t.bytes(p.code[:])
	t.bytes(p.fingerprint[:])
	t.number(p.price, price, p.payer, payer, p.base, payer)
	t.bytes(p.quote[:])
	t.number(p.rateNum, p.rateDen, p.baseNum, p.baseDen, p.roundingAs, p.fee, price, p.feeBackAs, p.expires)
	t.sealed(p.sealed)
	return sha256.Sum256(t.text)
}

// bound reports whether a commitment is to this payment.
func (p *paymentRow) bound(lane int64, commitment string) bool {
	c := p.commitment(lane, lane)
	if commitment != string(c[:]) && p.merchant == (ident.Digest{}) {
		c = p.commitment(lane, ident.House.Key())
	}
	return commitment == string(c[:])
}

// canon is the canonical text of a row.
type canon struct{ text []byte }

func (t *canon) bytes(b []byte) { t.text = append(t.text, b...) }

func (t *canon) id(lane int64, digest ident.Digest) {
	t.number(lane)
	t.bytes(digest[:])
}

func (t *canon) number(values ...int64) {
	for _, v := range values {
		t.text = binary.BigEndian.AppendUint64(t.text, uint64(v))
	}
}

func (t *canon) texts(values ...string) {
	for _, v := range values {
		t.text = binary.AppendUvarint(t.text, uint64(len(v)))
		t.text = append(t.text, v...)
	}
}

func (t *canon) sealed(b []byte) {
	var zeros [sha256.Size]byte
	t.text = append(t.text, append(append([]byte{}, b...), zeros[:]...)[:sha256.Size]...)
}

// begin checks a payment's first row against its row in table payment.
func (a *Auditor) begin(l *lane, r *record, p *paymentRow) {
	f := func(invariant, amount, format string, args ...any) {
		a.add(Finding{invariant, "payment", idText(l.id, p.id), amount, fmt.Sprintf(format, args...)})
	}
	price := sum(p.price, p.currency)
	if p.damage != "" {
		f(Chained, price, "%s", p.damage)
	}
	if p.n == r.N {
		l.firsts++
	} else {
		f(Idempotent, price, "it names row %d as its first, which is row %d", p.n, r.N)
	}
	if p.at != r.At {
		f(Chained, price, "its time is not that of its first row, %d", r.N)
	}
	if p.id != ident.DigestOf(ident.Payment, p.client, p.account, p.request) {
		f(Idempotent, price, "its id is not the digest of its client, account and request")
	}
	if !p.bound(l.key, r.body.commitment) {
		f(Chained, price, "it is not what its first row, %d, is bound to", r.N)
	}
	if want := string(p.sealed); r.body.sealed != want {
		f(Chained, price, "its free text is not the one that its first row, %d, names", r.N)
	}
	if r.Kind == ledger.PaymentTombstone {
		a.tombstone(l, p)
		return
	}
	a.amounts(l, r, p)
}

// tombstone checks that a name which was cancelled before it was asked for stands for no money.
func (a *Auditor) tombstone(l *lane, p *paymentRow) {
	if p.price != 0 || p.payer != 0 || p.base != 0 || p.fee != 0 || p.currency != 0 || p.wallet != "" {
		a.add(Finding{Faithful, "payment", idText(l.id, p.id), sum(p.price, p.currency), "a tombstone holds no amounts"})
	}
}

// amounts checks what a payment costs whom.
func (a *Auditor) amounts(l *lane, r *record, p *paymentRow) {
	f := func(invariant, amount, message string) {
		a.add(Finding{invariant, "payment", idText(l.id, p.id), amount, message})
	}
	refused := r.Kind == ledger.PaymentRefused
	if !p.currency.Valid() || !p.payerCurrency.Valid() {
		f(Faithful, sum(p.price, p.currency), "a currency is not in ISO 4217")
		return
	}
	switch {
	case p.price <= 0 && !refused:
		f(Faithful, sum(p.price, p.currency), "nothing is paid")
	case p.payer <= 0 && !refused:
		f(Faithful, sum(p.payer, p.payerCurrency), "the payer pays nothing")
	}
	if p.base < 0 || p.base > p.payer {
		f(Exchanged, sum(p.base, p.payerCurrency), "the base part is not within the payer's amount, "+
			sum(p.payer, p.payerCurrency))
	}
	if p.fee < 0 || p.fee > p.price {
		f(Split, sum(p.fee, p.currency), "the fee is not within the price, "+sum(p.price, p.currency))
	}
}
