// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of numbers that are none.
const (
	CodeCorporateNumber fault.Code = "corporate_number_malformed"
	CodeInvoiceNumber   fault.Code = "invoice_number_malformed"
)

const (
	corporateDigits = 13
	personalDigits  = 12
)

// CorporateNumber is a 法人番号: a check digit and twelve digits. The zero CorporateNumber is none.
type CorporateNumber string

// ParseCorporateNumber reads a 法人番号 in either width, with or without hyphens and spaces.
//
// Errors: Invalid corporate_number_malformed; twelve digits are refused as what may be a personal number, which is
// never collected. Invariant: its check digit fits. It cannot see a 0 written as 9, nor whether the number is
// anybody's. Source: reference/japan.md 4.1.
func ParseCorporateNumber(text string) (CorporateNumber, error) {
	const op = "ParseCorporateNumber"
	number, ok := digits(text)
	switch {
	case !ok:
		return "", malformed(op, CodeCorporateNumber, "corporate number must be 13 digits")
	case len(number) == personalDigits:
		return "", malformed(op, CodeCorporateNumber,
			"corporate number must be 13 digits: do not enter a register number or a personal number of 12 digits")
	case len(number) != corporateDigits:
		return "", malformed(op, CodeCorporateNumber, "corporate number must be 13 digits")
	case number[0] != checkDigit(number[1:]):
		return "", malformed(op, CodeCorporateNumber, "corporate number does not fit its check digit")
	}
	return CorporateNumber(number), nil
}

// checkDigit is 9 less the sum, modulo 9, of the base's digits, where each second one from the right counts twice.
func checkDigit(base string) byte {
	sum := 0
	for n := 1; n <= len(base); n++ {
		digit := int(base[len(base)-n] - '0')
		if n%2 == 0 {
			digit *= 2
		}
		sum += digit
	}
	return byte('0' + 9 - sum%9)
}

// Register is the twelve digits under which the company is entered: 会社法人等番号.
func (n CorporateNumber) Register() string {
	if len(n) != corporateDigits {
		return ""
	}
	return string(n[1:])
}

// InvoiceNumber is a registration number for qualified invoices: T and thirteen digits. The zero InvoiceNumber is none.
type InvoiceNumber string

// ParseInvoiceNumber reads a registration number for qualified invoices, in either width.
//
// Errors: Invalid invoice_number_malformed. Only its form is judged: whether the check digit also holds for numbers
// of sole proprietors is not known. Of says whether it is a corporation's. Source: reference/japan.md 4.1.
func ParseInvoiceNumber(text string) (InvoiceNumber, error) {
	if len(text) <= textMax {
		rest, found := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(norm.NFKC.String(text))), "T")
		number, ok := digits(rest)
		if found && ok && len(number) == corporateDigits {
			return InvoiceNumber("T" + number), nil
		}
	}
	return "", malformed("ParseInvoiceNumber", CodeInvoiceNumber, "invoice number must be T and 13 digits")
}

// Of reports whether the number is the one a corporation with this number must have.
func (n InvoiceNumber) Of(corporation CorporateNumber) bool {
	return corporation != "" && string(n) == "T"+string(corporation)
}
