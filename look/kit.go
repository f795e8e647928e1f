// SPDX-License-Identifier: Apache-2.0

package look

import (
	"bytes"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
)

// CodeRender is the code of a page that could not be rendered.
const CodeRender fault.Code = "page_not_rendered"

// Site is what a site brings to the kit.
type Site struct {
	Name   string // after the mark: "Kakehashi console"
	Pages  fs.FS  // templates, in files that end in .html
	Words  Words
	Assets fs.FS // style and script; may be nil
	Zone   *time.Location
}

// Kit renders the pages of one site, in every language.
//
// In its templates these functions speak the page's language: say and count (Words), money and amount (Money,
// Figure.HTML), clock, minute, instant, date, zone and machine (Clock), span and age (Span, Age), nth, place,
// region and tongue, chip and sign with the states waiting, paid, declined and cancelled, grouped, asset
// (Assets.Path). A page begins with {{template "head" .Page}} and ends with {{template "foot" .Page}}.
//
// Concurrency: safe for any number of callers.
type Kit struct {
	name   string
	words  Words
	zone   *time.Location
	assets *Assets
	pages  map[Lang]*template.Template
}

// Page is what the shell around a page must know.
type Page struct {
	Lang   Lang
	Title  string
	Site   string
	Links  []Link
	Styles []string // names of assets, after the kit's own
	Script string   // name of an asset: one module; empty: none
	Live   string   // what is live on the page, where something is
}

// Link is a way to another page.
type Link struct {
	Text, Address string
	Here          bool
}

// NewKit is the kit of a site.
//
// Invariant: the templates are sound, and every phrase is there in every language.
func NewKit(s Site) *Kit {
	k := &Kit{name: s.Name, words: ownWords.With(s.Words), zone: s.Zone, assets: NewAssets(s.Assets),
		pages: map[Lang]*template.Template{}}
	faults := k.words.Faults()
	invariant.Check(len(faults) == 0, "look: %s", strings.Join(faults, "; "))
	for _, l := range Langs() {
		t := template.New("").Funcs(k.functions(l))
		for _, tree := range []fs.FS{pageFiles, s.Pages} {
			_, err := t.ParseFS(tree, "*/*.html")
			invariant.Check(err == nil, "look: a template cannot be read: %v", err)
		}
		k.pages[l] = t
	}
	return k
}

func (k *Kit) functions(l Lang) template.FuncMap {
	c := Clock{Zone: k.zone, Lang: l}
	return template.FuncMap{
		"say":   func(key string, args ...any) string { return k.words.Say(l, key, args...) },
		"count": func(key string, n int, args ...any) string { return k.words.Count(l, key, n, args...) },
		"money": func(a money.Amount) string { return Money(a, l) },
		"amount": func(a money.Amount) template.HTML {
			return FigureOf(a, l).HTML()
		},
		"clock": c.Time, "minute": c.Minute, "instant": c.Instant, "date": c.Date, "zone": c.ZoneName,
		"machine": c.Machine,
		"span":    func(d time.Duration) string { return Span(d, l) },
		"age":     func(d time.Duration) string { return Age(d, l) },
		"nth":     func(n int) string { return Nth(n, l) },
		"place":   func(region string, prefecture int) string { return Place(region, prefecture, l) },
		"region": func(code string) string {
			return Region(code, l)
		},
		"tongue": Tongue, "chip": Chip, "sign": State.Sign, "asset": k.assets.Path, "grouped": Grouped,
		"langs": Langs, "waiting": Waiting.itself, "paid": Paid.itself, "declined": Declined.itself,
		"cancelled": Cancelled.itself,
	}
}

// Say is a phrase in a language.
func (k *Kit) Say(l Lang, key string, args ...any) string { return k.words.Say(l, key, args...) }

// Clock writes times in the site's zone.
func (k *Kit) Clock(l Lang) Clock { return Clock{Zone: k.zone, Lang: l} }

// Assets are the kit's and the site's assets.
func (k *Kit) Assets() *Assets { return k.assets }

// Render is a template of the site with its data, in a language.
//
// Errors: Internal page_not_rendered.
func (k *Kit) Render(l Lang, name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := k.pages[l].ExecuteTemplate(&b, name, data); err != nil {
		return nil, &fault.Error{Op: "look.Render", Kind: fault.Internal, Code: CodeRender, Subject: name, Err: err}
	}
	return b.Bytes(), nil
}

// Page is the shell for an answer to a request.
func (k *Kit) Page(r *http.Request, title string) Page {
	return Page{Lang: Chosen(r), Title: title, Site: k.name}
}

// Show renders a page and answers with it.
//
// Errors: Internal page_not_rendered; nothing was answered then.
func (k *Kit) Show(w http.ResponseWriter, r *http.Request, name string, data any) error {
	body, err := k.Render(Chosen(r), name, data)
	if err != nil {
		return err
	}
	Remember(w, r)
	answer(w, r, http.StatusOK, body)
	return nil
}

func answer(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // whoever left does not read an error either
	}
}

// refusal is what an error page says.
type refusal struct {
	Page   Page
	Status int
	Text   string
}

// Refuse answers with the page of a status: 400, 403, 404, 500 or 503. detail is one sentence more, or empty.
func (k *Kit) Refuse(w http.ResponseWriter, r *http.Request, status int, detail string) {
	l, key := Chosen(r), "look.500"
	for _, known := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound,
		http.StatusServiceUnavailable} {
		if status == known {
			key = "look." + strconv.Itoa(status)
		}
	}
	v := refusal{Page: k.Page(r, k.words.Say(l, key+".title")), Status: status, Text: detail}
	if v.Text == "" && status != http.StatusBadRequest {
		v.Text = k.words.Say(l, key+".text")
	}
	body, err := k.Render(l, "refusal", v)
	if err != nil {
		http.Error(w, v.Page.Title, status)
		return
	}
	answer(w, r, status, body)
}
