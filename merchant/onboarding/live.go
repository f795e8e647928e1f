// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Codes of the refusals around a merchant that is, was or will be live.
const (
	CodeVerificationOverdue fault.Code = "verification_overdue" // over a year since anybody looked
	CodeVerificationNotDue  fault.Code = "verification_not_due" // the house suspends for nothing else
)

// Accept is the merchant's signature under the contract that was sent: it is live.
//
// Errors: those of every step; Invalid contract_unnamed; Denied four_eyes_missing, when whoever approved also signs;
// Conflict verification_overdue. Invariant: two different people approved exactly this form.
func (a Application) Accept(contract string, act Act) (Application, error) {
	next, err := a.take(StepAccept, act)
	if err != nil {
		return Application{}, err
	}
	if contract != a.Contract.Version {
		return Application{}, refuse(StepAccept, fault.Invalid, CodeContractUnnamed,
			"contract must be the version that was sent")
	}
	if act.By == a.First.By || act.By == a.Last.By {
		return Application{}, refuse(StepAccept, fault.Denied, CodeFourEyes,
			"actor approved the application and may not sign for the merchant")
	}
	if a.overdue(calendar.TokyoDay(act.At)) {
		return Application{}, refuse(StepAccept, fault.Conflict, CodeVerificationOverdue,
			"the verification is over a year old")
	}
	digest := a.Digest()
	invariant.Check(a.First.By != "" && a.Last.By != "" && a.First.By != a.Last.By && a.First.Digest == digest &&
		a.Last.Digest == digest, "onboarding: %v goes live without two approvals of its form", a.ID)
	next.Contract.AcceptedBy, next.Contract.AcceptedAt = act.By, act.At
	next.decide(StepAccept, a.State, act)
	return next, nil
}

// Verify is the yearly look: with an examination that leaves nothing open, the merchant is good for another year.
//
// Errors: those of every step; Conflict examination_stale, finding_blocks, finding_open; Invalid reasons_missing.
func (a Application) Verify(reasons []string, act Act) (Application, error) {
	next, err := a.reasonedStep(StepVerify, reasons, act)
	if err != nil {
		return Application{}, err
	}
	if err := a.sound(StepVerify, act.At); err != nil {
		return Application{}, err
	}
	next.VerifiedOn = calendar.TokyoDay(act.At)
	next.touch(act.By)
	return next, nil
}

// Suspend stops new payments; refunds and cancels go on. The house itself may do it only when a verification is
// overdue.
//
// Errors: those of every step; Invalid reasons_missing; Conflict verification_not_due.
func (a Application) Suspend(reasons []string, act Act) (Application, error) {
	next, err := a.reasonedStep(StepSuspend, reasons, act)
	if err != nil {
		return Application{}, err
	}
	if act.Side == Clock && !a.overdue(calendar.TokyoDay(act.At)) {
		return Application{}, refuse(StepSuspend, fault.Conflict, CodeVerificationNotDue,
			"the verification is good until "+a.VerificationDue().String())
	}
	next.SuspendedBy = act.By
	return next, nil
}

// Resume lets payments in again, by somebody else than who stopped them, once nothing found stands in the way.
//
// Errors: those of every step; Denied four_eyes_missing; Conflict verification_overdue, examination_stale,
// finding_blocks, finding_open; Invalid reasons_missing.
func (a Application) Resume(reasons []string, act Act) (Application, error) {
	next, err := a.reasonedStep(StepResume, reasons, act)
	if err != nil {
		return Application{}, err
	}
	if act.By == a.SuspendedBy {
		return Application{}, refuse(StepResume, fault.Denied, CodeFourEyes,
			"actor suspended the merchant and may not resume it")
	}
	if a.overdue(calendar.TokyoDay(act.At)) {
		return Application{}, refuse(StepResume, fault.Conflict, CodeVerificationOverdue,
			"the verification is over a year old")
	}
	if err := a.sound(StepResume, act.At); err != nil {
		return Application{}, err
	}
	next.SuspendedBy = ""
	return next, nil
}

// Terminate ends a contract for good.
//
// Errors: those of every step; Invalid reasons_missing.
func (a Application) Terminate(reasons []string, act Act) (Application, error) {
	return a.reasonedStep(StepTerminate, reasons, act)
}
