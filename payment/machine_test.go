// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// machineRun is one payment under whatever the world does to it, beside its model.
type machineRun struct {
	*book
	m       *model
	sayings []func() // every message that ever arrived: each may arrive again
	failed  bool     // a refund has failed: shares may be off their proportion by what it left
}

// drawRequest draws a payment in one currency or in two, with amounts from one unit up.
func drawRequest(t *rapid.T) payment.Request {
	r := sameCurrency()
	minor := rapid.Int64Range(1, 3000).Draw(t, "price")
	r.Price, r.FeeBack = yen(minor), rapid.Bool().Draw(t, "fee goes back")
	r.Fee = yen(rapid.Int64Range(0, minor).Draw(t, "fee"))
	r.Payer, r.Base = r.Price, r.Price
	if rapid.Bool().Draw(t, "converted") {
		all := rapid.Int64Range(1, 3000).Draw(t, "payer")
		r.Wallet, r.Payer, r.Base = "hk", hkd(all), hkd(rapid.Int64Range(0, all).Draw(t, "base"))
		r.Quote = ident.DigestOf(ident.Quote, "sample")
		r.Rounding = rapid.SampledFrom([]money.Rounding{money.HalfEven, money.HalfUp, money.Down, money.Up}).Draw(t, "rounding")
	}
	return r
}

// drawAnswer draws anything a wallet can say, honest or not, about a charge or a refund of so much.
func drawAnswer(t *rapid.T, price, payer money.Amount) wallet.Answer {
	verdicts := []wallet.Verdict{wallet.Unknown, wallet.Succeeded, wallet.Succeeded, wallet.Succeeded, wallet.Declined}
	a := wallet.Answer{Verdict: rapid.SampledFrom(verdicts).Draw(t, "verdict"), Code: wire.Success,
		Detail: rapid.SampledFrom([]string{"", "it was slow"}).Draw(t, "detail")}
	if a.Verdict == wallet.Unknown {
		a.Code = wire.PaymentInProcess
	}
	if a.Verdict == wallet.Declined {
		a.Code = rapid.SampledFrom([]wire.ResultCode{wire.OrderNotExist, wire.OrderIsCanceled, wire.RiskReject}).Draw(t, "code")
		return a
	}
	a.Partner = rapid.SampledFrom([]string{"W1", "W1", "W1", "W2", "W3", ""}).Draw(t, "partner")
	a.PartnerAt = rapid.SampledFrom([]time.Time{noon, {}, time.Unix(0, 0), time.Unix(-9, 0), noon.AddDate(30_000, 0, 0),
		noon.Add(123).In(time.FixedZone("JST", 9*60*60))}).Draw(t, "at")
	if rapid.IntRange(0, 3).Draw(t, "tells amounts") == 0 {
		a.Price = rapid.SampledFrom([]money.Amount{price, price, yen(price.Minor() + 1), hkd(price.Minor())}).Draw(t, "price")
		more := money.New(payer.Minor()+1, payer.Currency())
		a.Payer = rapid.SampledFrom([]money.Amount{payer, payer, more, {}}).Draw(t, "payer")
	}
	return a
}

// say lets a message arrive, and remembers it.
func (r *machineRun) say(message func()) {
	r.sayings = append(r.sayings, message)
	message()
}

func (r *machineRun) actions() map[string]func(*rapid.T) {
	answer := func(t *rapid.T) wallet.Answer { return drawAnswer(t, r.p.Price, r.p.Payer) }
	return map[string]func(*rapid.T){
		"the wallet answers, or notifies": func(t *rapid.T) {
			a := answer(t)
			r.say(func() { r.write(r.p.Hear(a)...); r.m.hear(a) })
		},
		"the caller or the clock cancels": func(t *rapid.T) {
			if r.p.Cancellable() != r.m.cancellable() {
				t.Fatalf("%v is cancellable: %v", r.p.State, r.p.Cancellable())
			}
			if r.m.cancellable() && rarely(t) {
				causes := []payment.Cause{payment.ByCaller, payment.ByClock, payment.ByOperator}
				r.write(r.p.CancelIntended(rapid.SampledFrom(causes).Draw(t, "cause")))
				r.m.cancel()
			}
		},
		"the wallet answers the cancel": func(t *rapid.T) {
			a := answer(t)
			r.say(func() {
				if r.p.State == payment.Cancelling && a.Verdict == wallet.Succeeded {
					r.write(r.p.CancelConfirmed(payment.ByWallet))
				}
				r.m.cancelled(a)
			})
		},
		"the window is closed, and an inquiry answered": func(t *rapid.T) {
			a := answer(t)
			r.say(func() { r.write(r.p.HearAfterWindow(a)...); r.m.afterWindow(a) })
		},
		"a refund of our own is answered": func(t *rapid.T) {
			a := answer(t)
			r.say(func() { r.write(r.p.HearReturn(a)...); r.m.givenBack(a) })
		},
		"an inquiry about a stray is answered": func(t *rapid.T) {
			a := answer(t)
			r.say(func() { r.write(r.p.HearOfStray(a)...); r.m.strayAsked(a) })
		},
		"the caller refunds":     r.askRefund,
		"a refund is answered":   r.answerRefund,
		"a message comes again":  r.hearAgain,
		"a message comes, twice": func(t *rapid.T) { r.hearAgain(t); r.hearAgain(t) },
		"":                       func(t *rapid.T) { r.check() },
	}
}

func (r *machineRun) hearAgain(t *rapid.T) {
	if len(r.sayings) > 0 {
		r.sayings[rapid.IntRange(0, len(r.sayings)-1).Draw(t, "which")]()
	}
}

func (r *machineRun) askRefund(t *rapid.T) {
	left := r.p.Price.Sub(r.p.GivenBack().Price).Minor()
	request := r.refund(len(r.p.Refunds)+1, yen(1))
	if r.m.place != "SUCCESS" || left == 0 {
		r.write(request.RefundRefused(wire.OrderStatusInvalid, "the payment is not successful"))
		r.m.refunds[request.ID.Digest] = &modelRefund{place: "FAILED"}
		return
	}
	request.Amount = yen(rapid.OneOf(rapid.Int64Range(1, left), rapid.Just(left), rapid.Just(min(left, 3))).Draw(t, "amount"))
	before := r.p.GivenBack()
	r.write(r.p.RefundReserved(request))
	shares := r.p.Refund(request.ID.Digest).Amounts
	r.m.refunds[request.ID.Digest] = &modelRefund{place: "RESERVED", shares: shares}
	if !r.failed {
		r.checkShares(before, shares)
	}
}

// checkShares holds a refund's shares against the exact proportions (invariant I-12): the payer's money by the price, the base
// by the payer's money, each less what went back before.
func (r *machineRun) checkShares(before, got payment.Shares) {
	r.t.Helper()
	returned := func(refunded int64) (payer, base int64) {
		payer = nearest(r.p.Payer.Minor(), refunded, r.p.Price.Minor(), r.p.Rounding)
		return payer, nearest(r.p.Base.Minor(), payer, r.p.Payer.Minor(), r.p.Rounding)
	}
	payer, base := returned(before.Price.Add(got.Price).Minor())
	payerBefore, baseBefore := returned(before.Price.Minor())
	if got.Payer.Minor() != payer-payerBefore || got.Base.Minor() != base-baseBefore {
		r.t.Fatalf("a refund of %v after %v gives back %+v, not %d and %d", got.Price, before.Price, got, payer-payerBefore,
			base-baseBefore)
	}
}

// nearest is total × part ÷ whole, rounded as a mode says, by an arithmetic of its own.
func nearest(total, part, whole int64, mode money.Rounding) int64 {
	exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(total), big.NewInt(part)), big.NewInt(whole))
	floor := new(big.Int).Quo(exact.Num(), exact.Denom())
	rest := new(big.Rat).Sub(exact, new(big.Rat).SetInt(floor))
	up := false
	switch half := rest.Cmp(big.NewRat(1, 2)); mode {
	case money.Down:
	case money.Up:
		up = rest.Sign() > 0
	case money.HalfUp:
		up = half >= 0
	default:
		up = half > 0 || (half == 0 && floor.Bit(0) == 1)
	}
	if up {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.Int64()
}

func (r *machineRun) answerRefund(t *rapid.T) {
	if len(r.p.Refunds) == 0 {
		return
	}
	refund := r.p.Refunds[rapid.IntRange(0, len(r.p.Refunds)-1).Draw(t, "refund")]
	amounts := refund.Amounts
	if !amounts.Price.Positive() {
		amounts.Price, amounts.Payer = r.p.Price, r.p.Payer
	}
	a := drawAnswer(t, amounts.Price, amounts.Payer)
	r.say(func() {
		r.write(r.p.HearRefund(refund.ID, a)...)
		r.m.refundHeard(refund.ID, a)
		r.failed = r.failed || r.m.refunds[refund.ID].place == "FAILED"
	})
}

func (r *machineRun) check() {
	r.t.Helper()
	if got := strings.ToUpper(r.p.State.String()); got != r.m.place {
		r.t.Fatalf("the payment is %s, the model %s", got, r.m.place)
	}
	if r.p.Stray != r.m.stray || !slices.Equal(r.p.Reversed, r.m.reversed) ||
		(len(r.p.Contradictions) > 0) != (r.m.breaks > 0) {
		r.t.Fatalf("stray %q, reversed %q, breaks %q; the model has %q, %q, %d", r.p.Stray, r.p.Reversed, r.p.Contradictions,
			r.m.stray, r.m.reversed, r.m.breaks)
	}
	r.checkRefunds()
	r.checkBalances()
	r.checkTold()
	open := r.m.stray != "" || slices.Contains([]string{"SENT", "UNKNOWN", "CANCELLING", "REFUNDING"}, r.m.place) ||
		r.m.sum(price, "RESERVED", "UNKNOWN") > 0
	if r.p.Open() != open {
		r.t.Fatalf("somebody must be asked: %v", r.p.Open())
	}
}

// checkRefunds holds invariant I-10: what is reserved or given back is within the payment, in each part, at every step; and
// once the whole price is, the whole of each part is.
func (r *machineRun) checkRefunds() {
	r.t.Helper()
	words := map[payment.RefundState]string{payment.RefundSent: "RESERVED", payment.RefundUnknown: "UNKNOWN",
		payment.RefundSuccess: "DONE", payment.RefundFailed: "FAILED"}
	for i := range r.p.Refunds {
		one := &r.p.Refunds[i]
		if words[one.State] != r.m.refunds[one.ID].place {
			r.t.Fatalf("refund %d is %v, the model's %s", i, one.State, r.m.refunds[one.ID].place)
		}
		if s := one.Amounts; !one.SentAt.IsZero() && (!s.Price.Positive() || s.Payer.Negative() || s.Base.Negative() ||
			s.Fee.Negative() || s.Spread().Negative() || s.Fee.Compare(s.Price) > 0 || s.Price != one.Asked) {
			r.t.Fatalf("refund %d of %v gives back %+v", i, one.Asked, s)
		}
	}
	back, whole := r.p.GivenBack(), payment.Shares{Price: r.p.Price, Payer: r.p.Payer, Base: r.p.Base, Fee: r.p.Fee}
	if !r.p.FeeBack {
		whole.Fee = money.Zero(r.p.Fee.Currency())
	}
	if back.Price.Compare(whole.Price) > 0 || back.Payer.Compare(whole.Payer) > 0 || back.Base.Compare(whole.Base) > 0 ||
		back.Spread().Compare(whole.Spread()) > 0 || back.Fee.Compare(whole.Fee) > 0 {
		r.t.Fatalf("of %+v goes back %+v", whole, back)
	}
	if back.Price == whole.Price && back != whole {
		r.t.Fatalf("the price has gone back, but of %+v only %+v", whole, back)
	}
	if r.m.place == "CANCELLED" && !back.Price.IsZero() {
		r.t.Fatalf("a cancelled payment has given back %v by refunds", back.Price)
	}
}

// checkBalances holds the seven accounts against where the model stands, and I-01.
func (r *machineRun) checkBalances() {
	r.t.Helper()
	r.checkSums()
	want := r.m.balances()
	price, payer := r.p.Price.Currency(), r.p.Payer.Currency()
	for purpose, currency := range map[ledger.Purpose]money.Currency{ledger.WalletReceivable: payer,
		ledger.SpreadIncome: payer, ledger.WalletSuspense: payer, ledger.MerchantPayable: price,
		ledger.MerchantSuspense: price, ledger.FeeIncome: price} {
		if got := r.side(purpose, currency); got != want[purpose] {
			r.t.Fatalf("%v holds %d, not %d", purpose, got, want[purpose])
		}
	}
	inPayer, inPrice := r.m.liquidity()
	if !r.p.Converted() {
		inPayer, inPrice = 0, 0
	}
	if got := r.side(ledger.Liquidity, payer); r.p.Converted() && got != inPayer {
		r.t.Fatalf("our position in %v is %d, not %d", payer, got, inPayer)
	}
	if got := r.side(ledger.Liquidity, price); got != inPrice {
		r.t.Fatalf("our position in %v is %d, not %d", price, got, inPrice)
	}
}

// checkTold holds invariant I-06: what callers are told that is definite is a beginning of S, C, or F, or C.
func (r *machineRun) checkTold() {
	r.t.Helper()
	if now := r.m.answer(); now != "" && (len(r.m.told) == 0 || r.m.told[len(r.m.told)-1] != now) {
		r.m.told = append(r.m.told, now)
	}
	if told := strings.Join(r.m.told, ""); !slices.Contains([]string{"", "S", "SC", "F", "C"}, told) {
		r.t.Fatalf("callers were told %s", told)
	}
}

// Whatever wallets, callers and clocks do, in any order and number, the payment stands where its model does, and so do the
// books.
func TestPaymentFollowsItsModelWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		request := drawRequest(t)
		run := &machineRun{book: sent(t, request), m: newModel(request)}
		story := rapid.IntRange(0, 4).Draw(t, "story")
		if story > 0 { // begin where chance alone seldom leads
			run.say(func() { run.write(run.p.Hear(yes)...); run.m.hear(yes) })
		}
		if story > 3 {
			run.write(run.p.CancelIntended(payment.ByCaller))
			run.m.cancel()
		}
		t.Repeat(run.actions())
	})
}
