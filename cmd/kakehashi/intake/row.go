// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/merchant"
)

// row is a row that was read and checked, on its way to the books.
type row struct {
	record   record
	texts    [Columns]string // trimmed
	merchant merchant.Merchant
	store    merchant.Store
	hasStore bool
	place    int  // the store's own prefecture; 0: the merchant's
	first    bool // the first good row of its merchant in this file
	findings []Finding
	flaws    []Flaw // none: good
}

func (r *row) flaw(c Column, code fault.Code, reason string) {
	r.flaws = append(r.flaws, Flaw{Row: r.record.row, Column: c.String(), Code: code, Reason: reason})
}

// next is the next row of the file with what it says. The error is io.EOF at the end.
func (f *File) next() (*row, error) {
	for {
		record, err := f.rows.next()
		if err != nil {
			return nil, err
		}
		r := &row{record: record, flaws: record.flaws}
		if len(r.flaws) > 0 || !f.read(r) {
			return r, nil
		}
	}
}

// read takes the texts of a row from its cells; blank is true of a row that says nothing at all.
func (f *File) read(r *row) (blank bool) {
	blank = true
	for c, at := range f.layout.at {
		if at < 0 {
			continue
		}
		var text string
		if r.record.cells == nil {
			text = r.record.texts[at]
		} else {
			var ok bool
			if text, ok = f.Encoding.text(r.record.cells[at]); !ok {
				r.flaw(Column(c), CodeBytesInvalid, "is not all in "+string(f.Encoding))
			}
		}
		text = trimmed(text)
		blank = blank && text == ""
		r.texts[c] = text
		if strings.ContainsFunc(text, unicode.IsControl) && Column(c) != Address && Column(c) != StoreAddress {
			r.flaw(Column(c), CodeCellMalformed, "holds a control character, such as a line end or a tab")
		}
	}
	return blank && len(r.flaws) == 0
}

// trimmed is a text without the spaces around it, narrow and wide.
func trimmed(text string) string {
	if n := len(text); n == 0 || text[0] > ' ' && text[0] < 0x80 && text[n-1] > ' ' && text[n-1] < 0x80 {
		return text
	}
	return strings.TrimFunc(text, func(r rune) bool { return r == ' ' || r == '\u3000' || r == '\u00a0' })
}

// ended reports whether reading came to the end of the file.
func ended(err error) bool { return errors.Is(err, io.EOF) }
