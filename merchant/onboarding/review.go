// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the refusals around review and approval.
const (
	CodeExaminationStale fault.Code = "examination_stale"     // the checks saw another form, or ran over 24 hours ago
	CodeFindingBlocks    fault.Code = "finding_blocks"        // something found that nobody may let pass
	CodeFindingOpen      fault.Code = "finding_open"          // something found that nobody has judged yet
	CodeFindingUnknown   fault.Code = "finding_unknown"       // no such finding
	CodeFindingNotClear  fault.Code = "finding_not_clearable" // a note, or what blocks
	CodeApprovalOther    fault.Code = "approval_of_another"   // an approval of something else than what is applied for
	CodeApprovalOld      fault.Code = "approval_old"          // an approval given more than 24 hours ago
	CodeContractUnnamed  fault.Code = "contract_unnamed"      // no contract, or another than was sent
)

// Consent is a person's word on exactly one form.
type Consent struct {
	Digest Digest    // of what the person saw
	At     time.Time // when they gave their word
}

// Approval is a consent that was accepted. The zero Approval is none.
type Approval struct {
	By     PersonID
	Digest Digest
	At     time.Time
}

// Review begins the review. Nothing that was asked for and nothing that every form needs may be missing.
//
// Errors: those of every step; Conflict documents_missing, register_extract_old.
func (a Application) Review(act Act) (Application, error) {
	next, err := a.take(StepReview, act)
	if err != nil {
		return Application{}, err
	}
	today := calendar.TokyoDay(act.At)
	if len(a.Wanted) > 0 || len(a.Form.Missing(today)) > 0 {
		return Application{}, refuse(StepReview, fault.Conflict, CodeDocumentsMissing,
			"documents that are asked for or needed are missing")
	}
	if !a.Form.extractGood(today) {
		return Application{}, refuse(StepReview, fault.Conflict, CodeExtractOld,
			"documents hold no register extract of the last three months")
	}
	next.Due = calendar.Date{}
	next.touch(act.By)
	return next, nil
}

// Examine runs every check of this package over the form, and keeps what it and others found: the checks of a
// country, the screening of lists.
//
// Errors: those of every step. Invariant: each finding has a check, a severity and a text.
func (a Application) Examine(others []Finding, act Act) (Application, error) {
	next, err := a.take(StepExamine, act)
	if err != nil {
		return Application{}, err
	}
	next.Examination = a.examined(act.At, others)
	if act.Side != Clock {
		next.touch(act.By)
	}
	return next, nil
}

// Clear says why a finding for review may pass. What blocks cannot be cleared.
//
// Errors: those of every step; NotFound finding_unknown; Conflict finding_not_clearable; Invalid reasons_missing.
func (a Application) Clear(check, field, reason string, act Act) (Application, error) {
	next, err := a.take(StepClear, act)
	if err != nil {
		return Application{}, err
	}
	if err := reasoned(StepClear, []string{reason}); err != nil {
		return Application{}, err
	}
	found := false
	for i, f := range next.Examination.Findings {
		if f.Check != check || f.Field != field {
			continue
		}
		if f.Severity != Review {
			return Application{}, refuse(StepClear, fault.Conflict, CodeFindingNotClear,
				"finding is a "+f.Severity.String()+", and only a review can be cleared")
		}
		next.Examination.Findings[i].Cleared = Clearance{By: act.By, At: act.At, Reason: reason}
		found = true
	}
	if !found {
		return Application{}, refuse(StepClear, fault.NotFound, CodeFindingUnknown, "finding is not among those found")
	}
	next.touch(act.By)
	next.decide(StepClear, a.State, act, reason)
	return next, nil
}

// sound says whether the last examination saw exactly this form within 24 hours and left nothing open.
//
// Errors: Conflict examination_stale, finding_blocks, finding_open.
func (a Application) sound(step Step, now time.Time) error {
	if a.Examination.Of != a.Digest() || !fresh(a.Examination.At, now) {
		return refuse(step, fault.Conflict, CodeExaminationStale,
			"examination must have seen this form within the last 24 hours")
	}
	open := a.Examination.Open()
	if len(open) == 0 {
		return nil
	}
	code := CodeFindingOpen
	if open[0].Severity == Block {
		code = CodeFindingBlocks
	}
	return refuse(step, fault.Conflict, code, open[0].Check+" on "+open[0].Field+" stands in the way")
}

// consented says whether a consent is to exactly this form, and young enough.
//
// Errors: Conflict approval_of_another, approval_old.
func (a Application) consented(step Step, c Consent, now time.Time) error {
	if c.Digest != a.Digest() {
		return refuse(step, fault.Conflict, CodeApprovalOther, "digest is not that of the application as it is now")
	}
	if !fresh(c.At, now) {
		return refuse(step, fault.Conflict, CodeApprovalOld, "the approval must be given within the last 24 hours")
	}
	return nil
}

// Approve is the first approval.
//
// Errors: those of every step; Conflict examination_stale, finding_blocks, finding_open, approval_of_another,
// approval_old; Invalid reasons_missing.
func (a Application) Approve(c Consent, reasons []string, act Act) (Application, error) {
	next, err := a.take(StepApprove, act)
	if err != nil {
		return Application{}, err
	}
	for _, refusal := range []error{reasoned(StepApprove, reasons), a.consented(StepApprove, c, act.At),
		a.sound(StepApprove, act.At)} {
		if refusal != nil {
			return Application{}, refusal
		}
	}
	next.First = Approval{By: act.By, Digest: c.Digest, At: c.At}
	next.touch(act.By)
	next.decide(StepApprove, a.State, act, reasons...)
	return next, nil
}

// Return takes the first approval back: the application is in review again.
//
// Errors: those of every step; Invalid reasons_missing.
func (a Application) Return(reasons []string, act Act) (Application, error) {
	next, err := a.take(StepReturn, act)
	if err != nil {
		return Application{}, err
	}
	if err := reasoned(StepReturn, reasons); err != nil {
		return Application{}, err
	}
	next.First = Approval{}
	next.touch(act.By)
	next.decide(StepReturn, a.State, act, reasons...)
	return next, nil
}

// Confirm is the last approval, by somebody who had no hand in the application, and sends the contract.
//
// Errors: those of every step; Denied four_eyes_missing; Conflict examination_stale, finding_blocks, finding_open,
// approval_of_another, approval_old (of either approval); Invalid contract_unnamed, reasons_missing.
func (a Application) Confirm(c Consent, contract string, reasons []string, act Act) (Application, error) {
	next, err := a.take(StepConfirm, act)
	if err != nil {
		return Application{}, err
	}
	if slices.Contains(a.Hands, act.By) || a.First.By == "" || act.By == a.First.By {
		return Application{}, refuse(StepConfirm, fault.Denied, CodeFourEyes,
			"actor had a hand in this application and may not give it the last approval")
	}
	if !written(contract) {
		return Application{}, refuse(StepConfirm, fault.Invalid, CodeContractUnnamed, "contract must be named")
	}
	first := Consent{Digest: a.First.Digest, At: a.First.At}
	for _, refusal := range []error{reasoned(StepConfirm, reasons), a.consented(StepConfirm, first, act.At),
		a.consented(StepConfirm, c, act.At), a.sound(StepConfirm, act.At)} {
		if refusal != nil {
			return Application{}, refusal
		}
	}
	next.Last = Approval{By: act.By, Digest: c.Digest, At: c.At}
	next.Contract = Contract{Version: contract, SentAt: act.At}
	next.VerifiedOn = calendar.TokyoDay(act.At)
	next.decide(StepConfirm, a.State, act, reasons...)
	return next, nil
}

// Reject ends an application with reasons.
//
// Errors: those of every step; Invalid reasons_missing.
func (a Application) Reject(reasons []string, act Act) (Application, error) {
	return a.reasonedStep(StepReject, reasons, act)
}

// reasonedStep is a step that needs nothing but a reason.
func (a Application) reasonedStep(step Step, reasons []string, act Act) (Application, error) {
	next, err := a.take(step, act)
	if err != nil {
		return Application{}, err
	}
	if err := reasoned(step, reasons); err != nil {
		return Application{}, err
	}
	next.decide(step, a.State, act, reasons...)
	return next, nil
}
