// SPDX-License-Identifier: Apache-2.0

// Package till is a shop's system as an integrator writes it: it pays, asks, cancels and refunds over the wire, signed both
// ways, and follows the caller's rules of the dialect. The demo's shops and the wire bench use it.
package till

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// Till is one client of the network.
//
// Concurrency: safe for any number of callers.
type Till struct {
	Gateway  string // "http://127.0.0.1:8080", without a slash at its end
	ClientID string
	Key      wire.PrivateKey // version 1
	House    func(version int) (wire.PublicKey, bool)
	Client   *http.Client
	Now      func() time.Time

	signatures atomic.Int64
}

// Signatures is how many requests were signed so far.
func (t *Till) Signatures() int64 { return t.signatures.Load() }

// ErrBusy is the answer 503: nothing is known, ask again.
var ErrBusy = errors.New("till: the network is busy")

// Call posts a message to an operation and reads the answer, whose signature is verified.
func (t *Till) Call(ctx context.Context, o ams.Operation, message, answer any) error {
	body, err := wire.Encode(message)
	if err != nil {
		return err
	}
	path := o.Path(wire.Sandbox(t.ClientID))
	e := wire.Envelope{Method: http.MethodPost, Path: path, ClientID: t.ClientID,
		Time: wire.FormatTime(t.Now(), time.UTC), Body: body}
	headers, err := wire.SealRequest(t.Key, 1, e)
	if err != nil {
		return err
	}
	t.signatures.Add(1)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.Gateway+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for _, h := range headers {
		request.Header[h.Name] = []string{h.Value}
	}
	response, err := t.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: status %d", ErrBusy, response.StatusCode)
	}
	e.Time, e.Body = response.Header.Get("response-time"), raw
	if err := wire.Open(e, response.Header.Get("signature"), t.House); err != nil {
		return err
	}
	return wire.Decode(raw, answer)
}

// Sale is what a till asks for.
type Sale struct {
	RequestID, Order, About string
	Currency                string
	Minor                   int64
	Code                    string
	Merchant, MerchantName  string
	MCC, Store, Terminal    string
}

// Pay asks for a sale once.
func (t *Till) Pay(ctx context.Context, s Sale) (ams.PayResponse, error) {
	var answer ams.PayResponse
	err := t.Call(ctx, ams.Pay, s.request(wire.Text(wire.FormatTime(t.Now(), time.UTC))), &answer)
	return answer, err
}

// request is a payment by a payer's code.
func (s Sale) request(now wire.Text) *ams.PayRequest {
	amount := &wire.Amount{Currency: wire.Text(s.Currency), Value: wire.Text(strconv.FormatInt(s.Minor, 10))}
	return &ams.PayRequest{ProductCode: "IN_STORE_PAYMENT", PaymentRequestID: wire.Text(s.RequestID), PaymentAmount: amount,
		PaymentMethod: &wire.PaymentMethod{PaymentMethodType: "CONNECT_WALLET", PaymentMethodID: wire.Secret(s.Code)},
		PaymentFactor: &ams.PaymentFactor{InStorePaymentScenario: "PaymentCode"},
		Order: &wire.Order{ReferenceOrderID: wire.Text(s.Order), OrderDescription: wire.Text(s.About), OrderAmount: amount,
			Merchant: &wire.Merchant{ReferenceMerchantID: wire.Text(s.Merchant), MerchantName: wire.Text(s.MerchantName),
				MerchantMCC: wire.Text(s.MCC), Store: &wire.Store{ReferenceStoreID: wire.Text(s.Store),
					StoreName: wire.Text(s.MerchantName), StoreMCC: wire.Text(s.MCC)}},
			Env: &wire.Env{StoreTerminalID: wire.Text(s.Terminal), StoreTerminalRequestTime: now}}}
}

// Outcome is how a sale ended for the cashier.
type Outcome string

// The outcomes.
const (
	Paid      Outcome = "paid"
	Declined  Outcome = "declined"
	Cancelled Outcome = "cancelled"
	Doubtful  Outcome = "doubtful" // even the cancel was not answered: a person must look
)

// Sell pays, and where the answer is not definite asks until it is, and at last cancels, as the dialect tells callers to.
//
// Source: reference/alipay-wire-api.md 2.10.
func (t *Till) Sell(ctx context.Context, s Sale) (Outcome, string, error) {
	answer, err := t.Pay(ctx, s)
	switch {
	case err == nil && answer.Result.Status() == wire.Succeeded:
		return Paid, string(answer.PaymentID), nil
	case err == nil && answer.Result.Status() == wire.Failed:
		return Declined, string(answer.Result.ResultCode), nil
	}
	for range 20 {
		if !pause(ctx, 3*time.Second) {
			return Doubtful, "", ctx.Err()
		}
		var asked ams.InquiryPaymentResponse
		err := t.Call(ctx, ams.InquiryPayment, &ams.InquiryPaymentRequest{PaymentRequestID: wire.Text(s.RequestID)}, &asked)
		if err != nil || asked.Result.Status() != wire.Succeeded {
			continue
		}
		switch asked.PaymentStatus {
		case "SUCCESS":
			return Paid, string(asked.PaymentID), nil
		case "FAIL":
			return Declined, string(asked.PaymentResultCode), nil
		case "CANCELLED":
			return Cancelled, string(asked.PaymentID), nil
		}
	}
	for range 5 {
		var gone ams.CancelResponse
		err := t.Call(ctx, ams.Cancel, &ams.CancelRequest{PaymentRequestID: wire.Text(s.RequestID)}, &gone)
		if err == nil && gone.Result.Status() == wire.Succeeded {
			return Cancelled, string(gone.PaymentID), nil
		}
		if !pause(ctx, 3*time.Second) {
			break
		}
	}
	return Doubtful, "", ctx.Err()
}

// Refund gives part of a payment back, once.
func (t *Till) Refund(ctx context.Context, request, payment, currency string, minor int64) (ams.RefundResponse, error) {
	var answer ams.RefundResponse
	err := t.Call(ctx, ams.Refund, &ams.RefundRequest{RefundRequestID: wire.Text(request), PaymentID: wire.Text(payment),
		RefundAmount: &wire.Amount{Currency: wire.Text(currency), Value: wire.Text(strconv.FormatInt(minor, 10))}}, &answer)
	return answer, err
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
