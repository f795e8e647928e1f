// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/golden"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
)

// known are the names of a world's merchants, as they were at a time.
type known struct {
	*directory.Directory
	whole bool
	asOf  time.Time
}

func (k *known) Standing() directory.Standing {
	return directory.Standing{Merchants: k.Merchants(), Stores: k.Stores(), Whole: k.whole, AsOf: k.asOf}
}

// named lets a world's merchants be found as they are now.
func (w *world) named() {
	w.t.Helper()
	k := &known{Directory: directory.New(), whole: true, asOf: w.network.Now().Add(-12 * time.Second)}
	ctx, r := context.Background(), w.network.Reader()
	merchants, err := r.MerchantsSince(ctx, ident.Digest{}, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range merchants.Changed {
		k.Put(&merchants.Changed[i])
	}
	stores, err := r.StoresSince(ctx, store.ShopKey{}, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range stores.Changed {
		k.PutStore(&stores.Changed[i])
	}
	w.config.Names = k
}

// crowded adds merchants, each with stores, for more than a page.
func (w *world) crowded() {
	w.t.Helper()
	var facts store.Facts
	for i := range 120 {
		m := merchant.Merchant{ID: merchant.NameOf(0, "acq", fmt.Sprintf("c-%03d", i)), Holder: "acq",
			Reference: fmt.Sprintf("c-%03d", i), Name: fmt.Sprintf("サンプル食堂 %d号店", i), MCC: "5812", Region: "JP",
			Prefecture: 1 + i%47, Currency: money.JPY, Status: merchant.Live, Plan: "std"}
		if i%40 == 7 {
			m.Status, m.Plan = merchant.Suspended, "lost"
		}
		facts.Merchants = append(facts.Merchants, m)
	}
	for i := range 60 {
		facts.Stores = append(facts.Stores, merchant.Store{Merchant: facts.Merchants[0].ID, MCC: "5812", Terminals: 2,
			Reference: fmt.Sprintf("U-%02d", i), Name: fmt.Sprintf("見本梅田店 %d", i)})
	}
	w.network.Put(facts)
}

func TestMerchantIsFoundOnThePage(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).crowded, (*world).named)
	id := merchant.NameOf(0, "acq", "m-3").String()
	for query, want := range map[string]string{"q=珈琲": id, "q=ｻﾝﾌﾟﾙ+珈琲": id, "q=sanpuru+札幌": id, "q=m-3": id, "q=" + id: id,
		"q=珈琲&prefecture=01&mcc=５８１２&region=jp&holder=acq&status=live": id,
		"q=Gion": merchant.NameOf(0, "acq", "m-1").String()} {
		page := w.page("/merchants?" + asked(t, query))
		has(t, page, `id="m-`+want+`"`, `href="/merchant/`+want+`"`, "1 merchant<")
	}
	has(t, w.page("/merchants?q=umeda"), "No merchant is called that.")
	has(t, w.page("/merchants?"+asked(t, "q=梅田")), "by its store U-00")
	has(t, w.page("/merchants"), "126 merchants", "of 126, with 61 stores", "Names as of 11:59:48, 12 s ago")
	evil := w.page("/merchants?q=alert")
	has(t, evil, "&lt;script&gt;alert(1)")
	lacks(t, evil, "<script>alert")
}

// asked writes a query as a form sends it.
func asked(t *testing.T, query string) string {
	t.Helper()
	values := url.Values{}
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		values.Set(name, strings.ReplaceAll(value, "+", " "))
	}
	return values.Encode()
}

func TestPagesOfMerchantsGiveEachOnce(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).crowded, (*world).named)
	row := regexp.MustCompile(`<tr id="m-([0-9A-Z]+)"`)
	next := regexp.MustCompile(`href="([^"]+)" rel="next"`)
	seen, pages := map[string]bool{}, 0
	for address := "/merchants?" + asked(t, "q=食堂&status=live"); address != ""; pages++ {
		page := w.page(address)
		has(t, page, "117 merchants", `value="live" selected`)
		for _, m := range row.FindAllStringSubmatch(page, -1) {
			if seen[m[1]] {
				t.Errorf("%s is there twice", m[1])
			}
			seen[m[1]] = true
		}
		address = ""
		if m := next.FindStringSubmatch(page); m != nil {
			address = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) != 117 || pages != 3 {
		t.Errorf("%d of 117 merchants on %d pages", len(seen), pages)
	}
}

func TestWrongSearchSaysWhichFieldIsWrong(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).named)
	for query, want := range map[string]string{"mcc=58": "MCC: four digits.", "region=JPN": "Region: two letters",
		"prefecture=tokyo": "Prefecture: 1 to 47.", "prefecture=0": "Prefecture: 1 to 47.", "status=shut": "Status: live",
		"holder=a+b": "Holder: 1 to 64", "q=a+b+c+d+e+f+g+h+i": "at most 200 characters in 8 words",
		"after=9": "Page: this address"} {
		answer := w.get("/merchants?"+asked(t, query), "en")
		if answer.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", query, answer.Code)
		}
		has(t, answer.Body.String(), want, `role="alert"`)
	}
	if answer := w.get("/merchants?q=%ff", "ja"); answer.Code != http.StatusBadRequest {
		t.Errorf("a broken text: %d", answer.Code)
	}
}

func TestNamesThatAreStillReadSaySo(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).named, func(w *world) { w.config.Names.(*known).whole = false })
	has(t, w.page("/merchants"), "not every merchant is found yet")
}

func TestPageOfOneMerchant(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).crowded, (*world).named)
	first := "/merchant/" + merchant.NameOf(0, "acq", "c-000").String()
	page := w.page(first)
	has(t, page, "サンプル食堂 0号店", "Sample acquirer", "restaurant", "2 %", "見本梅田店 49", "U-49", "?after=U-49")
	lacks(t, page, "U-50")
	page = w.page(first + "?after=U-49")
	has(t, page, "U-50", "U-59", `href="`+first+`#stores"`)
	lacks(t, page, "U-49", `rel="next"`)
	has(t, w.page(first+"?after=%00%ff"), "U-00")
	has(t, w.page("/merchant/"+merchant.NameOf(0, "acq", "c-007").String()), "Its plan lost is not known.", "Suspended",
		"No order has named a store yet.")
	for _, path := range []string{"/merchant/" + merchant.NameOf(0, "acq", "nobody").String(), "/merchant/x",
		"/merchant/" + merchant.NameOf(1, "acq", "c-000").String()} {
		if answer := w.get(path, "en"); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	if answer := setup(t).get("/merchants", "en"); answer.Code != http.StatusNotFound {
		t.Errorf("a console without names answers %d", answer.Code)
	}
}

func TestPagesAboutMerchantsAreAsTheyWereRead(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).named)
	for _, lang := range []string{"en", "ja"} {
		for name, path := range map[string]string{"merchants": "/merchants?" + asked(t, "q=sample&prefecture=26"),
			"merchant": "/merchant/" + merchant.NameOf(0, "acq", "m-1").String()} {
			answer := w.get(path, lang)
			if answer.Code != http.StatusOK {
				t.Fatal(answer.Code)
			}
			golden.Equal(t, name+"."+lang+".html", asFile(answer.Body.String()))
		}
	}
}

func TestBrowserFindsAMerchantWithoutScript(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).crowded, (*world).named)
	b := browse(t, w)
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.dress(1440, 900, "light", "en")
	b.Do(chromedp.Navigate(b.url+"/"), chromedp.Click(chromedp.CSS(`.shell nav a[href="/merchants"]`)),
		chromedp.WaitVisible(chromedp.CSS("#q")), chromedp.SendKeys(chromedp.CSS("#q"), "ryokan"),
		chromedp.Click(chromedp.CSS(".search button")), chromedp.WaitVisible(chromedp.CSS(".found .empty")))
	row := "#m-" + merchant.NameOf(0, "acq", "m-5").String()
	b.Do(chromedp.Navigate(b.url+"/merchants?"+asked(t, "q=旅館")), chromedp.WaitVisible(chromedp.CSS(row)),
		chromedp.Click(chromedp.CSS(row+" a")), chromedp.WaitVisible(chromedp.CSS("#merchant-id")))
	got, err := chromedp.Run(b.Context, chromedp.Text(chromedp.CSS("h1")))
	if err != nil || got != "見本旅館" {
		t.Errorf("the page is about %q: %v", got, err)
	}
	b.quiet()
}

func TestBrowserFitsPagesAboutMerchantsOnPhoneAndDesk(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).crowded, (*world).named)
	b := browse(t, w)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desk", 1440, 900}, {"tablet", 834, 1112}, {"phone", 360, 780}} {
		for _, lang := range []string{"en", "ja"} {
			b.dress(size.width, size.height, map[string]string{"en": "light", "ja": "dark"}[lang], lang)
			for name, path := range map[string]string{"merchants": "/merchants?" + asked(t, "q=サンプル&status=live"),
				"merchants-store": "/merchants?" + asked(t, "q=梅田"),
				"merchant":        "/merchant/" + merchant.NameOf(0, "acq", "c-000").String(),
				"evil":            "/merchant/" + merchant.NameOf(0, "acq", "m-evil").String()} {
				b.Do(chromedp.Navigate(b.url + path))
				where := fmt.Sprintf("%s-%s-%s", name, size.name, lang)
				if got := b.Text(`document.documentElement.scrollWidth > innerWidth ? "beyond" : "in"`); got != "in" {
					t.Errorf("%s is %s the window", where, got)
				}
				b.keep(where, false)
			}
		}
	}
	b.quiet()
	b.Do(chromedp.Navigate(b.url + "/merchants?mcc=58")) // of which the browser writes that it was refused
	b.wait(`document.querySelector("#mcc").ariaInvalid === "true" && document.querySelector("[role=alert]")`)
	b.keep("merchants-wrong", false)
}
