// SPDX-License-Identifier: Apache-2.0

package people_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// pair is a proposal with its approval, an hour later.
func pair(t *testing.T) people.Consent {
	t.Helper()
	c := people.Consent{Proposer: account("one", people.House, people.Finance), Approver: account("two", people.House,
		people.Finance)}
	order := people.Order{Act: people.ReleasePayout, Where: people.Scope{Holder: people.House},
		Payload: []byte("payout 1")}
	var err error
	if c.Proposal, err = people.Propose(0, c.Proposer, order, noon); err != nil {
		t.Fatal(err)
	}
	c.Approval, err = c.Proposal.Approve(c.Proposer, c.Approver, order.Digest(), noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTwoPeopleDecideOnceAndOnExactlyOneThing(t *testing.T) {
	t.Parallel()
	c := pair(t)
	at := noon.Add(2 * time.Hour)
	used, err := c.Decide(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name   string
		change func(*people.Consent)
		at     time.Time
		code   fault.Code
	}{
		{"used twice", func(c *people.Consent) { c.Proposal = used }, at, people.CodeProposalUsed},
		{"same person", func(c *people.Consent) { c.Approval.By, c.Approver = c.Proposal.By, c.Proposer }, at,
			people.CodeApprovalOwn},
		{"another digest", func(c *people.Consent) { c.Approval.Digest[0]++ }, at, people.CodeApprovalDiffers},
		{"a payload that changed", func(c *people.Consent) { c.Proposal.Order.Payload = []byte("payout 2") }, at,
			people.CodeApprovalDiffers},
		{"an act that changed", func(c *people.Consent) { c.Proposal.Order.Act = people.WriteOff }, at,
			people.CodeApprovalDiffers},
		{"a place that changed", func(c *people.Consent) { c.Proposal.Order.Where.Holder = shop }, at,
			people.CodeApprovalDiffers},
		{"another proposal", func(c *people.Consent) { c.Approval.Proposal = used.By }, at, people.CodeApprovalDiffers},
		{"somebody else's account", func(c *people.Consent) {
			c.Approver = account("three", people.House,
				people.Finance)
		}, at,
			people.CodeApprovalDiffers},
		{"proposal too old", func(*people.Consent) {}, noon.Add(people.ProposedFor), people.CodeProposalExpired},
		{"approval too old", func(c *people.Consent) {
			c.Proposal.At, c.Approval.At = noon.Add(time.Hour), noon.Add(time.Hour)
			c.Proposal.At = noon.Add(2 * time.Hour)
		}, noon.Add(25 * time.Hour), people.CodeApprovalExpired},
		{"approval before proposal", func(c *people.Consent) { c.Approval.At = noon.Add(-1) }, at,
			people.CodeApprovalExpired},
		{"proposal of the future", func(*people.Consent) {}, noon.Add(-1), people.CodeProposalExpired},
		{"proposer suspended", func(c *people.Consent) { c.Proposer.Person.Status = people.Suspended }, at,
			people.CodePersonSuspended},
		{"approver suspended", func(c *people.Consent) { c.Approver.Person.Status = people.Suspended }, at,
			people.CodePersonSuspended},
		{"approver lost the role", func(c *people.Consent) {
			c.Approver = account("two", people.House, people.Support)
		}, at, people.CodeActNotGranted},
		{"withdrawn", func(c *people.Consent) { c.Proposal.Withdrawn = noon }, at, people.CodeProposalWithdrawn},
	} {
		changed := c
		x.change(&changed)
		if _, err := changed.Decide(x.at); fault.CodeOf(err) != x.code {
			t.Errorf("%s: %v, want %s", x.name, err, x.code)
		}
	}
}

func TestProposalIsOfWhatTwoMustAgreeOn(t *testing.T) {
	t.Parallel()
	finance := account("one", people.House, people.Finance)
	order := people.Order{Act: people.CloseWindow, Where: people.Scope{Holder: people.House}, Payload: []byte("x")}
	_, err := people.Propose(0, finance, order, noon)
	refused(t, err, people.CodeNeedsNoTwo)
	order.Act = people.Erase
	_, err = people.Propose(0, finance, order, noon)
	refused(t, err, people.CodeActNotGranted)
	order.Act, order.Payload = people.WriteOff, nil
	_, err = people.Propose(0, finance, order, noon)
	refused(t, err, people.CodePayloadMalformed)
	c := pair(t)
	_, err = c.Proposal.Withdraw(c.Approver, noon)
	refused(t, err, people.CodeActNotGranted)
	if p, err := c.Proposal.Withdraw(c.Proposer, noon); err != nil || p.Withdrawn.IsZero() {
		t.Errorf("%+v, %v", p, err)
	}
	again, err := people.Propose(0, c.Proposer, c.Proposal.Order, noon.Add(time.Second))
	if must(t, again, err).ID == c.Proposal.ID {
		t.Error("the same order cannot be proposed again")
	}
}

// TestOwnerProposesAndComplianceApproves: a merchant with one owner changes its bank account with the house's consent.
func TestOwnerProposesAndComplianceApproves(t *testing.T) {
	t.Parallel()
	owner, officer := account("owner", shop, people.Owner), account("officer", people.House, people.Compliance)
	order := people.Order{Act: people.ChangeBank, Where: people.Scope{Holder: shop}, Payload: []byte("account 1")}
	p, err := people.Propose(0, owner, order, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Approve(owner, officer, order.Digest(), noon); err != nil {
		t.Error(err)
	}
	_, err = p.Approve(owner, account("neighbour", otherShop, people.Owner), order.Digest(), noon)
	refused(t, err, people.CodeNotAMember)
}

// TestDigestTellsEveryOrderFromEveryOther moves bytes between the parts of an order.
func TestDigestTellsEveryOrderFromEveryOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		order := func(label string) people.Order {
			part := rapid.SampledFrom([]string{"", "a", "b", "ab", "ba"})
			return people.Order{Act: people.Act(part.Draw(rt, label+" act")), Payload: []byte(part.Draw(rt,
				label+" payload")),
				Where: people.Scope{Holder: shop, Store: part.Draw(rt, label+" store")}}
		}
		a, b := order("one"), order("two")
		same := a.Act == b.Act && a.Where == b.Where && string(a.Payload) == string(b.Payload)
		if (a.Digest() == b.Digest()) != same {
			rt.Fatalf("%v and %v", a, b)
		}
	})
}
