// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// clockSkew is how far a request's time may be from ours.
const clockSkew = 10 * time.Minute

// networkZone is the network's: UTC+8.
var networkZone = time.FixedZone("UTC+8", 8*60*60)

// bare is an answer that holds nothing but its result.
type bare struct {
	Result wire.Result `json:"result"`
}

// Handler serves the wallet API of all brands, each below its BasePath: pay, inquiryPayment, cancelPayment and refund.
// Whatever it handles is answered 200 and signed by the brand; only a path of no brand is 404 and unsigned.
func (s *Issuer) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// request is one call of the platform on its way through a brand.
type request struct {
	brand    *brand
	envelope wire.Envelope
	path     string // below the brand's base path
	fate     fate
	now      time.Time
}

func (s *Issuer) serve(w http.ResponseWriter, r *http.Request) {
	target := wire.SignedPath(r.RequestURI)
	name, path, _ := strings.Cut(target[1:], "/")
	b := s.brands[name]
	if b == nil {
		http.NotFound(w, r)
		return
	}
	q := &request{brand: b, path: "/" + path, now: s.now()}
	q.fate = b.mood.fate(q.now)
	if q.fate.vanishes {
		hangUp(w)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, wire.BodyMax+1))
	if err != nil {
		hangUp(w) // the request did not arrive whole: there is nobody to answer
		return
	}
	q.envelope = wire.Envelope{Method: r.Method, Path: target, ClientID: r.Header.Get(wire.HeaderClientID),
		Time: r.Header.Get(wire.HeaderRequestTime), Body: body}
	answer := s.answer(r.Context(), q, r.Header)
	if q.fate.slow > 0 && s.wait(r.Context(), q.fate.slow) != nil {
		return
	}
	switch {
	case q.fate.dropsAnswer:
		hangUp(w)
	case q.fate.serverError:
		w.WriteHeader(http.StatusInternalServerError)
	default:
		s.seal(w, q, answer)
	}
}

// answer is the answer to a request, in the order of checks of the specification.
//
// Source: reference/alipay-wire-api.md 1.8.
func (s *Issuer) answer(ctx context.Context, q *request, header http.Header) any {
	if q.envelope.Method != http.MethodPost {
		return failed(wire.MethodNotSupported, "")
	}
	operation, known := aps.Lookup(q.path)
	if !known || !operation.ServedByWallet() {
		return failed(wire.NoInterfaceDef, "")
	}
	if q.envelope.ClientID != q.brand.ClientID {
		return failed(wire.InvalidClient, "")
	}
	if err := q.authentic(header); err != nil {
		return refusedBy(err)
	}
	switch operation {
	case aps.Pay:
		return s.pay(ctx, q)
	case aps.InquiryPayment:
		return s.inquire(q)
	case aps.CancelPayment:
		return s.cancel(q)
	}
	return s.refund(q)
}

// authentic succeeds only for bytes that the platform signed, now.
func (q *request) authentic(header http.Header) error {
	if err := wire.CheckContentType(header.Get(wire.HeaderContentType)); err != nil {
		return err
	}
	if len(q.envelope.Body) > wire.BodyMax {
		return wire.CheckJSON(q.envelope.Body)
	}
	if err := wire.Open(q.envelope, header.Get(wire.HeaderSignature), q.brand.platformKey); err != nil {
		return err
	}
	sent, err := wire.ParseTime(q.envelope.Time)
	if err != nil {
		return err
	}
	return wire.CheckClock(sent, q.now, clockSkew)
}

// read decodes a request and checks its form.
func (q *request) read(into interface{ Validate() error }) error {
	if err := wire.Decode(q.envelope.Body, into); err != nil {
		return err
	}
	return into.Validate()
}

// seal signs an answer and sends it. Header names stay in lower case: two of the official SDKs find them in no other.
func (s *Issuer) seal(w http.ResponseWriter, q *request, answer any) {
	body, err := wire.Encode(answer)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	e := q.envelope
	if e.ClientID == "" || strings.Contains(e.ClientID, ".") {
		e.ClientID = q.brand.ClientID
	}
	e.Time, e.Body = wire.FormatTime(s.now(), networkZone), body
	headers, err := q.brand.sign(wire.SealResponse, e, q.fate)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest) // a method or path that no signature can cover
		return
	}
	for _, h := range headers {
		w.Header()[h.Name] = []string{h.Value}
	}
	_, _ = w.Write(body) // whoever does not read the answer asks again
}

// sign makes the headers of a message, the wrong ones where fate says so.
func (b *brand) sign(seal func(wire.PrivateKey, int, wire.Envelope) ([]wire.Header, error), e wire.Envelope,
	f fate) ([]wire.Header, error) {
	version := b.KeyVersion
	if f.wrongKeyVersion {
		version += 1000
	}
	if f.wrongSignature {
		e.Body = append(e.Body[:len(e.Body):len(e.Body)], ' ')
	}
	return seal(b.Key, version, e)
}

// hangUp ends a request without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusBadGateway) // a connection that others share: an answer that is none
		return
	}
	_ = conn.Close()
}

func failed(code wire.ResultCode, message string) any { return bare{wire.NewResult(code, message)} }

// refusedBy is the answer to a request that an error of package wire refuses.
func refusedBy(err error) any {
	if code, ok := wire.ResultCodeOf(err); ok {
		return failed(code, fault.DetailOf(err))
	}
	return failed(wire.UnknownException, "")
}

// resultOf is the result that answers an error of the books: what we do not know is U.
func resultOf(err error) wire.Result {
	if fault.CodeOf(err) == book.CodeRepeatDiffers {
		return wire.NewResult(wire.RepeatReqInconsistent, fault.DetailOf(err))
	}
	return wire.NewResult(wire.UnknownException, "")
}
