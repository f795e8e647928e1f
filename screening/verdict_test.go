// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

func screened(t *testing.T, s Subject, entries ...Entry) Verdict {
	t.Helper()
	v, err := NewIndex(NewList(entries)).Screen(s, Standard())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var taro = Entry{ID: "s-1", Schema: "Person", Name: "Mihonda Exampler Taro", Aliases: []string{"見本田 太郎"},
	Births: []string{"1970-03-04"}, Countries: []string{"jp"}, Identifiers: []string{"TK 123-4567"}, Dataset: "sample"}

func TestVerdictSaysWhichNameMatchedAndWhy(t *testing.T) {
	t.Parallel()
	v := screened(t, Subject{Kind: Person, Names: []string{"Someone Else", "見本田太郎"},
		Births: []string{"1970-03-04"}}, taro)
	if v.Level != Block || len(v.Hits) != 1 {
		t.Fatalf("%+v", v)
	}
	h := v.Hits[0]
	if h.Entry != "s-1" || h.Version != taro.Digest() || h.Dataset != "sample" || h.Name != "見本田太郎" ||
		h.Alias != "見本田 太郎" || h.Score != full {
		t.Errorf("%+v", h)
	}
	if !slices.Contains(h.Reasons, "the date of birth is the same") || !strings.Contains(h.Reasons[0], "見本田太郎") {
		t.Errorf("%q", h.Reasons)
	}
	if v.List.IsZero() || v.Subject.IsZero() || v.Thresholds != Standard() {
		t.Errorf("the verdict is no record: %+v", v)
	}
}

func TestCommonWordsAloneNeverHitADistinctName(t *testing.T) {
	t.Parallel()
	list := []Entry{{ID: "1", Schema: "Company", Name: "CORP"}, {ID: "2", Schema: "Company", Name: "株式会社"},
		{ID: "3", Schema: "Company", Name: "International Trading Co., Ltd."},
		{ID: "4", Schema: "Company", Name: "東京商事"}}
	for _, text := range []string{"Zample Corp", "見本株式会社", "Zample International Trading Co., Ltd.",
		"International Shipping", "東京見本商事株式会社", "Trading", "Corporation"} {
		if v := screened(t, Subject{Kind: Company, Names: []string{text}}, list...); v.Level != Clear {
			t.Errorf("%q: %+v", text, v.Hits)
		}
	}
	v := screened(t, Subject{Kind: Company, Names: []string{"International Trading Co., Ltd."}}, list...)
	if v.Level != Review || len(v.Hits) != 1 || v.Hits[0].Entry != "3" {
		t.Errorf("the same name is not reviewed: %+v", v)
	}
}

func TestWhatStandsBesideTheNameCounts(t *testing.T) {
	t.Parallel()
	base := Subject{Kind: Person, Names: []string{"Mihonda Taro"}}
	score := func(change func(*Subject)) int {
		s := base
		change(&s)
		v := screened(t, s, taro)
		if len(v.Hits) == 0 {
			return 0
		}
		return v.Hits[0].Score
	}
	plain := score(func(*Subject) {})
	if plain < Standard().Review {
		t.Fatalf("scores %d", plain)
	}
	for _, c := range []struct {
		name   string
		change func(*Subject)
		lift   int
	}{
		{"same birth", func(s *Subject) { s.Births = []string{"1970-03-04"} }, birthSame},
		{"year fits", func(s *Subject) { s.Births = []string{"1970"} }, birthFits},
		{"day and month swapped", func(s *Subject) { s.Births = []string{"1970-04-03"} }, birthNear},
		{"one year off", func(s *Subject) { s.Births = []string{"1971-03-04"} }, birthNear},
		{"same country", func(s *Subject) { s.Countries = []string{"JP"} }, countrySame},
		{"other country", func(s *Subject) { s.Countries = []string{"de"} }, countryOther},
		{"a company", func(s *Subject) { s.Kind = Company }, kindOther},
		{"same identifier", func(s *Subject) { s.Identifiers = []string{"tk1234567"} }, identified - plain},
	} {
		got := score(c.change)
		if want := plain + c.lift; got != want && !(want < Standard().Review && got == 0) {
			t.Errorf("%s: %d, want %d", c.name, got, want)
		}
	}
	if got := score(func(s *Subject) { s.Births = []string{"1950-12-31"} }); got != 0 {
		t.Errorf("another birth under a name without its middle still scores %d", got)
	}
}

func TestSharedIdentifierIsReviewedUnderAnyName(t *testing.T) {
	t.Parallel()
	v := screened(t, Subject{Kind: Company, Names: []string{"Wholly Other"}, Identifiers: []string{"ＴＫ１２３４５６７"}}, taro)
	if v.Level < Review || len(v.Hits) != 1 || !slices.Contains(v.Hits[0].Reasons, "an identifier is the same") {
		t.Errorf("%+v", v)
	}
	if v := screened(t, Subject{Names: []string{"Wholly Other"}, Identifiers: []string{"123"}},
		Entry{ID: "1", Schema: "Person", Name: "Sample", Identifiers: []string{"123"}}); v.Level != Clear {
		t.Errorf("three digits identify somebody: %+v", v)
	}
}

func TestAnyNumberMayScreenAtOnce(t *testing.T) {
	t.Parallel()
	x := NewIndex(sampleList(t))
	subjects := samples(t)[:60]
	alone := make([]Verdict, len(subjects))
	for i, s := range subjects {
		alone[i], _ = x.Screen(s.subject, Standard())
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i, s := range subjects {
				if v, err := x.Screen(s.subject, Standard()); err != nil || !reflect.DeepEqual(v, alone[i]) {
					t.Errorf("%q: %+v %v", s.subject.Names, v, err)
				}
			}
		})
	}
	group.Wait()
}

func TestThresholdsOutOfOrderAreNeverUsed(t *testing.T) {
	t.Parallel()
	for _, limits := range []Thresholds{{}, {Review: 9_000, Block: 8_000}, {Review: 8_000, Block: 11_000}} {
		func() {
			defer func() {
				if _, ok := recover().(invariant.Violation); !ok {
					t.Errorf("%+v were used", limits)
				}
			}()
			_, _ = NewIndex(List{}).Screen(Subject{Names: []string{"Sample"}}, limits)
		}()
	}
	if !Standard().Valid() {
		t.Error("the standard is out of order")
	}
}

func TestSubjectWithoutALetterIsRefused(t *testing.T) {
	t.Parallel()
	x := NewIndex(NewList([]Entry{taro}))
	for _, list := range [][]string{nil, {""}, {"--", "  "}} {
		v, err := x.Screen(Subject{Names: list}, Standard())
		if fault.CodeOf(err) != CodeSubjectNamed || fault.KindOf(err) != fault.Invalid || v.Level != Unscreened {
			t.Errorf("%q: %v %v", list, v.Level, err)
		}
	}
}

func decided(ruling Ruling) Decision {
	return Decision{Ruling: ruling, Reviewer: "reviewer-1", Reason: "another date of birth",
		At: time.Unix(1_800_000_000, 0)}
}

func TestDecisionHoldsUntilSubjectOrEntryChanges(t *testing.T) {
	t.Parallel()
	s := Subject{Kind: Person, Names: []string{"Mihonda Exampler Taro"}}
	v := screened(t, s, taro)
	d, err := v.Decide("s-1", decided(FalsePositive))
	if err != nil {
		t.Fatal(err)
	}
	list := []Decision{d}
	if got := v.With(list); got.Level != Clear || len(got.Hits) != 0 || len(got.Cleared) != 1 {
		t.Errorf("not cleared: %+v", got)
	}
	seen := taro
	seen.LastSeen = "2026-11-24"
	another := Entry{ID: "x", Schema: "Company", Name: "Quite Unlike"}
	if got := screened(t, s, seen, another).With(list); got.Level != Clear {
		t.Errorf("reopened by another entry: %+v", got)
	}
	changed := taro
	changed.Aliases = append(slices.Clone(taro.Aliases), "Mihonda T.")
	if got := screened(t, s, changed).With(list); got.Level != Block {
		t.Errorf("a changed entry stays cleared: %+v", got)
	}
	s.Births = []string{"1970-03-04"}
	if got := screened(t, s, taro).With(list); got.Level != Block {
		t.Errorf("a changed subject stays cleared: %+v", got)
	}
}

func TestLaterDecisionCountsAndTrueMatchBlocks(t *testing.T) {
	t.Parallel()
	v := screened(t, Subject{Kind: Person, Names: []string{"Mihonda Taro"}}, taro)
	if v.Level != Review {
		t.Fatalf("%+v", v)
	}
	no, _ := v.Decide("s-1", decided(FalsePositive))
	yes, _ := v.Decide("s-1", decided(TrueMatch))
	if got := v.With([]Decision{yes}); got.Level != Block || got.Hits[0].Level != Block {
		t.Errorf("a true match doesn't block: %+v", got)
	}
	for _, list := range [][]Decision{{no, yes}, {yes, no}} {
		if got := v.With(list); got.Level != Block {
			t.Errorf("of two at one instant the milder counted: %+v", got)
		}
	}
	no.At = no.At.Add(time.Hour)
	for _, list := range [][]Decision{{no, yes}, {yes, no}} {
		if got := v.With(list); got.Level != Clear {
			t.Errorf("the later did not count: %+v", got)
		}
	}
	if got := (Verdict{}).With(nil); got.Level != Unscreened {
		t.Errorf("nobody screened is %v", got.Level)
	}
}

func TestDecisionNeedsAHitAndAReason(t *testing.T) {
	t.Parallel()
	v := screened(t, Subject{Kind: Person, Names: []string{"Mihonda Taro"}}, taro)
	_, err := v.Decide("s-2", decided(FalsePositive))
	if fault.CodeOf(err) != CodeHitMissing || fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
	for name, change := range map[string]func(*Decision){
		"ruling": func(d *Decision) { d.Ruling = Undecided }, "reviewer": func(d *Decision) { d.Reviewer = " " },
		"reason": func(d *Decision) { d.Reason = "" }, "time": func(d *Decision) { d.At = time.Time{} },
	} {
		d := decided(FalsePositive)
		change(&d)
		if _, err := v.Decide("s-1", d); fault.CodeOf(err) != CodeDecision || fault.KindOf(err) != fault.Invalid {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestSpellingsOfOneWordSoundAlike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"satou", "satoh", true}, {"satou", "sato", true}, {"ohno", "oono", true}, {"shinichi", "sinniti", true},
		{"tsuji", "tuzi", true}, {"yamada", "ヤマダ", true}, {"sapporo", "サツポロ", true}, {"matsukawa", "マツカワ", true},
		{"kiyama", "キヤマ", true}, {"kyouko", "キヨウコ", true}, {"namba", "nanba", true}, {"sato", "saito", false},
		{"yamada", "ヤマモト", false}, {"山田", "yamada", false},
	} {
		a, b := newTerm(c.a), newTerm(c.b)
		if got := similarity(&a, &b) >= spelledAlike; got != c.want {
			t.Errorf("%s (%s) and %s (%s): %v", c.a, a.spell, c.b, b.spell, got)
		}
	}
}

func TestOneNameIsNeverAnothersMisspelling(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"sato", "saito"}, {"keiko", "reiko"}, {"wang", "weng"}, {"xiaoming", "xiaohong"},
		{"山田", "山本"}, {"martin", "martinez"}, {"7", "8"}, {"2019", "2018"}} {
		a, b := newTerm(c[0]), newTerm(c[1])
		if got := similarity(&a, &b); got != 0 {
			t.Errorf("%s and %s: %d", c[0], c[1], got)
		}
	}
}
