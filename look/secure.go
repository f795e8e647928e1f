// SPDX-License-Identifier: Apache-2.0

package look

import "net/http"

// policy lets a page load its own script, style and pictures, speak with its own server, and nothing else: no
// inline code, no frames, no other origin.
//
// Source: Content Security Policy Level 3.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Secure answers every request with the headers of a page that holds people's payments: nothing foreign runs
// in it, nobody frames it, nothing of its address leaves for elsewhere, no cache keeps it, and no other site
// can post to it. What a cache may keep says so itself.
//
// The referrer stays within the site rather than vanishing, because browsers that are told to send none send
// no origin with a form either, and then it could not be told from a foreign one.
func Secure(next http.Handler, refused http.Handler) http.Handler {
	crossing := http.NewCrossOriginProtection()
	crossing.SetDenyHandler(refused)
	guarded := crossing.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Cache-Control", "no-store")
		guarded.ServeHTTP(w, r)
	})
}
