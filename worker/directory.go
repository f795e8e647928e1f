// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"context"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
	"github.com/kakehashi-pay/kakehashi/store"
)

// The pauses of a directory that has been read whole.
const (
	rosterLook = 2 * time.Second  // between two looks whether anything was written
	rosterRest = 30 * time.Second // between two readings of it all
)

// Directory keeps the names of all merchants and stores in memory, reads them from the catalogue, and follows it. It may lag
// and may be made anew; nothing is decided by it.
//
// A change is found by reading all pages again when the edition of merchants or of stores has changed, 30 s after the last
// such reading at the earliest: versions have no index, and 300,000 merchants with 400,000 stores take 4 s of one
// processor (BenchmarkRosterSQLite). Where only one of the two has changed, only that one is read.
//
// Concurrency: one owner steps it; any number may search.
type Directory struct {
	reader *store.Reader

	mutex    sync.RWMutex
	names    *directory.Directory
	standing directory.Standing

	seen, aim store.RosterEditions // what the names agree with; what they will, after this reading
	begun     time.Time            // when this reading began
	next      time.Time            // no look before
	rested    time.Time            // no reading before
	part      rosterPart
	merchant  ident.Digest
	store     store.ShopKey
}

// rosterPart is what a directory reads.
type rosterPart int

const (
	atRest rosterPart = iota
	readingMerchants
	readingStores
)

// NewDirectory is a directory that has read nothing.
func NewDirectory(reader *store.Reader) *Directory {
	return &Directory{reader: reader, names: directory.New()}
}

// Search finds merchants: see the directory's own Search.
func (d *Directory) Search(query string, f directory.Filter, after directory.Place, limit int) (directory.Page, error) {
	d.mutex.RLock()
	defer d.mutex.RUnlock()
	return d.names.Search(query, f, after, limit)
}

// Standing is how the directory stands.
func (d *Directory) Standing() directory.Standing {
	d.mutex.RLock()
	defer d.mutex.RUnlock()
	s := d.standing
	s.Merchants, s.Stores = d.names.Merchants(), d.names.Stores()
	return s
}

// Step reads the next pages, at most so many, and reports whether there was anything to read.
//
// Errors: Unavailable store_busy, store_unreachable; Internal row_damaged: the next step goes on where this one stopped.
func (d *Directory) Step(ctx context.Context, now time.Time, pages int) (worked bool, err error) {
	if d.part == atRest {
		if err := d.look(ctx, now); err != nil {
			return false, fault.Wrap("worker.Directory", err)
		}
	}
	for ; pages > 0 && d.part != atRest; pages-- {
		if d.part == readingMerchants {
			err = d.readMerchants(ctx)
		} else {
			err = d.readStores(ctx)
		}
		if err != nil {
			return worked, fault.Wrap("worker.Directory", err)
		}
		worked = true
		if d.part == atRest {
			d.agree(now)
		}
	}
	return worked, nil
}

// look begins a reading where something was written since the last one.
func (d *Directory) look(ctx context.Context, now time.Time) error {
	if now.Before(d.next) {
		return nil
	}
	found, err := d.reader.RosterEditions(ctx)
	if err != nil {
		return err
	}
	d.next = now.Add(rosterLook)
	if found == d.seen {
		d.stand(now)
		return nil
	}
	if now.Before(d.rested) {
		return nil
	}
	d.aim, d.begun, d.merchant, d.store = found, now, ident.Digest{}, store.ShopKey{}
	d.part = readingMerchants
	if d.aim.Merchants == d.seen.Merchants {
		d.part = readingStores
	}
	return nil
}

// agree ends a reading: the names are as the catalogue was when it began, or later.
func (d *Directory) agree(now time.Time) {
	d.seen, d.rested = d.aim, now.Add(rosterRest)
	d.stand(d.begun)
}

func (d *Directory) stand(asOf time.Time) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.standing.Whole, d.standing.AsOf = true, asOf
}

func (d *Directory) readMerchants(ctx context.Context) error {
	page, err := d.reader.MerchantsSince(ctx, d.merchant, d.seen.Merchants)
	if err != nil {
		return err
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for i := range page.Changed {
		d.names.Put(&page.Changed[i])
	}
	switch {
	case page.Full():
		d.merchant = page.Last
	case d.aim.Stores == d.seen.Stores:
		d.part = atRest
	default:
		d.part = readingStores
	}
	return nil
}

func (d *Directory) readStores(ctx context.Context) error {
	page, err := d.reader.StoresSince(ctx, d.store, d.seen.Stores)
	if err != nil {
		return err
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for i := range page.Changed {
		d.names.PutStore(&page.Changed[i])
	}
	if d.store = page.Last; !page.Full() {
		d.part = atRest
	}
	return nil
}
