// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// Sending is a run to one endpoint: what waits for it is sent, one message after another. The zero Sending is
// none.
type Sending struct {
	notifier *Notifier
	to       *endpoint
}

// runMax is how many messages one run sends; others want a run too.
const runMax = 16

// Send makes the run, and tells its notifier how each message ended. It must be called once. A context that
// ends says that the process stops: what was not answered by then is told again after the next start.
func (s Sending) Send(ctx context.Context) {
	defer s.notifier.leave(s.to)
	for range runMax {
		e, ok := s.notifier.next(s.to)
		if !ok {
			return
		}
		a := s.notifier.attempt(ctx, &e)
		s.notifier.end(s.to, e, a)
		if a.verdict == dropped || a.verdict == silent {
			return
		}
	}
}

// verdict says how an attempt ended.
type verdict uint8

const (
	dropped      verdict = iota // not now: the process stops, the store is busy, the payment is about to change
	acknowledged                // the client has it
	unwilling                   // the endpoint answered, and acknowledges nothing
	silent                      // the endpoint did not answer, or could not
	refused                     // nothing is ever sent there again for this event
	unsent                      // nothing was sent, and the endpoint is not to blame
)

// attempt is one try to tell an event.
type attempt struct {
	at      time.Time // when it began
	verdict verdict
	detail  string // in words of ours: never the address, nor what came back
}

// attempt tells an event once. A defect on the way is an attempt of which nothing is known.
func (n *Notifier) attempt(ctx context.Context, e *store.Event) (a attempt) {
	at := n.house.Now().UTC().Truncate(time.Microsecond)
	defer func() {
		if v := recover(); v != nil {
			a = attempt{at, unsent, "a defect: " + fmt.Sprint(v)}
		}
	}()
	request, a := n.message(ctx, e, at)
	if request == nil {
		return a
	}
	within, cancel := context.WithTimeout(ctx, n.limits.AnswerWithin)
	defer cancel()
	response, err := n.client.Do(request.WithContext(within))
	if err == nil {
		a = read(response, at)
		_ = response.Body.Close() // what was read is enough
	}
	var why forbidden
	switch {
	case ctx.Err() != nil && a.verdict != acknowledged:
		return attempt{at: at}
	case errors.As(err, &why):
		return attempt{at, refused, why.Error()}
	case err != nil:
		return attempt{at, silent, unheard(err)}
	}
	return a
}

// message is the request that tells an event; nil where none can be sent, and why.
func (n *Notifier) message(ctx context.Context, e *store.Event, at time.Time) (*http.Request, attempt) {
	client, m, err := n.matter(ctx, e, at)
	switch {
	case ctx.Err() != nil || fault.KindOf(err) == fault.Unavailable || m.open:
		return nil, attempt{at: at}
	case err != nil:
		return nil, attempt{at, unsent, reason(err)}
	}
	u, err := n.reach.target(m.address)
	if err != nil {
		return nil, attempt{at, refused, err.Error()}
	}
	request, err := n.request(client, u, m.told, at)
	if err != nil {
		return nil, attempt{at, unsent, reason(err)}
	}
	return request, attempt{}
}

// request is a message signed for a client and its address.
//
// Source: reference/alipay-wire-api.md 1.3, 2.7 and trap 40: the path, and the query, of the address is what is
// signed.
func (n *Notifier) request(client access.Client, u *url.URL, told any, at time.Time) (*http.Request, error) {
	body, err := wire.Encode(told)
	if err != nil {
		return nil, err
	}
	key, ok := n.keys(client.ResponseKey)
	if !ok {
		return nil, &fault.Error{Op: "ams.Notify", Kind: fault.Internal, Code: wire.CodeKeyNotFound,
			Subject: strconv.Itoa(client.ResponseKey), Detail: "there is no key of ours of this version"}
	}
	request, err := http.NewRequest(http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fault.Wrap("ams.Notify", err)
	}
	headers, err := wire.SealNotification(key, client.ResponseKey, wire.Envelope{Method: http.MethodPost,
		Path: request.URL.RequestURI(), ClientID: string(client.ID), Time: wire.FormatTime(at, n.zone), Body: body})
	for _, h := range headers {
		request.Header[h.Name] = []string{h.Value} // as it is written: some find it in lower case only
	}
	request.Header["Accept"] = []string{"application/json"}
	request.Header["User-Agent"] = []string{"kakehashi"}
	return request, err
}

// read judges an answer: only 200 with a result of status S acknowledges.
func read(response *http.Response, at time.Time) attempt {
	status := response.StatusCode
	told := "the answer has status " + strconv.Itoa(status)
	switch {
	case status == http.StatusGone:
		return attempt{at, refused, told + ": the endpoint is gone"}
	case status >= 300 && status < 400:
		return attempt{at, silent, told + ": redirects are not followed"}
	case status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		return attempt{at, silent, told}
	case status != http.StatusOK:
		return attempt{at, unwilling, told}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, answerBytesMax+1))
	switch {
	case err != nil:
		return attempt{at, silent, unheard(err)}
	case len(body) > answerBytesMax:
		return attempt{at, unwilling, "the answer is larger than 64 KiB"}
	case !acknowledges(body):
		return attempt{at, unwilling, "the answer acknowledges nothing"}
	}
	return attempt{at, acknowledged, "acknowledged"}
}

// acknowledges reports whether a body says that the client has the message.
func acknowledges(body []byte) bool {
	var a ams.Acknowledgement
	return wire.Decode(body, &a) == nil && a.Accepted()
}

// reason is what is told of an error: its code, and no text that may hold what a caller wrote.
func reason(err error) string {
	if code := fault.CodeOf(err); code != "" {
		return "it cannot be written: " + string(code)
	}
	return "it cannot be written"
}
