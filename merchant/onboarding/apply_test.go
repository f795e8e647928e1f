// SPDX-License-Identifier: Apache-2.0

package onboarding_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
	"github.com/kakehashi-pay/kakehashi/money"
)

func TestOneMonthLaterIsClampedToTheEndOfTheMonth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from   calendar.Date
		months int
		want   calendar.Date
	}{
		{day(2026, 1, 31), 1, day(2026, 2, 28)},
		{day(2028, 1, 31), 1, day(2028, 2, 29)},
		{day(2026, 1, 28), 1, day(2026, 2, 28)},
		{day(2026, 1, 15), 1, day(2026, 2, 15)},
		{day(2026, 3, 31), 1, day(2026, 4, 30)},
		{day(2026, 2, 28), 1, day(2026, 3, 28)},
		{day(2026, 12, 31), 1, day(2027, 1, 31)},
		{day(2025, 11, 30), 3, day(2026, 2, 28)},
		{day(2028, 2, 29), 12, day(2029, 2, 28)},
		{day(2026, 1, 20), -1, day(2025, 12, 20)},
	} {
		if got := onboarding.MonthsAfter(c.from, c.months); got != c.want {
			t.Errorf("%d months after %v: %v, want %v", c.months, c.from, got, c.want)
		}
	}
	if got := onboarding.DocumentsDue(day(2026, 1, 31)); got != day(2026, 2, 28) {
		t.Errorf("due %v", got)
	}
}

func TestDocumentsThatComeLateLetTheApplicationLapse(t *testing.T) {
	t.Parallel()
	asked := time.Date(2026, 1, 30, 15, 30, 0, 0, time.UTC) // 00:30 of the 31st in Tokyo
	a, err := drafted(t).Submit(shop(noon))
	a = must(t, a, err)
	a, err = a.Want(nil, first(asked))
	a = must(t, a, err)
	if a.State != onboarding.DocumentsWanted || a.Due != day(2026, 2, 28) || len(a.Wanted) != 3 {
		t.Fatalf("%q, due %v, wanted %v", a.State, a.Due, a.Wanted)
	}
	lastMinute := time.Date(2026, 2, 28, 14, 59, 59, 0, time.UTC)
	after := lastMinute.Add(time.Second)
	got, err := a.Lapse(house(lastMinute))
	refused(t, got, err, fault.Conflict, onboarding.CodeDocumentsNotLate)
	got, err = a.Review(first(lastMinute))
	refused(t, got, err, fault.Conflict, onboarding.CodeDocumentsMissing)
	extract := paper(onboarding.RegisterExtract, "", day(2026, 2, 20))
	got, err = a.Bring(extract, shop(after))
	refused(t, got, err, fault.Conflict, onboarding.CodeDocumentsLate)
	lapsed, err := a.Lapse(house(after))
	if lapsed = must(t, lapsed, err); !lapsed.State.Final() || lapsed.State != onboarding.Lapsed {
		t.Fatalf("state %q", lapsed.State)
	}

	for _, w := range a.Form.Needed() {
		a, err = a.Bring(paper(w.Kind, w.Store, day(2026, 2, 20)), shop(lastMinute))
		a = must(t, a, err)
	}
	got, err = a.Lapse(house(after))
	refused(t, got, err, fault.Conflict, onboarding.CodeDocumentsNotLate)
	a, err = a.Review(first(after))
	if a = must(t, a, err); a.State != onboarding.InReview {
		t.Fatalf("state %q", a.State)
	}
}

func TestAWishForANewCopyIsNotAnsweredByTheOldOne(t *testing.T) {
	t.Parallel()
	a := inReview(t)
	wish := []onboarding.Want{{Kind: onboarding.RegisterExtract}}
	a, err := a.Want(wish, first(noon))
	a = must(t, a, err)
	got, err := a.Review(first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeDocumentsMissing)
	a, err = a.Bring(paper(onboarding.RegisterExtract, "", day(2026, 1, 19)), shop(noon))
	a = must(t, a, err)
	a, err = a.Review(first(noon))
	must(t, a, err)
}

func TestDocumentsAreLookedAtBeforeTheyAreKept(t *testing.T) {
	t.Parallel()
	a := drafted(t)
	good := paper(onboarding.BankProof, "", day(2026, 1, 5))
	for name, d := range map[string]onboarding.Document{
		"unknown kind":    {Kind: "poem", Sealed: "t", Sum: onboarding.Sum{1}, IssuedOn: day(2026, 1, 5)},
		"no token":        {Kind: good.Kind, Sum: good.Sum, IssuedOn: good.IssuedOn},
		"no digest":       {Kind: good.Kind, Sealed: "t", IssuedOn: good.IssuedOn},
		"no day":          {Kind: good.Kind, Sealed: "t", Sum: good.Sum},
		"a day not there": {Kind: good.Kind, Sealed: "t", Sum: good.Sum, IssuedOn: day(2026, 2, 30)},
		"of tomorrow":     {Kind: good.Kind, Sealed: "t", Sum: good.Sum, IssuedOn: day(2026, 1, 21)},
		"expired": {Kind: good.Kind, Sealed: "t", Sum: good.Sum, IssuedOn: good.IssuedOn,
			ExpiresOn: day(2026, 1, 19)},
		"of unknown store": {Kind: good.Kind, Store: "s9", Sealed: "t", Sum: good.Sum, IssuedOn: good.IssuedOn},
	} {
		got, err := a.Bring(d, shop(noon))
		if fault.CodeOf(err) != onboarding.CodeDocumentMalformed {
			t.Errorf("%s: %q, %v", name, got.State, err)
		}
	}
	got, err := a.Want(nil, first(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeStepIllegal)
	b := inReview(t)
	got, err = b.Want(nil, first(noon)) // nothing is missing and nothing named
	refused(t, got, err, fault.Invalid, onboarding.CodeDocumentsUnnamed)
	got, err = b.Want([]onboarding.Want{{Kind: "poem"}}, first(noon))
	refused(t, got, err, fault.Invalid, onboarding.CodeDocumentsUnnamed)
}

func TestDocumentsOfAStoreGoWithTheStore(t *testing.T) {
	t.Parallel()
	a := papered(t)
	f := a.Form
	f.Stores = []onboarding.Store{f.Stores[0]}
	f.Stores[0].Reference = "s2"
	f.Documents = nil // what the caller says about documents does not count
	a, err := a.Edit(f, shop(noon))
	a = must(t, a, err)
	if len(a.Form.Documents) != 2 {
		t.Fatalf("kept %v", a.Form.Documents)
	}
	if missing := a.Form.Missing(day(2026, 1, 20)); len(missing) != 1 || missing[0].Store != "s2" {
		t.Fatalf("missing %v", missing)
	}
}

func TestAFormIsSubmittedOnlyWhenItIsWhole(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*onboarding.Form){
		"entity.kind":       func(f *onboarding.Form) { f.Entity.Kind = "" },
		"entity":            func(f *onboarding.Form) { f.Entity.LegalName = "" },
		"entity.sealed":     func(f *onboarding.Form) { f.Entity.Sealed = "tok" },
		"entity.region":     func(f *onboarding.Form) { f.Entity.Region = "jp" },
		"entity.prefecture": func(f *onboarding.Form) { f.Entity.Prefecture = 48 },
		"tradeName":         func(f *onboarding.Form) { f.TradeName = "" },
		"mcc":               func(f *onboarding.Form) { f.MCC = "58a2" },
		"channel":           func(f *onboarding.Form) { f.Channel = "" },
		"tier":              func(f *onboarding.Form) { f.Tier = "" },
		"plan":              func(f *onboarding.Form) { f.Plan = "" },
		"ticket and monthly": func(f *onboarding.Form) {
			f.Ticket = money.Amount{}
		},
		"declared":            func(f *onboarding.Form) { f.Declared.Signer = "" },
		"people":              func(f *onboarding.Form) { f.People[0].Role = onboarding.Owner },
		"people[0]":           func(f *onboarding.Form) { f.People[0].Sealed = "" },
		"stores":              func(f *onboarding.Form) { f.Stores = nil },
		"stores[0]":           func(f *onboarding.Form) { f.Stores[0].Name = "" },
		"stores[0].mcc":       func(f *onboarding.Form) { f.Stores[0].MCC = "1" },
		"stores[1].reference": func(f *onboarding.Form) { f.Stores = append(f.Stores, f.Stores[0]) },
		"account":             func(f *onboarding.Form) { f.Account.Sealed = "" },
	} {
		f := sampleForm()
		spoil(&f)
		a, err := onboarding.Open(3, f, shop(noon))
		a = must(t, a, err)
		got, err := a.Submit(shop(noon))
		refused(t, got, err, fault.Invalid, onboarding.CodeFormIncomplete)
		if want := field + " "; len(fault.DetailOf(err)) < len(want) || fault.DetailOf(err)[:len(want)] != want {
			t.Errorf("%s: %s", field, fault.DetailOf(err))
		}
	}
}

func TestASoleProprietorIsKnownByTokensOnly(t *testing.T) {
	t.Parallel()
	f := sampleForm()
	f.Entity = onboarding.Entity{Kind: onboarding.SoleProprietor, Region: "JP", Prefecture: 13, Sealed: "tok-owner"}
	a, err := onboarding.Open(3, f, shop(noon))
	a = must(t, a, err)
	ok, err := a.Submit(shop(noon))
	must(t, ok, err)
	if n := a.Form.Needed(); n[0].Kind != onboarding.IdentityDocument {
		t.Fatalf("needs %v", n)
	}
	f.Entity.LegalName = "clear"
	a, err = onboarding.Open(3, f, shop(noon))
	a = must(t, a, err)
	got, err := a.Submit(shop(noon))
	refused(t, got, err, fault.Invalid, onboarding.CodeFormIncomplete)
}

func TestAnApplicationKeepsItsName(t *testing.T) {
	t.Parallel()
	a := drafted(t)
	if a.ID != onboarding.NameOf(3, "SHOP_1", "sample-1") || a.ID.Lane != ident.Lane(3) {
		t.Fatalf("id %v", a.ID)
	}
	f := a.Form
	f.Reference = "other"
	got, err := a.Edit(f, shop(noon))
	refused(t, got, err, fault.Invalid, onboarding.CodeIdentityFixed)
	for _, act := range []onboarding.Act{{}, by("", onboarding.Staff, noon), by("house", onboarding.Clock, noon),
		by("x", onboarding.Staff, time.Time{})} {
		if _, err := onboarding.Open(3, sampleForm(), act); err == nil {
			t.Errorf("opened by %v", act)
		}
	}
}
