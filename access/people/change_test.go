// SPDX-License-Identifier: Apache-2.0

package people_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

func TestInvitationIsAcceptedOnceAndInTime(t *testing.T) {
	t.Parallel()
	owner := account("owner", shop, people.Owner)
	i, token, err := people.Invite(owner, people.Place{Holder: shop, Roles: []people.Role{people.Cashier},
		Stores: []string{"kyoto"}}, noon, entropyOf(1))
	if err != nil {
		t.Fatal(err)
	}
	guest := people.Newcomer(0, i, digest("guest"), noon)
	spent, joined, err := i.Accept(token, guest, noon.Add(people.InvitedFor-1))
	if err != nil {
		t.Fatal(err)
	}
	if err := people.May(joined, people.TakePayment, people.Scope{Holder: shop, Store: "kyoto"}); err != nil {
		t.Error(err)
	}
	if len(guest.Memberships) != 0 {
		t.Error("the account that was given changed")
	}
	_, _, err = spent.Accept(token, account("another", shop), noon)
	refused(t, err, people.CodeInvitationUsed)
	_, _, err = i.Accept(token, guest, noon.Add(people.InvitedFor))
	refused(t, err, people.CodeInvitationExpired)
	_, _, err = i.Accept(people.NewSecret("another token"), guest, noon)
	refused(t, err, people.CodeInvitationMissing)
	_, _, err = people.Invitation{}.Accept(people.Secret{}, guest, noon)
	refused(t, err, people.CodeInvitationMissing)
	revoked, err := i.Revoke(owner, noon)
	_, _, err = must(t, revoked, err).Accept(token, guest, noon)
	refused(t, err, people.CodeInvitationRevoked)
	_, err = spent.Revoke(owner, noon)
	refused(t, err, people.CodeInvitationUsed)
	again, _, err := people.Invite(owner, people.Place{Holder: shop, Roles: []people.Role{people.Manager}}, noon,
		token2())
	_, _, err = must(t, again, err).Accept(token2Secret(t), joined, noon)
	refused(t, err, people.CodeAlreadyMember)
}

func token2() *strings.Reader { return strings.NewReader(strings.Repeat("x", 32)) }

func token2Secret(t *testing.T) people.Secret {
	s, err := people.NewToken(token2())
	return must(t, s, err)
}

func TestInvitationsAreOfThoseWhoKeepThePlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		by    people.Account
		place people.Place
		want  string
	}{
		{account("owner", shop, people.Owner), people.Place{Holder: shop, Roles: []people.Role{people.Manager}}, ""},
		{account("owner", shop, people.Owner), people.Place{Holder: otherShop, Roles: []people.Role{people.Manager}},
			"not_a_member"},
		{account("owner", shop, people.Owner), people.Place{Holder: people.House,
			Roles: []people.Role{people.Auditor}}, "not_a_member"},
		{account("manager", shop, people.Manager), people.Place{Holder: shop, Roles: []people.Role{people.Owner}},
			"act_not_granted"},
		{account("owner", shop, people.Owner), people.Place{Holder: shop, Roles: []people.Role{people.Finance}},
			"roles_malformed"},
		{account("owner", shop, people.Owner), people.Place{Holder: shop}, "roles_malformed"},
		{account("owner", shop, people.Owner), people.Place{Holder: shop, Roles: []people.Role{people.Cashier}},
			"roles_malformed"},
		{account("owner", shop, people.Owner), people.Place{Holder: shop, Roles: []people.Role{people.Owner},
			Stores: []string{"kyoto"}}, "roles_malformed"},
		{account("admin", people.House, people.Administrator), people.Place{Holder: people.House,
			Roles: []people.Role{people.Finance}}, ""},
		{account("admin", people.House, people.Administrator), people.Place{Holder: "no/name",
			Roles: []people.Role{people.Owner}}, "name_malformed"},
	} {
		_, _, err := people.Invite(c.by, c.place, noon, entropyOf(1))
		if c.want == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		refused(t, err, fault.Code(c.want))
	}
}

func TestHouseIsFoundedOnce(t *testing.T) {
	t.Parallel()
	i, token, err := people.Found(people.Roster{Holder: people.House}, noon, entropyOf(1))
	if err != nil {
		t.Fatal(err)
	}
	_, first, err := i.Accept(token, people.Newcomer(0, i, digest("first"), noon), noon)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = people.Found(people.Roster{Holder: people.House, Members: []people.Account{first}}, noon, entropyOf(2))
	refused(t, err, people.CodeHouseFounded)
	_, _, err = people.Found(people.Roster{Holder: shop}, noon, entropyOf(2))
	refused(t, err, people.CodeHouseFounded)
}

func TestLastKeeperStays(t *testing.T) {
	t.Parallel()
	owner, second := account("owner", shop, people.Owner), account("second", shop, people.Owner)
	cashier := in(account("cashier", shop, people.Cashier), "kyoto")
	alone := people.Roster{Holder: shop, Members: []people.Account{owner, cashier}}
	_, err := alone.Remove(owner, owner.Person.ID, noon)
	refused(t, err, people.CodeLastKeeper)
	_, err = alone.Assign(owner, owner.Person.ID, people.Place{Roles: []people.Role{people.Manager}}, noon)
	refused(t, err, people.CodeLastKeeper)
	gone, err := alone.Remove(owner, cashier.Person.ID, noon)
	if _, still := must(t, gone, err).At(shop); still {
		t.Error("a cashier who was removed is still a member")
	}
	two := people.Roster{Holder: shop, Members: []people.Account{owner, second}}
	if _, err := two.Remove(owner, second.Person.ID, noon); err != nil {
		t.Error(err)
	}
	second.Person.Status = people.Suspended // whoever cannot sign in keeps nothing
	two.Members[1] = second
	_, err = two.Remove(owner, owner.Person.ID, noon)
	refused(t, err, people.CodeLastKeeper)
	_, err = two.Remove(owner, cashier.Person.ID, noon)
	refused(t, err, people.CodeNotAMember)
}

func TestLastAdministratorIsNeitherSuspendedNorLeft(t *testing.T) {
	t.Parallel()
	admin := account("admin", people.House, people.Administrator)
	house := []people.Roster{{Holder: people.House, Members: []people.Account{admin}}}
	for _, to := range []people.Status{people.Suspended, people.Left} {
		_, err := people.SetStatus(admin, admin, to, house)
		refused(t, err, people.CodeLastKeeper)
	}
	owner := account("owner", shop, people.Owner)
	of := []people.Roster{{Holder: shop, Members: []people.Account{owner}}}
	_, err := people.SetStatus(admin, owner, people.Left, of)
	refused(t, err, people.CodeLastKeeper)
	if _, err := people.SetStatus(admin, owner, people.Suspended, of); err != nil {
		t.Error(err)
	}
	_, err = people.SetStatus(owner, admin, people.Suspended, house)
	refused(t, err, people.CodeNotAMember)
	owner.Person.Status = people.Left
	_, err = people.SetStatus(admin, owner, people.Active, of)
	refused(t, err, people.CodeStatusUnreachable)
}

func TestRecoveryCodesWorkOnceEach(t *testing.T) {
	t.Parallel()
	a, codes, err := account("owner", shop, people.Owner).NewCodes(entropyOf(1))
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) != people.RecoveryCodes || a.CodesLeft() != people.RecoveryCodes {
		t.Fatalf("%d codes", len(codes))
	}
	for n, code := range codes {
		typed := people.NewSecret(strings.ToLower(strings.ReplaceAll(code.Reveal(), "-", " ")))
		next, err := a.UseCode(typed, noon)
		if err != nil {
			t.Fatal(err)
		}
		if a = next; a.CodesLeft() != people.RecoveryCodes-n-1 {
			t.Errorf("%d left", a.CodesLeft())
		}
		_, err = a.UseCode(code, noon)
		refused(t, err, people.CodeRecoveryCodeWrong)
	}
	other, same, err := account("other", shop, people.Owner).NewCodes(entropyOf(1))
	if err != nil || same[0].Reveal() != codes[0].Reveal() || other.Codes[0].Digest == a.Codes[0].Digest {
		t.Errorf("a code's digest is not bound to its person: %v", err)
	}
	_, err = a.UseCode(people.Secret{}, noon)
	refused(t, err, people.CodeRecoveryCodeWrong)
}

func TestRecoveryByAnotherWaitsADay(t *testing.T) {
	t.Parallel()
	owner, lost := account("owner", shop, people.Owner), in(account("lost", shop, people.Manager), "kyoto")
	r, token, err := people.Vouch(owner, lost, noon, entropyOf(1))
	if err != nil {
		t.Fatal(err)
	}
	ripe := noon.Add(people.RecoverAfter)
	_, _, err = r.Complete(token, lost, ripe.Add(-1))
	refused(t, err, people.CodeRecoveryWaiting)
	_, _, err = r.Complete(people.NewSecret("x"), lost, ripe)
	refused(t, err, people.CodeRecoveryMissing)
	_, _, err = r.Complete(token, owner, ripe)
	refused(t, err, people.CodeRecoveryMissing)
	_, _, err = r.Complete(token, lost, ripe.Add(people.RecoverFor))
	refused(t, err, people.CodeRecoveryOver)
	used, clean, err := r.Complete(token, lost, ripe)
	if err != nil {
		t.Fatal(err)
	}
	if clean.CanSignIn() || clean.Person.Stamp == lost.Person.Stamp {
		t.Errorf("credentials or sessions survived: %+v", clean)
	}
	_, _, err = used.Complete(token, clean, ripe)
	refused(t, err, people.CodeRecoveryOver)
	stopped, err := r.Object(lost, lost, noon)
	_, _, err = must(t, stopped, err).Complete(token, lost, ripe)
	refused(t, err, people.CodeRecoveryOver)
	_, err = r.Object(account("stranger", otherShop, people.Owner), lost, noon)
	refused(t, err, people.CodeActNotGranted)
	_, err = used.Object(lost, lost, ripe)
	refused(t, err, people.CodeRecoveryOver)
}

// TestNobodyRecoversMoreThanTheyKeep: an owner must not get at another holder, or the house, through a common member.
func TestNobodyRecoversMoreThanTheyKeep(t *testing.T) {
	t.Parallel()
	owner := account("owner", shop, people.Owner)
	common := account("common", shop, people.Accountant)
	for _, elsewhere := range []ident.Holder{otherShop, people.House} {
		m := people.Membership{Holder: elsewhere, Roles: []people.Role{people.Owner}, Since: noon}
		if elsewhere == people.House {
			m.Roles = []people.Role{people.Finance}
		}
		both := common
		both.Memberships = append([]people.Membership{m}, common.Memberships...)
		_, _, err := people.Vouch(owner, both, noon, entropyOf(1))
		refused(t, err, people.CodeNotAMember)
		if _, _, err := people.Vouch(account("admin", people.House, people.Administrator), both, noon,
			entropyOf(1)); err != nil {
			t.Error(err)
		}
	}
	_, _, err := people.Vouch(owner, owner, noon, entropyOf(1))
	refused(t, err, people.CodeRecoverySelf)
}

func TestCodeIsAcceptedOnceAndNeverBackwards(t *testing.T) {
	t.Parallel()
	a := account("owner", shop, people.Owner)
	a, err := a.AcceptCode(100)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []int64{100, 99} {
		_, err := a.AcceptCode(step)
		refused(t, err, people.CodeCodeReplayed)
	}
	if _, err := a.AcceptCode(101); err != nil {
		t.Error(err)
	}
	a.TOTP = people.TOTP{}
	_, err = a.AcceptCode(102)
	refused(t, err, people.CodeTOTPUnconfirmed)
}

func TestPasskeyCounterNeverGoesBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		had, got uint32
		ok       bool
	}{{0, 0, true}, {0, 1, true}, {4, 5, true}, {5, 5, false}, {5, 4, false}, {5, 0, false}} {
		p := people.Passkey{ID: []byte{1}, PublicKey: []byte{2}, SignCount: c.had}
		a, err := account("owner", shop, people.Owner).AddPasskey(p)
		if err != nil {
			t.Fatal(err)
		}
		next, err := a.SawPasskey(people.Passkey{ID: []byte{1}, SignCount: c.got}, noon.Add(time.Hour))
		if (err == nil) != c.ok {
			t.Errorf("%d after %d: %v", c.got, c.had, err)
		}
		if c.ok && (next.Passkeys[0].SignCount != c.got || a.Passkeys[0].SignCount != c.had) {
			t.Errorf("%d after %d: %+v", c.got, c.had, next.Passkeys[0])
		}
	}
}

func TestLastWayToSignInStays(t *testing.T) {
	t.Parallel()
	a := account("owner", shop, people.Owner)
	a, err := a.AddPasskey(people.Passkey{ID: []byte{1}, PublicKey: []byte{2}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.AddPasskey(people.Passkey{ID: []byte{1}, PublicKey: []byte{2}})
	refused(t, err, people.CodePasskeyTwice)
	if _, err := a.DropPasskey([]byte{1}); err != nil {
		t.Error(err)
	}
	a.TOTP = people.TOTP{}
	_, err = a.DropPasskey([]byte{1})
	refused(t, err, people.CodeLastCredential)
	_, err = a.DropPasskey([]byte{9})
	refused(t, err, people.CodePasskeyMissing)
}

func TestHouseIsChangedByOneUntilItHasTwo(t *testing.T) {
	t.Parallel()
	first, second := account("first", people.House, people.Administrator), account("second", people.House,
		people.Administrator)
	auditor := account("auditor", people.House, people.Auditor)
	one := people.Roster{Holder: people.House, Members: []people.Account{first, auditor}}
	two := people.Roster{Holder: people.House, Members: []people.Account{first, auditor, second}}
	if one.NeedsTwo(people.ChangeHouse) || !two.NeedsTwo(people.ChangeHouse) {
		t.Error("the first administrator cannot invite the second, or two do not need one another")
	}
	if !one.NeedsTwo(people.ReleasePayout) || two.NeedsTwo(people.CloseWindow) {
		t.Error("other acts depend on how many administrators there are")
	}
	two.Members[2].Person.Status = people.Suspended
	if two.NeedsTwo(people.ChangeHouse) {
		t.Error("a suspended administrator is waited for")
	}
}
