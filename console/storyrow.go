// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// eventView is one journal row in plain words.
type eventView struct {
	N        int64
	Anchor   string
	At       time.Time
	After    time.Duration // since the first row
	State    look.State
	What     string
	Cause    string // key of who brought it about
	Result   string
	Detail   string
	Partner  string // the wallet's own id
	SignedAt time.Time
	Hash     string
	Lines    string // address of its ledger lines on the page; empty: no money moved
}

// lineView is one transfer in plain words.
type lineView struct {
	N             int64
	Anchor, Event string // its own place on the page, and its row's
	Code          ledger.Code
	Debit, Credit string
	Amount        money.Amount
	What          string // key of its words
}

// move is a transfer with the names of its accounts.
type move struct {
	ledger.Transfer
	debit, credit ledger.Account
	place         int // in its row, from 1
}

// hashShown is how many bytes of a hash are shown.
const hashShown = 4

func rowAnchor(n int64) string { return "row-" + strconv.FormatInt(n, 10) }

// event is a row of the journal as people read it. A row that cannot be read is shown as one: the audit tells why.
func (s *console) event(l look.Lang, v *storyView, r *ledger.Row, moved bool) eventView {
	e := eventView{N: r.N, Anchor: rowAnchor(r.N), At: payment.TimeOf(r.At), State: eventState(r.Kind),
		Hash: hex.EncodeToString(r.Hash[:hashShown])}
	if moved {
		e.Lines = "#line-" + strconv.FormatInt(r.N, 10) + "-1"
	}
	if len(v.Events) > 0 {
		e.After = e.At.Sub(v.Events[0].At)
	}
	c, err := payment.ChangeOf(r, &v.Payment.Request)
	if err != nil {
		e.State, e.What = look.Declined, s.kit.Say(l, "event.unreadable")
		return e
	}
	e.Cause, e.Result, e.Detail = "cause."+string(c.Cause), string(c.Result), c.Detail
	e.Partner, e.SignedAt = c.Partner, c.At
	if c.Cause == "" {
		e.Cause = ""
	}
	amount := ""
	switch f := v.Payment.Refund(r.Subject); {
	case c.Asked.Currency().Valid():
		amount = look.Money(c.Asked, l)
	case f != nil:
		amount = look.Money(f.Asked, l)
	}
	e.What = s.kit.Say(l, eventWord(r.Kind))
	if amount != "" {
		e.What = s.kit.Say(l, eventWord(r.Kind), amount)
	}
	return e
}

// eventWord is the key of what a kind of row says happened.
func eventWord(k ledger.Kind) string {
	if k < ledger.PaymentSent || k > ledger.RefundFailed || (k > ledger.PaymentStrayReversed &&
		k < ledger.RefundSent) {
		return "event.other"
	}
	return "event." + k.String()
}

func eventState(k ledger.Kind) look.State {
	switch k {
	case ledger.PaymentSucceeded, ledger.RefundSucceeded, ledger.PaymentStrayReversed:
		return look.Paid
	case ledger.PaymentFailed, ledger.PaymentRefused, ledger.RefundFailed, ledger.RefundRefused,
		ledger.PaymentContradiction, ledger.PaymentStray:
		return look.Declined
	case ledger.PaymentCancelled, ledger.PaymentTombstone:
		return look.Cancelled
	}
	return look.Waiting
}

func (s *console) line(l look.Lang, v *storyView, r *ledger.Row, m move) lineView {
	t := lineView{N: r.N, Anchor: fmt.Sprintf("line-%d-%d", r.N, m.place), Event: "#" + rowAnchor(r.N), Code: m.Code,
		Debit: s.account(l, v, m.debit), Credit: s.account(l, v, m.credit), What: "code." + m.Code.String()}
	if c := m.debit.Currency; c.Valid() {
		t.Amount = money.New(m.Minor, c)
	}
	return t
}

// account is an account in plain words.
func (s *console) account(l look.Lang, v *storyView, a ledger.Account) string {
	if !a.Purpose.Valid() {
		return s.kit.Say(l, "account.unknown")
	}
	key := "account." + strconv.Itoa(int(a.Purpose))
	switch a.Purpose {
	case ledger.Liquidity, ledger.SpreadIncome, ledger.FeeIncome:
		return s.kit.Say(l, key, a.Currency.String())
	}
	return s.kit.Say(l, key, s.holder(v, a))
}

// accounts are the names of the accounts that some transfers touch.
func (s *console) accounts(ctx context.Context, lane ident.Lane, moves [][]ledger.Transfer,
) (map[ledger.Number]ledger.Account, error) {
	names := map[ledger.Number]ledger.Account{}
	for _, list := range moves {
		for _, t := range list {
			for _, n := range [...]ledger.Number{t.Debit, t.Credit} {
				if _, known := names[n]; known {
					continue
				}
				page, err := s.Network.Reader().Accounts(ctx, lane, n-1)
				if err != nil {
					return nil, err
				}
				names[n] = ledger.Account{}
				for _, a := range page {
					names[a.Number] = a.Account
				}
			}
		}
	}
	return names, nil
}
