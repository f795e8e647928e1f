// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"reflect"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// tester is a *testing.T or a *rapid.T.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

func yen(minor int64) money.Amount { return money.New(minor, money.JPY) }

func hkd(minor int64) money.Amount { return money.New(minor, money.HKD) }

// sameCurrency is a payment of 1,000 yen from a wallet in yen; our fee is 2 % and goes back with refunds.
func sameCurrency() payment.Request {
	return payment.Request{ID: ident.Name(0, ident.Payment, "SHOP", "", "p-1"), Client: "SHOP", RequestID: "p-1", At: noon,
		Order: "o-1", Merchant: merchant.NameOf(0, "acq", "m-1"), Store: "s-1", Wallet: "jp", Price: yen(1000),
		Payer: yen(1000), Base: yen(1000), Fee: yen(20), FeeBack: true}
}

// converted is a payment of 1,000 yen for HKD 51.50, of which HKD 0.30 is the spread.
func converted() payment.Request {
	r := sameCurrency()
	r.Wallet, r.Payer, r.Base, r.Rounding = "hk", hkd(5150), hkd(5120), money.HalfEven
	r.Quote = ident.DigestOf(ident.Quote, "sample")
	return r
}

// book keeps one payment as the house does: each change becomes a row that is read back and folded, and its postings are
// booked.
//
// Invariant: what is folded from the rows is what the changes made of the payment directly.
type book struct {
	t        tester
	p        *payment.Payment
	folded   *payment.Payment // nil in a fork: what many forks share is folded once
	rows     []ledger.Row
	balances map[ledger.Account]int64 // debits less credits
	intended bool                     // a cancel was intended: from here on nothing credits the merchant
	listen   func(c *payment.Change)  // told of every change, where it is set
}

func open(t tester, r payment.Request) *book {
	return &book{t: t, p: &payment.Payment{Request: r}, folded: &payment.Payment{Request: r},
		balances: map[ledger.Account]int64{}}
}

// sent is a book whose payment's wallet is being asked.
func sent(t tester, r payment.Request) *book {
	b := open(t, r)
	b.write(b.p.SentBy())
	return b
}

func (b *book) write(changes ...payment.Change) {
	b.t.Helper()
	for i := range changes {
		c := &changes[i]
		n := int64(len(b.rows) + 1)
		at := noon.Add(time.Duration(n) * time.Second)
		if err := b.p.Apply(c, n, at); err != nil {
			b.t.Fatalf("change %d: %v", n, err)
		}
		row := ledger.Row{N: n, At: at.UnixMicro(), Kind: c.Kind, Subject: c.Subject}
		if b.folded != nil {
			row.Body = c.Body()
			b.fold(c, &row)
		}
		b.rows = append(b.rows, row)
		b.post(c)
	}
}

// fold reads a row back and folds it beside the payment that was changed directly.
func (b *book) fold(c *payment.Change, row *ledger.Row) {
	b.t.Helper()
	read, err := payment.ChangeOf(row, &b.p.Request)
	if err != nil {
		b.t.Fatalf("row %d, %v: %v", row.N, c.Kind, err)
	}
	told := *c
	told.Postings = nil
	if !reflect.DeepEqual(read, told) {
		b.t.Fatalf("row %d, %v, is read as %+v, not %+v", row.N, c.Kind, read, told)
	}
	if err := b.folded.Apply(&read, row.N, payment.TimeOf(row.At)); err != nil {
		b.t.Fatalf("row %d: %v", row.N, err)
	}
	if !reflect.DeepEqual(b.p, b.folded) {
		b.t.Fatalf("row %d, %v: folded %+v, changed %+v", row.N, c.Kind, b.folded, b.p)
	}
}

// post books a change's postings. Once a cancel is intended, none may credit the merchant (invariant I-07).
func (b *book) post(c *payment.Change) {
	b.t.Helper()
	b.intended = b.intended || c.Kind == ledger.PaymentCancelling
	for _, p := range c.Postings {
		if b.intended && p.Credit.Purpose == ledger.MerchantPayable {
			b.t.Fatalf("%v credits the merchant with %v after a cancel was intended", c.Kind, p.Amount)
		}
		b.balances[p.Debit] += p.Amount.Minor()
		b.balances[p.Credit] -= p.Amount.Minor()
	}
	if b.listen != nil {
		b.listen(c)
	}
}

// side is the balance of the payment's account of a purpose in a currency, counted on the purpose's own side.
func (b *book) side(purpose ledger.Purpose, c money.Currency) int64 {
	var sum int64
	for a, balance := range b.balances {
		if a.Purpose == purpose && a.Currency == c {
			sum += balance
		}
	}
	if purpose.DebitNormal() {
		return sum
	}
	return -sum
}

// checkSums fails unless the books balance in each currency (invariant I-01).
func (b *book) checkSums() {
	b.t.Helper()
	sums := map[money.Currency]int64{}
	for a, balance := range b.balances {
		sums[a.Currency] += balance
	}
	for c, sum := range sums {
		if sum != 0 {
			b.t.Fatalf("the books are off by %d %v", sum, c)
		}
	}
}

// checkEmpty fails unless every account is back where it was.
func (b *book) checkEmpty() {
	b.t.Helper()
	for a, balance := range b.balances {
		if balance != 0 {
			b.t.Fatalf("%v is left with %d", a, balance)
		}
	}
}

// What wallets say, in most tests.
var (
	yes      = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "W1", PartnerAt: noon}
	again    = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "W2", PartnerAt: noon}
	no       = wallet.Answer{Verdict: wallet.Declined, Code: wire.UserBalanceNotEnough}
	nothing  = wallet.Answer{}
	never    = wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderNotExist}
	returned = wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: "R1", PartnerAt: noon}
	refused  = wallet.Answer{Verdict: wallet.Declined, Code: wire.RefundNotSupported}
)

// refund is the nth refund of the book's payment.
func (b *book) refund(n int, amount money.Amount) *payment.RefundRequest {
	name := "r-" + string(rune('0'+n/10)) + string(rune('0'+n%10))
	return &payment.RefundRequest{ID: ident.Name(0, ident.Refund, "SHOP", "", name), Payment: b.p.ID, Client: "SHOP",
		RequestID: name, At: noon, Amount: amount}
}

// reserve writes the nth refund, and gives its id.
func (b *book) reserve(n int, amount money.Amount) ident.Digest {
	b.t.Helper()
	r := b.refund(n, amount)
	b.write(b.p.RefundReserved(r))
	return r.ID.Digest
}
