// SPDX-License-Identifier: Apache-2.0

package people

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// Event is what an audit row tells of.
type Event string

// The events that signing in adds to the journal's.
const (
	SignIn            Event = "sign_in"
	SignOut           Event = "sign_out"
	StepUp            Event = "step_up"
	InvitationTaken   Event = "invitation_accepted"
	PasswordSet       Event = "password_set"
	AuthenticatorSet  Event = "authenticator_set"
	PasskeyAdded      Event = "passkey_added"
	PasskeyDropped    Event = "passkey_dropped"
	PasskeyCountBack  Event = "passkey_count_back" // look at it: the authenticator may have been copied
	CodesMade         Event = "recovery_codes_made"
	CodeUsed          Event = "recovery_code_used"
	RecoveryCompleted Event = "recovery_completed"
	RecoveryStopped   Event = "recovery_stopped"
	TillBound         Event = "till_bound"
	ActRefused        Event = "act_refused"
)

// Row is one line of the audit log: who, what, to whom, when, from where, and how it ended.
//
// Invariant: it is appended and never changed. Who is zero where nobody was proved. It holds no personal datum:
// where from is a keyed digest of the address.
type Row struct {
	Who     ident.ID
	What    Event
	Subject string // an act, a holder, a credential's digest; may be empty
	At      time.Time
	From    From
	Outcome fault.Code // empty: it was done
}

// Changes are what is saved together, whole or not at all.
//
// Invariant: a row is saved only over the stored one of the same Revision (zero: there is none yet) and has the next
// then. So of two who spend one code, one invitation or one token at a time, one is refused.
type Changes struct {
	Accounts    []Account
	Rosters     []Roster // only their Holder and Revision are saved: nobody else decided from them meanwhile
	Sessions    []Session
	Invitations []Invitation
	Recoveries  []Recovery
	Throttles   []Throttle
	Audit       []Row
}

// Codes of the refusals to save changes; nothing of them was saved then.
const (
	CodeOvertaken   fault.Code = "changes_overtaken" // somebody else's came before
	CodeHandleTaken fault.Code = "handle_taken"      // another person signs in with that name
)
