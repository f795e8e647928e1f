// SPDX-License-Identifier: Apache-2.0

package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

// Names is by what merchants are found. It may lag.
//
// Concurrency: safe for any number of callers.
type Names interface {
	// Search is a page of the merchants that a query finds.
	Search(query string, f directory.Filter, after directory.Place, limit int) (directory.Page, error)
	// Standing is how the names stand against the catalogue.
	Standing() directory.Standing
}

// pageRows is how many merchants, or stores of one, a page has.
const pageRows = 50

// merchantsView is the page on which merchants are looked for.
type merchantsView struct {
	Page        look.Page
	Query       string
	Typed       directory.Typed
	Filtered    bool   // one of the filters is set
	Bad         string // what is wrong with what was typed; empty: nothing
	BadField    string
	Prefectures []choiceView
	Statuses    []choiceView
	Rows        []merchantRow
	Matches     int
	First       string // address of the first page, where this is another
	Next        string // address of the next page; empty: there is none
	Standing    directory.Standing
	Lag         time.Duration
}

// choiceView is one line of a list to choose from.
type choiceView struct {
	Value, Text string
	Chosen      bool
}

// merchantRow is one merchant that was found.
type merchantRow struct {
	merchant.Merchant
	Store string // reference of the store by which it was found
	State look.State
	Word  string
}

// merchants is the page on which merchants are looked for.
func (s *console) merchants(w http.ResponseWriter, r *http.Request) error {
	l, q := look.Chosen(r), r.URL.Query()
	v := merchantsView{Query: q.Get("q"), Standing: s.Names.Standing(), Page: s.kit.Page(r, s.kit.Say(l, "merchants")),
		Typed: directory.Typed{Holder: q.Get("holder"), MCC: q.Get("mcc"), Region: q.Get("region"),
			Prefecture: q.Get("prefecture"), Status: q.Get("status")}}
	v.Filtered = v.Typed != directory.Typed{}
	v.Lag = s.Network.Now().Sub(v.Standing.AsOf)
	v.Page.Styles = []string{"console.css", "merchants.css"}
	v.Page.Links = s.links(l, "/merchants")
	status := http.StatusOK
	if err := s.find(r, &v); fault.KindOf(err) == fault.Invalid {
		status = http.StatusBadRequest
		v.BadField, v.Bad = s.wrong(l, err)
	} else if err != nil {
		return err
	}
	s.choose(l, &v)
	return s.show(w, r, status, "merchants", v)
}

// find fills the page with what is found.
func (s *console) find(r *http.Request, v *merchantsView) error {
	filter, err := v.Typed.Filter()
	if err != nil {
		return err
	}
	after, err := directory.ParsePlace(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	page, err := s.Names.Search(v.Query, filter, after, pageRows)
	if err != nil {
		return err
	}
	ids := make([]merchant.ID, len(page.Found))
	for i := range page.Found {
		ids[i] = page.Found[i].ID
	}
	named, err := s.Network.Reader().MerchantsNamed(r.Context(), ids)
	if err != nil {
		return err
	}
	for _, one := range page.Found {
		if m, ok := named[one.ID]; ok {
			row := merchantRow{Merchant: m, Store: one.Store}
			row.State, row.Word = trading(m.Status)
			v.Rows = append(v.Rows, row)
		}
	}
	v.Matches = page.Matches
	if after != (directory.Place{}) {
		v.First = v.address(directory.Place{})
	}
	if page.Next != (directory.Place{}) {
		v.Next = v.address(page.Next)
	}
	return nil
}

// address is the address of the page behind a place.
func (v *merchantsView) address(after directory.Place) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.Query, "holder": v.Typed.Holder, "mcc": v.Typed.MCC,
		"region": v.Typed.Region, "prefecture": v.Typed.Prefecture, "status": v.Typed.Status, "after": after.String()} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return strings.TrimSuffix("/merchants?"+q.Encode(), "?") // Encode puts the names in order
}

// wrong is what is wrong with which field.
func (s *console) wrong(l look.Lang, err error) (field, said string) {
	var f *fault.Error
	if errors.As(err, &f) {
		field = f.Subject
	}
	key := map[string]string{"query": "merchants.bad.query", "holder": "merchants.bad.holder", "mcc": "merchants.bad.mcc",
		"region": "merchants.bad.region", "prefecture": "merchants.bad.prefecture", "status": "merchants.bad.status",
		"after": "merchants.bad.after"}[field]
	if key == "" {
		return field, fault.DetailOf(err)
	}
	return field, s.kit.Say(l, key)
}

// choose fills the lists to choose from.
func (s *console) choose(l look.Lang, v *merchantsView) {
	filter, _ := v.Typed.Filter() // what is wrong with it is said already
	for _, p := range japan.Prefectures() {
		v.Prefectures = append(v.Prefectures, choiceView{Value: japanCode(p), Text: look.Place("JP", p.Code, l),
			Chosen: p.Code == filter.Prefecture})
	}
	for _, status := range []merchant.Status{merchant.Live, merchant.Suspended, merchant.Ended} {
		_, word := trading(status)
		v.Statuses = append(v.Statuses, choiceView{Value: string(status), Text: s.kit.Say(l, word),
			Chosen: status == filter.Status})
	}
}

// japanCode is a prefecture's code with two digits.
func japanCode(p japan.Prefecture) string { return strings.TrimPrefix(p.ISO(), "JP-") }

// trading is a merchant's status as people say it: a sign, and the key of a word.
func trading(s merchant.Status) (look.State, string) {
	switch s {
	case merchant.Live:
		return look.Paid, "merchant.live"
	case merchant.Suspended:
		return look.Waiting, "merchant.suspended"
	}
	return look.Cancelled, "merchant.ended"
}

// links are the ways between the pages; here is where the reader is.
func (s *console) links(l look.Lang, here string) []look.Link {
	links := []look.Link{{Text: s.kit.Say(l, "live"), Address: "/"}}
	if s.Names != nil {
		links = append(links, look.Link{Text: s.kit.Say(l, "merchants"), Address: "/merchants"})
	}
	for i := range links {
		links[i].Here = links[i].Address == here
	}
	return links
}

// show answers with a page and a status.
func (s *console) show(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	body, err := s.kit.Render(look.Chosen(r), name, data)
	if err != nil {
		return err
	}
	look.Remember(w, r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // whoever left does not read an error either
	return nil
}
