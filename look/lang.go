// SPDX-License-Identifier: Apache-2.0

package look

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Lang is a language of the pages, as BCP 47 names it. The zero Lang is none.
type Lang string

// The languages.
const (
	English  Lang = "en"
	Japanese Lang = "ja"
)

// Langs are the languages of the pages, in the order in which they are offered. The first is spoken where
// nobody asked.
func Langs() []Lang { return []Lang{English, Japanese} }

// Valid reports whether pages are written in the language.
func (l Lang) Valid() bool { return slices.Contains(Langs(), l) }

// Own is the language's name in itself.
func (l Lang) Own() string {
	if l == Japanese {
		return "日本語"
	}
	return "English"
}

// langCookie remembers which language was asked for. It holds nothing else.
const langCookie = "lang"

// langKept is how long a choice is remembered.
const langKept = 365 * 24 * time.Hour

// Chosen is the language a request is answered in: the one in its query, else the one chosen before, else the
// first that the browser accepts, else English.
func Chosen(r *http.Request) Lang {
	if l := Lang(r.URL.Query().Get(langCookie)); l.Valid() {
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil && Lang(c.Value).Valid() {
		return Lang(c.Value)
	}
	return accepted(r.Header.Get("Accept-Language"))
}

// Remember makes the next request of the same browser be answered in the language that this one names in its query.
func Remember(w http.ResponseWriter, r *http.Request) {
	l := Lang(r.URL.Query().Get(langCookie))
	if !l.Valid() {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(l), Path: "/", MaxAge: int(langKept / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// acceptMax bounds how many ranges of an Accept-Language header are looked at.
const acceptMax = 16

// accepted is the language that an Accept-Language header weighs highest; of equals the first.
//
// Source: RFC 9110, section 12.5.4.
func accepted(header string) Lang {
	best, weight := Langs()[0], 0
	for i, part := range strings.SplitN(header, ",", acceptMax+1) {
		if i == acceptMax {
			break
		}
		tag, options, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.TrimSpace(tag), "-")
		l := Lang(strings.ToLower(primary))
		if q := quality(options); l.Valid() && q > weight {
			best, weight = l, q
		}
	}
	return best
}

// quality is a weight in thousandths: 1000 where none is given, 0 where it cannot be read.
func quality(options string) int {
	text, given := strings.CutPrefix(strings.ReplaceAll(options, " ", ""), "q=")
	switch {
	case options == "":
		return 1000
	case !given || len(text) > 5 || text == "":
		return 0
	}
	whole, rest, _ := strings.Cut(text, ".")
	thousandths := 0
	for _, digit := range whole + (rest + "000")[:3] {
		if digit < '0' || digit > '9' {
			return 0
		}
		thousandths = 10*thousandths + int(digit-'0')
	}
	return min(thousandths, 1000)
}

// Tongue is the language in which names of a region are most likely written, so that a browser picks the
// right glyphs for them. It is empty where the Latin script is usual.
func Tongue(region string) string {
	switch region {
	case "JP":
		return "ja"
	case "CN":
		return "zh-Hans"
	case "HK", "MO":
		return "zh-Hant-HK"
	case "TW":
		return "zh-Hant"
	case "KR":
		return "ko"
	case "TH":
		return "th"
	}
	return ""
}
