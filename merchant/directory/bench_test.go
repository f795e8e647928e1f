// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

// What a country has.
const (
	merchantsMany = 300_000
	storesMany    = 400_000
)

// crowd is a country's merchants with their stores, plainly samples: most names hold a word of a trade in kana.
func crowd(b *testing.B) *directory.Directory {
	b.Helper()
	trades := []string{"サンプルコーヒー", "見本食堂", "サンプル薬局", "見本旅館", "Sample Ramen", "さんぷる土産", "ｻﾝﾌﾟﾙｶﾒﾗ", "見本百貨店"}
	prefectures := japan.Prefectures()
	d := directory.New()
	ids := make([]merchant.ID, merchantsMany)
	for i := range ids {
		p := prefectures[i*7%len(prefectures)]
		m := sample(fmt.Sprintf("M-%07d", i), fmt.Sprintf("%s %s %d号店", trades[i%len(trades)], p.Name, i%997))
		m.Holder, m.Prefecture, m.MCC = ident.Holder(fmt.Sprint("acquirer-", i%40)), p.Code, fmt.Sprint(5000+i%900)
		ids[i] = m.ID
		d.Put(&m)
	}
	for i := range storesMany {
		p := prefectures[i*11%len(prefectures)]
		d.PutStore(&merchant.Store{Merchant: ids[i%len(ids)], Reference: fmt.Sprintf("S-%06d", i),
			Name: fmt.Sprintf("%s駅前店 サンプルビル%d階", p.Name, i%9)})
	}
	return d
}

// BenchmarkSearch is a first page of 50 among 300,000 merchants with 400,000 stores.
func BenchmarkSearch(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := crowd(b)
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := after.HeapAlloc - before.HeapAlloc
	b.Logf("%d bytes a merchant, %d MiB in all", held/merchantsMany, held>>20)
	for _, c := range []struct {
		name, query string
		f           directory.Filter
	}{
		{"nothing", "zzyzx", directory.Filter{}},
		{"nothing in kanji", "架空", directory.Filter{}},
		{"everyone", "", directory.Filter{}},
		{"common", "さんぷる", directory.Filter{}},
		{"common of stores", "駅前", directory.Filter{}},
		{"two words", "サンプル 京都", directory.Filter{}},
		{"eight letters", "a e i o u x y z", directory.Filter{}},
		{"eight words in all their forms", "uham udom ukom usom unam utam ubem upem", directory.Filter{}},
		{"letter", "u", directory.Filter{}},
		{"swallowed", "udonum", directory.Filter{}},
		{"digits", "1234", directory.Filter{}},
		{"reference", "m-0123456", directory.Filter{}},
		{"in a prefecture", "coffee", directory.Filter{Prefecture: 26}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := d.Search(c.query, c.f, directory.Place{}, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFill puts 300,000 merchants and 400,000 stores into a directory.
func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		crowd(b)
	}
}
