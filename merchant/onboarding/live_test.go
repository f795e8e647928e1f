// SPDX-License-Identifier: Apache-2.0

package onboarding_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
)

func TestTheHouseSuspendsWhoWasNotLookedAtForAYear(t *testing.T) {
	t.Parallel()
	a := live(t)
	lastDay := time.Date(2027, 1, 20, 14, 59, 59, 0, time.UTC)
	got, err := a.Suspend(why, house(lastDay))
	refused(t, got, err, fault.Conflict, onboarding.CodeVerificationNotDue)
	after := lastDay.Add(time.Second)
	a, err = a.Suspend([]string{"The yearly verification is overdue."}, house(after))
	a = must(t, a, err)
	got, err = a.Resume(why, first(after))
	refused(t, got, err, fault.Conflict, onboarding.CodeVerificationOverdue)
	got, err = a.Verify(why, first(after)) // last year's checks do not count
	refused(t, got, err, fault.Conflict, onboarding.CodeExaminationStale)
	a, err = a.Examine(nil, house(after))
	a = must(t, a, err)
	got, err = a.Verify(why, first(after)) // last year's register extract does not either
	refused(t, got, err, fault.Conflict, onboarding.CodeFindingBlocks)
	a, err = a.Bring(paper(onboarding.RegisterExtract, "", day(2027, 1, 10)), shop(after))
	a = must(t, a, err)
	a, err = a.Examine(nil, house(after))
	a = must(t, a, err)
	a, err = a.Verify(why, first(after))
	a = must(t, a, err)
	a, err = a.Resume(why, last(after))
	if a = must(t, a, err); a.State != onboarding.Live || a.VerificationDue() != day(2028, 1, 21) {
		t.Fatalf("%q, due %v", a.State, a.VerificationDue())
	}
}

func TestWhoeverSuspendedMayNotResume(t *testing.T) {
	t.Parallel()
	a, err := live(t).Suspend([]string{"Chargebacks."}, first(noon))
	a = must(t, a, err)
	if a.State.MayBePaid() {
		t.Fatal("a suspended merchant may be paid")
	}
	got, err := a.Resume(why, first(noon))
	refused(t, got, err, fault.Denied, onboarding.CodeFourEyes)
	a, err = a.Resume(why, last(noon))
	a = must(t, a, err)
	a, err = a.Terminate([]string{"The shop has closed."}, shop(noon))
	if a = must(t, a, err); a.State != onboarding.Terminated {
		t.Fatalf("state %q", a.State)
	}
}

func TestAcceptanceNamesTheContractThatWasSent(t *testing.T) {
	t.Parallel()
	a := confirmed(t)
	got, err := a.Accept("contract-2", shop(noon))
	refused(t, got, err, fault.Invalid, onboarding.CodeContractUnnamed)
	got, err = a.Accept("contract-1", first(noon))
	refused(t, got, err, fault.Denied, onboarding.CodeActorMayNot)
	got, err = a.Accept("contract-1", shop(time.Date(2027, 1, 20, 15, 0, 0, 0, time.UTC)))
	refused(t, got, err, fault.Conflict, onboarding.CodeVerificationOverdue)
	b := approved(t)
	got, err = b.Confirm(consent(b, noon), "", why, last(noon))
	refused(t, got, err, fault.Invalid, onboarding.CodeContractUnnamed)
}

func TestTiersOnlyEverAllowMore(t *testing.T) {
	t.Parallel()
	var before onboarding.Limits
	for i, tier := range []onboarding.Tier{onboarding.NewTier, onboarding.StandardTier, onboarding.TrustedTier} {
		l, ok := tier.Default()
		if !ok || !tier.Valid() || l.PerPayment.Compare(l.PerDay) > 0 || l.PerDay.Compare(l.PerMonth) > 0 {
			t.Fatalf("%s: %v", tier, l)
		}
		if i == 0 && !l.RefundCredit.IsZero() {
			t.Fatalf("a new merchant has refund credit %v", l.RefundCredit)
		}
		if i > 0 && (before.PerPayment.Compare(l.PerPayment) >= 0 || before.PerDay.Compare(l.PerDay) >= 0 ||
			before.PerMonth.Compare(l.PerMonth) >= 0 || before.RefundCredit.Compare(l.RefundCredit) >= 0) {
			t.Fatalf("%s allows no more than the tier before", tier)
		}
		before = l
	}
	if _, ok := onboarding.Tier("").Default(); ok {
		t.Fatal("no tier has limits")
	}
}

func TestTradesAndRestrictions(t *testing.T) {
	t.Parallel()
	for mcc, want := range map[string]onboarding.DocumentKind{"5812": onboarding.RestaurantPermit,
		"5921": onboarding.LiquorLicence, "5912": onboarding.PharmacyPermit, "7011": onboarding.LodgingPermit,
		"4722": onboarding.TravelRegistration, "4121": onboarding.TaxiPermit, "5309": onboarding.TaxFreePermit} {
		trade, ok := onboarding.TradeOf(mcc)
		if !ok || len(trade.Need) != 1 || trade.Need[0] != want || !want.Valid() {
			t.Errorf("%s needs %v", mcc, trade.Need)
		}
	}
	if _, ok := onboarding.TradeOf("5942"); ok {
		t.Error("a bookshop needs a licence")
	}
	for _, c := range []struct {
		mcc     string
		channel onboarding.Channel
		want    onboarding.Severity
	}{
		{"7995", onboarding.FaceToFace, onboarding.Block}, {"5967", onboarding.Online, onboarding.Block},
		{"6051", onboarding.FaceToFace, onboarding.Block}, {"5993", onboarding.FaceToFace, onboarding.Review},
		{"5912", onboarding.FaceToFace, 0}, {"5912", onboarding.Both, onboarding.Block},
		{"5122", onboarding.Online, onboarding.Block}, {"5942", onboarding.Online, 0},
	} {
		r, ok := onboarding.RestrictionOf(c.mcc, c.channel)
		if r.Severity != c.want || ok != (c.want != 0) {
			t.Errorf("%s %s: %v", c.mcc, c.channel, r)
		}
	}
}

func TestFindingsOfAForm(t *testing.T) {
	t.Parallel()
	f := papered(t).Form
	today := day(2026, 1, 20)
	if list := onboarding.Check(f, today); len(list) != 0 {
		t.Fatalf("a good form: %v", list)
	}
	f.Entity.TaxNumber, f.Tier, f.MCC = "", onboarding.TrustedTier, "5813"
	f.Declared.Adult, f.Declared.Terminated = true, true
	f.Stores[0].MCC = "7995"
	f.Documents = f.Documents[1:] // no register extract
	got := map[string]onboarding.Severity{}
	for _, x := range onboarding.Check(f, today) {
		got[x.Check+" "+x.Field] = x.Severity
		if x.Text == "" || x.Text[len(x.Text)-1] != '.' {
			t.Errorf("%q is no sentence", x.Text)
		}
	}
	for key, want := range map[string]onboarding.Severity{
		"documents documents": onboarding.Block, "register_extract documents": onboarding.Block,
		"restricted_category stores[s1].mcc": onboarding.Block, "declaration declared.adult": onboarding.Block,
		"declaration declared.terminated": onboarding.Review, "tier tier": onboarding.Review,
		"tax_number entity.taxNumber": onboarding.Note,
	} {
		if got[key] != want {
			t.Errorf("%s: %v, want %v", key, got[key], want)
		}
	}
	f.Stores[0].MCC, f.Tier = "", onboarding.NewTier
	f.Ticket = limits(t).PerMonth
	f.Monthly = f.Ticket.Add(f.Ticket)
	got = map[string]onboarding.Severity{}
	for _, x := range onboarding.Check(f, today) {
		got[x.Check+" "+x.Field] = x.Severity
	}
	for _, key := range []string{"expected_volume ticket", "expected_volume monthly", "licensed_trade stores[s1].mcc"} {
		if got[key] != onboarding.Review {
			t.Errorf("%s: %v", key, got[key])
		}
	}
	if got["documents stores[s1].documents"] != onboarding.Block {
		t.Errorf("a bar without its permit: %v", got)
	}
}

func limits(t *testing.T) onboarding.Limits {
	t.Helper()
	l, ok := onboarding.NewTier.Default()
	if !ok {
		t.Fatal("a new merchant has no limits")
	}
	return l
}
