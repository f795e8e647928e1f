// SPDX-License-Identifier: Apache-2.0

package people

import (
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// Roster is the people of one holder or of the House.
//
// Invariant: Members holds every account with a current membership of Holder. Whatever is decided from a roster is
// saved with it: two owners who remove one another at one time must meet in its Revision.
type Roster struct {
	Holder   ident.Holder
	Members  []Account
	Revision int64
}

// member is an account of the roster.
func (r Roster) member(person ident.ID) (Account, bool) {
	for _, a := range r.Members {
		if a.Person.ID == person {
			return a, true
		}
	}
	return Account{}, false
}

// keptBy reports whether an account is one of those that give others their roles.
func (r Roster) keptBy(a Account) bool {
	m, ok := a.At(r.Holder)
	return ok && m.keeps()
}

// keptWithout reports whether somebody who can sign in still gives others their roles when a person does not.
func (r Roster) keptWithout(person ident.ID) bool {
	return slices.ContainsFunc(r.Members, func(a Account) bool {
		return r.keptBy(a) && a.Person.ID != person && a.Able() == nil
	})
}

// NeedsTwo reports whether two people must agree on an act of the House, given who there is: changing the House
// needs one until it has two administrators, since the first could else never invite the second.
//
// Invariant: the roster is the House's.
func (r Roster) NeedsTwo(act Act) bool {
	able := 0
	for _, a := range r.Members {
		if r.keptBy(a) && a.Able() == nil {
			able++
		}
	}
	return act.NeedsTwo() && (act != ChangeHouse || able >= 2)
}

// changeOf is the act of changing people at a holder.
func changeOf(holder ident.Holder) Act {
	if holder == House {
		return ChangeHouse
	}
	return ChangePeople
}

// Assign is a member's account with other roles or stores. It ends their sessions.
//
// Errors: Denied as May; Invalid roles_malformed; NotFound not_a_member; Conflict last_keeper.
func (r Roster) Assign(by Account, person ident.ID, place Place, at time.Time) (Account, error) {
	const op = "people.Assign"
	a, err := r.changeable(op, by, person)
	if err != nil {
		return Account{}, err
	}
	place.Holder = r.Holder
	next, err := place.membership(at)
	if err != nil {
		return Account{}, fault.Wrap(op, err)
	}
	if r.keptBy(a) && !next.keeps() && !r.keptWithout(person) {
		return Account{}, lastKeeper(op, r.Holder)
	}
	a = a.ended(r.Holder, at)
	a.Memberships = append(a.Memberships, next)
	return a.EndSessions(), nil
}

// Remove is a member's account without the membership. It ends their sessions.
//
// Errors: Denied as May; NotFound not_a_member; Conflict last_keeper.
func (r Roster) Remove(by Account, person ident.ID, at time.Time) (Account, error) {
	const op = "people.Remove"
	a, err := r.changeable(op, by, person)
	if err != nil {
		return Account{}, err
	}
	if r.keptBy(a) && !r.keptWithout(person) {
		return Account{}, lastKeeper(op, r.Holder)
	}
	return a.ended(r.Holder, at).EndSessions(), nil
}

func (r Roster) changeable(op string, by Account, person ident.ID) (Account, error) {
	if err := May(by, changeOf(r.Holder), Scope{Holder: r.Holder}); err != nil {
		return Account{}, fault.Wrap(op, err)
	}
	a, ok := r.member(person)
	if !ok {
		return Account{}, refuse(op, fault.NotFound, CodeNotAMember, "the person is no member of this holder")
	}
	return a, nil
}

// ended is the account with a holder's membership ended.
func (a Account) ended(holder ident.Holder, at time.Time) Account {
	a = a.copied()
	for i, m := range a.Memberships {
		if m.Holder == holder && m.Current() {
			a.Memberships[i].Ended = at
		}
	}
	return a
}

func lastKeeper(op string, holder ident.Holder) error {
	return refuse(op, fault.Conflict, CodeLastKeeper, "the last "+string(keeperOf(holder))+" cannot be removed")
}

// SetStatus is an account whose person is suspended, comes back, or has left. It ends their sessions. A merchant's
// last owner may be suspended, because the House can let them back; the last administrator may not, and nobody who
// is a last keeper of one of the rosters may leave.
//
// Invariant: the rosters are those of every current membership of the person.
// Errors: Denied as May with the act SuspendPerson; Invalid status_unreachable; Conflict last_keeper.
func SetStatus(by, of Account, to Status, rosters []Roster) (Account, error) {
	const op = "people.SetStatus"
	if err := May(by, SuspendPerson, Scope{Holder: House}); err != nil {
		return Account{}, fault.Wrap(op, err)
	}
	from := of.Person.Status
	if !to.Valid() || from == to || from == Left {
		return Account{}, refuse(op, fault.Invalid, CodeStatusUnreachable,
			"status cannot become "+string(to)+" from "+string(from))
	}
	for _, r := range rosters {
		blocks := to == Left || to == Suspended && r.Holder == House
		if r.keptBy(of) && blocks && !r.keptWithout(of.Person.ID) {
			return Account{}, lastKeeper(op, r.Holder)
		}
	}
	of.Person.Status = to
	return of.EndSessions(), nil
}
