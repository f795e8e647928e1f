// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/store"
)

// difference is what the books have of the merchants and stores that some rows are about.
type difference struct {
	merchants map[ident.Digest]merchant.Merchant
	stores    map[storeName]merchant.Store
}

type storeName struct {
	merchant  ident.Digest
	reference string
}

func nameOf(s *merchant.Store) storeName { return storeName{s.Merchant.Digest, s.Reference} }

// judge finds what is wrong with rows for what the books hold.
func (d *difference) judge(rows []*row) {
	for _, r := range rows {
		if len(r.flaws) > 0 {
			continue
		}
		m, known := d.merchants[r.merchant.ID.Digest]
		if known && m.Status != merchant.Ended && m.Currency != r.merchant.Currency {
			r.flaw(Currency, CodeCurrencyFrozen, "the merchant is paid in "+m.Currency.String()+
				": what it was paid is booked in it, and an import does not change that")
		}
	}
}

// wanted is a row's merchant as it is to be: what the books know of it beyond the file stays as it is.
func (d *difference) wanted(r *row) (m merchant.Merchant, before merchant.Merchant, known bool) {
	m = r.merchant
	if before, known = d.merchants[m.ID.Digest]; known {
		m.Status = before.Status
	}
	return m, before, known
}

// wantedStore is a row's store as it is to be.
func (d *difference) wantedStore(r *row) (s merchant.Store, before merchant.Store, known bool) {
	s = r.store
	if before, known = d.stores[nameOf(&s)]; known {
		s.Terminals = before.Terminals
	}
	return s, before, known
}

// count counts a row's merchant, with the first of its rows, and its store.
func (d *difference) count(t *Tally, r *row) {
	m, before, known := d.wanted(r)
	ended := known && before.Status == merchant.Ended
	if r.first {
		t.Merchants.add(known, m == before, ended)
		if known && before.Status == merchant.Suspended && m != before {
			t.Held++
		}
	}
	if r.hasStore {
		s, before, known := d.wantedStore(r)
		t.Stores.add(known, s == before, ended)
	}
}

func (c *Compared) add(known, same, ended bool) {
	switch {
	case ended:
		c.Ended++
	case !known:
		c.New++
	case same:
		c.Same++
	default:
		c.Changed++
	}
}

// facts are what rows bring that the books lack or have otherwise; nil when there is nothing. A merchant that was
// terminated is left alone with all of its stores.
func (d *difference) facts(rows []*row) *store.Facts {
	var f store.Facts
	brought := map[ident.Digest]bool{}
	for _, r := range rows {
		if len(r.flaws) > 0 {
			continue
		}
		m, before, known := d.wanted(r)
		if known && before.Status == merchant.Ended {
			continue
		}
		if m != before && !brought[m.ID.Digest] {
			brought[m.ID.Digest] = true
			f.Merchants = append(f.Merchants, m)
		}
		if s, before, _ := d.wantedStore(r); r.hasStore && s != before {
			f.Stores = append(f.Stores, s)
		}
	}
	if len(f.Merchants)+len(f.Stores) == 0 {
		return nil
	}
	return &f
}
