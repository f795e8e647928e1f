// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// always is a knob turned fully up.
const always = 1000

// TestWhatIsLostOnTheWayIsNoAnswer observes the knobs of the transport: whether there was an answer, and whether the money
// was taken all the same.
func TestWhatIsLostOnTheWayIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		behaviour tabi.Behaviour
		taken     bool
	}{
		"down":              {tabi.Behaviour{Down: true}, false},
		"drops the request": {tabi.Behaviour{DropRequest: always}, false},
		"drops the answer":  {tabi.Behaviour{DropAnswer: always}, true},
		"server error":      {tabi.Behaviour{ServerError: always}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			user := w.user(1, 100_00)
			r := payRequest("p-1", w.code(user), 1000, 45_50)
			w.misbehave(c.behaviour)
			var out aps.PayResponse
			if err := w.send(aps.PathPay, r, &out); !errors.Is(err, errNoAnswer) {
				t.Errorf("answered %+v, %v", out, err)
			}
			w.misbehave(tabi.Normal())
			want := wire.OrderNotExist
			if c.taken {
				want = wire.Success
			}
			w.want("inquiry", w.outcome("p-1"), want)
			w.want("the repeat", w.pay(r).Result.ResultCode, wire.Success)
			w.wantBalance(user, 54_50)
			w.check()
		})
	}
}

func TestWrongSignaturesAndVersionsAreToldFromRightOnes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		behaviour tabi.Behaviour
		want      fault.Code
	}{
		"wrong signature": {tabi.Behaviour{WrongSignature: always}, wire.CodeSignatureInvalid},
		"wrong version":   {tabi.Behaviour{WrongKeyVersion: always}, wire.CodeKeyNotFound},
	} {
		w := newWorld(t, nil)
		user := w.user(1, 100_00)
		r := payRequest("p-1", w.code(user), 1000, 45_50)
		w.misbehave(c.behaviour)
		var out aps.PayResponse
		if err := w.send(aps.PathPay, r, &out); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		w.misbehave(tabi.Normal())
		w.want("inquiry", w.outcome("p-1"), wire.Success)
	}
}

func TestASlowBrandWaitsAndAnswersRightly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	w.misbehave(tabi.Behaviour{Slow: always, SlowFor: 40 * time.Second})
	out := w.pay(r)
	w.want("pay", out.Result.ResultCode, wire.Success)
	if waited := w.clock.now().Sub(noon); waited != 40*time.Second || out.PaymentTime != "2026-11-20T12:00:00+08:00" {
		t.Errorf("waited %v, paid at %s", waited, out.PaymentTime)
	}
}

func TestASlowBrandStopsWaitingWhenNobodyListens(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	w := newWorld(t, func(w *world) {
		w.out.Wait = func(ctx context.Context, _ time.Duration) error {
			close(asked)
			<-ctx.Done()
			return ctx.Err()
		}
	})
	r := payRequest("p-1", w.code(w.user(1, 100_00)), 1000, 45_50)
	w.misbehave(tabi.Behaviour{Slow: always, SlowFor: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	var out aps.PayResponse
	if err := w.sendUntil(ctx, aps.PathPay, r, &out); !errors.Is(err, errNoAnswer) {
		t.Errorf("answered %+v, %v", out, err)
	}
}

func TestAWrongAmountIsToldAndTheRightOneTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	w.misbehave(tabi.Behaviour{WrongAmount: always})
	if out := w.pay(r); *out.PayToAmount != *fen(45_51) || out.Result.ResultCode != wire.Success {
		t.Errorf("pay answers %+v", out)
	}
	if out := w.inquire("p-1"); *out.PayToAmount != *fen(45_51) {
		t.Errorf("inquiry answers %+v", out)
	}
	if out := w.refund(refundRequest("r-1", "p-1", 100, 4_55)); *out.RefundFromAmount != *fen(4_56) {
		t.Errorf("refund answers %+v", out)
	}
	w.wantBalance(user, 100_00-45_50+4_55)
	w.check()
}

func TestAnotherIDIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r := payRequest("p-1", w.code(w.user(1, 100_00)), 1000, 45_50)
	first := w.pay(r)
	w.misbehave(tabi.Behaviour{WrongID: always})
	if second := w.pay(r); second.PaymentID == first.PaymentID || second.Result.ResultCode != wire.Success {
		t.Errorf("the id is %s again", second.PaymentID)
	}
}

func TestARefusalForNoReasonTakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	w.misbehave(tabi.Behaviour{Declines: always})
	w.want("pay", w.pay(r).Result.ResultCode, wire.RiskReject)
	w.misbehave(tabi.Normal())
	w.want("the repeat", w.pay(r).Result.ResultCode, wire.RiskReject)
	w.wantBalance(user, 100_00)
}

func TestUndecidedForSomeInquiries(t *testing.T) {
	t.Parallel()
	for want, declines := range map[wire.ResultCode]tabi.Chance{wire.Success: 0, wire.RiskReject: always} {
		w := newWorld(t, nil)
		user := w.user(1, 100_00)
		r := payRequest("p-1", w.code(user), 1000, 45_50)
		w.misbehave(tabi.Behaviour{Polls: always, PollsCount: 3, Declines: declines})
		w.want("pay", w.pay(r).Result.ResultCode, wire.PaymentInProcess)
		w.misbehave(tabi.Normal()) // what was begun ends as it was to end
		w.restart()
		for range 3 {
			w.want("undecided", w.outcome("p-1"), wire.PaymentInProcess)
		}
		w.wantBalance(user, 100_00)
		w.want("decided", w.outcome("p-1"), want)
		w.want("the repeated pay", w.pay(r).Result.ResultCode, want)
		if want == wire.Success {
			w.wantBalance(user, 54_50)
		} else {
			w.wantBalance(user, 100_00)
		}
		w.check()
	}
}

func TestALateSuccessComesByItselfAndIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	r.PaymentExpiryTime = "2026-11-20T12:01:00+08:00"
	w.misbehave(tabi.Behaviour{Late: always, LateFor: 90 * time.Second})
	w.want("pay", w.pay(r).Result.ResultCode, wire.PaymentInProcess)
	next, err := w.issuer.Step(t.Context())
	if err != nil || !next.Equal(noon.Add(90*time.Second)) {
		t.Errorf("due %v, %v", next, err)
	}
	w.clock.move(89 * time.Second)
	w.step()
	w.want("too early", w.outcome("p-1"), wire.PaymentInProcess)
	w.clock.move(time.Second)
	w.misbehave(tabi.Normal())
	w.restart()
	w.step()
	w.want("in the end, though it had expired", w.outcome("p-1"), wire.Success)
	w.wantBalance(user, 54_50)
	heard := w.platform.heard()
	if len(heard) != 1 || heard[0].PaymentRequestID != "p-1" || heard[0].PaymentResult.ResultCode != wire.Success ||
		*heard[0].PayToAmount != *fen(45_50) || heard[0].PaymentTime != "2026-11-20T12:01:30+08:00" {
		t.Errorf("told %+v", heard)
	}
	w.check()
}

func TestWhatIsPendingCountsAgainstTheLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].Limits = tabi.Limits{DayMax: 60_00} })
	user := w.user(1, 100_00)
	w.misbehave(tabi.Behaviour{Late: always, LateFor: time.Minute})
	w.want("pending", w.pay(payRequest("p-1", w.code(user), 1000, 45_50)).Result.ResultCode, wire.PaymentInProcess)
	w.misbehave(tabi.Normal())
	w.want("too much beside it", w.pay(payRequest("p-2", w.code(user), 1000, 14_51)).Result.ResultCode,
		wire.UserAmountExceedLimit)
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.want("after its end", w.pay(payRequest("p-3", w.code(user), 1000, 60_00)).Result.ResultCode, wire.Success)
}

func TestAPendingPaymentCanStillFail(t *testing.T) {
	t.Parallel()
	for want, c := range map[wire.ResultCode]struct {
		expires wire.Text
		before  func(w *world, user string)
	}{
		wire.UserBalanceNotEnough: {"", func(w *world, user string) {
			w.want("another", w.pay(payRequest("p-2", w.code(user), 1000, 60_00)).Result.ResultCode, wire.Success)
		}},
		wire.UserStatusAbnormal: {"", func(w *world, user string) {
			if err := w.issuer.SetStatus(user, book.Blocked); err != nil {
				w.t.Error(err)
			}
		}},
		wire.OrderIsClosed: {"2026-11-20T12:01:00+08:00", func(w *world, _ string) { w.clock.move(time.Minute) }},
	} {
		w := newWorld(t, nil)
		user := w.user(1, 100_00)
		w.misbehave(tabi.Behaviour{Polls: always, PollsCount: 1})
		r := payRequest("p-1", w.code(user), 1000, 45_50)
		r.PaymentExpiryTime = c.expires
		w.want("pay", w.pay(r).Result.ResultCode, wire.PaymentInProcess)
		w.misbehave(tabi.Normal())
		c.before(w, user)
		w.want("first", w.outcome("p-1"), wire.PaymentInProcess)
		w.want("second", w.outcome("p-1"), want)
		w.step()
		heard := w.platform.heard()
		if len(heard) != 1 || heard[0].PaymentResult.ResultCode != want {
			t.Errorf("told %+v, want %s", heard, want)
		}
		w.check()
	}
}

// TestTheMachinesOwnTimerIsTheDefault: without a Wait of its own the issuer waits by the machine's, as long as anybody
// listens.
func TestTheMachinesOwnTimerIsTheDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.out = tabi.Outside{} })
	user := w.user(1, 100_00)
	w.misbehave(tabi.Behaviour{Slow: always, SlowFor: time.Nanosecond})
	w.want("pay", w.pay(payRequest("p-1", w.code(user), 1000, 45_50)).Result.ResultCode, wire.Success)
	heard := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	w.platform.set(func(p *platform) {
		p.hear = func(aps.NotifyPaymentRequest) wire.ResultCode { close(heard); return wire.Success }
	})
	w.misbehave(tabi.Behaviour{Slow: always, SlowFor: 1 << 60, NoticeFirst: always})
	go func() { <-heard; cancel() }()
	var out aps.PayResponse
	if err := w.sendUntil(ctx, aps.PathPay, payRequest("p-2", w.code(user), 1000, 1), &out); !errors.Is(err, errNoAnswer) {
		t.Errorf("answered %+v, %v", out, err)
	}
}

func TestACancelBeforeALateSuccessPreventsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.misbehave(tabi.Behaviour{Late: always, LateFor: time.Minute})
	w.want("pay", w.pay(payRequest("p-1", w.code(user), 1000, 45_50)).Result.ResultCode, wire.PaymentInProcess)
	w.want("a refund meanwhile", w.refund(refundRequest("r-1", "p-1", 1000, 45_50)).Result.ResultCode, wire.RefundInProcess)
	w.clock.move(59 * time.Second)
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.clock.move(time.Hour)
	w.step()
	w.want("inquiry", w.outcome("p-1"), wire.OrderIsCanceled)
	w.want("the refund again", w.refund(refundRequest("r-1", "p-1", 1000, 45_50)).Result.ResultCode, wire.OrderIsCanceled)
	w.wantBalance(user, 100_00)
	if heard := w.platform.heard(); len(heard) != 0 {
		t.Errorf("told %+v", heard)
	}
	w.check()
}

func TestACancelAfterALateSuccessReversesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.misbehave(tabi.Behaviour{Late: always, LateFor: time.Minute})
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	w.clock.move(2 * time.Minute)
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.wantBalance(user, 100_00)
	history, err := w.issuer.History(user, 0, 10)
	if err != nil || len(history) != 3 || history[0].Kind != book.Reversed {
		t.Errorf("the history is %+v, %v", history, err)
	}
	w.check()
}

func TestAContradictionIsRefusedThenSaidToBePaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.misbehave(tabi.Behaviour{Contradicts: always})
	w.want("pay", w.pay(payRequest("p-1", w.code(user), 1000, 45_50)).Result.ResultCode, wire.ProcessFail)
	w.want("inquiry", w.outcome("p-1"), wire.Success)
	w.wantBalance(user, 54_50)
	w.check()
}

func TestAHiddenPaymentIsFoundAfterAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.misbehave(tabi.Behaviour{Hides: always, HidesCount: 2, DropAnswer: always})
	var out aps.PayResponse
	if err := w.send(aps.PathPay, payRequest("p-1", w.code(w.user(1, 100_00)), 1000, 45_50), &out); err == nil {
		t.Error("there was an answer")
	}
	w.misbehave(tabi.Normal())
	for range 2 {
		w.want("hidden", w.outcome("p-1"), wire.OrderNotExist)
	}
	w.want("found", w.outcome("p-1"), wire.Success)
}

func TestCancelsThatDoNothing(t *testing.T) {
	t.Parallel()
	for want, b := range map[wire.ResultCode]tabi.Behaviour{
		wire.UnknownException:   {CancelWaits: always},
		wire.CancelWindowExceed: {CancelLate: always},
		wire.Success:            {CancelLies: always},
	} {
		w := newWorld(t, nil)
		user := w.user(1, 100_00)
		w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
		w.misbehave(b)
		w.want("cancel", w.cancel("p-1"), want)
		w.want("inquiry", w.outcome("p-1"), wire.Success)
		w.wantBalance(user, 54_50)
	}
}

func TestARefundIsUnknownForAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	w.misbehave(tabi.Behaviour{RefundWaits: always, RefundFor: 3 * time.Hour})
	r := refundRequest("r-1", "p-1", 600, 27_30)
	w.want("refund", w.refund(r).Result.ResultCode, wire.RefundInProcess)
	w.misbehave(tabi.Normal())
	w.want("a second that would be too much", w.refund(refundRequest("r-2", "p-1", 401, 18_20)).Result.ResultCode,
		wire.RefundAmountExceed)
	w.clock.move(3*time.Hour - time.Second)
	w.want("still", w.refund(r).Result.ResultCode, wire.RefundInProcess)
	w.wantBalance(user, 54_50)
	w.clock.move(time.Second)
	w.step()
	w.wantBalance(user, 81_80)
	if out := w.refund(r); out.Result.ResultCode != wire.Success || out.RefundTime != "2026-11-20T15:00:00+08:00" {
		t.Errorf("answered %+v", out)
	}
	w.wantBalance(user, 81_80)
	w.check()
}

func TestACancelCarriesOutThePromisedRefundFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.pay(payRequest("p-1", w.code(user), 1000, 45_50))
	w.misbehave(tabi.Behaviour{RefundWaits: always, RefundFor: time.Hour})
	w.want("refund", w.refund(refundRequest("r-1", "p-1", 600, 27_30)).Result.ResultCode, wire.RefundInProcess)
	w.want("cancel", w.cancel("p-1"), wire.Success)
	w.wantBalance(user, 100_00)
	w.want("the refund", w.refund(refundRequest("r-1", "p-1", 600, 27_30)).Result.ResultCode, wire.Success)
	w.check()
}

func TestMessagesNobodyAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	w.misbehave(tabi.Behaviour{Notices: 8, NoticesWithin: time.Hour})
	for i := range 20 {
		w.pay(payRequest(fmt.Sprintf("p-%02d", i), w.code(user), 100, 1_00))
	}
	w.pay(payRequest("p-20", w.code(user), 100, 100_00)) // refused, and told too
	w.clock.move(time.Hour)
	for range 4 {
		w.step()
	}
	count := map[wire.Text]int{}
	var order []wire.Text
	for _, n := range w.platform.heard() {
		count[n.PaymentRequestID]++
		order = append(order, n.PaymentRequestID)
		want := wire.Success
		if n.PaymentRequestID == "p-20" {
			want = wire.UserBalanceNotEnough
		}
		w.want(string(n.PaymentRequestID), n.PaymentResult.ResultCode, want)
	}
	least, most := 9, 0
	for i := range 20 {
		n := count[wire.Text(fmt.Sprintf("p-%02d", i))]
		least, most = min(least, n), max(most, n)
	}
	if least > 1 || most < 7 || most > 8 || slices.IsSorted(order) {
		t.Errorf("told %v, in the order %v", count, order)
	}
	if next, err := w.issuer.Step(t.Context()); err != nil || !next.IsZero() {
		t.Errorf("something is due %v, %v", next, err)
	}
	w.wantBalance(user, 80_00)
	w.check()
}

func TestAMessageBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r := payRequest("p-1", w.code(w.user(1, 100_00)), 1000, 45_50)
	w.misbehave(tabi.Behaviour{NoticeFirst: always, Slow: always, SlowFor: time.Minute})
	before := -1
	w.platform.set(func(p *platform) {
		p.hear = func(aps.NotifyPaymentRequest) wire.ResultCode {
			before = int(w.clock.now().Sub(noon) / time.Second)
			return wire.Success
		}
	})
	w.want("pay", w.pay(r).Result.ResultCode, wire.Success)
	if before != 0 || w.clock.now() != noon.Add(time.Minute) {
		t.Errorf("told after %d s, answered at %v", before, w.clock.now())
	}
}

func TestAChargeThePlatformRefusesBeforeTheAnswerGoesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	r := payRequest("p-1", w.code(user), 1000, 45_50)
	w.misbehave(tabi.Behaviour{NoticeFirst: always})
	w.platform.set(func(p *platform) {
		p.hear = func(aps.NotifyPaymentRequest) wire.ResultCode { return wire.OrderIsCanceled }
	})
	w.want("pay", w.pay(r).Result.ResultCode, wire.OrderIsCanceled)
	w.want("inquiry", w.outcome("p-1"), wire.OrderIsCanceled)
	w.wantBalance(user, 100_00)
	w.check()
}

// TestTheDiceAreTheSeeds: chances lie where they should, and the same seed gives the same answers, one by one.
func TestTheDiceAreTheSeeds(t *testing.T) {
	t.Parallel()
	run := func(b tabi.Behaviour) (refused []bool) {
		w := newWorld(t, nil)
		user := w.user(1, 100_00)
		w.misbehave(b)
		for i := range 200 {
			code := w.pay(payRequest(fmt.Sprintf("p-%d", i), w.code(user), 1, 1)).Result.ResultCode
			refused = append(refused, code == wire.RiskReject)
		}
		return refused
	}
	first := run(tabi.Behaviour{Declines: 300})
	second := run(tabi.Behaviour{Declines: 300, WrongAmount: 500, WrongID: 900})
	count := 0
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("payment %d went otherwise", i)
		}
		if first[i] {
			count++
		}
	}
	if count < 40 || count > 80 {
		t.Errorf("%d of 200 were refused, 60 were expected", count)
	}
}

func TestTheBehaviourCanBeSeenAndIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	want := tabi.Behaviour{Late: 10, LateFor: time.Second, Notices: 8}
	w.misbehave(want)
	if got, err := w.issuer.Behaviour(w.brand.ID); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := w.issuer.Behaviour(w.brands[1].ID); err != nil || got != tabi.Normal() {
		t.Errorf("another brand: %+v, %v", got, err)
	}
	for _, b := range []tabi.Behaviour{{Slow: 1001}, {Late: -1}, {Notices: 9}, {Notices: -1}, {SlowFor: -1},
		{PollsCount: 1001}, {HidesCount: -1}, {NoticesWithin: -time.Second}} {
		if err := w.issuer.Misbehave(w.brand.ID, b); fault.CodeOf(err) != tabi.CodeBehaviourMalformed {
			t.Errorf("%+v: %v", b, err)
		}
	}
	if err := w.issuer.Misbehave("nobody", tabi.Normal()); fault.CodeOf(err) != book.CodeBrandUnknown {
		t.Errorf("nobody: %v", err)
	}
}
