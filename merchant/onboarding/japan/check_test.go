// SPDX-License-Identifier: Apache-2.0

package japan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

func sample() (onboarding.Form, japan.Opened) {
	f := onboarding.Form{
		Entity: onboarding.Entity{Kind: onboarding.Corporation, LegalName: "サンプル株式会社", LegalKana: "サンプルカブシキガイシャ",
			Region: "JP", PostalCode: "100-0001", Prefecture: 13, Address: "東京都千代田区千代田1-1", Phone: "03-1234-5678",
			Number: "7123456789012", TaxNumber: "T7123456789012"},
		TradeName: "サンプル書店", MCC: "5942",
		Stores: []onboarding.Store{{Reference: "s1", Name: "サンプル書店", Kana: "サンプルショテン", Latin: "SAMPLE BOOKS",
			PostalCode: "600-8216", Prefecture: 26, Address: "京都市下京区1-1", Phone: "075-123-4567"}},
		Account: onboarding.Account{Bank: "0001", Branch: "001"},
	}
	return f, japan.Opened{Account: japan.Account{Type: japan.Ordinary, Number: "1234567", Holder: "ｻﾝﾌﾟﾙ(ｶ"}}
}

// above lists what was found from a severity on, as check, field and severity.
func above(list []onboarding.Finding, from onboarding.Severity) []string {
	var found []string
	for _, f := range list {
		if f.Severity >= from {
			found = append(found, f.Check+" "+f.Field+" "+f.Severity.String())
		}
	}
	return found
}

func TestAGoodFormHasNotesOnly(t *testing.T) {
	t.Parallel()
	f, opened := sample()
	list := japan.Check(f, opened)
	if found := above(list, onboarding.Review); found != nil {
		t.Errorf("found %v", found)
	}
	if len(list) != 2 {
		t.Errorf("notes: %v", list)
	}
}

// world is what a check looks at.
type world struct {
	form   onboarding.Form
	opened japan.Opened
}

func TestEachFlawIsFoundWhereItIs(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*world){
		"corporate_number entity.number block":     func(w *world) { w.form.Entity.Number = "8123456789012" },
		"invoice_number entity.taxNumber block":    func(w *world) { w.form.Entity.TaxNumber = "T4011001098993" },
		"postal_code entity.postalCode block":      func(w *world) { w.form.Entity.PostalCode = "100" },
		"postal_code entity.postalCode review":     func(w *world) { w.form.Entity.PostalCode = "5400008" },
		"postal_code stores[s1].postalCode review": func(w *world) { w.form.Stores[0].PostalCode = "0000000" },
		"address stores[s1].address review":        func(w *world) { w.form.Stores[0].Address = "大阪府大阪市" },
		"phone stores[s1].phone review":            func(w *world) { w.form.Stores[0].Phone = "123" },
		"kana stores[s1].kana review":              func(w *world) { w.form.Stores[0].Kana = "書店" },
		"kana entity.legalKana review":             func(w *world) { w.form.Entity.LegalKana = "x" },
		"latin_name stores[s1].latin review":       func(w *world) { w.form.Stores[0].Latin = "本屋" },
		"category mcc review":                      func(w *world) { w.form.MCC = "0742" },
		"category stores[s1].mcc review":           func(w *world) { w.form.Stores[0].MCC = "0742" },
		"bank_account account block":               func(w *world) { w.opened.Account.Number = "x" },
		"bank_account account review":              func(w *world) { w.form.Account.Bank = "9998" },
		"holder_name account review":               func(w *world) { w.opened.Account.Holder = "ﾍﾞﾂｼﾞﾝ" },
	} {
		var w world
		w.form, w.opened = sample()
		spoil(&w)
		if found := above(japan.Check(w.form, w.opened), onboarding.Review); !slices.Contains(found, want) {
			t.Errorf("found %v, want %s", found, want)
		}
	}
}

func TestFindingsRepeatNothingThatTheVaultOpened(t *testing.T) {
	t.Parallel()
	f, _ := sample()
	f.Entity = onboarding.Entity{Kind: onboarding.SoleProprietor, Region: "JP", Prefecture: 13, Sealed: "tok",
		TaxNumber: "T8123456789012"}
	opened := japan.Opened{Names: []string{"ヒミツノナマエ"}, PostalCode: "5400008", Phone: "12345", Account: japan.Account{
		Type: japan.Ordinary, Number: "7654321", Holder: "ﾍﾞﾂﾉﾅﾏｴ"}}
	list := japan.Check(f, opened)
	if len(above(list, onboarding.Review)) != 3 {
		t.Errorf("found %v", list)
	}
	for _, x := range list {
		for _, secret := range []string{"ヒミツ", "ﾋﾐﾂ", "ﾍﾞﾂﾉ", "5400008", "12345", "7654321"} {
			if strings.Contains(x.Check+x.Field+x.Text, secret) {
				t.Errorf("%v repeats %s", x, secret)
			}
		}
		if !strings.HasSuffix(x.Text, ".") {
			t.Errorf("%q is no sentence", x.Text)
		}
	}
	opened.Account.Holder = "ﾋﾐﾂﾉ ﾅﾏｴ"
	if found := above(japan.Check(f, opened), onboarding.Review); slices.Contains(found, "holder_name account review") {
		t.Errorf("the owner's own account: %v", found)
	}
}

func TestShopsAbroadAreNotMeasuredByJapan(t *testing.T) {
	t.Parallel()
	f, opened := sample()
	f.Entity.Region, f.Entity.Prefecture, f.Entity.Number, f.Entity.PostalCode = "HK", 0, "12345", ""
	f.Stores = []onboarding.Store{{Reference: "s1", Name: "Sample", PostalCode: "999077", Address: "Kowloon"}}
	if found := above(japan.Check(f, opened), onboarding.Review); found != nil {
		t.Errorf("found %v", found)
	}
}

func TestCategoriesAreInOrderAndNamedTwice(t *testing.T) {
	t.Parallel()
	list := japan.Categories()
	if !slices.IsSortedFunc(list, func(a, b japan.Category) int { return strings.Compare(a.MCC, b.MCC) }) {
		t.Error("out of order")
	}
	for _, mcc := range strings.Fields(`5311 5812 5411 5813 5499 5814 5912 5462 5441 5309 7011 5310 5331 5399 7298
		7299 5732 4121 5977 4111 4112 4131 5651 5691 5661 5699 4582 5944 5948 4511 5945 5947 4722 5942 7991 7996 7999
		5921 7512 7994 7832 5541`) {
		c, ok := japan.CategoryOf(mcc)
		if !ok || c.Name == "" || c.Japanese == "" {
			t.Errorf("%s is %v", mcc, c)
		}
	}
	if len(list) != 42 {
		t.Errorf("%d categories", len(list))
	}
	if _, ok := japan.CategoryOf("7995"); ok {
		t.Error("gambling is common")
	}
}
