// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// purse is a wallet over the wire that takes every payment at once: it verifies what it is asked and signs what it answers,
// as the wallets' API wants it, and remembers nothing.
//
// Concurrency: safe for any number of callers.
type purse struct {
	house   func(version int) (wire.PublicKey, bool)
	key     wire.PrivateKey
	version int

	asked   atomic.Int64 // requests whose signature is the house's: each was signed once, and so was its answer
	refused atomic.Int64
}

// ServeHTTP answers one request of the house.
func (p *purse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, wire.BodyMax))
	e := wire.Envelope{Method: r.Method, Path: wire.SignedPath(r.RequestURI), ClientID: r.Header.Get(wire.HeaderClientID),
		Time: r.Header.Get(wire.HeaderRequestTime), Body: body}
	if err == nil {
		err = wire.Open(e, r.Header.Get(wire.HeaderSignature), p.house)
	}
	operation, _ := aps.Lookup(e.Path)
	var answer any
	now := wire.FormatTime(time.Now(), time.UTC)
	if err == nil {
		answer, err = p.answer(operation, body, wire.Text(now))
	}
	if err == nil {
		e.Time = now
		e.Body, err = wire.Encode(answer)
	}
	var headers []wire.Header
	if err == nil {
		headers, err = wire.SealResponse(p.key, p.version, e)
	}
	if err != nil {
		p.refused.Add(1)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.asked.Add(1)
	for _, h := range headers {
		w.Header()[h.Name] = []string{h.Value}
	}
	_, _ = w.Write(e.Body) // who has gone asks again
}

// answer is yes, to whatever is asked.
func (p *purse) answer(o aps.Operation, body []byte, now wire.Text) (any, error) {
	yes := wire.NewResult(wire.Success, "")
	switch o {
	case aps.Pay:
		var r aps.PayRequest
		err := read(body, &r)
		return &aps.PayResponse{Result: yes, PaymentRequestID: r.PaymentRequestID, PaymentID: "w-" + r.PaymentRequestID,
			PaymentTime: now, PaymentAmount: r.PaymentAmount, PayToAmount: r.PayToAmount}, err
	case aps.InquiryPayment:
		var r aps.InquiryPaymentRequest
		err := read(body, &r)
		return &aps.InquiryPaymentResponse{Result: yes, PaymentResult: &yes, PaymentRequestID: r.PaymentRequestID,
			PaymentID: "w-" + r.PaymentRequestID, PaymentTime: now}, err
	case aps.CancelPayment:
		var r aps.CancelPaymentRequest
		err := read(body, &r)
		return &aps.CancelPaymentResponse{Result: yes}, err
	}
	return &aps.CancelPaymentResponse{Result: wire.NewResult(wire.NoInterfaceDef, "")}, nil
}

// read reads a message as a wallet must.
func read(body []byte, message interface{ Validate() error }) error {
	if err := wire.Decode(body, message); err != nil {
		return err
	}
	return message.Validate()
}
