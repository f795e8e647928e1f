// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/signin"
)

func TestDoorAsksForAnotherProofAndLeadsBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, p := s.enter(t, owner)
	v.get("/sample-shop/bank").wants(t, http.StatusOK)
	s.later(people.FreshFor)
	v.get("/sample-shop/today/kyoto").wants(t, http.StatusOK)
	v.get("/sample-shop/bank").wants(t, http.StatusSeeOther, "/signin/again?to=%2Fsample-shop%2Fbank")
	sent := v.request("/sample-shop/bank", "account", "1")
	sent.Header.Set("Sec-Fetch-Site", "same-origin")
	sent.Header.Set("Referer", s.server.URL+"/page?of=bank")
	v.do(sent).wants(t, http.StatusSeeOther, "/signin/again?to=%2Fpage%3Fof%3Dbank")
	sent = v.request("/sample-shop/bank")
	sent.Header.Set("Sec-Fetch-Site", "same-origin")
	sent.Header.Set("Referer", "https://elsewhere.example/page")
	v.do(sent).wants(t, http.StatusSeeOther, "/signin/again")
	before := v.cookie()
	v.get("/signin/again?to=/sample-shop/bank").wants(t, http.StatusOK)
	v.post("/signin/again", "password", "wrong", "code", p.code(s.now()), "to", "/sample-shop/bank").wants(t,
		http.StatusForbidden)
	v.post("/signin/again", "password", p.password, "code", p.code(s.now()), "to", "/sample-shop/bank").
		wants(t, http.StatusSeeOther, "/sample-shop/bank")
	v.get("/sample-shop/bank").wants(t, http.StatusOK)
	if v.cookie() == before {
		t.Error("the session kept its secret although more may be done with it")
	}
}

func TestDoorTellsNothingOfAnotherHolder(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, _ := s.enter(t, people.Place{Holder: shop, Roles: []people.Role{people.Cashier}, Stores: []string{"kyoto"}})
	v.get("/sample-shop/today/kyoto").wants(t, http.StatusOK)
	v.get("/sample-shop/today/osaka").wants(t, http.StatusForbidden)
	v.get("/sample-shop/refund/kyoto").wants(t, http.StatusForbidden)
	v.get("/sample-shop/bank").wants(t, http.StatusForbidden)
	one := v.get("/other-shop/today/kyoto").wants(t, http.StatusNotFound)
	two := v.get("/no-such-shop/today/kyoto").wants(t, http.StatusNotFound)
	if one.body != two.body {
		t.Error("another holder's page differs from one that does not exist")
	}
	if s.keeper.rows(people.ActRefused, people.CodeNotAMember) != 2 || s.keeper.rows(people.ActRefused,
		people.CodeActNotGranted) != 2 {
		t.Errorf("%+v", s.keeper.audit)
	}
}

func TestTillIsOneStoresAndItsPersonIsOut(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, _ := s.enter(t, owner)
	person := v.cookie()
	v.get("/sample-shop/till/kyoto").wants(t, http.StatusOK)
	if _, err := s.gate.RecognizeSecret(t.Context(), people.NewSecret(person), people.From{}); err == nil {
		t.Error("the owner's session lives on in the till's browser")
	}
	s.later(20 * 24 * time.Hour)
	v.get("/sample-shop/today/kyoto").wants(t, http.StatusOK)
	v.get("/sample-shop/today/osaka").wants(t, http.StatusForbidden)
	v.get("/sample-shop/refund/kyoto").wants(t, http.StatusForbidden)
	v.get("/signin/ways").wants(t, http.StatusForbidden)
	s.later(10 * 24 * time.Hour)
	v.get("/sample-shop/today/kyoto").wants(t, http.StatusSeeOther)
}

func TestIdleSessionIsAskedToSignIn(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, _ := s.enter(t, owner)
	for range 3 {
		s.later(people.IdleFor - time.Second)
		v.get("/page").wants(t, http.StatusOK)
	}
	s.later(people.IdleFor)
	v.get("/page").wants(t, http.StatusSeeOther, "/signin?to=%2Fpage")
}

func TestWhoeverIsNoBrowserGetsABareStatus(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.visitor(t)
	r := v.request("/page")
	r.Method = http.MethodGet
	r.Header.Set("Accept", "application/json")
	if got := v.do(r).wants(t, http.StatusUnauthorized); strings.Contains(got.body, "<") {
		t.Error(got.body)
	}
}

// TestNothingChangesFromAnotherSite tries every address that changes something.
func TestNothingChangesFromAnotherSite(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, _ := s.enter(t, owner)
	before := len(s.keeper.audit)
	for _, path := range []string{"/signin", "/signin/recover", "/signin/passkey/ask", "/signin/passkey/answer",
		"/signin/again",
		"/signin/again/passkey/ask", "/signin/again/passkey/answer", "/signin/out", "/signin/ways/authenticator",
		"/signin/ways/passkey/ask", "/signin/ways/passkey/answer", "/signin/ways/passkey/drop", "/signin/ways/password",
		"/signin/ways/codes", "/signin/ways/stop", "/signin/invitation/x", "/signin/invitation/x/join",
		"/signin/regain/x",
		"/signin/invitation/x/passkey/ask", "/signin/regain/x/passkey/answer", "/page"} {
		for name, headers := range map[string][2]string{
			"a foreign page": {"Sec-Fetch-Site", "cross-site"}, "a sibling": {"Sec-Fetch-Site", "same-site"},
			"a foreign origin": {"Origin", "https://elsewhere.example"}, "no origin": {"Origin", "null"},
			"nothing": {"X-Nothing", "1"},
		} {
			r := v.request(path)
			r.Header.Set(headers[0], headers[1])
			r.Header.Set("Content-Type", "text/plain")
			if got := v.do(r); got.StatusCode != http.StatusForbidden {
				t.Errorf("%s from %s: %d", path, name, got.StatusCode)
			}
		}
	}
	if len(s.keeper.audit) != before {
		t.Errorf("%d rows more", len(s.keeper.audit)-before)
	}
	v.get("/page").wants(t, http.StatusOK)
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.visitor(t)
	for _, path := range []string{"/signin", "/signin/recover", "/page", "/nowhere", "/signin/nowhere",
		"/signin/invitation/x"} {
		h := v.get(path).Header
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Referrer-Policy": "same-origin", "Content-Security-Policy": "frame-ancestors 'none'",
			"Permissions-Policy": "camera=()"} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") ||
			strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
	}
	w := httptest.NewRecorder()
	signin.WithCamera(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/till", nil))
	if !strings.HasPrefix(w.Header().Get("Permissions-Policy"), "camera=(self)") {
		t.Error(w.Header())
	}
}

func TestPagesHoldNoInlineCode(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, _ := s.enter(t, owner)
	outside := s.visitor(t)
	for _, p := range []page{outside.get("/signin"), outside.get("/signin/recover"), v.get("/signin/ways"),
		v.get("/signin/again"),
		v.get("/signin/ways/authenticator"), v.get("/signin/ways/password")} {
		if strings.Contains(p.body, "<script>") || strings.Contains(p.body, " style=") || strings.Contains(p.body,
			" onclick=") {
			t.Errorf("%s holds inline code", p.Request.URL)
		}
	}
}

func TestPagesSpeakBothLanguages(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, _ := s.enter(t, owner)
	for path, want := range map[string]string{"/signin/ways?lang=ja": "サインイン方法",
		"/signin/again?lang=en": "Prove that it is you"} {
		if got := v.get(path).wants(t, http.StatusOK); !strings.Contains(got.body, want) {
			t.Errorf("%s: %s", path, got.body)
		}
	}
	if faults := signin.Words.Faults(); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestOnlyOwnPathsAreLedBackTo(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/": "/", "/a/b?c=d#e": "/a/b?c=d#e", "": "/", "a": "/", "//elsewhere.example": "/",
		"/\\elsewhere.example":  "/",
		"/\t/elsewhere.example": "/", "https://elsewhere.example/": "/", "javascript:alert(1)": "/",
		"/%2f/elsewhere.example": "/",
		"/%5celsewhere.example":  "/", "///elsewhere.example": "/", "/a//b": "/", "\\\\elsewhere.example": "/",
		"/a\r\nSet-Cookie: x":           "/",
		"/" + strings.Repeat("a", 3000): "/", "/%zz": "/", "/支払い": "/支払い",
	} {
		if got := signin.Local(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		to := rapid.StringMatching(`[/\\]?[/\\%2f5c\t:@.a-z]{0,12}`).Draw(rt, "to")
		got := signin.Local(to)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\t\r\n") {
			rt.Fatalf("%q leads to %q", to, got)
		}
	})
}

func FuzzNothingLeadsElsewhere(f *testing.F) {
	for _, to := range []string{"/", "//x", "/\\x", "/%2f%2fx", "http:/x"} {
		f.Add(to)
	}
	site := httptest.NewRequest(http.MethodGet, "https://site.example/", nil).URL
	f.Fuzz(func(t *testing.T, to string) {
		at, err := site.Parse(signin.Local(to))
		if err != nil || at.Host != "site.example" || at.Scheme != "https" {
			t.Errorf("%q leads to %v, %v", to, at, err)
		}
	})
}

func TestCookieIsTheHostsAlone(t *testing.T) {
	t.Parallel()
	h := hasher(t, light)
	c := signin.Config{Keeper: newMemory(), Sealer: envelope{}, Hasher: h, Title: "Sample",
		Origin: "https://console.example.jp",
		Strict: true, Key: people.NewSecret(strings.Repeat("k", 32)), Entropy: entropyOf(5),
		Now:  func() time.Time { return noon },
		Lane: func(ident.Holder) ident.Lane { return 0 }, QR: func(string) ([]byte, error) { return nil, nil }}
	g, err := signin.New(c)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "https://console.example.jp/page", nil)
	r.Header.Set("Cookie", "__Host-kakehashi=of-a-session-that-ended")
	g.Around(g.Door(signin.Need{}, nil)).ServeHTTP(w, r)
	set := w.Header().Get("Set-Cookie")
	for _, part := range []string{"__Host-kakehashi=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Strict"} {
		if !strings.Contains(set, part) {
			t.Errorf("%q lacks %q", set, part)
		}
	}
	if strings.Contains(set, "Domain") || w.Header().Get("Strict-Transport-Security") == "" ||
		w.Code != http.StatusSeeOther {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	for _, broken := range []func(*signin.Config){
		func(c *signin.Config) { c.Origin = "http://console.example.jp" },
		func(c *signin.Config) { c.Origin = "https://console.example.jp/path" },
		func(c *signin.Config) { c.Origin = "" },
		func(c *signin.Config) { c.Key = people.NewSecret("short") },
		func(c *signin.Config) { c.Keeper = nil },
	} {
		x := c
		broken(&x)
		if _, err := signin.New(x); fault.CodeOf(err) != signin.CodeConfig {
			t.Errorf("%v", err)
		}
	}
}

func TestSubscriberIsOneAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "192.0.2.1", true}, {"192.0.2.1", "192.0.2.2", false}, {"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8::1", "2001:db8::2", true}, {"2001:db8::1", "2001:db8:0:1::1", false}, {"somewhere", "elsewhere",
			false},
	} {
		if same := signin.Network(c.a) == signin.Network(c.b); same != c.same {
			t.Errorf("%s and %s: %t", c.a, c.b, same)
		}
	}
}
