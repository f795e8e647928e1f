// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
)

// The roster is all merchants and stores, for whoever keeps them by other keys than the books do. It is read page by page in
// the order of its keys, and a change is found by reading it again: there is no index of versions, because each merchant and
// store would pay for it when it is written, and a page that skips the rows of old versions without one may have to look at
// all of them. What is old is dropped here as soon as its version is read.

// RosterEditions are the versions of the last acts that wrote a merchant and a store. While one stays as it is, so do they.
type RosterEditions struct {
	Merchants, Stores int64
}

// RosterEditions are the editions of the roster; zero where nothing was written yet.
func (r *Reader) RosterEditions(ctx context.Context) (found RosterEditions, err error) {
	err = r.query(ctx, &listEditions, nil, func(c []cell) error {
		switch c[0].number {
		case editionMerchant:
			found.Merchants = c[1].number
		case editionStore:
			found.Stores = c[1].number
		}
		return nil
	})
	return found, fault.Wrap("store.Roster", err)
}

// MerchantPage is a page of the merchants.
type MerchantPage struct {
	Changed []merchant.Merchant // of the rows that were looked at
	Rows    int                 // that were looked at; fewer than a page: these were the last
	Last    ident.Digest        // of them
}

// MerchantsSince is the next page of merchants after an id: at most 512 are looked at, in the order of their ids, and those
// are given that an act after a version wrote.
//
// Errors: Unavailable store_busy, store_unreachable; Internal row_damaged.
func (r *Reader) MerchantsSince(ctx context.Context, after ident.Digest, version int64) (p MerchantPage, err error) {
	err = r.query(ctx, &merchantsAfter, []cell{blob(after[:]), number(pageMax)}, func(c []cell) error {
		if len(c[0].bytes) != len(p.Last) {
			return damaged("store.Roster", "a merchant's id")
		}
		p.Rows, p.Last = p.Rows+1, ident.Digest(c[0].bytes)
		if c[11].number <= version {
			return nil
		}
		m, err := merchantRow(c)
		p.Changed = append(p.Changed, m)
		return err
	})
	return p, fault.Wrap("store.Roster", err)
}

// Full reports whether there may be another page.
func (p *MerchantPage) Full() bool { return p.Rows == pageMax }

// ShopKey is where a store stands among all.
type ShopKey struct {
	Merchant  ident.Digest
	Reference string
}

// ShopPage is a page of the stores.
type ShopPage struct {
	Changed []merchant.Store // of the rows that were looked at; their merchants' lanes are not known here
	Rows    int              // that were looked at; fewer than a page: these were the last
	Last    ShopKey          // of them
}

// StoresSince is the next page of stores after one: as MerchantsSince.
func (r *Reader) StoresSince(ctx context.Context, after ShopKey, version int64) (p ShopPage, err error) {
	args := []cell{blob(after.Merchant[:]), text(after.Reference), number(pageMax)}
	err = r.query(ctx, &storesAfter, args, func(c []cell) error {
		if len(c[0].bytes) != len(p.Last.Merchant) {
			return damaged("store.Roster", "the merchant of a store")
		}
		p.Rows, p.Last = p.Rows+1, ShopKey{Merchant: ident.Digest(c[0].bytes), Reference: c[1].text}
		if c[5].number > version {
			p.Changed = append(p.Changed, merchant.Store{Merchant: ident.ID{Digest: p.Last.Merchant}, Reference: c[1].text,
				Name: c[2].text, MCC: c[3].text, Terminals: int(c[4].number)})
		}
		return nil
	})
	return p, fault.Wrap("store.Roster", err)
}

// Full reports whether there may be another page.
func (p *ShopPage) Full() bool { return p.Rows == pageMax }

var merchantsNamed = lookup{sql: merchantColumns + "WHERE id", tail: "ORDER BY id", key: kindBytes, out: merchantKinds}

// MerchantsNamed are the merchants of some ids; of an id that names none there is none.
//
// Errors: as MerchantsSince.
func (r *Reader) MerchantsNamed(ctx context.Context, ids []merchant.ID) (map[merchant.ID]merchant.Merchant, error) {
	keys := make([]cell, len(ids))
	for i := range ids {
		keys[i] = blob(ids[i].Digest[:])
	}
	named := map[merchant.ID]merchant.Merchant{}
	err := r.lookup(ctx, &merchantsNamed, nil, keys, func(c []cell) error {
		m, err := merchantRow(c)
		named[m.ID] = m
		return err
	})
	return named, fault.Wrap("store.Roster", err)
}

var storesOf = statement{
	sql: "SELECT reference, name, mcc, terminals FROM shop WHERE merchant = $1 AND reference > $2 ORDER BY reference LIMIT $3",
	in:  "btn", out: "tttn",
}

// Stores is the next page of a merchant's stores after a reference, in the order of their references, of at most so many.
//
// Errors: as MerchantsSince.
func (r *Reader) Stores(ctx context.Context, of merchant.ID, after string, limit int) ([]merchant.Store, error) {
	args := []cell{blob(of.Digest[:]), text(after), number(int64(min(limit, pageMax)))}
	stores, err := list(ctx, r, &storesOf, args, func(c []cell) (merchant.Store, error) {
		return merchant.Store{Merchant: of, Reference: c[0].text, Name: c[1].text, MCC: c[2].text,
			Terminals: int(c[3].number)}, nil
	})
	return stores, fault.Wrap("store.Roster", err)
}
