// SPDX-License-Identifier: Apache-2.0

package look_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kakehashi-pay/kakehashi/look"
)

func asking(query, cookie, accept string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/"+query, nil)
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: cookie})
	}
	r.Header.Set("Accept-Language", accept)
	return r
}

func TestLanguageIsTheOneAskedForThenTheOneChosenThenTheBrowsers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, cookie, accept string
		want                  look.Lang
	}{
		{"", "", "", look.English},
		{"", "", "ja", look.Japanese},
		{"", "", "ja-JP,ja;q=0.9,en;q=0.8", look.Japanese},
		{"", "", "fr, en;q=0.5, ja;q=0.7", look.Japanese},
		{"", "", "en;q=0.7, JA;q=0.701", look.Japanese},
		{"", "", "ja;q=0", look.English},
		{"", "", "ja;q=0.0, *;q=0.1", look.English},
		{"", "", "ja;q=x", look.English},
		{"", "", "ja;level=1", look.English},
		{"", "", "de, fr", look.English},
		{"", "en", "ja", look.English},
		{"?lang=ja", "en", "en", look.Japanese},
		{"?lang=xx", "ja", "en", look.Japanese},
		{"?lang=", "<b>", "ja", look.Japanese},
	} {
		if got := look.Chosen(asking(c.query, c.cookie, c.accept)); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestOnlyALanguageThatThereIsIsRemembered(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{"?lang=ja": "ja", "?lang=xx": "", "": "", "?lang=en%3B+x": ""} {
		w := httptest.NewRecorder()
		look.Remember(w, asking(query, "", ""))
		got := ""
		for _, c := range w.Result().Cookies() {
			got = c.Value
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
				t.Errorf("%v", c)
			}
		}
		if got != want {
			t.Errorf("%q: remembered %q", query, got)
		}
	}
}

func FuzzAcceptLanguageGivesALanguage(f *testing.F) {
	for _, seed := range []string{"", "ja", "ja-JP,ja;q=0.9,en-US;q=0.8", ",;q=,;;,", "en;q=1.0000000001",
		"ja ; q = 0.5", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,ja"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if l := look.Chosen(asking("", "", header)); !l.Valid() {
			t.Fatalf("%q gives %q", header, l)
		}
	})
}
