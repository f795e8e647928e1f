// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
)

func TestMerchantIsFoundByAnyPartOfItsNameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	s := setup(sample("m-1", "さくらコーヒー 東京駅前店 24"), sample("m-2", "なんばウォーク"), sample("m-3", "きょうとうどん"),
		sample("m-4", "ホテル新橋"))
	for query, want := range map[string][]string{
		"さくら": {"m-1"}, "ｻｸﾗ": {"m-1"}, "サクラ": {"m-1"}, "ＳＡＫＵＲＡ": {"m-1"}, "sakura": {"m-1"}, "kohi": {"m-1"},
		"珈琲": nil, "東京": {"m-1"}, "駅前": {"m-1"}, "tokyo": nil, "kohi 東京 saku": {"m-1"}, "kohi　大阪": nil, "24": {"m-1"},
		"２４": {"m-1"}, "sakura24": {"m-1"}, "sakura25": nil, "namba": {"m-2"}, "Nanba": {"m-2"}, "nam": {"m-2"},
		"woku": {"m-2"}, "ウォーク": {"m-2"}, "うどん": {"m-3"}, "udon": {"m-3"}, "kyoto udon": {"m-3"}, "ﾎﾃﾙ": {"m-4"},
		"m-4": {"m-4"}, "Ｍ－４": {"m-4"}, "店24": {"m-1"}, "a24": nil, "5812": nil, "": {"m-1", "m-2", "m-3", "m-4"}, "・": nil,
	} {
		if got := s.names(t, query, directory.Filter{}); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Errorf("%q finds %v, not %v", query, got, want)
		}
	}
}

func TestOrderIsExactThenBeginsThenWithin(t *testing.T) {
	t.Parallel()
	s := setup(sample("a", "Cafe Sakura"), sample("b", "Sakura Cafe"), sample("sakura", "Zebra"), sample("c", "さくら"))
	if got := s.names(t, "Sakura", directory.Filter{}); !slices.Equal(got, []string{"sakura", "c", "b", "a"}) {
		t.Error(got)
	}
	id := merchant.NameOf(3, "acq", "a")
	for _, query := range []string{id.String(), strings.ToLower(id.String()), " " + id.String() + " "} {
		found := s.all(t, query, directory.Filter{}, 5)
		if len(found) != 1 || found[0] != (directory.Found{ID: id, Rank: directory.Exact}) {
			t.Errorf("%q finds %v", query, found)
		}
	}
	id.Lane++
	if found := s.all(t, id.String(), directory.Filter{}, 5); len(found) != 0 {
		t.Errorf("an id of another lane finds %v", found)
	}
}

func TestMerchantIsFoundByOneOfItsStores(t *testing.T) {
	t.Parallel()
	chain := sample("chain", "サンプル食堂")
	s := setup(chain, sample("other", "見本商店"))
	s.putStore(chain.ID, "GION-2", "祇園二号店")
	s.putStore(chain.ID, "gion-1", "祇園一号店")
	s.putStore(chain.ID, "Ｕ1", "梅田店")
	for query, want := range map[string]string{"祇園": "GION-2", "sanpuru 祇園": "GION-2", "gion-1": "gion-1", "u1": "Ｕ1",
		"サンプル": ""} {
		found := s.all(t, query, directory.Filter{}, 5)
		if len(found) != 1 || found[0].ID != chain.ID || found[0].Store != want {
			t.Errorf("%q finds %v", query, found)
		}
	}
	for _, query := range []string{"祇園 梅田", "祇園 見本"} {
		if found := s.all(t, query, directory.Filter{}, 5); len(found) != 0 {
			t.Errorf("%q finds %v: the words are in two places", query, found)
		}
	}
	s.putStore(chain.ID, "GION-2", "閉店")
	if found := s.all(t, "祇園二号", directory.Filter{}, 5); len(found) != 0 {
		t.Errorf("the store's former name finds %v", found)
	}
}

func TestChangedNameIsFoundAndTheFormerIsNot(t *testing.T) {
	t.Parallel()
	m := sample("m-1", "きゅう店")
	s := setup(m, sample("m-2", "隣の店"))
	for i, name := range []string{"とても長いあたらしい名前の店", "新", "New name", m.Name} {
		former := s.merchants[m.ID].Name
		m.Name, m.MCC, m.Status = name, fmt.Sprintf("%04d", 5000+i), merchant.Suspended
		s.put(m)
		f := directory.Filter{MCC: m.MCC, Status: merchant.Suspended}
		if got := s.names(t, name, f); !slices.Equal(got, []string{"m-1"}) {
			t.Errorf("%q finds %v", name, got)
		}
		if got := s.names(t, former, directory.Filter{}); len(got) != 0 {
			t.Errorf("%q still finds %v", former, got)
		}
	}
	s.remove(m.ID)
	if got := s.names(t, m.Name, directory.Filter{}); len(got) != 0 || s.directory.Merchants() != 1 {
		t.Errorf("removed, and found: %v", got)
	}
}

func TestStoreThatIsKnownBeforeItsMerchantIsFoundWithIt(t *testing.T) {
	t.Parallel()
	s := setup()
	m := sample("m-1", "Sample")
	s.putStore(m.ID, "s-1", "Umeda")
	if page, err := s.directory.Search("umeda", directory.Filter{}, directory.Place{}, 5); err != nil || page.Matches != 0 {
		t.Errorf("a merchant that nobody knows is found: %v, %v", page, err)
	}
	s.put(m)
	if got := s.names(t, "umeda", directory.Filter{}); !slices.Equal(got, []string{"m-1"}) {
		t.Error(got)
	}
}

func TestWrongInputNamesItsField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query string
		f     directory.Filter
		limit int
		field string
		code  fault.Code
	}{
		{strings.Repeat("あ", 201), directory.Filter{}, 5, "query", directory.CodeQuery},
		{"a b c d e f g h i", directory.Filter{}, 5, "query", directory.CodeQuery},
		{"\xff", directory.Filter{}, 5, "query", directory.CodeQuery},
		{"a", directory.Filter{}, 0, "limit", directory.CodeQuery},
		{"a", directory.Filter{}, 201, "limit", directory.CodeQuery},
		{"a", directory.Filter{MCC: "581"}, 5, "mcc", directory.CodeFilter},
		{"a", directory.Filter{MCC: "58a2"}, 5, "mcc", directory.CodeFilter},
		{"a", directory.Filter{Region: "jp"}, 5, "region", directory.CodeFilter},
		{"a", directory.Filter{Prefecture: 48}, 5, "prefecture", directory.CodeFilter},
		{"a", directory.Filter{Prefecture: -1}, 5, "prefecture", directory.CodeFilter},
		{"a", directory.Filter{Status: "closed"}, 5, "status", directory.CodeFilter},
		{"a", directory.Filter{Holder: "a b"}, 5, "holder", ident.CodeNameMalformed},
	} {
		_, err := directory.New().Search(c.query, c.f, directory.Place{}, c.limit)
		if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) != c.code ||
			!strings.HasPrefix(fault.DetailOf(err), c.field) {
			t.Errorf("%.20q %+v %d: %v, not %s about %s", c.query, c.f, c.limit, err, c.code, c.field)
		}
	}
}

func TestSearchFindsWhatANaiveOneFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := setup()
		var ids []merchant.ID
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			switch m := aMerchant(r); {
			case len(ids) > 0 && rapid.IntRange(0, 5).Draw(r, "removes") == 0:
				s.remove(rapid.SampledFrom(ids).Draw(r, "removed"))
			case len(ids) > 0 && rapid.IntRange(0, 2).Draw(r, "store") == 0:
				if id := rapid.SampledFrom(ids).Draw(r, "owner"); s.merchants[id].Name != "" {
					s.putStore(id, aReference(r, "place"), aName(r, "store name"))
				}
			default:
				s.put(m)
				ids = append(ids, m.ID)
			}
		}
		stores := 0
		for _, of := range s.stores {
			stores += len(of)
		}
		if s.directory.Merchants() != len(s.merchants) || s.directory.Stores() != stores {
			r.Fatalf("%d merchants and %d stores are counted, not %d and %d", s.directory.Merchants(), s.directory.Stores(),
				len(s.merchants), stores)
		}
		for range 5 {
			query, f := aQuery(r, s), aFilter(r)
			if rapid.IntRange(0, 9).Draw(r, "by id") == 0 && len(ids) > 0 {
				query = rapid.SampledFrom(ids).Draw(r, "id").String()
			}
			limit := rapid.IntRange(1, 7).Draw(r, "limit")
			if got, want := s.all(t, query, f, limit), s.naive(query, f); !slices.Equal(got, want) {
				r.Fatalf("%q %+v finds\n%v, not\n%v", query, f, got, want)
			}
		}
	})
}

func TestWholeNameFindsItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		name := aName(r, "name")
		if got := setup(sample("x", name)).names(t, name, directory.Filter{}); len(got) != 1 {
			r.Fatalf("%q does not find itself", name)
		}
	})
}

// TestEveryPartOfANameFindsIt cuts names between syllables, where what is before or behind may change how a part is folded.
func TestEveryPartOfANameFindsIt(t *testing.T) {
	t.Parallel()
	syllables := []string{"あ", "い", "う", "え", "お", "か", "ん", "まっ", "ちゃ", "きょ", "ー", "ド", "バ", "ﾌﾟ", "mu", "ma", "bo", "o",
		"u", "m", "no", "東", "京", "샘", "フォ", "ウィ", "ヴ"}
	rapid.Check(t, func(r *rapid.T) {
		list := rapid.SliceOfN(rapid.SampledFrom(syllables), 1, 10).Draw(r, "syllables")
		from := rapid.IntRange(0, len(list)-1).Draw(r, "from")
		to := rapid.IntRange(from+1, len(list)).Draw(r, "to")
		name, part := strings.Join(list, ""), strings.Join(list[from:to], "")
		if strings.Trim(part, "うuおoー") == "" {
			return // a vowel that only makes another long is no letter of the name
		}
		if got := setup(sample("x", name)).names(t, part, directory.Filter{}); len(got) != 1 {
			r.Fatalf("%q is not found by %q", name, part)
		}
	})
}

func TestPagesGiveEveryMatchOnceWhileMerchantsAreAdded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := setup()
		for i := range rapid.IntRange(1, 40).Draw(r, "before") {
			s.put(sample(fmt.Sprint("b", i), aName(r, "name")+"カフェ"))
		}
		before := s.naive("cafe", directory.Filter{})
		seen, after, added := map[merchant.ID]int{}, directory.Place{}, 0
		for {
			page, err := s.directory.Search("cafe", directory.Filter{}, after, rapid.IntRange(1, 5).Draw(r, "limit"))
			if err != nil {
				r.Fatal(err)
			}
			for _, one := range page.Found {
				seen[one.ID]++
			}
			if page.Next == (directory.Place{}) {
				break
			}
			if after, err = directory.ParsePlace(page.Next.String()); err != nil || after != page.Next {
				r.Fatalf("%v becomes %v: %v", page.Next, after, err)
			}
			for range rapid.IntRange(0, 2).Draw(r, "added") {
				if added++; added < 40 {
					s.put(sample(fmt.Sprint("a", added), aName(r, "name")+"カフェ"))
				}
			}
		}
		for _, one := range before {
			if seen[one.ID] != 1 {
				r.Fatalf("%s is on the pages %d times", s.merchants[one.ID].Name, seen[one.ID])
			}
		}
		for id, times := range seen {
			if times != 1 {
				r.Fatalf("%s is on the pages %d times", s.merchants[id].Name, times)
			}
		}
	})
}

func TestArenaIsLaidAnewWhenMostOfItIsOld(t *testing.T) {
	t.Parallel()
	s := setup()
	for round := range 40 { // each longer than the one before, so that none fits where the last one was
		for i := range 300 {
			m := sample(fmt.Sprint("m", i), strings.Repeat("na", 5+round)+fmt.Sprint(" x", i))
			s.put(m)
			s.putStore(m.ID, "s", strings.Repeat("ri", 5+round))
		}
	}
	if used, old := s.directory.Texts(); old > used/2 && old > 1<<18 {
		t.Errorf("%d of %d bytes are old", old, used)
	}
	if got := s.names(t, strings.Repeat("na", 44)+" 299", directory.Filter{}); !slices.Equal(got, []string{"m299"}) {
		t.Error(got)
	}
	if got := s.names(t, strings.Repeat("ri", 44), directory.Filter{}); len(got) != 300 {
		t.Errorf("%d of 300 stores are found", len(got))
	}
}

func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"", "sakura", "ｻｸﾗ 24", "０００1G", "\xff", "う", "7-11", "\u202e", "ﷺ"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, name, query string) {
		d := directory.New()
		m := sample("m-1", name)
		d.Put(&m)
		page, err := d.Search(query, directory.Filter{}, directory.Place{}, 1)
		switch {
		case err != nil && fault.KindOf(err) != fault.Invalid:
			t.Errorf("%q: %v", query, err)
		case page.Matches > 1 || len(page.Found) != page.Matches:
			t.Errorf("%q: %+v", query, page)
		}
	})
}

func FuzzPlace(f *testing.F) {
	for _, seed := range []string{"", "1", "3" + strings.Repeat("0", 32) + "c2FrdXJh", "3" + strings.Repeat("F", 32)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := directory.ParsePlace(text)
		switch {
		case err != nil && fault.CodeOf(err) != directory.CodePlace:
			t.Errorf("%q: %v", text, err)
		case err == nil && p.String() != text:
			t.Errorf("%q becomes %q", text, p.String())
		}
	})
}
