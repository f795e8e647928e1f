// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// jsonRows reads JSON Lines: one object a line, whose members are columns.
type jsonRows struct {
	window   *window
	encoding Encoding
	row      int64
}

func (j *jsonRows) offset() int64 { return j.window.done }

// next is the next line that is not empty.
func (j *jsonRows) next() (record, error) {
	w := j.window
	for {
		var end int
		data, err := w.hold(func(data []byte) bool {
			end = bytes.IndexByte(data, '\n')
			return end >= 0
		})
		if err != nil {
			return record{}, err
		}
		j.row++
		if end > rowMax || end < 0 && len(data) > rowMax {
			w.passLine(rowMax)
			return j.flawed("", "", CodeRowTooLong, "the line is longer than "+decimal(rowMax)+" bytes"), nil
		}
		size, line := len(data), data
		if end >= 0 {
			size, line = end+1, data[:end]
		}
		text := string(bytes.TrimSpace(line))
		w.take(size)
		if text != "" {
			return j.object(text), nil
		}
	}
}

func (j *jsonRows) flawed(line, column string, code fault.Code, reason string) record {
	return record{row: j.row, line: line, flaws: []Flaw{{Row: j.row, Column: column, Code: code, Reason: reason}}}
}

// object reads one line. Invalid bytes are told by the column they are in.
func (j *jsonRows) object(line string) record {
	text, sound := j.encoding.text(line)
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return j.flawed(line, "", CodeRowMalformed, "the line is no object of JSON")
	}
	r := record{row: j.row, line: line, texts: make([]string, Columns)}
	var seen []string
	for d.More() {
		name, value, err := member(d)
		if err != nil {
			return j.flawed(line, name, CodeRowMalformed,
				"the line is no object of JSON whose members are texts or numbers")
		}
		c, known := columnNamed(name)
		switch {
		case slices.Contains(seen, name):
			r.flaws = append(r.flaws, Flaw{Row: j.row, Column: name, Code: CodeColumnTwice, Reason: "is there twice"})
		case slices.Contains(added, name):
		case !known:
			r.flaws = append(r.flaws, Flaw{Row: j.row, Column: plain(name), Code: CodeColumnUnknown,
				Reason: "is no column"})
		default:
			r.texts[c] = value
		}
		seen = append(seen, name)
	}
	if _, err := d.Token(); err != nil {
		return j.flawed(line, "", CodeRowMalformed, "the line is no object of JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return j.flawed(line, "", CodeRowMalformed, "something stands behind the object")
	}
	if !sound {
		column := ""
		for c, text := range r.texts {
			if strings.ContainsRune(text, utf8.RuneError) {
				column = Column(c).String()
				break
			}
		}
		return j.flawed(line, column, CodeBytesInvalid, "is not all in "+string(j.encoding))
	}
	return r
}

// member reads a name and its value: a text, a number, or null for none.
func member(d *json.Decoder) (name, value string, err error) {
	token, err := d.Token()
	if err != nil {
		return "", "", err
	}
	name, _ = token.(string) // an object's names are texts
	if token, err = d.Token(); err != nil {
		return name, "", err
	}
	switch v := token.(type) {
	case string:
		return name, v, nil
	case json.Number:
		return name, v.String(), nil
	case nil:
		return name, "", nil
	}
	return name, "", fmt.Errorf("%v is neither a text nor a number", token)
}

func decimal(n int) string { return strconv.Itoa(n) }

// plain is a foreign name, cut to what a report can show.
func plain(name string) string {
	if len(name) > 40 {
		name = strings.ToValidUTF8(name[:40], "") + "…"
	}
	return name
}
