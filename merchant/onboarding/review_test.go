// SPDX-License-Identifier: Apache-2.0

package onboarding_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
)

func TestAnApplicationGoesLiveThroughTwoPeopleAndASignature(t *testing.T) {
	t.Parallel()
	a := live(t)
	if a.State != onboarding.Live || !a.State.MayBePaid() {
		t.Fatalf("state %q", a.State)
	}
	if a.First.By != "first" || a.Last.By != "last" || a.Contract.AcceptedBy != "shop" {
		t.Fatalf("approved by %q and %q, accepted by %q", a.First.By, a.Last.By, a.Contract.AcceptedBy)
	}
	if a.First.Digest != a.Digest() || a.Last.Digest != a.Digest() {
		t.Fatal("the approvals name another form")
	}
	if a.VerifiedOn != day(2026, 1, 20) || a.VerificationDue() != day(2027, 1, 20) {
		t.Fatalf("verified %v, due %v", a.VerifiedOn, a.VerificationDue())
	}
	var steps []onboarding.Step
	for _, d := range a.Decisions {
		steps = append(steps, d.Step)
	}
	if len(steps) != 3 || steps[0] != onboarding.StepApprove || steps[1] != onboarding.StepConfirm ||
		steps[2] != onboarding.StepAccept || a.Decisions[0].Reasons[0] != why[0] {
		t.Fatalf("decisions %v", a.Decisions)
	}
}

func TestWhoeverHadAHandInItMayNotGiveTheLastApproval(t *testing.T) {
	t.Parallel()
	staff := func(p onboarding.PersonID) onboarding.Act { return by(p, onboarding.Staff, noon) }
	a, err := onboarding.Open(3, sampleForm(), staff("opener"))
	a = must(t, a, err)
	for _, w := range a.Form.Needed() {
		a, err = a.Bring(paper(w.Kind, w.Store, day(2026, 1, 5)), staff("bringer"))
		a = must(t, a, err)
	}
	a, err = a.Edit(a.Form, staff("editor"))
	a = must(t, a, err)
	a, err = a.Submit(staff("submitter"))
	a = must(t, a, err)
	a, err = a.Review(staff("reviewer"))
	a = must(t, a, err)
	a, err = a.Examine([]onboarding.Finding{{Check: "c", Severity: onboarding.Review, Field: "f", Text: "Odd."}},
		staff("examiner"))
	a = must(t, a, err)
	a, err = a.Clear("c", "f", "Seen in the shop.", staff("clearer"))
	a = must(t, a, err)
	a, err = a.Approve(consent(a, noon), why, staff("approver"))
	a = must(t, a, err)
	for _, p := range []onboarding.PersonID{"opener", "bringer", "editor", "submitter", "reviewer", "examiner",
		"clearer", "approver"} {
		got, err := a.Confirm(consent(a, noon), "contract-1", why, staff(p))
		refused(t, got, err, fault.Denied, onboarding.CodeFourEyes)
	}
	a, err = a.Confirm(consent(a, noon), "contract-1", why, staff("stranger"))
	if must(t, a, err).State != onboarding.ContractSent {
		t.Fatal("a stranger could not confirm")
	}
	got, err := a.Accept("contract-1", by("stranger", onboarding.Applicant, noon))
	refused(t, got, err, fault.Denied, onboarding.CodeFourEyes)
}

func TestAnApprovalIsOfExactlyWhatIsAppliedForAndAtMostADayOld(t *testing.T) {
	t.Parallel()
	a := examined(t)
	later := noon.Add(24 * time.Hour)
	got, err := a.Approve(onboarding.Consent{Digest: onboarding.Digest{1}, At: noon}, why, first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeApprovalOther)
	got, err = a.Approve(consent(a, noon), why, first(later.Add(time.Microsecond)))
	refused(t, got, err, fault.Conflict, onboarding.CodeApprovalOld)
	got, err = a.Approve(consent(a, noon.Add(time.Second)), why, first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeApprovalOld) // given in the future
	a, err = a.Approve(consent(a, noon), why, first(later))
	a = must(t, a, err)

	after := later.Add(time.Microsecond)
	got, err = a.Confirm(consent(a, after), "contract-1", why, last(after))
	refused(t, got, err, fault.Conflict, onboarding.CodeApprovalOld) // the first one is too old by now
	a, err = a.Return(why, first(after))
	a = must(t, a, err)
	if a.State != onboarding.InReview || a.First != (onboarding.Approval{}) {
		t.Fatalf("returned to %q with %v", a.State, a.First)
	}
}

func TestAChangeTakesTheFirstApprovalAway(t *testing.T) {
	t.Parallel()
	a := approved(t)
	seen := consent(a, noon)
	f := a.Form
	f.MCC = "5812"
	a, err := a.Edit(f, shop(noon))
	a = must(t, a, err)
	if a.State != onboarding.InReview || a.First.By != "" {
		t.Fatalf("state %q, first %q", a.State, a.First.By)
	}
	got, err := a.Confirm(seen, "contract-1", why, last(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeStepIllegal)
	got, err = a.Approve(seen, why, first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeApprovalOther)
	got, err = a.Approve(consent(a, noon), why, first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeExaminationStale)
	a, err = a.Examine(nil, house(noon))
	a = must(t, a, err)
	got, err = a.Approve(consent(a, noon), why, first(noon)) // a restaurant without its permit
	refused(t, got, err, fault.Conflict, onboarding.CodeFindingBlocks)
	a, err = a.Bring(paper(onboarding.RestaurantPermit, "s1", day(2025, 3, 1)), shop(noon))
	a = must(t, a, err)
	a, err = a.Examine(nil, house(noon))
	a = must(t, a, err)
	a, err = a.Approve(consent(a, noon), why, first(noon))
	must(t, a, err)
}

func TestFindingsThatBlockCannotBeCleared(t *testing.T) {
	t.Parallel()
	block := onboarding.Finding{Check: "list", Severity: onboarding.Block, Field: "people", Text: "On a list."}
	odd := onboarding.Finding{Check: "name", Severity: onboarding.Review, Field: "account", Text: "The names differ."}
	note := onboarding.Finding{Check: "tax", Severity: onboarding.Note, Field: "entity", Text: "No number."}
	a := examined(t, note, odd, block)
	got, err := a.Clear("list", "people", "It is somebody else.", first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeFindingNotClear)
	got, err = a.Clear("tax", "entity", "So be it.", first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeFindingNotClear)
	got, err = a.Clear("tax", "account", "So be it.", first(noon))
	refused(t, got, err, fault.NotFound, onboarding.CodeFindingUnknown)
	got, err = a.Clear("name", "account", "", first(noon))
	refused(t, got, err, fault.Invalid, onboarding.CodeReasonsMissing)
	if open := a.Examination.Open(); len(open) != 2 || open[0].Check != "list" {
		t.Fatalf("open: %v", open)
	}
	got, err = a.Approve(consent(a, noon), why, first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeFindingBlocks)

	a = examined(t, note, odd)
	got, err = a.Approve(consent(a, noon), why, first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeFindingOpen)
	a, err = a.Clear("name", "account", "The bank writes it so.", first(noon))
	a = must(t, a, err)
	a, err = a.Examine([]onboarding.Finding{note, odd}, house(noon.Add(time.Hour)))
	a = must(t, a, err)
	a, err = a.Approve(consent(a, noon), why, first(noon.Add(time.Hour)))
	if a = must(t, a, err); len(a.Decisions) != 2 || len(a.Decisions[1].Findings) != 2 {
		t.Fatalf("decisions %v", a.Decisions)
	}
}

func TestWhatWasClearedForOneFormIsNotClearedForAnother(t *testing.T) {
	t.Parallel()
	odd := onboarding.Finding{Check: "name", Severity: onboarding.Review, Field: "account", Text: "The names differ."}
	a := examined(t, odd)
	a, err := a.Clear("name", "account", "The bank writes it so.", first(noon))
	a = must(t, a, err)
	f := a.Form
	f.Account.Sum = onboarding.Sum{77}
	a, err = a.Edit(f, shop(noon))
	a = must(t, a, err)
	a, err = a.Examine([]onboarding.Finding{odd}, house(noon))
	a = must(t, a, err)
	got, err := a.Approve(consent(a, noon), why, first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeFindingOpen)
}

func TestAnOldExaminationIsNotEnough(t *testing.T) {
	t.Parallel()
	a := examined(t)
	at := noon.Add(24*time.Hour + time.Microsecond)
	got, err := a.Approve(consent(a, at), why, first(at))
	refused(t, got, err, fault.Conflict, onboarding.CodeExaminationStale)
}

func TestDecisionsNeedReasons(t *testing.T) {
	t.Parallel()
	a := examined(t)
	for _, reasons := range [][]string{nil, {""}, {"good", ""}, make([]string, 21)} {
		got, err := a.Approve(consent(a, noon), reasons, first(noon))
		refused(t, got, err, fault.Invalid, onboarding.CodeReasonsMissing)
		got, err = a.Reject(reasons, first(noon))
		refused(t, got, err, fault.Invalid, onboarding.CodeReasonsMissing)
	}
	a, err := a.Reject([]string{"The shop does not exist."}, first(noon))
	if a = must(t, a, err); !a.State.Final() || a.Decisions[0].Reasons[0] != "The shop does not exist." {
		t.Fatalf("%q, %v", a.State, a.Decisions)
	}
}

func TestReviewNeedsDocumentsAndAFreshExtract(t *testing.T) {
	t.Parallel()
	a, err := drafted(t).Submit(shop(noon))
	a = must(t, a, err)
	got, err := a.Review(first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeDocumentsMissing)

	a = drafted(t)
	for _, w := range a.Form.Needed() {
		a, err = a.Bring(paper(w.Kind, w.Store, day(2025, 11, 30)), shop(noon))
		a = must(t, a, err)
	}
	a, err = a.Submit(shop(noon))
	a = must(t, a, err)
	// Three months after 30 November is the last of February.
	for _, c := range []struct {
		on   calendar.Date
		good bool
	}{{day(2026, 2, 28), true}, {day(2026, 3, 1), false}} {
		at := c.on.Midnight().Add(3 * time.Hour)
		got, err := a.Review(first(at))
		if c.good {
			must(t, got, err)
		} else {
			refused(t, got, err, fault.Conflict, onboarding.CodeExtractOld)
		}
	}
}
