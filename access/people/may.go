// SPDX-License-Identifier: Apache-2.0

package people

import (
	"slices"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// Codes of the refusals of May.
const (
	CodeActNotGranted   fault.Code = "act_not_granted"   // no role of the person's there may do it
	CodeStoreNotCovered fault.Code = "store_not_covered" // the role may, but at other stores
)

// Scope is where an act is done.
type Scope struct {
	Holder ident.Holder // House for what concerns the whole network
	Store  string       // empty: the whole holder
}

// Grants reports whether the table lets a role do an act, at a holder or in the House as the role belongs.
func Grants(role Role, act Act) bool {
	g := grantOf(act)
	return slices.Contains(g.house, role) || slices.Contains(g.holder, role)
}

// May says whether a person may do an act somewhere. A role of the House reaches every holder; a role at a holder
// reaches that holder alone, and of its stores those that the membership names.
//
// Errors: Denied person_suspended, person_left; not_a_member, of which a page tells no more than of a thing that
// does not exist; act_not_granted, naming the roles that may; store_not_covered, naming the store.
func May(a Account, act Act, where Scope) error {
	const op = "people.May"
	if err := a.Able(); err != nil {
		return fault.Wrap(op, err)
	}
	g := grantOf(act)
	if house, ok := a.At(House); ok && share(house.Roles, g.house) {
		return nil
	}
	m, ok := a.At(where.Holder)
	switch {
	case where.Holder == House || !ok:
		if _, house := a.At(House); house {
			return refuse(op, fault.Denied, CodeActNotGranted, needs(act, g.house, "in the house"))
		}
		return refuse(op, fault.Denied, CodeNotAMember, "the person is no member of this holder")
	case !share(m.Roles, g.holder):
		return refuse(op, fault.Denied, CodeActNotGranted, needs(act, g.holder, "at this holder"))
	case !m.Covers(where.Store):
		if where.Store == "" {
			return refuse(op, fault.Denied, CodeStoreNotCovered, string(act)+" needs a membership of all stores")
		}
		return refuse(op, fault.Denied, CodeStoreNotCovered, string(act)+" needs a membership of store "+where.Store)
	}
	return nil
}

func share(have, want []Role) bool {
	return slices.ContainsFunc(have, func(r Role) bool { return slices.Contains(want, r) })
}

func needs(act Act, roles []Role, where string) string {
	if len(roles) == 0 {
		return "nobody may do " + string(act) + " " + where
	}
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return string(act) + " needs one of the roles " + strings.Join(names, ", ") + " " + where
}

// Place is a membership as it is asked for: roles at a holder, and the stores they reach.
type Place struct {
	Holder ident.Holder
	Roles  []Role
	Stores []string // empty: all stores
}

// storesMax bounds how many stores a membership may name.
const storesMax = 1000

// membership is the place as it is kept.
//
// Errors: Invalid roles_malformed, name_malformed.
func (p Place) membership(at time.Time) (Membership, error) {
	const op = "people.Place"
	roles, stores := slices.Clone(p.Roles), slices.Clone(p.Stores)
	slices.Sort(roles)
	slices.Sort(stores)
	roles, stores = slices.Compact(roles), slices.Compact(stores)
	known := RolesAt(p.Holder)
	for _, r := range roles {
		if !slices.Contains(known, r) {
			return Membership{}, refuse(op, fault.Invalid, CodeRolesMalformed, "roles must be of the holder's side")
		}
	}
	if p.Holder != House {
		if err := ident.CheckName("holder", string(p.Holder)); err != nil {
			return Membership{}, fault.Wrap(op, err)
		}
	}
	for _, s := range stores {
		if err := ident.CheckName("stores", s); err != nil {
			return Membership{}, fault.Wrap(op, err)
		}
	}
	switch {
	case len(roles) == 0:
		return Membership{}, refuse(op, fault.Invalid, CodeRolesMalformed, "roles must name at least one role")
	case len(stores) > storesMax || p.Holder == House && len(stores) > 0:
		return Membership{}, refuse(op, fault.Invalid, CodeRolesMalformed,
			"stores must be none in the house, else at most 1000")
	case len(stores) == 0 && slices.Contains(roles, Cashier):
		return Membership{}, refuse(op, fault.Invalid, CodeRolesMalformed, "stores must name the cashier's store")
	case len(stores) > 0 && slices.Contains(roles, Owner):
		return Membership{}, refuse(op, fault.Invalid, CodeRolesMalformed, "stores must be none for an owner")
	}
	return Membership{Holder: p.Holder, Roles: roles, Stores: stores, Since: at}, nil
}
