// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// pay answers a PayRequest: S is debited, F never will be, U is asked about later.
func (s *Issuer) pay(ctx context.Context, q *request) any {
	var in aps.PayRequest
	if err := q.read(&in); err != nil {
		return refusedBy(err)
	}
	if in.PaymentFactor.InStorePaymentScenario != wire.ScenarioPaymentCode {
		return failed(wire.BusinessNotSupport, "paymentFactor.inStorePaymentScenario must be PaymentCode")
	}
	asked, err := q.asked(&in)
	if err != nil {
		return refusedBy(err)
	}
	out := aps.PayResponse{AcquirerID: in.AcquirerID, PspID: in.PspID, PaymentRequestID: in.PaymentRequestID}
	p, err := s.books.Pay(asked)
	if err != nil {
		out.Result = resultOf(err)
		return out
	}
	if q.fate.noticeFirst && p.Definite() && p.State != book.Cancelled {
		if p, err = s.tellFirst(ctx, q.brand, p); err != nil {
			out.Result = resultOf(err)
			return out
		}
	}
	if p.State == book.Debited && q.fate.contradicts {
		out.Result = wire.NewResult(wire.ProcessFail, "")
		return out
	}
	out.Result = wire.NewResult(p.Answer(), "")
	if p.State == book.Debited {
		t := told(p, q.brand, q.fate)
		out.PaymentID, out.PaymentTime, out.CustomerID, out.WalletBrandName = t.id, t.at, t.customer, t.brand
		out.PaymentAmount, out.PayToAmount = t.price, t.payer
	}
	return out
}

// tellFirst sends a message before the answer, and is the payment after it: given back when the platform refuses it.
func (s *Issuer) tellFirst(ctx context.Context, b *brand, p Payment) (Payment, error) {
	if s.tell(ctx, b, book.Notice{Result: p.Answer(), Payment: p}) != book.GiveBack {
		return p, nil
	}
	if err := s.books.GiveBack(p.Brand, p.Request, s.now()); err != nil {
		return p, err
	}
	return s.books.Payment(p.Brand, p.Request)
}

// asked is a request to pay as the books take it.
func (q *request) asked(in *aps.PayRequest) (book.Pay, error) {
	out := book.Pay{Brand: q.brand.ID, Request: string(in.PaymentRequestID), Code: string(in.PaymentMethod.PaymentMethodID),
		Customer: string(in.PaymentMethod.CustomerID), Merchant: merchantOf(in.Order), At: q.now, Terms: q.brand.terms(),
		Whim: q.fate.whim}
	var err error
	if out.Price, err = in.PaymentAmount.Money("paymentAmount"); err != nil {
		return book.Pay{}, err
	}
	if out.Payer, err = in.PayToAmount.Money("payToAmount"); err != nil {
		return book.Pay{}, err
	}
	out.Expires, err = timeOf(in.PaymentExpiryTime)
	return out, err
}

// timeOf is a time that may be absent.
func timeOf(text wire.Text) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return wire.ParseTime(string(text))
}

// merchantOf is the name of the place that is paid, as the payer sees it.
func merchantOf(order *wire.Order) string {
	if order == nil || order.Merchant == nil {
		return ""
	}
	m := order.Merchant
	for _, name := range []wire.Text{m.MerchantDisplayName, m.MerchantName} {
		if name != "" {
			return string(name)
		}
	}
	return ""
}

// telling is what the platform is told of a payment that was taken.
type telling struct {
	id, at, customer, brand wire.Text
	price, payer            *wire.Amount
}

// told is a payment as the platform hears of it, with what fate makes wrong.
func told(p Payment, b *brand, f fate) telling {
	t := telling{id: wire.Text(p.ID), customer: wire.Text(p.User), brand: wire.Text(b.Name), price: wire.AmountOf(p.Price),
		payer: wire.AmountOf(p.Payer)}
	if !p.PaidAt.IsZero() {
		t.at = wire.Text(wire.FormatTime(p.PaidAt, networkZone))
	}
	if f.wrongAmount {
		t.payer = tooMuch(p.Payer)
	}
	if f.wrongID {
		t.id += "X"
	}
	return t
}

// tooMuch is an amount that is wrong by one minor unit.
func tooMuch(a money.Amount) *wire.Amount { return wire.AmountOf(a.Add(money.New(1, a.Currency()))) }

// inquire answers an InquiryPaymentRequest: its result is about the question, paymentResult about the money.
func (s *Issuer) inquire(q *request) any {
	var in aps.InquiryPaymentRequest
	if err := q.read(&in); err != nil {
		return refusedBy(err)
	}
	out := aps.InquiryPaymentResponse{AcquirerID: in.AcquirerID, PspID: in.PspID}
	p, found, err := s.books.Inquire(q.brand.ID, string(in.PaymentRequestID), q.now)
	switch {
	case err != nil:
		out.Result = resultOf(err)
		return out
	case !found:
		out.Result = wire.NewResult(wire.OrderNotExist, "")
		return out
	}
	result := wire.NewResult(p.Answer(), "")
	out.Result, out.PaymentResult = wire.NewResult(wire.Success, ""), &result
	out.PaymentRequestID = in.PaymentRequestID
	if p.State == book.Debited {
		t := told(p, q.brand, q.fate)
		out.PaymentID, out.PaymentTime, out.CustomerID, out.WalletBrandName = t.id, t.at, t.customer, t.brand
		out.PaymentAmount, out.PayToAmount = t.price, t.payer
	}
	return out
}

// cancel answers a CancelPaymentRequest.
func (s *Issuer) cancel(q *request) any {
	var in aps.CancelPaymentRequest
	if err := q.read(&in); err != nil {
		return refusedBy(err)
	}
	out := aps.CancelPaymentResponse{AcquirerID: in.AcquirerID, PspID: in.PspID}
	switch {
	case q.fate.cancelLies:
		out.Result = wire.NewResult(wire.Success, "")
		return out
	case q.fate.cancelLate:
		out.Result = wire.NewResult(wire.CancelWindowExceed, "")
		return out
	case q.fate.cancelWaits:
		out.Result = wire.NewResult(wire.UnknownException, "")
		return out
	}
	code, err := s.books.Cancel(q.brand.ID, string(in.PaymentRequestID), q.now)
	if err != nil {
		out.Result = resultOf(err)
		return out
	}
	out.Result = wire.NewResult(code, "")
	return out
}

// refund answers a RefundRequest.
func (s *Issuer) refund(q *request) any {
	var in aps.RefundRequest
	if err := q.read(&in); err != nil {
		return refusedBy(err)
	}
	price, err := in.RefundAmount.Money("refundAmount")
	if err != nil {
		return refusedBy(err)
	}
	payer, err := in.RefundFromAmount.Money("refundFromAmount")
	if err != nil {
		return refusedBy(err)
	}
	out := aps.RefundResponse{AcquirerID: in.AcquirerID, PspID: in.PspID, RefundRequestID: in.RefundRequestID}
	r, err := s.books.Refund(book.Refund{Brand: q.brand.ID, Request: string(in.RefundRequestID),
		Payment: string(in.PaymentRequestID), PaymentID: string(in.PaymentID), Price: price, Payer: payer,
		Days: q.brand.RefundDays, At: q.now, Due: q.fate.refundDue})
	if err != nil {
		out.Result = resultOf(err)
		return out
	}
	out.Result = wire.NewResult(r.Result, "")
	if r.Result != wire.Success {
		return out
	}
	out.RefundID, out.RefundTime = wire.Text(r.ID), wire.Text(wire.FormatTime(r.At, networkZone))
	out.RefundAmount, out.RefundFromAmount = wire.AmountOf(r.Price), wire.AmountOf(r.Payer)
	if q.fate.wrongAmount {
		out.RefundFromAmount = tooMuch(r.Payer)
	}
	if q.fate.wrongID {
		out.RefundID += "X"
	}
	return out
}
