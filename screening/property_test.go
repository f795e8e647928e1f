// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// names draws names as lists hold them, and stranger ones.
func names() *rapid.Generator[string] {
	word := rapid.OneOf(
		rapid.SampledFrom(strings.Fields("見本 例沢 太郎 株式会社 商事 東京 ダミー ﾀﾞﾐｰ だみ サクラ 樣本 有限公司 贸易 例ノ沢 々 ー 支店 函館支店")),
		rapid.SampledFrom(strings.Fields("Sample Samples Satou Sato Saito Xiao Ming Xiaoming Muhammad Mohamed al "+
			"Co. Ltd. Trading J. 7 24h Zoë blue")),
		rapid.StringMatching(`[a-z]{1,12}`),
		rapid.StringMatching(`[ァ-ヶ]{1,6}`),
		rapid.StringMatching(`[一-龠]{1,6}`),
		rapid.StringMatching(`[а-я가-힣]{1,5}`),
	)
	return rapid.Map(rapid.SliceOfN(word, 1, 5), func(list []string) string { return strings.Join(list, " ") })
}

func even(*term) int { return weightMax }

func TestScoreIsSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		how := rapid.SampledFrom([]reading{asCompany, asPerson})
		a, b := read(names().Draw(t, "a"), how.Draw(t, "how a")), read(names().Draw(t, "b"), how.Draw(t, "how b"))
		weight := func(u *term) int { return weightMin + len(u.text)*97%700 }
		for _, w := range []weigh{even, weight} {
			there, back := compare(&a, &b, w).score, compare(&b, &a, w).score
			if there != back || there < 0 || there > full {
				t.Fatalf("%+v and %+v: %d there, %d back", a, b, there, back)
			}
		}
	})
}

func TestNameAlwaysHitsItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := names().Draw(t, "name")
		if Fold(text) == "" {
			return
		}
		schema := rapid.SampledFrom([]string{"Person", "Company", "LegalEntity"}).Draw(t, "schema")
		others := rapid.SliceOfN(names(), 0, 8).Draw(t, "others")
		entries := []Entry{{ID: "self", Schema: schema, Name: "Quite Unlike", Aliases: []string{text}}}
		for i, other := range others {
			entries = append(entries, Entry{ID: fmt.Sprint(i), Schema: schema, Name: other})
		}
		kind := rapid.SampledFrom([]Kind{Anything, Person, Company}).Draw(t, "kind")
		v, err := NewIndex(NewList(entries)).Screen(Subject{Kind: kind, Names: []string{text}}, Standard())
		if err != nil {
			t.Fatal(err)
		}
		self := func(h Hit) bool { return h.Entry == "self" && h.Level >= Review && len(h.Reasons) > 0 }
		if !slices.ContainsFunc(v.Hits, self) {
			t.Fatalf("%q as %s: %+v", text, schema, v)
		}
	})
}

func TestOrderOfListAndNamesDoesNotMatter(t *testing.T) {
	t.Parallel()
	const subset = 30
	list := sampleList(t)
	subjects := samples(t)
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		entries := slices.Clone(list.entries)
		from := r.IntN(len(entries) - subset)
		entries = entries[from : from+subset]
		list := NewList(entries)
		entries = slices.Clone(entries)
		r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		for i := range entries {
			entries[i].Aliases = slices.Clone(entries[i].Aliases)
			slices.Reverse(entries[i].Aliases)
		}
		shuffled := NewList(entries)
		if shuffled.Digest() != list.Digest() || !Diff(list, shuffled).None() {
			t.Fatalf("the digest depends on the order")
		}
		one, two := NewIndex(list), NewIndex(shuffled)
		for range 5 {
			drawn := func() string { return subjects[r.IntN(len(subjects))].subject.Names[0] }
			s := Subject{Names: []string{drawn(), drawn()}}
			back := Subject{Names: []string{s.Names[1], s.Names[0]}}
			a, err := one.Screen(s, Standard())
			b, err2 := two.Screen(back, Standard())
			if err != nil || err2 != nil || !reflect.DeepEqual(a, b) {
				t.Fatalf("%+v and %+v", a, b)
			}
		}
	})
}

func TestAssignmentIsTheBest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "columns")
		gains := make([][]int, rows)
		for i := range gains {
			gains[i] = rapid.SliceOfN(rapid.IntRange(0, 50), columns, columns).Draw(t, "gains")
		}
		total, match := assign(gains)
		sum, used := 0, map[int]bool{}
		for i, j := range match {
			if j >= 0 && used[j] {
				t.Fatalf("column %d twice in %v", j, match)
			}
			if j >= 0 {
				used[j] = true
				sum += gains[i][j]
			}
		}
		if want := tried(gains, 0, 0); total != want || sum != want {
			t.Fatalf("%v: %d by %v, %d is possible", gains, total, match, want)
		}
	})
}

// tried is the greatest sum by trying everything.
func tried(gains [][]int, row, used int) int {
	if row == len(gains) {
		return 0
	}
	best := tried(gains, row+1, used)
	for j, gain := range gains[row] {
		if used&(1<<j) == 0 {
			best = max(best, gain+tried(gains, row+1, used|1<<j))
		}
	}
	return best
}
