// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/worker"
)

func TestFindListsMerchantsInTheBooks(t *testing.T) {
	t.Parallel()
	h := stage.Open(t, time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC))
	var facts store.Facts
	for i := range 30 {
		reference := fmt.Sprintf("m-%02d", i)
		facts.Merchants = append(facts.Merchants, merchant.Merchant{ID: merchant.NameOf(0, "acq", reference), Holder: "acq",
			Reference: reference, Name: fmt.Sprintf("サンプル食堂 %d号店", i), MCC: "5812", Region: "JP", Prefecture: 26,
			Currency: money.JPY, Status: merchant.Live, Plan: "std"})
	}
	facts.Stores = []merchant.Store{{Merchant: facts.Merchants[7].ID, Reference: "s-1", Name: "祇園店", MCC: "5812"}}
	h.Put(facts)
	for query, want := range map[string]string{
		"ｻﾝﾌﾟﾙ": "m-00", "sanpuru 祇園": "(by its store s-1)", "サンプル 29": "m-29",
	} {
		var out strings.Builder
		err := find(context.Background(), h.Reader(), &out, func(names *worker.Directory) (directory.Page, error) {
			return names.Search(query, directory.Filter{Prefecture: 26}, directory.Place{}, 5)
		})
		if err != nil || !strings.Contains(out.String(), want) || !strings.Contains(out.String(), "Kyoto") {
			t.Errorf("%q: %v\n%s", query, err, out.String())
		}
		if more := strings.Contains(out.String(), "and 25 more"); more != (query == "ｻﾝﾌﾟﾙ") {
			t.Errorf("%q: %s", query, out.String())
		}
	}
	err := find(context.Background(), h.Reader(), &strings.Builder{}, func(names *worker.Directory) (directory.Page, error) {
		return names.Search("nobody", directory.Filter{}, directory.Place{}, 5)
	})
	if err == nil {
		t.Error("finding nobody is no error")
	}
}

func TestFindRefusesWrongInputBeforeItReads(t *testing.T) {
	t.Parallel()
	for field, find := range map[string]merchantFind{"mcc": {MCC: "58", Limit: 5}, "limit": {Limit: 0},
		"prefecture": {Prefecture: "kyoto", Limit: 5}, "query": {Query: []string{"a b c d e f g h", "i"}, Limit: 5},
		"status": {Status: "gone", Limit: 5}, "region": {Region: "JPN", Limit: 5}, "holder": {Holder: "a b", Limit: 5}} {
		err := find.Run(context.Background())
		if fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(fault.DetailOf(err), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
