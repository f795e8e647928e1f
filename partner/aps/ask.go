// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

const (
	answerBytesMax  = 1 << 20          // read of one answer; what may be in it is wire.BodyMax
	clockSkewMax    = 10 * time.Minute // between the wallet's clock and ours
	deadlineDefault = 10 * time.Second // of a call that came without one
)

// notSent begins a doubt where not one byte of the request has left. The answer is Unknown all the same: only the wallet's
// word is definite, and an inquiry will bring it.
const notSent = "nothing was sent: "

// message is a request or an answer of the dialect.
type message interface{ Validate() error }

// answer is what came back, before anything in it is believed.
type answer struct {
	signature, time string
	body            []byte
}

// ask sends a request once and reads the wallet's word into response. Without a doubt, response was signed by the wallet
// for this path within the last minutes, is well-formed and passes its Validate.
//
// A signature does not bind an answer to its question. So callers compare what the answer repeats of the question.
func (c *Connector) ask(ctx context.Context, path string, request, response message) (doubt string) {
	if c.problem != "" {
		return notSent + c.problem
	}
	if err := request.Validate(); err != nil {
		return notSent + fault.DetailOf(err)
	}
	body, err := wire.Encode(request)
	if err != nil {
		return notSent + "the request could not be encoded"
	}
	if ctx.Err() != nil {
		return notSent + "the deadline had passed"
	}
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, deadlineDefault)
		defer cancel()
	}
	key, version := c.terms.Key()
	e := wire.Envelope{Method: http.MethodPost, Path: c.prefix + path, ClientID: c.terms.ClientID,
		Time: wire.FormatTime(c.now(), c.terms.Zone), Body: body}
	headers, err := wire.SealRequest(key, version, e)
	if err != nil {
		return notSent + "the request could not be signed: " + string(fault.CodeOf(err))
	}
	a, doubt := c.send(ctx, e, headers)
	if doubt != "" {
		return doubt
	}
	return c.read(e, a, response)
}

// send makes one HTTP exchange. The request has a body that cannot be read twice, so that the standard library cannot
// decide by itself to send it again.
func (c *Connector) send(ctx context.Context, e wire.Envelope, headers []wire.Header) (answer, string) {
	request, err := http.NewRequestWithContext(ctx, e.Method, c.origin+e.Path, io.NopCloser(bytes.NewReader(e.Body)))
	if err != nil {
		return answer{}, notSent + "url is malformed"
	}
	request.ContentLength = int64(len(e.Body))
	for _, h := range headers {
		request.Header[h.Name] = []string{h.Value}
	}
	request.Header["Accept"] = []string{"application/json"}
	request.Header["Accept-Encoding"] = []string{"identity"}
	request.Header["User-Agent"] = []string{"kakehashi"}
	response, err := c.client.Do(request)
	if err != nil {
		return answer{}, failure(err)
	}
	defer func() { _ = response.Body.Close() }()
	return receive(response)
}

// receive reads an answer of HTTP. Every answer of a wallet that was heard has status 200, a refusal included.
func receive(response *http.Response) (answer, string) {
	if response.StatusCode != http.StatusOK {
		return answer{}, "the wallet answered with HTTP status " + strconv.Itoa(response.StatusCode)
	}
	for _, encoding := range response.Header.Values("Content-Encoding") {
		if encoding != "identity" {
			return answer{}, "the answer is compressed, though this was not asked for"
		}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, answerBytesMax+1))
	if err != nil {
		return answer{}, failure(err)
	}
	if len(body) > answerBytesMax {
		return answer{}, "the answer is larger than 1 MiB"
	}
	signatures, times := response.Header.Values(wire.HeaderSignature), response.Header.Values(wire.HeaderResponseTime)
	if len(signatures) > 1 || len(times) > 1 {
		return answer{}, "the answer has the header signature or response-time twice"
	}
	a := answer{body: body}
	if len(signatures) == 1 {
		a.signature = signatures[0]
	}
	if len(times) == 1 {
		a.time = times[0]
	}
	return a, ""
}

// read believes an answer: first its signature over the bytes as they came, then its age, then its form.
func (c *Connector) read(e wire.Envelope, a answer, response message) (doubt string) {
	if a.signature == "" {
		return "the answer is not signed"
	}
	e.Time, e.Body = a.time, a.body
	if err := wire.Open(e, a.signature, c.terms.WalletKey); err != nil {
		return "the answer is not signed by the wallet: " + string(fault.CodeOf(err))
	}
	answered, err := wire.ParseTime(a.time)
	if err != nil {
		return "the answer's response-time is malformed"
	}
	if now := c.now(); wire.CheckClock(answered, now, clockSkewMax) != nil {
		return "the answer's response-time is " + answered.Sub(now).Round(time.Second).String() + " from our clock"
	}
	return decode(a.body, response)
}

// decode reads a verified body. A path of the body's own making, which Decode tells, may hold anything; a path that
// Validate tells is made of the names of known fields.
func decode(body []byte, response message) (doubt string) {
	if err := wire.Decode(body, response); err != nil {
		return "the answer cannot be read: " + string(fault.CodeOf(err))
	}
	if err := response.Validate(); err != nil {
		return "the answer is not well-formed: " + fault.DetailOf(err)
	}
	return ""
}
