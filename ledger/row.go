// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// Kind says what a journal row records. The values are stored: they are never renumbered or reused.
type Kind uint8

// The kinds of rows.
const (
	Seal                 Kind = 1  // a quarter hour ended in this lane
	AccountOpened        Kind = 2  // a number was given to an account
	Acted                Kind = 3  // an act changed the catalogue
	PaymentSent          Kind = 10 // the intent is durable; the wallet may be asked from here on
	PaymentRefused       Kind = 11 // failed before anything was sent
	PaymentUnknown       Kind = 12 // asked, and no signed answer says what happened
	PaymentSucceeded     Kind = 13 // the wallet said S: the merchant is credited
	PaymentFailed        Kind = 14 // the wallet said F
	PaymentCancelling    Kind = 15 // a cancel is intended: no later event credits the merchant
	PaymentCancelled     Kind = 16 // the wallet confirmed, or never charged
	PaymentRefunding     Kind = 17 // charged, and too late to cancel: the money goes back by a refund of our own
	PaymentTombstone     Kind = 18 // cancelled before it was ever asked for
	PaymentContradiction Kind = 19 // a signed fact that cannot be true beside what is recorded: a break
	PaymentStray         Kind = 20 // the wallet took money for a payment that failed or was cancelled: a break
	PaymentStrayReversed Kind = 21 // and gave it back
	RefundSent           Kind = 30 // reserved out of the merchant's credit; the wallet may be asked from here on
	RefundRefused        Kind = 31 // failed before anything was sent
	RefundUnknown        Kind = 32
	RefundSucceeded      Kind = 33
	RefundFailed         Kind = 34
)

var kindNames = map[Kind]string{Seal: "seal", AccountOpened: "account.opened", Acted: "acted", PaymentSent: "payment.sent",
	PaymentRefused: "payment.refused", PaymentUnknown: "payment.unknown", PaymentSucceeded: "payment.succeeded",
	PaymentFailed: "payment.failed", PaymentCancelling: "payment.cancelling", PaymentCancelled: "payment.cancelled",
	PaymentRefunding: "payment.refunding", PaymentTombstone: "payment.tombstone",
	PaymentContradiction: "payment.contradiction", PaymentStray: "payment.stray",
	PaymentStrayReversed: "payment.stray_reversed", RefundSent: "refund.sent", RefundRefused: "refund.refused",
	RefundUnknown: "refund.unknown", RefundSucceeded: "refund.succeeded", RefundFailed: "refund.failed"}

// String is the kind's name: the object, a dot, what happened to it.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Hash chains the rows of a lane.
type Hash [sha256.Size]byte

// Row is one row of the journal, the truth of the house.
//
// Invariant: n counts 1, 2, 3 without gaps in its lane; At never falls; Hash is Sum of the row before.
// Units: At is microseconds since 1970 UTC.
type Row struct {
	Lane      ident.Lane
	N         int64
	At        int64
	Kind      Kind
	Subject   ident.Digest // the object that changed
	Origin    int64        // n of the first row of the family the object belongs to: a payment and its refunds
	Previous  int64        // n of the family's row before this one; 0 for the first
	Body      []byte       // what happened, as Fields
	Transfers []byte       // what it did to the books: AppendTransfers
	Hash      Hash
}

// Sum is the hash of the row when it follows a row whose hash is previous. It covers the stored bytes.
func (r *Row) Sum(previous Hash) Hash {
	var space [1024]byte
	text := append(space[:0], previous[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(r.Lane.Key()))
	text = binary.BigEndian.AppendUint64(text, uint64(r.N))
	text = binary.BigEndian.AppendUint64(text, uint64(r.At))
	text = append(text, byte(r.Kind))
	text = append(text, r.Subject[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(r.Origin))
	text = binary.BigEndian.AppendUint64(text, uint64(r.Previous))
	text = binary.BigEndian.AppendUint32(text, uint32(len(r.Body)))
	text = append(text, r.Body...)
	text = binary.BigEndian.AppendUint32(text, uint32(len(r.Transfers)))
	text = append(text, r.Transfers...)
	return sha256.Sum256(text)
}
