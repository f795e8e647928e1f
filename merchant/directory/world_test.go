// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
	"github.com/kakehashi-pay/kakehashi/money"
)

// sample is a merchant, plainly a sample, that a test changes as it likes.
func sample(reference, name string) merchant.Merchant {
	return merchant.Merchant{ID: merchant.NameOf(3, "acq", reference), Holder: "acq", Reference: reference, Name: name,
		MCC: "5812", Region: "JP", Prefecture: 26, Currency: money.JPY, Status: merchant.Live, Plan: "std"}
}

// shops are merchants with their stores, in a directory and beside it.
type shops struct {
	directory *directory.Directory
	merchants map[merchant.ID]merchant.Merchant
	stores    map[merchant.ID]map[string]string // names by references
}

func setup(merchants ...merchant.Merchant) *shops {
	s := &shops{directory: directory.New(), merchants: map[merchant.ID]merchant.Merchant{},
		stores: map[merchant.ID]map[string]string{}}
	for _, m := range merchants {
		s.put(m)
	}
	return s
}

func (s *shops) put(m merchant.Merchant) {
	s.merchants[m.ID] = m
	s.directory.Put(&m)
}

func (s *shops) putStore(id merchant.ID, reference, name string) {
	if s.stores[id] == nil {
		s.stores[id] = map[string]string{}
	}
	s.stores[id][reference] = name
	s.directory.PutStore(&merchant.Store{Merchant: id, Reference: reference, Name: name})
}

func (s *shops) remove(id merchant.ID) {
	delete(s.merchants, id)
	delete(s.stores, id)
	s.directory.Remove(id)
}

// all is what is found on all pages, each of so many.
func (s *shops) all(t testing.TB, query string, f directory.Filter, limit int) (found []directory.Found) {
	t.Helper()
	after := directory.Place{}
	for {
		page, err := s.directory.Search(query, f, after, limit)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		if len(page.Found) > limit || page.Next != (directory.Place{}) && len(page.Found) != limit {
			t.Fatalf("%q: a page of %d where %d are asked for", query, len(page.Found), limit)
		}
		found = append(found, page.Found...)
		if after = page.Next; after == (directory.Place{}) {
			if page.Matches != len(found) {
				t.Errorf("%q: %d are counted, %d are on the pages", query, page.Matches, len(found))
			}
			return found
		}
	}
}

// names are the references of what is found, in order.
func (s *shops) names(t testing.TB, query string, f directory.Filter) (names []string) {
	t.Helper()
	for _, one := range s.all(t, query, f, 50) {
		names = append(names, s.merchants[one.ID].Reference)
	}
	return names
}

func plain(text string) string { return strings.ToLower(norm.NFKC.String(text)) }

var (
	digits  = regexp.MustCompile(`[0-9]+`)
	numbers = regexp.MustCompile(`[a-z0-9]([!-~]*[a-z0-9])?`)
)

// numbersOf are the runs of ASCII of a text that hold a digit.
func numbersOf(text string) (runs []string) {
	for _, run := range numbers.FindAllString(plain(text), -1) {
		if digits.MatchString(run) {
			runs = append(runs, run)
		}
	}
	return runs
}

// naiveIn is what a word means, said by the texts themselves.
func naiveIn(word, name, reference string) bool {
	has := func(number string) bool {
		return strings.Contains(plain(reference), number) ||
			slices.ContainsFunc(numbersOf(name), func(own string) bool { return strings.Contains(own, number) })
	}
	all := func(list []string, holds func(string) bool) bool {
		return !slices.ContainsFunc(list, func(one string) bool { return !holds(one) })
	}
	inName := func(letters string) bool { return japan.Fold(letters) == "" || naiveLetters(japan.Fold(letters), name) }
	runs := digits.FindAllString(plain(word), -1)
	switch {
	case has(plain(word)):
		return true
	case len(runs) == 0:
		return japan.Fold(word) != "" && inName(word)
	}
	rest := plain(word)
	for _, number := range numbersOf(word) {
		rest = strings.Replace(rest, number, "\x00", 1)
	}
	return all(numbersOf(word), has) && all(strings.Split(rest, "\x00"), inName) ||
		len(japan.Fold(word)) >= 3 && inName(word) && all(runs, has)
}

func naiveLetters(letters, name string) bool {
	forms := []string{letters}
	if strings.HasSuffix(letters, "m") {
		forms = append(forms, strings.TrimSuffix(japan.Fold(letters+"b"), "b"))
	}
	for _, form := range forms {
		if strings.Contains(japan.Fold(name), form) {
			return true
		}
		long := japan.Fold("o" + form)
		if strings.HasPrefix(form, "u") && len(long) > 1 && strings.Contains(japan.Fold(name), long) {
			return true // an u that makes an o long
		}
	}
	return false
}

// naive is a search that keeps nothing and looks at everything.
func (s *shops) naive(query string, f directory.Filter) (found []directory.Found) {
	words := strings.Fields(query)
	for id, m := range s.merchants {
		if f.Holder != "" && f.Holder != m.Holder || f.MCC != "" && f.MCC != m.MCC || f.Region != "" && f.Region != m.Region ||
			f.Prefecture != 0 && f.Prefecture != m.Prefecture || f.Status != "" && f.Status != m.Status {
			continue
		}
		one := directory.Found{ID: id, Rank: directory.Within}
		fits := func(store string, in func(word string) bool) bool {
			for _, word := range words {
				if !naiveIn(word, m.Name, m.Reference) && !in(word) {
					return false
				}
			}
			one.Store = store
			return true
		}
		ok := fits("", func(string) bool { return false })
		for _, reference := range slices.Sorted(keys(s.stores[id])) {
			ok = ok || fits(reference, func(word string) bool { return naiveIn(word, s.stores[id][reference], reference) })
		}
		if len(words) > 0 {
			if first := japan.Fold(words[0]); first != "" && naiveIn(words[0], m.Name, m.Reference) &&
				(strings.HasPrefix(japan.Fold(m.Name), first) ||
					strings.HasSuffix(first, "m") && strings.HasPrefix(japan.Fold(m.Name), first[:len(first)-1]+"n")) {
				one.Rank = directory.Begins
			}
			if whole := strings.TrimSpace(query); plain(whole) == plain(m.Reference) || whole == id.String() {
				ok, one = true, directory.Found{ID: id, Rank: directory.Exact}
			}
		}
		if ok {
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b directory.Found) int {
		name := func(id merchant.ID) string { return japan.Fold(s.merchants[id].Name) }
		reference := func(id merchant.ID) string { return plain(s.merchants[id].Reference) }
		numbers := func(id merchant.ID) string { return strings.Join(numbersOf(s.merchants[id].Name), " ") }
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), strings.Compare(name(a.ID), name(b.ID)),
			strings.Compare(reference(a.ID), reference(b.ID)), strings.Compare(numbers(a.ID), numbers(b.ID)),
			strings.Compare(string(a.ID.Digest[:]), string(b.ID.Digest[:])))
	})
	return found
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// The parts of which sample names are made: each folds whole.
var (
	parts = []string{"さくら", "サクラ", "ｻｸﾗ", "Sakura", "桜", "きょう", "とう", "うどん", "トーキョー", "Tōkyō", "東京", "しん", "ばし",
		"まっちゃ", "珈琲", "コーヒー", "Coffee", "株式会社", "24", "７", "7-11", "Shim", "Bashi", "Mom", "店", "おお", "ヴィラ", "ｶﾞｰﾃﾞﾝ",
		"がーでん", "Café", "샘플", "สาขา", "B1", "(5)", "あb2い", "F-3"}
	references = []string{"m-%d", "M-%05d", "shop %d", "京-%d", "０%d", "%d"}
)

func aName(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 4).Draw(t, label),
		rapid.SampledFrom([]string{"", " ", "　", "・"}).Draw(t, label+" between"))
}

func aReference(t *rapid.T, label string) string {
	return fmt.Sprintf(rapid.SampledFrom(references).Draw(t, label), rapid.IntRange(0, 30).Draw(t, label+" number"))
}

func aMerchant(t *rapid.T) merchant.Merchant {
	m := sample(aReference(t, "reference"), aName(t, "name"))
	m.Holder = rapid.SampledFrom([]ident.Holder{"acq", "other"}).Draw(t, "holder")
	m.ID = merchant.NameOf(3, m.Holder, m.Reference)
	m.MCC = rapid.SampledFrom([]string{"5812", "5411"}).Draw(t, "mcc")
	m.Status = rapid.SampledFrom([]merchant.Status{merchant.Live, merchant.Suspended, merchant.Ended}).Draw(t, "status")
	m.Prefecture = rapid.SampledFrom([]int{13, 26, 0}).Draw(t, "prefecture")
	if m.Prefecture == 0 {
		m.Region = "KR"
	}
	return m
}

func aQuery(t *rapid.T, s *shops) string {
	words := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(parts), rapid.SampledFrom([]string{"sa", "ra", "k", "m-1", "M-0",
		"shim", "udon", "don", "1", "-", "ﾄｳ", "う", "uu", "b1", "m-3", "さくら24", "カ1", "a3b", "sakura7"})), 0, 3).Draw(
		t, "words")
	if rapid.IntRange(0, 4).Draw(t, "exactly") == 0 {
		return aReference(t, "asked")
	}
	return strings.Join(words, rapid.SampledFrom([]string{" ", "　"}).Draw(t, "between"))
}

func aFilter(t *rapid.T) (f directory.Filter) {
	f.Holder = rapid.SampledFrom([]ident.Holder{"", "", "acq", "nobody"}).Draw(t, "by holder")
	f.MCC = rapid.SampledFrom([]string{"", "", "5812"}).Draw(t, "by mcc")
	f.Region = rapid.SampledFrom([]string{"", "", "JP"}).Draw(t, "by region")
	f.Prefecture = rapid.SampledFrom([]int{0, 0, 13}).Draw(t, "by prefecture")
	f.Status = rapid.SampledFrom([]merchant.Status{"", "", merchant.Live, merchant.Ended}).Draw(t, "by status")
	return f
}
