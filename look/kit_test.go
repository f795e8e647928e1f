// SPDX-License-Identifier: Apache-2.0

package look_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/internal/golden"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/money"
)

// sample is a site with one page, one asset and one phrase.
func sample() *look.Kit {
	return look.NewKit(look.Site{Name: "Sample site", Zone: time.UTC,
		Words: look.Words{"hello": {look.English: "Hello, %[1]s", look.Japanese: "%[1]sさん、こんにちは"}},
		Assets: fstest.MapFS{"assets/site.js": {Data: []byte("export {};\n")},
			"assets/secret.txt": {Data: []byte("no")}},
		Pages: fstest.MapFS{"page/hello.html": {Data: []byte(`{{define "hello"}}{{template "head" .Page}}` +
			`<p title="{{.Name}}">{{say "hello" .Name}}, {{amount .Sum}}, {{money .Sum}}, {{chip paid .Name}}</p>` +
			`{{template "foot" .Page}}{{end}}{{define "broken"}}{{.Nothing}}{{end}}`)}}})
}

type helloView struct {
	Page look.Page
	Name string
	Sum  money.Amount
}

func TestPageIsRenderedInItsLanguageAndEscaped(t *testing.T) {
	t.Parallel()
	k := sample()
	for _, lang := range look.Langs() {
		w, r := httptest.NewRecorder(), asking("", string(lang), "")
		v := helloView{Page: k.Page(r, "A <title>"), Name: `<script>"'&`, Sum: money.New(1980, money.JPY)}
		v.Page.Script, v.Page.Links = "site.js", []look.Link{{Text: "Here", Address: "/", Here: true}}
		v.Page.Live = "now"
		if err := k.Show(w, r, "hello", v); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, "hello."+string(lang)+".html", undated(w.Body.String()))
		if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Error(got)
		}
	}
}

var digest = regexp.MustCompile(`\.[0-9a-f]{12}\.`)

// undated leaves the digests of assets out of a page, which change with every rule of style.
func undated(page string) string { return digest.ReplaceAllString(page, ".") }

func TestPageThatCannotBeRenderedAnswersNothing(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	err := sample().Show(w, asking("?lang=ja", "", ""), "broken", helloView{})
	if fault.CodeOf(err) != look.CodeRender || w.Body.Len() != 0 || len(w.Header()) != 0 {
		t.Fatalf("%v, %q, %v", err, w.Body, w.Header())
	}
}

func TestRefusalsArePagesOfTheirStatus(t *testing.T) {
	t.Parallel()
	k := sample()
	for _, status := range []int{400, 403, 404, 500, 503, 418} {
		for _, lang := range look.Langs() {
			w := httptest.NewRecorder()
			k.Refuse(w, asking("", string(lang), ""), status, "")
			if w.Code != status || !strings.Contains(w.Body.String(), `<html lang="`+string(lang)+`">`) ||
				!strings.Contains(w.Body.String(), "<h1>") {
				t.Errorf("%d %s: %d %s", status, lang, w.Code, w.Body)
			}
		}
	}
	w := httptest.NewRecorder()
	k.Refuse(w, asking("", "", ""), http.StatusBadRequest, "name must be <short>")
	golden.Equal(t, "refusal.html", undated(w.Body.String()))
}

func TestAssetsLieUnderTheirDigestForEver(t *testing.T) {
	t.Parallel()
	assets := sample().Assets()
	path := assets.Path("site.js")
	if !regexp.MustCompile(`^/assets/site\.[0-9a-f]{12}\.js$`).MatchString(path) {
		t.Fatal(path)
	}
	serve := func(method, path string) (*httptest.ResponseRecorder, bool) {
		w := httptest.NewRecorder()
		found := assets.Serve(w, httptest.NewRequest(method, path, nil))
		return w, found
	}
	w, found := serve(http.MethodGet, path)
	if !found || w.Body.String() != "export {};\n" ||
		w.Header().Get("Content-Type") != "text/javascript; charset=utf-8" ||
		w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%v %v %q", found, w.Header(), w.Body)
	}
	if w, found := serve(http.MethodHead, assets.Path("look.css")); !found || w.Body.Len() != 0 ||
		w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%v %v", found, w.Header())
	}
	for _, path := range []string{"/assets/", "/assets/site.js", "/assets/secret.txt", "/assets/../kit.go",
		"/site.js"} {
		if w, found := serve(http.MethodGet, path); found || w.Body.Len() != 0 {
			t.Errorf("%s: %v %q", path, found, w.Body)
		}
	}
}

func TestForeignSitesCannotPost(t *testing.T) {
	t.Parallel()
	refused := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	h := look.Secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "done")
	}), refused)
	for _, c := range []struct {
		method, header, value string
		want                  int
	}{
		{http.MethodPost, "Sec-Fetch-Site", "same-origin", 200},
		{http.MethodPost, "Origin", "http://console.test", 200},
		{http.MethodPost, "Sec-Fetch-Site", "cross-site", 403},
		{http.MethodPost, "Sec-Fetch-Site", "same-site", 403},
		{http.MethodPost, "Origin", "http://evil.test", 403},
		{http.MethodPost, "Origin", "null", 403},
		{http.MethodGet, "Sec-Fetch-Site", "cross-site", 200},
	} {
		r := httptest.NewRequest(c.method, "http://console.test/", nil)
		r.Header.Set(c.header, c.value)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%+v: %d", c, w.Code)
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp,
			"default-src 'none'; script-src 'self'") ||
			strings.Contains(csp, "unsafe") || w.Header().Get("Cache-Control") != "no-store" ||
			w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%+v: %v", c, w.Header())
		}
	}
}

func TestStatesAreToldApartWithoutColour(t *testing.T) {
	t.Parallel()
	seen := map[string]look.State{}
	for _, s := range []look.State{look.Waiting, look.Paid, look.Declined, look.Cancelled, look.Still} {
		if other, twice := seen[string(s.Sign())]; twice {
			t.Errorf("%v and %v have one sign", s, other)
		}
		seen[string(s.Sign())] = s
		chip := string(look.Chip(s, `A & "B"`))
		if !strings.HasPrefix(chip, `<span class="chip `+s.String()+`"><svg class="sign"`) ||
			!strings.HasSuffix(chip, `</svg>A &amp; &#34;B&#34;</span>`) {
			t.Error(chip)
		}
	}
	if look.State(99).String() != "waiting" || look.State(99).Sign() != look.Waiting.Sign() {
		t.Error("a state that there is not must be shown as waiting")
	}
}
