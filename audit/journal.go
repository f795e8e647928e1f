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

const journalColumns = "n, at, kind, subject, origin, previous, body, transfers, hash"

const journalPage = "SELECT " + journalColumns + " FROM journal WHERE lane = $1 AND n > $2 AND n <= $3 " +
	"ORDER BY n LIMIT $4"

const journalFamily = "SELECT " + journalColumns + " FROM journal WHERE lane = $1 AND origin = $2 AND n > $3 " +
	"AND n < $4 ORDER BY n LIMIT $5"

// record is a journal row with what its columns say.
type record struct {
	ledger.Row
	body      body
	transfers []ledger.Transfer
	damage    string // why a column cannot be read; empty: all of them can
}

// body is a row's fields, each where it belongs. What is absent is zero; has says what is there.
type body struct {
	has                                                        uint64
	result, partner, commitment, cause, detail, holder, sealed string
	person                                                     string
	amount, payer, base, fee, number, purpose, quarter         int64
	currency                                                   money.Currency
}

func (b *body) holds(tag ledger.Tag) bool { return b.has&(1<<tag) != 0 }

// readJournal scans a row of the journal and reads its columns.
func readJournal(rows *sql.Rows, lane ident.Lane) (*record, error) {
	r := &record{Row: ledger.Row{Lane: lane}}
	var kind int64
	var subject, hash []byte
	err := rows.Scan(&r.N, &r.At, &kind, &subject, &r.Origin, &r.Previous, &r.Body, &r.Transfers, &hash)
	if err != nil {
		return nil, err
	}
	r.Kind = ledger.Kind(kind)
	copy(r.Subject[:], subject)
	copy(r.Hash[:], hash)
	switch {
	case kind < 1 || kind > 255 || !known(r.Kind):
		r.damage = fmt.Sprintf("the kind %d is not known", kind)
	case len(subject) != len(r.Subject) || len(hash) != len(r.Hash):
		r.damage = fmt.Sprintf("the subject has %d bytes and the hash %d", len(subject), len(hash))
	default:
		r.read()
	}
	return r, nil
}

// known reports whether the kind is one that a row may have.
func known(k ledger.Kind) bool {
	return k >= ledger.Seal && k <= ledger.Acted || k >= ledger.PaymentSent && k <= ledger.PaymentStrayReversed ||
		k >= ledger.RefundSent && k <= ledger.RefundFailed
}

// read reads the body and the transfers.
func (r *record) read() {
	fields, err := ledger.ParseFields(r.Body)
	if err != nil {
		r.damage = "the body cannot be read: " + err.Error()
	}
	for _, f := range fields {
		if f.Tag > ledger.TagTold {
			r.damage = fmt.Sprintf("the body holds the field %d, which is not known", f.Tag)
			continue
		}
		r.body.take(f)
	}
	if r.transfers, err = ledger.ParseTransfers(r.Transfers); err != nil {
		r.damage = "the transfers cannot be read: " + err.Error()
	}
}

func (b *body) take(f ledger.Field) {
	b.has |= 1 << f.Tag
	switch f.Tag {
	case ledger.TagResult:
		b.result = f.Text
	case ledger.TagPartner:
		b.partner = f.Text
	case ledger.TagCommitment:
		b.commitment = f.Text
	case ledger.TagAmount:
		b.amount = f.Number
	case ledger.TagPayer:
		b.payer = f.Number
	case ledger.TagBase:
		b.base = f.Number
	case ledger.TagFee:
		b.fee = f.Number
	case ledger.TagCause:
		b.cause = f.Text
	case ledger.TagDetail:
		b.detail = f.Text
	case ledger.TagNumber:
		b.number = f.Number
	case ledger.TagPurpose:
		b.purpose = f.Number
	case ledger.TagHolder:
		b.holder = f.Text
	case ledger.TagCurrency:
		b.currency = money.Currency(min(f.Number, 1<<16-1))
	case ledger.TagQuarter:
		b.quarter = f.Number
	case ledger.TagPerson:
		b.person = f.Text
	case ledger.TagSealed:
		b.sealed = f.Text
	}
}

const journalOne = "SELECT " + journalColumns + " FROM journal WHERE lane = $1 AND n = $2"

// page reads the rows of a lane after one, up to the lane's cut. A single row has a statement of its own: SQLite
// compiles one that orders by a column it compares anew at each call, which takes longer than reading the row.
func (b *Books) page(ctx context.Context, l *lane) ([]*record, error) {
	var page []*record
	text, args := journalPage, []any{l.key, l.n, l.cut.n, pageMax}
	if l.cut.n == l.n+1 {
		text, args = journalOne, []any{l.key, l.cut.n}
	}
	err := b.each(ctx, text, args, func(rows *sql.Rows) error {
		r, err := readJournal(rows, l.id)
		page = append(page, r)
		return err
	})
	return page, err
}

// chain is the hash of a row after a row whose hash is previous, over the stored bytes: both in this order, numbers
// in eight bytes, big-endian, the kind in one, and before the body and the transfers their lengths in four.
//
// Source: ledger, the comment of Row.Sum.
func chain(previous ledger.Hash, key int64, r *record) ledger.Hash {
	text := make([]byte, 0, 128+len(r.Body)+len(r.Transfers))
	text = append(text, previous[:]...)
	for _, number := range [...]int64{key, r.N, r.At} {
		text = binary.BigEndian.AppendUint64(text, uint64(number))
	}
	text = append(text, byte(r.Kind))
	text = append(text, r.Subject[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(r.Origin))
	text = binary.BigEndian.AppendUint64(text, uint64(r.Previous))
	for _, column := range [...][]byte{r.Body, r.Transfers} {
		text = binary.BigEndian.AppendUint32(text, uint32(len(column)))
		text = append(text, column...)
	}
	return sha256.Sum256(text)
}
