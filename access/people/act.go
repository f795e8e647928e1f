// SPDX-License-Identifier: Apache-2.0

package people

import (
	"slices"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// Role is what a person is at a holder or in the House.
type Role string

// The roles of the House.
const (
	Administrator Role = "administrator"
	Operations    Role = "operations"
	Compliance    Role = "compliance"
	Finance       Role = "finance"
	Auditor       Role = "auditor" // reads only
	Support       Role = "support"
)

// The roles at a merchant or another holder.
const (
	Owner      Role = "owner"
	Manager    Role = "manager"
	Cashier    Role = "cashier" // takes payments and sees today's sales of their own store, nothing else
	Accountant Role = "accountant"
	Developer  Role = "developer"
)

// HouseRoles are the roles of the House, in the order of the table.
func HouseRoles() []Role {
	return []Role{Administrator, Operations, Compliance, Finance, Auditor, Support}
}

// HolderRoles are the roles at a holder, in the order of the table.
func HolderRoles() []Role { return []Role{Owner, Manager, Cashier, Accountant, Developer} }

// RolesAt are the roles that a person may have at a holder or in the House.
func RolesAt(holder ident.Holder) []Role {
	if holder == House {
		return HouseRoles()
	}
	return HolderRoles()
}

// Act is something that a person does or sees, as the table of roles names it.
type Act string

// What is done or seen at a holder, by its own people or by the House.
const (
	TakePayment      Act = "payment.take"       // at a till of a store
	SeeToday         Act = "payment.see_today"  // today's sales of one store
	SeePayments      Act = "payment.see"        // any payment with its story
	Refund           Act = "payment.refund"     // up to the limit of the holder
	RefundAboveLimit Act = "payment.refund_big" // above it
	ExportPayments   Act = "payment.export"
	SeeStatements    Act = "statement.see"
	ChangeBank       Act = "bank.change"
	SeeKeys          Act = "key.see"
	ChangeKeys       Act = "key.change" // an API client's keys and endpoints
	RevokeKeys       Act = "key.revoke" // of a client or, in the House, of the House: one person can, at once
	ChangeStores     Act = "store.change"
	BindTill         Act = "till.bind"
	Apply            Act = "onboarding.apply"
	SeePeople        Act = "people.see"
	ChangePeople     Act = "people.change" // invite, give roles, end a membership
	RecoverPeople    Act = "people.recover"
	SeeAudit         Act = "audit.see"
)

// What is done or seen for the whole network, by the House alone.
const (
	ReviewHolder   Act = "onboarding.review"
	SuspendHolder  Act = "holder.suspend"
	ChangeTerms    Act = "terms.change" // contracts, fee plans
	ChangeLimits   Act = "limit.change"
	PublishRates   Act = "rate.publish"
	ChangeWallets  Act = "wallet.change"
	CloseWindow    Act = "window.close"
	ReleasePayout  Act = "payout.release"
	SeeBreaks      Act = "break.see"
	SettleBreak    Act = "break.settle"
	WriteOff       Act = "break.write_off"
	JudgeScreened  Act = "screening.judge"
	Dispute        Act = "dispute.answer"
	ChangeHouse    Act = "house.change"     // people and roles of the House
	ChangeHouseKey Act = "house.key_change" // keys that sign and seal
	Operate        Act = "network.operate"  // lanes, parked movements, rebuilds
	SeeNetwork     Act = "network.see"
	Erase          Act = "person.erase"
	SuspendPerson  Act = "person.suspend"
)

// grant is one line of the table: an act, and the roles that may do it.
type grant struct {
	act    Act
	house  []Role // may do it anywhere
	holder []Role // may do it at their own holder, in the stores their membership covers
}

// table is who may do what: whatever it does not say, nobody may.
var table = [...]grant{
	{TakePayment, nil, []Role{Owner, Manager, Cashier}},
	{SeeToday, []Role{Operations, Support}, []Role{Owner, Manager, Cashier}},
	{SeePayments, []Role{Operations, Compliance, Finance, Auditor, Support}, []Role{Owner, Manager, Accountant}},
	{Refund, nil, []Role{Owner, Manager}},
	{RefundAboveLimit, nil, []Role{Owner}},
	{ExportPayments, []Role{Compliance, Finance, Auditor}, []Role{Owner, Accountant}},
	{SeeStatements, []Role{Finance, Auditor, Support}, []Role{Owner, Accountant}},
	{ChangeBank, []Role{Compliance}, []Role{Owner}},
	{SeeKeys, []Role{Operations, Auditor, Support}, []Role{Owner, Developer}},
	{ChangeKeys, []Role{Operations}, []Role{Owner, Developer}},
	{RevokeKeys, []Role{Administrator, Operations}, []Role{Owner, Developer}},
	{ChangeStores, []Role{Operations}, []Role{Owner, Manager}},
	{BindTill, nil, []Role{Owner, Manager}},
	{Apply, nil, []Role{Owner}},
	{SeePeople, []Role{Administrator, Compliance, Auditor, Support}, []Role{Owner}},
	{ChangePeople, []Role{Administrator}, []Role{Owner}},
	{RecoverPeople, []Role{Administrator}, []Role{Owner}},
	{SeeAudit, []Role{Administrator, Compliance, Auditor}, []Role{Owner}},

	{ReviewHolder, []Role{Compliance}, nil},
	{SuspendHolder, []Role{Operations, Compliance}, nil},
	{ChangeTerms, []Role{Finance}, nil},
	{ChangeLimits, []Role{Compliance, Finance}, nil},
	{PublishRates, []Role{Finance}, nil},
	{ChangeWallets, []Role{Operations}, nil},
	{CloseWindow, []Role{Operations, Finance}, nil},
	{ReleasePayout, []Role{Finance}, nil},
	{SeeBreaks, []Role{Operations, Finance, Auditor, Support}, nil},
	{SettleBreak, []Role{Operations, Finance}, nil},
	{WriteOff, []Role{Finance}, nil},
	{JudgeScreened, []Role{Compliance}, nil},
	{Dispute, []Role{Operations, Support}, nil},
	{ChangeHouse, []Role{Administrator}, nil},
	{ChangeHouseKey, []Role{Administrator, Operations}, nil},
	{Operate, []Role{Operations}, nil},
	{SeeNetwork, []Role{Administrator, Operations, Compliance, Finance, Auditor, Support}, nil},
	{Erase, []Role{Compliance}, nil},
	{SuspendPerson, []Role{Administrator, Compliance}, nil},
}

// pairs are the acts that two people must agree on.
var pairs = [...]Act{ChangeBank, ChangeTerms, ChangeLimits, ReleasePayout, WriteOff, ChangeHouse, ChangeHouseKey, Erase}

// fresh are the acts for which a person proves who they are again.
var fresh = [...]Act{RefundAboveLimit, ChangeBank, ChangeKeys, RevokeKeys, BindTill, ChangePeople, RecoverPeople,
	ChangeTerms, ChangeLimits, ReleasePayout, WriteOff, ChangeHouse, ChangeHouseKey, Erase, SuspendPerson}

// Acts are all acts, in the order of the table.
func Acts() []Act {
	list := make([]Act, len(table))
	for i, g := range table {
		list[i] = g.act
	}
	return list
}

// NeedsTwo reports whether two people must agree on an act.
func (a Act) NeedsTwo() bool { return slices.Contains(pairs[:], a) }

// NeedsFreshProof reports whether a person must have proved who they are within FreshFor.
func (a Act) NeedsFreshProof() bool { return slices.Contains(fresh[:], a) }

// grantOf is an act's line of the table; an act that has none is granted to nobody.
func grantOf(a Act) grant {
	for _, g := range table {
		if g.act == a {
			return g
		}
	}
	return grant{act: a}
}
