// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"crypto/sha256"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// The auditor's arithmetic and canonical forms share no line with the program's: here each is held against the other.

func TestRoundingIsThatOfMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(0, 1_000_000_000).Draw(t, "amount")
		num := rapid.Int64Range(0, 1_000_000).Draw(t, "num")
		den := rapid.Int64Range(1, 1_000_000).Draw(t, "den")
		mode := money.Rounding(rapid.IntRange(int(money.HalfEven), int(money.Up)).Draw(t, "mode"))
		ratio, err := money.RatioOf(num, den)
		if err != nil {
			t.Fatal(err)
		}
		want, err := money.New(a, money.JPY).Scale(ratio, mode)
		got, ok := rounded(product(a, num, den), mode)
		if err != nil || !ok || got != want.Minor() {
			t.Fatalf("%d × %d ÷ %d, %v: %d, %v %v", a, num, den, mode, got, want, err)
		}
	})
}

func TestTiesAreRoundedByTheirNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		num, den   int64
		even, half int64
		down, up   int64
	}{
		{1, 2, 0, 1, 0, 1}, {3, 2, 2, 2, 1, 2}, {5, 2, 2, 3, 2, 3}, {1, 3, 0, 0, 0, 1}, {2, 3, 1, 1, 0, 1}, {4, 2, 2, 2, 2, 2},
		{0, 7, 0, 0, 0, 0},
	} {
		for mode, want := range map[money.Rounding]int64{money.HalfEven: c.even, money.HalfUp: c.half, money.Down: c.down,
			money.Up: c.up} {
			if got, ok := rounded(product(1, c.num, c.den), mode); !ok || got != want {
				t.Errorf("%d/%d %v is %d", c.num, c.den, mode, got)
			}
		}
	}
	if _, ok := rounded(product(1<<62, 4, 1), money.Down); ok {
		t.Error("2^64 fits 63 bits")
	}
	if _, ok := rounded(product(1, 1, 0), money.Down); ok {
		t.Error("1 ÷ 0 is a number")
	}
}

func TestConversionIsThatOfMoneyInEachPairOfExponents(t *testing.T) {
	t.Parallel()
	in := []money.Currency{money.JPY, money.HKD, money.KWD, money.CLF}
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.SampledFrom(in).Draw(t, "from"), rapid.SampledFrom(in).Draw(t, "to")
		price := rapid.Int64Range(0, 1_000_000_000).Draw(t, "price")
		num, den := rapid.Int64Range(1, 1_000_000).Draw(t, "num"), rapid.Int64Range(1, 1_000_000).Draw(t, "den")
		mode := money.Rounding(rapid.IntRange(int(money.HalfEven), int(money.Up)).Draw(t, "mode"))
		ratio, _ := money.RatioOf(num, den)
		rate, err := money.NewRate(from, to, ratio)
		if err != nil {
			t.Fatal(err)
		}
		want, err := rate.Convert(money.New(price, from), mode)
		if got, ok := rounded(converted(price, from, to, num, den), mode); ok != (err == nil) || ok && got != want.Minor() {
			t.Fatalf("%v at %v: %d %v, %v %v", price, rate, got, ok, want, err)
		}
	})
}

// request is any request of a payment that is converted.
func request(t *rapid.T) *payment.Request {
	text := func(name string) string { return rapid.StringN(0, 5, 40).Draw(t, name) }
	digest := func(name string) (d ident.Digest) {
		copy(d[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, name))
		return d
	}
	minor := func(name string) int64 { return rapid.Int64Range(0, 1_000_000_000).Draw(t, name) }
	lane := ident.Lane(rapid.IntRange(0, ident.LanesMax-1).Draw(t, "lane"))
	customer, _ := money.RatioOf(minor("num"), 1+minor("den"))
	base, _ := money.RatioOf(minor("base num"), 1+minor("base den"))
	r := &payment.Request{
		ID: ident.ID{Lane: lane, Digest: digest("id")}, Merchant: ident.ID{Lane: lane, Digest: digest("merchant")},
		At:      time.UnixMicro(minor("at")).UTC(),
		Account: text("account"), RequestID: text("request"), Order: text("order"), Store: text("store"),
		Terminal: text("terminal"), Quote: digest("quote"), Customer: customer, BaseRate: base,
		Rounding: money.Rounding(rapid.IntRange(0, 4).Draw(t, "rounding")), FeeBack: rapid.Bool().Draw(t, "fee back"),
		Price: money.New(minor("price"), money.JPY), Payer: money.New(minor("payer"), money.HKD),
		Base: money.New(minor("base"), money.HKD), Fee: money.New(minor("fee"), money.JPY),
		ExpiresAt: payment.TimeOf(minor("expires")),
	}
	r.Client, r.Wallet = ident.Client(text("client")), "w"
	r.Code, r.Fingerprint = payment.Mark(digest("code")), payment.Mark(digest("print"))
	if rapid.Bool().Draw(t, "sealed") {
		r.Sealed = sha256.Sum256([]byte(text("sealed")))
	}
	return r
}

// stored is the request as its row.
func stored(r *payment.Request) *paymentRow {
	num, den := r.Customer.Terms()
	baseNum, baseDen := r.BaseRate.Terms()
	p := &paymentRow{id: r.ID.Digest, at: payment.Micros(r.At), expires: payment.Micros(r.ExpiresAt), account: r.Account,
		request: r.RequestID, ordered: r.Order, store: r.Store, terminal: r.Terminal,
		fingerprint: ident.Digest(r.Fingerprint), quote: r.Quote, rateNum: num, rateDen: den, baseNum: baseNum,
		baseDen: baseDen, roundingAs: int64(r.Rounding)}
	p.terms = terms{price: r.Price.Minor(), payer: r.Payer.Minor(), base: r.Base.Minor(), fee: r.Fee.Minor(),
		currency: r.Price.Currency(), payerCurrency: r.Payer.Currency(), merchant: r.Merchant.Digest,
		code: ident.Digest(r.Code), wallet: string(r.Wallet), client: string(r.Client)}
	if r.FeeBack {
		p.feeBackAs = 1
	}
	if r.Sealed != (payment.Commitment{}) {
		p.sealed = r.Sealed[:]
	}
	return p
}

func TestCommitmentsAreThoseOfThePayment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := request(t)
		want := r.CommitmentOf()
		if !stored(r).bound(r.ID.Lane.Key(), string(want[:])) {
			t.Fatalf("another commitment for %+v", r)
		}
		refund := &payment.RefundRequest{ID: r.ID, Payment: r.Merchant, Client: r.Client, Account: r.Account,
			RequestID: r.RequestID, At: r.At, Reference: r.Order, Amount: r.Price, Sealed: r.Sealed}
		row := &refundRow{id: refund.ID.Digest, payment: refund.Payment.Digest, at: payment.Micros(refund.At),
			amount: refund.Amount.Minor(), currency: refund.Amount.Currency(), client: string(refund.Client),
			account: refund.Account, request: refund.RequestID, reference: refund.Reference, sealed: stored(r).sealed}
		if row.commitment(r.ID.Lane.Key()) != refund.CommitmentOf() {
			t.Fatalf("another commitment for %+v", refund)
		}
	})
}

func TestChainIsThatOfTheLedger(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bytes := rapid.SliceOfN(rapid.Byte(), 0, 300)
		row := ledger.Row{Lane: ident.Lane(rapid.IntRange(0, ident.LanesMax-1).Draw(t, "lane")), N: rapid.Int64().Draw(t, "n"),
			At: rapid.Int64().Draw(t, "at"), Kind: ledger.Kind(rapid.Byte().Draw(t, "kind")),
			Origin: rapid.Int64().Draw(t, "origin"), Previous: rapid.Int64().Draw(t, "previous"), Body: bytes.Draw(t, "body"),
			Transfers: bytes.Draw(t, "transfers")}
		copy(row.Subject[:], bytes.Draw(t, "subject"))
		var previous ledger.Hash
		copy(previous[:], bytes.Draw(t, "hash"))
		if chain(previous, row.Lane.Key(), &record{Row: row}) != row.Sum(previous) {
			t.Fatalf("another hash for %+v", row)
		}
	})
}

func TestRefundSharesAreThoseOfThePayment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := request(t)
		r.Price = money.New(rapid.Int64Range(1, 5000).Draw(t, "price"), money.JPY)
		r.Payer = money.New(rapid.Int64Range(1, 5000).Draw(t, "payer"), money.HKD)
		r.Base = money.New(rapid.Int64Range(0, r.Payer.Minor()).Draw(t, "base"), money.HKD)
		r.Fee = money.New(rapid.Int64Range(0, r.Price.Minor()).Draw(t, "fee"), money.JPY)
		row := stored(r)
		if row.rounding = money.HalfEven; r.Rounding.Valid() {
			row.rounding = r.Rounding
		}
		row.feeBack = r.FeeBack
		p := payment.Payment{Request: *r}
		var live parts
		for i := range rapid.IntRange(1, 6).Draw(t, "refunds") {
			left := r.Price.Minor() - live.price
			if left == 0 {
				break
			}
			amount := rapid.Int64Range(1, left).Draw(t, "amount")
			want, got := p.SharesOf(money.New(amount, money.JPY)), row.due(amount, live)
			if got != (parts{want.Price.Minor(), want.Payer.Minor(), want.Base.Minor(), want.Fee.Minor()}) {
				t.Fatalf("refund %d of %d after %+v: %+v, and the payment says %+v", i, amount, live, got, want)
			}
			state := payment.RefundSuccess
			if rapid.Bool().Draw(t, "fails") {
				state = payment.RefundFailed
			} else {
				live = live.plus(got)
			}
			p.Refunds = append(p.Refunds, payment.Refund{State: state, Amounts: want})
			if n := len(p.Refunds); n > 1 && rapid.IntRange(0, 3).Draw(t, "an earlier one fails") == 0 {
				if earlier := &p.Refunds[rapid.IntRange(0, n-1).Draw(t, "which")]; earlier.State == payment.RefundSuccess {
					earlier.State = payment.RefundFailed
					a := earlier.Amounts
					live = live.plus(parts{-a.Price.Minor(), -a.Payer.Minor(), -a.Base.Minor(), -a.Fee.Minor()})
				}
			}
		}
	})
}
