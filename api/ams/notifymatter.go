// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// Codes of what cannot be told.
const (
	CodeNobodyToTell  fault.Code = "notification_without_client"  // the client is closed, or gone
	CodeNowhereToTell fault.Code = "notification_without_address" // neither the request nor the client names one
	CodeNothingToTell fault.Code = "notification_without_matter"  // what it is about is not there
)

// matter is what an event tells, and where, as things are now.
type matter struct {
	address string // as it was written; it leaves the process only as the address of a request
	told    any
	open    bool // nobody can say what is to be told
}

// matter reads what an event tells from the books. An address of the request goes before the client's own.
//
// Errors: Denied notification_without_client, notification_without_address: it can never be told; Internal
// notification_without_matter, and those of sealed.open; Unavailable store_busy.
func (n *Notifier) matter(ctx context.Context, e *store.Event, now time.Time) (
	client access.Client, m matter, err error) {
	defer func() {
		if v := recover(); v != nil { // a defect about one payment keeps no other from being told
			err = untold(fault.Internal, CodeNothingToTell, e, fmt.Sprint(v))
		}
	}()
	client, _, known, err := n.house.Facts().Client(ctx, now, e.Client)
	if err != nil {
		return client, m, err
	}
	if !known || client.Status == access.Closed {
		return client, m, untold(fault.Denied, CodeNobodyToTell, e, "the client is closed")
	}
	if m, err = n.about(ctx, e); err != nil {
		return client, m, err
	}
	if m.address == "" {
		m.address = client.NotifyURL
	}
	if m.address == "" {
		return client, m, untold(fault.Denied, CodeNowhereToTell, e, "the client names no address any more")
	}
	return client, m, nil
}

func untold(kind fault.Kind, code fault.Code, e *store.Event, why string) error {
	return &fault.Error{Op: "ams.Notify", Kind: kind, Code: code, Subject: e.ID().String(), Detail: why}
}

func (n *Notifier) about(ctx context.Context, e *store.Event) (matter, error) {
	id := ident.ID{Lane: e.Lane, Digest: e.Subject}
	switch e.Kind {
	case ledger.PaymentSucceeded, ledger.PaymentFailed:
		return n.aboutPayment(ctx, e, id)
	case ledger.RefundSucceeded, ledger.RefundFailed:
		return n.aboutRefund(ctx, e, id)
	}
	return matter{}, untold(fault.Internal, CodeNothingToTell, e, "there is no notification of "+e.Kind.String())
}

func (n *Notifier) aboutPayment(ctx context.Context, e *store.Event, id ident.ID) (matter, error) {
	p, err := n.house.Reader().Payment(ctx, id)
	if err != nil {
		return matter{}, err
	}
	if p == nil {
		return matter{}, untold(fault.Internal, CodeNothingToTell, e, "the payment is not there")
	}
	var text ams.PayRequest
	if err := (sealed{p.ID, p.Origin, p.Sealed}).open(ctx, n.house.Reader(), n.ring, &text); err != nil {
		return matter{}, err
	}
	return matter{address: string(text.PaymentNotifyURL), told: n.paymentNotice(p, &text), open: underWay(p)}, nil
}

func (n *Notifier) aboutRefund(ctx context.Context, e *store.Event, id ident.ID) (matter, error) {
	request, err := n.house.Reader().Refund(ctx, id)
	if err != nil {
		return matter{}, err
	}
	var p *payment.Payment
	if request != nil {
		if p, err = n.house.Reader().Payment(ctx, request.Payment); err != nil {
			return matter{}, err
		}
	}
	if p == nil || p.Refund(id.Digest) == nil {
		return matter{}, untold(fault.Internal, CodeNothingToTell, e, "the refund is not there")
	}
	record, err := sealedRefund(ctx, n.house.Reader(), p, request)
	if err != nil {
		return matter{}, err
	}
	var text ams.RefundRequest
	if err := record.open(ctx, n.house.Reader(), n.ring, &text); err != nil {
		return matter{}, err
	}
	f := p.Refund(id.Digest)
	return matter{address: string(text.RefundNotifyURL), told: n.refundNotice(request, f, &text),
		open: f.State.Open()}, nil
}

// paymentNotice tells what became of a payment, as an answer to its pay would tell it now: what was cancelled
// since is told as cancelled.
//
// Source: reference/alipay-wire-api.md 2.7.
func (s scribe) paymentNotice(p *payment.Payment, text *ams.PayRequest) *ams.NotifyPayment {
	told := s.paid(p)
	return &ams.NotifyPayment{NotifyType: ams.NotifyTypePayment, Result: told.Result,
		PaymentRequestID: told.PaymentRequestID, PaymentID: told.PaymentID, PaymentAmount: told.PaymentAmount,
		ActualPaymentAmount: told.ActualPaymentAmount, PaymentQuote: told.PaymentQuote,
		PaymentCreateTime: told.PaymentCreateTime, PaymentTime: told.PaymentTime, PspCustomerInfo: told.PspCustomerInfo,
		PaymentMethodType: wire.ConnectWallet, Metadata: text.Metadata, CustomizedInfo: text.CustomizedInfo}
}

// refundNotice tells what became of a refund.
func (s scribe) refundNotice(r *payment.RefundRequest, f *payment.Refund, text *ams.RefundRequest) (
	told *ams.NotifyRefund) {
	told = &ams.NotifyRefund{NotifyType: ams.NotifyTypeRefund, Result: refundResult(f), RefundStatus: refundStatus(f),
		RefundRequestID: wire.Text(r.RequestID), RefundID: wire.Text(r.ID.String()),
		RefundAmount: wire.AmountOf(f.Asked), ActualRefundAmount: givenBack(f), Metadata: text.Metadata,
		CustomizedInfo: text.CustomizedInfo}
	if f.State == payment.RefundSuccess {
		told.RefundTime = s.time(refundedAt(f))
	}
	return told
}

// tellOf is what a client is told of a payment or refund: as it asks for now, whatever it asks for later.
func tellOf(c *access.Client, own wire.Text) payment.Tell {
	switch {
	case own == "" && c.NotifyURL == "":
		return payment.TellNothing
	case c.NotifyFailure:
		return payment.TellFailures
	}
	return payment.TellOutcome
}
