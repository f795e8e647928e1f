// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/internal/browser"
	"github.com/kakehashi-pay/kakehashi/signin"
)

// tab is one of a browser of its own, with an authenticator that verifies its user.
type tab struct {
	*browser.Tab
	t             *testing.T
	site          *site
	authenticator webauthn.AuthenticatorID
}

// browse opens a browser, or skips the test where there is none and none is demanded.
func browse(t *testing.T, s *site) *tab {
	t.Helper()
	b := &tab{Tab: browser.Open(t), t: t, site: s}
	b.Do(chromedp.EmulateViewport(390, 844), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		made, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
			Options: &webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2,
				Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
				IsUserVerified: true, AutomaticPresenceSimulation: true}})
		b.authenticator = made.AuthenticatorID
		return err
	}))
	return b
}

func (b *tab) open(path string) { b.Do(chromedp.Navigate(b.site.server.URL + path)) }

func (b *tab) click(selector string) { b.Do(chromedp.Click(chromedp.CSS(selector))) }

// wait waits until an expression of the page's is true, on this page or on the one that the browser goes to.
func (b *tab) wait(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.Context, chromedp.Poll[bool]("!!("+expression+")"))
	for err != nil && b.Context.Err() == nil && (strings.Contains(err.Error(), "navigated") ||
		strings.Contains(err.Error(), "context with")) {
		_, err = chromedp.Run(b.Context, chromedp.Poll[bool]("!!("+expression+")"))
	}
	if err != nil {
		b.t.Fatalf("%s: %v\n%s", expression, err, b.Text("document.body?.innerText ?? ''"))
	}
}

// at waits until the browser is at a path and the page is there.
func (b *tab) at(path string) {
	b.t.Helper()
	b.wait(`location.pathname === "` + path + `" && document.readyState === "complete"`)
}

// keep writes a picture of the page where KAKEHASHI_ARTIFACTS says, if it does.
func (b *tab) keep(name string) {
	b.t.Helper()
	folder := os.Getenv("KAKEHASHI_ARTIFACTS")
	if folder == "" {
		return
	}
	data, err := chromedp.Run(b.Context, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), data, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// lie makes the authenticator leave out the bit of user verification, or forge its signatures.
func (b *tab) lie(badUV, forged bool) {
	b.t.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{
			AuthenticatorID: b.authenticator, IsBadUV: &badUV, IsBogusSignature: &forged})
		return err
	}))
}

const (
	passkeyButton = `button[data-passkey]`
	refusal       = `!document.querySelector("#passkey-wrong").hidden`
	// remember keeps what the page's script sends, so that it can be sent again.
	remember = `(() => { const send = window.fetch; window.fetch = (at, what) => {
		if (at.endsWith("/answer")) sessionStorage.setItem("sent", JSON.stringify([at, what]));
		return send(at, what); }; return "" })()`
	resend = `(() => { const [at, what] = JSON.parse(sessionStorage.getItem("sent"));
		window.status2 = 0; fetch(at, what).then((a) => { window.status2 = a.status }); return "" })()`
)

func TestPasskeyFromInvitationToStepUp(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := browse(t, s)
	b.open("/signin/invitation/" + s.invite(t, owner).Reveal())
	b.keep("signin-invitation")
	b.Do(chromedp.SendKeys(chromedp.CSS(`[name="shown"]`), "橋 一"), chromedp.SendKeys(chromedp.CSS(`[name="name"]`),
		"sample@example.jp"))
	b.click(passkeyButton)
	b.at("/signin/ways")
	b.keep("signin-ways")
	if text := b.Text("document.body.innerText"); !strings.Contains(text, "橋 一") {
		t.Errorf("the page does not know who is in:\n%s", text)
	}
	a, _, _ := s.keeper.AccountOf(t.Context(), s.gate.Handle("sample@example.jp"))
	if len(a.Passkeys) != 1 || !a.Password.Hash.Empty() || a.CanSignIn() != true {
		t.Fatalf("%+v", a)
	}

	b.click(`form[action="/signin/out"] button`)
	b.at("/signin")
	b.keep("signin")
	b.open("/sample-shop/bank")
	b.at("/signin")
	b.Text(remember)
	b.click(passkeyButton)
	b.at("/sample-shop/bank")
	b.Text(resend) // the answer to a challenge, a second time
	b.wait("window.status2 === 403")

	s.later(people.FreshFor)
	b.open("/sample-shop/bank")
	b.at("/signin/again")
	b.click(passkeyButton)
	b.at("/sample-shop/bank")
	if n := s.keeper.rows(people.StepUp, ""); n != 1 {
		t.Errorf("%d proofs in the audit log", n)
	}

	b.open("/signin/ways")
	b.click(passkeyButton)
	b.wait(refusal + ` && document.querySelector("#passkey-wrong").textContent.endsWith("registered already.")`)
	b.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, webauthn.ClearCredentials,
			webauthn.ClearCredentialsParams{AuthenticatorID: b.authenticator})
		return err
	}))
	b.click(passkeyButton)
	b.wait(`document.querySelectorAll(".keys li").length === 2`)
	b.open("/sample-shop/bank")
	b.at("/sample-shop/bank")
	for _, m := range b.Messages() {
		if strings.Contains(m.String(), "Content Security Policy") {
			t.Error(m)
		}
	}
}

func TestPasskeyMendsWhatARecoveryCodeOpened(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := browse(t, s)
	v, p := s.enter(t, owner)
	codes := recoveryCode.FindStringSubmatch(v.post("/signin/ways/codes").wants(t, http.StatusOK).body)
	b.open("/signin/recover")
	for name, text := range map[string]string{"name": p.name, "password": p.password, "code": codes[1]} {
		b.Do(chromedp.SendKeys(chromedp.CSS(`[name="`+name+`"]`), text))
	}
	b.click(`form button.first`)
	b.at("/signin/ways")
	v.get("/page").wants(t, http.StatusOK)
	b.click(passkeyButton)
	b.wait(`document.querySelectorAll(".keys li").length === 1`)
	b.open("/sample-shop/bank")
	b.at("/sample-shop/bank")
	v.get("/page").wants(t, http.StatusSeeOther, "/signin?to=%2Fpage") // whoever has the lost device is out
}

// TestLinkOfAnotherSiteLeadsIn: the console's cookie stays behind when one comes from elsewhere, but one is not
// signed out.
func TestLinkOfAnotherSiteLeadsIn(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *signin.Config) { c.Strict = true })
	b := browse(t, s)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<a id="link" href="`+s.server.URL+`/page">the page</a>`)
	}))
	t.Cleanup(elsewhere.Close)
	b.open("/signin/invitation/" + s.invite(t, owner).Reveal())
	b.Do(chromedp.SendKeys(chromedp.CSS(`[name="shown"]`), "A"), chromedp.SendKeys(chromedp.CSS(`[name="name"]`),
		"sample"))
	b.click(passkeyButton)
	b.at("/signin/ways")
	b.Do(chromedp.Navigate(elsewhere.URL))
	b.click("#link")
	b.wait(`document.body?.innerText.startsWith("in as")`)
}

func TestPasskeyThatLiesIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := browse(t, s)
	b.open("/signin/invitation/" + s.invite(t, owner).Reveal())
	fill := func() {
		b.Do(chromedp.SendKeys(chromedp.CSS(`[name="shown"]`), "A"), chromedp.SendKeys(chromedp.CSS(`[name="name"]`),
			"sample@example.jp"))
		b.click(passkeyButton)
	}
	b.lie(true, false)
	fill()
	b.wait(refusal) // registration without user verification
	if len(s.keeper.accounts) != 0 {
		t.Fatal("a passkey without user verification was registered")
	}
	b.lie(false, false)
	b.open(b.Text("location.pathname"))
	fill()
	b.at("/signin/ways")
	b.click(`form[action="/signin/out"] button`)
	b.at("/signin")
	for _, lie := range []struct{ badUV, forged bool }{{true, false}, {false, true}} {
		b.lie(lie.badUV, lie.forged)
		b.open("/signin")
		b.click(passkeyButton)
		b.wait(refusal)
	}
	b.lie(false, false)
	a, _, _ := s.keeper.AccountOf(t.Context(), s.gate.Handle("sample@example.jp"))
	a.Passkeys[0].SignCount += 1000 // as if a copy had signed a thousand times
	if err := s.keeper.Save(t.Context(), people.Changes{Accounts: []people.Account{a}}); err != nil {
		t.Fatal(err)
	}
	b.open("/signin")
	b.click(passkeyButton)
	b.wait(refusal)
	if s.keeper.rows(people.PasskeyCountBack, people.CodeCountWentBack) != 1 || s.keeper.rows(people.SignIn,
		"passkey_refused") != 2 {
		t.Errorf("%+v", s.keeper.audit)
	}
	b.open("/page")
	b.at("/signin")
}

// TestChallengeIsAnsweredInTime: five minutes after the question there is no answer to it.
func TestChallengeIsAnsweredInTime(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.visitor(t)
	ask := func() string { return post(v, "/signin/passkey/ask", `{}`).body }
	if body := ask(); !strings.Contains(body, `"userVerification":"required"`) || !strings.Contains(body,
		`"rpId":"localhost"`) {
		t.Error(body)
	}
	token := strings.Split(strings.Split(ask(), `"token":"`)[1], `"`)[0]
	post(v, "/signin/passkey/answer", `{"token":"`+token+`","response":{}}`).wants(t, http.StatusForbidden)
	if s.keeper.rows(people.SignIn, "passkey_refused") != 1 {
		t.Error("an answer in time was not looked at")
	}
	token = strings.Split(strings.Split(ask(), `"token":"`)[1], `"`)[0]
	s.later(5 * time.Minute)
	late := post(v, "/signin/passkey/answer", `{"token":"`+token+`","response":{}}`).wants(t, http.StatusForbidden)
	if !strings.Contains(late.body, "too long") || s.keeper.rows(people.SignIn, "passkey_refused") != 1 {
		t.Error(late.body)
	}
	for range 64 {
		ask()
	}
	post(v, "/signin/passkey/ask", `{}`).wants(t, http.StatusServiceUnavailable)
	s.later(5 * time.Minute)
	post(v, "/signin/passkey/ask", `{}`).wants(t, http.StatusOK)
	post(v, "/signin/passkey/ask", `{"state":"x"}`).wants(t, http.StatusBadRequest)
}

// post sends what a page's script would.
func post(v *visitor, path, body string) page {
	r, err := http.NewRequest(http.MethodPost, v.site.server.URL+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.do(r)
}
