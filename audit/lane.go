// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// lane is what the audit knows of a lane: how far it has folded the journal, and what came of it.
type lane struct {
	id  ident.Lane
	key int64
	cut laneRow // the lane's row as it was read last: the journal is read up to its n

	n      int64       // rows folded
	head   ledger.Hash // hash of the last one
	broken bool        // the last row is not known: the next hash cannot be compared
	at     int64       // time of the last one
	sealed int64       // the last quarter hour that a seal closed

	accounts []*account // by number, from 1
	byName   map[ledger.Account]*account
	touched  []*account

	open      map[int64]int64 // origin of a family somebody must still be asked about → its last row
	firsts    int64           // first rows whose payment row names them
	asked     int64           // first rows of refunds whose refund row names them
	acted     int64           // rows of acts whose act row names them
	free      bitmap          // rows that carry the commitment of a sealed record
	witnessed []Head          // signed heads still to be met, in order
	proven    Head            // the last one that was met and equal
}

// laneRow is the row of table lane.
type laneRow struct {
	n, at, accounts int64
	head            ledger.Hash
}

const laneRows = "SELECT lane, n, head, at, accounts FROM lane ORDER BY lane"

// bitmap is a set of row numbers.
type bitmap struct{ words []uint64 }

func (m *bitmap) set(n int64) {
	for int64(len(m.words)) <= n/64 {
		m.words = append(m.words, 0)
	}
	m.words[n/64] |= 1 << (n % 64)
}

func (m *bitmap) has(n int64) bool {
	return n >= 0 && n/64 < int64(len(m.words)) && m.words[n/64]&(1<<(n%64)) != 0
}

// survey reads where the lanes stand, in one statement: a cut that all of them had reached together.
func (a *Auditor) survey(ctx context.Context) error {
	seen := map[int64]bool{}
	err := a.books.each(ctx, laneRows, nil, func(rows *sql.Rows) error {
		var key int64
		var head []byte
		var row laneRow
		if err := rows.Scan(&key, &row.n, &head, &row.at, &row.accounts); err != nil {
			return err
		}
		copy(row.head[:], head)
		seen[key] = true
		a.surveyed(key, row, len(head))
		return nil
	})
	for _, l := range a.lanes {
		if err == nil && !seen[l.key] {
			a.found(Chained, "lane", laneText(l.id), "the lane's row is gone")
		}
	}
	return err
}

func laneText(l ident.Lane) string { return fmt.Sprint(int(l)) }

func (a *Auditor) surveyed(key int64, row laneRow, headBytes int) {
	id, ok := ident.LaneOf(key)
	if !ok || headBytes != len(row.head) {
		a.found(Chained, "lane", fmt.Sprintf("key %d", key), "the row is damaged: the key or the head is none")
		return
	}
	l := a.lane(id)
	if l == nil {
		l = &lane{id: id, key: key, byName: map[ledger.Account]*account{}, open: map[int64]int64{},
			witnessed: headsOf(a.options.Witness, id)}
		a.lanes = insertLane(a.lanes, l)
	}
	if row.n < l.n {
		a.found(Chained, "lane", laneText(id), fmt.Sprintf("the lane counts %d rows, and counted %d before", row.n, l.n))
	}
	l.cut = row
}

// lane is the state of a lane; nil when its row was never seen.
func (a *Auditor) lane(id ident.Lane) *lane {
	for _, l := range a.lanes {
		if l.id == id {
			return l
		}
	}
	return nil
}

// insertLane keeps the lanes in the order of their numbers: the house lane first, since its acts explain the others.
func insertLane(lanes []*lane, l *lane) []*lane {
	at := len(lanes)
	for at > 0 && lanes[at-1].id > l.id {
		at--
	}
	lanes = append(lanes, nil)
	copy(lanes[at+1:], lanes[at:])
	lanes[at] = l
	return lanes
}

// link checks a row's place in the chain: its number, its hash, its time, and the seal that must stand before it.
func (a *Auditor) link(l *lane, r *record) {
	if r.N != l.n+1 {
		a.missing(l, l.n+1, r.N-1)
	}
	if sum := chain(l.head, l.key, r); !l.broken && sum != r.Hash {
		a.found(Chained, "journal", place(l.id, r.N), "the hash does not follow from the row and the row before it")
	}
	first := l.n == 0
	broken := l.broken
	l.n, l.head, l.broken = r.N, r.Hash, false
	a.clock(l, r, first || broken)
	a.witness(l, r)
}

// missing says that some rows are not there.
func (a *Auditor) missing(l *lane, from, to int64) {
	what := "the row is missing"
	if to > from {
		what = fmt.Sprintf("the rows up to %d are missing", to)
	}
	a.found(Chained, "journal", place(l.id, from), what)
	l.broken = true
}

// quarterMicros is the distance between two seals.
const quarterMicros = 15 * 60 * 1_000_000

func quarterOf(at int64) int64 { return at - at%quarterMicros }

// clock checks that time never falls, and that nothing but the seal comes first in a new quarter hour.
func (a *Auditor) clock(l *lane, r *record, first bool) {
	row := place(l.id, r.N)
	switch {
	case r.At < l.at:
		a.found(Chained, "journal", row, "its time is before the row before it")
	case r.At < l.sealed:
		a.found(Chained, "journal", row, "its time is before the quarter hour that is sealed")
	case !first && quarterOf(r.At) > l.at && r.Kind != ledger.Seal:
		a.found(Chained, "journal", row, "a quarter hour ended before it and is not sealed")
	}
	l.at = max(l.at, r.At)
}

// seal checks a row that closes a quarter hour.
func (a *Auditor) seal(l *lane, r *record, before int64) {
	row := place(l.id, r.N)
	switch {
	case r.body.quarter%quarterMicros != 0 || r.body.quarter != quarterOf(r.At):
		a.found(Chained, "journal", row,
			fmt.Sprintf("it seals %d, which is not the quarter hour it stands in", r.body.quarter))
	case before >= r.body.quarter && r.N > 1:
		a.found(Chained, "journal", row, "it seals a quarter hour that had begun")
	}
	l.sealed = max(l.sealed, r.body.quarter)
}

// end compares a lane's row with the last row of its journal.
func (a *Auditor) end(l *lane) {
	row := laneText(l.id)
	if l.n < l.cut.n {
		a.missing(l, l.n+1, l.cut.n)
		l.n = l.cut.n
		return
	}
	switch {
	case l.broken || l.n > l.cut.n:
	case l.n == 0 && l.cut.head != ledger.Hash{}:
		a.found(Chained, "lane", row, "there is a head, and no row")
	case l.cut.head != l.head:
		a.found(Chained, "lane", row, fmt.Sprintf("the head is not the hash of row %d", l.n))
	case l.n > 0 && (l.cut.at < l.at || quarterOf(l.cut.at) > l.at):
		a.found(Chained, "lane", row, fmt.Sprintf("the time does not fit that of row %d", l.n))
	case l.cut.accounts != int64(len(l.accounts)):
		a.found(Chained, "lane", row, fmt.Sprintf("the lane counts %d accounts, and its journal opens %d", l.cut.accounts,
			len(l.accounts)))
	}
}

// witness compares a row with the signed head that left the machine when it was the last.
func (a *Auditor) witness(l *lane, r *record) {
	for len(l.witnessed) > 0 && l.witnessed[0].N <= r.N {
		h := l.witnessed[0]
		l.witnessed = l.witnessed[1:]
		switch {
		case h.N < r.N: // its row is missing, and was told so
		case h.Hash != r.Hash || h.At != 0 && h.At != r.At:
			a.found(Accountable, "journal", place(l.id, r.N),
				"the row or one before it was altered: a signed head that left the machine says otherwise")
		default:
			l.proven, l.proven.At = h, r.At
		}
	}
}

// unwitnessed says which signed heads lie beyond the journal's end: rows were cut off.
func (a *Auditor) unwitnessed(l *lane) {
	if k := len(l.witnessed); k > 0 {
		a.found(Accountable, "lane", laneText(l.id),
			fmt.Sprintf("a signed head tells of row %d, and the journal ends at row %d", l.witnessed[k-1].N, l.n))
	}
}

// unwitnessedLanes says which signed heads are of lanes that are not there.
func (a *Auditor) unwitnessedLanes() {
	for _, h := range a.options.Witness {
		if a.lane(h.Lane) == nil {
			a.found(Accountable, "lane", laneText(h.Lane), "a signed head tells of the lane, and it has no row")
		}
	}
}

// strayRows says that rows belong to a lane that has no row in table lane.
func (a *Auditor) strayRows(table string, key int64) {
	text := fmt.Sprintf("key %d", key)
	if id, ok := ident.LaneOf(key); ok {
		text = laneText(id)
	}
	a.found(Chained, table, "lane "+text, "there are rows of a lane that has no row in table lane")
}
