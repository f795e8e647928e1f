// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
)

// Opened is what the vault opened for the time of a check. It is looked at and not kept.
type Opened struct {
	Account    Account  // with its number and holder; bank and branch are the form's
	Names      []string // readings that the holder's name may be: of the representative or the sole proprietor
	PostalCode string   // of a sole proprietor
	Phone      string   // of a sole proprietor
}

// What a wallet shows of a shop.
//
// Units: characters. Source: reference/japan.md 1.2, tag 59.
const latinMax = 25

// Check is what can be said about a form of a shop in Japan without asking anybody, in the order of the form.
//
// Invariant: no finding repeats what the vault opened.
func Check(f onboarding.Form, opened Opened) []onboarding.Finding {
	var list findings
	if f.Entity.Region == "JP" {
		list.entity(f.Entity, opened)
	}
	list.category("mcc", f.MCC)
	for _, s := range f.Stores {
		if s.Prefecture > 0 {
			list.store("stores["+s.Reference+"].", s)
		}
	}
	list.account(f, opened)
	return list
}

type findings []onboarding.Finding

func (l *findings) add(severity onboarding.Severity, check, field, text string) {
	*l = append(*l, onboarding.Finding{Check: check, Severity: severity, Field: field, Text: text})
}

func (l *findings) entity(e onboarding.Entity, opened Opened) {
	if e.Kind != onboarding.Corporation {
		l.postal("entity.sealed", opened.PostalCode, e.Prefecture, onboarding.Review)
		l.phone("entity.sealed", opened.Phone)
		if e.TaxNumber != "" {
			l.invoice(e.TaxNumber, "")
		}
		return
	}
	number, err := ParseCorporateNumber(e.Number)
	if err != nil {
		l.add(onboarding.Block, "corporate_number", "entity.number",
			"The corporate number is not 13 digits that fit their check digit.")
	} else {
		l.add(onboarding.Note, "corporate_number", "entity.number",
			"The corporate number fits its check digit; whether it is the applicant's, only the register says.")
	}
	if e.TaxNumber != "" {
		l.invoice(e.TaxNumber, number)
	}
	if !Kana(e.LegalKana) {
		l.add(onboarding.Review, "kana", "entity.legalKana", "The reading of the name is not written in kana.")
	}
	l.postal("entity.postalCode", e.PostalCode, e.Prefecture, onboarding.Block)
	l.address("entity.address", e.Address, e.Prefecture)
	l.phone("entity.phone", e.Phone)
}

func (l *findings) invoice(text string, corporation CorporateNumber) {
	const check, field = "invoice_number", "entity.taxNumber"
	number, err := ParseInvoiceNumber(text)
	switch {
	case err != nil:
		l.add(onboarding.Block, check, field, "The invoice number is not T and 13 digits.")
	case corporation != "" && !number.Of(corporation):
		l.add(onboarding.Block, check, field, "The invoice number of a corporation is T and its corporate number.")
	default:
		l.add(onboarding.Note, check, field,
			"The invoice number is well formed; whether it is registered and in force, only the tax agency says.")
	}
}

// postal takes how grave a malformed code is: what only the vault knows cannot be mended in the form that is reviewed.
func (l *findings) postal(field, text string, prefecture int, malformed onboarding.Severity) {
	const check = "postal_code"
	code, err := ParsePostalCode(text)
	if err != nil {
		l.add(malformed, check, field, "The postal code is not seven digits.")
		return
	}
	switch known := code.Prefectures(); {
	case len(known) == 0:
		l.add(onboarding.Review, check, field, "No area is known to have a postal code that begins so.")
	case !slices.Contains(known, prefecture):
		l.add(onboarding.Review, check, field,
			"The postal code lies in another prefecture than was given, unless it is a large receiver's own.")
	}
}

func (l *findings) address(field, address string, prefecture int) {
	if p, ok := PrefectureIn(address); ok && p.Code != prefecture {
		l.add(onboarding.Review, "address", field, "The address begins with another prefecture than was given.")
	}
}

func (l *findings) phone(field, text string) {
	const check = "phone"
	phone, err := ParsePhone(text)
	switch {
	case text == "":
		l.add(onboarding.Note, check, field, "No telephone number was given.")
	case err != nil:
		l.add(onboarding.Review, check, field, "The telephone number is none that Japan has.")
	case phone.Kind == Mobile || phone.Kind == Internet:
		l.add(onboarding.Note, check, field, "The telephone number is bound to no place.")
	}
}

func (l *findings) category(field, mcc string) {
	if _, ok := CategoryOf(mcc); !ok {
		l.add(onboarding.Review, "category", field,
			"The category is none that shops here commonly have; the acquirer fixes it, not the merchant.")
	}
}

func (l *findings) store(prefix string, s onboarding.Store) {
	if s.MCC != "" {
		l.category(prefix+"mcc", s.MCC)
	}
	if !Kana(s.Kana) {
		l.add(onboarding.Review, "kana", prefix+"kana", "The reading of the name is not written in kana.")
	}
	if s.Latin == "" || !printable(s.Latin) || utf8.RuneCountInString(s.Latin) > latinMax {
		l.add(onboarding.Review, "latin_name", prefix+"latin",
			fmt.Sprintf("The name for foreign wallets is not 1 to %d characters of ASCII.", latinMax))
	}
	l.postal(prefix+"postalCode", s.PostalCode, s.Prefecture, onboarding.Block)
	l.address(prefix+"address", s.Address, s.Prefecture)
	l.phone(prefix+"phone", s.Phone)
}

func printable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

func (l *findings) account(f onboarding.Form, opened Opened) {
	raw := opened.Account
	raw.Bank, raw.Branch = f.Account.Bank, f.Account.Branch
	account, err := ParseAccount(raw)
	if err != nil {
		l.add(onboarding.Block, "bank_account", "account",
			"The account is none that a transfer can go to: see bank, branch, type, number and holder.")
		return
	}
	if account.Unassigned() {
		l.add(onboarding.Review, "bank_account", "account", "No bank has this code.")
	}
	names := slices.Clone(opened.Names)
	names = append(names, f.Entity.LegalKana)
	for _, s := range f.Stores {
		names = append(names, s.Kana)
	}
	if m, err := MatchHolder(account.Holder, names...); err != nil || !m.Matched {
		l.add(onboarding.Review, "holder_name", "account",
			"The account's holder is none of the names of the applicant, however they are abbreviated.")
	}
}
