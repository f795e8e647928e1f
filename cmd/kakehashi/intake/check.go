// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Finding is what a check has to say of a row that is written all the same.
type Finding struct {
	Row      int64
	Column   Column
	Severity onboarding.Severity
	Check    string
	Text     string
}

// Terms are what rows are checked against.
type Terms struct {
	Holder access.Holder
	Plan   merchant.PlanID // of rows that name none; empty: each must
	Plans  func(merchant.PlanID) bool
	Strict bool // findings for review are flaws
}

// What texts may be at most, as flow.Put has it.
//
// Units: bytes.
const (
	referenceMax = 64
	nameMax      = 256
)

// The values of columns that are empty.
const (
	regionHere   = "JP"
	currencyHere = "JPY"
)

// check fills in what a row says of its merchant and its store, and finds what is wrong with it.
func (t *Terms) check(r *row) {
	t.merchant(r)
	t.store(r)
	if len(r.flaws) > 0 {
		return // what is malformed would be found a second time, in other words
	}
	for _, f := range findings(r) {
		switch {
		case f.Severity == onboarding.Block:
			r.flaw(f.Column, CodeFindingBlocks, f.Text)
		case f.Severity == onboarding.Review && t.Strict:
			r.flaw(f.Column, CodeFindingStrict, f.Text)
		default:
			r.findings = append(r.findings, f)
		}
	}
	r.merchant.ID = merchant.NameOf(t.Holder.Lane, t.Holder.ID, r.merchant.Reference)
	r.store.Merchant = r.merchant.ID
}

func (t *Terms) merchant(r *row) {
	m := &r.merchant
	m.Holder, m.Status = t.Holder.ID, merchant.Live
	m.Reference = r.named(MerchantReference, referenceMax)
	m.Name = r.named(Name, nameMax)
	m.MCC = r.category(MCC)
	if m.MCC == "" && r.texts[MCC] == "" {
		r.flaw(MCC, CodeCellMissing, "is missing")
	}
	m.Region = regionHere
	if text := narrow(r.texts[Region]); text != "" {
		if m.Region = strings.ToUpper(text); len(text) != 2 || !letters(m.Region) {
			r.flaw(Region, CodeCellMalformed, "must be two letters of ISO 3166-1")
		}
	}
	m.Prefecture = r.prefecture(Prefecture)
	switch {
	case m.Region == regionHere && r.texts[Prefecture] == "":
		r.flaw(Prefecture, CodeCellMissing, "is missing: in Japan a merchant is in a prefecture")
	case m.Region != regionHere && r.texts[Prefecture] != "":
		r.flaw(Prefecture, CodeCellMalformed, "must be empty outside Japan")
	}
	currency := currencyHere
	if text := r.texts[Currency]; text != "" {
		currency = strings.ToUpper(narrow(text))
	}
	var err error
	if m.Currency, err = money.ParseCurrency(currency); err != nil {
		r.flaw(Currency, CodeCellMalformed, "must be a currency of ISO 4217")
	}
	t.plan(r)
}

func (t *Terms) plan(r *row) {
	m := &r.merchant
	m.Plan = merchant.PlanID(r.texts[Plan])
	if m.Plan == "" {
		m.Plan = t.Plan
	}
	switch {
	case m.Plan == "":
		r.flaw(Plan, CodeCellMissing, "is missing, and no plan was given for rows without one")
	case !t.Plans(m.Plan):
		r.flaw(Plan, CodePlanUnknown, "there is no plan of this name: see kakehashi merchants plan")
	}
}

func (t *Terms) store(r *row) {
	for c := StoreReference; c < Columns; c++ {
		r.hasStore = r.hasStore || r.texts[c] != ""
	}
	if !r.hasStore {
		return
	}
	r.store.Reference = r.named(StoreReference, referenceMax)
	r.store.Name = r.named(StoreName, nameMax)
	r.store.MCC = r.category(StoreMCC)
	if r.place = r.prefecture(StorePrefecture); r.place > 0 && r.merchant.Region != regionHere {
		r.flaw(StorePrefecture, CodeCellMalformed, "must be empty outside Japan")
	}
}

// named is a text that must be there.
func (r *row) named(c Column, most int) string {
	text := r.texts[c]
	switch {
	case text == "":
		r.flaw(c, CodeCellMissing, "is missing")
	case len(text) > most:
		r.flaw(c, CodeCellMalformed, "must not be longer than "+decimal(most)+" bytes of UTF-8")
	}
	return text
}

// category is four digits, or empty.
func (r *row) category(c Column) string {
	text := narrow(r.texts[c])
	if _, err := strconv.ParseUint(text, 10, 16); text != "" && (err != nil || len(text) != 4) {
		r.flaw(c, CodeCellMalformed, "must be four digits of ISO 18245")
	}
	return text
}

// prefecture is a number of JIS X 0401, or 0 for an empty cell. The prefecture's Japanese name is read too.
func (r *row) prefecture(c Column) int {
	text := r.texts[c]
	if text == "" {
		return 0
	}
	code, err := strconv.Atoi(strings.TrimPrefix(narrow(text), "JP-"))
	if p, ok := japan.PrefectureIn(text); ok && p.Name == text {
		return p.Code
	}
	if _, ok := japan.PrefectureOf(code); err != nil || !ok {
		r.flaw(c, CodeCellMalformed, "must be 1 to 47, of JIS X 0401, or a prefecture's Japanese name")
		return 0
	}
	return code
}

// narrow is a text with its wide digits and letters narrow.
func narrow(text string) string {
	if ascii(text) {
		return text
	}
	return norm.NFKC.String(text)
}

func letters(text string) bool {
	for i := range len(text) {
		if text[i] < 'A' || text[i] > 'Z' {
			return false
		}
	}
	return true
}

// findings are what the country's checks say of a row that is well formed. A row is checked as a corporation's when
// it has a corporate number or a legal name. The payout account is no part of a file, so what is said of it is left
// out.
func findings(r *row) []Finding {
	var list []Finding
	add := func(severity onboarding.Severity, c Column, check, text string) {
		list = append(list, Finding{Row: r.record.row, Column: c, Severity: severity, Check: check, Text: text})
	}
	form, opened := formOf(r)
	for _, f := range japan.Check(form, opened) {
		if c, ok := columnOf(f); ok {
			add(f.Severity, c, f.Check, f.Text)
		}
	}
	if form.Entity.Kind == onboarding.SoleProprietor && form.Entity.Region == regionHere && opened.PostalCode != "" {
		// For a reviewer a sole proprietor's code is sealed; whoever brings the file can mend it.
		if _, err := japan.ParsePostalCode(opened.PostalCode); err != nil {
			add(onboarding.Block, PostalCode, "postal_code", "The postal code is not seven digits.")
		}
	}
	for _, c := range []Column{MCC, StoreMCC} {
		if restriction, ok := onboarding.RestrictionOf(narrow(r.texts[c]), form.Channel); ok {
			add(restriction.Severity, c, "restricted_category", "The category "+restriction.MCC+" ("+restriction.Name+
				") is restricted.")
		}
	}
	return list
}

// formOf is a row as an application is checked.
func formOf(r *row) (onboarding.Form, japan.Opened) {
	m, text := &r.merchant, &r.texts
	f := onboarding.Form{MCC: m.MCC, Channel: onboarding.FaceToFace, Entity: onboarding.Entity{
		Kind: onboarding.SoleProprietor, Region: m.Region, Prefecture: m.Prefecture, TaxNumber: text[InvoiceNumber]}}
	var opened japan.Opened
	if text[CorporateNumber] != "" || text[LegalName] != "" {
		e := &f.Entity
		e.Kind, e.Number = onboarding.Corporation, text[CorporateNumber]
		e.LegalName, e.LegalKana = text[LegalName], text[NameKana]
		e.PostalCode, e.Address, e.Phone = text[PostalCode], text[Address], text[Phone]
	} else {
		opened.PostalCode, opened.Phone = text[PostalCode], text[Phone]
	}
	if !r.hasStore {
		return f, opened
	}
	s := onboarding.Store{Reference: r.store.Reference, Name: r.store.Name, Kana: text[StoreNameKana],
		Latin: text[StoreNameLatin], MCC: r.store.MCC, PostalCode: text[StorePostalCode], Address: text[StoreAddress],
		Phone: text[StorePhone], Prefecture: m.Prefecture}
	if r.place > 0 {
		s.Prefecture = r.place
	}
	if s.PostalCode == "" {
		s.PostalCode = text[PostalCode]
	}
	if s.Phone == "" {
		s.Phone = text[Phone]
	}
	f.Stores = []onboarding.Store{s}
	return f, opened
}

// found are the columns that the checks speak of: a merchant's, a store's.
var found = map[string][2]Column{
	"corporate_number": {CorporateNumber, CorporateNumber}, "invoice_number": {InvoiceNumber, InvoiceNumber},
	"kana": {NameKana, StoreNameKana}, "latin_name": {StoreNameLatin, StoreNameLatin}, "category": {MCC, StoreMCC},
	"postal_code": {PostalCode, StorePostalCode}, "address": {Address, StoreAddress}, "phone": {Phone, StorePhone},
}

// columnOf is the column that a finding is about; ok is false for what no column holds.
func columnOf(f onboarding.Finding) (Column, bool) {
	pair, ok := found[f.Check]
	if strings.HasPrefix(f.Field, "stores[") {
		return pair[1], ok
	}
	return pair[0], ok
}
