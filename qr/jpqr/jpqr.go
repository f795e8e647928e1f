// SPDX-License-Identifier: Apache-2.0

// Package jpqr is the Japanese profile of the codes of package qr, that of the Payments Japan Association.
//
// A shop's code names the shop by the council's unified store identifier, in yen, in Japan, with a postal code and a
// Japanese name beside the romanised one. Decode and Read hold a code to that; Static and Dynamic make one. A payer's
// code names the provider who issued it: ReadPayer. The barcodes of the profile are digits alone and are recognised
// by qr.Recognise. The council's guidelines were not at hand: what rests on examples only is said where it matters.
// Read merchant.go first, then store.go, then payer.go.
package jpqr

import (
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/qr"
)

// Codes of the errors of this package.
const (
	CodeTemplateMissing   fault.Code = "jpqr_template_missing"   // a code that is not of the profile
	CodeTemplateRepeated  fault.Code = "jpqr_template_repeated"  // a code that names two shops
	CodeTemplateMalformed fault.Code = "jpqr_template_malformed" // more than the four levels of a store
	CodeStoreMalformed    fault.Code = "jpqr_store_malformed"    // a level of the store is not as long as it must be
	CodeCountryForeign    fault.Code = "jpqr_country_foreign"    // a shop outside Japan
	CodeCurrencyForeign   fault.Code = "jpqr_currency_foreign"   // a price that is not in yen
	CodePostalMalformed   fault.Code = "jpqr_postal_malformed"   // no postal code of seven digits
	CodeLanguageMissing   fault.Code = "jpqr_language_missing"   // no Japanese name
	CodeCityForbidden     fault.Code = "jpqr_city_forbidden"     // a Japanese city, which the profile leaves out
	CodeAmountMissing     fault.Code = "jpqr_amount_missing"     // a code for one payment that does not say how much
	CodeProviderMalformed fault.Code = "jpqr_provider_malformed" // a payer's code of no provider
	CodeNumberMalformed   fault.Code = "jpqr_number_malformed"   // a payer's code without its number
)

// refuse is the error about the object with a path.
func refuse(op string, code fault.Code, path, what string) error {
	return &fault.Error{Op: op, Kind: fault.Invalid, Code: code, Subject: path, Detail: path + " " + what}
}

// Decode reads the text of a merchant-presented code and holds it to the profile.
//
// Errors: those of qr.Decode and of Read, these too with the character at which the object stands.
func Decode(text string) (qr.Code, Merchant, error) {
	const op = "jpqr.Decode"
	c, err := qr.Decode(text)
	if err != nil {
		return qr.Code{}, Merchant{}, fault.Wrap(op, err)
	}
	m, broken := read(&c)
	if broken != nil {
		at := " at character " + strconv.Itoa(qr.Locate(text, broken.path))
		return qr.Code{}, Merchant{}, &fault.Error{Op: op, Kind: fault.Invalid, Code: broken.code, Subject: broken.path,
			Detail: broken.path + at + " " + broken.what}
	}
	return c, m, nil
}

// digitsOnly reports whether a text is digits of ASCII.
func digitsOnly(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
