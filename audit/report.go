// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// Counts say how much was checked.
type Counts struct {
	Rows, Transfers, Accounts   int64 // of the journal
	Payments, Refunds           int64 // first rows, each with its own row
	Conversions, Quotes         int64 // recomputed
	Fees, FeesUnsure            int64 // recomputed; not, since the contract has changed since
	LinesUnsure                 int64 // refunds below zero whose credit line may have been another
	Balances, Claims            int64
	Acts, Facts, Sealed, Events int64
	Again                       int64 // payments that were forgotten and read again
}

// Standing is how far a lane was read.
type Standing struct {
	Lane   ident.Lane
	N      int64       // journal rows
	Head   ledger.Hash // hash of the last one
	At     time.Time   // time of the last one
	Sealed time.Time   // the last quarter hour that is sealed; zero: none
	Proven Head        // the last signed head that the journal agrees with; zero: none
}

// Report is what an audit found, and what it looked at.
type Report struct {
	Findings []Finding // the first ten thousand
	More     int64     // found beyond them
	Counts   Counts
	Lanes    []Standing
	Swept    bool // the tables were compared too
	Shelf    bool // the projections' events were compared too
}

// OK reports whether nothing was found.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// Report is everything found so far. A lane's time is that of its last row.
func (a *Auditor) Report() Report {
	r := Report{Findings: append([]Finding{}, a.findings.all...), More: a.findings.more, Counts: a.counts, Swept: a.swept,
		Shelf: a.swept && a.shelved}
	for _, l := range a.lanes {
		s := Standing{Lane: l.id, N: l.n, Head: l.head, At: time.UnixMicro(l.at).UTC(), Proven: l.proven}
		if l.sealed > 0 {
			s.Sealed = time.UnixMicro(l.sealed).UTC()
		}
		r.Lanes = append(r.Lanes, s)
	}
	return r
}

// String is the report as text: one line for each finding, one for each lane, one for what was checked and one for
// what a store alone cannot show.
func (r Report) String() string {
	var b strings.Builder
	for _, f := range r.Findings {
		b.WriteString(f.String() + "\n")
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "and %d findings more\n", r.More)
	}
	for _, s := range r.Lanes {
		fmt.Fprintf(&b, "lane %d: %d rows, %s", s.Lane, s.N, s.trust(len(r.Findings)))
		if !s.Sealed.IsZero() {
			fmt.Fprintf(&b, ", sealed until %s", s.Sealed.Format(time.RFC3339))
		}
		b.WriteString("\n")
	}
	c := &r.Counts
	fmt.Fprintf(&b, "checked: %d journal rows, %d transfers, %d accounts, %d payments, %d refunds, %d conversions, "+
		"%d quotes, %d fees, %d balances, %d claims, %d acts, %d facts, %d sealed records, %d events\n",
		c.Rows, c.Transfers, c.Accounts, c.Payments, c.Refunds, c.Conversions, c.Quotes, c.Fees, c.Balances, c.Claims,
		c.Acts, c.Facts, c.Sealed, c.Events)
	if c.FeesUnsure+c.LinesUnsure > 0 {
		fmt.Fprintf(&b, "not checked: %d fees and %d credit lines whose contract was written after the payment\n",
			c.FeesUnsure, c.LinesUnsure)
	}
	b.WriteString("not to be seen in the store: " + r.unseen() + "\n")
	return b.String()
}

func (s *Standing) trust(findings int) string {
	switch {
	case s.Proven.N > 0:
		at := time.UnixMicro(s.Proven.At).UTC().Format(time.RFC3339)
		return fmt.Sprintf("unaltered up to row %d, of %s", s.Proven.N, at)
	case findings == 0:
		return "consistent"
	}
	return "not consistent"
}

// unseen names the invariants that need more than the store.
func (r Report) unseen() string {
	list := "I-08 (the wallets' own books), I-14 to I-16 (settlement), I-18 (other orders of the same facts), " +
		"I-20 (what callers were told)"
	if !r.Shelf {
		list = "I-17 (the projections), " + list
	}
	return list
}
