// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"slices"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the refusals that every step shares.
const (
	CodeStepIllegal    fault.Code = "step_illegal"      // the application is in a state that this step does not leave
	CodeActorUnnamed   fault.Code = "actor_unnamed"     // nobody is named who acts
	CodeActorMayNot    fault.Code = "actor_may_not"     // this side may not take this step
	CodeActOutOfOrder  fault.Code = "act_out_of_order"  // the act is earlier than the last one
	CodeReasonsMissing fault.Code = "reasons_missing"   // a decision without a reason
	CodeFourEyes       fault.Code = "four_eyes_missing" // whoever had a hand in it may not have the last word
)

// State says how far an application has come.
type State string

// The states. The zero State is none.
const (
	Draft           State = "draft"
	Submitted       State = "submitted"
	DocumentsWanted State = "documents_wanted"
	InReview        State = "in_review"
	Approved        State = "approved"      // by one; waits for the last approval
	ContractSent    State = "contract_sent" // approved by two; waits for the merchant
	Live            State = "live"
	Suspended       State = "suspended"
	Rejected        State = "rejected"
	Withdrawn       State = "withdrawn"
	Lapsed          State = "lapsed" // documents were not brought in time
	Terminated      State = "terminated"
)

// States are all states, in the order in which an application may meet them.
func States() []State {
	return []State{Draft, Submitted, DocumentsWanted, InReview, Approved, ContractSent, Live, Suspended, Rejected,
		Withdrawn, Lapsed, Terminated}
}

// Valid reports whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Final reports whether no step leaves the state. A new application may name a final one as its previous.
func (s State) Final() bool { return s == Rejected || s == Withdrawn || s == Lapsed || s == Terminated }

// MayBePaid reports whether the merchant takes part in new payments.
func (s State) MayBePaid() bool { return s == Live }

// Step is what is done to an application.
type Step string

// The steps.
const (
	StepEdit      Step = "edit"
	StepSubmit    Step = "submit"
	StepWant      Step = "want"
	StepBring     Step = "bring"
	StepReview    Step = "review"
	StepExamine   Step = "examine"
	StepClear     Step = "clear"
	StepApprove   Step = "approve"
	StepReturn    Step = "return"
	StepConfirm   Step = "confirm"
	StepAccept    Step = "accept"
	StepReject    Step = "reject"
	StepWithdraw  Step = "withdraw"
	StepLapse     Step = "lapse"
	StepVerify    Step = "verify"
	StepSuspend   Step = "suspend"
	StepResume    Step = "resume"
	StepTerminate Step = "terminate"
)

// Transition is one legal move, and the sides that may make it.
type Transition struct {
	Step     Step
	From, To State
	By       []Side
}

// transitions is every legal move. What else must hold is in the function of the step.
var transitions = [...]Transition{
	{StepEdit, Draft, Draft, []Side{Applicant, Staff}},
	{StepEdit, Submitted, Submitted, []Side{Applicant, Staff}},
	{StepEdit, DocumentsWanted, DocumentsWanted, []Side{Applicant, Staff}},
	{StepEdit, InReview, InReview, []Side{Applicant, Staff}},
	{StepEdit, Approved, InReview, []Side{Applicant, Staff}}, // what was approved is no longer there
	{StepBring, Draft, Draft, []Side{Applicant, Staff}},
	{StepBring, Submitted, Submitted, []Side{Applicant, Staff}},
	{StepBring, DocumentsWanted, DocumentsWanted, []Side{Applicant, Staff}},
	{StepBring, InReview, InReview, []Side{Applicant, Staff}},
	{StepSubmit, Draft, Submitted, []Side{Applicant, Staff}},
	{StepWant, Submitted, DocumentsWanted, []Side{Staff}},
	{StepWant, InReview, DocumentsWanted, []Side{Staff}},
	{StepReview, Submitted, InReview, []Side{Staff}},
	{StepReview, DocumentsWanted, InReview, []Side{Staff}},
	{StepExamine, InReview, InReview, []Side{Staff, Clock}},
	{StepClear, InReview, InReview, []Side{Staff}},
	{StepApprove, InReview, Approved, []Side{Staff}},
	{StepReturn, Approved, InReview, []Side{Staff}},
	{StepConfirm, Approved, ContractSent, []Side{Staff}},
	{StepAccept, ContractSent, Live, []Side{Applicant}},
	{StepReject, Submitted, Rejected, []Side{Staff}},
	{StepReject, DocumentsWanted, Rejected, []Side{Staff}},
	{StepReject, InReview, Rejected, []Side{Staff}},
	{StepReject, Approved, Rejected, []Side{Staff}},
	{StepReject, ContractSent, Rejected, []Side{Staff}},
	{StepWithdraw, Draft, Withdrawn, []Side{Applicant}},
	{StepWithdraw, Submitted, Withdrawn, []Side{Applicant}},
	{StepWithdraw, DocumentsWanted, Withdrawn, []Side{Applicant}},
	{StepWithdraw, InReview, Withdrawn, []Side{Applicant}},
	{StepWithdraw, Approved, Withdrawn, []Side{Applicant}},
	{StepWithdraw, ContractSent, Withdrawn, []Side{Applicant}},
	{StepLapse, DocumentsWanted, Lapsed, []Side{Staff, Clock}},
	{StepExamine, Live, Live, []Side{Staff, Clock}},
	{StepExamine, Suspended, Suspended, []Side{Staff, Clock}},
	{StepClear, Live, Live, []Side{Staff}},
	{StepClear, Suspended, Suspended, []Side{Staff}},
	{StepVerify, Live, Live, []Side{Staff}},
	{StepVerify, Suspended, Suspended, []Side{Staff}},
	{StepBring, Live, Live, []Side{Applicant, Staff}},
	{StepBring, Suspended, Suspended, []Side{Applicant, Staff}},
	{StepSuspend, Live, Suspended, []Side{Staff, Clock}},
	{StepResume, Suspended, Live, []Side{Staff}},
	{StepTerminate, Live, Terminated, []Side{Staff, Applicant}},
	{StepTerminate, Suspended, Terminated, []Side{Staff, Applicant}},
}

// Transitions are all legal moves.
func Transitions() []Transition {
	list := slices.Clone(transitions[:])
	for i := range list {
		list[i].By = slices.Clone(list[i].By)
	}
	return list
}

// take is the application after a step, as far as the table knows it: a copy in the new state at the act's time.
//
// Errors: Invalid actor_unnamed; Conflict step_illegal, act_out_of_order; Denied actor_may_not.
func (a Application) take(step Step, act Act) (Application, error) {
	if act.By == "" {
		return Application{}, refuse(step, fault.Invalid, CodeActorUnnamed, "the actor must be named")
	}
	for _, t := range transitions {
		if t.Step != step || t.From != a.State {
			continue
		}
		if !slices.Contains(t.By, act.Side) {
			return Application{}, refuse(step, fault.Denied, CodeActorMayNot,
				"the actor's side may not "+string(step)+" an application that is "+string(a.State))
		}
		if act.At.IsZero() || act.At.Before(a.At) {
			return Application{}, refuse(step, fault.Conflict, CodeActOutOfOrder,
				"the time of the act is before that of the last step")
		}
		next := a.clone()
		next.State, next.At = t.To, act.At
		return next, nil
	}
	return Application{}, refuse(step, fault.Conflict, CodeStepIllegal,
		"the state of the application, "+string(a.State)+", does not allow to "+string(step)+" it")
}

func refuse(step Step, kind fault.Kind, code fault.Code, detail string) error {
	return &fault.Error{Op: "onboarding." + string(step), Kind: kind, Code: code, Detail: detail}
}

// reasoned says whether there is a reason, and each is a sentence of bearable length.
//
// Errors: Invalid reasons_missing.
func reasoned(step Step, reasons []string) error {
	if len(reasons) == 0 || len(reasons) > reasonsMax || !written(reasons...) {
		return refuse(step, fault.Invalid, CodeReasonsMissing,
			"reasons must be 1 to 20 sentences of at most 200 characters each")
	}
	return nil
}

const reasonsMax = 20
