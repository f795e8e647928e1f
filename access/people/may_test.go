// SPDX-License-Identifier: Apache-2.0

package people_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/internal/golden"
)

// written is the table of roles and acts as the reference page holds it.
func written() string {
	roles := slices.Concat(people.HouseRoles(), people.HolderRoles())
	var b strings.Builder
	b.WriteString("| Act |")
	for _, r := range roles {
		b.WriteString(" " + string(r) + " |")
	}
	b.WriteString(" fresh | two |\n|---|" + strings.Repeat("---|", len(roles)+2) + "\n")
	mark := func(yes bool) {
		if yes {
			b.WriteString(" ● |")
		} else {
			b.WriteString(" |")
		}
	}
	for _, act := range people.Acts() {
		b.WriteString("| `" + string(act) + "` |")
		for _, r := range roles {
			mark(people.Grants(r, act))
		}
		mark(act.NeedsFreshProof())
		mark(act.NeedsTwo())
		b.WriteString("\n")
	}
	return b.String()
}

func TestTableOfRolesIsTheOneThatWasRead(t *testing.T) {
	t.Parallel()
	golden.Equal(t, "roles.md", written())
	page, err := os.ReadFile("../../docs/reference/signin.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), written()) {
		t.Error("docs/reference/signin.md holds another table than testdata/roles.md: copy it there")
	}
}

func TestEveryActHasOneLineAndSomebody(t *testing.T) {
	t.Parallel()
	acts := people.Acts()
	for i, act := range acts {
		if slices.Index(acts, act) != i {
			t.Errorf("%s is there twice", act)
		}
		if !slices.ContainsFunc(slices.Concat(people.HouseRoles(), people.HolderRoles()),
			func(r people.Role) bool { return people.Grants(r, act) }) {
			t.Errorf("nobody may %s", act)
		}
		if act.NeedsTwo() && !act.NeedsFreshProof() {
			t.Errorf("%s needs two people, but no fresh proof of either", act)
		}
	}
	for _, r := range slices.Concat(people.HouseRoles(), people.HolderRoles()) {
		if people.Grants(r, "no.such_act") {
			t.Errorf("%s may do what does not exist", r)
		}
	}
}

func TestAuditorReadsOnly(t *testing.T) {
	t.Parallel()
	for _, act := range people.Acts() {
		_, verb, _ := strings.Cut(string(act), ".")
		if people.Grants(people.Auditor, act) && verb != "see" && verb != "export" {
			t.Errorf("an auditor may %s", act)
		}
	}
}

func TestCashierSeesTodaysSalesOfTheirOwnStoreAndNothingElse(t *testing.T) {
	t.Parallel()
	cashier := in(account("cashier", shop, people.Cashier), "kyoto")
	kyoto := people.Scope{Holder: shop, Store: "kyoto"}
	for _, act := range people.Acts() {
		err := people.May(cashier, act, kyoto)
		if want := act == people.SeeToday || act == people.TakePayment; (err == nil) != want {
			t.Errorf("%s in the own store: %v", act, err)
		}
		for _, elsewhere := range []people.Scope{{Holder: shop, Store: "osaka"}, {Holder: shop}, {Holder: otherShop,
			Store: "kyoto"},
			{Holder: people.House}} {
			if people.May(cashier, act, elsewhere) == nil {
				t.Errorf("%s at %v is allowed", act, elsewhere)
			}
		}
	}
}

func TestRefusalNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	manager := in(account("manager", shop, people.Manager), "kyoto")
	support := account("support", people.House, people.Support)
	suspended, left := manager, manager
	suspended.Person.Status, left.Person.Status = people.Suspended, people.Left
	for _, c := range []struct {
		who    people.Account
		act    people.Act
		where  people.Scope
		code   fault.Code
		detail string
	}{
		{manager, people.RefundAboveLimit, people.Scope{Holder: shop, Store: "kyoto"}, people.CodeActNotGranted,
			"owner"},
		{manager, people.Refund, people.Scope{Holder: shop, Store: "osaka"}, people.CodeStoreNotCovered, "osaka"},
		{manager, people.Refund, people.Scope{Holder: shop}, people.CodeStoreNotCovered, "all stores"},
		{manager, people.Refund, people.Scope{Holder: otherShop}, people.CodeNotAMember, "no member"},
		{manager, people.ReleasePayout, people.Scope{Holder: people.House}, people.CodeNotAMember, "no member"},
		{manager, people.ReleasePayout, people.Scope{Holder: shop, Store: "kyoto"}, people.CodeActNotGranted, "nobody"},
		{support, people.ReleasePayout, people.Scope{Holder: people.House}, people.CodeActNotGranted, "finance"},
		{support, people.Refund, people.Scope{Holder: shop}, people.CodeActNotGranted, "nobody"},
		{suspended, people.Refund, people.Scope{Holder: shop, Store: "kyoto"}, people.CodePersonSuspended, "suspended"},
		{left, people.Refund, people.Scope{Holder: shop, Store: "kyoto"}, people.CodePersonLeft, "left"},
		{people.Account{}, people.SeeToday, people.Scope{}, people.CodePersonSuspended, "suspended"},
	} {
		err := people.May(c.who, c.act, c.where)
		refused(t, err, c.code)
		if !strings.Contains(fault.DetailOf(err), c.detail) || fault.KindOf(err) != fault.Denied {
			t.Errorf("%s at %v: %v", c.act, c.where, err)
		}
	}
}

func TestRoleAtOneHolderReachesNoOther(t *testing.T) {
	t.Parallel()
	for _, role := range people.HolderRoles() {
		a := account("somebody", shop, role)
		for _, act := range people.Acts() {
			if people.May(a, act, people.Scope{Holder: otherShop}) == nil {
				t.Errorf("%s may %s at another holder", role, act)
			}
			if people.May(a, act, people.Scope{Holder: people.House}) == nil {
				t.Errorf("%s may %s in the house", role, act)
			}
		}
	}
}
