// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

func TestACancelBeforeItsPayIsATombstone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.want("inquiry before", w.outcome("p-1"), wire.OrderNotExist)
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.want("again", w.cancel("p-1"), wire.Success)
	w.want("inquiry", w.outcome("p-1"), wire.OrderIsCanceled)
	w.clock.move(400 * 24 * time.Hour)
	w.restart()
	w.want("the late pay", w.pay(payRequest("p-1", w.code(user), 1000, 45_50)).Result.ResultCode, wire.OrderIsCanceled)
	w.want("cancel long after", w.cancel("p-1"), wire.Success)
	w.wantBalance(user, 100_00)
	w.check()
}

func TestACancelAfterItsPayGivesEverythingBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].MarkupBasisPoints = 100 })
	user := w.user(1, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	w.want("pay", w.pay(r).Result.ResultCode, wire.Success)
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.want("again", w.cancel("p-1"), wire.Success)
	w.want("the repeated pay", w.pay(r).Result.ResultCode, wire.OrderIsCanceled)
	w.want("inquiry", w.outcome("p-1"), wire.OrderIsCanceled)
	w.wantBalance(user, 100_00)
	if p, err := w.issuer.Position(w.brand.ID); err != nil || !p.Owed.IsZero() || !p.Fees.IsZero() {
		t.Errorf("position %+v, %v", p, err)
	}
	w.check()
}

func TestACancelOfARefusedPaymentSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r := payRequest("p-1", w.code(w.user(1, 1)), 1000, 45_50)
	w.want("pay", w.pay(r).Result.ResultCode, wire.UserBalanceNotEnough)
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.want("the repeated pay", w.pay(r).Result.ResultCode, wire.OrderIsCanceled)
}

// TestTheCancelWindowEndsHalfPastMidnight is wire 3.3: until 00:30 in UTC+8 on the day after.
func TestTheCancelWindowEndsHalfPastMidnight(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]wire.ResultCode{
		12*time.Hour + 30*time.Minute - time.Second: wire.Success,
		12*time.Hour + 30*time.Minute:               wire.CancelWindowExceed,
		90 * 24 * time.Hour:                         wire.CancelWindowExceed,
	} {
		w := newWorld(t, nil)
		user := w.user(1, 100_00)
		w.want("pay", w.pay(payRequest("p-1", w.code(user), 1000, 45_50)).Result.ResultCode, wire.Success)
		w.clock.move(after)
		w.want("cancel after "+after.String(), w.cancel("p-1"), want)
		if want == wire.CancelWindowExceed {
			w.want("inquiry", w.outcome("p-1"), wire.Success)
			w.wantBalance(user, 54_50)
		}
		w.check()
	}
}

func TestACancelInTimeStaysOneWhenRepeatedTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	w.want("in time", w.cancel("p-1"), wire.Success)
	w.clock.move(48 * time.Hour)
	w.want("repeated", w.cancel("p-1"), wire.Success)
}

func TestACancelAfterARefundGivesBackTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].MarkupBasisPoints = 100 })
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	w.want("refund", w.refund(refundRequest("r-1", "p-1", 300, 13_65)).Result.ResultCode, wire.Success)
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.wantBalance(user, 100_00)
	w.want("refund after", w.refund(refundRequest("r-2", "p-1", 300, 13_65)).Result.ResultCode, wire.OrderIsCanceled)
	w.check()
}

func TestPayAndCancelAtOnceEndAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	var group sync.WaitGroup
	for i := range 16 {
		r := payRequest("p-"+string(rune('A'+i)), w.code(user), 100, 1_00)
		group.Go(func() {
			var out aps.PayResponse
			if err := w.send(aps.PathPay, r, &out); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			if code := w.cancel(string(r.PaymentRequestID)); code != wire.Success {
				t.Errorf("cancel: %s", code)
			}
		})
	}
	group.Wait()
	w.wantBalance(user, 100_00)
	w.check()
}

func TestHistoryTellsWhatMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].MarkupBasisPoints = 100 })
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 40_00))
	w.refund(refundRequest("r-1", "p-1", 500, 20_00))
	w.pay(payRequest("p-2", w.code(user), 200, 8_00))
	w.cancel("p-2")
	type line struct {
		kind     book.EntryKind
		amount   int64
		fee      int64
		payment  string
		merchant string
	}
	want := []line{{book.Reversed, 8_08, 8, "p-2", "Sample Tea House"}, {book.Paid, 8_08, 8, "p-2", "Sample Tea House"},
		{book.Refunded, 20_20, 20, "p-1", "Sample Tea House"}, {book.Paid, 40_40, 40, "p-1", "Sample Tea House"},
		{book.ToppedUp, 100_00, 0, "", ""}}
	var got []line
	before := int64(0)
	for range want { // page by page, one entry each
		page, err := w.issuer.History(user, before, 1)
		if err != nil || len(page) != 1 {
			t.Fatalf("%d entries, %v", len(page), err)
		}
		e := page[0]
		before = e.N
		got = append(got, line{e.Kind, e.Amount.Minor(), e.Fee.Minor(), e.Payment, e.Merchant})
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("entry %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	if rest, err := w.issuer.History(user, before, 10); err != nil || len(rest) != 0 {
		t.Errorf("after the last entry: %v, %v", rest, err)
	}
	all, err := w.issuer.History(user, 0, 100)
	if err != nil || len(all) != len(want) || all[4].Reference != "first" || all[3].Price.String() != "JPY 1000" {
		t.Errorf("all: %+v, %v", all, err)
	}
}

func TestABlockedUserIsRefundedAllTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	if err := w.issuer.SetStatus(user, book.Closed); err != nil {
		t.Fatal(err)
	}
	w.want("refund", w.refund(refundRequest("r-1", "p-1", 1000, 45_50)).Result.ResultCode, wire.Success)
	w.wantBalance(user, 100_00)
}

func TestALiarKeepsTheMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	w.misbehave(tabi.Behaviour{CancelLies: 1000})
	w.want("the lie", w.cancel("p-1"), wire.Success)
	w.want("inquiry", w.outcome("p-1"), wire.Success)
	w.wantBalance(user, 54_50)
	w.misbehave(tabi.Normal())
	w.want("an honest cancel", w.cancel("p-1"), wire.Success)
	w.wantBalance(user, 100_00)
	w.check()
}
