// SPDX-License-Identifier: Apache-2.0

package worker_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// listed is a house with a directory of its merchants.
type listed struct {
	t         *testing.T
	house     *stage.House
	directory *worker.Directory
}

func newListed(t *testing.T) *listed {
	t.Helper()
	w := &listed{t: t, house: stage.Open(t, eleven)}
	w.directory = worker.NewDirectory(w.house.Reader())
	return w
}

// named writes merchants, plainly samples.
func (w *listed) named(from, to int, name string) {
	w.t.Helper()
	var facts store.Facts
	for i := from; i < to; i++ {
		reference := fmt.Sprint("m-", i)
		facts.Merchants = append(facts.Merchants, merchant.Merchant{ID: merchant.NameOf(0, "acq", reference), Holder: "acq",
			Reference: reference, Name: name, MCC: "5812", Region: "JP", Prefecture: 26, Currency: money.JPY,
			Status: merchant.Live, Plan: "std"})
	}
	w.house.Put(facts)
}

// step reads no more than so many pages, after so long.
func (w *listed) step(after time.Duration, pages int) (worked bool) {
	w.t.Helper()
	w.house.Run(after)
	worked, err := w.directory.Step(context.Background(), w.house.Now(), pages)
	if err != nil {
		w.t.Fatal(err)
	}
	return worked
}

// finds fails the test unless a query finds so many.
func (w *listed) finds(query string, want int) {
	w.t.Helper()
	page, err := w.directory.Search(query, directory.Filter{}, directory.Place{}, 5)
	if err != nil || page.Matches != want {
		w.t.Errorf("%q finds %d, not %d: %v", query, page.Matches, want, err)
	}
}

func TestDirectoryIsFilledPageByPageAndFollowsChanges(t *testing.T) {
	t.Parallel()
	w := newListed(t)
	for from := 0; from < 1500; from += 500 {
		w.named(from, from+500, "さくら")
	}
	w.house.Put(store.Facts{Stores: []merchant.Store{{Merchant: merchant.NameOf(0, "acq", "m-7"), Reference: "s-1",
		Name: "祇園店", MCC: "5812"}}})
	if s := w.directory.Standing(); s != (directory.Standing{}) {
		t.Errorf("before the first step it stands at %+v", s)
	}
	begun := w.house.Now().Add(time.Second)
	if !w.step(time.Second, 2) || w.directory.Standing().Whole {
		t.Error("two pages are not the whole")
	}
	w.finds("sakura", 1024)
	if !w.step(time.Second, 2) || w.step(0, 2) {
		t.Error("the third page and the one of stores were to be read, and no more")
	}
	w.finds("sakura", 1500)
	w.finds("祇園", 1)
	want := directory.Standing{Merchants: 1500, Stores: 1, Whole: true, AsOf: begun}
	if s := w.directory.Standing(); s != want {
		t.Errorf("it stands at %+v, not %+v", s, want)
	}
	w.named(7, 8, "ひので")
	if w.step(5*time.Second, 9) || !w.directory.Standing().AsOf.Equal(begun) {
		t.Error("it is read again within 30 s of the last reading")
	}
	w.finds("hinode", 0)
	if !w.step(30*time.Second, 9) {
		t.Error("it is not read again although a name has changed")
	}
	w.finds("hinode", 1)
	w.finds("sakura", 1499)
	w.finds("sakura 祇園", 0)
	w.finds("hinode 祇園", 1)
	if w.step(10*time.Second, 9) || !w.directory.Standing().AsOf.Equal(w.house.Now()) {
		t.Errorf("nothing was written, and it stands at %+v", w.directory.Standing())
	}
}

func TestDirectoryReadsStoresAloneWhereOnlyTheyHaveChanged(t *testing.T) {
	t.Parallel()
	w := newListed(t)
	w.named(0, 3, "さくら")
	w.step(0, 9)
	w.house.Put(store.Facts{Stores: []merchant.Store{{Merchant: merchant.NameOf(0, "acq", "m-1"), Reference: "s-1",
		Name: "祇園店", MCC: "5812"}}})
	if !w.step(time.Minute, 1) || !w.directory.Standing().AsOf.Equal(w.house.Now()) {
		t.Error("one page is not all that was to be read")
	}
	w.finds("祇園", 1)
}

func TestDirectoryMadeAnewFindsTheSame(t *testing.T) {
	t.Parallel()
	w := newListed(t)
	for i, name := range []string{"さくら", "サクラ食堂", "sakurado", "桜"} {
		w.named(i*200, i*200+200, name)
		w.step(time.Minute, 9)
	}
	w.named(100, 300, "Sakura new")
	w.step(time.Minute, 9)
	anew := worker.NewDirectory(w.house.Reader())
	if _, err := anew.Step(context.Background(), w.house.Now(), 9); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"sakura", "s", "", "m-12", "食堂"} {
		after := directory.Place{}
		for {
			want, err := w.directory.Search(query, directory.Filter{}, after, 50)
			if err != nil {
				t.Fatal(err)
			}
			got, err := anew.Search(query, directory.Filter{}, after, 50)
			if err != nil || !slices.Equal(got.Found, want.Found) || got.Next != want.Next || got.Matches != want.Matches {
				t.Fatalf("%q: made anew it finds %d, not %d: %v", query, got.Matches, want.Matches, err)
			}
			if after = want.Next; after == (directory.Place{}) {
				break
			}
		}
	}
}

func TestDirectoryOfAnEmptyNetworkIsWhole(t *testing.T) {
	t.Parallel()
	w := newListed(t)
	if w.step(time.Second, 1) || !w.directory.Standing().Whole {
		t.Errorf("it stands at %+v", w.directory.Standing())
	}
	w.finds("", 0)
}
