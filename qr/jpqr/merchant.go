// SPDX-License-Identifier: Apache-2.0

package jpqr

import (
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/qr"
)

// Merchant is who is paid by a code of the profile.
type Merchant struct {
	Store    StoreID
	Category string // four digits of ISO 18245
	Name     string // romanised, at most 25 characters
	City     string // romanised, at most 15
	Postal   string // seven digits, without the hyphen
	Japanese string // the name in Japanese, at most 25 characters
}

// Sale is what a code for one payment is about.
type Sale struct {
	Amount    money.Amount // in yen
	Reference string       // the order's, at most 25 characters; may be empty
	Terminal  string       // may be empty
}

// What the profile demands of every code.
const (
	country     = "JP"
	language    = "JA"
	postalChars = 7
)

// Static is the code that a shop prints once: the payer types the amount.
//
// Errors: those of Read, and of qr.Code.Encode.
func Static(m Merchant) (qr.Code, error) { return build("jpqr.Static", m, Sale{}, qr.Static) }

// Dynamic is the code of one sale, whose amount the payer cannot change. The order's reference stands in 62.05 and the
// terminal in 62.07: no source says where the profile wants them.
//
// Errors: those of Read, and of qr.Code.Encode.
func Dynamic(m Merchant, s Sale) (qr.Code, error) { return build("jpqr.Dynamic", m, s, qr.Dynamic) }

func build(op string, m Merchant, s Sale, initiation qr.Initiation) (qr.Code, error) {
	template, err := m.Store.template()
	if err != nil {
		return qr.Code{}, refuse(op, CodeStoreMalformed, "store", "must be 29 digits or letters")
	}
	c := qr.Code{
		Initiation: initiation,
		Accounts:   []qr.Object{{ID: firstTemplate, Value: string(template)}},
		Category:   m.Category, Currency: money.JPY, Amount: s.Amount, Country: country,
		Name: m.Name, City: m.City, Postal: m.Postal,
		Additional: qr.Additional{Reference: s.Reference, Terminal: s.Terminal},
		Language:   qr.Language{Preference: language, Name: m.Japanese},
	}
	if _, broken := read(&c); broken != nil {
		return qr.Code{}, refuse(op, broken.code, broken.path, broken.what)
	}
	if _, err := c.Encode(); err != nil {
		return qr.Code{}, fault.Wrap(op, err)
	}
	return c, nil
}

// Read holds a code to the profile and says who is paid by it.
//
// Templates of other networks may stand beside that of the profile.
//
// Errors: Invalid jpqr_template_missing, jpqr_template_repeated, jpqr_template_malformed, jpqr_store_malformed,
// jpqr_country_foreign, jpqr_currency_foreign, jpqr_postal_malformed, jpqr_language_missing, jpqr_city_forbidden,
// jpqr_amount_missing. The subject is the path of the object.
// Source: reference/japan.md 1.10.
func Read(c *qr.Code) (Merchant, error) {
	m, broken := read(c)
	if broken != nil {
		return Merchant{}, refuse("jpqr.Read", broken.code, broken.path, broken.what)
	}
	return m, nil
}

// breach is a rule of the profile that a code breaks.
type breach struct {
	code       fault.Code
	path, what string
}

func read(c *qr.Code) (Merchant, *breach) {
	store, broken := storeOf(c.Accounts)
	switch {
	case broken != nil:
		return Merchant{}, broken
	case c.Country != country:
		return Merchant{}, &breach{CodeCountryForeign, "58", "must be JP"}
	case c.Currency != money.JPY:
		return Merchant{}, &breach{CodeCurrencyForeign, "53", "must be 392, the yen"}
	case len(c.Postal) != postalChars || !digitsOnly(c.Postal):
		return Merchant{}, &breach{CodePostalMalformed, "61", "must be seven digits"}
	case c.Language.Preference != language:
		return Merchant{}, &breach{CodeLanguageMissing, "64.00", "must be JA"}
	case c.Language.Name == "":
		return Merchant{}, &breach{CodeLanguageMissing, "64.01", "must be the merchant's name in Japanese"}
	case c.Language.City != "":
		return Merchant{}, &breach{CodeCityForbidden, "64.02", "must not be there"}
	case c.Initiation == qr.Dynamic && !c.Amount.Positive():
		return Merchant{}, &breach{CodeAmountMissing, "54", "must be there in a dynamic code"}
	}
	return Merchant{Store: store, Category: c.Category, Name: c.Name, City: c.City, Postal: c.Postal,
		Japanese: c.Language.Name}, nil
}
