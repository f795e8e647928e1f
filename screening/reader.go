// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// columns are those of the format; the first three must be there.
var columns = []string{"id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "identifiers",
	"sanctions", "phones", "emails", "dataset", "first_seen", "last_seen", "last_change"}

// columnsNeeded is how many of columns a list can't do without.
const columnsNeeded = 3

// Defect is a place of a list that isn't as it should be.
type Defect struct {
	Line    int    // of the file, from 1
	Column  string // the column's name, or empty where the whole row is meant
	Reason  string // one sentence
	Dropped bool   // the row is not in the list; otherwise only the value is missing
}

// Read reads a list as CSV with a header, in UTF-8 with or without a mark at its start. Columns may come in any
// order, unknown ones are passed over; values that can be several are separated by semicolons. Every row that isn't
// as it should be is reported and the others are kept: whether a list with defects is taken is the caller's decision.
//
// It reads as it goes; the caller bounds the whole (io.LimitReader).
//
// Errors: Invalid screening_list_header; Unavailable screening_list_unreadable when r fails.
func Read(r io.Reader) (List, []Defect, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	rows.FieldsPerRecord = -1
	header, err := rows.Read()
	if err != nil && !errors.Is(err, io.EOF) && !malformed(err) {
		return List{}, nil, unreadable(err)
	}
	if err != nil {
		return List{}, nil, headerFault("the list has no first line with the names of its columns")
	}
	at, err := columnPlaces(header)
	if err != nil {
		return List{}, nil, err
	}
	in := reader{at: at, width: len(header), line: map[string]int{}}
	for {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return NewList(in.entries), in.defects, nil
		case malformed(err):
			in.broken(err)
		case err != nil:
			return List{}, nil, unreadable(err)
		default:
			line, _ := rows.FieldPos(0)
			in.row(row, line)
		}
	}
}

func malformed(err error) bool {
	var parse *csv.ParseError
	return errors.As(err, &parse)
}

func headerFault(detail string) error {
	return &fault.Error{Op: "screening.Read", Kind: fault.Invalid, Code: CodeListHeader, Detail: detail}
}

func unreadable(err error) error {
	return &fault.Error{Op: "screening.Read", Kind: fault.Unavailable, Code: CodeListUnreadable,
		Detail: "the list ended before its end", Err: err}
}

// columnPlaces finds each of columns in the header, −1 where it is missing.
func columnPlaces(header []string) ([]int, error) {
	at := slices.Repeat([]int{-1}, len(columns))
	for i, label := range header {
		if i == 0 {
			label = strings.TrimPrefix(label, "\ufeff")
		}
		place := slices.Index(columns, strings.ToLower(strings.TrimSpace(label)))
		if place < 0 {
			continue
		}
		if at[place] >= 0 {
			return nil, headerFault("the list has the column " + columns[place] + " twice")
		}
		at[place] = i
	}
	for place := range columnsNeeded {
		if at[place] < 0 {
			return nil, headerFault("the list lacks the column " + columns[place])
		}
	}
	return at, nil
}

// reader is what has been read so far.
type reader struct {
	at      []int
	width   int
	entries []Entry
	defects []Defect
	line    map[string]int // identifier to the line where it was read first
}

func (in *reader) broken(err error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return
	}
	reason := fmt.Sprintf("the quotes are broken at character %d of line %d", parse.Column, parse.Line)
	in.defects = append(in.defects, Defect{Line: parse.StartLine, Reason: reason, Dropped: true})
}

func (in *reader) drop(line int, column, reason string) {
	in.defects = append(in.defects, Defect{Line: line, Column: column, Reason: reason, Dropped: true})
}

// The limits of one row, so that no row can hold up a screening. The open lists stay far below.
const (
	valueBytesMax  = 1 << 16
	valuesMax      = 1_000
	nameLettersMax = 1_000
)

func (in *reader) row(row []string, line int) {
	if len(row) != in.width {
		in.drop(line, "", fmt.Sprintf("the row has %d values where the first line has %d", len(row), in.width))
		return
	}
	for place, i := range in.at {
		if i < 0 {
			continue
		}
		if !utf8.ValidString(row[i]) {
			in.drop(line, columns[place], "the value is not UTF-8")
			return
		}
		if len(row[i]) > valueBytesMax {
			in.drop(line, columns[place], fmt.Sprintf("the value is longer than %d bytes", valueBytesMax))
			return
		}
	}
	e := in.entry(row)
	switch {
	case e.ID == "":
		in.drop(line, "id", "the identifier is missing")
	case in.line[e.ID] != 0:
		in.drop(line, "id", fmt.Sprintf("the identifier is on line %d already", in.line[e.ID]))
	case e.Schema == "":
		in.drop(line, "schema", "the schema is missing")
	case Fold(e.Name) == "":
		in.drop(line, "name", "the name has no letter")
	case utf8.RuneCountInString(e.Name) > nameLettersMax:
		in.drop(line, "name", fmt.Sprintf("the name is longer than %d letters", nameLettersMax))
	default:
		in.line[e.ID] = line
		in.clean(&e, line)
		in.entries = append(in.entries, e)
	}
}

// clean takes out of an entry what can't be compared, and says so.
func (in *reader) clean(e *Entry, line int) {
	e.Aliases = slices.DeleteFunc(e.Aliases, func(alias string) bool {
		bad := Fold(alias) == "" || utf8.RuneCountInString(alias) > nameLettersMax
		if bad {
			in.defects = append(in.defects, Defect{Line: line, Column: "aliases",
				Reason: "an alias has no letter or too many"})
		}
		return bad
	})
	if len(e.Aliases) > valuesMax {
		e.Aliases = e.Aliases[:valuesMax]
		in.defects = append(in.defects, Defect{Line: line, Column: "aliases",
			Reason: fmt.Sprintf("there are more than %d aliases", valuesMax)})
	}
	e.Births = slices.DeleteFunc(e.Births, func(birth string) bool {
		bad := !validBirth(birth)
		if bad {
			in.defects = append(in.defects, Defect{Line: line, Column: "birth_date",
				Reason: "a date of birth must be written like 1970-01-31, 1970-01 or 1970"})
		}
		return bad
	})
}

func (in *reader) entry(row []string) Entry {
	one := func(column string) string {
		if i := in.at[slices.Index(columns, column)]; i >= 0 {
			return strings.Clone(strings.TrimSpace(row[i]))
		}
		return ""
	}
	many := func(column string) []string {
		var list []string
		for value := range strings.SplitSeq(one(column), ";") {
			if value = strings.TrimSpace(value); value != "" {
				list = append(list, value)
			}
		}
		return list
	}
	return Entry{ID: one("id"), Schema: one("schema"), Name: one("name"), Aliases: many("aliases"),
		Births: many("birth_date"), Countries: many("countries"), Addresses: many("addresses"),
		Identifiers: many("identifiers"), Sanctions: many("sanctions"), Phones: many("phones"), Emails: many("emails"),
		Dataset: one("dataset"), FirstSeen: one("first_seen"), LastSeen: one("last_seen"),
		LastChange: one("last_change")}
}

// validBirth reports whether a text is a day, a month or a year.
func validBirth(text string) bool {
	const day = "1970-01-01"
	if len(text) != 4 && len(text) != 7 && len(text) != len(day) {
		return false
	}
	_, err := calendar.ParseDate(text + day[len(text):])
	return err == nil
}
