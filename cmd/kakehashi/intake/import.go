// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/store"
)

// CodeStopped is the code of an import that was asked to stop before it came to the end of its file.
const CodeStopped fault.Code = "import_stopped"

// chunkRows is how many rows are compared and written together: with a merchant and a store each, they are 512 facts.
//
// Source: decisions A11.
const chunkRows = 256

// Import is one run over a file.
type Import struct {
	Terms
	File   *File
	Reader *store.Reader
	Person string
	// Do hands an act over and waits for what it comes to; nil in a dry run, which does everything else.
	Do func(ctx context.Context, m flow.Movement) (flow.Outcome, error)
	// Bad takes the rows that are not written, as a file that can be corrected and imported. It may be nil.
	Bad io.Writer
	// Notice is told of every finding about a row that is written, in the order of the rows. It may be nil.
	Notice func(Finding) error
	// Progress is told after each chunk how far the import is. It may be nil.
	Progress func(Progress)
	// Pause waits before what failed is tried again; nil: time passes.
	Pause func(ctx context.Context, d time.Duration)

	tally Tally
	bad   badRows
}

// Progress is how far an import is.
//
// Units: Read and Size are bytes of the file.
type Progress struct {
	Rows, Bad  int64
	Read, Size int64
}

// chunk is rows that were read and checked.
type chunk struct {
	rows []*row
	read int64
	err  error // why there are no more; nil at the end of the file
}

// Run brings the file into the books. The tally is of what was done, also after an error. When the context ends, the
// chunk under way is finished and no other begun.
//
// Errors: Unavailable import_stopped; what reading the file, reading the books and the desk answer.
func (i *Import) Run(ctx context.Context) (*Tally, error) {
	i.bad = badRows{to: i.Bad, file: i.File}
	chunks := make(chan chunk, 2)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go i.read(ctx, chunks)
	for c := range chunks {
		if c.err != nil {
			return &i.tally, fmt.Errorf("after row %d: %w", i.tally.Rows, c.err)
		}
		if ctx.Err() != nil {
			return &i.tally, i.stopped()
		}
		if err := i.bring(context.WithoutCancel(ctx), c.rows); err != nil {
			return &i.tally, err
		}
		if i.Progress != nil {
			i.Progress(Progress{Rows: i.tally.Rows, Bad: i.tally.Bad, Read: c.read, Size: i.File.Size})
		}
	}
	if ctx.Err() != nil {
		return &i.tally, i.stopped()
	}
	return &i.tally, nil
}

func (i *Import) stopped() error {
	return &fault.Error{Op: "intake.Import", Kind: fault.Unavailable, Code: CodeStopped,
		Detail: fmt.Sprintf("stopped after %d rows: the same command goes on from there", i.tally.Rows)}
}

// read reads and checks the file ahead of what is written.
func (i *Import) read(ctx context.Context, to chan<- chunk) {
	defer close(to)
	seen := newSeen()
	for more := true; more && ctx.Err() == nil; {
		c := chunk{rows: make([]*row, 0, chunkRows)}
		for len(c.rows) < chunkRows {
			r, err := i.File.next()
			if err != nil {
				more = false
				if !ended(err) {
					c.err = err
				}
				break
			}
			if len(r.flaws) == 0 {
				i.check(r)
			}
			if len(r.flaws) == 0 {
				seen.note(r)
			}
			c.rows = append(c.rows, r)
		}
		c.read = i.File.rows.offset()
		select {
		case to <- c:
		case <-ctx.Done():
			return
		}
	}
}

// bring compares a chunk with the books, writes what they lack, and counts.
func (i *Import) bring(ctx context.Context, rows []*row) error {
	d, err := i.compare(ctx, rows)
	if err != nil {
		return err
	}
	d.judge(rows)
	for _, r := range rows {
		i.tally.Rows++
		if err := i.count(d, r); err != nil {
			return err
		}
	}
	return i.write(ctx, rows, d)
}

// count counts one row, and passes on what is to be said of it.
func (i *Import) count(d *difference, r *row) error {
	if len(r.flaws) > 0 {
		i.tally.Bad++
		if len(i.tally.Flaws) < flawsNamed {
			i.tally.Flaws = append(i.tally.Flaws, r.flaws[0])
		}
		if i.Bad == nil {
			return nil
		}
		return i.bad.add(r)
	}
	d.count(&i.tally, r)
	for _, f := range r.findings {
		if f.Column.ofMerchant() && !r.first {
			continue // said of another row already
		}
		i.tally.noticed(f)
		if i.Notice != nil {
			if err := i.Notice(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// The pauses before an act that was not taken, or of which nobody knows, is tried again.
const (
	pauseFirst = 50 * time.Millisecond
	pauseMax   = 5 * time.Second
	triesMax   = 12 // half a minute in all
)

// write writes what a chunk brings. Where nobody knows whether an act happened the books are compared again: what
// they have by then is not written twice.
func (i *Import) write(ctx context.Context, rows []*row, d *difference) error {
	facts := d.facts(rows)
	if facts == nil {
		return nil
	}
	i.tally.Acts++
	if i.Do == nil {
		return nil
	}
	pause := pauseFirst
	for try := 1; ; try++ {
		subject := fmt.Sprintf("%s rows %d to %d", i.Holder.ID, rows[0].record.row, rows[len(rows)-1].record.row)
		_, err := i.Do(ctx, flow.Put{Person: i.Person, What: "import merchants", Subject: subject, Facts: *facts})
		kind := fault.KindOf(err)
		if err == nil || try == triesMax || kind != fault.Unavailable && kind != fault.Unknown {
			return err
		}
		i.wait(ctx, pause)
		pause = min(2*pause, pauseMax)
		if d, err = i.compare(ctx, rows); err != nil {
			return err
		}
		d.judge(rows)
		if facts = d.facts(rows); facts == nil {
			return nil
		}
	}
}

func (i *Import) wait(ctx context.Context, d time.Duration) {
	if i.Pause != nil {
		i.Pause(ctx, d)
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// compare reads what the books have of a chunk's merchants and stores. Each chunk is compared with a catalogue of its
// own, so that nothing in it is older than the chunk, and nothing is held after it.
func (i *Import) compare(ctx context.Context, rows []*row) (*difference, error) {
	d := &difference{merchants: map[ident.Digest]merchant.Merchant{}, stores: map[storeName]merchant.Store{}}
	books := store.NewCatalogue(i.Reader)
	var keys store.Keys
	for _, r := range rows {
		if len(r.flaws) == 0 {
			keys.Merchants = append(keys.Merchants, r.merchant.ID)
		}
	}
	if err := books.Keep(ctx, time.Now(), keys); err != nil {
		return nil, fault.Wrap("intake.compare", err)
	}
	for _, r := range rows {
		if len(r.flaws) > 0 {
			continue
		}
		m, known := books.Merchant(r.merchant.ID)
		if !known {
			continue // what has no merchant has no stores
		}
		d.merchants[m.ID.Digest] = m
		if !r.hasStore {
			continue
		}
		s, known, err := books.Store(ctx, r.merchant.ID, r.store.Reference)
		if err != nil {
			return nil, fault.Wrap("intake.compare", err)
		}
		if known {
			d.stores[nameOf(&r.store)] = s
		}
	}
	return d, nil
}
