// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/look"
)

// The cookie's names. A browser takes the first from this host alone, over TLS alone.
//
// Source: RFC 6265bis, section 4.1.3.2.
const (
	cookieName      = "__Host-kakehashi"
	demoCookieName  = "kakehashi-demo-without-tls"
	transportPolicy = "max-age=31536000"
)

// cookie is how a site gives a browser its session's secret.
type cookie struct {
	name   string
	secure bool
	same   http.SameSite
}

// cookieOf is the cookie of a site. Without TLS, on loopback only, it says in its name that it is of a demo.
func cookieOf(origin *url.URL, strict bool) cookie {
	c := cookie{name: cookieName, secure: true, same: http.SameSiteLaxMode}
	if origin.Scheme != "https" {
		c.name, c.secure = demoCookieName, false
	}
	if strict {
		c.same = http.SameSiteStrictMode
	}
	return c
}

// give hands the secret of a session to the browser: a till keeps it as long as the session lasts, others until they
// close.
func (c cookie) give(w http.ResponseWriter, s people.Session, secret people.Secret) {
	age := 0
	if s.Sort == people.Till {
		age = int(people.TillFor.Seconds())
	}
	c.set(w, secret.Reveal(), age)
}

// take makes the browser forget it.
func (c cookie) take(w http.ResponseWriter) { c.set(w, "", -1) }

func (c cookie) set(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: c.name, Value: value, Path: "/", MaxAge: age, Secure: c.secure, HttpOnly: true,
		SameSite: c.same})
}

// secretBytesMax bounds what is read as a secret.
const secretBytesMax = 64

// secret is what the browser brought. Of two cookies of one name neither is believed.
func (c cookie) secret(r *http.Request) (people.Secret, bool) {
	found := r.CookiesNamed(c.name)
	if len(found) != 1 || found[0].Value == "" || len(found[0].Value) > secretBytesMax {
		return people.Secret{}, false
	}
	return people.NewSecret(found[0].Value), true
}

// Around is a site with its gate: the pages of signing in beside the site's own, all under the headers of
// look.Secure, and nothing that another site's page sends.
func (g *Gate) Around(site http.Handler) http.Handler {
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !saysWhence(r):
			g.kit.Refuse(w, r, http.StatusForbidden, "")
		case r.URL.Path == atSignIn || strings.HasPrefix(r.URL.Path, atSignIn+"/"):
			g.pages.ServeHTTP(w, r)
		case (r.Method == http.MethodGet || r.Method == http.MethodHead) && g.kit.Assets().Serve(w, r):
		default:
			site.ServeHTTP(w, r)
		}
	})
	secured := look.Secure(inner, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.kit.Refuse(w, r, http.StatusForbidden, "")
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.cookie.secure {
			w.Header().Set("Strict-Transport-Security", transportPolicy)
		}
		secured.ServeHTTP(w, r)
	})
}

// saysWhence reports whether a request that changes something says which page sent it. Every browser does; look.Secure
// judges what it says, but lets those pass that say nothing, because they are no browsers; those have no business here.
func saysWhence(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != ""
}

// WithCamera lets the pages of a handler ask for the camera: the till's, which reads codes.
func WithCamera(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
		next.ServeHTTP(w, r)
	})
}

// Local is a path of this site that a request asks to be sent to, or "/" for everything that could lead elsewhere.
func Local(to string) string {
	u, err := url.Parse(to)
	if err != nil || len(to) > 2000 || !strings.HasPrefix(to, "/") || u.Scheme != "" || u.Host != "" || u.User != nil {
		return "/"
	}
	for i := range len(to) {
		if to[i] == '\\' || to[i] <= ' ' || to[i] == 0x7F {
			return "/"
		}
	}
	if strings.HasPrefix(to, "//") || strings.Contains(u.Path, "//") || strings.Contains(u.Path, "\\") {
		return "/"
	}
	return to
}
