// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"github.com/chromedp/chromedp"
	"github.com/kakehashi-pay/kakehashi/ident"
	"testing"
	"time"
)

func TestSee(t *testing.T) {
	w := setup(t, func(w *world) { w.busy(); w.config.Asked = func(id ident.ID) int { return w.wallets["kr"].asked[id] } })
	b := browse(t, w)
	w.wallets["kr"].mute = true
	p1 := w.pay("u-1", "m-1", "kr", 3200)
	w.pay("u-2", "m-2", "kr", 1980)
	w.run(19 * time.Second)
	w.pay("u-3", "m-4", "hk", 12800)
	p4 := w.pay("u-4", "m-5", "tw", 560)
	w.refund(p4, "f-a", 200)
	w.refund(p4, "f-b", 100)
	b.dress(1440, 900, "light", "en")
	b.do(chromedp.Navigate(b.url + "/"))
	b.wait(`document.querySelector("#pulse").className == "pulse on"`)
	b.keep("live-light", false)
	b.keep("live-light-full", true)
	b.dress(1440, 900, "dark", "ja")
	b.do(chromedp.Navigate(b.url + "/"))
	b.keep("live-dark-ja", false)
	b.dress(390, 844, "light", "ja")
	b.do(chromedp.Navigate(b.url + "/"))
	b.keep("live-phone-ja", true)
	for _, l := range []string{"en", "ja"} {
		b.dress(1280, 900, "light", l)
		b.do(chromedp.Navigate(b.url + "/payment/" + p4.ID.String()))
		b.keep("story-"+l, true)
	}
	b.dress(390, 844, "dark", "en")
	b.do(chromedp.Navigate(b.url + "/payment/" + p1.ID.String()))
	b.keep("story-phone-dark", true)
	w.wallets["kr"].mute = false
	w.run(3 * time.Second)
	b.dress(1440, 900, "light", "en")
	b.do(chromedp.Navigate(b.url + "/"))
	b.wait(`document.querySelector("#pulse").className == "pulse on"`)
	b.keep("live-known", false)
	b.do(chromedp.Click(chromedp.CSS("#sum-hk")), chromedp.Click(chromedp.CSS("#b-hk-silent")))
	b.wait(`document.querySelector("#wallet-hk .fails")`)
	b.keep("fails", false)
	b.do(chromedp.Navigate(b.url + "/nothing"))
	b.keep("missing", false)
	b.quiet()
}
