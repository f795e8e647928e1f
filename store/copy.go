// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// Codes of the errors of copying.
const (
	CodeNotVacant   fault.Code = "store_not_empty"
	CodeNothing     fault.Code = "store_holds_nothing"
	CodeUnfinished  fault.Code = "copy_unfinished"
	CodeUnsettled   fault.Code = "copy_never_settled"
	CodeInterrupted fault.Code = "copy_interrupted"
)

// The marks of a copy, in the place where a lane's row names its holder. Whoever takes the lane puts its own name there.
const (
	holderCopying = "a copy in the making"
	holderCopied  = "a copy, not opened since"
)

// Unfinished reports whether the lane is part of a copy that was broken off: nothing may be built on it.
func (r *LaneRow) Unfinished() bool { return r.Holder == holderCopying }

// Copied reports whether the lane is a copy's and nobody has taken it since: what happened after the cut is not in it.
func (r *LaneRow) Copied() bool { return r.Holder == holderCopied }

// EpochStep is by how much a copy that is to be served raises the epochs of its lanes: further than a process that still
// writes to the lost store can have raised them since the cut, so that none of its batches fits.
const EpochStep = 1 << 20

// Copying says how a store is copied.
type Copying struct {
	Raise    bool               // the copy is to be served: its epochs are raised by EpochStep
	Footer   func(Cut) Footer   // what a copy in a file says of itself; nil: nothing
	Progress func(CopyProgress) // after each page; may be nil
}

// CopyProgress says how far a copy is.
type CopyProgress struct {
	Table   string
	Written int64 // rows of all tables
	N, Of   int64 // journal rows that are copied, and that there are up to the cut; 0 of 0 before it is known
}

// Cut is where the lanes of a copy stand: everything up to it is in the copy, and nothing after it.
type Cut struct {
	Lanes   []LaneRow // in the order of their keys, as they stood together
	Written int64     // rows of all tables
}

// Rows is how many journal rows there are up to the cut.
func (c *Cut) Rows() (rows int64) {
	for i := range c.Lanes {
		rows += c.Lanes[i].N
	}
	return rows
}

// copier is a copy under way.
type copier struct {
	from    *Reader
	into    *copyTarget
	options Copying

	cut      Cut
	copied   editions // of each kind of facts, as of the last time its table was read from its beginning
	quotes   int64    // version of the newest price-list line
	balances []cell
	opens    []cell // checkpoints
	done     int64  // journal rows copied
}

// Copy fills a store that holds nothing with what another holds, through its Reader and a page at a time: no transaction on
// the other lasts longer than a page, so it may be served meanwhile. The copy ends at a cut: where all lanes stood together
// at one moment after it began. It has the rows that the journals up to the cut speak of, the facts as of it, the claims of
// a day, and what was told before. Once it returns the copy is durable; after an error it is unfinished, and says so.
//
// What is left out: deliveries that were written while it ran, so that whatever they told is told again.
// Errors: Invalid store_location_malformed; NotFound store_holds_nothing; Conflict store_not_empty, copy_unfinished (the
// other is none itself); Unavailable copy_never_settled, copy_interrupted, store_busy, store_unreachable; Internal
// row_damaged, naming a row that does not follow from the one before it.
func Copy(ctx context.Context, from *Reader, to Location, o Copying) (Cut, error) {
	lanes, err := from.Lanes(ctx)
	if err == nil {
		err = copyable(lanes)
	}
	if err != nil {
		return Cut{}, fault.Wrap("store.Copy", err)
	}
	into, err := openCopy(ctx, to)
	if err != nil {
		return Cut{}, fault.Wrap("store.Copy", err)
	}
	defer into.session.close()
	c := &copier{from: from, into: into, options: o}
	for i := range c.copied {
		c.copied[i] = -1
	}
	if err := c.run(ctx, lanes); err != nil {
		return Cut{}, fault.Wrap("store.Copy", interrupted(ctx, err))
	}
	c.cut.Written = into.written
	return c.cut, nil
}

// interrupted says that a copy failed because it was told to stop.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return &fault.Error{Op: "store.Copy", Kind: fault.Unavailable, Code: CodeInterrupted,
		Detail: "the copy was broken off before its end", Err: err}
}

// copyable refuses a store that was never written to, and one that is half a copy itself.
func copyable(lanes []LaneRow) error {
	if len(lanes) == 0 {
		return &fault.Error{Op: "store.Copy", Kind: fault.NotFound, Code: CodeNothing,
			Detail: "the store holds nothing: no process was ever started on it"}
	}
	for i := range lanes {
		if lanes[i].Unfinished() {
			return &fault.Error{Op: "store.Copy", Kind: fault.Conflict, Code: CodeUnfinished,
				Detail: "the store is a copy that was never finished"}
		}
	}
	return nil
}

// run copies in an order that lets the parts agree: deliveries before the cut, so that none is of a row after it; facts
// until none changed between their reading and the cut; claims within the hour of the cut, since older ones are being
// removed; and then what lies still.
func (c *copier) run(ctx context.Context, lanes []LaneRow) error {
	steps := []func(context.Context) error{
		func(ctx context.Context) error { return c.begin(ctx, lanes) },
		func(ctx context.Context) error { return c.eachOf(ctx, lanes, c.deliveries) },
		c.settle,
		c.priceList,
		func(ctx context.Context) error { return c.eachOf(ctx, c.cut.Lanes, c.lane) },
		func(ctx context.Context) error { return c.eachOf(ctx, c.cut.Lanes, c.parked) },
		c.end,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *copier) eachOf(ctx context.Context, lanes []LaneRow, each func(context.Context, *LaneRow) error) error {
	for i := range lanes {
		if err := each(ctx, &lanes[i]); err != nil {
			return err
		}
	}
	return nil
}

// begin marks the copy as unfinished, durably and before anything else is in it.
func (c *copier) begin(ctx context.Context, lanes []LaneRow) error {
	rows := make([]cell, 0, len(lanes)*len(laneKinds))
	for i := range lanes {
		blank := LaneRow{Lane: lanes[i].Lane, Epoch: c.epoch(&lanes[i]), Holder: holderCopying}
		rows = append(rows, laneCells(&blank)...)
	}
	if err := c.into.add(ctx, &copyLane, rows); err != nil {
		return err
	}
	return c.into.seal(ctx, nil)
}

func (c *copier) epoch(l *LaneRow) int64 {
	if c.options.Raise {
		return l.Epoch + EpochStep
	}
	return l.Epoch
}

// end writes what a start reads, and last of all, durably, the lanes' rows: from then on the copy is one.
func (c *copier) end(ctx context.Context) error {
	if err := c.into.add(ctx, &addBalance, c.balances); err != nil {
		return err
	}
	if err := c.into.add(ctx, &writeCheckpoint, c.opens); err != nil {
		return err
	}
	c.copied[editionQuote] = c.quotes
	if err := c.into.add(ctx, &writeEdition, c.copied.cells()); err != nil {
		return err
	}
	var rows []cell
	for i := range c.cut.Lanes {
		l := c.cut.Lanes[i]
		l.Epoch, l.Holder, l.Backend, l.Renewed = c.epoch(&l), holderCopied, 0, 0
		l.Taken = l.Epoch
		rows = append(rows, laneCells(&l)...)
	}
	if err := c.into.add(ctx, &copyLane, rows); err != nil {
		return err
	}
	var footer *Footer
	if c.options.Footer != nil {
		c.cut.Written = c.into.written
		f := c.options.Footer(c.cut)
		footer = &f
	}
	return c.into.seal(ctx, footer)
}

// told reports how far the copy is.
func (c *copier) told(table string) {
	if c.options.Progress == nil {
		return
	}
	c.options.Progress(CopyProgress{Table: table, Written: c.into.written + c.into.waiting, N: c.done, Of: c.cut.Rows()})
}

var copyLane = insertion{table: "lane", columns: laneColumns, kinds: laneKinds,
	suffix: "ON CONFLICT (lane) DO UPDATE SET epoch = excluded.epoch, taken = excluded.taken, batch = excluded.batch, " +
		"n = excluded.n, head = excluded.head, at = excluded.at, accounts = excluded.accounts, holder = excluded.holder, " +
		"backend = excluded.backend, renewed = excluded.renewed"}

func laneCells(r *LaneRow) []cell {
	return []cell{number(r.Lane.Key()), number(r.Epoch), number(max(r.Taken, 1)), number(r.Batch), number(r.N),
		blob(r.Head[:]), number(r.At), number(r.Accounts), text(r.Holder), number(r.Backend), number(r.Renewed)}
}

// Vacant makes sure that a store may be filled by Copy: that nothing was ever written to it. One that is not there yet is
// vacant, and is not made.
//
// Errors: Conflict store_not_empty, naming what is there.
func Vacant(ctx context.Context, location Location) error {
	r, err := OpenReader(ctx, location)
	if err != nil {
		return nil // there is no store to read: whether one can be made there, the copy will show
	}
	defer r.Close()
	return vacant(ctx, r)
}

func vacant(ctx context.Context, r reads) error {
	var there []string
	err := r.query(ctx, &listLanes, nil, func(c []cell) error {
		row, err := laneRow(c)
		there = append(there, fmt.Sprintf("lane %d with %d rows, the last of %s", row.Lane, row.N,
			time.UnixMicro(row.At).UTC().Format(time.RFC3339)))
		return err
	})
	if err == nil && len(there) == 0 {
		err = r.query(ctx, &listEditions, nil, func([]cell) error {
			there = []string{"a catalogue"}
			return nil
		})
	}
	if err != nil || len(there) == 0 {
		return fault.Wrap("store.Vacant", err)
	}
	return &fault.Error{Op: "store.Vacant", Kind: fault.Conflict, Code: CodeNotVacant,
		Detail: "the store is not empty: it holds " + strings.Join(there, "; ")}
}

// laneOf is the lane of a key that the store holds, among some.
func laneOf(lanes []LaneRow, key int64) (ident.Lane, bool) {
	for i := range lanes {
		if lanes[i].Lane.Key() == key {
			return lanes[i].Lane, true
		}
	}
	return 0, false
}

// sameHour reports whether each lane is still in the hour in which it stood.
func sameHour(then, now []LaneRow) bool {
	for i := range then {
		for j := range now {
			if then[i].Lane == now[j].Lane && then[i].hour() != now[j].hour() {
				return false
			}
		}
	}
	return true
}

// hour is the hour in which the lane stands.
func (r *LaneRow) hour() int64 { return HourOf(time.UnixMicro(r.At)) }
