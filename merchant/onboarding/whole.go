// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// CodeFormIncomplete is the code of a form that lacks what every review needs, or holds what cannot be.
const CodeFormIncomplete fault.Code = "form_incomplete"

// What a form may hold at most.
//
// Units: texts in characters.
const (
	textMax      = 200
	storesMax    = 1_000
	peopleMax    = 50
	documentsMax = 5_000
)

// check says what makes a form unfit to be submitted at all: the first field that is wrong. Whatever a reviewer can
// judge is a finding instead.
//
// Errors: Invalid form_incomplete, naming the field.
func (f Form) check() error {
	for _, check := range []func() (field, rule string){f.checkEntity, f.checkTrade, f.checkPeople, f.checkStores,
		f.checkDocuments, f.checkAccount} {
		if field, rule := check(); field != "" {
			return &fault.Error{Op: "onboarding.Submit", Kind: fault.Invalid, Code: CodeFormIncomplete, Subject: field,
				Detail: field + " " + rule}
		}
	}
	return nil
}

func (f Form) checkEntity() (field, rule string) {
	e := f.Entity
	private := e.LegalName + e.LegalKana + e.PostalCode + e.Address + e.Phone + e.Number
	switch {
	case ident.CheckName("holder", string(f.Holder)) != nil:
		return "holder", "must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -"
	case !written(f.Reference):
		return "reference", mustBeWritten
	case e.Kind != Corporation && e.Kind != SoleProprietor:
		return "entity.kind", "must be corporation or sole_proprietor"
	case e.Kind == Corporation && !written(e.LegalName, e.LegalKana, e.Address, e.PostalCode, e.Phone, e.Number):
		return "entity", "of a corporation needs its name, reading, register number, postal code, address and phone"
	case e.Kind == Corporation && e.Sealed != "":
		return "entity.sealed", "must be empty for a corporation"
	case e.Kind == SoleProprietor && e.Sealed == "":
		return "entity.sealed", "must be the token of the sole proprietor's name, address and phone"
	case e.Kind == SoleProprietor && private != "":
		return "entity", "of a sole proprietor must not be written in clear"
	case !capitals(e.Region):
		return "entity.region", "must be two capital letters"
	case e.Prefecture < 0 || e.Prefecture > 47 || (e.Prefecture > 0) != (e.Region == "JP"):
		return "entity.prefecture", "must be 1 to 47 in Japan, and 0 elsewhere"
	case utf8.RuneCountInString(e.TaxNumber) > textMax:
		return "entity.taxNumber", mustBeWritten
	}
	return "", ""
}

func (f Form) checkTrade() (field, rule string) {
	switch {
	case !written(f.TradeName):
		return "tradeName", mustBeWritten
	case !category(f.MCC):
		return "mcc", "must be four digits"
	case f.Channel != FaceToFace && f.Channel != Online && f.Channel != Both:
		return "channel", "must be face_to_face, online or both"
	case !f.Tier.Valid():
		return "tier", "must be new, standard or trusted"
	case ident.CheckName("plan", f.Plan) != nil:
		return "plan", "must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -"
	case !f.Ticket.Positive() || !f.Monthly.Positive():
		return "ticket and monthly", "must be above zero"
	case f.Ticket.Currency() != f.Monthly.Currency():
		return "ticket and monthly", "must be in one currency"
	case !written(f.Declared.AntiSocialText) || f.Declared.Signer == "" || f.Declared.SignedAt.IsZero():
		return "declared", "must name the text, the signer and the time of the declaration on anti-social forces"
	}
	return "", ""
}

func (f Form) checkPeople() (field, rule string) {
	if len(f.People) > peopleMax {
		return "people", fmt.Sprintf("must be at most %d", peopleMax)
	}
	represented := false
	for i, p := range f.People {
		if p.Sealed == "" || p.Sum == (Sum{}) || p.Role != Representative && p.Role != Owner {
			return fmt.Sprintf("people[%d]", i), "must have a role, a token and its digest"
		}
		represented = represented || p.Role == Representative
	}
	if !represented {
		return "people", "must hold a representative"
	}
	return "", ""
}

func (f Form) checkStores() (field, rule string) {
	if len(f.Stores) < 1 || len(f.Stores) > storesMax {
		return "stores", fmt.Sprintf("must be 1 to %d", storesMax)
	}
	seen := map[string]bool{}
	for i, s := range f.Stores {
		field := fmt.Sprintf("stores[%d]", i)
		switch {
		case !written(s.Reference, s.Name, s.Address, s.PostalCode):
			return field, "must have a reference, a name, a postal code and an address"
		case utf8.RuneCountInString(s.Kana+s.Latin+s.Phone) > textMax:
			return field, "is longer than may be"
		case seen[s.Reference]:
			return field + ".reference", "must differ from the other stores'"
		case s.MCC != "" && !category(s.MCC):
			return field + ".mcc", "must be four digits or empty"
		case s.Prefecture < 0 || s.Prefecture > 47:
			return field + ".prefecture", "must be 1 to 47, or 0 outside Japan"
		}
		seen[s.Reference] = true
	}
	return "", ""
}

func (f Form) checkDocuments() (field, rule string) {
	if len(f.Documents) > documentsMax {
		return "documents", fmt.Sprintf("must be at most %d", documentsMax)
	}
	for i, d := range f.Documents {
		if rule := f.wrongDocument(d); rule != "" {
			return fmt.Sprintf("documents[%d]", i), rule
		}
	}
	return "", ""
}

func (f Form) wrongDocument(d Document) (rule string) {
	known := slices.ContainsFunc(f.Stores, func(s Store) bool { return s.Reference == d.Store })
	switch {
	case !d.Kind.Valid():
		return "must be of a known kind"
	case d.Sealed == "" || d.Sum == (Sum{}) || !d.IssuedOn.Valid():
		return "must have a token, a digest and the day it was issued"
	case d.ExpiresOn != (calendar.Date{}) && !d.ExpiresOn.Valid():
		return "must expire on a day there is, or on none"
	case d.Store != "" && !known:
		return "must be about a store of the form"
	}
	return ""
}

func (f Form) checkAccount() (field, rule string) {
	a := f.Account
	if !written(a.Bank) || a.Sealed == "" || a.Sum == (Sum{}) || utf8.RuneCountInString(a.Branch) > textMax {
		return "account", "must name a bank, and the token and digest of its number and holder"
	}
	return "", ""
}

const mustBeWritten = "must be written, in at most 200 characters"

func written(texts ...string) bool {
	for _, t := range texts {
		if t == "" || !utf8.ValidString(t) || utf8.RuneCountInString(t) > textMax {
			return false
		}
	}
	return true
}

func category(mcc string) bool {
	if len(mcc) != 4 {
		return false
	}
	for i := range len(mcc) {
		if mcc[i] < '0' || mcc[i] > '9' {
			return false
		}
	}
	return true
}

func capitals(region string) bool {
	return len(region) == 2 && region[0] >= 'A' && region[0] <= 'Z' && region[1] >= 'A' && region[1] <= 'Z'
}
