// SPDX-License-Identifier: Apache-2.0

// Package onboarding says how a merchant comes to be paid through the network, and under which conditions it stays.
//
// An Application holds a Form (what is applied for) and where its review stands. Each step is a pure function: the
// application and an Act (who, from which side, when) go in, the next application or a named refusal comes out; nothing
// is changed in place. Nobody who had a hand in an application gives it the last approval, an approval names the
// digest of exactly what it approves, and a finding that blocks can be mended but not waived. No natural person is
// named here: what is personal is a token of the vault. Checks that only one country knows live in a folder of their
// own (japan).
//
// Read form.go first, then step.go for the table of steps, then review.go.
package onboarding

import (
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// ID names an application: the digest of (holder, reference) in the holder's lane.
type ID = ident.ID

const (
	kind       ident.Kind = "application"
	digestKind ident.Kind = "application_form"
)

// NameOf is the id of the application that a holder calls by a reference.
func NameOf(lane ident.Lane, holder ident.Holder, reference string) ID {
	return ident.Name(lane, kind, string(holder), reference)
}

// Token stands for a personal datum in the vault. It is opaque: nothing can be read from it.
type Token string

// PersonID names whoever acts, as the edge that signed them in knows them; it is no name of a natural person.
type PersonID string

// Side says for whom a person acts.
type Side uint8

// The sides. The zero Side may do nothing.
const (
	_         Side = iota
	Applicant      // the merchant, or the holder that brings it
	Staff          // the operator's people
	Clock          // the house itself, when a date has passed
)

var sideNames = [...]string{"", "applicant", "staff", "clock"}

// String is the side's name in lower case, or the empty text.
func (s Side) String() string {
	if int(s) < len(sideNames) {
		return sideNames[s]
	}
	return ""
}

// Act is who takes a step, and when.
type Act struct {
	By   PersonID
	Side Side
	At   time.Time
}

// Application is a form and where its review stands. The zero Application is no application: Open makes one.
//
// Invariant: a value that a step answered shares no list with the value the step was given.
type Application struct {
	ID    ID
	Form  Form
	State State
	At    time.Time // of the last step

	Hands       []PersonID // whoever opened, changed, submitted, examined, reviewed or first approved it; in order
	Wanted      []Want     // documents asked for, in order
	Due         calendar.Date
	Examination Examination
	First, Last Approval
	Contract    Contract
	VerifiedOn  calendar.Date // the day of the last approval or of the last verification since
	SuspendedBy PersonID
	Decisions   []Decision // in order, never removed
}

// Contract is what was sent to the merchant and accepted.
type Contract struct {
	Version    string
	SentAt     time.Time
	AcceptedBy PersonID
	AcceptedAt time.Time
}

// Decision is a step with consequences, kept with its reasons.
//
// Invariant: Findings are those that stood when it was taken. Reasons name no natural person.
type Decision struct {
	Step     Step
	From, To State
	By       PersonID
	At       time.Time
	Digest   Digest // of the form it was about
	Reasons  []string
	Findings []Finding
}

// clone shares no list that a step appends to or changes.
func (a Application) clone() Application {
	a.Hands = slices.Clone(a.Hands)
	a.Wanted = slices.Clone(a.Wanted)
	a.Examination.Findings = slices.Clone(a.Examination.Findings)
	a.Decisions = slices.Clone(a.Decisions)
	return a
}

// touch remembers that a person had a hand in the application.
func (a *Application) touch(by PersonID) {
	if !slices.Contains(a.Hands, by) {
		a.Hands = append(a.Hands, by)
	}
}

// decide keeps a decision and its reasons.
func (a *Application) decide(step Step, from State, act Act, reasons ...string) {
	a.Decisions = append(a.Decisions, Decision{Step: step, From: from, To: a.State, By: act.By, At: act.At,
		Digest: a.Digest(), Reasons: slices.Clone(reasons), Findings: slices.Clone(a.Examination.Findings)})
}
