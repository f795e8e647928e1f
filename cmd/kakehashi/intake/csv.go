// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// record is one row as the file has it.
type record struct {
	row   int64
	cells []string // in the file's bytes, without the quotes around them
	texts []string // what the cells say, where the file does not write them so; then there are no cells
	line  string   // the whole row in the file's bytes, where cells do not hold it
	flaws []Flaw   // why it could not
}

// rows reads a file row after row. The error is io.EOF at the end.
type rows interface {
	next() (record, error)
	offset() int64
}

// csvRows reads RFC 4180, byte by byte in any encoding in which the bytes of comma, quote and line end are no part of
// another character, as in UTF-8 and Shift_JIS. A row that is no CSV costs itself and no other: reading goes on in
// the next line.
type csvRows struct {
	window *window
	header []string // the columns' names; empty until they are read
	row    int64
	spans  []span
}

// span is where a cell lies in a row.
type span struct {
	from, to int
	doubled  bool // each quote in it is written twice
}

func (c *csvRows) offset() int64 { return c.window.done }

// next is the next row that is not empty.
func (c *csvRows) next() (record, error) {
	for {
		r, err := c.one()
		if err != nil || len(r.flaws) > 0 || len(r.cells) > 1 || len(r.cells) == 1 && r.cells[0] != "" {
			return r, err
		}
	}
}

func (c *csvRows) one() (record, error) {
	w := c.window
	var size int
	var whole bool
	var code fault.Code
	data, err := w.hold(func(data []byte) bool {
		size, whole, code = c.split(data)
		return whole
	})
	if err != nil {
		return record{}, err
	}
	c.row++
	switch {
	case size > rowMax && code != CodeQuoteOpen:
		return c.tooLong(), nil
	case code != "":
		return c.malformed(code), nil
	case len(c.header) > 0 && len(c.spans) != len(c.header) && !c.empty():
		return c.miscounted(data, size), nil
	}
	if !whole { // the last row of a file that does not end in a line end
		if last := &c.spans[len(c.spans)-1]; last.to == size && last.from < size && data[size-1] == '\r' {
			last.to--
		}
	}
	r := record{row: c.row, cells: c.cells(string(data[:size]))}
	w.take(size)
	return r, nil
}

// empty reports whether there is nothing in the row that was split.
func (c *csvRows) empty() bool { return len(c.spans) == 1 && c.spans[0].from == c.spans[0].to }

// split takes the first row of some bytes apart; whole is false where they end before the row does. After a code,
// size is where the row is no CSV.
func (c *csvRows) split(data []byte) (size int, whole bool, code fault.Code) {
	c.spans = c.spans[:0]
	for at := 0; ; at++ {
		cell, next, code := cellAt(data, at)
		if code != "" {
			return next, code != CodeQuoteOpen, code
		}
		c.spans = append(c.spans, cell)
		end := lineEnd(data, next)
		switch {
		case next == len(data) || lineCut(data, next):
			return len(data), false, ""
		case end > 0:
			return next + end, true, ""
		}
		at = next
	}
}

// cellAt is the cell that begins at a place, and where it is followed by a comma, a line end or nothing.
func cellAt(data []byte, at int) (c span, next int, code fault.Code) {
	if at >= len(data) || data[at] != '"' {
		end := bytes.IndexAny(data[at:], ",\n\"")
		switch {
		case end < 0:
			return span{from: at, to: len(data)}, len(data), ""
		case data[at+end] == '"':
			return c, at + end, CodeQuoteStray
		case data[at+end] == '\n' && end > 0 && data[at+end-1] == '\r':
			end--
		}
		return span{from: at, to: at + end}, at + end, ""
	}
	c.from = at + 1
	for i := c.from; ; i += 2 {
		end := bytes.IndexByte(data[i:], '"')
		if end < 0 {
			return c, len(data), CodeQuoteOpen
		}
		i += end
		if i+1 < len(data) && data[i+1] == '"' {
			c.doubled = true
			continue
		}
		c.to, next = i, i+1
		if next < len(data) && data[next] != ',' && lineEnd(data, next) == 0 && !lineCut(data, next) {
			return c, next, CodeQuoteStray
		}
		return c, next, ""
	}
}

// lineEnd is how long the line end at a place is; 0 when there is none.
func lineEnd(data []byte, at int) int {
	switch {
	case at < len(data) && data[at] == '\n':
		return 1
	case at+1 < len(data) && data[at] == '\r' && data[at+1] == '\n':
		return 2
	}
	return 0
}

// lineCut reports whether some bytes end within a line end.
func lineCut(data []byte, at int) bool { return at == len(data)-1 && data[at] == '\r' }

// cells are the cells of a row that was split.
func (c *csvRows) cells(row string) []string {
	cells := make([]string, len(c.spans))
	for i, s := range c.spans {
		cells[i] = row[s.from:s.to]
		if s.doubled {
			cells[i] = strings.ReplaceAll(cells[i], `""`, `"`)
		}
	}
	return cells
}

// miscounted is a row with more or fewer cells than the header. Over several lines it is more likely that a quote in
// its first line was not closed.
func (c *csvRows) miscounted(data []byte, size int) record {
	if first := bytes.IndexByte(data, '\n'); first >= 0 && first < size-1 {
		c.spans = c.spans[:0]
		return c.malformed(CodeQuoteOpen)
	}
	r := record{row: c.row, line: strings.TrimRight(string(data[:size]), "\r\n"), flaws: []Flaw{{Row: c.row,
		Code: CodeCellsMiscount, Reason: fmt.Sprintf("the row has %d cells, the header %d", len(c.spans),
			len(c.header))}}}
	c.window.take(size)
	return r
}

// malformed passes over a row that is no CSV: its first line, not everything up to where its quotes may end.
func (c *csvRows) malformed(code fault.Code) record {
	reason := "a cell that holds a quote must be in quotes, and the quote in it written twice"
	if code == CodeQuoteOpen {
		reason = "a quote is opened and never closed"
	}
	w, row := c.window, c.row
	column := ""
	if len(c.spans) < len(c.header) {
		column = c.header[len(c.spans)]
	}
	for {
		data := w.rest()
		end := bytes.IndexByte(data, '\n')
		if end < 0 && len(data) <= rowMax {
			if w.more() {
				continue
			}
			data = w.rest()
		}
		if end < 0 && len(data) > rowMax {
			return c.tooLong()
		}
		size, line := len(data), data
		if end >= 0 {
			size, line = end+1, bytes.TrimSuffix(data[:end], []byte("\r"))
		}
		r := record{row: row, line: string(line), flaws: []Flaw{{Row: row, Column: column, Code: code, Reason: reason}}}
		w.take(size)
		return r
	}
}

// tooLong passes over a row that is longer than rows may be, up to the end of the line that the limit lies in.
func (c *csvRows) tooLong() record {
	c.window.passLine(rowMax)
	return record{row: c.row, flaws: []Flaw{{Row: c.row, Code: CodeRowTooLong,
		Reason: "the row is longer than " + decimal(rowMax) + " bytes: it stands in the file alone"}}}
}

// passLine takes some bytes and whatever follows them in their line.
func (w *window) passLine(size int) {
	w.take(min(size, len(w.rest())))
	for {
		rest := w.rest()
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			w.take(end + 1)
			return
		}
		w.take(len(rest))
		if !w.more() {
			return
		}
	}
}
