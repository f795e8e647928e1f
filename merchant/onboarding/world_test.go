// SPDX-License-Identifier: Apache-2.0

package onboarding_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
	"github.com/kakehashi-pay/kakehashi/money"
)

// noon is noon of 20 January 2026 in Tokyo.
var noon = time.Date(2026, 1, 20, 3, 0, 0, 0, time.UTC)

func day(year int, month time.Month, d int) calendar.Date {
	return calendar.Date{Year: year, Month: month, Day: d}
}

func by(person onboarding.PersonID, side onboarding.Side, at time.Time) onboarding.Act {
	return onboarding.Act{By: person, Side: side, At: at}
}

func shop(at time.Time) onboarding.Act  { return by("shop", onboarding.Applicant, at) }
func first(at time.Time) onboarding.Act { return by("first", onboarding.Staff, at) }
func last(at time.Time) onboarding.Act  { return by("last", onboarding.Staff, at) }
func house(at time.Time) onboarding.Act { return by("house", onboarding.Clock, at) }

var why = []string{"All papers were seen."}

func sampleForm() onboarding.Form {
	return onboarding.Form{
		Holder: "SHOP_1", Reference: "sample-1",
		Entity: onboarding.Entity{Kind: onboarding.Corporation, LegalName: "サンプル株式会社", LegalKana: "サンプルカブシキガイシャ",
			Region: "JP", PostalCode: "1000001", Prefecture: 13, Address: "千代田区千代田1-1", Phone: "0312345678",
			Number: "7123456789012", TaxNumber: "T7123456789012"},
		People:    []onboarding.Person{{Role: onboarding.Representative, Sealed: "tok-rep", Sum: onboarding.Sum{1}}},
		TradeName: "サンプル書店", MCC: "5942", Channel: onboarding.FaceToFace,
		Ticket: money.New(3_000, money.JPY), Monthly: money.New(2_000_000, money.JPY),
		Tier: onboarding.NewTier, Plan: "standard",
		Stores: []onboarding.Store{{Reference: "s1", Name: "サンプル書店 本店", Kana: "サンプルショテン ホンテン", Latin: "SAMPLE BOOKS",
			PostalCode: "1000001", Prefecture: 13, Address: "千代田区千代田1-1", Phone: "0312345678",
			OpenedOn: day(2019, 4, 1)}},
		Account: onboarding.Account{Bank: "9998", Branch: "001", Sealed: "tok-acct", Sum: onboarding.Sum{2}},
		Declared: onboarding.Declaration{AntiSocialText: "2026-01", Signer: "tok-rep",
			SignedAt: noon.Add(-time.Hour)},
	}
}

func paper(kind onboarding.DocumentKind, store string, issued calendar.Date) onboarding.Document {
	return onboarding.Document{Kind: kind, Store: store, Sealed: onboarding.Token("tok-" + string(kind)),
		Sum: onboarding.Sum{9}, IssuedOn: issued}
}

func must(t testing.TB, a onboarding.Application, err error) onboarding.Application {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func refused(t testing.TB, a onboarding.Application, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code || fault.KindOf(err) != kind {
		t.Fatalf("got state %q and %v, want %v %s", a.State, err, kind, code)
	}
	if fault.DetailOf(err) == "" {
		t.Fatalf("%v has no sentence for the caller", err)
	}
	if a.State != "" || !a.ID.IsZero() {
		t.Fatalf("a refusal came with an application that is %q", a.State)
	}
}

func drafted(t testing.TB) onboarding.Application {
	t.Helper()
	a, err := onboarding.Open(3, sampleForm(), shop(noon))
	return must(t, a, err)
}

// papered is a draft with all the documents that the sample needs.
func papered(t testing.TB) onboarding.Application {
	t.Helper()
	a := drafted(t)
	for _, w := range a.Form.Needed() {
		next, err := a.Bring(paper(w.Kind, w.Store, day(2026, 1, 5)), shop(noon))
		a = must(t, next, err)
	}
	return a
}

func inReview(t testing.TB) onboarding.Application {
	t.Helper()
	a, err := papered(t).Submit(shop(noon))
	a = must(t, a, err)
	a, err = a.Review(first(noon))
	return must(t, a, err)
}

func examined(t testing.TB, findings ...onboarding.Finding) onboarding.Application {
	t.Helper()
	a, err := inReview(t).Examine(findings, house(noon))
	return must(t, a, err)
}

func consent(a onboarding.Application, at time.Time) onboarding.Consent {
	return onboarding.Consent{Digest: a.Digest(), At: at}
}

func approved(t testing.TB) onboarding.Application {
	t.Helper()
	a := examined(t)
	a, err := a.Approve(consent(a, noon), why, first(noon))
	return must(t, a, err)
}

func confirmed(t testing.TB) onboarding.Application {
	t.Helper()
	a := approved(t)
	a, err := a.Confirm(consent(a, noon), "contract-1", why, last(noon))
	return must(t, a, err)
}

func live(t testing.TB) onboarding.Application {
	t.Helper()
	a, err := confirmed(t).Accept("contract-1", shop(noon))
	return must(t, a, err)
}
