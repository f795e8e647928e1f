// SPDX-License-Identifier: Apache-2.0

// Package people says who the persons of a network are, what each may do, how they prove who they are, and for how long
// that proof holds.
//
// An Account is everything about one person: memberships of holders or of the House, and credentials. May reads one
// committed table of roles and acts. A Session ends when its clock, its person or its person's Stamp says so. A
// Proposal is what two people must agree on. Staff do not use API keys, and API clients are not people: see package
// access for those.
//
// It is pure: transitions return new values, time and entropy come in, secrets are kept as digests only, names and
// authenticator secrets as tokens that somebody else opens.
//
// Read person.go, act.go, may.go, then session.go, credential.go, invitation.go, recovery.go, throttle.go, proposal.go.
package people

import (
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// House stands for the operator itself where a holder is named. No holder can be called so: ident.CheckName refuses it.
const House ident.Holder = "*house"

// Status says whether a person may sign in.
type Status string

// The statuses.
const (
	Active    Status = "active"
	Suspended Status = "suspended" // may come back
	Left      Status = "left"      // for good
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { return s == Active || s == Suspended || s == Left }

// Codes of the refusals about persons and their memberships.
const (
	CodePersonSuspended   fault.Code = "person_suspended"
	CodePersonLeft        fault.Code = "person_left"
	CodeNotAMember        fault.Code = "not_a_member"
	CodeLastKeeper        fault.Code = "last_keeper" // the last administrator or owner cannot be removed
	CodeRolesMalformed    fault.Code = "roles_malformed"
	CodeStatusUnreachable fault.Code = "status_unreachable"
)

// Person is somebody who signs in.
//
// Invariant: Name is a token of the vault and Handle a keyed digest of the name they sign in with; neither says who
// they are. Stamp grows with each change that must end every session.
type Person struct {
	ID      ident.ID
	Handle  Digest
	Name    []byte // the display name's token; opaque
	Status  Status
	Stamp   int64
	Created time.Time
}

// personKind is part of the digest that names a person.
const personKind ident.Kind = "person"

// NameOf is the identifier of the person that an invitation brings: the cause names them, nothing is random.
func NameOf(lane ident.Lane, invitation Digest) ident.ID {
	return ident.Name(lane, personKind, string(invitation[:]))
}

// Membership is a person's place at a holder or in the House.
//
// Invariant: Roles are of the holder's side, sorted, without repeats. Stores are empty for the whole holder; a cashier
// names at least one.
type Membership struct {
	Holder ident.Holder
	Roles  []Role
	Stores []string
	Since  time.Time
	Ended  time.Time // zero: not ended
}

// Current reports whether the membership has not ended.
func (m Membership) Current() bool { return m.Ended.IsZero() }

// Covers reports whether the membership reaches a store; the empty store is the whole holder.
func (m Membership) Covers(store string) bool {
	return len(m.Stores) == 0 || store != "" && slices.Contains(m.Stores, store)
}

// keeps reports whether the membership can give others theirs: an administrator of the House, an owner elsewhere.
func (m Membership) keeps() bool {
	return m.Current() && slices.Contains(m.Roles, keeperOf(m.Holder))
}

// keeperOf is the role that must never be without anyone.
func keeperOf(holder ident.Holder) Role {
	if holder == House {
		return Administrator
	}
	return Owner
}

// Account is everything about one person.
//
// Invariant: at most one current membership per holder. Revision counts the times it was saved.
type Account struct {
	Person      Person
	Memberships []Membership
	Password    Password
	TOTP        TOTP
	Passkeys    []Passkey
	Codes       []RecoveryCode
	Revision    int64
}

// At is the current membership of a holder.
func (a Account) At(holder ident.Holder) (Membership, bool) {
	for _, m := range a.Memberships {
		if m.Holder == holder && m.Current() {
			return m, true
		}
	}
	return Membership{}, false
}

// Able says whether the person may act at all.
//
// Errors: Denied person_suspended, person_left.
func (a Account) Able() error {
	const op = "people.Able"
	switch a.Person.Status {
	case Active:
		return nil
	case Left:
		return refuse(op, fault.Denied, CodePersonLeft, "the person has left")
	}
	return refuse(op, fault.Denied, CodePersonSuspended, "the person is suspended")
}

// copied is the account with lists of its own, so that a transition never writes into the value it was given.
func (a Account) copied() Account {
	a.Memberships, a.Passkeys = slices.Clone(a.Memberships), slices.Clone(a.Passkeys)
	a.Codes = slices.Clone(a.Codes)
	return a
}

// EndSessions is the account after every session of its person ended.
func (a Account) EndSessions() Account {
	a.Person.Stamp++
	return a
}

// refuse is a refusal with its one sentence.
func refuse(op string, kind fault.Kind, code fault.Code, detail string) error {
	return &fault.Error{Op: op, Kind: kind, Code: code, Detail: detail}
}
