// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Column is one thing that a row says.
type Column int

// The columns, the merchant's first. docs/reference/import.md says what each holds.
const (
	MerchantReference Column = iota
	Name
	NameKana
	LegalName
	CorporateNumber
	InvoiceNumber
	MCC
	Region
	Prefecture
	PostalCode
	Address
	Phone
	Currency
	Plan
	StoreReference
	StoreName
	StoreNameKana
	StoreNameLatin
	StoreMCC
	StorePrefecture
	StorePostalCode
	StoreAddress
	StorePhone
	Columns // how many there are
)

// columnNames is in the order of the columns.
var columnNames = [Columns]string{"merchant_reference", "name", "name_kana", "legal_name", "corporate_number",
	"invoice_number", "mcc", "region", "prefecture", "postal_code", "address", "phone", "currency", "plan",
	"store_reference", "store_name", "store_name_kana", "store_name_latin", "store_mcc", "store_prefecture",
	"store_postal_code", "store_address", "store_phone"}

// required are the columns without which no row can be written.
var required = []Column{MerchantReference, Name, MCC}

// added are the columns that a file of bad rows has behind the file's own. They are passed over when it is imported.
var added = []string{"row", "column", "reason", "text"}

// String is the column's name in a file.
func (c Column) String() string {
	if c < 0 || c >= Columns {
		return ""
	}
	return columnNames[c]
}

// ofMerchant reports whether the column says something of the merchant, which is the same for all of its stores.
func (c Column) ofMerchant() bool { return c < StoreReference }

func columnNamed(name string) (Column, bool) {
	at := slices.Index(columnNames[:], name)
	return Column(at), at >= 0
}

// layout is where a file has its columns.
type layout struct {
	width int          // cells of a row
	at    [Columns]int // where a row has each column; -1: nowhere
	kept  []int        // the cells that are the file's own, in its order
	names []string     // of those, as the file writes them
}

// layoutOf reads a header. Names are the header's texts, and as the file writes them.
//
// Errors: Invalid column_unknown, column_twice, column_missing, naming all of them.
func layoutOf(names, written []string) (layout, error) {
	l := layout{width: len(names)}
	for c := range l.at {
		l.at[c] = -1
	}
	var unknown, twice []string
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		if slices.Contains(added, name) {
			continue
		}
		l.kept, l.names = append(l.kept, i), append(l.names, written[i])
		switch c, known := columnNamed(name); {
		case !known:
			unknown = append(unknown, fmt.Sprintf("%d %q", i+1, name))
		case l.at[c] >= 0:
			twice = append(twice, name)
		default:
			l.at[c] = i
		}
	}
	var missing []string
	for _, c := range required {
		if l.at[c] < 0 {
			missing = append(missing, c.String())
		}
	}
	switch {
	case len(unknown) > 0:
		return l, wrongFile(CodeColumnUnknown, "row 1 has unknown columns: "+strings.Join(unknown, ", "))
	case len(twice) > 0:
		return l, wrongFile(CodeColumnTwice, "row 1 has columns twice: "+strings.Join(twice, ", "))
	case len(missing) > 0:
		return l, wrongFile(CodeColumnMissing, "row 1 lacks columns: "+strings.Join(missing, ", "))
	}
	return l, nil
}

// everyColumn is the layout of rows that name their columns themselves.
func everyColumn() layout {
	l := layout{width: int(Columns), names: columnNames[:]}
	for c := range l.at {
		l.at[c], l.kept = c, append(l.kept, c)
	}
	return l
}

func wrongFile(code fault.Code, detail string) error {
	return &fault.Error{Op: "intake.Open", Kind: fault.Invalid, Code: code, Detail: detail}
}
