// SPDX-License-Identifier: Apache-2.0

package payment

import "fmt"

// State is where a payment stands. The values are stored: they are never renumbered or reused.
//
// Source: reference/reliability.md 2.1, completed by reference decisions B21.
type State uint8

// The states of a payment. None is the state before the first row.
const (
	None       State = 0
	Issued     State = 1 // a code is shown and nobody has scanned it
	Sent       State = 2 // the intent is durable; the wallet is being asked
	Unknown    State = 3 // asked, and no signed answer says what happened
	Success    State = 4 // charged, and credited to the merchant
	Failed     State = 5 // a signed F, or refused before anything was sent
	Cancelling State = 6 // a cancel is intended; nothing credits the merchant any more
	Cancelled  State = 7 // nothing is charged, or everything was given back
	Refunding  State = 8 // charged, and too late to cancel: a refund of our own is under way
	Tombstone  State = 9 // cancelled before it was ever asked for
)

var stateNames = [...]string{"none", "issued", "sent", "unknown", "success", "failed", "cancelling", "cancelled", "refunding",
	"tombstone"}

// String is the state in lower case.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// Final reports whether no change leaves the state. Success is not final: a cancel may still come.
func (s State) Final() bool { return s == Failed || s == Cancelled || s == Tombstone }

// edges are the legal changes of a payment's state. Whatever is not here is a damaged journal or a programmer's error.
var edges = map[State][]State{
	None:       {Issued, Sent, Failed, Tombstone},
	Issued:     {Sent, Failed, Cancelled},
	Sent:       {Success, Failed, Unknown, Cancelling},
	Unknown:    {Success, Failed, Cancelling},
	Success:    {Cancelling},
	Cancelling: {Cancelled, Refunding},
	Refunding:  {Cancelled},
}

// Legal reports whether a payment may go from one state to another.
func Legal(from, to State) bool {
	for _, s := range edges[from] {
		if s == to {
			return true
		}
	}
	return false
}

// RefundState is where a refund stands. The values are stored: they are never renumbered or reused.
type RefundState uint8

// The states of a refund.
const (
	RefundNone    RefundState = 0
	RefundSent    RefundState = 1 // reserved; the wallet is being asked
	RefundUnknown RefundState = 2 // asked, no answer: it is asked again under the same id until there is one
	RefundSuccess RefundState = 3
	RefundFailed  RefundState = 4
)

var refundStateNames = [...]string{"none", "sent", "unknown", "success", "failed"}

// String is the state in lower case.
func (s RefundState) String() string {
	if int(s) < len(refundStateNames) {
		return refundStateNames[s]
	}
	return fmt.Sprintf("refund state %d", uint8(s))
}

// Open reports whether the wallet must still be asked.
func (s RefundState) Open() bool { return s == RefundSent || s == RefundUnknown }

// Live reports whether the refund's amount is reserved or given back.
func (s RefundState) Live() bool { return s == RefundSent || s == RefundUnknown || s == RefundSuccess }

// LegalRefund reports whether a refund may go from one state to another.
func LegalRefund(from, to RefundState) bool {
	switch from {
	case RefundNone:
		return to == RefundSent || to == RefundFailed
	case RefundSent:
		return to == RefundUnknown || to == RefundSuccess || to == RefundFailed
	case RefundUnknown:
		return to == RefundSuccess || to == RefundFailed
	}
	return false
}
