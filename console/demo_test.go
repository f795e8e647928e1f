// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/console"
)

// post sends the form that makes a wallet fail, with a header beside it.
func (w *world) post(path, choice string, header ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://console.test"+path,
		strings.NewReader(url.Values{"choice": {choice}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if len(header) == 2 {
		r.Header.Set(header[0], header[1])
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func TestWalletIsMadeToFailByAForm(t *testing.T) {
	t.Parallel()
	w := setup(t)
	lacks(t, part(t, w.page("/"), "wallet-hk", "</li>"), "is made to")
	for _, c := range []struct {
		choice  console.Choice
		present string
	}{{console.Silent, "is made to say nothing"}, {console.DropsAnswers, "is made to lose its answers"},
		{console.Slow, "is made to answer late"}, {console.Lies, "is made to lie"}, {console.Normal, ""}} {
		answer := w.post("/wallet/hk/behaviour", string(c.choice))
		if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/#wallet-hk" {
			t.Fatalf("%s: %d %v", c.choice, answer.Code, answer.Header())
		}
		if got := w.demo.Behaviour("hk"); got != c.choice {
			t.Fatalf("the wallet is made to be %s, not %s", got, c.choice)
		}
		shown := part(t, w.page("/"), "wallet-hk", "</li>")
		has(t, shown, c.present, `value="`+string(c.choice)+`" aria-pressed="true"`)
		if c.present == "" {
			lacks(t, shown, "is made to")
		}
	}
	lacks(t, part(t, w.page("/"), "wallet-jp", "</li>"), "<form") // nobody can tell it
}

func TestDemoRefusesWhatIsNotOffered(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, c := range []struct {
		path, choice string
		want         int
		text         string
	}{
		{"/wallet/hk/behaviour", "explode", 400, "choice must be silent, drops_answers, slow, lies or normal"},
		{"/wallet/hk/behaviour", "", 400, "choice must be"},
		{"/wallet/nobody/behaviour", "silent", 404, "There is nothing at this address"},
		{"/wallet/jp/behaviour", "silent", 404, "There is nothing at this address"},
		{"/wallet/hk/behaviour", strings.Repeat("x", 2000), 400, "choice must be"},
	} {
		answer := w.post(c.path, c.choice)
		if answer.Code != c.want {
			t.Errorf("%+v: %d", c, answer.Code)
		}
		has(t, answer.Body.String(), c.text)
	}
	w.demo.broken = true
	if answer := w.post("/wallet/hk/behaviour", "silent"); answer.Code != 500 || len(w.alarms) != 1 {
		t.Errorf("%d %q", answer.Code, w.alarms)
	}
	if len(w.demo.chosen) != 0 {
		t.Error(w.demo.chosen)
	}
}

func TestForeignSiteCannotMakeAWalletFail(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://evil.test"},
		{"Origin", "null"}} {
		answer := w.post("/wallet/hk/behaviour", "silent", header[0], header[1])
		if answer.Code != http.StatusForbidden || w.demo.Behaviour("hk") != console.Normal {
			t.Errorf("%v: %d, the wallet is %s", header, answer.Code, w.demo.Behaviour("hk"))
		}
		has(t, answer.Body.String(), "This request came from another site", "Nothing was changed.")
	}
	if answer := w.post("/wallet/hk/behaviour", "silent", "Sec-Fetch-Site",
		"same-origin"); answer.Code != http.StatusSeeOther {
		t.Errorf("%d", answer.Code)
	}
}

func TestNothingOfTheDemoIsThereWithoutOne(t *testing.T) {
	t.Parallel()
	w := setup(t, func(w *world) { w.config.Demo = nil })
	lacks(t, w.page("/"), "<form", "<button", "SAMPLE_CLIENT", "SDK")
	if answer := w.post("/wallet/hk/behaviour", "silent"); answer.Code != http.StatusNotFound {
		t.Errorf("%d", answer.Code)
	}
}

func TestSDKIsToldWhereToPoint(t *testing.T) {
	t.Parallel()
	w := setup(t)
	box := w.demo.SDK()
	has(t, part(t, w.page("/"), "sdk", "</section>"), "Point your SDK here", box.ClientID, box.Gateways[0].URL,
		box.Gateways[1].URL,
		">"+box.KeyPKCS8+"</textarea>", ">"+box.KeyPKCS1+"</textarea>", ">"+box.PublicKey+"</textarea>",
		`data-copy="sdk-pkcs8"`)
}
