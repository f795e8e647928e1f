// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"strconv"
	"sync"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// book is what an honest wallet knows of its payers' money.
type book struct {
	mutex    sync.Mutex
	payments map[string]*entry // by paymentRequestId
	refunds  map[string]string // refundId by refundRequestId
	counts   moved
}

// entry is one payment.
type entry struct {
	id           string
	price, payer money.Amount
	charged      bool
	cancelled    bool
}

func newBook() *book { return &book{payments: map[string]*entry{}, refunds: map[string]string{}} }

// partnerOf is the wallet's id of its n-th payment.
func partnerOf(n int) string { return "WALLET-PAYMENT-" + strconv.Itoa(n) }

func refundOf(n int) string { return "WALLET-REFUND-" + strconv.Itoa(n) }

func (b *book) moved() moved {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.counts
}

// charge debits a payer once under an id.
func (b *book) charge(requestID string, price, payer money.Amount) *entry {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if seen := b.payments[requestID]; seen != nil {
		return seen
	}
	b.counts.charges++
	e := &entry{id: partnerOf(b.counts.charges), price: price, payer: payer, charged: true}
	b.payments[requestID] = e
	return e
}

func success() wire.Result { return wire.NewResult(wire.Success, "") }

func told(at string, e *entry) (id, time wire.Text, price, payer *wire.Amount) {
	return wire.Text(e.id), wire.Text(at), wire.AmountOf(e.price), wire.AmountOf(e.payer)
}

func (b *book) pay(r *aps.PayRequest, at string) *aps.PayResponse {
	answer := &aps.PayResponse{PaymentRequestID: r.PaymentRequestID}
	price, err := r.PaymentAmount.Money("paymentAmount")
	payer, err2 := r.PayToAmount.Money("payToAmount")
	if err != nil || err2 != nil {
		answer.Result = wire.NewResult(wire.ParamIllegal, "")
		return answer
	}
	e := b.charge(string(r.PaymentRequestID), price, payer)
	switch {
	case e.cancelled:
		answer.Result = wire.NewResult(wire.OrderIsCanceled, "")
		return answer
	case e.price != price || e.payer != payer:
		answer.Result = wire.NewResult(wire.RepeatReqInconsistent, "")
		return answer
	}
	answer.Result = success()
	answer.PaymentID, answer.PaymentTime, answer.PaymentAmount, answer.PayToAmount = told(at, e)
	return answer
}

func (b *book) inquire(r *aps.InquiryPaymentRequest, at string) *aps.InquiryPaymentResponse {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	e := b.payments[string(r.PaymentRequestID)]
	answer := &aps.InquiryPaymentResponse{Result: success(), PaymentRequestID: r.PaymentRequestID}
	switch {
	case e == nil:
		answer.Result = wire.NewResult(wire.OrderNotExist, "")
	case e.cancelled:
		became := wire.NewResult(wire.OrderIsCanceled, "")
		answer.PaymentResult = &became
	default:
		became := success()
		answer.PaymentResult = &became
		answer.PaymentID, answer.PaymentTime, answer.PaymentAmount, answer.PayToAmount = told(at, e)
	}
	return answer
}

// cancel gives a charge back, and lets no later one through.
func (b *book) cancel(r *aps.CancelPaymentRequest) *aps.CancelPaymentResponse {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	e := b.payments[string(r.PaymentRequestID)]
	if e == nil {
		e = &entry{}
		b.payments[string(r.PaymentRequestID)] = e
	}
	if e.charged && !e.cancelled {
		b.counts.returns++
	}
	e.cancelled = true
	return &aps.CancelPaymentResponse{Result: success()}
}

func (b *book) refund(r *aps.RefundRequest, at string) *aps.RefundResponse {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	answer := &aps.RefundResponse{RefundRequestID: r.RefundRequestID}
	e := b.payments[string(r.PaymentRequestID)]
	if e == nil || !e.charged || r.PaymentID != "" && string(r.PaymentID) != e.id {
		answer.Result = wire.NewResult(wire.OrderNotExist, "")
		return answer
	}
	id, repeated := b.refunds[string(r.RefundRequestID)]
	if !repeated {
		b.counts.returns++
		id = refundOf(b.counts.returns)
		b.refunds[string(r.RefundRequestID)] = id
	}
	answer.Result, answer.RefundID, answer.RefundTime = success(), wire.Text(id), wire.Text(at)
	answer.RefundAmount, answer.RefundFromAmount = r.RefundAmount, r.RefundFromAmount
	return answer
}
