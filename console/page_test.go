// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/kakehashi-pay/kakehashi/console"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// listening is true once the page is told what happens.
const listening = `document.querySelector("#pulse")?.className === "pulse on"`

func TestBrowserShowsAPaymentArriveAndChange(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).busy)
	b := browse(t, w)
	b.dress(1440, 900, "light", "en")
	b.Do(chromedp.Navigate(b.url + "/"))
	b.wait(listening)
	w.wallets["kr"].mute = true
	p := w.pay("seen", "m-1", "kr", 3200)
	own := `document.querySelector("#rows tr:first-child#p-` + p.ID.String() + `")`
	b.wait(own + `?.innerText.includes("Not known yet")`)
	b.wait(`document.querySelector("#doubt-` + p.ID.String() + `")?.innerText.includes("asking the wallet what happened")`)
	b.wait(`document.querySelector("#unknown").innerText === "1"`)
	b.keep("live-unknown", false)
	if got := b.Text(`document.activeElement.localName`); got != "body" {
		t.Errorf("the focus went to %s", got)
	}
	b.Do(chromedp.Focus(chromedp.CSS("#doubt-link-" + p.ID.String())))
	w.run(2 * time.Second) // the age grows, and the focus stays where it is
	b.wait(`document.querySelector("#doubt-` + p.ID.String() + ` .age").innerText === "2 s"`)
	if got := b.Text(`document.activeElement.id`); got != "doubt-link-"+p.ID.String() {
		t.Errorf("the focus went to %q", got)
	}
	w.wallets["kr"].mute = false
	w.run(2 * time.Second)
	b.wait(own + `?.innerText.includes("Paid")`)
	b.wait(`document.querySelector("#doubt-` + p.ID.String() + `")?.innerText.includes("the wallet took the money")`)
	b.keep("live-known", false)
	for i := range 62 {
		w.pay(fmt.Sprint("more-", i), "m-2", "jp", int64(500+i))
	}
	b.wait(`document.querySelector("#rows tr:first-child").innerText.includes("561")`)
	b.wait(`document.querySelectorAll("#rows tr").length === 60`)
	b.wait(`!document.querySelector("#p-` + p.ID.String() + `")`)
	b.quiet()
}

func TestBrowserGoesOnAfterTheConnectionIsLost(t *testing.T) {
	t.Parallel()
	w := setup(t)
	b := browse(t, w)
	b.Do(chromedp.Navigate(b.url + "/"))
	b.wait(listening)
	b.server.CloseClientConnections()
	p := w.pay("meanwhile", "m-1", "hk", 1980)
	b.wait(`document.querySelector("#p-` + p.ID.String() + `")?.innerText.includes("Paid")`)
	b.wait(listening)
	// Another process has another board: the list is shown anew.
	b.mutex.Lock()
	b.handler = console.New(w.config)
	b.mutex.Unlock()
	b.server.CloseClientConnections()
	q := w.pay("later", "m-1", "hk", 560)
	b.wait(`document.querySelector("#p-` + q.ID.String() + `")?.innerText.includes("Paid")`)
	b.wait(`document.querySelectorAll("#rows tr").length === 2`)
}

func TestBrowserMakesAWalletFail(t *testing.T) {
	t.Parallel()
	w := setup(t)
	b := browse(t, w)
	b.dress(1440, 900, "light", "en")
	b.Do(chromedp.Navigate(b.url+"/"), chromedp.Click(chromedp.CSS("#sum-hk")),
		chromedp.Click(chromedp.CSS("#b-hk-silent")))
	b.wait(`document.querySelector("#wallet-hk .fails")?.innerText.includes("is made to say nothing")`)
	b.wait(`document.querySelector("#fail-hk").open && location.hash === ""`)
	b.keep("live-failing", false)
	b.Do(chromedp.Click(chromedp.CSS("#b-hk-normal")))
	b.wait(`!document.querySelector("#wallet-hk .fails")`)
	if got := w.demo.Behaviour("hk"); got != console.Normal {
		t.Errorf("the wallet is %s", got)
	}
	b.Do(chromedp.Click(chromedp.CSS(`[data-copy="sdk-client"]`)))
	b.wait(`document.querySelector('[data-copy="sdk-client"]').innerText === "Copied" ||
		getSelection().toString() === "SAMPLE_CLIENT"`)
	b.quiet()
}

func TestBrowserWithoutScriptSeesAndDoesTheSame(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay("a", "m-1", "hk", 1980)
	b := browse(t, w)
	b.dress(1440, 900, "light", "en")
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}), chromedp.Navigate(b.url+"/"))
	for selector, want := range map[string]string{"noscript": "Reload the page to see what came after.",
		"#p-" + p.ID.String(): "1,980"} {
		got, err := chromedp.Run(b.Context, chromedp.Text(chromedp.CSS(selector)))
		if err != nil {
			t.Fatal(err)
		}
		has(t, got, want)
	}
	b.keep("live-without-script", false)
	b.Do(chromedp.Click(chromedp.CSS("#sum-hk")), chromedp.Click(chromedp.CSS("#b-hk-lies")),
		chromedp.WaitVisible(chromedp.CSS("#wallet-hk .fails")))
	if got := w.demo.Behaviour("hk"); got != console.Lies {
		t.Errorf("the wallet is %s", got)
	}
	b.quiet()
}

func TestBrowserFitsEveryPageOnPhoneAndDesk(t *testing.T) {
	t.Parallel()
	w := setup(t, (*world).busy)
	w.wallets["kr"].mute = true
	unknown := w.pay("unknown", "m-1", "kr", 3200)
	w.run(20 * time.Second)
	refunded := w.pay("refunded", "m-5", "tw", 12800)
	w.run(40 * time.Second)
	w.refund(refunded, "f-1", 2000)
	w.wallets["hk"].pay = wallet.Answer{Verdict: wallet.Declined, Code: "RISK_REJECT"}
	evil := w.pay("declined", "m-evil", "hk", 9_800_000)
	b := browse(t, w)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desk", 1440, 900}, {"tablet", 834, 1112}, {"phone", 360, 780}} {
		for _, light := range []string{"light", "dark"} {
			for _, lang := range []string{"en", "ja"} {
				b.dress(size.width, size.height, light, lang)
				for name, path := range map[string]string{"live": "/", "story": "/payment/" + refunded.ID.String(),
					"unknown": "/payment/" + unknown.ID.String(), "declined": "/payment/" + evil.ID.String()} {
					b.Do(chromedp.Navigate(b.url + path))
					if name == "live" {
						b.wait(listening)
					}
					where := fmt.Sprintf("%s-%s-%s-%s", name, size.name, light, lang)
					if got := b.Text(`document.documentElement.scrollWidth > innerWidth ? "beyond" : "in"`); got != "in" {
						t.Errorf("%s is %s the window", where, got)
					}
					if got := b.Text(`document.documentElement.lang`); got != lang {
						t.Errorf("%s is in %s", where, got)
					}
					paper := b.Text(`getComputedStyle(document.documentElement).backgroundColor`)
					if want := map[string]string{"light": "rgb(251, 249, 244)",
						"dark": "rgb(20, 22, 26)"}[light]; paper != want {
						t.Errorf("%s is on %s", where, paper)
					}
					b.keep(where, name != "live")
				}
			}
		}
	}
	b.quiet()
}

func TestBrowserShowsWhereTheKeyboardIs(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.pay("a", "m-1", "hk", 1980)
	b := browse(t, w)
	b.dress(1440, 900, "light", "en")
	b.Do(chromedp.Navigate(b.url + "/"))
	for range 8 {
		b.Do(chromedp.KeyEvent("\t"))
		if got := b.Text(`getComputedStyle(document.activeElement).outlineStyle`); got != "solid" {
			t.Errorf("%s has no outline", b.Text(`document.activeElement.outerHTML`))
		}
	}
}
