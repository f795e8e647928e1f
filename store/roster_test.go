// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/store/storetest"
)

// rosterMerchant is a merchant, plainly a sample.
func rosterMerchant(i int) merchant.Merchant {
	reference := fmt.Sprintf("M-%07d", i)
	return merchant.Merchant{ID: merchant.NameOf(ident.House, "acq", reference), Holder: "acq", Reference: reference,
		Name: fmt.Sprint("サンプル食堂 ", i), MCC: "5812", Region: "JP", Prefecture: 1 + i%47, Currency: money.JPY,
		Status: merchant.Live, Plan: "std"}
}

func rosterStore(merchants, i int) merchant.Store {
	return merchant.Store{Merchant: rosterMerchant(i % merchants).ID, Reference: fmt.Sprintf("S-%06d", i),
		Name: fmt.Sprint("見本駅前店 ", i), MCC: "5812", Terminals: 1 + i%3}
}

// furnishRoster writes merchants and stores, 512 an act.
func furnishRoster(w *storetest.World, merchants, stores int) {
	w.T.Helper()
	for from := 0; from < merchants; from += 512 {
		var facts store.Facts
		for i := from; i < min(from+512, merchants); i++ {
			facts.Merchants = append(facts.Merchants, rosterMerchant(i))
		}
		putFacts(w, facts)
	}
	for from := 0; from < stores; from += 512 {
		var facts store.Facts
		for i := from; i < min(from+512, stores); i++ {
			facts.Stores = append(facts.Stores, rosterStore(merchants, i))
		}
		putFacts(w, facts)
	}
}

func putFacts(w *storetest.World, facts store.Facts) {
	w.T.Helper()
	w.Must(store.Changes{Facts: facts, Act: &store.Act{Person: "test", What: "furnish"}})
}

// readRoster reads all pages, and gives what is changed since the editions.
func readRoster(t testing.TB, r *store.Reader, since store.RosterEditions) (merchants []merchant.Merchant,
	stores []merchant.Store) {
	t.Helper()
	ctx := context.Background()
	for after := (ident.Digest{}); ; {
		p, err := r.MerchantsSince(ctx, after, since.Merchants)
		if err != nil {
			t.Fatal(err)
		}
		merchants, after = append(merchants, p.Changed...), p.Last
		if !p.Full() {
			break
		}
	}
	for after := (store.ShopKey{}); ; {
		p, err := r.StoresSince(ctx, after, since.Stores)
		if err != nil {
			t.Fatal(err)
		}
		stores, after = append(stores, p.Changed...), p.Last
		if !p.Full() {
			return merchants, stores
		}
	}
}

func TestRosterIsReadWholeAndThenWhatHasChanged(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := storetest.Open(t, "memory:roster")
	r := w.DB.Reader()
	if e, err := r.RosterEditions(ctx); err != nil || e != (store.RosterEditions{}) {
		t.Fatalf("an empty store is at %v, %v", e, err)
	}
	furnishRoster(w, 1200, 1100)
	merchants, stores := readRoster(t, r, store.RosterEditions{})
	if len(merchants) != 1200 || len(stores) != 1100 {
		t.Fatalf("%d merchants and %d stores, not 1200 and 1100", len(merchants), len(stores))
	}
	want := rosterMerchant(700)
	if !slices.Contains(merchants, want) {
		t.Errorf("%v is not among the merchants", want)
	}
	seen, err := r.RosterEditions(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if merchants, stores = readRoster(t, r, seen); len(merchants) != 0 || len(stores) != 0 {
		t.Errorf("%d merchants and %d stores have changed, where nothing was written", len(merchants), len(stores))
	}
	want.Name, want.Status = "Renamed", merchant.Suspended
	putFacts(w, store.Facts{Merchants: []merchant.Merchant{want}})
	merchants, stores = readRoster(t, r, seen)
	if len(merchants) != 1 || merchants[0] != want || len(stores) != 0 {
		t.Errorf("%v and %v have changed, not %v alone", merchants, stores, want)
	}
	now, err := r.RosterEditions(ctx)
	if err != nil || now.Merchants <= seen.Merchants || now.Stores != seen.Stores {
		t.Errorf("%v follows %v: %v", now, seen, err)
	}
}

func TestMerchantsAreReadByTheirNamesAndStoresByTheirMerchant(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := storetest.Open(t, "memory:named")
	r := w.DB.Reader()
	furnishRoster(w, 3, 9)
	one, two, nobody := rosterMerchant(0), rosterMerchant(1), rosterMerchant(5)
	named, err := r.MerchantsNamed(ctx, []merchant.ID{two.ID, nobody.ID, one.ID})
	if err != nil || len(named) != 2 || named[one.ID] != one || named[two.ID] != two {
		t.Errorf("%v, %v", named, err)
	}
	var stores []merchant.Store
	for after := ""; ; {
		page, err := r.Stores(ctx, two.ID, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if stores = append(stores, page...); len(page) < 2 {
			break
		}
		after = page[len(page)-1].Reference
	}
	if want := []merchant.Store{rosterStore(3, 1), rosterStore(3, 4), rosterStore(3, 7)}; !slices.Equal(stores, want) {
		t.Errorf("%v, not %v", stores, want)
	}
}

// BenchmarkRosterSQLite reads 300,000 merchants and 400,000 stores of which none has changed.
func BenchmarkRosterSQLite(b *testing.B) {
	w := storetest.Open(b, store.Location(filepath.Join(b.TempDir(), "books.db")))
	furnishRoster(w, 300_000, 400_000)
	seen, err := w.DB.Reader().RosterEditions(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for name, since := range map[string]store.RosterEditions{"all of it": {}, "none of it": seen} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				readRoster(b, w.DB.Reader(), since)
			}
		})
	}
}
