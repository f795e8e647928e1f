// SPDX-License-Identifier: Apache-2.0

package people

import (
	"io"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// InvitedFor is how long an invitation can be accepted.
const InvitedFor = 72 * time.Hour

// Codes of the refusals of invitations.
const (
	CodeInvitationMissing fault.Code = "invitation_missing" // never made, or not with this token
	CodeInvitationExpired fault.Code = "invitation_expired"
	CodeInvitationUsed    fault.Code = "invitation_used"
	CodeInvitationRevoked fault.Code = "invitation_revoked"
	CodeAlreadyMember     fault.Code = "already_a_member"
	CodeHouseFounded      fault.Code = "house_founded"
)

// Invitation offers a person a place, once.
//
// Invariant: ID is the digest of a token that only the invited person has.
type Invitation struct {
	ID       Digest
	Place    Membership // as it will be, but for Since
	By       ident.ID   // zero: the founding invitation
	At       time.Time
	Accepted time.Time // zero: not accepted
	Person   ident.ID  // who accepted it
	Revoked  time.Time // zero: not revoked
	Revision int64
}

// Invite offers a place, and gives the token that accepts it.
//
// Errors: Denied as May; Invalid roles_malformed; Unavailable sign_in_entropy_failed.
func Invite(by Account, place Place, at time.Time, entropy io.Reader) (Invitation, Secret, error) {
	const op = "people.Invite"
	if err := May(by, changeOf(place.Holder), Scope{Holder: place.Holder}); err != nil {
		return Invitation{}, Secret{}, fault.Wrap(op, err)
	}
	return offer(by.Person.ID, place, at, entropy)
}

// Found offers the House's first place, an administrator's, to whoever sets the network up. It is refused as soon as
// the House has anyone.
//
// Errors: Conflict house_founded; Unavailable sign_in_entropy_failed.
func Found(house Roster, at time.Time, entropy io.Reader) (Invitation, Secret, error) {
	if house.Holder != House || len(house.Members) > 0 {
		return Invitation{}, Secret{}, refuse("people.Found", fault.Conflict, CodeHouseFounded,
			"the house has people already")
	}
	return offer(ident.ID{}, Place{Holder: House, Roles: []Role{Administrator}}, at, entropy)
}

func offer(by ident.ID, place Place, at time.Time, entropy io.Reader) (Invitation, Secret, error) {
	const op = "people.Invite"
	m, err := place.membership(at)
	if err != nil {
		return Invitation{}, Secret{}, fault.Wrap(op, err)
	}
	token, err := NewToken(entropy)
	if err != nil {
		return Invitation{}, Secret{}, err
	}
	return Invitation{ID: token.Digest(), Place: m, By: by, At: at}, token, nil
}

// Open says whether the invitation can be accepted with a token.
//
// Errors: NotFound invitation_missing; Conflict invitation_revoked, invitation_used, invitation_expired.
func (i Invitation) Open(token Secret, at time.Time) error {
	const op = "people.Invitation"
	switch {
	case i.ID.IsZero() || !i.ID.Equal(token.Digest()):
		return refuse(op, fault.NotFound, CodeInvitationMissing, "there is no such invitation")
	case !i.Revoked.IsZero():
		return refuse(op, fault.Conflict, CodeInvitationRevoked, "the invitation was taken back")
	case !i.Accepted.IsZero():
		return refuse(op, fault.Conflict, CodeInvitationUsed, "the invitation was accepted already")
	case at.Before(i.At) || !at.Before(i.At.Add(InvitedFor)):
		return refuse(op, fault.Conflict, CodeInvitationExpired, "the invitation was good for 72 hours")
	}
	return nil
}

// Revoke takes an invitation back. One that was accepted stays.
//
// Errors: Denied as May; Conflict invitation_used.
func (i Invitation) Revoke(by Account, at time.Time) (Invitation, error) {
	const op = "people.Revoke"
	if err := May(by, changeOf(i.Place.Holder), Scope{Holder: i.Place.Holder}); err != nil {
		return Invitation{}, fault.Wrap(op, err)
	}
	if !i.Accepted.IsZero() {
		return Invitation{}, refuse(op, fault.Conflict, CodeInvitationUsed, "the invitation was accepted already")
	}
	if i.Revoked.IsZero() {
		i.Revoked = at
	}
	return i, nil
}

// Newcomer is the account that accepting an invitation begins: a person without credentials, who is active.
func Newcomer(lane ident.Lane, i Invitation, handle Digest, at time.Time) Account {
	return Account{Person: Person{ID: NameOf(lane, i.ID), Handle: handle, Status: Active, Created: at}}
}

// Accept gives the invited place to an account, and the invitation is spent. It ends the account's sessions, because
// its roles change.
//
// Errors: as Open; Denied as Able; Conflict already_a_member.
func (i Invitation) Accept(token Secret, a Account, at time.Time) (Invitation, Account, error) {
	const op = "people.Accept"
	if err := i.Open(token, at); err != nil {
		return Invitation{}, Account{}, fault.Wrap(op, err)
	}
	if err := a.Able(); err != nil {
		return Invitation{}, Account{}, fault.Wrap(op, err)
	}
	if _, member := a.At(i.Place.Holder); member {
		return Invitation{}, Account{}, refuse(op, fault.Conflict, CodeAlreadyMember, "the person is a member already")
	}
	a = a.copied()
	m := i.Place
	m.Since = at
	a.Memberships = append(a.Memberships, m)
	i.Accepted, i.Person = at, a.Person.ID
	return i, a.EndSessions(), nil
}
