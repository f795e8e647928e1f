// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Commitment is SHA-256 over what it commits to: over an immutable request, or over a sealed record's salt and text, which it
// names without holding them. Zero: there is none.
type Commitment [sha256.Size]byte

// CommitmentOf is the commitment to every part of the request. The first journal row carries it, so a changed request shows.
//
// Invariant: requests that differ anywhere have different commitments, but for the merchant's lane, which is the payment's. It
// is stored: what is hashed never changes.
func (r *Request) CommitmentOf() Commitment {
	var space [1024]byte
	t := transcript{text: space[:0]}
	t.id(r.ID)
	t.time(r.At)
	t.words(string(r.Client), r.Account, r.RequestID, r.Order)
	t.id(ident.ID{Lane: r.ID.Lane, Digest: r.Merchant.Digest}) // its lane is the payment's, also where a tombstone has none
	t.words(r.Store, r.Terminal, string(r.Wallet))
	t.bytes(r.Code[:])
	t.bytes(r.Fingerprint[:])
	t.amount(r.Price)
	t.amount(r.Payer)
	t.amount(r.Base)
	t.bytes(r.Quote[:])
	t.ratio(r.Customer)
	t.ratio(r.BaseRate)
	t.number(int64(r.Rounding))
	t.amount(r.Fee)
	t.truth(r.FeeBack)
	t.time(r.ExpiresAt)
	t.bytes(r.Sealed[:])
	return sha256.Sum256(t.text)
}

// CommitmentOf is the commitment to every part of the request. The refund's first journal row carries it.
//
// Invariant: requests that differ anywhere have different commitments. It is stored: what is hashed never changes.
func (r *RefundRequest) CommitmentOf() Commitment {
	var space [512]byte
	t := transcript{text: space[:0]}
	t.id(r.ID)
	t.id(r.Payment)
	t.time(r.At)
	t.words(string(r.Client), r.Account, r.RequestID, r.Reference)
	t.amount(r.Amount)
	t.bytes(r.Sealed[:])
	return sha256.Sum256(t.text)
}

// transcript is what a commitment is made over: numbers and digests as wide as they are, texts after their length.
type transcript struct {
	text []byte
}

func (t *transcript) number(v int64) { t.text = binary.BigEndian.AppendUint64(t.text, uint64(v)) }

func (t *transcript) bytes(v []byte) { t.text = append(t.text, v...) }

func (t *transcript) words(words ...string) {
	for _, word := range words {
		t.text = binary.AppendUvarint(t.text, uint64(len(word)))
		t.text = append(t.text, word...)
	}
}

func (t *transcript) id(v ident.ID) {
	t.number(v.Lane.Key())
	t.bytes(v.Digest[:])
}

func (t *transcript) time(v time.Time) { t.number(Micros(v)) }

func (t *transcript) amount(v money.Amount) {
	t.number(v.Minor())
	t.number(int64(v.Currency()))
}

func (t *transcript) ratio(v money.Ratio) {
	num, den := v.Terms()
	t.number(num)
	t.number(den)
}

func (t *transcript) truth(v bool) {
	if v {
		t.number(1)
	} else {
		t.number(0)
	}
}
