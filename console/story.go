// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// storyView is one payment explained.
type storyView struct {
	Page    look.Page
	Payment *payment.Payment
	Lane    ident.Lane
	State   look.State
	Word    string
	Took    time.Duration // until it was known; 0 while it is not
	Shop    shopView
	Store   string // the store's name, or the reference it was given
	Wallet  brandView
	Doing   string // what is being done, while it is open
	Fate    string // key of what the payer pays, paid, or would have paid
	Shares  []shareView
	Rate    string // how one currency became the other, in words
	Events  []eventView
	Lines   []lineView
	Refunds []refundView
	Told    []toldView
}

// shareView is one part of the money: a number, and the rows it is made of.
type shareView struct {
	What   string // key of its words
	Amount money.Amount
	Line   string // address of what it is made of on the page; empty: nothing moved
	Total  bool
}

// refundView is one refund.
type refundView struct {
	*payment.Refund
	Name  string
	Chip  look.State
	Word  string
	Event string // address of its first row on the page
}

// story is the page of one payment.
func (s *console) story(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), look.Chosen(r)
	id, err := ident.Parse(r.PathValue("id"))
	if err != nil {
		return missing
	}
	p, err := s.Network.Reader().Payment(ctx, id)
	if err != nil {
		return err
	}
	if p == nil {
		return missing
	}
	rows, err := s.Network.Reader().Family(ctx, id.Lane, p.Origin)
	if err != nil {
		return err
	}
	v := storyView{Payment: p, Lane: id.Lane, Shop: s.shop(ctx, p.Merchant), Store: s.place(ctx, p),
		Wallet: s.brand(p.Wallet)}
	v.State, v.Word = standing(p)
	v.Fate = fate(p)
	if p.Open() {
		v.Doing = s.doing(l, p)
	} else if row := s.row(ctx, p); row.Final {
		v.Took = row.Took
	}
	if err := s.tell(ctx, l, &v, rows); err != nil {
		return err
	}
	if v.Told, err = s.told(ctx, id); err != nil {
		return err
	}
	title := s.kit.Say(l, "story")
	if p.Price.Currency().Valid() {
		title = look.Money(p.Price, l)
	}
	v.Page = s.kit.Page(r, title)
	v.Page.Styles, v.Page.Script = []string{"console.css"}, "console.js"
	v.Page.Links = s.links(l, "")
	return s.kit.Show(w, r, "story", v)
}

// fate is the key of the sentence that tells the payer's amount.
func fate(p *payment.Payment) string {
	switch p.State {
	case payment.Success:
		return "story.paid"
	case payment.Failed, payment.Cancelled:
		if !p.BookedAt.IsZero() {
			return "story.returned"
		}
		return "story.unpaid"
	}
	return "story.payer"
}

// place is the store's name, or what the shop called it.
func (s *console) place(ctx context.Context, p *payment.Payment) string {
	if p.Store == "" {
		return ""
	}
	found, ok, err := s.Network.Facts().Store(ctx, p.Merchant, p.Store)
	if err != nil || !ok || found.Name == "" {
		return p.Store
	}
	return found.Name
}

// tell fills in what the rows of the journal say.
func (s *console) tell(ctx context.Context, l look.Lang, v *storyView, rows []ledger.Row) error {
	moves := make([][]ledger.Transfer, len(rows))
	for i := range rows {
		list, err := ledger.ParseTransfers(rows[i].Transfers)
		if err != nil {
			return err
		}
		moves[i] = list
	}
	names, err := s.accounts(ctx, v.Payment.ID.Lane, moves)
	if err != nil {
		return err
	}
	for i := range rows {
		v.Events = append(v.Events, s.event(l, v, &rows[i], len(moves[i]) > 0))
		for j, t := range moves[i] {
			v.Lines = append(v.Lines, s.line(l, v, &rows[i], move{t, names[t.Debit], names[t.Credit], j + 1}))
		}
	}
	v.Shares = shares(v)
	v.Rate = s.rate(l, v.Payment)
	for i := range v.Payment.Refunds {
		v.Refunds = append(v.Refunds, refund(v.Payment, &v.Payment.Refunds[i], rows))
	}
	return nil
}

// shares are the parts of the money that a payment moves. While nothing has moved they lead nowhere.
func shares(v *storyView) []shareView {
	p := v.Payment
	if !p.Price.Currency().Valid() {
		return nil
	}
	at := func(codes ...ledger.Code) string {
		for _, code := range codes {
			for i := range v.Lines {
				if v.Lines[i].Code == code {
					return "#" + v.Lines[i].Anchor
				}
			}
		}
		return ""
	}
	when := ".if"
	switch {
	case p.State == payment.Success:
		when = ""
	case !p.BookedAt.IsZero():
		when = ".once"
	}
	list := []shareView{
		{What: "share.price", Amount: p.Price, Line: at(ledger.FXBuy, ledger.Sale)},
		{What: "share.fee", Amount: p.Fee, Line: at(ledger.MerchantFee)},
		{What: "share.net" + when, Amount: p.Net(), Line: at(ledger.FXBuy, ledger.Sale), Total: true},
	}
	if p.Converted() {
		list = append(list, shareView{What: "share.base", Amount: p.Base, Line: at(ledger.FXSell)},
			shareView{What: "share.spread", Amount: p.Spread(), Line: at(ledger.FXSpread)})
	}
	if p.Payer.Positive() {
		list = append(list, shareView{What: "share.payer" + when, Amount: p.Payer, Total: true,
			Line: at(ledger.FXSell, ledger.Sale)})
	}
	return list
}

// rate says in words how the price became the payer's amount.
func (s *console) rate(l look.Lang, p *payment.Payment) string {
	switch {
	case !p.Payer.Positive():
		return ""
	case !p.Converted():
		return s.kit.Say(l, "rate.none")
	}
	return s.kit.Say(l, "rate", p.Price.Currency().String(), fx.PriceText(p.Customer), p.Payer.Currency().String(),
		fx.PriceText(p.BaseRate), look.Money(p.Spread(), l))
}

func refund(p *payment.Payment, f *payment.Refund, rows []ledger.Row) refundView {
	v := refundView{Refund: f, Name: ident.ID{Lane: p.ID.Lane, Digest: f.ID}.String(), Chip: look.Waiting,
		Word: "refund.open"}
	switch f.State {
	case payment.RefundSuccess:
		v.Chip, v.Word = look.Paid, "refund.done"
	case payment.RefundFailed:
		v.Chip, v.Word = look.Declined, "refund.failed"
	}
	for i := range rows {
		if rows[i].Subject == f.ID {
			v.Event = "#row-" + strconv.FormatInt(rows[i].N, 10)
			break
		}
	}
	return v
}

// holder is the name of an account's holder in plain words.
func (s *console) holder(v *storyView, a ledger.Account) string {
	switch a.Purpose {
	case ledger.WalletReceivable, ledger.WalletSuspense:
		if a.Holder == string(v.Payment.Wallet) {
			return v.Wallet.Name
		}
		return s.brand(wallet.ID(a.Holder)).Name
	case ledger.MerchantPayable, ledger.MerchantSuspense:
		if a.Holder == v.Payment.Merchant.String() && v.Shop.Name != "" {
			return v.Shop.Name
		}
	}
	return a.Holder
}
