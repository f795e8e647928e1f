// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
)

// LegalKind says what sort of person applies.
type LegalKind string

// The kinds.
const (
	Corporation    LegalKind = "corporation"
	SoleProprietor LegalKind = "sole_proprietor"
)

// Channel says where customers meet the merchant.
type Channel string

// The channels.
const (
	FaceToFace Channel = "face_to_face"
	Online     Channel = "online"
	Both       Channel = "both"
)

// Form is what is applied for, and the only thing that is approved.
//
// Invariant: no name, address, telephone number or account number of a natural person, only tokens.
type Form struct {
	Holder    ident.Holder
	Reference string // the holder's own id of the merchant
	Previous  ID     // the application this one replaces; zero for a first one
	Entity    Entity
	People    []Person
	TradeName string
	MCC       string // ISO 18245, four digits
	Channel   Channel
	Ticket    money.Amount // the average payment expected
	Monthly   money.Amount // what is expected in a month
	Tier      Tier
	Plan      string // the fee plan
	Stores    []Store
	Account   Account
	Documents []Document
	Declared  Declaration
}

// Entity is who contracts.
//
// Invariant: a sole proprietor's name, address and telephone number are tokens; LegalName, LegalKana, PostalCode,
// Address and Phone are a corporation's only.
type Entity struct {
	Kind       LegalKind
	LegalName  string
	LegalKana  string
	Region     string // ISO 3166-1 alpha-2
	PostalCode string
	Prefecture int // JIS X 0401, 1 to 47; 0 outside Japan
	Address    string
	Phone      string
	Number     string // of the register: in Japan the Corporate Number
	TaxNumber  string // for invoices: in Japan T and 13 digits; empty when there is none
	Sealed     Token  // a sole proprietor's name, address and telephone number
}

// PersonRole says why a natural person is in the form.
type PersonRole string

// The roles.
const (
	Representative PersonRole = "representative"
	Owner          PersonRole = "beneficial_owner"
)

// Person is a natural person that must be known: everything about them is behind the token.
//
// Invariant: Sum is a keyed digest of what is behind the token, so that a change of it is a change of the form.
type Person struct {
	Role   PersonRole
	Sealed Token
	Sum    Sum
}

// Sum is a digest of something kept elsewhere. The zero Sum is none.
type Sum [32]byte

// Store is one place where customers pay.
type Store struct {
	Reference  string
	Name       string
	Kana       string
	Latin      string // what foreign wallets show
	MCC        string // empty: the form's
	PostalCode string
	Prefecture int
	Address    string
	Phone      string
	OpenedOn   calendar.Date
}

// Account is the bank account that payouts go to. Number and holder are behind the token.
//
// Invariant: Sum is a keyed digest of what is behind the token.
type Account struct {
	Bank   string // in Japan four digits
	Branch string // in Japan three digits
	Sealed Token
	Sum    Sum
}

// Document is a paper that was brought, kept in the vault.
type Document struct {
	Kind      DocumentKind
	Store     string // the store it is about; empty: the entity
	Sealed    Token
	Sum       Sum // SHA-256 of its bytes
	IssuedOn  calendar.Date
	ExpiresOn calendar.Date // zero: does not expire
}

// Declaration is what the applicant stated about itself.
type Declaration struct {
	AntiSocialText string // the version of the text that no ties to anti-social forces are declared with
	Signer         Token
	SignedAt       time.Time
	Adult          bool // entertainment under the law on amusement business
	MultiLevel     bool // sells through chains of recruits
	Terminated     bool // another acquirer has ended its contract
}
