// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
)

// trade is a kind of shop with how much is spent in it.
//
// Source: reference/japan.md 8.4: the ticket is a modelling choice, a mixture of these.
type trade struct {
	mcc               string
	japanese, english string
	mean              float64 // of a ticket, in yen
	spread            float64 // of its logarithm
	share             int     // of the sales, in hundredths
}

var trades = []trade{
	{"5411", "サンプルコンビニ", "Sample convenience store", 1_700, 0.5, 34},
	{"5812", "サンプル食堂", "Sample restaurant", 3_600, 0.5, 16},
	{"5814", "サンプル喫茶", "Sample café", 1_300, 0.4, 12},
	{"5912", "サンプル薬局", "Sample drugstore", 9_500, 0.7, 14},
	{"5311", "サンプル百貨店", "Sample department store", 34_000, 0.8, 4},
	{"5947", "サンプル土産", "Sample souvenirs", 4_200, 0.6, 8},
	{"5732", "サンプル電器", "Sample electronics", 22_000, 0.9, 3},
	{"7011", "サンプル旅館", "Sample inn", 28_000, 0.6, 3},
	{"4111", "サンプル交通", "Sample transit", 1_200, 0.5, 4},
	{"7298", "サンプル温泉", "Sample hot spring", 2_000, 0.4, 2},
}

// abroad are the regions with a few shops of their own, and how much of their money a yen is.
var abroad = []struct {
	region   string
	currency money.Currency
	yen      float64
}{
	{"KR", money.KRW, 9.4}, {"TW", money.TWD, 0.21}, {"TH", money.THB, 0.21}, {"SG", money.SGD, 0.0084},
	{"HK", money.HKD, 0.051}, {"MY", money.MYR, 0.027},
}

// shop is a sample merchant of the demo.
type shop struct {
	merchant.Merchant
	trade   trade
	visited float64 // how often visitors come here, against others
	perYen  float64 // its currency's units in a yen
}

// visited is how many of the visitors come to a prefecture, in hundredths; one that is not here has the least.
//
// Source: reference/japan.md 8.3, visit rates of April to June 2018.
var visited = map[int]float64{13: 41.6, 27: 41.8, 12: 34.1, 26: 31.2, 29: 11.3, 40: 10.9, 1: 7.9, 47: 7.9, 14: 7.3, 23: 7.2}

// shops are the demo's merchants: ten in each prefecture, and a few in other regions.
func shops(holder ident.Holder, lane ident.Lane) []shop {
	var all []shop
	add := func(reference, name string, t trade, region string, prefecture int, c money.Currency, weight, perYen float64) {
		all = append(all, shop{trade: t, visited: weight, perYen: perYen, Merchant: merchant.Merchant{
			ID: merchant.NameOf(lane, holder, reference), Holder: holder, Reference: reference, Name: name, MCC: t.mcc,
			Region: region, Prefecture: prefecture, Currency: c, Status: merchant.Live, Plan: planID}})
	}
	for prefecture := 1; prefecture <= 47; prefecture++ {
		weight := max(visited[prefecture], 1.5)
		for i, t := range trades {
			name := t.japanese + " " + look.Place("JP", prefecture, look.Japanese)
			add(fmt.Sprintf("jp-%02d-%02d", prefecture, i+1), name, t, "JP", prefecture, money.JPY, weight*float64(t.share), 1)
		}
	}
	for _, a := range abroad {
		for i, t := range trades[:5] {
			name := t.english + " " + look.Region(a.region, look.English)
			add(fmt.Sprintf("%s-%02d", a.region, i+1), name, t, a.region, 0, a.currency, float64(t.share)/4, a.yen)
		}
	}
	return all
}
