// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// platform is the other side: it mints codes, knows orders and hears messages. It answers what a test tells it to.
type platform struct {
	t       testing.TB
	clock   *clock
	key     wire.PrivateKey
	wallets map[string]wire.PublicKey
	url     string

	mutex   sync.Mutex
	minted  int
	asked   []aps.GetPaymentCodeRequest
	notices []aps.NotifyPaymentRequest
	scans   []aps.UserInitiatedPayRequest
	refused []error // messages that could not be trusted

	codes   func(*aps.GetPaymentCodeResponse)                              // edits the answer with codes
	hear    func(aps.NotifyPaymentRequest) wire.ResultCode                 // answers a message; SUCCESS without it
	order   func(aps.UserInitiatedPayRequest) aps.UserInitiatedPayResponse // answers a scan
	forge   func(status *int, body *[]byte, sign *wire.PrivateKey)         // spoils an answer
	arrived func(path string)                                              // sees what comes, in order
}

func newPlatform(t testing.TB, c *clock) *platform {
	t.Helper()
	p := &platform{t: t, clock: c, key: key(t, 1), wallets: map[string]wire.PublicKey{}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.url = server.URL + "/net"
	return p
}

// ServeHTTP answers a wallet's call, signed.
func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	e := wire.Envelope{Method: r.Method, Path: wire.SignedPath(r.RequestURI), ClientID: r.Header.Get(wire.HeaderClientID),
		Time: r.Header.Get(wire.HeaderRequestTime), Body: body}
	answer := p.answer(e, r.Header.Get(wire.HeaderSignature))
	status, sign := http.StatusOK, p.key
	if e.Body, err = wire.Encode(answer); err != nil {
		p.t.Error(err)
	}
	sent := e.Body
	if p.forge != nil {
		p.forge(&status, &sent, &sign)
	}
	e.Time = wire.FormatTime(p.clock.now(), nil)
	headers, err := wire.SealResponse(sign, 7, e)
	if err != nil {
		p.t.Error(err)
	}
	for _, h := range headers {
		w.Header()[h.Name] = []string{h.Value}
	}
	w.WriteHeader(status)
	_, _ = w.Write(sent)
}

func (p *platform) answer(e wire.Envelope, signature string) any {
	wallet := p.wallets[e.ClientID]
	if err := wire.Open(e, signature, func(v int) (wire.PublicKey, bool) { return wallet, v == 2 }); err != nil {
		p.refused = append(p.refused, err)
		return aps.NotifyPaymentResponse{Result: wire.NewResult(wire.InvalidSignature, "")}
	}
	if p.arrived != nil {
		p.arrived(e.Path)
	}
	switch e.Path {
	case "/net" + aps.PathGetPaymentCode:
		return p.mint(e.Body)
	case "/net" + aps.PathNotifyPayment:
		var in aps.NotifyPaymentRequest
		p.read(e.Body, &in)
		p.notices = append(p.notices, in)
		code := wire.Success
		if p.hear != nil {
			code = p.hear(in)
		}
		return aps.NotifyPaymentResponse{Result: wire.NewResult(code, "")}
	case "/net" + aps.PathUserInitiatedPay:
		var in aps.UserInitiatedPayRequest
		p.read(e.Body, &in)
		p.scans = append(p.scans, in)
		return p.order(in)
	}
	p.t.Errorf("the wallet called %s", e.Path)
	return nil
}

func (p *platform) read(body []byte, into interface{ Validate() error }) {
	if err := wire.Decode(body, into); err != nil {
		p.t.Error(err)
	}
	if err := into.Validate(); err != nil {
		p.t.Error(err)
	}
}

// mint makes codes of 24 digits that are good for a minute from now.
func (p *platform) mint(body []byte) aps.GetPaymentCodeResponse {
	var in aps.GetPaymentCodeRequest
	p.read(body, &in)
	p.asked = append(p.asked, in)
	out := aps.GetPaymentCodeResponse{Result: wire.NewResult(wire.Success, "")}
	now := p.clock.now()
	for range in.Quantity() {
		p.minted++
		out.PaymentCodeInfoList = append(out.PaymentCodeInfoList, aps.PaymentCodeInfo{
			PaymentCode:           wire.Secret(fmt.Sprintf("281001%018d", p.minted)),
			CodeValidityStartTime: wire.Text(wire.FormatTime(now, nil)),
			CodeExpiryTime:        wire.Text(wire.FormatTime(now.Add(time.Minute), nil))})
	}
	if p.codes != nil {
		p.codes(&out)
	}
	return out
}

// heard are the messages that came so far.
func (p *platform) heard() []aps.NotifyPaymentRequest {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]aps.NotifyPaymentRequest(nil), p.notices...)
}

// set changes what the platform does.
func (p *platform) set(change func(*platform)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	change(p)
}
