// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"fmt"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Severity says what a finding means for an approval.
type Severity uint8

// The severities. The zero Severity is none.
const (
	_      Severity = iota
	Note            // worth knowing; hinders nothing
	Review          // a person must look at it and say why it may pass
	Block           // nobody may let it pass: the form must change
)

var severityNames = [...]string{"", "note", "review", "block"}

// Valid reports whether s is one of the severities.
func (s Severity) Valid() bool { return s >= Note && s <= Block }

// String is the severity's name in lower case, or the empty text.
func (s Severity) String() string {
	if s.Valid() {
		return severityNames[s]
	}
	return ""
}

// Finding is what one check has to say about one field.
//
// Invariant: Text is one sentence and names no natural person.
type Finding struct {
	Check    string
	Severity Severity
	Field    string
	Text     string
	Cleared  Clearance
}

// Clearance is why a finding for review may pass, and who says so. The zero Clearance is none.
type Clearance struct {
	By     PersonID
	At     time.Time
	Reason string
}

// Open reports whether a finding still stands in the way of an approval.
func (f Finding) Open() bool {
	return f.Severity == Block || f.Severity == Review && f.Cleared == Clearance{}
}

// same reports whether two findings say the same, whatever a person has said of either.
func (f Finding) same(g Finding) bool {
	f.Cleared, g.Cleared = Clearance{}, Clearance{}
	return f == g
}

// Examination is one run of all checks over one form. The zero Examination is none.
type Examination struct {
	Of       Digest
	At       time.Time
	Findings []Finding
}

// The checks of this package.
const (
	checkDocuments   = "documents"
	checkExtract     = "register_extract"
	checkRestricted  = "restricted_category"
	checkTrade       = "licensed_trade"
	checkDeclaration = "declaration"
	checkVolume      = "expected_volume"
	checkTier        = "tier"
	checkTax         = "tax_number"
)

// Check is what this package has to say about a form on a day, in the order of the form.
func Check(f Form, today calendar.Date) []Finding {
	var list []Finding
	for _, w := range f.Missing(today) {
		list = append(list, Finding{Check: checkDocuments, Severity: Block, Field: fieldOf(w.Store, "documents"),
			Text: fmt.Sprintf("The document %s is missing or no longer valid.", w.Kind)})
	}
	if !f.extractGood(today) {
		list = append(list, Finding{Check: checkExtract, Severity: Block, Field: "documents",
			Text: "The register extract is missing or older than three months."})
	}
	list = append(list, f.restricted()...)
	for _, s := range f.Stores {
		trade, _ := TradeOf(f.category(s))
		for _, k := range trade.Ask {
			list = append(list, Finding{Check: checkTrade, Severity: Review, Field: fieldOf(s.Reference, "mcc"),
				Text: fmt.Sprintf("Whether a %s needs the document %s depends on its hours or goods.", trade.Name, k)})
		}
	}
	list = append(list, f.declared()...)
	list = append(list, f.volume()...)
	if f.Entity.TaxNumber == "" {
		list = append(list, Finding{Check: checkTax, Severity: Note, Field: "entity.taxNumber",
			Text: "There is no invoice number: receipts of this merchant are no qualified invoices."})
	}
	return list
}

func (f Form) restricted() []Finding {
	var list []Finding
	codes := []struct{ field, mcc string }{{"mcc", f.MCC}}
	for _, s := range f.Stores {
		if s.MCC != "" {
			codes = append(codes, struct{ field, mcc string }{fieldOf(s.Reference, "mcc"), s.MCC})
		}
	}
	for _, c := range codes {
		if r, ok := RestrictionOf(c.mcc, f.Channel); ok {
			list = append(list, Finding{Check: checkRestricted, Severity: r.Severity, Field: c.field,
				Text: fmt.Sprintf("The category %s (%s) is restricted.", r.MCC, r.Name)})
		}
	}
	return list
}

func (f Form) declared() []Finding {
	var list []Finding
	for _, d := range []struct {
		set      bool
		severity Severity
		field    string
		text     string
	}{
		{f.Declared.Adult, Block, "declared.adult", "Adult entertainment is restricted."},
		{f.Declared.MultiLevel, Block, "declared.multiLevel", "Multi-level marketing is restricted."},
		{f.Declared.Terminated, Review, "declared.terminated", "Another acquirer has ended its contract."},
	} {
		if d.set {
			list = append(list, Finding{Check: checkDeclaration, Severity: d.severity, Field: d.field, Text: d.text})
		}
	}
	return list
}

// volume compares what the applicant expects with what its tier allows, where both are in one currency.
func (f Form) volume() []Finding {
	var list []Finding
	limits, ok := f.Tier.Default()
	if ok && f.Tier != NewTier && f.Previous.IsZero() {
		list = append(list, Finding{Check: checkTier, Severity: Review, Field: "tier",
			Text: "A first application asks for more than the limits of a new merchant."})
	}
	if !ok || f.Ticket.IsZero() || f.Monthly.IsZero() || f.Ticket.Currency() != limits.PerPayment.Currency() ||
		f.Monthly.Currency() != limits.PerMonth.Currency() {
		return list
	}
	if f.Ticket.Compare(limits.PerPayment) > 0 {
		list = append(list, Finding{Check: checkVolume, Severity: Review, Field: "ticket",
			Text: "The average payment expected is above the tier's limit for one payment."})
	}
	if f.Monthly.Compare(limits.PerMonth) > 0 {
		list = append(list, Finding{Check: checkVolume, Severity: Review, Field: "monthly",
			Text: "The volume expected in a month is above the tier's limit."})
	}
	return list
}

func fieldOf(store, field string) string {
	if store == "" {
		return field
	}
	return "stores[" + store + "]." + field
}

// Open are the findings that stand in the way of an approval, those that block first.
func (e Examination) Open() []Finding {
	list := slices.DeleteFunc(slices.Clone(e.Findings), func(f Finding) bool { return !f.Open() })
	slices.SortStableFunc(list, func(f, g Finding) int { return int(g.Severity) - int(f.Severity) })
	return list
}

// examined is the outcome of all checks over the form at a time. What a person cleared stays cleared as long as the
// form is the same to the last field: the same sentence about another bank account is another finding.
func (a Application) examined(now time.Time, more []Finding) Examination {
	e := Examination{Of: a.Digest(), At: now, Findings: Check(a.Form, calendar.TokyoDay(now))}
	for _, f := range more {
		invariant.Check(f.Severity.Valid() && f.Check != "" && f.Text != "", "onboarding: a finding without %s",
			"check, severity or text")
		f.Cleared = Clearance{}
		e.Findings = append(e.Findings, f)
	}
	if a.Examination.Of != e.Of {
		return e
	}
	for i, f := range e.Findings {
		if before := slices.IndexFunc(a.Examination.Findings, f.same); before >= 0 {
			e.Findings[i].Cleared = a.Examination.Findings[before].Cleared
		}
	}
	return e
}
