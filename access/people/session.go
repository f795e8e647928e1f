// SPDX-License-Identifier: Apache-2.0

package people

import (
	"io"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// How long a session lives.
//
// Source: OWASP ASVS 5.0.0, 7.3.1, 7.3.2 and 7.5.3.
const (
	IdleFor     = 30 * time.Minute // without a request
	DeskFor     = 12 * time.Hour   // of people at pages and commands
	TillFor     = 30 * 24 * time.Hour
	FreshFor    = 5 * time.Minute // a proof, for the acts of the step-up table
	touchedEach = time.Minute     // how exactly the last request is remembered
)

// Codes of the refusals of sessions.
const (
	CodeSessionEnded   fault.Code = "session_ended"
	CodeSessionIdle    fault.Code = "session_idle"
	CodeSessionExpired fault.Code = "session_expired"
	CodeSessionStale   fault.Code = "session_stale" // password, roles or status changed since
	CodeStepUpNeeded   fault.Code = "step_up_needed"
	CodeMendingOnly    fault.Code = "session_mends_only"
	CodeTillOnly       fault.Code = "till_session_only"
	CodeTillMalformed  fault.Code = "till_session_malformed"
)

// Sort says what a session is for.
type Sort string

// The sorts of sessions.
const (
	Desk Sort = "desk" // pages and commands
	Till Sort = "till" // a device in one store, with the cashier's acts only
	Mend Sort = "mend" // the pages of one's own credentials, after a recovery
)

// Ending says why a session ended.
type Ending string

// The endings. Changes of password, roles or status end sessions through the person's Stamp instead.
const (
	SignedOut Ending = "signed_out"
	Replaced  Ending = "replaced" // by one under a new name, after a proof
)

// Session is a person who has proved who they are, to one browser, device or command.
//
// Invariant: ID is the digest of a secret of 256 bits that only the other side has. Stamp is the person's at the proof.
type Session struct {
	ID       Digest
	Sort     Sort
	Person   ident.ID
	Till     Scope // of a till: its holder and store
	Stamp    int64
	Methods  []Method
	Began    time.Time // of the sign-in, whatever was proved again since
	Proved   time.Time
	Seen     time.Time
	Ended    time.Time // zero: not ended
	Why      Ending
	Address  Digest // where it began, for the audit row
	Agent    Digest // the user agent's
	Revision int64
}

// From is where a request comes from, as digests that the audit row keeps.
type From struct {
	Address Digest
	Agent   Digest
}

// Begin opens a session for a person who proved who they are, under a new secret.
//
// Errors: Denied as Able and Suffice; Unavailable sign_in_entropy_failed.
func Begin(a Account, from From, methods []Method, at time.Time, entropy io.Reader) (Session, Secret, error) {
	const op = "people.Begin"
	if err := a.Able(); err != nil {
		return Session{}, Secret{}, fault.Wrap(op, err)
	}
	mending, err := Suffice(methods...)
	if err != nil {
		return Session{}, Secret{}, fault.Wrap(op, err)
	}
	secret, err := NewToken(entropy)
	if err != nil {
		return Session{}, Secret{}, err
	}
	s := Session{ID: secret.Digest(), Sort: Desk, Person: a.Person.ID, Stamp: a.Person.Stamp,
		Methods: slices.Clone(methods),
		Began:   at, Proved: at, Seen: at, Address: from.Address, Agent: from.Agent}
	if mending {
		s.Sort = Mend
	}
	return s, secret, nil
}

// Bind opens a till's session from the session of somebody who may bind tills there and has just proved it. Nobody
// needs to sign in at that device for TillFor, and it can do what a cashier of that store can, no more.
//
// Errors: as Session.May with the act BindTill; Invalid till_session_malformed without a holder and a store.
func Bind(s Session, a Account, till Scope, at time.Time, entropy io.Reader) (Session, Secret, error) {
	const op = "people.Bind"
	if till.Holder == House || till.Holder == "" || till.Store == "" {
		return Session{}, Secret{}, refuse(op, fault.Invalid, CodeTillMalformed, "a till needs a holder and a store")
	}
	if err := s.May(a, BindTill, till, at); err != nil {
		return Session{}, Secret{}, fault.Wrap(op, err)
	}
	secret, err := NewToken(entropy)
	if err != nil {
		return Session{}, Secret{}, err
	}
	bound := Session{ID: secret.Digest(), Sort: Till, Person: a.Person.ID, Till: till, Stamp: a.Person.Stamp,
		Methods: slices.Clone(s.Methods), Began: at, Proved: s.Proved, Seen: at, Address: s.Address, Agent: s.Agent}
	return bound, secret, nil
}

// span is how long the session may rest, and how long it may last.
func (s Session) span() (idle, whole time.Duration) {
	if s.Sort == Till {
		return TillFor, TillFor // a shop that was closed for a week opens without its owner
	}
	return IdleFor, DeskFor
}

// Live says whether the session still holds for its person.
//
// Errors: Unauthenticated session_ended, session_stale, session_expired, session_idle; Denied as Able.
func (s Session) Live(a Account, at time.Time) error {
	const op = "people.Live"
	gone := func(code fault.Code, detail string) error { return refuse(op, fault.Unauthenticated, code, detail) }
	idle, whole := s.span()
	switch {
	case !s.Ended.IsZero() || s.ID.IsZero() || s.Person != a.Person.ID:
		return gone(CodeSessionEnded, "the session has ended")
	case a.Able() != nil:
		return fault.Wrap(op, a.Able())
	case s.Stamp != a.Person.Stamp:
		return gone(CodeSessionStale, "password, roles or credentials changed since the session began")
	case !at.Before(s.Began.Add(whole)):
		return gone(CodeSessionExpired, "the session is over its longest time")
	case !at.Before(s.Seen.Add(idle)):
		return gone(CodeSessionIdle, "the session was not used for too long")
	}
	return nil
}

// Touch is the session after a request, and whether that must be saved: it is remembered to the minute.
func (s Session) Touch(at time.Time) (touched Session, changed bool) {
	if at.Sub(s.Seen) < touchedEach {
		return s, false
	}
	s.Seen = at
	return s, true
}

// Fresh says whether an act may be done without another proof now.
//
// Errors: Denied step_up_needed.
func (s Session) Fresh(act Act, at time.Time) error {
	if !act.NeedsFreshProof() || s.Recent(at) {
		return nil
	}
	return refuse("people.Fresh", fault.Denied, CodeStepUpNeeded, string(act)+" needs a proof of the last 5 minutes")
}

// Recent reports whether the person of a desk's session proved who they are within FreshFor. A recovery is no such
// proof.
func (s Session) Recent(at time.Time) bool {
	mending, err := Suffice(s.Methods...)
	return err == nil && !mending && s.Sort == Desk && !at.Before(s.Proved) && at.Before(s.Proved.Add(FreshFor))
}

// May says whether the person of a session may do an act somewhere now. A till does what a cashier does in its own
// store.
//
// Errors: as Live, May and Fresh, in this order; Denied session_mends_only, till_session_only.
func (s Session) May(a Account, act Act, where Scope, at time.Time) error {
	const op = "people.SessionMay"
	if err := s.Live(a, at); err != nil {
		return fault.Wrap(op, err)
	}
	switch {
	case s.Sort == Mend:
		return refuse(op, fault.Denied, CodeMendingOnly, "this session is for mending one's credentials only")
	case s.Sort == Till && (where != s.Till || !Grants(Cashier, act)):
		return refuse(op, fault.Denied, CodeTillOnly, "this session is for the till of one store only")
	}
	if err := May(a, act, where); err != nil {
		return fault.Wrap(op, err)
	}
	return s.Fresh(act, at)
}

// Prove puts a session of the same sign-in under a new secret into the place of this one, after its person proved
// again who they are. It lasts no longer than the old one would have.
//
// Errors: as Live; Denied proof_too_weak; Unavailable sign_in_entropy_failed.
func (s Session) Prove(a Account, methods []Method, at time.Time, entropy io.Reader) (Renewed, error) {
	const op = "people.Prove"
	if err := s.Live(a, at); err != nil {
		return Renewed{}, fault.Wrap(op, err)
	}
	mending, err := Suffice(methods...)
	if err != nil || mending || s.Sort != Desk {
		return Renewed{}, refuse(op, fault.Denied, CodeProofTooWeak,
			"a passkey, or password and code, at a session of a desk")
	}
	return s.renew(a, methods, at, entropy)
}

// Renewed is a session in the place of another.
type Renewed struct {
	Old, New Session
	Secret   Secret
}

// Mended continues a session after its person changed their credentials by themselves: the change ended all
// sessions, and this browser gets one under a new secret. What was proved together with the new credential opens a
// full session.
//
// Invariant: a is the account after the change, and s held before it.
// Errors: Denied proof_too_weak, when the methods do not suffice; Unavailable sign_in_entropy_failed.
func (s Session) Mended(a Account, methods []Method, at time.Time, entropy io.Reader) (Renewed, error) {
	if mending, err := Suffice(methods...); err != nil || mending || s.Sort == Till {
		return Renewed{}, refuse("people.Mended", fault.Denied, CodeProofTooWeak,
			"the new credential does not suffice alone")
	}
	return s.renew(a, methods, at, entropy)
}

func (s Session) renew(a Account, methods []Method, at time.Time, entropy io.Reader) (Renewed, error) {
	secret, err := NewToken(entropy)
	if err != nil {
		return Renewed{}, err
	}
	next := s
	next.ID, next.Sort, next.Stamp, next.Methods = secret.Digest(), Desk, a.Person.Stamp, slices.Clone(methods)
	next.Proved, next.Seen, next.Revision = at, at, 0
	return Renewed{Old: s.End(Replaced, at), New: next, Secret: secret}, nil
}

// End is the session ended. One that has ended already stays as it was.
func (s Session) End(why Ending, at time.Time) Session {
	if s.Ended.IsZero() {
		s.Ended, s.Why = at, why
	}
	return s
}
