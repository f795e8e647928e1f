// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

const actByRow = "SELECT at, person, what, subject, data FROM act WHERE lane = $1 AND n = $2"

// actRow is a row of table act: who did what, with the data that was asked for.
type actRow struct {
	at                    int64
	person, what, subject string
	data                  []byte
}

// act is the act of a journal row; nil when there is none.
func (a *Auditor) act(ctx context.Context, key, n int64) (found *actRow, err error) {
	err = a.books.each(ctx, actByRow, []any{key, n}, func(rows *sql.Rows) error {
		found = &actRow{}
		return rows.Scan(&found.at, &found.person, &found.what, &found.subject, &found.data)
	})
	return found, err
}

// acted checks a row that records an act: the act is there, and its data, its words and its person are those of the
// row.
func (a *Auditor) acted(l *lane, r *record, act *actRow) {
	row := place(l.id, r.N)
	a.counts.Acts++
	a.facts.forget()
	if act == nil {
		a.found(Accountable, "act", row, "the act that the journal row records is not there")
		return
	}
	l.acted++
	if digest := sha256.Sum256(act.data); r.body.commitment != string(digest[:]) {
		a.found(Accountable, "act", row, "its data is not what its journal row is bound to")
	}
	if r.body.detail != act.what+" "+act.subject || r.body.person != act.person || r.At != act.at {
		a.found(Accountable, "act", row, "what was done, who did it or when is not what its journal row says")
	}
}

// saying is what the data of an act says about facts: for each kind of fact, a list of its fields.
//
// Source: store, the type Facts, which an act's data encodes; the data of other acts says nothing of the sort.
type saying map[string][]map[string]any

// sayings remembers what acts said, by their rows, and the facts that wait to be compared with them.
type sayings struct {
	byRow   map[int64]spoken
	waiting []factRow
}

// spoken is an act with what its data says about facts; nil where it says nothing.
type spoken struct {
	act   *actRow
	facts saying
}

// sayingsMax is how many acts are remembered at once, and waitingMax how many facts wait. Facts are read in the order of their
// keys; compared in the order of the acts that wrote them, an act of hundreds of facts is read once for many of them.
const (
	sayingsMax = 256
	waitingMax = 131_072
)

// said is the act of a row of the house lane, with what it says.
func (a *Auditor) said(ctx context.Context, s *sayings, key, n int64) (one spoken, err error) {
	if known, ok := s.byRow[n]; ok {
		return known, nil
	}
	if one.act, err = a.act(ctx, key, n); err != nil {
		return one, err
	}
	if one.act != nil {
		one.facts = factsIn(one.act.data)
	}
	if s.byRow == nil || len(s.byRow) >= sayingsMax {
		s.byRow = map[int64]spoken{}
	}
	s.byRow[n] = one
	return one, nil
}

// factsIn is what the data of an act says about facts; nil where it says nothing. All of it must be JSON: the data of other
// acts is a digest, and one of 65,536 begins with the two bytes of an object without fields.
func factsIn(data []byte) (facts saying) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // a float would lose what is above 2^53
	if !json.Valid(data) || decoder.Decode(&facts) != nil {
		return nil
	}
	return facts
}

// wanted is a column of a fact with the field of the act's data that must say the same.
type wanted struct {
	column, field string
	is            any // string, int64, bool, or moment
	money         bool
}

// moment is a time as the store keeps it: microseconds since 1970 UTC, 0 for none.
type moment int64

// factRow is a row of a table of the catalogue.
type factRow struct {
	table, key string
	list       string // the list of facts in the data
	picks      func(fields map[string]any) bool
	version    int64
	columns    []wanted
	other      func(act *actRow) string // what is wrong where the act's data says nothing about facts; may be nil
}

// asActed has a row of the catalogue checked, by the next settle at the latest.
func (a *Auditor) asActed(ctx context.Context, s *sayings, house int64, f factRow) error {
	if s.waiting = append(s.waiting, f); len(s.waiting) < waitingMax {
		return nil
	}
	return a.settle(ctx, s, house)
}

// settle checks the rows that wait.
func (a *Auditor) settle(ctx context.Context, s *sayings, house int64) error {
	slices.SortStableFunc(s.waiting, func(x, y factRow) int { return cmp.Compare(x.version, y.version) })
	for _, f := range s.waiting {
		if err := a.checkActed(ctx, s, house, f); err != nil {
			return err
		}
	}
	s.waiting = s.waiting[:0]
	return nil
}

// checkActed checks a row of the catalogue against the act that wrote it last: the house lane's journal records an act
// under its version, and what the act's data says of the row is what stands there. A field that the data does not
// name is not compared.
func (a *Auditor) checkActed(ctx context.Context, s *sayings, house int64, f factRow) error {
	a.counts.Facts++
	at, err := a.facts.actAt(ctx, a.books, f.version)
	if err != nil {
		return err
	}
	if at < 0 {
		a.found(Accountable, f.table, f.key,
			fmt.Sprintf("it is of version %d, and that row of the house lane records no act", f.version))
		return nil
	}
	one, err := a.said(ctx, s, house, f.version)
	if err != nil || one.act == nil { // a missing act was told by the fold
		return err
	}
	if one.facts == nil {
		if f.other != nil {
			if wrong := f.other(one.act); wrong != "" {
				a.found(Accountable, f.table, f.key, wrong)
			}
		}
		return nil
	}
	a.compared(&f, one.facts[f.list])
	return nil
}

// compared checks the columns of a fact against the one of a list that speaks of it.
func (a *Auditor) compared(f *factRow, list []map[string]any) {
	var fields map[string]any
	for _, one := range list {
		if f.picks(one) {
			fields = one // the last one stands
		}
	}
	if fields == nil {
		a.found(Accountable, f.table, f.key,
			fmt.Sprintf("it is of version %d, and that act does not speak of it", f.version))
		return
	}
	for _, w := range f.columns {
		said, ok := fields[w.field]
		if !ok || texted(said) == texted(w.is) || dated(said) == w.is {
			continue
		}
		amount := ""
		if w.money {
			amount = texted(w.is) + " instead of " + texted(said)
		}
		a.add(Finding{Accountable, f.table, f.key, amount,
			fmt.Sprintf("%s is %s, and the act of row %d said %s", w.column, texted(w.is), f.version, texted(said))})
	}
}

func texted(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return fmt.Sprint(v)
}

// dated is a moment that the data wrote as text.
func dated(v any) any {
	text, ok := v.(string)
	if !ok {
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	switch {
	case err != nil:
		return nil
	case t.IsZero():
		return moment(0)
	}
	return moment(t.UnixMicro())
}
