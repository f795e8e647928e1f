// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
	"github.com/kakehashi-pay/kakehashi/money"
)

// merchantView is one merchant: its facts, what it pays, and its stores.
type merchantView struct {
	Page     look.Page
	Merchant merchant.Merchant
	State    look.State
	Word     string
	Trade    string // its category in words; empty: not a common one
	Holder   string // the account holder's name
	Currency string
	Plan     *planView // nil: the plan is not known
	Stores   []merchant.Store
	First    string // address of the first page of stores, where this is another
	Next     string // address of the next page; empty: there is none
}

// planView is what a merchant pays us per payment.
type planView struct {
	merchant.Plan
	Percent string
	Fixed   money.Amount
	Credit  money.Amount
}

// merchant is the page of one merchant.
func (s *console) merchant(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), look.Chosen(r)
	id, err := ident.Parse(r.PathValue("id"))
	if err != nil {
		return missing
	}
	named, err := s.Network.Reader().MerchantsNamed(ctx, []merchant.ID{id})
	if err != nil {
		return err
	}
	m, ok := named[id]
	if !ok {
		return missing
	}
	v := merchantView{Merchant: m, Currency: m.Currency.String(), Trade: trade(m.MCC, l), Plan: s.plan(&m)}
	v.State, v.Word = trading(m.Status)
	holder, _, err := s.Network.Reader().Holder(ctx, m.Holder)
	if err != nil {
		return err
	}
	v.Holder = holder.Name
	after := strings.ReplaceAll(strings.ToValidUTF8(r.URL.Query().Get("after"), ""), "\x00", "") // no text of the books has it
	if v.Stores, err = s.Network.Reader().Stores(ctx, id, after, pageRows+1); err != nil {
		return err
	}
	address := "/merchant/" + id.String()
	if after != "" {
		v.First = address + "#stores"
	}
	if len(v.Stores) > pageRows {
		v.Stores = v.Stores[:pageRows]
		v.Next = address + "?after=" + url.QueryEscape(v.Stores[pageRows-1].Reference) + "#stores"
	}
	v.Page = s.kit.Page(r, m.Name)
	v.Page.Styles, v.Page.Script = []string{"console.css", "merchants.css"}, "console.js"
	v.Page.Links = s.links(l, "")
	return s.kit.Show(w, r, "merchant", v)
}

// plan is what a merchant pays; nil where its plan is not known.
func (s *console) plan(m *merchant.Merchant) *planView {
	p, ok := s.Network.Facts().Plan(m.Plan)
	if !ok {
		return nil
	}
	num, den := p.Percent.Terms()
	v := planView{Plan: p, Fixed: money.New(p.Fixed, m.Currency), Credit: money.New(p.CreditLine, m.Currency)}
	percent, err := money.RatioOf(num*100, den)
	if err != nil {
		return nil
	}
	v.Percent = percent.Decimal(4, money.HalfEven)
	if strings.Contains(v.Percent, ".") {
		v.Percent = strings.TrimRight(strings.TrimRight(v.Percent, "0"), ".")
	}
	return &v
}

// trade is a merchant category in words; empty where it is not a common one.
func trade(mcc string, l look.Lang) string {
	c, ok := japan.CategoryOf(mcc)
	switch {
	case !ok:
		return ""
	case l == look.Japanese:
		return c.Japanese
	}
	return c.Name
}
