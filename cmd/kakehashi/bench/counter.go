// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"io"
	"net/http"
	"net/url"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// heard is what an answer says.
type heard struct {
	status int         // of HTTP
	result wire.Status // resultStatus
	became wire.Text   // paymentStatus of an inquiry
}

// served reports whether the answer says more than that the network is busy.
func (h heard) served() bool { return h.status == http.StatusOK }

// counter hands requests to a handler as net/http would, in this process: what HTTP and the loopback cost both ends is
// not there, so that a load of many times the peak does not eat the machine it is meant to measure.
type counter struct{ handler http.Handler }

// hand gives a letter to the handler and hears the answer.
func (c counter) hand(l letter) heard {
	request := http.Request{Method: http.MethodPost, URL: &url.URL{Path: l.path}, RequestURI: l.path, Proto: "HTTP/1.1",
		ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(l.body)), Body: io.NopCloser(bytes.NewReader(l.body)),
		RemoteAddr: "127.0.0.1:1", Header: l.header}
	a := &answer{header: http.Header{}}
	c.handler.ServeHTTP(a, &request)
	return heard{a.status, wire.Status(valueAfter(a.body, `"resultStatus":"`)),
		wire.Text(valueAfter(a.body, `"paymentStatus":"`))}
}

// answer is what a handler writes.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// Header is the answer's.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the status.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write keeps the body.
func (a *answer) Write(p []byte) (int, error) {
	a.body = append(a.body, p...)
	return len(p), nil
}

// valueAfter is the text in a body from a mark to the next quote: the network writes its answers in one known way, and
// reading them in full would be the load's own cost.
func valueAfter(body []byte, mark string) string {
	_, rest, found := bytes.Cut(body, []byte(mark))
	if !found {
		return ""
	}
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(value)
}
