// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/partner/aps"
	"github.com/kakehashi-pay/kakehashi/partner/partnertest"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// tripper is a way to the wallet that a test lays itself.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestFailuresAreToldInOurWords lets exchanges fail with errors that hold the payer's code, as an error of the standard
// library may hold what a wallet sent.
func TestFailuresAreToldInOurWords(t *testing.T) {
	t.Parallel()
	server := partnertest.Start(t, wire.Ed25519)
	code := charge(server).Code
	leaky := errors.New("malformed HTTP response \"" + code + "\"")
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"no such name", &net.OpError{Op: "dial", Err: &net.DNSError{Name: code, Err: "no such host", IsNotFound: true}},
			"nothing was sent: the wallet's host name was not resolved"},
		{"no such name yet", &net.DNSError{Name: code, Err: "i/o timeout", IsTimeout: true},
			"nothing was sent: the wallet's host name was not resolved"},
		{"refused", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
			"nothing was sent: no connection to the wallet was made"},
		{"dialled too long", &net.OpError{Op: "dial", Err: context.DeadlineExceeded},
			"nothing was sent: no connection to the wallet was made"},
		{"a bad certificate", &tls.CertificateVerificationError{Err: leaky},
			"nothing was sent: the wallet's certificate was refused"},
		{"past the deadline", fmt.Errorf("%s: %w", code, context.DeadlineExceeded),
			"the wallet did not answer before the deadline"},
		{"given up", context.Canceled, "the call was given up before the wallet answered"},
		{"a reading that took too long", &net.OpError{Op: "read", Err: timeout{leaky}},
			"the wallet did not answer in time"},
		{"reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET},
			"the connection was reset before the answer was read"},
		{"a broken pipe", &net.OpError{Op: "write", Err: syscall.EPIPE},
			"the connection was reset before the answer was read"},
		{"an early end", io.EOF, "the connection ended before the answer did"},
		{"half an answer", io.ErrUnexpectedEOF, "the connection ended before the answer did"},
		{"anything else", leaky, "the exchange failed before the answer was read"},
	} {
		client := &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) { return nil, c.err })}
		a := aps.New(terms(server), client, server.Now).Pay(t.Context(), charge(server))
		if a != (wallet.Answer{Detail: c.want}) {
			t.Errorf("%s: %+v, not %q", c.name, a, c.want)
		}
	}
}

// timeout is an error that took too long.
type timeout struct{ error }

func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// TestEachCallIsOneExchangeThatCannotBeSentAgain looks at what is handed to the standard library.
func TestEachCallIsOneExchangeThatCannotBeSentAgain(t *testing.T) {
	t.Parallel()
	server := partnertest.Start(t, wire.Ed25519)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	site, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(site, []*http.Cookie{{Name: "sample", Value: "1"}})
	var seen []*http.Request
	client := &http.Client{Jar: jar, Transport: tripper(func(r *http.Request) (*http.Response, error) {
		seen = append(seen, r)
		return nil, errors.New("no answer")
	})}
	connector := aps.New(terms(server), client, server.Now)
	ctx := context.Background() // it has no deadline, and that is what this is about
	connector.Pay(ctx, charge(server))
	connector.Inquire(ctx, payment)
	connector.Cancel(ctx, payment)
	connector.Refund(ctx, back())
	if len(seen) != 4 {
		t.Fatalf("%d exchanges for four calls", len(seen))
	}
	for _, r := range seen {
		due, limited := r.Context().Deadline()
		if left := time.Until(due); !limited || left > 10*time.Second {
			t.Errorf("%s has no deadline of its own: %v", r.URL.Path, left)
		}
		if r.GetBody != nil || r.ContentLength <= 0 {
			t.Errorf("%s can be sent again, or has a length of %d", r.URL.Path, r.ContentLength)
		}
		if r.Header.Get("Cookie") != "" || r.Header.Get("Idempotency-Key") != "" {
			t.Errorf("%s carries %v", r.URL.Path, r.Header)
		}
	}
	if client.Jar == nil || client.CheckRedirect != nil {
		t.Error("the caller's client was changed")
	}
}

func TestTransportIsOneTheStandardLibraryCannotSurprise(t *testing.T) {
	t.Parallel()
	transport := aps.Transport()
	p := transport.Protocols
	if p == nil || !p.HTTP1() || p.HTTP2() || p.UnencryptedHTTP2() {
		t.Errorf("it speaks %v", p)
	}
	if transport.TLSClientConfig.MinVersion != tls.VersionTLS12 || transport.TLSClientConfig.InsecureSkipVerify {
		t.Error("it accepts a TLS that nobody should")
	}
	if !transport.DisableCompression || transport.MaxResponseHeaderBytes != 64<<10 || transport.Proxy != nil {
		t.Error("it unpacks, has no limit of headers, or follows the environment to a proxy")
	}
	if aps.Transport() == transport {
		t.Error("two wallets share a transport")
	}
}

// TestCallsAtOnceKeepTheirAnswers pays many payments over one connector; each must hear of itself.
func TestCallsAtOnceKeepTheirAnswers(t *testing.T) {
	t.Parallel()
	server := partnertest.Start(t, wire.Ed25519)
	connector := connect(t, server)
	const calls = 64
	var (
		group    sync.WaitGroup
		mutex    sync.Mutex
		partners = map[string]ident.ID{}
	)
	for i := range calls {
		group.Go(func() {
			c := charge(server)
			c.Payment = ident.Name(7, ident.Payment, "SAMPLE_SHOP", "", fmt.Sprint(i))
			first, second := connector.Pay(t.Context(), c), connector.Inquire(t.Context(), c.Payment)
			if first.Verdict != wallet.Succeeded || second != first {
				t.Errorf("%v: %+v, then %+v", c.Payment, first, second)
			}
			mutex.Lock()
			defer mutex.Unlock()
			partners[first.Partner] = c.Payment
		})
	}
	group.Wait()
	if len(partners) != calls {
		t.Errorf("%d payments have %d ids", calls, len(partners))
	}
}

// one is the only value of a header as it is spelt on the wire.
func one(h http.Header, name string) string { return strings.Join(h[name], "|") }

// TestOurKeyIsAskedForWithEveryCall changes it between two calls.
func TestOurKeyIsAskedForWithEveryCall(t *testing.T) {
	t.Parallel()
	server := partnertest.Start(t, wire.Ed25519)
	var signatures []string
	version := 6
	terms := terms(server)
	terms.Key = func() (wire.PrivateKey, int) {
		version++
		return server.OurKey, version
	}
	client := &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
		for _, h := range r.Header[http.CanonicalHeaderKey(wire.HeaderSignature)] {
			t.Errorf("a signature under a name that was made canonical: %q", h)
		}
		signatures = append(signatures, one(r.Header, wire.HeaderSignature))
		return nil, errors.New("no answer")
	})}
	connector := aps.New(terms, client, server.Now)
	connector.Inquire(t.Context(), payment)
	connector.Inquire(t.Context(), payment)
	if len(signatures) != 2 || !strings.HasPrefix(signatures[0], "algorithm=Ed25519,keyVersion=7,signature=") ||
		!strings.HasPrefix(signatures[1], "algorithm=Ed25519,keyVersion=8,signature=") {
		t.Errorf("signed as %q", signatures)
	}
}
