// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/store"
)

// toldView is one notification to the caller.
type toldView struct {
	What     string // key of what it tells
	State    look.State
	Word     string
	Next     time.Time // when it is told, or told again; zero: not by itself
	Attempts []store.Delivery
}

// told is what the caller was told of a payment and its refunds.
func (s *console) told(ctx context.Context, id ident.ID) (views []toldView, err error) {
	if s.Told == nil {
		return nil, nil
	}
	list, err := s.Told(ctx, id)
	for _, t := range list {
		v := toldView{What: "told.payment", State: look.Waiting, Word: "told.pending", Attempts: t.Attempts}
		if t.Event.Kind == ledger.RefundSucceeded || t.Event.Kind == ledger.RefundFailed {
			v.What = "told.refund"
		}
		switch t.Event.State {
		case store.EventPending:
			v.Next = t.Event.Due
		case store.EventDelivered:
			v.State, v.Word = look.Paid, "told.delivered"
		case store.EventDead:
			v.State, v.Word = look.Declined, "told.dead"
		}
		views = append(views, v)
	}
	return views, err
}
