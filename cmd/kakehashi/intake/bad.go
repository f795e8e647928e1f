// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"io"
	"slices"
	"strings"
)

// badRows writes the rows that were not written to the books, in CSV and the file's own encoding: the file's own
// columns as they stand in it, then row, column, reason, and the whole row as text where it could not be taken apart.
//
// Invariant: what stood in the file is not changed, not even where a spreadsheet would take it for a formula. What
// is added begins with a letter or a digit.
type badRows struct {
	to    io.Writer
	file  *File
	begun bool
	line  strings.Builder
}

// add writes one row.
func (b *badRows) add(r *row) error {
	if !b.begun {
		b.begun = true
		if b.file.Marked {
			b.line.WriteString(byteOrderMark)
		}
		b.cells(slices.Concat(b.file.layout.names, added))
	}
	cells := make([]string, 0, len(b.file.layout.kept)+len(added))
	own, text := b.own(&r.record)
	cells = append(append(cells, own...), decimal(int(r.record.row)), r.flaws[0].Column, reasons(r.flaws), text)
	b.cells(cells)
	_, err := io.WriteString(b.to, b.line.String())
	b.line.Reset()
	return err
}

// own are the row's own cells, and the row as text where they do not hold all of it.
func (b *badRows) own(r *record) (cells []string, text string) {
	cells = make([]string, len(b.file.layout.kept))
	for i, at := range b.file.layout.kept {
		switch {
		case r.cells != nil:
			cells[i] = r.cells[at]
		case r.texts != nil:
			raw, ok := b.file.Encoding.Bytes(r.texts[at])
			if !ok {
				return make([]string, len(cells)), r.line
			}
			cells[i] = raw
		}
	}
	if len(r.flaws) == 0 {
		return cells, ""
	}
	return cells, r.line
}

// cells adds one line of CSV.
func (b *badRows) cells(cells []string) {
	for i, cell := range cells {
		if i > 0 {
			b.line.WriteByte(',')
		}
		b.line.WriteString(Quoted(cell))
	}
	b.line.WriteString("\r\n")
}

// Quoted is a cell as CSV writes it. Spaces at its ends, which some programs drop, are kept by quotes.
func Quoted(cell string) string {
	if cell == "" || !strings.ContainsAny(cell, ",\"\r\n") && cell[0] != ' ' && cell[len(cell)-1] != ' ' {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}

// reasons are all that is wrong with a row, in one cell: the first about the column that is named, the others with
// theirs.
func reasons(flaws []Flaw) string {
	text := flaws[0].Reason
	for _, f := range flaws[1:] {
		text += "; " + f.Column + ": " + f.Reason
	}
	return text
}
