// SPDX-License-Identifier: Apache-2.0

// Package audit checks a store against what the documents say must hold, with SQL and arithmetic of its own.
//
// It reads only, some rows at a time, and knows nothing of the code that wrote them but the formats of journal
// rows. An Auditor folds the journal: it recomputes the chain, follows each payment and refund through its states,
// and books what each row must have moved. Step reads the rows that are new; Sweep compares the tables with the
// fold, in the other direction. Full is both. Each finding names an invariant, a table, a row and an amount.
//
// What nobody can see from the store alone is said in the report: rows that were rewritten together with all hashes
// after them are "consistent"; only signed heads that left the machine (witness.go) make them "unaltered".
//
// Read finding.go, audit.go, fold.go, legal.go, posting.go, then sweep.go.
package audit

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// Books is a store opened for reading only.
//
// Concurrency: one caller at a time.
type Books struct{ *source }

// Open opens the store at a location: a path of a SQLite file, "memory:NAME" for a store that lives in this
// process, or a postgres:// URL. Nothing is written there, ever.
//
// Errors: Invalid audit_location_malformed; Unavailable audit_store_unreadable.
func Open(ctx context.Context, location string) (*Books, error) {
	s, err := openSource(ctx, location, "")
	if err != nil {
		return nil, err
	}
	return &Books{source: s}, nil
}

// Close lets go of the connection.
func (b *Books) Close() { b.close() }

// Options say what an audit compares besides the books, and whom it tells how far it is.
type Options struct {
	Witness  []Head         // heads whose signatures were verified: ReadWitness
	Shelf    string         // location of the projections, as store.OpenShelf derives it; empty: they are not checked
	Families int            // payments remembered at once; 0: a quarter of a million. Others are read again
	Progress func(Progress) // after each page; may be nil
}

// Progress says how far an audit is in a lane.
type Progress struct {
	Lane  ident.Lane
	N, Of int64 // journal rows read, and to be read
}

// familiesMax is how many payments are remembered unless the options say otherwise.
const familiesMax = 1 << 18

// Full reads everything once, consistent up to where the lanes stood together when it began.
//
// Errors: Unavailable audit_store_unreadable. What is wrong in the books is no error but a finding.
func (b *Books) Full(ctx context.Context, o Options) (Report, error) {
	a := b.Auditor(o)
	if _, err := a.Step(ctx); err != nil {
		return Report{}, err
	}
	if _, err := a.Sweep(ctx); err != nil {
		return Report{}, err
	}
	return a.Report(), nil
}

// Auditor keeps what it has folded, so that a step costs what is new.
//
// Concurrency: one caller at a time.
type Auditor struct {
	books   *Books
	options Options

	findings findings
	given    int // findings that were returned
	counts   Counts
	swept    bool
	shelved  bool

	lanes    []*lane // in the order of their numbers
	families families
	facts    catalogue
	texts    map[string]string
	marks    map[uint64]familyKey // beginning of a payer's code's mark → the payment it paid
}

// Auditor is an auditor that has read nothing yet.
func (b *Books) Auditor(o Options) *Auditor {
	if o.Families <= 0 {
		o.Families = familiesMax
	}
	return &Auditor{books: b, options: o, families: families{max: max(o.Families/2, 1)}, texts: map[string]string{},
		marks: map[uint64]familyKey{}}
}

func (a *Auditor) add(f Finding) { a.findings.add(f) }

func (a *Auditor) found(invariant, table, row, message string) {
	a.findings.add(Finding{Invariant: invariant, Table: table, Row: row, Message: message})
}

// fresh are the findings that no call has returned yet.
func (a *Auditor) fresh() []Finding {
	fresh := a.findings.all[a.given:]
	a.given = len(a.findings.all)
	return fresh
}

// Step reads and checks the journal rows that are new since the last step, and returns what it found in them. It
// reads no old row again, save those of payments that it had to forget.
//
// Errors: Unavailable audit_store_unreadable: the auditor has stopped between two rows, begin with another one.
func (a *Auditor) Step(ctx context.Context) ([]Finding, error) {
	if err := a.survey(ctx); err != nil {
		return nil, err
	}
	for _, l := range a.lanes {
		if err := a.catchUp(ctx, l); err != nil {
			return nil, err
		}
	}
	return a.fresh(), nil
}

// catchUp folds a lane up to its cut.
func (a *Auditor) catchUp(ctx context.Context, l *lane) error {
	for l.n < l.cut.n {
		page, err := a.books.page(ctx, l)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		if err := a.fold(ctx, l, page); err != nil {
			return err
		}
		if a.options.Progress != nil {
			a.options.Progress(Progress{Lane: l.id, N: l.n, Of: l.cut.n})
		}
	}
	a.end(l)
	a.compare(l)
	return nil
}
