// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// behaviour is what is done with one request.
type behaviour func(x *exchange)

// exchange is one request, read whole, and the way back.
type exchange struct {
	writer    http.ResponseWriter
	request   *http.Request
	body      []byte
	operation aps.Operation
	message   any
	server    *Misbehaving
}

// decode reads the request as the message of its path.
func (x *exchange) decode() error {
	var message interface{ Validate() error }
	switch x.operation {
	case aps.Pay:
		message = &aps.PayRequest{}
	case aps.InquiryPayment:
		message = &aps.InquiryPaymentRequest{}
	case aps.CancelPayment:
		message = &aps.CancelPaymentRequest{}
	default:
		message = &aps.RefundRequest{}
	}
	if err := wire.Decode(x.body, message); err != nil {
		return err
	}
	x.message = message
	return message.Validate()
}

// act does what the request asks for, in the honest book, and returns the honest answer.
func (x *exchange) act() []byte {
	at := wire.FormatTime(paidAt, time.FixedZone("", 8*60*60))
	var answer any
	switch r := x.message.(type) {
	case *aps.PayRequest:
		answer = x.server.book.pay(r, at)
	case *aps.InquiryPaymentRequest:
		answer = x.server.book.inquire(r, at)
	case *aps.CancelPaymentRequest:
		answer = x.server.book.cancel(r)
	case *aps.RefundRequest:
		answer = x.server.book.refund(r, at)
	default:
		return []byte(result("F", "NO_INTERFACE_DEF"))
	}
	body, err := wire.Encode(answer)
	invariant.Check(err == nil, "partnertest: encoding %T: %v", answer, err)
	return body
}

// reply is an answer before it is signed, with what is changed after.
type reply struct {
	status   int
	envelope wire.Envelope
	key      wire.PrivateKey
	version  int
	header   func(h http.Header)
	body     func(signed []byte) []byte
}

// reply signs a body as an honest wallet does, with whatever change makes of that, and sends it.
func (x *exchange) reply(body []byte, change func(r *reply)) {
	r := reply{status: http.StatusOK, key: x.server.keys.wallet, version: walletVersion,
		envelope: wire.Envelope{Method: x.request.Method, Path: x.request.URL.RequestURI(), ClientID: x.server.ClientID,
			Time: wire.FormatTime(now, nil), Body: body}}
	if change != nil {
		change(&r)
	}
	headers, err := wire.SealResponse(r.key, r.version, r.envelope)
	invariant.Check(err == nil, "partnertest: signing an answer: %v", err)
	h := x.writer.Header()
	for _, one := range headers {
		h[one.Name] = []string{one.Value}
	}
	if r.header != nil {
		r.header(h)
	}
	body = r.envelope.Body
	if r.body != nil {
		body = r.body(body)
	}
	x.writer.WriteHeader(r.status)
	_, _ = x.writer.Write(body) // a connector may hang up on what it does not want
}

// honest is what a wallet does that keeps its contract.
func honest(x *exchange) { x.reply(x.act(), nil) }

// signs does as an honest wallet, but for a change of how the answer is signed and sent.
func signs(change func(r *reply)) behaviour {
	return func(x *exchange) { x.reply(x.act(), change) }
}

// answers signs a text of its own, and does nothing.
func answers(body string) behaviour {
	return func(x *exchange) { x.reply([]byte(body), nil) }
}

// result is a body that holds a result only. The message repeats the payer's code, as some wallets do.
func result(status, code string) string { return `{"result":` + bare(status, code) + `}` }

func bare(status, code string) string {
	return `{"resultStatus":"` + status + `","resultCode":"` + code + `","resultMessage":"no: ` + canary + `"}`
}

// edit puts a value, as JSON, at a path of the honest answer; an empty one takes it away.
type edit struct{ path, value string }

// says does as an honest wallet, and changes its answer before it is signed.
func says(edits ...edit) behaviour {
	return func(x *exchange) {
		var root map[string]any
		err := json.Unmarshal(x.act(), &root)
		invariant.Check(err == nil, "partnertest: reading an honest answer: %v", err)
		for _, e := range edits {
			e.apply(root)
		}
		body, err := json.Marshal(root)
		invariant.Check(err == nil, "partnertest: encoding an edited answer: %v", err)
		x.reply(body, nil)
	}
}

func (e edit) apply(root map[string]any) {
	names := strings.Split(e.path, ".")
	for _, name := range names[:len(names)-1] {
		below, isObject := root[name].(map[string]any)
		if !isObject {
			below = map[string]any{}
			root[name] = below
		}
		root = below
	}
	if e.value == "" {
		delete(root, names[len(names)-1])
		return
	}
	root[names[len(names)-1]] = json.RawMessage(e.value)
}

func text(s string) string { return `"` + s + `"` }
