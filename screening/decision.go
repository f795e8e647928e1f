// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"slices"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Ruling is what a person found out about a hit. The zero Ruling decides nothing.
type Ruling uint8

// The rulings.
const (
	Undecided Ruling = iota
	FalsePositive
	TrueMatch
)

// Decision is a person's word on whether a subject is an entry. It holds for as long as neither changes: both are
// named by their digests.
type Decision struct {
	Subject  Digest
	Entry    string
	Version  Digest // of the entry
	Ruling   Ruling
	Reviewer string // who, as the house names its people
	Reason   string
	At       time.Time
}

// Decide is the decision about the entry of one of a verdict's hits, from what d says of ruling, reviewer, reason and
// time.
//
// Errors: NotFound screening_hit_missing; Invalid screening_decision.
func (v Verdict) Decide(entry string, d Decision) (Decision, error) {
	at := slices.IndexFunc(v.Hits, func(h Hit) bool { return h.Entry == entry })
	if at < 0 {
		return Decision{}, &fault.Error{Op: "screening.Decide", Kind: fault.NotFound, Code: CodeHitMissing,
			Detail: "entry must be one of the verdict's hits"}
	}
	blank := strings.TrimSpace(d.Reviewer) == "" || strings.TrimSpace(d.Reason) == "" || d.At.IsZero()
	if blank || d.Ruling != FalsePositive && d.Ruling != TrueMatch {
		return Decision{}, &fault.Error{Op: "screening.Decide", Kind: fault.Invalid, Code: CodeDecision,
			Detail: "ruling, reviewer, reason and at must be given"}
	}
	d.Subject, d.Entry, d.Version = v.Subject, entry, v.Hits[at].Version
	return d, nil
}

// about reports whether a decision is about this hit of this subject, as both are now.
func (d *Decision) about(subject Digest, h *Hit) bool {
	return d.Subject == subject && d.Entry == h.Entry && d.Version == h.Version
}

// With is the verdict after the decisions that hold: what was found false is cleared, what was found true blocks. Of
// two about one hit the later counts, of two at one instant the graver.
func (v Verdict) With(decisions []Decision) Verdict {
	if v.Level == Unscreened {
		return v
	}
	hits := slices.Concat(v.Hits, v.Cleared)
	v.Hits, v.Cleared = nil, nil
	for i := range hits {
		h := hits[i]
		switch ruling(decisions, v.Subject, &h) {
		case FalsePositive:
			v.Cleared = append(v.Cleared, h)
		case TrueMatch:
			h.Level = Block
			v.Hits = append(v.Hits, h)
		case Undecided:
			v.Hits = append(v.Hits, h)
		}
	}
	v.settle()
	return v
}

func ruling(decisions []Decision, subject Digest, h *Hit) Ruling {
	var last *Decision
	for i := range decisions {
		d := &decisions[i]
		if !d.about(subject, h) || d.Ruling == Undecided {
			continue
		}
		if last == nil || d.At.After(last.At) || d.At.Equal(last.At) && d.Ruling > last.Ruling {
			last = d
		}
	}
	if last == nil {
		return Undecided
	}
	return last.Ruling
}
