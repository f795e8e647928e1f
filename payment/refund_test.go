// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func paid(t tester, r payment.Request) *book {
	b := sent(t, r)
	b.write(b.p.Hear(yes)...)
	return b
}

// parts are a refund's shares in minor units: price, payer, base, fee.
type parts [4]int64

func partsOf(s payment.Shares) parts {
	return parts{s.Price.Minor(), s.Payer.Minor(), s.Base.Minor(), s.Fee.Minor()}
}

func TestRefundsInPartsAddUpToThePayment(t *testing.T) {
	t.Parallel()
	b := paid(t, converted())
	for i, want := range []parts{
		{333, 1715, 1705, 7}, // 1714.95, 1704.99, 6.66
		{333, 1715, 1705, 6}, // 13.32 in all
		{334, 1720, 1710, 7}, // what is left
	} {
		id := b.reserve(i+1, yen(want[0]))
		if got := partsOf(b.p.Refund(id).Amounts); got != want {
			t.Errorf("refund %d gives back %v, not %v", i+1, got, want)
		}
	}
	if got := partsOf(b.p.GivenBack()); got != (parts{1000, 5150, 5120, 20}) {
		t.Errorf("together %v", got)
	}
}

func TestRefundThatFailedIsRefundedAgain(t *testing.T) {
	t.Parallel()
	b := paid(t, converted())
	first, second := b.reserve(1, yen(333)), b.reserve(2, yen(333))
	b.write(b.p.HearRefund(first, refused)...)
	b.write(b.p.HearRefund(second, returned)...)
	if got := partsOf(b.p.GivenBack()); got != (parts{333, 1715, 1705, 6}) {
		t.Errorf("given back: %v", got)
	}
	b.reserve(3, yen(667))
	if got := partsOf(b.p.GivenBack()); got != (parts{1000, 5150, 5120, 20}) {
		t.Errorf("together %v", got)
	}
	if got := b.p.Refund(first); !got.Amounts.Price.Positive() || got.State != payment.RefundFailed || got.Asked != yen(333) {
		t.Errorf("the first is %+v", got)
	}
}

// Of a price of 100 that was paid with 10 = 9 + 1, the base part goes by the payer's money, not by the price: otherwise the
// step from 15 to 20, which gives the payer nothing, would move one unit from the spread to the base.
func TestBasePartGoesByThePayersMoney(t *testing.T) {
	t.Parallel()
	r := converted()
	r.Price, r.Payer, r.Base, r.Fee = yen(100), hkd(10), hkd(9), yen(0)
	b := paid(t, r)
	for i, want := range []parts{{15, 2, 2, 0}, {5, 0, 0, 0}, {80, 8, 7, 0}} {
		if got := partsOf(b.p.Refund(b.reserve(i+1, yen(want[0]))).Amounts); got != want {
			t.Errorf("refund %d gives back %v, not %v", i+1, got, want)
		}
	}
}

// A failed refund leaves less of the fee, or of the base, given back than is due. What the next one makes up for is never more
// than the refund itself: the merchant's net, or the spread, would be negative.
func TestPartOfARefundIsAtMostTheRefund(t *testing.T) {
	t.Parallel()
	r := converted()
	r.Price, r.Fee, r.Payer, r.Base = yen(6), yen(3), hkd(6), hkd(3)
	b := paid(t, r)
	first := b.reserve(1, yen(3)) // its fee is 2, the next one's nothing
	b.reserve(2, yen(2))
	b.write(b.p.HearRefund(first, refused)...)
	for i, want := range []int64{1, 2} {
		refund := b.p.Refund(b.reserve(i+3, yen([]int64{1, 3}[i])))
		if refund.Amounts.Fee != yen(want) || refund.Amounts.Base != hkd(want) {
			t.Errorf("refund %d takes a fee of %v, a base of %v", i+3, refund.Amounts.Fee, refund.Amounts.Base)
		}
	}
	if got := b.p.GivenBack(); got.Price != r.Price || got.Fee != r.Fee || got.Payer != r.Payer || got.Base != r.Base {
		t.Errorf("together %+v", got)
	}
}

// A failed refund leaves more given back than is due: the next one gives the payer nothing, never less.
func TestShareIsNeverNegative(t *testing.T) {
	t.Parallel()
	r := converted()
	r.Price, r.Payer, r.Base, r.Fee = yen(10), hkd(5), hkd(5), yen(0)
	b := paid(t, r)
	first := b.reserve(1, yen(1)) // half a cent: nothing
	b.reserve(2, yen(2))          // one cent and a half: 2
	b.write(b.p.HearRefund(first, refused)...)
	if got := partsOf(b.p.Refund(b.reserve(3, yen(1))).Amounts); got != (parts{1, 0, 0, 0}) {
		t.Errorf("the third gives back %v", got)
	}
	b.reserve(4, yen(7))
	if got := partsOf(b.p.GivenBack()); got != (parts{10, 5, 5, 0}) {
		t.Errorf("together %v", got)
	}
}

func TestRefundKeepsWhatTheWalletSaysOfIt(t *testing.T) {
	t.Parallel()
	b := paid(t, converted())
	id := b.reserve(1, yen(300))
	late := returned
	late.PartnerAt = noon.Add(time.Hour)
	b.write(b.p.HearRefund(id, late)...)
	r := b.p.Refund(id)
	if r.Partner != "R1" || !r.PartnerAt.Equal(late.PartnerAt) || !r.DoneAt.Equal(b.p.ChangedAt) || r.Result != wire.Success ||
		!r.SentAt.Equal(noon.Add(3*time.Second)) || b.p.Origin != 1 || b.p.Last != 4 {
		t.Errorf("%+v; rows %d to %d", r, b.p.Origin, b.p.Last)
	}
}

// Whatever fails in between, every amount that is left can be refunded, no part is ever negative or above what is left, and
// the whole price takes the whole of each part (invariant I-10).
func TestRefundNeverExceedsThePaymentWhateverFails(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawRequest(t)
		if rapid.Bool().Draw(t, "huge") {
			r.Price = yen(rapid.Int64Range(money.ParsedMax/2, money.ParsedMax).Draw(t, "price"))
			r.Fee = yen(rapid.Int64Range(0, r.Price.Minor()).Draw(t, "fee"))
			r.Payer, r.Base = r.Price, r.Price
			if r.Converted() {
				r.Payer = hkd(rapid.Int64Range(1, money.ParsedMax).Draw(t, "payer"))
				r.Base = hkd(rapid.Int64Range(0, r.Payer.Minor()).Draw(t, "base"))
			}
		}
		b := paid(t, r)
		run := &machineRun{book: b, m: newModel(r)}
		run.m.place, run.m.charge = "SUCCESS", "W1"
		for n := 1; n < 30; n++ {
			left := b.p.Price.Sub(b.p.GivenBack().Price).Minor()
			if left > 0 && rapid.IntRange(0, 2).Draw(t, "step") > 0 {
				amount := rapid.Int64Range(1, max(1, left/int64(rapid.IntRange(1, 8).Draw(t, "part")))).Draw(t, "amount")
				id := b.reserve(n, yen(amount))
				run.m.refunds[id] = &modelRefund{place: "RESERVED", shares: b.p.Refund(id).Amounts}
			} else if open := openRefunds(b.p); len(open) > 0 {
				id := open[rapid.IntRange(0, len(open)-1).Draw(t, "which")]
				b.write(b.p.HearRefund(id, refused)...)
				run.m.refundHeard(id, refused)
			}
			run.checkRefunds()
			run.checkBalances()
		}
		if left := b.p.Price.Sub(b.p.GivenBack().Price); left.Positive() {
			id := b.reserve(99, left)
			run.m.refunds[id] = &modelRefund{place: "RESERVED", shares: b.p.Refund(id).Amounts}
		}
		run.checkRefunds()
	})
}

func openRefunds(p *payment.Payment) (open []ident.Digest) {
	for _, r := range p.Refunds {
		if r.State.Open() {
			open = append(open, r.ID)
		}
	}
	return open
}

// Why the base part is not measured by the price: each part would be returned exactly, and yet one step would take spread
// back from the books.
func TestSharesMeasuredByThePriceAloneWouldTakeSpreadBack(t *testing.T) {
	t.Parallel()
	byPrice := func(part, refunded int64) int64 {
		share, err := money.New(part, money.HKD).Share(refunded, 100, money.HalfEven)
		if err != nil {
			t.Fatal(err)
		}
		return share.Minor()
	}
	payer, base := byPrice(10, 20)-byPrice(10, 15), byPrice(9, 20)-byPrice(9, 15)
	if payer-base != -1 {
		t.Fatalf("by the price alone the spread moves by %d", payer-base)
	}
	r := converted()
	r.Price, r.Payer, r.Base, r.Fee = yen(100), money.New(10, money.HKD), money.New(9, money.HKD), yen(0)
	b := paid(t, r)
	b.reserve(1, yen(15))
	if s := b.p.SharesOf(yen(5)); s.Payer.Minor() != payer || !s.Base.IsZero() || !s.Spread().IsZero() {
		t.Errorf("the shares are %+v", s)
	}
}
