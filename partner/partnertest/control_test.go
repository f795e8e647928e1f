// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/partner/aps"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// flaw spoils a good connector in one way: on its way to the wallet, or in what it makes of the answers.
type flaw struct {
	name   string
	way    func(server *Misbehaving, next http.RoundTripper) http.RoundTripper
	spoils func(call func() wallet.Answer, c wallet.Charge) wallet.Answer
	caught []string // specifications that must go red
}

// TestSuiteCatchesCarelessConnectors is the negative control of the suite: each flaw that a connector may have turns the
// specifications red that are about it.
func TestSuiteCatchesCarelessConnectors(t *testing.T) {
	t.Parallel()
	all := map[string]spec{}
	for _, s := range specs() {
		if _, twice := all[s.name]; twice {
			t.Errorf("two specifications are called %q", s.name)
		}
		all[s.name] = s
	}
	keys := generate(t, wire.Ed25519)
	for _, f := range slices.Concat(careless(), hasty(), talkative()) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range f.caught {
				s, known := all[name]
				if !known {
					t.Errorf("there is no specification %q", name)
					continue
				}
				if problems := play(t, s, keys, f.build); len(problems) == 0 {
					t.Errorf("nobody noticed under %q", name)
				}
				if problems := play(t, s, keys, flaw{}.build); len(problems) > 0 {
					t.Errorf("without the flaw, %q says %q", name, problems)
				}
			}
		})
	}
}

// careless connectors believe too much.
func careless() []flaw {
	return []flaw{
		{name: "believes whoever answers", way: resigned, caught: []string{
			"pay: an answer without a signature is none", "refund: a stranger's signature is none",
			"inquire: a body that was changed by one space is none", "cancel: an answer to another path is none",
			"pay: an answer of yesterday is none", "pay: a keyVersion nobody registered is none",
			"a refund that a stranger confirms is repeated"}},
		{name: "believes every status", way: everyStatus, caught: []string{
			"pay: an honest answer under status 500 is none", "cancel: an honest answer under status 202 is none",
			"refund: a redirect 307 is not followed", "inquire: an honest answer under status 503 is none"}},
		{name: "unpacks what is compressed", way: unpacked, caught: []string{
			"pay: an honest answer that was compressed is none"}},
		{name: "forgets what the wallet tells", spoils: func(call func() wallet.Answer, _ wallet.Charge) wallet.Answer {
			a := call()
			a.Price, a.Payer, a.Partner = money.Amount{}, money.Amount{}, ""
			return a
		}, caught: []string{"pay: S with another amount tells that amount", "refund: an honest answer counts",
			"inquire: S with another currency of the payer's tells it", "S with two ids are both told"}},
		{name: "tells what it asked for instead", spoils: func(call func() wallet.Answer, c wallet.Charge) wallet.Answer {
			a := call()
			a.Price, a.Payer = c.Price, c.Payer
			return a
		}, caught: []string{"pay: S with another amount tells that amount", "pay: S without amounts tells none"}},
	}
}

// hasty connectors cannot wait.
func hasty() []flaw {
	anew := func(a wallet.Answer, verdict wallet.Verdict, code wire.ResultCode) wallet.Answer {
		if a.Verdict == wallet.Unknown {
			return wallet.Answer{Verdict: verdict, Code: code, Detail: a.Detail}
		}
		return a
	}
	return []flaw{
		{name: "asks again after silence", way: insistent, caught: []string{
			"pay: a wallet that drops the request is no answer", "refund: a wallet that drops the answer is no answer",
			"pay: a connection that is reset under its second request is no answer"}},
		{name: "follows redirects", way: follows, caught: []string{
			"pay: a redirect 302 is not followed", "pay: a redirect 308 is not followed"}},
		{name: "takes silence for a refusal", spoils: func(call func() wallet.Answer, _ wallet.Charge) wallet.Answer {
			return anew(call(), wallet.Declined, wire.ProcessFail)
		}, caught: []string{"pay: a wallet that does not answer in time is no answer", "a late success is found by inquiry",
			"inquire: U UNKNOWN_EXCEPTION is a wallet that has not decided",
			"pay: a wallet that does not listen is no answer", "cancel: F ORDER_NOT_EXIST leaves the cancel open"}},
		{name: "takes silence for a success", spoils: func(call func() wallet.Answer, _ wallet.Charge) wallet.Answer {
			return anew(call(), wallet.Succeeded, wire.Success)
		}, caught: []string{"pay: S without the wallet's id is no answer", "cancel: an answer after the deadline is none",
			"refund: half an answer is none"}},
		{name: "takes an open question for one never heard", spoils: unheard,
			caught: []string{"pay: U PAYMENT_IN_PROCESS is a wallet that has not decided",
				"U three times, then F"}},
	}
}

// unheard forgets that a wallet which has not decided was heard.
func unheard(call func() wallet.Answer, _ wallet.Charge) wallet.Answer {
	a := call()
	if a.Verdict == wallet.Unknown {
		a.Code = ""
	}
	return a
}

// talkative connectors show what must not be shown, or say nothing at all.
func talkative() []flaw {
	return []flaw{
		{name: "shows the payer's code", spoils: func(call func() wallet.Answer, c wallet.Charge) wallet.Answer {
			a := call()
			a.Detail += c.Code
			return a
		}, caught: []string{"pay: an honest answer counts", "pay: F RISK_REJECT declines with RISK_REJECT"}},
		{name: "does not say why", spoils: func(call func() wallet.Answer, _ wallet.Charge) wallet.Answer {
			a := call()
			a.Detail = ""
			return a
		}, caught: []string{"pay: a wallet that drops the request is no answer"}},
		{name: "sends what nobody signed", way: unsigned, caught: []string{"pay: an honest answer counts",
			"cancel: an honest answer counts"}},
	}
}

// build is a good connector with the flaw.
func (f flaw) build(t testing.TB, server *Misbehaving) wallet.Connector {
	transport := aps.Transport()
	transport.TLSClientConfig.RootCAs = server.Roots
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	if f.way != nil {
		client.Transport = f.way(server, transport)
	}
	return flawed{Connector: aps.New(aps.Terms{URL: server.URL, ClientID: server.ClientID, Key: server.Key,
		WalletKey: server.WalletKey}, client, server.Now), spoils: f.spoils}
}

// flawed is a connector whose answers are spoilt.
type flawed struct {
	wallet.Connector
	spoils func(call func() wallet.Answer, c wallet.Charge) wallet.Answer
}

func (f flawed) spoil(c wallet.Charge, call func() wallet.Answer) wallet.Answer {
	if f.spoils == nil {
		return call()
	}
	return f.spoils(call, c)
}

func (f flawed) Pay(ctx context.Context, c wallet.Charge) wallet.Answer {
	return f.spoil(c, func() wallet.Answer { return f.Connector.Pay(ctx, c) })
}

func (f flawed) Inquire(ctx context.Context, payment ident.ID) wallet.Answer {
	return f.spoil(sampleCharge(), func() wallet.Answer { return f.Connector.Inquire(ctx, payment) })
}

func (f flawed) Cancel(ctx context.Context, payment ident.ID) wallet.Answer {
	return f.spoil(sampleCharge(), func() wallet.Answer { return f.Connector.Cancel(ctx, payment) })
}

func (f flawed) Refund(ctx context.Context, r wallet.Return) wallet.Answer {
	return f.spoil(sampleCharge(), func() wallet.Answer { return f.Connector.Refund(ctx, r) })
}

// tripper is a way to the wallet.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// resigned signs every answer with the wallet's key, as if a connector had not looked.
func resigned(server *Misbehaving, next http.RoundTripper) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			return nil, err
		}
		headers, err := wire.SealResponse(server.keys.wallet, walletVersion, wire.Envelope{Method: r.Method,
			Path: r.URL.RequestURI(), ClientID: server.ClientID, Time: wire.FormatTime(now, nil), Body: body})
		if err != nil {
			return nil, err
		}
		for _, h := range headers {
			response.Header.Set(h.Name, h.Value)
		}
		response.Body = io.NopCloser(strings.NewReader(string(body)))
		return response, nil
	})
}

// everyStatus takes every status for 200.
func everyStatus(_ *Misbehaving, next http.RoundTripper) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err == nil {
			response.StatusCode = http.StatusOK
		}
		return response, err
	})
}

// unpacked lets the standard library unpack.
func unpacked(_ *Misbehaving, next http.RoundTripper) http.RoundTripper {
	transport := next.(*http.Transport)
	transport.DisableCompression = false
	return tripper(func(r *http.Request) (*http.Response, error) {
		r.Header.Del("Accept-Encoding")
		return transport.RoundTrip(r)
	})
}

// insistent sends a request again that brought no answer.
func insistent(_ *Misbehaving, next http.RoundTripper) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		for range 2 {
			again := r.Clone(r.Context())
			again.Body = io.NopCloser(strings.NewReader(string(body)))
			var response *http.Response
			if response, err = next.RoundTrip(again); err == nil {
				return response, nil
			}
		}
		return nil, err
	})
}

// follows goes wherever it is sent.
func follows(_ *Misbehaving, next http.RoundTripper) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		request, err := http.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), strings.NewReader(string(body)))
		if err != nil {
			return nil, err
		}
		request.Header = r.Header
		return (&http.Client{Transport: next}).Do(request)
	})
}

// unsigned takes our signature away.
func unsigned(_ *Misbehaving, next http.RoundTripper) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		delete(r.Header, wire.HeaderSignature)
		return next.RoundTrip(r)
	})
}
