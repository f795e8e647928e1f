// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/console"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// row is the markup of a payment's row in a page.
func row(t testing.TB, page string, p *payment.Payment) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `<tr id="p-`+p.ID.String()+`"`)
	text, _, _ := strings.Cut(rest, "</tr>")
	if !found {
		t.Fatalf("%v has no row in\n%s", p.ID, page)
	}
	return text
}

// part is the markup of an element with an id, up to a closing tag.
func part(t testing.TB, page, id, end string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `id="`+id+`"`)
	text, _, _ := strings.Cut(rest, end)
	if !found {
		t.Fatalf("%s is not in\n%s", id, page)
	}
	return text
}

func TestLivePageShowsTheDayAndTheLastPayments(t *testing.T) {
	t.Parallel()
	w := setup(t)
	paid := w.pay("a", "m-1", "hk", 1000)
	w.wallets["kr"].pay = no
	declined := w.pay("b", "m-2", "kr", 25000)
	w.run(time.Minute)
	page := w.page("/")
	has(t, row(t, page, paid), `<span class="unit">JPY</span> 1,000</span>`,
		`<span class="unit">HKD</span> 51.51</span>`,
		`<bdi lang="ja">Sample Cafe</bdi> <small>Kyoto</small>`,
		`<bdi lang="zh-Hant-HK">Sample HK</bdi> <small>Hong Kong</small>`,
		`<span class="chip paid">`, `Paid</span> <small>in 0 ms</small>`, `>12:00:00</time>`,
		`href="/payment/`+paid.ID.String()+`"`)
	has(t, row(t, page, declined), "25,000", "見本商店 那覇本店", "Okinawa", `<bdi lang="ko">샘플 페이</bdi>`, "South Korea",
		`<span class="chip declined">`, "Declined</span> <small>after 0 ms</small>")
	if strings.Index(page, "p-"+paid.ID.String()) < strings.Index(page, "p-"+declined.ID.String()) {
		t.Error("the newest payment is not on top")
	}
	has(t, part(t, page, "strip", "</section>"),
		`Paid today</dt><dd><span class="amount"><span class="unit">JPY</span> 1,000</span>`,
		`<dd id="begun">2</dd>`, `Paid</dt><dd class="paid">1</dd>`, `Declined</dt><dd class="declined">1</dd>`,
		`Cancelled</dt><dd class="soft">0</dd>`, `id="unknown">0</dd>`, "2 payments in the last 15 minutes",
		"peak 2 a minute",
		": 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0\"")
	has(t, part(t, page, "wallet-hk", "</li>"), "1 payment<", "Answering")
	has(t, part(t, page, "wallet-kr", "</li>"), "Answering", `<svg class="sign"`,
		"1<span class=\"unseen\"> Declined</span>")
	has(t, part(t, page, "wallet-th", "</li>"), "0 payments", "Quiet")
	has(t, page, "The outcome of every payment is known.", "<noscript>", "This is how it was at 12:01:00. Reload the page",
		`lang="en"`)
	lacks(t, page, "<script>", " style=", "<style", "onclick")
}

func TestLivePageSpeaksJapanese(t *testing.T) {
	t.Parallel()
	w := setup(t)
	paid := w.pay("a", "m-1", "hk", 1980)
	page := w.get("/", "ja-JP,ja;q=0.9").Body.String()
	has(t, page, `<html lang="ja">`, "本日の支払額", "すべての支払いの結果が確認できています。", "時刻（JST）")
	has(t, row(t, page, paid), `1,980<span class="unit after">円</span>`, "京都府", "香港", "支払い済み")
}

func TestListKeepsOnlyTheLastPayments(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var first, last *payment.Payment
	for i := range 63 {
		p := w.pay(fmt.Sprint(i), "m-1", "jp", int64(100+i))
		w.run(time.Second)
		if first == nil {
			first = p
		}
		last = p
	}
	page := w.page("/")
	if n := strings.Count(page, `<tr id="p-`); n != 60 {
		t.Errorf("%d rows", n)
	}
	lacks(t, page, "p-"+first.ID.String())
	has(t, page, "p-"+last.ID.String(), `<dd id="begun">63</dd>`)
	w.refund(first, "late", 100) // what happens to an old payment does not bring it back
	lacks(t, w.page("/"), "p-"+first.ID.String())
}

func TestFirstViewIsLight(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).busy)
	w.busyAgain(60)
	page := w.page("/")
	total := len(page)
	for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		asset := w.get(m[1], "en")
		if asset.Code != http.StatusOK {
			t.Errorf("%s: %d", m[1], asset.Code)
		}
		total += asset.Body.Len()
	}
	if total > 150<<10 {
		t.Errorf("the first view is %d bytes", total)
	}
}

func TestNamesOfStrangersAreOnlyText(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay(`"><img src=x onerror=alert(1)>`, "m-evil", "hk", 500)
	for _, page := range []string{w.page("/"), w.page("/payment/" + p.ID.String())} {
		has(t, page, "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;")
		lacks(t, page, "<script>alert", "<img")
	}
}

func TestUnknownPaymentIsOnTopWithWhatIsDoneAboutIt(t *testing.T) {
	t.Parallel()
	w := setup(t, func(w *world) {
		w.config.Asked = func(id ident.ID) int { return w.wallets["hk"].asked[id] }
	})
	w.wallets["hk"].mute = true
	p := w.pay("a", "m-1", "hk", 3200)
	w.run(12 * time.Second)
	page := w.page("/")
	doubt := part(t, page, "doubt-"+p.ID.String(), "</li>")
	has(t, page, "The outcome of 1 payment is not known yet", `<dd class="waiting" id="unknown">1</dd>`)
	has(t, doubt, `class="age">12 s</p>`, "3,200", "Sample Cafe", "Sample HK",
		"asking the wallet what happened, 3rd time",
		"asked <time>12:00:00</time>", "no clear answer <time>12:00:00</time>")
	has(t, row(t, page, p), "Not known yet")
	has(t, part(t, page, "wallet-hk", "</li>"), "1 unknown, oldest 12 s")

	w.run(time.Minute)
	has(t, part(t, w.page("/"), "doubt-"+p.ID.String(), "</li>"),
		"nobody could say what happened: cancelling at the wallet",
		"cancel begun <time>12:01:")

	w.wallets["hk"].mute = false
	w.run(10 * time.Second)
	page = w.page("/")
	has(t, row(t, page, p), `<span class="chip cancelled">`, "Cancelled</span>")
	has(t, part(t, page, "doubt-"+p.ID.String(), "</li>"), "settled after", "nothing is charged", "cancelled <time>")
	has(t, page, "The outcome of every payment is known again", `Cancelled</dt><dd class="soft">1</dd>`)

	w.run(time.Minute)
	page = w.page("/")
	lacks(t, page, "doubt-"+p.ID.String())
	has(t, page, "The outcome of every payment is known.")
}

func TestUnknownPaymentThatWasPaidIsToldSo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.wallets["kr"].mute = true
	p := w.pay("a", "m-1", "kr", 3200)
	w.run(2 * time.Second)
	has(t, part(t, w.page("/"), "doubt-"+p.ID.String(), "</li>"), "asking the wallet what happened</p>")
	w.wallets["kr"].mute = false
	w.run(10 * time.Second)
	page := w.page("/")
	has(t, part(t, page, "doubt-"+p.ID.String(), "</li>"), "known after 3.0 s: the wallet took the money",
		"paid <time>")
	has(t, row(t, page, p), "Paid</span> <small>in 3.0 s</small>")
}

func TestRefundIsToldWhileItIsOpenAndAfterwards(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay("a", "m-1", "hk", 1000)
	w.wallets["hk"].mute = true
	w.refund(p, "f", 300)
	w.run(10 * time.Second)
	page := w.page("/")
	has(t, part(t, page, "doubt-"+p.ID.String(), "</li>"), "giving JPY 300 back to the payer", `class="age">11 s</p>`)
	has(t, row(t, page, p), "Refunding")
	w.wallets["hk"].mute = false
	w.run(time.Minute)
	page = w.page("/")
	has(t, row(t, page, p), "Part refunded")
	has(t, part(t, page, "strip", "</section>"), "given back JPY 300")
	w.refund(p, "g", 700)
	page = w.page("/")
	has(t, row(t, page, p), `<span class="chip cancelled">`, "Refunded")
	has(t, part(t, page, "strip", "</section>"), "given back JPY 1,000")
}

func TestContradictionIsShownBesideThePayment(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.wallets["hk"].pay.Verdict = wallet.Unknown
	w.wallets["hk"].inquiry.Payer.UnmarshalText([]byte("HKD 9999"))
	p := w.pay("a", "m-1", "hk", 1000)
	w.run(4 * time.Second)
	has(t, part(t, w.page("/"), "doubt-"+p.ID.String(), "</li>"),
		"the wallet tells the payer&#39;s HKD 99.99 instead of HKD 51.51",
		"contradiction")
}

func TestWalletThatRestsIsSaidToRefusePayments(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.wallets["tw"].mute = true
	for i := range 8 {
		w.pay(fmt.Sprint(i), "m-1", "tw", 1000)
	}
	has(t, part(t, w.page("/"), "wallet-tw", "</li>"), `class="health declined"`,
		"Not answering: new payments are refused")
}

func TestADayBeginsAtMidnight(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.pay("a", "m-1", "hk", 1000)
	w.run(13 * time.Hour) // one in the morning in Japan
	has(t, part(t, w.page("/"), "strip", "</section>"), "JPY</span> 0</span>", `<dd id="begun">0</dd>`,
		`Paid</dt><dd class="paid">0</dd>`)
	w.pay("b", "m-1", "hk", 700)
	has(t, part(t, w.page("/"), "strip", "</section>"), "JPY</span> 700</span>", `<dd id="begun">1</dd>`,
		`Paid</dt><dd class="paid">1</dd>`)
}

func TestEmptyNetworkSaysWhatWouldAppear(t *testing.T) {
	t.Parallel()
	w := setup(t, func(w *world) { w.config.Demo = nil })
	has(t, w.page("/"), "No payment yet. When a shop charges a wallet, it appears here at once.",
		"The outcome of every payment is known.")
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay("a", "m-1", "hk", 1000)
	style := regexp.MustCompile(`/assets/look\.[0-9a-f]+\.css`).FindString(w.page("/"))
	for path, status := range map[string]int{"/": 200, "/payment/" + p.ID.String(): 200, style: 200,
		"/assets/look.css": 404,
		"/payment/nothing": 404, "/nothing": 404, "/wallet/hk/behaviour": 404} {
		answer := w.get(path, "en")
		h := answer.Header()
		if answer.Code != status {
			t.Errorf("%s: %d", path, answer.Code)
		}
		want := map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cache-Control": "no-store",
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
				"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"}
		if path == style {
			want["Cache-Control"] = "public, max-age=31536000, immutable"
		}
		for name, value := range want {
			if h.Get(name) != value {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
}

func TestPageIsCleanWhenTheBooksCannotBeRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay("a", "m-1", "hk", 1000)
	w.network.Reader().Close()
	answer := w.get("/payment/"+p.ID.String(), "en")
	if answer.Code != http.StatusInternalServerError || len(w.alarms) != 1 ||
		!strings.HasPrefix(w.alarms[0], console.AlarmPage+": GET /payment/"+p.ID.String()) {
		t.Fatalf("%d, alarms %q", answer.Code, w.alarms)
	}
	has(t, answer.Body.String(), "The page cannot be shown at the moment", "No payment is affected")
	lacks(t, answer.Body.String(), "closed", "sql")
}
