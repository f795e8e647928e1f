// SPDX-License-Identifier: Apache-2.0

package people

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// ProposedFor is how long a proposal holds, and an approval.
//
// Source: decision 34.
const ProposedFor = 24 * time.Hour

// PayloadMax is the longest payload of a proposal. Units: bytes.
const PayloadMax = 64 << 10

// Codes of the refusals of two-person control.
const (
	CodeNeedsNoTwo        fault.Code = "act_needs_one_person"
	CodePayloadMalformed  fault.Code = "payload_malformed"
	CodeApprovalOwn       fault.Code = "approval_of_ones_own"
	CodeApprovalDiffers   fault.Code = "approval_of_something_else"
	CodeProposalExpired   fault.Code = "proposal_expired"
	CodeApprovalExpired   fault.Code = "approval_expired"
	CodeProposalUsed      fault.Code = "proposal_used"
	CodeProposalWithdrawn fault.Code = "proposal_withdrawn"
)

// Order is what a proposal proposes: an act somewhere, and everything it needs in a canonical encoding.
type Order struct {
	Act     Act
	Where   Scope
	Payload []byte
}

// Digest is over exactly what will happen: the act, the place and the payload, each with its length.
func (o Order) Digest() Digest {
	text := []byte("kakehashi order 1\x00")
	for _, part := range [][]byte{[]byte(o.Act), []byte(o.Where.Holder), []byte(o.Where.Store), o.Payload} {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}

// Proposal is an order that waits for another person.
//
// Invariant: ID names the order, its proposer and the time; the same order can be proposed again later.
type Proposal struct {
	ID        ident.ID
	Order     Order
	By        ident.ID
	At        time.Time
	Used      time.Time // zero: nothing has happened yet
	Withdrawn time.Time // zero: not withdrawn
}

// Approval is another person's consent to exactly one order.
type Approval struct {
	Proposal ident.ID
	Digest   Digest
	By       ident.ID
	At       time.Time
}

// Propose puts an order before another person.
//
// Errors: Denied as May; Invalid act_needs_one_person, payload_malformed.
func Propose(lane ident.Lane, by Account, o Order, at time.Time) (Proposal, error) {
	const op = "people.Propose"
	switch {
	case !o.Act.NeedsTwo():
		return Proposal{}, refuse(op, fault.Invalid, CodeNeedsNoTwo, string(o.Act)+" needs one person only")
	case len(o.Payload) == 0 || len(o.Payload) > PayloadMax:
		return Proposal{}, refuse(op, fault.Invalid, CodePayloadMalformed, "payload must be 1 to 65536 bytes")
	}
	if err := May(by, o.Act, o.Where); err != nil {
		return Proposal{}, fault.Wrap(op, err)
	}
	digest := o.Digest()
	o.Payload = bytes.Clone(o.Payload)
	id := ident.Name(lane, ident.Proposal, string(digest[:]), by.Person.ID.String(), strconv.FormatInt(at.UnixMicro(),
		10))
	return Proposal{ID: id, Order: o, By: by.Person.ID, At: at}, nil
}

// Approve consents to a proposal whose order has the digest that the approver saw.
//
// Errors: as Consent.Decide, but for approval_expired.
func (p Proposal) Approve(proposer, approver Account, saw Digest, at time.Time) (Approval, error) {
	const op = "people.Approve"
	a := Approval{Proposal: p.ID, Digest: saw, By: approver.Person.ID, At: at}
	if _, err := (Consent{Proposal: p, Approval: a, Proposer: proposer, Approver: approver}).Decide(at); err != nil {
		return Approval{}, fault.Wrap(op, err)
	}
	return a, nil
}

// Withdraw takes a proposal back: its proposer does, before it is used.
//
// Errors: Denied act_not_granted; Conflict proposal_used.
func (p Proposal) Withdraw(by Account, at time.Time) (Proposal, error) {
	const op = "people.Withdraw"
	switch {
	case by.Person.ID != p.By:
		return Proposal{}, refuse(op, fault.Denied, CodeActNotGranted, "only the proposer can withdraw a proposal")
	case !p.Used.IsZero():
		return Proposal{}, refuse(op, fault.Conflict, CodeProposalUsed, "what was proposed has happened")
	case p.Withdrawn.IsZero():
		p.Withdrawn = at
	}
	return p, nil
}

// Consent is a proposal with its approval and the two people as they are now.
type Consent struct {
	Proposal Proposal
	Approval Approval
	Proposer Account
	Approver Account
}

// Decide is the proposal used, when both people still may, agree on one order, and neither step is too old. The
// movement that does what was proposed calls it in the transaction in which it does it.
//
// Errors: Conflict proposal_used, proposal_withdrawn, proposal_expired, approval_expired; Denied approval_of_ones_own,
// approval_of_something_else, and as May for either person.
func (c Consent) Decide(at time.Time) (Proposal, error) {
	const op = "people.Consent"
	p, a := c.Proposal, c.Approval
	expired := func(since time.Time) bool { return at.Before(since) || !at.Before(since.Add(ProposedFor)) }
	switch {
	case !p.Used.IsZero():
		return Proposal{}, refuse(op, fault.Conflict, CodeProposalUsed, "what was proposed has happened")
	case !p.Withdrawn.IsZero():
		return Proposal{}, refuse(op, fault.Conflict, CodeProposalWithdrawn, "the proposal was withdrawn")
	case expired(p.At):
		return Proposal{}, refuse(op, fault.Conflict, CodeProposalExpired, "a proposal holds for 24 hours")
	case expired(a.At) || a.At.Before(p.At):
		return Proposal{}, refuse(op, fault.Conflict, CodeApprovalExpired, "an approval holds for 24 hours")
	case a.By == p.By:
		return Proposal{}, refuse(op, fault.Denied, CodeApprovalOwn, "another person must approve")
	case a.Proposal != p.ID || !a.Digest.Equal(p.Order.Digest()),
		c.Proposer.Person.ID != p.By, c.Approver.Person.ID != a.By:
		return Proposal{}, refuse(op, fault.Denied, CodeApprovalDiffers, "the approval is of something else")
	}
	for _, account := range []Account{c.Proposer, c.Approver} {
		if err := May(account, p.Order.Act, p.Order.Where); err != nil {
			return Proposal{}, fault.Wrap(op, err)
		}
	}
	p.Used = at
	return p, nil
}
