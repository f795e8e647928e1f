// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/money"
)

// formVersion is the first byte of an encoded form. A change of the encoding takes the next number.
const formVersion = 1

// Digest is SHA-256 over an application's identifier and its form, as an approval names them.
type Digest [32]byte

// String is the digest in 64 hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Digest is the digest of what is applied for now.
//
// Invariant: equal forms of one application give equal digests, for ever; any change of a field gives another.
func (a Application) Digest() Digest {
	e := encoder{}
	e.text(string(digestKind))
	e.text(a.ID.String())
	e.text(string(a.Form.Encode()))
	return sha256.Sum256(e.data)
}

// Encode is the one way in which a form is written as bytes: its version, then every field behind its length, lists
// behind their count, in the order of the fields.
func (f Form) Encode() []byte {
	e := encoder{data: []byte{formVersion}}
	e.text(string(f.Holder), f.Reference, f.Previous.String())
	e.entity(f.Entity)
	e.count(len(f.People))
	for _, p := range f.People {
		e.text(string(p.Role), string(p.Sealed), string(p.Sum[:]))
	}
	e.text(f.TradeName, f.MCC, string(f.Channel))
	e.amount(f.Ticket)
	e.amount(f.Monthly)
	e.text(string(f.Tier), f.Plan)
	e.count(len(f.Stores))
	for _, s := range f.Stores {
		e.store(s)
	}
	e.text(f.Account.Bank, f.Account.Branch, string(f.Account.Sealed), string(f.Account.Sum[:]))
	e.count(len(f.Documents))
	for _, d := range f.Documents {
		e.text(string(d.Kind), d.Store, string(d.Sealed), string(d.Sum[:]))
		e.date(d.IssuedOn)
		e.date(d.ExpiresOn)
	}
	e.declaration(f.Declared)
	return e.data
}

// encoder appends fields to data, each behind its length.
type encoder struct {
	data []byte
}

func (e *encoder) text(parts ...string) {
	for _, part := range parts {
		e.data = binary.AppendUvarint(e.data, uint64(len(part)))
		e.data = append(e.data, part...)
	}
}

func (e *encoder) count(n int) { e.data = binary.AppendUvarint(e.data, uint64(n)) }

func (e *encoder) number(n int64) { e.data = binary.AppendVarint(e.data, n) }

func (e *encoder) flag(set bool) {
	if set {
		e.count(1)
	} else {
		e.count(0)
	}
}

func (e *encoder) date(d calendar.Date) {
	e.number(int64(d.Year))
	e.number(int64(d.Month))
	e.number(int64(d.Day))
}

// instant writes microseconds since 1970, and tells no instant from the year 1.
func (e *encoder) instant(t time.Time) {
	e.flag(!t.IsZero())
	if !t.IsZero() {
		e.number(t.UnixMicro())
	}
}

// amount also writes the zero Amount, which has no currency.
func (e *encoder) amount(a money.Amount) {
	e.number(a.Minor())
	if a == (money.Amount{}) {
		e.text("")
		return
	}
	e.text(a.Currency().String())
}

func (e *encoder) entity(n Entity) {
	e.text(string(n.Kind), n.LegalName, n.LegalKana, n.Region, n.PostalCode)
	e.number(int64(n.Prefecture))
	e.text(n.Address, n.Phone, n.Number, n.TaxNumber, string(n.Sealed))
}

func (e *encoder) store(s Store) {
	e.text(s.Reference, s.Name, s.Kana, s.Latin, s.MCC, s.PostalCode)
	e.number(int64(s.Prefecture))
	e.text(s.Address, s.Phone)
	e.date(s.OpenedOn)
}

func (e *encoder) declaration(d Declaration) {
	e.text(d.AntiSocialText, string(d.Signer))
	e.instant(d.SignedAt)
	e.flag(d.Adult)
	e.flag(d.MultiLevel)
	e.flag(d.Terminated)
}
